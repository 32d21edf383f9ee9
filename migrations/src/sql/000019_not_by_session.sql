-- The grants of a session are found by its member: one index less to write for every sign-in. No version was released that
-- looks for them by the session alone.

DROP INDEX grants_by_session;
