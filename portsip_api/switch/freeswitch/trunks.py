"""FreeSWITCH's gateways: what they are at the moment, and that they become what they should be, while calls go on.

FreeSWITCH adds what is new when it is told to look again, and neither changes nor removes anything then. So what is
changed is removed, and found to be new. Source: FreeSWITCH 1.10.12, mod_sofia, as it was seen to work.
"""

import logging
import re
import threading
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from portsip_api import settings
from portsip_api.pbx.errors import SwitchUnavailable
from portsip_api.pbx.trunks import names, sip_trunks
from portsip_api.pbx.trunks.states import TrunkState
from portsip_api.pbx.upkeep import measures
from portsip_api.store import database, volatile
from portsip_api.store.files import locked
from portsip_api.switch.freeswitch import access
from portsip_api.switch.freeswitch.event_socket import EventSocket
from portsip_api.switch.freeswitch.sofia import TRUNKS, context_of, gateway_of, name_of

REGISTERED: Final = frozenset({"REGED", "REGISTER"})  # states of a registration that holds, or is renewed
KEPT_SECONDS: Final = 10.0  # after which it is looked again whether all gateways are as they should be
_GONE_SECONDS: Final = 2.0  # that a request waits for a gateway to be gone; where it takes longer, we look again soon
_POLL_SECONDS: Final = 0.1
_BLOCK: Final = re.compile(r"<gateway>(.*?)</gateway>", re.DOTALL)
_VALUE: Final = re.compile(r"<(name|profile|context|state|status)>([^<]*)<")

_log = logging.getLogger("pbx.switch")


@dataclass(frozen=True)
class Known:
    """A gateway as FreeSWITCH has it."""

    name: str
    context: str
    state: str  # of its registration: NOREG, REGED, TRYING, FAIL_WAIT, …
    status: str  # UP or DOWN


def known(client: EventSocket) -> Iterator[Known]:
    """Yield the gateways that FreeSWITCH has now. Raises SwitchUnavailable."""
    for block in _BLOCK.findall(client.api("sofia", "xmlstatus", "gateway")):
        told = dict(_VALUE.findall(block))
        if told.get("profile") == TRUNKS:
            yield Known(told.get("name", ""), told.get("context", ""), told.get("state", ""), told.get("status", ""))


def states(client: EventSocket, tenant_id: int) -> list[TrunkState]:
    """Return what is known of the gateways of a tenant. Raises SwitchUnavailable."""
    found = []
    for gateway in known(client):
        ids = gateway_of(gateway.name)
        if ids is not None and ids[0] == tenant_id:
            is_registered = gateway.state in REGISTERED
            found.append(TrunkState(ids[1], gateway.state != "NOREG", is_registered, is_up(gateway)))
    return sorted(found, key=lambda state: state.gateway_id)


def apply(client: EventSocket) -> int:
    """Let FreeSWITCH have the gateways and addresses of the store; return how many of it were other ones.

    Raises SwitchUnavailable.
    """
    with locked(settings.current().data_path / "trunks.lock"):
        client.api("reloadacl")
        secret = access.secret()
        wanted = {name_of(one.tenant_id, one.gateway_id): context_of(one, secret) for one in sip_trunks.all_of_pbx()}
        found = {one.name: one.context for one in known(client)}
        stale = {name for name, context in found.items() if wanted.get(name) != context}
        new = wanted.keys() - (found.keys() - stale)
        for name in stale:
            client.api("sofia", "profile", TRUNKS, "killgw", name)
        if stale:
            _await_gone(client, stale)
        if new:
            client.api("sofia", "profile", TRUNKS, "rescan")
        return len(stale | new)


def measure(found: Iterable[Known]) -> None:
    """Count the gateways that are up, as FreeSWITCH has told, and those that are not or that it cannot use."""
    up = sum(map(is_up, found))
    wanted = len(sip_trunks.all_of_pbx()) + len(list(sip_trunks.problems()))
    measures.note_trunks(up, max(0, wanted - up))


def is_up(gateway: Known) -> bool:
    """Tell whether calls can go over a gateway."""
    return gateway.status == "UP" and (gateway.state == "NOREG" or gateway.state in REGISTERED)


def _await_gone(client: EventSocket, names: set[str]) -> None:
    ends = time.monotonic() + _GONE_SECONDS
    while names & {one.name for one in known(client)} and time.monotonic() < ends:
        time.sleep(_POLL_SECONDS)


def keep(stopping: threading.Event) -> None:
    """Let FreeSWITCH have what it should, whatever it missed, and look up names, until `stopping` is set."""
    is_down = False
    while not stopping.is_set():
        try:
            names.look_up()
            with EventSocket(access.door()) as client:
                changed = apply(client)
                measure(known(client))
            if changed and not is_down:
                _log.info("%d gateways were not as the SIP engine should have them.", changed)
            is_down = False
        except SwitchUnavailable:  # the listener says so
            if not is_down:
                measure(())
            is_down = True
        except Exception:  # noqa: BLE001 — whatever it is, it is tried again
            _log.exception("The SIP engine could not be told of gateways.")
        finally:
            database.db.leave()
            volatile.db.leave()
        stopping.wait(1.0 if is_down else KEPT_SECONDS)
