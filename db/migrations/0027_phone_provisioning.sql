-- What clients say of the phone at an extension's desk. A row for each extension of which anything was said.
CREATE TABLE phone_provisioning (
    extension_id     INTEGER PRIMARY KEY REFERENCES extension ON DELETE CASCADE,
    document         TEXT NOT NULL,  -- a JSON object
    webpage_password BLOB            -- encrypted
);
