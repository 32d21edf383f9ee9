-- The same for PostgreSQL, whose reader of JSON refuses a whole document for a NUL in any text of it: the name of a key may
-- have one. No address has.

CREATE INDEX clients_by_resource ON clients
    (realm_id, (CAST(replace(settings, '\u0000', '\u0001') AS jsonb) ->> 'resource'));
