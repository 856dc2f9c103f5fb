"""`pbx switch`: the engine's configuration, and what is wrong between it and this server."""

import json
import re
import sqlite3
import ssl
import stat
from contextlib import closing
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from portsip_api.pbx.calls.kept.forgetting import AGAIN_SECONDS
from portsip_api.pbx.media import voice
from portsip_api.switch.freeswitch import static
from tests.authority import Authority, pem_of
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
    assert int(asked["timeout"]) > 3  # a server that takes two seconds is slow, not away
    assert int(asked["timeout"]) < AGAIN_SECONDS  # or what was on its way for so long would be kept, though it is old
    sofia = parameters(root, "sofia")
    assert int(sofia["max-reg-threads"]) >= 50  # or phones register one after the other
    assert sofia["inbound-reg-in-new-thread"] == "true"
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


def test_a_second_server_is_asked_where_the_first_one_does_not_answer(tmp_path):
    run(tmp_path / "data", "init")
    urls = ["http://192.0.2.1:8899", "http://192.0.2.2:8899/"]
    options = [word for url in urls for word in ("--url", url)]
    result = run(tmp_path / "data", "switch", "config", "freeswitch", str(tmp_path), *options, **ENGINE)
    assert result.returncode == 0, result.stderr
    root = ET.parse(tmp_path / "freeswitch.xml").getroot()
    bindings = root.findall(".//binding")
    for section in static.SECTIONS:
        asked = [one[0].attrib for one in bindings if one.get("name") == section]
        assert [(one["value"], one["bindings"]) for one in asked] == [
            (f"http://192.0.2.{host}:8899/engine/freeswitch/{section}", section) for host in (1, 2)
        ]
    records = root.findall(".//configuration[@name='json_cdr.conf']//param")
    sent = [one.get("value") for one in records if one.get("name") == "url"]
    assert sent == [f"http://192.0.2.{host}:8899/engine/freeswitch/cdr" for host in (1, 2)]


def test_while_this_server_is_away_emergency_calls_leave_and_all_others_are_told_so(tmp_path):
    run(tmp_path / "data", "init")
    run(tmp_path / "data", "switch", "config", "freeswitch", str(tmp_path), **ENGINE)
    root = ET.parse(tmp_path / "freeswitch.xml").getroot()
    (context,) = root.findall(".//section[@name='dialplan']/context")
    assert context.get("name") == "global"
    conditions = [
        [(one.get("field", ""), one.get("expression", "")) for one in extension.findall("condition")]
        for extension in context.findall("extension")
    ]
    dialled, place = conditions[0]
    # Nothing but a number is looked for: FreeSWITCH would run what else stands in the name of a variable.
    assert dialled[0] == "destination_number"
    assert [bool(re.search(dialled[1], text)) for text in ("112", "+49112", "*9112", "sos")] == [True] * 4
    for text in ("", "${system(id)}", "112 x", "112}", "x112", "sos1", "1" * 33):
        assert not re.search(dialled[1], text), text
    assert place == ("${pbx_emergency_${destination_number}}", "^([0-9]+)$")
    assert conditions[1:] == [[("${sofia_profile_name}", "^phones$")], [("", "")]]
    steps = [[(one.get("application"), one.get("data", "")) for one in part.iter("action")] for part in context]
    assert ("bridge", "${pbx_emergency_way$1}") in steps[0]
    (prompt,) = [data for application, data in steps[1] if application == "playback"]
    assert Path(prompt).read_bytes() == voice.own("out-of-service")
    for part in steps:
        assert part[-2] == ("respond", "503 The PBX does not answer")


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


def test_an_engine_that_may_not_write_to_the_folder_is_said(data):
    folder = data.resolve() / "switch"
    with serving(answering({f"system test -w {folder} || echo no": "no\n"})) as server:
        said = check(data, server).stdout
    assert f"may not write to {folder}," in said
    with serving(answering({})) as server:
        assert "may not write" not in check(data, server).stdout


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


@pytest.fixture
def authority():
    return Authority()


def config(tmp_path, **settings):
    run(tmp_path / "data", "init")
    told = run(tmp_path / "data", "switch", "config", "freeswitch", str(tmp_path / "engine"), **(ENGINE | settings))
    return told, tmp_path / "engine"


def secure(file, key=None, **settings):
    given = {"PBX_SIP_CERTIFICATE_FILE": str(file), "PBX_SIP_KEY_FILE": str(key or file)}
    return given | {"PBX_SIP_TRANSPORTS": "UDP:5060,TLS:5061,WSS:7443", "PBX_TRUNK_TLS_PORT": "5099"} | settings


def test_a_certificate_is_written_where_the_engine_looks_for_it_and_served(tmp_path, authority):
    file = authority.file(tmp_path, x509.DNSName("pbx.example"))
    told, engine = config(tmp_path, **secure(file, PBX_TRUNK_CA_FILE=str(authority.own_file(tmp_path))))
    assert (told.returncode, told.stdout) == (0, f"Wrote {engine}/freeswitch.xml.\n")
    names = ("agent.pem", "wss.pem", "dtls-srtp.pem", "cafile.pem")
    assert {path.name: stat.S_IMODE(path.stat().st_mode) for path in (engine / "tls").iterdir()} == dict.fromkeys(
        names, 0o600
    )
    sound = (engine / "tls" / "dtls-srtp.pem").read_bytes()
    key = load_pem_private_key(sound, None)
    assert isinstance(key, rsa.RSAPrivateKey)
    assert key.key_size == 4096  # with less the engine would make one itself
    for name in names[:3]:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(engine / "tls" / name)
    assert (engine / "tls" / "cafile.pem").read_bytes() == authority.own_file(tmp_path).read_bytes()
    config(tmp_path, **secure(file, PBX_TRUNK_CA_FILE=str(authority.own_file(tmp_path))))
    assert (engine / "tls" / "dtls-srtp.pem").read_bytes() == sound
    profiles = {
        profile.get("name"): {one.get("name"): one.get("value") for one in profile.iter("param")}
        for profile in ET.parse(engine / "freeswitch.xml").getroot().iter("profile")
    }
    phones, trunks = profiles["phones"], profiles["trunks"]
    assert (phones["tls"], phones["tls-sip-port"], phones["wss-binding"]) == ("true", "5061", ":7443")
    assert (phones["apply-candidate-acl"], phones["tls-version"]) == ("any_v4.auto", "tlsv1.2")
    assert (trunks["tls"], trunks["tls-sip-port"], trunks["tls-verify-policy"]) == ("true", "5099", "subjects_out")
    assert "wss-binding" not in trunks


def test_without_a_certificate_nothing_is_secure(tmp_path):
    told, engine = config(tmp_path, PBX_SIP_TRANSPORTS="UDP:5060,TLS:5061,WSS:7443")
    assert told.returncode == 0
    assert list((engine / "tls").iterdir()) == []
    text = (engine / "freeswitch.xml").read_text()
    assert "tls" not in text.replace("/tls", "")
    assert "wss-binding" not in text


def test_the_rest_of_a_chain_goes_along_and_makes_nobody_an_authority(tmp_path, authority):
    file, between, root = (authority.file(tmp_path, x509.DNSName("pbx.example")), Authority(), Authority())
    chain = tmp_path / "chain.pem"
    signed = between.signed_by(root)
    chain.write_bytes(file.read_bytes() + signed + root.own_file(tmp_path).read_bytes())
    trusted = tmp_path / "trusted.pem"
    trusted.write_bytes(authority.own_file(tmp_path).read_bytes())
    told, engine = config(tmp_path, **secure(chain, PBX_TRUNK_CA_FILE=str(trusted)))
    assert told.returncode == 0, told.stderr
    assert (engine / "tls" / "agent.pem").read_bytes().count(b"BEGIN CERTIFICATE") == 3
    assert (engine / "tls" / "cafile.pem").read_bytes() == trusted.read_bytes() + signed


WRONG = {
    "missing": "PBX_SIP_CERTIFICATE_FILE cannot be read (No such file or directory).",
    "no key": "PBX_SIP_CERTIFICATE_FILE and PBX_SIP_KEY_FILE belong together.",
    "unreadable": "PBX_SIP_CERTIFICATE_FILE has no certificate in it, or none in PEM.",
    "no key within": "PBX_SIP_KEY_FILE has no key in it, or none in PEM.",
    "password": "The key in PBX_SIP_KEY_FILE has a password: the SIP engine needs it without.",
    "another key": "The key in PBX_SIP_KEY_FILE is not that of the certificate.",
    "expired": "The certificate in PBX_SIP_CERTIFICATE_FILE has expired.",
    "early": "The certificate in PBX_SIP_CERTIFICATE_FILE is not valid yet.",
    "authorities": "PBX_TRUNK_CA_FILE has no certificate in it, or none in PEM.",
}


def wrong(how, folder, authority):
    """Settings with what is wrong in that way."""
    file, other = authority.file(folder, x509.DNSName("pbx.example")), folder / "other.pem"
    other.write_text("nothing")
    match how:
        case "missing":
            return secure(folder / "nowhere.pem", file)
        case "no key":
            return secure(file) | {"PBX_SIP_KEY_FILE": ""}
        case "unreadable":
            return secure(other)
        case "no key within":
            return secure(file, other)
        case "password" | "another key":
            other.write_bytes(pem_of(ec.generate_private_key(ec.SECP256R1()), b"secret" if how == "password" else b""))
            return secure(file, other)
        case "expired":
            return secure(authority.file(folder, x509.DNSName("pbx.example"), days=-1))
        case "early":
            return secure(authority.file(folder, x509.DNSName("pbx.example"), days=9, since=3))
    return secure(file, PBX_TRUNK_CA_FILE=str(other))


@pytest.mark.parametrize("how", WRONG)
def test_a_certificate_that_is_of_no_use_is_refused_and_said(tmp_path, data, authority, how):
    settings = wrong(how, tmp_path, authority)
    told = run(data, "switch", "config", "freeswitch", str(tmp_path / "engine"), **(ENGINE | settings))
    assert (told.returncode, told.stderr.splitlines()[-1]) == (1, f"Error: {WRONG[how]}")
    assert not (tmp_path / "engine").exists()
    with serving(answering({})) as server:
        assert f"error: {WRONG[how]}\n" in check(data, server, **settings).stdout


def test_what_is_not_served_and_what_the_engine_does_not_find_is_said(tmp_path, data, authority):
    transports = "UDP:5060,TLS:5061,WSS:7443"
    with serving(answering({})) as server:
        said = check(data, server, PBX_SIP_TRANSPORTS=transports).stdout
    assert "names TLS, which is not served without PBX_SIP_CERTIFICATE_FILE" in said
    assert "names WSS, which is not served" in said
    replies = {"global_getvar certs_dir": "/etc/tls", "file_exists /etc/tls/agent.pem": "false"}
    with serving(answering(replies)) as server:
        said = check(data, server, **secure(authority.file(tmp_path, x509.DNSName("pbx.example")))).stdout
    assert "The engine does not find agent.pem in /etc/tls: start it with -certs" in said
    assert said.count("does not find") == 1
    assert "not served" not in said
