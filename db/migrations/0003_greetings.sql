-- Voicemail greetings of extensions. The audio lies in files named by `blob`; the system default greeting has no row,
-- and is the active one when no row is.

CREATE TABLE greeting (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    extension_id INTEGER NOT NULL REFERENCES extension ON DELETE CASCADE,
    filename     TEXT    NOT NULL,               -- the client's label, never a path
    display_name TEXT    NOT NULL DEFAULT '',
    status       TEXT    NOT NULL CHECK (status IN ('READY', 'FETCHING', 'FAILED')),
    reason       TEXT    NOT NULL DEFAULT '',    -- of the last failure to fetch it
    url          TEXT,                           -- where it is fetched from, while it is
    attempts     INTEGER NOT NULL DEFAULT 0,     -- fetches that were begun
    next_attempt REAL,                           -- seconds since 1970
    active       INTEGER NOT NULL DEFAULT 0,
    blob         TEXT    UNIQUE,                 -- the name of the file
    stored_size  INTEGER NOT NULL DEFAULT 0,     -- bytes of that file; the quota adds them up
    -- What was sent, before it was brought into the form in which it is stored.
    duration     REAL,                           -- seconds
    sample_rate  INTEGER,                        -- Hz
    channels     INTEGER,
    size         INTEGER,                        -- bytes
    sha256       BLOB,
    created      REAL    NOT NULL,               -- seconds since 1970
    UNIQUE (extension_id, filename),
    CHECK ((status = 'READY') = (blob IS NOT NULL)),
    CHECK ((status = 'FETCHING') = (url IS NOT NULL)),
    CHECK ((status = 'FETCHING') = (next_attempt IS NOT NULL)),
    CHECK (active = 0 OR status = 'READY')
);
CREATE UNIQUE INDEX greeting_active ON greeting (extension_id) WHERE active;
CREATE INDEX greeting_due ON greeting (next_attempt) WHERE status = 'FETCHING';
