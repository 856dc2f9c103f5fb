-- Who is who: aliases, branches, permissions, pictures and phonebooks; and the order of users by first name.

CREATE TABLE branch (
    id                 INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id          INTEGER NOT NULL REFERENCES tenant ON DELETE CASCADE,
    name               TEXT    NOT NULL,
    name_key           TEXT    NOT NULL,
    description        TEXT,                    -- NULL, here and below: it was not given
    street             TEXT,
    city               TEXT,
    country            TEXT,
    state              TEXT,
    zip                TEXT,
    office_designation TEXT,
    phone_number       TEXT,
    fax_number         TEXT,
    UNIQUE (tenant_id, name_key)
);

ALTER TABLE extension ADD COLUMN branch_id INTEGER REFERENCES branch ON DELETE SET NULL;
CREATE INDEX extension_branch ON extension (branch_id) WHERE branch_id IS NOT NULL;
ALTER TABLE extension_group ADD COLUMN branch_id INTEGER REFERENCES branch ON DELETE SET NULL;
CREATE INDEX extension_group_branch ON extension_group (branch_id) WHERE branch_id IS NOT NULL;

-- Which of an extension's groups decides when several say something: the one with the lowest weight.
ALTER TABLE extension_group ADD COLUMN weight INTEGER NOT NULL DEFAULT 0;
UPDATE extension_group SET weight = (
    SELECT count(*) FROM extension_group AS g
    WHERE g.tenant_id = extension_group.tenant_id AND NOT g.is_default AND g.id <= extension_group.id)
WHERE NOT is_default;
CREATE INDEX extension_group_weight ON extension_group (tenant_id, weight);
CREATE TRIGGER extension_group_weighed AFTER INSERT ON extension_group WHEN NEW.weight = 0 AND NOT NEW.is_default BEGIN
    UPDATE extension_group SET weight = 1 + (SELECT max(weight) FROM extension_group WHERE tenant_id = NEW.tenant_id)
    WHERE id = NEW.id;
END;

CREATE TABLE extension_alias (
    tenant_id    INTEGER NOT NULL REFERENCES tenant ON DELETE CASCADE,
    alias        TEXT    NOT NULL,
    extension_id INTEGER NOT NULL REFERENCES extension ON DELETE CASCADE,
    PRIMARY KEY (tenant_id, alias)
) WITHOUT ROWID;
CREATE INDEX extension_alias_extension ON extension_alias (extension_id);
CREATE TRIGGER alias_inserted AFTER INSERT ON extension_alias BEGIN
    INSERT INTO dialled_number (tenant_id, number, kind) VALUES (NEW.tenant_id, NEW.alias, 'ALIAS');
END;
CREATE TRIGGER alias_deleted AFTER DELETE ON extension_alias BEGIN
    DELETE FROM dialled_number WHERE tenant_id = OLD.tenant_id AND number = OLD.alias;
END;

-- The permissions that were added to those built in; each is known as perm_<id>.
CREATE TABLE permission (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id     INTEGER NOT NULL REFERENCES tenant ON DELETE CASCADE,
    label         TEXT    NOT NULL,
    label_key     TEXT    NOT NULL,
    description   TEXT,
    default_value INTEGER NOT NULL,
    UNIQUE (tenant_id, label_key)
);

-- What was set for a user or a group; where nothing was, whatever is above decides.
CREATE TABLE extension_permission (
    extension_id INTEGER NOT NULL REFERENCES extension ON DELETE CASCADE,
    permission   TEXT    NOT NULL,
    value        INTEGER NOT NULL,
    PRIMARY KEY (extension_id, permission)
) WITHOUT ROWID;
CREATE INDEX extension_permission_name ON extension_permission (permission);
CREATE TABLE group_permission (
    group_id   INTEGER NOT NULL REFERENCES extension_group ON DELETE CASCADE,
    permission TEXT    NOT NULL,
    value      INTEGER NOT NULL,
    PRIMARY KEY (group_id, permission)
) WITHOUT ROWID;
CREATE INDEX group_permission_name ON group_permission (permission);
CREATE TRIGGER permission_deleted AFTER DELETE ON permission BEGIN
    DELETE FROM extension_permission WHERE permission = 'perm_' || OLD.id;
    DELETE FROM group_permission WHERE permission = 'perm_' || OLD.id;
END;

CREATE TABLE avatar (
    extension_id INTEGER PRIMARY KEY REFERENCES extension ON DELETE CASCADE,
    png          BLOB NOT NULL
);

CREATE TABLE phonebook (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id INTEGER NOT NULL REFERENCES tenant ON DELETE CASCADE,
    name      TEXT    NOT NULL,
    name_key  TEXT    NOT NULL,
    UNIQUE (tenant_id, name_key)
);
CREATE TABLE phonebook_entry (
    id           INTEGER PRIMARY KEY,
    phonebook_id INTEGER NOT NULL REFERENCES phonebook ON DELETE CASCADE,
    first_name   TEXT    NOT NULL,
    last_name    TEXT    NOT NULL,
    number       TEXT    NOT NULL,
    name_key     TEXT    NOT NULL               -- made like an extension's
);
CREATE INDEX phonebook_entry_phonebook ON phonebook_entry (phonebook_id, name_key);
-- The groups whose members stand in a phonebook as well.
CREATE TABLE phonebook_group (
    phonebook_id INTEGER NOT NULL REFERENCES phonebook ON DELETE CASCADE,
    group_id     INTEGER NOT NULL REFERENCES extension_group ON DELETE CASCADE,
    PRIMARY KEY (phonebook_id, group_id)
) WITHOUT ROWID;
CREATE INDEX phonebook_group_group ON phonebook_group (group_id);

-- The order by first name; `name_key` is the last name, char(31) and the first name.
ALTER TABLE extension ADD COLUMN first_name_key TEXT GENERATED ALWAYS AS (
    substr(name_key, instr(name_key, char(31)) + 1) || char(31) || substr(name_key, 1, instr(name_key, char(31)) - 1)
) VIRTUAL;

CREATE TRIGGER tenant_inserted_first_names AFTER INSERT ON tenant BEGIN
    INSERT INTO extension_order_block (tenant_id, ordering, first_key, rows) VALUES (NEW.id, 'FIRST_NAME', '', 0);
END;
CREATE TRIGGER extension_inserted_first_name AFTER INSERT ON extension BEGIN
    INSERT INTO extension_order (tenant_id, ordering, key, extension_id)
    VALUES (NEW.tenant_id, 'FIRST_NAME', NEW.first_name_key || char(31) || NEW.number_key, NEW.id);
END;
CREATE TRIGGER extension_deleted_first_name AFTER DELETE ON extension BEGIN
    DELETE FROM extension_order
    WHERE tenant_id = OLD.tenant_id AND ordering = 'FIRST_NAME'
      AND key = OLD.first_name_key || char(31) || OLD.number_key;
END;
CREATE TRIGGER extension_renamed_first_name AFTER UPDATE OF name_key, number ON extension
WHEN OLD.name_key <> NEW.name_key OR OLD.number <> NEW.number BEGIN
    UPDATE extension_order SET key = NEW.first_name_key || char(31) || NEW.number_key
    WHERE tenant_id = OLD.tenant_id AND ordering = 'FIRST_NAME'
      AND key = OLD.first_name_key || char(31) || OLD.number_key;
END;

INSERT INTO extension_order_block (tenant_id, ordering, first_key, rows) SELECT id, 'FIRST_NAME', '', 0 FROM tenant;
-- Row by row, so that the triggers count the entries and split their blocks.
INSERT INTO extension_order (tenant_id, ordering, key, extension_id)
SELECT tenant_id, 'FIRST_NAME', first_name_key || char(31) || number_key, id FROM extension;
