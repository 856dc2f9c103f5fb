-- What an attendant plays and does: its prompt, and what each key, silence and a wrong key lead to. It may change its
-- number, and what it leads to are references, as those of forward rules are.
ALTER TABLE attendant ADD COLUMN prompt TEXT NOT NULL DEFAULT '';           -- the name of a prompt; empty: none
ALTER TABLE attendant ADD COLUMN language TEXT NOT NULL DEFAULT 'en_US';
ALTER TABLE attendant ADD COLUMN gap_time INTEGER NOT NULL DEFAULT 3;       -- seconds
ALTER TABLE attendant ADD COLUMN menu TEXT NOT NULL DEFAULT '{}';           -- JSON; what is not there has its default
ALTER TABLE attendant ADD COLUMN kept TEXT NOT NULL DEFAULT '{}';           -- JSON; what is shown as it was sent
CREATE INDEX attendant_prompt ON attendant (tenant_id, prompt) WHERE prompt <> '';

-- What attendants play are prompts of a family of their own.
ALTER TABLE prompt RENAME TO old_prompt;
CREATE TABLE prompt (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id INTEGER NOT NULL REFERENCES tenant ON DELETE CASCADE,
    family    TEXT    NOT NULL CHECK (family IN ('moh', 'pagegroups', 'orbits', 'attendants')),
    name      TEXT    NOT NULL,                  -- the client's label, never a path
    type      TEXT    NOT NULL,                  -- MIME
    size      INTEGER NOT NULL,                  -- bytes
    blob      TEXT    NOT NULL UNIQUE,
    UNIQUE (tenant_id, family, name)
);
INSERT INTO prompt SELECT * FROM old_prompt;
DROP TABLE old_prompt;

DROP TRIGGER attendant_deleted;
CREATE TRIGGER attendant_deleted AFTER DELETE ON attendant BEGIN
    DELETE FROM reference WHERE owner = 'attendant' AND owner_id = OLD.id;
    DELETE FROM dialled_number WHERE tenant_id = OLD.tenant_id AND number = OLD.number
    AND NOT EXISTS (SELECT 1 FROM reference WHERE target_id = dialled_number.id);
    UPDATE dialled_number SET number = NULL, former = number WHERE tenant_id = OLD.tenant_id AND number = OLD.number;
END;
CREATE TRIGGER attendant_renumbered AFTER UPDATE OF number ON attendant
WHEN OLD.number IS NOT NULL AND NEW.number IS NOT NULL AND OLD.number <> NEW.number BEGIN
    UPDATE dialled_number SET number = NEW.number WHERE tenant_id = OLD.tenant_id AND number = OLD.number;
END;
CREATE TRIGGER attendant_numbered AFTER UPDATE OF number ON attendant
WHEN OLD.number IS NULL AND NEW.number IS NOT NULL BEGIN
    INSERT INTO dialled_number (tenant_id, number, kind) VALUES (NEW.tenant_id, NEW.number, 'VIRTUAL_RECEPTIONIST');
END;
CREATE TRIGGER attendant_unnumbered AFTER UPDATE OF number ON attendant
WHEN OLD.number IS NOT NULL AND NEW.number IS NULL BEGIN
    DELETE FROM dialled_number WHERE tenant_id = OLD.tenant_id AND number = OLD.number
    AND NOT EXISTS (SELECT 1 FROM reference WHERE target_id = dialled_number.id);
    UPDATE dialled_number SET number = NULL, former = number WHERE tenant_id = OLD.tenant_id AND number = OLD.number;
END;

-- The numbers that are no person's, in the order in which they are listed, however many people there are.
CREATE INDEX dialled_number_of_objects ON dialled_number (tenant_id, length(number), number)
WHERE number IS NOT NULL AND kind NOT IN ('EXTENSION', 'ALIAS');
CREATE INDEX page_group_dialled ON page_group (tenant_id, dialled);
