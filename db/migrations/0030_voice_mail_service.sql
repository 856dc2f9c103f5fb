-- The voicemail service of each tenant: the number at which messages are heard, and what becomes of messages.
CREATE TABLE voice_mail_service (
    tenant_id     INTEGER PRIMARY KEY REFERENCES tenant ON DELETE CASCADE,
    number        TEXT,                         -- NULL: none, since something else had the usual one
    least_seconds INTEGER NOT NULL DEFAULT 3,   -- of a message that is saved
    keep_days     INTEGER NOT NULL DEFAULT 0    -- 0: for ever
);

CREATE TRIGGER voice_mail_service_inserted AFTER INSERT ON voice_mail_service WHEN NEW.number IS NOT NULL BEGIN
    INSERT INTO dialled_number (tenant_id, number, kind) VALUES (NEW.tenant_id, NEW.number, 'VOICE_MAIL');
END;
CREATE TRIGGER voice_mail_service_deleted AFTER DELETE ON voice_mail_service BEGIN
    DELETE FROM dialled_number WHERE tenant_id = OLD.tenant_id AND number = OLD.number
    AND NOT EXISTS (SELECT 1 FROM reference WHERE target_id = dialled_number.id);
    UPDATE dialled_number SET number = NULL, former = number WHERE tenant_id = OLD.tenant_id AND number = OLD.number;
END;
CREATE TRIGGER voice_mail_service_renumbered AFTER UPDATE OF number ON voice_mail_service
WHEN OLD.number IS NOT NULL AND NEW.number IS NOT NULL AND OLD.number <> NEW.number BEGIN
    UPDATE dialled_number SET number = NEW.number WHERE tenant_id = OLD.tenant_id AND number = OLD.number;
END;
CREATE TRIGGER voice_mail_service_numbered AFTER UPDATE OF number ON voice_mail_service
WHEN OLD.number IS NULL AND NEW.number IS NOT NULL BEGIN
    INSERT INTO dialled_number (tenant_id, number, kind) VALUES (NEW.tenant_id, NEW.number, 'VOICE_MAIL');
END;

-- Every tenant, of today or later, has one.
INSERT INTO voice_mail_service (tenant_id, number)
SELECT t.id, CASE WHEN NOT EXISTS (SELECT 1 FROM dialled_number WHERE tenant_id = t.id AND number = '*97') THEN '*97' END
FROM tenant AS t;
CREATE TRIGGER voice_mail_service_of_new_tenant AFTER INSERT ON tenant BEGIN
    INSERT INTO voice_mail_service (tenant_id, number) VALUES (NEW.id, '*97');
END;
