"""`/rest/my/callfwdsched`: schedules by which a user's call sequence rings.

Source: sipXcom REST API, "View or modify call forwarding schedules" and "View or modify a schedule ID"; contract
`sipxcom-user.md`, section 6.1.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from portsip_api.framework.blueprint import current_identity
from portsip_api.pbx.errors import Duplicate, Forbidden, Invalid
from portsip_api.pbx.hours import personal_schedules
from portsip_api.pbx.hours import schedules as pbx_schedules
from portsip_api.pbx.hours.periods import Day
from portsip_api.pbx.hours.schedules import Schedule
from portsip_api.sipxcom.core.authentication import Access, current_tenant
from portsip_api.sipxcom.core.blueprint import NOTHING, Resources
from portsip_api.sipxcom.core.errors import PageStatus
from portsip_api.sipxcom.core.records import WHOLE, Kind, Leaf, Many, Nested, Record
from portsip_api.sipxcom.core.styles import REST_JSON

schedules = Resources("own schedules", __name__, REST_JSON, "Schedules of call sequences")

_DAYS: Final = {
    -2: Day.WEEKEND,
    -1: Day.WEEKDAYS,
    0: Day.EVERY_DAY,
    **dict(enumerate((Day.SUNDAY, Day.MONDAY, Day.TUESDAY, Day.WEDNESDAY, Day.THURSDAY, Day.FRIDAY, Day.SATURDAY), 1)),
}
_NUMBERS: Final = {day: number for number, day in _DAYS.items()}
_HOUR: Final = 60  # minutes
_HOURS: Final = 24


def _read_day(value: object) -> Day | None:
    number = WHOLE.read(value)
    if number is not None and number not in _DAYS:
        raise ValueError("Must be -2 (weekend), -1 (weekdays), 0 (every day) or 1 (Sunday) to 7 (Saturday).")
    return _DAYS[number] if number is not None else None


_DAY: Final = Kind(
    {"type": "integer", "minimum": -2, "maximum": 7},
    _read_day,
    json=lambda day: _NUMBERS[day],
    taken=({"type": "string"},),
)
_TIME: Final = Record(
    "time", (Leaf("hrs", WHOLE, "0 to 24."), Leaf("min", WHOLE, "0 to 59; 0 when absent.")), "HoursAndMinutes"
)
_PERIOD: Final = Record(
    "period",
    (
        Leaf("scheduledDay", _DAY, "-2 weekend, -1 weekdays, 0 every day, 1 Sunday to 7 Saturday.", required=True),
        Nested("start", _TIME, "In the zone of the PBX."),
        Nested("end", _TIME, "Later on the same day; 24:00 is the end of the day."),
    ),
    "SchedulePeriod",
)
_SCHEDULE: Final = Record(
    "schedule",
    (
        Leaf("scheduleId", WHOLE, "Given by the server; ignored in a request.", ignored=True),
        Leaf("name", required=True),
        Leaf("description"),
        Many("periods", _PERIOD, "Those that are switched off are not shown."),
    ),
    "OwnSchedule",
)
_SCHEDULES: Final = Record("schedules", (Many("schedules", _SCHEDULE),), "OwnSchedules", array=True)
_ALL: Final = "/rest/my/callfwdsched"
_ONE: Final = f"{_ALL}/<number:id>"
_ALSO: Final = ["/rest/callfwdsched"]
_OTHERS: Final = ["/rest/my/callfwdschedule"]


@schedules.route(_ALL, also=_ALSO, aliases=_OTHERS)
@schedules.allowed(Access.USER)
@schedules.answers(_SCHEDULES)
def list_own_schedules() -> dict[str, Any]:
    """List one's own schedules, followed by those of one's groups."""
    found = pbx_schedules.list_user(current_tenant(), current_identity().account_id)
    return {"schedules": [_shown(schedule) for schedule in found]}


@schedules.route(_ALL, methods=["POST"], also=[*_ALSO, _ONE, "/rest/callfwdsched/<number:id>"], aliases=_OTHERS)
@schedules.reads(_SCHEDULE)
@schedules.allowed(Access.USER)
@schedules.answers(NOTHING, errors=(422,), note="An id in the address is ignored: a list tells which one it got.")
def create_own_schedule(given: dict[str, Any], id: int = 0) -> None:  # noqa: A002 — the wire's word
    """Make a schedule of one's own."""
    del id
    with _unprocessable():
        personal_schedules.create(current_tenant(), current_identity().account_id, _fields(given))


@schedules.route(_ALL, methods=["PUT", "DELETE"], also=_ALSO, aliases=_OTHERS)
@schedules.allowed(Access.USER)
@schedules.answers(NOTHING)
def change_no_schedule() -> None:
    """Refuse to change or remove a schedule that is not named."""
    raise Forbidden("Name the schedule.")


@schedules.route(_ONE, also=["/rest/callfwdsched/<number:id>"])
@schedules.allowed(Access.USER)
@schedules.answers(_SCHEDULE, errors=(404,))
def show_own_schedule(id: int) -> dict[str, Any]:  # noqa: A002 — the wire's word
    """Show a schedule of one's own or of one of one's groups."""
    return _shown(personal_schedules.show(current_tenant(), current_identity().account_id, id))


@schedules.route(_ONE, methods=["PUT"], also=["/rest/callfwdsched/<number:id>"])
@schedules.reads(_SCHEDULE)
@schedules.allowed(Access.USER)
@schedules.answers(NOTHING, errors=(404, 422), note="One of a group is changed by administrators: 403.")
def replace_own_schedule(given: dict[str, Any], id: int) -> None:  # noqa: A002 — the wire's word
    """Replace name, description and periods of a schedule of one's own."""
    with _unprocessable():
        personal_schedules.replace(current_tenant(), current_identity().account_id, id, _fields(given))


@schedules.route(_ONE, methods=["DELETE"], also=["/rest/callfwdsched/<number:id>"])
@schedules.allowed(Access.USER)
@schedules.answers(NOTHING, errors=(404,), note="What rang by it rings at any time then.")
def destroy_own_schedule(id: int) -> None:  # noqa: A002 — the wire's word
    """Remove a schedule of one's own."""
    personal_schedules.destroy(current_tenant(), current_identity().account_id, id)


def _shown(schedule: Schedule) -> dict[str, Any]:
    periods = [
        {"scheduledDay": period.day, "start": _time(period.start), "end": _time(period.stop)}
        for period in schedule.periods
        if period.enabled
    ]
    return {
        "scheduleId": schedule.id,
        "name": schedule.name,
        "description": schedule.description or None,
        "periods": periods,
    }


def _time(minutes: int) -> dict[str, int]:
    return {"hrs": minutes // _HOUR, "min": minutes % _HOUR}


def _fields(given: dict[str, Any]) -> dict[str, Any]:
    periods = [
        {
            "day": period["scheduledDay"],
            "start": _minutes(period.get("start", {}), f"periods.{index}.start"),
            "stop": _minutes(period.get("end", {}), f"periods.{index}.end"),
        }
        for index, period in enumerate(given.get("periods", []))
    ]
    return {"name": given["name"], "description": given.get("description"), "periods": periods}


def _minutes(given: dict[str, Any], path: str) -> int:
    hours, minutes = given.get("hrs"), given.get("min", 0)
    if hours is None or not 0 <= hours <= _HOURS or not 0 <= minutes < _HOUR or hours * _HOUR + minutes > 24 * _HOUR:
        raise Invalid({path: ["Must have hours of 0 to 24 and minutes of 0 to 59."]})
    return int(hours * _HOUR + minutes)


@contextmanager
def _unprocessable() -> Iterator[None]:
    """Answer 422 when a schedule cannot be kept, as the page says."""
    try:
        yield
    except (Duplicate, Invalid) as error:
        raise PageStatus(422, str(error)) from error
