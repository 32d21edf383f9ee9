//! Everything that is measured, running side by side; and who works in which workload.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use futures::future::try_join_all;
use jsonwebtoken::Algorithm;

use crate::flow::{Account, Way};
use crate::keys::Keys;
use crate::product::{self, Product};
use crate::skeleton;
use crate::subject::{Subject, free_port};
use crate::wire::Connection;
use crate::worker::{Check, Fixed, Introspect, OFFLINE, Paths, Refresh, SignIn, Worker, refresh_token};

/// The secret of every client of the peer.
const PEER_SECRET: &str = "a-secret-of-the-benchmark-that-is-long-enough";
const CREDENTIALS: &str = "grant_type=client_credentials";
/// What the peer is asked besides, so that its access tokens are JWTs as ours are: two signatures for either.
const PEER_JWT: &str = "&resource=https://api.example/es";
const PEER_JWT_OFFLINE: &str = "&resource=https://api.example/es&prompt=consent";

/// The processes.
pub(crate) struct Stage {
    pub(crate) product: Product,
    pub(crate) skeleton: Subject,
    pub(crate) peer: Subject,
    pub(crate) nginx: Option<Subject>,
}

/// What a token is signed with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Signature {
    Es256,
    Rs256,
}

/// What a browser brings along.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Session {
    None,
    Live,
}

/// Which of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Who {
    Product,
    Skeleton,
    Peer,
    Nginx,
}

impl Stage {
    pub(crate) async fn set(members: usize) -> Result<Self> {
        let product = product::start(members).await?;
        let port = free_port()?;
        let mut command = Command::new(std::env::current_exe()?);
        command.args(["skeleton", &port.to_string()]);
        let skeleton = Subject::start("L_skel", port, command, None).await?;
        let port = free_port()?;
        let mut command = Command::new("node");
        let server = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("bench/peer/server.mjs");
        command.env("NODE_ENV", "production").arg(server).arg(port.to_string());
        let peer = Subject::start("oidc-provider", port, command, None).await.context("tests/bench/peer: npm ci")?;
        let nginx = nginx(product.subject.port).await?;
        Ok(Self { product, skeleton, peer, nginx })
    }

    /// The process, if there is one.
    pub(crate) fn subject(&self, who: Who) -> Option<&Subject> {
        match who {
            Who::Product => Some(&self.product.subject),
            Who::Skeleton => Some(&self.skeleton),
            Who::Peer => Some(&self.peer),
            Who::Nginx => self.nginx.as_ref(),
        }
    }

    async fn connect(&self, who: Who) -> Result<Connection> {
        Connection::open(self.subject(who).context("nginx is not installed")?.port).await
    }

    async fn keys(&self, who: Who) -> Result<Arc<Keys>> {
        Ok(Arc::new(Keys::of(&mut self.connect(who).await?).await?))
    }

    fn way(&self, who: Who) -> Way {
        match who {
            Who::Peer => {
                Way { authorize: "/auth", token: "/token", client_id: "es", portal: peer_header("es"), more: PEER_JWT }
            }
            Who::Product | Who::Skeleton | Who::Nginx => Way {
                authorize: "/authorize",
                token: "/token",
                client_id: "portal",
                portal: self.product.portal.clone(),
                more: "",
            },
        }
    }

    fn account(&self, number: usize) -> Account {
        self.product.accounts[number % self.product.accounts.len()].clone()
    }

    /// The cookies a browser has before it signs in.
    fn fresh_cookies(&self, who: Who, number: usize) -> BTreeMap<String, String> {
        match who {
            Who::Product => BTreeMap::from([("sekisho-browser".to_owned(), self.account(number).browser)]),
            Who::Skeleton | Who::Peer | Who::Nginx => BTreeMap::new(),
        }
    }

    /// W1 and W1r: a service asks for a token.
    pub(crate) async fn services(&self, who: Who, signature: Signature, count: usize) -> Result<Vec<Box<dyn Worker>>> {
        let (client, form) = match (who, signature) {
            (Who::Peer, Signature::Rs256) => {
                (peer_header("rs"), format!("{CREDENTIALS}&resource=https://api.example/rs"))
            }
            (Who::Peer, Signature::Es256) => {
                (peer_header("es"), format!("{CREDENTIALS}&resource=https://api.example/es"))
            }
            (_, Signature::Rs256) => (self.product.service_rs.clone(), CREDENTIALS.to_owned()),
            (_, Signature::Es256) => (self.product.service.clone(), CREDENTIALS.to_owned()),
        };
        let algorithm = match signature {
            Signature::Es256 => Algorithm::ES256,
            Signature::Rs256 => Algorithm::RS256,
        };
        let keys = self.keys(who).await?;
        let is_signed: Check = Arc::new(move |answer| keys.verify(&answer.json()?["access_token"], algorithm));
        self.fixed(who, count, &is_signed, |connection| vec![connection.post("/token", &client, &form)]).await
    }

    /// W2: families of refresh tokens, one each.
    pub(crate) async fn families(&self, who: Who, count: usize) -> Result<Vec<Box<dyn Worker>>> {
        let way = Way { more: if who == Who::Peer { PEER_JWT_OFFLINE } else { "" }, ..self.way(who) };
        let keys = self.keys(who).await?;
        let begun = (0..count).map(|number| {
            let (way, account, keys) = (way.clone(), self.account(number), Arc::clone(&keys));
            async move {
                let mut connection = self.connect(who).await?;
                connection.cookies = self.fresh_cookies(who, number);
                let token = refresh_token(&way.tokens(&mut connection, &account, OFFLINE).await?)?;
                let cookies = std::mem::take(&mut connection.cookies);
                let worker = Refresh { connection, way, account, cookies, keys, token, spent: None, done: 0 };
                Ok(Box::new(worker) as Box<dyn Worker>)
            }
        });
        try_join_all(begun).await
    }

    /// W3: browsers that sign in, without a session or with one.
    pub(crate) async fn browsers(&self, who: Who, session: Session, count: usize) -> Result<Vec<Box<dyn Worker>>> {
        let keys = &self.keys(who).await?;
        let begun = (0..count).map(|number| async move {
            let (way, account, keys) = (self.way(who), self.account(number), Arc::clone(keys));
            let mut connection = self.connect(who).await?;
            connection.cookies = self.fresh_cookies(who, number);
            let mut cookies = connection.cookies.clone();
            if session == Session::Live {
                way.tokens(&mut connection, &account, "openid").await?;
                cookies.clone_from(&connection.cookies);
            }
            Ok(Box::new(SignIn { connection, way, account, cookies, keys, done: 0 }) as Box<dyn Worker>)
        });
        try_join_all(begun).await
    }

    /// Tokens for W4.
    pub(crate) async fn mint(&self, who: Who, tokens: usize) -> Result<Arc<Vec<String>>> {
        const CALLERS: usize = 32;
        if who == Who::Skeleton {
            return Ok(Arc::new((0..skeleton::TOKENS).map(|number| format!("token-{number}")).collect()));
        }
        let client = self.service(who);
        let minted = (0..CALLERS).map(|_| {
            let client = client.clone();
            async move {
                let mut connection = self.connect(who).await?;
                let request = connection.post("/token", &client, CREDENTIALS);
                let mut minted = Vec::new();
                for _ in 0..tokens.div_ceil(CALLERS) {
                    let answer = connection.expects(200, &request).await?.json()?;
                    minted.push(answer["access_token"].as_str().context("no token")?.to_owned());
                }
                anyhow::Ok(minted)
            }
        });
        Ok(Arc::new(try_join_all(minted).await?.concat()))
    }

    fn service(&self, who: Who) -> String {
        match who {
            Who::Peer => peer_header("es"),
            Who::Product | Who::Skeleton | Who::Nginx => self.product.service.clone(),
        }
    }

    /// W4: resource servers that ask about tokens.
    pub(crate) async fn resources(
        &self,
        who: Who,
        tokens: &Arc<Vec<String>>,
        count: usize,
    ) -> Result<Vec<Box<dyn Worker>>> {
        let paths = match who {
            Who::Peer => Paths { introspect: "/token/introspection", revoke: Some("/token/revocation") },
            Who::Skeleton => Paths { introspect: "/introspect", revoke: None },
            Who::Product | Who::Nginx => Paths { introspect: "/introspect", revoke: Some("/revoke") },
        };
        let begun = (0..count).map(|number| async move {
            let (connection, tokens, client) = (self.connect(who).await?, Arc::clone(tokens), self.service(who));
            let worker = Introspect { connection, tokens, paths, client, at: number, stride: count, done: 0 };
            Ok(Box::new(worker) as Box<dyn Worker>)
        });
        try_join_all(begun).await
    }

    /// W5: portals that ask who signed in.
    pub(crate) async fn portals(&self, who: Who, count: usize) -> Result<Vec<Box<dyn Worker>>> {
        let mut connection = self.connect(who).await?;
        connection.cookies = self.fresh_cookies(who, 0);
        // The peer's userinfo takes its opaque tokens alone.
        let way = Way { more: "", ..self.way(who) };
        let tokens = way.tokens(&mut connection, &self.account(0), "openid profile").await?;
        let token = tokens["access_token"].as_str().context("no access token")?;
        let has_a_subject: Check = Arc::new(|answer| {
            ensure!(answer.json()?["sub"].is_string(), "{}", answer.text());
            Ok(())
        });
        let path = if who == Who::Peer { "/me" } else { "/userinfo" };
        let header = format!("authorization: Bearer {token}\r\n");
        self.fixed(who, count, &has_a_subject, |connection| vec![connection.get(path, &header)]).await
    }

    /// W6: clients that look the provider up.
    pub(crate) async fn lookers(&self, who: Who, count: usize) -> Result<Vec<Box<dyn Worker>>> {
        let paths = ["/.well-known/openid-configuration", "/jwks"];
        let is_json: Check = Arc::new(|answer| answer.json().map(drop));
        self.fixed(who, count, &is_json, |connection| paths.map(|path| connection.get(path, "")).to_vec()).await
    }

    async fn fixed(
        &self,
        who: Who,
        count: usize,
        is_right: &Check,
        requests: impl Fn(&Connection) -> Vec<Vec<u8>>,
    ) -> Result<Vec<Box<dyn Worker>>> {
        let mut workers: Vec<Box<dyn Worker>> = Vec::with_capacity(count);
        for _ in 0..count {
            let connection = self.connect(who).await?;
            let requests = requests(&connection);
            workers.push(Box::new(Fixed { connection, requests, done: 0, is_right: Arc::clone(is_right) }));
        }
        Ok(workers)
    }
}

fn peer_header(client_id: &str) -> String {
    format!("authorization: Basic {}\r\n", STANDARD.encode(format!("{client_id}:{PEER_SECRET}")))
}

/// nginx with the product's two documents as files.
async fn nginx(product: u16) -> Result<Option<Subject>> {
    let Some(program) = ["/usr/sbin/nginx", "/usr/bin/nginx"].map(PathBuf::from).into_iter().find(|path| path.exists())
    else {
        return Ok(None);
    };
    let (folder, port) = (tempfile::tempdir()?, free_port()?);
    let mut connection = Connection::open(product).await?;
    std::fs::create_dir(folder.path().join(".well-known"))?;
    for path in ["/.well-known/openid-configuration", "/jwks"] {
        let request = connection.get(path, "");
        std::fs::write(folder.path().join(&path[1..]), connection.expects(200, &request).await?.body)?;
    }
    let home = folder.path().display();
    let text = format!(
        "daemon off; worker_processes auto; pid {home}/pid; error_log stderr crit; events {{ worker_connections 1024; }}
         http {{ access_log off; sendfile on; open_file_cache max=10; default_type application/json;
         client_body_temp_path {home}/a; proxy_temp_path {home}/b; fastcgi_temp_path {home}/c; uwsgi_temp_path {home}/d;
         scgi_temp_path {home}/e; keepalive_requests 100000000;
         server {{ listen 127.0.0.1:{port}; root {home}; }} }}"
    );
    let configuration = folder.path().join("nginx.conf");
    std::fs::write(&configuration, text)?;
    // Its workers must be able to read the files.
    std::os::unix::fs::chown(folder.path(), None, None)?;
    std::fs::set_permissions(folder.path(), std::os::unix::fs::PermissionsExt::from_mode(0o755))?;
    let mut command = Command::new(program);
    command.arg("-c").arg(configuration);
    Ok(Some(Subject::start("nginx", port, command, Some(folder)).await?))
}
