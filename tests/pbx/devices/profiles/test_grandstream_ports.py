"""Every port of every Grandstream adapter: user, authentication, password and name under the vendor's numbers."""

import struct
from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import unquote
from xml.etree import ElementTree as ET

import pytest

from portsip_api.pbx.devices.profiles.files import ProfileInput, ProfileLine, render
from portsip_api.pbx.devices.profiles.shared import file_of
from portsip_api.pbx.errors import NotFound
from portsip_api.pbx.settings import device_models
from portsip_api.pbx.settings.device_models import PhoneModel
from tests.pbx.devices.profiles.test_files import LINE, SERIAL, full_phone

OWN_PORTS = ["gsHt701", "gsHt702", "gsHt502", "gsHt801", "gsHt802"]
PROFILES = [
    *("gsHt704", "gsHt812", "gsHt814", "gsHt818", "gsFxsGxw4004", "gsFxsGxw4008", "gsFxsGxw4024"),
    *("gsFxsGxw4216", "gsFxsGxw4224", "gsFxsGxw4232", "gsFxsGxw4248"),
]
# User, authentication, password and name, as the vendor's templates have them.
NUMBERS = {
    "own": {1: (35, 36, 34, 3), 2: (735, 736, 734, 703)},
    "profiles": {
        1: (4060, 4090, 4120, 4180),
        2: (4061, 4091, 4121, 4181),
        8: (4067, 4097, 4127, 4187),
        20: (4079, 4109, 4139, 4199),
        21: (4080, 4110, 4140, 4252),
        22: (4081, 4111, 4141, 4253),
        23: (4082, 4112, 4142, 4254),
        24: (4083, 4113, 4143, 4255),
        25: (4084, 4114, 4144, 4256),
        30: (4089, 4119, 4149, 4261),
        31: (4240, 4242, 4244, 4262),
        32: (4241, 4243, 4245, 4263),
        33: (21000, 21064, 21128, 21192),
        48: (21015, 21079, 21143, 21207),
    },
}


def line(number: int, **changed: object) -> ProfileLine:
    """A line whose values tell its number."""
    own = replace(
        LINE, user_name=f"u{number}", auth_name=f"a{number}", password=f"p{number}", display_name=f"n{number}"
    )
    return replace(own, **changed)  # type: ignore[arg-type]


def adapter(model: PhoneModel, lines: Sequence[ProfileLine]) -> ProfileInput:
    """An adapter of a model with those lines, all settings at their defaults."""
    made = full_phone(model, None)
    return replace(made, lines=[replace(each, settings=made.lines[0].settings) for each in lines])


def values(made: ProfileInput) -> dict[str, str]:
    """The parameters of the XML file; those of the text are the same."""
    config = ET.fromstring(render(made, f"cfg{SERIAL}.xml").content).find("config")
    assert config is not None
    found = {element.tag: element.text or "" for element in config}
    rows = render(made, f"cfg{SERIAL}.txt").content.decode().splitlines()
    assert dict(row.split(" = ", 1) for row in rows if not row.startswith("#")) == found
    return found


@pytest.mark.parametrize("model_id", OWN_PORTS + PROFILES)
def test_every_port_registers_with_its_own_credentials(model_id: str) -> None:
    model = device_models.phone_model(model_id)
    found = values(adapter(model, [line(number) for number in range(1, model.max_lines + 1)]))
    numbers = NUMBERS["own" if model_id in OWN_PORTS else "profiles"]
    checked = [number for number in numbers if number <= model.max_lines]
    for number in checked:
        user, auth, password, name = (found.get(f"P{parameter}") for parameter in numbers[number])
        assert (user, auth, password, name) == (f"u{number}", f"a{number}", f"p{number}", f"n{number}")
    for number in range(1, model.max_lines + 1):
        for letter in "uapn":
            assert list(found.values()).count(f"{letter}{number}") == 1
    assert checked[-1] == model.max_lines or model_id in {"gsHt704", "gsHt814", "gsFxsGxw4004", "gsFxsGxw4216"}


@pytest.mark.parametrize("model_id", OWN_PORTS)
def test_ports_with_a_server_each_have_their_own(model_id: str) -> None:
    model = device_models.phone_model(model_id)
    other = line(2, server="sip.example", port=5070, outbound_proxy="", external=True)
    found = values(adapter(model, [line(1, transport="TCP"), other][: model.max_lines]))
    assert (found["P271"], found["P47"], found["P48"]) == ("1", "pbx.example:5070", "edge.example:5090")
    assert (found["P130"], found["P99"]) == ("1", "1")
    if model.max_lines > 1:
        assert (found["P401"], found["P747"], found["P748"]) == ("1", "sip.example:5070", "")


@pytest.mark.parametrize("model_id", PROFILES)
def test_a_line_of_another_server_uses_the_second_profile(model_id: str) -> None:
    model = device_models.phone_model(model_id)
    other = {"server": "sip.example", "port": None, "outbound_proxy": "", "external": True}
    found = values(adapter(model, [line(1, **other), line(2, transport="UDP")]))
    assert (found["P271"], found["P47"], found["P48"]) == ("1", "pbx.example:5070", "edge.example:5090")
    assert (found["P401"], found["P747"], found["P748"]) == ("1", "sip.example", "")
    assert (found["P130"], found["P99"]) == ("0", "1")
    assert (found["P4150"], found["P4151"]) == ("1", "0")
    assert (found["P4595"], found["P4596"]) == ("1", "1")


@pytest.mark.parametrize("model_id", PROFILES)
def test_one_server_needs_one_profile(model_id: str) -> None:
    found = values(adapter(device_models.phone_model(model_id), [line(1), line(2)]))
    assert (found["P271"], found["P401"]) == ("1", "0")
    assert (found["P4150"], found["P4151"]) == ("0", "0")


@pytest.mark.parametrize("model_id", PROFILES)
def test_credentials_of_a_third_server_are_given_to_none(model_id: str) -> None:
    """Such lines were taken before they were refused."""
    model = device_models.phone_model(model_id)
    if model.max_lines < 3:
        return
    others = [line(number, server=f"sip{number}.example", external=True) for number in (2, 3)]
    found = values(adapter(model, [line(1), *others]))
    assert "p3" not in found.values()
    assert (found["P4062"], found["P4122"], found["P747"]) == ("", "", "sip2.example:5070")


@pytest.mark.parametrize("model_id", OWN_PORTS + PROFILES)
def test_a_port_without_a_line_has_no_credentials(model_id: str) -> None:
    model = device_models.phone_model(model_id)
    found = values(adapter(model, [line(1)]))
    numbers = NUMBERS["own" if model_id in OWN_PORTS else "profiles"]
    for number in range(2, model.max_lines + 1):
        if number in numbers:
            assert {found.get(f"P{parameter}") for parameter in numbers[number]} == {""}
    if model_id in OWN_PORTS and model.max_lines > 1:
        assert found["P401"] == "0"


def test_what_was_set_goes_before_what_follows_from_a_line() -> None:
    made = adapter(device_models.phone_model("gsHt704"), [line(1), line(2)])
    path = "account-proxy/P47"
    set_on_phone = replace(made, settings={**made.settings, path: "proxy.example"}, chosen=frozenset({path}))
    assert values(set_on_phone)["P47"] == "proxy.example"
    path = "opt/P72-P772-P72-P772"
    second = replace(made.lines[1], settings={**made.lines[1].settings, path: "7"}, chosen=frozenset({path}))
    assert values(replace(made, lines=[made.lines[0], second]))["P72"] == "7"


@pytest.mark.parametrize("model_id", PROFILES)
def test_a_server_that_was_set_on_a_line_is_a_server(model_id: str) -> None:
    path = "port/P47-P747-P47-P747"
    made = adapter(device_models.phone_model(model_id), [line(1), line(2)])
    if path not in made.lines[0].settings:
        return
    second = replace(made.lines[1], settings={**made.lines[1].settings, path: "sip.example"}, chosen=frozenset({path}))
    found = values(replace(made, lines=[made.lines[0], second]))
    assert (found["P47"], found["P747"], found["P4151"]) == ("pbx.example:5070", "sip.example", "1")


@pytest.mark.parametrize("model_id", ["gsHt286", "gsHt496", "gsPhoneBt200", "gsPhoneGxp2000", "gsHt814"])
def test_earlier_phones_read_a_binary_file(model_id: str) -> None:
    lines = [line(1, display_name="Zoë & <Ann>=1"), line(2, password="p%2+ \n#;")]
    model = device_models.phone_model(model_id)
    made = adapter(model, lines[: model.max_lines])
    for name in (f"cfg{SERIAL}", f"CFG{SERIAL}".upper()):
        file = file_of(0, made, name)
        assert (file.name, file.media_type) == (f"cfg{SERIAL}", "application/octet-stream")
    content = file.content
    length, _, mac, end = struct.unpack(">IH6s4s", content[:16])
    assert (length * 2, mac.hex(), end) == (len(content), SERIAL, b"\r\n\r\n")
    assert sum(struct.unpack(f">{length}H", content)) % 65_536 == 0
    *pairs, key = content[16:].rstrip(b"\0").decode("ascii").split("&")
    assert key == "gnkey=0b82"
    found = {name: unquote(value) for name, value in (pair.split("=") for pair in pairs)}
    assert found == values(made)
    assert "Zoë & <Ann>=1" in found.values()


def test_only_a_grandstream_has_a_binary_file() -> None:
    with pytest.raises(NotFound):
        file_of(0, full_phone(device_models.phone_model("snom370"), None), f"cfg{SERIAL}")
