-- What calls there were, one row for each, and the order of those that have ended: all of a tenant's, and those in which
-- an extension took part. An extension is named by its id alone, which nobody else is ever given, so that what was stays
-- when the extension goes, and its going costs nothing.

CREATE TABLE call (
    id                     INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id              INTEGER NOT NULL REFERENCES tenant ON DELETE CASCADE,
    call_id                TEXT    NOT NULL,             -- the engine's, by which a call is written once
    session_id             INTEGER NOT NULL,             -- ours, below 2^53
    direction              TEXT    NOT NULL CHECK (direction IN ('INTERNAL', 'INBOUND', 'OUTBOUND')),
    caller                 TEXT    NOT NULL DEFAULT '',  -- numbers, as they were; empty: withheld
    caller_name            TEXT    NOT NULL DEFAULT '',
    caller_domain          TEXT    NOT NULL DEFAULT '',
    caller_contact         TEXT    NOT NULL DEFAULT '',
    caller_extension       INTEGER,                      -- ids of extensions, where the numbers were of some
    callee                 TEXT    NOT NULL,
    callee_name            TEXT    NOT NULL DEFAULT '',
    callee_domain          TEXT    NOT NULL DEFAULT '',
    callee_contact         TEXT    NOT NULL DEFAULT '',
    callee_extension       INTEGER,
    recipient              TEXT    NOT NULL DEFAULT '',  -- who was talked to; empty: nobody
    recipient_extension    INTEGER,
    route                  TEXT    NOT NULL DEFAULT '',
    outbound_caller_id     TEXT    NOT NULL DEFAULT '',
    did                    TEXT    NOT NULL DEFAULT '',  -- the outside number that was called
    related_call_id        TEXT    NOT NULL DEFAULT '',  -- of the call that a transfer joined to this one
    started                INTEGER NOT NULL CHECK (started BETWEEN 0 AND 999999999999999),  -- ms since 1970, as below
    ringing                INTEGER,
    answered               INTEGER,
    ended                  INTEGER,                      -- NULL: it goes on
    is_answered            INTEGER NOT NULL DEFAULT 0,
    end_reason             TEXT    NOT NULL DEFAULT '',
    fail_code              INTEGER NOT NULL DEFAULT 0,   -- a status of SIP; 0: none
    UNIQUE (tenant_id, call_id)
);
CREATE INDEX call_caller ON call (tenant_id, caller, started) WHERE ended IS NOT NULL;
CREATE INDEX call_callee ON call (tenant_id, callee, started) WHERE ended IS NOT NULL;
CREATE INDEX call_kind ON call (tenant_id, direction, is_answered, started) WHERE ended IS NOT NULL;
CREATE INDEX call_open ON call (tenant_id, started) WHERE ended IS NULL;

-- Long lists in the order of time, and the number of rows in each block of one, as those of extensions are kept.
CREATE TABLE history_order (
    tenant_id INTEGER NOT NULL,
    ordering  TEXT    NOT NULL,  -- CALLS or RECORDINGS; behind a blank the id of an extension
    key       TEXT    NOT NULL,  -- the beginning in 15 digits, a point, the row's id
    row_id    INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, ordering, key)
) WITHOUT ROWID;
CREATE TABLE history_order_block (
    tenant_id INTEGER NOT NULL REFERENCES tenant ON DELETE CASCADE,
    ordering  TEXT    NOT NULL,
    first_key TEXT    NOT NULL,
    rows      INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, ordering, first_key)
) WITHOUT ROWID;

-- The tenant goes before its rows do: then nothing is counted any more.
CREATE TRIGGER history_order_inserted AFTER INSERT ON history_order BEGIN
    INSERT INTO history_order_block (tenant_id, ordering, first_key, rows)
    SELECT NEW.tenant_id, NEW.ordering, '', 0 WHERE NOT EXISTS (
        SELECT 1 FROM history_order_block
        WHERE tenant_id = NEW.tenant_id AND ordering = NEW.ordering AND first_key = '');
    UPDATE history_order_block SET rows = rows + 1
    WHERE tenant_id = NEW.tenant_id AND ordering = NEW.ordering AND first_key = (
        SELECT max(first_key) FROM history_order_block
        WHERE tenant_id = NEW.tenant_id AND ordering = NEW.ordering AND first_key <= NEW.key);
END;
CREATE TRIGGER history_order_deleted AFTER DELETE ON history_order BEGIN
    UPDATE history_order_block SET rows = rows - 1
    WHERE tenant_id = OLD.tenant_id AND ordering = OLD.ordering AND first_key = (
        SELECT max(first_key) FROM history_order_block
        WHERE tenant_id = OLD.tenant_id AND ordering = OLD.ordering AND first_key <= OLD.key);
END;
-- What comes late in time stands last, so that a block which is left behind stays at 2,000 rows.
CREATE TRIGGER history_block_grown AFTER UPDATE OF rows ON history_order_block WHEN NEW.rows >= 4000 BEGIN
    INSERT INTO history_order_block (tenant_id, ordering, first_key, rows)
    SELECT NEW.tenant_id, NEW.ordering, key, NEW.rows - 2000 FROM history_order
    WHERE tenant_id = NEW.tenant_id AND ordering = NEW.ordering AND key >= NEW.first_key
    ORDER BY key LIMIT 1 OFFSET 2000;
    UPDATE history_order_block SET rows = 2000
    WHERE tenant_id = NEW.tenant_id AND ordering = NEW.ordering AND first_key = NEW.first_key;
END;
-- The oldest go first, and would leave blocks of nothing behind.
CREATE TRIGGER history_block_emptied AFTER UPDATE OF rows ON history_order_block
WHEN NEW.rows = 0 AND NEW.first_key <> '' BEGIN
    DELETE FROM history_order_block
    WHERE tenant_id = NEW.tenant_id AND ordering = NEW.ordering AND first_key = NEW.first_key;
END;

CREATE TRIGGER call_inserted AFTER INSERT ON call WHEN NEW.ended IS NOT NULL BEGIN
    INSERT INTO history_order (tenant_id, ordering, key, row_id)
    SELECT NEW.tenant_id, ordering, substr('000000000000000' || NEW.started, -15) || '.' || NEW.id, NEW.id FROM (
        SELECT 'CALLS' AS ordering
        UNION SELECT 'CALLS ' || NEW.caller_extension
        UNION SELECT 'CALLS ' || NEW.callee_extension
        UNION SELECT 'CALLS ' || NEW.recipient_extension)
    WHERE ordering IS NOT NULL;
END;
CREATE TRIGGER call_deleted AFTER DELETE ON call WHEN OLD.ended IS NOT NULL BEGIN
    DELETE FROM history_order
    WHERE tenant_id = OLD.tenant_id AND key = substr('000000000000000' || OLD.started, -15) || '.' || OLD.id
      AND ordering IN ('CALLS', 'CALLS ' || OLD.caller_extension, 'CALLS ' || OLD.callee_extension,
                       'CALLS ' || OLD.recipient_extension);
END;
CREATE TRIGGER call_updated
AFTER UPDATE OF started, ended, caller_extension, callee_extension, recipient_extension ON call
WHEN OLD.started <> NEW.started OR (OLD.ended IS NULL) <> (NEW.ended IS NULL)
    OR OLD.caller_extension IS NOT NEW.caller_extension OR OLD.callee_extension IS NOT NEW.callee_extension
    OR OLD.recipient_extension IS NOT NEW.recipient_extension BEGIN
    DELETE FROM history_order
    WHERE OLD.ended IS NOT NULL AND tenant_id = OLD.tenant_id
      AND key = substr('000000000000000' || OLD.started, -15) || '.' || OLD.id
      AND ordering IN ('CALLS', 'CALLS ' || OLD.caller_extension, 'CALLS ' || OLD.callee_extension,
                       'CALLS ' || OLD.recipient_extension);
    INSERT INTO history_order (tenant_id, ordering, key, row_id)
    SELECT NEW.tenant_id, ordering, substr('000000000000000' || NEW.started, -15) || '.' || NEW.id, NEW.id FROM (
        SELECT 'CALLS' AS ordering
        UNION SELECT 'CALLS ' || NEW.caller_extension
        UNION SELECT 'CALLS ' || NEW.callee_extension
        UNION SELECT 'CALLS ' || NEW.recipient_extension)
    WHERE ordering IS NOT NULL AND NEW.ended IS NOT NULL;
END;
