-- Music that users have of their own for whoever they put on hold. The audio of each lies in a file of its own, named by
-- `blob`; the bytes of a tenant's are kept, as those of greetings are.

CREATE TABLE hold_music (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    extension_id INTEGER NOT NULL REFERENCES extension ON DELETE CASCADE,
    name         TEXT    NOT NULL,  -- the client's label, never a path
    blob         TEXT    NOT NULL UNIQUE,
    stored_size  INTEGER NOT NULL,  -- bytes of that file
    UNIQUE (extension_id, name)
);

ALTER TABLE tenant ADD COLUMN music_bytes INTEGER NOT NULL DEFAULT 0;

CREATE TRIGGER hold_music_inserted AFTER INSERT ON hold_music BEGIN
    UPDATE tenant SET music_bytes = music_bytes + NEW.stored_size
    WHERE id = (SELECT tenant_id FROM extension WHERE id = NEW.extension_id);
END;

-- Of music that goes with its extension nothing is found here, since the extension is gone before it.
CREATE TRIGGER hold_music_deleted AFTER DELETE ON hold_music BEGIN
    UPDATE tenant SET music_bytes = music_bytes - OLD.stored_size
    WHERE id = (SELECT tenant_id FROM extension WHERE id = OLD.extension_id);
END;

CREATE TRIGGER extension_music_deleted BEFORE DELETE ON extension
WHEN EXISTS (SELECT 1 FROM hold_music WHERE extension_id = OLD.id) BEGIN
    UPDATE tenant SET music_bytes = music_bytes
        - (SELECT sum(stored_size) FROM hold_music WHERE extension_id = OLD.id)
    WHERE id = OLD.tenant_id;
END;
