-- Tenants, accounts, tokens, extensions and extension groups.

CREATE TABLE tenant (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    name          TEXT    NOT NULL,
    name_key      TEXT    NOT NULL UNIQUE,
    domain        TEXT    NOT NULL UNIQUE,
    password_hash TEXT,                        -- NULL: nobody can log in under this name
    enabled       INTEGER NOT NULL DEFAULT 1,
    profile       TEXT    NOT NULL DEFAULT '{}',
    capability    TEXT    NOT NULL DEFAULT '{}',
    quota         TEXT    NOT NULL DEFAULT '{}',
    ungrouped     INTEGER NOT NULL DEFAULT 0   -- kept: extensions that are in no group of their own
);

CREATE TABLE administrator (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    name          TEXT NOT NULL,
    name_key      TEXT NOT NULL UNIQUE,
    password_hash TEXT NOT NULL
);

-- Every number that can be dialled in a tenant, whatever kind of object answers it.
CREATE TABLE dialled_number (
    tenant_id INTEGER NOT NULL REFERENCES tenant ON DELETE CASCADE,
    number    TEXT    NOT NULL,
    kind      TEXT    NOT NULL,
    PRIMARY KEY (tenant_id, number)
) WITHOUT ROWID;

CREATE TABLE extension (
    id                INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id         INTEGER NOT NULL REFERENCES tenant ON DELETE CASCADE,
    number            TEXT    NOT NULL,
    presence          TEXT    NOT NULL DEFAULT 'AVAILABLE',  -- what its user chose: AVAILABLE, DND, AWAY
    line              TEXT    NOT NULL DEFAULT 'OFFLINE',    -- what the switch knows: OFFLINE, ONLINE, ON_CALL
    user_agent        TEXT    NOT NULL DEFAULT '',
    phone_mac_address TEXT    NOT NULL DEFAULT '',
    phone_model       TEXT    NOT NULL DEFAULT '',
    group_count       INTEGER NOT NULL DEFAULT 0,            -- kept by triggers
    name_key          TEXT    NOT NULL,
    email_key         TEXT    NOT NULL,
    profile           TEXT    NOT NULL,
    options           TEXT    NOT NULL,
    -- Numbers of digits only first, by length and then text (so by value); then the others by text.
    number_key TEXT NOT NULL GENERATED ALWAYS AS (
        CASE WHEN number GLOB '*[^0-9]*' THEN '1' || number
             ELSE '0' || printf('%02d', length(number)) || number END
    ) VIRTUAL,
    enabled INTEGER NOT NULL GENERATED ALWAYS AS (options ->> 'enable_extension') VIRTUAL,
    status TEXT NOT NULL GENERATED ALWAYS AS (
        CASE WHEN NOT (options ->> 'enable_extension') THEN 'OFFLINE'
             WHEN presence <> 'AVAILABLE' THEN presence
             ELSE line END
    ) VIRTUAL,
    -- The row as lists show it, made when the row is written so that a page is read without being assembled.
    card TEXT NOT NULL GENERATED ALWAYS AS (json_object(
        'extension_number', number, 'id', id,
        'first_name', profile ->> 'first_name', 'last_name', profile ->> 'last_name',
        'email', profile ->> 'email',
        'status', CASE WHEN NOT (options ->> 'enable_extension') THEN 'OFFLINE'
                       WHEN presence <> 'AVAILABLE' THEN presence
                       ELSE line END,
        'user_agent', user_agent, 'phone_mac_address', phone_mac_address, 'phone_model', phone_model
    )) STORED,
    UNIQUE (tenant_id, number)
);

-- Log-in by e-mail names no tenant, so that an address belongs to one extension of the whole PBX.
CREATE UNIQUE INDEX extension_email ON extension (email_key) WHERE email_key <> '';
CREATE INDEX extension_ungrouped ON extension (tenant_id, number_key) WHERE group_count = 0;

CREATE TABLE extension_settings (
    extension_id        INTEGER PRIMARY KEY REFERENCES extension ON DELETE CASCADE,
    voice_mail          TEXT NOT NULL,
    forward_rules       TEXT NOT NULL,
    office_hours        TEXT NOT NULL,
    password            BLOB NOT NULL,   -- encrypted, like the next two
    web_access_password BLOB NOT NULL,
    voicemail_pin       BLOB NOT NULL
);

-- An extension's place in each order that lists offer, and the number of rows in each block of that order, so that a
-- deep page starts at its block and not at the first row.
CREATE TABLE extension_order (
    tenant_id    INTEGER NOT NULL,
    ordering     TEXT    NOT NULL,
    key          TEXT    NOT NULL,
    extension_id INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, ordering, key)
) WITHOUT ROWID;

CREATE TABLE extension_order_block (
    tenant_id INTEGER NOT NULL REFERENCES tenant ON DELETE CASCADE,
    ordering  TEXT    NOT NULL,
    first_key TEXT    NOT NULL,
    rows      INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, ordering, first_key)
) WITHOUT ROWID;

CREATE TABLE extension_search (
    extension_id INTEGER PRIMARY KEY REFERENCES extension ON DELETE CASCADE,
    text         TEXT NOT NULL
);
CREATE VIRTUAL TABLE extension_fts USING fts5 (
    text, content = 'extension_search', content_rowid = 'extension_id', tokenize = 'trigram case_sensitive 1'
);

CREATE TABLE extension_group (
    id                               INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id                        INTEGER NOT NULL REFERENCES tenant ON DELETE CASCADE,
    group_id                         TEXT    NOT NULL,
    name                             TEXT    NOT NULL,
    name_key                         TEXT    NOT NULL,
    description                      TEXT    NOT NULL DEFAULT '',
    enable_intercom                  INTEGER NOT NULL,
    enable_external_call             INTEGER NOT NULL,
    enable_management_console_access INTEGER NOT NULL,
    is_default                       INTEGER NOT NULL DEFAULT 0,
    members_count                    INTEGER NOT NULL DEFAULT 0,   -- kept by triggers; the default group's is tenant.ungrouped
    UNIQUE (tenant_id, group_id),
    UNIQUE (tenant_id, is_default, name_key)
);

CREATE TABLE membership (
    group_id     INTEGER NOT NULL REFERENCES extension_group ON DELETE CASCADE,
    extension_id INTEGER NOT NULL REFERENCES extension ON DELETE CASCADE,
    PRIMARY KEY (group_id, extension_id)
) WITHOUT ROWID;
CREATE INDEX membership_extension ON membership (extension_id);

CREATE TABLE token (
    digest           BLOB PRIMARY KEY,   -- SHA-256; the token itself is kept nowhere
    administrator_id INTEGER REFERENCES administrator ON DELETE CASCADE,
    tenant_id        INTEGER REFERENCES tenant ON DELETE CASCADE,
    extension_id     INTEGER REFERENCES extension ON DELETE CASCADE,
    name             TEXT NOT NULL,
    boot_id          TEXT NOT NULL,
    boot_expires     REAL NOT NULL,      -- seconds of the boot clock
    wall_expires     REAL NOT NULL       -- seconds since 1970, used after a reboot only
) WITHOUT ROWID;
CREATE INDEX token_administrator ON token (administrator_id) WHERE administrator_id IS NOT NULL;
CREATE INDEX token_tenant ON token (tenant_id) WHERE tenant_id IS NOT NULL;
CREATE INDEX token_extension ON token (extension_id) WHERE extension_id IS NOT NULL;

-- Failed log-ins per (account, address) and per address; the key is a SHA-256, since people type passwords as names.
CREATE TABLE login_failure (
    key         BLOB PRIMARY KEY,
    failures    INTEGER NOT NULL,
    boot_id     TEXT    NOT NULL,
    window_ends REAL    NOT NULL         -- seconds of the boot clock
) WITHOUT ROWID;

CREATE TRIGGER tenant_inserted AFTER INSERT ON tenant BEGIN
    INSERT INTO extension_order_block (tenant_id, ordering, first_key, rows)
    VALUES (NEW.id, 'DEFAULT', '', 0), (NEW.id, 'NAME', '', 0), (NEW.id, 'EMAIL', '', 0), (NEW.id, 'STATUS', '', 0);
END;

CREATE TRIGGER extension_inserted AFTER INSERT ON extension BEGIN
    INSERT INTO dialled_number (tenant_id, number, kind) VALUES (NEW.tenant_id, NEW.number, 'EXTENSION');
    INSERT INTO extension_order (tenant_id, ordering, key, extension_id)
    VALUES (NEW.tenant_id, 'DEFAULT', NEW.number_key, NEW.id),
           (NEW.tenant_id, 'NAME', NEW.name_key || char(31) || NEW.number_key, NEW.id),
           (NEW.tenant_id, 'EMAIL', NEW.email_key || char(31) || NEW.number_key, NEW.id),
           (NEW.tenant_id, 'STATUS', NEW.status || char(31) || NEW.number_key, NEW.id);
    UPDATE tenant SET ungrouped = ungrouped + 1 WHERE id = NEW.tenant_id;
END;

CREATE TRIGGER extension_deleted AFTER DELETE ON extension BEGIN
    DELETE FROM dialled_number WHERE tenant_id = OLD.tenant_id AND number = OLD.number;
    DELETE FROM extension_order
    WHERE tenant_id = OLD.tenant_id AND ordering = 'DEFAULT' AND key = OLD.number_key;
    DELETE FROM extension_order
    WHERE tenant_id = OLD.tenant_id AND ordering = 'NAME' AND key = OLD.name_key || char(31) || OLD.number_key;
    DELETE FROM extension_order
    WHERE tenant_id = OLD.tenant_id AND ordering = 'EMAIL' AND key = OLD.email_key || char(31) || OLD.number_key;
    DELETE FROM extension_order
    WHERE tenant_id = OLD.tenant_id AND ordering = 'STATUS' AND key = OLD.status || char(31) || OLD.number_key;
    UPDATE tenant SET ungrouped = ungrouped - 1 WHERE id = OLD.tenant_id AND OLD.group_count = 0;
END;

CREATE TRIGGER extension_renumbered AFTER UPDATE OF number ON extension WHEN OLD.number <> NEW.number BEGIN
    UPDATE dialled_number SET number = NEW.number WHERE tenant_id = OLD.tenant_id AND number = OLD.number;
    UPDATE extension_order SET key = NEW.number_key
    WHERE tenant_id = OLD.tenant_id AND ordering = 'DEFAULT' AND key = OLD.number_key;
END;

CREATE TRIGGER extension_renamed AFTER UPDATE OF name_key, number ON extension
WHEN OLD.name_key <> NEW.name_key OR OLD.number <> NEW.number BEGIN
    UPDATE extension_order SET key = NEW.name_key || char(31) || NEW.number_key
    WHERE tenant_id = OLD.tenant_id AND ordering = 'NAME' AND key = OLD.name_key || char(31) || OLD.number_key;
END;

CREATE TRIGGER extension_readdressed AFTER UPDATE OF email_key, number ON extension
WHEN OLD.email_key <> NEW.email_key OR OLD.number <> NEW.number BEGIN
    UPDATE extension_order SET key = NEW.email_key || char(31) || NEW.number_key
    WHERE tenant_id = OLD.tenant_id AND ordering = 'EMAIL' AND key = OLD.email_key || char(31) || OLD.number_key;
END;

CREATE TRIGGER extension_restated AFTER UPDATE OF presence, line, options, number ON extension
WHEN OLD.status <> NEW.status OR OLD.number <> NEW.number BEGIN
    UPDATE extension_order SET key = NEW.status || char(31) || NEW.number_key
    WHERE tenant_id = OLD.tenant_id AND ordering = 'STATUS' AND key = OLD.status || char(31) || OLD.number_key;
END;

CREATE TRIGGER extension_regrouped AFTER UPDATE OF group_count ON extension
WHEN (OLD.group_count = 0) <> (NEW.group_count = 0) BEGIN
    UPDATE tenant SET ungrouped = ungrouped + (NEW.group_count = 0) - (OLD.group_count = 0) WHERE id = NEW.tenant_id;
END;

CREATE TRIGGER order_inserted AFTER INSERT ON extension_order BEGIN
    UPDATE extension_order_block SET rows = rows + 1
    WHERE tenant_id = NEW.tenant_id AND ordering = NEW.ordering AND first_key = (
        SELECT max(first_key) FROM extension_order_block
        WHERE tenant_id = NEW.tenant_id AND ordering = NEW.ordering AND first_key <= NEW.key);
END;

CREATE TRIGGER order_deleted AFTER DELETE ON extension_order BEGIN
    UPDATE extension_order_block SET rows = rows - 1
    WHERE tenant_id = OLD.tenant_id AND ordering = OLD.ordering AND first_key = (
        SELECT max(first_key) FROM extension_order_block
        WHERE tenant_id = OLD.tenant_id AND ordering = OLD.ordering AND first_key <= OLD.key);
END;

CREATE TRIGGER order_moved AFTER UPDATE OF key ON extension_order BEGIN
    UPDATE extension_order_block SET rows = rows - 1
    WHERE tenant_id = OLD.tenant_id AND ordering = OLD.ordering AND first_key = (
        SELECT max(first_key) FROM extension_order_block
        WHERE tenant_id = OLD.tenant_id AND ordering = OLD.ordering AND first_key <= OLD.key);
    UPDATE extension_order_block SET rows = rows + 1
    WHERE tenant_id = NEW.tenant_id AND ordering = NEW.ordering AND first_key = (
        SELECT max(first_key) FROM extension_order_block
        WHERE tenant_id = NEW.tenant_id AND ordering = NEW.ordering AND first_key <= NEW.key);
END;

-- A block that has grown to 8,000 rows becomes two of 4,000: adding up blocks and skipping rows then cost about the
-- same at a million rows.
CREATE TRIGGER block_grown AFTER UPDATE OF rows ON extension_order_block WHEN NEW.rows >= 8000 BEGIN
    INSERT INTO extension_order_block (tenant_id, ordering, first_key, rows)
    SELECT NEW.tenant_id, NEW.ordering, key, NEW.rows - 4000 FROM extension_order
    WHERE tenant_id = NEW.tenant_id AND ordering = NEW.ordering AND key >= NEW.first_key
    ORDER BY key LIMIT 1 OFFSET 4000;
    UPDATE extension_order_block SET rows = 4000
    WHERE tenant_id = NEW.tenant_id AND ordering = NEW.ordering AND first_key = NEW.first_key;
END;

CREATE TRIGGER search_inserted AFTER INSERT ON extension_search BEGIN
    INSERT INTO extension_fts (rowid, text) VALUES (NEW.extension_id, NEW.text);
END;
CREATE TRIGGER search_deleted AFTER DELETE ON extension_search BEGIN
    INSERT INTO extension_fts (extension_fts, rowid, text) VALUES ('delete', OLD.extension_id, OLD.text);
END;
CREATE TRIGGER search_updated AFTER UPDATE OF text ON extension_search WHEN OLD.text <> NEW.text BEGIN
    INSERT INTO extension_fts (extension_fts, rowid, text) VALUES ('delete', OLD.extension_id, OLD.text);
    INSERT INTO extension_fts (rowid, text) VALUES (NEW.extension_id, NEW.text);
END;

CREATE TRIGGER membership_inserted AFTER INSERT ON membership BEGIN
    UPDATE extension_group SET members_count = members_count + 1 WHERE id = NEW.group_id;
    UPDATE extension SET group_count = group_count + 1 WHERE id = NEW.extension_id;
END;
CREATE TRIGGER membership_deleted AFTER DELETE ON membership BEGIN
    UPDATE extension_group SET members_count = members_count - 1 WHERE id = OLD.group_id;
    UPDATE extension SET group_count = group_count - 1 WHERE id = OLD.extension_id;
END;
