"""Park orbits and their settings."""

import pytest

from portsip_api.store import database
from tests.crm import Crm
from tests.pbx.features.call_features import make_tenant
from tests.sipxcom.portal import XML, check_refused

PATH = "api/orbits"
ORBIT = (
    '{"id":%d,"name":"lobby","enabled":true,"extension":"400","description":null,"music":"default.wav",'
    '"server":"pbx.local"}'
)
ORBIT_XML = (
    "<Orbit><id>%d</id><name>lobby</name><enabled>true</enabled><extension>400</extension>"
    "<music>default.wav</music><server>pbx.local</server></Orbit>"
)
DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
BODY = {"name": "lobby", "extension": "400", "enabled": True, "music": "default.wav", "server": "pbx.local"}


@pytest.fixture
def lobby(portal):
    return portal.make(PATH, BODY)


def test_creating_answers_the_bare_id(portal):
    reply = portal.post(PATH, BODY)
    assert (reply.status_code, reply.content_type) == (200, "application/json")
    assert portal.read(f"{PATH}/{reply.text}")["name"] == "lobby"


def test_an_orbit_has_the_contracts_bytes(portal, lobby):
    assert portal.get(f"{PATH}/{lobby}").text == ORBIT % lobby
    assert portal.get(f"{PATH}/{lobby}", accept=XML).text == DECLARATION + ORBIT_XML % lobby
    for path in (PATH, f"{PATH}/", f"{PATH}/servers/1", f"{PATH}/servers/pbx.local", f"{PATH}/servers/127.0.0.1"):
        assert portal.get(path).text == f'{{"orbits":[{ORBIT % lobby}]}}'
        assert portal.get(path, accept=XML).text == f"{DECLARATION}<Orbits>{ORBIT_XML % lobby}</Orbits>"


@pytest.mark.parametrize("accept", ["application/json", XML])
def test_what_get_gives_put_takes(portal, lobby, accept):
    before = portal.get(f"{PATH}/{lobby}", accept=accept)
    reply = portal.put(f"{PATH}/{lobby}", before.data, type=accept)
    assert (reply.status_code, reply.data) == (200, b""), reply.text
    assert portal.get(f"{PATH}/{lobby}", accept=accept).data == before.data


def test_what_is_not_sent_takes_its_default(portal, lobby):
    body = {"name": "hall", "extension": "401", "server": 1, "description": "x"}
    assert portal.put(f"{PATH}/{lobby}", body).status_code == 200
    assert portal.read(f"{PATH}/{lobby}") == {
        "id": lobby, "name": "hall", "enabled": False, "extension": "401", "description": "x", "music": "default.wav",
        "server": "pbx.local",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("fields", "status", "word"),
    [
        ({"name": ""}, 400, "Name: Cannot be empty"),
        ({"extension": None}, 400, "Extension: Cannot be empty"),
        ({"extension": "a b"}, 400, "extension"),
        ({"name": "400", "extension": "400"}, 400, "name"),
        ({"enabled": "perhaps"}, 400, "enabled"),
        ({"music": "none.wav"}, 404, "Prompt not found"),
        ({"server": "elsewhere.example"}, 404, "No such server"),
        ({"server": 2}, 404, "No such server"),
        ({"server": None}, 404, "No such server"),
        ({"colour": "red"}, 400, "colour"),
    ],
)
def test_bad_orbits_are_refused_and_nothing_changes(portal, lobby, fields, status, word):
    check_refused(portal.post(PATH, BODY | {"extension": "401", "name": "hall"} | fields), status, word)
    check_refused(portal.put(f"{PATH}/{lobby}", BODY | fields), status, word)
    assert portal.get(PATH).text == f'{{"orbits":[{ORBIT % lobby}]}}'


@pytest.mark.parametrize("fields", [{"name": "LOBBY", "extension": "401"}, {"name": "hall"}])
def test_names_and_numbers_are_taken_once(portal, lobby, fields):
    check_refused(portal.post(PATH, BODY | fields), 409)


def test_the_server_of_the_address_counts(portal):
    id_ = portal.make(f"{PATH}/servers/1", BODY | {"server": "elsewhere.example"})
    assert portal.read(f"{PATH}/{id_}")["server"] == "pbx.local"
    assert portal.delete(f"{PATH}/servers/PBX.local").status_code == 200
    assert portal.read(PATH) == {"orbits": []}
    for method, body in (("GET", None), ("POST", BODY), ("DELETE", None)):
        check_refused(portal.ask(method, f"{PATH}/servers/elsewhere.example", body), 404, "No such server")


def test_an_orbit_follows_the_servers_name(portal, lobby, admin: Crm):
    admin.do("account/update", id=1, domain="new.example")
    assert portal.read(f"{PATH}/servers/new.example")["orbits"][0]["server"] == "new.example"


def test_its_settings_go_with_it(portal, lobby):
    path = f"{PATH}/{lobby}/settings"
    assert [item["path"] for item in portal.read(path)["settings"]] == [
        "general/enableTimeout", "general/parkTimeout", "general/multipleCalls", "general/allowTransfer",
        "general/transferKey",
    ]  # fmt: skip
    assert portal.put(f"{path}/general/parkTimeout", b"60", type="text/plain").status_code == 200
    assert portal.read(f"{path}/general/parkTimeout")["value"] == "60"
    check_refused(portal.put(f"{path}/general/parkTimeout", b"1000", type="text/plain"), 400)
    check_refused(portal.get(f"{path}/general/none"), 404)
    assert portal.delete(f"{path}/general/parkTimeout").status_code == 200
    assert portal.read(f"{path}/general/parkTimeout")["value"] == "120"
    assert portal.put(f"{path}/general/parkTimeout", b"90", type="text/plain").status_code == 200
    assert portal.delete(f"{PATH}/{lobby}").status_code == 200
    assert database.fetch_all("SELECT * FROM setting_value") == []
    check_refused(portal.get(path), 404)


@pytest.mark.parametrize("path", ["999", "9" * 18, "999/settings", "999/settings/general/parkTimeout"])
def test_an_unknown_id_is_404(portal, path):
    check_refused(portal.get(f"{PATH}/{path}"), 404)
    if "/" not in path:
        check_refused(portal.put(f"{PATH}/{path}", BODY), 404)
        check_refused(portal.delete(f"{PATH}/{path}"), 404)


@pytest.mark.parametrize("path", ["x", "x%2Fy", "9" * 30, "servers"])
def test_what_is_no_id_is_no_address(portal, path):
    check_refused(portal.get(f"{PATH}/{path}"), 404)


def test_another_tenant_is_another_world(portal, lobby):
    make_tenant()
    there = {"base_url": "http://other.example"}
    for path in (f"{PATH}/{lobby}", f"{PATH}/{lobby}/settings"):
        check_refused(portal.get(path, **there), 404)
    check_refused(portal.delete(f"{PATH}/{lobby}", **there), 404)
    assert portal.delete(f"{PATH}/servers/1", **there).status_code == 200
    assert portal.read(f"{PATH}/{lobby}")["name"] == "lobby"
    assert portal.post(PATH, BODY | {"server": "other.example"}, **there).status_code == 200


@pytest.mark.parametrize(
    ("path", "methods"),
    [
        (PATH, ("PUT", "DELETE")),
        (f"{PATH}/1", ("POST",)),
        (f"{PATH}/1/settings", ("PUT", "POST", "DELETE")),
        (f"{PATH}/servers/1", ("PUT",)),
        (f"{PATH}/prompts", ("PUT", "DELETE")),
    ],
)
def test_other_methods_are_405(portal, path, methods):
    for method in methods:
        check_refused(portal.ask(method, path), 405)


def test_the_list_costs_a_constant_number_of_statements(portal, statements):
    counts = []
    for number in range(3):
        portal.make(PATH, BODY | {"name": f"o{number}", "extension": f"40{number}"})
        statements.clear()
        portal.read(PATH)
        counts.append(len(statements))
    assert len(set(counts)) == 1
