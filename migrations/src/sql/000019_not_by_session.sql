-- The grants of a session are found by its member: one index less to write for every sign-in.

DROP INDEX grants_by_session;
