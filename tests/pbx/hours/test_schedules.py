"""Schedules: whose they are, what they hold, and when they are in force."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from portsip_api.pbx.errors import Duplicate, Invalid, NotFound
from portsip_api.pbx.extensions.group_keys import GroupKey
from portsip_api.pbx.hours import periods, schedules
from portsip_api.pbx.hours.periods import Day, Period
from tests.pbx.features.call_features import TENANT, drop_user, make_group, make_tenant, make_user

pytestmark = pytest.mark.usefixtures("configure")

BERLIN = ZoneInfo("Europe/Berlin")
LUNCH = {"day": "WEEKDAYS", "start": 720, "stop": 810}
EVENING = {"day": "FRIDAY", "start": 1080, "stop": 1440, "enabled": False}


def make(name="Lunch", tenant=TENANT, **fields):
    return schedules.create(tenant, {"name": name, "periods": [LUNCH], **fields})


def names(found):
    return [schedule.name for schedule in found]


def test_what_is_written_is_read():
    schedule_id = make(description="weekdays", periods=[LUNCH, EVENING])
    assert schedules.show(TENANT, schedule_id) == schedules.Schedule(
        schedule_id,
        "Lunch",
        "weekdays",
        schedules.Kind.GENERAL,
        None,
        None,
        (Period(Day.WEEKDAYS, 720, 810), Period(Day.FRIDAY, 1080, 1440, enabled=False)),
    )


def test_replacing_sets_what_is_not_sent_back_and_leaves_the_owner():
    user = make_user("1000")
    schedule_id = make(kind="user", user_id=user, description="x")
    schedules.replace(TENANT, schedule_id, {"name": "Dinner", "kind": "general"})
    found = schedules.show(TENANT, schedule_id)
    assert (found.name, found.description, found.periods, found.kind, found.user_id) == ("Dinner", "", (), "user", user)


def test_lists_by_owner():
    user, other = make_user("1000"), make_user("1001")
    sales = make_group("Sales", "1000")
    make("General")
    make("Mine", kind="user", user_id=user)
    make("Another's", kind="user", user_id=other)
    make("Of sales", kind="group", group_id=sales)
    assert names(schedules.list_general(TENANT)) == ["General"]
    assert names(schedules.list_group(TENANT)) == names(schedules.list_group(TENANT, sales)) == ["Of sales"]
    assert names(schedules.list_user(TENANT, user)) == ["Mine", "Of sales"]
    assert names(schedules.list_user(TENANT, user, personal=True)) == ["Mine"]
    assert names(schedules.list_user(TENANT, other)) == ["Another's"]


def test_who_is_in_no_group_has_the_schedules_of_the_default_group():
    user = make_user("1000")
    make("Of all", kind="group", group_id=1)
    assert names(schedules.list_user(TENANT, user)) == ["Of all"]
    make_group("Sales", "1000")
    assert names(schedules.list_user(TENANT, user)) == []


def test_a_name_is_one_owners_once_without_case():
    user = make_user("1000")
    make()
    make(kind="user", user_id=user)
    with pytest.raises(Duplicate, match="already defined"):
        make("LUNCH")
    dinner = make("Dinner", kind="user", user_id=user)
    with pytest.raises(Duplicate):
        schedules.replace(TENANT, dinner, {"name": "lunch"})
    schedules.replace(TENANT, dinner, {"name": "DINNER"})


def test_schedules_go_with_their_owners():
    user, group = make_user("1000"), make_group("Sales")
    make(kind="user", user_id=user)
    make(kind="group", group_id=group)
    drop_user("1000")
    assert names(schedules.list_group(TENANT)) == ["Lunch"]
    from portsip_api.pbx.extensions import groups  # noqa: PLC0415 — for this line alone

    groups.destroy(TENANT, GroupKey(id=group))
    assert schedules.list_group(TENANT) == []


def test_periods_are_added_and_removed_the_first_one_too():
    schedule_id = make(periods=[LUNCH, EVENING])
    schedules.add_period(TENANT, schedule_id, {"day": "SUNDAY", "start": 0, "stop": 60})
    schedules.remove_period(TENANT, schedule_id, 0)
    assert [period.day for period in schedules.show(TENANT, schedule_id).periods] == [Day.FRIDAY, Day.SUNDAY]
    for index in (2, -1):
        with pytest.raises(NotFound):
            schedules.remove_period(TENANT, schedule_id, index)


def test_a_schedule_does_not_grow_without_end():
    schedule_id = make(periods=[LUNCH] * schedules.MOST_PERIODS)
    with pytest.raises(Invalid):
        schedules.add_period(TENANT, schedule_id, LUNCH)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": None}, "name"),
        ({"kind": "company"}, "kind"),
        ({"kind": "user"}, "user_id"),
        ({"kind": "group", "group_id": "1"}, "group_id"),
        ({"periods": {}}, "periods"),
        ({"periods": [LUNCH] * 101}, "periods"),
        ({"periods": [1]}, "periods.0"),
        ({"periods": [LUNCH, {"day": "MONDAY", "start": 60}]}, "periods.1.stop"),
        ({"periods": [LUNCH | {"day": "Moonday"}]}, "periods.0.day"),
        ({"periods": [LUNCH | {"stop": 720}]}, "periods.0.stop"),
        ({"periods": [LUNCH | {"start": 1000}]}, "periods.0.stop"),
        ({"periods": [LUNCH | {"stop": 1441}]}, "periods.0.stop"),
    ],
)
def test_bad_schedules_are_refused(fields, field):
    with pytest.raises(Invalid) as refusal:
        make(**fields)
    assert list(refusal.value.errors) == [field]


def test_what_is_not_there():
    other = make_tenant()
    schedule_id = make()
    for tenant, wanted in ((TENANT, 99), (TENANT, 2**70), (other, schedule_id)):
        with pytest.raises(NotFound):
            schedules.show(tenant, wanted)
        with pytest.raises(NotFound):
            schedules.replace(tenant, wanted, {"name": "x"})
        with pytest.raises(NotFound):
            schedules.destroy(tenant, wanted)
    with pytest.raises(NotFound, match="User not found"):
        make(kind="user", user_id=2**70)
    with pytest.raises(NotFound, match="User not found"):
        schedules.list_user(TENANT, 99)
    with pytest.raises(NotFound, match="Group not found"):
        schedules.list_group(TENANT, 99)
    schedules.destroy(TENANT, schedule_id)
    assert schedules.list_general(TENANT) == []


# 2026-11-23 is a Monday.
@pytest.mark.parametrize(
    ("period", "at", "active"),
    [
        (Period(Day.MONDAY, 540, 600), "2026-11-23T09:00+01:00", True),
        (Period(Day.MONDAY, 540, 600), "2026-11-23T08:59:59+01:00", False),
        (Period(Day.MONDAY, 540, 600), "2026-11-23T10:00+01:00", False),
        (Period(Day.MONDAY, 540, 600), "2026-11-23T08:30+00:00", True),
        (Period(Day.TUESDAY, 540, 600), "2026-11-23T09:00+01:00", False),
        (Period(Day.SUNDAY, 540, 600), "2026-11-22T09:00+01:00", True),
        (Period(Day.WEEKDAYS, 0, 1440), "2026-11-23T00:00+01:00", True),
        (Period(Day.WEEKDAYS, 0, 1440), "2026-11-22T23:59+01:00", False),
        (Period(Day.WEEKEND, 0, 1440), "2026-11-22T23:59+01:00", True),
        (Period(Day.EVERY_DAY, 540, 600, enabled=False), "2026-11-23T09:00+01:00", False),
        (Period(Day.SUNDAY, 150, 200), "2026-03-29T03:10+02:00", True),  # 02:30 is skipped that day
    ],
)
def test_when_a_period_holds(period, at, active):
    assert periods.is_active([period], datetime.fromisoformat(at), BERLIN) is active


def test_the_next_start():
    week = [Period(Day.WEEKDAYS, 540, 600), Period(Day.SUNDAY, 60, 120, enabled=False)]
    sunday, monday = datetime(2026, 11, 22, tzinfo=BERLIN), datetime(2026, 11, 23, 9, tzinfo=BERLIN)
    assert periods.next_start(week, sunday, BERLIN) == monday
    assert periods.next_start(week, monday, BERLIN) == datetime(2026, 11, 24, 9, tzinfo=BERLIN)
    assert periods.next_start([Period(Day.MONDAY, 540, 600)], monday, BERLIN) == datetime(
        2026, 11, 30, 9, tzinfo=BERLIN
    )
    assert periods.next_start([], monday, BERLIN) is None
