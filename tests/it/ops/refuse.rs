//! `idp-server serve` does not start on a schema that is behind, a key it does not know, or a setting that is not safe.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use harness::on_both_empty;

use super::process::{Installation, Serving, admin, said};

#[test]
fn a_pending_migration_is_named_with_the_command_that_takes_it() {
    let installation = Installation::on_sqlite("");

    let refusal = installation.refusal_to_serve();

    let config = installation.config.display();
    let remedy = format!("behind: run `idp-admin --config {config} migrate up`, then start again");
    assert!(refusal.starts_with("idp-server: the schema is ") && refusal.contains(&remedy), "{refusal}");
}

#[test]
fn every_unknown_key_and_section_is_told_at_once() {
    let installation =
        Installation::on_sqlite("[http]\nlisten = \"127.0.0.1:0\"\nport = 80\n\n[html]\ncolour = \"red\"");

    let refusal = installation.refusal_to_serve();

    assert!(refusal.starts_with("idp-server: the configuration cannot be used:"), "{refusal}");
    assert!(refusal.contains("\n  http.port: this key is not known; [http] has listen, "), "{refusal}");
    assert!(refusal.contains("\n  html: this section is not known; there are database, "), "{refusal}");
}

#[test]
fn plain_http_in_the_open_needs_its_explicit_switch() {
    let installation = Installation::on_sqlite("[http]\nlisten = \"0.0.0.0:0\"");
    assert!(installation.refusal_to_serve().contains("\n  http.listen: plain http would be open to the network here"));

    let switched_on = Installation::on_sqlite("[http]\nlisten = \"0.0.0.0:0\"\nallow_plain_http = true");
    let refusal = switched_on.refusal_to_serve();
    assert!(refusal.contains("migrate up"), "nothing but the migration is left to complain about: {refusal}");
}

#[test]
fn a_proxy_network_of_everybody_and_mail_in_the_clear_are_refused() {
    let more = "[http]\ntrusted_proxies = [\"0.0.0.0/0\"]\n\n[mail]\nhost = \"mail.example\"\ntls = \"off\"";

    let refusal = Installation::on_sqlite(more).refusal_to_serve();

    assert!(refusal.contains("\n  http.trusted_proxies: everybody would be believed to be a proxy"), "{refusal}");
    assert!(refusal.contains("\n  mail.tls: `off` is for a server on this machine alone"), "{refusal}");
}

#[test]
fn a_key_file_that_others_can_read_is_refused_by_both_programs() {
    let installation = Installation::on_sqlite("");
    let key = installation.folder().join("installation.key");
    fs::set_permissions(&key, Permissions::from_mode(0o444)).expect("the mode can be changed");

    let told = format!("secrets.installation_key_file: {} can be read by others", key.display());
    assert!(installation.refusal_to_serve().contains(&told));
    let output = admin(&installation.config, &["migrate", "up"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output).contains(&told), "{}", said(&output));
}

#[tokio::test]
async fn a_wrong_and_a_missing_installation_key_are_refused_until_the_right_one_is_back() {
    on_both_empty(async |database| {
        let installation = Installation::new(&database.url(), "[http]\nlisten = \"127.0.0.1:0\"");
        for words in [&["migrate", "up"][..], &["realm", "create", "mgc", "--origin", "https://mgc.id.example"]] {
            assert!(admin(&installation.config, words).status.success());
        }
        let key = installation.folder().join("installation.key");
        let right = fs::read_to_string(&key).expect("the key is there");

        fs::remove_file(&key).expect("the key is there");
        let refusal = installation.refusal_to_serve();
        let told = format!(
            "secrets.installation_key_file: {} is not there: bring it back from where you keep it",
            key.display()
        );
        assert!(refusal.contains(&told), "{refusal}");

        write_key(&key, &"ab".repeat(32));
        let refusal = installation.refusal_to_serve();
        assert_eq!(
            refusal,
            "idp-server: the installation key is not the one this database was made with: bring back the earlier key, or \
             the database that belongs to this one; nothing was changed\n"
        );

        fs::remove_file(&key).expect("the key is there");
        write_key(&key, &right);
        assert!(Serving::start(&installation).expect("the right key serves").stops());
    })
    .await;
}

fn write_key(file: &Path, key: &str) {
    fs::write(file, key).expect("a file can be written");
    fs::set_permissions(file, Permissions::from_mode(0o400)).expect("the mode can be changed");
}
