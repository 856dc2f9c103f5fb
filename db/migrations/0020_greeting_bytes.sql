-- The bytes that the greetings of a tenant's extensions take: kept, so that a quota does not add up the files of all
-- extensions for each file that comes.
ALTER TABLE tenant ADD COLUMN greeting_bytes INTEGER NOT NULL DEFAULT 0;

UPDATE tenant SET greeting_bytes = (
    SELECT coalesce(sum(g.stored_size), 0) FROM greeting AS g JOIN extension AS e ON e.id = g.extension_id
    WHERE e.tenant_id = tenant.id);

CREATE TRIGGER greeting_inserted AFTER INSERT ON greeting WHEN NEW.stored_size <> 0 BEGIN
    UPDATE tenant SET greeting_bytes = greeting_bytes + NEW.stored_size
    WHERE id = (SELECT tenant_id FROM extension WHERE id = NEW.extension_id);
END;

CREATE TRIGGER greeting_resized AFTER UPDATE OF stored_size ON greeting WHEN OLD.stored_size <> NEW.stored_size BEGIN
    UPDATE tenant SET greeting_bytes = greeting_bytes - OLD.stored_size + NEW.stored_size
    WHERE id = (SELECT tenant_id FROM extension WHERE id = NEW.extension_id);
END;

-- Of a greeting that goes with its extension nothing is found here, since the extension is gone before it.
CREATE TRIGGER greeting_deleted AFTER DELETE ON greeting WHEN OLD.stored_size <> 0 BEGIN
    UPDATE tenant SET greeting_bytes = greeting_bytes - OLD.stored_size
    WHERE id = (SELECT tenant_id FROM extension WHERE id = OLD.extension_id);
END;

CREATE TRIGGER extension_silenced BEFORE DELETE ON extension
WHEN EXISTS (SELECT 1 FROM greeting WHERE extension_id = OLD.id AND stored_size <> 0) BEGIN
    UPDATE tenant SET greeting_bytes = greeting_bytes
        - (SELECT sum(stored_size) FROM greeting WHERE extension_id = OLD.id)
    WHERE id = OLD.tenant_id;
END;
