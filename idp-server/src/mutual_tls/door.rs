//! The listener that asks clients for their certificates. Any certificate opens it, since which client holds it is asked
//! later; that its key is the client's is proved in the handshake.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::http::Request;
use axum_server::accept::Accept;
use axum_server::tls_rustls::RustlsAcceptor;
use rustls::client::danger::HandshakeSignatureValid;
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, UnixTime};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{DigitallySignedStruct, DistinguishedName, Error, SignatureScheme};
use tokio::net::TcpStream;
use tower::Service;

use crate::connections::{Capped, Held};

/// The certificates of a handshake, the client's own first; none where the client has none. Its presence says that a
/// request came by this door.
#[derive(Clone)]
pub(crate) struct Shown(Arc<[CertificateDer<'static>]>);

impl Shown {
    pub(crate) fn certificates(&self) -> &[CertificateDer<'static>] {
        &self.0
    }
}

/// Lets every certificate in whose key signed the handshake.
#[derive(Debug)]
pub(crate) struct AnyCertificate(pub(crate) Arc<CryptoProvider>);

impl ClientCertVerifier for AnyCertificate {
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn client_auth_mandatory(&self) -> bool {
        false
    }

    fn verify_client_cert(
        &self,
        _own: &CertificateDer<'_>,
        _chain: &[CertificateDer<'_>],
        _now: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        Ok(ClientCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signed, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signed, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}

/// Accepts connections, and tells each of their requests what the handshake showed.
#[derive(Clone)]
pub(crate) struct Asking(pub(crate) RustlsAcceptor<Capped>);

impl<S: Send + 'static> Accept<TcpStream, S> for Asking {
    type Stream = <RustlsAcceptor<Capped> as Accept<TcpStream, S>>::Stream;
    type Service = Showing<Held<S>>;
    type Future = Pin<Box<dyn Future<Output = io::Result<(Self::Stream, Self::Service)>> + Send>>;

    fn accept(&self, stream: TcpStream, service: S) -> Self::Future {
        let accepting = self.0.accept(stream, service);
        Box::pin(async move {
            let (stream, service) = accepting.await?;
            let shown = stream.get_ref().1.peer_certificates().unwrap_or_default();
            let shown = Shown(shown.iter().map(|certificate| certificate.clone().into_owned()).collect());
            Ok((stream, Showing { service, shown }))
        })
    }
}

/// The service of one connection, whose requests carry what the handshake showed.
#[derive(Clone)]
pub(crate) struct Showing<S> {
    service: S,
    shown: Shown,
}

impl<S, B> Service<Request<B>> for Showing<S>
where
    S: Service<Request<B>>,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.service.poll_ready(context)
    }

    fn call(&mut self, mut request: Request<B>) -> S::Future {
        request.extensions_mut().insert(self.shown.clone());
        self.service.call(request)
    }
}
