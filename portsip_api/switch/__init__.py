"""The SIP engine behind one small interface, `pbx.calls.Switch`: none so far, or that of a demonstration."""

from typing import Final

from portsip_api.pbx.calls.placing import Switch
from portsip_api.switch.demo import DemoSwitch
from portsip_api.switch.none import NoSwitch

DEMO: Final = "demo"

switch: Switch = NoSwitch()


def attach(name: str) -> None:
    """Make the engine that a setting names, `none` or `demo`, that of this process."""
    global switch  # noqa: PLW0603 — the one place where it is exchanged
    switch = DemoSwitch() if name == DEMO else NoSwitch()
