-- What rests on a grant is found by the grant's own id, which grows with time, and by no random key. The refresh tokens of a
-- grant are one row, which each rotation rewrites. No version was released that reads the tables as they were.

DROP TABLE refresh_tokens;
DROP TABLE authorization_codes;

CREATE TABLE refresh_families (
    grant_id UUID PRIMARY KEY REFERENCES grants (id) ON DELETE CASCADE,
    realm_id UUID NOT NULL,
    details TEXT NOT NULL,
    salt BYTEA NOT NULL,
    generation BIGINT NOT NULL,
    issued_at BIGINT NOT NULL
);

CREATE TABLE authorization_codes (
    grant_id UUID PRIMARY KEY REFERENCES grants (id) ON DELETE CASCADE,
    realm_id UUID NOT NULL,
    client_id UUID NOT NULL,
    code_hash BYTEA NOT NULL,
    redirect_uri TEXT NOT NULL,
    details TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT
);
