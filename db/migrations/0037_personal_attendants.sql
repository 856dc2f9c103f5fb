-- What callers hear and may press in a user's voicemail: what was set, as JSON, and where keys lead.
ALTER TABLE user_preferences ADD COLUMN attendant TEXT NOT NULL DEFAULT '{}';

CREATE TABLE personal_attendant_key (
    extension_id INTEGER NOT NULL REFERENCES extension ON DELETE CASCADE,
    key          TEXT    NOT NULL,                   -- a digit, *, # or `operator`
    number       TEXT    NOT NULL,                   -- empty where a reference of owner `personal_attendant` points
    PRIMARY KEY (extension_id, key)
) WITHOUT ROWID;
CREATE TRIGGER personal_attendant_keys_deleted BEFORE DELETE ON extension BEGIN
    DELETE FROM reference WHERE owner = 'personal_attendant' AND owner_id = OLD.id;
END;
