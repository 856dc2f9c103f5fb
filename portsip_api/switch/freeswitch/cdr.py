"""What FreeSWITCH writes of each call when it has ended, as a call of the history.

There is one record a call, of the caller's leg: who called whom is said by what was authenticated and by our own
variables, what became of it by the last bridge. Writing it again changes nothing. Source: FreeSWITCH, mod_json_cdr.
"""

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import orjson

from portsip_api.pbx.access import tenants
from portsip_api.pbx.calls import records
from portsip_api.pbx.calls.going_on import open_calls
from portsip_api.pbx.calls.records import CallRecord, Party
from portsip_api.pbx.errors import Invalid, PbxError
from portsip_api.switch.freeswitch import recorded
from portsip_api.switch.freeswitch.calls import session_of
from portsip_api.switch.freeswitch.steps.outside import OUTSIDE

SWEPT_SECONDS: Final = 30.0  # after which a record is taken that FreeSWITCH could not send
# What answered in the place of a phone, as our documents say it.
_ROUTES: Final = {
    "voicemail": "VOICE_MAIL",
    "attendant": "VIRTUAL_RECEPTIONIST",
    "conference": "CONFERENCE_ROOM",
    "page": "PAGE_GROUP",
}
_SUFFIX: Final = ".cdr.json"
_UNANSWERED: Final = {
    "ORIGINATOR_CANCEL": records.CANCELLED,
    "USER_BUSY": records.BUSY,
    "CALL_REJECTED": records.REJECTED,
    "NO_ANSWER": records.NO_ANSWER,
    "NO_USER_RESPONSE": records.NO_ANSWER,
    "ALLOTTED_TIMEOUT": records.NO_ANSWER,
}

_log = logging.getLogger("pbx.switch")


def take(content: bytes) -> bool:
    """Write the call that a record tells of, and return whether it tells of one of a tenant. Raises Invalid."""
    try:
        leg = orjson.loads(content)
        variables = leg["variables"]
        number, domain = _caller(variables)
        profiles = [flow["caller_profile"] for flow in leg["callflow"]]
        tenant_id = tenants.id_of_domain(domain)
        if tenant_id is None or not (number or variables.get("pbx_domain")):
            return False
        record = _record(variables, profiles, number, domain)
    except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
        raise Invalid({"cdr": ["Is no record of a call."]}) from error
    open_calls.end(tenant_id, record)
    return True


def sweep() -> int:
    """Take the records that FreeSWITCH could not send, and return how many there were."""
    return sum(map(_take_file, recorded.unchanged(f"*{_SUFFIX}", SWEPT_SECONDS)))


def _take_file(file: Path) -> bool:
    is_taken = False
    try:
        is_taken = take(file.read_bytes())
    except PbxError:
        _log.warning("A record of a call that could not be sent is damaged, and was removed.")
    file.unlink(missing_ok=True)
    return is_taken


def _caller(variables: Mapping[str, str]) -> tuple[str, str]:
    if variables.get("sip_auth_username") and variables.get("sip_auth_realm"):
        return variables["sip_auth_username"], variables["sip_auth_realm"]
    if variables.get("pbx_domain"):  # it came in over a gateway
        return variables.get("pbx_from", ""), variables["pbx_domain"]
    number, _, domain = variables.get("pbx_caller", "").partition("@")
    return number, domain


def _record(variables: Mapping[str, str], profiles: list[dict[str, Any]], number: str, domain: str) -> CallRecord:
    started = _milliseconds(variables, "start_uepoch") or 0
    ended = max(started, _milliseconds(variables, "end_uepoch") or started)
    bridged, route = _bridged(variables), _ROUTES.get(variables.get("pbx_result", ""), "")
    answered = bridged or (_milliseconds(variables, "answer_uepoch") if route else None)
    call_id = variables.get("pbx_call") or variables["uuid"]
    return CallRecord(
        call_id=call_id,
        session_id=session_of(call_id),
        direction=_direction(variables),
        caller=Party(
            number, variables.get("effective_caller_id_name", ""), domain, variables.get("sip_contact_uri", "")
        ),
        callee=Party(variables.get("pbx_called") or str(profiles[-1]["destination_number"]), domain=domain),
        started=started,
        ringing=_milliseconds(variables, "progress_uepoch") or _milliseconds(variables, "progress_media_uepoch"),
        answered=answered,
        ended=max(ended, answered or 0),
        end_reason=_end_of_answered(variables) if answered else _end_of_unanswered(variables),
        recipient=_recipient(variables) if bridged else "",
        route=route or (records.OUTSIDE if _went_outside(variables) else ""),
        outbound_caller_id=variables.get("pbx_shown", ""),
        did=variables.get("pbx_did", ""),
        fail_code=0 if answered else _status(variables),
    )


def _direction(variables: Mapping[str, str]) -> str:
    """Return the direction of a call; one that came in and was forwarded outside came in."""
    if variables.get("pbx_domain"):
        return records.INBOUND
    return records.OUTBOUND if _went_outside(variables) else records.INTERNAL


def _went_outside(variables: Mapping[str, str]) -> bool:
    """Tell whether a call was to go outside, or was talked to somebody there."""
    return bool(variables.get("pbx_outside")) or _talked_to(variables)[0] == OUTSIDE


def _bridged(variables: Mapping[str, str]) -> int | None:
    if not variables.get("last_bridge_to"):
        return None
    return _milliseconds(variables, "bridge_uepoch") or _milliseconds(variables, "answer_uepoch")


def _milliseconds(variables: Mapping[str, str], name: str) -> int | None:
    return int(variables.get(name) or 0) // 1000 or None


def _end_of_answered(variables: Mapping[str, str]) -> str:
    if variables.get("endpoint_disposition") in {"BLIND_TRANSFER", "ATTENDED_TRANSFER"}:
        return records.TRANSFERRED
    is_callers = variables.get("sip_hangup_disposition", "").startswith("recv_")
    return records.CALLER_HANGUP if is_callers else records.CALLEE_HANGUP


def _end_of_unanswered(variables: Mapping[str, str]) -> str:
    cause = variables.get("hangup_cause", "")
    if cause == "ORIGINATOR_CANCEL":
        return records.CANCELLED
    return _UNANSWERED.get(variables.get("originate_disposition") or cause, records.FAILED)


def _status(variables: Mapping[str, str]) -> int:
    text = variables.get("pbx_status", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) == 3 else 0


def _recipient(variables: Mapping[str, str]) -> str:
    """Return the number that was talked to last."""
    return _talked_to(variables)[1]


def _talked_to(variables: Mapping[str, str]) -> tuple[str, str]:
    """Return the name and the number of the leg that was talked to last; nothing where none was."""
    for leg in variables.get("originated_legs", "").removeprefix("ARRAY::").split("|:"):
        uuid, _, rest = leg.partition(";")
        if uuid and uuid == variables.get("last_bridge_to"):
            name, _, number = rest.rpartition(";")
            return name, number
    return "", ""
