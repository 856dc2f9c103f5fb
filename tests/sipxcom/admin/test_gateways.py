"""Gateways, their ports and their dialling rules, with what the vendor's page shows of them, byte by byte."""

import json

import pytest

from portsip_api.pbx.access import tenants
from portsip_api.pbx.trunks import gateways
from portsip_api.store import database
from tests.pbx.devices.devices import gateway, other_tenant
from tests.sipxcom.devices import TEXT, TRUNK, set_value
from tests.sipxcom.portal import XML, Portal, check_refused

FXO = "audiocodesMP1X4_4_FXO"
GATEWAY = (
    '{"id":1,"name":"my_siptrunk","serialNo":null,"deviceVersion":null,"description":"DIDs 4235550000 through '
    '4235551000","model":{"modelId":"sipTrunkStandard","label":"SIP trunk","vendor":null,"versions":null},'
    '"enabled":true,"address":"192.168.1.14","addressPort":5060,"outboundAddress":null,"outboundPort":5060,'
    '"addressTransport":"tcp","prefix":null,"shared":true,"useInternalBridge":true,"branch":null,"callerAliasInfo":'
    '{"defaultCallerAlias":null,"anonymous":false,"ignoreUserInfo":false,"transformUserExtension":false,'
    '"addPrefix":null,"keepDigits":0,"displayName":null,"urlParameters":null}}'
)
GATEWAY_XML = (
    "<Gateway><id>1</id><name>my_siptrunk</name><description>DIDs 4235550000 through 4235551000</description><Model>"
    "<modelId>sipTrunkStandard</modelId><label>SIP trunk</label></Model><enabled>true</enabled><address>192.168.1.14"
    "</address><addressPort>5060</addressPort><outboundPort>5060</outboundPort><addressTransport>tcp"
    "</addressTransport><shared>true</shared><useInternalBridge>true</useInternalBridge><CallerAliasInfo><anonymous>"
    "false</anonymous><ignoreUserInfo>false</ignoreUserInfo><transformUserExtension>false</transformUserExtension>"
    "<keepDigits>0</keepDigits></CallerAliasInfo></Gateway>"
)
_AUDIOCODES = (
    '"vendor":"AudioCodes","versions":["audiocodes6.0","audiocodes5.8","audiocodes5.6","audiocodes5.4",'
    '"audiocodes5.2","audiocodes5.0"]}'
)
MODELS = (
    '{"models":[{"modelId":"acmeGatewayStandard","label":"Acme 1000","vendor":"acme","versions":null},'
    f'{{"modelId":"audiocodesMP1X4_4_FXO","label":"AudioCodes MP114 FXO",{_AUDIOCODES},'
    f'{{"modelId":"audiocodesMP1X8_8_FXO","label":"AudioCodes MP118 FXO",{_AUDIOCODES},'
    f'{{"modelId":"audiocodesMediant1000","label":"AudioCodes Mediant 1000 PRI",{_AUDIOCODES},'
    f'{{"modelId":"audiocodesMediant2000","label":"AudioCodes Mediant 2000 PRI",{_AUDIOCODES},'
    f'{{"modelId":"audiocodesMediant3000","label":"AudioCodes Mediant 3000 PRI",{_AUDIOCODES},'
    f'{{"modelId":"audiocodesMediantBRI","label":"AudioCodes Mediant 1000 BRI",{_AUDIOCODES},'
    f'{{"modelId":"audiocodesTP260","label":"AudioCodes TP260",{_AUDIOCODES},'
    '{"modelId":"genericGatewayStandard","label":"Unmanaged gateway","vendor":null,"versions":null},'
    '{"modelId":"sipTrunkStandard","label":"SIP trunk","vendor":null,"versions":null}]}'
)
# The page's settings of gateway 2: type, what was set (None: nothing), the default, and the options.
_S, _B, _I, _E = "string", "boolean", "integer", "enum"
SETTINGS = [
    ("user-name", _S, "5568", None, None),
    ("authentication-user-name", _S, None, None, None),
    ("password", _S, "password", None, None),
    ("register-on-initialization", _B, "true", "false", None),
    ("itsp-proxy-address", _S, None, "192.168.1.14", None),
    ("use-global-addressing", _B, None, "true", None),
    ("strip-private-headers", _B, "true", "false", None),
    ("default-asserted-identity", _B, "false", "true", None),
    ("asserted-identity", _S, "5568", None, None),
    ("is-from-itsp", _B, "true", None, None),
    ("default-preferred-identity", _B, None, "false", None),
    ("preferred-identity", _S, "5568@192.168.1.14", None, None),
    ("is-user-phone", _B, None, "true", None),
    ("itsp-registrar-address", _S, None, None, None),
    ("itsp-registrar-listening-port", _I, None, None, None),
    ("registration-interval", _I, None, "600", None),
    ("sip-session-timer-interval-seconds", _I, None, "1800", None),
    ("sip-keepalive-method", _E, None, "CR-LF", {"CR-LF": None, "NONE": None}),
    (
        "rtp-keepalive-method",
        _E,
        None,
        "NONE",
        dict.fromkeys(("REPLAY-LAST-SENT-PACKET", "USE-DUMMY-RTP-PAYLOAD", "USE-EMPTY-PACKET", "NONE")),
    ),
    ("route-by-to-header", _B, None, "false", None),
    ("always-relay-media", _B, None, "true", None),
]


@pytest.fixture
def trunk(portal: Portal) -> str:
    """The address of the page's trunk."""
    return f"api/gateways/{portal.make('api/gateways', TRUNK)}"


@pytest.fixture
def fxo(portal: Portal) -> str:
    """The address of a gateway with four ports."""
    return f"api/gateways/{portal.make('api/gateways', {'name': 'fxo', 'model': {'modelId': FXO}})}"


def test_gateways_are_shown_in_the_pages_bytes(portal, trunk):
    assert portal.get("api/gateways").text == f'{{"gateways":[{GATEWAY}]}}'
    assert portal.get(trunk).text == GATEWAY
    declaration = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    assert portal.get(trunk, accept=XML).text == declaration + GATEWAY_XML
    assert portal.get("api/gateways", accept=XML).text == f"{declaration}<Gateways>{GATEWAY_XML}</Gateways>"


def test_models_are_listed_in_the_pages_bytes(portal):
    assert portal.get("api/gateways/models").text == MODELS
    assert portal.read_xml("api/gateways/models").findtext("Model[2]/Versions/Version[1]") == "audiocodes6.0"


def test_the_settings_of_a_trunk_are_the_pages_field_by_field(portal, trunk):
    for name, _, value, _, _ in SETTINGS:
        if value is not None:
            set_value(portal, f"{trunk}/settings/itsp-account/{name}", value)
    assert portal.read(f"{trunk}/settings")["settings"] == [
        {
            "path": f"itsp-account/{name}",
            "type": kind,
            "options": options,
            "value": default if value is None else value,
            "defaultValue": default,
            "label": None,
            "description": None,
        }
        for name, kind, value, default, options in SETTINGS
    ]


def test_an_empty_list_is_an_empty_list(portal):
    assert portal.get("api/gateways").text == '{"gateways":[]}'
    assert portal.get("api/gateways", accept=XML).text.endswith("<Gateways/>")


def test_what_is_not_sent_becomes_false_0_or_null(portal, trunk):
    reply = portal.put(trunk, {"name": "bare"})
    assert (reply.status_code, reply.text) == (200, "1")
    shown = portal.read(trunk)
    assert shown["model"]["modelId"] == "sipTrunkStandard"
    assert {name for name, value in shown.items() if value is not None} == {
        "id", "name", "model", "enabled", "addressPort", "outboundPort", "shared", "useInternalBridge",
        "callerAliasInfo",
    }  # fmt: skip
    assert {shown[name] for name in ("enabled", "addressPort", "shared", "useInternalBridge")} == {False}


def test_what_get_gives_put_takes(portal, trunk):
    portal.make("rest/branch", {"branch": {"name": "Main", "address": {"city": "Bern"}}})
    caller = {"defaultCallerAlias": "100", "anonymous": True, "keepDigits": 3, "displayName": "Ann & <Co>"}
    body = TRUNK | {"branch": {"name": "main"}, "callerAliasInfo": caller, "outboundAddress": "edge.example"}
    assert portal.put(trunk, body).status_code == 200
    shown = portal.read(trunk)
    assert shown["branch"]["address"]["city"] == "Bern"
    assert shown["callerAliasInfo"]["displayName"] == "Ann & <Co>"
    for accept in ("application/json", XML, "application/xml"):
        sent = portal.get(trunk, accept=accept)
        assert portal.put(trunk, sent.data, type=sent.content_type).status_code == 200
        assert portal.read(trunk) == shown


def test_a_version_is_one_of_the_models(portal, fxo):
    body = {"name": "fxo", "deviceVersion": "audiocodes5.8"}
    portal.put(fxo, body)
    assert portal.read(fxo)["deviceVersion"] == "audiocodes5.8"
    portal.put(fxo, body | {"deviceVersion": "5.8"})
    assert portal.read(fxo)["deviceVersion"] is None


def test_a_gateway_is_made_by_xml(portal):
    body = "<Gateway><name>x</name><Model><modelId>genericGatewayStandard</modelId></Model></Gateway>"
    assert portal.make("api/gateways", body) == 1


def test_post_to_an_id_makes_a_gateway_with_an_id_of_its_own(portal, trunk):
    reply = portal.post("api/gateways/77", TRUNK | {"name": "second"})
    assert (reply.status_code, reply.text) == (200, "2")
    assert portal.read("api/gateways/2")["name"] == "second"
    check_refused(portal.post(trunk, TRUNK), 409)


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        ({"name": "x"}, 404, "No such phone model defined"),
        ({"name": "x", "model": {}}, 404, "No such phone model defined"),
        ({"name": "x", "model": {"modelId": "none"}}, 404, "model"),
        ({"model": {"modelId": FXO}}, 400, "Name: Cannot be empty"),
        ({"name": " x", "model": {"modelId": FXO}}, 400, "name"),
        ({"name": "MY_siptrunk", "model": {"modelId": FXO}}, 409, "name"),
        (TRUNK | {"name": "x", "addressPort": 65536}, 400, "addressPort"),
        (TRUNK | {"name": "x", "addressPort": "many"}, 400, "addressPort"),
        (TRUNK | {"name": "x", "addressTransport": "pigeon"}, 400, "addressTransport"),
        (TRUNK | {"name": "x", "enabled": "perhaps"}, 400, "enabled"),
        (TRUNK | {"name": "x", "branch": {"name": "none"}}, 400, "branch"),
        (TRUNK | {"name": "x", "branch": {"id": 1}}, 400, "branch"),
        (TRUNK | {"name": "x", "callerAliasInfo": {"keepDigits": -1}}, 400, "callerAliasInfo.keepDigits"),
        (TRUNK | {"name": "x", "colour": "red"}, 400, "colour"),
        ("<Phone/>", 400, "Gateway"),
        ("{", 400, "body"),
    ],
)
def test_bad_gateways_are_refused_and_nothing_is_made(portal, trunk, body, status, words):
    check_refused(portal.post("api/gateways", body), status, words)
    assert len(portal.read("api/gateways")["gateways"]) == 1


def test_a_gateway_keeps_its_model(portal, trunk):
    check_refused(portal.put(trunk, TRUNK | {"model": {"modelId": FXO}}), 409, "model")
    assert portal.get(trunk).text == GATEWAY


def test_a_gateway_is_removed_with_its_settings(portal, trunk):
    set_value(portal, f"{trunk}/settings/itsp-account/user-name", "x")
    reply = portal.delete(trunk)
    assert (reply.status_code, reply.data) == (200, b"")
    check_refused(portal.get(trunk), 404)
    assert database.fetch_all("SELECT * FROM setting_value") == []


@pytest.mark.parametrize("id_", ["999", "9" * 30, "none", "x%2Fy", "0"])
def test_wrong_ids_are_404(portal, id_):
    for method, path in (
        ("GET", ""), ("PUT", ""), ("DELETE", ""), ("GET", "/availablerules"), ("PUT", "/rules/1"),
        ("DELETE", "/rules/1"), ("GET", "/settings"), ("GET", "/ports"), ("POST", "/ports"), ("DELETE", "/ports/1"),
        ("GET", "/ports/1/settings"),
    ):  # fmt: skip
        body = {"name": "x"} if method == "PUT" else None
        check_refused(portal.ask(method, f"api/gateways/{id_}{path}", body), 404)


def test_gateways_of_another_tenant_do_not_exist(portal):
    other = other_tenant()
    id_ = gateway(tenant=other)
    for method in ("GET", "PUT", "DELETE"):
        check_refused(portal.ask(method, f"api/gateways/{id_}", {"name": "mine"} if method == "PUT" else None), 404)
    assert portal.read("api/gateways")["gateways"] == []
    assert gateways.show(other, id_).name == "trunk"


@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE"])
def test_models_are_read_only(portal, method):
    check_refused(portal.ask(method, "api/gateways/models", {}), 405)


def test_a_generic_gateway_has_no_settings(portal):
    id_ = portal.make("api/gateways", {"name": "x", "model": {"modelId": "genericGatewayStandard"}})
    check_refused(portal.get(f"api/gateways/{id_}/settings"), 404)


def test_a_gateway_joins_rules_and_leaves_them(portal, trunk):
    available = portal.read(f"{trunk}/availablerules")["rules"]
    assert available[0] == {"id": 1, "name": "Emergency", "description": None, "enabled": True, "type": "EMERGENCY"}
    for _ in range(2):
        reply = portal.put(f"{trunk}/rules/{available[0]['id']}")
        assert (reply.status_code, reply.data) == (200, b"")
    assert portal.read(f"{trunk}/availablerules")["rules"] == available[1:]
    assert portal.read_xml(f"{trunk}/availablerules").findtext("Rule/name") == available[1]["name"]
    assert portal.delete(f"{trunk}/rules/{available[0]['id']}").status_code == 200
    assert portal.read(f"{trunk}/availablerules")["rules"] == available
    check_refused(portal.put(f"{trunk}/rules/999"), 404)


def test_a_rule_of_another_tenant_is_not_joined(portal, trunk):
    other = other_tenant()
    theirs = database.fetch_row("SELECT min(id) FROM dialling_rule WHERE tenant_id = ?", (other,))[0]
    check_refused(portal.put(f"{trunk}/rules/{theirs}"), 404)


@pytest.mark.parametrize("ports", ["ports", "port"])
def test_ports_are_added_up_to_the_models_number_and_removed(portal, fxo, ports):
    made = [portal.post(f"{fxo}/{ports}").text for _ in range(4)]
    check_refused(portal.post(f"{fxo}/{ports}"), 409, "4 ports")
    shown = ",".join(f'{{"id":{id_}}}' for id_ in made)
    assert portal.get(f"{fxo}/{ports}").text == f'{{"ports":[{shown}]}}'
    assert [port.findtext("id") for port in portal.read_xml(f"{fxo}/{ports}").iter("Port")] == made
    assert portal.delete(f"{fxo}/{ports}/{made[0]}").status_code == 200
    check_refused(portal.delete(f"{fxo}/{ports}/{made[0]}"), 404)
    assert len(portal.read(f"{fxo}/{ports}")["ports"]) == 3


def test_a_port_has_settings_of_its_own_under_both_addresses(portal, fxo):
    first, second = (portal.post(f"{fxo}/ports").text for _ in range(2))
    path, default = next(
        (setting["path"], setting["value"])
        for setting in portal.read(f"{fxo}/ports/{first}/settings")["settings"]
        if setting["type"] == "string"
    )
    set_value(portal, f"{fxo}/port/{first}/settings/{path}", "77")
    assert portal.read(f"{fxo}/ports/{first}/settings/{path}")["value"] == "77"
    assert portal.read(f"{fxo}/port/{second}/settings/{path}")["value"] == default
    assert portal.delete(f"{fxo}/ports/{first}/settings/{path}").status_code == 200
    assert portal.read(f"{fxo}/port/{first}/settings/{path}")["value"] == default
    for method in ("PUT", "DELETE"):
        check_refused(portal.ask(method, f"{fxo}/port/{first}/settings", b"77", type=TEXT), 405)


def test_a_port_belongs_to_its_gateway(portal, fxo, trunk):
    port = portal.post(f"{fxo}/ports").text
    check_refused(portal.delete(f"{trunk}/ports/{port}"), 404)
    check_refused(portal.get(f"{trunk}/ports/{port}/settings"), 404)


def test_the_tenant_is_that_of_the_host(portal):
    tenants.create({"name": "other", "domain": "other.example", "password": "other's secret"})
    reply = portal.post("api/gateways", TRUNK, base_url="http://other.example")
    assert reply.status_code == 200
    assert portal.read("api/gateways")["gateways"] == []
    shown = json.loads(portal.get("api/gateways", base_url="http://other.example").text)
    assert len(shown["gateways"]) == 1


def test_the_list_costs_a_constant_number_of_statements(portal, statements):
    portal.make("rest/branch", {"branch": {"name": "Main"}})
    costs = []
    for count in (1, 20):
        for number in range(count):
            name = f"{count}-{number}"
            portal.make("api/gateways", TRUNK | {"name": name, "branch": {"name": "Main"}})
        statements.clear()
        assert portal.get("api/gateways").status_code == 200
        costs.append(len(statements))
    assert costs[0] == costs[1]
