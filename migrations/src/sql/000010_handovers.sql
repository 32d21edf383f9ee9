-- A new phone that comes into an account by a QR code. phone_hash, user_agent and match_number are those of the phone that
-- asked; there is none before.

CREATE TABLE handovers (
    id UUID PRIMARY KEY,
    realm_id UUID NOT NULL,
    member_id UUID NOT NULL REFERENCES members (id) ON DELETE CASCADE,
    session_id UUID NOT NULL,
    stage TEXT NOT NULL,
    link_hash BYTEA NOT NULL UNIQUE,
    link_sealed BYTEA NOT NULL,
    phone_hash BYTEA,
    user_agent TEXT,
    match_number TEXT,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX handovers_by_member ON handovers (member_id);
CREATE INDEX handovers_by_phone ON handovers (phone_hash);
CREATE INDEX handovers_by_expiry ON handovers (expires_at);
