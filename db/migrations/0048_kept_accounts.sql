-- The SIP engine keeps what it was told of accounts, so that phones can call while this server is away. Here stands,
-- for each change of what it was told, whose account it is, written with the change and removed once the engine is told
-- to ask again. What follows must name all that an answer about an account is made of.

CREATE TABLE account_change (
    id     INTEGER PRIMARY KEY AUTOINCREMENT,
    number TEXT NOT NULL,
    domain TEXT NOT NULL   -- both empty: all accounts
);

-- Where very many change, in an import, all are told of; so no more rows are needed than tell that.
CREATE TRIGGER account_change_enough BEFORE INSERT ON account_change
WHEN (SELECT max(id) FROM account_change) - (SELECT min(id) FROM account_change) >= 100 BEGIN
    SELECT RAISE(IGNORE);
END;

-- The engine finds what it keeps by the number with the domain behind it, without anything between them: what is new
-- may be found by what an account of another tenant is kept by.
CREATE TRIGGER account_made AFTER INSERT ON extension BEGIN
    INSERT INTO account_change (number, domain) SELECT NEW.number, domain FROM tenant WHERE id = NEW.tenant_id;
END;
CREATE TRIGGER account_renumbered AFTER UPDATE OF number ON extension WHEN OLD.number <> NEW.number BEGIN
    INSERT INTO account_change (number, domain) SELECT NEW.number, domain FROM tenant WHERE id = NEW.tenant_id;
END;
CREATE TRIGGER account_changed AFTER UPDATE OF number, profile, options, branch_id ON extension
WHEN OLD.number <> NEW.number OR OLD.profile <> NEW.profile OR OLD.options <> NEW.options
    OR OLD.branch_id IS NOT NEW.branch_id BEGIN
    INSERT INTO account_change (number, domain) SELECT OLD.number, domain FROM tenant WHERE id = OLD.tenant_id;
END;
CREATE TRIGGER account_gone AFTER DELETE ON extension BEGIN
    INSERT INTO account_change (number, domain) SELECT OLD.number, domain FROM tenant WHERE id = OLD.tenant_id;
END;
CREATE TRIGGER account_given_password AFTER UPDATE OF password ON extension_settings
WHEN OLD.password <> NEW.password BEGIN
    INSERT INTO account_change (number, domain) SELECT e.number, t.domain
    FROM extension AS e JOIN tenant AS t ON t.id = e.tenant_id WHERE e.id = NEW.extension_id;
END;
CREATE TRIGGER accounts_of_tenant_changed AFTER UPDATE OF domain, enabled ON tenant
WHEN OLD.domain <> NEW.domain OR OLD.enabled <> NEW.enabled BEGIN
    INSERT INTO account_change (number, domain) VALUES ('', '');
END;
CREATE TRIGGER accounts_of_tenant_gone AFTER DELETE ON tenant BEGIN
    INSERT INTO account_change (number, domain) VALUES ('', '');
END;

-- Music on hold: whether an extension or a tenant has its own or none, and the files.
CREATE TRIGGER account_music_chosen AFTER INSERT ON setting_value
WHEN NEW.path = 'moh/audio-source' AND NEW.owner LIKE 'user:%' BEGIN
    INSERT INTO account_change (number, domain) SELECT e.number, t.domain
    FROM extension AS e JOIN tenant AS t ON t.id = e.tenant_id WHERE e.id = CAST(substr(NEW.owner, 6) AS INTEGER);
END;
CREATE TRIGGER account_music_chosen_again AFTER UPDATE ON setting_value
WHEN NEW.path = 'moh/audio-source' AND NEW.owner LIKE 'user:%' BEGIN
    INSERT INTO account_change (number, domain) SELECT e.number, t.domain
    FROM extension AS e JOIN tenant AS t ON t.id = e.tenant_id WHERE e.id = CAST(substr(NEW.owner, 6) AS INTEGER);
END;
CREATE TRIGGER account_music_not_chosen AFTER DELETE ON setting_value
WHEN OLD.path = 'moh/audio-source' AND OLD.owner LIKE 'user:%' BEGIN
    INSERT INTO account_change (number, domain) SELECT e.number, t.domain
    FROM extension AS e JOIN tenant AS t ON t.id = e.tenant_id WHERE e.id = CAST(substr(OLD.owner, 6) AS INTEGER);
END;
CREATE TRIGGER accounts_music_chosen AFTER INSERT ON setting_value WHEN NEW.path = 'moh-config/MOH_SOURCE' BEGIN
    INSERT INTO account_change (number, domain) VALUES ('', '');
END;
CREATE TRIGGER accounts_music_chosen_again AFTER UPDATE ON setting_value WHEN NEW.path = 'moh-config/MOH_SOURCE' BEGIN
    INSERT INTO account_change (number, domain) VALUES ('', '');
END;
CREATE TRIGGER accounts_music_not_chosen AFTER DELETE ON setting_value WHEN OLD.path = 'moh-config/MOH_SOURCE' BEGIN
    INSERT INTO account_change (number, domain) VALUES ('', '');
END;
CREATE TRIGGER account_music_added AFTER INSERT ON hold_music BEGIN
    INSERT INTO account_change (number, domain) SELECT e.number, t.domain
    FROM extension AS e JOIN tenant AS t ON t.id = e.tenant_id WHERE e.id = NEW.extension_id;
END;
CREATE TRIGGER account_music_replaced AFTER UPDATE ON hold_music BEGIN
    INSERT INTO account_change (number, domain) SELECT e.number, t.domain
    FROM extension AS e JOIN tenant AS t ON t.id = e.tenant_id WHERE e.id = NEW.extension_id;
END;
CREATE TRIGGER account_music_removed AFTER DELETE ON hold_music BEGIN
    INSERT INTO account_change (number, domain) SELECT e.number, t.domain
    FROM extension AS e JOIN tenant AS t ON t.id = e.tenant_id WHERE e.id = OLD.extension_id;
END;
CREATE TRIGGER accounts_music_added AFTER INSERT ON prompt WHEN NEW.family = 'moh' BEGIN
    INSERT INTO account_change (number, domain) VALUES ('', '');
END;
CREATE TRIGGER accounts_music_replaced AFTER UPDATE ON prompt WHEN NEW.family = 'moh' BEGIN
    INSERT INTO account_change (number, domain) VALUES ('', '');
END;
CREATE TRIGGER accounts_music_removed AFTER DELETE ON prompt WHEN OLD.family = 'moh' BEGIN
    INSERT INTO account_change (number, domain) VALUES ('', '');
END;

-- Emergency numbers, the gateways that carry them, and what callers show over these.
CREATE TRIGGER accounts_rule_changed AFTER UPDATE ON dialling_rule WHEN 'EMERGENCY' IN (OLD.kind, NEW.kind) BEGIN
    INSERT INTO account_change (number, domain) VALUES ('', '');
END;
CREATE TRIGGER accounts_rule_gone AFTER DELETE ON dialling_rule WHEN OLD.kind = 'EMERGENCY' BEGIN
    INSERT INTO account_change (number, domain) VALUES ('', '');
END;
CREATE TRIGGER accounts_pattern_added AFTER INSERT ON dialling_pattern
WHEN EXISTS (SELECT 1 FROM dialling_rule WHERE id = NEW.rule_id AND kind = 'EMERGENCY') BEGIN
    INSERT INTO account_change (number, domain) VALUES ('', '');
END;
CREATE TRIGGER accounts_pattern_changed AFTER UPDATE ON dialling_pattern
WHEN EXISTS (SELECT 1 FROM dialling_rule WHERE id IN (OLD.rule_id, NEW.rule_id) AND kind = 'EMERGENCY') BEGIN
    INSERT INTO account_change (number, domain) VALUES ('', '');
END;
CREATE TRIGGER accounts_pattern_removed AFTER DELETE ON dialling_pattern
WHEN EXISTS (SELECT 1 FROM dialling_rule WHERE id = OLD.rule_id AND kind = 'EMERGENCY') BEGIN
    INSERT INTO account_change (number, domain) VALUES ('', '');
END;
CREATE TRIGGER accounts_gateway_joined AFTER INSERT ON dialling_rule_gateway
WHEN EXISTS (SELECT 1 FROM dialling_rule WHERE id = NEW.rule_id AND kind = 'EMERGENCY') BEGIN
    INSERT INTO account_change (number, domain) VALUES ('', '');
END;
CREATE TRIGGER accounts_gateway_left AFTER DELETE ON dialling_rule_gateway
WHEN EXISTS (SELECT 1 FROM dialling_rule WHERE id = OLD.rule_id AND kind = 'EMERGENCY') BEGIN
    INSERT INTO account_change (number, domain) VALUES ('', '');
END;
CREATE TRIGGER accounts_gateway_changed AFTER UPDATE ON gateway BEGIN
    INSERT INTO account_change (number, domain) VALUES ('', '');
END;

-- Where emergency calls come from.
CREATE TRIGGER account_located AFTER INSERT ON location_assignment BEGIN
    INSERT INTO account_change (number, domain) SELECT coalesce(e.number, ''), coalesce(t.domain, '') FROM (SELECT 1)
    LEFT JOIN extension AS e ON NEW.kind = 'user' AND e.id = NEW.key_id LEFT JOIN tenant AS t ON t.id = e.tenant_id;
END;
CREATE TRIGGER account_relocated AFTER UPDATE ON location_assignment BEGIN
    INSERT INTO account_change (number, domain) SELECT coalesce(e.number, ''), coalesce(t.domain, '') FROM (SELECT 1)
    LEFT JOIN extension AS e ON NEW.kind = 'user' AND e.id = NEW.key_id LEFT JOIN tenant AS t ON t.id = e.tenant_id;
END;
CREATE TRIGGER account_unlocated AFTER DELETE ON location_assignment BEGIN
    INSERT INTO account_change (number, domain) SELECT coalesce(e.number, ''), coalesce(t.domain, '') FROM (SELECT 1)
    LEFT JOIN extension AS e ON OLD.kind = 'user' AND e.id = OLD.key_id LEFT JOIN tenant AS t ON t.id = e.tenant_id;
END;
CREATE TRIGGER accounts_location_changed AFTER UPDATE OF elin ON location WHEN OLD.elin <> NEW.elin BEGIN
    INSERT INTO account_change (number, domain) VALUES ('', '');
END;
CREATE TRIGGER account_grouped AFTER INSERT ON membership
WHEN EXISTS (SELECT 1 FROM location_assignment WHERE kind = 'group' AND key_id = NEW.group_id
    AND tenant_id = (SELECT tenant_id FROM extension_group WHERE id = NEW.group_id)) BEGIN
    INSERT INTO account_change (number, domain) SELECT e.number, t.domain
    FROM extension AS e JOIN tenant AS t ON t.id = e.tenant_id WHERE e.id = NEW.extension_id;
END;
CREATE TRIGGER account_ungrouped AFTER DELETE ON membership
WHEN EXISTS (SELECT 1 FROM location_assignment WHERE kind = 'group' AND key_id = OLD.group_id
    AND tenant_id = (SELECT tenant_id FROM extension_group WHERE id = OLD.group_id)) BEGIN
    INSERT INTO account_change (number, domain) SELECT e.number, t.domain
    FROM extension AS e JOIN tenant AS t ON t.id = e.tenant_id WHERE e.id = OLD.extension_id;
END;
CREATE TRIGGER account_given_line AFTER INSERT ON phone_line
WHEN EXISTS (SELECT 1 FROM location_assignment WHERE tenant_id = NEW.tenant_id AND kind IN ('phone', 'phonegroup'))
BEGIN
    INSERT INTO account_change (number, domain) SELECT e.number, t.domain
    FROM extension AS e JOIN tenant AS t ON t.id = e.tenant_id WHERE e.id = NEW.extension_id;
END;
CREATE TRIGGER account_moved_line AFTER UPDATE OF extension_id, phone_id ON phone_line
WHEN EXISTS (SELECT 1 FROM location_assignment WHERE tenant_id = NEW.tenant_id AND kind IN ('phone', 'phonegroup'))
BEGIN
    INSERT INTO account_change (number, domain) SELECT e.number, t.domain
    FROM extension AS e JOIN tenant AS t ON t.id = e.tenant_id WHERE e.id IN (OLD.extension_id, NEW.extension_id);
END;
CREATE TRIGGER account_taken_line AFTER DELETE ON phone_line
WHEN EXISTS (SELECT 1 FROM location_assignment WHERE tenant_id = OLD.tenant_id AND kind IN ('phone', 'phonegroup'))
BEGIN
    INSERT INTO account_change (number, domain) SELECT e.number, t.domain
    FROM extension AS e JOIN tenant AS t ON t.id = e.tenant_id WHERE e.id = OLD.extension_id;
END;
CREATE TRIGGER accounts_phone_grouped AFTER INSERT ON phone_group_member
WHEN EXISTS (SELECT 1 FROM location_assignment WHERE kind = 'phonegroup' AND key_id = NEW.group_id
    AND tenant_id = (SELECT tenant_id FROM phone_group WHERE id = NEW.group_id)) BEGIN
    INSERT INTO account_change (number, domain) VALUES ('', '');
END;
CREATE TRIGGER accounts_phone_ungrouped AFTER DELETE ON phone_group_member
WHEN EXISTS (SELECT 1 FROM location_assignment WHERE kind = 'phonegroup' AND key_id = OLD.group_id
    AND tenant_id = (SELECT tenant_id FROM phone_group WHERE id = OLD.group_id)) BEGIN
    INSERT INTO account_change (number, domain) VALUES ('', '');
END;
