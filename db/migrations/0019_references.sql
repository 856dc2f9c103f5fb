-- What points at an object of the tenant points at its number by id, so that a change of the number is written once and
-- followed by all. A number that is given up while something points at it stays as a row without a number, so that
-- neither that, nor whoever gets the number next, changes what points there.

DROP TRIGGER extension_inserted;
DROP TRIGGER extension_deleted;
DROP TRIGGER extension_renumbered;
DROP TRIGGER ring_group_inserted;
DROP TRIGGER ring_group_deleted;
DROP TRIGGER ring_group_renumbered;
DROP TRIGGER alias_inserted;
DROP TRIGGER alias_deleted;
DROP TRIGGER hunt_group_inserted;
DROP TRIGGER hunt_group_deleted;
DROP TRIGGER hunt_group_renumbered;
DROP TRIGGER park_orbit_inserted;
DROP TRIGGER park_orbit_deleted;
DROP TRIGGER park_orbit_renumbered;
DROP TRIGGER page_group_inserted;
DROP TRIGGER page_group_deleted;
DROP TRIGGER page_group_renumbered;
DROP TRIGGER attendant_inserted;
DROP TRIGGER attendant_deleted;

ALTER TABLE dialled_number RENAME TO old_dialled_number;
CREATE TABLE dialled_number (
    id        INTEGER PRIMARY KEY,
    tenant_id INTEGER NOT NULL REFERENCES tenant ON DELETE CASCADE,
    number    TEXT,              -- NULL: what had it is gone
    kind      TEXT    NOT NULL,
    former    TEXT,              -- the number that is gone
    UNIQUE (tenant_id, number)
);
INSERT INTO dialled_number (tenant_id, number, kind) SELECT tenant_id, number, kind FROM old_dialled_number;
DROP TABLE old_dialled_number;

CREATE TABLE reference (
    tenant_id INTEGER NOT NULL REFERENCES tenant ON DELETE CASCADE,
    owner     TEXT    NOT NULL,   -- what points: forward_rules, call_sequence, hunt_group
    owner_id  INTEGER NOT NULL,   -- whose: an extension's id, or the hunt group's
    place     TEXT    NOT NULL,   -- where in it
    kind      TEXT    NOT NULL,   -- of the objects that it may point at; empty: any
    form      TEXT    NOT NULL,   -- what stands around the number of an address: sip:, @ and the tenant's domain, both
    target_id INTEGER REFERENCES dialled_number,
    awaited   TEXT,               -- without a target: the number that no such object has yet
    PRIMARY KEY (owner, owner_id, place),
    CHECK ((target_id IS NULL) <> (awaited IS NULL))
) WITHOUT ROWID;
CREATE INDEX reference_target ON reference (target_id) WHERE target_id IS NOT NULL;
CREATE INDEX reference_awaited ON reference (tenant_id, awaited) WHERE awaited IS NOT NULL;

-- What was stored as text so far, each with its plain number: an address in the tenant's own domain is the number in it.
CREATE TEMP TABLE told AS
SELECT e.tenant_id, 'forward_rules' AS owner, e.id AS owner_id, substr(t.path, 3) || '.' || t.key AS place, '' AS form,
    t.value AS number, CASE json_extract(s.forward_rules, t.path || '.' || substr(t.key, 1, length(t.key) - 6))
        WHEN 'CONNECT_TO_ANOTHER_EXTENSION' THEN 'EXTENSION' WHEN 'CONNECT_TO_RING_GROUP' THEN 'RING_GROUP'
        WHEN 'CONNECT_TO_VIRTUAL_RECEPTIONIST' THEN 'VIRTUAL_RECEPTIONIST' WHEN 'CONNECT_TO_NUMBER' THEN '' END AS kind
FROM extension AS e JOIN extension_settings AS s ON s.extension_id = e.id JOIN json_tree(s.forward_rules) AS t
WHERE t.key LIKE '%\_action\_value' ESCAPE '\' AND t.value <> ''
UNION ALL
SELECT a.tenant_id, a.owner, a.owner_id, a.place,
    CASE WHEN a.text LIKE 'sip:%' THEN 'sip:' ELSE '' END || CASE WHEN a.text LIKE '%@%' THEN '@' ELSE '' END,
    rtrim(replace(replace(a.text || ' ', 'sip:', ''), '@' || t.domain || ' ', '')), ''
FROM (
    SELECT e.tenant_id, 'call_sequence' AS owner, e.id AS owner_id, CAST(r.position AS TEXT) AS place, r.number AS text
    FROM call_sequence_ring AS r JOIN extension AS e ON e.id = r.extension_id
    UNION ALL
    SELECT tenant_id, 'hunt_group', id, 'fallback_destination', fallback_destination
    FROM hunt_group WHERE fallback_destination <> ''
) AS a JOIN tenant AS t ON t.id = a.tenant_id;

-- A number that may be dialled outside, and an address in another domain, stay text.
INSERT INTO reference (tenant_id, owner, owner_id, place, kind, form, target_id, awaited)
SELECT o.tenant_id, o.owner, o.owner_id, o.place, o.kind, o.form, d.id, CASE WHEN d.id IS NULL THEN o.number END
FROM told AS o
LEFT JOIN dialled_number AS d ON d.tenant_id = o.tenant_id AND d.number = o.number
    AND (o.kind IN ('', d.kind) OR (o.kind = 'RING_GROUP' AND d.kind = 'HUNT_GROUP'))
WHERE o.kind IS NOT NULL AND (d.id IS NOT NULL OR o.kind <> '' OR NOT (
    o.number LIKE '%@%' OR EXISTS (
        SELECT 1 FROM tenant AS t JOIN json_each(t.allowed_prefixes) AS p
        WHERE t.id = o.tenant_id AND substr(o.number, 1, length(p.value)) = p.value)));
DROP TABLE told;

UPDATE extension_settings SET forward_rules = json_replace(forward_rules, '$.available.no_answer_action_value', '')
WHERE extension_id IN (
    SELECT owner_id FROM reference WHERE owner = 'forward_rules' AND place = 'available.no_answer_action_value');
UPDATE extension_settings SET forward_rules = json_replace(forward_rules, '$.available.busy_action_value', '')
WHERE extension_id IN (
    SELECT owner_id FROM reference WHERE owner = 'forward_rules' AND place = 'available.busy_action_value');
UPDATE extension_settings SET forward_rules = json_replace(forward_rules, '$.offline.office_hours_action_value', '')
WHERE extension_id IN (
    SELECT owner_id FROM reference WHERE owner = 'forward_rules' AND place = 'offline.office_hours_action_value');
UPDATE extension_settings
SET forward_rules = json_replace(forward_rules, '$.offline.outside_office_hours_action_value', '')
WHERE extension_id IN (
    SELECT owner_id FROM reference WHERE owner = 'forward_rules' AND place = 'offline.outside_office_hours_action_value');
UPDATE extension_settings SET forward_rules = json_replace(forward_rules, '$.dnd.office_hours_action_value', '')
WHERE extension_id IN (
    SELECT owner_id FROM reference WHERE owner = 'forward_rules' AND place = 'dnd.office_hours_action_value');
UPDATE extension_settings SET forward_rules = json_replace(forward_rules, '$.dnd.outside_office_hours_action_value', '')
WHERE extension_id IN (
    SELECT owner_id FROM reference WHERE owner = 'forward_rules' AND place = 'dnd.outside_office_hours_action_value');
UPDATE extension_settings SET forward_rules = json_replace(forward_rules, '$.away.office_hours_action_value', '')
WHERE extension_id IN (
    SELECT owner_id FROM reference WHERE owner = 'forward_rules' AND place = 'away.office_hours_action_value');
UPDATE extension_settings SET forward_rules = json_replace(forward_rules, '$.away.outside_office_hours_action_value', '')
WHERE extension_id IN (
    SELECT owner_id FROM reference WHERE owner = 'forward_rules' AND place = 'away.outside_office_hours_action_value');
UPDATE call_sequence_ring SET number = '' WHERE EXISTS (
    SELECT 1 FROM reference AS r
    WHERE r.owner = 'call_sequence' AND r.owner_id = extension_id AND r.place = CAST(position AS TEXT));
UPDATE hunt_group SET fallback_destination = ''
WHERE EXISTS (SELECT 1 FROM reference AS r WHERE r.owner = 'hunt_group' AND r.owner_id = hunt_group.id);

-- What waits for a number gets the first object of its kind that has it.
CREATE TRIGGER number_made AFTER INSERT ON dialled_number BEGIN
    UPDATE reference SET target_id = NEW.id, awaited = NULL
    WHERE tenant_id = NEW.tenant_id AND awaited = NEW.number
    AND (kind IN ('', NEW.kind) OR (kind = 'RING_GROUP' AND NEW.kind = 'HUNT_GROUP'));
END;
CREATE TRIGGER number_changed AFTER UPDATE OF number ON dialled_number WHEN NEW.number IS NOT NULL BEGIN
    UPDATE reference SET target_id = NEW.id, awaited = NULL
    WHERE tenant_id = NEW.tenant_id AND awaited = NEW.number
    AND (kind IN ('', NEW.kind) OR (kind = 'RING_GROUP' AND NEW.kind = 'HUNT_GROUP'));
END;
CREATE TRIGGER reference_deleted AFTER DELETE ON reference WHEN OLD.target_id IS NOT NULL BEGIN
    DELETE FROM dialled_number WHERE id = OLD.target_id AND number IS NULL
    AND NOT EXISTS (SELECT 1 FROM reference WHERE target_id = OLD.target_id);
END;

CREATE TRIGGER extension_inserted AFTER INSERT ON extension BEGIN
    INSERT INTO dialled_number (tenant_id, number, kind) VALUES (NEW.tenant_id, NEW.number, 'EXTENSION');
    INSERT INTO extension_order (tenant_id, ordering, key, extension_id)
    VALUES (NEW.tenant_id, 'DEFAULT', NEW.number_key, NEW.id),
           (NEW.tenant_id, 'NAME', NEW.name_key || char(31) || NEW.number_key, NEW.id),
           (NEW.tenant_id, 'EMAIL', NEW.email_key || char(31) || NEW.number_key, NEW.id),
           (NEW.tenant_id, 'STATUS', NEW.status || char(31) || NEW.number_key, NEW.id);
    UPDATE tenant SET ungrouped = ungrouped + 1, revision = revision + 1 WHERE id = NEW.tenant_id;
END;
CREATE TRIGGER extension_deleted AFTER DELETE ON extension BEGIN
    DELETE FROM reference WHERE owner IN ('forward_rules', 'call_sequence') AND owner_id = OLD.id;
    DELETE FROM dialled_number WHERE tenant_id = OLD.tenant_id AND number = OLD.number
    AND NOT EXISTS (SELECT 1 FROM reference WHERE target_id = dialled_number.id);
    UPDATE dialled_number SET number = NULL, former = number WHERE tenant_id = OLD.tenant_id AND number = OLD.number;
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

CREATE TRIGGER ring_group_inserted AFTER INSERT ON ring_group BEGIN
    INSERT INTO dialled_number (tenant_id, number, kind) VALUES (NEW.tenant_id, NEW.number, 'RING_GROUP');
END;
CREATE TRIGGER ring_group_deleted AFTER DELETE ON ring_group BEGIN
    DELETE FROM dialled_number WHERE tenant_id = OLD.tenant_id AND number = OLD.number
    AND NOT EXISTS (SELECT 1 FROM reference WHERE target_id = dialled_number.id);
    UPDATE dialled_number SET number = NULL, former = number WHERE tenant_id = OLD.tenant_id AND number = OLD.number;
END;
CREATE TRIGGER ring_group_renumbered AFTER UPDATE OF number ON ring_group WHEN OLD.number <> NEW.number BEGIN
    UPDATE dialled_number SET number = NEW.number WHERE tenant_id = OLD.tenant_id AND number = OLD.number;
END;

CREATE TRIGGER alias_inserted AFTER INSERT ON extension_alias BEGIN
    INSERT INTO dialled_number (tenant_id, number, kind) VALUES (NEW.tenant_id, NEW.alias, 'ALIAS');
END;
CREATE TRIGGER alias_deleted AFTER DELETE ON extension_alias BEGIN
    DELETE FROM dialled_number WHERE tenant_id = OLD.tenant_id AND number = OLD.alias
    AND NOT EXISTS (SELECT 1 FROM reference WHERE target_id = dialled_number.id);
    UPDATE dialled_number SET number = NULL, former = number WHERE tenant_id = OLD.tenant_id AND number = OLD.alias;
END;

CREATE TRIGGER hunt_group_inserted AFTER INSERT ON hunt_group BEGIN
    INSERT INTO dialled_number (tenant_id, number, kind) VALUES (NEW.tenant_id, NEW.extension, 'HUNT_GROUP');
    INSERT INTO dialled_number (tenant_id, number, kind)
    SELECT NEW.tenant_id, NEW.did, 'HUNT_GROUP' WHERE NEW.did IS NOT NULL;
END;
CREATE TRIGGER hunt_group_deleted AFTER DELETE ON hunt_group BEGIN
    DELETE FROM reference WHERE owner = 'hunt_group' AND owner_id = OLD.id;
    DELETE FROM dialled_number WHERE tenant_id = OLD.tenant_id AND number IN (OLD.extension, OLD.did)
    AND NOT EXISTS (SELECT 1 FROM reference WHERE target_id = dialled_number.id);
    UPDATE dialled_number SET number = NULL, former = number
    WHERE tenant_id = OLD.tenant_id AND number IN (OLD.extension, OLD.did);
END;
-- The numbers step aside first (no number has the character 31 in it): the extension and the DID may be exchanged.
CREATE TRIGGER hunt_group_renumbered AFTER UPDATE OF extension, did ON hunt_group
WHEN OLD.extension <> NEW.extension OR OLD.did IS NOT NEW.did BEGIN
    UPDATE dialled_number SET number = char(31) || number
    WHERE tenant_id = OLD.tenant_id AND number IN (OLD.extension, OLD.did);
    UPDATE dialled_number SET number = NEW.extension
    WHERE tenant_id = OLD.tenant_id AND number = char(31) || OLD.extension;
    UPDATE dialled_number SET number = NEW.did
    WHERE tenant_id = OLD.tenant_id AND number = char(31) || OLD.did AND NEW.did IS NOT NULL;
    DELETE FROM dialled_number WHERE tenant_id = OLD.tenant_id AND number = char(31) || OLD.did
    AND NOT EXISTS (SELECT 1 FROM reference WHERE target_id = dialled_number.id);
    UPDATE dialled_number SET number = NULL, former = OLD.did
    WHERE tenant_id = OLD.tenant_id AND number = char(31) || OLD.did;
    INSERT INTO dialled_number (tenant_id, number, kind)
    SELECT NEW.tenant_id, NEW.did, 'HUNT_GROUP' WHERE OLD.did IS NULL AND NEW.did IS NOT NULL;
END;

CREATE TRIGGER park_orbit_inserted AFTER INSERT ON park_orbit BEGIN
    INSERT INTO dialled_number (tenant_id, number, kind) VALUES (NEW.tenant_id, NEW.extension, 'PARK_ORBIT');
END;
CREATE TRIGGER park_orbit_deleted AFTER DELETE ON park_orbit BEGIN
    DELETE FROM dialled_number WHERE tenant_id = OLD.tenant_id AND number = OLD.extension
    AND NOT EXISTS (SELECT 1 FROM reference WHERE target_id = dialled_number.id);
    UPDATE dialled_number SET number = NULL, former = number
    WHERE tenant_id = OLD.tenant_id AND number = OLD.extension;
    DELETE FROM setting_value WHERE tenant_id = OLD.tenant_id AND owner = 'orbit:' || OLD.id;
END;
CREATE TRIGGER park_orbit_renumbered AFTER UPDATE OF extension ON park_orbit WHEN OLD.extension <> NEW.extension BEGIN
    UPDATE dialled_number SET number = NEW.extension WHERE tenant_id = OLD.tenant_id AND number = OLD.extension;
END;

CREATE TRIGGER page_group_inserted AFTER INSERT ON page_group BEGIN
    INSERT INTO dialled_number (tenant_id, number, kind) VALUES (NEW.tenant_id, NEW.dialled, 'PAGE_GROUP');
END;
CREATE TRIGGER page_group_deleted AFTER DELETE ON page_group BEGIN
    DELETE FROM dialled_number WHERE tenant_id = OLD.tenant_id AND number = OLD.dialled
    AND NOT EXISTS (SELECT 1 FROM reference WHERE target_id = dialled_number.id);
    UPDATE dialled_number SET number = NULL, former = number WHERE tenant_id = OLD.tenant_id AND number = OLD.dialled;
END;
CREATE TRIGGER page_group_renumbered AFTER UPDATE OF dialled ON page_group WHEN OLD.dialled <> NEW.dialled BEGIN
    UPDATE dialled_number SET number = NEW.dialled WHERE tenant_id = OLD.tenant_id AND number = OLD.dialled;
END;

CREATE TRIGGER attendant_inserted AFTER INSERT ON attendant WHEN NEW.number IS NOT NULL BEGIN
    INSERT INTO dialled_number (tenant_id, number, kind) VALUES (NEW.tenant_id, NEW.number, 'VIRTUAL_RECEPTIONIST');
END;
CREATE TRIGGER attendant_deleted AFTER DELETE ON attendant WHEN OLD.number IS NOT NULL BEGIN
    DELETE FROM dialled_number WHERE tenant_id = OLD.tenant_id AND number = OLD.number
    AND NOT EXISTS (SELECT 1 FROM reference WHERE target_id = dialled_number.id);
    UPDATE dialled_number SET number = NULL, former = number WHERE tenant_id = OLD.tenant_id AND number = OLD.number;
END;
