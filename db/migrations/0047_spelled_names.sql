-- The keys of a telephone that spell an extension's names, by which callers find it at attendants: last name and first,
-- and the other way about for those who have both. `spelled` is the program's own.

ALTER TABLE extension ADD COLUMN spelled_by_last TEXT NOT NULL DEFAULT '';
ALTER TABLE extension ADD COLUMN spelled_by_first TEXT NOT NULL DEFAULT '';

UPDATE extension SET
    spelled_by_last = spelled(coalesce(json_extract(profile, '$.last_name'), ''))
        || spelled(coalesce(json_extract(profile, '$.first_name'), '')),
    spelled_by_first = spelled(coalesce(json_extract(profile, '$.first_name'), ''))
        || spelled(coalesce(json_extract(profile, '$.last_name'), ''));
UPDATE extension SET spelled_by_first = '' WHERE spelled_by_first = spelled_by_last;

-- Who has no name is in none, and who has one is in one: each is a page more that a change of a name writes.
CREATE INDEX extension_spelled_by_last ON extension (tenant_id, spelled_by_last) WHERE spelled_by_last <> '';
CREATE INDEX extension_spelled_by_first ON extension (tenant_id, spelled_by_first) WHERE spelled_by_first <> '';
