-- Passkeys (Web Authentication Level 3): credentials, the random handle by which authenticators know a member, and
-- the challenges under way. A challenge of the sign-in page knows no member yet.

CREATE TABLE passkey_handles (
    member_id UUID PRIMARY KEY REFERENCES members (id) ON DELETE CASCADE,
    realm_id UUID NOT NULL,
    handle UUID NOT NULL UNIQUE
);

CREATE TABLE passkey_credentials (
    id UUID PRIMARY KEY,
    realm_id UUID NOT NULL,
    member_id UUID NOT NULL REFERENCES members (id) ON DELETE CASCADE,
    credential_id BYTEA NOT NULL UNIQUE,
    name TEXT NOT NULL,
    passkey TEXT NOT NULL,
    transports TEXT NOT NULL,
    aaguid UUID NOT NULL,
    sign_count BIGINT NOT NULL,
    backup TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    last_used_at BIGINT
);
CREATE INDEX passkey_credentials_by_member ON passkey_credentials (member_id);

CREATE TABLE passkey_ceremonies (
    id UUID PRIMARY KEY,
    realm_id UUID NOT NULL,
    kind TEXT NOT NULL,
    member_id UUID REFERENCES members (id) ON DELETE CASCADE,
    interaction_id UUID,
    browser_hash BYTEA NOT NULL,
    state_sealed BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX passkey_ceremonies_by_member ON passkey_ceremonies (member_id);
CREATE INDEX passkey_ceremonies_by_expiry ON passkey_ceremonies (expires_at);

-- Where a member was offered a passkey of this browser, after one of another device signed them in: once is enough.
CREATE TABLE passkey_offers (
    member_id UUID NOT NULL REFERENCES members (id) ON DELETE CASCADE,
    browser_hash BYTEA NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (member_id, browser_hash)
);
CREATE INDEX passkey_offers_by_expiry ON passkey_offers (expires_at);
