-- What phones fetch their files with. A phone has one credential that is current; those before it serve until the phone
-- has fetched with a later one, or until they end. Phones that there are already get theirs when the server starts.

CREATE TABLE phone_credential (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,   -- of two of a phone the later one is greater
    tenant_id       INTEGER NOT NULL REFERENCES tenant ON DELETE CASCADE,
    phone_id        INTEGER NOT NULL REFERENCES phone ON DELETE CASCADE,
    secret          BLOB    NOT NULL,                    -- that stands in the phone's URL, encrypted
    secret_digest   BLOB    NOT NULL UNIQUE,             -- SHA-256
    password        BLOB    NOT NULL,                    -- encrypted
    password_digest BLOB    NOT NULL UNIQUE,             -- SHA-256
    ends            REAL                                 -- seconds since 1970; NULL: it is the current one
);
CREATE INDEX phone_credential_tenant ON phone_credential (tenant_id);
CREATE INDEX phone_credential_phone ON phone_credential (phone_id);
CREATE UNIQUE INDEX phone_credential_current ON phone_credential (phone_id) WHERE ends IS NULL;
CREATE INDEX phone_credential_ends ON phone_credential (ends) WHERE ends IS NOT NULL;
