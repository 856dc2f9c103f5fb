"""The buttons of a user's phones."""

import pytest
from defusedxml import ElementTree

from portsip_api.pbx.devices.tables import Phone
from portsip_api.pbx.upkeep import lost_targets
from portsip_api.pbx.upkeep.consistency import find_inconsistencies
from portsip_api.store import database
from tests.crm import Crm
from tests.pbx.features.call_features import TENANT, drop_user
from tests.sipxcom.portal import JSON, XML, check_outcome, check_refused

PATH = "rest/my/speeddial"
BO = {"label": "Bo", "number": "1005", "blf": False}
SERIAL = "0004f2aabb01"


@pytest.fixture(autouse=True)
def colleague(user, admin: Crm):
    """The extension 1005."""
    return admin.make_extension("1005")


def buttons(user):
    return user.read(PATH)["buttons"]


def test_a_fresh_one_is_that_of_the_groups(user):
    reply = user.get(PATH)
    assert reply.text == '{"updatePhones":null,"canSubscribeToPresence":true,"groupSpeedDial":true,"buttons":[]}'
    assert reply.content_type == JSON


def test_it_has_the_contracts_bytes(user):
    body = {"groupSpeedDial": False, "updatePhones": True, "buttons": [BO | {"blf": True}]}
    reply = user.put(PATH, body)
    assert (reply.status_code, reply.data) == (200, b"")
    assert user.get(PATH).text == (
        '{"updatePhones":null,"canSubscribeToPresence":true,"groupSpeedDial":false,'
        '"buttons":[{"label":"Bo","number":"1005","blf":true,"name":"Bo=1005"}]}'
    )


def test_a_whole_object_is_taken_back_with_members_that_are_unknown(user):
    user.put(PATH, {"buttons": [BO, {"label": "", "number": 30012}]})
    before = user.get(PATH)
    sent = before.json | {"pattern": "x"}
    sent["buttons"][0]["pattern"] = {"a": []}
    assert user.put(PATH, sent).status_code == 200
    assert user.get(PATH).data == before.data
    assert [button["number"] for button in buttons(user)] == ["1005", "30012"]


def test_true_for_the_groups_drops_ones_own_and_absent_buttons_empty_it(user):
    user.put(PATH, {"buttons": [BO]})
    assert user.put(PATH, {"groupSpeedDial": False}).status_code == 200
    assert user.read(PATH)["groupSpeedDial"] is False
    assert buttons(user) == []
    user.put(PATH, {"buttons": [BO]})
    assert user.put(PATH, {"groupSpeedDial": True, "buttons": [BO]}).status_code == 200
    assert user.read(PATH)["groupSpeedDial"] is True
    assert buttons(user) == []


def test_a_button_follows_the_number_and_is_empty_when_that_is_gone(user, admin: Crm, colleague):
    user.put(PATH, {"buttons": [BO, BO | {"number": "sip:1005@pbx.local"}, BO | {"number": "777"}]})
    admin.do("extensions/update", id=colleague, extension_number="2005")
    assert [button["number"] for button in buttons(user)] == ["2005", "sip:2005@pbx.local", "777"]
    drop_user("2005")
    assert [button["number"] for button in buttons(user)] == ["", "", "777"]
    assert any("speed dial 1 of the extension 200 led to 2005" in text for text in lost_targets.find_lost())
    assert user.put(PATH, user.read(PATH)).status_code == 200
    check_refused(user.put(PATH, {"buttons": [BO | {"number": ""}] * 3}), 400, "number")


def test_nothing_points_any_more_when_the_user_is_gone(user):
    user.put(PATH, {"buttons": [BO]})
    assert database.fetch_row("SELECT count(*) FROM reference WHERE owner = 'speed_dial'") == (1,)
    drop_user("200")
    assert database.fetch_row("SELECT count(*) FROM reference WHERE owner = 'speed_dial'") == (0,)
    assert database.fetch_row("SELECT count(*) FROM speed_dial") == (0,)
    assert find_inconsistencies() == []


@pytest.mark.parametrize("number", ["200", "777", "2999"])
def test_only_other_users_are_watched(user, number):
    check_outcome(user.put(PATH, {"buttons": [BO | {"number": number, "blf": True}]}), 400, "ERROR_VALIDATION_FAILED")
    assert user.read(PATH)["groupSpeedDial"] is True


def test_who_may_not_watch_keeps_what_was_watched_and_adds_none(user, portal, admin: Crm):
    admin.make_extension("1006")
    user.put(PATH, {"buttons": [BO | {"blf": True}]})
    user_id = admin.read("extensions/show", extension_number="200")["id"]
    body = {"permissions": [{"name": "subscribe-to-presence", "value": "DISABLE"}]}
    assert portal.put(f"rest/user-permission/{user_id}", body).status_code == 200
    assert user.read(PATH)["canSubscribeToPresence"] is False
    assert user.put(PATH, user.read(PATH)).status_code == 200
    check_refused(user.put(PATH, {"buttons": [BO | {"number": "1006", "blf": True}]}), 403, "watch")
    assert buttons(user)[0]["blf"] is True


@pytest.mark.parametrize(
    ("body", "word"),
    [
        ({"buttons": [{"label": "x"}]}, "number"),
        ({"buttons": [BO | {"number": "a b"}]}, "number"),
        ({"buttons": [BO | {"label": "x" * 65}]}, "label"),
        ({"buttons": [BO] * 101}, "buttons"),
        ({"buttons": "1005"}, "buttons"),
        (b"{", "body"),
    ],
)
def test_bad_ones_are_refused_and_nothing_changes(user, body, word):
    reply = user.put(PATH, body)
    check_outcome(reply, 400, "ERROR_VALIDATION_FAILED")
    assert word in reply.text
    assert user.read(PATH)["groupSpeedDial"] is True


def test_phones_are_told_and_a_polycom_has_them_in_its_directory(user, portal):
    id_ = portal.make("api/phones", {"serialNo": SERIAL, "model": {"modelId": "polycomVVX500"}})
    portal.post(f"api/phones/{id_}/lines", {"user": "200"})
    address = f"rest/phone/{SERIAL}/profile/{SERIAL}-directory.xml"
    assert ElementTree.fromstring(portal.get(address).text).findall("item_list/item/sd") == []
    user.put(PATH, {"buttons": [BO | {"label": "<Bo>", "blf": True}, BO | {"number": "777"}]})
    assert Phone.get(TENANT, id=id_).restart_requested_at is None
    user.put(PATH, user.read(PATH) | {"updatePhones": True})
    assert Phone.get(TENANT, id=id_).restart_requested_at is not None
    items = ElementTree.fromstring(portal.get(address).text).findall("item_list/item")
    found = [[item.findtext(tag) for tag in ("ln", "ct", "sd", "bw")] for item in items]
    assert found[:2] == [["<Bo>", "1005", "1", "1"], ["Bo", "777", "2", "0"]]
    assert all(item[2] is None for item in found[2:])


def test_other_methods_and_others_are_refused(user, portal, stranger):
    for method in ("POST", "DELETE"):
        check_refused(user.ask(method, PATH), 405)
    check_refused(portal.get(PATH), 403)
    check_refused(stranger.get(PATH), 401)
    check_outcome(user.get(PATH, accept=XML), 406, "ERROR_NOT_ACCEPTABLE")
