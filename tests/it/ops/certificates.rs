//! `[mutual_tls]` of the configuration file, from the section to a token that is bound to the client's certificate.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt as _;

use harness::{Authority, Certificate, on_both_empty, part};
use rcgen::SanType;
use serde_json::{Value, json};

use super::process::{Installation, Serving, admin, said};

fn named(name: &str) -> Vec<SanType> {
    vec![SanType::DnsName(name.try_into().unwrap())]
}

fn does(installation: &Installation, words: &str) {
    let output = admin(&installation.config, &words.split(' ').collect::<Vec<_>>());
    assert!(output.status.success(), "{words}: {}", said(&output));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_section_of_the_configuration_opens_a_listener_for_clients_with_certificates() {
    let (authority, folder) = (Authority::new("Kenpo CA"), tempfile::tempdir().unwrap());
    let (certificate, key) = authority.issues("server", named("mgc.id.example")).write(folder.path());
    std::fs::set_permissions(&key, Permissions::from_mode(0o400)).unwrap();
    let authorities = authority.write(folder.path());
    let section = format!(
        "[http]\nlisten = \"127.0.0.1:0\"\n\n[mutual_tls]\nlisten = \"127.0.0.1:0\"\npublic_port = 8443\n\
         tls_certificate = {certificate:?}\ntls_key = {key:?}\nclient_authorities = {authorities:?}\n"
    );
    on_both_empty(async |database| {
        let installation = Installation::new(&database.url(), &section);
        installation.is_migrated();
        does(&installation, "realm create mgc --origin https://mgc.id.example");
        does(
            &installation,
            "client create --name Bank --client-id bank --profile service --auth-method tls_client_auth --tls-subject dns:bank.example --certificate-bound",
        );
        let mut serving = Serving::start(&installation).expect("it serves");
        let address = serving.address_of("listening for clients with certificates");
        let asks = async |own: Option<&Certificate>| {
            let http = reqwest::Client::builder()
                .no_proxy()
                .tls_certs_only([authority.trusted()])
                .resolve("mgc.id.example", address);
            let http = own.into_iter().fold(http, |http, own| http.identity(own.identity())).build().unwrap();
            let base = format!("https://mgc.id.example:{}", address.port());
            let form = [("grant_type", "client_credentials"), ("client_id", "bank")];
            let answer = http.post(format!("{base}/token")).form(&form).send().await.unwrap();
            let told: Value = http
                .get(format!("{base}/.well-known/openid-configuration"))
                .send()
                .await
                .unwrap()
                .json()
                .await
                .unwrap();
            (answer.status().as_u16(), answer.json::<Value>().await.unwrap(), told)
        };

        let own = authority.issues("bank", named("bank.example"));
        let (status, tokens, told) = asks(Some(&own)).await;
        assert_eq!(status, 200, "{tokens}");
        let token = tokens["access_token"].as_str().unwrap();
        assert_eq!(part(token, 1)["cnf"], json!({ "x5t#S256": own.thumbprint() }));
        assert_eq!(told["mtls_endpoint_aliases"]["token_endpoint"], "https://mgc.id.example:8443/token");
        assert_eq!(told["tls_client_certificate_bound_access_tokens"], true);
        for other in [Some(authority.issues("bank", named("other.example"))), Some(Certificate::self_signed("bank")), None] {
            assert_eq!(asks(other.as_ref()).await.1["error"], "invalid_client");
        }
        assert!(serving.stops(), "it ends well");
    })
    .await;
}

#[test]
fn a_section_that_cannot_work_is_refused_with_what_to_do() {
    for (section, said) in [
        ("listen = \"127.0.0.1:0\"", "mutual_tls.listen: https needs a certificate"),
        ("proxies = [\"0.0.0.0/0\"]", "mutual_tls.proxies: everybody would be believed"),
        ("client_authorities = \"missing.pem\"", "mutual_tls.client_authorities: the file cannot be read"),
        ("listen = \"here\"", "mutual_tls.listen: "),
        ("tls_key = \"missing.key\"", "mutual_tls.tls_certificate: missing"),
        ("colour = \"red\"", "mutual_tls.colour"),
    ] {
        let refusal = Installation::on_sqlite(&format!("[mutual_tls]\n{section}")).refusal_to_serve();
        assert!(refusal.contains(said), "{section}: {refusal}");
    }
}
