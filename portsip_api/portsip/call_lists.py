"""What lists of past calls and of recordings have in common: whose they are, and from when to when."""

from collections.abc import Mapping
from datetime import tzinfo
from typing import Any, Final

from portsip_api.framework.blueprint import current_identity
from portsip_api.pbx.calls.keys import Times
from portsip_api.pbx.hours import calendars
from portsip_api.pbx.identity import Role
from portsip_api.pbx.values import Text
from portsip_api.portsip.core import instants
from portsip_api.portsip.core.blueprint import current_tenant
from portsip_api.portsip.core.fields import described
from portsip_api.portsip.core.lists import Listing, ListRequest
from portsip_api.store.paging import Slice

_TIME: Final = Text(64)
_FORMS: Final = (
    "`YYYY-MM-DD HH:MM:SS`, with ` GMT+HH:MM`, ` UTC` or `Z` behind it or in the tenant's time zone, or seconds since "
    "1970; a `+` that the query has lost is read as one"
)


class PastRequest(ListRequest):
    """A page of what has happened, the newest first."""

    start_time = described(_TIME, f"The first moment at which a call may have begun: {_FORMS}.")
    end_time = described(_TIME, "The last such moment, in the same forms.")
    timestamp = described(_TIME, "The first moment, as v9 clients call it.")


def zone_of_tenant() -> tzinfo:
    """Return the time zone of the tenant."""
    return calendars.load(current_tenant()).zone


def times_asked(given: Mapping[str, Any], zone: tzinfo) -> Times:
    """Return from when to when a request asks for. Raises Invalid."""
    since = [
        instants.read(name, given[name], zone) for name in ("start_time", "timestamp") if given.get(name, "").strip()
    ]
    until = instants.read("end_time", given["end_time"], zone) + 999 if given.get("end_time", "").strip() else None
    return Times(max(since) if since else None, until)


def part_asked(listing: Listing, given: dict[str, Any]) -> Slice:
    """Return the part of a list that is asked for, the newest first unless the order is turned round."""
    part = listing.asked(given)[1]
    return Slice(part.offset, part.limit, not part.descending)


def own_extension() -> int | None:
    """Return the id of the extension whose calls alone are shown to who asks, None for all."""
    identity = current_identity()
    return identity.account_id if identity.role is Role.EXTENSION else None
