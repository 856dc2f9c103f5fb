"""The SIP engine behind one small interface, `pbx.calls.Switch`: none, FreeSWITCH, or that of a demonstration."""

import threading
from collections.abc import Callable
from typing import Final

from portsip_api.pbx.calls.placing import Switch
from portsip_api.switch.demo import DemoSwitch
from portsip_api.switch.freeswitch import trunks
from portsip_api.switch.freeswitch.engine import FreeSwitch
from portsip_api.switch.freeswitch.listener import Listener
from portsip_api.switch.none import NoSwitch
from portsip_api.switch.teller import Teller

DEMO: Final = "demo"
FREESWITCH: Final = "freeswitch"
_ENGINES: Final[dict[str, Callable[[], Switch]]] = {DEMO: DemoSwitch, FREESWITCH: FreeSwitch}

switch: Switch = NoSwitch()


def attach(name: str) -> None:
    """Make the engine that a setting names, `none`, `demo` or `freeswitch`, that of this process."""
    global switch  # noqa: PLW0603 — the one place where it is exchanged
    switch = _ENGINES.get(name, NoSwitch)()


def listeners(name: str) -> tuple[Callable[[threading.Event], None], ...]:
    """Return what is to run until it is told to stop, in one process, beside an engine of that name."""
    teller = Teller(lambda: switch).run
    return {FREESWITCH: (Listener().run, trunks.keep, teller), DEMO: (teller,)}.get(name, ())
