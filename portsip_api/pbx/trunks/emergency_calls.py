"""Who made the last emergency call from each place: whoever took it may call back, at the ELIN that was shown.

An ELIN is the number of a place and nobody's own, so it is kept who called from there. That is in the volatile file: an
emergency call waits for no import, and a restart of the server forgets nothing; one of the machine does. Source:
contract `sipxcom-admin.md`, section 7, has ELINs; that these lead back, and for how long, is ours.
"""

from collections.abc import Iterable
from typing import Final

from portsip_api.pbx.extensions.tables import Extension
from portsip_api.pbx.numbers.outside import cleaned
from portsip_api.pbx.trunks import emergency_calls_sql
from portsip_api.store import volatile
from portsip_api.store.clock import clock

CALL_BACK_SECONDS: Final = 7_200.0


def note(tenant_id: int, elin: str, extension_id: int) -> None:
    """Keep that an extension makes an emergency call and shows an ELIN; what is past is forgotten."""
    now = clock.boot()
    with volatile.writing():
        emergency_calls_sql.delete_past(now)
        emergency_calls_sql.write(tenant_id, _bare(elin), extension_id, now + CALL_BACK_SECONDS)


def caller_from(tenant_ids: Iterable[int], dialled: str) -> tuple[int, str] | None:
    """Return tenant and number of the extension that made the last emergency call from the place of an ELIN, as it was
    dialled, in any of some tenants; None where there was none of late.
    """
    for tenant_id, extension_id in emergency_calls_sql.callers(tenant_ids, _bare(dialled), clock.boot()):
        extension = Extension.find(tenant_id, id=extension_id)
        if extension is not None:
            return tenant_id, extension.number
    return None


def _bare(number: str) -> str:
    return cleaned(number).removeprefix("+")
