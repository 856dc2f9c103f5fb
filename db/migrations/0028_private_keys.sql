-- The key that stands for a user in addresses, by its SHA-256, so that nobody can read it here.
CREATE TABLE private_key (
    extension_id INTEGER PRIMARY KEY REFERENCES extension ON DELETE CASCADE,
    digest       TEXT    NOT NULL UNIQUE             -- in hexadecimal digits
);
