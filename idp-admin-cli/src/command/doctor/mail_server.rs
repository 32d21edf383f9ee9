//! Whether the mail server is there and greets (RFC 5321 §3.1). Nothing is sent.

use std::time::Duration;

use idp_core::admin::doctor::{Finding, Severity};
use idp_core::config::MailConfig;
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;
use tokio::time::timeout;

/// How long it may take to connect and to greet.
const PATIENCE: Duration = Duration::from_secs(10);
/// Speaks TLS from the first byte, so that nothing in the clear greets there (RFC 8314 §3.3).
const IMPLICIT_TLS: u16 = 465;

pub(super) async fn examine(mail: &MailConfig) -> Option<Finding> {
    let why = match timeout(PATIENCE, greeting(mail)).await {
        Ok(Ok(())) => return None,
        Ok(Err(why)) => why,
        Err(_) => format!("no answer within {} seconds", PATIENCE.as_secs()),
    };
    let (host, port) = (&mail.host, mail.port);
    Some(Finding::new(
        Severity::Error,
        "mail_server_unreachable",
        &format!("The mail server {host}:{port} cannot be used: {why}. Members wait for mails that do not come."),
        "See that it runs and that this machine may connect to it, or set mail.host and mail.port.",
    ))
}

async fn greeting(mail: &MailConfig) -> Result<(), String> {
    let connecting = TcpStream::connect((mail.host.as_str(), mail.port));
    let mut stream = connecting.await.map_err(|error| error.to_string())?;
    if mail.port == IMPLICIT_TLS {
        return Ok(());
    }
    let mut code = [0; 3];
    stream.read_exact(&mut code).await.map_err(|_| "it hangs up before it greets".to_owned())?;
    match &code {
        b"220" => Ok(()),
        _ => Err("what answers there is no mail server, or takes no mail now".to_owned()),
    }
}
