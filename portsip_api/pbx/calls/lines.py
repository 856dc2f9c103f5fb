"""What the SIP engine knows of extensions: whether their phones are there, which, and whether they are on a call.

Only the one listener to the engine writes it, and only what has changed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from portsip_api.pbx.calls import lines_sql, registrations_sql
from portsip_api.pbx.calls.lines_sql import Known
from portsip_api.pbx.extensions.tables import Extension
from portsip_api.pbx.settings import agents
from portsip_api.store import database
from portsip_api.store.search import lower

OFFLINE: Final = "OFFLINE"
ONLINE: Final = "ONLINE"
ON_CALL: Final = "ON_CALL"
_MOST_AGENT: Final = 255  # characters
_AT_ONCE: Final = 200  # lines in a transaction, so that nobody else's write waits for long


@dataclass(frozen=True)
class Line:
    """The state of an extension's line, and what its phone says it is; `agent` is empty where that is unknown."""

    state: str
    agent: str = ""


def set_lines(lines: Mapping[str, Line]) -> int:
    """Write the lines of the extensions at SIP addresses, `201@pbx.example`, in one transaction for what has changed.

    Return how many have; an address that nobody has changes nothing.
    """
    found = [(lines_sql.known(*_parts(address)), line) for address, line in lines.items()]
    wanted = [(known, _changes(known, line) | _phone(known, line)) for known, line in found if known is not None]
    changed = [(known, changes) for known, changes in wanted if changes]
    if changed:
        with database.writing():
            for known, changes in changed:
                Extension.update(known.tenant_id, changes, id=known.id)
    return len(changed)


def set_all(lines: Mapping[str, Line]) -> int:
    """Write the lines of everybody: who is not among them is offline. Returns how many changed."""
    gone = {address: Line(OFFLINE) for address in lines_sql.not_offline() if address not in lines}
    everybody = [*gone.items(), *lines.items()]
    return sum(set_lines(dict(everybody[at : at + _AT_ONCE])) for at in range(0, len(everybody), _AT_ONCE))


def _parts(address: str) -> tuple[str, str]:
    number, _, domain = address.rpartition("@")
    return number, lower(domain)


def _phone(known: Known, line: Line) -> dict[str, str]:
    """Return what the phone says of itself where it is other than what is known; what was administered gives way."""
    agent = agents.read(line.agent)
    if not agent.vendor:
        return {}
    phones = () if agent.mac else registrations_sql.phones_of(known.tenant_id, [known.number])
    mac = agents.mac_among(agent, [(serial, model) for _, serial, model in phones])
    changes = {} if agent.model == known.phone_model else {"phone_model": agent.model}
    return changes | ({"phone_mac_address": mac} if mac and mac != agents.mac_of(known.phone_mac_address) else {})


def _changes(known: Known, now: Line) -> dict[str, str]:
    changes = {} if known.line == now.state else {"line": now.state}
    agent = "".join(char for char in now.agent if char.isprintable())[:_MOST_AGENT]
    return changes | ({"user_agent": agent} if agent and agent != known.user_agent else {})
