"""Public phonebooks, in the bytes that phones read."""

import pytest

from portsip_api.pbx.access import tenants
from portsip_api.pbx.phonebooks import phonebooks
from portsip_api.sipxcom.admin.phonebooks import BLOCK
from tests.sipxcom.portal import JSON, XML, Portal, check_refused

CSV = "text/comma-separated-values"
HOME = tenants.DEFAULT_TENANT_ID


@pytest.fixture
def sales(app):
    """A phonebook with awkward entries."""
    rows = 'Ann,"O""Neil, Jr.",200\nÜnal,<&>,+49 30\n,=1+1,300\n'
    phonebooks.import_csv(HOME, "Sales & Co", rows.encode())


def test_names_are_attributes(portal, sales):
    phonebooks.import_csv(HOME, 'b"ook', b"a,b,1\n")
    reply = portal.get("rest/phonebook")
    assert reply.text == (
        '<phonebooks>\n  <phonebook name=\'b"ook\'/>\n  <phonebook name="Sales &amp; Co"/>\n</phonebooks>'
    )
    assert reply.content_type == "text/xml; charset=UTF-8"


def test_without_phonebooks_the_list_is_empty(portal):
    assert portal.get("rest/phonebook/").text == "<phonebooks/>"


@pytest.mark.parametrize("accept", [None, "*/*", CSV, f"{XML};q=0.5, {CSV}"])
def test_a_phonebook_is_csv_in_the_contracts_bytes(portal, sales, accept):
    reply = portal.get("rest/phonebook/Sales%20%26%20Co", **({"accept": accept} if accept else {}))
    assert reply.text == (
        '"First name","Last name","Number"\n"Ünal","<&>","+4930"\n"","\'=1+1","300"\n"Ann","O\\"Neil, Jr.","200"\n'
    )
    assert (reply.status_code, reply.content_type) == (200, f"{CSV}; charset=UTF-8")


def test_a_phonebook_is_xml_for_who_asks(portal, sales):
    reply = portal.get("rest/phonebook/sales%20%26%20CO", accept=XML)
    assert reply.content_type == "text/xml; charset=UTF-8"
    assert reply.text.startswith(
        "<phonebook>\n  <entry>\n    <first-name>Ünal</first-name>\n    <last-name>&lt;&amp;&gt;</last-name>\n"
        "    <number>+4930</number>\n  </entry>\n"
    )
    assert reply.text.endswith("    <number>200</number>\n  </entry>\n</phonebook>")
    assert len(portal.read_xml("rest/phonebook/Sales%20%26%20Co").findall("entry")) == 3


@pytest.mark.parametrize("accept", ["application/xml", "text/csv", JSON])
def test_other_types_are_not_given(portal, sales, accept):
    check_refused(portal.get("rest/phonebook/Sales%20%26%20Co", accept=accept), 406)
    check_refused(portal.get("rest/phonebook", accept=accept), 406)


@pytest.mark.parametrize("count", [0, 1, BLOCK - 1, BLOCK, 2 * BLOCK + 1])
def test_a_phonebook_of_any_length_is_sent_whole(portal, count):
    phonebooks.import_csv(HOME, "long", "".join(f"a,{n:05},{n}\n" for n in range(count)).encode())
    rows = portal.get("rest/phonebook/long").text.splitlines()
    assert rows[1:] == [f'"a","{n:05}","{n}"' for n in range(count)]
    assert [entry.findtext("number") for entry in portal.read_xml("rest/phonebook/long")] == list(
        map(str, range(count))
    )


def test_a_phonebook_costs_a_constant_number_of_statements(portal, statements):
    counts = []
    for count in (1, 2_000):
        phonebooks.import_csv(HOME, "x", "".join(f"a,b,{n}\n" for n in range(count)).encode())
        statements.clear()
        assert portal.get("rest/phonebook/x").text.count("\n") == count + 1
        counts.append(len(statements))
    assert counts[0] == counts[1]


def test_a_name_may_have_a_slash(portal):
    phonebooks.import_csv(HOME, "a/b", b"a,b,1\n")
    reply = portal.get("rest/phonebook/a%2Fb", environ_overrides={"RAW_URI": "/sipxconfig/rest/phonebook/a%2Fb"})
    assert reply.text.endswith('"a","b","1"\n')
    prefixed = {"RAW_URI": "/pbx/sipxconfig/rest/phonebook/a%2Fb", "SCRIPT_NAME": "/pbx"}
    assert portal.get("rest/phonebook/a%2Fb", environ_overrides=prefixed).text == reply.text
    check_refused(portal.get("rest/phonebook/a/b"), 404)


def test_who_is_not_there_is_not_found(portal, sales):
    check_refused(portal.get("rest/phonebook/other"), 404, "ERROR_OBJECT_NOT_FOUND")
    tenants.create({"name": "other", "domain": "other.example", "password": "other's secret"})
    host = {"Host": "other.example"}
    check_refused(portal.get("rest/phonebook/Sales%20%26%20Co", headers=host), 404)
    assert portal.get("rest/phonebook", headers=host).text == "<phonebooks/>"


@pytest.mark.parametrize("path", ["rest/phonebook", "rest/phonebook/x"])
@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE"])
def test_phonebooks_are_only_read(portal: Portal, path, method):
    check_refused(portal.ask(method, path), 405)
