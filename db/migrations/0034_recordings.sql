-- Recordings of calls. The audio of each lies in a file of its own, named by `blob`; whose recording it is, is told by an
-- extension's id alone, as in the history of calls. The bytes of a tenant's recordings are kept, as those of greetings are.

CREATE TABLE recording (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id   INTEGER NOT NULL REFERENCES tenant ON DELETE CASCADE,
    extension   INTEGER NOT NULL,             -- the id of the extension that was recorded
    call_id     TEXT    NOT NULL DEFAULT '',  -- of the call, as the history has it
    session_id  INTEGER NOT NULL DEFAULT 0,   -- of the call; 0: not known
    caller      TEXT    NOT NULL DEFAULT '',
    callee      TEXT    NOT NULL DEFAULT '',
    filename    TEXT    NOT NULL,             -- a label, never a path
    text        TEXT    NOT NULL,             -- in which is searched
    started     INTEGER NOT NULL CHECK (started BETWEEN 0 AND 999999999999999),  -- ms since 1970
    ended       INTEGER NOT NULL,             -- likewise
    duration    REAL    NOT NULL,             -- seconds
    heard       INTEGER NOT NULL DEFAULT 0,   -- by the extension itself
    blob        TEXT    NOT NULL UNIQUE,
    stored_size INTEGER NOT NULL,             -- bytes of that file
    UNIQUE (tenant_id, filename)
);

ALTER TABLE tenant ADD COLUMN recording_bytes INTEGER NOT NULL DEFAULT 0;

CREATE TRIGGER recording_inserted AFTER INSERT ON recording BEGIN
    UPDATE tenant SET recording_bytes = recording_bytes + NEW.stored_size WHERE id = NEW.tenant_id;
    INSERT INTO history_order (tenant_id, ordering, key, row_id)
    SELECT NEW.tenant_id, ordering, substr('000000000000000' || NEW.started, -15) || '.' || NEW.id, NEW.id
    FROM (SELECT 'RECORDINGS' AS ordering UNION SELECT 'RECORDINGS ' || NEW.extension);
END;
CREATE TRIGGER recording_deleted AFTER DELETE ON recording BEGIN
    UPDATE tenant SET recording_bytes = recording_bytes - OLD.stored_size WHERE id = OLD.tenant_id;
    DELETE FROM history_order
    WHERE tenant_id = OLD.tenant_id AND key = substr('000000000000000' || OLD.started, -15) || '.' || OLD.id
      AND ordering IN ('RECORDINGS', 'RECORDINGS ' || OLD.extension);
END;
