//! What the terminal says: where everything is, and the letter of the member that the newcomer plays.

use super::document::{DemoDocument, MemberEntry};
use super::members::{MEMBERS, MemberState, SOCIETY};

/// The text, with a line end at its end.
pub fn text(document: &DemoDocument) -> String {
    let mut lines = vec![
        String::new(),
        format!("  Sekisho demo: {} ({})", SOCIETY.name_ja, SOCIETY.name_en),
        String::new(),
        format!("    Portal    {}   けんぽポータル / where members go", document.portal),
        format!("    Mailbox   {}   届いたメール / every mail of the demo", document.mailbox),
        format!("    Provider  {}   ログインサービス / signs members in", document.issuer),
        String::new(),
    ];
    if let Some(member) = document.members.iter().find(|member| member.state == MemberState::New) {
        lines.extend(first_login(document, member));
    }
    lines.extend([
        String::new(),
        format!("  More members, with passwords, app keys and clients: {}", document_path(document)),
        "  The letter is used up? `--fresh` prints new ones. Ctrl+C stops the demo.".to_owned(),
        String::new(),
    ]);
    lines.join("\n") + "\n"
}

fn first_login(document: &DemoDocument, member: &MemberEntry) -> Vec<String> {
    let name = MEMBERS.iter().find(|known| known.user_id == member.user_id).map(|known| known.name.join(" "));
    vec![
        format!("  ユーザID・パスワード通知 / The letter of {}", name.unwrap_or_default()),
        "  ┌──────────────────────────────────────────────────────────".to_owned(),
        format!("  │ ユーザID        User ID            {}", member.user_id),
        format!("  │ 初期パスワード  Initial password   {}", member.initial_password.as_deref().unwrap_or_default()),
        format!("  │ 生年月日        Birth date         {}", member.birth_date),
        "  └──────────────────────────────────────────────────────────".to_owned(),
        String::new(),
        format!("  1. Open {} and choose ログイン (Sign in).", document.portal),
        "  2. Type the user ID and the initial password of the letter, then the birth date.".to_owned(),
        "  3. Agree to the terms and confirm the mail address.".to_owned(),
        format!("  4. Open {}, and in the newest mail follow the link.", document.mailbox),
        "  5. Choose how to confirm it is you, set a new password, and sign out.".to_owned(),
        "  6. Sign in again with the new password: after the set-up you are at the portal.".to_owned(),
    ]
}

fn document_path(document: &DemoDocument) -> String {
    document.config.with_file_name(super::document::DOCUMENT_NAME).display().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_newcomer_finds_every_address_and_the_first_letter() {
        let entry = |user_id: &str, secret: &str| MemberEntry {
            user_id: user_id.into(),
            initial_password: Some(secret.into()),
            password: None,
            birth_date: "1980-01-01".into(),
            mail: "a@example.jp".into(),
            state: MemberState::New,
            totp_key: None,
        };
        let document = DemoDocument {
            issuer: "http://localhost:8080".into(),
            portal: "http://localhost:8081".into(),
            mailbox: "http://localhost:8082".into(),
            config: "/demo/sekisho.toml".into(),
            members: vec![entry("MN100101", "FIRST-SECRET"), entry("MN100102", "OTHER-SECRET")],
            clients: Vec::new(),
        };

        let text = text(&document);

        for expected in
            [":8080", ":8081", ":8082", "MN100101", "FIRST-SECRET", "1980-01-01", "田中 花子", "/demo/demo.json"]
        {
            assert!(text.contains(expected), "{expected}: {text}");
        }
        assert!(!text.contains("OTHER-SECRET"));
    }
}
