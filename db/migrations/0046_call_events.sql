-- A call that has ended is told of too, once, to whoever watches: what is told of it stands in `detail`, and its id where
-- that of an extension stands otherwise.

ALTER TABLE event ADD COLUMN detail TEXT NOT NULL DEFAULT '';  -- JSON; of calls only

CREATE TRIGGER call_inserted_is_told AFTER INSERT ON call
WHEN NEW.ended IS NOT NULL AND EXISTS (SELECT 1 FROM event_listener) BEGIN
    INSERT INTO event (tenant_id, kind, extension_id, number, name, email, enabled, line, presence, at, detail)
    VALUES (NEW.tenant_id, 'cdr', NEW.id, '', '', '', 0, '', '', unixepoch(), json_object(
        'id', NEW.id, 'call_id', NEW.call_id, 'session_id', NEW.session_id, 'direction', NEW.direction,
        'caller', NEW.caller, 'caller_domain', NEW.caller_domain, 'caller_extension', NEW.caller_extension,
        'callee', NEW.callee, 'callee_domain', NEW.callee_domain, 'callee_extension', NEW.callee_extension,
        'recipient', NEW.recipient, 'recipient_extension', NEW.recipient_extension,
        'outbound_caller_id', NEW.outbound_caller_id, 'did', NEW.did, 'started', NEW.started, 'ringing', NEW.ringing,
        'answered', NEW.answered, 'ended', NEW.ended, 'end_reason', NEW.end_reason, 'fail_code', NEW.fail_code));
END;
CREATE TRIGGER call_ended_is_told AFTER UPDATE OF ended ON call
WHEN OLD.ended IS NULL AND NEW.ended IS NOT NULL AND EXISTS (SELECT 1 FROM event_listener) BEGIN
    INSERT INTO event (tenant_id, kind, extension_id, number, name, email, enabled, line, presence, at, detail)
    VALUES (NEW.tenant_id, 'cdr', NEW.id, '', '', '', 0, '', '', unixepoch(), json_object(
        'id', NEW.id, 'call_id', NEW.call_id, 'session_id', NEW.session_id, 'direction', NEW.direction,
        'caller', NEW.caller, 'caller_domain', NEW.caller_domain, 'caller_extension', NEW.caller_extension,
        'callee', NEW.callee, 'callee_domain', NEW.callee_domain, 'callee_extension', NEW.callee_extension,
        'recipient', NEW.recipient, 'recipient_extension', NEW.recipient_extension,
        'outbound_caller_id', NEW.outbound_caller_id, 'did', NEW.did, 'started', NEW.started, 'ringing', NEW.ringing,
        'answered', NEW.answered, 'ended', NEW.ended, 'end_reason', NEW.end_reason, 'fail_code', NEW.fail_code));
END;
