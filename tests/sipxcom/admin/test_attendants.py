"""Auto attendants, special mode and live mode."""

import pytest

from portsip_api.pbx.features import attendants as pbx_attendants
from tests.crm import WEB_PASSWORD, Crm
from tests.pbx.features.call_features import TENANT, make_tenant
from tests.sipxcom.portal import JSON, Portal, check_outcome, check_refused

BASE = "rest/auto-attendant"
ATTENDANTS = """<autoAttendants>
  <autoAttendant>
    <name>Operator</name>
    <systemId>operator</systemId>
    <specialSelected>false</specialSelected>
  </autoAttendant>
  <autoAttendant>
    <name>After hours</name>
    <systemId>afterhour</systemId>
    <specialSelected>false</specialSelected>
  </autoAttendant>
</autoAttendants>"""
ATTENDANTS_JSON = b"""{
  "autoAttendants": [
    {
      "name": "Operator",
      "systemId": "operator",
      "specialSelected": false
    },
    {
      "name": "After hours",
      "systemId": "afterhour",
      "specialSelected": false
    }
  ]
}"""


@pytest.fixture
def lobby(app):
    """A custom attendant."""
    return pbx_attendants.create(TENANT, {"name": "Lobby & <Co>", "live_code": "*81"})


def selected(portal):
    """The names of the attendants that special mode puts in the place of all."""
    return [item["name"] for item in portal.read(BASE)["autoAttendants"] if item["specialSelected"]]


def is_on(portal):
    return portal.read(f"{BASE}/specialmode")["specialAttendant"]["specialMode"]


def check_done(reply, status=204):
    assert (reply.status_code, reply.data) == (status, b""), reply.text


@pytest.mark.parametrize("path", [BASE, f"{BASE}/"])
def test_the_list_has_the_pages_bytes(portal, path):
    reply = portal.get(path)
    assert (reply.text, reply.content_type) == (ATTENDANTS, "text/xml; charset=UTF-8")
    assert portal.get(path, accept=JSON).data == ATTENDANTS_JSON


def test_a_custom_attendant_has_no_system_id(portal, lobby):
    assert portal.read(BASE)["autoAttendants"][2] == {"name": "Lobby & <Co>", "specialSelected": False}
    third = portal.read_xml(BASE)[2]
    assert [(part.tag, part.text) for part in third] == [("name", "Lobby & <Co>"), ("specialSelected", "false")]


def test_special_mode_has_the_pages_bytes(portal):
    path = f"{BASE}/specialmode"
    assert portal.get(path).text == "<specialAttendant>\n  <specialMode>false</specialMode>\n</specialAttendant>"
    assert portal.read(path) == {"specialAttendant": {"specialMode": False}}


@pytest.mark.parametrize(
    "body", [None, {"specialMode": "true"}, {"specialMode": "false"}, "<specialAttendant/>", b"x", b"{"]
)
def test_special_mode_takes_any_body_or_none(portal, body):
    check_done(portal.put(f"{BASE}/specialmode", body))
    assert (is_on(portal), selected(portal)) == (True, ["After hours"])
    check_done(portal.delete(f"{BASE}/specialmode", body))
    assert (is_on(portal), selected(portal)) == (False, [])


def test_an_attendant_is_selected_and_special_mode_keeps_it(portal, lobby):
    for name, shown in (("operator", "Operator"), (lobby.key, "Lobby & <Co>")):
        check_done(portal.put(f"{BASE}/{name}/special"))
        assert selected(portal) == []
        check_done(portal.put(f"{BASE}/specialmode"))
        assert selected(portal) == [shown]
        check_outcome(portal.delete(f"{BASE}/{name}/special"), 409, "ERROR_DELETE_FAILED")
        check_done(portal.delete(f"{BASE}/specialmode"))


def test_a_selection_is_dropped(portal):
    check_done(portal.put(f"{BASE}/operator/special"))
    check_done(portal.delete(f"{BASE}/afterhour/special"))
    check_done(portal.delete(f"{BASE}/operator/special"))
    check_done(portal.put(f"{BASE}/specialmode"))
    assert selected(portal) == ["After hours"]


@pytest.mark.parametrize("name", ["nobody", "xcf-999", "xcf-", "xcf-x", f"xcf-{'9' * 30}", "Operator", "x%2Fy"])
@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_an_unknown_attendant_is_400(portal, method, name):
    check_outcome(portal.ask(method, f"{BASE}/{name}/special"), 400, "ERROR_OBJECT_NOT_FOUND")


def test_the_attendant_of_another_tenant_is_unknown(portal):
    other = pbx_attendants.create(make_tenant(), {"name": "Theirs", "live_code": "*82"})
    check_outcome(portal.put(f"{BASE}/{other.key}/special"), 400, "ERROR_OBJECT_NOT_FOUND")
    check_outcome(portal.put(f"{BASE}/livemode/*82"), 404, "ERROR_OBJECT_NOT_FOUND")
    assert len(portal.read(BASE)["autoAttendants"]) == 2
    assert len(portal.read(BASE, base_url="http://other.example")["autoAttendants"]) == 3


def test_live_mode_is_switched(portal, lobby):
    check_done(portal.delete(f"{BASE}/livemode/*81"), 200)
    assert not pbx_attendants.show(TENANT, lobby.key).live
    check_done(portal.put(f"{BASE}/livemode/%2A81", {"any": "body"}), 200)
    assert pbx_attendants.show(TENANT, lobby.key).live


def test_live_mode_of_an_unknown_code_is_404(portal):
    for method in ("PUT", "DELETE"):
        check_outcome(portal.ask(method, f"{BASE}/livemode/99"), 404, "ERROR_OBJECT_NOT_FOUND")


@pytest.mark.parametrize(
    ("path", "methods"),
    [
        (BASE, ("PUT", "POST", "DELETE")),
        (f"{BASE}/specialmode", ("POST",)),
        (f"{BASE}/operator/special", ("GET", "POST")),
        (f"{BASE}/livemode/99", ("GET", "POST")),
    ],
)
def test_other_methods_are_405(portal, path, methods):
    for method in methods:
        reply = portal.ask(method, path)
        check_refused(reply, 405)
        assert method not in reply.headers["Allow"]


def test_who_records_prompts_may_switch_special_mode_but_not_live_mode(portal, user, admin: Crm, app):
    user_id = admin.make_extension("201")
    allowed = {"permissions": [{"name": "RecordSystemPrompts", "value": "ENABLE"}]}
    assert portal.put(f"rest/user-permission/{user_id}", allowed).status_code == 200
    recorder = Portal(app.test_client(), "201", WEB_PASSWORD)
    check_done(recorder.put(f"{BASE}/specialmode"))
    check_refused(recorder.put(f"{BASE}/livemode/1"), 403)
    check_refused(user.put(f"{BASE}/specialmode"), 403)


def test_the_list_costs_a_constant_number_of_statements(portal, statements):
    counts = []
    for number in range(3):
        pbx_attendants.create(TENANT, {"name": f"A{number}"})
        statements.clear()
        portal.read(BASE)
        counts.append(len(statements))
    assert len(set(counts)) == 1
