"""Hunt groups, which the wire calls call groups."""

import pytest

from tests.crm import Crm
from tests.pbx.features.call_features import dialled, make_tenant
from tests.sipxcom.portal import XML, check_refused

PATH = "api/callgroups"
AFTER, TOGETHER = "If no response", "At the same time"
# As the vendor's page prints them.
SEED = (
    '{"name":"ppp1","extension":"4444","description":"","enabled":true,"did":null,"ringBeans":[],'
    '"fallbackDestination":null,"voicemailFallback":true,"userForward":true,"useFwdTimers":false}'
)
GROUP = (
    '{"enabled":true,"name":"Sales","extension":"3399","did":"5550100","description":"a & b",'
    '"fallbackDestination":"200","voicemailFallback":false,"userForward":true,"useFwdTimers":false,"ringBeans":['
    '{"typeStr":null,"userName":"200","enabled":true,"expiration":20},'
    '{"typeStr":"At the same time","userName":"201","enabled":false,"expiration":30}]}'
)
GROUP_XML = (
    "<CallGroup><enabled>true</enabled><name>Sales</name><extension>3399</extension><did>5550100</did>"
    "<description>a &amp; b</description><fallbackDestination>200</fallbackDestination>"
    "<voicemailFallback>false</voicemailFallback><userForward>true</userForward><useFwdTimers>false</useFwdTimers>"
    "<ringBeans><userName>200</userName><enabled>true</enabled><expiration>20</expiration></ringBeans>"
    "<ringBeans><typeStr>At the same time</typeStr><userName>201</userName><enabled>false</enabled>"
    "<expiration>30</expiration></ringBeans></CallGroup>"
)
DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'


@pytest.fixture
def sales(portal, admin: Crm):
    """The id of a hunt group of 200 and 201."""
    for number in ("200", "201"):
        admin.make_extension(number)
    return int(portal.post(PATH, GROUP, type="application/json").text)


def rings(portal, extension="3399"):
    return [ring["userName"] for ring in portal.read(f"{PATH}/{extension}")["ringBeans"]]


def test_a_group_has_the_contracts_bytes(portal, sales):
    assert portal.get(f"{PATH}/3399").text == GROUP
    assert portal.get(f"{PATH}/3399", accept=XML).text == DECLARATION + GROUP_XML
    for path in (PATH, f"{PATH}/", f"{PATH}/prefix/33", f"{PATH}/prefix/3399"):
        assert portal.get(path).text == f'{{"callGroups":[{GROUP}]}}'
        assert portal.get(path, accept=XML).text == f"{DECLARATION}<CallGroups>{GROUP_XML}</CallGroups>"
    assert portal.get(f"{PATH}/prefix/4").text == '{"callGroups":[]}'


@pytest.mark.parametrize("name", ["3399", "5550100", "Sales", "sALES"])
def test_it_is_found_by_extension_did_and_name(portal, sales, name):
    assert portal.get(f"{PATH}/{name}").text == GROUP


@pytest.mark.parametrize("accept", ["application/json", XML])
def test_what_get_gives_put_takes(portal, sales, accept):
    before = portal.get(f"{PATH}/3399", accept=accept)
    reply = portal.put(f"{PATH}/3399", before.data, type=accept)
    assert (reply.status_code, reply.text) == (200, str(sales))
    assert portal.get(f"{PATH}/3399", accept=accept).data == before.data


def test_the_pages_own_requests_work(portal, admin: Crm):
    for number in ("1", "2", "3", "4", "5"):
        admin.make_extension(number)
    made = portal.post(PATH, SEED, type="application/json")
    assert (made.status_code, made.content_type) == (200, "application/json")
    assert portal.get(f"{PATH}/4444").text == (
        '{"enabled":true,"name":"ppp1","extension":"4444","did":null,"description":null,"fallbackDestination":null,'
        '"voicemailFallback":true,"userForward":true,"useFwdTimers":false,"ringBeans":[]}'
    )
    changed = portal.put(f"{PATH}/4444", SEED.replace('""', '"kkkkk"'), type="application/json")
    assert (changed.status_code, changed.text) == (200, made.text)
    assert portal.read(f"{PATH}/4444")["description"] == "kkkkk"
    ring_beans = [{"userName": number} for number in ("1", "2", "3", "4", "5")]
    id_ = portal.make(PATH, {"name": "q", "extension": "3399", "did": "99", "enabled": True, "ringBeans": ring_beans})
    reply = portal.post(f"{PATH}/3399/duplicate/55665")
    assert (reply.status_code, reply.text) == (200, str(id_))  # of the original
    reply = portal.post(f"{PATH}/3399/rotate/3")
    assert (reply.status_code, reply.text) == (200, str(id_))
    assert rings(portal) == ["4", "5", "1", "2", "3"]
    assert rings(portal, "55665") == ["1", "2", "3", "4", "5"]
    copy = portal.read(f"{PATH}/55665")
    assert (copy["enabled"], copy["did"], copy["name"] != "q") == (False, None, True)
    reply = portal.delete(f"{PATH}/3399")
    assert (reply.status_code, reply.data) == (200, b"")
    assert dialled("HUNT_GROUP") == ["4444", "55665"]


def test_who_rings_last_already_stays_there(portal, sales):
    assert portal.post(f"{PATH}/3399/rotate/201").text == str(sales)
    assert rings(portal) == ["200", "201"]


def test_several_groups_are_rotated(portal, sales):
    portal.post(f"{PATH}/3399/duplicate/3400")
    for body in ({"strings": ["3399", "nobody"]}, ["3400"], "<Strings><strings>3400</strings></Strings>"):
        reply = portal.post(f"{PATH}/rotate", body)
        assert (reply.status_code, reply.data) == (200, b""), reply.text
    assert (rings(portal), rings(portal, "3400")) == (["201", "200"], ["200", "201"])
    check_refused(portal.post(f"{PATH}/rotate", {"strings": "3399"}), 400)


def test_what_is_not_sent_takes_its_default(portal, sales):
    assert portal.put(f"{PATH}/3399", {"id": 7, "name": "Sales", "extension": "3400"}).status_code == 200
    assert portal.get(f"{PATH}/3400").text == (
        '{"enabled":false,"name":"Sales","extension":"3400","did":null,"description":null,"fallbackDestination":null,'
        '"voicemailFallback":true,"userForward":true,"useFwdTimers":false,"ringBeans":[]}'
    )
    portal.put(f"{PATH}/3400", {"name": "Sales", "extension": "3400", "ringBeans": [{"userName": "200"}] * 2})
    assert portal.read(f"{PATH}/3400")["ringBeans"] == [
        {"typeStr": None, "userName": "200", "enabled": False, "expiration": 30},
        {"typeStr": AFTER, "userName": "200", "enabled": False, "expiration": 30},
    ]
    assert dialled("HUNT_GROUP") == ["3400"]


@pytest.mark.parametrize(
    ("fields", "status", "word"),
    [
        ({"name": None}, 400, "Name: Cannot be empty"),
        ({"extension": ""}, 400, "Extension: Cannot be empty"),
        ({"extension": "a b"}, 400, "extension"),
        ({"did": "3400"}, 400, "did"),
        ({"fallbackDestination": "a b"}, 400, "fallback_destination"),
        ({"ringBeans": [{}]}, 400, "UserName: Cannot be empty"),
        ({"ringBeans": [{"userName": "999"}]}, 400, "rings"),
        ({"ringBeans": [{"userName": "200", "typeStr": "later"}]}, 400, "ringBeans.typeStr"),
        ({"ringBeans": [{"userName": "200", "typeStr": {}}]}, 400, "ringBeans.typeStr"),
        ({"ringBeans": [{"userName": "200", "expiration": -1}]}, 400, "expiration"),
        ({"ringBeans": "200"}, 400, "ringBeans"),
        ({"colour": "red"}, 400, "colour"),
        ({"name": "SALES"}, 409, "name"),
        ({"extension": "200"}, 409, "number"),
        ({"did": "5550100"}, 409, "number"),
    ],
)
def test_bad_groups_are_refused_and_nothing_is_made(portal, sales, fields, status, word):
    check_refused(portal.post(PATH, {"name": "Next", "extension": "3400"} | fields), status, word)
    assert portal.get(PATH).text == f'{{"callGroups":[{GROUP}]}}'


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "999"),
        ("GET", "x%2Fy"),
        ("PUT", "999"),
        ("PUT", "Sales"),
        ("DELETE", "999"),
        ("DELETE", "5550100"),
        ("POST", "999/duplicate/3400"),
        ("POST", "999/rotate/200"),
        ("POST", "3399/rotate/999"),
    ],
)
def test_what_is_not_there_is_404(portal, sales, method, path):
    body = {"name": "x", "extension": "999"} if method == "PUT" else None
    check_refused(portal.ask(method, f"{PATH}/{path}", body), 404)
    assert portal.get(PATH).text == f'{{"callGroups":[{GROUP}]}}'


@pytest.mark.parametrize(("extension", "status"), [("200", 409), ("3399", 409), ("a%20b", 400)])
def test_a_copy_needs_a_free_extension(portal, sales, extension, status):
    check_refused(portal.post(f"{PATH}/3399/duplicate/{extension}"), status)


def test_another_tenant_is_another_world(portal, sales):
    make_tenant()
    there = {"base_url": "http://other.example"}
    assert portal.get(PATH, **there).text == '{"callGroups":[]}'
    for method, path in (
        ("GET", "3399"),
        ("DELETE", "3399"),
        ("POST", "3399/rotate/200"),
        ("POST", "3399/duplicate/1"),
    ):
        check_refused(portal.ask(method, f"{PATH}/{path}", **there), 404)
    check_refused(portal.post(PATH, GROUP, type="application/json", **there), 400, "rings")


@pytest.mark.parametrize(
    ("path", "methods"),
    [
        (PATH, ("PUT", "DELETE")),
        (f"{PATH}/3399", ("POST",)),
        (f"{PATH}/prefix/3", ("PUT", "POST", "DELETE")),
        (f"{PATH}/rotate", ("GET", "PUT", "DELETE")),
        (f"{PATH}/3399/duplicate/3400", ("GET", "PUT", "DELETE")),
        (f"{PATH}/3399/rotate/200", ("GET", "PUT", "DELETE")),
    ],
)
def test_other_methods_are_405(portal, path, methods):
    for method in methods:
        check_refused(portal.ask(method, path), 405)


def test_lists_cost_a_constant_number_of_statements(portal, sales, statements):
    counts = []
    for number in range(3):
        portal.make(PATH, {"name": f"n{number}", "extension": f"34{number}", "ringBeans": [{"userName": "200"}] * 3})
        statements.clear()
        portal.read(PATH)
        portal.read(f"{PATH}/prefix/3")
        counts.append(len(statements))
    assert len(set(counts)) == 1
