"""The engine of a demonstration: phones and calls that nobody hears. See `pbx.upkeep.demo_life`."""

import uuid
from collections.abc import Sequence
from typing import Final

from portsip_api.pbx.access import tenants
from portsip_api.pbx.calls.conferencing import Command, LiveConference
from portsip_api.pbx.calls.registrations import Registration
from portsip_api.pbx.errors import SwitchUnavailable
from portsip_api.pbx.upkeep import demo_life
from portsip_api.store.clock import clock

_HOUR: Final = 3_600


class DemoSwitch:
    """What `Switch` asks of an engine, answered from what the demonstration has written into the extensions."""

    is_attached = True

    def call(self, domain: str, extension: str, to: str, caller_id: str) -> str:
        """Let both be on a call, which ends some time, and return the session's id."""
        del caller_id
        demo_life.connect(domain, extension, to)
        return str(uuid.uuid4())

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

    # Conferences.

    def conferences(self, domain: str) -> Sequence[LiveConference]:
        """Return none: nobody enters one in a demonstration."""
        del domain
        return ()

    def command(self, domain: str, conference: str, command: Command) -> str:
        """Raise SwitchUnavailable."""
        del domain, conference, command
        raise SwitchUnavailable("Nobody can be called into a conference in a demonstration.")


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
