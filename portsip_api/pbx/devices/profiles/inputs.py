"""What the profiles of a phone are made from, gathered from the store. Source: contract (sipXcom), section 5.8."""

from collections.abc import Callable

from portsip_api.pbx.access import tenants
from portsip_api.pbx.devices import credentials, phones, transports
from portsip_api.pbx.devices.lines import Line
from portsip_api.pbx.devices.phones import Phone
from portsip_api.pbx.devices.profiles.files import ProfileInput, ProfileLine, Provisioning
from portsip_api.pbx.devices.settings import of_known_line, of_known_phone
from portsip_api.pbx.devices.transports import Transport
from portsip_api.pbx.settings.device_models import phone_model
from portsip_api.pbx.settings.values import InForce, in_force
from portsip_api.pbx.trunks import locations


def of_phone(tenant_id: int, serial: str, url: Callable[[str], str] | None = None) -> ProfileInput:
    """Return what the profiles of a phone are made from, passwords in clear, in a constant number of statements.

    `url` makes the URL of the phone's folder from the secret of its credential; without it the profiles do not say
    where the phone is to fetch them. Raises NotFound and KeyMissing.
    """
    phone = phones.find_by_serial(tenant_id, serial)
    model = phone_model(phone.model_id)
    own, *of_lines = in_force(
        [of_known_phone(tenant_id, phone), *(of_known_line(tenant_id, phone, line) for line in phone.lines)]
    )
    return ProfileInput(
        serial=phone.serial,
        model_id=model.model_id,
        model_label=model.label,
        vendor=model.vendor,
        device=model.family,
        version=model.version_or_default(phone.device_version),
        max_lines=model.max_lines,
        description=phone.description or "",
        domain=tenants.domain_of(tenant_id),
        lines=[_line(line, each) for line, each in zip(phone.lines, of_lines, strict=True)],
        settings=own.values,
        location=_location(tenant_id, phone),
        chosen=own.chosen,
        provisioning=None if url is None else _provisioning(tenant_id, phone, url),
    )


def _provisioning(tenant_id: int, phone: Phone, url: Callable[[str], str]) -> Provisioning:
    credential = credentials.show(tenant_id, phone.id)
    return Provisioning(url(credential.secret), credential.user, credential.password)


def _line(line: Line, given: InForce) -> ProfileLine:
    is_own = line.extension_id is not None
    transport = transports.of_line(given.values) if is_own else None
    return ProfileLine(
        user_name=line.user_id or "",
        auth_name=line.user_id or "",
        password=line.password(),
        display_name=line.display_name or line.user_id or "",
        server=line.registration_server or "",
        port=line.registration_server_port,
        outbound_proxy=_own_address(transport) if is_own else "",
        voicemail=line.mailbox or "",
        settings=given.values,
        transport=transport.name if transport else "",
        external=not is_own,
        chosen=given.chosen,
    )


def _own_address(transport: Transport | None) -> str:
    address = transports.server_address()
    if not address or transport is None or transport.port == transports.USUAL_PORT:
        return address
    return f"{address}:{transport.port}"


def _location(tenant_id: int, phone: Phone) -> str | None:
    """Return the place that emergency calls come from: the phone's, else that of a group, else that of a user."""
    groups = [("phonegroup", group.id) for group in phone.groups]
    users = [("user", line.extension_id) for line in phone.lines if line.extension_id is not None]
    found = locations.first_of(tenant_id, [("phone", phone.id), *groups, *users])
    return None if found is None else found.location or found.elin
