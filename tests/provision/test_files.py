"""A phone fetches its own files, and nothing else, with a credential of its own."""

import base64
from typing import Any

import pytest

from portsip_api.pbx.access import tenants
from portsip_api.pbx.devices import credentials, phones
from portsip_api.pbx.devices.profiles.files import has_form, profile_names
from portsip_api.pbx.settings.device_models import PhoneModel, phone_models
from portsip_api.store import volatile
from portsip_api.store.secrets import keyring
from tests.crm import SIP_PASSWORD, WEB_PASSWORD, Crm
from tests.ops.conftest import Lines
from tests.pbx.devices import devices
from tests.pbx.devices.devices import HOME, SERIAL, other_tenant
from tests.provision.phones import CFG, YEALINK, Fetching, parameters
from tests.security.tables import dump
from tests.sipxcom.devices import make_phone, set_value
from tests.sipxcom.portal import Portal
from tests.stores import holding

SECOND = "0004f2aabb96"
AFAR: dict[str, Any] = {"environ_base": {"REMOTE_ADDR": "198.51.100.7"}}
PROXY = "203.0.113.1"


@pytest.mark.parametrize("way", [Fetching.by_url, Fetching.by_password])
def test_a_phone_gets_its_file_with_its_passwords(phone: Fetching, configure, way):
    for shown in ("true", "false"):
        configure(PBX_EXPOSE_PASSWORDS=shown)
        reply = way(phone)
        assert parameters(reply)["account.1.password"] == SIP_PASSWORD
        assert reply.headers["Cache-Control"] == "no-store"
        assert reply.content_type == "text/plain; charset=UTF-8"
        for spelling in (CFG.upper(), f"/{CFG}"):
            assert parameters(way(phone, spelling)) == parameters(reply)


FAMILIES = list({model.family: model for model in phone_models()}.values())
TOLD = [model for model in FAMILIES if has_form(model.family)]


def make(portal: Portal, model: PhoneModel) -> str:
    """A phone of that model with a line of the user 200; its serial number."""
    serial = SECOND if "12" in model.serial_pattern else "0004f2aabb96000"
    make_phone(portal, serial, model.model_id)
    assert portal.post(f"api/phones/{serial}/lines", {"user": "200"}).status_code == 200
    return serial


@pytest.mark.parametrize("model", TOLD, ids=lambda m: m.family)
def test_phones_of_every_family_get_all_their_files_and_no_other(portal: Portal, phone: Fetching, model: PhoneModel):
    serial = make(portal, model)
    own = phone.learn(serial)
    names = profile_names(serial, model.family, model.version_or_default(None))
    assert names == portal.read(f"api/phones/{serial}/provisioning")["files"]
    texts = [own.by_url(name).text for name in names]
    assert [own.by_password(name).text for name in names] == texts
    for said in (SIP_PASSWORD, own.credential.secret, own.credential.user, own.credential.password):
        assert any(said in text for text in texts), said
    for other in (CFG, "none.cfg", "..%2Fsecret.key", "%00"):
        assert own.by_url(other).status_code == own.by_password(other).status_code == 404


@pytest.mark.parametrize("model", [model for model in FAMILIES if model not in TOLD][:3], ids=lambda m: m.family)
def test_phones_without_a_form_are_told_so(portal: Portal, phone: Fetching, model: PhoneModel):
    serial = make(portal, model)
    reply = phone.learn(serial).by_url(f"{serial}.cfg")
    assert (reply.status_code, "configured by hand" in reply.text) == (404, True)
    assert portal.read(f"api/phones/{serial}/provisioning")["files"] == []


def test_what_all_phones_of_a_vendor_ask_for_is_the_asking_phones_own(portal: Portal, phone: Fetching):
    serial = make(portal, next(model for model in TOLD if model.family == "polycom"))
    own = phone.learn(serial)
    for name in ("000000000000.cfg", "000000000000-directory.xml", f"{serial}-directory.xml"):
        assert own.by_url(name).status_code == own.by_password(name).status_code == 200, name
        assert phone.by_url(name).status_code == 404


def test_a_file_says_where_the_next_one_is(phone: Fetching, portal: Portal, configure):
    found = parameters(phone.by_url(base_url="https://pbx.example:8900"))
    own = f"https://pbx.example:8900/provision/{phone.credential.secret}/"
    assert found["auto_provision.server.url"] == found["static.auto_provision.server.url"] == own
    assert found["auto_provision.server.username"] == SERIAL
    assert found["auto_provision.server.password"] == phone.credential.password
    shown = portal.read(f"api/phones/{SERIAL}/provisioning", base_url="https://pbx.example:8900")
    assert (shown["url"], shown["sharedUrl"]) == (own, "https://pbx.example:8900/provision/")
    assert (shown["userName"], shown["password"]) == (SERIAL, phone.credential.password)
    configure(PBX_PROVISION_URL="https://phones.example/pbx/")
    found = parameters(phone.by_url())
    assert found["auto_provision.server.url"] == f"https://phones.example/pbx/provision/{phone.credential.secret}/"
    path = "upgrade/autoprovision/auto_provision.server.url"
    set_value(portal, f"api/phones/{SERIAL}/settings/{path}", "https://elsewhere.example/")
    assert parameters(phone.by_url())["auto_provision.server.url"] == "https://elsewhere.example/"


def test_an_administrators_own_address_goes_into_no_file(phone: Fetching, portal: Portal, configure):
    path = f"rest/phone/{SERIAL}/profile/{CFG}"
    assert phone.credential.secret not in portal.get(path).text
    configure(PBX_PROVISION_URL="https://phones.example")
    assert f"https://phones.example/provision/{phone.credential.secret}/" in portal.get(path).text


@pytest.mark.parametrize("way", [Fetching.by_url, Fetching.by_password])
def test_head_is_a_get_without_the_file(phone: Fetching, way):
    got, head = way(phone), way(phone, method="HEAD")
    assert (head.status_code, head.data) == (200, b"")
    assert head.content_length == len(got.data)


@pytest.mark.parametrize("way", [Fetching.by_url, Fetching.by_password])
@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE", "PATCH"])
def test_nothing_is_taken(phone: Fetching, way, method):
    reply = way(phone, f"{SERIAL}-app.log", method=method, data=b"x" * 100_000)
    assert reply.status_code == 405
    assert set(reply.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}
    assert reply.content_type.startswith("text/plain")


def test_a_get_has_no_body(phone: Fetching):
    assert phone.by_url(data=b"x").status_code == 413


def test_a_get_writes_nothing(phone: Fetching):
    before = dump()
    for way in (phone.by_url, phone.by_password):
        assert way().status_code == 200
    assert phone.by_url("none.cfg").status_code == 404
    assert dump() == before
    with holding(volatile):
        assert phone.by_url().status_code == 200


def test_it_opens_nothing_else(app, phone: Fetching):
    """As whatever an API takes for a log-in."""
    secret, password = phone.credential.secret, phone.credential.password
    for given in (secret, password):
        assert Crm(app.test_client(), given).get("extensions/list").status_code == 401
        assert Portal(app.test_client(), SERIAL, given).get("rest/my/callfwd").status_code == 401
        assert Portal(app.test_client(), "200", given).get("rest/my/callfwd").status_code == 401
    assert phone.by_password(auth=(SERIAL, secret)).status_code == 401
    assert phone.by_password(auth=("200", WEB_PASSWORD)).status_code == 401
    assert phone.http.get(f"/provision/{password}/{CFG}").status_code == 404


def test_a_phone_gets_no_other_phones_file(phone: Fetching, portal: Portal):
    make_phone(portal, SECOND, YEALINK)
    other = phone.learn(SECOND)
    for way in (phone.by_url, phone.by_password):
        assert way(f"{SECOND}.cfg").status_code == 404
    assert phone.by_password(auth=(SERIAL, other.credential.password)).status_code == 401
    assert phone.by_password(auth=(SECOND, phone.credential.password)).status_code == 401


def test_the_same_phone_of_two_tenants_gets_the_file_of_whose_password_it_has(phone: Fetching):
    theirs = other_tenant()
    devices.phone(SERIAL, theirs, model_id=YEALINK)
    own = Fetching(phone.http, credentials.show(theirs, SERIAL))
    assert SIP_PASSWORD in phone.by_password().text
    assert own.by_password().status_code == 200
    assert SIP_PASSWORD not in own.by_password().text
    tenants.update(theirs, {"enabled": False})
    assert (own.by_password().status_code, own.by_url().status_code) == (401, 404)


@pytest.mark.parametrize("spelling", ["00:04:F2:AA:BB:95", "00-04-f2-aa-bb-95", "0004F2AABB95"])
def test_a_mac_address_is_written_in_many_ways(phone: Fetching, spelling):
    assert phone.by_password(auth=(spelling, phone.credential.password)).status_code == 200


def test_an_unknown_phone_and_a_wrong_password_are_alike(phone: Fetching, statements):
    seen = set()
    for user, password in (
        (SERIAL, "wrong"),
        (SECOND, "wrong"),
        (SECOND, phone.credential.password),
        ("", "wrong"),
        ("nobody", phone.credential.secret),
    ):
        statements.clear()
        reply = phone.by_password(auth=(user, password))
        headers = {name: text for name, text in reply.headers if name != "X-Request-ID"}
        seen.add((reply.status_code, reply.text, str(headers), tuple(statements)))
    assert len(seen) == 1
    assert reply.status_code == 401
    assert reply.headers["WWW-Authenticate"] == 'Basic realm="Files of phones", charset="UTF-8"'
    assert reply.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("header", ["", "Basic", "Basic ===", "Bearer x", "Digest username=x", "Basic \xff"])
def test_who_says_nothing_is_asked(phone: Fetching, header):
    for _ in range(20):  # which is no failure
        reply = phone.http.get(f"/provision/{CFG}", headers={"Authorization": header} if header else {})
        assert reply.status_code == 401
        assert reply.headers["WWW-Authenticate"].startswith("Basic ")


def test_a_secret_that_fits_nothing_is_a_file_that_is_not_there(phone: Fetching):
    wrong, other = phone.http.get(f"/provision/{'0' * 32}/{CFG}"), phone.by_url("none.cfg")
    assert (
        (wrong.status_code, wrong.content_type) == (other.status_code, other.content_type) == (404, other.content_type)
    )
    assert phone.http.get(f"/provision/{phone.credential.secret.lower()}/{CFG}").status_code == 404


def test_failures_are_counted_by_phone_and_by_address(phone: Fetching, configure):
    configure(PBX_LOGIN_FAILURES="3", PBX_LOGIN_FAILURES_ADDRESS="8")
    spellings = ("00:04:F2:AA:BB:95", SERIAL, SERIAL.upper(), SERIAL)
    assert [phone.by_password(auth=(user, "wrong")).status_code for user in spellings] == [401, 401, 401, 429]
    assert int(phone.by_password().headers["Retry-After"]) > 0  # also to the right one, from there
    assert phone.by_url().status_code == 200
    wrong = [phone.http.get(f"/provision/{number:032X}/{CFG}").status_code for number in range(6)]
    assert wrong == [404] * 5 + [429]
    assert phone.by_url().status_code == 429
    configure(PBX_LOGIN_FAILURES="3", PBX_LOGIN_FAILURES_ADDRESS="8", PBX_PROVISION_PLAIN="true")
    assert phone.by_url(**AFAR).status_code == phone.by_password(**AFAR).status_code == 200


def test_a_phone_with_an_old_secret_keeps_no_other_out(phone: Fetching):
    """Phones of one office share an address, and a phone that was removed goes on asking."""
    for _ in range(50):
        phone.http.get(f"/provision/{'0' * 32}/{CFG}")
    assert phone.by_url().status_code == 200


@pytest.mark.parametrize(
    ("peer", "headers", "status"),
    [
        ("127.0.0.1", {}, 200),
        ("::1", {}, 200),
        ("198.51.100.7", {}, 403),
        # Whoever is no trusted proxy says what he likes.
        ("198.51.100.7", {"X-Forwarded-Proto": "https"}, 403),
        ("198.51.100.7", {"X-Forwarded-For": "127.0.0.1"}, 403),
        # A proxy of this machine that nobody trusts may have taken it from any network.
        ("127.0.0.1", {"X-Forwarded-For": "198.51.100.7"}, 403),
        ("127.0.0.1", {"X-Forwarded-Proto": "https"}, 403),
        ("127.0.0.1", {"Via": "1.1 proxy"}, 403),
        (PROXY, {"X-Forwarded-For": "198.51.100.7", "X-Forwarded-Proto": "https"}, 200),
        (PROXY, {"X-Forwarded-For": "198.51.100.7", "X-Forwarded-Proto": "HTTPS, https"}, 200),
        (PROXY, {"X-Forwarded-For": "198.51.100.7", "X-Forwarded-Proto": "http"}, 403),
        (PROXY, {"X-Forwarded-For": "198.51.100.7", "X-Forwarded-Proto": "https, http"}, 403),
        (PROXY, {"X-Forwarded-For": "198.51.100.7"}, 403),
        (PROXY, {"X-Forwarded-For": "198.51.100.7", "X-Forwarded-SSL": "on"}, 403),
        (PROXY, {"X-Forwarded-For": "127.0.0.1"}, 200),
        (PROXY, {}, 403),
    ],
)
def test_files_are_given_where_nobody_reads_along(phone: Fetching, configure, peer, headers, status):
    for plain in ("false", "true"):
        configure(PBX_TRUSTED_PROXIES=PROXY, PBX_PROVISION_PLAIN=plain)
        options: dict[str, Any] = {"headers": headers, "environ_base": {"REMOTE_ADDR": peer}}
        for reply in (phone.by_url(**options), phone.by_password(**options)):
            assert reply.status_code == (200 if plain == "true" else status)
            assert (SIP_PASSWORD in reply.text) is (reply.status_code == 200)


def test_tls_of_the_server_itself_is_enough(phone: Fetching):
    assert phone.by_url(base_url="https://pbx.example", **AFAR).status_code == 200


def test_over_plain_http_nothing_is_tried(phone: Fetching, statements):
    for secret in (phone.credential.secret, "0" * 32):
        assert phone.http.get(f"/provision/{secret}/{CFG}", **AFAR).status_code == 403
    assert phone.by_password(**AFAR).status_code == 403
    assert statements == []


def test_a_removed_phones_credential_opens_nothing(phone: Fetching, portal: Portal):
    assert portal.delete(f"api/phones/{SERIAL}").status_code == 200
    assert (phone.by_url().status_code, phone.by_password().status_code) == (404, 401)


def test_phones_that_are_added_together_each_have_one(phone: Fetching):
    given = [{"serial": f"0004f2bb000{number}", "model": YEALINK} for number in range(3)]
    phones.add_many(HOME, [*given, given[0]])
    secrets = set()
    for item in given:
        own = phone.learn(item["serial"])
        secrets.add(own.credential.secret)
        assert own.by_url(f"{item['serial']}.cfg").status_code == 200
    assert len(secrets) == 3


def test_a_key_that_is_missing_is_said(phone: Fetching, monkeypatch):
    monkeypatch.setattr(keyring, "_keys", {})
    reply = phone.by_url()
    assert reply.status_code == 503
    assert int(reply.headers["Retry-After"]) > 0


def test_a_fetch_costs_a_constant_number_of_statements(phone: Fetching, portal: Portal, statements):
    costs = []
    for count in (1, 10):
        for _ in range(count):
            portal.post(f"api/phones/{SERIAL}/lines", {"user": "200"})
        statements.clear()
        assert phone.by_url().status_code == 200
        costs.append(len(statements))
    assert costs[0] == costs[1] < 20


def test_a_host_that_is_no_name_stays_a_value(phone: Fetching):
    for host in ('a">\n<x', "a b", "[", "a:b:c", "ä.example", "x" * 5_000, ""):
        reply = phone.by_url(environ_overrides={"HTTP_HOST": host})
        assert reply.status_code in {200, 400}, host
        assert "\n<x" not in reply.text


def test_a_password_that_is_no_text_is_refused(phone: Fetching):
    for raw in (b"\xff:\xfe", b"nothing", b":", f"{SERIAL}:ä".encode("latin-1")):
        proof = base64.b64encode(raw).decode()
        assert phone.http.get(f"/provision/{CFG}", headers={"Authorization": f"Basic {proof}"}).status_code == 401


def test_the_log_says_which_phone_asked_or_was_meant(phone: Fetching, portal: Portal, lines: Lines):
    make_phone(portal, SECOND, YEALINK)
    theirs = devices.phone(SERIAL, other_tenant(), model_id=YEALINK)
    for ask in (
        phone.by_url,
        phone.by_password,
        lambda: phone.by_password(auth=("00:04:F2:AA:BB:96", "wrong")),
        lambda: phone.by_password(auth=(SERIAL, "wrong")),
        lambda: phone.by_password(auth=("0004f2000000", "wrong")),
        lambda: phone.http.get(f"/provision/{'0' * 32}/{CFG}"),
        lambda: portal.get(f"api/phones/{SECOND}/provisioning"),
        lambda: portal.put(f"api/phones/{SECOND}/provisioning/rotate"),
    ):
        ask()
    told = [(line["actor"], line["actor_id"], line["object"], line.get("account")) for line in lines[-8:]]
    assert told == [
        ("phone", 1, 1, None),
        ("phone", 1, 1, None),
        (None, None, None, "phone 2"),
        (None, None, None, f"phone 1, phone {theirs}"),
        (None, None, None, "unknown"),
        (None, None, None, "unknown"),
        ("administrator", 1, 2, None),
        ("administrator", 1, 2, None),
    ]
    assert [line["tenant"] for line in lines[-8:-6]] == [HOME, HOME]
