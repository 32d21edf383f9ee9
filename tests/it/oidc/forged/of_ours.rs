//! What this realm signs: access tokens and ID tokens.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use harness::{ClientKey, Stranger, hmac, hmac_by_public_key, on_both, owned, part};
use serde_json::{Value, json};

use super::{Place, place, with};

/// Where a token of ours enters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum OfOurs {
    Userinfo,
    UserinfoForm,
    Introspect,
    Subject,
    Actor,
    HintAtAuthorize,
    HintAtEndSession,
    HintByCiba,
}

impl OfOurs {
    const ALL: [Self; 8] = [
        Self::Userinfo,
        Self::UserinfoForm,
        Self::Introspect,
        Self::Subject,
        Self::Actor,
        Self::HintAtAuthorize,
        Self::HintAtEndSession,
        Self::HintByCiba,
    ];

    const fn takes_id_tokens(self) -> bool {
        matches!(self, Self::HintAtAuthorize | Self::HintAtEndSession | Self::HintByCiba)
    }
}

impl Place {
    async fn takes(&self, entrance: OfOurs, token: &str, access: &str) -> bool {
        let origin = self.idp.origin();
        let kind = "urn:ietf:params:oauth:token-type:access_token";
        let exchanges = async |subject: &str, actor: Option<&str>| {
            let mut form = owned(&[
                ("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"),
                ("subject_token", subject),
                ("subject_token_type", kind),
            ]);
            if let Some(actor) = actor {
                form.extend(owned(&[("actor_token", actor), ("actor_token_type", kind)]));
            }
            self.bank.posts(form).await.status == 200
        };
        match entrance {
            OfOurs::Userinfo => self.bank.userinfo(token).await.0 == 200,
            OfOurs::UserinfoForm => {
                let request = self.idp.http().post(format!("{origin}/userinfo")).form(&[("access_token", token)]);
                request.send().await.unwrap().status() == 200
            }
            OfOurs::Introspect => self.bank.introspects(token).await["active"] == true,
            OfOurs::Subject => exchanges(token, None).await,
            OfOurs::Actor => exchanges(access, Some(token)).await,
            OfOurs::HintAtAuthorize => {
                let asked = self.bank.asks_with(&[("prompt", "none"), ("id_token_hint", token)]);
                let page = self.browser.get(&asked.url).await;
                page.arrival().is_some_and(|arrival| !arrival.get("code").is_empty())
            }
            OfOurs::HintAtEndSession => {
                // A browser without a session, so that nothing ends.
                let back =
                    [("id_token_hint", token), ("post_logout_redirect_uri", &*self.bank.post_logout_redirect_uri)];
                let page = self.idp.browser().get_once(&self.bank.end_session_url(&back)).await;
                page.location().is_some_and(|url| url.as_str().starts_with(&self.bank.post_logout_redirect_uri))
            }
            OfOurs::HintByCiba => {
                let form = owned(&[("scope", "openid"), ("id_token_hint", token)]);
                self.bank.posts_to("/bc-authorize", form, &[]).await.status == 200
            }
        }
    }
}

/// Every way to make a token of ours without our keys.
fn counterfeit(genuine: &str, public: &Value, stranger: &Stranger) -> Vec<(&'static str, String)> {
    let (head, claims) = (part(genuine, 0), part(genuine, 1));
    let parts: Vec<&str> = genuine.split('.').collect();
    let richer = URL_SAFE_NO_PAD.encode(with(&claims, &json!({"sub": "somebody-else"})).to_string());
    let unsigned = |alg: &str| {
        let header = URL_SAFE_NO_PAD.encode(with(&head, &json!({"alg": alg})).to_string());
        format!("{header}.{}.", parts[1])
    };
    let mut counterfeit = vec![
        ("none", unsigned("none")),
        ("none in another case", unsigned("NonE")),
        ("no signature", format!("{}.{}.", parts[0], parts[1])),
        ("two parts", format!("{}.{}", parts[0], parts[1])),
        ("another subject", format!("{}.{richer}.{}", parts[0], parts[2])),
        ("a stranger's key under our kid", stranger.key.signs(&with(&head, &json!({"alg": "ES256"})), &claims)),
        ("a stranger's key under its own kid", stranger.key.signs(&json!({"typ": head["typ"], "kid": "a"}), &claims)),
        ("a kid that is a path", hmac(b"", &with(&head, &json!({"kid": "../../dev/null"})), &claims)),
    ];
    counterfeit.extend(hmac_by_public_key(public, &head, &claims));
    counterfeit.extend(stranger.signs(&head, &claims));
    counterfeit
}

/// What our own key signed, and what still is no such token: the one check that it fails is what refuses it.
fn misfits(key: &ClientKey, genuine: &str, other_kid: &Value, now: u64) -> Vec<(&'static str, String)> {
    let (head, claims) = (part(genuine, 0), part(genuine, 1));
    let headed = |more: Value| key.signs(&with(&head, &more), &claims);
    let says = |more: Value| key.signs(&head, &with(&claims, &more));
    let mut misfits = vec![
        ("a kid that is nobody's", headed(json!({"kid": "x"}))),
        ("the kid of another key of ours", headed(json!({"kid": other_kid}))),
        ("no kid", headed(json!({"kid": null}))),
        ("what must be understood", headed(json!({"crit": ["exp"]}))),
        ("what must be understood, and is there", headed(json!({"crit": ["iat"], "iat": now}))),
        // An RSA key signs it, too, and any other key signs as it can under that name.
        ("another algorithm", headed(json!({"alg": "PS256"}))),
        ("no algorithm's name", headed(json!({"alg": ""}))),
        ("any kind of token", headed(json!({"typ": "application/jwt"}))),
        ("a logout token", headed(json!({"typ": "logout+jwt"}))),
        ("no kind", headed(json!({"typ": null}))),
        ("another issuer", says(json!({"iss": "https://elsewhere.example"}))),
        ("no end", says(json!({"exp": null}))),
        ("an end that is no time", says(json!({"exp": "later"}))),
        ("nobody it is about", says(json!({"sub": null}))),
    ];
    if head["typ"] == "at+jwt" {
        let (kind, _) = claims["gid"].as_str().unwrap().split_once('_').unwrap();
        let nobodys = format!("{kind}_{}", "0".repeat(32));
        misfits.extend([
            ("an ID token's kind", headed(json!({"typ": "JWT"}))),
            ("over a second ago", says(json!({"exp": now - 1}))),
            ("over just now", says(json!({"exp": now}))),
            ("a client that is not there", says(json!({"client_id": "nobody"}))),
            ("a grant that is not there", says(json!({ "gid": nobodys }))),
            ("no name to take it back by", says(json!({"jti": null}))),
        ]);
    } else {
        misfits.extend([
            ("an access token's kind", headed(json!({"typ": "at+jwt"}))),
            ("nobody it is for", says(json!({"aud": null}))),
        ]);
    }
    misfits
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_of_ours_is_taken_where_it_belongs_and_no_counterfeit_is() {
    on_both(async |database| {
        let place = place(database, "F-3").await;
        let asked = place.bank.asks();
        let arrival = place.browser.get(&asked.url).await.arrived();
        let tokens = place.bank.redeems(&asked, arrival.code()).await;
        let keys = place.browser.get("/jwks").await.json();
        let signing: Vec<&Value> = keys["keys"].as_array().unwrap().iter().filter(|key| key["use"] == "sig").collect();
        let mut wrong = Vec::new();
        for token in [tokens.access_token(), tokens.id_token()] {
            let kid = &part(token, 0)["kid"];
            let public = signing.iter().find(|key| key["kid"] == *kid).unwrap();
            let other = &signing.iter().find(|key| key["kid"] != *kid).unwrap()["kid"];
            let key = place.idp.realm_key(kid.as_str().unwrap()).await;
            let mut attacks = counterfeit(token, public, &place.stranger);
            attacks.extend(misfits(&key, token, other, place.idp.seconds()));
            // What our key signs is taken: nothing but the change can be why the others are not.
            wrong.push((token, key.signs(&part(token, 0), &part(token, 1)), key, attacks));
        }
        for entrance in OfOurs::ALL {
            let (genuine, signed, key, attacks) = &wrong[usize::from(entrance.takes_id_tokens())];
            for (attack, token) in attacks {
                assert!(!place.takes(entrance, token, tokens.access_token()).await, "{entrance:?}: {attack}");
            }
            for token in [*genuine, signed] {
                assert!(place.takes(entrance, token, tokens.access_token()).await, "{entrance:?}: the genuine one");
            }
            if entrance.takes_id_tokens() {
                let over = with(&part(genuine, 1), &json!({"exp": place.idp.seconds() - 1}));
                let over = key.signs(&part(genuine, 0), &over);
                assert!(place.takes(entrance, &over, "").await, "{entrance:?}: a hint may be old");
            }
        }
        for (attack, token) in &wrong[0].3 {
            assert_eq!(place.bank.revokes(token).await.status, 200, "{attack}");
        }
        assert!(place.takes(OfOurs::Introspect, tokens.access_token(), "").await, "no counterfeit revokes anything");
        assert_eq!(Stranger::visits(&place.shelf), 0, "nobody went for a stranger's key");
    })
    .await;
}
