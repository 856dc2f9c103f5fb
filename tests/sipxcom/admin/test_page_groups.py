"""Page groups."""

import pytest

from tests.crm import Crm
from tests.pbx.features.call_features import dialled, make_tenant, make_user
from tests.sipxcom.portal import XML, Portal, check_refused

PATH = "api/pagegroups"
USER = (
    '{"id":%d,"userName":"200","lastName":"Doe","firstName":"Ann","aliases":null,"sipPassword":null,"pintoken":null,'
    '"voicemailPin":null,"branchName":null,"userProfile":null,"notified":null,"groups":null,"permissions":null}'
)
GROUP = (
    '{"id":%d,"enabled":true,"pageGroupNumber":5,"timeout":30,"sound":"default.wav","description":"Ground & <first>",'
    f'"users":[{USER}]}}'
)
GROUP_XML = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?><Group><id>%d</id><enabled>true</enabled>'
    "<pageGroupNumber>5</pageGroupNumber><timeout>30</timeout><sound>default.wav</sound>"
    "<description>Ground &amp; &lt;first&gt;</description><users><user><id>%d</id><userName>200</userName>"
    "<lastName>Doe</lastName><firstName>Ann</firstName></user></users></Group>"
)
BODY = {
    "enabled": True,
    "pageGroupNumber": 5,
    "timeout": 30,
    "sound": "default.wav",
    "description": "Ground & <first>",
    "users": [{"userName": "200"}],
}


@pytest.fixture
def ann(app, admin: Crm):
    return admin.make_extension("200", profile={"first_name": "Ann", "last_name": "Doe"})


def make(portal: Portal, body=None, **fields):
    """Make a page group and return its id."""
    reply = portal.post(PATH, body or {"pageGroupNumber": 5, "users": []} | fields)
    assert (reply.status_code, reply.data) == (200, b""), reply.text
    return max(group["id"] for group in portal.read(PATH)["groups"])


def test_a_group_has_the_contracts_bytes(portal, ann):
    id_ = make(portal, BODY)
    assert portal.get(f"{PATH}/{id_}").text == GROUP % (id_, ann)
    assert portal.get(f"{PATH}/{id_}", accept=XML).text == GROUP_XML % (id_, ann)
    assert portal.get(f"{PATH}/").text == f'{{"groups":[{GROUP % (id_, ann)}]}}'
    listed = GROUP_XML.replace("<Group>", "<Groups><Group>").replace("</Group>", "</Group></Groups>")
    assert portal.get(PATH, accept=XML).text == listed % (id_, ann)


def test_an_empty_list_is_an_empty_array(portal):
    assert portal.get(PATH).text == '{"groups":[]}'


@pytest.mark.parametrize("accept", ["application/json", XML])
def test_what_get_gives_put_takes(portal, ann, accept):
    path = f"{PATH}/{make(portal, BODY)}"
    before = portal.get(path, accept=accept)
    reply = portal.put(path, before.data, type=accept)
    assert (reply.status_code, reply.data) == (200, b""), reply.text
    assert portal.get(path, accept=accept).data == before.data


def test_what_is_not_sent_takes_its_default(portal, ann):
    path = f"{PATH}/{make(portal, BODY)}"
    assert portal.put(path, {"pageGroupNumber": 6}).status_code == 200
    shown = portal.read(path)
    assert shown == {
        "id": shown["id"], "enabled": False, "pageGroupNumber": 6, "timeout": 60, "sound": None, "description": None,
        "users": [],
    }  # fmt: skip
    assert dialled("PAGE_GROUP") == ["*776"]


def test_the_pages_name_of_the_number_is_taken(portal):
    make(portal, {"GroupNumber": 8, "ID": 3})
    assert portal.read(PATH)["groups"][0]["pageGroupNumber"] == 8


def test_users_are_named_by_id_or_user_name(portal, ann, admin: Crm):
    bob = admin.make_extension("201")
    for users in (
        [{"id": bob}, {"id": ann}],
        [{"userName": "201"}, {"userName": "200"}],
        [{"id": -1, "userName": "201"}, {"id": ann, "userName": "x"}],
        {"user": [{"id": bob}, {"userName": "200"}]},
    ):
        path = f"{PATH}/{make(portal, {'pageGroupNumber': 5, 'users': users})}"
        assert [user["id"] for user in portal.read(path)["users"]] == [bob, ann]
        assert portal.delete(path).status_code == 200


@pytest.mark.parametrize(
    ("fields", "status", "word"),
    [
        ({"pageGroupNumber": None}, 400, "PageGroupNumber: Cannot be empty"),
        ({"pageGroupNumber": "x"}, 400, "pageGroupNumber"),
        ({"pageGroupNumber": -1}, 400, "number"),
        ({"timeout": 10**9}, 400, "timeout"),
        ({"sound": "none.wav"}, 404, "Prompt not found"),
        ({"sound": "../default.wav"}, 404, "Prompt not found"),
        ({"users": [{"id": 999}]}, 404, "User not found"),
        ({"users": [{"id": 10**17}]}, 404, "User not found"),
        ({"users": [{"userName": "999"}]}, 404, "User not found"),
        ({"users": [{"id": 0}]}, 400, "users"),
        ({"users": [{}]}, 400, "users"),
        ({"nick": "x"}, 400, "nick"),
    ],
)
def test_bad_groups_are_refused_and_nothing_is_made(portal, fields, status, word):
    check_refused(portal.post(PATH, {"pageGroupNumber": 5} | fields), status, word)
    assert portal.read(PATH) == {"groups": []}


def test_a_number_is_taken_once(portal, admin: Crm):
    make(portal)
    check_refused(portal.post(PATH, {"pageGroupNumber": 5}), 409)
    admin.make_extension("*776")
    check_refused(portal.post(PATH, {"pageGroupNumber": 6}), 409)


@pytest.mark.parametrize("id_", ["999", "9" * 18])
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_an_unknown_id_is_404(portal, method, id_):
    body = {"pageGroupNumber": 5} if method == "PUT" else None
    check_refused(portal.ask(method, f"{PATH}/{id_}", body), 404, "Paging group not found.")


def test_another_tenant_is_another_world(portal):
    make_user("200", make_tenant())
    id_ = make(portal)
    there = {"base_url": "http://other.example"}
    check_refused(portal.get(f"{PATH}/{id_}", **there), 404)
    check_refused(portal.delete(f"{PATH}/{id_}", **there), 404)
    check_refused(portal.post(PATH, {"pageGroupNumber": 6, "users": [{"userName": "200"}]}), 404)
    assert portal.post(PATH, {"pageGroupNumber": 5, "users": [{"userName": "200"}]}, **there).status_code == 200


def test_the_prefix_of_the_settings_is_dialled_before_every_number(portal, admin: Crm):
    make(portal)
    path = f"{PATH}/settings/page-config/prefix"
    assert portal.read(path)["value"] == "*77"
    assert portal.put(path, b"*55", type="text/plain").status_code == 200
    make(portal, {"pageGroupNumber": 6})
    assert dialled("PAGE_GROUP") == ["*555", "*556"]
    admin.make_extension("*666")
    check_refused(portal.put(path, b"*66", type="text/plain"), 409)
    check_refused(portal.put(path, b"a b", type="text/plain"), 400, "page-config/prefix")
    assert portal.read(path)["value"] == "*55"
    assert dialled("PAGE_GROUP") == ["*555", "*556"]
    assert portal.delete(path).status_code == 200
    assert dialled("PAGE_GROUP") == ["*775", "*776"]


@pytest.mark.parametrize(
    ("path", "methods"), [(PATH, ("PUT", "DELETE")), (f"{PATH}/1", ("POST",)), (f"{PATH}/prompts", ("PUT", "DELETE"))]
)
def test_other_methods_are_405(portal, path, methods):
    for method in methods:
        check_refused(portal.ask(method, path), 405)


def test_the_list_costs_a_constant_number_of_statements(portal, admin: Crm, statements):
    counts = []
    for number in range(3):
        admin.make_extension(f"20{number}")
        make(portal, {"pageGroupNumber": number, "users": [{"userName": f"20{n}"} for n in range(number + 1)]})
        statements.clear()
        assert len(portal.read(PATH)["groups"]) == number + 1
        counts.append(len(statements))
    assert len(set(counts)) == 1
