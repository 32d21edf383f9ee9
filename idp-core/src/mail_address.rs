//! Mail addresses as people in Japan have them (RFC 5321 §4.1.2, RFC 5890).
//!
//! Carriers long gave out local parts such as `da.me..` or `.x`, which are no dot-atoms: they are stored as typed
//! and quoted when a mail is sent to them. Local parts outside ASCII are refused: hardly any mailbox has one, and
//! an input method left on writes one.

use std::fmt;

use url::Host;

use crate::typed::{folded, is_forbidden, is_hyphen_like};

/// The longest address, in bytes as sent (RFC 5321 §4.5.3.1.3, less the angle brackets).
pub const MAIL_ADDRESS_MAX_BYTES: usize = 254;

/// The longest local part, in bytes (RFC 5321 §4.5.3.1.1).
const LOCAL_PART_MAX_BYTES: usize = 64;

/// Outside text longer than this is not even folded; full width takes three bytes for one.
const TYPED_MAX_BYTES: usize = 4 * MAIL_ADDRESS_MAX_BYTES;

/// A mail address that a mail can be sent to.
#[derive(Clone, PartialEq, Eq)]
pub struct MailAddress {
    typed: String,
    local: String,
    domain: String,
}

/// Why a text is not a mail address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailAddressError {
    /// Nothing was given.
    Missing,
    /// Longer than [`MAIL_ADDRESS_MAX_BYTES`], or a local part of more than 64 bytes.
    TooLong,
    /// A control character (CR and LF among them) or a mark that reorders text.
    ForbiddenCharacter,
    /// White space within the address.
    Space,
    /// No `@`.
    NoAt,
    /// More than one `@` outside quotes.
    SeveralAts,
    /// Nothing before the `@`.
    NoLocalPart,
    /// Something before the `@` that is not ASCII.
    LocalPartNotAscii,
    /// Something before the `@` that no mail server accepts unquoted, or broken quotes.
    BadLocalPart,
    /// Nothing after the `@`.
    NoDomain,
    /// A domain without a dot.
    NoDotInDomain,
    /// A domain that does not follow the rules of names, or a bare network address.
    BadDomain,
}

impl MailAddress {
    /// Reads an address; full width is folded, white space around it is dropped.
    ///
    /// # Errors
    /// [`MailAddressError`] says what is wrong with the text.
    pub fn parse(text: &str) -> Result<Self, MailAddressError> {
        let text = text.trim_matches(|c: char| c.is_whitespace() && !matches!(c, '\r' | '\n'));
        if text.len() > TYPED_MAX_BYTES {
            return Err(MailAddressError::TooLong);
        }
        let typed: String = folded(text).map(|c| if c == '。' { '.' } else { c }).collect();
        let typed = typed.trim_matches(' ');
        if typed.is_empty() {
            return Err(MailAddressError::Missing);
        }
        if typed.chars().any(is_forbidden) {
            return Err(MailAddressError::ForbiddenCharacter);
        }

        let (local, domain) = if typed.starts_with('"') { split_quoted(typed)? } else { split_plain(typed)? };
        let domain = domain_to_ascii(domain)?;
        let typed = match typed.rsplit_once('@') {
            Some((before, after)) => format!("{}@{}", fold_hyphens(before), fold_hyphens_of_ascii(after)),
            None => return Err(MailAddressError::NoAt),
        };
        let address = Self { typed, local, domain };
        if address.local.len() > LOCAL_PART_MAX_BYTES || address.for_sending().len() > MAIL_ADDRESS_MAX_BYTES {
            return Err(MailAddressError::TooLong);
        }
        Ok(address)
    }

    /// Reads what [`Self::as_typed`] gave to be stored. It was judged then: plain ASCII, which nearly all of them are, is
    /// taken apart and not judged again.
    ///
    /// # Errors
    /// As of [`Self::parse`].
    pub fn from_stored(text: &str) -> Result<Self, MailAddressError> {
        let is_plain = |part: &str| {
            part.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b'+'))
        };
        match text.split_once('@') {
            Some((local, domain)) if is_plain(local) && is_plain(domain) => {
                Ok(Self { typed: text.to_owned(), local: local.to_owned(), domain: domain.to_ascii_lowercase() })
            }
            Some(_) | None => Self::parse(text),
        }
    }

    /// As the person typed it (folded to half width), for showing and storing. Parses to the same address.
    pub fn as_typed(&self) -> &str {
        &self.typed
    }

    /// The mailbox for `RCPT TO`: ASCII, the local part quoted where it is no dot-atom (RFC 5321 §4.1.2).
    pub fn for_sending(&self) -> String {
        if is_dot_atom(&self.local) {
            return format!("{}@{}", self.local, self.domain);
        }
        let escaped = self.local.replace('\\', "\\\\").replace('"', "\\\"");
        format!("\"{escaped}\"@{}", self.domain)
    }

    /// The form by which two addresses are compared: domain in lower case and ASCII, one way of quoting. The case of
    /// the local part stays, because only its server knows whether it matters (RFC 5321 §2.4).
    pub fn normal(&self) -> String {
        self.for_sending()
    }

    /// The part before the `@`, without quotes.
    pub fn local_part(&self) -> &str {
        &self.local
    }

    /// The domain in ASCII and lower case.
    pub fn domain(&self) -> &str {
        &self.domain
    }

    /// Enough for the owner to recognise it and too little for anyone else: `t***o@e***.jp`.
    pub fn masked(&self) -> String {
        let mut local = self.local.chars();
        let first = local.next().unwrap_or('*');
        let last = local.next_back().filter(|_| self.local.chars().count() > 2).map(String::from).unwrap_or_default();
        let domain_first = self.domain.chars().next().unwrap_or('*');
        let ending = self.domain.rsplit('.').next().unwrap_or_default();

        format!("{first}***{last}@{domain_first}***.{ending}")
    }
}

impl fmt::Debug for MailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MailAddress([REDACTED])")
    }
}

impl MailAddressError {
    /// The stable name by which pages and reports find their text.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Missing => "mail_address_missing",
            Self::TooLong => "mail_address_too_long",
            Self::ForbiddenCharacter => "mail_address_forbidden_character",
            Self::Space => "mail_address_space",
            Self::NoAt => "mail_address_no_at",
            Self::SeveralAts => "mail_address_several_ats",
            Self::NoLocalPart => "mail_address_no_local_part",
            Self::LocalPartNotAscii => "mail_address_local_part_not_ascii",
            Self::BadLocalPart => "mail_address_bad_local_part",
            Self::NoDomain => "mail_address_no_domain",
            Self::NoDotInDomain => "mail_address_no_dot_in_domain",
            Self::BadDomain => "mail_address_bad_domain",
        }
    }
}

impl fmt::Display for MailAddressError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Missing => "the mail address is missing",
            Self::TooLong => "the mail address is too long",
            Self::ForbiddenCharacter => "the mail address contains a control character",
            Self::Space => "the mail address contains a space",
            Self::NoAt => "the mail address has no @",
            Self::SeveralAts => "the mail address has more than one @",
            Self::NoLocalPart => "the mail address has nothing before the @",
            Self::LocalPartNotAscii => "the mail address has characters other than ASCII before the @",
            Self::BadLocalPart => "the mail address has characters before the @ that are not allowed there",
            Self::NoDomain => "the mail address has no domain",
            Self::NoDotInDomain => "the domain of the mail address has no dot",
            Self::BadDomain => "the domain of the mail address is not a valid name",
        })
    }
}

impl std::error::Error for MailAddressError {}

fn fold_hyphens(text: &str) -> String {
    text.chars().map(|c| if is_hyphen_like(c) { '-' } else { c }).collect()
}

/// Folds dashes in the labels that are otherwise ASCII: in `データ.jp` the mark is a letter, in `exampleー1.jp` a slip.
fn fold_hyphens_of_ascii(domain: &str) -> String {
    let fold = |label: &str| {
        let folded = fold_hyphens(label);
        if folded.is_ascii() { folded } else { label.to_owned() }
    };
    domain.split('.').map(fold).collect::<Vec<_>>().join(".")
}

fn split_plain(typed: &str) -> Result<(String, &str), MailAddressError> {
    let (local, domain) = typed.split_once('@').ok_or(MailAddressError::NoAt)?;
    if domain.contains('@') {
        return Err(MailAddressError::SeveralAts);
    }
    if local.is_empty() {
        return Err(MailAddressError::NoLocalPart);
    }
    if local.contains(char::is_whitespace) {
        return Err(MailAddressError::Space);
    }

    let local = fold_hyphens(local);
    if !local.is_ascii() {
        return Err(MailAddressError::LocalPartNotAscii);
    }
    if !local.chars().all(|c| is_atom_character(c) || c == '.') {
        return Err(MailAddressError::BadLocalPart);
    }
    Ok((local, domain))
}

/// Splits `"quoted \" text"@domain` (RFC 5321 §4.1.2, Quoted-string) and takes the quoting off.
fn split_quoted(typed: &str) -> Result<(String, &str), MailAddressError> {
    let mut local = String::new();
    let mut characters = typed.char_indices().skip(1);
    let end = loop {
        match characters.next() {
            Some((_, '\\')) => local.extend(characters.next().map(|(_, c)| c)),
            Some((at, '"')) => break at,
            Some((_, c)) => local.push(c),
            None => return Err(MailAddressError::BadLocalPart),
        }
    };
    let after = typed.get(end + 1..).unwrap_or_default();
    let domain = after.strip_prefix('@').ok_or(MailAddressError::NoAt)?;
    if domain.contains('@') {
        return Err(MailAddressError::SeveralAts);
    }
    if local.is_empty() {
        return Err(MailAddressError::NoLocalPart);
    }

    let local = fold_hyphens(&local);
    if !local.is_ascii() {
        return Err(MailAddressError::LocalPartNotAscii);
    }
    Ok((local, domain))
}

fn domain_to_ascii(domain: &str) -> Result<String, MailAddressError> {
    if domain.is_empty() {
        return Err(MailAddressError::NoDomain);
    }
    if domain.contains(char::is_whitespace) {
        return Err(MailAddressError::Space);
    }
    if domain.contains(['%', '[', ']']) {
        // The URL parser would decode or accept these; a mail address may not hold them.
        return Err(MailAddressError::BadDomain);
    }

    let Ok(Host::Domain(ascii)) = Host::parse(&fold_hyphens_of_ascii(domain)) else {
        return Err(MailAddressError::BadDomain);
    };
    if !ascii.contains('.') {
        return Err(MailAddressError::NoDotInDomain);
    }
    let ends_in_number = ascii.rsplit('.').next().is_some_and(|label| label.bytes().all(|b| b.is_ascii_digit()));
    if ascii.len() > 253 || ends_in_number || !ascii.split('.').all(is_label) {
        return Err(MailAddressError::BadDomain);
    }
    Ok(ascii)
}

/// A label of letters, digits and inner hyphens (RFC 5890 §2.3.1).
fn is_label(label: &str) -> bool {
    (1..=63).contains(&label.len())
        && !label.starts_with('-')
        && !label.ends_with('-')
        && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}

/// `atext` of RFC 5322 §3.2.3.
fn is_atom_character(c: char) -> bool {
    c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(c)
}

fn is_dot_atom(local: &str) -> bool {
    local.split('.').all(|atom| !atom.is_empty() && atom.chars().all(is_atom_character))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{ProptestConfig, prop_assert, prop_assert_eq, proptest};

    use super::*;

    fn parsed(text: &str) -> MailAddress {
        MailAddress::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"))
    }

    #[track_caller]
    fn refused(text: &str, error: MailAddressError) {
        assert_eq!(MailAddress::parse(text), Err(error), "{text:?}");
    }

    #[test]
    fn an_ordinary_address_stays_as_it_is() {
        let address = parsed("Taro.Yamada+kenpo@Mail.Example.JP");
        assert_eq!(address.as_typed(), "Taro.Yamada+kenpo@Mail.Example.JP");
        assert_eq!(address.for_sending(), "Taro.Yamada+kenpo@mail.example.jp");
        assert_eq!(address.normal(), "Taro.Yamada+kenpo@mail.example.jp");
        assert_eq!(address.local_part(), "Taro.Yamada+kenpo");
        assert_eq!(address.domain(), "mail.example.jp");
        assert!(MailAddress::parse("a@example.test").is_ok());
    }

    #[test]
    fn full_width_and_surrounding_space_are_folded() {
        assert_eq!(parsed("　ｔａｒｏ＠ｅｘａｍｐｌｅ．ｊｐ ").as_typed(), "taro@example.jp");
        assert_eq!(parsed("taro＠example。jp").as_typed(), "taro@example.jp");
        assert_eq!(parsed("taroー1@exampleー2.jp").for_sending(), "taro-1@example-2.jp");
    }

    #[test]
    fn carrier_addresses_are_kept_as_typed_and_quoted_when_sent_to() {
        for (typed, sent) in [
            ("da.me..@docomo.ne.jp", "\"da.me..\"@docomo.ne.jp"),
            (".x@ezweb.ne.jp", "\".x\"@ezweb.ne.jp"),
            ("x.@softbank.ne.jp", "\"x.\"@softbank.ne.jp"),
            ("a..b@docomo.ne.jp", "\"a..b\"@docomo.ne.jp"),
            ("-_-/?+@docomo.ne.jp", "-_-/?+@docomo.ne.jp"),
        ] {
            assert_eq!(parsed(typed).as_typed(), typed);
            assert_eq!(parsed(typed).for_sending(), sent);
        }
    }

    #[test]
    fn quoted_and_plain_spellings_are_the_same_mailbox() {
        assert_eq!(parsed("\"da.me..\"@docomo.ne.jp").normal(), parsed("da.me..@DOCOMO.ne.jp").normal());
        assert_eq!(parsed("\"taro\"@example.jp").normal(), "taro@example.jp");
        assert_eq!(parsed(r#""a@b \"c\" \\"@example.jp"#).for_sending(), r#""a@b \"c\" \\"@example.jp"#);
    }

    #[test]
    fn international_domains_are_sent_to_in_ascii() {
        let address = parsed("taro@日本語.jp");
        assert_eq!(address.as_typed(), "taro@日本語.jp");
        assert_eq!(address.for_sending(), "taro@xn--wgv71a119e.jp");
        assert_eq!(parsed("taro@データ.jp").as_typed(), "taro@データ.jp");
    }

    #[test]
    fn what_cannot_be_an_address_is_refused_by_name() {
        use MailAddressError as E;
        refused("", E::Missing);
        refused(" 　", E::Missing);
        refused("taro", E::NoAt);
        refused("\"taro\"", E::NoAt);
        refused("@example.jp", E::NoLocalPart);
        refused("\"\"@example.jp", E::NoLocalPart);
        refused("a@b@example.jp", E::SeveralAts);
        refused("taro@", E::NoDomain);
        refused("taro@localhost", E::NoDotInDomain);
        refused("taro yamada@example.jp", E::Space);
        refused("taro@exam ple.jp", E::Space);
        refused("たろう@example.jp", E::LocalPartNotAscii);
        refused("Taro<taro@example.jp>", E::BadLocalPart);
        refused("a,b@example.jp", E::BadLocalPart);
        refused("\"taro@example.jp", E::BadLocalPart);
        for domain in [
            ".jp",
            "example.",
            "example..jp",
            "-a.jp",
            "a-.jp",
            "exa_mple.jp",
            "192.0.2.1",
            "[192.0.2.1]",
            "a%2Ejp",
            "a.1",
        ] {
            refused(&format!("taro@{domain}"), E::BadDomain);
        }
    }

    #[test]
    fn controls_never_reach_a_mail_header() {
        for text in ["a@example.jp\r\nBcc: b@example.jp", "a@example.jp\n", "a\0@example.jp", "\"a\rb\"@example.jp"] {
            refused(text, MailAddressError::ForbiddenCharacter);
        }
    }

    #[test]
    fn lengths_follow_the_standard() {
        let local = "a".repeat(64);
        assert!(MailAddress::parse(&format!("{local}@example.jp")).is_ok());
        refused(&format!("{local}a@example.jp"), MailAddressError::TooLong);
        let domain = format!("{}.{}.{}.jp", "b".repeat(63), "b".repeat(63), "b".repeat(59));
        assert!(MailAddress::parse(&format!("{}@{domain}", "a".repeat(63))).is_ok());
        refused(&format!("{}@{domain}", "a".repeat(64)), MailAddressError::TooLong);
        refused(&"a".repeat(100_000), MailAddressError::TooLong);
    }

    #[test]
    fn a_masked_address_shows_ends_alone() {
        assert_eq!(parsed("taro@example.jp").masked(), "t***o@e***.jp");
        assert_eq!(parsed("ab@docomo.ne.jp").masked(), "a***@d***.jp");
        assert_eq!(parsed("a@example.test").masked(), "a***@e***.test");
    }

    #[test]
    fn debug_shows_nothing() {
        assert_eq!(format!("{:?}", parsed("taro@example.jp")), "MailAddress([REDACTED])");
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn any_text_is_read_or_refused(text in "(?s).{0,60}|[ -~]{0,20}@[ -~]{0,20}|\\PC{0,20}[@＠]\\PC{0,20}[.。]jp") {
            if let Ok(address) = MailAddress::parse(&text) {
                let stored = MailAddress::parse(address.as_typed());
                prop_assert_eq!(stored.as_ref(), Ok(&address));
                prop_assert_eq!(MailAddress::from_stored(address.as_typed()), Ok(address.clone()));
                prop_assert!(address.for_sending().is_ascii());
                let sent = MailAddress::parse(&address.for_sending()).map(|sent| sent.normal());
                prop_assert_eq!(sent, Ok(address.normal()));
            }
        }

        #[test]
        fn every_plain_address_round_trips(text in "[a-z0-9._+-]{1,30}@[a-z][a-z0-9]{0,20}\\.(jp|test)") {
            let address = MailAddress::parse(&text);
            prop_assert_eq!(address.as_ref().map(MailAddress::as_typed), Ok(text.as_str()));
            prop_assert_eq!(MailAddress::from_stored(&text), address);
        }
    }
}
