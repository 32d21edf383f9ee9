//! What the client signs: assertions, request objects, proofs of possession.

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use harness::{ClientKey, Stranger, hmac, hmac_by_public_key, on_both, owned};
use idp_core::client::AuthMethod;
use serde_json::{Map, Value, json};

use super::{Place, place, with};

/// What a client signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum OfClient {
    Assertion(Proves),
    ObjectByValue,
    ObjectByReference,
    ObjectPushed,
    ObjectByCiba,
    ProofAtToken,
    ProofAtPar,
    ProofAtUserinfo,
}

/// Where a client proves itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Proves {
    Token,
    Introspect,
    Revoke,
    Par,
    Device,
    Ciba,
}

impl Proves {
    const fn path(self) -> &'static str {
        match self {
            Self::Token => "/token",
            Self::Introspect => "/introspect",
            Self::Revoke => "/revoke",
            Self::Par => "/par",
            Self::Device => "/device_authorization",
            Self::Ciba => "/bc-authorize",
        }
    }
}

/// What kind of thing it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Assertion,
    Object,
    Proof,
}

impl OfClient {
    const ALL: [Self; 13] = [
        Self::Assertion(Proves::Token),
        Self::Assertion(Proves::Introspect),
        Self::Assertion(Proves::Revoke),
        Self::Assertion(Proves::Par),
        Self::Assertion(Proves::Device),
        Self::Assertion(Proves::Ciba),
        Self::ObjectByValue,
        Self::ObjectByReference,
        Self::ObjectPushed,
        Self::ObjectByCiba,
        Self::ProofAtToken,
        Self::ProofAtPar,
        Self::ProofAtUserinfo,
    ];

    const fn kind(self) -> Kind {
        match self {
            Self::Assertion(_) => Kind::Assertion,
            Self::ObjectByValue | Self::ObjectByReference | Self::ObjectPushed | Self::ObjectByCiba => Kind::Object,
            Self::ProofAtToken | Self::ProofAtPar | Self::ProofAtUserinfo => Kind::Proof,
        }
    }

    /// Whether what was made for this entrance is meant for that one, too. A proof names its address and its method.
    fn fits(self, entrance: Self) -> bool {
        match self.kind() {
            Kind::Assertion | Kind::Object => self.kind() == entrance.kind(),
            Kind::Proof => self == entrance,
        }
    }

    /// The header of a genuine one.
    fn header(self, key: &ClientKey) -> Value {
        match self.kind() {
            Kind::Assertion | Kind::Object => json!({"kid": "a"}),
            Kind::Proof => json!({"typ": "dpop+jwt", "jwk": key.jwk}),
        }
    }
}

impl Place {
    /// The claims of a genuine one. Each has a `jti` of its own.
    fn claims(&self, entrance: OfClient, access: &str) -> Value {
        let mut claims = self.bank.assertion_claims();
        let now = self.idp.seconds();
        match entrance {
            OfClient::Assertion(_) => return claims,
            OfClient::ObjectByValue | OfClient::ObjectByReference | OfClient::ObjectPushed => {
                let sent: Map<String, Value> =
                    self.asked().into_iter().map(|(name, value)| (name, value.into())).collect();
                claims.as_object_mut().unwrap().extend(sent);
                claims["nbf"] = now.into();
            }
            OfClient::ObjectByCiba => {
                let sent = json!({"scope": "openid", "login_hint": self.member.user_id, "nbf": now});
                claims.as_object_mut().unwrap().extend(sent.as_object().unwrap().clone());
            }
            OfClient::ProofAtToken => return self.key.proof_claims(&self.idp, "POST", "/token"),
            OfClient::ProofAtPar => return self.key.proof_claims(&self.idp, "POST", "/par"),
            OfClient::ProofAtUserinfo => {
                claims = self.key.proof_claims(&self.idp, "GET", "/userinfo");
                claims["ath"] = URL_SAFE_NO_PAD.encode(digest(&SHA256, access.as_bytes())).into();
                return claims;
            }
        }
        claims.as_object_mut().unwrap().remove("sub");
        claims
    }

    /// The parameters of a request for a member.
    fn asked(&self) -> Vec<(String, String)> {
        url::Url::parse(&self.bank.asks().url).unwrap().query_pairs().into_owned().collect()
    }

    /// Whether a client that names itself by nothing but this assertion is known, whatever it wants there.
    async fn knows(&self, proves: Proves, assertion: &str) -> bool {
        let mut nameless = self.bank.clone();
        nameless.auth_method = AuthMethod::None;
        let kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
        let mut form = owned(&[("client_assertion_type", kind), ("client_assertion", assertion)]);
        form.extend(match proves {
            Proves::Token => owned(&[("grant_type", "client_credentials")]),
            Proves::Introspect | Proves::Revoke => owned(&[("token", "x")]),
            Proves::Par => self.asked().into_iter().filter(|(name, _)| name != "client_id").collect(),
            Proves::Device => owned(&[("scope", "openid")]),
            Proves::Ciba => owned(&[("scope", "openid"), ("login_hint", &self.member.user_id)]),
        });
        let answer = nameless.posts_to(proves.path(), form, &[]).await;
        assert!(answer.status < 300 || answer.error() == "invalid_client", "{proves:?}: {}", answer.json);
        answer.status < 300
    }

    /// Whether a request with this parameter leads to a code.
    async fn asks(&self, name: &str, value: &str) -> bool {
        let query = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs([("client_id", "bank"), ("response_type", "code"), ("scope", "openid")])
            .extend_pairs([("redirect_uri", self.bank.redirect_uri.as_str()), (name, value)])
            .finish();
        let page = self.browser.get(&format!("{}/authorize?{query}", self.idp.origin())).await;
        page.arrival().is_some_and(|arrival| !arrival.get("code").is_empty())
    }

    /// Whether a token gets in.
    async fn lets_in(&self, entrance: OfClient, token: &str, access: &str) -> bool {
        let status = match entrance {
            OfClient::Assertion(proves) => return self.knows(proves, token).await,
            OfClient::ObjectByValue => return self.asks("request", token).await,
            OfClient::ObjectByReference => {
                self.shelf.holds("object", token);
                return self.asks("request_uri", &self.shelf.address("object")).await;
            }
            OfClient::ObjectPushed => self.bank.pushes_form(owned(&[("request", token)])).await.0,
            OfClient::ObjectByCiba => {
                self.bank.posts_to("/bc-authorize", owned(&[("request", token)]), &[]).await.status
            }
            OfClient::ProofAtToken => {
                let form = owned(&[("grant_type", "client_credentials")]);
                self.bank.posts_to("/token", form, &[("DPoP", token)]).await.status
            }
            OfClient::ProofAtPar => {
                let form = self.asked().into_iter().filter(|(name, _)| name != "client_id").collect();
                self.bank.posts_to("/par", form, &[("DPoP", token)]).await.status
            }
            OfClient::ProofAtUserinfo => {
                let request = self.idp.http().get(format!("{}/userinfo", self.idp.origin())).header("DPoP", token);
                let request = request.header("authorization", format!("DPoP {access}"));
                request.send().await.unwrap().status().as_u16()
            }
        };
        status < 300
    }

    /// A token bound to the client's key.
    async fn bound_token(&self) -> String {
        let asked = self.bank.asks();
        let arrival = self.browser.get(&asked.url).await.arrived();
        let redeem = [
            ("grant_type", "authorization_code"),
            ("code", arrival.code()),
            ("redirect_uri", &self.bank.redirect_uri),
            ("code_verifier", &asked.verifier),
        ];
        self.bank.posts_proving(&redeem, &self.key.proof(&self.idp)).await.access_token().to_owned()
    }

    /// Every way to make a token that is not genuine, out of the header and the claims of one that is.
    fn forged(&self, entrance: OfClient, claims: &Value) -> Vec<(&'static str, String)> {
        let (key, own) = (&self.key, entrance.header(&self.key));
        let headed = |more: Value| key.signs(&with(&own, &more), claims);
        let changed = |more: Value| key.signs(&own, &with(claims, &more));
        let good = key.signs(&own, claims);
        let parts: Vec<&str> = good.split('.').collect();
        let unsigned = |alg: &str| {
            let header = with(&own, &json!({ "alg": alg })).to_string();
            format!("{}.{}.", URL_SAFE_NO_PAD.encode(header), parts[1])
        };
        let mut forged = vec![
            ("none", unsigned("none")),
            ("none in another case", unsigned("nOnE")),
            ("no signature", format!("{}.{}.", parts[0], parts[1])),
            ("two parts", format!("{}.{}", parts[0], parts[1])),
            ("HS256 with nothing", hmac(b"", &own, claims)),
            ("another algorithm's name", headed(json!({"alg": "RS256"}))),
            ("what must be understood", headed(json!({"crit": ["exp"]}))),
            ("an access token's kind", headed(json!({"typ": "at+jwt"}))),
            ("a logout token's kind", headed(json!({"typ": "logout+jwt"}))),
            ("other claims under the signature", {
                let other = URL_SAFE_NO_PAD.encode(json!({"iss": "bank"}).to_string());
                format!("{}.{other}.{}", parts[0], parts[2])
            }),
            ("a time that is none", changed(json!({"iat": "now"}))),
            ("made an hour ahead", changed(json!({"iat": self.idp.seconds() + 3600}))),
        ];
        forged.extend(hmac_by_public_key(&key.jwk, &own, claims));
        forged.extend(match entrance.kind() {
            Kind::Proof => self.forged_proofs(&own, claims),
            Kind::Assertion | Kind::Object => self.forged_by_name(&own, claims),
        });
        forged
    }

    /// Where the header brings the key. A stranger may well prove a key of their own by `jwk`, and by that alone.
    fn forged_proofs(&self, own: &Value, claims: &Value) -> Vec<(&'static str, String)> {
        let (key, stranger) = (&self.key, &self.stranger.key);
        let headed = |more: Value| key.signs(&with(own, &more), claims);
        let changed = |more: Value| key.signs(own, &with(claims, &more));
        let mut private = key.jwk.clone();
        private["d"] = "AQAB".into();
        let theirs = with(own, &json!({"jwk": stranger.jwk}));
        let offered = self.stranger.offers().map(|(name, offer)| match name {
            "an embedded key" => (name, key.signs(&with(own, &offer), claims)),
            "an embedded certificate" => (name, stranger.signs(&with(own, &offer), claims)),
            _ => (name, stranger.signs(&with(&theirs, &offer), claims)),
        });
        let mut forged = vec![
            ("a private key", headed(json!({ "jwk": private }))),
            ("a shared key", hmac(b"x", &with(own, &json!({"jwk": {"kty": "oct", "k": "eA"}})), claims)),
            ("a stranger's signature under our key", stranger.signs(own, claims)),
            ("no kind", headed(json!({"typ": "JWT"}))),
            ("no key", key.signs(&json!({"typ": "dpop+jwt", "kid": "a"}), claims)),
            ("another address", changed(json!({"htu": "https://elsewhere.example"}))),
            ("another method", changed(json!({"htm": "PUT"}))),
            ("an hour old", changed(json!({"iat": self.idp.seconds() - 3600}))),
            ("no identifier", changed(json!({"jti": null}))),
        ];
        forged.extend(offered);
        forged
    }

    /// Where the header names the key.
    fn forged_by_name(&self, own: &Value, claims: &Value) -> Vec<(&'static str, String)> {
        let (key, stranger, now) = (&self.key, &self.stranger.key, self.idp.seconds());
        let changed = |more: Value| key.signs(own, &with(claims, &more));
        let mut forged = vec![
            ("a stranger's key under the same kid", stranger.signs(own, claims)),
            ("another kid", key.signs(&json!({"kid": "b"}), claims)),
            ("a kid that is a path", hmac(b"", &json!({"kid": "../../dev/null"}), claims)),
            ("a kid that is a query", stranger.signs(&json!({"kid": "' OR '1'='1"}), claims)),
            ("a proof's kind", key.signs(&with(own, &json!({"typ": "dpop+jwt"})), claims)),
            ("from somebody else", changed(json!({"iss": "portal"}))),
            ("for somebody else", changed(json!({"aud": "https://elsewhere.example"}))),
            ("expired", changed(json!({"exp": now - 1}))),
            ("not yet", changed(json!({"nbf": now + 120}))),
        ];
        forged.extend(self.stranger.signs(own, claims));
        forged
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_client_signed_gets_in_once_and_nothing_forged_does_anywhere() {
    on_both(async |database| {
        let place = place(database, "F-1").await;
        let access = place.bound_token().await;
        for entrance in OfClient::ALL {
            let claims = place.claims(entrance, &access);
            for (attack, token) in place.forged(entrance, &claims) {
                assert!(!place.lets_in(entrance, &token, &access).await, "{entrance:?}: {attack}");
            }
            // Nothing of the forged ones used the identifier up.
            let genuine = place.key.signs(&entrance.header(&place.key), &claims);
            assert!(place.lets_in(entrance, &genuine, &access).await, "{entrance:?}: the genuine one");
            let counts_once = match entrance {
                // A page may be loaded again.
                OfClient::ObjectByValue | OfClient::ObjectByReference => false,
                OfClient::Assertion(_)
                | OfClient::ObjectPushed
                | OfClient::ObjectByCiba
                | OfClient::ProofAtToken
                | OfClient::ProofAtPar
                | OfClient::ProofAtUserinfo => true,
            };
            assert_eq!(place.lets_in(entrance, &genuine, &access).await, !counts_once, "{entrance:?}: replayed");
        }
        assert_eq!(Stranger::visits(&place.shelf), 0, "nobody went for a stranger's key");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_client_signed_for_one_entrance_opens_no_other() {
    on_both(async |database| {
        let place = place(database, "F-2").await;
        let access = place.bound_token().await;
        for made_for in [
            OfClient::Assertion(Proves::Token),
            OfClient::ObjectByValue,
            OfClient::ObjectByCiba,
            OfClient::ProofAtToken,
            OfClient::ProofAtPar,
        ] {
            for entrance in OfClient::ALL.into_iter().filter(|entrance| !made_for.fits(*entrance)) {
                let token = place.key.signs(&made_for.header(&place.key), &place.claims(made_for, &access));
                assert!(!place.lets_in(entrance, &token, &access).await, "{made_for:?} at {entrance:?}");
            }
        }
    })
    .await;
}
