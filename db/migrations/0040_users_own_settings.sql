-- Users have settings of their own beside their permissions, such as what is heard while they hold a call.

CREATE TRIGGER extension_settings AFTER DELETE ON extension BEGIN
    DELETE FROM setting_value WHERE tenant_id = OLD.tenant_id AND owner = 'user:' || OLD.id;
END;
