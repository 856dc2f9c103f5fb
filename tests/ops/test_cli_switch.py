"""`pbx switch`: the engine's configuration, and what is wrong between it and this server."""

import json
import sqlite3
import stat
from contextlib import closing
from xml.etree import ElementTree as ET

import pytest

from portsip_api.switch.freeswitch import static
from tests.ops.commands import run
from tests.switch.event_server import EventServer, Peer, serving

ENGINE = {"PBX_SWITCH": "freeswitch"}


def parameters(root, configuration):
    found = root.find(f".//configuration[@name='{configuration}.conf']")
    return {one.get("name"): one.get("value") for one in found.iter("param")}


def test_the_configuration_is_written_with_secrets_that_stay(tmp_path):
    folder = tmp_path / "engine" / "conf"
    settings = {"PBX_SIP_TRANSPORTS": "TLS:5061,UDP:5070", "PBX_SERVER_ADDRESS": "192.0.2.10", **ENGINE}
    result = run(tmp_path / "data", "init", **settings)
    result = run(tmp_path / "data", "switch", "config", "freeswitch", str(folder), "--rtp", "20000-20100", **settings)
    assert (result.returncode, result.stdout) == (0, f"Wrote {folder}/freeswitch.xml.\n")
    file = folder / "freeswitch.xml"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    root = ET.parse(file).getroot()
    password, secret = ((tmp_path / "data" / name).read_text().strip() for name in ("switch.password", "switch.secret"))
    assert len({password, secret}) == 2
    assert parameters(root, "event_socket")["password"] == password
    asked = parameters(root, "xml_curl")
    assert asked["gateway-credentials"] == f"freeswitch:{secret}"
    assert asked["gateway-url"].startswith("http://127.0.0.1:")
    found = {
        profile.get("name"): {one.get("name"): one.get("value") for one in profile.iter("param")}
        for profile in root.iter("profile")
    }
    assert {name: profile["sip-port"] for name, profile in found.items()} == {"phones": "5070", "trunks": "5080"}
    for sofia in found.values():
        assert (sofia["sip-ip"], sofia["auth-calls"]) == ("192.0.2.10", "true")
    assert parameters(root, "switch")["rtp-start-port"] == "20000"
    again = run(tmp_path / "data", "switch", "config", "freeswitch", str(folder), "--url", "http://[::1]:1/", **ENGINE)
    assert again.returncode == 0
    root = ET.parse(file).getroot()
    assert parameters(root, "event_socket")["password"] == password
    assert "http://[::1]:1/engine/freeswitch/directory" in file.read_text()


@pytest.mark.parametrize("ports", ["1-2", "20000", "30000-20000", "20000-70000", "20000-20000"])
def test_ports_of_audio_that_are_none_are_refused(tmp_path, ports):
    result = run(tmp_path, "switch", "config", "freeswitch", str(tmp_path), "--rtp", ports, **ENGINE)
    assert result.returncode == 2
    assert "Name two ports" in result.stderr


def answering(replies):
    """What an engine is that answers each command with what `replies` have, else with `true`."""

    def engine(peer: Peer) -> None:
        peer.let_in_whatever_is_said()
        while lines := peer.command():
            peer.reply(replies.get(lines[0].removeprefix("api "), "true").encode())

    return engine


def check(tmp_path, server: EventServer, **settings):
    url = f"tcp://127.0.0.1:{server.door().port}"
    return run(tmp_path, "switch", "check", PBX_SWITCH_URL=url, **(ENGINE | settings))


@pytest.fixture
def data(tmp_path):
    """A data folder with both secrets."""
    run(tmp_path, "init")
    for name in ("switch.password", "switch.secret"):
        (tmp_path / name).write_text("a secret")
        (tmp_path / name).chmod(0o600)
    return tmp_path


def test_without_such_an_engine_nothing_else_is_checked(data):
    result = run(data, "switch", "check")
    assert (result.returncode, result.stdout.count("\n")) == (1, 1)
    assert "PBX_SWITCH is not freeswitch" in result.stdout


def test_what_is_wrong_is_said(data):
    (data / "switch.secret").unlink()
    (data / "switch.password").chmod(0o644)
    replies = {"version": "FreeSWITCH Version 1.8.7", "strepoch": "1", "sofia status": "x profile RUNNING"}
    replies["module_exists mod_sndfile"] = "false"
    replies[f"file_exists {data.resolve()}/switch/music.wav"] = "false"
    with serving(answering(replies)) as server:
        result = check(data, server)
    assert result.returncode == 1
    said = result.stdout
    for sentence in (
        "mode 0600",
        "makes it",
        "not FreeSWITCH 1.10",
        "mod_sndfile",
        "profile phones",
        "profile trunks",
        "clocks",
        f"does not get at {data.resolve()}/switch:",
    ):
        assert said.count(sentence) == 1, (sentence, said)
    assert said.count("error: ") == 8


def test_an_engine_that_is_not_there_is_said(data):
    with serving(Peer.let_in) as server:
        result = check(data, server)
    assert result.stdout == "error: The SIP engine refuses its password.\n"


def test_the_modules_that_are_checked_are_those_that_are_loaded(tmp_path):
    run(tmp_path, "init")
    run(tmp_path, "switch", "config", "freeswitch", str(tmp_path / "engine"), **ENGINE)
    root = ET.parse(tmp_path / "engine" / "freeswitch.xml").getroot()
    loaded = [one.get("module") for one in root.iter("load")]
    assert json.dumps(loaded) == json.dumps([f"mod_{name}" for name in static.MODULES])
    assert loaded.index("mod_xml_curl") < loaded.index("mod_sofia")


def test_gateways_that_cannot_be_used_are_said(data):
    with closing(sqlite3.connect(data / "pbx.sqlite3")) as store, store:
        for name, address, transport in (("down", "192.0.2.1", "udp"), ("wrong", "192.0.2.2", "udp"),
                                         ("unknown", "192.0.2.3", "udp"), ("tls", "192.0.2.4", "tls"),
                                         ("fine", "192.0.2.5", "udp")):  # fmt: skip
            store.execute(
                "INSERT INTO gateway (tenant_id, name, name_key, model_id, enabled, address, address_port,"
                " outbound_port, shared, use_internal_bridge, anonymous, ignore_user_info,"
                " transform_user_extension, keep_digits, address_transport)"
                " VALUES (1, ?, ?, 'sipTrunkStandard', 1, ?, 0, 0, 0, 0, 0, 0, 0, 0, ?)",
                (name, name, address, transport),
            )
    told = "".join(
        f"<gateway><name>t1-g{id_}</name><profile>trunks</profile><state>{state}</state><status>{status}</status></gateway>"
        for id_, state, status in ((1, "NOREG", "DOWN"), (2, "FAIL_WAIT", "UP"), (5, "NOREG", "UP"))
    )
    with serving(answering({"sofia xmlstatus gateway": told})) as server:
        said = check(data, server).stdout
    assert "Gateway 1 does not answer" in said
    assert "Gateway 2 does not let the engine register" in said
    assert "does not know gateway 3" in said
    assert "Gateway 4 is not used, since TLS" in said
    assert "ateway 5" not in said
