-- Which member a pairwise subject stands for, from when a client was told it: it cannot be turned back, and the session of an
-- ID token is forgotten long before the client forgets the token.

CREATE TABLE pairwise_subjects (
    subject TEXT PRIMARY KEY,
    realm_id UUID NOT NULL,
    member_id UUID NOT NULL REFERENCES members (id) ON DELETE CASCADE
);
CREATE INDEX pairwise_subjects_by_member ON pairwise_subjects (member_id);
