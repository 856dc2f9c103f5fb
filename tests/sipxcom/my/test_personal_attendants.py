"""What callers hear in a user's voicemail, and where the keys lead that they press there."""

import pytest

from portsip_api.pbx.errors import Conflict
from portsip_api.pbx.extension_keys import ExtensionKey, find_id
from portsip_api.pbx.extensions import extensions
from portsip_api.pbx.mailboxes import mailboxes
from portsip_api.pbx.upkeep import lost_targets
from portsip_api.pbx.upkeep.consistency import find_inconsistencies
from portsip_api.store import database
from tests.audio import wav
from tests.crm import Crm
from tests.pbx.features.call_features import TENANT, drop_user
from tests.sipxcom.portal import JSON, XML, check_outcome, check_refused

PATH, OPERATOR = "rest/my/voicemail/attendant", "rest/my/voicemail/operator"
FRESH = (
    '{"personalAttendantPermission":true,"depositVM":true,"forwardDeleteVM":false,"playVMDefaultOptions":true,'
    '"operator":null,"menu":{},"language":null,"overrideLanguage":false}'
)
STAYS = "CONNECT_TO_VOICE_MAIL"


@pytest.fixture(autouse=True)
def colleague(user, admin: Crm):
    """The extension 255."""
    return admin.make_extension("255")


def presses(admin: Crm, number="200"):
    """What keys lead to in the last step of a call's route."""
    step = admin.read("extensions/route", extension_number=number)["steps"][-1]
    assert step["action"] == STAYS
    return [(press["key"], press["action"], press["target"]) for press in step.get("presses", [])]


def reasons(admin: Crm):
    step = admin.read("extensions/route", extension_number="200")["steps"][-1]
    return {press["key"]: press["reason"] for press in step["presses"]}


def test_a_fresh_one_has_the_contracts_values(user):
    reply = user.get(PATH)
    assert (reply.text, reply.content_type) == (FRESH, JSON)


def test_what_the_page_prints_is_taken_and_shown(user):
    body = {
        "operator": "419",
        "overrideLanguage": True,
        "menu": {"5": "255", "7": "999"},
        "language": "en",
        "depositVM": True,
        "forwardDeleteVM": True,
        "playVMDefaultOptions": True,
    }
    reply = user.put(PATH, body)
    assert (reply.status_code, reply.data) == (200, b"")
    assert user.read(PATH) == {"personalAttendantPermission": True, **body}


def test_what_get_gives_put_takes(user):
    user.put(PATH, {"menu": {"*": "255", "#": "sip:255@pbx.local"}, "operator": "255"})
    before = user.get(PATH)
    assert user.put(PATH, before.json).status_code == 200
    assert user.get(PATH).data == before.data
    assert user.put(PATH, b"{}", type="application/x-www-form-urlencoded").status_code == 200
    assert user.get(PATH).data == before.data


def test_it_is_changed_in_part_and_the_menu_as_a_whole(user):
    user.put(PATH, {"menu": {"5": "255", "7": "999"}, "depositVM": False})
    user.put(PATH, {"menu": {"6": "255"}, "language": None})
    found = user.read(PATH)
    assert (found["menu"], found["depositVM"]) == ({"6": "255"}, False)
    user.put(PATH, {"language": "de"})
    assert user.read(PATH)["language"] == "de"
    user.put(PATH, {"language": "", "menu": {}})
    assert (user.read(PATH)["language"], user.read(PATH)["menu"]) == (None, {})


@pytest.mark.parametrize("reset", [OPERATOR, f"{OPERATOR}/"])
def test_the_operator_is_set_and_reset_by_its_address(user, reset):
    assert (user.put(f"{OPERATOR}/255", b"x").status_code, user.read(PATH)["operator"]) == (200, "255")
    assert (user.put(reset, b"x").status_code, user.read(PATH)["operator"]) == (200, None)
    check_outcome(user.put(f"{OPERATOR}/no%20number"), 400, "ERROR_VALIDATION_FAILED")


def test_languages_are_listed(user):
    assert user.read(f"{PATH}/lang") == ["en"]


@pytest.mark.parametrize(
    ("body", "word"),
    [
        ({"menu": {"A": "255"}}, "menu"),
        ({"menu": {"5": "no number"}}, "menu.5"),
        ({"menu": {"5": ""}}, "menu.5"),
        ({"menu": ["5"]}, "menu"),
        ({"operator": "no number"}, "operator"),
        ({"operator": "2" * 129}, "operator"),
        ({"language": "<x>"}, "language"),
        ({"depositVM": "maybe"}, "depositVM"),
    ],
)
def test_bad_ones_are_refused_and_nothing_is_kept(user, body, word):
    reply = user.put(PATH, {"forwardDeleteVM": True, **body})
    check_outcome(reply, 400, "ERROR_VALIDATION_FAILED")
    assert word in reply.text
    assert user.get(PATH).text == FRESH


def test_xml_is_not_given(user):
    check_refused(user.get(PATH, accept=XML), 406)


@pytest.mark.parametrize(
    ("path", "methods"), [(PATH, "POST DELETE"), (f"{PATH}/lang", "PUT POST DELETE"), (OPERATOR, "GET POST DELETE")]
)
def test_other_methods_and_others_are_refused(user, portal, stranger, path, methods):
    for method in methods.split():
        check_refused(user.ask(method, path), 405)
    method = "PUT" if path == OPERATOR else "GET"
    check_refused(portal.ask(method, path), 403)
    check_refused(stranger.ask(method, path), 401)


def test_who_may_have_none_is_refused_and_no_key_leads_anywhere(user, portal, admin: Crm):
    user.put(PATH, {"menu": {"5": "255"}})
    assert presses(admin) == [("5", "CONNECT_TO_ANOTHER_EXTENSION", "255")]
    id_ = find_id(TENANT, ExtensionKey("200"))
    body = {"permissions": [{"name": "personal-auto-attendant", "value": "DISABLE"}]}
    assert portal.put(f"rest/user-permission/{id_}", body).status_code == 200
    assert user.read(PATH)["personalAttendantPermission"] is False
    check_refused(user.put(PATH, {"depositVM": False}), 403)
    assert presses(admin) == []


def test_keys_join_the_route(user, admin: Crm, portal):
    portal.make("api/callgroups", {"name": "H", "extension": "600", "ringBeans": []})
    user.put(PATH, {"menu": {"5": "255", "#": "600", "1": "*97"}, "operator": "255"})
    assert presses(admin) == [
        ("0", "CONNECT_TO_ANOTHER_EXTENSION", "255"),
        ("1", "CONNECT_TO_NUMBER", "*97"),
        ("5", "CONNECT_TO_ANOTHER_EXTENSION", "255"),
        ("#", "CONNECT_TO_RING_GROUP", "600"),
    ]
    user.put(PATH, {"menu": {"0": "600"}})
    assert presses(admin) == [("0", "CONNECT_TO_RING_GROUP", "600")]
    assert presses(admin, "255") == []
    assert "presses" not in admin.read("extensions/route", extension_number="255")["steps"][-1]


def test_the_command_prints_them(app, user):
    user.put(PATH, {"menu": {"5": "255"}})
    lines = app.test_cli_runner().invoke(args=["pbx", "route", "200"]).output.splitlines()
    assert lines[-2:] == [
        "   5: CONNECT_TO_ANOTHER_EXTENSION 255",
        "      5 is pressed: the call goes to 255. (personal_attendant.menu.5)",
    ]


def test_a_number_outside_is_called_by_the_users_own_rights(user, admin: Crm):
    user.put(PATH, {"menu": {"5": "+4930123"}})
    assert presses(admin) == [("5", STAYS, "200")]
    assert "does not allow that number" in reasons(admin)["5"]
    admin.do("account/update", id=TENANT, allowed_prefixes=["+49"])
    user.put(PATH, {"menu": {"5": "+4930123"}})
    assert presses(admin) == [("5", "CONNECT_TO_NUMBER", "+4930123")]
    admin.do("extensions/group/create", group_name="inside", enable_external_call=False, members=["200"])
    assert "no group of 200 allows external calls" in reasons(admin)["5"]


def test_keys_follow_a_new_number_and_are_empty_when_it_is_gone(user, admin: Crm):
    user.put(PATH, {"menu": {"5": "255"}, "operator": "255"})
    id_ = find_id(TENANT, ExtensionKey("255"))
    admin.do("extensions/update", id=id_, extension_number="2005")
    assert (user.read(PATH)["menu"], user.read(PATH)["operator"]) == ({"5": "2005"}, "2005")
    assert presses(admin)[1] == ("5", "CONNECT_TO_ANOTHER_EXTENSION", "2005")
    drop_user("2005")
    gone = user.read(PATH)
    assert (gone["menu"], gone["operator"]) == ({"5": ""}, "")
    assert presses(admin) == [("0", STAYS, "200"), ("5", STAYS, "200")]
    assert "what was at 2005 no longer exists" in reasons(admin)["5"]
    assert any("the key 5 of the personal attendant of the extension 200 led to 2005" in text for text in lost())
    admin.make_extension("2005")
    assert user.read(PATH)["menu"] == {"5": ""}
    assert user.put(PATH, gone).status_code == 200
    assert list(find_inconsistencies()) == []


def lost():
    return list(lost_targets.find_lost())


def test_it_goes_with_its_user(user):
    user.put(PATH, {"menu": {"5": "255"}, "operator": "+1"})
    drop_user("200")
    for table in ("personal_attendant_key", "reference WHERE owner = 'personal_attendant'"):
        assert database.fetch_row(f"SELECT count(*) FROM {table}")[0] == 0
    assert list(find_inconsistencies()) == []


def test_callers_leave_no_message_where_they_may_not(user):
    key = ExtensionKey("200")
    user.put(PATH, {"depositVM": False})
    with pytest.raises(Conflict):
        mailboxes.deposit(TENANT, key, wav(4), "255")
    user.put(PATH, {"depositVM": True})
    assert mailboxes.deposit(TENANT, key, wav(4), "255").folder == "inbox"


def test_it_costs_a_constant_number_of_statements(user, statements):
    counts = []
    for menu in ({}, dict.fromkeys("0123456789*#", "255")):
        user.put(PATH, {"menu": menu})
        statements.clear()
        assert user.read(PATH)["menu"] == menu
        counts.append(len(statements))
    assert counts[0] == counts[1] <= 14


def test_a_number_of_another_tenant_is_none_of_ones_own(user, admin: Crm):
    admin.do("account/create", name="other", domain="other.example", password="other's secret")
    tenant = database.fetch_row("SELECT id FROM tenant WHERE name = 'other'")[0]
    extensions.create(
        tenant, {"extension_number": "299", "password": "Sip-secret-299", "web_access_password": "x1-secret"}
    )
    user.put(PATH, {"menu": {"5": "299"}})
    assert presses(admin) == [("5", STAYS, "200")]
    assert list(find_inconsistencies()) == []
