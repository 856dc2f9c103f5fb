"""Rows: services, prompts, the DNS advisor, emergency locations, the licence, pictures and phonebooks."""

import io

from PIL import Image

from tests.audio import wav
from tests.contract.sipxcom.row import Row, unsupported

_TEXT = "text/plain"
_BY_PATH = "With a setting's path, as on the system; the page says it of all settings at once."
_RESETS = "The page does not name DELETE; the system had it."
_LIST = "<e911Locations><e911Location><elin>2025550143</elin></e911Location></e911Locations>"


def _settings(number: int, base: str, path: str, value: str, *, single: int | None = None, why: str = "") -> list[Row]:
    """Return the rows of a service: its settings, and the single ones, which are a URI of their own or the same."""
    uri, places = f"{base}/settings", f"{base.removeprefix('/api').strip('/')}/settings"
    below = f"{uri}/{{settingPath}}" if single else uri
    places = f"api/{places}"
    one = f"{places}/{path}"
    rows = [
        Row(number, uri, "GET", places, 200, has=('{"settings":[{"path":',)),
        *unsupported(number, uri, places, "POST"),
        Row(single or number, below, "PUT", one, 200, value, content_type=_TEXT, why="" if single else _BY_PATH),
        Row(single or number, below, "GET", one, 200, has=(f'"value":"{value}"',)),
        Row(single or number, below, "DELETE", one, 200, why=why if single else _BY_PATH),
    ]
    if single:
        rows += [*unsupported(number, uri, places, "PUT", "DELETE"), *unsupported(single, below, one, "POST")]
    return rows


def _prompts(number: int, service: str) -> list[Row]:
    """Return the rows of three URIs: the prompts, one of them, and its stream."""
    uri, place = f"/{service}/prompts", f"api/{service}/prompts"
    one, stream = f"{uri}/{{promptName}}", f"{uri}/{{promptName}}/stream"
    file = {"file": ("bell.wav", wav())}
    return [
        Row(number, uri, "POST", place, 200, files=file),
        Row(number, uri, "GET", place, 200, has=('"name":"bell.wav","type":"audio/x-wav"',)),
        *unsupported(number, uri, place, "PUT", "DELETE"),
        Row(number + 2, stream, "GET", f"{place}/bell.wav/stream", 200, has=("WAVE",)),
        *unsupported(number + 2, stream, f"{place}/bell.wav/stream", "PUT", "POST", "DELETE"),
        Row(number + 1, one, "GET", f"{place}/bell.wav", 200, has=("WAVE",)),
        *unsupported(number + 1, one, f"{place}/bell.wav", "PUT", "POST"),
        Row(number + 1, one, "DELETE", f"{place}/bell.wav", 200, why="" if service == "moh" else _RESETS),
    ]


def _assignment(number: int, kind: str, page: str, name: str, shown: str, *, is_cleared: bool) -> list[Row]:
    uri, place = f"/rest/erl/{kind}/{page}", f"rest/erl/{kind}/{name}"
    end = [Row(number, uri, "DELETE", place, 200)] if is_cleared else unsupported(number, uri, place, "DELETE")
    return [
        Row(number, uri, "PUT", place, 200, "2025550143", content_type=_TEXT, has=("SUCCESS_UPDATED",)),
        Row(number, uri, "GET", place, 200, has=(shown,)),
        *unsupported(number, uri, place, "POST"),
        *end,
    ]


def _picture() -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (4, 4)).save(written, "PNG")
    return written.getvalue()


_SHOWN = "<elin>2025550143</elin>"
ROWS = [
    *_settings(7, "/api/dns", "acl/ips", "10.0.0.0/8", single=8),
    Row(8, "/api/dns/settings/{settingPath}", "GET", "api/dns/settings/named-config/forwarders", 200),
    Row(
        9,
        "/api/dns/advisor/server/{serverId}",
        "GET",
        "api/dns/advisor/server/1",
        409,
        has=("No DNS server is configured",),
        why="Nothing can be said without a DNS server to ask.",
    ),
    *unsupported(9, "/api/dns/advisor/server/{serverId}", "api/dns/advisor/server/1", "PUT", "POST", "DELETE"),
    Row(10, "/rest/erls", "PUT", "rest/erls", 200, _LIST, has=("SUCCESS_UPDATED",)),
    Row(10, "/rest/erls", "GET", "rest/erls", 200, has=(_LIST,)),
    *unsupported(10, "/rest/erls", "rest/erls", "POST"),
    Row(11, "/rest/erl/elin/{elin}", "PUT", "rest/erl/elin/2025550144", 200, {"e911Location": {"location": "Roof"}}),
    Row(11, "/rest/erl/elin/{elin}", "GET", "rest/erl/elin/2025550144", 200, has=("<location>Roof</location>",)),
    Row(11, "/rest/erl/elin/{elin}", "DELETE", "rest/erl/elin/2025550144", 200, has=("SUCCESS_DELETED",)),
    *unsupported(11, "/rest/erl/elin/{elin}", "rest/erl/elin/2025550144", "POST"),
    *_assignment(12, "user", "{username}", "201", "2025550143", is_cleared=True),
    *_assignment(13, "group", "{groupName}", "sales", _SHOWN, is_cleared=False),
    Row(
        15,
        "/rest/erl/phones",
        "PUT",
        "rest/erl/phones",
        200,
        "<phones><phone><serial>{erl_serial}</serial><elin>2025550143</elin></phone></phones>",
    ),
    Row(15, "/rest/erl/phones", "PUT", "rest/erl/phones", 400, [{"serial": "0", "elin": "2025550143"}]),
    *unsupported(15, "/rest/erl/phones", "rest/erl/phones", "GET", "POST", "DELETE"),
    Row(
        14,
        "/rest/erl/phone/{serial_number}",
        "GET",
        "rest/erl/phone/{erl_serial}",
        200,
        has=(_SHOWN, "<serial>{erl_serial}</serial>"),
    ),
    *unsupported(14, "/rest/erl/phone/{serial_number}", "rest/erl/phone/{erl_serial}", "PUT", "POST", "DELETE"),
    *_assignment(16, "phonegroup", "{groupName}", "{erl_phone_group}", _SHOWN, is_cleared=True),
    Row(10, "/rest/erls", "DELETE", "rest/erls", 200, has=("SUCCESS_DELETED",)),
    *_settings(24, "/ivr", "ivr/log.level", "DEBUG"),
    Row(25, "/api/license", "POST", "api/license/123456789012345", 200, has=('{"uid":"123456789012345","domain":',)),
    Row(25, "/api/license", "GET", "api/license", 200, has=('"uid":"123456789012345"', '"users":-1')),
    *unsupported(25, "/api/license", "api/license", "PUT", "DELETE"),
    *_settings(26, "/mwi", "status-config/SIP_STATUS_TCP_PORT", "5111", single=27),
    *_settings(28, "/moh", "moh-config/MOH_SOURCE", "NONE", single=29),
    *_prompts(30, "moh"),
    *_settings(33, "/imbot", "imbot/log.level", "INFO", single=34, why=_RESETS),
    *_settings(37, "/pagegroups", "page-config/sip.tcpPort", "5161"),
    *_prompts(38, "pagegroups"),
    *_prompts(45, "orbits"),
    Row(60, "/phonebook", "GET", "rest/phonebook", 200, has=('<phonebook name="Office"/>',)),
    *unsupported(60, "/phonebook", "rest/phonebook", "PUT", "POST", "DELETE"),
    Row(61, "/phonebook/{name}", "GET", "rest/phonebook/Office", 200, has=('"First name","Last name","Number"\n',)),
    Row(61, "/phonebook/{name}", "GET", "rest/phonebook/Office", 200, accept="text/xml", has=("<phonebook>",)),
    *unsupported(61, "/phonebook/{name}", "rest/phonebook/Office", "PUT", "POST", "DELETE"),
    *_settings(69, "/proxy", "proxy-configuration/SIPX_PROXY_DEFAULT_EXPIRES", "240", single=70),
    *_settings(71, "/registrar", "registrar-config/SIP_REGISTRAR_TCP_PORT", "5071", single=72),
    *_settings(79, "/restserver", "rest-config/log.level", "INFO", single=80, why=_RESETS),
    *_settings(87, "/saa", "saa-config/SIP_SAA_UDP_PORT", "5171", single=88),
    Row(
        89,
        "/avatar/{user}",
        "POST",
        "rest/avatar/200",
        200,
        files={"file": ("me.png", _picture())},
        user=True,
        why="The page calls it unsupported; the system had it.",
    ),
    Row(89, "/avatar/{user}", "GET", "rest/avatar/200", 200, has=("PNG",)),
    *unsupported(89, "/avatar/{user}", "rest/avatar/200", "PUT", "DELETE"),
]
