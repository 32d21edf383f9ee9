-- Times are milliseconds since the epoch, UTC. Ids are UUIDv7. A *_hash is HMAC-SHA-256; a *_sealed is AES-256-GCM.

CREATE TABLE realms (
    id UUID PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    origin TEXT NOT NULL UNIQUE,
    host TEXT NOT NULL UNIQUE,
    settings TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);

CREATE TABLE terms (
    realm_id UUID NOT NULL REFERENCES realms (id) ON DELETE CASCADE,
    version BIGINT NOT NULL,
    language TEXT NOT NULL,
    body TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    published_at BIGINT NOT NULL,
    PRIMARY KEY (realm_id, version, language)
);

CREATE TABLE members (
    id UUID PRIMARY KEY,
    realm_id UUID NOT NULL REFERENCES realms (id) ON DELETE CASCADE,
    subject TEXT NOT NULL UNIQUE,
    user_id TEXT NOT NULL,
    user_id_normal TEXT NOT NULL,
    family_name TEXT,
    given_name TEXT,
    family_kana TEXT,
    given_kana TEXT,
    birth_date TEXT,
    birth_date_confirmed_at BIGINT,
    symbol TEXT,
    number TEXT,
    branch TEXT,
    mail TEXT,
    mail_verified_at BIGINT,
    language TEXT,
    state TEXT NOT NULL,
    chosen_method TEXT,
    new_password_required_at BIGINT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    UNIQUE (realm_id, user_id_normal)
);

CREATE TABLE terms_acceptances (
    member_id UUID NOT NULL REFERENCES members (id) ON DELETE CASCADE,
    realm_id UUID NOT NULL,
    version BIGINT NOT NULL,
    language TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    accepted_at BIGINT NOT NULL,
    PRIMARY KEY (member_id, version)
);

CREATE TABLE passwords (
    member_id UUID PRIMARY KEY REFERENCES members (id) ON DELETE CASCADE,
    realm_id UUID NOT NULL,
    phc TEXT NOT NULL,
    set_at BIGINT NOT NULL
);

CREATE TABLE letters (
    id UUID PRIMARY KEY,
    realm_id UUID NOT NULL,
    member_id UUID NOT NULL REFERENCES members (id) ON DELETE CASCADE,
    purpose TEXT NOT NULL,
    state TEXT NOT NULL,
    secret_hash BYTEA NOT NULL,
    birth_date_guesses BIGINT NOT NULL,
    issued_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT,
    ended_at BIGINT,
    end_reason TEXT
);
CREATE UNIQUE INDEX letters_live ON letters (member_id) WHERE ended_at IS NULL;
CREATE INDEX letters_by_realm ON letters (realm_id, id);

CREATE TABLE totp_credentials (
    id UUID PRIMARY KEY,
    realm_id UUID NOT NULL,
    member_id UUID NOT NULL REFERENCES members (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    secret_sealed BYTEA NOT NULL,
    last_step BIGINT NOT NULL,
    wrong_in_a_row BIGINT NOT NULL,
    wrong_since_success BIGINT NOT NULL,
    held_until BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    last_used_at BIGINT
);
CREATE INDEX totp_credentials_by_member ON totp_credentials (member_id);

CREATE TABLE mail_code_credentials (
    id UUID PRIMARY KEY,
    realm_id UUID NOT NULL,
    member_id UUID NOT NULL UNIQUE REFERENCES members (id) ON DELETE CASCADE,
    created_at BIGINT NOT NULL,
    last_used_at BIGINT
);

CREATE TABLE interactions (
    id UUID PRIMARY KEY,
    realm_id UUID NOT NULL,
    browser_hash BYTEA NOT NULL,
    client_id UUID,
    request TEXT,
    state TEXT NOT NULL,
    member_id UUID,
    progress TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX interactions_by_browser ON interactions (browser_hash, id);
CREATE INDEX interactions_by_expiry ON interactions (expires_at);

CREATE TABLE ceremonies (
    id UUID PRIMARY KEY,
    realm_id UUID NOT NULL,
    kind TEXT NOT NULL,
    member_id UUID NOT NULL REFERENCES members (id) ON DELETE CASCADE,
    interaction_id UUID,
    browser_hash BYTEA NOT NULL,
    state TEXT NOT NULL,
    address TEXT,
    code_hash BYTEA,
    link_hash BYTEA UNIQUE,
    payload_sealed BYTEA,
    guesses BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    code_expires_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    answered_at BIGINT
);
CREATE INDEX ceremonies_by_member ON ceremonies (member_id, kind, id);
CREATE INDEX ceremonies_by_expiry ON ceremonies (expires_at);

CREATE TABLE sessions (
    id UUID PRIMARY KEY,
    realm_id UUID NOT NULL,
    member_id UUID NOT NULL REFERENCES members (id) ON DELETE CASCADE,
    secret_hash BYTEA NOT NULL UNIQUE,
    browser_hash BYTEA NOT NULL,
    proofs TEXT NOT NULL,
    authenticated_at BIGINT NOT NULL,
    user_agent TEXT,
    created_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    ended_at BIGINT
);
CREATE INDEX sessions_by_member ON sessions (member_id);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);

CREATE TABLE known_browsers (
    member_id UUID NOT NULL REFERENCES members (id) ON DELETE CASCADE,
    browser_hash BYTEA NOT NULL,
    seen_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (member_id, browser_hash)
);
CREATE INDEX known_browsers_by_expiry ON known_browsers (expires_at);

CREATE TABLE throttles (
    realm_id UUID NOT NULL,
    subject_hash BYTEA NOT NULL,
    failures BIGINT NOT NULL,
    rounds BIGINT NOT NULL,
    held_until BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (realm_id, subject_hash)
);
CREATE INDEX throttles_by_expiry ON throttles (expires_at);

CREATE TABLE clients (
    id UUID PRIMARY KEY,
    realm_id UUID NOT NULL REFERENCES realms (id) ON DELETE CASCADE,
    client_id TEXT NOT NULL,
    name TEXT NOT NULL,
    secret_hash BYTEA,
    settings TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    UNIQUE (realm_id, client_id)
);

CREATE TABLE grants (
    id UUID PRIMARY KEY,
    realm_id UUID NOT NULL,
    client_id UUID NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
    member_id UUID REFERENCES members (id) ON DELETE CASCADE,
    session_id UUID,
    scope TEXT NOT NULL,
    claims TEXT,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    revoked_at BIGINT
);
CREATE INDEX grants_by_session ON grants (session_id);
CREATE INDEX grants_by_member ON grants (member_id);
CREATE INDEX grants_by_expiry ON grants (expires_at);

CREATE TABLE authorization_codes (
    code_hash BYTEA PRIMARY KEY,
    realm_id UUID NOT NULL,
    grant_id UUID NOT NULL REFERENCES grants (id) ON DELETE CASCADE,
    client_id UUID NOT NULL,
    redirect_uri TEXT NOT NULL,
    details TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT,
    kept_until BIGINT NOT NULL
);
CREATE INDEX authorization_codes_by_expiry ON authorization_codes (kept_until);

CREATE TABLE tokens (
    id UUID PRIMARY KEY,
    realm_id UUID NOT NULL,
    grant_id UUID NOT NULL REFERENCES grants (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    secret_hash BYTEA NOT NULL UNIQUE,
    scope TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    revoked_at BIGINT
);
CREATE INDEX tokens_by_grant ON tokens (grant_id);
CREATE INDEX tokens_by_expiry ON tokens (expires_at);

CREATE TABLE signing_keys (
    kid TEXT PRIMARY KEY,
    realm_id UUID NOT NULL REFERENCES realms (id) ON DELETE CASCADE,
    algorithm TEXT NOT NULL,
    state TEXT NOT NULL,
    private_sealed BYTEA NOT NULL,
    public_jwk TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL
);
CREATE INDEX signing_keys_by_realm ON signing_keys (realm_id);

CREATE TABLE outbox (
    id UUID PRIMARY KEY,
    realm_id UUID NOT NULL,
    member_id UUID,
    kind TEXT NOT NULL,
    content_sealed BYTEA NOT NULL,
    state TEXT NOT NULL,
    attempts BIGINT NOT NULL,
    next_attempt_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    settled_at BIGINT,
    answer TEXT
);
CREATE INDEX outbox_waiting ON outbox (next_attempt_at) WHERE settled_at IS NULL;
CREATE INDEX outbox_by_member ON outbox (member_id, id);

CREATE TABLE audit_heads (
    realm_id UUID PRIMARY KEY,
    sequence BIGINT NOT NULL,
    hash BYTEA NOT NULL
);

CREATE TABLE audit_events (
    realm_id UUID NOT NULL,
    sequence BIGINT NOT NULL,
    at BIGINT NOT NULL,
    kind TEXT NOT NULL,
    member_id UUID,
    event TEXT NOT NULL,
    hash BYTEA NOT NULL,
    PRIMARY KEY (realm_id, sequence)
);
CREATE INDEX audit_events_by_member ON audit_events (member_id, at);

CREATE TABLE installation (
    name TEXT PRIMARY KEY,
    value BYTEA NOT NULL
);
