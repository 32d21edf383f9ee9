//! The portal's HTTP client: reqwest behind the interface of the `openidconnect` crate.

use std::pin::Pin;
use std::time::Duration;

use openidconnect::{AsyncHttpClient, HttpClientError, HttpRequest, HttpResponse};

/// How long an answer of the provider is waited for.
const PATIENCE: Duration = Duration::from_secs(10);

/// A client that follows no redirect: a provider's answer is what it says at its own address.
#[derive(Clone, Debug)]
pub struct Http(reqwest::Client);

impl Http {
    /// A new client with connections of its own.
    ///
    /// # Errors
    /// If the TLS set-up of the machine cannot be read.
    pub fn new() -> Result<Self, reqwest::Error> {
        choose_crypto_provider();
        let client =
            reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).timeout(PATIENCE).no_proxy();
        Ok(Self(client.build()?))
    }
}

impl<'c> AsyncHttpClient<'c> for Http {
    type Error = HttpClientError<reqwest::Error>;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, Self::Error>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(async move {
            let request = reqwest::Request::try_from(request).map_err(Box::new)?;
            let answer = self.0.execute(request).await.map_err(Box::new)?;

            let mut response = HttpResponse::new(Vec::new());
            *response.status_mut() = answer.status();
            *response.headers_mut() = answer.headers().clone();
            *response.body_mut() = answer.bytes().await.map_err(Box::new)?.to_vec();
            Ok(response)
        })
    }
}

/// Chooses the process's TLS provider where nobody has yet: reqwest is built without one of its own.
pub fn choose_crypto_provider() {
    if rustls::crypto::CryptoProvider::get_default().is_none() {
        // An error means that another thread chose in between, which is as good.
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    }
}
