"""Events as they are told: JSON without blanks, ids and times as text, extensions as SIP addresses.

Source: contract `portsip-more.md`, section 5.
"""

from typing import Any, Final

import orjson

from portsip_api.pbx.events.outbox import Happening, State

EXTENSIONS: Final = "extension_events"
MANAGEMENT: Final = "extension_management_events"
TOPICS: Final = (EXTENSIONS, "cdr_events", "queue_events", MANAGEMENT)


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

    def _event(self, topic: str, event_type: str, at: int, said: dict[str, Any]) -> str:
        where = {"tenant_id": str(self._tenant_id), "time": str(at)}
        return orjson.dumps({"topic": topic, "event_type": event_type, **where, **said}).decode()
