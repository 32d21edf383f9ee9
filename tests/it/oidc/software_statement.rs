//! Software statements at registration (RFC 7591 §2.3): whom the realm trusts, what wins, and every attack on a JWT refused.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use harness::{Authority, ClientKey, Database, Idp, Shelf, Stranger, hmac_by_public_key, on_both, with_changes};
use idp_core::realm::{RegistrationPolicy, SoftwareIssuer};
use serde_json::{Value, json};

pub(super) const ISSUER: &str = "https://directory.example";

pub(super) struct Place {
    pub(super) idp: Idp,
    pub(super) key: ClientKey,
    pub(super) shelf: Shelf,
    // Holds the certificate that the provider reads at its start.
    _folder: tempfile::TempDir,
}

/// A realm that anybody may register at, and that trusts one directory.
pub(super) async fn place(database: Database) -> Place {
    let (authority, folder) = (Authority::new("directory"), tempfile::tempdir().unwrap());
    let trusted = authority.write(folder.path());
    let (shelf, key) = (Shelf::open(&authority).await, ClientKey::new("a"));
    shelf.holds("keys", &json!({ "keys": [key.jwk] }).to_string());
    let issuer: SoftwareIssuer = format!("{ISSUER} {}", shelf.address("keys")).parse().unwrap();
    let believe = |config: &mut idp_core::config::Config| config.outgoing.ca_certificate = Some(trusted);
    let idp = Idp::start_configured(database, believe, |settings| {
        settings.registration = RegistrationPolicy::Open;
        settings.software_statement_issuers = vec![issuer];
    })
    .await;
    Place { idp, key, shelf, _folder: folder }
}

impl Place {
    /// The claims of a good statement, with changes; null leaves a claim out.
    fn claims(&self, changes: &Value) -> Value {
        let claims = json!({
            "iss": ISSUER, "iat": self.idp.seconds(), "software_id": "4711", "client_name": "Stated",
            "redirect_uris": ["https://stated.example/cb"],
        });
        with_changes(claims, changes)
    }

    fn states(&self, changes: &Value) -> String {
        self.key.signs(&json!({ "kid": self.key.kid }), &self.claims(changes))
    }

    async fn registers(&self, statement: &Value, beside: &Value) -> (u16, Value) {
        let mut body = beside.clone();
        body["software_statement"] = statement.clone();
        let request = self.idp.http().post(format!("{}/register", self.idp.origin())).json(&body);
        let answer = request.send().await.unwrap();
        let status = answer.status().as_u16();
        (status, serde_json::from_str(&answer.text().await.unwrap()).unwrap())
    }

    async fn error_of(&self, statement: &str) -> String {
        let (status, answer) = self.registers(&statement.into(), &json!({})).await;
        assert_eq!(status, 400, "{answer}");
        answer["error"].as_str().unwrap().to_owned()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_stated_wins_and_the_statement_comes_back_unchanged() {
    on_both(async |database| {
        let place = place(database).await;
        let statement = place.states(&json!({"scope": "openid email"}));
        let beside = json!({
            "client_name": "Self-styled", "redirect_uris": ["https://evil.example/cb"],
            "software_id": "mine", "software_version": "2.1", "tos_uri": "https://stated.example/terms",
        });
        let (status, told) = place.registers(&statement.as_str().into(), &beside).await;
        assert_eq!(status, 201, "{told}");
        assert_eq!(told["client_name"], "Stated");
        assert_eq!(told["redirect_uris"], json!(["https://stated.example/cb"]));
        assert_eq!((&told["software_id"], &told["software_version"]), (&"4711".into(), &"2.1".into()));
        assert_eq!(told["tos_uri"], "https://stated.example/terms", "what is not stated may be said beside it");
        assert_eq!(told["scope"], "openid email");
        assert_eq!(told["software_statement"], statement.as_str());
        assert_eq!(place.shelf.fetched("keys"), 1);

        let address = told["registration_client_uri"].as_str().unwrap();
        let access = told["registration_access_token"].as_str().unwrap();
        let read = place.idp.http().get(address).bearer_auth(access).send().await.unwrap();
        let read: Value = serde_json::from_str(&read.text().await.unwrap()).unwrap();
        assert_eq!(read["software_statement"], statement.as_str());

        let mut changed = json!({"client_id": told["client_id"], "software_statement": statement});
        changed["redirect_uris"] = json!(["https://evil.example/cb"]);
        let put = place.idp.http().put(address).bearer_auth(access).json(&changed).send().await.unwrap();
        let put: Value = serde_json::from_str(&put.text().await.unwrap()).unwrap();
        assert_eq!(put["redirect_uris"], json!(["https://stated.example/cb"]), "{put}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_vouches_for_nothing_and_nothing_is_fetched_for_them() {
    on_both(async |database| {
        let place = place(database).await;
        for iss in [json!("https://elsewhere.example"), json!(null), json!(1), json!(format!("{ISSUER}/"))] {
            let statement = place.states(&json!({ "iss": iss }));
            assert_eq!(place.error_of(&statement).await, "unapproved_software_statement", "{iss}");
        }
        assert_eq!(place.shelf.fetched("keys"), 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_statement_that_does_not_hold_is_refused_whoever_it_names() {
    on_both(async |database| {
        let place = place(database).await;
        let (now, claims) = (place.idp.seconds(), place.claims(&json!({})));
        let good = place.states(&json!({}));
        let parts: Vec<&str> = good.split('.').collect();
        let (stranger, head) = (Stranger::new("a", &place.shelf), json!({"kid": "a"}));
        let with = |more: Value| {
            let mut header = head.clone();
            header.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            header
        };
        let none = |alg: &str| format!("{}.{}.", URL_SAFE_NO_PAD.encode(json!({"alg": alg}).to_string()), parts[1]);
        let mut forged = vec![
            ("unsigned", none("none")),
            ("unsigned in another case", none("nOnE")),
            ("no signature", format!("{}.{}.", parts[0], parts[1])),
            ("a stranger's key under the same kid", stranger.key.signs(&head, &claims)),
            ("another kid", place.key.signs(&json!({"kid": "b"}), &claims)),
            ("what must be understood", place.key.signs(&with(json!({"crit": ["exp"]})), &claims)),
            ("an access token's kind", place.key.signs(&with(json!({"typ": "at+jwt"})), &claims)),
            ("a proof's kind", place.key.signs(&with(json!({"typ": "dpop+jwt"})), &claims)),
            ("another audience", place.states(&json!({"aud": "https://elsewhere.example"}))),
            ("it has expired", place.states(&json!({"exp": now - 1}))),
            ("it is not yet", place.states(&json!({"nbf": now + 120}))),
            ("a time that is none", place.states(&json!({"exp": "soon"}))),
            ("no JWT", "nonsense".into()),
            ("nothing", String::new()),
        ];
        forged.extend(hmac_by_public_key(&place.key.jwk, &head, &claims));
        forged.extend(stranger.signs(&head, &claims));
        for (attack, statement) in forged {
            assert_eq!(place.error_of(&statement).await, "invalid_software_statement", "{attack}");
        }
        assert_eq!(Stranger::visits(&place.shelf), 0, "nobody went for a stranger's key");
        for wrong in [json!(1), json!({"iss": ISSUER})] {
            let (status, answer) = place.registers(&wrong, &json!({})).await;
            assert_eq!((status, &answer["error"]), (400, &"invalid_software_statement".into()), "{wrong}");
        }
        let ours = place.states(&json!({"aud": [place.idp.origin()], "exp": now + 60}));
        assert_eq!(place.registers(&ours.into(), &json!({})).await.0, 201);
        let broken = place.states(&json!({"redirect_uris": ["https://stated.example/cb#part"]}));
        assert_eq!(
            place.error_of(&broken).await,
            "invalid_redirect_uri",
            "the rules of metadata hold for what is stated"
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_statement_speaks_for_every_instance_of_its_software() {
    on_both(async |database| {
        let place = place(database).await;
        let statement = place.states(&json!({"jti": "one", "exp": place.idp.seconds() + 60}));
        let mut ids = Vec::new();
        for _ in 0..2 {
            let (status, told) = place.registers(&statement.as_str().into(), &json!({})).await;
            assert_eq!(status, 201, "{told}");
            ids.push(told["client_id"].clone());
        }
        assert_ne!(ids[0], ids[1]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_statement_vouches_for_a_client_that_asks_for_members_elsewhere() {
    on_both(async |database| {
        let place = place(database).await;
        let ciba = json!({
            "grant_types": ["urn:openid:params:grant-type:ciba"], "response_types": [], "redirect_uris": [],
            "backchannel_token_delivery_mode": "poll",
        });
        assert_eq!(place.registers(&Value::Null, &ciba).await.0, 400);
        let (status, told) = place.registers(&place.states(&ciba).into(), &json!({})).await;
        assert_eq!(status, 201, "{told}");
        assert_eq!(told["grant_types"], ciba["grant_types"]);
    })
    .await;
}
