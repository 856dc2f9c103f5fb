"""The groups of a user, by name. Source: contract `sipxcom-users-rules.md`, section 1 (`/users/{u}/groups`)."""

from collections.abc import Sequence
from typing import Final

from portsip_api.pbx.errors import Invalid, NotFound
from portsip_api.pbx.extensions import groups, groups_sql, user_groups
from portsip_api.pbx.extensions.group_keys import GroupKey
from portsip_api.pbx.people import people
from portsip_api.store import database

MOST: Final = 1_000  # named at once


def present(tenant_id: int, names: Sequence[str]) -> list[int]:
    """Return the ids of those groups of `names` that there are."""
    found = []
    for name in names:
        try:
            found.append(user_groups.find_by_name(tenant_id, name).id)
        except NotFound:
            continue
    return found


def join(tenant_id: int, user_id: int, names: Sequence[str]) -> None:
    """Let a user be in the groups of those names beside the present ones; those that are missing are made.

    Raises NotFound (no such user), Invalid and Duplicate (a name that no group can have).
    """
    if len(names) > MOST:
        raise Invalid({"groups": [f"Must name at most {MOST} groups."]})
    with database.writing():
        own = {group.id for group in people.show(tenant_id, user_id).groups}
        wanted = own | {_found_or_made(tenant_id, name) for name in names}
        if wanted != own:
            _set(tenant_id, user_id, wanted)


def leave(tenant_id: int, user_id: int, name: str) -> None:
    """Take a user out of a group. Raises NotFound (no such user or group)."""
    with database.writing():
        own = {group.id for group in people.show(tenant_id, user_id).groups}
        _set(tenant_id, user_id, own - {user_groups.find_by_name(tenant_id, name).id})


def leave_all(tenant_id: int, user_id: int) -> None:
    """Take a user out of all groups. Raises NotFound."""
    with database.writing():
        people.show(tenant_id, user_id)
        _set(tenant_id, user_id, set())


def branches_of(tenant_id: int, user_id: int) -> set[int]:
    """Return the ids of the branches at which the user's groups are."""
    shown = (user_groups.show(tenant_id, group_id) for group_id in groups_sql.groups_of(tenant_id, user_id))
    return {group.branch.id for group in shown if group.branch is not None}


def _found_or_made(tenant_id: int, name: str) -> int:
    try:
        return user_groups.find_by_name(tenant_id, name).id
    except NotFound:
        return user_groups.create(tenant_id, {"name": name})


def _set(tenant_id: int, user_id: int, group_ids: set[int]) -> None:
    groups.set_groups_of(tenant_id, user_id, [GroupKey(id=id_) for id_ in sorted(group_ids)])
