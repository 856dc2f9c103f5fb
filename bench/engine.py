"""A FreeSWITCH to measure, which FREESWITCH names: one that asks this server, and one that has all in its file."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from xml.etree import ElementTree as ET

from bench import look_ups
from bench.servers import ROOT, Server, environment
from portsip_api.pbx.errors import SwitchUnavailable
from portsip_api.switch.freeswitch.event_socket import Door, EventSocket
from tests.live.ports import audio, free

PROGRAM: Final = os.environ.get("FREESWITCH", "")
_DEADLINE: Final = 60.0  # seconds
_CALLER, _CALLED = "${sip_auth_username}", "$1"


class Engine:
    """One engine in a process of its own; `folder` has its file."""

    def __init__(self, folder: Path, sip: int, door: Door) -> None:
        """Start it, and return when it takes calls."""
        run = folder / "run"
        run.mkdir(exist_ok=True)
        self.sip = ("127.0.0.1", sip)
        self._door = door
        places = ("-conf", folder, "-certs", folder / "tls", "-log", run, "-db", run, "-run", run)
        with (folder / "output").open("wb") as output:
            self._process = subprocess.Popen(
                [PROGRAM, "-nonat", "-nonatmap", "-nocal", "-nf", "-nc", *places],
                stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, start_new_session=True,
            )  # fmt: skip
        until = time.monotonic() + _DEADLINE
        while not self._serves():
            if time.monotonic() > until or self._process.poll() is not None:
                self.stop()
                raise RuntimeError(f"the engine does not serve:\n{(folder / 'output').read_text(errors='replace')}")
            time.sleep(0.1)

    def stop(self) -> None:
        """End it."""
        if self._process.poll() is None:
            os.kill(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def _serves(self) -> bool:
        try:
            with EventSocket(self._door) as client:
                told = client.api("sofia", "status")
        except SwitchUnavailable:
            return False
        return len(re.findall(r"^ *(?:phones|trunks)\s+profile.*RUNNING", told, re.MULTILINE)) >= 2


class Ports:
    """Free ports of one engine."""

    def __init__(self) -> None:
        """They were free a moment ago."""
        self.sip, self.trunks, self.commands = free("phones", "gateways", "commands").values()
        self.audio = audio()

    def variables(self) -> dict[str, str]:
        """Return the settings of the server behind which the engine is."""
        return {
            "PBX_SWITCH": "freeswitch",
            "PBX_SWITCH_URL": f"tcp://127.0.0.1:{self.commands}",
            "PBX_SIP_TRANSPORTS": f"UDP:{self.sip}",
            "PBX_TRUNK_PORT": str(self.trunks),
        }


@contextmanager
def asking(server: Server, data: Path, ports: Ports, folder: Path) -> Iterator[Engine]:
    """Run an engine that asks a server all, as `pbx switch config` sets it up."""
    write(server, data, ports, folder)
    engine = Engine(folder, ports.sip, _door(data, ports))
    try:
        yield engine
    finally:
        engine.stop()


@contextmanager
def knowing(server: Server, data: Path, folder: Path, numbers: Sequence[str], domain: str) -> Iterator[Engine]:
    """Run an engine that has the same documents in its file, for extensions that all have the same rules."""
    ports = Ports()
    write(server, data, ports, folder)
    file = folder / "freeswitch.xml"
    root = ET.fromstring(file.read_text(encoding="utf-8"))
    modules = root.find(".//configuration[@name='modules.conf']/modules")
    assert modules is not None
    for load in [one for one in modules if one.get("module") in {"mod_xml_curl", "mod_json_cdr"}]:
        modules.remove(load)
    users = [user for number in numbers for user in _document(server, "directory", number, number).iter("user")]
    _put(root, "directory", _wrapped("domain", domain, "groups", "group:default", "users", *users))
    plan = _document(server, "dialplan", numbers[0], numbers[1])
    for action in plan.iter("action"):
        data_of = action.get("data", "").replace(numbers[0], _CALLER).replace(numbers[1], _CALLED)
        action.set("data", data_of)
    condition = next(plan.iter("condition"))
    condition.attrib |= {"field": "destination_number", "expression": r"^(\d+)$"}
    _put(root, "dialplan", next(plan.iter("context")))
    file.write_text(ET.tostring(root, encoding="unicode"), encoding="utf-8")
    engine = Engine(folder, ports.sip, _door(data, ports))
    try:
        yield engine
    finally:
        engine.stop()


def write(server: Server, data: Path, ports: Ports, folder: Path) -> None:
    """Write the file of an engine. Raises CalledProcessError."""
    words = ("switch", "config", "freeswitch", folder, "--url", f"http://127.0.0.1:{server.port}", "--rtp", ports.audio)
    subprocess.run(
        [sys.executable, "-m", "portsip_api", *words],
        check=True, cwd=ROOT, env=environment(data) | ports.variables(), capture_output=True,
    )  # fmt: skip


def _document(server: Server, section: str, caller: str, called: str) -> ET.Element:
    return ET.fromstring(look_ups.ask(server.port, section, look_ups.form(section, caller, called)))


def _wrapped(name: str, own: str, *inside: str | ET.Element) -> ET.Element:
    """Return an element with a name, and in it elements of those kinds, in the last of which are the others."""
    outer = innermost = ET.Element(name, {"name": own})
    for one in inside:
        if isinstance(one, str):
            kind, _, named = one.partition(":")
            innermost = ET.SubElement(innermost, kind, {"name": named} if named else {})
        else:
            innermost.append(one)
    return outer


def _put(root: ET.Element, section: str, what: ET.Element) -> None:
    found = root.find(f"./section[@name='{section}']")
    assert found is not None
    found.insert(0, what)


def _door(data: Path, ports: Ports) -> Door:
    return Door("127.0.0.1", ports.commands, (data / "switch.password").read_text(encoding="ascii").strip())
