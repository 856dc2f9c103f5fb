-- Mailboxes in which something has changed that their phones show, and of which the SIP engine is still to be told: a
-- row for each change, written with it, and removed once the engine has been told of what there is by then.

CREATE TABLE waiting_change (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    extension_id INTEGER NOT NULL REFERENCES extension ON DELETE CASCADE
);
CREATE INDEX waiting_change_extension ON waiting_change (extension_id);
