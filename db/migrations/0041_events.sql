-- What happens to extensions, for whoever watches: written by the statement that makes it happen, and only while somebody
-- listens, so that nobody pays for what nobody hears.
CREATE TABLE event_listener (
    id INTEGER PRIMARY KEY   -- one row while somebody listens
);
CREATE TABLE event (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id    INTEGER NOT NULL,   -- no reference: what happens when a tenant goes is told of too
    kind         TEXT    NOT NULL,   -- created, updated, destroyed, status
    extension_id INTEGER NOT NULL,
    number       TEXT    NOT NULL,
    name         TEXT    NOT NULL,
    email        TEXT    NOT NULL,
    enabled      INTEGER NOT NULL,
    line         TEXT    NOT NULL,
    presence     TEXT    NOT NULL,
    at           INTEGER NOT NULL    -- seconds since 1970
);

CREATE TRIGGER extension_tells_created AFTER INSERT ON extension WHEN EXISTS (SELECT 1 FROM event_listener) BEGIN
    INSERT INTO event (tenant_id, kind, extension_id, number, name, email, enabled, line, presence, at)
    VALUES (NEW.tenant_id, 'created', NEW.id, NEW.number,
        trim((NEW.profile ->> 'first_name') || ' ' || (NEW.profile ->> 'last_name')), NEW.profile ->> 'email',
        NEW.enabled, NEW.line, NEW.presence, unixepoch());
END;
CREATE TRIGGER extension_tells_updated AFTER UPDATE OF number, profile ON extension
WHEN (OLD.number <> NEW.number OR OLD.profile <> NEW.profile) AND EXISTS (SELECT 1 FROM event_listener) BEGIN
    INSERT INTO event (tenant_id, kind, extension_id, number, name, email, enabled, line, presence, at)
    VALUES (NEW.tenant_id, 'updated', NEW.id, NEW.number,
        trim((NEW.profile ->> 'first_name') || ' ' || (NEW.profile ->> 'last_name')), NEW.profile ->> 'email',
        NEW.enabled, NEW.line, NEW.presence, unixepoch());
END;
CREATE TRIGGER extension_tells_status AFTER UPDATE OF line, presence, options ON extension
WHEN (OLD.line <> NEW.line OR OLD.presence <> NEW.presence OR OLD.enabled <> NEW.enabled)
    AND EXISTS (SELECT 1 FROM event_listener) BEGIN
    INSERT INTO event (tenant_id, kind, extension_id, number, name, email, enabled, line, presence, at)
    VALUES (NEW.tenant_id, 'status', NEW.id, NEW.number,
        trim((NEW.profile ->> 'first_name') || ' ' || (NEW.profile ->> 'last_name')), NEW.profile ->> 'email',
        NEW.enabled, NEW.line, NEW.presence, unixepoch());
END;
CREATE TRIGGER extension_tells_destroyed AFTER DELETE ON extension WHEN EXISTS (SELECT 1 FROM event_listener) BEGIN
    INSERT INTO event (tenant_id, kind, extension_id, number, name, email, enabled, line, presence, at)
    VALUES (OLD.tenant_id, 'destroyed', OLD.id, OLD.number,
        trim((OLD.profile ->> 'first_name') || ' ' || (OLD.profile ->> 'last_name')), OLD.profile ->> 'email',
        OLD.enabled, OLD.line, OLD.presence, unixepoch());
END;
