"""`/api/schedules`: general schedules, those of groups and those of users.

Source: sipXcom REST API, "Schedules"; contract `sipxcom-admin.md`, section 6.8.
"""

from collections.abc import Sequence
from typing import Any, Final

from portsip_api.pbx.hours import schedules as pbx_schedules
from portsip_api.pbx.hours.periods import Period
from portsip_api.pbx.hours.schedules import Kind as Owner
from portsip_api.pbx.hours.schedules import Schedule
from portsip_api.sipxcom.admin.schedule_kinds import DAY, END, OWNER, TIME
from portsip_api.sipxcom.core.authentication import Access, current_tenant
from portsip_api.sipxcom.core.blueprint import BARE_ID, NOTHING, Resources, require_given
from portsip_api.sipxcom.core.records import FLAG, WHOLE, Leaf, Many, Nested, Record
from portsip_api.sipxcom.core.styles import API

schedules = Resources("schedules", __name__, API, "Schedules")

_NOBODY: Final = -1
_TIME_MEANING: Final = "A time of day, in the zone of the PBX, written as if it were GMT; in JSON milliseconds."
HOURS: Final = Record(
    "workingHours",
    (
        Leaf("enabled", FLAG, "True when absent."),
        Leaf("start", TIME, _TIME_MEANING, required=True),
        Leaf(
            "stop",
            END,
            f"{_TIME_MEANING} It comes after the start; a whole day is the end of the day. Seconds are dropped.",
            required=True,
        ),
        Leaf("scheduledDay", DAY, required=True),
    ),
    "WorkingHours",
)
_SCHEDULE: Final = Record(
    "Schedule",
    (
        Leaf("id", WHOLE, "Given by the server; ignored in a request.", ignored=True),
        Leaf("name", required=True),
        Leaf("description"),
        Leaf("userId", WHOLE, "-1: no user's."),
        Leaf("groupId", WHOLE, "-1: no group's."),
        Leaf("type", OWNER, "When absent, what has a user's or a group's id is theirs."),
        Nested("workingTime", Record("workingTime", (Many("workingHours", HOURS, bare=True),), "WorkingTime")),
    ),
    "Schedule",
)
_SCHEDULES: Final = Record("Schedules", (Many("schedules", _SCHEDULE, bare=True),), "Schedules")


@schedules.route("/api/schedules", methods=["POST"])
@schedules.reads(_SCHEDULE)
@schedules.allowed(Access.ADMINISTRATION)
@schedules.answers(BARE_ID, errors=(404, 409), note="An unknown user or group is 404; names are unique for an owner.")
def create_schedule(given: dict[str, Any]) -> int:
    """Make a schedule."""
    return pbx_schedules.create(current_tenant(), _fields(given) | _owner(given))


@schedules.route("/api/schedules/general")
@schedules.allowed(Access.ADMINISTRATION)
@schedules.answers(_SCHEDULES)
def list_general_schedules() -> dict[str, Any]:
    """List the schedules that are no group's or user's."""
    return _listed(pbx_schedules.list_general(current_tenant()))


@schedules.route("/api/schedules/group")
@schedules.allowed(Access.ADMINISTRATION)
@schedules.answers(_SCHEDULES)
def list_group_schedules() -> dict[str, Any]:
    """List the schedules of all groups."""
    return _listed(pbx_schedules.list_group(current_tenant()))


@schedules.route("/api/schedules/group/<number:group_id>")
@schedules.allowed(Access.ADMINISTRATION)
@schedules.answers(_SCHEDULES, errors=(404,))
def list_schedules_of_group(group_id: int) -> dict[str, Any]:
    """List the schedules of a user group."""
    return _listed(pbx_schedules.list_group(current_tenant(), group_id))


@schedules.route("/api/schedules/user/<number:user_id>/all")
@schedules.allowed(Access.ADMINISTRATION)
@schedules.answers(_SCHEDULES, errors=(404,))
def list_schedules_of_user(user_id: int) -> dict[str, Any]:
    """List a user's own schedules and those of the user's groups."""
    return _listed(pbx_schedules.list_user(current_tenant(), user_id))


@schedules.route("/api/schedules/user/<number:user_id>/personal")
@schedules.allowed(Access.ADMINISTRATION)
@schedules.answers(_SCHEDULES, errors=(404,))
def list_personal_schedules(user_id: int) -> dict[str, Any]:
    """List a user's own schedules."""
    return _listed(pbx_schedules.list_user(current_tenant(), user_id, personal=True))


@schedules.route("/api/schedules/user/<number:user_id>/personal", methods=["POST"])
@schedules.reads(_SCHEDULE)
@schedules.allowed(Access.ADMINISTRATION)
@schedules.answers(BARE_ID, errors=(404, 409), note="Whose it is stands in the address, whatever the body says.")
def create_personal_schedule(given: dict[str, Any], user_id: int) -> int:
    """Make a schedule of a user's own."""
    return pbx_schedules.create(current_tenant(), _fields(given) | {"kind": Owner.USER, "user_id": user_id})


@schedules.route("/api/schedules/<number:id>")
@schedules.allowed(Access.ADMINISTRATION)
@schedules.answers(_SCHEDULE, errors=(404,))
def show_schedule(id: int) -> dict[str, Any]:  # noqa: A002 — the wire's word
    """Show a schedule."""
    return _shown(pbx_schedules.show(current_tenant(), id))


@schedules.route("/api/schedules/<number:id>", methods=["PUT"])
@schedules.reads(_SCHEDULE)
@schedules.allowed(Access.ADMINISTRATION)
@schedules.answers(NOTHING, errors=(404, 409), note="Whose it is stays, whatever the body says.")
def replace_schedule(given: dict[str, Any], id: int) -> None:  # noqa: A002 — the wire's word
    """Replace a schedule's name, description and periods."""
    pbx_schedules.replace(current_tenant(), id, _fields(given))


@schedules.route("/api/schedules/<number:id>", methods=["DELETE"])
@schedules.allowed(Access.ADMINISTRATION)
@schedules.answers(NOTHING, errors=(404,))
def destroy_schedule(id: int) -> None:  # noqa: A002 — the wire's word
    """Remove a schedule; what it limited is no longer limited."""
    pbx_schedules.destroy(current_tenant(), id)


@schedules.route(
    "/api/schedules/<number:id>/period", methods=["POST"], also=["/api/schedules/<number:id>/period/<number:index>"]
)
@schedules.reads(HOURS)
@schedules.allowed(Access.ADMINISTRATION)
@schedules.answers(NOTHING, errors=(404,), note="It is appended, whatever index the address has.")
def add_period(given: dict[str, Any], id: int, index: int = 0) -> None:  # noqa: A002 — the wire's word
    """Append a period to a schedule."""
    del index
    pbx_schedules.add_period(current_tenant(), id, period_of(given))


@schedules.route("/api/schedules/<number:id>/period/<number:index>", methods=["DELETE"])
@schedules.allowed(Access.ADMINISTRATION)
@schedules.answers(NOTHING, errors=(404,), note="The index counts from 0.")
def remove_period(id: int, index: int) -> None:  # noqa: A002 — the wire's word
    """Take a period from a schedule."""
    pbx_schedules.remove_period(current_tenant(), id, index)


def _listed(found: Sequence[Schedule]) -> dict[str, Any]:
    return {"schedules": [_shown(schedule) for schedule in found]}


def _shown(schedule: Schedule) -> dict[str, Any]:
    hours = [shown_period(period) for period in schedule.periods]
    return {
        "id": schedule.id,
        "name": schedule.name,
        "description": schedule.description or None,
        "userId": schedule.user_id or _NOBODY,
        "groupId": schedule.group_id or _NOBODY,
        "type": schedule.kind,
        "workingTime": {"workingHours": hours},
    }


def shown_period(period: Period) -> dict[str, Any]:
    """Return a period as HOURS shows it."""
    return {"enabled": period.enabled, "start": period.start, "stop": period.stop, "scheduledDay": period.day}


def _fields(given: dict[str, Any]) -> dict[str, Any]:
    hours = given.get("workingTime", {}).get("workingHours", [])
    return {
        "name": given["name"],
        "description": given.get("description"),
        "periods": [period_of(one) for one in hours],
    }


def period_of(given: dict[str, Any]) -> dict[str, Any]:
    """Return the period, as `pbx.hours.schedules` has it, of what was read as HOURS. Raises Invalid."""
    require_given(HOURS, given)
    names = {"day": "scheduledDay", "start": "start", "stop": "stop", "enabled": "enabled"}
    return {own: given.get(name) for own, name in names.items()}


def _owner(given: dict[str, Any]) -> dict[str, Any]:
    user_id, group_id = (
        found if (found := given.get(name, _NOBODY)) != _NOBODY else None for name in ("userId", "groupId")
    )
    derived = Owner.USER if user_id is not None else Owner.GROUP if group_id is not None else Owner.GENERAL
    return {"kind": given.get("type", derived), "user_id": user_id, "group_id": group_id}
