-- What a member who came by themselves is about to do on their own pages.
ALTER TABLE interactions ADD COLUMN errand TEXT;

-- Browsers in which a member need not take the second step for a while.
CREATE TABLE remembered_browsers (
    id UUID PRIMARY KEY,
    realm_id UUID NOT NULL,
    member_id UUID NOT NULL REFERENCES members (id) ON DELETE CASCADE,
    browser_hash BYTEA NOT NULL,
    user_agent TEXT,
    created_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    UNIQUE (member_id, browser_hash)
);
CREATE INDEX remembered_browsers_by_expiry ON remembered_browsers (expires_at);
