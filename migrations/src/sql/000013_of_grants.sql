-- What rests on a grant is found by the grant: it ends with it, and is deleted with it.

CREATE INDEX authorization_codes_by_grant ON authorization_codes (grant_id);
