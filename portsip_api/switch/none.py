"""No SIP engine: nothing registers, and no call can be placed."""

from collections.abc import Collection, Sequence
from typing import Final

from portsip_api.pbx.calls.active import ActiveCall
from portsip_api.pbx.calls.conferencing import Command, LiveConference
from portsip_api.pbx.calls.kept.forgetting import Account
from portsip_api.pbx.calls.placing import PlacedCall
from portsip_api.pbx.calls.registrations import Registration
from portsip_api.pbx.errors import SwitchUnavailable
from portsip_api.pbx.mailboxes.messages import Counts
from portsip_api.pbx.trunks.states import TrunkState

_NO_CALLS: Final = "No SIP engine is attached to this server, so that there are no calls."


class NoSwitch:
    """The engine of a server that has none."""

    is_attached = False

    def call(self, call: PlacedCall) -> None:
        """Raise SwitchUnavailable."""
        del call
        raise SwitchUnavailable("No SIP engine is attached to this server, so that no call can be placed.")

    # Active calls.

    def active_calls(self, domain: str) -> Sequence[ActiveCall]:
        """Return none, since nothing connects calls."""
        del domain
        return ()

    def hang_up(self, domain: str, call_id: str) -> None:
        """Raise SwitchUnavailable."""
        del domain, call_id
        raise SwitchUnavailable(_NO_CALLS)

    def transfer(self, domain: str, call_id: str, by: str, target: str) -> None:
        """Raise SwitchUnavailable."""
        del domain, call_id, by, target
        raise SwitchUnavailable(_NO_CALLS)

    # Registrations.

    def registrations(self, domain: str) -> Sequence[Registration]:
        """Return none, since nothing can register."""
        del domain
        return ()

    def drop(self, registration: Registration) -> None:
        """Raise SwitchUnavailable."""
        del registration
        raise SwitchUnavailable("No SIP engine is attached to this server, so that nothing is registered.")

    # Mailboxes.

    def message_waiting(self, domain: str, number: str, counts: Counts) -> None:
        """Tell nobody, since there are no phones."""
        del domain, number, counts

    # Accounts.

    def forget_accounts(self, accounts: Collection[Account]) -> None:
        """Do nothing: nobody keeps any."""
        del accounts

    def accounts_there(self) -> Collection[Account]:
        """Return none, since nobody keeps any."""
        return ()

    def recall_accounts(self, accounts: Collection[Account]) -> None:
        """Do nothing, as above."""
        del accounts

    # Conferences.

    def conferences(self, domain: str) -> Sequence[LiveConference]:
        """Return none, since nobody can call."""
        del domain
        return ()

    def command(self, domain: str, conference: str, command: Command) -> str:
        """Raise SwitchUnavailable."""
        del domain, conference, command
        raise SwitchUnavailable("No SIP engine is attached to this server, so that nobody can be in a conference.")

    # Gateways.

    def trunk_states(self, tenant_id: int) -> Sequence[TrunkState]:
        """Return none, since nothing reaches them."""
        del tenant_id
        return ()

    def trunks_changed(self) -> None:
        """Do nothing: there is nobody to tell."""
