"""Parameters of media types, and what else stands around a body: charsets, marks, namespaces."""

from codecs import BOM_UTF8

import pytest

from portsip_api.pbx.errors import Invalid
from portsip_api.sipxcom.core import xml_form
from tests.sipxcom.core.test_records import GROUP, GROUPS
from tests.sipxcom.portal import JSON, XML, check_refused

REST, API = "rest/branch", "api/schedules/general"


@pytest.mark.parametrize(
    ("accept", "given"),
    [
        ("application/json; charset=utf-8", JSON),
        ("application/json;charset=UTF-8, */*;q=0.1", JSON),
        ("application/json; charset=utf-8, text/xml; q=0.9", JSON),
        ("application/json; charset=utf-8; q=0.5, text/xml; charset=utf-8", XML),
        ("text/xml; charset=ISO-8859-1", XML),
        ("text/xml;level=1;q=0.3, application/json;version=2;q=0.2, */*;q=0.1", XML),
    ],
)
@pytest.mark.parametrize("path", [REST, API])
def test_what_is_liked_is_told_by_the_type_alone(portal, path, accept, given):
    reply = portal.get(path, accept=accept)
    assert (reply.status_code, reply.mimetype) == (200, given)


@pytest.mark.parametrize("path", [REST, API])
def test_a_type_that_is_not_given_stays_refused_with_parameters(portal, path):
    check_refused(portal.get(path, accept="image/png; charset=utf-8"), 406)
    check_refused(portal.get(path, accept="application/json; charset=utf-8; q=0, text/xml;q=0"), 406)


BODY = "<schedule><name>Café à gogo</name></schedule>"
NAME = "Café à gogo"
DECLARED = '<?xml version="1.0" encoding="{}"?>'


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("text/xml; charset=ISO-8859-1", BODY.encode("latin-1")),
        ('application/xml; charset="iso-8859-15"', BODY.encode("iso-8859-15")),
        ("text/xml; charset=windows-1252", BODY.encode("cp1252")),
        ("text/xml; charset=UTF-16", BODY.encode("utf-16")),
        ("text/xml; charset=utf-16le", BODY.encode("utf-16-le")),
        ("text/xml; charset=utf-8", BODY.encode()),
        ("text/xml", BODY.encode()),
        ("text/xml", BOM_UTF8 + BODY.encode()),
        ("text/xml", (DECLARED.format("ISO-8859-1") + BODY).encode("latin-1")),
        # What the label says counts more than what the document says itself, and a mark more than both.
        ("text/xml; charset=ISO-8859-1", (DECLARED.format("UTF-8") + BODY).encode("latin-1")),
        ("text/xml; charset=utf-8", (DECLARED.format("ISO-8859-1") + BODY).encode()),
        ("text/xml; charset=ISO-8859-1", BOM_UTF8 + BODY.encode()),
        ("application/json", BOM_UTF8 + b'{"name": "Caf\xc3\xa9 \xc3\xa0 gogo"}'),
        # JSON is UTF-8, and only what cannot be it is read as its label says.
        ("application/json; charset=ISO-8859-1", b'{"name": "Caf\xc3\xa9 \xc3\xa0 gogo"}'),
        ("application/json; charset=ISO-8859-1", b'{"name": "Caf\xe9 \xe0 gogo"}'),
    ],
)
def test_a_body_is_read_in_its_charset(portal, content_type, body):
    reply = portal.post("api/schedules", body, type=content_type)
    assert reply.status_code == 200, reply.text
    assert portal.read(f"api/schedules/{reply.text}")["name"] == NAME


@pytest.mark.parametrize("charset", ["no-such", "utf-7", "base64", "idna", "us-ascii"])
def test_a_charset_that_is_unknown_or_wrong_is_refused_where_it_matters(portal, charset):
    content_type = f"text/xml; charset={charset}"
    check_refused(portal.post("api/schedules", BODY.encode(), type=content_type), 415)
    assert portal.post("api/schedules", b"<schedule><name>Cafe</name></schedule>", type=content_type).status_code == 200


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("text/plain; charset=ISO-8859-1", "Zoë".encode("latin-1")),
        ("text/plain", BOM_UTF8 + "Zoë".encode()),
        ("text/plain", "Zoë".encode()),
    ],
)
def test_plain_text_is_read_in_its_charset_too(portal, content_type, body):
    path = "api/ivr/settings/ivr/path"
    assert portal.put(path, body, type=content_type).status_code == 200
    assert portal.read(path)["value"] == "Zoë"


@pytest.mark.parametrize("root", ['group xmlns="http://www.example.org/x"', 'x:group xmlns:x="urn:x"'])
def test_a_namespace_on_the_root_is_passed_over(root):
    prefix = root.partition("group")[0]
    body = f"<{root}><{prefix}id>5</{prefix}id><{prefix}name>sales</{prefix}name></{prefix}group>"
    assert xml_form.read(GROUP, body.encode()) == {"id": 5, "name": "sales"}


def test_a_namespace_that_is_not_the_roots_makes_an_element_another():
    body = '<user-group xmlns="urn:a"><groups><group xmlns="urn:b"><id>5</id></group></groups></user-group>'
    with pytest.raises(Invalid, match="unknown"):
        xml_form.read(GROUPS, body.encode())


def test_a_namespace_is_passed_over_in_a_request(portal):
    body = (
        '<schedule xmlns="http://www.sipfoundry.org/2007/xml" xmlns:xsi="urn:y" xsi:nil="0"><name>a</name></schedule>'
    )
    reply = portal.post("api/schedules", body)
    assert reply.status_code == 200, reply.text
