-- The revision of a tenant's extensions: a number that grows in every transaction that changes what lists of them
-- show, so that a reply that was made at the same revision can be given again. Never compared across tenants.
ALTER TABLE tenant ADD COLUMN revision INTEGER NOT NULL DEFAULT 0;

-- As before, and the revision with the count: one change of the tenant's row, since rows pour in by the hundred
-- thousand.
DROP TRIGGER extension_inserted;
CREATE TRIGGER extension_inserted AFTER INSERT ON extension BEGIN
    INSERT INTO dialled_number (tenant_id, number, kind) VALUES (NEW.tenant_id, NEW.number, 'EXTENSION');
    INSERT INTO extension_order (tenant_id, ordering, key, extension_id)
    VALUES (NEW.tenant_id, 'DEFAULT', NEW.number_key, NEW.id),
           (NEW.tenant_id, 'NAME', NEW.name_key || char(31) || NEW.number_key, NEW.id),
           (NEW.tenant_id, 'EMAIL', NEW.email_key || char(31) || NEW.number_key, NEW.id),
           (NEW.tenant_id, 'STATUS', NEW.status || char(31) || NEW.number_key, NEW.id);
    UPDATE tenant SET ungrouped = ungrouped + 1, revision = revision + 1 WHERE id = NEW.tenant_id;
END;

CREATE TRIGGER extension_gone AFTER DELETE ON extension BEGIN
    UPDATE tenant SET revision = revision + 1 WHERE id = OLD.tenant_id;
END;

-- Every column but group_count, which no list of extensions shows. Not only where the card differs: a search also
-- depends on values that it does not show.
CREATE TRIGGER extension_changed AFTER UPDATE OF
    tenant_id, number, presence, line, user_agent, phone_mac_address, phone_model, name_key, email_key, profile, options
ON extension BEGIN
    UPDATE tenant SET revision = revision + 1 WHERE id = NEW.tenant_id;
END;

-- A block that has grown to 2,000 rows becomes two of 1,000: processes keep the counts as long as the revision
-- stays, so that what is left of a deep page's cost are the rows that are skipped.
DROP TRIGGER block_grown;
CREATE TRIGGER block_grown AFTER UPDATE OF rows ON extension_order_block WHEN NEW.rows >= 2000 BEGIN
    INSERT INTO extension_order_block (tenant_id, ordering, first_key, rows)
    SELECT NEW.tenant_id, NEW.ordering, key, NEW.rows - 1000 FROM extension_order
    WHERE tenant_id = NEW.tenant_id AND ordering = NEW.ordering AND key >= NEW.first_key
    ORDER BY key LIMIT 1 OFFSET 1000;
    UPDATE extension_order_block SET rows = 1000
    WHERE tenant_id = NEW.tenant_id AND ordering = NEW.ordering AND first_key = NEW.first_key;
END;

-- The cards by themselves: a page of a list then lies in far fewer pages of the file than the whole rows do, which is
-- what counts when it is asked for the first time.
CREATE INDEX extension_card ON extension (id, card);

-- The same for the statuses of numbers from anywhere in the list.
CREATE INDEX extension_status ON extension (tenant_id, number, status, user_agent);
