//! deploy/postgresql/: a base backup of a cluster of its own, restored beside it, and voided.

use std::fs::Permissions;
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::process::{Installation, admin, said};

/// PostgreSQL does not run as root.
fn as_postgres(folder: &Path, program: &Path, arguments: &[&str], environment: &[(&str, &str)]) {
    let is_root = Command::new("id").arg("-u").output().unwrap().stdout == b"0\n";
    let mut command = if is_root {
        let mut command = Command::new("runuser");
        command.args(["-u", "postgres", "--"]).arg(program);
        command
    } else {
        Command::new(program)
    };
    let log = std::fs::File::create(folder.join("output.log")).unwrap();
    let status = command
        .args(arguments)
        .envs(environment.iter().copied())
        .current_dir("/")
        .stdout(log.try_clone().unwrap())
        .stderr(log)
        .status()
        .unwrap();
    let output = std::fs::read_to_string(folder.join("output.log")).unwrap();
    assert!(status.success(), "{}: {output}", program.display());
}

fn programs() -> PathBuf {
    let versions = std::fs::read_dir("/usr/lib/postgresql").expect("PostgreSQL is installed as Debian does");
    let mut found: Vec<PathBuf> = versions.map(|entry| entry.unwrap().path().join("bin")).collect();
    found.retain(|folder| folder.join("initdb").is_file());
    found.sort();
    found.pop().expect("PostgreSQL is installed")
}

/// A cluster, stopped when dropped.
struct Cluster<'a> {
    folder: &'a Path,
    data: PathBuf,
    port: String,
}

impl<'a> Cluster<'a> {
    fn start(folder: &'a Path, data: &Path) -> Self {
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port().to_string();
        let options = format!("-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories=''");
        let cluster = Self { folder, data: data.to_owned(), port };
        cluster.control(&["-o", &options, "-l", folder.join("server.log").to_str().unwrap(), "-w", "start"]);
        cluster
    }

    fn control(&self, arguments: &[&str]) {
        let data = ["-D", self.data.to_str().unwrap()];
        as_postgres(self.folder, &programs().join("pg_ctl"), &[&data, arguments].concat(), &[]);
    }

    fn url(&self, database: &str) -> String {
        format!("postgres://sekisho@127.0.0.1:{}/{database}", self.port)
    }
}

impl Drop for Cluster<'_> {
    fn drop(&mut self) {
        self.control(&["-m", "immediate", "stop"]);
    }
}

fn does(installation: &Installation, words: &str) -> serde_json::Value {
    let output = admin(&installation.config, &words.split(' ').collect::<Vec<_>>());
    assert!(output.status.success(), "{words}: {}", said(&output));
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn a_cluster_comes_back_from_our_scripts_and_is_voided_before_it_serves() {
    let scratch = tempfile::tempdir().unwrap();
    std::fs::set_permissions(scratch.path(), Permissions::from_mode(0o777)).unwrap();
    let folder = scratch.path();
    let (data, copy, back) = (folder.join("data"), folder.join("copy"), folder.join("back"));
    let scripts = Path::new(env!("CARGO_MANIFEST_DIR")).join("../deploy/postgresql");
    for script in ["backup", "restore"] {
        std::fs::copy(scripts.join(script), folder.join(script)).unwrap();
        std::fs::set_permissions(folder.join(script), Permissions::from_mode(0o755)).unwrap();
    }
    let path = format!("{}:/usr/sbin:/usr/bin:/sbin:/bin", programs().display());
    let initialise = ["-D", data.to_str().unwrap(), "-U", "sekisho", "--auth=trust", "--no-sync"];
    as_postgres(folder, &programs().join("initdb"), &initialise, &[]);
    let cluster = Cluster::start(folder, &data);
    let installation = Installation::new(&cluster.url("postgres"), "");
    does(&installation, "migrate up");
    does(&installation, "realm create mgc --origin https://mgc.id.example");
    does(&installation, "member create before");
    does(&installation, "letter issue before");

    let here = [("PGHOST", "127.0.0.1"), ("PGPORT", &cluster.port), ("PGUSER", "sekisho"), ("PATH", &path)];
    as_postgres(folder, &folder.join("backup"), &[copy.to_str().unwrap()], &here);
    does(&installation, "member create after");
    as_postgres(folder, &folder.join("restore"), &[copy.to_str().unwrap(), back.to_str().unwrap()], &here);
    let restored = Cluster::start(folder, &back);
    let installation = Installation::new(&restored.url("postgres"), "");
    let voided = does(&installation, "backup void --yes");

    assert_eq!(voided["letters"], 1);
    let members = does(&installation, "member list");
    let ids: Vec<&str> = members.as_array().unwrap().iter().map(|member| member["user_id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["before"]);
    assert_eq!(does(&installation, "member show before")["letters"][0]["state"], "void");
}
