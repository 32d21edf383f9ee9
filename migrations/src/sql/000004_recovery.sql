-- Recovery codes, the ways back by mail, and the hand-over to a new phone.

CREATE TABLE recovery_codes (
    member_id UUID NOT NULL REFERENCES members (id) ON DELETE CASCADE,
    code_hash BYTEA NOT NULL,
    realm_id UUID NOT NULL,
    created_at BIGINT NOT NULL,
    used_at BIGINT,
    PRIMARY KEY (member_id, code_hash)
);

CREATE TABLE recovery_code_offers (
    id UUID PRIMARY KEY,
    realm_id UUID NOT NULL,
    member_id UUID NOT NULL REFERENCES members (id) ON DELETE CASCADE,
    browser_hash BYTEA NOT NULL,
    codes_sealed BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX recovery_code_offers_by_member ON recovery_code_offers (member_id);
CREATE INDEX recovery_code_offers_by_expiry ON recovery_code_offers (expires_at);

CREATE TABLE recovery_code_refusals (
    member_id UUID PRIMARY KEY REFERENCES members (id) ON DELETE CASCADE,
    realm_id UUID NOT NULL,
    declined_at BIGINT NOT NULL
);

-- member_id is NULL where the typed user id has no verified address: nobody can see which.
CREATE TABLE rescues (
    id UUID PRIMARY KEY,
    realm_id UUID NOT NULL,
    purpose TEXT NOT NULL,
    interaction_id UUID NOT NULL,
    browser_hash BYTEA NOT NULL,
    subject_hash BYTEA NOT NULL,
    member_id UUID REFERENCES members (id) ON DELETE CASCADE,
    state TEXT NOT NULL,
    code_hash BYTEA NOT NULL,
    link_hash BYTEA NOT NULL UNIQUE,
    match_number TEXT NOT NULL,
    user_agent TEXT,
    guesses BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    code_expires_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    answered_at BIGINT
);
CREATE INDEX rescues_by_interaction ON rescues (interaction_id, id);
CREATE INDEX rescues_by_member ON rescues (member_id);
CREATE INDEX rescues_by_expiry ON rescues (expires_at);

-- Only verified addresses are looked for, so that an import does not pay for the index.
CREATE INDEX members_by_verified_mail ON members (realm_id, lower(mail)) WHERE mail_verified_at IS NOT NULL;
