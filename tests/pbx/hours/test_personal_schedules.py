"""Schedules as their users see them."""

import pytest

from portsip_api.pbx.errors import Duplicate, Forbidden, Invalid, NotFound
from portsip_api.pbx.hours import personal_schedules, schedules
from portsip_api.pbx.hours.periods import Day, Period, overlap
from tests.pbx.features.call_features import TENANT, make_group, make_tenant, make_user

MONDAY = {"day": Day.MONDAY, "start": 540, "stop": 600}
LUNCH = {"name": "Lunch", "periods": [MONDAY]}


@pytest.fixture
def user(app):
    return make_user("200")


def test_ones_own_is_made_shown_replaced_and_destroyed(user):
    id_ = personal_schedules.create(TENANT, user, LUNCH)
    assert personal_schedules.show(TENANT, user, id_).user_id == user
    personal_schedules.replace(TENANT, user, id_, LUNCH | {"name": "Late", "periods": [MONDAY | {"day": Day.FRIDAY}]})
    found = personal_schedules.show(TENANT, user, id_)
    assert (found.name, found.periods) == ("Late", (Period(Day.FRIDAY, 540, 600),))
    personal_schedules.destroy(TENANT, user, id_)
    with pytest.raises(NotFound):
        personal_schedules.show(TENANT, user, id_)


def test_nobody_elses_is_seen_or_touched(user):
    other, tenant = make_user("201"), make_tenant()
    stranger = make_user("200", tenant)
    theirs = [
        personal_schedules.create(TENANT, other, LUNCH),
        personal_schedules.create(tenant, stranger, LUNCH),
        schedules.create(TENANT, LUNCH),  # a general one is nobody's
        999_999,
    ]
    for id_ in theirs:
        for act in (personal_schedules.show, personal_schedules.destroy):
            with pytest.raises(NotFound):
                act(TENANT, user, id_)
        with pytest.raises(NotFound):
            personal_schedules.replace(TENANT, user, id_, LUNCH)


def test_a_groups_is_used_and_not_written(user):
    group = make_group("sales", "200")
    id_ = schedules.create(TENANT, LUNCH | {"kind": "group", "group_id": group})
    assert personal_schedules.show(TENANT, user, id_).group_id == group
    with pytest.raises(Forbidden):
        personal_schedules.replace(TENANT, user, id_, LUNCH)
    with pytest.raises(Forbidden):
        personal_schedules.destroy(TENANT, user, id_)


@pytest.mark.parametrize(
    ("periods", "words"),
    [
        ([], "a period at least"),
        ([MONDAY, MONDAY | {"day": Day.WEEKDAYS, "start": 599, "stop": 700}], "overlap"),
        ([MONDAY | {"stop": 540}], "after the start"),
    ],
)
def test_periods_that_cannot_be_are_refused(user, periods, words):
    with pytest.raises(Invalid, match=words):
        personal_schedules.create(TENANT, user, LUNCH | {"periods": periods})
    assert schedules.list_user(TENANT, user) == []


def test_a_name_is_given_once(user):
    personal_schedules.create(TENANT, user, LUNCH)
    with pytest.raises(Duplicate):
        personal_schedules.create(TENANT, user, LUNCH | {"name": "LUNCH"})


@pytest.mark.parametrize(
    ("one", "other", "share"),
    [
        ((Day.MONDAY, 0, 10), (Day.MONDAY, 10, 20), False),
        ((Day.MONDAY, 0, 11), (Day.MONDAY, 10, 20), True),
        ((Day.MONDAY, 0, 10), (Day.TUESDAY, 0, 10), False),
        ((Day.WEEKEND, 0, 10), (Day.WEEKDAYS, 0, 10), False),
        ((Day.EVERY_DAY, 0, 10), (Day.SUNDAY, 9, 20), True),
        ((Day.WEEKEND, 5, 6), (Day.SATURDAY, 0, 1440), True),
    ],
)
def test_periods_overlap_on_a_day_that_they_share(one, other, share):
    assert overlap([Period(*one), Period(*other)]) is overlap([Period(*other), Period(*one)]) is share
