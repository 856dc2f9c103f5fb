-- Call features: schedules, hunt groups, park orbits, page groups, attendants, and the numbers that ring for a user.

CREATE TABLE schedule (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id    INTEGER NOT NULL REFERENCES tenant ON DELETE CASCADE,
    extension_id INTEGER REFERENCES extension ON DELETE CASCADE,         -- of a user's schedule
    group_id     INTEGER REFERENCES extension_group ON DELETE CASCADE,   -- of a group's
    name         TEXT    NOT NULL,
    name_key     TEXT    NOT NULL,
    description  TEXT    NOT NULL,
    periods      TEXT    NOT NULL,   -- JSON: [[day, start, stop, enabled], …], in minutes after midnight
    CHECK (extension_id IS NULL OR group_id IS NULL)
);
CREATE UNIQUE INDEX schedule_name ON schedule (tenant_id, coalesce(extension_id, 0), coalesce(group_id, 0), name_key);
CREATE INDEX schedule_extension ON schedule (extension_id) WHERE extension_id IS NOT NULL;
CREATE INDEX schedule_group ON schedule (group_id) WHERE group_id IS NOT NULL;

CREATE TABLE hunt_group (
    id                   INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id            INTEGER NOT NULL REFERENCES tenant ON DELETE CASCADE,
    enabled              INTEGER NOT NULL,
    name                 TEXT    NOT NULL,
    name_key             TEXT    NOT NULL,
    extension            TEXT    NOT NULL,
    did                  TEXT,               -- a number that callers from outside dial
    description          TEXT    NOT NULL,
    fallback_destination TEXT    NOT NULL,   -- empty: none
    voicemail_fallback   INTEGER NOT NULL,
    user_forward         INTEGER NOT NULL,
    use_fwd_timers       INTEGER NOT NULL,
    UNIQUE (tenant_id, extension),
    UNIQUE (tenant_id, did),
    UNIQUE (tenant_id, name_key)
);

CREATE TABLE hunt_group_ring (
    hunt_group_id INTEGER NOT NULL REFERENCES hunt_group ON DELETE CASCADE,
    position      INTEGER NOT NULL,
    extension_id  INTEGER NOT NULL REFERENCES extension ON DELETE CASCADE,
    together      INTEGER NOT NULL,   -- rings at the same time as the one before
    enabled       INTEGER NOT NULL,
    expiration    INTEGER NOT NULL,   -- seconds
    PRIMARY KEY (hunt_group_id, position)
) WITHOUT ROWID;
CREATE INDEX hunt_group_ring_extension ON hunt_group_ring (extension_id);

CREATE TRIGGER hunt_group_inserted AFTER INSERT ON hunt_group BEGIN
    INSERT INTO dialled_number (tenant_id, number, kind) VALUES (NEW.tenant_id, NEW.extension, 'HUNT_GROUP');
    INSERT INTO dialled_number (tenant_id, number, kind)
    SELECT NEW.tenant_id, NEW.did, 'HUNT_GROUP' WHERE NEW.did IS NOT NULL;
END;
CREATE TRIGGER hunt_group_deleted AFTER DELETE ON hunt_group BEGIN
    DELETE FROM dialled_number WHERE tenant_id = OLD.tenant_id AND number IN (OLD.extension, OLD.did);
END;
CREATE TRIGGER hunt_group_renumbered AFTER UPDATE OF extension, did ON hunt_group BEGIN
    DELETE FROM dialled_number WHERE tenant_id = OLD.tenant_id AND number IN (OLD.extension, OLD.did);
    INSERT INTO dialled_number (tenant_id, number, kind) VALUES (NEW.tenant_id, NEW.extension, 'HUNT_GROUP');
    INSERT INTO dialled_number (tenant_id, number, kind)
    SELECT NEW.tenant_id, NEW.did, 'HUNT_GROUP' WHERE NEW.did IS NOT NULL;
END;

CREATE TABLE park_orbit (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id   INTEGER NOT NULL REFERENCES tenant ON DELETE CASCADE,
    name        TEXT    NOT NULL,
    name_key    TEXT    NOT NULL,
    enabled     INTEGER NOT NULL,
    extension   TEXT    NOT NULL,
    description TEXT    NOT NULL,
    music       TEXT    NOT NULL,   -- the name of a prompt
    server      TEXT    NOT NULL,
    UNIQUE (tenant_id, extension),
    UNIQUE (tenant_id, name_key)
);

CREATE TRIGGER park_orbit_inserted AFTER INSERT ON park_orbit BEGIN
    INSERT INTO dialled_number (tenant_id, number, kind) VALUES (NEW.tenant_id, NEW.extension, 'PARK_ORBIT');
END;
CREATE TRIGGER park_orbit_deleted AFTER DELETE ON park_orbit BEGIN
    DELETE FROM dialled_number WHERE tenant_id = OLD.tenant_id AND number = OLD.extension;
    DELETE FROM setting_value WHERE tenant_id = OLD.tenant_id AND owner = 'orbit:' || OLD.id;
END;
CREATE TRIGGER park_orbit_renumbered AFTER UPDATE OF extension ON park_orbit WHEN OLD.extension <> NEW.extension BEGIN
    UPDATE dialled_number SET number = NEW.extension WHERE tenant_id = OLD.tenant_id AND number = OLD.extension;
END;

CREATE TABLE page_group (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id   INTEGER NOT NULL REFERENCES tenant ON DELETE CASCADE,
    enabled     INTEGER NOT NULL,
    number      INTEGER NOT NULL,
    dialled     TEXT    NOT NULL,   -- the prefix and the number
    timeout     INTEGER NOT NULL,   -- seconds
    sound       TEXT    NOT NULL,   -- the name of a prompt
    description TEXT    NOT NULL,
    UNIQUE (tenant_id, number)
);

CREATE TABLE page_group_member (
    page_group_id INTEGER NOT NULL REFERENCES page_group ON DELETE CASCADE,
    position      INTEGER NOT NULL,
    extension_id  INTEGER NOT NULL REFERENCES extension ON DELETE CASCADE,
    PRIMARY KEY (page_group_id, position)
) WITHOUT ROWID;
CREATE INDEX page_group_member_extension ON page_group_member (extension_id);

CREATE TRIGGER page_group_inserted AFTER INSERT ON page_group BEGIN
    INSERT INTO dialled_number (tenant_id, number, kind) VALUES (NEW.tenant_id, NEW.dialled, 'PAGE_GROUP');
END;
CREATE TRIGGER page_group_deleted AFTER DELETE ON page_group BEGIN
    DELETE FROM dialled_number WHERE tenant_id = OLD.tenant_id AND number = OLD.dialled;
END;
CREATE TRIGGER page_group_renumbered AFTER UPDATE OF dialled ON page_group WHEN OLD.dialled <> NEW.dialled BEGIN
    UPDATE dialled_number SET number = NEW.dialled WHERE tenant_id = OLD.tenant_id AND number = OLD.dialled;
END;

CREATE TABLE attendant (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id     INTEGER NOT NULL REFERENCES tenant ON DELETE CASCADE,
    system_id     TEXT,               -- of a built-in one
    name          TEXT    NOT NULL,
    name_key      TEXT    NOT NULL,
    number        TEXT,
    live_code     TEXT,
    live          INTEGER NOT NULL,
    live_again_at REAL,               -- seconds since 1970
    expire_hours  INTEGER,
    schedule_id   INTEGER REFERENCES schedule ON DELETE SET NULL,
    UNIQUE (tenant_id, name_key),
    UNIQUE (tenant_id, system_id),
    UNIQUE (tenant_id, number),
    UNIQUE (tenant_id, live_code)
);
CREATE INDEX attendant_schedule ON attendant (schedule_id) WHERE schedule_id IS NOT NULL;

CREATE TABLE special_attendant (
    tenant_id    INTEGER PRIMARY KEY REFERENCES tenant ON DELETE CASCADE,
    attendant_id INTEGER REFERENCES attendant ON DELETE SET NULL,
    is_on        INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX special_attendant_attendant ON special_attendant (attendant_id) WHERE attendant_id IS NOT NULL;

CREATE TRIGGER attendant_inserted AFTER INSERT ON attendant WHEN NEW.number IS NOT NULL BEGIN
    INSERT INTO dialled_number (tenant_id, number, kind) VALUES (NEW.tenant_id, NEW.number, 'VIRTUAL_RECEPTIONIST');
END;
CREATE TRIGGER attendant_deleted AFTER DELETE ON attendant WHEN OLD.number IS NOT NULL BEGIN
    DELETE FROM dialled_number WHERE tenant_id = OLD.tenant_id AND number = OLD.number;
END;

-- Every tenant, of today or later, has the two built-in attendants.
INSERT INTO attendant (tenant_id, system_id, name, name_key, live)
SELECT id, 'operator', 'Operator', 'operator', 0 FROM tenant
UNION ALL SELECT id, 'afterhour', 'After hours', 'after hours', 0 FROM tenant;
INSERT INTO special_attendant (tenant_id) SELECT id FROM tenant;
CREATE TRIGGER attendants_of_new_tenant AFTER INSERT ON tenant BEGIN
    INSERT INTO attendant (tenant_id, system_id, name, name_key, live)
    VALUES (NEW.id, 'operator', 'Operator', 'operator', 0), (NEW.id, 'afterhour', 'After hours', 'after hours', 0);
    INSERT INTO special_attendant (tenant_id) VALUES (NEW.id);
END;

-- The numbers that ring besides or after a user's own phones, which ring for as long as the forward rules say.
CREATE TABLE call_sequence_ring (
    extension_id INTEGER NOT NULL REFERENCES extension ON DELETE CASCADE,
    position     INTEGER NOT NULL,
    number       TEXT    NOT NULL,
    together     INTEGER NOT NULL,   -- rings at the same time as the one before
    expiration   INTEGER NOT NULL,   -- seconds
    enabled      INTEGER NOT NULL,
    schedule_id  INTEGER REFERENCES schedule ON DELETE SET NULL,
    PRIMARY KEY (extension_id, position)
) WITHOUT ROWID;
CREATE INDEX call_sequence_ring_schedule ON call_sequence_ring (schedule_id) WHERE schedule_id IS NOT NULL;
