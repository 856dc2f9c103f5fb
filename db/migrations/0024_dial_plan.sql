-- What else a dialling rule is made of: when it holds, the members of its kind, the permissions that it asks of who
-- calls, the numbers at which an attendant rule is dialled, and the attendants that answer there.
ALTER TABLE dialling_rule ADD COLUMN schedule_id INTEGER REFERENCES schedule ON DELETE SET NULL;
ALTER TABLE dialling_rule ADD COLUMN members TEXT NOT NULL DEFAULT '{}';

CREATE TABLE dialling_rule_permission (
    rule_id    INTEGER NOT NULL REFERENCES dialling_rule ON DELETE CASCADE,
    permission TEXT    NOT NULL,
    PRIMARY KEY (rule_id, permission)
) WITHOUT ROWID;
CREATE INDEX dialling_rule_permission_name ON dialling_rule_permission (permission);
DROP TRIGGER permission_deleted;
CREATE TRIGGER permission_deleted AFTER DELETE ON permission BEGIN
    DELETE FROM extension_permission WHERE permission = 'perm_' || OLD.id;
    DELETE FROM group_permission WHERE permission = 'perm_' || OLD.id;
    DELETE FROM dialling_rule_permission WHERE permission = 'perm_' || OLD.id;
END;

CREATE TABLE dialling_rule_number (
    tenant_id INTEGER NOT NULL REFERENCES tenant ON DELETE CASCADE,
    number    TEXT    NOT NULL,
    rule_id   INTEGER NOT NULL REFERENCES dialling_rule ON DELETE CASCADE,
    position  INTEGER NOT NULL,  -- 0: the extension; -1: the DID; above 0: an alias
    PRIMARY KEY (tenant_id, number)
) WITHOUT ROWID;
CREATE INDEX dialling_rule_number_rule ON dialling_rule_number (rule_id);
CREATE TRIGGER rule_number_inserted AFTER INSERT ON dialling_rule_number BEGIN
    INSERT INTO dialled_number (tenant_id, number, kind) VALUES (NEW.tenant_id, NEW.number, 'DIALLING_RULE');
END;
CREATE TRIGGER rule_number_deleted AFTER DELETE ON dialling_rule_number BEGIN
    DELETE FROM dialled_number WHERE tenant_id = OLD.tenant_id AND number = OLD.number
    AND NOT EXISTS (SELECT 1 FROM reference WHERE target_id = dialled_number.id);
    UPDATE dialled_number SET number = NULL, former = number WHERE tenant_id = OLD.tenant_id AND number = OLD.number;
END;

CREATE TABLE dialling_rule_attendant (
    rule_id      INTEGER NOT NULL REFERENCES dialling_rule ON DELETE CASCADE,
    place        TEXT    NOT NULL,  -- when it answers: after_hours, holiday, working_time
    attendant_id INTEGER NOT NULL REFERENCES attendant ON DELETE CASCADE,
    PRIMARY KEY (rule_id, place)
) WITHOUT ROWID;
CREATE INDEX dialling_rule_attendant_attendant ON dialling_rule_attendant (attendant_id);
