"""Configuration files of phones: their names, their parameters, and that a value can never be more than a value."""

import re
import sys
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portsip_api.pbx.devices.profiles.files import (
    ProfileInput,
    ProfileLine,
    Provisioning,
    has_form,
    profile_names,
    render,
)
from portsip_api.pbx.errors import NotFound
from portsip_api.pbx.settings import device_models

SERIAL = "0004f2aabbcc"
LINE = ProfileLine("200", "200/a", "s3cret", "Ann Example", "pbx.example", 5070, "edge.example:5090", "101", {})
NASTY = "\"><x/>\n[line 9]\r\nuser_name = 666\u2028#!version:1.0.0.1\x85%NULL% --> & ' = \x00;]]>\ud800\uffff\U0001f600"
DEVICES = {
    "polycom": "polycom5.5.2",
    "old polycom": "polycom3.2.X",
    "yealink": "yealink8X",
    "old yealink": "yealink6X",
    "snom": None,
    "grandstream": None,
}


def phone(kind: str, *lines: ProfileLine, **changed: object) -> ProfileInput:
    """A phone with two accounts."""
    made = ProfileInput(
        serial=SERIAL,
        model_id="",
        model_label="A phone",
        vendor=None,
        device=kind.rpartition(" ")[2],
        version=DEVICES[kind],
        max_lines=2,
        description="Reception",
        domain="pbx.example",
        lines=lines,
        settings={},
        location=None,
    )
    return replace(made, **changed)  # type: ignore[arg-type]


def files(made: ProfileInput) -> Iterator[tuple[str, str]]:
    """The names and the texts of a phone's files."""
    for name in profile_names(made.serial, made.device, made.version):
        yield name, render(made, name).content.decode()


def values(made: ProfileInput) -> dict[str, str]:
    """Every value of a phone's files, read as the phone reads it; an account's element as `name#1`."""
    found: dict[str, str] = {}
    for _, text in files(made):
        if text.startswith("<?xml"):
            for element in ET.fromstring(text.encode()).iter():
                found |= {name: value for name, value in element.attrib.items() if name not in {"idx", "perm"}}
                if len(element) == 0:
                    found[element.tag + (f"#{element.get('idx')}" if "idx" in element.attrib else "")] = (
                        element.text or ""
                    )
        else:
            found |= dict(settings_of(text))
    return found


def settings_of(text: str) -> Iterator[tuple[str, str]]:
    """The lines `name = value` of a text, each with its section before it."""
    section = ""
    assert text.endswith("\n")
    for row in text.splitlines():
        if re.fullmatch(r"\[[^=]*\]", row):
            section = row.strip("[] ") + "/"
        elif row and not row.startswith(("#", ";")):
            name, separator, value = row.partition(" = ")
            assert separator
            yield section + name, value


def harmless(value: str) -> str:
    """The value with blanks for what no configuration file may hold."""
    bad = {"Cc", "Cs", "Zl", "Zp"}
    return "".join(" " if unicodedata.category(c) in bad or c in "\ufffe\uffff" else c for c in value)


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        (
            "polycom",
            [f"{SERIAL}.cfg"]
            + [
                f"{SERIAL}-sipx-{part}.cfg"
                for part in "applications features reg-advanced region sip-basic sip-interop site video".split()  # noqa: SIM905
            ],
        ),
        ("old polycom", [f"{SERIAL}.cfg", *(f"{SERIAL}-sipx-{part}.cfg" for part in ("sip", "phone", "device"))]),
        ("yealink", [f"{SERIAL}.cfg"]),
        ("snom", ["0004F2AABBCC.xml", "0004F2AABBCC.htm"]),
        ("grandstream", [f"cfg{SERIAL}.xml", f"cfg{SERIAL}.txt"]),
    ],
)
def test_a_phone_has_the_files_that_it_asks_for(kind: str, names: list[str]) -> None:
    assert [name for name, _ in files(phone(kind, LINE))] == names
    assert render(phone(kind, LINE), names[-1].swapcase()).name == names[-1]
    for other in ("", "x.cfg", names[0] + "x", "../" + names[0], SERIAL, "000000000000.cfg"):
        with pytest.raises(NotFound):
            render(phone(kind, LINE), other)


OWN = {
    "polycom": {
        "reg.1.address": "200",
        "reg.1.label": "200",
        "reg.1.auth.userId": "200/a",
        "reg.1.auth.password": "s3cret",
        "reg.1.displayName": "Ann Example",
        "reg.1.server.1.address": "pbx.example",
        "reg.1.server.1.port": "5070",
        "reg.1.outboundProxy.address": "edge.example",
        "reg.1.outboundProxy.port": "5090",
        "msg.mwi.1.subscribe": "200",
        "msg.mwi.1.callBackMode": "contact",
        "msg.mwi.1.callBack": "101",
        "reg.2.address": "",
    },
    "yealink": {
        "account.1.enable": "1",
        "account.1.label": "Ann Example",
        "account.1.display_name": "Ann Example",
        "account.1.user_name": "200",
        "account.1.auth_name": "200/a",
        "account.1.password": "s3cret",
        "account.1.sip_server_host": "pbx.example",
        "account.1.sip_server.1.address": "pbx.example",
        "account.1.sip_server_port": "5070",
        "account.1.outbound_proxy_enable": "1",
        "account.1.outbound_host": "edge.example",
        "account.1.outbound_port": "5090",
        "voice_mail.number.1": "101",
        "account.2.enable": "0",
    },
    "old yealink": {
        "account/Enable": "0",
        "account/path": "/config/voip/sipAccount1.cfg",
        "account/UserName": "200",
        "account/password": "s3cret",
        "account/SIPServerHost": "pbx.example",
        "Message/VoiceNumber0": "101",
    },
    "snom": {
        "user_active#1": "on",
        "user_name#1": "200",
        "user_pname#1": "200/a",
        "user_pass#1": "s3cret",
        "user_realname#1": "Ann Example",
        "user_host#1": "pbx.example:5070",
        "user_outbound#1": "edge.example:5090",
        "user_mailbox#1": "101",
        "user_active#2": "off",
    },
    "grandstream": {
        "mac": SERIAL,
        "P271": "1",
        "P35": "200",
        "P36": "200/a",
        "P34": "s3cret",
        "P3": "Ann Example",
        "P270": "Ann Example",
        "P47": "pbx.example:5070",
        "P48": "edge.example:5090",
        "P33": "101",
        "P401": "0",
    },
}


@pytest.mark.parametrize("kind", OWN)
def test_a_line_registers_with_its_own_values(kind: str) -> None:
    assert values(phone(kind, LINE)).items() >= OWN[kind].items()


OVERRIDDEN = {
    "polycom": ("reg/displayName", "reg.1.displayName"),
    "old polycom": ("reg/server/1/port", "reg.1.server.1.port"),
    "yealink": ("basic/sip_server_port", "account.1.sip_server_port"),
    "old yealink": ("account/UserName", "account/UserName"),
    "snom": ("line/user_mailbox", "user_mailbox#1"),
    "grandstream": ("port/P36-P405-P505-P605-P1705-P1805", "P36"),
}


@pytest.mark.parametrize("kind", OVERRIDDEN)
def test_a_setting_of_the_line_goes_before_its_own_value(kind: str) -> None:
    path, name = OVERRIDDEN[kind]
    assert values(phone(kind, replace(LINE, settings={path: "7777"})))[name] == "7777"


@pytest.mark.parametrize(
    ("kind", "path", "value", "written"),
    [
        ("polycom", "lcl/time/24HourClock", "1", {"lcl.datetime.time.24HourClock": "1"}),
        ("polycom", "lcl/datetime/date.format", "D,Md", {"lcl.datetime.date.format": "D,Md"}),
        ("polycom", "up/general/headsetMode", "1", {"up.headsetMode": "1"}),
        (
            "polycom",
            "powerSaving/officeHours/duration/duration.friday",
            "8",
            {"powerSaving.officeHours.duration.friday": "8"},
        ),
        ("polycom", "voIpProt.SIP/protocol/lcs", "0", {"voIpProt.SIP.lcs": "0"}),
        ("polycom", "call/localConferenceCallHold_hidden", "1", {"call.localConferenceCallHold": "1"}),
        ("polycom", "feature/presence", "1", {"feature.presence.enabled": "1"}),
        ("old polycom", "feature/url-dialing", "1", {"feature.9.name": "url-dialing", "feature.9.enabled": "1"}),
        ("polycom", "se/ringType/RING_ANSWER/mod", "1", {"se.rt.ringAutoAnswer.mod": "1"}),
        ("old polycom", "se/ringType/RING_ANSWER/mod", "1", {"se.rt.4.mod": "1"}),
        (
            "polycom",
            "voice/codecPref/VVX_500",
            "G722|G711_Mu",
            {"voice.codecPref.G722": "1", "voice.codecPref.G711_Mu": "2", "voice.codecPref.G729_AB": ""},
        ),
        (
            "polycom",
            "dialplan/digitmap/routing.1/emergency.1.value",
            "911, 112",
            {"dialplan.routing.emergency.1.value": "911", "dialplan.routing.emergency.2.value": "112"},
        ),
        ("polycom", "auth/localAdminPassword", "1", {"device.auth.localAdminPassword": "1", "device.set": "1"}),
        ("yealink", "network-wan/network/network.internet_port.type", "0", {"network.internet_port.type": "0"}),
        ("yealink", "handsets/handset/name[0]", "Hall", {"handset.1.name": "Hall"}),
        ("yealink", "handsets/handset/incoming_lines[1]", "line1|line3", {"handset.2.incoming_lines": "1,3"}),
        ("yealink", "dialplan/dial-now/rule[2]", "xxx", {"dialplan.dialnow.rule.3": "xxx"}),
        ("yealink", "upgrade/autoprovision/auto_provision.mode_W52", "1", {"auto_provision.mode": "1"}),
        ("yealink", "features/DND/features.dnd.on_code", None, {"features.dnd.on_code": "%NULL%"}),
        ("yealink", "iant/iant_custom_configs", "a.b = c\nnonsense\r\nd=e", {"a.b": "c", "d": "e"}),
        ("snom", "Basic_Settings/language", "Deutsch", {"language": "Deutsch"}),
        ("grandstream", "phone/P900", "1", {"P900": "1"}),
        ("grandstream", "sip/P198.bt", "106", {"P198": "106"}),
        ("grandstream", "network/__IPAddress-9", "10.0.0.7", {"P9": "10", "P10": "0", "P11": "0", "P12": "7"}),
        ("grandstream", "custom/CustomPValue1", "P4321=a=b", {"P4321": "a=b"}),
    ],
)
def test_a_setting_of_the_phone_has_its_true_name(kind: str, path: str, value: str, written: Mapping[str, str]) -> None:
    assert values(phone(kind, settings={path: value})).items() >= written.items()


@pytest.mark.parametrize(
    ("kind", "path", "value", "written"),
    [
        ("polycom", "call/autoOffHook/contact", "9", {"call.autoOffHook.2.contact": "9"}),
        ("polycom", "call/fwd/enabled", "1", {"divert.fwd.2.enabled": "1"}),
        ("polycom", "line-dialplan/digitmap/digitmap", "x.T", {"dialplan.2.digitmap": "x.T"}),
        (
            "polycom",
            "line-dialplan/digitmap/routing.1/emergency.1.value",
            "112",
            {"dialplan.2.routing.emergency.1.value": "112"},
        ),
        ("old polycom", "divert/contact", "9", {"divert.2.contact": "9"}),
        ("yealink", "advanced/expires", "60", {"account.2.expires": "60"}),
        (
            "yealink",
            "codecs/codec",
            "8:PCMA|9:G722",
            {"account.2.codec.2.priority": "1", "account.2.codec.1.priority": "2", "account.2.codec.3.enable": "0"},
        ),
        ("old yealink", "audio/0", "9", {"audio0/PayloadType": "G722", "audio0/path": "/config/voip/sipAccount1.cfg"}),
        ("snom", "sip/user_expiry", "60", {"user_expiry#2": "60"}),
        ("grandstream", "network/P32-P412-P512-P612", "60", {"P412": "60"}),
    ],
)
def test_a_setting_of_a_line_is_its_accounts(kind: str, path: str, value: str, written: Mapping[str, str]) -> None:
    assert values(phone(kind, LINE, replace(LINE, settings={path: value}))).items() >= written.items()


@pytest.mark.parametrize("kind", DEVICES)
def test_a_line_beyond_the_models_is_not_written(kind: str) -> None:
    lines = [replace(LINE, password=f"secret-of-{number}") for number in range(3)]
    text = "".join(text for _, text in files(phone(kind, *lines)))
    assert [f"secret-of-{number}" in text for number in range(3)] == [True, True, False]


def test_a_master_file_names_the_others() -> None:
    made = phone("polycom", LINE, settings={"custom/custom-configs": "hotel.cfg"})
    master = ET.fromstring(render(made, f"{SERIAL}.cfg").content)
    assert master.tag == "APPLICATION"
    assert master.get("CONFIG_FILES", "").split(", ") == [
        "hotel.cfg",
        *profile_names(SERIAL, "polycom", made.version)[1:],
    ]


def test_network_values_of_a_polycom_have_a_switch() -> None:
    values_of = {"network/device.net/vlanId": "7", "network/device.net/overwrite": "0"}
    assert "device.net.vlanId" not in values(phone("polycom", settings=values_of))
    values_of["network/device.net/overwrite"] = "1"
    assert values(phone("polycom", settings=values_of))["device.net.vlanId"] == "7"


def test_a_polycom_has_the_picture_of_its_model() -> None:
    pictures = {f"background/polycom{model}bg/bm.1.name": f"{model}.jpg" for model in ("VVX300", "VVX600", "670")}
    found = values(phone("polycom", model_id="polycomVVX600", settings=pictures))
    assert {name: value for name, value in found.items() if name.startswith("bg.")} == {
        "bg.color.bm.1.name": "VVX600.jpg"
    }


def test_keys_of_a_snom_are_function_keys() -> None:
    keys = {"fkeys/fkey3/context": "1", "fkeys/fkey3/type": "dest", "fkeys/fkey3/number": "300"}
    (key,) = ET.fromstring(render(phone("snom", settings=keys), f"{SERIAL}.xml").content).iter("fkey")
    assert (key.attrib, key.text) == ({"idx": "3", "context": "1", "perm": "R"}, "dest 300")


def test_settings_of_a_snom_say_who_may_change_them() -> None:
    """What is the user's own stays as he has it, until an administrator sets it; the rest is fixed."""
    own = {"Audio_Settings/vol_handset": "8", "Ringer_Settings/ring_sound": "Ringer2", "Other/log_level": "5"}
    line = replace(
        LINE,
        settings={"line/user_ringer": "Ringer1", "line/user_idle_text": "x"},
        chosen=frozenset({"line/user_ringer"}),
    )
    keys = {"fkeys/fkey0/type": "line", "fkeys/fkey0/number": None, "fkeys/fkey1/number": "300"}
    made = phone("snom", line, settings=own | keys, chosen=frozenset({"Ringer_Settings/ring_sound"}))
    elements = ET.fromstring(render(made, f"{SERIAL}.xml").content).iter()
    found = {f"{each.tag}{each.get('idx') or ''}": each.get("perm") for each in elements if "perm" in each.attrib}
    assert found["vol_handset"] == "!"
    assert found["ring_sound"] == "RW"
    assert found["log_level"] == "R"
    assert (found["user_ringer1"], found["user_idle_text1"]) == ("RW", "!")
    assert (found["user_pass1"], found["user_name1"], found["user_active2"]) == ("R", "R", "R")
    assert (found["fkey0"], found["fkey1"]) == ("!", "R")
    assert set(found.values()) == {"R", "RW", "!"}


@pytest.mark.parametrize(
    ("version", "firmware"),
    [
        ("polycom5.5.2", "firmware/5.5.2/sip.ld"),
        ("polycom5.4.0_RP", "firmware/5.4.0_RP/sip.ld"),
        ("polycom3.1.X", "firmware/3.1.X/sip.ld"),
        (None, "sip.ld"),
    ],
)
def test_a_polycom_looks_for_its_firmware_in_a_folder(version: str | None, firmware: str) -> None:
    made = phone("polycom", LINE, version=version)
    assert ET.fromstring(render(made, f"{SERIAL}.cfg").content).get("APP_FILE_PATH") == firmware


@pytest.mark.parametrize(("scheme", "kind"), [("http", "HTTP"), ("https", "HTTPS")])
def test_a_polycom_is_told_by_what_it_fetches_its_files(scheme: str, kind: str) -> None:
    """Its model's own default is not to be told; who sets it is followed."""
    made = full_phone(device_models.phone_model("polycomVVX500"), "polycom5.5.2")
    made = replace(made, provisioning=Provisioning(f"{scheme}://p.example/x/", "u", "p"))
    found = values(made)
    assert (found["device.prov.serverType"], found["device.prov.serverType.set"]) == (kind, "1")
    path = "prov/prov_device/serverType.set"
    assert values(replace(made, chosen=frozenset({path})))["device.prov.serverType.set"] == "0"


def test_a_grandstream_gateway_has_one_server_and_its_own_numbers() -> None:
    model = device_models.phone_model("gsFxsGxw4008")
    found = values(full_phone(model, None))
    assert (
        found.items()
        >= {"P47": "pbx.example:5070", "P4060": "200", "P4090": "200/a", "P4300": "1", "P271": "1"}.items()
    )
    assert "P35" not in found


def test_a_yealink_begins_with_the_version_of_the_format() -> None:
    assert render(phone("yealink"), f"{SERIAL}.cfg").content.startswith(b"#!version:1.0.0.1\n")


def test_golden_grandstream() -> None:
    made = phone("grandstream", settings={"phone/P900": "<1>"}, max_lines=1, location="A--B")
    assert render(made, f"cfg{SERIAL}.xml").content.decode() == (
        '<?xml version="1.0" encoding="UTF-8"?>\n<!-- A phone; location: A- -B -->\n<gs_provision version="1">\n'
        f'  <mac>{SERIAL}</mac>\n  <config version="1">\n    <P900>&lt;1&gt;</P900>\n    <P271>0</P271>\n'
        "  </config>\n</gs_provision>\n"
    )
    assert render(made, f"cfg{SERIAL}.txt").content.decode() == "# A phone\n# Location: A--B\nP900 = <1>\nP271 = 0\n"


DISPLAY = {
    "polycom": "reg.1.displayName",
    "old polycom": "reg.1.displayName",
    "yealink": "account.1.display_name",
    "old yealink": "account/DisplayName",
    "snom": "user_realname#1",
    "grandstream": "P3",
}


def check_harmless(kind: str, value: str) -> None:
    """The value is read back, and leaves the names of all parameters as they are."""
    line = replace(LINE, display_name=value, user_name=value, password=value)
    settings_ = {"a/b.c": value, "phone/P900": value}
    plain = phone(kind, LINE, settings=dict.fromkeys(settings_, "x"), location="x")
    nasty = phone(kind, line, settings=settings_, location=value, description=value, model_label=value)
    found = values(nasty)
    assert found[DISPLAY[kind]] == harmless(value)
    assert found.keys() == values(plain).keys()
    for (_, text), (_, other) in zip(files(nasty), files(plain), strict=True):
        assert text.count("\n") == other.count("\n")


@pytest.mark.parametrize("kind", DISPLAY)
@pytest.mark.parametrize("value", [NASTY, '"><x/>', "a\nb", "100%", "#1", "a=b", "-->", "]]>", "{{ 7*7 }}", "--", "-"])
def test_a_value_stays_a_value(kind: str, value: str) -> None:
    check_harmless(kind, value)


@settings(max_examples=150, deadline=None)
@given(
    kind=st.sampled_from(list(DISPLAY)),
    value=st.text(st.characters(exclude_categories=()) | st.sampled_from("\n\r\x85\u2028<>\"'&-=#;[]%{}"), min_size=1),
)
def test_any_value_stays_a_value(kind: str, value: str) -> None:
    check_harmless(kind, value)


def full_phone(model: device_models.PhoneModel, version: str | None) -> ProfileInput:
    """A phone of a model with all its settings at their defaults."""
    of_line = {row.path: row.default for row in device_models.line_definitions_of(model, version).settings}
    return ProfileInput(
        serial=SERIAL,
        model_id=model.model_id,
        model_label=model.label,
        vendor=model.vendor,
        device=model.family,
        version=version,
        max_lines=model.max_lines,
        description="",
        domain="pbx.example",
        lines=[replace(LINE, settings=of_line)] * 3,
        settings={row.path: row.default for row in device_models.definitions_of(model, version).settings},
        location="911",
    )


# Written in a form of their own (there are tests of that), or not at all; and settings of adapters that share their
# parameter with another setting.
OWN_FORM = re.compile(
    r"e911/|group\.version/|background/|custom/|fkeys/|unsupported/memory|iant/|network/(device\.net/|__)"
    r"|.*(codecPref/|_lines\[|line_id|_RemotePhonebooks)|phone/P(2|64|71|85|143|195|196)$|account-codecs/P(61|62)$"
)


def with_a_form() -> list[device_models.PhoneModel]:
    """The models whose phones have files."""
    models = [model for model in device_models.phone_models() if has_form(model.family)]
    assert len(models) == 114
    return models


def test_a_model_without_a_form_says_so() -> None:
    others = [model for model in device_models.phone_models() if not has_form(model.family)]
    assert len(others) == 179 - 114
    for model in others:
        assert profile_names(SERIAL, model.family, model.version_or_default(None)) == []
        with pytest.raises(NotFound, match="no form"):
            render(full_phone(model, model.version_or_default(None)), f"{SERIAL}.cfg")


def test_every_setting_of_every_model_is_in_its_files() -> None:
    for model in with_a_form():
        for version in {model.version_or_default(None), *(model.versions or ())[:1]}:
            made = full_phone(model, version)
            marked = {path: f"value {at}" for at, path in enumerate(made.settings) if not OWN_FORM.match(path)}
            # Without lines: those of a Grandstream adapter share parameters with the phone, and theirs are written.
            found = set(values(replace(made, lines=(), settings={**made.settings, **marked})).values())
            assert {path for path, value in marked.items() if value not in found} == set(), model.model_id
            assert {"200", "s3cret", "Ann Example"} <= set(values(made).values()), model.model_id


def test_every_setting_of_a_line_is_in_the_files() -> None:
    for model in with_a_form():
        made = full_phone(model, model.version_or_default(None))
        (line, *_) = made.lines
        marked = {path: f"value {at}" for at, path in enumerate(line.settings) if not path.startswith("codecs/")}
        found = set(values(replace(made, lines=[replace(line, settings=marked)])).values())
        lost = {path for path, value in marked.items() if value not in found}
        assert lost == set(), (model.model_id, lost)


def test_the_same_phone_has_the_same_files() -> None:
    made = full_phone(device_models.phone_model("polycomVVX500"), "polycom5.5.2")
    assert list(files(made)) == list(files(made))


@pytest.mark.parametrize(("model_id", "version"), [("polycomVVX500", "polycom5.5.2"), ("gsPhoneGxp2140", None)])
def test_a_large_file_costs_little_for_each_of_its_settings(model_id: str, version: str | None) -> None:
    """Calls are counted, a millisecond has some thousands: twice the settings are at most twice the calls."""
    made = full_phone(device_models.phone_model(model_id), version)
    list(files(made))  # what is read once has been read
    half = replace(made, settings=dict(list(made.settings.items())[::2]))
    for name in profile_names(made.serial, made.device, made.version):
        assert calls_to_make(made, name) < min(60_000, 2 * calls_to_make(half, name))
    assert len(made.settings) > 700


def calls_to_make(made: ProfileInput, name: str) -> int:
    """How many functions are called while a file is made."""
    calls = Counter[str]()
    sys.setprofile(lambda _frame, event, _of: calls.update([event]))
    try:
        render(made, name)
    finally:
        sys.setprofile(None)
    return calls["call"] + calls["c_call"]


def test_no_secret_is_in_the_representation_of_a_profile() -> None:
    made = phone("polycom", LINE, settings={"auth/localAdminPassword": "4567-admin"})
    shown = repr(made) + repr(render(made, f"{SERIAL}-sipx-reg-advanced.cfg"))
    assert "s3cret" not in shown
    assert "4567-admin" not in shown
