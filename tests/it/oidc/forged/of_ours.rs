//! What this realm signs: access tokens and ID tokens.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use harness::{ClientKey, hmac, on_both, owned, part};
use serde_json::{Value, json};

use super::{Place, place};

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
fn counterfeit(genuine: &str, public: &Value) -> Vec<(&'static str, String)> {
    let (head, claims, stranger) = (part(genuine, 0), part(genuine, 1), ClientKey::new("a"));
    let parts: Vec<&str> = genuine.split('.').collect();
    let with = |more: Value| {
        let mut header = head.clone();
        header.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        header
    };
    let under = |header: Value| format!("{}.{}.{}", URL_SAFE_NO_PAD.encode(header.to_string()), parts[1], parts[2]);
    let mut richer = claims.clone();
    richer["sub"] = "somebody-else".into();
    let richer = URL_SAFE_NO_PAD.encode(richer.to_string());
    let unsigned = |alg: &str| {
        let header = URL_SAFE_NO_PAD.encode(with(json!({"alg": alg})).to_string());
        format!("{header}.{}.", parts[1])
    };
    vec![
        ("none", unsigned("none")),
        ("none in another case", unsigned("NonE")),
        ("no signature", format!("{}.{}.", parts[0], parts[1])),
        ("two parts", format!("{}.{}", parts[0], parts[1])),
        ("another subject", format!("{}.{richer}.{}", parts[0], parts[2])),
        ("HS256 with the public key", hmac(public.to_string().as_bytes(), &with(json!({"alg": "HS256"})), &claims)),
        ("a stranger's key under our kid", stranger.signs(&with(json!({"alg": "ES256"})), &claims)),
        ("an embedded key", stranger.signs(&with(json!({"alg": "ES256", "jwk": stranger.jwk})), &claims)),
        ("a key to fetch", stranger.signs(&with(json!({"alg": "ES256", "jku": "https://evil.example/"})), &claims)),
        ("a kid that is nobody's", under(with(json!({"kid": "x"})))),
        ("a kid that is a path", hmac(b"", &with(json!({"kid": "../../dev/null"})), &claims)),
        ("what must be understood", under(with(json!({"crit": ["exp"]})))),
        ("another algorithm", under(with(json!({"alg": "PS256"})))),
        ("another kind", under(with(json!({"typ": "application/jwt"})))),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_of_ours_is_taken_where_it_belongs_and_no_counterfeit_is() {
    on_both(async |database| {
        let place = place(database, "F-3").await;
        let asked = place.bank.asks();
        let arrival = place.browser.get(&asked.url).await.arrived();
        let tokens = place.bank.redeems(&asked, arrival.code()).await;
        let keys = place.browser.get("/jwks").await.json();
        for entrance in OfOurs::ALL {
            let genuine = if entrance.takes_id_tokens() { tokens.id_token() } else { tokens.access_token() };
            let kid = &part(genuine, 0)["kid"];
            let public = keys["keys"].as_array().unwrap().iter().find(|key| key["kid"] == *kid).unwrap();
            for (attack, token) in counterfeit(genuine, public) {
                assert!(!place.takes(entrance, &token, tokens.access_token()).await, "{entrance:?}: {attack}");
            }
            assert!(place.takes(entrance, genuine, tokens.access_token()).await, "{entrance:?}: the genuine one");
        }
        for (_, token) in counterfeit(tokens.access_token(), &keys["keys"][0]) {
            assert_eq!(place.bank.revokes(&token).await.status, 200);
        }
        assert!(place.takes(OfOurs::Introspect, tokens.access_token(), "").await, "no counterfeit revokes anything");
    })
    .await;
}
