-- Phonebooks of users' own.
CREATE TABLE private_phonebook (
    extension_id  INTEGER PRIMARY KEY REFERENCES extension ON DELETE CASCADE,
    show_on_phone INTEGER NOT NULL DEFAULT 1
);
CREATE TABLE private_entry (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    extension_id INTEGER NOT NULL REFERENCES private_phonebook ON DELETE CASCADE,
    number       TEXT    NOT NULL,
    first_name   TEXT    NOT NULL,
    last_name    TEXT    NOT NULL,
    internal_id  TEXT    NOT NULL DEFAULT '',        -- the client's own name for it
    contact      TEXT    NOT NULL DEFAULT '{}',      -- what else is known, as JSON
    UNIQUE (extension_id, number, first_name, last_name)
);
