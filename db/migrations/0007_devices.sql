-- Devices: phones with their lines, phone groups, gateways with their ports, and the dialling rules that gateways join.

CREATE TABLE phone (
    id                   INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id            INTEGER NOT NULL REFERENCES tenant ON DELETE CASCADE,
    serial               TEXT    NOT NULL,   -- in lower case; mostly the MAC address
    model_id             TEXT    NOT NULL,
    device_version       TEXT,
    description          TEXT,
    profile_requested_at REAL,               -- seconds since 1970: when the phone was told to fetch its profile
    restart_requested_at REAL,               -- seconds since 1970: when it was to be restarted, which the switch does
    UNIQUE (tenant_id, serial)
);
CREATE INDEX phone_tenant ON phone (tenant_id);

-- A line is a user's, or it is registered elsewhere: then its account is in `external_line`.
CREATE TABLE phone_line (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id    INTEGER NOT NULL REFERENCES tenant ON DELETE CASCADE,
    phone_id     INTEGER NOT NULL REFERENCES phone ON DELETE CASCADE,
    position     INTEGER NOT NULL,
    extension_id INTEGER REFERENCES extension ON DELETE CASCADE,
    UNIQUE (phone_id, position)
);
CREATE INDEX phone_line_tenant ON phone_line (tenant_id);
CREATE INDEX phone_line_extension ON phone_line (extension_id, phone_id) WHERE extension_id IS NOT NULL;
CREATE INDEX phone_line_external ON phone_line (tenant_id) WHERE extension_id IS NULL;

CREATE TABLE external_line (
    line_id                  INTEGER PRIMARY KEY REFERENCES phone_line ON DELETE CASCADE,
    user_id                  TEXT    NOT NULL,
    display_name             TEXT,
    extension                TEXT,
    password                 BLOB    NOT NULL,   -- encrypted, also an empty one
    registration_server      TEXT,
    registration_server_port INTEGER,
    voicemail                TEXT
);

CREATE TABLE phone_group (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id     INTEGER NOT NULL REFERENCES tenant ON DELETE CASCADE,
    name          TEXT    NOT NULL,
    name_key      TEXT    NOT NULL,
    description   TEXT,
    weight        INTEGER NOT NULL,             -- the order of groups; of two that set a value the lighter one rules
    members_count INTEGER NOT NULL DEFAULT 0,   -- kept by triggers
    UNIQUE (tenant_id, name_key)
);

CREATE TABLE phone_group_member (
    group_id INTEGER NOT NULL REFERENCES phone_group ON DELETE CASCADE,
    phone_id INTEGER NOT NULL REFERENCES phone ON DELETE CASCADE,
    PRIMARY KEY (group_id, phone_id)
) WITHOUT ROWID;
CREATE INDEX phone_group_member_phone ON phone_group_member (phone_id);

CREATE TABLE gateway (
    id                    INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id             INTEGER NOT NULL REFERENCES tenant ON DELETE CASCADE,
    name                  TEXT    NOT NULL,
    name_key              TEXT    NOT NULL,
    model_id              TEXT    NOT NULL,
    device_version        TEXT,
    description           TEXT,
    enabled               INTEGER NOT NULL,
    address               TEXT,
    address_port          INTEGER NOT NULL,
    outbound_address      TEXT,
    outbound_port         INTEGER NOT NULL,
    address_transport     TEXT CHECK (address_transport IN ('none', 'udp', 'tcp', 'tls')),
    prefix                TEXT,
    shared                INTEGER NOT NULL,
    use_internal_bridge   INTEGER NOT NULL,
    branch_id             INTEGER REFERENCES branch ON DELETE SET NULL,
    -- What callers are shown as.
    default_caller_alias  TEXT,
    anonymous             INTEGER NOT NULL,
    ignore_user_info      INTEGER NOT NULL,
    transform_user_extension INTEGER NOT NULL,
    add_prefix            TEXT,
    keep_digits           INTEGER NOT NULL,
    display_name          TEXT,
    url_parameters        TEXT,
    UNIQUE (tenant_id, name_key)
);
CREATE INDEX gateway_branch ON gateway (branch_id) WHERE branch_id IS NOT NULL;

CREATE TABLE gateway_port (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id  INTEGER NOT NULL REFERENCES tenant ON DELETE CASCADE,
    gateway_id INTEGER NOT NULL REFERENCES gateway ON DELETE CASCADE
);
CREATE INDEX gateway_port_tenant ON gateway_port (tenant_id);
CREATE INDEX gateway_port_gateway ON gateway_port (gateway_id);

CREATE TABLE dialling_rule (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id   INTEGER NOT NULL REFERENCES tenant ON DELETE CASCADE,
    name        TEXT    NOT NULL,
    name_key    TEXT    NOT NULL,
    description TEXT,
    kind        TEXT    NOT NULL,
    enabled     INTEGER NOT NULL,
    UNIQUE (tenant_id, name_key)
);

CREATE TABLE dialling_rule_gateway (
    rule_id    INTEGER NOT NULL REFERENCES dialling_rule ON DELETE CASCADE,
    gateway_id INTEGER NOT NULL REFERENCES gateway ON DELETE CASCADE,
    PRIMARY KEY (rule_id, gateway_id)
) WITHOUT ROWID;
CREATE INDEX dialling_rule_gateway_gateway ON dialling_rule_gateway (gateway_id);

-- The rules that every tenant starts with. A rule carries no call before a gateway has joined it.
CREATE VIEW usual_dialling_rule (position, name, kind, enabled) AS
VALUES (1, 'Emergency', 'EMERGENCY', 1), (2, 'International', 'INTERNATIONAL', 1), (3, 'Local', 'LOCAL', 1),
       (4, 'Long distance', 'LONG_DISTANCE', 1), (5, 'Restricted', 'RESTRICTED', 0), (6, 'Toll free', 'TOLL_FREE', 1);

INSERT INTO dialling_rule (tenant_id, name, name_key, kind, enabled)
SELECT t.id, u.name, lower(u.name), u.kind, u.enabled FROM tenant AS t CROSS JOIN usual_dialling_rule AS u
ORDER BY t.id, u.position;

CREATE TRIGGER tenant_given_dialling_rules AFTER INSERT ON tenant BEGIN
    INSERT INTO dialling_rule (tenant_id, name, name_key, kind, enabled)
    SELECT NEW.id, name, lower(name), kind, enabled FROM usual_dialling_rule ORDER BY position;
END;

CREATE TRIGGER phone_group_joined AFTER INSERT ON phone_group_member BEGIN
    UPDATE phone_group SET members_count = members_count + 1 WHERE id = NEW.group_id;
END;
CREATE TRIGGER phone_group_left AFTER DELETE ON phone_group_member BEGIN
    UPDATE phone_group SET members_count = members_count - 1 WHERE id = OLD.group_id;
END;

-- Whatever deletes a device, what was set on it and where it was go with it.
CREATE TRIGGER phone_deleted AFTER DELETE ON phone BEGIN
    DELETE FROM setting_value WHERE tenant_id = OLD.tenant_id AND owner = 'phone:' || OLD.id;
    DELETE FROM location_assignment WHERE tenant_id = OLD.tenant_id AND kind = 'phone' AND key_id = OLD.id;
END;
CREATE TRIGGER phone_line_deleted AFTER DELETE ON phone_line BEGIN
    DELETE FROM setting_value WHERE tenant_id = OLD.tenant_id AND owner = 'line:' || OLD.id;
END;
CREATE TRIGGER phone_group_deleted AFTER DELETE ON phone_group BEGIN
    -- Of every phone model: the character after the slash is 0.
    DELETE FROM setting_value WHERE tenant_id = OLD.tenant_id
    AND owner >= 'phone-group:' || OLD.id || '/' AND owner < 'phone-group:' || OLD.id || '0';
    DELETE FROM location_assignment WHERE tenant_id = OLD.tenant_id AND kind = 'phonegroup' AND key_id = OLD.id;
END;
CREATE TRIGGER gateway_deleted AFTER DELETE ON gateway BEGIN
    DELETE FROM setting_value WHERE tenant_id = OLD.tenant_id AND owner = 'gateway:' || OLD.id;
END;
CREATE TRIGGER gateway_port_deleted AFTER DELETE ON gateway_port BEGIN
    DELETE FROM setting_value WHERE tenant_id = OLD.tenant_id AND owner = 'port:' || OLD.id;
END;
