-- What administrators have set on services and devices, prompts, emergency locations, and the licence.

-- A row for each setting that was given another value than its default. The owner is a text that whoever has such
-- settings chooses, such as `service:dns` or `phone:12`, and removes the rows of.
CREATE TABLE setting_value (
    id        INTEGER PRIMARY KEY,
    tenant_id INTEGER NOT NULL REFERENCES tenant ON DELETE CASCADE,
    owner     TEXT    NOT NULL,
    path      TEXT    NOT NULL,
    value     TEXT,
    secret    BLOB,                              -- encrypted; instead of the value
    UNIQUE (tenant_id, owner, path),
    CHECK ((value IS NULL) <> (secret IS NULL))
);

-- The audio lies in files named by `blob`, in the folder of greetings; each family's default prompt has no row.
CREATE TABLE prompt (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id INTEGER NOT NULL REFERENCES tenant ON DELETE CASCADE,
    family    TEXT    NOT NULL CHECK (family IN ('moh', 'pagegroups', 'orbits')),
    name      TEXT    NOT NULL,                  -- the client's label, never a path
    type      TEXT    NOT NULL,                  -- MIME
    size      INTEGER NOT NULL,                  -- bytes
    blob      TEXT    NOT NULL UNIQUE,
    UNIQUE (tenant_id, family, name)
);

-- Emergency response locations (E911), each named by the number that emergency calls from it show.
CREATE TABLE location (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id    INTEGER NOT NULL REFERENCES tenant ON DELETE CASCADE,
    elin         TEXT    NOT NULL,
    location     TEXT    NOT NULL,
    address_info TEXT    NOT NULL,
    description  TEXT    NOT NULL,
    UNIQUE (tenant_id, elin)
);

-- Who calls from which location: `key_id` is the id of an extension, a group of them, a phone or a group of phones.
CREATE TABLE location_assignment (
    tenant_id   INTEGER NOT NULL REFERENCES tenant ON DELETE CASCADE,
    kind        TEXT    NOT NULL CHECK (kind IN ('user', 'group', 'phone', 'phonegroup')),
    key_id      INTEGER NOT NULL,
    location_id INTEGER NOT NULL REFERENCES location ON DELETE CASCADE,
    PRIMARY KEY (tenant_id, kind, key_id)
) WITHOUT ROWID;
CREATE INDEX location_assignment_location ON location_assignment (location_id);

CREATE TRIGGER extension_unlocated AFTER DELETE ON extension BEGIN
    DELETE FROM location_assignment WHERE tenant_id = OLD.tenant_id AND kind = 'user' AND key_id = OLD.id;
END;
CREATE TRIGGER extension_group_unlocated AFTER DELETE ON extension_group BEGIN
    DELETE FROM location_assignment WHERE tenant_id = OLD.tenant_id AND kind = 'group' AND key_id = OLD.id;
END;

CREATE TABLE licence (
    tenant_id INTEGER PRIMARY KEY REFERENCES tenant ON DELETE CASCADE,
    uid       TEXT    NOT NULL
);
