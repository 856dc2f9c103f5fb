"""Extension groups and the reserved default group."""

import re

import pytest

from portsip_api.pbx.extensions import groups as pbx_groups
from tests.crm import WEB_PASSWORD, check_refused

DEFAULT = "__DEFAULT_EXTENSION_GROUP__"
SHORT = "__DEFAULT__"  # its name where the token came in a header


@pytest.fixture
def sales(admin):
    """The group Sales with the extensions 1000 and 1001; 1002 is in none."""
    for number in ("1002", "1001", "1000"):
        admin.make_extension(number)
    return admin.make_group("Sales", group_description="Who sells", members=["1001", "1000", "1001"])


def check_unsent_values_survive(admin, group, change):
    before = admin.read("extensions/group/show", id=group["id"])
    admin.do("extensions/group/update", **{"group_id": group["group_id"]} | change)
    assert admin.read("extensions/group/show", id=group["id"]) == before | change


def check_counts(admin, **expected):
    groups = admin.read("extensions/group/list")["groups"]
    assert {group["group_name"]: group["members_count"] for group in groups} == expected


def test_a_group_is_created_and_shown(admin, sales):
    assert re.fullmatch(r"[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}", sales["group_id"])
    shown = admin.read("extensions/group/show", group_id=sales["group_id"].lower())
    assert shown == {
        "group_id": sales["group_id"],
        "id": sales["id"],
        "group_name": "Sales",
        "group_description": "Who sells",
        "enable_intercom": True,
        "enable_external_call": True,
        "enable_management_console_access": False,
        "members": ["1000", "1001"],
    }
    check_counts(admin, Sales=2, **{SHORT: 1})


@pytest.mark.parametrize(
    "change",
    [
        {"group_name": "Vertrieb"},
        {"group_name": "SALES"},
        {"group_description": ""},
        {"enable_intercom": False},
        {"enable_management_console_access": True},
        {"members": []},
        {"members": ["1001", "1002"]},
        {},
    ],
)
def test_unsent_values_survive(admin, sales, change):
    check_unsent_values_survive(admin, sales, change)


def test_what_show_gives_update_takes(admin, sales):
    check_unsent_values_survive(admin, sales, admin.read("extensions/group/show", id=sales["id"]))
    default = admin.read("extensions/group/show", group_id=DEFAULT)
    admin.do("extensions/group/update", **default)
    assert admin.read("extensions/group/show", group_id=DEFAULT) == default


@pytest.mark.parametrize("verb", ["destroy", "remove"])
def test_members_of_a_destroyed_group_stay_as_extensions(admin, sales, verb):
    admin.do(f"extensions/group/{verb}", group_id=sales["group_id"])
    check_counts(admin, **{SHORT: 3})
    assert admin.read("extensions/show", extension_number="1000")["belong_groups"] == [DEFAULT]
    check_refused(admin.get("extensions/group/show", id=sales["id"]), "404.1")


def test_groups_are_written_from_the_extension_too(admin, sales):
    admin.do("extensions/update", extension_number="1002", belong_groups=[sales["group_id"], DEFAULT])
    assert admin.read("extensions/group/show", id=sales["id"])["members"] == ["1000", "1001", "1002"]
    admin.do("extensions/update", extension_number="1000", belong_groups=[DEFAULT])
    admin.make_extension("1003", belong_groups=[str(sales["id"])])
    assert admin.read("extensions/group/show", id=sales["id"])["members"] == ["1001", "1002", "1003"]
    check_refused(
        admin.post("extensions/update", extension_number="1000", belong_groups=["12"]), "400.1", "belong_groups"
    )
    check_counts(admin, Sales=3, **{SHORT: 1})


def test_a_group_that_an_extension_names_twice_is_one(admin, sales):
    key = {"extension_number": "1002"}
    names = [str(sales["id"]), sales["group_id"], sales["group_id"].lower()]
    admin.do("extensions/update", **key, belong_groups=names)
    assert admin.read("extensions/show", **key)["belong_groups"] == [sales["group_id"]]
    for name in (f"0{sales['id']}", "9" * 30, "", "Sale"):
        check_refused(admin.post("extensions/update", **key, belong_groups=[name]), "400.1", "belong_groups")
    assert admin.read("extensions/group/show", id=sales["id"])["members"] == ["1000", "1001", "1002"]


def test_unknown_members_are_refused_and_change_nothing(admin, sales):
    reply = admin.post("extensions/group/update", id=sales["id"], group_name="X", members=["1000", "9"])
    check_refused(reply, "400.1", "members")
    assert admin.read("extensions/group/show", id=sales["id"])["group_name"] == "Sales"
    permissions = {"enable_intercom": True, "enable_external_call": True, "enable_management_console_access": True}
    check_refused(
        admin.post("extensions/group/create", group_name="Y", members=["9"], **permissions), "400.1", "members"
    )
    check_counts(admin, Sales=2, **{SHORT: 1})


def test_a_name_is_taken_once_whatever_its_case(admin, sales):
    permissions = {"enable_intercom": True, "enable_external_call": True, "enable_management_console_access": True}
    for name in ("sales", DEFAULT, SHORT):
        check_refused(admin.post("extensions/group/create", group_name=name, **permissions), "403.3", "group_name")
    other = admin.make_group("Other")
    for name in ("sAles", DEFAULT.lower(), SHORT.lower()):
        check_refused(admin.post("extensions/group/update", id=other["id"], group_name=name), "403.3", "group_name")


def test_the_default_group_holds_who_is_in_no_other(admin, sales):
    default = admin.read("extensions/group/show", group_id=DEFAULT)
    assert (default["group_name"], default["members"]) == (SHORT, ["1002"])
    assert default["enable_intercom"] is default["enable_external_call"] is True
    assert default["enable_management_console_access"] is True
    for change in ({"group_name": "Mine"}, {"members": ["1000"]}, {"enable_intercom": False}):
        check_refused(admin.post("extensions/group/update", group_id=DEFAULT, **change), "409.1")
    check_refused(admin.post("extensions/group/destroy", group_id=DEFAULT), "409.1")


def test_groups_are_listed_by_name_and_the_default_group_last(admin):
    for name in ("beta", "Alpha", "gamma"):
        admin.make_group(name)

    def names(**query):
        return [group["group_name"] for group in admin.read("extensions/group/list", **query)["groups"]]

    assert names() == ["Alpha", "beta", "gamma", SHORT]
    assert names(sort_by="-NAME") == ["gamma", "beta", "Alpha", SHORT]
    assert names(pagesize=2, pagination=2) == ["gamma", SHORT]


def test_members_are_sorted_as_lists_are(admin):
    numbers = ["a1", "10", "9", "100", "2", "*7"]
    for number in numbers:
        admin.make_extension(number)
    group = admin.make_group("All", members=numbers)
    assert admin.read("extensions/group/show", id=group["id"])["members"] == ["2", "9", "10", "100", "*7", "a1"]


def test_a_group_has_a_largest_size(admin, monkeypatch):
    monkeypatch.setattr(pbx_groups, "MOST_MEMBERS", 2)
    for number in ("1", "2", "3"):
        admin.make_extension(number)
    default = admin.read("extensions/group/show", group_id=DEFAULT)
    admin.do("extensions/group/update", **default)  # which has no limit
    group = admin.make_group("Small", members=["1", "2"])
    check_refused(admin.post("extensions/group/update", id=group["id"], members=["1", "2", "3"]), "400.1", "members")
    check_refused(
        admin.post("extensions/update", extension_number="3", belong_groups=[group["group_id"]]),
        "400.1",
        "belong_groups",
    )


def test_another_tenants_extensions_and_groups_are_out_of_reach(admin, sales):
    admin.do("account/create", name="acme", domain="acme.example", password="acme secret-1")
    tenant = admin.log_in("acme", "acme secret-1")
    for key in ({"id": sales["id"]}, {"group_id": sales["group_id"]}):
        check_refused(tenant.get("extensions/group/show", **key), "404.1")
        check_refused(tenant.post("extensions/group/destroy", **key), "404.1")
    theirs = tenant.make_extension("2000", tenant_id=1)  # a tenant acts in its own, whatever it names
    check_refused(admin.get("extensions/show", id=theirs), "404.1")
    check_refused(tenant.post("extensions/update", id=theirs, belong_groups=[sales["group_id"]]), "400.1")
    check_refused(tenant.post("extensions/update", id=theirs, belong_groups=[str(sales["id"])]), "400.1")
    assert tenant.read("extensions/search", condition="1000")["total"] == 0
    assert tenant.read("extensions/list")["total"] == 1


def test_members_are_in_the_order_of_lists(admin):
    for number in ("2", "10", "1000", "0999", "999", "*70", "a7", "1", "+49"):
        admin.make_extension(number)
    listed = [row["extension_number"] for row in admin.read("extensions/list")["extensions"]]
    default = admin.read("extensions/group/show", group_id="__DEFAULT_EXTENSION_GROUP__")
    assert default["members"] == listed
    for members in (listed, listed[:5]):
        group = admin.make_group(f"The {len(members)}", members=sorted(members))
        assert admin.read("extensions/group/show", id=group["id"])["members"] == members


def test_a_member_with_another_number_stands_elsewhere(admin, sales):
    one = admin.read("extensions/show", extension_number="1000")["id"]
    admin.do("extensions/update", id=one, extension_number="20000")
    assert admin.read("extensions/group/show", id=sales["id"])["members"] == ["1001", "20000"]


@pytest.mark.parametrize("twin", ["sales", "Sales ", " Sales", "Sales\u00a0", "Ｓａｌｅｓ", "SALES\u2003"])
def test_names_that_differ_in_form_only_are_one(admin, twin):
    admin.make_group("Sales")
    permissions = dict.fromkeys(("enable_intercom", "enable_external_call", "enable_management_console_access"), True)
    check_refused(admin.post("extensions/group/create", group_name=twin, **permissions), "403.3", "group_name")
    other = admin.make_group("Other")
    check_refused(admin.post("extensions/group/update", id=other["id"], group_name=twin), "403.3", "group_name")


def test_a_name_is_shown_as_it_was_sent(admin):
    made = admin.make_group(" Zoe\u0308s  Team")
    assert admin.read("extensions/group/show", id=made["id"])["group_name"] == " Zoe\u0308s  Team"
    reserved = "__default_extensİon_group__"
    permissions = dict.fromkeys(("enable_intercom", "enable_external_call", "enable_management_console_access"), True)
    check_refused(admin.post("extensions/group/create", group_name=reserved, **permissions), "403.3", "group_name")


def test_ids_are_compared_in_ascii(admin):
    check_refused(admin.get("extensions/group/show", group_id="__DEFAULT_EXTENS\u0131ON_GROUP__"), "404.1")
    assert admin.read("extensions/group/show", group_id="__default_extension_group__")["group_name"]


NAMED = {
    "its name": lambda _: ["Sales"],
    "its name in another case": lambda _: [" sALES "],
    "its id": lambda sales: [sales["id"]],
    "its id as text": lambda sales: [str(sales["id"])],
    "its GUID": lambda sales: [sales["group_id"]],
    "an object with its id": lambda sales: [{"id": str(sales["id"]), "group_name": "gone"}],
    "an object with its GUID": lambda sales: [{"group_id": sales["group_id"], "members_count": 2}],
    "an object with its name": lambda _: [{"group_name": "sales"}],
    "what a list shows": lambda sales: [sales],
    "others that change nothing": lambda _: ["SYSTEM", "DEFAULT", "__DEFAULT__", DEFAULT, "Sales"],
}


@pytest.mark.parametrize("way", NAMED)
def test_an_extension_names_its_groups_in_many_ways(admin, sales, way):
    key = {"extension_number": "1002"}
    admin.do("extensions/update", **key, belong_groups=NAMED[way](sales))
    assert admin.read("extensions/show", **key)["belong_groups"] == [sales["group_id"]]
    admin.make_extension("1003", belong_groups=NAMED[way](sales))
    assert admin.read("extensions/group/show", id=sales["id"])["members"] == ["1000", "1001", "1002", "1003"]


@pytest.mark.parametrize(
    "names",
    [
        ["Nobody"],
        [{"group_name": "Nobody"}],
        [{}],
        [{"id": "x"}],
        [{"id": 10**6}],
        [True],
        [None],
        [[]],
        ["Sales", "x"],
    ],
)
def test_what_names_no_group_is_refused_and_changes_nothing(admin, sales, names):
    reply = admin.post("extensions/update", extension_number="1000", belong_groups=names)
    check_refused(reply, "400.1", "belong_groups")
    assert admin.read("extensions/show", extension_number="1000")["belong_groups"] == [sales["group_id"]]


@pytest.mark.parametrize("name", ["DEFAULT", "__DEFAULT__", DEFAULT, "SYSTEM", {"group_name": "__DEFAULT__"}])
def test_the_default_group_alone_is_no_other(admin, sales, name):
    admin.do("extensions/update", extension_number="1000", belong_groups=[name])
    assert admin.read("extensions/show", extension_number="1000")["belong_groups"] == [DEFAULT]
    assert admin.read("extensions/group/show", id=sales["id"])["members"] == ["1001"]


def test_an_id_goes_before_a_name(admin, sales):
    other = admin.make_group(str(sales["id"]))
    key = {"extension_number": "1002"}
    admin.do("extensions/update", **key, belong_groups=[str(sales["id"])])
    assert admin.read("extensions/show", **key)["belong_groups"] == [sales["group_id"]]
    admin.do("extensions/update", **key, belong_groups=[{"group_name": str(sales["id"])}])
    assert admin.read("extensions/show", **key)["belong_groups"] == [other["group_id"]]


def test_an_extension_sends_its_own_groups_back_by_any_name(admin, sales, crm):
    domain = admin.read("account/show", id=1)["domain"]
    own = crm.log_in(f"1000@{domain}", WEB_PASSWORD)
    for names in ([sales["group_id"]], ["sales"], [{"id": sales["id"]}], [sales["group_id"], DEFAULT]):
        own.do("extensions/update", extension_number="1000", belong_groups=names)
    other = admin.make_group("Other")
    for names in ([], ["DEFAULT"], ["Nobody"], ["sales", other["group_id"]]):
        check_refused(own.post("extensions/update", extension_number="1000", belong_groups=names), "403.1")


def test_what_a_new_group_does_not_say_its_members_may_not(admin):
    group = admin.do("extensions/group/create", group_name="Quiet", enable_external_call=True)
    shown = admin.read("extensions/group/show", id=group["id"])
    assert (shown["enable_intercom"], shown["enable_external_call"]) == (False, True)
    assert shown["enable_management_console_access"] is False


@pytest.mark.parametrize(
    ("places", "name"),
    [({"query"}, DEFAULT), ({"header"}, SHORT), ({"bearer"}, SHORT), ({"query", "header"}, SHORT)],
    ids=lambda places: "+".join(sorted(places)) if isinstance(places, set) else "",
)
def test_the_default_group_has_the_name_that_the_dialect_has_for_it(admin, sales, places, name):
    token = {"access_token": admin.token}
    headers = token if "header" in places else {"Authorization": f"Bearer {admin.token}"} if "bearer" in places else {}
    query = token if "query" in places else {}

    def ask(method, path, body=None, **fields):
        url = f"/api/extensions/group/{path}"
        reply = admin.http.open(url, method=method, query_string=query | fields, json=body, headers=headers)
        assert reply.status_code == 200, reply.text
        return reply.json

    last = ask("GET", "list")["groups"][-1]
    assert (last["group_id"], last["group_name"]) == (DEFAULT, name)
    for key in (DEFAULT, SHORT):
        shown = ask("GET", "show", group_id=key)
        assert (shown["group_id"], shown["group_name"]) == (DEFAULT, name)
        ask("POST", "update", {**shown, "group_id": key})
