-- The place of a member among those of its group, so that they are read in their order from one place of the file:
-- two hundred extensions lie in two hundred places.
ALTER TABLE membership ADD COLUMN number_key TEXT NOT NULL DEFAULT '';
UPDATE membership SET number_key = (SELECT e.number_key FROM extension AS e WHERE e.id = membership.extension_id);
CREATE INDEX membership_order ON membership (group_id, number_key);
CREATE TRIGGER member_renumbered AFTER UPDATE OF number ON extension WHEN OLD.number <> NEW.number BEGIN
    UPDATE membership SET number_key = NEW.number_key WHERE extension_id = NEW.id;
END;
