-- Where members live, and letters as things that are made, printed and sent.

-- Lines of the address are parted by line feeds. A member who left keeps the row until the user id is given again.
ALTER TABLE members ADD COLUMN postal_code TEXT;
ALTER TABLE members ADD COLUMN address TEXT;
ALTER TABLE members ADD COLUMN left_at BIGINT;

-- The secret is kept sealed from the letter's making to its printing, and no longer.
ALTER TABLE letters ADD COLUMN batch_id UUID;
ALTER TABLE letters ADD COLUMN secret_sealed BYTEA;
ALTER TABLE letters ADD COLUMN printed_at BIGINT;
CREATE INDEX letters_by_batch ON letters (batch_id, id) WHERE batch_id IS NOT NULL;

CREATE TABLE letter_batches (
    id UUID PRIMARY KEY,
    realm_id UUID NOT NULL REFERENCES realms (id) ON DELETE CASCADE,
    origin TEXT NOT NULL,
    made_by TEXT NOT NULL,
    file_sha256 TEXT,
    created_at BIGINT NOT NULL
);
CREATE INDEX letter_batches_by_realm ON letter_batches (realm_id, id);
