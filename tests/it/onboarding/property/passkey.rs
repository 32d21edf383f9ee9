//! The moves of members with passkeys.

use harness::Page;

use super::{Done, Proof, World};

impl World {
    /// Asks for a challenge with a page's token, and lets the member's authenticator answer it.
    pub(super) async fn by_passkey(&mut self, b: usize, m: usize, page: &Page, action: &str) -> Page {
        let path = if action == "create" { "/enrol/passkey" } else { "/login/passkey" };
        let mut form = page.hidden();
        form.retain(|(name, _)| name != "action" && name != "ceremony" && name != "credential");
        form.push(("action".into(), action.into()));
        let interaction = form.iter().find(|(name, _)| name == "interaction").map(|(_, value)| value.clone());
        let challenge = self.browsers[b].post_once(&format!("{path}/options"), &form).await;
        let Ok(challenge) = serde_json::from_str::<serde_json::Value>(&challenge.body) else { return challenge };
        if challenge.get("options").is_none() {
            return self.browsers[b].get("/login").await;
        }
        let origin = self.idp.origin();
        let answer = if action == "create" {
            let user = &challenge["options"]["publicKey"]["user"];
            let holder = self.members.iter().position(|member| user["name"] == member.user_id.as_str()).unwrap();
            self.holders.insert(user["id"].as_str().unwrap().to_owned(), holder);
            let seat = interaction.as_ref().and_then(|id| self.seats.get(id));
            assert!(
                seat.is_some_and(|seat| seat.members.contains(&holder)),
                "a key pair for {holder}, who is not here"
            );
            self.members[m].with_authenticator(|own| own.creates(&challenge, &origin))
        } else if self.members[m].with_authenticator(|own| own.can_sign(&challenge)) {
            self.members[m].with_authenticator(|own| own.signs(&challenge, &origin))
        } else {
            return self.browsers[b].get("/login").await;
        };
        let handle = answer["response"]["userHandle"].as_str().map(str::to_owned);
        let handle = handle.or_else(|| challenge["options"]["publicKey"]["user"]["id"].as_str().map(str::to_owned));
        let holder = handle.and_then(|handle| self.holders.get(&handle).copied()).unwrap();
        form.push(("ceremony".into(), challenge["ceremony"].as_str().unwrap().to_owned()));
        form.push(("credential".into(), answer.to_string()));
        let posted = self.browsers[b].post_once(path, &form).await;
        let landed = posted
            .location()
            .and_then(|url| url.query_pairs().find(|(name, _)| name == "interaction").map(|(_, id)| id.into_owned()));
        let proof = match action {
            "create" => Proof::Step(Done::Enrolled),
            "second-step" => Proof::Passkey,
            _ => Proof::PasskeyAlone,
        };
        self.believes(interaction.or(landed), holder, Some(proof));
        self.browsers[b].follow(posted).await
    }
}
