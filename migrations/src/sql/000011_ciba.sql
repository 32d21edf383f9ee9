-- Requests of clients that a member answers on a device of their own (OpenID Connect CIBA Core). member_id is empty where
-- the hint names nobody who can be asked: such a request ends unanswered, like any other. ping_sealed is what a client in
-- ping mode is told with; the others have none.

CREATE TABLE ciba_requests (
    auth_req_id_hash BYTEA PRIMARY KEY,
    id UUID NOT NULL UNIQUE,
    realm_id UUID NOT NULL,
    client_id UUID NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
    member_id UUID REFERENCES members (id) ON DELETE CASCADE,
    subject_hash BYTEA NOT NULL,
    ping_sealed BYTEA,
    state TEXT NOT NULL,
    details TEXT NOT NULL,
    poll_interval BIGINT NOT NULL,
    polled_at BIGINT,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX ciba_requests_by_member ON ciba_requests (member_id);
CREATE INDEX ciba_requests_by_expiry ON ciba_requests (expires_at);

-- What tells clients in ping mode that their member has answered, until each has taken it. The id is the request's.
CREATE TABLE ciba_pings (
    id UUID PRIMARY KEY,
    realm_id UUID NOT NULL,
    client_id UUID NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
    content_sealed BYTEA,
    state TEXT NOT NULL,
    attempts BIGINT NOT NULL,
    next_attempt_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    settled_at BIGINT,
    answer TEXT
);
CREATE INDEX ciba_pings_waiting ON ciba_pings (next_attempt_at) WHERE settled_at IS NULL;
CREATE INDEX ciba_pings_by_expiry ON ciba_pings (expires_at);
