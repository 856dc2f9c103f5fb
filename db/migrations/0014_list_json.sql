-- The JSON that lists show, in a table of its own only: each row of `extension` held a copy of it. What it is made of
-- stands in a column that is computed when triggers ask for it, and when `check` compares.
DROP TRIGGER card_made;
DROP TRIGGER card_changed;
ALTER TABLE extension DROP COLUMN card;
ALTER TABLE extension ADD COLUMN list_json TEXT GENERATED ALWAYS AS (json_object(
    'extension_number', number, 'id', id,
    'first_name', profile ->> 'first_name', 'last_name', profile ->> 'last_name',
    'email', profile ->> 'email',
    'status', CASE WHEN NOT (options ->> 'enable_extension') THEN 'OFFLINE'
                   WHEN presence <> 'AVAILABLE' THEN presence
                   ELSE line END,
    'user_agent', user_agent, 'phone_mac_address', phone_mac_address, 'phone_model', phone_model
)) VIRTUAL;

ALTER TABLE extension_card RENAME TO extension_list_json;
ALTER TABLE extension_list_json RENAME COLUMN card TO json;

CREATE TRIGGER list_json_made AFTER INSERT ON extension BEGIN
    INSERT INTO extension_list_json (extension_id, json) VALUES (NEW.id, NEW.list_json);
END;

-- The columns that it is made of: groups and branches are not in it.
CREATE TRIGGER list_json_changed
AFTER UPDATE OF number, presence, line, user_agent, phone_mac_address, phone_model, profile, options ON extension
WHEN NEW.list_json <> OLD.list_json BEGIN
    UPDATE extension_list_json SET json = NEW.list_json WHERE extension_id = NEW.id;
END;
