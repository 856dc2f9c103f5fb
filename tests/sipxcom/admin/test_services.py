"""Settings of services: the page's samples field by field, and what is ours of the family for every service."""

import pytest

from portsip_api.pbx.access import tenants
from portsip_api.pbx.settings.definitions import definitions
from tests.crm import ADMIN_PASSWORD, CANARIES, Crm
from tests.sipxcom.portal import XML, Portal, check_refused

COUNTS = {  # visible settings
    "dns": 11,
    "ivr": 23,
    "mwi": 13,
    "moh": 1,
    "imbot": 4,
    "pagegroups": 9,
    "phonebook": 2,
    "proxy": 48,
    "registrar": 40,
    "restserver": 4,
    "saa": 6,
}
ACL = "127.0.0.1,172.16.0.0/12,192.168.0.0/16,10.0.0.0/8,127.0.0.0/8"
FORWARDERS = [
    ("named-config/forwarders/forwarder_0", "string", None, "Primary External DNS server"),
    ("named-config/forwarders/forwarder_1", "string", None, "Secondary External DNS server"),
    ("named-config/forwarders/forwarder_2", "string", None, "Additional External DNS server"),
    ("named-config/forwarders/forwarder_3", "string", None, "Additional External DNS server"),
    ("named-config/forwarders/forwarder_4", "string", None, "Additional External DNS server"),
]
DNS = [
    *FORWARDERS,
    ("acl/ips", "string", ACL, "Allow Recursion ACL"),
    ("sys/unmanaged", "boolean", "0", "Unmanaged Service"),
    ("sys/unmanaged_servers/unmanaged_0", "string", None, "Primary Unmanaged DNS server"),
    ("sys/unmanaged_servers/unmanaged_1", "string", None, "Secondary Unmanaged DNS server"),
    ("sys/unmanaged_servers/unmanaged_2", "string", None, "Additional Unmanaged DNS server"),
    ("sys/unmanaged_servers/unmanaged_3", "string", None, "Additional Unmanaged DNS server"),
]
WITHOUT_TEXT = {"forwarder_2", "forwarder_3", "forwarder_4", "unmanaged_2", "unmanaged_3"}  # on the page as here
KEYS = ["path", "type", "options", "value", "defaultValue", "label", "description"]
SOURCE = (
    '{"path":"moh-config/MOH_SOURCE","type":"enum","options":{"FILES_SRC":"System Music Directory",'
    '"SOUNDCARD_SRC":"Sound Card","NONE":"None"},"value":"FILES_SRC","defaultValue":"FILES_SRC",'
    '"label":"Music On Hold Source","description":"DESCRIPTION"}'
)
EXPIRES = "proxy-configuration/SIPX_PROXY_DEFAULT_EXPIRES"


@pytest.fixture
def source() -> str:
    """The setting of music on hold as it is sent."""
    (setting,) = definitions("moh").settings
    return SOURCE.replace("DESCRIPTION", setting.description or "")


def put(portal: Portal, path: str, text: str):
    """Set a setting."""
    return portal.put(f"api/{path}", text, type="text/plain")


def shown(portal: Portal, path: str) -> tuple[str | None, str | None]:
    """The value and default of a setting."""
    setting = portal.read(f"api/{path}")
    return setting["value"], setting["defaultValue"]


def check_sample(settings, sample):
    """The settings are those of the page's sample: order, keys, and all but the words of the descriptions."""
    assert [list(setting) for setting in settings] == [KEYS] * len(sample)
    for setting, (path, type_, default, label) in zip(settings, sample, strict=True):
        has_text = path.rpartition("/")[2] not in WITHOUT_TEXT
        assert (setting["path"], setting["type"], setting["options"], setting["label"]) == (path, type_, None, label)
        assert (setting["value"], setting["defaultValue"]) == (default, default)
        assert bool(setting["description"]) is has_text


@pytest.mark.parametrize("path", ["api/dns/settings", "api/dns/settings/"])
def test_dns_is_the_pages_sample_field_by_field(portal, path):
    reply = portal.read(path)
    assert list(reply) == ["settings"]
    check_sample(reply["settings"], DNS)


def test_a_group_of_dns_is_the_pages_sample_field_by_field(portal):
    check_sample(portal.read("api/dns/settings/named-config/forwarders")["settings"], FORWARDERS)


def test_music_on_hold_is_the_pages_sample_in_bytes(portal, source):
    assert portal.get("api/moh/settings").text == f'{{"settings":[{source}]}}'
    assert portal.get("api/moh/settings/moh-config/MOH_SOURCE").text == source


def test_music_on_hold_as_xml(portal):
    (setting,) = definitions("moh").settings
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    body = (
        "<Setting><path>moh-config/MOH_SOURCE</path><type>enum</type><options><entry><key>FILES_SRC</key>"
        "<value>System Music Directory</value></entry><entry><key>SOUNDCARD_SRC</key><value>Sound Card</value></entry>"
        "<entry><key>NONE</key><value>None</value></entry></options><value>FILES_SRC</value>"
        "<defaultValue>FILES_SRC</defaultValue><label>Music On Hold Source</label>"
        f"<description>{setting.description}</description></Setting>"
    )
    assert portal.get("api/moh/settings", accept=XML).text == f"{head}<Settings>{body}</Settings>"
    assert portal.get("api/moh/settings/moh-config/MOH_SOURCE", accept=XML).text == head + body


@pytest.mark.parametrize("service", COUNTS)
def test_every_service_shows_its_visible_settings_in_the_models_order(portal, service):
    settings = portal.read(f"api/{service}/settings")["settings"]
    assert [setting["path"] for setting in settings] == [item.path for item in definitions(service).visible()]
    assert len(definitions(service).settings) == COUNTS[service]


@pytest.mark.parametrize("service", COUNTS)
def test_what_every_setting_is_shown_as_it_can_be_set_to(portal, service):
    for setting in portal.read(f"api/{service}/settings")["settings"]:
        path = f"{service}/settings/{setting['path']}"
        if setting["value"] is not None:
            assert put(portal, path, setting["value"]).status_code == 200, setting
            assert shown(portal, path) == (setting["value"], setting["defaultValue"])


def test_a_setting_is_set_and_taken_back(portal):
    path = f"proxy/settings/{EXPIRES}"
    default = shown(portal, path)[0]
    reply = put(portal, path, "240")
    assert (reply.status_code, reply.data) == (200, b"")
    assert shown(portal, path) == ("240", default)
    assert {item["path"]: item["value"] for item in portal.read("api/proxy/settings")["settings"]}[EXPIRES] == "240"
    reply = portal.delete(f"api/{path}")
    assert (reply.status_code, reply.data) == (200, b"")
    assert shown(portal, path) == (default, default)


@pytest.mark.parametrize("service", COUNTS)
def test_services_are_apart_and_have_no_unknown_settings(portal, service):
    for method, body in (("GET", None), ("PUT", "1"), ("DELETE", None)):
        check_refused(portal.ask(method, f"api/{service}/settings/no/such", body, type="text/plain"), 404)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (f"proxy/settings/{EXPIRES}", "soon"),
        ("dns/settings/acl/ips", "10.0.0.0/33"),
        ("dns/settings/named-config/forwarders/forwarder_0", "not an address"),
        ("dns/settings/sys/unmanaged", "maybe"),
        ("moh/settings/moh-config/MOH_SOURCE", "CASSETTE"),
        ("dns/settings/named-config/forwarders", "1"),
        ("dns/settings/sys/unmanaged", b"\xff"),
    ],
)
def test_a_bad_value_is_refused_and_the_present_one_stays(portal, path, text):
    before = portal.read(f"api/{path}")
    check_refused(put(portal, path, text), 400)
    assert portal.read(f"api/{path}") == before


@pytest.mark.parametrize("service", COUNTS)
def test_hidden_settings_are_not_there(portal, service):
    for setting in definitions(service).settings:
        if setting.hidden:
            check_refused(portal.get(f"api/{service}/settings/{setting.path}"), 404)
            check_refused(put(portal, f"{service}/settings/{setting.path}", "1"), 404)


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
@pytest.mark.parametrize("service", [service for service in COUNTS if service != "pagegroups"])
def test_all_settings_at_once_are_not_written(portal, service, method):
    check_refused(portal.ask(method, f"api/{service}/settings", "1", type="text/plain"), 405)


def test_no_service_is_found_under_another_name(portal):
    check_refused(portal.get("api/orbits/settings"), 404)
    check_refused(portal.get("api/nosuch/settings"), 404)
    check_refused(portal.get("api/dns/settingsx"), 404)


def test_secrets_are_shown_to_administrators_unless_the_settings_forbid_it(portal, admin: Crm, configure):
    secrets = [
        (service, setting.path) for service in COUNTS for setting in definitions(service).visible() if setting.secret
    ]
    assert ("imbot", "imbot/imbot.paPassword") in secrets
    for service, path in secrets:
        assert put(portal, f"{service}/settings/{path}", CANARIES[0]).status_code == 200
        assert shown(portal, f"{service}/settings/{path}")[0] == CANARIES[0]
    configure(PBX_EXPOSE_PASSWORDS="false")
    for service, path in secrets:
        assert shown(portal, f"{service}/settings/{path}") == (None, None)
        assert CANARIES[0] not in portal.get(f"api/{service}/settings").text
        assert CANARIES[0] not in portal.get(f"api/{service}/settings", accept=XML).text


def test_no_refused_secret_is_echoed(portal):
    reply = put(portal, "imbot/settings/imbot/imbot.paPassword", f"{ADMIN_PASSWORD}\n\0")
    check_refused(reply, 400)
    assert ADMIN_PASSWORD not in reply.text


def test_every_tenant_has_its_own(portal):
    tenants.create({"name": "other", "domain": "other.example", "password": "other's secret"})
    put(portal, f"proxy/settings/{EXPIRES}", "240")
    other = portal.read(f"api/proxy/settings/{EXPIRES}", headers={"Host": "other.example"})
    assert other["value"] == other["defaultValue"] != "240"


def test_a_list_costs_a_constant_number_of_statements(portal, statements):
    portal.get("api/proxy/settings")
    few = len(statements)
    for setting in portal.read("api/proxy/settings")["settings"]:
        if setting["value"] is not None:
            put(portal, f"proxy/settings/{setting['path']}", setting["value"])
    statements.clear()
    portal.get("api/proxy/settings")
    assert len(statements) == few
