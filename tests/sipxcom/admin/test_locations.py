"""Emergency locations: the list in the page's bytes, single ones, and who is assigned to which."""

import pytest

from portsip_api.pbx.access import tenants
from portsip_api.pbx.devices import groups as phone_groups
from portsip_api.pbx.devices import phones
from tests.pbx.devices.devices import HOME, SERIAL, phone
from tests.sipxcom.portal import DECLARATION, JSON, Portal, check_outcome, check_refused

HALL = (
    "<e911Location><location>123 Test Street, Chattanooga, TN, 37412</location><elin>2025550143</elin>"
    "<addressInfo>123 Test Street, Chattanooga, TN, 37412</addressInfo><description>test</description></e911Location>"
)
SAMPLE = f"{DECLARATION}<e911Locations>{HALL}</e911Locations>"
ROOF = {"location": "Roof", "elin": "2025550144"}
TEXT = "text/plain"
UNKNOWN = "4235559999"


@pytest.fixture
def both(portal: Portal) -> None:
    """The hall of the page's sample, and a roof."""
    check_outcome(portal.put("rest/erls", SAMPLE), 200, "SUCCESS_UPDATED", "Updated")
    check_outcome(portal.put("rest/erl/elin/2025550144", "<e911Location><location>Roof</location></e911Location>"), 200,
                  "SUCCESS_UPDATED", "Updated", additionalMessage="2025550144")  # fmt: skip


def elins(portal: Portal) -> list[str]:
    """The ELINs that are listed."""
    return [row["elin"] for row in portal.read("rest/erls")["e911Locations"]["e911Location"]]


def elin_of(portal: Portal, path: str) -> str:
    """The ELIN that a user, a group, a phone is assigned to."""
    if path.startswith("user/"):
        reply = portal.get(f"rest/erl/{path}")
        assert reply.status_code == 200, reply.text
        return reply.text
    return portal.read(f"rest/erl/{path}")["e911Location"]["elin"]


@pytest.fixture
def assigned(portal: Portal, both: None, user: Portal) -> None:
    """The user 200, the user group Sales, the phone SERIAL and its group Floor, none of which is assigned."""
    portal.make("rest/user-group", {"group": {"name": "Sales"}})
    phone()
    phone_groups.add_phone(HOME, SERIAL, "Floor")


KEYS = ["user/200", "group/Sales", "phonegroup/Floor"]


@pytest.mark.parametrize("path", ["rest/erls", "rest/erls/"])
def test_the_list_is_the_pages_sample_in_bytes(portal, path):
    assert portal.put(path, SAMPLE).status_code == 200
    reply = portal.get(path)
    assert (reply.text, reply.content_type) == (SAMPLE, "text/xml; charset=UTF-8")


def test_an_empty_list(portal):
    assert portal.get("rest/erls").text == f"{DECLARATION}<e911Locations/>"
    assert portal.read("rest/erls") == {"e911Locations": {"e911Location": []}}
    assert portal.put("rest/erls", "<e911Locations/>").status_code == 200


def test_one_location_in_both_forms(portal, both):
    assert portal.get("rest/erl/elin/2025550143").text == DECLARATION + HALL
    assert portal.read("rest/erl/elin/2025550144") == {"e911Location": ROOF}


@pytest.mark.parametrize("path", ["rest/erls", "rest/erl/elin/2025550143"])
def test_what_get_gives_put_takes(portal, both, path):
    text, value = portal.get(path).text, portal.read(path)
    assert portal.put(path, text).status_code == portal.put(path, value).status_code == 200
    assert (portal.get(path).text, portal.read(path)) == (text, value)


@pytest.mark.parametrize("body", [[ROOF], {"e911Location": [ROOF]}, {"e911Locations": [ROOF]}])
def test_a_list_is_taken_in_every_shape(portal, body):
    assert portal.put("rest/erls", body).status_code == 200
    assert portal.read("rest/erls") == {"e911Locations": {"e911Location": [ROOF]}}


def test_a_list_leaves_the_others(portal, both):
    assert portal.put("rest/erls", [{"elin": "2025550144", "description": "new"}]).status_code == 200
    assert elins(portal) == ["2025550143", "2025550144"]
    assert portal.read("rest/erl/elin/2025550144")["e911Location"] == {"elin": "2025550144", "description": "new"}


@pytest.mark.parametrize(
    ("body", "note"),
    [
        ([ROOF, {"location": "x"}], "Elin: Cannot be empty"),
        ([ROOF, {"elin": "12"}], "1.elin: "),
        ([ROOF, {"elin": "4235551214", "floor": "x"}], "Is unknown."),
        (f"<e911Locations>{HALL}<e911Location/></e911Locations>", "Elin: Cannot be empty"),
        (HALL, "e911Location: Must be e911Locations"),
        ("", "Missing request entity"),
    ],
)
def test_a_bad_list_is_refused_and_nothing_is_made(portal, body, note):
    check_refused(portal.put("rest/erls", body), 400, "ERROR_VALIDATION_FAILED", note)
    assert elins(portal) == []


def test_a_bad_elin_in_the_path_is_refused(portal):
    check_refused(portal.put("rest/erl/elin/12", HALL), 400, "ERROR_VALIDATION_FAILED")


def test_the_paths_elin_counts(portal):
    assert portal.put("rest/erl/elin/2025550144", HALL).status_code == 200
    assert elins(portal) == ["2025550144"]


def test_a_location_goes_and_nobody_is_there_any_more(portal, assigned):
    portal.put("rest/erl/user/200", "2025550144", type=TEXT)
    check_outcome(portal.delete("rest/erl/elin/2025550144"), 200, "SUCCESS_DELETED", additionalMessage="2025550144")
    check_refused(portal.get("rest/erl/elin/2025550144"), 404, "ERROR_OBJECT_NOT_FOUND")
    check_refused(portal.delete("rest/erl/elin/2025550144"), 404)
    check_refused(portal.get("rest/erl/user/200"), 404)
    check_outcome(portal.delete("rest/erls"), 200, "SUCCESS_DELETED", "Deleted")
    assert elins(portal) == []


@pytest.mark.parametrize("key", KEYS)
def test_an_assignment_is_made_shown_and_changed(portal, assigned, key):
    check_refused(portal.get(f"rest/erl/{key}"), 404, "No emergency location is assigned.")
    name = key.rpartition("/")[2]
    for elin in ("2025550143", "2025550144\n"):
        reply = portal.put(f"rest/erl/{key}/", elin, type=TEXT)
        check_outcome(reply, 200, "SUCCESS_UPDATED", "Updated", additionalMessage=name)
        assert elin_of(portal, key) == elin.strip()


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("body", [HALL, {"elin": "2025550143"}, {"e911Location": {"elin": "2025550143"}}])
def test_a_location_itself_may_be_sent(portal, assigned, key, body):
    assert portal.put(f"rest/erl/{key}", body).status_code == 200
    assert elin_of(portal, key) == "2025550143"


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("body", [UNKNOWN, "", " ", "hall", "<e911Location/>", "<x/>", "<", "{", '{"elin": ""}'])
def test_a_bad_elin_is_refused_and_the_assignment_stays(portal, assigned, key, body):
    portal.put(f"rest/erl/{key}", "2025550143", type=TEXT)
    check_refused(portal.put(f"rest/erl/{key}", body, type=TEXT), 400, "ERROR_VALIDATION_FAILED")
    assert elin_of(portal, key) == "2025550143"


def test_the_elin_of_a_user_is_plain_text(portal, assigned):
    portal.put("rest/erl/user/200", "2025550143", type=TEXT)
    reply = portal.get("rest/erl/user/200")
    assert (reply.text, reply.content_type) == ("2025550143", "text/plain; charset=UTF-8")


def test_a_user_may_be_named_by_an_alias(portal, assigned):
    (row,) = portal.read("rest/user")["user"]["users"]
    portal.put(f"rest/user/{row['id']}", {**row, "aliases": [{"alias": "ann"}]})
    assert portal.put("rest/erl/user/ann", "2025550143", type=TEXT).status_code == 200
    assert elin_of(portal, "user/200") == "2025550143"


def test_groups_are_named_without_case(portal, assigned):
    assert portal.put("rest/erl/group/SALES", "2025550143", type=TEXT).status_code == 200
    assert portal.put("rest/erl/phonegroup/FLOOR", "2025550143", type=TEXT).status_code == 200
    assert elin_of(portal, "group/sales") == elin_of(portal, "phonegroup/floor") == "2025550143"


@pytest.mark.parametrize("key", ["user/200", "phonegroup/Floor"])
def test_an_assignment_is_taken_back(portal, assigned, key):
    portal.put(f"rest/erl/{key}", "2025550143", type=TEXT)
    for _ in range(2):
        check_outcome(portal.delete(f"rest/erl/{key}"), 200, "SUCCESS_DELETED", additionalMessage=key.split("/")[1])
        check_refused(portal.get(f"rest/erl/{key}"), 404)


def test_a_phone_is_where_it_was_put_else_where_its_group_is(portal, assigned):
    path = f"rest/erl/phone/{SERIAL.upper()}"
    check_refused(portal.get(path), 404, "No emergency location is assigned.")
    portal.put("rest/erl/phonegroup/Floor", "2025550144", type=TEXT)
    assert portal.read(path) == {"e911Location": {**ROOF, "serial": SERIAL}}
    body = f"<phones><phone><serial>{SERIAL}</serial><elin>2025550143</elin></phone></phones>"
    check_outcome(portal.put("rest/erl/phones", body), 200, "SUCCESS_UPDATED", "Updated")
    hall = HALL.replace("</e911Location>", f"<serial>{SERIAL}</serial></e911Location>")
    assert portal.get(path).text == DECLARATION + hall


def test_of_several_groups_the_first_that_is_assigned_counts(portal, assigned):
    phone_groups.add_phone(HOME, SERIAL, "Roof people")
    portal.put("rest/erl/phonegroup/Roof%20people", "2025550144", type=TEXT)
    assert elin_of(portal, f"phone/{SERIAL}") == "2025550144"
    portal.put("rest/erl/phonegroup/Floor", "2025550143", type=TEXT)
    assert elin_of(portal, f"phone/{SERIAL}") == "2025550143"


@pytest.mark.parametrize("shape", ["list", "phones", "phone"])
def test_several_phones_are_assigned_at_once(portal, assigned, shape):
    phone("0004f2aabb96")
    rows = [
        {"serial": "00:04:F2:AA:BB:95", "elin": "2025550144"},
        {"serial": "0004f2aabb96", "elin": "2025550143"},
    ]
    body = {"list": rows, "phones": {"phones": rows}, "phone": {"phones": {"phone": rows}}}[shape]
    assert portal.put("rest/erl/phones", body).status_code == 200
    assert elin_of(portal, f"phone/{SERIAL}") == "2025550144"
    assert elin_of(portal, "phone/0004f2aabb96") == "2025550143"


@pytest.mark.parametrize(
    ("bad", "note"),
    [
        ({"serial": "0004f2aabb99", "elin": "2025550143"}, "No phone has the serial number 0004f2aabb99."),
        ({"serial": SERIAL, "elin": UNKNOWN}, "elin"),
        ({"serial": SERIAL}, "Elin: Cannot be empty"),
        ({"elin": "2025550143"}, "Serial: Cannot be empty"),
    ],
)
def test_a_wrong_elin_or_serial_is_400_and_no_phone_is_assigned(portal, assigned, bad, note):
    phone("0004f2aabb96")
    good = {"serial": "0004f2aabb96", "elin": "2025550143"}
    check_refused(portal.put("rest/erl/phones", [good, bad]), 400, "ERROR_VALIDATION_FAILED", note)
    for serial in (SERIAL, "0004f2aabb96"):
        check_refused(portal.get(f"rest/erl/phone/{serial}"), 404)


@pytest.mark.parametrize("kind", ["user", "group", "phonegroup", "phone"])
def test_who_is_not_there_is_not_found(portal, assigned, kind):
    path = f"rest/erl/{kind}/nobody"
    check_refused(portal.get(path), 404, "ERROR_OBJECT_NOT_FOUND")
    if kind != "phone":
        check_refused(portal.put(path, "2025550143", type=TEXT), 404, "ERROR_OBJECT_NOT_FOUND")
    if kind in {"user", "phonegroup"}:
        check_refused(portal.delete(path), 404, "ERROR_OBJECT_NOT_FOUND")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "erls"),
        ("POST", "erl/elin/2025550143"),
        ("POST", "erl/user/200"),
        ("POST", "erl/group/Sales"),
        ("DELETE", "erl/group/Sales"),
        ("PUT", f"erl/phone/{SERIAL}"),
        ("POST", f"erl/phone/{SERIAL}"),
        ("DELETE", f"erl/phone/{SERIAL}"),
        ("GET", "erl/phones"),
        ("POST", "erl/phones"),
        ("DELETE", "erl/phones"),
        ("POST", "erl/phonegroup/Floor"),
    ],
)
def test_other_methods_are_refused(portal, assigned, method, path):
    check_refused(portal.ask(method, f"rest/{path}"), 405)


def test_what_is_another_tenants_is_not_found(portal, assigned):
    tenants.create({"name": "other", "domain": "other.example", "password": "other's secret"})
    host = {"Host": "other.example"}
    assert portal.get("rest/erls", headers=host).text == f"{DECLARATION}<e911Locations/>"
    for path in ("elin/2025550143", f"phone/{SERIAL}", *KEYS):
        check_refused(portal.get(f"rest/erl/{path}", headers=host), 404)
    for key in KEYS:
        check_refused(portal.put(f"rest/erl/{key}", "2025550143", type=TEXT, headers=host), 404)
    rows = [{"serial": SERIAL, "elin": "2025550143"}]
    check_refused(portal.put("rest/erl/phones", rows, headers=host), 400)
    check_outcome(portal.delete("rest/erls", headers=host), 200, "SUCCESS_DELETED")
    assert elins(portal) == ["2025550143", "2025550144"]


def test_lists_cost_a_constant_number_of_statements(portal, statements):
    counts = []
    for count in (2, 60):
        rows = [{"serial": f"0004f28{count:02}{n:03}", "elin": f"42355{n:05}"} for n in range(count)]
        portal.put("rest/erls", [{"elin": row["elin"]} for row in rows])
        for row in rows:
            phone(row["serial"])
        statements.clear()
        assert len(elins(portal)) == count
        assert portal.put("rest/erl/phones", rows).status_code == 200
        counts.append(len(statements))
    assert counts[0] == counts[1]
    assert phones.show(HOME, "0004f2860059").serial == "0004f2860059"


def test_errors_are_json_for_who_asks_for_json(portal):
    reply = portal.get("rest/erl/elin/2025550143", accept=JSON)
    assert (reply.status_code, reply.json["response"]["code"]) == (404, "ERROR_OBJECT_NOT_FOUND")
