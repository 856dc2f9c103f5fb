-- What users keep for themselves: preferences, who they are beside their profile, and speed dials.

CREATE TABLE user_preferences (
    extension_id    INTEGER PRIMARY KEY REFERENCES extension ON DELETE CASCADE,
    im              TEXT    NOT NULL DEFAULT '{}',   -- of each, what was set, as JSON
    imbot           TEXT    NOT NULL DEFAULT '{}',
    voicemail       TEXT    NOT NULL DEFAULT '{}',
    own_speed_dials INTEGER NOT NULL DEFAULT 0       -- 0: those of the user's groups
);

CREATE TABLE user_contact (
    extension_id INTEGER PRIMARY KEY REFERENCES extension ON DELETE CASCADE,
    document     TEXT NOT NULL                       -- what the profile does not have, as JSON
);

CREATE TABLE speed_dial (
    extension_id INTEGER NOT NULL REFERENCES extension ON DELETE CASCADE,
    position     INTEGER NOT NULL,
    label        TEXT    NOT NULL,
    number       TEXT    NOT NULL,                   -- empty where a reference of owner `speed_dial` points
    blf          INTEGER NOT NULL,
    PRIMARY KEY (extension_id, position)
) WITHOUT ROWID;
CREATE TRIGGER speed_dials_deleted BEFORE DELETE ON extension BEGIN
    DELETE FROM reference WHERE owner = 'speed_dial' AND owner_id = OLD.id;
END;
