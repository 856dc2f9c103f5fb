"""Users by their ids for instant messages, which the administration gives them.

Source: contract `sipxcom-user.md`, section 6.5 (`imId`, `inviteim`).
"""

from collections.abc import Iterable

from portsip_api.pbx.errors import NotFound
from portsip_api.pbx.people import users_sql


def number_of(tenant_id: int, im_id: str) -> str:
    """Return the number of the user who has this id; of several, of the first who was made. Raises NotFound."""
    found = users_sql.number_of_im(tenant_id, im_id) if im_id else None
    if found is None:
        raise NotFound("There is no user with this id for instant messages.")
    return found


def of_numbers(tenant_id: int, numbers: Iterable[str]) -> dict[str, str]:
    """Return the ids of the users with these numbers, by number, of those who have one; in one statement."""
    return users_sql.im_ids(tenant_id, numbers)
