//! `idp-admin client` and `idp-admin key`

use insta::{allow_duplicates, assert_json_snapshot, assert_snapshot};

use super::desk::desks_with_realm;

#[tokio::test]
async fn a_client_is_registered_shown_changed_and_deleted() {
    let desks = desks_with_realm().await;
    allow_duplicates! { for desk in &desks {
        let created = desk.json(
            "client create --name KOSMO --client-id kosmo --redirect-uri https://portal.example/cb --id-token-alg ES256",
        );
        assert_eq!(created["client_secret"].as_str().map(str::len), Some(43));
        assert_json_snapshot!(desk.json("client show kosmo"), {
            ".created_at" => "[time]", ".updated_at" => "[time]", ".settings" => "[settings]",
        }, @r#"
        {
          "client_id": "kosmo",
          "created_at": "[time]",
          "name": "KOSMO",
          "profile": "web",
          "settings": "[settings]",
          "type": "confidential",
          "updated_at": "[time]"
        }
        "#);
        let settings = &desk.json("client show kosmo")["settings"];
        assert_eq!(settings["id_token_alg"], "ES256");
        assert_eq!(settings["auth_method"], "client_secret_basic");
        assert_eq!(settings["redirect_uris"], serde_json::json!(["https://portal.example/cb"]));
        assert_eq!(settings["least_acr"], "aal1");
        assert_eq!(desk.json("client change kosmo --least-acr phr")["settings"]["least_acr"], "phr");
        assert_eq!(desk.json("client show kosmo")["settings"]["id_token_alg"], "ES256", "the rest stays");
        assert_eq!(desk.run("client change kosmo --least-acr aal9").code, 64);
        let strict = desk.json("client create --name Bank --least-acr aal2 --access-token-alg PS256 --redirect-uri https://bank.example/cb");
        assert_eq!(strict["settings"]["least_acr"], "aal2");
        assert_eq!(strict["settings"]["access_tokens"]["signing_alg"], "PS256");
        assert!(desk.json("key list").as_array().unwrap().iter().any(|key| key["algorithm"] == "PS256"));
        desk.run(&format!("client delete {} --yes", strict["client_id"].as_str().unwrap())).succeeds();
        let records = desk.json("client create --name Records --client-id records --profile service --resource https://records.example/api");
        assert_eq!(records["settings"]["resource"], "https://records.example/api");
        assert_eq!(desk.run("client change records --resource http://records.example/").code, 64);
        assert_eq!(desk.run("client change records --resource https://a.example/ --no-resource").code, 64);
        let refused = desk.run("client create --name Own --profile service --resource https://mgc.id.example");
        assert!(refused.code != 0 && refused.stderr.contains("the resource of no client"), "{}", refused.stderr);
        let long = format!("https://records.example/{}", "r".repeat(489));
        let refused = desk.run(&format!("client change records --resource {long}")).fails();
        assert!(refused.contains("at most 512 characters"), "{refused}");
        assert_eq!(desk.json(&format!("client change records --resource {}", &long[..512]))["settings"]["resource"], long[..512]);
        let moved = desk.json("client change records --resource https://records.example/");
        assert_eq!(moved["settings"]["resource"], "https://records.example/");
        assert!(desk.json("client change records --no-resource")["settings"]["resource"].is_null());
        desk.run("client delete records --yes").succeeds();
        let rotated = desk.json("client rotate-secret kosmo");
        assert_ne!(rotated["client_secret"], created["client_secret"]);
        let television = desk.json("client create --name TV --client-id tv --public --device");
        assert_eq!(television["profile"], "native");
        let counter = desk.json("client create --name Counter --client-id counter --ciba poll --initiate-login-uri https://a.example/login");
        assert_eq!(counter["settings"]["initiate_login_uri"], "https://a.example/login");
        for (client, grant) in [(television, "urn:ietf:params:oauth:grant-type:device_code"), (counter, "urn:openid:params:grant-type:ciba")] {
            let settings = &client["settings"];
            assert_eq!((&settings["redirect_uris"], &settings["response_types"]), (&serde_json::json!([]), &serde_json::json!([])));
            assert_eq!(settings["grant_types"], serde_json::json!(["refresh_token", grant]));
            desk.run(&format!("client delete {} --yes", client["client_id"].as_str().unwrap())).succeeds();
        }
        let refused = desk.run("client create --name A --ciba poll --initiate-login-uri http://a.example/login");
        assert_eq!(refused.code, 64, "{}", refused.stderr);
        assert_eq!(desk.json("client list").as_array().map(Vec::len), Some(1));
        assert_snapshot!(desk.run("client delete kosmo").fails(), @"Nothing was deleted. This cannot be undone, and nobody gets into the application until it is made anew. To delete: idp-admin client delete kosmo --yes");
        assert_eq!(desk.json("client list").as_array().map(Vec::len), Some(1));
        assert_snapshot!(desk.run("client delete kosmo --yes").succeeds(), @"Deleted.");
        assert_snapshot!(desk.run("client list").succeeds(), @"There are no clients yet. Register one: idp-admin client create --name … --redirect-uri …");
    } }
}

#[tokio::test]
async fn a_wrong_client_fails() {
    let desks = desks_with_realm().await;
    allow_duplicates! { for desk in &desks {
        desk.run("client create --name App --client-id app --public --redirect-uri http://127.0.0.1/cb").succeeds();
        let refused = |words| desk.run(words).fails();
        assert_snapshot!(refused("client create --name App --client-id app --redirect-uri https://a.example/cb"), @"There is a client of that id already. Choose another --client-id.");
        assert_snapshot!(refused("client create --name App --redirect-uri nowhere"), @"“nowhere” cannot be a redirect URI: a redirect URI must be absolute, such as https://portal.example/cb.");
        assert_snapshot!(refused("client create --name App --redirect-uri https://a.example/cb --scope all"), @"There is no scope “all”. The scopes are: openid profile email address phone offline_access");
        assert_snapshot!(
            refused("client create --name App --public --pkce-optional --redirect-uri https://a.example/cb"), @"PKCE cannot be optional for a public client."
        );
        assert_snapshot!(refused("client rotate-secret app"), @"“app” is a public client, which has no secret.");
        assert_snapshot!(refused("client show nobody"), @"There is no client “nobody”. See which there are: idp-admin client list");
        assert_snapshot!(refused("client delete nobody --yes"), @"There is no client “nobody”. See which there are: idp-admin client list");
        assert_eq!(desk.run("client create --name App").code, 64);
        assert_snapshot!(refused("client create --name Bank --profile fapi2 --redirect-uri https://a.example/cb"), @"This auth method needs the client's keys: jwks or jwks_uri.");
        assert_snapshot!(
            refused("client create --name Bank --profile spa --auth-method client_secret_post --redirect-uri https://a.example/cb"), @"Profile spa: what runs at the member's cannot keep a secret: its auth method is none."
        );
        assert_snapshot!(refused("client create --name Batch --profile service --redirect-uri https://a.example/cb"), @"Profile service: no member signs in: no redirect URIs and no response types.");
        assert_snapshot!(refused("client create --name Bank --profile fapi2 --redirect-uri https://a.example/cb --jwks-uri http://a.example/jwks"), @"“http://a.example/jwks” cannot be the jwks_uri: it must be an absolute https address without user or fragment.");
        let batch = desk.json("client create --name Batch --profile service --client-id batch");
        assert_eq!((&batch["profile"], &batch["type"]), (&"service".into(), &"confidential".into()));
        desk.run("client create --name Bank --profile fapi2 --redirect-uri https://a.example/cb --jwks-uri https://a.example/jwks").succeeds();
    } }
}

#[tokio::test]
async fn a_key_is_followed_by_another_in_time_or_at_once() {
    for desk in desks_with_realm().await {
        let states = || {
            let keys = desk.json("key list");
            let mut states: Vec<String> = keys
                .as_array()
                .unwrap()
                .iter()
                .filter(|key| key["algorithm"] == "ES256")
                .map(|key| key["state"].as_str().unwrap().to_owned())
                .collect();
            states.sort();
            states
        };
        assert_eq!(desk.json("key rotate ES256")["state"], "next");
        assert_eq!(states(), ["active", "next"]);
        assert_eq!(desk.json("key rotate ES256 --at-once")["state"], "active");
        assert_eq!(states(), ["active", "retiring"]);
        assert_eq!(desk.json("key rotate ES256 --compromised")["state"], "active");
        assert!(!states().contains(&"retiring".to_owned()));
        assert_eq!(desk.run("key rotate HS256").code, 64);

        let moves_on = || {
            let keys = desk.json("key list");
            let key = keys.as_array().unwrap().iter().find(|key| key["algorithm"] == "RS256").unwrap().clone();
            (key["created_at"].as_str().unwrap().to_owned(), key["moves_on_at"].clone())
        };
        let (made, at) = moves_on();
        let days = |text: &str| text.parse::<jiff::Timestamp>().unwrap().as_second() / 86_400;
        assert_eq!(days(at.as_str().unwrap()) - days(&made), 90);
        desk.run("realm set key_rotation_days=7").succeeds();
        assert_eq!(days(moves_on().1.as_str().unwrap()) - days(&made), 7);
        assert_eq!(
            desk.run("realm set key_rotation_days=3").fails(),
            "key_rotation_days cannot be “3”: write 7 to 365, or 0 where keys are rotated by hand.\n"
        );
        desk.run("realm set key_rotation_days=0").succeeds();
        assert!(moves_on().1.is_null());
        assert!(desk.run("key list").succeeds().contains("by hand"));
    }
}

#[tokio::test]
async fn operators_who_rotate_at_the_same_moment_make_one_successor() {
    for desk in desks_with_realm().await {
        let operators: Vec<_> = (0..8).map(|_| desk.starts("key rotate ES256")).collect();
        for mut operator in operators {
            assert!(operator.wait().unwrap().success());
        }
        let keys = desk.json("key list");
        let next = keys.as_array().unwrap().iter().filter(|key| key["state"] == "next").count();
        assert_eq!(next, 1, "{keys}");
    }
}
