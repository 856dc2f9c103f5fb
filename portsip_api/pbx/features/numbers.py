"""The numbers at which features answer: within a tenant each belongs to one object, of whatever kind."""

from portsip_api.pbx.errors import Duplicate
from portsip_api.pbx.uniqueness import Refusals


def number_taken(field: str, *constraints: str) -> Refusals:
    """Return what a client is told of `field` when its number is taken.

    `constraints` are those of the feature's own table; that of the numbers of all kinds is always among them.
    """
    return dict.fromkeys(
        (*constraints, "dialled_number_tenant_id_number_key"),
        lambda: Duplicate("Another object of this tenant has this number.", field),
    )
