-- What members allowed third-party clients, and authorization requests that clients pushed (RFC 9126).

CREATE TABLE consents (
    member_id UUID NOT NULL REFERENCES members (id) ON DELETE CASCADE,
    client_id UUID NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
    realm_id UUID NOT NULL,
    scope TEXT NOT NULL,
    claims TEXT NOT NULL,
    details TEXT NOT NULL,
    granted_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    PRIMARY KEY (member_id, client_id)
);
CREATE INDEX consents_by_client ON consents (client_id);

CREATE TABLE pushed_requests (
    uri_hash BYTEA PRIMARY KEY,
    realm_id UUID NOT NULL,
    client_id UUID NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
    params TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    kept_until BIGINT NOT NULL,
    used_at BIGINT
);
CREATE INDEX pushed_requests_by_end ON pushed_requests (kept_until);
