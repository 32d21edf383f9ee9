//! The other parameters of the authorization endpoint: claims, resources, details, prompts, hints.

use harness::{Asked, Browser, Idp, Member, MemberSeed, Portal, Tokens, on_both, owned, part};
use idp_core::client::{HttpsUri, Party};
use idp_core::clock::hours;
use idp_core::oidc::scope::Scopes;
use idp_core::realm::RefusalDetails;
use serde_json::json;

const API: &str = "https://api.example/";
const RECORDS: &str = "https://records.example/";
const MEALS: &str = "https://meals.example/";

async fn signed_in(idp: &Idp, user_id: &str) -> (Member, Portal, Browser) {
    let (member, portal, browser) = (idp.member(MemberSeed::new(user_id)).await, idp.portal().await, idp.browser());
    member.signs_in(&browser, &portal).await;
    (member, portal, browser)
}

#[tokio::test(flavor = "multi_thread")]
async fn single_claims_are_told_where_they_were_asked_for_and_nowhere_else() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (member, portal, browser) = signed_in(&idp, "Q-1001").await;
        let wanted = json!({
            "userinfo": {"email": {"essential": true}, "nonsense": null},
            "id_token": {"birthdate": null, "preferred_username": {"essential": false}},
        });

        let asked = portal.asks_with(&[("scope", "openid"), ("claims", &wanted.to_string())]);
        let arrival = browser.get(&asked.url).await.arrived();
        let tokens = portal.redeems(&asked, arrival.code()).await;
        let claims = tokens.claims();
        assert_eq!(claims["birthdate"], member.birth_date.as_str());
        assert_eq!(claims["preferred_username"], "Q-1001");
        assert!(claims["email"].is_null() && claims["name"].is_null() && claims["locale"].is_null());
        let (_, told) = portal.userinfo(tokens.access_token()).await;
        assert_eq!(told["email"], member.mail.as_str());
        let mut names: Vec<&String> = told.as_object().unwrap().keys().collect();
        names.sort();
        assert_eq!(names, ["email", "sub"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_learns_by_claims_no_more_than_its_scopes_allow() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (_, _, browser) = signed_in(&idp, "Q-1002").await;
        let modest = idp.portal_with("modest", |settings| settings.scopes = Scopes::parse("openid")).await;
        let wanted = json!({"userinfo": {"email": null, "name": null}, "id_token": {"birthdate": null}});

        let asked = modest.asks_with(&[("scope", "openid"), ("claims", &wanted.to_string())]);
        let tokens = modest.redeems(&asked, browser.get(&asked.url).await.arrived().code()).await;
        assert!(tokens.claims()["birthdate"].is_null());
        let (_, told) = modest.userinfo(tokens.access_token()).await;
        assert_eq!(told.as_object().unwrap().len(), 1, "{told}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_third_party_asks_for_single_claims_and_details_in_plain_sight() {
    on_both(async |database| {
        let types = vec!["check-up".to_owned()];
        let idp = Idp::start_with(database, |settings| settings.authorization_details_types = types).await;
        let (_, _, browser) = signed_in(&idp, "Q-1003").await;
        let clinic = idp.portal_with("clinic", |settings| settings.party = Party::Third).await;
        let claims = json!({"id_token": {"birthdate": null}}).to_string();
        let details = json!([{"type": "check-up", "actions": ["book"], "year": 2026}]).to_string();
        let narrow = [("scope", "openid"), ("claims", claims.as_str()), ("authorization_details", details.as_str())];

        let page = browser.get(&clinic.asks_with(&narrow).url).await;
        assert!(page.text_of("consent-wanted").unwrap().contains("生年月日"), "{}", page.body);
        assert!(page.text_of("consent-details").unwrap().contains("check-up"), "{}", page.body);
        page.submit("consent-allow").await.arrived();
        assert!(!browser.get(&clinic.asks_with(&narrow).url).await.arrived().code().is_empty());

        let other = json!([{"type": "check-up", "actions": ["book"], "year": 2027}]).to_string();
        let changed = [narrow[0], narrow[1], ("authorization_details", other.as_str())];
        assert_eq!(browser.get(&clinic.asks_with(&changed).url).await.path(), "/consent");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn resources_and_details_of_no_known_form_have_their_own_errors() {
    on_both(async |database| {
        let types = vec!["payment".to_owned()];
        let idp = Idp::start_with(database, |settings| settings.authorization_details_types = types).await;
        let (portal, browser) = (idp.portal().await, idp.browser());
        for (change, error) in [
            (("resource", "relative"), "invalid_target"),
            (("resource", "https://api.example/#x"), "invalid_target"),
            (("resource", "https://nobody.example/"), "invalid_target"),
            (("resource", &idp.origin()), "invalid_target"),
            (("authorization_details", "nonsense"), "invalid_authorization_details"),
            (("authorization_details", "[{\"type\":\"unknown\"}]"), "invalid_authorization_details"),
            (("claims", "nonsense"), "invalid_request"),
            (("dpop_jkt", "nonsense"), "invalid_request"),
            (("registration", "{}"), "registration_not_supported"),
        ] {
            let arrival = browser.get(&portal.asks_with(&[change]).url).await.arrived();
            assert_eq!(arrival.get("error"), error, "{change:?}");
        }
        for resource in ["https://nobody.example/", &idp.origin()] {
            let (status, document) = portal.pushes(&portal.asks_with(&[("resource", resource)])).await;
            assert_eq!((status, &document["error"]), (400, &"invalid_target".into()), "{resource}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_for_the_resources_that_were_named_on_the_way_and_for_no_other() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (_, portal, browser) = signed_in(&idp, "Q-1009").await;
        for (name, address) in [("api", API), ("records", RECORDS), ("meals", MEALS)] {
            idp.portal_with(name, |settings| settings.resource = HttpsUri::parse(address).ok()).await;
        }
        let scope = ("scope", "openid offline_access");
        let redeems = async |asked: &Asked, code: &str, resource: Option<&str>| {
            let mut form = vec![
                ("grant_type", "authorization_code"),
                ("code", code),
                ("redirect_uri", portal.redirect_uri.as_str()),
                ("code_verifier", asked.verifier.as_str()),
            ];
            form.extend(resource.map(|resource| ("resource", resource)));
            portal.posts(owned(&form)).await
        };
        let answered = async |asked: &Asked| browser.get(&asked.url).await.arrived().code().to_owned();
        let aud = |tokens: &Tokens| part(tokens.access_token(), 1)["aud"].clone();

        let asked = portal.asks_with(&[scope, ("resource", API)]);
        let one = redeems(&asked, &answered(&asked).await, None).await;
        assert_eq!(aud(&one), API);
        assert_eq!(portal.userinfo(one.access_token()).await.0, 401, "it is for the resource alone");

        let several = [scope, ("resource", API), ("resource", RECORDS)];
        for asked in [portal.asks_with(&several), portal.asks_pushed(&several).await] {
            let both = redeems(&asked, &answered(&asked).await, None).await;
            assert_eq!(aud(&both), json!([API, RECORDS]));
        }
        let asked = portal.asks_with(&several);
        let narrowed = redeems(&asked, &answered(&asked).await, Some(RECORDS)).await;
        assert_eq!(aud(&narrowed), RECORDS);
        let again = portal.refreshes(narrowed.refresh_token()).await;
        assert_eq!(aud(&again), json!([API, RECORDS]), "what was allowed stays allowed");
        let form = [("grant_type", "refresh_token"), ("refresh_token", again.refresh_token()), ("resource", MEALS)];
        assert_eq!(portal.posts(owned(&form)).await.error(), "invalid_target");
        let asked = portal.asks_with(&several);
        assert_eq!(redeems(&asked, &answered(&asked).await, Some(MEALS)).await.error(), "invalid_target");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn unknown_values_of_what_only_decorates_do_no_harm() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (_, portal, browser) = signed_in(&idp, "Q-1004").await;
        for change in [
            ("display", "hologram"),
            ("display", "touch"),
            ("claims_locales", "tlh ja"),
            ("ui_locales", "tlh"),
            ("acr_values", "urn:unknown"),
            ("extra", "parameter"),
        ] {
            let arrival = browser.get(&portal.asks_with(&[change]).url).await.arrived();
            assert!(!arrival.code().is_empty(), "{change:?}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_expired_hint_still_says_who_is_expected() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (member, portal, browser) = signed_in(&idp, "Q-1005").await;
        let asked = portal.asks();
        let tokens = portal.redeems(&asked, browser.get(&asked.url).await.arrived().code()).await;
        idp.advance(hours(3));
        member.signs_in(&browser, &portal).await;

        let silent = [("prompt", "none"), ("id_token_hint", tokens.id_token())];
        assert!(!browser.get(&portal.asks_with(&silent).url).await.arrived().code().is_empty());
        let (other, elsewhere) = (idp.member(MemberSeed::new("Q-1006")).await, idp.browser());
        other.signs_in(&elsewhere, &portal).await;
        assert_eq!(elsewhere.get(&portal.asks_with(&silent).url).await.arrived().get("error"), "login_required");

        let sub = tokens.claims()["sub"].as_str().unwrap().to_owned();
        let by_claim = json!({"id_token": {"sub": {"value": sub}}}).to_string();
        let silent = [("prompt", "none"), ("claims", by_claim.as_str())];
        assert!(!browser.get(&portal.asks_with(&silent).url).await.arrived().code().is_empty());
        assert_eq!(elsewhere.get(&portal.asks_with(&silent).url).await.arrived().get("error"), "login_required");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_several_subjects_any_is_answered_and_a_contradiction_is_refused() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (_, portal, browser) = signed_in(&idp, "Q-1010").await;
        let asked = portal.asks();
        let tokens = portal.redeems(&asked, browser.get(&asked.url).await.arrived().code()).await;
        let own = tokens.claims()["sub"].as_str().unwrap().to_owned();
        let wish = |sub: &str| json!({ "value": sub });

        for (claims, error) in [
            (json!({ "id_token": { "sub": { "values": ["nobody", own] } } }), ""),
            (json!({ "userinfo": { "sub": wish(&own) } }), ""),
            (json!({ "id_token": { "sub": wish(&own) }, "userinfo": { "sub": { "values": ["x", own] } } }), ""),
            (json!({ "id_token": { "sub": { "values": ["nobody", "no one"] } } }), "login_required"),
            (json!({ "userinfo": { "sub": wish("nobody") } }), "login_required"),
            (json!({ "id_token": { "sub": wish(&own) }, "userinfo": { "sub": wish("nobody") } }), "invalid_request"),
        ] {
            let changes = [("prompt", "none"), ("claims", &claims.to_string())];
            let arrival = browser.get(&portal.asks_with(&changes).url).await.arrived();
            assert_eq!(arrival.get("error"), error, "{claims}");
        }

        // A hint does not undo what the parameter says.
        for (sub, error) in [(own.as_str(), ""), ("nobody", "invalid_request")] {
            let claims = json!({ "id_token": { "sub": wish(sub) } }).to_string();
            for prompt in ["none", ""] {
                let changes = [("prompt", prompt), ("claims", &claims), ("id_token_hint", tokens.id_token())];
                let arrival = browser.get(&portal.asks_with(&changes).url).await.arrived();
                assert_eq!(arrival.get("error"), error, "{sub} {prompt}");
            }
        }
        let other = idp.portal_with("other", |_| {}).await;
        let claims = json!({ "id_token": { "sub": wish("nobody") } }).to_string();
        let changes = [("prompt", "none"), ("claims", &claims), ("id_token_hint", tokens.id_token())];
        let arrival = browser.get(&other.asks_with(&changes).url).await.arrived();
        assert_eq!(arrival.get("error"), "login_required", "of another client's hint nothing is said before");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_state_comes_back_unchanged_by_get_and_by_post() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (_, portal, browser) = signed_in(&idp, "Q-1007").await;
        for length in [0_usize, 1, 512, 4_096, 12_000] {
            let state: String = "aZ9-._~ %&=+#?/\"<>".chars().cycle().take(length).collect();
            let asked = portal.asks_with(&[("state", &state)]);
            assert_eq!(browser.get(&asked.url).await.arrived().get("state"), state, "{length}");
            let (address, query) = asked.url.split_once('?').unwrap();
            let form: Vec<(String, String)> = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
            assert_eq!(browser.post(address, &form).await.arrived().get("state"), state, "{length}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_realm_for_developers_names_parameter_rule_and_section() {
    on_both(async |database| {
        let idp = Idp::start_with(database, |settings| {
            settings.refusal_details = RefusalDetails::ShownToEveryone;
        })
        .await;
        let (portal, browser) = (idp.portal().await, idp.browser());
        for (changes, parameter, section) in [
            ([("redirect_uri", "https://portal.example/callback/")], "redirect_uri", "RFC 9700 §4.1.3, RFC 8252 §7.3"),
            ([("redirect_uri", "")], "redirect_uri", "OpenID Connect Core §3.1.2.1, RFC 6749 §3.1.2.3"),
            ([("client_id", "nobody")], "client_id", "RFC 6749 §2.2"),
            ([("client_id", "")], "client_id", "RFC 6749 §4.1.1"),
            ([("request_uri", "urn:ietf:params:oauth:request_uri:x")], "request_uri", "RFC 9126 §2.2, §4, §7.3"),
        ] {
            let page = browser.get(&portal.asks_with(&changes).url).await;
            assert_eq!(page.status, 400);
            assert_eq!(page.text_of("refusal-parameter").as_deref(), Some(parameter), "{changes:?}");
            assert_eq!(page.text_of("refusal-section").as_deref(), Some(section), "{changes:?}");
            assert!(page.text_of("refusal-rule").unwrap().ends_with('.'));
        }
        let doubled = format!("{}&client_id=portal", portal.asks().url);
        assert_eq!(browser.get(&doubled).await.text_of("refusal-section").as_deref(), Some("RFC 6749 §3.1"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn elsewhere_a_refusal_tells_strangers_nothing() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let page =
            idp.browser().get(&idp.portal().await.asks_with(&[("redirect_uri", "https://evil.example")]).url).await;
        assert_eq!(page.error_code().as_deref(), Some("invalid_redirect_uri"));
        assert!(!page.has("refusal-explained") && !page.body.contains("RFC 9700"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_realm_for_developers_names_rule_and_section_in_what_goes_back_and_what_was_found_on_the_page() {
    on_both(async |database| {
        let idp = Idp::start_with(database, |settings| {
            settings.refusal_details = RefusalDetails::ShownToEveryone;
        })
        .await;
        let (portal, browser) = (idp.portal().await, idp.browser());
        for (changes, said) in [
            (("response_type", "magic"), "(RFC 6749 section 3.1.1)"),
            (("code_challenge", ""), "(RFC 7636 section 4.3)"),
            (("resource", "relative"), "(RFC 8707 section 2)"),
            (("request", "nonsense"), "(RFC 9101 section 4, section 6)"),
            (("prompt", "none"), "the member would have to sign in (OpenID Connect Core section 3.1.2.6)"),
        ] {
            let arrival = browser.get(&portal.asks_with(&[changes]).url).await.arrived();
            let told = arrival.get("error_description");
            assert!(told.ends_with(said) && !told.starts_with('('), "{changes:?}: {told}");
            if changes.0 != "prompt" {
                let (status, document) = portal.pushes(&portal.asks_with(&[changes])).await;
                assert_eq!((status, document["error_description"].as_str()), (400, Some(told)), "{changes:?}");
            }
        }
        let (_, document) = portal.pushes(&portal.asks_with(&[("redirect_uri", "https://evil.example/")])).await;
        let told = document["error_description"].as_str().unwrap();
        assert!(told.ends_with("(RFC 9700 section 4.1.3, RFC 8252 section 7.3)"), "{told}");

        let nowhere = [("redirect_uri", ""), ("request", "nonsense")];
        let page = browser.get(&portal.asks_with(&nowhere).url).await;
        assert_eq!(page.text_of("refusal-section").as_deref(), Some("RFC 9101 §4, §6"));
        let found = page.text_of("refusal-found").unwrap();
        assert!(found.contains("keys") || found.contains("JWT"), "{found}");
        let other = browser.get(&portal.asks_with(&[("client_id", "nobody")]).url).await;
        assert!(other.has("refusal-explained") && !other.has("refusal-found"));
    })
    .await;
}
