-- What a MAC is keyed with must be read again, so it rests sealed (client_secret_jwt).
ALTER TABLE clients ADD COLUMN secret_sealed BYTEA;
-- The hash of the registration access token (RFC 7592 §3) of a client that registered itself.
ALTER TABLE clients ADD COLUMN management_hash BYTEA;

-- What lets a developer register a client (RFC 7591 §1.2, initial access token).
CREATE TABLE registration_tokens (
    id UUID PRIMARY KEY,
    realm_id UUID NOT NULL REFERENCES realms (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    secret_hash BYTEA NOT NULL UNIQUE,
    uses_left BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX registration_tokens_by_realm ON registration_tokens (realm_id);
CREATE INDEX registration_tokens_by_expiry ON registration_tokens (expires_at);

-- Which clients a session signed the member in to: they are told when it ends.
CREATE TABLE session_clients (
    session_id UUID NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    client_id UUID NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
    PRIMARY KEY (session_id, client_id)
);
CREATE INDEX session_clients_by_client ON session_clients (client_id);

-- Logout tokens that wait to be delivered (OpenID Connect Back-Channel Logout §2.5).
CREATE TABLE logout_notices (
    id UUID PRIMARY KEY,
    realm_id UUID NOT NULL,
    client_id UUID NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
    session_id UUID NOT NULL,
    member_id UUID NOT NULL,
    state TEXT NOT NULL,
    attempts BIGINT NOT NULL,
    next_attempt_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    settled_at BIGINT,
    answer TEXT
);
CREATE INDEX logout_notices_waiting ON logout_notices (next_attempt_at) WHERE settled_at IS NULL;
CREATE INDEX logout_notices_by_client ON logout_notices (client_id, id);
CREATE INDEX logout_notices_by_session ON logout_notices (session_id);

-- Keys that others encrypt to; their life is that of signing keys.
CREATE TABLE encryption_keys (
    kid TEXT PRIMARY KEY,
    realm_id UUID NOT NULL REFERENCES realms (id) ON DELETE CASCADE,
    family TEXT NOT NULL,
    state TEXT NOT NULL,
    private_sealed BYTEA NOT NULL,
    public_jwk TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL
);
CREATE INDEX encryption_keys_by_realm ON encryption_keys (realm_id);
