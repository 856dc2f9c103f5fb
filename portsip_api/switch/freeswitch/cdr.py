"""What FreeSWITCH writes of each call when it has ended, as a call of the history.

There is one record a call, of the caller's leg: who called whom is said by what was authenticated and by our own
variables, what became of it by the last bridge. A leg that was called, and that the caller has transferred, has a
record too, since the call goes on with it. Writing one again changes nothing. Source: FreeSWITCH 1.10.12, mod_json_cdr.
"""

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import orjson

from portsip_api.pbx.access import tenants
from portsip_api.pbx.calls import records
from portsip_api.pbx.calls.going_on import carried_on, open_calls
from portsip_api.pbx.calls.going_on.carried_on import Partner
from portsip_api.pbx.calls.records import CallRecord, Party
from portsip_api.pbx.errors import Invalid, PbxError
from portsip_api.switch.freeswitch import recorded
from portsip_api.switch.freeswitch.calls import session_of
from portsip_api.switch.freeswitch.outside_legs import OUTSIDE

SWEPT_SECONDS: Final = 30.0  # after which a record is taken that FreeSWITCH could not send
# What answered in the place of a phone, as our documents say it.
_ROUTES: Final = {
    "voicemail": "VOICE_MAIL",
    "attendant": "VIRTUAL_RECEPTIONIST",
    "conference": "CONFERENCE_ROOM",
    "page": "PAGE_GROUP",
}
_SUFFIX: Final = ".cdr.json"
INVITER: Final = "pbx_inviter"  # on the leg of who is called into a conference from outside: for whom
_UNANSWERED: Final = {
    "USER_BUSY": records.BUSY,
    "CALL_REJECTED": records.REJECTED,
    "NO_ANSWER": records.NO_ANSWER,
    "NO_USER_RESPONSE": records.NO_ANSWER,
    "ALLOTTED_TIMEOUT": records.NO_ANSWER,
}

_log = logging.getLogger("pbx.switch")


def take(content: bytes) -> bool:
    """Write the call that a record tells of, and return whether it tells of one of a tenant. Raises Invalid.

    Raises NotFound for a leg with which a call goes on that is not known yet.
    """
    try:
        leg = orjson.loads(content)
        variables = leg["variables"]
        if variables.get("pbx_call", variables["uuid"]) != variables["uuid"]:
            return _go_on(variables)
        number, domain = _caller(variables)
        profiles = [flow["caller_profile"] for flow in leg["callflow"]]
        tenant_id = tenants.id_of_domain(domain)
        if tenant_id is None or not (number or variables.get("pbx_domain")):
            return False
        record = _record(tenant_id, variables, profiles, number, domain)
    except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
        raise Invalid({"cdr": ["Is no record of a call."]}) from error
    open_calls.end(tenant_id, record)
    return True


def _go_on(variables: Mapping[str, str]) -> bool:
    """Write how a call went on with a leg that was called, where that has talked to somebody else since."""
    domain = variables.get("pbx_party", "").rpartition("@")[2] or variables.get("dialed_domain", "")
    tenant_id = tenants.id_of_domain(domain)
    if tenant_id is None or variables.get("last_bridge_to") in {None, "", variables.get("originating_leg_uuid")}:
        return False
    ended = _milliseconds(variables, "end_uepoch") or 0
    carried_on.carry_on(tenant_id, variables["pbx_call"], _partner(tenant_id, variables), ended)
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
    # Who had somebody called into a conference is not who talks there, and goes by no rights of it.
    number, _, domain = (variables.get("pbx_caller") or variables.get(INVITER, "")).partition("@")
    return number, domain


def _record(
    tenant_id: int, variables: Mapping[str, str], profiles: list[dict[str, Any]], number: str, domain: str
) -> CallRecord:
    started = _milliseconds(variables, "start_uepoch") or 0
    ended = max(started, _milliseconds(variables, "end_uepoch") or started)
    bridged, route = _bridged(variables), _ROUTES.get(variables.get("pbx_result", ""), "")
    answered = bridged or (_milliseconds(variables, "answer_uepoch") if route else None)
    call_id = variables.get("pbx_call") or variables["uuid"]
    partner = _partner(tenant_id, variables) if bridged else Partner()
    went_outside = bool(variables.get("pbx_outside")) or partner.is_outside
    return CallRecord(
        call_id=call_id,
        session_id=session_of(call_id),
        direction=_direction(variables, went_outside=went_outside),
        caller=Party(
            number, variables.get("effective_caller_id_name", ""), domain, variables.get("sip_contact_uri", "")
        ),
        callee=Party(variables.get("pbx_called") or str(profiles[-1]["destination_number"]), domain=domain),
        started=started,
        ringing=_milliseconds(variables, "progress_uepoch") or _milliseconds(variables, "progress_media_uepoch"),
        answered=answered,
        ended=max(ended, answered or 0),
        end_reason=_end_of_answered(variables) if answered else _end_of_unanswered(variables),
        recipient=partner.number,
        route=route or (records.OUTSIDE if went_outside else ""),
        outbound_caller_id=variables.get("pbx_shown", ""),
        did=variables.get("pbx_did", ""),
        related_call_id=partner.call_id or _joined(tenant_id, variables),
        fail_code=0 if answered else _status(variables),
    )


def _direction(variables: Mapping[str, str], *, went_outside: bool) -> str:
    """Return the direction of a call; one that came in and was forwarded outside came in."""
    if variables.get("pbx_domain"):
        return records.INBOUND
    return records.OUTBOUND if went_outside else records.INTERNAL


def _bridged(variables: Mapping[str, str]) -> int | None:
    """Return when somebody took the call, in milliseconds since 1970; None where nobody has."""
    if variables.get("last_bridge_to"):
        return _milliseconds(variables, "bridge_uepoch") or _milliseconds(variables, "answer_uepoch")
    # Nothing of ours has answered where nothing says so.
    is_taken = bool(_taken_by(variables)) and not variables.get("pbx_result")
    return _milliseconds(variables, "answer_uepoch") if is_taken else None


def _taken_by(variables: Mapping[str, str]) -> str:
    """Return the leg that has answered a caller who hung up in the very moment, and so talked to nobody: the last one
    that was called and of whose end there was no cause then; empty for none.
    """
    causes = [one.partition(";") for one in _listed(variables, "originate_causes")]
    return next((leg for leg, _, cause in reversed(causes) if cause == "NONE"), "")


def _listed(variables: Mapping[str, str], name: str) -> list[str]:
    return variables.get(name, "").removeprefix("ARRAY::").split("|:")


def _milliseconds(variables: Mapping[str, str], name: str) -> int | None:
    return int(variables.get(name) or 0) // 1000 or None


def _end_of_answered(variables: Mapping[str, str]) -> str:
    is_joined = variables.get("transfer_to", "").startswith("att:")  # the one of two calls that asked for it
    if is_joined or variables.get("endpoint_disposition") in {"BLIND_TRANSFER", "ATTENDED_TRANSFER"}:
        return records.TRANSFERRED
    # Of a call into a conference there is the leg of who was called alone.
    is_callers = _is_callers(variables) != (INVITER in variables)
    return records.CALLER_HANGUP if is_callers else records.CALLEE_HANGUP


def _end_of_unanswered(variables: Mapping[str, str]) -> str:
    cause = variables.get("hangup_cause", "")
    # Who waits in a queue has been answered by it, and then hung up.
    if cause == "ORIGINATOR_CANCEL" or (_is_callers(variables) and INVITER not in variables):
        return records.CANCELLED
    rung = variables.get("originate_disposition") or cause
    # A phone that sends a call elsewhere ends its ringing as if the caller had given up.
    return _UNANSWERED.get(cause if rung == "ORIGINATOR_CANCEL" else rung, records.FAILED)


def _is_callers(variables: Mapping[str, str]) -> bool:
    """Tell whether the caller has ended the call."""
    return variables.get("sip_hangup_disposition") in {"recv_bye", "recv_cancel"}


def _status(variables: Mapping[str, str]) -> int:
    text = variables.get("pbx_status", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) == 3 else 0


def _partner(tenant_id: int, variables: Mapping[str, str]) -> Partner:
    """Return whom a leg talked to last, or would have: one that it has called, else one with a call of its own, as who
    picks a call up or takes one that is parked has; else one that somebody's transfer has brought, as the phone was
    told.
    """
    uuid = variables.get("last_bridge_to") or _taken_by(variables)
    for leg in _listed(variables, "originated_legs"):
        called, _, rest = leg.partition(";")
        if called and called == uuid:
            name, _, number = rest.rpartition(";")
            return Partner(number, name == OUTSIDE)
    other = open_calls.talk(tenant_id, uuid)
    if other.callee:
        return Partner(other.caller, call_id=uuid)
    is_outside = variables.get("last_sent_callee_id_name") == OUTSIDE
    return Partner(variables.get("last_sent_callee_id_number", ""), is_outside)


def _joined(tenant_id: int, variables: Mapping[str, str]) -> str:
    """Return the id of the caller's other call, with which it has joined this one; empty for none."""
    other = variables.get("refer_uuid", "")
    return other if other not in {"", variables["uuid"]} and open_calls.talk(tenant_id, other).callee else ""
