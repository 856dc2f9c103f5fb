"""Models of settings: which settings a model has, in which order, and what a value may be."""

import json
import re

import pytest

from portsip_api.pbx.errors import Invalid, NotFound
from portsip_api.pbx.settings import rules as setting_rules
from portsip_api.pbx.settings.definitions import _FOLDER, SERVICES, Setting, _label, _setting, definitions
from portsip_api.pbx.settings.rules import LONGEST, LONGEST_MATCHED

KEYS = sorted(
    path.relative_to(_FOLDER).with_suffix("").as_posix().replace("/", ":", 1) for path in _FOLDER.rglob("*.json")
)


def everything(key: str) -> list[Setting]:
    """The settings of a model whatever their conditions."""
    rows = json.loads((_FOLDER / f"{key.replace(':', '/')}.json").read_text(encoding="utf-8"))
    return [_setting(row, has_label=not key.startswith(("phones", "phone-", "gateway-ports"))) for row in rows]


def checked(key: str, path: str, text: str) -> str:
    return setting_rules.checked(definitions(key).get(path), text)


def test_dns_has_the_settings_of_the_vendors_page_in_its_order() -> None:
    model = definitions("dns")
    assert [setting.path for setting in model.visible()] == [
        *(f"named-config/forwarders/forwarder_{n}" for n in range(5)),
        "acl/ips",
        "sys/unmanaged",
        *(f"sys/unmanaged_servers/unmanaged_{n}" for n in range(4)),
    ]
    first = model.get("named-config/forwarders/forwarder_0")
    assert (first.type, first.options, first.default) == ("string", None, None)
    assert first.label == "Primary External DNS server"
    assert first.description
    assert model.get("named-config/forwarders/forwarder_2").description is None


def test_a_trunk_has_the_settings_of_the_vendors_page_without_labels() -> None:
    trunk = definitions("gateways:sipTrunk")
    assert len(trunk.visible()) == 21
    assert {(setting.label, setting.description) for setting in trunk.visible()} == {(None, None)}
    assert trunk.get("itsp-account/sip-keepalive-method").options == {"CR-LF": None, "NONE": None}
    assert trunk.get("itsp-account/password").secret


@pytest.mark.parametrize(
    ("service", "count"),
    list(zip(SERVICES, (11, 23, 1, 13, 4, 9, 5, 2, 48, 40, 4, 6), strict=True)),
)
def test_each_service_has_as_many_settings_as_the_contract_counts(service: str, count: int) -> None:
    assert len(definitions(service).settings) == count


@pytest.mark.parametrize("key", KEYS)
def test_every_model_can_be_read_and_is_sound(key: str) -> None:
    settings = everything(key)
    paths = {setting.path for setting in settings}
    groups = {path[: match.start()] for path in paths for match in re.finditer("/", path)}
    assert len(paths) == len(settings) >= len(definitions(key).settings)
    assert not paths & groups
    for setting in settings:
        assert setting.type in {"string", "integer", "real", "boolean", "enum", "multiEnum", "file"}
        assert set(setting.constraints) <= {
            "true", "false", "min", "max", "minLen", "maxLen", "pattern", "format", "required", "password", "multiLine",
        }  # fmt: skip
        assert setting.constraints.get("format") in {None, "ipaddr", "hostname", "networks"}
        if setting.type == "boolean":
            assert {"true", "false"} <= set(setting.constraints)
        re.compile(setting.constraints.get("pattern", ""))
        if setting.default is not None:
            assert setting_rules.checked(setting, setting.default) == setting.default
        if key.startswith(("phones", "phone-", "gateway-ports")):
            assert setting.label
            assert setting.description is None


@pytest.mark.parametrize(
    "key", ["", "nothing", "../phone_models", "dns/x", "phones:", "phones:snom", "phones:../dns/x"]
)
def test_an_unknown_model_is_not_found(key: str) -> None:
    with pytest.raises(NotFound):
        definitions(key)


def test_a_model_is_parsed_once() -> None:
    assert definitions("dns") is definitions("dns")


def test_groups_give_what_is_below_them() -> None:
    model = definitions("dns")
    assert len(model.below("sys")) == 5
    assert len(model.below("/sys/unmanaged_servers/")) == 4
    assert model.below("") == model.visible()
    assert [model.is_group(path) for path in ("sys", "sys/unmanaged", "sy", "")] == [True, False, False, False]
    for path in ("sy", "sys/unmanaged", "sys/unmanaged_servers/unmanaged_0"):
        with pytest.raises(NotFound):
            model.below(path)


def test_what_is_hidden_is_not_there() -> None:
    model = definitions("ivr")
    hidden = [setting.path for setting in model.settings if setting.hidden]
    assert "ivr/mongo_vm" in hidden
    assert not {setting.path for setting in model.below("ivr")} & set(hidden)
    for path in (*hidden, "ivr", "ivr/nothing", ""):
        with pytest.raises(NotFound):
            model.get(path)
    with pytest.raises(NotFound):
        definitions("registrar").below("mapping")  # all of it is hidden


def test_conditions_match_a_selector_in_full() -> None:
    def count(*selectors: str) -> int:
        return len(definitions("phones:grandstream/phone", selectors=frozenset(selectors)).settings)

    assert count() < count("gsPhoneGxp2140") < 1606
    assert count("xgsPhoneGxp2140x") == count()
    gateway = "gateways:audiocodes"
    fxs, fxo = (definitions(gateway, selectors=frozenset({kind})) for kind in ("fxs", "fxo"))
    assert {setting.path for setting in fxs.settings} != {setting.path for setting in fxo.settings}


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("24HourClock", "24 hour clock"),
        ("sip_T1_timer", "Sip T1 timer"),
        ("SNMPPort", "SNMP port"),
        ("password[3]", "Password 3"),
        ("P6769", "P6769"),
        ("reg.1.auth-name", "Reg 1 auth name"),
        ("___", "___"),
    ],
)
def test_devices_settings_are_labelled_by_their_names(name: str, label: str) -> None:
    assert _label(name) == label


@pytest.mark.parametrize(
    ("key", "path"),
    [
        ("imbot", "imbot/imbot.paPassword"),
        ("phones:snom/phone", "Advanced_Network_Settings/http_pass"),
        ("phones:grandstream/phone", "phone/P2"),
        ("phones:yealink/phone-8X", "contacts/LDAP/ldap.password"),
        ("phone-lines:polycom/line", "reg/auth.password"),
    ],
)
def test_passwords_are_secret(key: str, path: str) -> None:
    settings = {setting.path: setting for setting in definitions(key, selectors=frozenset({"gsPhoneGxp2140"})).settings}
    assert settings[path].secret


def test_most_is_not_secret() -> None:
    assert [setting.path for name in SERVICES for setting in definitions(name).settings if setting.secret] == [
        "imbot/imbot.paPassword"
    ]


@pytest.mark.parametrize(
    ("key", "path", "given", "kept"),
    [
        ("dns", "sys/unmanaged", "1", "1"),
        ("dns", "sys/unmanaged", "TRUE", "1"),
        ("dns", "sys/unmanaged", " false\n", "0"),
        ("registrar", "registrar-config/SIP_REGISTRAR_ADD_DIVERSION", "true", "Y"),
        ("registrar", "registrar-config/SIP_REGISTRAR_ADD_DIVERSION", "n", "N"),
        ("registrar", "isn/SIP_REDIRECT.150-ISN.BASE_DOMAIN", "True", "freenum.org"),
        ("registrar", "isn/SIP_REDIRECT.150-ISN.BASE_DOMAIN", "false", ""),
        ("phone-lines:Ciscospa/line", "SIP_Settings/Auth_INVITE", "true", "yes"),
        ("proxy", "proxy-configuration/SIPX_PROXY_DEFAULT_EXPIRES", " 240\n", "240"),
        ("registrar", "call-pick-up/SIP_REDIRECT.100-PICKUP.CALL_PICKUP_WAIT", "2.5", "2.5"),
        ("registrar", "registrar-config/SIP_REGISTRAR_MAX_EXPIRES_NORMAL", "", ""),
        ("ivr", "ivr/audio.format", "mp3", "mp3"),
        ("orbits", "general/transferKey", "#", "#"),
        ("dns", "acl/ips", "10.0.0.0/8, 192.0.2.31,\n::1", "10.0.0.0/8, 192.0.2.31,\n::1"),
        ("dns", "acl/ips", "", ""),
        ("dns", "named-config/forwarders/forwarder_0", "2001:db8::1", "2001:db8::1"),
        ("dns", "sys/unmanaged_servers/unmanaged_0", "dns_1.example.com", "dns_1.example.com"),
        ("dns", "sys/unmanaged_servers/unmanaged_0", "192.0.2.31", "192.0.2.31"),
        ("mwi", "status-config/SIP_STATUS_TCP_PORT", "1025", "1025"),
        ("phones:counterpath/phone", "codecs/video_codecs/videoCodecs", "h263, vp8", "h263|vp8"),
        ("phones:counterpath/phone", "codecs/video_codecs/videoCodecs", "h264|h263", "h264|h263"),
        # The model's own default is an address, so that its type cannot be meant.
        ("phone-lines:aastra/line", "server/registrar_ip", "192.0.2.31", "192.0.2.31"),
    ],
)
def test_a_good_value_is_kept_in_the_settings_own_words(key: str, path: str, given: str, kept: str) -> None:
    assert checked(key, path, given) == kept


@pytest.mark.parametrize(
    ("key", "path", "given"),
    [
        ("dns", "sys/unmanaged", "perhaps"),
        ("dns", "sys/unmanaged", ""),
        ("proxy", "proxy-configuration/SIPX_PROXY_DEFAULT_EXPIRES", ""),
        ("proxy", "proxy-configuration/SIPX_PROXY_DEFAULT_EXPIRES", "4m"),
        ("proxy", "proxy-configuration/SIPX_PROXY_DEFAULT_EXPIRES", "4.5"),
        ("proxy", "proxy-configuration/SIPX_PROXY_DEFAULT_EXPIRES", "9" * 19),
        ("proxy", "proxy-configuration/SIPX_PROXY_DEFAULT_EXPIRES", "\u0664"),
        ("registrar", "call-pick-up/SIP_REDIRECT.100-PICKUP.CALL_PICKUP_WAIT", "nan"),
        ("registrar", "call-pick-up/SIP_REDIRECT.100-PICKUP.CALL_PICKUP_WAIT", "30.1"),
        ("ivr", "ivr/audio.format", "ogg"),
        ("ivr", "ivr/audio.format", ""),
        ("ivr", "ivr/path", "a\nb"),
        ("ivr", "ivr/path", "a\x00b"),
        ("ivr", "ivr/path", "\ud800"),
        ("ivr", "ivr/path", "x" * (LONGEST + 1)),
        ("orbits", "general/transferKey", "##"),
        ("orbits", "general/transferKey", "a"),
        ("orbits", "general/parkTimeout", "29"),
        ("orbits", "general/parkTimeout", "301"),
        ("dns", "acl/ips", "10.0.0.0/8,everyone"),
        ("dns", "acl/ips", "10.0.0.0/33"),
        ("dns", "acl/ips", "10.0.0.0/8,,127.0.0.1"),
        ("dns", "acl/ips", ",".join(["10.0.0.0/8"] * 100)),
        ("dns", "named-config/forwarders/forwarder_0", "dns.example.com"),
        ("dns", "sys/unmanaged_servers/unmanaged_0", "a b"),
        ("dns", "sys/unmanaged_servers/unmanaged_0", "192.168.1.256"),
        ("mwi", "status-config/SIP_STATUS_TCP_PORT", "80"),
        ("mwi", "status-config/SIP_STATUS_TCP_PORT", "65536"),
        ("phones:counterpath/phone", "codecs/video_codecs/videoCodecs", "h264|av1"),
        ("phones:counterpath/phone", "codecs/video_codecs/videoCodecs", "h264|h264"),
        ("registrar", "enum/SIP_REDIRECT.160-ENUM.DIAL_PREFIX", "9" * (LONGEST_MATCHED + 1)),
    ],
)
def test_a_bad_value_is_refused_by_its_path(key: str, path: str, given: str) -> None:
    with pytest.raises(Invalid) as caught:
        checked(key, path, given)
    assert list(caught.value.errors) == [path]
    assert len(given) < 4 or given not in str(caught.value)


def test_no_pattern_takes_long_over_a_bad_value() -> None:
    """A pattern in which a repetition is repeated would take longer than the suite."""
    patterns = {setting.constraints.get("pattern", "") for key in KEYS for setting in everything(key)}
    assert len(patterns) > 20
    for pattern in patterns:
        for character in "1a.-*%":
            re.fullmatch(pattern, character * (LONGEST_MATCHED - 1) + "\n", re.ASCII)
