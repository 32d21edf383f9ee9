-- What rests on a grant is no longer looked for by its own end. A step of its own: whoever makes an index holds a lock, and
-- may not ask for a stronger one while codes are redeemed.

DROP INDEX authorization_codes_by_expiry;
DROP INDEX refresh_tokens_by_expiry;
