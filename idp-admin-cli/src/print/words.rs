//! The words of a letter. A realm replaces any of them by `texts.<language>.letter-…`.

use std::collections::BTreeMap;

use idp_core::language::Language;
use idp_core::realm::Realm;

/// Every text, Japanese and English.
const WORDS: [(&str, &str, &str); 16] = [
    ("letter-title", "ログインIDと初期パスワードのお知らせ", "Your user ID and initial password"),
    (
        "letter-lead",
        "{society}の会員サイトをご利用いただくための、ユーザーIDと初期パスワードをお知らせします。{expires}までに、下記の手順で初回登録をお願いいたします。",
        "This letter holds your user ID and initial password for the member site of {society}. Please complete the first sign-in by {expires}.",
    ),
    ("letter-honorific", " 様", ""),
    ("letter-issued", "発行日 {issued}", "Issued on {issued}"),
    ("letter-user-id", "ユーザーID", "User ID"),
    ("letter-secret", "初期パスワード", "Initial password"),
    ("letter-expires", "有効期限 {expires}", "Good until {expires}"),
    ("letter-qr", "ログイン画面", "Sign-in page"),
    (
        "letter-symbols",
        "数字は2〜9、英字は大文字です。ハイフンは入力しなくてもかまいません。0・1とO・Iなどの紛らわしい文字は使われていません。",
        "Digits are 2 to 9, letters are capitals. Hyphens may be left out. Look-alikes such as 0, O, 1 and I do not occur.",
    ),
    ("letter-steps", "初回登録の手順", "What to do"),
    (
        "letter-step-1",
        "スマートフォンで右上のQRコードを読み取るか、パソコンで {address} を開きます。",
        "Scan the QR code with your phone, or open {address} on a computer.",
    ),
    (
        "letter-step-2",
        "ユーザーIDと初期パスワードを入力し、生年月日の確認、利用規約への同意、メールアドレスの登録を行います。",
        "Type the user ID and the initial password, confirm your birth date, agree to the terms, and register a mail address.",
    ),
    (
        "letter-step-3",
        "ログイン方法を選び、新しいパスワードを設定します。設定が終わると、この用紙の初期パスワードは使えなくなります。",
        "Choose how to sign in and set a password of your own. After that, the initial password no longer works.",
    ),
    (
        "letter-care",
        "この用紙はご本人だけがお読みください。初期パスワードを電話やメールでお尋ねすることはありません。",
        "Keep this letter to yourself. We never ask for the initial password by telephone or mail.",
    ),
    ("letter-help", "お問い合わせ", "Help"),
    ("letter-sender", "{society}", "{society}"),
];

/// The words of one realm in one language.
pub(super) struct Words<'r> {
    language: Language,
    own: Option<&'r BTreeMap<String, String>>,
}

impl<'r> Words<'r> {
    pub(super) fn of(realm: &'r Realm, language: Language) -> Self {
        Self { language, own: realm.settings.texts.get(language.tag()) }
    }

    /// A text with the values put in.
    pub(super) fn say(&self, key: &str, values: &[(&str, &str)]) -> String {
        let ours = || {
            let words = WORDS.iter().find(|(name, _, _)| *name == key);
            words.map_or("", |(_, ja, en)| match self.language {
                Language::Ja => ja,
                Language::En => en,
            })
        };
        let text = self.own.and_then(|own| own.get(key)).map_or_else(ours, String::as_str);
        values.iter().fold(text.to_owned(), |text, (name, value)| text.replace(&format!("{{{name}}}"), value))
    }
}

/// A date as letters write it.
pub(super) fn date(language: Language, iso: &str) -> String {
    let parts: Vec<&str> = iso.split('-').map(|part| part.trim_start_matches('0')).collect();
    match (language, parts.as_slice()) {
        (Language::Ja, [year, month, day]) => format!("{year}年{month}月{day}日"),
        (Language::Ja | Language::En, _) => iso.to_owned(),
    }
}
