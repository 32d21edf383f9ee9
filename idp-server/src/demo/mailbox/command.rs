//! SMTP commands (RFC 5321 §4.1, RFC 6531): pure reading, no connection.
//!
//! Addresses are read strictly, so that a sender which forgets to quote an odd local part fails here as it would at
//! a carrier.

use std::fmt;

/// What a client may ask.
#[derive(Debug, PartialEq, Eq)]
pub enum Command {
    /// `HELO`, the old greeting.
    Helo,
    /// `EHLO`, the greeting that is answered with the extensions.
    Ehlo,
    /// `MAIL FROM`; the sender itself is of no interest to a mailbox, its form is.
    Mail {
        /// Which characters the addresses of this message may have.
        charset: Charset,
        /// The size the client announced, in bytes.
        size: Option<u64>,
    },
    /// `RCPT TO`, still as written: what it may contain depends on the `MAIL` before it.
    Rcpt(String),
    /// `DATA`.
    Data,
    /// `RSET`.
    Rset,
    /// `NOOP`.
    Noop,
    /// `QUIT`.
    Quit,
    /// `VRFY`.
    Vrfy,
}

/// Which characters addresses may have (RFC 6531 §3.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Charset {
    /// Only ASCII.
    Ascii,
    /// UTF-8, asked for by the `SMTPUTF8` parameter.
    Utf8,
}

/// A line that is no command we can follow, with the reply it gets (RFC 5321 §4.2.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadCommand {
    /// 500.
    Unknown,
    /// 501.
    Syntax,
    /// 502.
    NotImplemented,
    /// 555.
    UnknownParameter,
    /// 553: an address that no mail server accepts.
    BadAddress,
}

/// A mailbox's address as a person writes it: quotes that only satisfied the grammar are gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recipient(String);

impl fmt::Display for Recipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Command {
    /// Reads one line without its line end.
    ///
    /// # Errors
    /// [`BadCommand`] says which reply the line gets.
    pub fn parse(line: &[u8]) -> Result<Self, BadCommand> {
        let line = std::str::from_utf8(line).map_err(|_| BadCommand::Syntax)?.trim_end();
        let (verb, rest) = line.split_once(' ').unwrap_or((line, ""));
        let rest = rest.trim();

        match verb.to_ascii_uppercase().as_str() {
            "HELO" if !rest.is_empty() => Ok(Self::Helo),
            "EHLO" if !rest.is_empty() => Ok(Self::Ehlo),
            "MAIL" => parse_mail(rest),
            "RCPT" => strip_prefix_ignoring_case(rest, "TO:").map(|path| Self::Rcpt(path.trim().to_owned())),
            "DATA" if rest.is_empty() => Ok(Self::Data),
            "RSET" if rest.is_empty() => Ok(Self::Rset),
            "QUIT" if rest.is_empty() => Ok(Self::Quit),
            "NOOP" => Ok(Self::Noop),
            "VRFY" if !rest.is_empty() => Ok(Self::Vrfy),
            "HELO" | "EHLO" | "DATA" | "RSET" | "QUIT" | "VRFY" => Err(BadCommand::Syntax),
            "EXPN" | "HELP" | "AUTH" | "STARTTLS" | "BDAT" | "TURN" => Err(BadCommand::NotImplemented),
            _ => Err(BadCommand::Unknown),
        }
    }
}

impl Recipient {
    /// Reads the path of a `RCPT TO`, which takes no parameters here.
    ///
    /// # Errors
    /// [`BadCommand`] says which reply the command gets.
    pub fn parse(path: &str, charset: Charset) -> Result<Self, BadCommand> {
        let (address, parameters) = split_path(path)?;
        if !parameters.is_empty() {
            return Err(BadCommand::UnknownParameter);
        }

        let (local, domain) = split_address(address, charset)?;
        // Only a local part that somebody could type bare is shown bare: `da.me..`, but not `"a b"`.
        let content = unquoted(local);
        let shown = if content.chars().all(|c| c == '.' || is_atext(c, charset)) { &content } else { local };
        Ok(Self(format!("{shown}@{domain}")))
    }
}

fn parse_mail(rest: &str) -> Result<Command, BadCommand> {
    let (address, parameters) = split_path(strip_prefix_ignoring_case(rest, "FROM:")?.trim())?;
    let mut charset = Charset::Ascii;
    let mut size = None;
    for parameter in parameters.split_ascii_whitespace() {
        let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        match (name.to_ascii_uppercase().as_str(), value.to_ascii_uppercase().as_str()) {
            ("SMTPUTF8", "") => charset = Charset::Utf8,
            ("BODY", "7BIT" | "8BITMIME") => {}
            ("SIZE", digits) => size = Some(digits.parse().map_err(|_| BadCommand::Syntax)?),
            _ => return Err(BadCommand::UnknownParameter),
        }
    }

    // The null path `<>` is the sender of delivery reports (RFC 5321 §4.5.5).
    if !address.is_empty() {
        split_address(address, charset)?;
    }
    Ok(Command::Mail { charset, size })
}

fn strip_prefix_ignoring_case<'l>(text: &'l str, prefix: &str) -> Result<&'l str, BadCommand> {
    match text.split_at_checked(prefix.len()) {
        Some((head, tail)) if head.eq_ignore_ascii_case(prefix) => Ok(tail),
        Some(_) | None => Err(BadCommand::Syntax),
    }
}

/// The address within `<…>`, past a source route (RFC 5321 appendix C), and the parameters behind it.
fn split_path(path: &str) -> Result<(&str, &str), BadCommand> {
    let inner = path.strip_prefix('<').ok_or(BadCommand::Syntax)?;
    let mut quoted = false;
    let mut escaped = false;
    for (at, c) in inner.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            '>' if !quoted => return Ok((without_route(&inner[..at]), inner[at + 1..].trim())),
            _ => {}
        }
    }

    Err(BadCommand::Syntax)
}

fn without_route(address: &str) -> &str {
    match address.split_once(':') {
        Some((route, address)) if route.starts_with('@') => address,
        Some(_) | None => address,
    }
}

fn split_address(address: &str, charset: Charset) -> Result<(&str, &str), BadCommand> {
    let (local, domain) = address.rsplit_once('@').ok_or(BadCommand::BadAddress)?;
    let local_fits = (1..=64).contains(&local.len()) && (is_dot_atom(local, charset) || is_quoted(local, charset));
    let domain_fits = (1..=255).contains(&domain.len()) && (is_domain(domain, charset) || is_literal(domain));
    if local_fits && domain_fits { Ok((local, domain)) } else { Err(BadCommand::BadAddress) }
}

fn is_atext(c: char, charset: Charset) -> bool {
    match charset {
        Charset::Utf8 if !c.is_ascii() => !c.is_control() && !c.is_whitespace(),
        Charset::Utf8 | Charset::Ascii => c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(c),
    }
}

fn is_dot_atom(local: &str, charset: Charset) -> bool {
    local.split('.').all(|atom| !atom.is_empty() && atom.chars().all(|c| is_atext(c, charset)))
}

fn is_quoted(local: &str, charset: Charset) -> bool {
    let Some(content) = local.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) else {
        return false;
    };
    let mut escaped = false;
    for c in content.chars() {
        let allowed = if c.is_ascii() { matches!(c, ' '..='~') } else { charset == Charset::Utf8 && !c.is_control() };
        if !allowed || (c == '"' && !escaped) {
            return false;
        }
        escaped = c == '\\' && !escaped;
    }

    !escaped && !content.is_empty()
}

fn unquoted(local: &str) -> String {
    let Some(content) = local.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) else {
        return local.to_owned();
    };
    let mut plain = String::with_capacity(content.len());
    let mut characters = content.chars();
    while let Some(c) = characters.next() {
        // The grammar was checked before: after a backslash comes a character.
        plain.extend(if c == '\\' { characters.next() } else { Some(c) });
    }
    plain
}

fn is_domain(domain: &str, charset: Charset) -> bool {
    let allowed = |c: char| match charset {
        Charset::Utf8 if !c.is_ascii() => c.is_alphanumeric(),
        Charset::Utf8 | Charset::Ascii => c.is_ascii_alphanumeric() || c == '-',
    };
    domain.split('.').all(|label| {
        !label.is_empty() && !label.starts_with('-') && !label.ends_with('-') && label.chars().all(allowed)
    })
}

fn is_literal(domain: &str) -> bool {
    domain.starts_with('[') && domain.ends_with(']') && domain.is_ascii()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recipient(path: &str) -> Result<String, BadCommand> {
        Recipient::parse(path, Charset::Ascii).map(|recipient| recipient.to_string())
    }

    #[test]
    fn verbs_are_read_in_any_case() {
        assert_eq!(Command::parse(b"ehlo localhost"), Ok(Command::Ehlo));
        assert_eq!(Command::parse(b"Helo localhost"), Ok(Command::Helo));
        assert_eq!(Command::parse(b"quit "), Ok(Command::Quit));
        assert_eq!(Command::parse(b"noop whatever"), Ok(Command::Noop));
        assert_eq!(Command::parse(b"rcpt to:<a@example.jp>"), Ok(Command::Rcpt("<a@example.jp>".into())));
    }

    #[test]
    fn every_bad_line_has_its_reply() {
        assert_eq!(Command::parse(b"HELLO there"), Err(BadCommand::Unknown));
        assert_eq!(Command::parse(b""), Err(BadCommand::Unknown));
        assert_eq!(Command::parse(b"EHLO"), Err(BadCommand::Syntax));
        assert_eq!(Command::parse(b"DATA now"), Err(BadCommand::Syntax));
        assert_eq!(Command::parse(b"MAIL TO:<a@example.jp>"), Err(BadCommand::Syntax));
        assert_eq!(Command::parse(b"RCPT <a@example.jp>"), Err(BadCommand::Syntax));
        assert_eq!(Command::parse(b"\xff\xfe"), Err(BadCommand::Syntax));
        assert_eq!(Command::parse(b"STARTTLS"), Err(BadCommand::NotImplemented));
        assert_eq!(Command::parse(b"MAIL FROM:<a@example.jp> RET=FULL"), Err(BadCommand::UnknownParameter));
        assert_eq!(Command::parse(b"MAIL FROM:<a@example.jp> SIZE=many"), Err(BadCommand::Syntax));
    }

    #[test]
    fn mail_takes_its_parameters_and_the_null_sender() {
        assert_eq!(Command::parse(b"MAIL FROM:<>"), Ok(Command::Mail { charset: Charset::Ascii, size: None }));
        assert_eq!(
            Command::parse(b"MAIL FROM:<a@example.jp> SMTPUTF8 BODY=8BITMIME SIZE=120"),
            Ok(Command::Mail { charset: Charset::Utf8, size: Some(120) })
        );
    }

    #[test]
    fn quotes_that_only_please_the_grammar_are_not_shown() {
        assert_eq!(recipient("<hanako@example.jp>"), Ok("hanako@example.jp".into()));
        assert_eq!(recipient("<\"da.me..\"@example.jp>"), Ok("da.me..@example.jp".into()));
        assert_eq!(recipient("<\".x\"@example.jp>"), Ok(".x@example.jp".into()));
        assert_eq!(recipient("<\"a b\"@example.jp>"), Ok("\"a b\"@example.jp".into()));
        assert_eq!(recipient("<\"a>@\\\"b\"@example.jp>"), Ok("\"a>@\\\"b\"@example.jp".into()));
        assert_eq!(recipient("<@relay.example:hanako@example.jp>"), Ok("hanako@example.jp".into()));
        assert_eq!(recipient("<postmaster@[127.0.0.1]>"), Ok("postmaster@[127.0.0.1]".into()));
    }

    #[test]
    fn addresses_that_no_carrier_takes_are_refused() {
        for path in
            ["<da.me..@example.jp>", "<.x@example.jp>", "<a b@example.jp>", "<\"a\"b@example.jp>", "<@example.jp>"]
        {
            assert_eq!(recipient(path), Err(BadCommand::BadAddress), "{path}");
        }
        for path in ["<a@>", "<a@-example.jp>", "<a@exa mple.jp>", "<a>", "<>", "<\"\\\"@example.jp>"] {
            assert!(recipient(path).is_err(), "{path}");
        }
        assert_eq!(recipient("a@example.jp"), Err(BadCommand::Syntax));
        assert_eq!(recipient("<a@example.jp> NOTIFY=NEVER"), Err(BadCommand::UnknownParameter));
    }

    #[test]
    fn characters_outside_ascii_need_the_extension() {
        assert_eq!(recipient("<花子@例え.jp>"), Err(BadCommand::BadAddress));
        let recipient = Recipient::parse("<花子@例え.jp>", Charset::Utf8);
        assert_eq!(recipient.map(|recipient| recipient.to_string()), Ok("花子@例え.jp".into()));
    }
}
