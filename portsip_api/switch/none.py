"""No SIP engine: nothing registers, and no call can be placed."""

from collections.abc import Sequence

from portsip_api.pbx.calls.conferencing import Command, LiveConference
from portsip_api.pbx.calls.registrations import Registration
from portsip_api.pbx.errors import SwitchUnavailable


class NoSwitch:
    """The engine of a server that has none."""

    is_attached = False

    def call(self, domain: str, extension: str, to: str, caller_id: str) -> str:
        """Raise SwitchUnavailable."""
        del domain, extension, to, caller_id
        raise SwitchUnavailable("No SIP engine is attached to this server, so that no call can be placed.")

    def registrations(self, domain: str) -> Sequence[Registration]:
        """Return none, since nothing can register."""
        del domain
        return ()

    def drop(self, registration: Registration) -> None:
        """Raise SwitchUnavailable."""
        del registration
        raise SwitchUnavailable("No SIP engine is attached to this server, so that nothing is registered.")

    # Conferences.

    def conferences(self, domain: str) -> Sequence[LiveConference]:
        """Return none, since nobody can call."""
        del domain
        return ()

    def command(self, domain: str, conference: str, command: Command) -> str:
        """Raise SwitchUnavailable."""
        del domain, conference, command
        raise SwitchUnavailable("No SIP engine is attached to this server, so that nobody can be in a conference.")
