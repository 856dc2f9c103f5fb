"""No SIP engine: nothing registers, and no call can be placed."""

from portsip_api.pbx.errors import SwitchUnavailable


class NoSwitch:
    """The engine of a server that has none."""

    def call(self, domain: str, extension: str, to: str, caller_id: str) -> str:
        """Raise SwitchUnavailable."""
        del domain, extension, to, caller_id
        raise SwitchUnavailable("No SIP engine is attached to this server, so that no call can be placed.")
