-- What a user has beside the profile of an extension: one JSON document, by the names of people/fields.py.
CREATE TABLE user_profile (
    extension_id INTEGER PRIMARY KEY REFERENCES extension ON DELETE CASCADE,
    profile      TEXT NOT NULL
);
