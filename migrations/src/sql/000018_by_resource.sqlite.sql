-- Which client an access token may be for, found by the address that it is registered under. The address stands in the
-- settings and nowhere else: the database keeps the index, also of what a node of the version before writes.

CREATE INDEX clients_by_resource ON clients (realm_id, settings ->> 'resource');
