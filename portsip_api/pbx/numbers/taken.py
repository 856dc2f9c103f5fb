"""Within a tenant a number belongs to one object, of whatever kind."""

from collections.abc import Callable
from typing import Final

from portsip_api.pbx.errors import Duplicate

DIALLED: Final = "dialled_number_tenant_id_number_key"  # the constraint of the numbers of all kinds
NUMBER_TAKEN: Final = "Another object of this tenant has this number."


def taken(field: str) -> Callable[[], Duplicate]:
    """Return what makes the error of a number, sent as `field`, that something else in the tenant has."""
    return lambda: Duplicate(NUMBER_TAKEN, field)
