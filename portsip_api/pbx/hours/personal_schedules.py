"""Schedules as their users see them: their own, which they write, and those of their groups, which they use.

Source: contract sipxcom-user.md, `/my/callfwdsched`.
"""

from collections.abc import Mapping, Sequence

from portsip_api.pbx.errors import Forbidden, Invalid, NotFound
from portsip_api.pbx.hours import schedules, tables
from portsip_api.pbx.hours.periods import Period, overlap
from portsip_api.pbx.hours.schedules import Kind, Schedule
from portsip_api.store import database


def show(tenant_id: int, user_id: int, schedule_id: int) -> Schedule:
    """Return a schedule of a user's own or of one of the user's groups. Raises NotFound for everybody else's."""
    for schedule in schedules.list_user(tenant_id, user_id):
        if schedule.id == schedule_id:
            return schedule
    raise NotFound(tables.Schedule.missing)


def create(tenant_id: int, user_id: int, fields: Mapping[str, object]) -> int:
    """Make a schedule of a user's own and return its id.

    `fields`: name, description and periods, as for `schedules.create`. There is a period at least, and none overlap.
    Raises Invalid and Duplicate (the user has one of this name).
    """
    return schedules.create(tenant_id, {**_checked(fields), "kind": Kind.USER, "user_id": user_id})


def replace(tenant_id: int, user_id: int, schedule_id: int, fields: Mapping[str, object]) -> None:
    """Replace a schedule of a user's own.

    Raises what `create` does, NotFound, and Forbidden for one of a group, which administrators write.
    """
    values = _checked(fields)
    with database.writing():
        _require_own(tenant_id, user_id, schedule_id)
        schedules.replace(tenant_id, schedule_id, values)


def destroy(tenant_id: int, user_id: int, schedule_id: int) -> None:
    """Delete a schedule of a user's own; what it limited is no longer limited. Raises NotFound and Forbidden."""
    with database.writing():
        _require_own(tenant_id, user_id, schedule_id)
        schedules.destroy(tenant_id, schedule_id)


def _require_own(tenant_id: int, user_id: int, schedule_id: int) -> None:
    if show(tenant_id, user_id, schedule_id).user_id != user_id:
        raise Forbidden("A schedule of a group is changed by administrators.")


def _checked(fields: Mapping[str, object]) -> Mapping[str, object]:
    values = schedules.checked_fields(fields)
    periods: Sequence[Period] = values["periods"]
    if not periods:
        raise Invalid({"periods": ["Must have a period at least."]})
    if overlap(periods):
        raise Invalid({"periods": ["Must not overlap."]})
    return fields
