"""Who is superadmin, only a superadmin decides.

A user with the permission `rest` administers the tenant but is not shown passwords. If it could give that permission
to itself, or a new password to who has it, the difference would be none. So what says anything of the permission
`superadmin`, a user who has it and a group that sets it, is changed by superadmins only. The rule is ours.
"""

from collections.abc import Iterable

from portsip_api.pbx.errors import Forbidden
from portsip_api.pbx.extensions import permission_values
from portsip_api.pbx.identity import SUPERADMIN
from portsip_api.sipxcom.core.authentication import current_tenant, is_superadmin


def guard_permissions(names: Iterable[str]) -> None:
    """Raise Forbidden when `superadmin` is among the permissions `names` and somebody else asks."""
    if SUPERADMIN in names and not is_superadmin():
        raise _refused()


def guard_user(user_id: int) -> None:
    """Raise Forbidden when the user is a superadmin and whoever asks is none."""
    if permission_values.has(current_tenant(), user_id, SUPERADMIN) and not is_superadmin():
        raise _refused()


def guard_groups(group_ids: Iterable[int]) -> None:
    """Raise Forbidden when one of the groups sets the permission `superadmin` and somebody else asks."""
    if permission_values.is_set_by(current_tenant(), group_ids, SUPERADMIN) and not is_superadmin():
        raise _refused()


def _refused() -> Forbidden:
    return Forbidden("Only a superadmin may decide who is superadmin.")
