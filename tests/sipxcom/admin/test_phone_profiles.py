"""Profiles: what a phone fetches, and telling phones to fetch it."""

from xml.etree import ElementTree as ET

import pytest

from portsip_api.pbx.devices import lines
from portsip_api.pbx.devices.profiles.files import has_form, profile_names
from portsip_api.pbx.extension_keys import ExtensionKey
from portsip_api.pbx.hours import calendars
from portsip_api.pbx.settings.device_models import PhoneModel, phone_models
from portsip_api.pbx.trunks import locations
from portsip_api.store import database
from tests.crm import SIP_PASSWORD, WEB_PASSWORD
from tests.pbx.devices import devices
from tests.pbx.devices.devices import HOME, other_tenant
from tests.sipxcom.devices import SERIAL, TEXT, make_phone, set_value
from tests.sipxcom.portal import JSON, XML, Portal, check_refused

SECOND = "0004f2aabb96"
YEALINK = "yealinkPhoneSIPT46G"
CFG = f"{SERIAL}.cfg"


@pytest.fixture
def phone(portal: Portal, user: Portal) -> str:
    """The address of the profile of a Yealink with a line of the user 200."""
    id_ = make_phone(portal, model=YEALINK)
    assert portal.post(f"api/phones/{id_}/lines", {"user": "200"}).status_code == 200
    return f"rest/phone/{SERIAL}/profile/{CFG}"


def values(portal: Portal, path: str) -> dict[str, str]:
    """The parameters of a Yealink's profile."""
    rows = (line.partition(" = ") for line in portal.get(path).text.splitlines())
    return {name: value for name, separator, value in rows if separator}


def xml_values(portal: Portal, name: str, serial: str = SERIAL) -> dict[str, str]:
    """The texts and the attributes of an XML profile; of an account its number is appended, `user_name#1`."""
    found: dict[str, str] = {}
    for element in ET.fromstring(portal.get(f"rest/phone/{serial}/profile/{name}").data).iter():
        found |= element.attrib
        number = f"#{element.get('idx')}" if "idx" in element.attrib else ""
        found[element.tag + number] = element.text or ""
    return found


def parsed(portal: Portal, name: str) -> dict[str, str]:
    """The values of a profile, in whichever form it is."""
    if name == CFG:
        return values(portal, f"rest/phone/{SERIAL}/profile/{name}")
    return xml_values(portal, name)


@pytest.mark.parametrize("form", ["rest/phone/{}/profile/{}", "rest/phones/{}/profile/{}", "api/phones/{}/profile/{}"])
def test_a_profile_is_given_under_every_address(portal, phone, form):
    reply = portal.get(form.format(SERIAL, CFG))
    assert (reply.status_code, reply.content_type) == (200, "text/plain; charset=UTF-8")
    assert reply.headers["Cache-Control"] == "no-store"
    assert reply.data == portal.get(form.format("00:04:F2:AA:BB:95", CFG.upper())).data
    assert reply.data == portal.get(f"{form.format(SERIAL, CFG)}/").data


def test_a_profile_registers_the_line(portal, phone):
    found = values(portal, phone)
    assert found["account.1.user_name"] == found["account.1.auth_name"] == "200"
    assert found["account.1.password"] == SIP_PASSWORD
    assert found["account.1.sip_server.1.address"] == "pbx.local"
    assert found["account.1.outbound_proxy.1.address"] == "%NULL%"


def test_the_address_of_the_server_is_the_way_to_the_domain(portal, phone, configure):
    configure(PBX_SERVER_ADDRESS="192.0.2.7", PBX_SIP_TRANSPORTS="WSS:443,UDP:5062")
    found = values(portal, phone)
    assert found["account.1.sip_server.1.address"] == "pbx.local"
    assert found["account.1.outbound_proxy.1.address"] == "192.0.2.7"
    assert found["account.1.outbound_proxy.1.port"] == "5062"


MESSAGES = {"msg.mwi.1.subscribe": "200", "msg.mwi.1.callBackMode": "contact", "msg.mwi.1.callBack": "200"}
NUMBERED = {"UDP": "0", "TCP": "1", "TLS": "2"}
NAMED = {"UDP": "UDPOnly", "TCP": "TCPOnly", "TLS": "TLS"}
PROXY = {name: f"192.0.2.7:5080;transport={name.lower()}" for name in NAMED}
PORT = dict.fromkeys(NAMED, "5080")
REGISTRATION = f"{SERIAL}-sipx-reg-advanced.cfg"
TRANSPORTS = [
    (YEALINK, CFG, {"account.1.transport": NUMBERED, "account.1.outbound_proxy.1.port": PORT}),
    (
        "polycomVVX500",
        REGISTRATION,
        {"reg.1.server.1.transport": NAMED, "reg.1.outboundProxy.transport": NAMED, "reg.1.outboundProxy.port": PORT},
    ),
    ("polycomVVX500", f"{SERIAL}-sipx-sip-interop.cfg", {"voIpProt.SIP.outboundProxy.transport": NAMED}),
    (
        "polycom500",
        f"{SERIAL}-sipx-phone.cfg",
        {"reg.1.server.1.transport": {"UDP": "UDPonly", "TCP": "TCPonly", "TLS": "TLS"}},
    ),
    ("snom370", f"{SERIAL.upper()}.xml", {"user_outbound#1": PROXY}),
    *((model, f"cfg{SERIAL}.xml", {"P130": NUMBERED, "P48": dict.fromkeys(NAMED, "192.0.2.7:5080")}) for model in (
        "gsPhoneGxp2160", "gsHt502", "gsHt814", "gsFxsGxw4008")),
]  # fmt: skip


@pytest.mark.parametrize(("model", "name", "told"), TRANSPORTS)
def test_transport_and_port_belong_together(portal, user, configure, model, name, told):
    make_phone(portal, model=model)
    assert portal.post(f"api/phones/{SERIAL}/lines", {"user": "200"}).status_code == 200
    for transport in NAMED:
        configure(PBX_SERVER_ADDRESS="192.0.2.7", PBX_SIP_TRANSPORTS=f"WSS:443,{transport}:5080,TLS:5061")
        found = parsed(portal, name)
        assert {key: found.get(key) for key in told} == {key: words[transport] for key, words in told.items()}


def test_the_transport_of_a_line_brings_its_port(portal, phone, configure):
    configure(PBX_SERVER_ADDRESS="192.0.2.7", PBX_SIP_TRANSPORTS="UDP:5062,TCP:5064,TLS:5066")
    for word, port in (("0", "5062"), ("1", "5064"), ("2", "5066")):
        set_value(portal, f"api/phones/{SERIAL}/lines/1/settings/basic/transport", word)
        found = values(portal, phone)
        assert (found["account.1.transport"], found["account.1.outbound_proxy.1.port"]) == (word, port)


def test_a_snom_is_told_port_and_transport_of_a_server_without_a_proxy(portal, user, configure):
    configure(PBX_SIP_TRANSPORTS="TCP:5080")
    make_phone(portal, model="snom370")
    portal.post(f"api/phones/{SERIAL}/lines", {"user": "200"})
    body = {"userId": "jane", "registrationServer": "sip.example", "registrationServerPort": 5070}
    portal.post(f"api/phones/{SERIAL}/lines", body)
    found = xml_values(portal, f"{SERIAL.upper()}.xml")
    assert (found["user_host#1"], found["user_outbound#1"]) == ("pbx.local;transport=tcp", "")
    assert (found["user_host#2"], found["user_outbound#2"]) == ("sip.example:5070", "")


def test_a_line_of_another_server_has_its_own_account(portal, phone):
    body = {"userId": "jane", "password": "external-1", "registrationServer": "sip.example",
            "registrationServerPort": 5070, "displayName": "Jane"}  # fmt: skip
    portal.post(f"api/phones/{SERIAL}/lines", body)
    found = values(portal, phone)
    assert found["account.2.user_name"] == "jane"
    assert found["account.2.password"] == "external-1"
    assert found["account.2.display_name"] == "Jane"
    assert (found["account.2.sip_server.1.address"], found["account.2.sip_server.1.port"]) == ("sip.example", "5070")


def test_an_adapter_has_lines_of_two_servers_at_most(portal, user):
    make_phone(portal, model="gsHt814")

    def add(**body):
        return portal.post(f"api/phones/{SERIAL}/lines", body)

    assert add(userId="a", registrationServer="sip.example", registrationServerPort=5070).status_code == 200
    assert add(user="200").status_code == 200
    check_refused(add(userId="b", registrationServer="sip.example", registrationServerPort=5071), 409, "servers")
    check_refused(add(userId="b", registrationServer="other.example"), 409, "servers")
    assert add(userId="b", registrationServer="sip.example", registrationServerPort=5070).status_code == 200
    assert add(user="200").status_code == 200
    found = xml_values(portal, f"cfg{SERIAL}.xml")
    assert [found[f"P{number}"] for number in range(4060, 4064)] == ["a", "200", "b", "200"]
    assert [found[f"P{number}"] for number in range(4150, 4154)] == ["1", "0", "1", "0"]
    assert (found["P47"], found["P747"]) == ("pbx.local", "sip.example:5070")


def test_ports_of_an_adapter_may_have_a_server_each(portal, user):
    make_phone(portal, model="gsHt802")
    for name in ("one", "two"):
        body = {"userId": name, "registrationServer": f"{name}.example"}
        assert portal.post(f"api/phones/{SERIAL}/lines", body).status_code == 200
    found = xml_values(portal, f"cfg{SERIAL}.xml")
    assert (found["P47"], found["P747"]) == ("one.example", "two.example")


def test_what_was_set_is_in_the_profile(portal, phone):
    portal.make("api/phoneGroups", {"name": "sales"})
    assert portal.post(f"api/phones/{SERIAL}/groups/sales").status_code == 200
    set_value(portal, f"api/phones/{SERIAL}/lines/1/settings/basic/display_name", "Reception")
    assert values(portal, phone)["account.1.display_name"] == "Reception"
    path, name = "network-advanced/CDP/network.cdp.enable", "network.cdp.enable"
    assert values(portal, phone)[name] == "0"
    set_value(portal, f"api/phoneGroups/sales/model/{YEALINK}/settings/{path}", "1")
    assert values(portal, phone)[name] == "1"
    set_value(portal, f"api/phones/{SERIAL}/settings/{path}", "0")
    assert values(portal, phone)[name] == "0"


def test_a_profile_says_where_emergency_calls_come_from(portal, phone):
    for elin, place in (("4235550001", "Desk"), ("4235550002", "Hall"), ("4235550003", "")):
        locations.save(HOME, elin, {"location": place})
    portal.post(f"api/phones/{SERIAL}/groups/sales")
    user = database.fetch_row("SELECT id FROM extension")[0]
    assert "# Location" not in portal.get(phone).text
    for kind, key, elin, text in (
        ("user", user, "4235550003", "4235550003"),
        ("phonegroup", 1, "4235550002", "Hall"),
        ("phone", 1, "4235550001", "Desk"),
    ):
        locations.assign(HOME, kind, key, elin)
        assert f"# Location: {text}\n" in portal.get(phone).text


def test_a_profile_tells_the_time_of_the_tenants_zone(portal, phone):
    calendars.update_hours(HOME, {"time_zone": "Asia/Kolkata"})
    found = values(portal, phone)
    assert found["local_time.time_zone"] == "+5:30"
    assert found["local_time.summer_time"] == "0"
    assert found["local_time.ntp_server1"] == "pool.ntp.org"
    calendars.update_hours(HOME, {"time_zone": "Australia/Sydney"})
    found = values(portal, phone)
    assert found["local_time.time_zone"] == "+10"
    assert (found["local_time.summer_time"], found["local_time.dst_time_type"]) == ("1", "1")
    assert (found["local_time.start_time"], found["local_time.end_time"]) == ("10/1/7/2", "4/1/7/3")
    assert found["local_time.offset_time"] == "60"


@pytest.mark.parametrize(
    ("model", "name", "told"),
    [
        (
            "snom370",
            f"{SERIAL.upper()}.xml",
            {"timezone": "", "utc_offset": "-12600", "dst": "3600 03.02.07 02:00:00 11.01.07 02:00:00",
             "ntp_server": "time.example"},
        ),
        (
            "polycomVVX500",
            f"{SERIAL}-sipx-site.cfg",
            {"tcpIpApp.sntp.gmtOffset": "-12600", "tcpIpApp.sntp.daylightSavings.enable": "1",
             "tcpIpApp.sntp.daylightSavings.start.date": "8", "tcpIpApp.sntp.daylightSavings.stop.month": "11",
             "tcpIpApp.sntp.address": "time.example"},
        ),
        (
            "gsPhoneGxp2140",
            f"cfg{SERIAL}.xml",
            {"P64": "customize", "P246": "STD+3:30DST,M3.2.0,M11.1.0", "P30": "time.example"},
        ),
        (
            "gsPhoneGxv3175",
            f"cfg{SERIAL}.xml",
            {"P64": "customize", "P246": "STD+3:30DST,M3.2.0,M11.1.0", "P1529": "0", "P30": "time.example"},
        ),
        (
            "gsHt702",
            f"cfg{SERIAL}.xml",
            {"P64": "customize", "P246": "STD+3:30DST,M3.2.0,M11.1.0", "P30": "time.example"},
        ),
        (
            "gsPhoneGxp2000",
            f"cfg{SERIAL}.xml",
            {"P64": "510", "P75": "1", "P246": "3,2,7,2,0;11,1,7,2,0;60", "P30": "time.example"},
        ),
    ],
)  # fmt: skip
def test_every_vendors_profile_tells_the_time(portal, configure, model, name, told):
    configure(PBX_NTP_SERVER="time.example", PBX_TIME_ZONE="America/St_Johns")
    make_phone(portal, model=model)
    found = xml_values(portal, name)
    assert {key: found.get(key) for key in told} == told


def test_who_sets_a_zone_sets_its_daylight_saving_too(portal, phone, configure):
    """A zone that was set before phones were told the tenant's keeps what the model made of it."""
    calendars.update_hours(HOME, {"time_zone": "Australia/Sydney"})
    make_phone(portal, SECOND, "snom370")
    set_value(portal, f"api/phones/{SERIAL}/settings/preference/local_time.time_zone", "+1")
    set_value(portal, f"api/phones/{SERIAL}/settings/preference/local_time.time_zone_name", "Germany(Berlin)")
    found = values(portal, phone)
    assert (found["local_time.time_zone"], found["local_time.time_zone_name"]) == ("+1", "Germany(Berlin)")
    assert found["local_time.summer_time"] == "2"
    set_value(portal, f"api/phones/{SECOND}/settings/Basic_Network_Settings/timezone", "GER+1")
    found = xml_values(portal, f"{SECOND.upper()}.xml", SECOND)
    assert (found["timezone"], found["utc_offset"], found["dst"]) == ("GER+1", "", "")


def test_daylight_saving_of_a_polycom_can_be_set(portal):
    make_phone(portal, model="polycomVVX500")
    path = f"api/phones/{SERIAL}/settings/tcpIpApp.sntp/daylightSavings"
    for name, value in (("enable", "1"), ("start.month", "5"), ("start.date", "15"), ("stop.time", "4")):
        set_value(portal, f"{path}.{name}", value)
        found = xml_values(portal, f"{SERIAL}-sipx-site.cfg")
        assert found[f"tcpIpApp.sntp.daylightSavings.{name}"] == value


def test_of_two_settings_of_one_parameter_the_one_that_was_set_counts(portal):
    make_phone(portal, model="gsHt702")
    for group, value in (("phone", "EST5"), ("gateway", "TZP-2")):
        set_value(portal, f"api/phones/{SERIAL}/settings/{group}/P64", value)
        assert xml_values(portal, f"cfg{SERIAL}.xml")["P64"] == value
        assert portal.delete(f"api/phones/{SERIAL}/settings/{group}/P64").status_code == 200
        assert xml_values(portal, f"cfg{SERIAL}.xml")["P64"] == "customize"


@pytest.mark.parametrize(
    ("model", "name", "written"),
    [
        (YEALINK, CFG, "auto_provision.server"),
        (YEALINK, CFG, "autoprovision."),
        ("gsPhoneGxp2160", f"cfg{SERIAL}.xml", "<P237>"),
        ("gsPhoneGxp2160", f"cfg{SERIAL}.xml", "<P212>"),
        ("gsHt802", f"cfg{SERIAL}.txt", "P192 = "),
        ("snom370", f"{SERIAL.upper()}.xml", "setting_server"),
    ],
)
def test_a_phone_keeps_the_address_of_its_profile(portal, model, name, written):
    make_phone(portal, model=model)
    assert written not in portal.get(f"rest/phone/{SERIAL}/profile/{name}").text


@pytest.mark.parametrize(
    ("model", "path", "value", "name", "line"),
    [
        (YEALINK, "upgrade/autoprovision/auto_provision.server.url", "https://p.example/", CFG,
         "auto_provision.server.url = https://p.example/\n"),
        ("gsPhoneGxp2160", "upgrade/P237", "p.example", f"cfg{SERIAL}.xml", "<P237>p.example</P237>"),
        ("gsPhoneGxp2160", "upgrade/P212", "2", f"cfg{SERIAL}.xml", "<P212>2</P212>"),
    ],
)  # fmt: skip
def test_the_address_of_a_profile_can_be_set(portal, model, path, value, name, line):
    make_phone(portal, model=model)
    set_value(portal, f"api/phones/{SERIAL}/settings/{path}", value)
    assert line in portal.get(f"rest/phone/{SERIAL}/profile/{name}").text


def test_wrong_numbers_and_names_are_404(portal, phone):
    for serial, name in (
        (SECOND, CFG),
        ("1", CFG),
        (SERIAL, "none.cfg"),
        (SERIAL, f"{SECOND}.cfg"),
        (SERIAL, "..%2Fx"),
    ):
        for form in ("rest/phone/{}/profile/{}", "api/phones/{}/profile/{}"):
            check_refused(portal.get(form.format(serial, name)), 404)


def test_a_serial_number_of_digits_is_no_id(portal, phone):
    """The phone 1 has another number, so that `000000000001` names the other phone only."""
    other = make_phone(portal, "000000000001", YEALINK)
    assert other != 1
    assert SIP_PASSWORD not in portal.get("rest/phone/000000000001/profile/000000000001.cfg").text


def test_profiles_of_another_tenant_do_not_exist(portal):
    devices.phone(SECOND, other_tenant(), model_id=YEALINK)
    check_refused(portal.get(f"rest/phone/{SECOND}/profile/{SECOND}.cfg"), 404)


def test_a_profile_is_text(portal, phone):
    for accept in (JSON, XML):
        check_refused(portal.get(phone, accept=accept), 406)
    assert portal.get(phone, accept="text/html,*/*;q=0.8").status_code == 200
    for method in ("PUT", "POST", "DELETE"):
        check_refused(portal.ask(method, phone), 405)


def test_a_profile_is_for_who_may_see_passwords(app, portal, stranger, user, phone, configure):
    id_ = portal.read("rest/user")["user"]["users"][0]["id"]
    check_refused(stranger.get(phone), 401)
    check_refused(user.get(phone), 403)
    for name, status in (("rest", 403), ("superadmin", 200)):
        body = {"permissions": [{"name": name, "value": "ENABLE"}]}
        assert portal.put(f"rest/user-permission/{id_}", body).status_code == 200
        reply = Portal(app.test_client(), "200", WEB_PASSWORD).get(phone)
        assert reply.status_code == status
        assert (SIP_PASSWORD in reply.text) is (status == 200)
    configure(PBX_EXPOSE_PASSWORDS="false")
    check_refused(portal.get(phone), 403, "passwords")


def test_an_earlier_grandstream_gets_its_binary_file(portal, user):
    make_phone(portal, model="gsHt286")
    portal.post(f"api/phones/{SERIAL}/lines", {"user": "200"})
    reply = portal.get(f"rest/phone/{SERIAL}/profile/cfg{SERIAL}")
    assert reply.status_code == 200
    assert reply.data[6:16] == bytes.fromhex(SERIAL) + b"\r\n\r\n"
    assert f"&P34={SIP_PASSWORD}&".encode() in reply.data


@pytest.mark.parametrize("model", {model.family: model for model in phone_models()}.values(), ids=lambda m: m.family)
def test_phones_of_every_family_have_profiles_or_are_said_to_have_none(portal, user, model: PhoneModel):
    serial = SERIAL if "12" in model.serial_pattern else "0004f2aabb95000"
    make_phone(portal, serial, model.model_id)
    assert portal.post(f"api/phones/{serial}/lines", {"user": "200"}).status_code == 200
    if not has_form(model.family):
        for name in (f"{serial}.cfg", f"{serial}.xml", "000000000000.cfg"):
            check_refused(portal.get(f"rest/phone/{serial}/profile/{name}"), 404, "no form")
        return
    texts = []
    for name in profile_names(serial, model.family, model.version_or_default(None)):
        reply = portal.get(f"rest/phone/{serial}/profile/{name}")
        assert reply.status_code == 200, name
        texts.append(reply.text)
    assert any(SIP_PASSWORD in text for text in texts)


@pytest.mark.parametrize(
    ("model", "name", "told"),
    [
        (YEALINK, CFG, {"voice_mail.number.1": "200", "account.1.subscribe_mwi": "1"}),
        ("snom370", f"{SERIAL.upper()}.xml", {"user_mailbox#1": "200"}),
        ("polycomVVX500", f"{SERIAL}-sipx-sip-basic.cfg", MESSAGES),
        ("polycom500", f"{SERIAL}-sipx-phone.cfg", MESSAGES),
        ("gsPhoneGxp2160", f"cfg{SERIAL}.xml", {"P33": "200", "P99": "1"}),
        *((model, f"cfg{SERIAL}.xml", {"P99": "1"}) for model in ("gsHt802", "gsHt702", "gsFxsGxw4248")),
    ],
)
def test_a_users_line_has_message_waiting_and_a_mailbox(portal, user, model, name, told):
    """A user's own number is that of his voicemail."""
    make_phone(portal, model=model)
    portal.post(f"api/phones/{SERIAL}/lines", {"user": "200"})
    found = parsed(portal, name)
    assert {key: found.get(key) for key in told} == told


def test_a_polycom_gets_the_master_file_of_all_phones(portal, user):
    make_phone(portal, model="polycomVVX500", deviceVersion="polycom5.5.2")
    own, common = (
        ET.fromstring(portal.get(f"rest/phone/{SERIAL}/profile/{name}").data) for name in (CFG, "000000000000.cfg")
    )
    assert common.tag == "APPLICATION"
    assert common.get("APP_FILE_PATH") == own.get("APP_FILE_PATH") == "firmware/5.5.2/sip.ld"
    # The phone puts its own address, and the names are then those of its own files.
    names = common.get("CONFIG_FILES", "").replace("[PHONE_MAC_ADDRESS]", SERIAL)
    assert names == own.get("CONFIG_FILES")
    for name in names.split(", "):
        assert portal.get(f"rest/phone/{SERIAL}/profile/{name}").status_code == 200
    make_phone(portal, SECOND, YEALINK)
    check_refused(portal.get(f"rest/phone/{SECOND}/profile/000000000000.cfg"), 404)


def test_a_polycom_gets_a_directory(portal, admin, user, statements):
    make_phone(portal, model="polycomVVX500")
    url = f"rest/phone/{SERIAL}/profile/{{}}-directory.xml"
    admin.make_extension("201", profile={"first_name": "<Ann>", "last_name": "O&M"})
    reply = portal.get(url.format(SERIAL))
    items = ET.fromstring(reply.data).findall("item_list/item")
    found = [[item.findtext(tag) for tag in ("fn", "ln", "ct")] for item in items]
    assert ["<Ann>", "O&M", "201"] in found
    assert [row for row in found if row[2] == "200"]
    assert SIP_PASSWORD not in reply.text
    for owner in ("000000000000", SERIAL.upper()):
        assert portal.get(url.format(owner)).data == reply.data
    check_refused(portal.get(url.format(SECOND)), 404)
    statements.clear()
    portal.get(url.format(SERIAL))
    few = len(statements)
    for number in range(300, 310):
        admin.make_extension(str(number))
    statements.clear()
    assert portal.get(url.format(SERIAL)).text.count("<item>") > len(items)
    assert len(statements) == few


def test_a_profile_costs_a_constant_number_of_statements(portal, phone, statements):
    costs = []
    for count in (1, 10):
        for _ in range(count):
            lines.add_internal(HOME, 1, ExtensionKey("200"))
        statements.clear()
        assert portal.get(phone).status_code == 200
        costs.append(len(statements))
    assert costs[0] == costs[1]


@pytest.fixture
def requested(portal: Portal, user: Portal):
    """A function: which of three phones were told to fetch their profile, and which to restart, since the last call.

    The first has a line of 200 and is in sales, the second is in sales, the third is alone.
    """
    make_phone(portal, groups=[{"name": "sales"}])
    make_phone(portal, SECOND, groups=[{"name": "sales"}])
    make_phone(portal, "0004f2aabb97")
    portal.post("api/phones/1/lines", {"user": "200"})

    def read():
        rows = database.fetch_all(
            "SELECT id, profile_requested_at IS NOT NULL, restart_requested_at IS NOT NULL FROM phone ORDER BY id"
        )
        database.execute("UPDATE phone SET profile_requested_at = NULL, restart_requested_at = NULL")
        return [id_ for id_, told, _ in rows if told], [id_ for id_, _, restarted in rows if restarted]

    return read


@pytest.mark.parametrize(
    ("path", "body", "told"),
    [
        (f"api/phones/{SERIAL}/sendProfile", None, [1]),
        ("api/phones/3/sendProfile", None, [3]),
        ("api/phones/sendProfile", {"ids": [1, 3]}, [1, 3]),
        ("api/phones/sendProfile", "<Ids><id>2</id><id>3</id></Ids>", [2, 3]),
        ("api/phones/sendProfile", {"ids": []}, []),
        ("api/phones/sendProfile/all", None, [1, 2, 3]),
        ("api/phones/user/id/{user}/sendProfile", None, [1]),
        ("api/phones/user/name/200/sendProfile", None, [1]),
        ("api/phones/phoneGroup/id/1/sendProfile", None, [1, 2]),
        ("api/phones/phoneGroup/name/Sales/sendProfile", None, [1, 2]),
    ],
)
def test_profiles_are_sent(portal, requested, path, body, told):
    path = path.format(user=portal.read("rest/user")["user"]["users"][0]["id"])
    for suffix, restarted in (("", []), ("/", []), ("/restart", told), ("/restart/", told)):
        reply = portal.put(path + suffix, body)
        assert (reply.status_code, reply.data) == (200, b""), suffix
        assert requested() == (told, restarted)


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("none/sendProfile", "Phone not found"),
        ("user/id/999/sendProfile", ""),
        ("user/id/x/sendProfile", "User not found"),
        ("user/id/99999999999999999999/sendProfile", "User not found"),
        ("user/name/none/sendProfile", "User not found"),
        ("phoneGroup/id/999/sendProfile", ""),
        ("phoneGroup/id/sales/sendProfile", ""),
        ("phoneGroup/name/1/sendProfile", ""),
        ("user/mail/200/sendProfile", ""),
        ("1/sendProfile/now", ""),
    ],
)
def test_nothing_is_sent_to_who_does_not_exist(portal, requested, path, words):
    check_refused(portal.put(f"api/phones/{path}"), 404, words)
    assert requested() == ([], [])


@pytest.mark.parametrize(
    ("body", "status"),
    [({"ids": [1, 999]}, 404), ({"ids": ["x"]}, 400), ({"ids": [10**17]}, 404), ({"id": 1}, 400), (None, 400)],
)
def test_of_several_phones_all_are_told_or_none(portal, requested, body, status):
    check_refused(portal.put("api/phones/sendProfile", body), status)
    assert requested() == ([], [])


def test_sending_is_a_put(portal, requested):
    for path in ("1/sendProfile", "sendProfile", "sendProfile/all", "user/name/200/sendProfile/restart"):
        for method in ("GET", "POST", "DELETE"):
            check_refused(portal.ask(method, f"api/phones/{path}"), 405)


def test_a_body_that_is_not_needed_is_not_looked_at(portal, requested):
    assert portal.put("api/phones/1/sendProfile", "{", type=JSON).status_code == 200
    assert portal.put("api/phones/sendProfile/all", "x", type=TEXT).status_code == 200


def test_phones_of_another_tenant_are_told_nothing(portal, requested):
    theirs = devices.phone("0004f2aabb98", other_tenant())
    check_refused(portal.put(f"api/phones/{theirs}/sendProfile"), 404)
    check_refused(portal.put("api/phones/sendProfile", {"ids": [theirs]}), 404)
    assert portal.put("api/phones/sendProfile/all").status_code == 200
    assert requested() == ([1, 2, 3], [])
