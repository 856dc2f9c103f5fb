-- What follows where nobody answers in a ring group: an action, and a number outside; what is in the tenant is a reference.
ALTER TABLE ring_group ADD COLUMN no_answer_action TEXT NOT NULL DEFAULT 'DISCONNECT';
ALTER TABLE ring_group ADD COLUMN no_answer_target TEXT NOT NULL DEFAULT '';

DROP TRIGGER ring_group_deleted;
CREATE TRIGGER ring_group_deleted AFTER DELETE ON ring_group BEGIN
    DELETE FROM reference WHERE owner = 'ring_group' AND owner_id = OLD.id;
    DELETE FROM dialled_number WHERE tenant_id = OLD.tenant_id AND number = OLD.number
    AND NOT EXISTS (SELECT 1 FROM reference WHERE target_id = dialled_number.id);
    UPDATE dialled_number SET number = NULL, former = number WHERE tenant_id = OLD.tenant_id AND number = OLD.number;
END;
