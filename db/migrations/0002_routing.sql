-- Where calls go: the tenants' calendars, the numbers that may be dialled outside, ring groups.

ALTER TABLE tenant ADD COLUMN time_zone TEXT NOT NULL DEFAULT '';   -- empty: PBX_TIME_ZONE
ALTER TABLE tenant ADD COLUMN office_hours TEXT NOT NULL DEFAULT '{"monday_from":"09:00","monday_to":"17:00","tuesday_from":"09:00","tuesday_to":"17:00","wednesday_from":"09:00","wednesday_to":"17:00","thursday_from":"09:00","thursday_to":"17:00","friday_from":"09:00","friday_to":"17:00","saturday_from":"00:00","saturday_to":"00:00","sunday_from":"00:00","sunday_to":"00:00"}';
ALTER TABLE tenant ADD COLUMN allowed_prefixes TEXT NOT NULL DEFAULT '[]';   -- none: internal numbers only

CREATE TABLE holiday (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id INTEGER NOT NULL REFERENCES tenant ON DELETE CASCADE,
    name      TEXT    NOT NULL,
    month     INTEGER NOT NULL,
    day       INTEGER NOT NULL,
    year      INTEGER,               -- NULL: every year
    from_time TEXT    NOT NULL,
    to_time   TEXT    NOT NULL
);
CREATE INDEX holiday_tenant ON holiday (tenant_id, month, day);

CREATE TABLE ring_group (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id INTEGER NOT NULL REFERENCES tenant ON DELETE CASCADE,
    number    TEXT    NOT NULL,
    name      TEXT    NOT NULL,
    ring_time INTEGER NOT NULL,      -- seconds
    strategy  TEXT    NOT NULL,
    UNIQUE (tenant_id, number)
);

CREATE TABLE ring_group_member (
    ring_group_id INTEGER NOT NULL REFERENCES ring_group ON DELETE CASCADE,
    position      INTEGER NOT NULL,
    extension_id  INTEGER NOT NULL REFERENCES extension ON DELETE CASCADE,
    PRIMARY KEY (ring_group_id, position)
) WITHOUT ROWID;
CREATE INDEX ring_group_member_extension ON ring_group_member (extension_id);

CREATE TRIGGER ring_group_inserted AFTER INSERT ON ring_group BEGIN
    INSERT INTO dialled_number (tenant_id, number, kind) VALUES (NEW.tenant_id, NEW.number, 'RING_GROUP');
END;
CREATE TRIGGER ring_group_deleted AFTER DELETE ON ring_group BEGIN
    DELETE FROM dialled_number WHERE tenant_id = OLD.tenant_id AND number = OLD.number;
END;
CREATE TRIGGER ring_group_renumbered AFTER UPDATE OF number ON ring_group WHEN OLD.number <> NEW.number BEGIN
    UPDATE dialled_number SET number = NEW.number WHERE tenant_id = OLD.tenant_id AND number = OLD.number;
END;
