-- Messages of mailboxes. The audio of each lies in a file of its own, named by `blob`, also that of a copy; the bytes of
-- a tenant's messages are kept, as those of its greetings are.

CREATE TABLE voice_message (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    extension_id  INTEGER NOT NULL REFERENCES extension ON DELETE CASCADE,
    folder        TEXT    NOT NULL CHECK (folder IN ('inbox', 'saved', 'deleted', 'conference')),
    sender_id     INTEGER REFERENCES extension ON DELETE SET NULL,  -- whose number the caller had, if an extension's
    caller_number TEXT    NOT NULL DEFAULT '',
    caller_name   TEXT    NOT NULL DEFAULT '',
    subject       TEXT    NOT NULL DEFAULT '',
    heard         INTEGER NOT NULL DEFAULT 0,
    urgent        INTEGER NOT NULL DEFAULT 0,
    received      REAL    NOT NULL,  -- seconds since 1970
    duration      REAL    NOT NULL,  -- seconds
    blob          TEXT    NOT NULL UNIQUE,
    stored_size   INTEGER NOT NULL   -- bytes of that file
);
CREATE INDEX voice_message_order ON voice_message (extension_id, folder, received, id);
CREATE INDEX voice_message_sender ON voice_message (sender_id);

ALTER TABLE tenant ADD COLUMN message_bytes INTEGER NOT NULL DEFAULT 0;

CREATE TRIGGER voice_message_inserted AFTER INSERT ON voice_message BEGIN
    UPDATE tenant SET message_bytes = message_bytes + NEW.stored_size
    WHERE id = (SELECT tenant_id FROM extension WHERE id = NEW.extension_id);
END;

-- Of a message that goes with its extension nothing is found here, since the extension is gone before it.
CREATE TRIGGER voice_message_deleted AFTER DELETE ON voice_message BEGIN
    UPDATE tenant SET message_bytes = message_bytes - OLD.stored_size
    WHERE id = (SELECT tenant_id FROM extension WHERE id = OLD.extension_id);
END;

CREATE TRIGGER extension_mailbox_deleted BEFORE DELETE ON extension
WHEN EXISTS (SELECT 1 FROM voice_message WHERE extension_id = OLD.id) BEGIN
    UPDATE tenant SET message_bytes = message_bytes
        - (SELECT sum(stored_size) FROM voice_message WHERE extension_id = OLD.id)
    WHERE id = OLD.tenant_id;
END;
