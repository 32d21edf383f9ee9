//! What the tokens of a walk may claim.

use idp_core::credential::Method;

use super::{Done, World};

impl World {
    /// A token says what was proved and nothing beyond.
    pub(super) fn claims_no_more(&self, m: usize, claims: &serde_json::Value) {
        let amr: Vec<&str> = claims["amr"].as_array().unwrap().iter().filter_map(|one| one.as_str()).collect();
        let typed = self.seats.values().any(|seat| seat.members.contains(&m) && seat.password);
        assert!(typed || !amr.contains(&"pwd"), "{claims}");
        match self.method {
            Method::Passkey => {
                assert!(self.done[m].contains(&Done::Enrolled), "a passkey nobody made: {claims}");
                assert_eq!(claims["acr"], "phr", "{claims}");
            }
            Method::App => {
                assert!(self.done[m].contains(&Done::Enrolled), "an app nobody set up: {claims}");
                assert_eq!(claims["acr"], "aal2", "{claims}");
                assert!(!amr.iter().any(|one| ["hwk", "swk", "user"].contains(one)), "{claims}");
            }
            Method::Mail => {
                assert_eq!(claims["acr"], "aal1", "{claims}");
                assert!(!amr.iter().any(|one| ["mfa", "hwk", "swk", "user"].contains(one)), "{claims}");
            }
        }
    }
}
