-- Names and what is searched in their normal form, which so far was without case only. `normal_form` and `squeezed` are
-- the program's own. Names that were different and are one now are twins: the one that had the form as its key keeps
-- it, else the oldest gets it; the key of each other one is the form, char(31) and its id.
CREATE TEMP TABLE renamed (place TEXT NOT NULL, id INTEGER NOT NULL, key TEXT NOT NULL, PRIMARY KEY (place, id));

INSERT INTO renamed SELECT 'tenant', id, key FROM (
    SELECT id, name_key, form || CASE WHEN 1 < row_number() OVER (
        PARTITION BY form ORDER BY name_key <> form, id) THEN char(31) || id ELSE '' END AS key
    FROM (SELECT id, name_key, normal_form(name) AS form FROM tenant)) WHERE key <> name_key;
UPDATE tenant SET name_key = char(30) || id WHERE id IN (SELECT id FROM renamed WHERE place = 'tenant');
UPDATE tenant SET name_key = r.key FROM renamed AS r WHERE r.place = 'tenant' AND r.id = tenant.id;

INSERT INTO renamed SELECT 'administrator', id, key FROM (
    SELECT id, name_key, form || CASE WHEN 1 < row_number() OVER (
        PARTITION BY form ORDER BY name_key <> form, id) THEN char(31) || id ELSE '' END AS key
    FROM (SELECT id, name_key, normal_form(name) AS form FROM administrator)) WHERE key <> name_key;
UPDATE administrator SET name_key = char(30) || id WHERE id IN (SELECT id FROM renamed WHERE place = 'administrator');
UPDATE administrator SET name_key = r.key FROM renamed AS r WHERE r.place = 'administrator' AND r.id = administrator.id;

INSERT INTO renamed SELECT 'extension_group', id, key FROM (
    SELECT id, name_key, form || CASE WHEN 1 < row_number() OVER (
        PARTITION BY tenant_id, is_default, form ORDER BY name_key <> form, id) THEN char(31) || id ELSE '' END AS key
    FROM (SELECT id, tenant_id, is_default, name_key, normal_form(name) AS form FROM extension_group)) WHERE key <> name_key;
UPDATE extension_group SET name_key = char(30) || id WHERE id IN (SELECT id FROM renamed WHERE place = 'extension_group');
UPDATE extension_group SET name_key = r.key FROM renamed AS r WHERE r.place = 'extension_group' AND r.id = extension_group.id;

INSERT INTO renamed SELECT 'branch', id, key FROM (
    SELECT id, name_key, form || CASE WHEN 1 < row_number() OVER (
        PARTITION BY tenant_id, form ORDER BY name_key <> form, id) THEN char(31) || id ELSE '' END AS key
    FROM (SELECT id, tenant_id, name_key, normal_form(name) AS form FROM branch)) WHERE key <> name_key;
UPDATE branch SET name_key = char(30) || id WHERE id IN (SELECT id FROM renamed WHERE place = 'branch');
UPDATE branch SET name_key = r.key FROM renamed AS r WHERE r.place = 'branch' AND r.id = branch.id;

INSERT INTO renamed SELECT 'permission', id, key FROM (
    SELECT id, label_key, form || CASE WHEN 1 < row_number() OVER (
        PARTITION BY tenant_id, form ORDER BY label_key <> form, id) THEN char(31) || id ELSE '' END AS key
    FROM (SELECT id, tenant_id, label_key, normal_form(label) AS form FROM permission)) WHERE key <> label_key;
UPDATE permission SET label_key = char(30) || id WHERE id IN (SELECT id FROM renamed WHERE place = 'permission');
UPDATE permission SET label_key = r.key FROM renamed AS r WHERE r.place = 'permission' AND r.id = permission.id;

INSERT INTO renamed SELECT 'phonebook', id, key FROM (
    SELECT id, name_key, form || CASE WHEN 1 < row_number() OVER (
        PARTITION BY tenant_id, form ORDER BY name_key <> form, id) THEN char(31) || id ELSE '' END AS key
    FROM (SELECT id, tenant_id, name_key, normal_form(name) AS form FROM phonebook)) WHERE key <> name_key;
UPDATE phonebook SET name_key = char(30) || id WHERE id IN (SELECT id FROM renamed WHERE place = 'phonebook');
UPDATE phonebook SET name_key = r.key FROM renamed AS r WHERE r.place = 'phonebook' AND r.id = phonebook.id;

INSERT INTO renamed SELECT 'schedule', id, key FROM (
    SELECT id, name_key, form || CASE WHEN 1 < row_number() OVER (
        PARTITION BY tenant_id, extension_id, group_id, form ORDER BY name_key <> form, id) THEN char(31) || id ELSE '' END AS key
    FROM (SELECT id, tenant_id, extension_id, group_id, name_key, normal_form(name) AS form FROM schedule)) WHERE key <> name_key;
UPDATE schedule SET name_key = char(30) || id WHERE id IN (SELECT id FROM renamed WHERE place = 'schedule');
UPDATE schedule SET name_key = r.key FROM renamed AS r WHERE r.place = 'schedule' AND r.id = schedule.id;

INSERT INTO renamed SELECT 'hunt_group', id, key FROM (
    SELECT id, name_key, form || CASE WHEN 1 < row_number() OVER (
        PARTITION BY tenant_id, form ORDER BY name_key <> form, id) THEN char(31) || id ELSE '' END AS key
    FROM (SELECT id, tenant_id, name_key, normal_form(name) AS form FROM hunt_group)) WHERE key <> name_key;
UPDATE hunt_group SET name_key = char(30) || id WHERE id IN (SELECT id FROM renamed WHERE place = 'hunt_group');
UPDATE hunt_group SET name_key = r.key FROM renamed AS r WHERE r.place = 'hunt_group' AND r.id = hunt_group.id;

INSERT INTO renamed SELECT 'park_orbit', id, key FROM (
    SELECT id, name_key, form || CASE WHEN 1 < row_number() OVER (
        PARTITION BY tenant_id, form ORDER BY name_key <> form, id) THEN char(31) || id ELSE '' END AS key
    FROM (SELECT id, tenant_id, name_key, normal_form(name) AS form FROM park_orbit)) WHERE key <> name_key;
UPDATE park_orbit SET name_key = char(30) || id WHERE id IN (SELECT id FROM renamed WHERE place = 'park_orbit');
UPDATE park_orbit SET name_key = r.key FROM renamed AS r WHERE r.place = 'park_orbit' AND r.id = park_orbit.id;

INSERT INTO renamed SELECT 'attendant', id, key FROM (
    SELECT id, name_key, form || CASE WHEN 1 < row_number() OVER (
        PARTITION BY tenant_id, form ORDER BY name_key <> form, id) THEN char(31) || id ELSE '' END AS key
    FROM (SELECT id, tenant_id, name_key, normal_form(name) AS form FROM attendant)) WHERE key <> name_key;
UPDATE attendant SET name_key = char(30) || id WHERE id IN (SELECT id FROM renamed WHERE place = 'attendant');
UPDATE attendant SET name_key = r.key FROM renamed AS r WHERE r.place = 'attendant' AND r.id = attendant.id;

INSERT INTO renamed SELECT 'phone_group', id, key FROM (
    SELECT id, name_key, form || CASE WHEN 1 < row_number() OVER (
        PARTITION BY tenant_id, form ORDER BY name_key <> form, id) THEN char(31) || id ELSE '' END AS key
    FROM (SELECT id, tenant_id, name_key, normal_form(name) AS form FROM phone_group)) WHERE key <> name_key;
UPDATE phone_group SET name_key = char(30) || id WHERE id IN (SELECT id FROM renamed WHERE place = 'phone_group');
UPDATE phone_group SET name_key = r.key FROM renamed AS r WHERE r.place = 'phone_group' AND r.id = phone_group.id;

INSERT INTO renamed SELECT 'gateway', id, key FROM (
    SELECT id, name_key, form || CASE WHEN 1 < row_number() OVER (
        PARTITION BY tenant_id, form ORDER BY name_key <> form, id) THEN char(31) || id ELSE '' END AS key
    FROM (SELECT id, tenant_id, name_key, normal_form(name) AS form FROM gateway)) WHERE key <> name_key;
UPDATE gateway SET name_key = char(30) || id WHERE id IN (SELECT id FROM renamed WHERE place = 'gateway');
UPDATE gateway SET name_key = r.key FROM renamed AS r WHERE r.place = 'gateway' AND r.id = gateway.id;

INSERT INTO renamed SELECT 'dialling_rule', id, key FROM (
    SELECT id, name_key, form || CASE WHEN 1 < row_number() OVER (
        PARTITION BY tenant_id, form ORDER BY name_key <> form, id) THEN char(31) || id ELSE '' END AS key
    FROM (SELECT id, tenant_id, name_key, normal_form(name) AS form FROM dialling_rule)) WHERE key <> name_key;
UPDATE dialling_rule SET name_key = char(30) || id WHERE id IN (SELECT id FROM renamed WHERE place = 'dialling_rule');
UPDATE dialling_rule SET name_key = r.key FROM renamed AS r WHERE r.place = 'dialling_rule' AND r.id = dialling_rule.id;

DROP TABLE renamed;

-- What sorts only: names of people.
UPDATE extension SET name_key = n.key FROM (
    SELECT id, normal_form(profile ->> 'last_name') || char(31) || normal_form(profile ->> 'first_name') AS key
    FROM extension) AS n
WHERE n.id = extension.id AND n.key <> extension.name_key;
UPDATE phonebook_entry SET name_key = normal_form(last_name) || char(31) || normal_form(first_name)
WHERE name_key <> normal_form(last_name) || char(31) || normal_form(first_name);
UPDATE extension SET email_key = normal_form(email_key) WHERE email_key <> normal_form(email_key);

-- The texts that are searched have each phone number a second time, without blanks and punctuation.
UPDATE extension_search SET text = n.text FROM (
    SELECT e.id, char(30) || e.tenant_id || char(31)
        || coalesce(char(10) || nullif(normal_form(e.number), ''), '')
        || coalesce(char(10) || nullif(normal_form(e.profile ->> 'first_name'), ''), '')
        || coalesce(char(10) || nullif(normal_form(e.profile ->> 'last_name'), ''), '')
        || coalesce(char(10) || nullif(normal_form(e.profile ->> 'email'), ''), '')
        || coalesce(char(10) || nullif(normal_form(e.profile ->> 'mobile_phone'), ''), '')
        || coalesce(char(10) || nullif(squeezed(e.profile ->> 'mobile_phone'), normal_form(e.profile ->> 'mobile_phone')), '')
        || coalesce(char(10) || nullif(normal_form(e.profile ->> 'work_phone'), ''), '')
        || coalesce(char(10) || nullif(squeezed(e.profile ->> 'work_phone'), normal_form(e.profile ->> 'work_phone')), '')
        || coalesce(char(10) || nullif(normal_form(e.profile ->> 'home_phone'), ''), '')
        || coalesce(char(10) || nullif(squeezed(e.profile ->> 'home_phone'), normal_form(e.profile ->> 'home_phone')), '')
        AS text
    FROM extension AS e) AS n
WHERE n.id = extension_search.extension_id AND n.text <> extension_search.text;
UPDATE tenant SET revision = revision + 1;
