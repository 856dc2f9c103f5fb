-- Call queues: numbers at which callers wait in order for one of several extensions.
CREATE TABLE call_queue (
    id                INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id         INTEGER NOT NULL REFERENCES tenant ON DELETE CASCADE,
    number            TEXT    NOT NULL,
    name              TEXT    NOT NULL,
    strategy          TEXT    NOT NULL,
    ring_time         INTEGER NOT NULL,      -- seconds
    music_on_hold     TEXT    NOT NULL,      -- the name of a prompt of the family moh; empty: the usual one
    no_answer_action  TEXT    NOT NULL,
    no_answer_target  TEXT    NOT NULL,      -- a number outside; what is in the tenant is a reference
    intro_is_on       INTEGER NOT NULL,
    intro_is_whole    INTEGER NOT NULL,      -- it is played to its end, though somebody could answer
    intro_prompt      TEXT    NOT NULL,      -- the name of a prompt of the family attendants; empty: none
    max_wait          INTEGER NOT NULL,      -- seconds; 0: no limit
    max_callers       INTEGER NOT NULL,      -- 0: no limit
    announces         INTEGER NOT NULL,      -- callers are told which place they have
    announce_interval INTEGER NOT NULL,      -- seconds
    UNIQUE (tenant_id, number)
);
CREATE INDEX call_queue_intro_prompt ON call_queue (tenant_id, intro_prompt) WHERE intro_prompt <> '';

CREATE TABLE call_queue_member (
    call_queue_id INTEGER NOT NULL REFERENCES call_queue ON DELETE CASCADE,
    position      INTEGER NOT NULL,
    extension_id  INTEGER NOT NULL REFERENCES extension ON DELETE CASCADE,
    PRIMARY KEY (call_queue_id, position)
) WITHOUT ROWID;
CREATE INDEX call_queue_member_extension ON call_queue_member (extension_id);

CREATE TRIGGER call_queue_inserted AFTER INSERT ON call_queue BEGIN
    INSERT INTO dialled_number (tenant_id, number, kind) VALUES (NEW.tenant_id, NEW.number, 'CALL_QUEUE');
END;
CREATE TRIGGER call_queue_deleted AFTER DELETE ON call_queue BEGIN
    DELETE FROM reference WHERE owner = 'call_queue' AND owner_id = OLD.id;
    DELETE FROM dialled_number WHERE tenant_id = OLD.tenant_id AND number = OLD.number
    AND NOT EXISTS (SELECT 1 FROM reference WHERE target_id = dialled_number.id);
    UPDATE dialled_number SET number = NULL, former = number WHERE tenant_id = OLD.tenant_id AND number = OLD.number;
END;
CREATE TRIGGER call_queue_renumbered AFTER UPDATE OF number ON call_queue WHEN OLD.number <> NEW.number BEGIN
    UPDATE dialled_number SET number = NEW.number WHERE tenant_id = OLD.tenant_id AND number = OLD.number;
END;
