"""What the SIP engine knows of extensions: whether their phones are there, which, and whether they are on a call.

Only the one listener to the engine writes it, and only what has changed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from portsip_api.pbx.access import tenants
from portsip_api.pbx.calls import lines_sql, registrations_sql
from portsip_api.pbx.extensions.tables import Extension
from portsip_api.pbx.settings import agents

OFFLINE: Final = "OFFLINE"
ONLINE: Final = "ONLINE"
ON_CALL: Final = "ON_CALL"
_MOST_AGENT: Final = 255  # characters


@dataclass(frozen=True)
class Line:
    """The state of an extension's line, and what its phone says it is; `agent` is empty where that is unknown."""

    state: str
    agent: str = ""


def set_line(address: str, line: Line) -> bool:
    """Write the line of the extension at a SIP address, `201@pbx.example`, and return whether that changed anything."""
    number, _, domain = address.rpartition("@")
    tenant_id = tenants.id_of_domain(domain)
    known = None if tenant_id is None else Extension.find(tenant_id, number=number)
    if tenant_id is None or known is None:
        return False
    changes = _changes(Line(known.line, known.user_agent), line) | _phone(known, line)
    if changes:
        Extension.update(tenant_id, changes, id=known.id)
    return bool(changes)


def set_all(lines: Mapping[str, Line]) -> int:
    """Write the lines of everybody: who is not among them is offline. Returns how many changed."""
    gone = [address for address in lines_sql.not_offline() if address not in lines]
    changed = [set_line(address, Line(OFFLINE)) for address in gone]
    changed += [set_line(address, line) for address, line in lines.items()]
    return sum(changed)


def _phone(known: Extension, line: Line) -> dict[str, str]:
    """Return what the phone says of itself where it is other than what is known; what was administered gives way."""
    agent = agents.read(line.agent)
    if not agent.vendor:
        return {}
    phones = () if agent.mac else registrations_sql.phones_of(known.tenant_id, [known.number])
    mac = agents.mac_among(agent, [(serial, model) for _, serial, model in phones])
    changes = {} if agent.model == known.phone_model else {"phone_model": agent.model}
    return changes | ({"phone_mac_address": mac} if mac and mac != agents.mac_of(known.phone_mac_address) else {})


def _changes(known: Line, now: Line) -> dict[str, str]:
    changes = {} if known.state == now.state else {"line": now.state}
    agent = "".join(char for char in now.agent if char.isprintable())[:_MOST_AGENT]
    return changes | ({"user_agent": agent} if agent and agent != known.agent else {})
