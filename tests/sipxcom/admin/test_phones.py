"""Phones with their lines, groups and settings, in their new and their old form."""

import pytest

from portsip_api.pbx.devices import lines, phones
from portsip_api.pbx.extension_keys import ExtensionKey
from portsip_api.pbx.settings.device_models import definitions_of, phone_model, phone_models
from portsip_api.store import database
from tests.crm import SIP_PASSWORD, WEB_PASSWORD
from tests.pbx.devices import devices
from tests.pbx.devices.devices import HOME, MANY_LINES, VERSION, other_tenant
from tests.sipxcom.devices import SERIAL, make_phone, set_value
from tests.sipxcom.portal import JSON, XML, Portal, check_outcome, check_refused

DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
SNOM = "snom370"
SECOND = "0004f2aabb96"


@pytest.fixture
def bare(portal: Portal) -> str:
    """The address of a phone with nothing but a number, of a model without versions."""
    assert phone_model(SNOM).versions is None
    return f"api/phones/{make_phone(portal, model=SNOM)}"


@pytest.fixture
def phone(portal: Portal, user: Portal) -> str:
    """The address of a phone with a line of the user 200, in the group sales."""
    id_ = make_phone(portal, deviceVersion=VERSION, description="Ann's", groups=[{"name": "sales"}])
    assert portal.post(f"api/phones/{id_}/lines", {"user": "200"}).status_code == 200
    return f"api/phones/{id_}"


def test_a_phone_is_shown_in_the_contracts_bytes(portal, bare):
    label = phone_model(SNOM).label
    model = f'{{"modelId":"{SNOM}","label":"{label}","vendor":"SNOM","versions":null}}'
    shown = (
        f'{{"id":1,"serialNo":"{SERIAL}","deviceVersion":null,"description":null,"model":{model},"lines":null,'
        '"groups":null}'
    )
    assert portal.get(bare).text == shown
    assert portal.get("api/phones").text == f'{{"phones":[{shown}]}}'
    assert portal.get("api/phones?start=0&limit=1").text == f'{{"phones":[{shown}]}}'
    as_xml = (
        f"<Phone><id>1</id><serialNo>{SERIAL}</serialNo><Model><modelId>{SNOM}</modelId><label>{label}</label>"
        "<vendor>SNOM</vendor></Model></Phone>"
    )
    assert portal.get(bare, accept=XML).text == DECLARATION + as_xml
    assert portal.get("api/phones", accept=XML).text == f"{DECLARATION}<Phones>{as_xml}</Phones>"


def test_no_phones_are_an_empty_list(portal):
    for path in ("api/phones", "api/phones?start=0&limit=5", "api/phones/line?lineFilter=2"):
        assert portal.get(path).text == '{"phones":[]}'
        assert portal.get(path, accept=XML).text == f"{DECLARATION}<Phones/>"


def test_lines_and_groups_are_shown_with_the_phone(portal, phone):
    shown = portal.read(phone)
    line = {
        "id": 1,
        "uri": "sip:200@pbx.local",
        "user": "200",
        "userId": "200",
        "extension": "200",
        "displayName": None,
        "password": SIP_PASSWORD,
        "registrationServer": "pbx.local",
        "registrationServerPort": None,
        "voicemail": None,
    }
    assert list(shown["lines"][0].items()) == list(line.items())
    assert shown["groups"] == [{"id": 1, "name": "sales", "description": None, "weight": 1, "count": 1}]
    assert shown["deviceVersion"] == VERSION
    root = portal.read_xml(phone)
    assert [child.tag for child in root] == [
        "id", "serialNo", "deviceVersion", "description", "Model", "Lines", "Groups",
    ]  # fmt: skip
    assert root.findtext("Lines/Line/uri") == "sip:200@pbx.local"
    assert root.findtext("Groups/Group/name") == "sales"


@pytest.mark.parametrize("key", [SERIAL, SERIAL.upper(), "00:04:F2:AA:BB:95", "1"])
def test_a_phone_is_named_by_id_or_serial_number(portal, phone, key):
    assert portal.read(f"api/phones/{key}") == portal.read(phone)


def test_what_get_gives_put_takes(portal, phone):
    shown = portal.read(phone)
    for accept in (JSON, XML, "application/xml"):
        sent = portal.get(phone, accept=accept)
        reply = portal.put(phone, sent.data, type=sent.content_type)
        assert (reply.status_code, reply.text) == (200, "1")
        assert portal.read(phone) == shown


def test_put_replaces_number_description_and_version_and_joins_groups(portal, phone):
    before = portal.read(phone)
    body = {"serialNo": "00-04-F2-AA-BB-96", "model": {"modelId": SNOM}, "lines": [], "groups": [{"name": "Hall"}]}
    assert portal.put(phone, body).status_code == 200
    after = portal.read(phone)
    assert (after["serialNo"], after["description"], after["deviceVersion"]) == (SECOND, None, None)
    assert (after["model"], after["lines"]) == (before["model"], before["lines"])
    assert [group["name"] for group in after["groups"]] == ["sales", "Hall"]


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        ({"serialNo": SECOND}, 404, "No such phone model defined"),
        ({"serialNo": SECOND, "model": {"modelId": "none"}}, 404, "model"),
        ({"model": {"modelId": SNOM}}, 400, "SerialNo: Cannot be empty"),
        ({"serialNo": "x y", "model": {"modelId": SNOM}}, 400, "serialNo"),
        ({"serialNo": SERIAL, "model": {"modelId": SNOM}}, 409, "serial"),
        ({"serialNo": SECOND, "model": {"modelId": SNOM}, "description": "x" * 256}, 400, "description"),
        ({"serialNo": SECOND, "model": {"modelId": SNOM}, "groups": [{"id": 1}]}, 400, "Name"),
        ({"serialNo": SECOND, "model": {"modelId": SNOM}, "groups": [{"name": "g"}] * 101}, 400, "groups"),
        ({"serialNo": SECOND, "model": {"modelId": SNOM}, "colour": "red"}, 400, "colour"),
        (f"<Phone><serialNo>{SECOND}</serialNo></Phone>", 404, "No such phone model defined"),
        ("<Gateway/>", 400, "Phone"),
    ],
)
def test_bad_phones_are_refused_and_nothing_is_made(portal, bare, body, status, words):
    check_refused(portal.post("api/phones", body), status, words)
    assert len(portal.read("api/phones")["phones"]) == 1


def test_a_phone_is_removed(portal, phone):
    reply = portal.delete(f"api/phones/{SERIAL}")
    assert (reply.status_code, reply.data) == (200, b"")
    check_refused(portal.get(phone), 404, "Phone not found")


@pytest.mark.parametrize("key", ["999", "9" * 30, "none", "x%2Fy", "0"])
def test_a_phone_that_does_not_exist_is_404(portal, key):
    for method, path, body in (
        ("GET", "", None), ("PUT", "", {"serialNo": SERIAL}), ("DELETE", "", None), ("GET", "/groups", None),
        ("DELETE", "/groups", None), ("POST", "/groups/sales", None), ("DELETE", "/groups/sales", None),
        ("GET", "/lines", None), ("POST", "/lines", {"user": "200"}), ("DELETE", "/lines", None),
        ("GET", "/lines/1", None), ("DELETE", "/lines/1", None), ("GET", "/lines/1/settings", None),
        ("GET", "/settings", None), ("GET", "/settings/x", None), ("PUT", "/sendProfile", None),
    ):  # fmt: skip
        check_refused(portal.ask(method, f"api/phones/{key}{path}", body), 404, "Phone not found")


def test_phones_of_another_tenant_do_not_exist(portal, phone):
    other = other_tenant()
    theirs = devices.phone(SECOND, other)
    line = lines.add_external(other, theirs, {"user_id": "jane"})
    for key in (theirs, SECOND):
        check_refused(portal.get(f"api/phones/{key}"), 404)
        check_refused(portal.put(f"api/phones/{key}", {"serialNo": SECOND}), 404)
        check_refused(portal.delete(f"api/phones/{key}"), 404)
    check_refused(portal.get(f"{phone}/lines/{line}"), 404)
    check_refused(portal.delete(f"{phone}/lines/{line}"), 404)
    check_refused(portal.get(f"{phone}/lines/{line}/settings"), 404)
    for path in ("api/phones", "api/phones?start=0&limit=9", "api/phones/line?lineFilter=jane"):
        assert theirs not in [shown["id"] for shown in portal.read(path)["phones"]]
    assert SECOND not in portal.get("rest/phone").text
    assert phones.show(other, theirs).serial == SECOND


def test_lists_are_cut_by_start_and_limit(portal):
    made = [make_phone(portal, f"0004f200000{digit}", SNOM) for digit in range(5)]

    def ids(query):
        return [shown["id"] for shown in portal.read(f"api/phones?{query}")["phones"]]

    assert ids("") == ids("start=0") == made
    assert ids("start=1&limit=2") == made[1:3]
    assert ids("limit=2") == made[:2]
    assert ids("start=3") == made[3:]
    assert ids("start=9&limit=2") == []
    for query in ("start=x", "limit=0", "start=-1"):
        check_refused(portal.get(f"api/phones?{query}"), 400)


def test_a_whole_list_is_read_in_blocks(portal, monkeypatch):
    made = [make_phone(portal, f"0004f200000{digit}", SNOM) for digit in range(5)]
    monkeypatch.setattr(phones, "BLOCK", 2)
    assert [shown["id"] for shown in portal.read("api/phones")["phones"]] == made
    assert [shown.findtext("id") for shown in portal.read_xml("api/phones")] == list(map(str, made))
    assert len(portal.read_xml("rest/phone").findall("phone")) == 5


def test_a_long_list_is_a_stream(portal):
    database.execute(
        "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 1200) INSERT INTO phone"
        " (tenant_id, serial, model_id) SELECT 1, printf('%012x', n), ? FROM c",
        (SNOM,),
    )
    numbers = [f"{number:012x}" for number in range(1, 1201)]
    reply = portal.get("api/phones")
    assert reply.is_streamed
    assert reply.text.count(SNOM) == 1200
    assert [phone["serialNo"] for phone in portal.read("api/phones")["phones"]] == numbers
    assert [phone.findtext("serialNo") for phone in portal.read_xml("api/phones")] == numbers
    assert [phone["serialNumber"] for phone in portal.read("rest/phone")["phones"]["phone"]] == numbers
    assert [phone.findtext("serialNumber") for phone in portal.read_xml("rest/phone")] == numbers


def test_phones_are_found_by_a_line(portal, phone):
    make_phone(portal, SECOND)
    for text in ("200", "sip:200@", "20"):
        assert [shown["id"] for shown in portal.read(f"api/phones/line?lineFilter={text}")["phones"]] == [1]
    assert portal.read("api/phones/line?lineFilter=201")["phones"] == []


def test_models_are_listed(portal):
    shown = portal.read("api/phones/models")["models"]
    assert [model["modelId"] for model in shown] == [model.model_id for model in phone_models()]
    assert list(shown[0]) == ["modelId", "label", "vendor", "versions"]
    assert len(portal.read_xml("api/phones/models").findall("Model")) == len(shown)
    for method in ("PUT", "POST", "DELETE"):
        check_refused(portal.ask(method, "api/phones/models", {}), 405)


def test_a_phone_joins_groups_and_leaves_them(portal, phone):
    for name in ("Hall", "a%2Fb%20c", "Hall"):
        reply = portal.post(f"{phone}/groups/{name}")
        assert (reply.status_code, reply.data) == (200, b"")
    names = [group["name"] for group in portal.read(f"{phone}/groups")["groups"]]
    assert names == ["sales", "Hall", "a/b c"]
    assert [group.findtext("name") for group in portal.read_xml(f"{phone}/groups").findall("Group")] == names
    assert portal.delete(f"{phone}/groups/a%2fb%20c").status_code == 200
    check_refused(portal.delete(f"{phone}/groups/none"), 404)
    assert [group["name"] for group in portal.read(phone)["groups"]] == ["sales", "Hall"]
    assert portal.delete(f"{phone}/groups").status_code == 200
    assert portal.read(phone)["groups"] is None
    assert portal.read("api/phoneGroups/sales")["count"] == 0


def test_a_line_is_a_users_by_name_or_alias(portal, admin):
    id_ = make_phone(portal)
    body = {
        "userName": "201",
        "pin": WEB_PASSWORD,
        "firstName": "Ann",
        "lastName": "Doe",
        "aliases": [{"alias": "ann"}],
    }
    portal.make("rest/user", body)
    for user in ("201", "ann"):
        reply = portal.post(f"api/phones/{id_}/lines", {"user": user})
        assert (reply.status_code, reply.data) == (200, b"")
    found = portal.read(f"api/phones/{id_}/lines")["lines"]
    assert [(line["user"], line["displayName"], line["uri"]) for line in found] == [
        ("201", "Ann Doe", "sip:201@pbx.local")
    ] * 2
    assert portal.read(f"api/phones/{id_}/lines/{found[1]['id']}") == found[1]
    for unknown in ("202", "none"):
        check_refused(portal.post(f"api/phones/{id_}/lines", {"user": unknown}), 404, "User not found")


def test_what_a_line_shows_makes_another(portal, phone):
    body = {
        "userId": "jane",
        "displayName": "Jane & <Co>",
        "password": SIP_PASSWORD,
        "registrationServer": "sip.example",
        "registrationServerPort": "5070",
        "extension": "77",
        "voicemail": "78",
    }
    assert portal.post(f"{phone}/lines", body).status_code == 200
    line = portal.read(f"{phone}/lines")["lines"][1]
    assert line == body | {"id": line["id"], "uri": "sip:jane@sip.example", "user": None}
    for accept in (JSON, XML):
        sent = portal.get(f"{phone}/lines/{line['id']}", accept=accept)
        assert portal.post(f"{phone}/lines", sent.data, type=sent.content_type).status_code == 200
        assert portal.read(f"{phone}/lines")["lines"][-1] | {"id": line["id"]} == line


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({}, "userId"),
        ({"userId": "a b"}, "userId"),
        ({"userId": "a", "registrationServerPort": "many"}, "registrationServerPort"),
        ({"userId": "a", "registrationServerPort": 65536}, "registrationServerPort"),
        ({"userId": "a", "registrationServer": "x y"}, "registrationServer"),
        ({"userId": "a", "password": SIP_PASSWORD, "extension": "x" * 65}, "extension"),
        ({"userId": "a", "nick": "x"}, "nick"),
        ("<Phone/>", "Line"),
    ],
)
def test_bad_lines_are_refused_and_nothing_is_made(portal, bare, body, words):
    reply = portal.post(f"{bare}/lines", body)
    check_refused(reply, 400, words)
    assert SIP_PASSWORD not in reply.text
    assert portal.read(f"{bare}/lines")["lines"] == []


def test_a_phone_has_at_most_its_models_lines(portal, user):
    model = next(model for model in phone_models() if model.max_lines == 2)
    serial = SERIAL if model.serial_pattern == "[a-f0-9]{12}" else ""
    id_ = make_phone(portal, serial, model.model_id)
    for _ in range(2):
        assert portal.post(f"api/phones/{id_}/lines", {"user": "200"}).status_code == 200
    check_refused(portal.post(f"api/phones/{id_}/lines", {"user": "200"}), 409, "2 lines")


def test_lines_are_removed_one_by_one_and_all(portal, phone):
    for name in ("jane", "john"):
        portal.post(f"{phone}/lines", {"userId": name})
    first, second, _ = (line["id"] for line in portal.read(f"{phone}/lines")["lines"])
    reply = portal.delete(f"{phone}/lines/{second}")
    assert (reply.status_code, reply.data) == (200, b"")
    check_refused(portal.get(f"{phone}/lines/{second}"), 404)
    check_refused(portal.put(f"{phone}/lines/{first}", {"user": "200"}), 405)
    assert [line["userId"] for line in portal.read(f"{phone}/lines")["lines"]] == ["200", "john"]
    assert portal.delete(f"{phone}/lines").status_code == 200
    assert portal.read(phone)["lines"] is None


def test_a_line_of_another_phone_is_not_reached(portal, phone):
    other = make_phone(portal, SECOND)
    check_refused(portal.get(f"api/phones/{other}/lines/1"), 404)
    check_refused(portal.delete(f"api/phones/{other}/lines/1"), 404)
    check_refused(portal.get(f"api/phones/{other}/lines/1/settings"), 404)


def test_passwords_of_lines_are_for_administrators_as_long_as_the_settings_let_them(portal, phone, configure):
    places = (phone, "api/phones", "api/phones?start=0&limit=2", "api/phones/line?lineFilter=200", f"{phone}/lines",
              f"{phone}/lines/1")  # fmt: skip
    assert all(SIP_PASSWORD in portal.get(path).text for path in places)
    configure(PBX_EXPOSE_PASSWORDS="false")
    assert not any(SIP_PASSWORD in portal.get(path).text for path in places)
    assert portal.read(f"{phone}/lines/1")["password"] is None


def test_a_line_and_a_phone_have_settings(portal, phone):
    path = f"{phone}/lines/1/settings/reg/address"
    assert portal.read(path)["value"] == "200"
    set_value(portal, path, "201")
    assert (portal.read(path)["value"], portal.read(path)["defaultValue"]) == ("201", "200")
    assert portal.delete(path).status_code == 200
    own, default = _a_flag(portal, f"{phone}/settings")
    set_value(portal, f"api/phones/{SERIAL}/settings/{own}", "0" if default == "1" else "1")
    assert portal.read(f"{phone}/settings/{own}")["value"] != default


def test_items_of_lists_of_settings_have_their_number_in_their_path(portal):
    """Their brackets may be escaped or not."""
    model, path = _with_array()
    base = f"api/phones/{make_phone(portal, model=model)}/settings"
    escaped = path.replace("[", "%5B").replace("]", "%5D")
    assert portal.read(f"{base}/{path}") == portal.read(f"{base}/{escaped}")


def test_the_old_form_adds_phones_and_lists_them(portal):
    body = (
        f"<phones><phone><serialNumber>{SERIAL}</serialNumber><model>{MANY_LINES}</model><description>Hall"
        "</description><version>5.4</version></phone></phones>"
    )
    reply = portal.post("rest/phone", body)
    assert (reply.status_code, reply.data) == (200, b"")
    assert portal.get("rest/phone").text == (
        f"<phones>\n  <phone>\n    <serialNumber>{SERIAL}</serialNumber>\n    <model>{MANY_LINES}</model>\n"
        f"    <description>Hall</description>\n    <version>{VERSION}</version>\n  </phone>\n</phones>\n".rstrip()
    )
    assert portal.read(f"api/phones/{SERIAL}")["deviceVersion"] == VERSION
    assert portal.delete(f"api/phones/{SERIAL}").status_code == 200
    assert portal.get("rest/phone").text == "<phones/>"


ITEM = {"serialNumber": SERIAL, "model": SNOM}


@pytest.mark.parametrize("place", ["rest/phone", "rest/phones", "rest/phones/"])
@pytest.mark.parametrize(
    "body",
    [{"phones": {"phone": [ITEM]}}, {"phones": {"phone": ITEM}}, {"phones": [ITEM]}, {"phone": [ITEM]}],
)
def test_the_old_form_is_taken_in_every_shape(portal, place, body):
    assert portal.post(place, body).status_code == 200
    assert portal.read(place) == {"phones": {"phone": [ITEM]}}


def test_the_old_form_passes_over_what_it_cannot_add(portal):
    items = [ITEM, {**ITEM, "model": "none", "serialNumber": SECOND}, ITEM, {**ITEM, "serialNumber": "x y"}]
    assert portal.post("rest/phone", {"phones": {"phone": items}}).status_code == 200
    assert portal.read("rest/phone")["phones"]["phone"] == [ITEM]


@pytest.mark.parametrize(
    "body", [{"phones": {"phone": [{"model": SNOM}]}}, {"phones": [{**ITEM, "x": 1}]}, "<phone/>", ""]
)
def test_a_bad_old_form_is_refused(portal, body):
    check_outcome(portal.post("rest/phone", body), 400, "ERROR_VALIDATION_FAILED")
    check_outcome(portal.put("rest/phone", {"phones": [ITEM]}), 405, "ERROR_METHOD_NOT_ALLOWED")
    assert portal.get("api/phones").text == '{"phones":[]}'


@pytest.mark.parametrize("path", ["api/phones?start=0&limit=50", "api/phones", "api/phones/line?lineFilter=2"])
def test_lists_cost_a_constant_number_of_statements(portal, user, statements, path):
    costs = []
    for round_ in range(2):
        for number in range(1 + 20 * round_):
            id_ = make_phone(portal, f"0004f2{round_}000{number:02}", groups=[{"name": f"g{round_}"}])
            lines.add_internal(HOME, id_, ExtensionKey("200"))
        statements.clear()
        assert portal.get(path).text
        costs.append(len(statements))
    assert costs[0] == costs[1]


def _a_flag(portal, base):
    return next(
        (setting["path"], setting["value"])
        for setting in portal.read(base)["settings"]
        if setting["type"] == "boolean" and setting["value"] in {"0", "1"}
    )


def _with_array():
    for model in phone_models():
        for setting in definitions_of(model).visible():
            if "[" in setting.path and model.serial_pattern == "[a-f0-9]{12}":
                return model.model_id, setting.path
    raise AssertionError
