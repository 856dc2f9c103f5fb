"""An engine with calls, for tests of what is asked of one."""

from dataclasses import replace

from portsip_api.pbx.calls.active import ActiveCall
from portsip_api.pbx.calls.placing import PlacedCall
from portsip_api.pbx.calls.records import Party
from portsip_api.switch.none import NoSwitch
from tests.pbx.calls.records import START


class Engine(NoSwitch):
    """It takes every call, which rings until a test lets it be answered; what it was told is in `told`."""

    is_attached = True

    def __init__(self, domain: str = "pbx.local") -> None:
        self.domain = domain
        self.calls: list[ActiveCall] = []
        self.placed: list[PlacedCall] = []
        self.told: list[tuple[str, ...]] = []

    def call(self, call: PlacedCall) -> None:
        self.placed.append(call)
        self.ring(call.extension, call.to[0], call.session_id)

    def ring(self, caller: str, callee: str, session_id: int, started: int = START, name: str = "") -> ActiveCall:
        made = ActiveCall(f"id-{session_id}", session_id, Party(caller, name), Party(callee), "", started, None)
        self.calls.append(made)
        return made

    def answer(self) -> None:
        """Let every call be answered, a second after it began."""
        self.calls = [replace(call, answered=call.started + 1_000, recipient=call.callee.number) for call in self.calls]

    def active_calls(self, domain: str) -> list[ActiveCall]:
        return self.calls if domain == self.domain else []

    def hang_up(self, domain: str, call_id: str) -> None:
        self.told.append(("hang up", domain, call_id))
        self.calls = [call for call in self.calls if call.call_id != call_id]

    def transfer(self, domain: str, call_id: str, by: str, target: str) -> None:
        self.told.append(("transfer", domain, call_id, by, target))
