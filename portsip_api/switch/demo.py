"""The engine of a demonstration: phones and calls that nobody hears. See `pbx.upkeep.demo_life`."""

from collections.abc import Collection, Sequence
from typing import Final

from portsip_api.pbx.access import tenants
from portsip_api.pbx.calls.active import ActiveCall
from portsip_api.pbx.calls.conferencing import Command, LiveConference
from portsip_api.pbx.calls.history import PastCall
from portsip_api.pbx.calls.kept.forgetting import Account
from portsip_api.pbx.calls.placing import PlacedCall
from portsip_api.pbx.calls.records import Party
from portsip_api.pbx.calls.registrations import Registration
from portsip_api.pbx.errors import SwitchUnavailable
from portsip_api.pbx.mailboxes.messages import Counts
from portsip_api.pbx.trunks.states import TrunkState
from portsip_api.pbx.upkeep import demo_calls, demo_life
from portsip_api.store.clock import clock

_HOUR: Final = 3_600


class DemoSwitch:
    """What `Switch` asks of an engine, answered from what the demonstration has written into the extensions."""

    is_attached = True

    def call(self, call: PlacedCall) -> None:
        """Let both be on a call, which ends some time."""
        tenant_id = tenants.id_of_domain(call.domain)
        if tenant_id is not None:
            demo_calls.begin(tenant_id, call.extension, call.to[0], call.session_id)

    # Active calls.

    def active_calls(self, domain: str) -> Sequence[ActiveCall]:
        """Return those that go on."""
        tenant_id = tenants.id_of_domain(domain)
        return [] if tenant_id is None else [_active(call) for call in demo_calls.under_way(tenant_id)]

    def hang_up(self, domain: str, call_id: str) -> None:
        """Let a call end."""
        found = demo_calls.named(domain, call_id)
        if found is not None:
            demo_calls.end(*found)

    def transfer(self, domain: str, call_id: str, by: str, target: str) -> None:
        """Let whom `by` talks to talk to `target`."""
        demo_calls.transfer(domain, call_id, by, target)

    # Registrations.

    def registrations(self, domain: str) -> Sequence[Registration]:
        """Return those of the extensions that are not offline."""
        tenant_id = tenants.id_of_domain(domain)
        people = [] if tenant_id is None else demo_life.taking_part(tenant_id)
        return [
            _registration(one.id, one.number, one.phone_mac_address, domain) for one in people if one.line != "OFFLINE"
        ]

    def drop(self, registration: Registration) -> None:
        """Let the phone go; it comes back some time."""
        number, _, domain = registration.identity.partition("@")
        demo_life.leave(domain, number)

    # Mailboxes.

    def message_waiting(self, domain: str, number: str, counts: Counts) -> None:
        """Tell nobody, since there are no phones."""
        del domain, number, counts

    # Accounts.

    def forget_accounts(self, accounts: Collection[Account]) -> None:
        """Do nothing: there are no phones."""
        del accounts

    def accounts_there(self) -> Collection[Account]:
        """Return none, since nobody keeps any."""
        return ()

    def recall_accounts(self, accounts: Collection[Account]) -> None:
        """Do nothing, as above."""
        del accounts

    # Conferences.

    def conferences(self, domain: str) -> Sequence[LiveConference]:
        """Return none: nobody enters one in a demonstration."""
        del domain
        return ()

    def command(self, domain: str, conference: str, command: Command) -> str:
        """Raise SwitchUnavailable."""
        del domain, conference, command
        raise SwitchUnavailable("Nobody can be called into a conference in a demonstration.")

    # Gateways.

    def trunk_states(self, tenant_id: int) -> Sequence[TrunkState]:
        """Return none: no call leaves a demonstration."""
        del tenant_id
        return ()

    def trunks_changed(self) -> None:
        """Do nothing: there is nobody to tell."""


def _active(call: PastCall) -> ActiveCall:
    caller, callee = Party(call.caller, call.caller_name), Party(call.callee, call.callee_name)
    return ActiveCall(call.call_id, call.session_id, caller, callee, call.recipient, call.started, call.answered)


def _registration(extension_id: int, number: str, mac: str, domain: str) -> Registration:
    ip = f"127.0.{extension_id // 250 % 250}.{extension_id % 250 + 1}"
    return Registration(
        uri=f"sip:{number}@{domain}",
        contact=f"sip:{number}@{ip}:5060",
        call_id=f"{mac.lower()}@{ip}",
        instrument=mac,
        server=domain,
        ip=ip,
        expires=clock.wall() + _HOUR - extension_id % 600,
        identity=f"{number}@{domain}",
    )
