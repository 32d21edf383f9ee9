//! Clients that register and manage themselves

use futures::FutureExt;
use harness::{ClientKey, Idp, Tokens, on_both, with_changes};
use idp_core::admin::realm;
use idp_core::clock::minutes;
use idp_core::realm::RegistrationPolicy;
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use super::Walk;
use crate::oidc::software_statement::{self, ISSUER};

async fn answered(request: RequestBuilder) -> Tokens {
    let answer = request.send().await.unwrap();
    let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
    Tokens { status, headers, json: answer.json().await.unwrap() }
}

async fn registers(idp: &Idp, body: &Value) -> Tokens {
    answered(idp.http().post(format!("{}/register", idp.origin())).json(body)).await
}

/// From now on the realm takes registrations from these.
async fn opens(idp: &Idp, to: &str) {
    let change = vec![format!("registration={to}").parse().unwrap()];
    idp.operate(move |ctx| realm::set(ctx, change).boxed()).await;
}

/// Meets a row, and mends the body, each time.
async fn through(walk: &mut Walk, (idp, body): (&Idp, &mut Value), mends: &[Value]) {
    for mend in mends {
        walk.meets(&registers(idp, body).await.json);
        *body = with_changes(body.take(), mend);
    }
}

/// The rows of a statement, from one that breaks all; leaves a good one in the body.
async fn states(walk: &mut Walk, place: &software_statement::Place, body: &mut Value) {
    let (idp, other) = (&place.idp, ClientKey::new("a"));
    let mut header = json!({"kid": "nobody", "typ": "at+jwt", "alg": "HS256", "crit": ["kid"]});
    let mut claims =
        json!({"iss": "https://elsewhere.example", "aud": "x", "exp": "soon", "nbf": idp.seconds() + 3600});
    let meets = async |walk: &mut Walk, body: &mut Value, statement: String| {
        body["software_statement"] = statement.into();
        walk.meets(&registers(idp, body).await.json);
    };
    meets(walk, body, "x".into()).await;
    meets(walk, body, other.signs(&header, &claims)).await;
    claims["iss"] = ISSUER.into();
    // The header says what would be fetched: one that cannot be read is for nobody's keys.
    place.shelf.holds("keys", "x");
    meets(walk, body, other.signs(&json!({"kid": "nobody"}), &claims)).await;
    place.shelf.holds("keys", &json!({"keys": [place.key.jwk]}).to_string());
    idp.advance(minutes(2));
    let fetches = other.signs(&json!({"kid": "a"}), &claims);
    registers(idp, &json!({"software_statement": fetches})).await;
    for mend in [json!({"crit": null}), json!({"typ": "jwt"}), json!({"alg": "ES256"}), json!({"kid": "a"})] {
        meets(walk, body, other.signs(&header, &claims)).await;
        header = with_changes(header, &mend);
    }
    meets(walk, body, other.signs(&header, &claims)).await;
    walk.passes("its iss is another one");
    let past = idp.seconds() - 60;
    for mend in [json!({"aud": null}), json!({"exp": past}), json!({"exp": null}), json!({"nbf": null})] {
        meets(walk, body, place.key.signs(&header, &claims)).await;
        claims = with_changes(claims, &mend);
    }
    walk.passes("it lives too long");
    body["software_statement"] = place.key.signs(&header, &claims).into();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_registration_is_refused_in_this_order() {
    on_both(async |database| {
        let place = software_statement::place(database).await;
        let (idp, shelf) = (&place.idp, &place.shelf);
        let mut walk = Walk::down("refused at /register");
        let unread = || idp.http().post(format!("{}/register", idp.origin())).body("x");
        opens(idp, "closed").await;
        walk.meets(&answered(unread()).await.json);
        opens(idp, "token").await;
        walk.meets(&answered(unread()).await.json);
        opens(idp, "open").await;
        walk.meets(&answered(unread()).await.json);
        walk.meets(&registers(idp, &json!([])).await.json);
        let mut body = json!({
            "software_statement": 1, "software_version": 1, "token_endpoint_auth_method": "tls_client_auth",
            "tls_client_certificate_bound_access_tokens": true, "sector_identifier_uri": shelf.address("sector"),
            "response_types": ["id_token"], "redirect_uris": ["https://portal.example/cb"],
            "grant_types": ["refresh_token"], "client_name": "x".repeat(101),
        });
        walk.meets(&registers(idp, &body).await.json);
        states(&mut walk, &place, &mut body).await;
        let mends = [
            json!({"software_version": null}),
            json!({"token_endpoint_auth_method": null}),
            json!({"tls_client_certificate_bound_access_tokens": null}),
        ];
        through(&mut walk, (idp, &mut body), &mends).await;
        walk.leaves(3);
        walk.meets(&registers(idp, &body).await.json);
        shelf.holds("sector", "[]");
        let voucher = json!(["authorization_code", "urn:openid:params:grant-type:ciba"]);
        let mends = [
            json!({"redirect_uris": null}),
            json!({"response_types": ["code"]}),
            json!({"redirect_uris": ["https://portal.example/cb"], "sector_identifier_uri": null}),
            // Whoever has a statement needs no other voucher.
            json!({"grant_types": voucher, "backchannel_token_delivery_mode": "poll", "software_statement": null}),
            json!({"client_name": "Portal"}),
            json!({"grant_types": ["authorization_code"], "backchannel_token_delivery_mode": null}),
        ];
        through(&mut walk, (idp, &mut body), &mends).await;
        walk.ends(&registers(idp, &body).await);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_of_a_registration_is_refused_in_this_order() {
    on_both(async |database| {
        let idp = Idp::start_with(database, |settings| settings.registration = RegistrationPolicy::Open).await;
        let good = json!({"redirect_uris": ["https://portal.example/cb"]});
        let client = registers(&idp, &good).await.json;
        let [address, access] =
            ["registration_client_uri", "registration_access_token"].map(|name| client[name].as_str().unwrap());
        let puts = |access: &str| idp.http().request(Method::PUT, address).bearer_auth(access);
        let mut body = json!({
            "client_id_issued_at": 0, "client_id": "other", "client_secret": "chosen", "response_types": ["id_token"],
            "grant_types": ["refresh_token"], "client_name": "x".repeat(101),
        });
        let mut walk = Walk::down("refused at /register");
        walk.passes("this provider takes no registrations");
        walk.meets(&answered(puts("x").body("x")).await.json);
        walk.meets(&answered(puts(access).body("x")).await.json);
        walk.meets(&answered(puts(access).json(&json!([]))).await.json);
        walk.leaves(18);
        let voucher = json!(["authorization_code", "urn:openid:params:grant-type:ciba"]);
        for (left, mend) in [
            (0, json!({"client_id_issued_at": null})),
            (0, json!({"client_id": client["client_id"]})),
            (0, json!({"client_secret": null})),
            (2, json!({"response_types": ["code"]})),
            (0, json!({"redirect_uris": ["https://portal.example/cb"]})),
            (0, json!({"grant_types": voucher, "backchannel_token_delivery_mode": "poll"})),
        ] {
            walk.leaves(left);
            walk.meets(&answered(puts(access).json(&body)).await.json);
            body = with_changes(body, &mend);
        }
        // As the document says, the last two come the other way round.
        walk.ahead.swap(0, 1);
        for mend in [
            json!({"grant_types": ["authorization_code"], "backchannel_token_delivery_mode": null}),
            json!({"client_name": "Portal"}),
        ] {
            walk.meets(&answered(puts(access).json(&body)).await.json);
            body = with_changes(body, &mend);
        }
        walk.ends(&answered(puts(access).json(&body)).await);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn metadata_are_refused_in_this_order() {
    on_both(async |database| {
        let idp = Idp::start_with(database, |settings| settings.registration = RegistrationPolicy::Open).await;
        let mut body = json!({
            "token_endpoint_auth_method": 1, "grant_types": 1, "token_endpoint_auth_signing_alg": "RS256",
            "dpop_bound_access_tokens": "x", "tls_client_auth_subject_dn": "", "tls_client_auth_san_dns": "x",
            "backchannel_token_delivery_mode": "push", "id_token_encrypted_response_enc": "A128GCM",
            "default_max_age": "x", "software_id": "", "jwks": {}, "jwks_uri": "https://portal.example/keys",
            "redirect_uris": ["https://portal.example/cb"],
        });
        let mut walk = Walk::down("refused: the metadata");
        let mends = [
            json!({"token_endpoint_auth_method": "x"}),
            json!({"token_endpoint_auth_method": "client_secret_jwt"}),
            json!({"grant_types": null}),
            json!({"token_endpoint_auth_signing_alg": "HS256"}),
            json!({"dpop_bound_access_tokens": null}),
            json!({"tls_client_auth_san_dns": null}),
            json!({"tls_client_auth_subject_dn": "x"}),
            json!({"tls_client_auth_subject_dn": null}),
        ];
        through(&mut walk, (&idp, &mut body), &mends).await;
        walk.passes("it cannot be read");
        let mends = [
            json!({"backchannel_token_delivery_mode": "ping"}),
            json!({"backchannel_token_delivery_mode": null}),
            json!({"id_token_encrypted_response_enc": null}),
            json!({"default_max_age": null}),
            json!({"software_id": null}),
            json!({"jwks": null, "jwks_uri": null}),
        ];
        through(&mut walk, (&idp, &mut body), &mends).await;
        walk.ends(&registers(&idp, &body).await);
    })
    .await;
}
