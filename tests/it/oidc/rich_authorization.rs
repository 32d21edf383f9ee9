//! Rich authorization requests (RFC 9396) from the page where a member allows them to the resource: what was allowed in
//! detail stands in the token answer, in the token and in what introspection tells, and can only narrow; at the
//! authorization endpoint, for a device, and by CIBA.

use harness::{Browser, Database, Idp, MemberSeed, Page, Portal, Tokens, on_both, owned, part};
use idp_core::client::{
    AuthMethod, CibaDelivery, ExchangePolicy, GrantType, Party, Pkce, Profile, ResponseType, TokenFormat,
};
use serde_json::{Value, json};

struct Place {
    idp: Idp,
    clinic: Portal,
    browser: Browser,
    user_id: String,
}

/// A realm with one type, a third party that has every grant, and a browser in which a member is signed in.
async fn place(database: Database, user_id: &str, format: TokenFormat) -> Place {
    let idp = Idp::start_with(database, |settings| {
        settings.authorization_details_types = vec!["check-up".into()];
        settings.response_types = ResponseType::ALL.to_vec();
    })
    .await;
    let clinic = idp
        .portal_with("clinic", |settings| {
            settings.profile = Profile::Legacy;
            settings.pkce = Pkce::Optional;
            settings.party = Party::Third;
            settings.access_tokens.format = format;
            settings.exchange = ExchangePolicy::Delegation;
            settings.ciba = Some(CibaDelivery::Poll);
            settings.response_types = ResponseType::ALL.to_vec();
            settings.grant_types.extend([
                GrantType::Implicit,
                GrantType::ClientCredentials,
                GrantType::DeviceCode,
                GrantType::TokenExchange,
                GrantType::Ciba,
            ]);
        })
        .await;
    let (member, browser) = (idp.member(MemberSeed::new(user_id)).await, idp.browser());
    member.signs_in(&browser, &idp.portal().await).await;
    Place { idp, clinic, browser, user_id: user_id.to_owned() }
}

fn details() -> Value {
    json!([{"type": "check-up", "actions": ["book"], "year": 2026}, {"type": "check-up", "actions": ["read"]}])
}

const DEVICE: &str = "urn:ietf:params:oauth:grant-type:device_code";
const CIBA: &str = "urn:openid:params:grant-type:ciba";

impl Place {
    /// Begins a request elsewhere that asks for `details`.
    async fn begins(&self, path: &str, details: &Value) -> Tokens {
        let mut form = owned(&[("scope", "openid offline_access"), ("authorization_details", &details.to_string())]);
        if path == "/bc-authorize" {
            form.extend(owned(&[("login_hint", &self.user_id)]));
        }
        self.clinic.posts_to(path, form, &[]).await
    }

    /// The page where the member is asked, and its button.
    async fn asked(&self, begun: &Tokens) -> (Page, String) {
        if let Some(code) = begun.json["user_code"].as_str() {
            let page = self.browser.get("/device").await.fill("user-code", code).submit("user-code-submit").await;
            return (page, "device-allow".into());
        }
        let page = self.browser.get("/account/requests").await;
        let button = page.body.split('"').find(|part| part.starts_with("request-allow-")).unwrap().to_owned();
        (page, button)
    }

    /// Fetches the tokens, with these parameters more.
    async fn fetches(&self, begun: &Tokens, more: &[(&str, &str)]) -> Tokens {
        let (grant, name) = match begun.json["device_code"].as_str() {
            Some(_) => (DEVICE, "device_code"),
            None => (CIBA, "auth_req_id"),
        };
        let mut form = owned(&[("grant_type", grant), (name, begun.json[name].as_str().unwrap())]);
        form.extend(owned(more));
        self.clinic.posts(form).await
    }

    /// The member allows it; the tokens that the code gives.
    async fn allows(&self, more: &[(&str, &str)]) -> Tokens {
        let text = details().to_string();
        let asked = self.clinic.asks_with(&[("authorization_details", &text), ("scope", "openid offline_access")]);
        let page = self.browser.get(&asked.url).await;
        assert!(page.text_of("consent-details").unwrap().contains("check-up"), "{}", page.summary());
        let arrival = page.submit("consent-allow").await.arrived();
        let mut form = owned(&[
            ("grant_type", "authorization_code"),
            ("code", arrival.code()),
            ("redirect_uri", &self.clinic.redirect_uri),
            ("code_verifier", &asked.verifier),
        ]);
        form.extend(owned(more));
        self.clinic.posts(form).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_allowed_in_detail_is_told_wherever_the_token_goes() {
    on_both(async |database| {
        let place = place(database, "RA-1", TokenFormat::Jwt).await;
        let tokens = place.allows(&[]).await;
        assert_eq!((tokens.status, &tokens.json["authorization_details"]), (200, &details()), "{}", tokens.json);
        assert_eq!(part(tokens.access_token(), 1)["authorization_details"], details());
        for token in [tokens.access_token(), tokens.refresh_token()] {
            assert_eq!(place.clinic.introspects(token).await["authorization_details"], details());
        }
        let refreshed = place.clinic.refreshes(tokens.refresh_token()).await;
        assert_eq!(refreshed.json["authorization_details"], details());
        assert!(refreshed.claims().get("authorization_details").is_none(), "they are no claims about a member");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_request_narrows_and_never_widens() {
    on_both(async |database| {
        let place = place(database, "RA-2", TokenFormat::Opaque).await;
        let first = json!([details()[0]]);
        let tokens = place.allows(&[("authorization_details", &first.to_string())]).await;
        assert_eq!(tokens.json["authorization_details"], first, "{}", tokens.json);
        assert_eq!(place.clinic.introspects(tokens.access_token()).await["authorization_details"], first);
        let refreshes = async |token: &str, details: &Value| {
            let form = [
                ("grant_type", "refresh_token"),
                ("refresh_token", token),
                ("authorization_details", &details.to_string()),
            ];
            place.clinic.posts(owned(&form)).await
        };
        for wider in [
            json!([{"type": "check-up", "actions": ["book"], "year": 2027}]),
            json!([{"type": "payment"}]),
            json!([details()[0], {"type": "check-up"}]),
            json!({"type": "check-up"}),
            json!("nonsense"),
        ] {
            let refused = refreshes(tokens.refresh_token(), &wider).await;
            assert_eq!((refused.status, refused.error()), (400, "invalid_authorization_details"), "{wider}");
        }
        let second = json!([details()[1]]);
        let narrowed = refreshes(tokens.refresh_token(), &second).await;
        assert_eq!(narrowed.json["authorization_details"], second, "the refresh token keeps what was allowed");
        let whole = place.clinic.refreshes(narrowed.refresh_token()).await;
        assert_eq!(whole.json["authorization_details"], details());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_of_the_authorization_endpoint_carries_them_too() {
    on_both(async |database| {
        let place = place(database, "RA-3", TokenFormat::Jwt).await;
        let text = details().to_string();
        let asked = place.clinic.asks_with(&[("authorization_details", &text), ("response_type", "id_token token")]);
        let page = place.browser.get(&asked.url).await;
        let arrival = page.submit("consent-allow").await.arrived();
        let told: Value = serde_json::from_str(arrival.get("authorization_details")).unwrap();
        assert_eq!(told, details());
        assert_eq!(part(arrival.get("access_token"), 1)["authorization_details"], details());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn where_no_member_is_shown_them_they_are_refused_and_not_ignored() {
    on_both(async |database| {
        let place = place(database, "RA-4", TokenFormat::Jwt).await;
        let text = details().to_string();
        let tokens = place.allows(&[]).await;
        let with = |fields: &[(&str, &str)]| {
            let mut form = owned(fields);
            form.push(("authorization_details".into(), text.clone()));
            form
        };
        let exchange = [
            ("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"),
            ("subject_token", tokens.access_token()),
            ("subject_token_type", "urn:ietf:params:oauth:token-type:access_token"),
        ];
        for (path, form) in [("/token", with(&[("grant_type", "client_credentials")])), ("/token", with(&exchange))] {
            let refused = place.clinic.posts_to(path, form.clone(), &[]).await;
            assert_eq!((refused.status, refused.error()), (400, "invalid_authorization_details"), "{path}: {form:?}");
        }
        let exchanged = place.clinic.posts(owned(&exchange)).await;
        assert_eq!(exchanged.status, 200, "{}", exchanged.json);
        assert!(exchanged.json.get("authorization_details").is_none(), "they were not allowed to the next service");
        let public = place.idp.portal_with("plain", |settings| settings.auth_method = AuthMethod::None).await;
        let asked = public.asks();
        let plain = public.redeems(&asked, place.browser.get(&asked.url).await.arrived().code()).await;
        assert!(plain.json.get("authorization_details").is_none());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_is_shown_elsewhere_too_what_is_asked_in_detail() {
    on_both(async |database| {
        let place = place(database, "RA-5", TokenFormat::Jwt).await;
        for path in ["/device_authorization", "/bc-authorize"] {
            let begun = place.begins(path, &details()).await;
            assert_eq!(begun.status, 200, "{path}: {}", begun.json);
            let (page, allow) = place.asked(&begun).await;
            for text in ["check-up", "book", "2026"] {
                assert!(page.body.contains(text), "{path}: {text}: {}", page.summary());
            }
            page.submit(&allow).await;

            let wider = json!([{"type": "check-up", "actions": ["cancel"]}]).to_string();
            let refused = place.fetches(&begun, &[("authorization_details", &wider)]).await;
            assert_eq!(refused.error(), "invalid_authorization_details", "{path}: {}", refused.json);
            place.idp.advance(std::time::Duration::from_secs(10));
            let first = json!([details()[0]]);
            let tokens = place.fetches(&begun, &[("authorization_details", &first.to_string())]).await;
            assert_eq!(
                (tokens.status, &tokens.json["authorization_details"]),
                (200, &first),
                "{path}: {}",
                tokens.json
            );
            assert_eq!(part(tokens.access_token(), 1)["authorization_details"], first);
            assert_eq!(place.clinic.introspects(tokens.access_token()).await["authorization_details"], first);
            let refreshed = place.clinic.refreshes(tokens.refresh_token()).await;
            assert_eq!(refreshed.json["authorization_details"], details(), "{path}: the whole was allowed");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_asked_elsewhere_has_the_form_that_the_realm_knows() {
    on_both(async |database| {
        let place = place(database, "RA-6", TokenFormat::Jwt).await;
        for path in ["/device_authorization", "/bc-authorize"] {
            for wrong in [
                json!([{"type": "payment"}]),
                json!([{"actions": ["book"]}]),
                json!([{"type": "check-up", "actions": "book"}]),
                json!({"type": "check-up"}),
                json!([]),
                json!("nonsense"),
                json!(vec![json!({"type": "check-up"}); 17]),
            ] {
                let refused = place.begins(path, &wrong).await;
                assert_eq!(
                    (refused.status, refused.error()),
                    (400, "invalid_authorization_details"),
                    "{path}: {wrong}"
                );
            }
        }
        let hidden = json!([{"type": "check-up", "place": "札幌\u{202E}nopu"}]);
        let begun = place.begins("/bc-authorize", &hidden).await;
        let (page, _) = place.asked(&begun).await;
        assert!(page.body.contains("\\u{202e}nopu") && !page.body.contains('\u{202E}'), "{}", page.summary());
    })
    .await;
}
