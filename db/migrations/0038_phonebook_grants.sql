-- Whose own phonebook has a public one in it: that of the members of these groups.
CREATE TABLE phonebook_grant (
    phonebook_id INTEGER NOT NULL REFERENCES phonebook ON DELETE CASCADE,
    group_id     INTEGER NOT NULL REFERENCES extension_group ON DELETE CASCADE,
    PRIMARY KEY (phonebook_id, group_id)
) WITHOUT ROWID;
CREATE INDEX phonebook_grant_group ON phonebook_grant (group_id);

-- Entries in the order of users' numbers: those of digits only by value, then the others by text.
ALTER TABLE phonebook_entry ADD COLUMN number_key TEXT NOT NULL GENERATED ALWAYS AS (
    CASE WHEN number GLOB '*[^0-9]*' THEN '1' || number ELSE '0' || printf('%02d', length(number)) || number END
) VIRTUAL;
CREATE INDEX phonebook_entry_number ON phonebook_entry (phonebook_id, number_key, first_name, last_name);
ALTER TABLE private_entry ADD COLUMN number_key TEXT NOT NULL GENERATED ALWAYS AS (
    CASE WHEN number GLOB '*[^0-9]*' THEN '1' || number ELSE '0' || printf('%02d', length(number)) || number END
) VIRTUAL;
CREATE INDEX private_entry_number ON private_entry (extension_id, number_key, first_name, last_name);
