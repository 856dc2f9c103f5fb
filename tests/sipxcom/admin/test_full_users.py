"""Users in full: what they show, what is written, and what is refused."""

import hashlib
import io

import pytest

from portsip_api.pbx.extensions import permission_values
from tests.crm import PIN, SIP_PASSWORD, WEB_PASSWORD, Crm
from tests.pbx.devices.devices import HOME
from tests.sipxcom.devices import make_phone
from tests.sipxcom.portal import XML, Portal, check_refused

DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
KEYS = [
    *("id", "userName", "lastName", "firstName", "aliases", "sipPassword", "pintoken", "voicemailPin", "branchName"),
    *("userProfile", "notified", "groups", "permissions"),
]
PROFILE_KEYS = [
    *("userName", "authAccountName", "firstName", "lastName", "jobTitle", "jobDept", "companyName", "assistantName"),
    *("location", "homeAddress", "officeAddress", "branchAddress", "cellPhoneNumber", "homePhoneNumber"),
    *("assistantPhoneNumber", "faxNumber", "didNumber", "imId", "imDisplayName", "alternateImId", "emailAddress"),
    *("alternateEmailAddress", "emailAddressAliasesSet", "emailAddressAliases", "useBranchAddress", "branchName"),
    *("manager", "salutation", "employeeId", "twiterName", "linkedinName", "facebookName", "xingName", "timestamp"),
    *("avatar", "extAvatar", "useExtAvatar", "enabled", "ldapManaged", "lastImportedDate", "disabledDate", "custom1"),
    *("custom2", "custom3", "userId", "salutationId", "extAvatarSyncDate"),
]
HOME_ADDRESS = {
    "country": "NO",
    "street": "Storgata 1",
    "city": "Oslo",
    "zip": "0155",
    "officeDesignation": None,
    "state": None,
}
PROFILE = {
    "authAccountName": "Ann.Case",
    "jobTitle": "Boss",
    "companyName": "Example Ltd",
    "homeAddress": HOME_ADDRESS,
    "cellPhoneNumber": "+47 55",
    "imId": "ann",
    "emailAddress": "ann@example.test",
    "emailAddressAliasesSet": ["a@example.test", "b@example.test"],
    "salutationId": "Dr",
    "disabledDate": 1_798_070_400_000,
    "ldapManaged": True,
    "custom3": "x",
}
ANN = {
    "userName": "301",
    "firstName": " Ann ",
    "lastName": "Case",
    "aliases": ["ann", "3010"],
    "sipPassword": SIP_PASSWORD,
    "pintoken": WEB_PASSWORD,
    "voicemailPin": PIN,
    "userProfile": PROFILE,
    "notified": True,
    "groups": [{"name": "sales"}],
    "permissions": ["RecordSystemPrompts"],
}


@pytest.fixture
def ann(portal: Portal) -> int:
    """The user 301."""
    return portal.make("api/users", ANN)


def digest(number: str, pin: str = PIN) -> str:
    return hashlib.md5(f"{number}:{pin}".encode(), usedforsecurity=False).hexdigest()


def numbers(portal, path):
    return [user["userName"] for user in portal.read(path)["users"]]


def test_a_user_is_shown_whole_and_in_order(portal, ann):
    user = portal.read("api/users/301")
    assert (list(user), list(user["userProfile"])) == (KEYS, PROFILE_KEYS)
    own = {name: user[name] for name in KEYS if name not in {"userProfile", "groups", "permissions"}}
    assert own == {
        "id": ann,
        "userName": "301",
        "lastName": "Case",
        "firstName": "Ann",
        "aliases": ["3010", "ann"],
        "sipPassword": SIP_PASSWORD,
        "pintoken": WEB_PASSWORD,
        "voicemailPin": digest("301"),
        "branchName": None,
        "notified": True,
    }
    (group,) = user["groups"]
    assert (group["name"], group["count"], list(group)) == (
        "sales",
        None,
        ["id", "name", "description", "weight", "count"],
    )
    assert {"RecordSystemPrompts", "LocalDialing"} <= set(user["permissions"])
    assert "superadmin" not in user["permissions"]
    profile = user["userProfile"]
    assert {name: profile[name] for name in PROFILE} == PROFILE | {"authAccountName": "ann.case"}
    assert (profile["emailAddressAliases"], profile["imDisplayName"]) == ("a@example.test;b@example.test", "Ann Case")
    assert (profile["useBranchAddress"], profile["enabled"], profile["userId"]) == (True, True, str(ann))
    assert profile["avatar"] == "/sipxconfig/rest/avatar/301"
    assert portal.http.get("/sipxconfig/rest/avatar/301").mimetype == "image/png"


def test_both_names_of_a_user_show_it_and_both_apis_the_same(portal, admin: Crm, ann):
    assert portal.read("api/users/ann") == portal.read("api/users/301") == portal.read("api/users")["users"][0]
    shown = admin.read("extensions/show", id=ann)
    assert (shown["profile"]["email"], shown["profile"]["mobile_phone"]) == ("ann@example.test", "+47 55")
    assert portal.read(f"rest/user/{ann}")["user"]["aliases"] == [{"alias": "3010"}, {"alias": "ann"}]
    admin.do("extensions/update", id=ann, profile={"company_name": "Other"}, options={"enable_extension": False})
    profile = portal.read("api/users/301")["userProfile"]
    assert (profile["companyName"], profile["enabled"]) == ("Other", False)


def test_xml_has_every_part(portal, ann):
    root = portal.read_xml("api/users/301")
    assert root.tag == "User"
    assert [item.text for item in root.iterfind("Aliases/Alias")] == ["3010", "ann"]
    assert root.findtext("userProfile/homeAddress/city") == "Oslo"
    assert root.findtext("userProfile/disabledDate") == "2026-12-24T00:00:00.000+00:00"
    assert root.findtext("Groups/Group/name") == "sales"
    assert root[-1].tag == "Permissions"
    assert {item.text for item in root.iterfind("Permissions/Permission")} > {"RecordSystemPrompts"}
    assert portal.get("api/users", accept=XML).text.startswith(f"{DECLARATION}<Users><User><id>")


@pytest.mark.parametrize("accept", ["application/json", XML])
def test_what_is_shown_is_taken_back(portal, ann, accept):
    reply = portal.put("api/users/301", portal.get("api/users/301", accept=accept).text, type=accept)
    assert (reply.status_code, reply.text) == (200, str(ann))  # and at no branch, the branch's address is not used
    shown = portal.read("api/users/301")
    assert portal.put("api/users/301", portal.get("api/users/301", accept=accept).text, type=accept).status_code == 200
    assert portal.read("api/users/301") == shown
    assert shown["voicemailPin"] == digest("301")


def test_lists_are_paged_by_id_and_filtered_afterwards(portal, ann):
    for name, profile in (
        ("200", {"emailAddress": "two@Example.test"}),
        ("100", {"alternateEmailAddress": "one@example.test"}),
        ("50", {}),
    ):
        portal.make(
            "api/users", {"userName": name, "userProfile": profile, "groups": [{"name": "sales"}] * (name == "50")}
        )
    assert numbers(portal, "api/users") == ["301", "200", "100", "50"]
    assert numbers(portal, "api/users?start=1&limit=2") == ["200", "100"]
    assert numbers(portal, "api/users?email=example.test") == ["301", "100"]
    assert numbers(portal, "api/users?email=b@example.test") == ["301"]
    assert numbers(portal, "api/users?email=example.test&start=1&limit=3") == ["100"]
    assert numbers(portal, "api/users/group/SALES") == ["301", "50"]
    assert numbers(portal, "api/users/group/sales?start=1&limit=1") == ["50"]
    assert numbers(portal, "api/users/group/nobody") == []
    assert numbers(portal, "api/users/email?emailFilter=EXAMPLE.test") == ["301", "200"]
    assert numbers(portal, "api/users/email?emailFilter=case") == []
    assert numbers(portal, "api/users/email?emailFilter=example%00") == []
    check_refused(portal.get("api/users/email"), 400, "emailFilter")
    check_refused(portal.get("api/users?start=x"), 400, "start")


def test_a_list_costs_a_constant_number_of_statements(portal, admin: Crm, statements):
    counts = []
    for first, last in ((1000, 1002), (1002, 1040)):
        for number in range(first, last):
            admin.make_extension(str(number))
        statements.clear()
        assert portal.get("api/users").status_code == 200
        counts.append(len(statements))
    assert counts[0] == counts[1] < 12


def test_a_missing_pintoken_is_made_and_told_once(portal):
    for number, name in enumerate((None, ""), start=400):
        reply = portal.post("api/users", {"userName": str(number), "pintoken": name, "sipPassword": name})
        told = reply.headers["Generated-Pintoken"]
        assert (reply.status_code, len(told)) == (200, 16)
        assert Portal(portal.http, str(number), told).put("rest/call/999").status_code != 401
        assert len(portal.read(f"api/users/{number}")["sipPassword"]) == 16
    assert "Generated-Pintoken" not in portal.post("api/users", ANN).headers
    reply = portal.put("rest/user", {"user": {"userName": "402"}}, accept="application/json")
    told = reply.json["response"]["data"]["additionalMessage"]
    assert (reply.status_code, portal.read("api/users/402")["pintoken"]) == (201, told)


def test_secrets_are_shown_to_superadmins_and_not_against_the_settings(portal, ann, configure):
    portal.make("api/users", {"userName": "500", "pintoken": WEB_PASSWORD, "permissions": ["rest"]})
    clerk = Portal(portal.http, "500", WEB_PASSWORD)
    hidden = {"sipPassword": None, "pintoken": "", "voicemailPin": None}
    assert {name: clerk.read("api/users/301")[name] for name in hidden} == hidden
    configure(PBX_EXPOSE_PASSWORDS="false")
    shown = portal.read("api/users")["users"][0]
    assert {name: shown[name] for name in hidden} == hidden
    assert portal.put("api/users/301", shown).status_code == 200
    configure(PBX_EXPOSE_PASSWORDS="true")
    user = portal.read("api/users/301")
    assert (user["sipPassword"], user["pintoken"], user["voicemailPin"]) == (SIP_PASSWORD, WEB_PASSWORD, digest("301"))


def test_what_is_not_sent_stays_but_aliases_go(portal, ann):
    before = portal.read("api/users/301")
    change: dict[str, object] = {"lastName": "Other", "groups": [{"name": "night"}], "permissions": ["900Dialing"]}
    change["userProfile"] = {"jobTitle": "", "homeAddress": {"city": "Bergen"}}
    assert portal.put("api/users/301", change).status_code == 200
    after = portal.read("api/users/301")
    assert (after["lastName"], after["firstName"], after["aliases"]) == ("Other", "Ann", [])
    assert [group["name"] for group in after["groups"]] == ["sales", "night"]
    assert set(after["permissions"]) == {*before["permissions"], "900Dialing"}
    profile = after["userProfile"]
    assert (profile["jobTitle"], profile["homeAddress"]["city"], profile["homeAddress"]["zip"]) == (
        None,
        "Bergen",
        "0155",
    )
    assert (profile["companyName"], profile["emailAddressAliasesSet"]) == (
        "Example Ltd",
        PROFILE["emailAddressAliasesSet"],
    )
    assert after["sipPassword"] == SIP_PASSWORD


def test_users_are_shown_what_the_administration_says_of_them_and_the_other_way_round(portal, ann):
    portal.put("api/users/301", {"userProfile": {"manager": "Bo", "employeeId": "17"}})
    own = Portal(portal.http, "301", WEB_PASSWORD)
    shown = own.read("rest/my/contact-information")["contact-information"]
    assert [shown[name] for name in ("imId", "manager", "employeeId", "salutation")] == ["ann", "Bo", "17", "Dr"]
    assert (shown["jobTitle"], shown["ldapManaged"]) == ("Boss", True)
    change = {"contact-information": {"firstName": "Ann", "jobTitle": "Chief", "xingName": "ann"}}
    assert own.put("rest/my/contact-information", change).status_code == 200
    profile = portal.read("api/users/301")["userProfile"]
    assert [profile[name] for name in ("jobTitle", "xingName", "imId", "manager")] == ["Chief", "ann", "ann", "Bo"]


def test_a_disabled_user_does_not_log_in(portal, ann):
    own = Portal(portal.http, "301", WEB_PASSWORD)
    assert own.put("rest/call/100").status_code != 401
    assert portal.put("api/users/301", {"userProfile": {"enabled": False}}).status_code == 200
    assert own.put("rest/call/100").status_code == 401


def test_another_name_needs_another_pintoken(portal, ann):
    for body in ({"userName": "302"}, {"userName": "302", "pintoken": WEB_PASSWORD}):
        check_refused(portal.put("api/users/301", body), 400, "pintoken")
    assert portal.put("api/users/301", {"userName": "302", "pintoken": "another-1234"}).status_code == 200
    assert portal.read("api/users/302")["voicemailPin"] == digest("302")
    check_refused(portal.get("api/users/301"), 404)


def test_a_branch_is_that_of_the_groups_and_its_address_that_of_the_office(portal, ann):
    for name in ("Oslo", "Bergen"):
        portal.make("rest/branch", {"branch": {"name": name, "address": {"city": name}}})
    check_refused(portal.put("api/users/301", {"branchName": "Nowhere"}), 400, "branchName")
    assert (
        portal.put("api/users/301", {"branchName": "Oslo", "userProfile": {"useBranchAddress": True}}).status_code
        == 200
    )
    shown = portal.read("api/users/301")
    profile = shown["userProfile"]
    assert (shown["branchName"], profile["branchName"]) == ("Oslo", "Oslo")
    assert profile["officeAddress"] == profile["branchAddress"] == dict.fromkeys(HOME_ADDRESS) | {"city": "Oslo"}
    assert portal.put("api/users/301", shown).status_code == 200
    assert portal.read("api/users/301") == shown
    portal.make("rest/user-group", {"group": {"name": "west", "branch": {"id": 2}}})
    check_refused(portal.put("api/users/301", {"branchName": "Oslo", "groups": [{"name": "west"}]}), 400, "branchName")
    assert [one["name"] for one in portal.read("api/users/301/groups")["groups"]] == ["sales"]
    assert portal.put("api/users/301", {"branchName": ""}).status_code == 200
    assert portal.read("api/users/301")["userProfile"]["useBranchAddress"] is False


def test_groups_are_joined_and_left(portal, ann):
    path = "api/users/301/groups"
    for group in ("night", "night", "sales"):
        reply = portal.post(f"{path}/{group}")
        assert (reply.status_code, reply.data) == (200, b"")
    assert [group.findtext("name") for group in portal.read_xml(path)] == ["sales", "night"]
    assert portal.delete(f"{path}/SALES").status_code == 200
    assert [group["name"] for group in portal.read(path)["groups"]] == ["night"]
    check_refused(portal.delete(f"{path}/nobody"), 404)
    assert portal.delete(path).status_code == 200
    assert portal.read(path) == {"groups": []}
    assert portal.read("api/users/301")["groups"] is None
    for method, below in (("GET", ""), ("DELETE", ""), ("POST", "/night"), ("DELETE", "/night")):
        check_refused(portal.ask(method, f"api/users/999/groups{below}"), 404)


def test_a_name_within_anothers_is_a_name_of_its_own(portal, ann):
    assert portal.put("api/users/301", {"groups": [{"name": "sale"}]}).status_code == 200
    assert [group["name"] for group in portal.read("api/users/301")["groups"]] == ["sales", "sale"]


def test_permissions_are_named_by_label_too_and_not_set_where_they_are_had(portal, ann):
    portal.put("rest/permission", {"permission": {"label": "Front door"}})
    assert portal.put("api/users/301", {"permissions": ["front door", "LocalDialing"]}).status_code == 200
    assert "perm_1" in portal.read("api/users/301")["permissions"]
    assert permission_values.own_of_user(HOME, ann) == {"RecordSystemPrompts": True, "perm_1": True}
    check_refused(portal.put("api/users/301", {"permissions": ["none"]}), 400, "permissions")


def test_phones_of_a_user(portal, ann):
    phone = make_phone(portal)
    portal.post(f"api/phones/{phone}/lines", {"user": "301"})
    for path in ("name/301", "name/ann", f"id/{ann}"):
        assert [found["id"] for found in portal.read(f"api/users/{path}/phones")["phones"]] == [phone]
    assert portal.read("api/users/id/999/phones") == {"phones": []}
    check_refused(portal.get("api/users/name/999/phones"), 404)


def test_settings_of_a_user_are_the_permissions(portal, ann):
    listed = portal.read("api/users/301/settings")["settings"]
    assert len(listed) == 20  # and the music on hold
    path = "api/users/301/settings/permission/call-handling/900Dialing"
    assert portal.read(path) == {
        "path": "permission/call-handling/900Dialing",
        "type": "boolean",
        "options": None,
        "value": "DISABLE",
        "defaultValue": "DISABLE",
        "label": "900Dialing",
        "description": None,
    }
    assert portal.put(path, "ENABLE", type="text/plain").status_code == 200
    assert (portal.read(path)["value"], portal.read(path)["defaultValue"]) == ("ENABLE", "DISABLE")
    assert "900Dialing" in portal.read("api/users/301")["permissions"]
    assert len(portal.read("api/users/301/settings/permission/application")["settings"]) == 8
    assert portal.put("api/users/301/settings", portal.read("api/users/301/settings")).status_code == 200
    assert permission_values.own_of_user(HOME, ann) == {"RecordSystemPrompts": True, "900Dialing": True}
    assert portal.delete(path).status_code == 200
    assert portal.read(path)["value"] == "DISABLE"
    check_refused(portal.put(path, "maybe", type="text/plain"), 400, "900Dialing")
    check_refused(portal.get("api/users/301/settings/permission/other"), 404)
    check_refused(portal.get("api/users/999/settings"), 404)


def uploaded(portal, lines, path="permission/call-handling/900Dialing"):
    files = {"file": (io.BytesIO(lines.encode()), "values.csv")}
    return portal.put(f"api/users/upload/settings/{path}", data=files, content_type="multipart/form-data")


def test_a_setting_of_many_users_is_uploaded(portal, ann):
    portal.make("api/users", {"userName": "302"})
    reply = uploaded(portal, "ann,ENABLE\n302,ENABLE\n\n999,ENABLE\n")
    assert (reply.status_code, reply.text) == (200, "upload success")
    for name in ("301", "302"):
        assert "900Dialing" in portal.read(f"api/users/{name}")["permissions"]
    for lines in ("301,DISABLE\n302,maybe", "301", '301,"x', "301,ENABLE,x"):
        check_refused(uploaded(portal, lines), 417)
    assert "900Dialing" in portal.read("api/users/301")["permissions"]
    check_refused(uploaded(portal, "301,ENABLE", "none"), 404)
    check_refused(portal.put("api/users/upload/settings/x", data={}, content_type="multipart/form-data"), 417)


def test_a_user_is_removed_by_either_name(portal, ann):
    assert portal.delete("api/users/ann").status_code == 200
    for method in ("GET", "PUT", "DELETE"):
        check_refused(portal.ask(method, "api/users/301", {} if method == "PUT" else None), 404)


def test_what_is_taken_is_409_and_changes_nothing(portal, ann):
    portal.make("api/users", {"userName": "302"})
    before = portal.get("api/users").text
    for method, path, body in (
        ("POST", "api/users", {**ANN, "aliases": None, "groups": [{"name": "new"}]}),
        ("POST", "api/users", {"userName": "303", "aliases": ["ann"]}),
        ("POST", "api/users", {"userName": "ann"}),
        ("PUT", "api/users/302", {"aliases": ["301"]}),
        ("PUT", "api/users/302", {"userName": "301", "pintoken": "another-1234"}),
    ):
        check_refused(portal.ask(method, path, body), 409)
    assert portal.get("api/users").text == before
    assert [group["name"] for group in portal.read("rest/user-group")["user-group"]["groups"]] == ["sales"]


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"userName": None}, "userName"),
        ({"userName": "a b"}, "userName"),
        ({"pintoken": "x" * 200}, "pintoken"),
        ({"voicemailPin": "12ab"}, "voicemailPin"),
        ({"aliases": ["a b"]}, "aliases"),
        ({"branchName": "none"}, "branchName"),
        ({"permissions": ["none"]}, "permissions"),
        ({"groups": [{"name": "x" * 65}]}, "name"),
        ({"userProfile": {"salutationId": "Sir"}}, "salutationId"),
        ({"userProfile": {"emailAddress": "nobody"}}, "email"),
        ({"userProfile": {"emailAddressAliasesSet": ["nobody"]}}, "emailAddressAliasesSet"),
        ({"userProfile": {"disabledDate": "soon"}}, "disabledDate"),
        ({"userProfile": {"homeAddress": {"moon": "x"}}}, "moon"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_what_is_wrong_is_said(portal, change, word):
    check_refused(portal.post("api/users", {**ANN, **change}), 400, word)
    assert portal.read("api/users") == {"users": []}


def test_only_a_superadmin_makes_superadmins(portal, ann):
    portal.make("api/users", {"userName": "500", "pintoken": WEB_PASSWORD, "permissions": ["rest"]})
    portal.make("api/users", {"userName": "501", "permissions": ["superadmin"]})
    portal.make("rest/user-group", {"group": {"name": "administrators"}})
    granted = {"permissions": [{"name": "superadmin", "value": "ENABLE"}]}
    groups = portal.read("rest/user-group")["user-group"]["groups"]
    id_ = next(group["id"] for group in groups if group["name"] == "administrators")
    assert portal.put(f"rest/user-group-permission/{id_}", granted).status_code == 200
    clerk = Portal(portal.http, "500", WEB_PASSWORD)
    path = "settings/permission/application/superadmin"
    for method, address, body in (
        ("POST", "api/users", {"userName": "502", "permissions": ["superadmin"]}),
        ("POST", "api/users", {"userName": "502", "groups": [{"name": "Administrators"}]}),
        ("PUT", "api/users/500", {"permissions": ["superadmin"]}),
        ("PUT", "api/users/500", {"groups": [{"name": "administrators"}]}),
        ("PUT", "api/users/501", {"pintoken": "another-1234"}),
        ("DELETE", "api/users/501", None),
        ("DELETE", "api/users/501/groups", None),
        ("POST", "api/users/500/groups/administrators", None),
        ("DELETE", "api/users/500/groups/administrators", None),
        ("PUT", "api/users/500/settings", {"settings": [{"path": path[9:], "value": "ENABLE"}]}),
        ("PUT", f"api/users/501/{path}", "DISABLE"),
        ("DELETE", f"api/users/501/{path}", None),
    ):
        options = {"type": "text/plain"} if isinstance(body, str) else {}
        check_refused(clerk.ask(method, address, body, **options), 403)
    check_refused(clerk.put(f"api/users/500/{path}", "ENABLE", type="text/plain"), 403)
    check_refused(uploaded(clerk, "500,ENABLE", path[9:]), 403)
    check_refused(uploaded(clerk, "501,ENABLE"), 403)
    assert clerk.put("api/users/301", {"lastName": "By a clerk"}).status_code == 200
