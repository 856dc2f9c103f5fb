"""The numbers that ring besides or after a user's own phones."""

import pytest

from portsip_api.pbx.hours import schedules
from tests.crm import Crm
from tests.pbx.features.call_features import TENANT, make_user
from tests.sipxcom.portal import JSON, XML, check_outcome, check_refused

PATH = "rest/my/callfwd"
AFTER, TOGETHER = "If no response", "At the same time"
RING = {"expiration": 30, "type": TOGETHER, "enabled": True, "number": "1005", "scheduleId": None}


@pytest.fixture
def lunch(user):
    """The id of a schedule that everybody may use."""
    return schedules.create(TENANT, {"name": "Lunch"})


def test_a_fresh_one_has_no_rings(user):
    reply = user.get(PATH)
    assert (reply.text, reply.content_type) == ('{"rings":[],"withVM":true,"expiration":20}', JSON)


def test_it_has_the_contracts_bytes(user, lunch):
    second = RING | {"type": AFTER, "enabled": False, "scheduleId": lunch}
    reply = user.put(PATH, {"rings": [RING, second], "withVM": True, "expiration": 25})
    assert (reply.status_code, reply.data) == (200, b"")
    assert user.get(PATH).text == (
        '{"rings":[{"expiration":30,"type":"At the same time","enabled":true,"number":"1005","scheduleId":null},'
        f'{{"expiration":30,"type":"If no response","enabled":false,"number":"1005","scheduleId":{lunch}}}],'
        '"withVM":true,"expiration":25}'
    )


def test_what_get_gives_put_takes(user, lunch):
    user.put(PATH, {"rings": [RING | {"scheduleId": lunch}], "expiration": 25})
    before = user.get(PATH)
    assert user.put(PATH, before.data, type=JSON).status_code == 200
    assert user.get(PATH).data == before.data


def test_an_array_is_none(user):
    """It was read as the rings alone, so that an empty one took everything away."""
    user.put(PATH, {"rings": [RING], "expiration": 25})
    before = user.get(PATH).data
    for body in ([], [RING]):
        assert user.put(PATH, body).status_code == 400
    assert user.get(PATH).data == before


def test_it_is_what_the_other_api_routes_by(user, admin: Crm):
    admin.make_extension("1005")
    user.put(PATH, {"rings": [RING], "expiration": 25})
    rules = admin.read("extensions/show", extension_number="200")["forward_rules"]
    assert rules["available"]["no_answer_timeval"] == 25
    steps = admin.read("extensions/route", extension_number="200", state="AVAILABLE")["steps"]
    assert [(step["target"], step["seconds"]) for step in steps[:2]] == [("200", 25), ("1005", 30)]


def test_it_replaces_and_what_is_not_sent_takes_its_default(user):
    user.put(PATH, {"rings": [RING, RING], "expiration": 25})
    assert user.put(PATH, {"rings": [{"number": "sip:1006@pbx.local", "scheduleId": ""}]}).status_code == 200
    assert user.read(PATH) == {
        "rings": [
            {"expiration": 30, "type": AFTER, "enabled": False, "number": "sip:1006@pbx.local", "scheduleId": None}
        ],
        "withVM": True,
        "expiration": 20,
    }


@pytest.mark.parametrize("content_type", [JSON, "text/plain", XML, "application/x-www-form-urlencoded"])
def test_a_body_is_json_whatever_it_is_called(user, content_type):
    body = b'{"rings": [{"number": "7", "position": 1}], "colour": {"a": []}, "expiration": "30"}'
    assert user.put(PATH, body, type=content_type).status_code == 200
    assert user.read(PATH)["expiration"] == 30


@pytest.mark.parametrize(
    ("body", "word"),
    [
        ({}, "rings: Missing."),
        ({"rings": None}, "rings: Missing."),
        ({"rings": "1005"}, "rings"),
        ({"rings": ["1005"]}, "rings"),
        ({"rings": [RING | {"number": ""}]}, "Number: Cannot be empty"),
        ({"rings": [RING | {"number": "a b"}]}, "number"),
        ({"rings": [RING | {"type": "later"}]}, "rings.type"),
        ({"rings": [RING | {"expiration": -1}]}, "expiration"),
        ({"rings": [RING | {"scheduleId": 999}]}, "schedule"),
        ({"rings": [], "expiration": 0}, "expiration"),
        ({"rings": [RING] * 51}, "rings"),
        (b"{", "body"),
        (b"", "body"),
        ("<call-sequence/>", "body"),
    ],
)
def test_bad_sequences_are_refused_and_nothing_changes(user, body, word):
    reply = user.put(PATH, body)
    check_outcome(reply, 400, "ERROR_VALIDATION_FAILED")
    assert word in reply.text
    assert user.read(PATH)["rings"] == []


def test_the_schedule_of_another_user_is_refused(user):
    other = make_user("201")
    theirs = schedules.create(TENANT, {"name": "Theirs", "kind": "user", "user_id": other})
    check_outcome(user.put(PATH, {"rings": [RING | {"scheduleId": theirs}]}), 400, "ERROR_VALIDATION_FAILED")


def test_it_tells_whether_the_user_has_voicemail(user, portal):
    (user_id,) = (one["id"] for one in portal.read("rest/user")["user"]["users"])
    body = {"permissions": [{"name": "Voicemail", "value": "DISABLE"}]}
    assert portal.put(f"rest/user-permission/{user_id}", body).status_code == 200
    user.put(PATH, {"rings": [], "withVM": True})
    assert user.read(PATH)["withVM"] is False


def test_it_is_given_as_json_only(user):
    for accept in (XML, "text/*", "application/xml"):
        check_outcome(user.get(PATH, accept=accept), 406, "ERROR_NOT_ACCEPTABLE")
    assert user.get(f"{PATH}/", accept="*/*").content_type == JSON


def test_other_methods_and_others_are_refused(user, portal, stranger):
    for method in ("POST", "DELETE"):
        check_refused(user.ask(method, PATH), 405)
    check_refused(portal.get(PATH), 403)
    check_refused(stranger.get(PATH), 401)
