-- Conferences: rooms with a number of their own, which callers enter. Both APIs show them.
CREATE TABLE conference (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id       INTEGER NOT NULL REFERENCES tenant ON DELETE CASCADE,
    number          TEXT    NOT NULL,
    name            TEXT    NOT NULL,
    name_key        TEXT    NOT NULL,
    description     TEXT    NOT NULL,
    owner_id        INTEGER REFERENCES extension ON DELETE SET NULL,
    enabled         INTEGER NOT NULL,
    participant_pin BLOB,               -- encrypted; NULL: none is asked for
    moderator_pin   BLOB,               -- likewise
    settings        TEXT    NOT NULL,   -- JSON; what is not there has its default
    UNIQUE (tenant_id, number),
    UNIQUE (tenant_id, name_key)
);
CREATE INDEX conference_owner ON conference (owner_id) WHERE owner_id IS NOT NULL;
CREATE INDEX conference_in_order ON conference (tenant_id, length(number), number);

CREATE TRIGGER conference_inserted AFTER INSERT ON conference BEGIN
    INSERT INTO dialled_number (tenant_id, number, kind) VALUES (NEW.tenant_id, NEW.number, 'CONFERENCE_ROOM');
END;
CREATE TRIGGER conference_deleted AFTER DELETE ON conference BEGIN
    DELETE FROM dialled_number WHERE tenant_id = OLD.tenant_id AND number = OLD.number
    AND NOT EXISTS (SELECT 1 FROM reference WHERE target_id = dialled_number.id);
    UPDATE dialled_number SET number = NULL, former = number WHERE tenant_id = OLD.tenant_id AND number = OLD.number;
END;
CREATE TRIGGER conference_renumbered AFTER UPDATE OF number ON conference WHEN OLD.number <> NEW.number BEGIN
    UPDATE dialled_number SET number = NEW.number WHERE tenant_id = OLD.tenant_id AND number = OLD.number;
END;
