//! What secrets are for, one obvious table.

/// What a secret is for: keeps the hash of one kind from being mistaken for that of another.
pub trait Purpose {
    /// A name that is never changed, since stored hashes depend on it.
    const NAME: &'static str;
}

macro_rules! purposes {
    ($($(#[$about:meta])+ $purpose:ident = $name:literal,)+) => { $(
        $(#[$about])+
        pub struct $purpose;

        impl Purpose for $purpose {
            const NAME: &'static str = $name;
        }
    )+ };
}

purposes! {
    /// The value of a session cookie.
    SessionSecret = "session",
    /// The value of the cookie that tells one browser from another.
    BrowserSecret = "browser",
    /// An authorization code (RFC 6749 §4.1.2).
    AuthorizationCode = "authorization-code",
    /// What a client that pushed its request knows it by (RFC 9126 §2.2).
    RequestUri = "request-uri",
    /// An opaque token or the identifier of a structured one.
    TokenSecret = "token",
    /// A refresh token (RFC 6749 §1.5).
    RefreshSecret = "refresh-token",
    /// The identifier of an assertion or a proof, with its sender.
    UsedIdentifier = "used-identifier",
    /// A nonce that proofs must carry (RFC 9449 §8).
    DpopNonce = "dpop-nonce",
    /// A device code (RFC 8628 §3.2).
    DeviceCode = "device-code",
    /// The code a member types for a device (RFC 8628 §6.1).
    UserCode = "user-code",
    /// What a client asks with after its member (OpenID Connect CIBA Core §7.3).
    AuthReqId = "auth-req-id",
    /// What a client in ping mode is told with: its own token and the `auth_req_id` (OpenID Connect CIBA Core §10.2).
    CibaPing = "ciba-ping",
    /// The secret in a mailed link.
    LinkSecret = "link",
    /// The secret in the address that a QR code shows to a new phone.
    HandoverLink = "handover",
    /// Six digits, hashed together with the ceremony they belong to.
    MailedCode = "mailed-code",
    /// The initial password of a letter.
    LetterPassword = "letter",
    /// A client's secret.
    ClientSecret = "client",
    /// What guesses are counted under.
    ThrottleSubject = "throttle",
    /// A recovery code, hashed together with the member it belongs to.
    RecoverySecret = "recovery-code",
    /// Recovery codes while they are shown.
    RecoveryOffer = "recovery-offer",
    /// The shared secret of an authenticator app.
    AppSecret = "app",
    /// What is kept of a passkey's challenge until it is answered.
    PasskeyCeremonyState = "passkey-ceremony",
    /// The private half of a signing key, PKCS#8.
    SigningKey = "signing-key",
    /// A mail that waits in the outbox.
    QueuedMail = "queued-mail",
    /// The proof that a form came from a page of ours.
    CsrfToken = "csrf",
    /// What lets a developer register a client.
    RegistrationToken = "registration-token",
    /// What a client manages its registration with.
    RegistrationAccess = "registration-access",
    /// What a sector knows a member by.
    PairwiseSubject = "pairwise-subject",
    /// A known value by which a wrong installation key is found.
    KeyCheck = "key-check",
}
