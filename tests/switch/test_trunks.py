"""Gateways as FreeSWITCH is told of them, and what it is told when one has changed."""

import re
import threading
from xml.etree import ElementTree as ET

import pytest

from portsip_api import settings, switch
from portsip_api.pbx.errors import SwitchUnavailable
from portsip_api.pbx.trunks import gateways, names, sip_trunks
from portsip_api.pbx.trunks.states import TrunkState
from portsip_api.pbx.upkeep import measures
from portsip_api.switch.freeswitch import access, trunks
from portsip_api.switch.freeswitch.documents import NOT_FOUND
from portsip_api.switch.freeswitch.engine import FreeSwitch
from tests.crm import ADMIN_PASSWORD
from tests.sipxcom.portal import Portal
from tests.switch.event_server import serving

TRUNK = {"model_id": "sipTrunkStandard", "enabled": True, "address": "192.0.2.7"}


@pytest.fixture
def ask(app, configure):
    """A function that asks for a file of the configuration as the engine does."""
    configure(PBX_SWITCH="freeswitch", PBX_TRUNK_PORT="5099", PBX_SERVER_ADDRESS="192.0.2.1")
    access.make()
    secret = settings.current().switch_secret_path.read_text().strip()

    def post(name):
        form = {"section": "configuration", "key_value": name}
        reply = app.test_client().post("/engine/freeswitch/configuration", data=form, auth=("freeswitch", secret))
        assert reply.status_code == 200
        return reply.text

    return post


@pytest.fixture
def portal(app, admin):
    """An administrator's."""
    return Portal(app.test_client(), "superadmin", ADMIN_PASSWORD)


def trunk(name="trunk", tenant_id=1, **fields):
    return gateways.create(tenant_id, {**TRUNK, "name": name, **fields})


def parameters(document, kind, name):
    found = ET.fromstring(document).find(f".//{kind}[@name='{name}']")
    return None if found is None else {one.get("name"): one.get("value") for one in found.iter("param")}


def listed(document):
    return [one.get("cidr") for one in ET.fromstring(document).iter("node")]


def test_the_engine_has_a_profile_for_phones_and_one_for_gateways(ask):
    document = ask("sofia.conf")
    phones, trunks = (parameters(document, "profile", name) for name in ("phones", "trunks"))
    assert (phones["sip-ip"], phones["sip-port"], phones["auth-calls"]) == ("192.0.2.1", "5060", "true")
    assert (trunks["sip-ip"], trunks["sip-port"], trunks["context"]) == ("192.0.2.1", "5099", "from-trunk")
    assert (trunks["apply-inbound-acl"], trunks["auth-calls"], trunks["auth-calls-acl-only"]) == (
        "trunks",
        "true",
        "true",
    )
    assert trunks["disable-register"] == "true"
    assert "apply-inbound-acl" not in phones
    assert ask("modules.conf") == ask("") == NOT_FOUND


def test_a_gateway_is_told_with_its_account(ask, portal):
    id_ = trunk(address_port=5070, address_transport="tcp", outbound_address="192.0.2.8", outbound_port=5080)
    account = f"api/gateways/{id_}/settings/itsp-account"
    for name, value in (("user-name", "firm"), ("authentication-user-name", "login"), ("password", 'a"<&>$${x}'),
                        ("register-on-initialization", "true"), ("registration-interval", "120"),
                        ("itsp-registrar-address", "192.0.2.9")):  # fmt: skip
        assert portal.put(f"{account}/{name}", value, type="text/plain").status_code == 200
    told = parameters(ask("sofia.conf"), "gateway", f"t1-g{id_}")
    context = told.pop("context")
    assert re.fullmatch(r"from-trunk\.[0-9a-f]{16}", context)
    assert told == {
        "proxy": "192.0.2.7:5070", "outbound-proxy": "192.0.2.8:5080;transport=tcp",
        "register-proxy": "192.0.2.9;transport=tcp",
        "from-domain": "192.0.2.7", "register-transport": "tcp", "register": "true", "expire-seconds": "120",
        "username": "firm", "auth-username": "login", "password": 'a"<&>$${x}', "caller-id-in-from": "true",
        "extension": "auto_to_user", "ping": "25", "retry-seconds": "30",
    }  # fmt: skip
    assert listed(ask("acl.conf")) == ["192.0.2.7/32", "192.0.2.8/32", "192.0.2.9/32"]
    portal.put(f"{account}/password", "another", type="text/plain")
    assert parameters(ask("sofia.conf"), "gateway", f"t1-g{id_}")["context"] != context


def test_a_gateway_without_an_account_does_not_register(ask):
    id_ = trunk(address="2001:db8::1", address_port=5070)
    told = parameters(ask("sofia.conf"), "gateway", f"t1-g{id_}")
    assert (told["proxy"], told["register"], told["from-domain"]) == ("[2001:db8::1]:5070", "false", "[2001:db8::1]")
    assert "username" not in told
    assert listed(ask("acl.conf")) == ["2001:db8::1/128"]


@pytest.mark.parametrize(
    "fields",
    [
        {"enabled": False},
        {"address": None},
        {"address": "a;b"},
        {"address": "${x}"},
        {"address_transport": "tls"},
        {"outbound_address": "ab?c"},
    ],
)
def test_what_the_engine_cannot_use_it_is_not_told(ask, admin, fields):
    id_ = trunk(**fields)
    assert parameters(ask("sofia.conf"), "gateway", f"t1-g{id_}") is None
    assert listed(ask("acl.conf")) == []
    assert [found for found, _ in sip_trunks.problems()] == ([id_] if fields.get("enabled", True) else [])


def test_one_that_is_to_register_without_a_password_is_not_told(ask, portal):
    id_ = trunk()
    portal.put(f"api/gateways/{id_}/settings/itsp-account/register-on-initialization", "true", type="text/plain")
    assert parameters(ask("sofia.conf"), "gateway", f"t1-g{id_}") is None
    assert dict(sip_trunks.problems()) == {id_: "it is to register, and has no user name or no password"}
    portal.put(f"api/gateways/{id_}/settings/itsp-account/password", "x", type="text/plain")
    portal.put(f"api/gateways/{id_}/settings/itsp-account/user-name", "a>b", type="text/plain")
    assert dict(sip_trunks.problems()) == {id_: "its user name has characters that no address of SIP has"}


def test_a_gateway_over_tls_is_used_where_there_is_a_certificate(ask, configure):
    id_ = trunk(address_transport="tls", outbound_address="192.0.2.8")
    assert dict(sip_trunks.problems()) == {id_: "TLS needs PBX_SIP_CERTIFICATE_FILE"}
    assert "tls" not in parameters(ask("sofia.conf"), "profile", "trunks")
    configure(PBX_SWITCH="freeswitch", PBX_SIP_CERTIFICATE_FILE="/pbx.pem", PBX_TRUNK_TLS_PORT="5091")
    told = parameters(ask("sofia.conf"), "gateway", f"t1-g{id_}")
    assert (told["register-transport"], told["outbound-proxy"]) == ("tls", "192.0.2.8;transport=tls")
    profile = parameters(ask("sofia.conf"), "profile", "trunks")
    assert (profile["tls-sip-port"], profile["tls-verify-policy"]) == ("5091", "subjects_out")
    assert list(sip_trunks.problems()) == []


def test_phones_have_the_transports_that_were_named(ask, configure):
    named = {"PBX_SIP_TRANSPORTS": "TLS:5063,UDP:5064,WS:5065,WSS:5066,TLS:1", "PBX_SWITCH": "freeswitch"}
    configure(PBX_SERVER_ADDRESS="2001:db8::1", **named)
    phones = parameters(ask("sofia.conf"), "profile", "phones")
    assert (phones["sip-port"], phones["ws-binding"], phones["apply-candidate-acl"]) == ("5064", ":5065", "any_v6.auto")
    assert not {"tls", "wss-binding"} & phones.keys()
    configure(PBX_SIP_CERTIFICATE_FILE="/pbx.pem", **named)
    phones = parameters(ask("sofia.conf"), "profile", "phones")
    assert (phones["tls-sip-port"], phones["wss-binding"]) == ("5063", ":5066")


def test_gateways_of_all_enabled_tenants_are_told(ask, admin):
    made = admin.do("account/create", name="firm", domain="firm.local", password="a tenant's secret")["id"]
    own, theirs = trunk(), trunk(tenant_id=made)
    document = ask("sofia.conf")
    assert parameters(document, "gateway", f"t1-g{own}")
    assert parameters(document, "gateway", f"t{made}-g{theirs}")
    admin.do("account/update", id=made, enabled=False)
    assert parameters(ask("sofia.conf"), "gateway", f"t{made}-g{theirs}") is None


def test_names_are_looked_up_apart_from_requests_and_kept_while_they_cannot_be(ask, admin):
    trunk(address="sip.carrier.test")
    assert listed(ask("acl.conf")) == []
    assert names.look_up(lambda host: ["192.0.2.20", "192.0.2.21"] if host == "sip.carrier.test" else [])
    assert listed(ask("acl.conf")) == ["192.0.2.20/32", "192.0.2.21/32"]
    assert not names.look_up(lambda _: ())
    assert listed(ask("acl.conf")) == ["192.0.2.20/32", "192.0.2.21/32"]
    assert names.look_up(lambda _: ["192.0.2.22"])
    assert listed(ask("acl.conf")) == ["192.0.2.22/32"]
    gateways.destroy(1, sip_trunks.all_of_pbx()[0].gateway_id)
    assert names.look_up(lambda _: ())


class Engine:
    """FreeSWITCH as far as it knows gateways: one that is removed is gone a moment later."""

    def __init__(self, gateways):
        self.gateways = gateways
        self.asked: list[str] = []
        self._leaving: set[str] = set()

    def __call__(self, peer):
        peer.let_in()
        while lines := peer.command():
            self.asked.append(lines[0].removeprefix("api "))
            peer.reply(self._answer(self.asked[-1]).encode())

    def _answer(self, command):
        match command.split():
            case [_, "profile", "trunks", "killgw", name]:
                self._leaving.add(name)
                return "+OK gateway marked for deletion."
            case [_, "xmlstatus", "gateway"]:
                told = "".join(map(self._block, self.gateways.items()))
                self.gateways = {name: told for name, told in self.gateways.items() if name not in self._leaving}
                return f"<gateways>\n{told}</gateways>\n"
        return "+OK"

    def _block(self, gateway):
        name, (context, state, status) = gateway
        return (
            f"  <gateway>\n    <name>{name}</name>\n    <profile>trunks</profile>\n    <context>{context}</context>\n"
            f"    <state>{state}</state>\n    <status>{status}</status>\n  </gateway>\n"
        )


@pytest.fixture
def engine(monkeypatch, ask):
    """A function that makes an engine with gateways, and lets this process use it."""
    servers = []

    def make(**known):
        made = Engine({name.replace("_", "-"): told for name, told in known.items()})
        servers.append(serving(made))
        monkeypatch.setattr(access, "door", servers[-1].__enter__().door)
        monkeypatch.setattr(switch, "switch", FreeSwitch())
        return made

    yield make
    for one in servers:
        one.__exit__(None, None, None)


def context(ask, name):
    return parameters(ask("sofia.conf"), "gateway", name)["context"]


def test_what_has_changed_is_removed_and_found_again_and_the_rest_is_left_alone(ask, admin, engine):
    same, changed, new = trunk("a"), trunk("b"), trunk("c")
    there = engine(**{
        f"t1_g{same}": (context(ask, f"t1-g{same}"), "NOREG", "UP"),
        f"t1_g{changed}": ("from-trunk.old", "NOREG", "UP"),
        "t9_g9": ("from-trunk.gone", "NOREG", "UP"),
    })  # fmt: skip
    switch.switch.trunks_changed()
    assert there.asked[0] == "reloadacl"
    killed = {command.split()[-1] for command in there.asked if "killgw" in command}
    assert killed == {f"t1-g{changed}", "t9-g9"}
    assert there.asked[-1] == "sofia profile trunks rescan"
    last = max(place for place, command in enumerate(there.asked) if "xmlstatus" in command)
    assert last > max(place for place, command in enumerate(there.asked) if "killgw" in command)
    assert new


def test_what_is_as_it_should_be_is_left_alone(ask, admin, engine):
    id_ = trunk()
    there = engine(**{f"t1_g{id_}": (context(ask, f"t1-g{id_}"), "REGED", "UP")})
    switch.switch.trunks_changed()
    assert there.asked == ["reloadacl", "sofia xmlstatus gateway"]


def test_the_engine_is_told_of_each_change_over_the_api(ask, portal, engine):
    there = engine()
    body = {"name": "x", "enabled": True, "model": {"modelId": "sipTrunkStandard"}, "address": "192.0.2.7"}
    steps = [
        lambda: portal.make("api/gateways", body),
        lambda: portal.put("api/gateways/1", body | {"addressPort": 5070}),
        lambda: portal.put("api/gateways/1/settings/itsp-account/user-name", "firm", type="text/plain"),
        lambda: portal.delete("api/gateways/1/settings/itsp-account/user-name"),
        lambda: portal.delete("api/gateways/1"),
    ]
    for step in steps:
        there.asked.clear()
        step()
        assert there.asked[:1] == ["reloadacl"]


def test_what_cannot_be_told_now_is_kept_all_the_same(ask, admin, monkeypatch, caplog):
    monkeypatch.setattr(access, "door", lambda: (_ for _ in ()).throw(SwitchUnavailable("away")))
    trunk()
    FreeSwitch().trunks_changed()
    assert "told later of changed gateways" in caplog.text


def test_states_are_those_of_the_tenants_own_gateways(ask, admin, engine):
    engine(
        t1_g1=("", "REGED", "UP"), t1_g2=("", "FAIL_WAIT", "DOWN"), t1_g3=("", "NOREG", "UP"),
        t1_g4=("", "NOREG", "DOWN"), t2_g5=("", "REGED", "UP"), other=("", "REGED", "UP"),
    )  # fmt: skip
    assert switch.switch.trunk_states(1) == [
        TrunkState(1, True, True, True),
        TrunkState(2, True, False, False),
        TrunkState(3, False, False, True),
        TrunkState(4, False, False, False),
    ]


def test_gateways_are_kept_and_counted_whatever_the_engine_missed(ask, admin, engine, monkeypatch):
    id_ = trunk()
    trunk("tls", address_transport="tls")
    there = engine(**{f"t1_g{id_}": (context(ask, f"t1-g{id_}"), "NOREG", "UP"), "t9_g9": ("x", "NOREG", "UP")})
    trunks.keep(Once())
    assert "sofia profile trunks killgw t9-g9" in there.asked
    assert {one.status: one.number for one in measures.read() if one.name == measures.TRUNKS} == {"UP": 1, "DOWN": 1}
    monkeypatch.setattr(access, "door", lambda: (_ for _ in ()).throw(SwitchUnavailable("away")))
    trunks.keep(Once())
    assert {one.status: one.number for one in measures.read() if one.name == measures.TRUNKS} == {"UP": 0, "DOWN": 2}


class Once(threading.Event):
    """Is set after the first turn."""

    def wait(self, timeout=None):
        del timeout
        self.set()
        return True
