"""Who may ask under `/engine`, and what is answered to a look-up of a user."""

import hashlib
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from portsip_api import settings
from portsip_api.pbx.calls import sip_accounts
from portsip_api.pbx.media import prompts
from portsip_api.pbx.trunks import dial_plan, dialling_rules
from portsip_api.pbx.upkeep import measures
from portsip_api.switch.freeswitch import access, recorded
from portsip_api.switch.freeswitch.documents import NOT_FOUND
from tests.audio import check_plays, wav
from tests.crm import SIP_PASSWORD, WEB_PASSWORD
from tests.pbx.devices.devices import gateway
from tests.sipxcom.portal import Portal
from tests.sipxcom.uploads import upload

DIRECTORY = "/engine/freeswitch/directory"
FREESWITCH = {"PBX_SWITCH": "freeswitch"}


@pytest.fixture
def ask(app, configure):
    """A function that posts a look-up as the engine does."""
    configure(**FREESWITCH)
    access.make()
    measures.note_engine(registrations=0, on_call=0, lag=0)
    secret = settings.current().switch_secret_path.read_text().strip()
    http = app.test_client()

    def post(path=DIRECTORY, password=secret, address="127.0.0.1", headers=(), **form):
        return http.post(
            path, data=form, auth=("freeswitch", password), headers=headers, environ_base={"REMOTE_ADDR": address}
        )

    return post


def look_up(number="1000", domain="pbx.local", **more):
    return {"section": "directory", "action": "sig_auth", "user": number, "domain": domain, **more}


def log_in(number="1000", ip="192.0.2.1", **more):
    return look_up(number, **{"action": "sip_auth", "ip": ip, **more})


def values(document, name):
    return {one.get("name"): one.get("value") for one in ET.fromstring(document).iter(name)}


def test_without_such_an_engine_there_is_nothing(app):
    reply = app.test_client().post(DIRECTORY, auth=("freeswitch", "x"), data=look_up())
    assert (reply.status_code, reply.text) == (404, "Not Found\n")


def test_only_the_engine_may_ask_and_only_from_where_it_is(ask, configure):
    assert ask(**look_up()).status_code == 200
    assert ask(address="::ffff:127.0.0.1", **look_up()).status_code == 200
    assert ask(address="192.0.2.1", **look_up()).status_code == 403
    assert ask(address="", **look_up()).status_code == 403
    for header in ("X-Forwarded-For", "Forwarded", "Via", "X-Real-IP"):
        assert ask(headers=[(header, "127.0.0.1")], **look_up()).status_code == 403
    for wrong in ("", "wrong", "w\u00f6rng"):
        reply = ask(password=wrong, **look_up())
        assert (reply.status_code, reply.headers["WWW-Authenticate"]) == (401, 'Basic realm="SIP engine"')


def test_networks_are_those_of_the_settings(ask, configure):
    assert ask(address="10.1.2.3", **look_up()).status_code == 403
    configure_networks = settings.load(
        {"PBX_DATA_DIR": str(settings.current().data_path), **FREESWITCH, "PBX_SWITCH_NETWORKS": "10.0.0.0/8"}
    )
    settings.use(configure_networks)
    assert ask(address="10.1.2.3", **look_up()).status_code == 200
    assert ask(address="127.0.0.1", **look_up()).status_code == 403


def test_a_server_without_its_secret_lets_nobody_in(ask):
    settings.current().switch_secret_path.write_text("\n")
    assert ask(password="", **look_up()).status_code == 503
    settings.current().switch_secret_path.unlink()
    assert ask(password="", **look_up()).status_code == 503


def test_other_methods_and_places_are_refused_in_plain_words(ask, app):
    reply = app.test_client().get(DIRECTORY)
    assert (reply.status_code, set(reply.headers["Allow"].split(", "))) == (405, {"OPTIONS", "POST"})
    assert ask("/engine/freeswitch/none").status_code == 404
    assert ask(user="x" * (300 << 10)).status_code == 413


def test_a_user_is_shown_with_a_hash_and_never_with_a_password(ask, admin):
    admin.make_extension("1000", profile={"first_name": "Ann \"<&'", "last_name": "Bee"})
    reply = ask(**log_in())
    assert reply.content_type == "text/xml; charset=UTF-8"
    assert reply.headers["Cache-Control"] == "no-store"
    ha1 = hashlib.md5(f"1000:pbx.local:{SIP_PASSWORD}".encode()).hexdigest()
    assert values(reply.text, "param")["a1-hash"] == ha1
    assert values(reply.text, "variable") == {
        "user_context": "pbx.local",
        "effective_caller_id_name": "Ann & Bee",
        "effective_caller_id_number": "1000",
    }
    assert SIP_PASSWORD not in reply.text
    (user,) = ET.fromstring(reply.text).iter("user")
    assert user.get("id") == "1000"
    assert user.get("cacheable") == "true"


def test_who_holds_is_heard_with_music_of_their_own(ask, admin, app):
    admin.make_extension("1000")
    user = Portal(app.test_client(), "1000", WEB_PASSWORD)
    source = "api/my/moh/settings/moh/audio-source"
    assert user.put(source, "PERSONAL_FILES_SRC", type="text/plain").status_code == 200
    assert "hold_music" not in values(ask(**log_in()).text, "variable")  # there is none yet
    recorded.make_folder()
    assert upload(user, "api/my/moh/prompts", ("b.wav", wav(0.25)), ("a.wav", wav(0.5))).status_code == 200
    for document in (ask(**log_in()).text, ask(**look_up()).text):
        scheme, _, files = values(document, "variable")["hold_music"].partition("://")
        assert (scheme, len(files.split("!"))) == ("file_string", 2)
        for file, seconds in zip(files.split("!"), (0.5, 0.25), strict=True):
            check_plays(Path(file).read_bytes(), seconds)
    assert user.delete(source).status_code == 200
    assert "hold_music" not in values(ask(**log_in()).text, "variable")


def test_who_holds_without_music_of_their_own_is_heard_with_that_of_the_tenant_or_none(ask, admin, app):
    admin.make_extension("1000")
    recorded.make_folder()
    prompts.add(1, "moh", "calm.wav", wav(0.5))

    def heard(document):
        return values(document.text, "variable").get("hold_music")

    tenants = heard(ask(**look_up()))
    check_plays(Path(tenants).read_bytes(), 0.5)
    for method in ("INVITE", "REGISTER"):  # whichever comes first is kept
        assert heard(ask(**log_in(sip_auth_method=method))) == tenants
    user = Portal(app.test_client(), "1000", WEB_PASSWORD)
    assert user.put("api/my/moh/settings/moh/audio-source", "NONE", type="text/plain").status_code == 200
    assert heard(ask(**look_up())) == "silence_stream://-1"


def test_nobody_else_is_found(ask, admin):
    admin.make_extension("1000")
    assert ask(**log_in("1001")).text == NOT_FOUND
    assert ask(**log_in(domain="other.local")).text == NOT_FOUND
    assert ask(**log_in("")).text == NOT_FOUND
    assert ask(purpose="gateways", profile="phones").text == NOT_FOUND
    assert ask(**log_in("1000' OR '1'='1")).text == NOT_FOUND
    admin.do("extensions/update", extension_number="1000", options={"enable_extension": False})
    assert ask(**log_in()).text == NOT_FOUND


def test_users_of_a_disabled_tenant_are_not_found(ask, admin):
    made = admin.do("account/create", name="firm", domain="firm.local", password="a tenant's secret")
    admin.make_extension("1000", tenant_id=made["id"])
    assert ask(**log_in(domain="firm.local")).text != NOT_FOUND
    assert ask(**log_in(domain="FIRM.local")).text != NOT_FOUND
    admin.do("account/update", id=made["id"], enabled=False)
    assert ask(**log_in(domain="firm.local")).text == NOT_FOUND


def test_an_address_that_guessed_too_often_is_given_no_account(ask, admin, time):
    admin.make_extension("1000")
    admin.make_extension("1001")
    for _ in range(settings.current().login_failures):
        assert ask(**log_in()).text != NOT_FOUND
        sip_accounts.refused("1000", "pbx.local", "192.0.2.1")
    assert ask(**log_in()).text == NOT_FOUND
    assert ask(**log_in(ip="192.0.2.2")).text != NOT_FOUND  # nobody locks others out
    assert ask(**log_in("1001")).text != NOT_FOUND
    assert ask(**look_up()).text != NOT_FOUND  # it can still be called
    for guess in range(settings.current().login_failures_address):
        sip_accounts.refused(str(2_000 + guess), "pbx.local", "192.0.2.1")
    assert ask(**log_in("1001")).text == NOT_FOUND
    time.pass_seconds(settings.current().login_window + 1)
    assert ask(**log_in()).text != NOT_FOUND


def kept(document):
    """Whether the engine may keep the user of a document."""
    (user,) = ET.fromstring(document.text).iter("user")
    return user.get("cacheable") == "true"


def test_a_user_may_not_be_kept_while_somebody_guesses_from_wherever(ask, admin, time):
    admin.make_extension("1000")
    admin.make_extension("1001")
    assert kept(ask(**log_in()))
    assert kept(ask(**look_up()))
    assert sip_accounts.refused("1000", "PBX.local", "192.0.2.9") == [("1000", "pbx.local")]
    time.pass_seconds(settings.current().login_window - 1)
    sip_accounts.refused("1000", "pbx.local", "192.0.2.8")
    time.pass_seconds(settings.current().login_window - 1)  # the window of the first guess has passed
    assert not kept(ask(**log_in()))
    assert not kept(ask(**look_up()))
    assert kept(ask(**log_in("1001")))
    time.pass_seconds(2)
    assert kept(ask(**log_in()))


def test_who_has_guessed_too_often_keeps_a_user_from_being_kept(ask, admin, time):
    admin.make_extension("1000")
    for guess in range(settings.current().login_failures_address):
        sip_accounts.refused(str(2_000 + guess), "pbx.local", "192.0.2.1")
    sip_accounts.refused("1000", "pbx.local", "192.0.2.1")  # which the engine has judged alone
    assert not kept(ask(**log_in(ip="192.0.2.2")))


def test_nobody_is_kept_while_the_engine_could_not_be_told_of_changes(ask, admin):
    admin.make_extension("1000")
    measures.note_no_engine()
    assert not kept(ask(**log_in()))
    measures.note_engine(registrations=0, on_call=0, lag=0)
    assert kept(ask(**log_in()))


def test_nobody_is_forgotten_who_is_not_there(ask, admin):
    for number, domain in (("9999", "pbx.local"), ("1000", "no such\ndomain"), ("", ""), ("1", "0" * 9_999)):
        assert sip_accounts.refused(number, domain, "192.0.2.1") == []


@pytest.mark.parametrize(("number", "domain"), [("1", "000pbx.local"), ("1000pbx", ".local"), ("1000p", "bx.local")])
def test_who_parts_number_and_domain_elsewhere_guesses_at_whom_the_engine_keeps_by_both(ask, admin, number, domain):
    admin.make_extension("1000")
    for _ in range(settings.current().login_failures):
        assert sip_accounts.refused(number, domain, "192.0.2.1") == [("1000", "pbx.local")]
    assert not kept(ask(**log_in(ip="192.0.2.2")))
    assert ask(**log_in()).text == NOT_FOUND


def test_a_user_is_kept_by_what_nobody_else_is_found_by(ask, admin):
    """FreeSWITCH keeps users by `id`, the number and the domain, with nothing between them."""
    made = admin.do("account/create", name="firm", domain="1pbx.local", password="a tenant's secret")
    admin.make_extension("1000", tenant_id=made["id"])
    assert kept(ask(**look_up(domain="1pbx.local")))
    admin.make_extension("10001")
    assert not kept(ask(**look_up(domain="1pbx.local")))
    assert not kept(ask(**look_up("10001")))
    admin.do("extensions/destroy", extension_number="10001")
    assert kept(ask(**look_up(domain="1pbx.local")))


def test_who_writes_the_domain_in_other_letters_is_not_kept_beside_it(ask, admin):
    admin.make_extension("1000")
    assert not kept(ask(**look_up(domain="PBX.local")))


@pytest.mark.parametrize(
    ("password", "is_kept"),
    [
        ("Kq7wLm2xVt8", True),
        ("correct horse battery", True),
        ("91827364554637281902", True),
        ("äöüßáéíó", False),
        ("äöüßáéíóúñ", True),
        ("secret12", False),
        ("1234567890123456", False),
        ("aaaaaaaaaaaaaaaaaaaa", False),
    ],
)
def test_a_password_that_may_be_found_by_trying_is_judged_here(ask, admin, password, is_kept):
    admin.make_extension("1000", password=password)
    assert kept(ask(**log_in())) == is_kept


def subscribing(password, method="SUBSCRIBE", number="1000", more=True, **form):
    """What the engine asks when somebody subscribes, with a proof that is made with a password."""
    ha1 = hashlib.md5(f"{number}:pbx.local:{password}".encode()).hexdigest()
    of_request = hashlib.md5(f"{method}:sip:1001@pbx.local".encode()).hexdigest()
    quality = {"sip_auth_nc": "00000001", "sip_auth_cnonce": "c", "sip_auth_qop": "auth"} if more else {}
    parts = [ha1, "n", *quality.values(), of_request]
    response = hashlib.md5(":".join(parts).encode()).hexdigest().upper()
    said = {"sip_auth_method": method, "sip_auth_uri": "sip:1001@pbx.local", "sip_auth_nonce": "n"}
    return log_in(number, **said, sip_auth_response=response, **quality, **form)


@pytest.mark.parametrize("more", [True, False])
def test_a_proof_of_which_the_engine_tells_nobody_is_judged_here(ask, admin, time, more):
    admin.make_extension("1000")
    assert kept(ask(**subscribing(SIP_PASSWORD, more=more)))
    for _ in range(settings.current().login_failures):
        assert not kept(ask(**subscribing("wrong", more=more)))
    assert ask(**subscribing(SIP_PASSWORD, more=more)).text == NOT_FOUND  # too many have failed
    assert ask(**log_in()).text == NOT_FOUND
    assert not kept(ask(**log_in(ip="192.0.2.2")))
    time.pass_seconds(settings.current().login_window + 1)
    assert kept(ask(**subscribing(SIP_PASSWORD, more=more)))


def test_names_that_nobody_has_are_counted_where_the_engine_tells_nobody_too(ask, admin, configure):
    admin.make_extension("1000")
    for guess in range(settings.current().login_failures_address):
        assert ask(**subscribing("wrong", "MESSAGE", str(2_000 + guess))).text == NOT_FOUND
    assert ask(**log_in()).text == NOT_FOUND


@pytest.mark.parametrize("method", ["REGISTER", "INVITE"])
def test_a_proof_of_which_the_engine_tells_is_counted_once(ask, admin, method):
    admin.make_extension("1000")
    for _ in range(settings.current().login_failures + 1):
        assert kept(ask(**subscribing("wrong", method)))


def way_out(name, **fields):
    """A gateway that is in use."""
    return gateway(name, enabled=True, address="192.0.2.7", **fields)


def help_over(*gateways, **fields):
    """A rule for emergencies that gateways carry."""
    rule = dial_plan.create(1, {"name": "help", "enabled": True, "kind": "EMERGENCY", **fields}, lambda *_: 0)
    for gateway_id in gateways:
        dialling_rules.join(1, rule, gateway_id)
    return rule


def test_a_user_that_is_kept_has_the_ways_of_emergency_numbers(ask, admin):
    admin.make_extension("1000", options={"outbound_caller_id": "+49305551"})
    first, second = way_out("a", display_name="Firm, ${system(id)}"), way_out("b", anonymous=True)
    help_over(first, second, emergency_number="112", optional_prefix="*9")
    found = values(ask(**log_in()).text, "variable")
    numbers = {name: text for name, text in found.items() if name.startswith("pbx_emergency_")}
    ways = numbers.pop("pbx_emergency_way0")
    assert numbers.pop("pbx_emergency_id0") == "+49305551"
    assert numbers == dict.fromkeys(("pbx_emergency_112", "pbx_emergency_*9112", "pbx_emergency_sos"), "0")
    assert [leg.rpartition("]")[2] for leg in ways.split("|")] == [
        f"sofia/gateway/t1-g{first}/112",
        f"sofia/gateway/t1-g{second}/112",
    ]
    assert "$" not in ways
    assert "system" in ways  # as a word
    sip_accounts.refused("1000", "pbx.local", "192.0.2.9")
    assert "pbx_emergency_way0" not in values(ask(**log_in()).text, "variable")  # who is not kept needs none


def test_a_user_costs_few_statements(ask, admin, statements):
    admin.make_extension("1000")

    def cost():
        ask(**log_in())  # once, for what is kept in memory
        statements.clear()
        assert kept(ask(**log_in()))
        return len(statements)

    assert cost() <= 9
    help_over(way_out("a"), way_out("b"), emergency_number="112", optional_prefix="0")
    with_help = cost()
    assert with_help <= 13
    for number in range(1_001, 1_051):
        admin.make_extension(str(number))
        way_out(str(number))
    assert cost() == with_help


def test_guesses_at_phones_and_at_the_api_are_counted_together(ask, admin, crm):
    admin.make_extension("1000")
    for _ in range(settings.current().login_failures):
        sip_accounts.refused("1000", "pbx.local", "127.0.0.1")
    reply = crm.post("account/credentials/verify", username="1000@pbx.local", password="wrong")
    assert reply.status_code == 429
