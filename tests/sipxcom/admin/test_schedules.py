"""Schedules."""

import pytest

from portsip_api.pbx.hours import schedules as pbx_schedules
from portsip_api.pbx.hours.periods import Day, Period
from tests.crm import Crm
from tests.pbx.features.call_features import TENANT, make_tenant, make_user
from tests.sipxcom.portal import XML, check_refused

PATH = "api/schedules"
HOUR = 3_600_000
SCHEDULE = (
    '{"id":%d,"name":"Office","description":"a & b","userId":-1,"groupId":-1,"type":"S","workingTime":'
    '{"workingHours":[{"enabled":true,"start":32400000,"stop":64800000,"scheduledDay":"Weekdays"},'
    '{"enabled":false,"start":0,"stop":86400000,"scheduledDay":"Every_day"}]}}'
)
SCHEDULE_XML = (
    "<Schedule><id>%d</id><name>Office</name><description>a &amp; b</description><userId>-1</userId>"
    "<groupId>-1</groupId><type>general</type><workingTime>"
    "<workingHours><enabled>true</enabled><start>1970-01-01T09:00:00Z</start><stop>1970-01-01T18:00:00Z</stop>"
    "<scheduledDay>WEEKDAYS</scheduledDay></workingHours>"
    "<workingHours><enabled>false</enabled><start>1970-01-01T00:00:00Z</start><stop>1970-01-02T00:00:00Z</stop>"
    "<scheduledDay>EVERYDAY</scheduledDay></workingHours></workingTime></Schedule>"
)
DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
MONDAY = {"enabled": True, "start": 9 * HOUR, "stop": 10 * HOUR, "scheduledDay": "Monday"}
BODY = {
    "name": "Office",
    "description": "a & b",
    "type": "S",
    "workingTime": {
        "workingHours": [
            {"start": 9 * HOUR, "stop": 18 * HOUR, "scheduledDay": "Weekdays"},
            {"enabled": False, "start": 0, "stop": 24 * HOUR, "scheduledDay": "Every_day"},
        ]
    },
}


@pytest.fixture
def office(portal):
    return portal.make(PATH, BODY)


@pytest.fixture
def owners(portal, admin: Crm):
    """The ids of a user and of the user's group."""
    group = portal.make("rest/user-group", {"group": {"name": "sales"}})
    user = portal.make("rest/user", {"userName": "200", "pin": "1", "groups": [{"id": group}]})
    return user, group


def names(portal, path):
    return [schedule["name"] for schedule in portal.read(f"{PATH}/{path}")["schedules"]]


def periods(id_):
    return list(pbx_schedules.show(TENANT, id_).periods)


def test_a_schedule_has_the_contracts_bytes(portal, office):
    assert portal.get(f"{PATH}/{office}").text == SCHEDULE % office
    assert portal.get(f"{PATH}/{office}", accept=XML).text == DECLARATION + SCHEDULE_XML % office
    assert portal.get(f"{PATH}/general").text == f'{{"schedules":[{SCHEDULE % office}]}}'
    listed = portal.get(f"{PATH}/general/", accept=XML).text
    assert listed == f"{DECLARATION}<Schedules>{SCHEDULE_XML % office}</Schedules>"


@pytest.mark.parametrize("accept", ["application/json", XML])
def test_what_get_gives_put_takes(portal, office, accept):
    before = portal.get(f"{PATH}/{office}", accept=accept)
    reply = portal.put(f"{PATH}/{office}", before.data, type=accept)
    assert (reply.status_code, reply.data) == (200, b""), reply.text
    assert portal.get(f"{PATH}/{office}", accept=accept).data == before.data


def test_it_is_made_from_xml_as_well(portal):
    id_ = portal.make(PATH, SCHEDULE_XML % 99)
    assert portal.get(f"{PATH}/{id_}").text == SCHEDULE % id_


@pytest.mark.parametrize("day", Day)
def test_days_are_read_in_either_spelling(portal, day):
    json_name = day.capitalize()
    for spelling in (json_name, day.replace("_", ""), day):
        id_ = portal.make(
            PATH, {"name": spelling, "workingTime": {"workingHours": [MONDAY | {"scheduledDay": spelling}]}}
        )
        assert periods(id_) == [Period(day, 540, 600)]
        assert portal.read(f"{PATH}/{id_}")["workingTime"]["workingHours"][0]["scheduledDay"] == json_name
        assert portal.delete(f"{PATH}/{id_}").status_code == 200


@pytest.mark.parametrize(
    ("start", "minutes"),
    [
        (0, 0),
        ("32400000", 540),
        (32_400_000 + 7 * 24 * HOUR, 540),
        (-HOUR, 23 * 60),
        ("1970-01-01T09:00:00Z", 540),
        ("1970-01-01T09:00:00.000+00:00", 540),
        ("2024-05-06T10:00:00+01:00", 540),
        ("1970-01-01T09:00:00", 540),
        ("0001-01-01T00:00:00+14:00", 600),
    ],
)
def test_times_are_read_in_either_spelling(portal, start, minutes):
    hours = MONDAY | {"start": start, "stop": 24 * HOUR}
    id_ = portal.make(PATH, {"name": "x", "workingTime": {"workingHours": [hours]}})
    assert periods(id_) == [Period(Day.MONDAY, minutes, 1440)]


@pytest.mark.parametrize(
    ("stop", "minutes"),
    [
        (24 * HOUR - 1_000, 1439),
        (24 * HOUR - 1, 1439),
        ("1970-01-01T23:59:59Z", 1439),
        ("1970-01-01T23:59:59.999+00:00", 1439),
        (17 * HOUR + 30_000, 1020),
        (24 * HOUR, 1440),
    ],
)
def test_an_end_has_no_seconds(portal, stop, minutes):
    id_ = portal.make(PATH, {"name": "x", "workingTime": {"workingHours": [MONDAY | {"stop": stop}]}})
    assert periods(id_) == [Period(Day.MONDAY, 540, minutes)]


@pytest.mark.parametrize(
    ("hours", "word"),
    [
        ({"start": None}, "Start: Cannot be empty"),
        ({"stop": ""}, "Stop: Cannot be empty"),
        ({"scheduledDay": None}, "ScheduledDay: Cannot be empty"),
        ({"scheduledDay": "Someday"}, "Every_day"),
        ({"scheduledDay": 1}, "scheduledDay"),
        ({"start": "noon"}, "start"),
        ({"start": True}, "start"),
        ({"start": 30_000}, "start"),
        ({"start": 24 * HOUR}, "start"),
        ({"stop": 9 * HOUR}, "stop"),
        ({"stop": 8 * HOUR}, "stop"),
        ({"stop": 9 * HOUR + 59_000}, "stop"),
        ({"stop": "midnight"}, "stop"),
    ],
)
def test_bad_periods_are_refused(portal, office, hours, word):
    bad = MONDAY | hours
    check_refused(portal.post(f"{PATH}/{office}/period", bad), 400, word)
    check_refused(portal.post(PATH, {"name": "x", "workingTime": {"workingHours": [bad]}}), 400, word)
    assert len(periods(office)) == 2


@pytest.mark.parametrize(
    ("fields", "status", "word"),
    [
        ({"name": ""}, 400, "Name: Cannot be empty"),
        ({"type": "X"}, 400, "type"),
        ({"type": "U"}, 400, "user_id"),
        ({"type": "group", "groupId": -1}, 400, "group_id"),
        ({"type": "U", "userId": 999}, 404, "User not found"),
        ({"type": "G", "groupId": 999}, 404, "Group not found"),
        ({"workingTime": []}, 400, "workingTime"),
        ({"workingTime": {"workingHours": [MONDAY] * 101}}, 400, "periods"),
        ({"colour": 1}, 400, "colour"),
    ],
)
def test_bad_schedules_are_refused_and_nothing_is_made(portal, fields, status, word):
    check_refused(portal.post(PATH, {"name": "x"} | fields), status, word)
    assert names(portal, "general") == []


def test_a_name_is_taken_once_by_an_owner(portal, office, owners):
    check_refused(portal.post(PATH, BODY | {"name": "OFFICE"}), 409, "already defined")
    other = portal.make(PATH, BODY | {"name": "Other"})
    check_refused(portal.put(f"{PATH}/{other}", BODY), 409, "already defined")
    assert portal.post(PATH, BODY | {"type": "U", "userId": owners[0]}).status_code == 200


def test_schedules_of_groups_and_users(portal, office, owners):
    user, group = owners
    of_user = portal.make(PATH, {"name": "Mine", "type": "U", "userId": user})
    of_group = portal.make(PATH, {"name": "Ours", "type": "group", "groupId": group})
    portal.make(f"{PATH}/user/{user}/personal", {"name": "Lunch", "type": "S", "userId": -1})
    assert names(portal, "general") == ["Office"]
    assert names(portal, "group") == names(portal, f"group/{group}") == ["Ours"]
    assert names(portal, f"user/{user}/all") == ["Lunch", "Mine", "Ours"]
    assert names(portal, f"user/{user}/personal") == ["Lunch", "Mine"]
    shown = portal.read(f"{PATH}/{of_user}")
    assert (shown["type"], shown["userId"], shown["groupId"]) == ("U", user, -1)
    assert portal.read_xml(f"{PATH}/{of_group}").findtext("type") == "group"
    assert portal.put(f"{PATH}/{of_group}", portal.read(f"{PATH}/{of_group}") | {"name": "Us"}).status_code == 200
    assert names(portal, f"group/{group}") == ["Us"]


def test_without_a_type_the_ids_tell_whose_it_is(portal, owners):
    user, group = owners
    assert portal.read(f"{PATH}/{portal.make(PATH, {'name': 'a', 'userId': user})}")["type"] == "U"
    assert portal.read(f"{PATH}/{portal.make(PATH, {'name': 'a', 'groupId': group})}")["type"] == "G"
    assert portal.read(f"{PATH}/{portal.make(PATH, {'name': 'a', 'userId': -1, 'groupId': -1})}")["type"] == "S"


def test_whose_it_is_stays(portal, office, owners):
    assert portal.put(f"{PATH}/{office}", BODY | {"type": "U", "userId": owners[0]}).status_code == 200
    assert portal.read(f"{PATH}/{office}")["type"] == "S"


@pytest.mark.parametrize("path", ["period", "period/", "period/0", "period/7"])
def test_a_period_is_appended(portal, office, path):
    reply = portal.post(f"{PATH}/{office}/{path}", MONDAY)
    assert (reply.status_code, reply.data) == (200, b"")
    assert periods(office)[2:] == [Period(Day.MONDAY, 540, 600)]


def test_a_period_is_appended_from_xml(portal, office):
    body = (
        "<workingHours><start>1970-01-01T09:00:00Z</start><stop>1970-01-01T10:00:00Z</stop>"
        "<scheduledDay>SUNDAY</scheduledDay></workingHours>"
    )
    assert portal.post(f"{PATH}/{office}/period", body).status_code == 200
    assert periods(office)[2:] == [Period(Day.SUNDAY, 540, 600)]


@pytest.mark.parametrize("index", [0, 1, 2])
def test_any_period_can_be_removed(portal, office, index):
    portal.post(f"{PATH}/{office}/period", MONDAY)
    expected = periods(office)
    del expected[index]
    reply = portal.delete(f"{PATH}/{office}/period/{index}")
    assert (reply.status_code, reply.data) == (200, b"")
    assert periods(office) == expected


def test_beyond_the_last_period_is_404(portal, office):
    for index in ("2", "9" * 18):
        check_refused(portal.delete(f"{PATH}/{office}/period/{index}"), 404)


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "999", None),
        ("PUT", "999", BODY),
        ("DELETE", "999", None),
        ("POST", "999/period", MONDAY),
        ("DELETE", "999/period/0", None),
        ("GET", "group/999", None),
        ("GET", "user/999/all", None),
        ("GET", "user/999/personal", None),
        ("POST", "user/999/personal", BODY),
        ("GET", "9" * 30, None),
        ("GET", "x", None),
        ("GET", "user/x/all", None),
    ],
)
def test_what_is_not_there_is_404(portal, method, path, body):
    check_refused(portal.ask(method, f"{PATH}/{path}", body), 404)


def test_another_tenant_is_another_world(portal, office):
    other = make_tenant()
    stranger = make_user("300", other)
    there = {"base_url": "http://other.example"}
    check_refused(portal.get(f"{PATH}/{office}", **there), 404)
    check_refused(portal.delete(f"{PATH}/{office}", **there), 404)
    check_refused(portal.get(f"{PATH}/user/{stranger}/all"), 404)
    check_refused(portal.post(PATH, {"name": "x", "type": "U", "userId": stranger}), 404)
    assert portal.get(f"{PATH}/general", **there).text == '{"schedules":[]}'


def test_a_schedule_is_removed(portal, office):
    reply = portal.delete(f"{PATH}/{office}")
    assert (reply.status_code, reply.data) == (200, b"")
    assert names(portal, "general") == []


@pytest.mark.parametrize(
    ("path", "methods"),
    [
        ("", ("GET", "PUT", "DELETE")),
        ("/general", ("POST", "PUT", "DELETE")),
        ("/group", ("POST", "PUT", "DELETE")),
        ("/group/1", ("POST", "PUT", "DELETE")),
        ("/user/1/all", ("POST", "PUT", "DELETE")),
        ("/user/1/personal", ("PUT", "DELETE")),
        ("/1", ("POST",)),
        ("/1/period/0", ("GET", "PUT")),
    ],
)
def test_other_methods_are_405(portal, path, methods):
    for method in methods:
        check_refused(portal.ask(method, PATH + path), 405)


def test_lists_cost_a_constant_number_of_statements(portal, owners, statements):
    user, group = owners
    counts = []
    for number in range(3):
        portal.make(PATH, BODY | {"name": f"s{number}"})
        portal.make(PATH, BODY | {"name": f"g{number}", "type": "G", "groupId": group})
        statements.clear()
        for path in ("general", "group", f"group/{group}", f"user/{user}/all"):
            assert len(names(portal, path)) == number + 1
        counts.append(len(statements))
    assert len(set(counts)) == 1
