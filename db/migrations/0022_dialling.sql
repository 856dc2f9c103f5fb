-- What may not be dialled outside, beside what may be; the numbers that a dialling rule is for; and the caller ids that
-- extensions may show, without punctuation, so that one is found without going through all extensions.
ALTER TABLE tenant ADD COLUMN denied_prefixes TEXT NOT NULL DEFAULT '[]';

CREATE TABLE dialling_pattern (
    rule_id  INTEGER NOT NULL REFERENCES dialling_rule ON DELETE CASCADE,
    position INTEGER NOT NULL,
    prefix   TEXT    NOT NULL,
    digits   INTEGER NOT NULL,   -- how many more follow; below 0: any number of them
    PRIMARY KEY (rule_id, position)
) WITHOUT ROWID;

ALTER TABLE extension ADD COLUMN caller_id_key TEXT GENERATED ALWAYS AS (
    replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(
        options ->> 'outbound_caller_id', ' ', ''), '(', ''), ')', ''), '[', ''), ']', ''), '{', ''),
        '}', ''), '.', ''), '/', ''), '-', ''), char(160), '')
) VIRTUAL;
CREATE INDEX extension_caller_id ON extension (tenant_id, caller_id_key) WHERE caller_id_key <> '';
