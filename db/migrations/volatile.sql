-- What may be lost, in a file of its own that is made anew with every boot of the machine, and when this text changes.
-- All times are seconds of the boot clock.

CREATE TABLE token (
    digest            BLOB PRIMARY KEY,   -- SHA-256; the token itself is kept nowhere
    role              TEXT    NOT NULL,
    account_id        INTEGER NOT NULL,
    credential        INTEGER NOT NULL,   -- the account's credential number when the token was issued
    tenant_credential INTEGER NOT NULL,   -- of an extension's tenant; 0 for other accounts
    expires           REAL    NOT NULL
) WITHOUT ROWID;

-- Failed log-ins per (account, address) and per address; the key is a SHA-256, since people type passwords as names.
CREATE TABLE login_failure (
    key         BLOB PRIMARY KEY,
    failures    INTEGER NOT NULL,
    window_ends REAL    NOT NULL
) WITHOUT ROWID;

-- The highest count of each nonce that has served a log-in.
CREATE TABLE digest_nonce (
    digest  BLOB PRIMARY KEY,   -- SHA-256
    uses    INTEGER NOT NULL,
    expires REAL    NOT NULL
) WITHOUT ROWID;

-- The credentials with which phones have fetched while earlier ones of theirs still served. A job then deletes those.
CREATE TABLE phone_fetch (
    digest BLOB PRIMARY KEY   -- SHA-256 of the secret
) WITHOUT ROWID;

-- What a job has counted of the store, for the metrics; one row for each number of each status of a tenant.
CREATE TABLE measure (
    name      TEXT    NOT NULL,
    tenant_id INTEGER NOT NULL,   -- 0: of the whole PBX
    status    TEXT    NOT NULL,   -- empty where the number has none
    number    INTEGER NOT NULL,
    PRIMARY KEY (name, tenant_id, status)
) WITHOUT ROWID;

-- The call that a client has placed last between two numbers of a tenant, for as long as it wants to ask what became of it.
CREATE TABLE placed_call (
    tenant_id  INTEGER NOT NULL,
    calling    TEXT    NOT NULL,
    called     TEXT    NOT NULL,
    session_id INTEGER NOT NULL,
    method     TEXT    NOT NULL,
    placed     REAL    NOT NULL,   -- seconds since 1970
    expires    REAL    NOT NULL,
    PRIMARY KEY (tenant_id, calling, called)
) WITHOUT ROWID;

-- What the names of gateways stood for when they were looked up last.
CREATE TABLE gateway_address (
    host    TEXT NOT NULL,
    address TEXT NOT NULL,
    PRIMARY KEY (host, address)
) WITHOUT ROWID;

-- Who made the last emergency call from the place of an ELIN, for as long as it is called back.
CREATE TABLE emergency_call (
    tenant_id    INTEGER NOT NULL,
    elin         TEXT    NOT NULL,   -- without a `+`
    extension_id INTEGER NOT NULL,
    ends         REAL    NOT NULL,
    PRIMARY KEY (tenant_id, elin)
) WITHOUT ROWID;

-- Calls that were routed and have not ended, as far as is known. Times are milliseconds since 1970.
CREATE TABLE open_call (
    call_id       TEXT    PRIMARY KEY,   -- the engine's
    tenant_id     INTEGER NOT NULL,
    direction     TEXT    NOT NULL,
    caller        TEXT    NOT NULL,
    caller_domain TEXT    NOT NULL,
    callee        TEXT    NOT NULL,
    started       INTEGER NOT NULL,
    answered      INTEGER,
    recipient     TEXT    NOT NULL DEFAULT ''   -- who talks, as far as that is known
) WITHOUT ROWID;

CREATE INDEX open_call_started ON open_call (started);
CREATE INDEX open_call_caller ON open_call (tenant_id, caller, started);

-- The links that were opened and open nothing any more, for as long as they would be good.
CREATE TABLE spent_link (
    digest  BLOB PRIMARY KEY,   -- SHA-256
    expires REAL NOT NULL
) WITHOUT ROWID;

CREATE INDEX spent_link_expires ON spent_link (expires);

-- How many calls of a tenant, or of an extension of it, have begun in a minute that ends on the boot clock.
CREATE TABLE call_rate (
    key   TEXT    PRIMARY KEY,   -- the tenant's id, a slash, and the extension's number or nothing
    calls INTEGER NOT NULL,
    ends  REAL    NOT NULL
) WITHOUT ROWID;

-- When extensions have answered last, in milliseconds since 1970, and how often a group has begun with another member:
-- what groups go by that ring members in turns.
CREATE TABLE last_answer (
    tenant_id INTEGER NOT NULL,
    number    TEXT    NOT NULL,
    at        INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, number)
) WITHOUT ROWID;

CREATE TABLE group_turn (
    tenant_id INTEGER NOT NULL,
    number    TEXT    NOT NULL,
    turns     INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, number)
) WITHOUT ROWID;
