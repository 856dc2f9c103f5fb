"""Where phones fetch their files from, in every vendor's words."""

import pytest

from portsip_api.pbx.devices.profiles.files import ProfileInput, Provisioning, profile_names, render
from tests.pbx.devices.profiles.test_files import NASTY, SERIAL, phone, values

URL = "https://pbx.example:8900/provision/0A1B/"
SERVER = Provisioning(URL, SERIAL, "pass-1")
WORDS = {
    "yealink": {
        "auto_provision.server.url": URL,
        "auto_provision.server.username": SERIAL,
        "auto_provision.server.password": "pass-1",
        "static.auto_provision.server.url": URL,
        "static.auto_provision.server.username": SERIAL,
        "static.auto_provision.server.password": "pass-1",
    },
    "snom": {
        "setting_server": f"{URL}{SERIAL.upper()}.htm",
        "http_client_user": SERIAL,
        "http_client_pass": "pass-1",
    },
    "grandstream": {
        "P237": "pbx.example:8900/provision/0A1B",
        "P212": "2",
        "P1360": SERIAL,
        "P1361": "pass-1",
    },
    "polycom": {
        "device.set": "1",
        "device.prov.serverName": "pbx.example:8900/provision/0A1B",
        "device.prov.serverName.set": "1",
        "device.prov.serverType": "HTTPS",
        "device.prov.serverType.set": "1",
        "device.prov.user": SERIAL,
        "device.prov.user.set": "1",
        "device.prov.password": "pass-1",
        "device.prov.password.set": "1",
    },
}
WORDS["old polycom"] = WORDS["polycom"]


def texts(made: ProfileInput) -> str:
    return "".join(
        render(made, name).content.decode() for name in profile_names(made.serial, made.device, made.version)
    )


@pytest.mark.parametrize("kind", WORDS)
def test_the_file_says_where_the_next_one_is(kind: str) -> None:
    found = values(phone(kind, provisioning=SERVER))
    assert {name: found.get(name) for name in WORDS[kind]} == WORDS[kind]
    without = values(phone(kind))
    assert not {"pass-1", URL, SERVER.bare_url} & set(without.values())
    assert "device.set" not in without


def test_old_yealinks_have_it_in_a_section_of_its_own() -> None:
    section = "[ autoprovision ]\npath = /config/Setting/autop.cfg\n"
    expected = f"{section}server_address = {URL}\nuser = {SERIAL}\npassword = pass-1\n"
    assert expected in texts(phone("old yealink", provisioning=SERVER))
    assert section not in texts(phone("old yealink"))


@pytest.mark.parametrize(
    ("kind", "name", "word"), [("grandstream", "P212", "1"), ("polycom", "device.prov.serverType", "HTTP")]
)
def test_without_tls_it_says_so(kind: str, name: str, word: str) -> None:
    made = phone(kind, provisioning=Provisioning(URL.replace("https", "http"), SERIAL, "pass-1"))
    assert values(made)[name] == word


@pytest.mark.parametrize(
    ("kind", "path", "name"),
    [
        ("yealink", "upgrade/autoprovision/auto_provision.server.url", "auto_provision.server.url"),
        ("grandstream", "upgrade/P237", "P237"),
        ("snom", "update/setting_server", "setting_server"),
    ],
)
def test_what_an_administrator_has_set_stays(kind: str, path: str, name: str) -> None:
    found = values(phone(kind, provisioning=SERVER, settings={path: "elsewhere.example"}))
    assert found[name] == "elsewhere.example"
    assert SERVER.bare_url not in str(found)


def test_a_grandstream_that_is_sent_elsewhere_is_told_nothing_of_ours() -> None:
    elsewhere = {"upgrade/P237": "elsewhere.example", "upgrade/P212": "1"}
    found = values(phone("grandstream", provisioning=SERVER, settings=elsewhere))
    assert found["P212"] == "1"
    assert "P1361" not in found


@pytest.mark.parametrize("kind", [*WORDS, "old yealink"])
def test_an_address_can_never_be_more_than_a_value(kind: str) -> None:
    usual = texts(phone(kind, provisioning=SERVER))
    nasty = texts(phone(kind, provisioning=Provisioning(f"https://{NASTY}/", SERIAL, "pass-1")))
    assert len(nasty.splitlines()) == len(usual.splitlines())
