//! `x-fapi-interaction-id`: the name under which client and resource find one request in both their logs (FAPI 1.0 Part 1
//! §6.2.1, which CIBA under FAPI builds on; FAPI 2.0 Implementation Advice §2.1.1).

use uuid::Uuid;

use crate::entropy::{Entropy, uuid_v4};

/// The header, in requests and answers.
pub const HEADER: &str = "x-fapi-interaction-id";

/// What the answer carries: what the client sent, as it was written, where that is a UUID; else a fresh one.
pub fn answered(sent: Option<&str>, entropy: &dyn Entropy) -> String {
    let is_hyphenated = |text: &&str| text.len() == 36 && Uuid::try_parse(text).is_ok();
    sent.filter(is_hyphenated).map_or_else(|| uuid_v4(entropy).to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::SeededEntropy;

    #[test]
    fn a_uuid_comes_back_as_it_was_written_and_nothing_else_does() {
        let entropy = SeededEntropy::new(1);
        let sent = "C770AEF3-6784-41F7-8E0E-FF5F97BDDB3A";
        assert_eq!(answered(Some(sent), &entropy), sent);
        for other in
            [None, Some(""), Some("c770aef3678441f78e0eff5f97bddb3a"), Some("x\r\ny: z"), Some(&*"a".repeat(36))]
        {
            let id = answered(other, &entropy);
            assert_eq!(Uuid::try_parse(&id).unwrap().get_version_num(), 4, "{other:?}");
            assert_ne!(Some(id.as_str()), other);
        }
    }
}
