-- "session": ends when its session does. "offline": goes on without one (offline_access).
ALTER TABLE grants ADD COLUMN lifetime TEXT NOT NULL DEFAULT 'session';

-- JWTs need no row any more; opaque tokens have a table of their own.
DROP TABLE tokens;

CREATE TABLE opaque_tokens (
    secret_hash BYTEA PRIMARY KEY,
    realm_id UUID NOT NULL,
    grant_id UUID REFERENCES grants (id) ON DELETE CASCADE,
    client_id UUID NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
    claims TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    revoked_at BIGINT
);
CREATE INDEX opaque_tokens_by_grant ON opaque_tokens (grant_id);
CREATE INDEX opaque_tokens_by_expiry ON opaque_tokens (expires_at);

CREATE TABLE refresh_tokens (
    secret_hash BYTEA PRIMARY KEY,
    realm_id UUID NOT NULL,
    grant_id UUID NOT NULL REFERENCES grants (id) ON DELETE CASCADE,
    client_id UUID NOT NULL,
    details TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT,
    successor_hash BYTEA,
    successor_sealed BYTEA
);
CREATE INDEX refresh_tokens_by_grant ON refresh_tokens (grant_id);
CREATE INDEX refresh_tokens_by_expiry ON refresh_tokens (expires_at);

-- Single JWT access tokens that were taken back before their time.
CREATE TABLE revoked_tokens (
    jti_hash BYTEA PRIMARY KEY,
    realm_id UUID NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX revoked_tokens_by_expiry ON revoked_tokens (expires_at);

-- The jti of assertions and proofs that were accepted, as long as they could be sent again.
CREATE TABLE used_identifiers (
    identifier_hash BYTEA PRIMARY KEY,
    realm_id UUID NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX used_identifiers_by_expiry ON used_identifiers (expires_at);

-- Requests that a member answers on another device (RFC 8628).
CREATE TABLE device_requests (
    device_code_hash BYTEA PRIMARY KEY,
    realm_id UUID NOT NULL,
    user_code_hash BYTEA NOT NULL UNIQUE,
    client_id UUID NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
    state TEXT NOT NULL,
    details TEXT NOT NULL,
    poll_interval BIGINT NOT NULL,
    polled_at BIGINT,
    expires_at BIGINT NOT NULL
);
CREATE INDEX device_requests_by_expiry ON device_requests (expires_at);
