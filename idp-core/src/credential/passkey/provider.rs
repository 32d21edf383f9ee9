//! Who keeps a passkey, by its AAGUID: a name to recognise it by. It proves nothing, since no attestation is asked for.
//!
//! The identifiers are those that the makers publish for their relying parties' pages (FIDO Alliance, passkey design
//! guidelines). What is not here is named after the browser.

use uuid::{Uuid, uuid};

use crate::language::Language;

const NAMES: [(Uuid, &str, &str); 23] = [
    (uuid!("fbfc3007-154e-4ecc-8c0b-6e020557d7bd"), "iCloud キーチェーン", "iCloud Keychain"),
    (uuid!("dd4ec289-e01d-41c9-bb89-70fa845d4bf2"), "iCloud キーチェーン", "iCloud Keychain"),
    (uuid!("ea9b8d66-4d01-1d21-3ce4-b6b48cb575d4"), "Google パスワードマネージャー", "Google Password Manager"),
    (uuid!("adce0002-35bc-c60a-648b-0b25f1f05503"), "Chrome（Mac）", "Chrome (Mac)"),
    (uuid!("b5397666-4885-aa6b-cebf-e52262a439a2"), "Chromium", "Chromium"),
    (uuid!("771b48fd-d3d4-4f74-9232-fc157ab0507a"), "Edge（Mac）", "Edge (Mac)"),
    (uuid!("08987058-cadc-4b81-b6e1-30de50dcbe96"), "Windows Hello", "Windows Hello"),
    (uuid!("9ddd1817-af5a-4672-a2b9-3e3dd95000a9"), "Windows Hello", "Windows Hello"),
    (uuid!("6028b017-b1d4-4c02-b4b3-afcdafc96bb2"), "Windows Hello", "Windows Hello"),
    (uuid!("53414d53-554e-4700-0000-000000000000"), "Samsung Pass", "Samsung Pass"),
    (uuid!("bada5566-a7aa-401f-bd96-45619a55120d"), "1Password", "1Password"),
    (uuid!("d548826e-79b4-db40-a3d8-11116f7e8349"), "Bitwarden", "Bitwarden"),
    (uuid!("531126d6-e717-415c-9320-3d9aa6981239"), "Dashlane", "Dashlane"),
    (uuid!("0ea242b4-43c4-4a1b-8b17-dd6d0b6baec6"), "Keeper", "Keeper"),
    (uuid!("b84e4048-15dc-4dd0-8640-f4f60813c8af"), "NordPass", "NordPass"),
    (uuid!("f3809540-7f14-49c1-a8b3-8f813b225541"), "Enpass", "Enpass"),
    (uuid!("50726f74-6f6e-5061-7373-50726f746f6e"), "Proton Pass", "Proton Pass"),
    (uuid!("fdb141b2-5d84-443e-8a35-4698c205a502"), "KeePassXC", "KeePassXC"),
    (uuid!("891494da-2c90-4d31-a9cd-4eab0aed1309"), "Sésame", "Sésame"),
    (uuid!("cb69481e-8ff7-4039-93ec-0a2729a154a8"), "YubiKey", "YubiKey"),
    (uuid!("ee882879-721c-4913-9775-3dfcce97072a"), "YubiKey", "YubiKey"),
    (uuid!("2fc0579f-8113-47ea-b116-bb5a8db9202a"), "YubiKey", "YubiKey"),
    (uuid!("fa2b99dc-9e39-4257-8f92-4a30d23c4118"), "YubiKey", "YubiKey"),
];

/// The keeper's name; `None` where it is unknown or did not say.
pub fn name_of(aaguid: Uuid, language: Language) -> Option<&'static str> {
    let (_, ja, en) = NAMES.iter().find(|(known, _, _)| *known == aaguid)?;
    Some(match language {
        Language::Ja => ja,
        Language::En => en,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_known_keeper_is_named_in_both_languages_and_an_unknown_one_is_not() {
        let apple = uuid!("fbfc3007-154e-4ecc-8c0b-6e020557d7bd");
        assert_eq!(name_of(apple, Language::Ja), Some("iCloud キーチェーン"));
        assert_eq!(name_of(apple, Language::En), Some("iCloud Keychain"));
        assert_eq!(name_of(Uuid::nil(), Language::Ja), None);
    }

    #[test]
    fn no_keeper_stands_twice() {
        let ids: std::collections::HashSet<Uuid> = NAMES.iter().map(|(id, _, _)| *id).collect();
        assert_eq!(ids.len(), NAMES.len());
    }
}
