"""The licence: kept and shown in the page's form, and nothing depends on it."""

import pytest

from portsip_api import __version__
from portsip_api.pbx.access import tenants
from tests.sipxcom.portal import XML, Portal, check_refused

NONE = (
    '{"uid":"","domain":"pbx.local","version":"VERSION","expire":"","support":"","licenseType":"",'
    '"users":-1,"mobileDevices":-1,"company":"","contactEmail":"","contactName":"","contactPhone":""}'
).replace("VERSION", __version__)
SET = NONE.replace('"uid":""', '"uid":"123456789012345"')


@pytest.mark.parametrize("path", ["api/license", "api/license/"])
def test_it_is_shown_in_the_pages_bytes(portal: Portal, path):
    reply = portal.get(path)
    assert (reply.status_code, reply.text, reply.content_type) == (200, NONE, "application/json")


def test_its_number_is_set_and_the_same_object_answers(portal: Portal):
    reply = portal.post("api/license/123456789012345")
    assert (reply.status_code, reply.text) == (200, SET)
    assert portal.get("api/license").text == SET


def test_as_xml(portal: Portal):
    assert portal.get("api/license", accept=XML).text == (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?><License><uid></uid><domain>pbx.local</domain>'
        f"<version>{__version__}</version><expire></expire><support></support><licenseType></licenseType>"
        "<users>-1</users><mobileDevices>-1</mobileDevices><company></company><contactEmail></contactEmail>"
        "<contactName></contactName><contactPhone></contactPhone></License>"
    )


@pytest.mark.parametrize("uid", ["a%20b", "%3Cx%3E", "a%2Fb", "1" * 65])
def test_a_bad_number_is_refused_and_not_kept(portal: Portal, uid):
    check_refused(portal.post(f"api/license/{uid}"), 400)
    assert portal.get("api/license").text == NONE


@pytest.mark.parametrize(
    ("method", "path"),
    [("PUT", ""), ("DELETE", ""), ("POST", ""), ("GET", "/1"), ("PUT", "/1"), ("DELETE", "/1")],
)
def test_nothing_else_can_be_done_to_it(portal: Portal, method, path):
    check_refused(portal.ask(method, f"api/license{path}"), 405)


def test_every_tenant_has_its_own(portal: Portal):
    tenants.create({"name": "other", "domain": "other.example", "password": "other's secret"})
    portal.post("api/license/1")
    other = portal.get("api/license", headers={"Host": "other.example"}).get_json()
    assert (other["uid"], other["domain"]) == ("", "other.example")
