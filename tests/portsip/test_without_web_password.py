"""Extensions without a web access password: nobody logs in by it until one is set."""

import hashlib

import pytest

from portsip_api.pbx.access import portal_logins
from portsip_api.pbx.errors import LoginRefused
from tests.crm import SIP_PASSWORD, WEB_PASSWORD, check_refused

MINE = {"profile": {"email": "ada@example.com"}}


@pytest.fixture(params=[{}, {"web_access_password": ""}], ids=["absent", "empty"])
def extension(admin, request):
    """The extension 1000, without a web access password."""
    admin.do("extensions/create", extension_number="1000", password=SIP_PASSWORD, **request.param, **MINE)
    return admin


def test_it_is_shown_as_empty_and_may_be_sent_back(extension):
    shown = extension.read("extensions/show", extension_number="1000")
    assert shown["web_access_password"] == ""
    extension.do("extensions/update", **shown)
    assert extension.read("extensions/show", extension_number="1000") == shown


@pytest.mark.parametrize("password", ["", "x", " "])
def test_nobody_logs_in_by_it(extension, crm, password):
    for path, name in (
        ("credentials/verify", {"username": "1000@pbx.local"}),
        ("email/verify", {"email": "ada@example.com"}),
    ):
        reply = crm.post(f"account/{path}", **name, password=password)
        check_refused(reply, "401.2" if password else "400.1")
    reply = crm.post("extensions/call", extension="1000", auth=password, to="1001")
    check_refused(reply, "401.2")


def test_an_empty_password_proves_nothing_to_the_other_api(extension):
    def digest(ha1):
        return ha1 == hashlib.md5(b"1000:PBX:").hexdigest()

    with pytest.raises(LoginRefused):
        portal_logins.by_password(1, "1000", "", "192.0.2.1")
    with pytest.raises(LoginRefused):
        portal_logins.by_proof(1, "1000", "MD5", digest, "192.0.2.1")


def test_it_registers_its_phone_all_the_same(extension, crm):
    login = {"domain": "pbx.local", "extension_number": "1000", "sip_password": SIP_PASSWORD}
    assert crm.do("account/extension/sip/verify", **login)["expires"] == 30


def test_one_that_is_set_logs_in_and_one_that_is_taken_away_does_not(extension, crm):
    extension.do("extensions/update", extension_number="1000", web_access_password=WEB_PASSWORD)
    own = crm.log_in("1000@pbx.local", WEB_PASSWORD)
    assert own.read("extensions/show", extension_number="1000")["extension_number"] == "1000"
    extension.do("extensions/update", extension_number="1000", web_access_password="")
    check_refused(own.get("extensions/show", extension_number="1000"), "403.4")
    check_refused(crm.post("account/credentials/verify", username="1000@pbx.local", password=WEB_PASSWORD), "401.2")


def test_a_strict_policy_asks_for_no_password_but_judges_one(configure, extension):
    configure(PBX_PASSWORD_POLICY="strict")
    admin = extension
    admin.do("extensions/create", extension_number="1001", password=SIP_PASSWORD)
    reply = admin.post("extensions/update", extension_number="1001", web_access_password="short")
    check_refused(reply, "400.1", "web_access_password")


def test_a_sip_password_there_must_be(admin):
    check_refused(admin.post("extensions/create", extension_number="1000"), "400.1", "password")
    reply = admin.post("extensions/create", extension_number="1000", password="")
    check_refused(reply, "400.1", "password")
