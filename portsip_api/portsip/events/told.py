"""Events as they are told: JSON without blanks, ids and times as text, extensions as SIP addresses.

Source: contract `portsip-more.md`, section 5.
"""

from collections.abc import Mapping
from typing import Any, Final

import orjson

from portsip_api.pbx.events.outbox import Happening, State

EXTENSIONS: Final = "extension_events"
MANAGEMENT: Final = "extension_management_events"
CALLS: Final = "cdr_events"
QUEUES: Final = "queue_events"
TOPICS: Final = (EXTENSIONS, CALLS, QUEUES, MANAGEMENT)
_DIRECTIONS: Final = {"INTERNAL": "ext", "INBOUND": "in", "OUTBOUND": "out"}


class Teller:
    """Writes events of one tenant."""

    def __init__(self, tenant_id: int, domain: str) -> None:
        """Keep where they happen."""
        self._tenant_id = tenant_id
        self._domain = domain

    def states(self, before: State | None, now: State, at: int) -> list[str]:
        """Return the state of an extension, and what of it is another than before, where that is known."""
        who = {"extension": f"sip:{now.number}@{self._domain}", "extension_id": str(now.id)}
        state = {"online": now.online, "on_call": now.on_call, "presence_note": now.presence, "push_online": False}
        found = [self._event(EXTENSIONS, "extension_status", at, {**who, **state})]
        if before is not None and before.on_call != now.on_call:
            found.append(self._event(EXTENSIONS, "extension_call", at, {**who, "on_call": now.on_call}))
        if before is not None and before.presence != now.presence:
            found.append(self._event(EXTENSIONS, "extension_presence", at, {**who, "presence_note": now.presence}))
        return found

    def management(self, happening: Happening) -> str:
        """Return that an extension was made, changed or removed."""
        said = {
            "extension_id": str(happening.state.id),
            "extension_number": happening.state.number,
            "disp_name": happening.name,
            "email": happening.email,
        }
        return self._event(MANAGEMENT, f"extension_{happening.kind}", happening.at, said)

    def call(self, happening: Happening) -> str:
        """Return what became of a call that has ended."""
        call = happening.detail
        answered, ended = call["answered"], call["ended"]
        rang = max(0, (ended if answered is None else answered) - call["started"])
        said = {
            "cdr_id": str(call["id"]),
            "call_id": call["call_id"],
            "session_id": str(call["session_id"]),
            "caller": call["caller"],
            "caller_domain": self._domain_of(call, "caller"),
            "callee": call["callee"],
            "callee_domain": self._domain_of(call, "callee"),
            "direction": _DIRECTIONS[call["direction"]],
            "call_status": "NONE" if answered is None else "ANSWERED",
            "start_time": _seconds(call["started"]),
            "ring_time": _seconds(call["ringing"]),
            "answered_time": _seconds(answered),
            "ended_time": _seconds(ended),
            "ring_duration": str(rang // 1000),
            "talk_duration": "0" if answered is None else _seconds(max(0, ended - answered)),
            "ended_reason": call["end_reason"],
            "fail_code": str(call["fail_code"]),
            "outbound_caller_id": call["outbound_caller_id"],
            "did_cid": call["did"],
            "final_dest": call["recipient"],
            "call_targets": [],
        }
        return self._event(CALLS, "call_cdr", happening.at, said)

    def queue(self, happening: Happening) -> list[str]:
        """Return what has happened to a caller in a queue, and how many wait there now."""
        change = happening.detail
        queue = {"queue": f"sip:{change['queue']}@{self._domain}", "queue_number": change["queue"]}
        caller = {"call_id": change["call_id"], "caller": change["caller"], "status": change["status"]}
        told = {**queue, **caller, "agent": change["member"]}
        waiting = {**queue, "waiting_callers": change["waiting"]}
        return [
            self._event(QUEUES, "queue_caller_status", happening.at, told),
            self._event(QUEUES, "queue_status", happening.at, waiting),
        ]

    def _domain_of(self, call: Mapping[str, Any], side: str) -> str:
        given: str = call[f"{side}_domain"]
        return given or ("" if call[f"{side}_extension"] is None else self._domain)

    def _event(self, topic: str, event_type: str, at: int, said: dict[str, Any]) -> str:
        where = {"tenant_id": str(self._tenant_id), "time": str(at)}
        return orjson.dumps({"topic": topic, "event_type": event_type, **where, **said}).decode()


def _seconds(milliseconds: int | None) -> str:
    return str((milliseconds or 0) // 1000)
