-- Reports of past calls as files, which a job makes, and the mail that brings them to somebody. The file of each is named
-- by `blob` once it is made.

CREATE TABLE call_report (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id    INTEGER NOT NULL REFERENCES tenant ON DELETE CASCADE,
    format       TEXT    NOT NULL CHECK (format IN ('CSV', 'XML')),
    wanted       TEXT    NOT NULL,             -- JSON: which calls
    mail_to      TEXT    NOT NULL,             -- JSON: addresses
    status       TEXT    NOT NULL CHECK (status IN ('PENDING', 'READY', 'FAILED')),
    reason       TEXT    NOT NULL DEFAULT '',  -- why it failed
    created      REAL    NOT NULL,             -- seconds since 1970
    attempts     INTEGER NOT NULL DEFAULT 0,   -- that were begun
    next_attempt REAL,                         -- seconds since 1970; NULL: it is made, or will not be
    calls        INTEGER NOT NULL DEFAULT 0,   -- how many are in it
    blob         TEXT    UNIQUE,
    stored_size  INTEGER NOT NULL DEFAULT 0    -- bytes of that file
);
CREATE INDEX call_report_tenant ON call_report (tenant_id, id);
CREATE INDEX call_report_due ON call_report (next_attempt) WHERE next_attempt IS NOT NULL;

CREATE TABLE report_mail (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    report_id    INTEGER NOT NULL REFERENCES call_report ON DELETE CASCADE,
    address      TEXT    NOT NULL,
    attempts     INTEGER NOT NULL DEFAULT 0,  -- that were begun
    next_attempt REAL    NOT NULL             -- seconds since 1970
);
CREATE INDEX report_mail_report ON report_mail (report_id);
CREATE INDEX report_mail_due ON report_mail (next_attempt);
