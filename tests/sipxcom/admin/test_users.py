"""Users, their groups, branches, aliases and permissions; on both APIs they are the same."""

import pytest

from tests.crm import SIP_PASSWORD, WEB_PASSWORD, Crm
from tests.sipxcom.portal import XML, Portal, check_outcome, check_refused

USER = """<user>
  <id>{id}</id>
  <lastName>Doe</lastName>
  <firstName>Ann</firstName>
  <userName>201</userName>
  <pin></pin>
  <sipPassword></sipPassword>
  <emailAddress>ann@example.com</emailAddress>
  <groups>
    <group>
      <id>{group}</id>
      <name>sales</name>
    </group>
  </groups>
  <branch>
    <id>{branch}</id>
    <name>Main</name>
  </branch>
  <aliases>
    <alias>
      <alias>2010</alias>
    </alias>
    <alias>
      <alias>ann</alias>
    </alias>
  </aliases>
</user>"""


@pytest.fixture
def ann(portal: Portal):
    """The ids of a user with everything, and of her group and branch."""
    ids = {
        "group": portal.make("rest/user-group", "<group><name>sales</name></group>"),
        "branch": portal.make("rest/branch", "<branch><name>Main</name></branch>"),
    }
    body = USER.format(id=99, **ids).replace("<pin></pin>", f"<pin>{WEB_PASSWORD}</pin>")
    body = body.replace("<sipPassword></sipPassword>", f"<sipPassword>{SIP_PASSWORD}</sipPassword>")
    return ids | {"id": portal.make("rest/user", body)}


def test_a_user_is_shown_in_the_contracts_bytes(portal, ann):
    assert portal.get(f"rest/user/{ann['id']}").text == USER.format(**ann)


def test_what_get_gives_put_takes(portal, ann):
    path = f"rest/user/{ann['id']}"
    check_outcome(portal.put(path, portal.get(path).text), 200, "SUCCESS_UPDATED", "Updated", id=ann["id"])
    assert portal.get(path).text == USER.format(**ann)
    assert portal.put(path, portal.read(path)).status_code == 200
    assert portal.get(path).text == USER.format(**ann)


def test_a_user_is_an_extension_with_both_passwords(portal, ann, admin: Crm):
    shown = admin.read("extensions/show", extension_number="201")
    assert (shown["id"], shown["password"], shown["web_access_password"]) == (ann["id"], SIP_PASSWORD, WEB_PASSWORD)
    assert shown["profile"]["email"] == "ann@example.com"
    assert admin.read("extensions/group/show", id=ann["group"])["members"] == ["201"]


def test_empty_passwords_stay_and_what_is_not_sent_goes(portal, ann, admin: Crm):
    check_outcome(portal.put(f"rest/user/{ann['id']}", "<user><userName>201</userName></user>"), 200, "SUCCESS_UPDATED")
    user = portal.read(f"rest/user/{ann['id']}")["user"]
    assert user == {"id": ann["id"], "userName": "201", "pin": "", "sipPassword": "", "groups": [], "aliases": []}
    assert admin.read("extensions/show", id=ann["id"])["password"] == SIP_PASSWORD


def test_what_the_other_api_wrote_beside_stays(portal, ann, admin: Crm):
    admin.do("extensions/update", id=ann["id"], profile={"mobile_phone": "555"})
    path = f"rest/user/{ann['id']}"
    assert portal.put(path, portal.read(path)).status_code == 200
    assert admin.read("extensions/show", id=ann["id"])["profile"]["mobile_phone"] == "555"


@pytest.mark.parametrize("shape", [[{"id": 0}], {"group": [{"id": 0}]}, {"group": {"id": 0}}])
def test_groups_are_taken_in_every_shape(portal, ann, shape):
    text = str(shape).replace("'", '"').replace("0", str(ann["group"]))
    body = f'{{"user": {{"userName": "201", "groups": {text}}}}}'
    assert portal.put(f"rest/user/{ann['id']}", body, type="application/json").status_code == 200
    assert [group["id"] for group in portal.read(f"rest/user/{ann['id']}")["user"]["groups"]] == [ann["group"]]


@pytest.mark.parametrize(
    ("body", "note"),
    [
        ("<user><pin>1</pin></user>", "UserName: Cannot be empty"),
        ("<user><userName></userName></user>", "UserName: Cannot be empty"),
        ("<user><userName>a b</userName><pin>1</pin></user>", None),
        ("<user><userName>300</userName><pin>1</pin><groups><group><id>999</id></group></groups></user>", None),
        ("<user><userName>300</userName><pin>1</pin><groups><group/></groups></user>", "groups: Must give an id."),
        ("<user><userName>300</userName><pin>1</pin><branch><id>999</id></branch></user>", None),
        ("<user><userName>300</userName><pin>1</pin><aliases><alias/></aliases></user>", "Alias: Cannot be empty"),
        ("<user><userName>300</userName><pin>1</pin><nick>x</nick></user>", "nick: Is unknown."),
        ("<usr/>", "usr: Must be user, the root element."),
        ("", "body: Missing request entity"),
    ],
)
def test_bad_users_are_refused_and_nothing_is_made(portal, body, note):
    said = {} if note is None else {"additionalMessage": note}
    reply = portal.put("rest/user", body)
    check_outcome(reply, 400, "ERROR_VALIDATION_FAILED", "Failed input validation", **said)
    assert portal.read("rest/user")["user"]["metadata"]["totalResults"] == 0


@pytest.mark.parametrize("name", ["201", "2010", "ann"])
def test_a_name_or_alias_that_is_taken_is_refused(portal, ann, name):
    body = f"<user><userName>{name}</userName><pin>1</pin></user>"
    check_outcome(portal.put("rest/user", body), 400, "ERROR_CREATE_FAILED", "Create failed")
    body = f"<user><userName>300</userName><pin>1</pin><aliases><alias><alias>{name}</alias></alias></aliases></user>"
    check_outcome(portal.put("rest/user", body), 400, "ERROR_CREATE_FAILED", "Create failed")


def test_no_rejected_password_is_echoed(portal):
    reply = portal.put("rest/user", f"<user><userName>a b</userName><pin>{WEB_PASSWORD}</pin></user>")
    assert WEB_PASSWORD not in reply.text


@pytest.mark.parametrize("kind", ["user", "branch", "user-group", "user-permission", "user-group-permission"])
@pytest.mark.parametrize(
    ("id_", "code", "data"),
    [
        ("999", "ERROR_OBJECT_NOT_FOUND", {"id": 999}),
        ("9" * 30, "ERROR_ID_INVALID", {"additionalMessage": "9" * 30}),
        ("x%2Fy", "ERROR_ID_INVALID", {"additionalMessage": "x/y"}),
    ],
)
def test_wrong_ids_are_400(portal, kind, id_, code, data):
    check_outcome(portal.get(f"rest/{kind}/{id_}"), 400, code, **data)


@pytest.mark.parametrize("path", ["rest/user", "rest/branch", "rest/user-group", "rest/permission"])
def test_deleting_a_list_misses_an_id(portal, path):
    check_outcome(portal.delete(path), 400, "ERROR_MISSING_ID", "ID value missing from request")


def test_lists_are_paged_and_sorted(portal):
    for name, last, first in (("203", "Roe", "Cid"), ("201", "doe", "Bob"), ("202", "Doe", "Ann")):
        portal.make("rest/user", {"userName": name, "pin": "1", "lastName": last, "firstName": first})

    def names(query):
        return [user["userName"] for user in portal.read(f"rest/user?{query}")["user"]["users"]]

    assert names("") == ["201", "202", "203"]
    assert names("sortby=lastName&sortdir=forward") == ["202", "201", "203"]
    assert names("sortby=FIRSTNAME&sortdir=reverse") == ["203", "201", "202"]
    assert names("sortdir=reverse") == ["203", "201", "202"]
    assert names("page=2&pagesize=2") == ["203"]
    assert names("page=9&pagesize=2") == ["203"]
    assert names("pagesize=2") == ["201", "202"]
    metadata = portal.read("rest/user?page=9&pagesize=2")["user"]["metadata"]
    assert list(metadata.values()) == [3, 2, 2, 2]
    assert list(portal.read("rest/user")["user"]["metadata"].values()) == [3, 1, 1, 3]


@pytest.mark.parametrize(
    "query", ["page=0", "page=x", "pagesize=-1", "sortby=pin", "branch=x", "ids=1,x", "ids=1&branch=1"]
)
def test_bad_queries_are_refused(portal, query):
    assert portal.get(f"rest/user?{query}").status_code == 400


def test_users_are_filtered(portal, ann):
    portal.make("rest/user", {"userName": "300", "pin": "1"})
    for query in (f"branch={ann['branch']}", f"ids={ann['id']}"):
        users = portal.read(f"rest/user?{query}")["user"]
        assert [user["userName"] for user in users["users"]] == ["201"]
        assert users["metadata"]["totalResults"] == 1
    check_outcome(portal.get("rest/user?ids=999"), 400, "ERROR_OBJECT_NOT_FOUND")


def test_media_types(portal, ann):
    path = f"rest/user/{ann['id']}"
    for accept, content_type in (
        ("", "text/xml; charset=UTF-8"),
        ("*/*", "text/xml; charset=UTF-8"),
        ("application/xml", "application/xml; charset=UTF-8"),
        ("application/json, text/plain, */*", "text/xml; charset=UTF-8"),
        ("text/xml;q=0.5, application/json", "application/json"),
        ("application/*;q=0.1, text/xml;q=0", "application/xml; charset=UTF-8"),
    ):
        reply = portal.get(path, accept=accept)
        assert (reply.status_code, reply.content_type) == (200, content_type), accept
    check_outcome(portal.get(path, accept="image/png"), 406, "ERROR_NOT_ACCEPTABLE")
    assert portal.get(path, accept="application/xml").data == portal.get(path, accept=XML).data


def test_outcomes_are_json_for_who_asks(portal):
    reply = portal.put("rest/user", {"user": {"pin": "1"}}, accept="application/json")
    assert reply.json == {
        "response": {
            "code": "ERROR_VALIDATION_FAILED",
            "message": "Failed input validation",
            "data": {"additionalMessage": "UserName: Cannot be empty"},
        }
    }


def test_permissions_are_effective(portal, ann):
    def value(kind="user", id_=ann["id"]):
        shown = portal.read(f"rest/{kind}-permission/{id_}")
        (below,) = shown.values()
        return {item["name"]: item["value"] for item in below["permissions"]}["Mobile"]

    def put(kind, id_, value):
        body = (
            f"<{kind}><permissions><setting><name>Mobile</name><value>{value}</value></setting></permissions></{kind}>"
        )
        path = f"rest/{'user' if kind == 'user' else 'user-group'}-permission/{id_}"
        check_outcome(portal.put(path, body), 200, "SUCCESS_UPDATED", id=id_)

    assert (value(), value("user-group", ann["group"])) == ("ENABLE", "ENABLE")
    put("group", ann["group"], "DISABLE")
    assert (value(), value("user-group", ann["group"])) == ("DISABLE", "DISABLE")
    put("user", ann["id"], "ENABLE")
    assert value() == "ENABLE"


@pytest.mark.parametrize("kind", ["user-permission", "user-group-permission"])
def test_permissions_round_trip(portal, ann, kind):
    path = f"rest/{kind}/{ann['id' if kind == 'user-permission' else 'group']}"
    before = portal.get(path).text
    assert portal.put(path, before).status_code == 200
    assert portal.put(path, portal.read(path)).status_code == 200
    assert portal.get(path).text == before


def test_unknown_permissions_and_values_are_refused(portal, ann):
    path = f"rest/user-permission/{ann['id']}"
    for name, value in (("Flying", "ENABLE"), ("Mobile", "MAYBE")):
        reply = portal.put(path, {"permissions": [{"name": name, "value": value}]})
        check_outcome(reply, 400, "ERROR_VALIDATION_FAILED")


def test_a_permission_can_be_added(portal, ann):
    name = portal.put("rest/permission", {"permission": {"label": "Door", "defaultValue": True}}).text
    assert "<additionalMessage>perm_1</additionalMessage>" in name
    shown = portal.get("rest/permission/perm_1").text
    assert shown.split("\n")[1:-1] == [
        "  <name>perm_1</name>",
        "  <label>Door</label>",
        "  <defaultValue>true</defaultValue>",
        "  <type>CALL</type>",
        "  <builtIn>false</builtIn>",
    ]
    check_outcome(portal.put("rest/permission/perm_1", shown), 200, "SUCCESS_UPDATED", additionalMessage="perm_1")
    assert {"name": "perm_1", "label": "Door", "value": "ENABLE", "defaultValue": True} in portal.read(
        f"rest/user-permission/{ann['id']}"
    )["user"]["permissions"]
    check_outcome(
        portal.delete("rest/permission/perm_1"), 200, "SUCCESS_DELETED", "Deleted", additionalMessage="perm_1"
    )
    check_outcome(portal.get("rest/permission/perm_1"), 400, "ERROR_OBJECT_NOT_FOUND", additionalMessage="perm_1")


def test_built_in_permissions_stay(portal):
    check_refused(portal.put("rest/permission/Mobile", {"label": "x"}), 409, "ERROR_UPDATE_FAILED")
    check_refused(portal.delete("rest/permission/Mobile"), 409, "ERROR_DELETE_FAILED")
    assert portal.read("rest/permission?page=1&pagesize=5")["permissions"]["metadata"]["totalResults"] == 19


def test_a_group_has_a_whole_branch(portal, ann):
    path = f"rest/user-group/{ann['group']}"
    body = {"group": {"name": "sales", "branch": {"id": ann["branch"]}}}
    check_outcome(portal.put(path, body), 200, "SUCCESS_UPDATED", id=ann["group"])
    before = portal.get(path).text
    assert "<name>Main</name>" in before
    assert portal.put(path, before).status_code == 200
    assert portal.get(path).text == before
    check_outcome(portal.delete(f"rest/branch/{ann['branch']}"), 200, "SUCCESS_DELETED", id=ann["branch"])
    assert "branch" not in portal.read(path)["group"]


def test_the_administrators_group_stays(portal):
    group = portal.make("rest/user-group", {"group": {"name": "administrators"}})
    check_refused(portal.put(f"rest/user-group/{group}", {"name": "others"}), 409)
    check_refused(portal.delete(f"rest/user-group/{group}"), 409)


def test_another_tenants_objects_are_not_there(portal, ann, admin: Crm):
    admin.do("account/create", name="acme", domain="acme.example", password=WEB_PASSWORD, enabled=True)
    there = {"headers": {"Host": "acme.example"}}
    for path in (f"rest/user/{ann['id']}", f"rest/branch/{ann['branch']}", f"rest/user-group/{ann['group']}"):
        check_outcome(portal.get(path, **there), 400, "ERROR_OBJECT_NOT_FOUND")
        check_outcome(portal.delete(path, **there), 400, "ERROR_OBJECT_NOT_FOUND")
    body = {"userName": "201", "pin": "1", "groups": [{"id": ann["group"]}]}
    check_outcome(portal.put("rest/user", body, **there), 400, "ERROR_VALIDATION_FAILED")
