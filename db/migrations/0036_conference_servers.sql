-- Servers of conferences: the one that is this server, and what administrators note of others. They are of no tenant.
CREATE TABLE conference_server (
    id               INTEGER PRIMARY KEY AUTOINCREMENT,
    type             TEXT    NOT NULL CHECK (type IN ('INTERNAL', 'EXTERNAL')),
    name             TEXT    NOT NULL,
    name_key         TEXT    NOT NULL UNIQUE,
    ipv4             TEXT    NOT NULL,
    ipv6             TEXT    NOT NULL,
    port             INTEGER NOT NULL,
    max_rooms        INTEGER NOT NULL,   -- 0: no limit
    max_participants INTEGER NOT NULL    -- 0: no limit
);
INSERT INTO conference_server (type, name, name_key, ipv4, ipv6, port, max_rooms, max_participants)
VALUES ('INTERNAL', 'Built-in', 'built-in', '', '', 5060, 0, 0);

-- Users are called into conferences by their ids for instant messages.
CREATE INDEX user_profile_im ON user_profile (json_extract(profile, '$.im_id'));
