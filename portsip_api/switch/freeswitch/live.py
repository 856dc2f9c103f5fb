"""What FreeSWITCH's events say of phones and calls at the moment: who is registered, who talks. Nothing is written.

An extension is named by its address, `201@pbx.example`. Who is on a call is known from what FreeSWITCH authenticated,
or from whom we let ring, never from what a phone says of itself.
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import Final

from portsip_api.pbx.calls.lines import OFFLINE, ON_CALL, ONLINE, Line
from portsip_api.switch.freeswitch.event_socket import Event

ANSWERED: Final = "CHANNEL_ANSWER"
# A request with a proof of who sends it, by which it registers or calls, and what FreeSWITCH thinks of it.
ATTEMPTED: Final = "sofia::register_attempt"
NAMES: Final = (ANSWERED, "CHANNEL_HANGUP_COMPLETE")
SUBCLASSES: Final = (
    *("sofia::register", "sofia::unregister", "sofia::expire", ATTEMPTED),
    "conference::maintenance",
    "pbx::queue",
)


class Live:
    """Registrations and calls as events tell them, beginning with what was there at a moment."""

    def __init__(self) -> None:
        """Nobody is there."""
        self._phones: dict[str, dict[str, str]] = defaultdict(dict)  # address: Call-ID: what the phone says it is
        self._calls: dict[str, str] = {}  # leg: address
        self._legs: dict[str, set[str]] = defaultdict(set)

    def begin(self, phones: Iterable[tuple[str, str, str]], legs: Iterable[Event]) -> None:
        """Forget what was known: these are there now, address, Call-ID and agent of phones, and the answered legs."""
        self._phones.clear()
        self._calls.clear()
        self._legs.clear()
        for address, call_id, agent in phones:
            self._phones[address][call_id] = agent
        for leg in legs:
            self._answer(leg)

    def take(self, event: Event) -> str:
        """Take an event in, and return the address whose line may have changed; empty when none has."""
        name = event.get("Event-Subclass") or event.get("Event-Name")
        match name:
            case "CHANNEL_ANSWER":
                return self._answer(event)
            case "CHANNEL_HANGUP_COMPLETE":
                return self._hang_up(event)
            case "sofia::register":
                address = _address(event.get("from-user"), event.get("from-host"))
                self._phones[address][str(event.get("call-id"))] = str(event.get("user-agent", ""))
                return address
            case "sofia::unregister":
                address = _address(event.get("from-user"), event.get("from-host"))
            case "sofia::expire":
                address = _address(event.get("user"), event.get("host"))
            case _:
                return ""
        self._phones[address].pop(str(event.get("call-id")), None)
        return address

    def line(self, address: str) -> Line:
        """Return what is known of an extension."""
        agents = list(self._phones.get(address, {}).values())
        state = ON_CALL if self._legs.get(address) else ONLINE if agents else OFFLINE
        return Line(state, agents[-1] if agents else "")

    def counts(self) -> tuple[int, int]:
        """Return how many phones are registered, and how many extensions are on a call."""
        return sum(map(len, self._phones.values())), sum(map(bool, self._legs.values()))

    def lines(self) -> dict[str, Line]:
        """Return what is known of everybody who is not offline."""
        known = {address for of in (self._phones, self._legs) for address, found in of.items() if found}
        return {address: self.line(address) for address in known}

    def _answer(self, event: Event) -> str:
        leg, address = str(event.get("Unique-ID", "")), owner(event)
        if leg and address:
            self._calls[leg] = address
            self._legs[address].add(leg)
        return address

    def _hang_up(self, event: Event) -> str:
        leg = str(event.get("Unique-ID", ""))
        address = self._calls.pop(leg, "")
        self._legs[address].discard(leg)
        return address


def owner(event: Event) -> str:
    """Return the address of the extension whose leg an event tells of; empty for one that is nobody's here."""
    if event.get("variable_sip_auth_username") and event.get("variable_sip_auth_realm"):
        return _address(event["variable_sip_auth_username"], event["variable_sip_auth_realm"])
    if event.get("variable_sip_acl_authed_by"):  # which FreeSWITCH says to dial whoever was rung last
        return ""
    return _address(event.get("variable_dialed_user"), event.get("variable_dialed_domain"))


def _address(user: object, domain: object) -> str:
    return f"{user}@{domain}" if user and domain else ""
