-- Mail that tells of messages in mailboxes and is still to be sent: written together with the message, so that none is told
-- of that is not there, and none is forgotten.

CREATE TABLE mail_outbox (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    message_id   INTEGER NOT NULL REFERENCES voice_message ON DELETE CASCADE,
    address      TEXT    NOT NULL,
    format       TEXT    NOT NULL,
    with_audio   INTEGER NOT NULL,
    attempts     INTEGER NOT NULL DEFAULT 0,  -- that were begun
    next_attempt REAL    NOT NULL             -- seconds since 1970
);
CREATE INDEX mail_outbox_due ON mail_outbox (next_attempt);
CREATE INDEX mail_outbox_message ON mail_outbox (message_id);
