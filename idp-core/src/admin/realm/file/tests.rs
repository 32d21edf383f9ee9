//! Every setting there is goes into a file and comes back: by enumeration, so that none is forgotten.

use super::*;
use crate::client::HttpsUri;

const ORIGIN: &str = "https://mgc.portal.example";

/// Values that some text setting takes. A new setting that takes none of them needs one here.
const TEXTS: [&str; 12] = [
    "めぐろ\n\"健保\"",
    "#123456",
    "/logo.png",
    "https://portal.example/top",
    "めぐろ健保 <no-reply@kenpo.example>",
    "openid profile",
    "portal.example",
    "https://portal.example",
    "PT5M",
    "aal2",
    "phr",
    "https://directory.example https://directory.example/jwks",
];

/// The same for settings that are absent at first and then a table.
fn objects() -> Vec<Value> {
    vec![
        serde_json::json!({ "jwks_uri": "https://portal.example/jwks" }),
        serde_json::json!({ "alg": "RSA-OAEP-256", "enc": "A256GCM" }),
        serde_json::json!({ "tls_client_auth_san_dns": "portal.example" }),
        serde_json::json!({ "ping": "https://portal.example/ping" }),
    ]
}

/// Every path to a value of the tree.
fn paths(tree: &Value, path: &mut Vec<String>, found: &mut Vec<Vec<String>>) {
    match tree {
        Value::Object(fields) if !fields.is_empty() => {
            for (name, value) in fields {
                path.push(name.clone());
                paths(value, path, found);
                path.pop();
            }
        }
        _ => found.push(path.clone()),
    }
}

/// Values that may stand in the place of this one.
fn candidates(value: &Value, refused: impl Fn(Value) -> String) -> Vec<Value> {
    let texts = || TEXTS.iter().map(|text| Value::from(*text));
    // An enumeration names its values when it is given another.
    let named = |wrap: fn(String) -> Value| {
        let said = refused(wrap("no such value".to_owned()));
        let names =
            said.trim_start_matches("write ").split([',', ' ']).filter(|word| !word.is_empty() && *word != "or");
        names.map(|name| wrap(name.to_owned())).collect::<Vec<_>>()
    };
    let list = |text: String| Value::from(vec![text]);
    match value {
        Value::Bool(is) => vec![Value::from(!is)],
        Value::Number(number) => {
            let number = number.as_u64().unwrap();
            [number + 1, number.saturating_sub(1), 120].map(Value::from).into()
        }
        Value::String(_) => named(Value::String).into_iter().chain(texts()).collect(),
        Value::Array(_) => named(list).into_iter().chain(texts().map(|text| Value::from(vec![text]))).collect(),
        Value::Null => named(Value::String)
            .into_iter()
            .chain(texts())
            .chain(texts().map(|text| Value::from(vec![text])))
            .chain([Value::from(true), Value::from(120)])
            .chain(objects())
            .collect(),
        Value::Object(_) => vec![serde_json::json!({ "ja": { "login-title": "ようこそ\n「健保」" } })],
    }
}

/// The defaults with every single value changed, one after the other.
fn all_changed<T: Default + Serialize + DeserializeOwned + PartialEq>(place: &str, check: &mut Check<'_, T>) -> T {
    let mut tree = tree_of(&T::default());
    let mut all = Vec::new();
    paths(&tree, &mut Vec::new(), &mut all);
    for path in all {
        let mut read = |tree: &Value, value: &Value| -> Result<T, String> {
            let mut changed = tree.clone();
            place_at(&mut changed, &path, value.clone()).unwrap();
            let read: T = serde_json::from_value(changed).map_err(|error| reason_of(&error.to_string()))?;
            check(&path.join("."), value, &read).map(|()| read)
        };
        let at = path.iter().fold(&tree, |place, part| &place[part.as_str()]).clone();
        let present: T = serde_json::from_value(tree.clone()).unwrap();
        let refused = |value: Value| {
            let mut changed = tree.clone();
            place_at(&mut changed, &path, value).unwrap();
            serde_json::from_value::<T>(changed).err().map_or_else(String::new, |error| reason_of(&error.to_string()))
        };
        let fits =
            candidates(&at, refused).into_iter().find(|value| read(&tree, value).is_ok_and(|read| read != present));
        let value = fits.unwrap_or_else(|| panic!("{place}: add a value that {} takes to TEXTS", path.join(".")));
        place_at(&mut tree, &path, value).unwrap();
    }
    serde_json::from_value(tree).unwrap()
}

fn changed_settings() -> RealmSettings {
    all_changed("settings", &mut |key, value, settings: &RealmSettings| {
        let assignment = Assignment { key: key.to_owned(), value: text_of(value) };
        let foreign = foreign_passkeys(&Origin::parse(ORIGIN).unwrap(), settings);
        assignment.check(settings).map_err(|error| error.to_string()).and(foreign.map_or(Ok(()), Err))
    })
}

fn file(settings: RealmSettings, client: ClientSettings) -> RealmFile {
    RealmFile {
        name: "mgc".parse().unwrap(),
        origin: Origin::parse(ORIGIN).unwrap(),
        settings,
        terms: BTreeMap::from([
            (Language::Ja, "第一条\n\n「以上」".into()),
            (Language::En, "Article 1\n\"'''\\".into()),
        ]),
        clients: Some(vec![ClientEntry {
            client_id: ClientName::parse("portal").unwrap(),
            name: "KOSMO “portal”".into(),
            settings: client,
        }]),
    }
}

#[test]
fn every_setting_of_a_realm_travels_through_the_file() {
    let settings = changed_settings();
    let (plain, changed) = (tree_of(&RealmSettings::default()), tree_of(&settings));
    for (key, value) in plain.as_object().unwrap() {
        assert_ne!(changed.get(key), Some(value), "{key} kept its default, so the file was not asked to hold it");
    }
    let mut file = file(settings, ClientSettings::default());
    file.clients = None;
    assert_eq!(RealmFile::parse(&file.text().unwrap()).as_ref(), Ok(&file));
}

#[test]
fn every_setting_of_a_client_travels_through_the_file() {
    let one_by_one: ClientSettings = all_changed("clients", &mut |_, _, _| Ok(()));
    let (plain, changed) = (tree_of(&ClientSettings::default()), tree_of(&one_by_one));
    let entry = ClientEntry { client_id: ClientName::parse("a").unwrap(), name: "A".into(), settings: one_by_one };
    let text = toml::to_string(&entry.document()).unwrap();
    let back: Value = serde_json::to_value(text.parse::<toml::Table>().unwrap()).unwrap();
    for (key, value) in plain.as_object().unwrap() {
        assert_ne!(changed.get(key), Some(value), "{key} kept its default, so the file was not asked to hold it");
        assert_eq!(back.get(key), changed.get(key), "{key}");
    }

    let redirect_uri = crate::redirect_uri::RedirectUri::parse("https://portal.example/cb").unwrap();
    let settings =
        ClientSettings { redirect_uris: vec![redirect_uri], access_token_lifetime: 120, ..ClientSettings::default() };
    let file = file(RealmSettings::default(), settings);
    assert_eq!(RealmFile::parse(&file.text().unwrap()).as_ref(), Ok(&file));
}

#[test]
fn no_client_is_registered_under_the_realms_own_address() {
    for (address, is_own) in [(ORIGIN.to_owned(), true), (format!("{ORIGIN}/"), true), (format!("{ORIGIN}/api"), false)]
    {
        let client = ClientSettings { resource: HttpsUri::parse(&address).ok(), ..Profile::Service.defaults() };
        let problems = RealmFile::parse(&file(RealmSettings::default(), client).text().unwrap()).err();
        let told = problems.is_some_and(|problems| {
            problems == ["clients: portal: the realm's own address is the resource of no client"]
        });
        assert_eq!(told, is_own, "{address}");
    }
}

#[test]
fn all_problems_are_told_at_once_with_their_keys() {
    let text = "name = \"MGC\"\ncolour = 1\n[settings]\nenrol_at = \"later\"\nletter_days = 0\nletter_day = 3\n\
                primary_colour = \"red\"\nmethods = [\"sms\"]\n[settings.display_name]\nja = 3\nfr = \"x\"\n\
                [settings.texts.fr]\na = \"b\"\n[terms]\nja = \"\"\nde = \"x\"\n[[clients]]\nclient_id = \"a b\"\n\
                name = \"\"\nredirect_uris = [\"nowhere\"]\npkce = \"maybe\"\nsecret = \"x\"\n[[clients]]\n\
                client_id = \"b\"\nname = \"B\"\n";
    let problems = RealmFile::parse(text).unwrap_err();
    let begins =
        |start: &str| assert!(problems.iter().any(|problem| problem.starts_with(start)), "{start}: {problems:#?}");
    for start in [
        "colour is not known",
        "name: ",
        "origin: it is missing",
        "settings.enrol_at: write same_sitting or next_sign_in",
        "settings.letter_days: ",
        "settings.letter_day: it is not known",
        "settings.primary_colour: ",
        "settings.methods: ",
        "settings.display_name.ja: ",
        "settings.display_name.fr: it is not known",
        "settings.texts.fr: ",
        "terms.ja: the text is empty",
        "terms.de: ",
        "clients[1].client_id: ",
        "clients[1].name: ",
        "clients[1].redirect_uris: ",
        "clients[1].pkce: ",
        "clients[1].secret: it is not known",
        "clients[2]: ",
    ] {
        begins(start);
    }
    assert_eq!(problems.len(), 19, "{problems:#?}");
    assert!(RealmFile::parse("name = ").unwrap_err()[0].starts_with("the file is not TOML"));
}
