"""Phone groups: their order, their phones' firmware, and what they set on their phones."""

import pytest

from portsip_api.pbx.devices import groups as phone_groups
from portsip_api.pbx.settings.device_models import phone_models
from portsip_api.store import database
from tests.crm import SIP_PASSWORD
from tests.pbx.devices.devices import HOME, MANY_LINES, VERSION, other_tenant
from tests.sipxcom.devices import SERIAL, TEXT, make_phone, set_value
from tests.sipxcom.portal import JSON, XML, Portal, check_refused

GROUPS = "api/phoneGroups"
SETTINGS = f"{GROUPS}/sales/model/{MANY_LINES}/settings"
DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'


@pytest.fixture
def sales(portal: Portal) -> int:
    """The id of the group sales."""
    return portal.make(GROUPS, {"name": "sales", "description": "All & more", "weight": 3})


@pytest.fixture
def flag(portal: Portal, sales: int) -> str:
    """The path of a setting of the model that is 0 or 1, and off."""
    return next(
        setting["path"]
        for setting in portal.read(SETTINGS)["settings"]
        if setting["type"] == "boolean" and setting["value"] == "0"
    )


def test_groups_are_shown_in_the_contracts_bytes(portal, sales):
    shown = f'{{"id":{sales},"name":"sales","description":"All & more","weight":3,"count":0}}'
    assert portal.get(GROUPS).text == f'{{"groups":[{shown}]}}'
    assert portal.get(f"{GROUPS}/{sales}").text == portal.get(f"{GROUPS}/Sales").text == shown
    fields = f"<id>{sales}</id><name>sales</name><description>All &amp; more</description><weight>3</weight>"
    assert portal.get(GROUPS, accept=XML).text == (
        f"{DECLARATION}<Groups><Group>{fields}<count>0</count></Group></Groups>"
    )
    assert portal.get(f"{GROUPS}/sales", accept=XML).text == f"{DECLARATION}<group>{fields}<count>0</count></group>"


def test_what_get_gives_put_takes(portal, sales):
    before = portal.read(GROUPS)
    for accept in (JSON, XML):
        sent = portal.get(f"{GROUPS}/sales", accept=accept)
        reply = portal.put(f"{GROUPS}/sales", sent.data, type=sent.content_type)
        assert (reply.status_code, reply.text) == (200, str(sales))
    assert portal.read(GROUPS) == before


def test_put_replaces_and_keeps_the_weight(portal, sales):
    assert portal.put(f"{GROUPS}/{sales}", "<group><name>Hall</name></group>").text == str(sales)
    assert portal.read(f"{GROUPS}/{sales}") == {
        "id": sales, "name": "Hall", "description": None, "weight": 3, "count": 0,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        ({}, 400, "Name: Cannot be empty"),
        ({"name": "Sales"}, 409, "name"),
        ({"name": " x"}, 400, "name"),
        ({"name": "x", "weight": "heavy"}, 400, "weight"),
        ({"name": "x", "weight": -1}, 400, "weight"),
        ({"name": "x", "weight": 2**40}, 400, "weight"),
        ({"name": "x", "phones": []}, 400, "phones"),
        ("<Phone/>", 400, "group"),
    ],
)
def test_bad_groups_are_refused_and_nothing_is_made(portal, sales, body, status, words):
    check_refused(portal.post(GROUPS, body), status, words)
    assert len(portal.read(GROUPS)["groups"]) == 1


def test_groups_are_moved_up_and_down(portal, sales):
    hall = portal.make(GROUPS, "<Group><name>Hall</name></Group>")

    def names():
        return [group["name"] for group in portal.read(GROUPS)["groups"]]

    assert names() == ["sales", "Hall"]
    assert portal.put(f"{GROUPS}/Hall/up", "anything", type=TEXT).text == str(hall)
    assert names() == ["Hall", "sales"]
    assert portal.put(f"{GROUPS}/{hall}/down").text == str(hall)
    assert names() == ["sales", "Hall"]


def test_a_group_is_removed_and_its_phones_stay(portal, sales, flag):
    make_phone(portal, groups=[{"name": "sales"}])
    set_value(portal, f"{SETTINGS}/{flag}", "1")
    reply = portal.delete(f"{GROUPS}/sales")
    assert (reply.status_code, reply.data) == (200, b"")
    assert portal.read(f"api/phones/{SERIAL}")["groups"] is None
    assert database.fetch_all("SELECT * FROM setting_value") == []


def test_the_group_administrators_stays(portal):
    portal.make(GROUPS, {"name": "administrators"})
    check_refused(portal.delete(f"{GROUPS}/administrators"), 403)
    assert portal.get(f"{GROUPS}/administrators").status_code == 200


@pytest.mark.parametrize("key", ["999", "9" * 30, "none", "x%2Fy", "0"])
def test_a_group_that_does_not_exist_is_404(portal, key):
    model = f"/model/{MANY_LINES}"
    for method, path, body in (
        ("GET", "", None), ("PUT", "", {"name": "x"}), ("DELETE", "", None), ("PUT", "/up", None),
        ("PUT", "/down", None), ("GET", "/models", None), ("PUT", f"{model}/firmware/{VERSION}", None),
        ("GET", f"{model}/settings", None), ("PUT", f"{model}/settings", {"settings": []}),
        ("GET", f"{model}/settings/x", None), ("DELETE", f"{model}/settings/x", None),
    ):  # fmt: skip
        check_refused(portal.ask(method, f"{GROUPS}/{key}{path}", body), 404)


def test_groups_of_another_tenant_do_not_exist(portal):
    other = other_tenant()
    id_ = phone_groups.create(other, {"name": "theirs"})
    for key in (id_, "theirs"):
        check_refused(portal.get(f"{GROUPS}/{key}"), 404)
        check_refused(portal.put(f"{GROUPS}/{key}", {"name": "mine"}), 404)
        check_refused(portal.delete(f"{GROUPS}/{key}"), 404)
        check_refused(portal.put(f"{GROUPS}/{key}/up"), 404)
    assert portal.read(GROUPS)["groups"] == []
    assert phone_groups.show(other, id_).name == "theirs"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PUT", ""), ("DELETE", ""), ("POST", "/sales"), ("GET", "/sales/up"), ("POST", "/sales/down"),
        ("PUT", "/sales/models"), ("POST", f"/sales/model/{MANY_LINES}/settings"),
        ("DELETE", f"/sales/model/{MANY_LINES}/settings"),
    ],
)  # fmt: skip
def test_other_methods_are_refused(portal, sales, method, path):
    check_refused(portal.ask(method, GROUPS + path), 405)


def test_firmware_is_set_on_the_phones_of_the_model_in_the_group(portal, sales):
    inside = make_phone(portal, groups=[{"name": "sales"}])
    outside = make_phone(portal, "0004f2aabb96")
    path = f"{GROUPS}/sales/model/{MANY_LINES}/firmware"
    reply = portal.put(f"{path}/{VERSION}")
    assert (reply.status_code, reply.data) == (200, b"")
    assert portal.read(f"api/phones/{inside}")["deviceVersion"] == VERSION
    assert portal.read(f"api/phones/{outside}")["deviceVersion"] is None
    check_refused(portal.put(f"{path}/none"), 404)
    check_refused(portal.put(f"{GROUPS}/sales/model/none/firmware/{VERSION}"), 404)


def test_models_are_all_models(portal, sales):
    assert len(portal.read(f"{GROUPS}/sales/models")["models"]) == len(phone_models())


def test_what_a_group_sets_its_phones_have(portal, sales, flag):
    id_ = make_phone(portal, groups=[{"name": "sales"}])
    set_value(portal, f"{SETTINGS}/{flag}", "1")
    assert portal.read(f"{SETTINGS}/{flag}")["value"] == "1"
    assert portal.read(f"api/phones/{id_}/settings/{flag}")["value"] == "1"
    assert portal.delete(f"{SETTINGS}/{flag}").status_code == 200
    assert portal.read(f"api/phones/{id_}/settings/{flag}")["value"] == "0"


@pytest.mark.parametrize("accept", [JSON, XML])
def test_a_list_of_settings_that_is_sent_back_changes_nothing(portal, sales, flag, accept):
    set_value(portal, f"{SETTINGS}/{flag}", "1")
    sent = portal.get(SETTINGS, accept=accept)
    assert portal.put(SETTINGS, sent.data, type=sent.content_type).status_code == 200
    assert portal.get(SETTINGS, accept=accept).data == sent.data
    assert database.fetch_all("SELECT path, value FROM setting_value") == [(flag, "1")]


@pytest.mark.parametrize("form", ['{{"settings":[{{"path":"{0}","value":"1"}}]}}', '[{{"path":"{0}","value":"1"}}]',
    "<Settings><Setting><path>{0}</path><value>1</value></Setting></Settings>"])  # fmt: skip
def test_several_settings_are_set_at_once(portal, flag, form):
    reply = portal.put(SETTINGS, form.format(flag), type=XML if form.startswith("<") else JSON)
    assert (reply.status_code, reply.data) == (200, b"")
    assert portal.read(f"{SETTINGS}/{flag}")["value"] == "1"


def test_of_several_settings_all_are_set_or_none(portal, flag):
    good = {"path": flag, "value": "1"}
    for bad, status in (
        ({"path": "none", "value": "1"}, 404),
        ({"path": flag.rpartition("/")[0], "value": "1"}, 404),
        ({"path": flag, "value": SIP_PASSWORD}, 400),
        ({"value": "1"}, 400),
    ):
        reply = portal.put(SETTINGS, {"settings": [good, bad]})
        check_refused(reply, status)
        assert SIP_PASSWORD not in reply.text
        assert portal.read(f"{SETTINGS}/{flag}")["value"] == "0"


def test_settings_of_an_unknown_model_are_404(portal, sales):
    check_refused(portal.get(f"{GROUPS}/sales/model/none/settings"), 404)


def test_the_list_costs_a_constant_number_of_statements(portal, statements):
    costs = []
    for count in (1, 20):
        for number in range(count):
            phone_groups.create(HOME, {"name": f"{count}-{number}"})
        statements.clear()
        assert portal.get(GROUPS).status_code == 200
        costs.append(len(statements))
    assert costs[0] == costs[1]
