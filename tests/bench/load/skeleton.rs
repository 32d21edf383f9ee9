//! `L_skel`: the endpoints without any rule. What axum, a form, a signature and a map cost on this machine.

use std::collections::HashSet;
use std::sync::Arc;

use anyhow::Result;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use axum::extract::State;
use axum::routing::{get, post};
use axum::{Form, Json, Router};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

/// The tokens it knows of: `token-0` and on.
pub(crate) const TOKENS: usize = 100_000;

struct Held {
    key: EcdsaKeyPair,
    random: SystemRandom,
    tokens: HashSet<String>,
}

/// Serves until it is killed.
pub(crate) async fn serve(port: u16) -> Result<()> {
    let random = SystemRandom::new();
    let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random)?;
    let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, document.as_ref())?;
    let tokens = (0..TOKENS).map(|number| format!("token-{number}")).collect();
    let held = Arc::new(Held { key, random, tokens });
    let router = Router::new().route("/token", post(token)).route("/introspect", post(introspect));
    let router = router.route("/jwks", get(jwks)).with_state(held);
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await?;
    Ok(axum::serve(listener, router).await?)
}

async fn jwks(State(held): State<Arc<Held>>) -> Json<Value> {
    // A point that is not compressed: 4, x, y.
    let (x, y) = held.key.public_key().as_ref()[1..].split_at(32);
    let [x, y] = [x, y].map(|number| URL_SAFE_NO_PAD.encode(number));
    Json(json!({"keys": [{"kty": "EC", "crv": "P-256", "kid": "k", "x": x, "y": y}]}))
}

async fn token(State(held): State<Arc<Held>>, Form(form): Form<Vec<(String, String)>>) -> Json<Value> {
    let header = URL_SAFE_NO_PAD.encode(json!({"alg": "ES256", "typ": "at+jwt", "kid": "k"}).to_string());
    let subject = form.first().map(|(_, value)| value.clone());
    let claims = json!({"iss": "http://localhost", "sub": subject, "aud": "http://localhost", "client_id": "service",
        "iat": 1_795_395_600, "exp": 4_102_444_800_i64, "jti": "0123456789abcdef0123456789abcdef"});
    let signed = format!("{header}.{}", URL_SAFE_NO_PAD.encode(claims.to_string()));
    let signature = held.key.sign(&held.random, signed.as_bytes()).map(|signature| URL_SAFE_NO_PAD.encode(signature));
    let token = format!("{signed}.{}", signature.unwrap_or_default());
    Json(json!({"access_token": token, "token_type": "Bearer", "expires_in": 600}))
}

async fn introspect(State(held): State<Arc<Held>>, Form(form): Form<Vec<(String, String)>>) -> Json<Value> {
    let is_live = form.iter().any(|(name, value)| name == "token" && held.tokens.contains(value));
    Json(json!({"active": is_live, "client_id": "service", "sub": "member", "exp": 1_795_396_200}))
}
