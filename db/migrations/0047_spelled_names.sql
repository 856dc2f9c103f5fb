-- The keys of a telephone that spell an extension's names, by which callers find it at attendants: last name and first,
-- and the other way about. `spelled` is the program's own.

ALTER TABLE extension ADD COLUMN spelled_by_last TEXT NOT NULL DEFAULT '';
ALTER TABLE extension ADD COLUMN spelled_by_first TEXT NOT NULL DEFAULT '';

UPDATE extension SET
    spelled_by_last = spelled(
        coalesce(json_extract(profile, '$.last_name'), '') || coalesce(json_extract(profile, '$.first_name'), '')),
    spelled_by_first = spelled(
        coalesce(json_extract(profile, '$.first_name'), '') || coalesce(json_extract(profile, '$.last_name'), ''));

CREATE INDEX extension_spelled_by_last ON extension (tenant_id, spelled_by_last);
CREATE INDEX extension_spelled_by_first ON extension (tenant_id, spelled_by_first);
