-- What belongs to one member, found without reading the realm's. SQLite counts the columns that are given, not the rows that
-- are found: an index of the member alone is no better to it than one of the realm.

CREATE INDEX letters_by_member ON letters (member_id, realm_id, id);
CREATE INDEX audit_events_of_member ON audit_events (member_id, realm_id, sequence);
DROP INDEX audit_events_by_member;
