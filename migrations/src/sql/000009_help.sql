-- What operators undo and prove: terms asked for again, members who are gone, the audit log's beginning after retention.

ALTER TABLE terms_acceptances ADD COLUMN voided_at BIGINT;

-- A member who was deleted: nothing of them is left but the sub, which is never given to anybody else.
CREATE TABLE tombstones (
    subject TEXT PRIMARY KEY,
    realm_id UUID NOT NULL,
    member_id UUID NOT NULL,
    deleted_at BIGINT NOT NULL
);
CREATE INDEX tombstones_by_member ON tombstones (member_id);

-- Where a realm's chain begins once retention removed its older part.
CREATE TABLE audit_bases (
    realm_id UUID PRIMARY KEY,
    sequence BIGINT NOT NULL,
    hash BYTEA NOT NULL,
    removed_at BIGINT NOT NULL
);

CREATE INDEX audit_events_by_time ON audit_events (realm_id, at, kind);
