-- The sign-ins under way of one member: what is taken back when they sign out everywhere, and what the desk looks at.

CREATE INDEX interactions_by_member ON interactions (member_id, realm_id) WHERE member_id IS NOT NULL;
