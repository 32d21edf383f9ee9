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
fn caddy_takes_our_configuration() {
    let home = tempfile::tempdir().unwrap();
    let ours = deployed("proxy/Caddyfile");
    let answer = Command::new("caddy")
        .args(["validate", "--adapter", "caddyfile", "--config", ours.to_str().unwrap()])
        .env("HOME", home.path())
        .output()
        .unwrap();
    assert!(answer.status.success(), "{}", said(&answer));
}

/// What `tests/run` installs where there is Go; it says so where there is none.
#[expect(clippy::disallowed_methods, reason = "the test command names its tools in the environment")]
fn tool(variable: &str) -> Option<String> {
    std::env::var(variable).ok()
}

#[test]
fn the_compose_file_is_one() {
    let ours = deployed("compose/compose.yaml");
    if let Some(compose) = tool("SEKISHO_TEST_COMPOSE") {
        let answer = run(&compose, &[ours.to_str().unwrap()]);
        assert!(answer.status.success(), "{}", said(&answer));
    }

    // What the node's configuration names is handed in, and its proxy is in the network that it believes.
    let compose = std::fs::read_to_string(ours).unwrap();
    let node = std::fs::read_to_string(deployed("container/sekisho.toml")).unwrap();
    let named: Vec<&str> = node.split("/run/secrets/").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    assert_eq!(named, ["database_url", "installation_key"]);
    assert!(compose.contains(&format!("secrets: [{}]", named.join(", "))));
    assert!(node.contains(r#"trusted_proxies = ["10.89.0.0/24"]"#) && compose.contains("subnet: 10.89.0.0/24"));
}

#[test]
fn the_chart_renders_to_a_configuration_that_the_server_takes() {
    let Some(helm) = tool("SEKISHO_TEST_HELM") else { return };
    let chart = deployed("helm/sekisho");
    let chart = chart.to_str().unwrap();
    let linted = run(&helm, &["lint", "--strict", chart]);
    assert!(linted.status.success(), "{}", said(&linted));

    let whole = ["--set", "metrics.enabled=true,metrics.podMonitor=true,mail.username=sekisho"];
    let more = ["--set-string", "extraConfig=[limits]\nconnections_per_address = 32"];
    let without = ["--set", "ingress.enabled=false"];
    let whole = [whole, more].concat();
    for set in [&[][..], &whole, &without] {
        let rendered = run(&helm, &[&["template", "kenpo", chart], set].concat());
        assert!(rendered.status.success(), "{}", said(&rendered));
        let rendered = said(&rendered);
        assert_eq!(rendered.contains("kind: Ingress"), set != without);
        assert_eq!(rendered.contains("kind: PodMonitor"), set == whole);
        assert_eq!(rendered.contains("name: metrics, containerPort: 9464"), set == whole);

        let (_, rest) = rendered.split_once("sekisho.toml: |\n").unwrap();
        let ours: String = rest
            .lines()
            .map_while(|line| line.strip_prefix("    ").or((line.is_empty()).then_some("")))
            .flat_map(|line| [line, "\n"])
            .collect();
        assert!(ours.contains("[log]"), "{ours}");
        takes(&ours.replace("/run/secrets/sekisho", "/run/secrets"));
    }
    let half = run(&helm, &["template", "kenpo", chart, "--set", "metrics.podMonitor=true"]);
    assert!(!half.status.success() && said(&half).contains("podMonitor needs metrics.enabled"), "{}", said(&half));
}

/// The series that alarms and dashboard ask for, each as the server names it, without the endings of a histogram.
#[test]
fn alarms_and_dashboard_ask_for_series_that_the_server_tells() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../idp-server/src/metrics.rs");
    let source = std::fs::read_to_string(source).unwrap();
    let ours = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/operations.md")).unwrap();
    for name in ["prometheus/rules.yaml", "grafana/sekisho.json"] {
        let text = std::fs::read_to_string(deployed(name)).unwrap();
        let asked: Vec<&str> = text.split("sekisho_").skip(1).collect();
        assert!(asked.len() > 8, "{name}");
        for rest in asked {
            let end = rest.find(|c: char| !c.is_ascii_lowercase() && c != '_').unwrap_or(rest.len());
            let series = format!("sekisho_{}", &rest[..end]);
            let base = ["_total", "_bucket", "_info"].iter().find_map(|ending| series.strip_suffix(ending));
            let base = base.unwrap_or(&series);
            assert!(source.contains(&format!("\"{base}\"")), "{name}: nobody tells {series}");
            assert!(ours.contains(base), "docs/operations.md does not tell of {base}");
        }
    }
    let dashboard = std::fs::read_to_string(deployed("grafana/sekisho.json")).unwrap();
    serde_json::from_str::<serde_json::Value>(&dashboard).expect("the dashboard is JSON");
}

#[test]
fn the_container_holds_what_the_programs_need_and_no_shell() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("root");
    let programs = super::process::program("idp-admin");
    let script = deployed("container/root");
    let laid = Command::new(&script).args([programs.parent().unwrap(), &root]).output().unwrap();
    assert!(laid.status.success(), "{}", said(&laid));
    let other = folder.path().join("other");
    let larger = Command::new(&script).args([programs.parent().unwrap(), &other]).arg("1000000").output().unwrap();
    assert!(said(&larger).contains("bytes are more than 1000000") && !larger.status.success(), "{}", said(&larger));
    std::fs::remove_dir_all(other).unwrap();
    let names: Vec<String> = std::fs::read_dir(root.join("usr/bin"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert!(names.len() == 2 && names.iter().all(|name| name.starts_with("idp-")), "{names:?}");
    assert!(!root.join("bin").exists());

    let config =
        "[database]\nurl = \"sqlite:///var/lib/sekisho/sekisho.db\"\n[secrets]\ninstallation_key = \"{key}\"\n";
    std::fs::write(root.join("etc/sekisho/sekisho.toml"), config.replace("{key}", &"7a".repeat(32))).unwrap();
    // As the container's one user; who is not root can only be so in a world of their own.
    let is_root = said(&run("id", &["-u"])).trim() == "0";
    let to_inside = if is_root {
        vec!["chroot", "--userspec=65532:65532"]
    } else {
        vec!["unshare", "--user", "--map-root-user", "chroot"]
    };
    let inside = |words: &[&str]| {
        let config = "SEKISHO_CONFIG=/etc/sekisho/sekisho.toml";
        let outside = [&to_inside[..], &[root.to_str().unwrap()], words].concat();
        run("env", &[&[config], &outside[..]].concat())
    };
    for words in [&["/usr/bin/idp-server", "--version"][..], &["/usr/bin/idp-admin", "migrate", "up"]] {
        let answer = inside(words);
        assert!(answer.status.success(), "{words:?}: {}", said(&answer));
    }
    assert!(root.join("var/lib/sekisho/sekisho.db").exists());
}

#[test]
fn the_configuration_of_the_container_is_one_that_the_server_takes() {
    takes(&std::fs::read_to_string(deployed("container/sekisho.toml")).unwrap());
}

/// Has a program read a configuration whose secrets are mounted below `/run/secrets`.
fn takes(ours: &str) {
    use std::os::unix::fs::PermissionsExt as _;

    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("sekisho.toml");
    std::fs::write(&file, ours.replace("/run/secrets", folder.path().to_str().unwrap())).unwrap();
    let secrets = ["sqlite://sekisho.db", &"7a".repeat(32), "shh"];
    for (name, secret) in ["database_url", "installation_key", "mail_password"].into_iter().zip(secrets) {
        let file = folder.path().join(name);
        std::fs::write(&file, secret).unwrap();
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o444)).unwrap();
    }
    let answer = Command::new(super::process::program("idp-admin"))
        .args(["--config", file.to_str().unwrap(), "migrate", "up"])
        .current_dir(folder.path())
        .output()
        .unwrap();
    assert!(answer.status.success(), "{}{ours}", said(&answer));
}
