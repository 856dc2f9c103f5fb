"""Passwords that keyboards spell in one of two ways: those of the web log in in either, those of SIP in their own."""

import unicodedata
from typing import Literal

import pytest

from portsip_api.pbx.access import administrators, candidates, portal_logins
from portsip_api.pbx.access.passwords import forms
from portsip_api.pbx.access.portal_logins import ALGORITHMS
from tests.crm import check_refused
from tests.sipxcom.digests import Digest
from tests.sipxcom.portal import Portal

PASSWORD = "Crème brûlée à gogo"
OTHERS = ("Creme brulee a gogo", "CRÈME BRÛLÉE À GOGO", "Ｃrème brûlée à gogo")
PATH = "/sipxconfig/rest/branch"


def spelled(form: Literal["NFC", "NFD"], text: str = PASSWORD) -> str:
    return unicodedata.normalize(form, text)


def mixed(text: str = PASSWORD) -> str:
    """Half in one form and half in the other."""
    return spelled("NFC", text[:8]) + spelled("NFD", text[8:])


@pytest.fixture(params=[spelled("NFC"), spelled("NFD"), mixed()], ids=["NFC", "NFD", "mixed"])
def stored(request, admin):
    """A password as it is stored: that of the extension 1000, web and SIP, of a tenant and of an administrator."""
    admin.make_extension(
        "1000", web_access_password=request.param, password=request.param, profile={"email": "a@b.example"}
    )
    admin.do("account/create", name="acme", domain="acme.example", password=request.param)
    administrators.create("second", request.param)
    return request.param


def taken(stored):
    """The spellings that log in: the stored one, and what comes to it in one form."""
    return [typed for typed in (spelled("NFC"), spelled("NFD"), mixed()) if stored in forms(typed)]


def test_forms_are_as_typed_and_composed_and_decomposed():
    assert forms("plain ascii") == ["plain ascii"]
    assert forms(spelled("NFC")) == [spelled("NFC"), spelled("NFD")]
    assert forms(spelled("NFD")) == [spelled("NFD"), spelled("NFC")]
    assert forms(mixed()) == [mixed(), spelled("NFC"), spelled("NFD")]
    assert forms("ﬁ") == ["ﬁ"]  # no compatibility forms


def log_ins(crm, password):
    for path, fields in (
        ("credentials/verify", {"username": "1000@pbx.local"}),
        ("credentials/verify", {"username": "acme"}),
        ("credentials/verify", {"username": "second"}),
        ("email/verify", {"email": "a@b.example"}),
    ):
        yield crm.post(f"account/{path}", password=password, **fields)


def test_a_password_of_the_web_logs_in_in_each_form(crm, stored):
    assert len(taken(stored)) >= 1
    for typed in taken(stored):
        assert [reply.status_code for reply in log_ins(crm, typed)] == [200] * 4
    for other in OTHERS:
        for reply in log_ins(crm, other):
            check_refused(reply, "401.2")


def test_a_password_of_sip_is_tried_as_it_is(crm, stored):
    account = {"domain": "pbx.local", "extension_number": "1000"}
    for typed in (spelled("NFC"), spelled("NFD"), mixed()):
        reply = crm.post("account/extension/sip/verify", sip_password=typed, **account)
        assert (reply.status_code == 200) == (typed == stored)


def test_basic_takes_each_form(app, stored):
    for name, status in (("1000", 403), ("second", 200)):
        for typed in taken(stored):
            assert Portal(app.test_client(), name, typed).get("rest/branch").status_code == status
        for other in OTHERS:
            assert Portal(app.test_client(), name, other).get("rest/branch").status_code == 401


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_digest_takes_each_form_of_what_is_stored(app, stored, algorithm):
    stranger = app.test_client()
    for name, status in (("1000", 403), ("second", 200)):
        for typed in (*forms(stored), *OTHERS):
            challenge = stranger.get(PATH)
            reply = Digest(name, typed).challenged_by(challenge, algorithm).send(stranger, "GET", PATH)
            assert reply.status_code == (401 if typed in OTHERS else status)


def test_passwords_are_shown_as_they_were_sent(admin, stored):
    shown = admin.read("extensions/show", extension_number="1000")
    assert (shown["password"], shown["web_access_password"]) == (stored, stored)


def remembering(tried, name, compare):
    def compared(*given):
        tried.append(name)
        return compare(*given)

    return compared


@pytest.mark.parametrize("password", ["plain ascii", spelled("NFC"), mixed()])
def test_as_many_are_tried_for_everybody(admin, app, stored, monkeypatch, password):
    tried = []
    for module, name in ((candidates, "is_secret"), (candidates, "is_password"), (portal_logins, "is_secret")):
        compare = getattr(module, name)
        monkeypatch.setattr(
            module, name, lambda *given, name=name, compare=compare: (tried.append(name), compare(*given))[1]
        )

    def count(log_in) -> list[str]:
        tried.clear()
        log_in()
        return sorted(tried)

    wrong = password + "!"
    by_name = [
        count(lambda name=name: admin.post("account/credentials/verify", username=name, password=wrong))
        for name in ("1000@pbx.local", "9@pbx.local")
    ]
    by_account = [
        count(lambda name=name: admin.post("account/credentials/verify", username=name, password=wrong))
        for name in ("second", "acme", "nobody")
    ]
    basic = [
        count(lambda name=name: Portal(app.test_client(), name, wrong).get("rest/branch"))
        for name in ("second", "admin", "1000", "nobody")
    ]
    for counts in (by_name, by_account, basic):
        assert counts == [counts[0]] * len(counts)
        assert len(counts[0]) >= len(forms(wrong))


def test_a_digest_of_before_still_logs_in(app, admin, monkeypatch):
    """An administrator's HA1 was stored in one form only."""
    with monkeypatch.context() as patch:
        patch.setattr(portal_logins, "forms", lambda password: [password])
        administrators.create("second", spelled("NFC"))
    stranger = app.test_client()
    challenge = stranger.get(PATH)
    reply = Digest("second", spelled("NFC")).challenged_by(challenge, "SHA-256").send(stranger, "GET", PATH)
    assert reply.status_code == 200
    assert Portal(stranger, "second", spelled("NFD")).get("rest/branch").status_code == 200
