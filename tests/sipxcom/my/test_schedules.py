"""Schedules by which a user's call sequence rings."""

import pytest

from portsip_api.pbx.hours import schedules
from portsip_api.pbx.hours.periods import Day
from tests.pbx.features.call_features import TENANT, make_group, make_user
from tests.sipxcom.portal import JSON, XML, check_outcome, check_refused

PATH = "rest/my/callfwdsched"
NOON = {"scheduledDay": -1, "start": {"hrs": 12, "min": 0}, "end": {"hrs": 13, "min": 30}}
LUNCH = {"name": "Lunch", "description": "weekdays", "periods": [NOON]}


def make(user, body=LUNCH) -> int:
    """Make a schedule and find its id as clients do: in the list, by its name."""
    reply = user.post(PATH, body)
    assert (reply.status_code, reply.data) == (200, b"")
    return next(one["scheduleId"] for one in user.read(PATH) if one["name"] == body["name"])


def test_a_list_is_a_bare_array(user):
    reply = user.get(PATH)
    assert (reply.text, reply.content_type) == ("[]", JSON)
    id_ = make(user, LUNCH | {"description": None})
    assert user.get(PATH).text == (
        f'[{{"scheduleId":{id_},"name":"Lunch","description":null,"periods":[{{"scheduledDay":-1,'
        '"start":{"hrs":12,"min":0},"end":{"hrs":13,"min":30}}]}]'
    )


def test_those_of_groups_follow_ones_own(user):
    group = make_group("sales", "200")
    schedules.create(TENANT, {"name": "All", "kind": "group", "group_id": group})
    schedules.create(TENANT, {"name": "General"})
    id_ = make(user, LUNCH | {"name": "Zzz"})
    assert [one["name"] for one in user.read(PATH)] == ["Zzz", "All"]
    theirs = user.read(PATH)[1]["scheduleId"]
    assert user.get(f"{PATH}/{theirs}").status_code == 200
    check_refused(user.put(f"{PATH}/{theirs}", LUNCH), 403, "group")
    check_refused(user.delete(f"{PATH}/{theirs}"), 403, "group")
    assert id_ != theirs


@pytest.mark.parametrize("day", range(-2, 8))
def test_what_get_gives_put_takes(user, day):
    periods = [{"scheduledDay": day, "start": {"hrs": 0, "min": 0}, "end": {"hrs": 24, "min": 0}}]
    id_ = make(user, LUNCH | {"periods": periods})
    before = user.get(f"{PATH}/{id_}")
    assert before.json == {"scheduleId": id_, **LUNCH, "periods": periods}
    assert user.put(f"{PATH}/{id_}", before.data, type=JSON).status_code == 200
    assert user.get(f"{PATH}/{id_}").data == before.data


def test_days_mean_what_the_other_api_calls_them(user):
    days = {-2: Day.WEEKEND, -1: Day.WEEKDAYS, 0: Day.EVERY_DAY, 1: Day.SUNDAY, 2: Day.MONDAY, 7: Day.SATURDAY}
    for number, day in days.items():
        id_ = make(user, LUNCH | {"name": f"n{number}", "periods": [NOON | {"scheduledDay": number}]})
        assert [period.day for period in schedules.show(TENANT, id_).periods] == [day]


def test_texts_and_members_that_are_unknown_are_taken(user):
    period = b'{"scheduledDay":"1","start":{"hrs":"9","min":"5"},"end":{"hrs":18}}'
    body = b'{"name":"Lunch","colour":1,"scheduleId":99,"periods":[%b]}' % period
    assert user.post(PATH, body, type="application/x-www-form-urlencoded").status_code == 200
    (found,) = user.read(PATH)
    assert found["scheduleId"] != 99
    assert found["periods"] == [{"scheduledDay": 1, "start": {"hrs": 9, "min": 5}, "end": {"hrs": 18, "min": 0}}]


def test_put_replaces_and_delete_removes(user):
    id_ = make(user)
    assert user.put("rest/my/callfwd", {"rings": [{"number": "7", "scheduleId": id_}]}).status_code == 200
    changed = {"name": "Dinner", "periods": [NOON | {"scheduledDay": 7}], "scheduleId": 5}
    assert user.put(f"{PATH}/{id_}", changed).status_code == 200
    assert user.read(f"{PATH}/{id_}") == {"scheduleId": id_, "name": "Dinner", "description": None} | {
        "periods": changed["periods"]
    }
    reply = user.delete(f"{PATH}/{id_}")
    assert (reply.status_code, reply.data) == (200, b"")
    assert user.read(PATH) == []
    assert user.read("rest/my/callfwd")["rings"][0]["scheduleId"] is None


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"periods": []}, "a period"),
        ({"periods": None}, "a period"),
        ({"periods": [NOON, NOON | {"scheduledDay": 2}]}, "overlap"),
        ({"periods": [NOON | {"end": {"hrs": 12, "min": 0}}]}, "after the start"),
        ({"periods": [NOON | {"end": {"hrs": 11, "min": 0}}]}, "after the start"),
        ({"periods": [NOON | {"end": {"hrs": 24, "min": 1}}]}, "hours"),
        ({"periods": [NOON | {"start": {"hrs": -1}}]}, "hours"),
        ({"periods": [{"scheduledDay": 1}]}, "hours"),
        ({"periods": [NOON | {"start": {"hrs": 1, "min": 60}}]}, "minutes"),
        ({"name": "x" * 65}, "name"),
    ],
)
def test_what_cannot_be_kept_is_422(user, change, word):
    reply = user.post(PATH, LUNCH | change)
    check_refused(reply, 422, word)
    assert user.read(PATH) == []


@pytest.mark.parametrize(
    "body",
    [LUNCH | {"name": ""}, LUNCH | {"periods": [NOON | {"scheduledDay": 8}]}, LUNCH | {"periods": [1]}, b"{", b""],
)
def test_what_is_malformed_is_400(user, body):
    check_outcome(user.post(PATH, body), 400, "ERROR_VALIDATION_FAILED")


def test_a_name_is_given_once(user):
    make(user)
    check_refused(user.post(PATH, LUNCH), 422, "already defined")


def test_what_an_administrator_has_switched_off_is_not_shown(user):
    (user_id,) = [make_user("201")]
    periods = [{"day": Day.MONDAY, "start": 0, "stop": 1, "enabled": on} for on in (True, False)]
    own = schedules.list_user(TENANT, user_id)
    assert own == []
    group = make_group("sales", "200")
    schedules.create(TENANT, {"name": "Group", "kind": "group", "group_id": group, "periods": periods})
    (shown,) = user.read(PATH)
    assert len(shown["periods"]) == 1


def test_nobody_elses_is_there(user):
    theirs = schedules.create(TENANT, {"name": "Theirs", "kind": "user", "user_id": make_user("201")})
    for method, body in (("GET", None), ("PUT", LUNCH), ("DELETE", None)):
        for id_ in (theirs, 999_999, 10**18 - 1):
            check_refused(user.ask(method, f"{PATH}/{id_}", body), 404)
    assert schedules.show(TENANT, theirs).name == "Theirs"


def test_a_list_cannot_be_put_or_deleted(user):
    for method in ("PUT", "DELETE"):
        for path in (PATH, "rest/my/callfwdschedule", "rest/callfwdsched"):
            check_refused(user.ask(method, path), 403, "Name the schedule")


def test_other_addresses_are_the_same(user):
    make(user)
    for path in ("rest/my/callfwdschedule", "rest/callfwdsched", "rest/my/callfwdsched/"):
        assert user.read(path) == user.read(PATH)
    assert user.post("rest/my/callfwdschedule", LUNCH | {"name": "b"}).status_code == 200
    assert user.post(f"{PATH}/5", LUNCH | {"name": "c"}).status_code == 200
    assert [one["name"] for one in user.read(PATH)] == ["b", "c", "Lunch"]
    check_refused(user.get(f"{PATH}/Lunch"), 404)


def test_it_is_json_only(user):
    check_outcome(user.get(PATH, accept=XML), 406, "ERROR_NOT_ACCEPTABLE")
