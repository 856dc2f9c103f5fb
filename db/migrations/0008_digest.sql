-- HTTP Digest: what an administrator's password is compared with, and the nonces that have been used.

CREATE TABLE administrator_ha1 (
    id               INTEGER PRIMARY KEY AUTOINCREMENT,
    administrator_id INTEGER NOT NULL REFERENCES administrator ON DELETE CASCADE,
    name             TEXT    NOT NULL,   -- as it is typed at the log-in: the account's own, or superadmin
    algorithm        TEXT    NOT NULL,
    ha1              BLOB    NOT NULL,   -- encrypted
    UNIQUE (administrator_id, name, algorithm)
);

CREATE TABLE digest_nonce (
    digest  BLOB PRIMARY KEY,            -- SHA-256; a nonce is written when it first served a log-in
    uses    INTEGER NOT NULL,            -- the highest nonce count so far
    expires REAL    NOT NULL             -- seconds of the boot clock
) WITHOUT ROWID;
