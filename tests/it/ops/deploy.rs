//! What lies in deploy/: checked by the programs it is for.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn deployed(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../deploy").join(name).canonicalize().expect("it is there")
}

fn run(program: &str, arguments: &[&str]) -> Output {
    Command::new(program).args(arguments).output().unwrap_or_else(|error| panic!("{program}: {error}"))
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// A certificate for proxies to load.
fn certificate(folder: &Path) -> (PathBuf, PathBuf) {
    let (certificate, key) = (folder.join("cert.pem"), folder.join("key.pem"));
    let made = run(
        "openssl",
        &[
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
            "-nodes",
            "-subj",
            "/CN=mgc.id.example",
            "-keyout",
            key.to_str().unwrap(),
            "-out",
            certificate.to_str().unwrap(),
        ],
    );
    assert!(made.status.success(), "{}", said(&made));
    (certificate, key)
}

#[test]
fn the_unit_is_hardened() {
    let unit = deployed("systemd/sekisho.service");
    let answer = run("systemd-analyze", &["security", "--offline=true", "--threshold=20", unit.to_str().unwrap()]);
    assert!(answer.status.success(), "the exposure is above 2.0: {}", said(&answer));
}

#[test]
fn nginx_takes_our_configuration() {
    let folder = tempfile::tempdir().unwrap();
    let (certificate, key) = certificate(folder.path());
    let ours = std::fs::read_to_string(deployed("proxy/nginx.conf")).unwrap();
    let ours = ours
        .replace("/etc/nginx/tls/mgc.id.example.pem", certificate.to_str().unwrap())
        .replace("/etc/nginx/tls/mgc.id.example.key", key.to_str().unwrap());
    let pid = folder.path().join("pid");
    let file = folder.path().join("nginx.conf");
    std::fs::write(&file, format!("pid {};\nerror_log stderr;\n{ours}", pid.display())).unwrap();
    let answer = run("nginx", &["-t", "-c", file.to_str().unwrap()]);
    assert!(answer.status.success(), "{}", said(&answer));
}

#[test]
fn haproxy_takes_our_configurations() {
    let folder = tempfile::tempdir().unwrap();
    let (certificate, key) = certificate(folder.path());
    let both = [std::fs::read_to_string(certificate).unwrap(), std::fs::read_to_string(key).unwrap()].concat();
    let pem = folder.path().join("both.pem");
    std::fs::write(&pem, both).unwrap();
    for name in ["proxy/haproxy.cfg", "compose/haproxy.cfg"] {
        let ours = std::fs::read_to_string(deployed(name)).unwrap();
        let ours = ours.replace("/etc/haproxy/tls/mgc.id.example.pem", pem.to_str().unwrap());
        let file = folder.path().join("haproxy.cfg");
        std::fs::write(&file, ours).unwrap();
        let answer = run("haproxy", &["-c", "-f", file.to_str().unwrap()]);
        assert!(answer.status.success(), "{name}: {}", said(&answer));
    }
}

#[test]
fn the_configuration_of_the_container_is_one_that_the_server_takes() {
    use std::os::unix::fs::PermissionsExt as _;

    let folder = tempfile::tempdir().unwrap();
    let ours = std::fs::read_to_string(deployed("container/sekisho.toml")).unwrap();
    let secrets = folder.path().to_str().unwrap();
    let file = folder.path().join("sekisho.toml");
    std::fs::write(&file, ours.replace("/run/secrets", secrets)).unwrap();
    std::fs::write(folder.path().join("database_url"), "sqlite://sekisho.db").unwrap();
    std::fs::write(folder.path().join("installation_key"), "7a".repeat(32)).unwrap();
    for secret in ["database_url", "installation_key"] {
        std::fs::set_permissions(folder.path().join(secret), std::fs::Permissions::from_mode(0o444)).unwrap();
    }
    let admin = super::process::program("idp-admin");
    let answer = Command::new(admin)
        .args(["--config", file.to_str().unwrap(), "migrate", "up"])
        .current_dir(folder.path())
        .output()
        .unwrap();
    assert!(answer.status.success(), "{}", said(&answer));
}
