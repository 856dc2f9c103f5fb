"""A real FreeSWITCH with the configuration that `pbx switch config` writes, and this server, both on the loopback.

FREESWITCH names the program; without it nothing here runs. Ports are those that were free a moment ago.
"""

import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
import requests
from cryptography import x509

from portsip_api.pbx.access.tenants import DEFAULT_TENANT_ID
from portsip_api.pbx.calls.kept.forgetting import AGAIN_SECONDS
from portsip_api.pbx.errors import SwitchUnavailable
from portsip_api.switch.freeswitch.event_socket import Door, EventSocket
from portsip_api.switch.teller import TURN
from tests.authority import Authority
from tests.contract.servers import ROOT, Server, start_server, wait_until
from tests.crm import ADMIN_PASSWORD, SIP_PASSWORD, WEB_PASSWORD
from tests.live.audio import wav
from tests.live.phone import Phone, Wire
from tests.live.ports import audio, free
from tests.live.recorder import Recorder

RULES = {"no_answer_timeval": 3, "no_answer_action": "DISCONNECT", "busy_action": "DISCONNECT"}
ANN, BOB, EVE = 440, 620, 880  # tones in hertz
PROGRAM = os.environ.get("FREESWITCH", "")
RECORD = bool(os.environ.get("RECORD"))
LISTED = {"user": {"permissions": [{"name": "AutoAttendant", "value": "ENABLE"}]}}
HOME, OTHER = "pbx.local", "b.test"  # SIP domains: that of the default tenant, and of another one


def pytest_configure(config: pytest.Config) -> None:
    """Name the mark of what depends on more than the engine's words."""
    config.addinivalue_line("markers", "unrecorded: happens in no order that could be played again")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Say why nothing runs without an engine."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents and not PROGRAM:
            item.add_marker(pytest.mark.skip(reason="needs an engine: make live FREESWITCH=/path/to/freeswitch"))


class Engine:
    """One FreeSWITCH in a process of its own."""

    def __init__(self, folder: Path, ports: dict[str, int], door: Door, authority: Authority) -> None:
        self.folder, self.ports, self.door, self.authority = folder, ports, door, authority
        self.sip, self.trunks = (("127.0.0.1", ports[name]) for name in ("phones", "gateways"))
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, and return when it serves."""
        places = ("-conf", self.folder, "-certs", self.folder / "tls", "-log", self.folder / "run", "-db",
                  self.folder / "run", "-run", self.folder / "run")  # fmt: skip
        (self.folder / "run").mkdir(exist_ok=True)
        with (self.folder / "output").open("ab") as output:
            self._process = subprocess.Popen(
                [PROGRAM, "-nonat", "-nonatmap", "-nocal", "-nf", "-nc", *places],
                stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, start_new_session=True,
            )  # fmt: skip
        wait_until(self._serves, "the engine serves")

    def kill(self) -> None:
        """End it as a crash does."""
        assert self._process is not None
        os.kill(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def api(self, *words: str) -> str:
        """Ask it something."""
        with EventSocket(self.door) as client:
            return client.api(*words)

    def _serves(self) -> bool:
        try:
            return self.api("sofia", "status").count("RUNNING") == 4  # each profile with and without TLS
        except SwitchUnavailable:
            return False


class Pbx:
    """This server, as its clients see it, with the engine behind it."""

    def __init__(self, server: Server, engine: Engine, recorder: Recorder) -> None:
        self.server, self.engine, self.recorder = server, engine, recorder
        self.recorded = server.data_dir / "switch"
        self._token = ""
        self._numbers = iter(range(1000, 9000))
        self.tenants: dict[str, int] = {}

    def set_up(self) -> None:
        """Log in, and make another tenant."""
        self._token = self.post("account/credentials/verify", username="admin", password=ADMIN_PASSWORD)["access_token"]
        made = self.post("account/create", name="other", domain=OTHER, password=secrets.token_hex(8))
        self.tenants = {HOME: DEFAULT_TENANT_ID, OTHER: made["id"]}

    def post(self, path: str, **fields: Any) -> Any:
        """POST what must succeed."""
        self.recorder.api(path, fields)
        reply = requests.post(f"{self.server.url}/api/{path}", json=fields, headers=self._headers(), timeout=30)
        assert reply.status_code == 200, reply.text
        return reply.json()

    def ask(self, path: str, **fields: Any) -> requests.Response:
        """POST what may be refused."""
        return requests.post(f"{self.server.url}/api/{path}", json=fields, headers=self._headers(), timeout=30)

    def get(self, path: str, **query: Any) -> Any:
        """GET what must succeed."""
        reply = requests.get(f"{self.server.url}/api/{path}", params=query, headers=self._headers(), timeout=30)
        assert reply.status_code == 200, reply.text
        return reply.json()

    def sipxcom(self, method: str, path: str, body: Any = None, domain: str = HOME) -> Any:
        """Ask the other API, in the tenant of a domain, what must succeed."""
        given: dict[str, Any] = {"data": body} if isinstance(body, str) else {"json": body}
        headers = {"Accept": "application/json", "Host": domain}
        if isinstance(body, str):
            headers["Content-Type"] = "text/xml" if body.startswith("<") else "text/plain"
        reply = requests.request(
            method, f"{self.server.url}/sipxconfig/{path}", auth=("superadmin", ADMIN_PASSWORD), headers=headers,
            timeout=30, **given,
        )  # fmt: skip
        assert reply.status_code == 200, (path, reply.text)
        answer = json.loads(reply.text) if reply.text and reply.text[0] in "[{0123456789" else None
        secret = "itsp-account/password" in path
        self.recorder.note("sipxcom", method, path, None if secret else body, domain, answer)
        return answer

    def my(self, number: str, path: str, accept: str = "*/*") -> requests.Response:
        """What the other API answers a user who asks for `/rest/my/PATH`."""
        return requests.get(
            f"{self.server.url}/sipxconfig/rest/my/{path}", auth=(number, WEB_PASSWORD),
            headers={"Accept": accept}, timeout=30,
        )  # fmt: skip

    @contextmanager
    def prompt(self, family: str, name: str, content: bytes) -> Iterator[None]:
        """Let the default tenant have a prompt while the block runs."""
        self.recorder.note("prompt", family, name)
        url = f"{self.server.url}/sipxconfig/api/{family}/prompts"
        auth = ("superadmin", ADMIN_PASSWORD)
        reply = requests.post(url, files={"file": (name, content)}, auth=auth, timeout=30)
        assert reply.status_code == 200, reply.text
        try:
            yield
        finally:
            assert requests.delete(f"{url}/{name}", auth=auth, timeout=30).status_code == 200
            self.recorder.note("no prompt", family, name)

    def registrations(self, by: str) -> list[Any]:
        """The registrations that the other API shows, such as those `by` `user/200`."""
        reply = self._sipxcom("GET", by)
        return reply.json()["registrations"]

    def drop(self, by: str) -> None:
        """End registrations over the other API."""
        self._sipxcom("DELETE", by)

    def _sipxcom(self, method: str, by: str) -> requests.Response:
        reply = requests.request(
            method, f"{self.server.url}/sipxconfig/api/registrations/{by}", auth=("superadmin", ADMIN_PASSWORD),
            headers={"Accept": "application/json"}, timeout=30,
        )  # fmt: skip
        assert reply.status_code == 200, reply.text
        return reply

    def attend(self, number: str, menu: dict[str, str]) -> None:
        """Give a user a personal attendant."""
        self.recorder.note("attend", number, menu)
        reply = requests.put(
            f"{self.server.url}/sipxconfig/rest/my/voicemail/attendant", json={"menu": menu},
            auth=(number, WEB_PASSWORD), timeout=30,
        )  # fmt: skip
        assert reply.status_code == 200, reply.text

    def special(self, *, on: bool) -> None:
        """Let the attendant that is chosen answer for all, or no more."""
        self.recorder.note("special", on)
        reply = requests.request(
            "PUT" if on else "DELETE", f"{self.server.url}/sipxconfig/rest/auto-attendant/specialmode", data="x",
            auth=("superadmin", ADMIN_PASSWORD), headers={"Content-Type": "text/plain"}, timeout=30,
        )  # fmt: skip
        assert reply.status_code == 204, reply.text

    def take_messages_at(self, number: str) -> None:
        """Let a number be that of the tenant's voicemail."""
        self.post("voice_mail/update", voice_mail_number=number, tenant_id=1)

    def unused(self) -> str:
        """A number that nothing has."""
        return str(next(self._numbers))

    def extension(self, domain: str = HOME, **fields: Any) -> str:
        """Make an extension and return its number, which no other test has."""
        number = self.unused()
        given = {"password": SIP_PASSWORD, "web_access_password": WEB_PASSWORD, "tenant_id": self.tenants[domain]}
        self.post("extensions/create", extension_number=number, **(given | fields))
        return number

    def change(self, number: str, domain: str = HOME, **fields: Any) -> None:
        """Change an extension."""
        self.post("extensions/update", extension_number=number, tenant_id=self.tenants[domain], **fields)

    def wait_forgotten(self) -> None:
        """Wait until the engine asks again for who has changed."""
        time.sleep(3 * TURN)

    def wait_kept(self) -> None:
        """Wait until the engine keeps who has changed, so that it need not ask while the server is away."""
        time.sleep(AGAIN_SECONDS + 3 * TURN)

    def status(self, number: str, domain: str = HOME) -> str:
        """What is shown of an extension."""
        shown = self.get("extensions/show", extension_number=number, tenant_id=self.tenants[domain])
        return shown["status"]

    def wait_status(self, number: str, status: str, domain: str = HOME) -> None:
        """Wait until an extension is shown so."""
        wait_until(lambda: self.status(number, domain) == status, f"{number} is {status}", 20)
        if RECORD:
            time.sleep(0.5)  # the recorder hears of it too, before it is told what is shown
        self.recorder.note("status", number, domain, status)

    def the_message(self, number: str) -> Any:
        """The one message in a mailbox, waiting for it."""
        (message,) = wait_until(lambda: self.messages(number), "a message", 20)
        self.recorder.note("message", number, message["caller"])
        return message

    def messages(self, number: str) -> list[Any]:
        """The messages in the mailbox of an extension."""
        return self.get("recordfiles/voicemail/list", extension_number=number, tenant_id=1)["voicemails"]

    def download(self, path: str) -> bytes:
        """The file of a signed name."""
        reply = requests.get(f"{self.server.url}/filedown/{path}", timeout=30)
        assert reply.status_code == 200, reply.text
        return reply.content

    def greet(self, number: str, filename: str, content: bytes) -> None:
        """Let an extension's mailbox greet with a file."""
        self.recorder.note("greet", number, filename)
        reply = requests.post(
            f"{self.server.url}/api/extensions/greeting_file/create", headers=self._headers(), timeout=30,
            data={"extension_number": number, "filename": filename, "tenant_id": 1}, files={"file": content},
        )  # fmt: skip
        assert reply.status_code == 200, reply.text
        self.post("extensions/greeting_file/update", extension_number=number, filename=filename, tenant_id=1)

    def own(self, number: str, method: str, path: str) -> None:
        """Ask the other API, as a user, for what must succeed."""
        self.recorder.note("own", number, method, path)
        reply = requests.request(
            method, f"{self.server.url}/sipxconfig/rest/my/{path}", auth=(number, WEB_PASSWORD), timeout=30
        )
        assert reply.status_code == 200, reply.text

    def wait_told(self, number: str, phone: Phone, counts: str) -> None:
        """Wait until the last that a phone was told of its mailbox is some counts."""

        def is_told() -> bool:
            told = [one.body for one in phone.notified if "Message-Account" in one.body]
            return bool(told) and f"Voice-Message: {counts}" in told[-1]

        wait_until(is_told, counts, 20)
        self.recorder.note("told", number, counts)

    def list_by_name(self, number: str) -> None:
        """Let callers find an extension by its name."""
        self.recorder.note("listed", number)
        id_ = self.get("extensions/show", extension_number=number, tenant_id=1)["id"]
        reply = requests.put(
            f"{self.server.url}/sipxconfig/rest/user-permission/{id_}", json=LISTED,
            auth=("superadmin", ADMIN_PASSWORD), timeout=30,
        )  # fmt: skip
        assert reply.status_code == 200, reply.text

    def speak(self, **sounds: float) -> None:
        """Let the tenant's own voice say sounds with tones, by their names with `_` for `-`."""
        names = {name.replace("_", "-"): hertz for name, hertz in sounds.items()}
        self.recorder.note("speak", *names)
        folder = self.recorded / "voice" / "1" / "en"
        folder.mkdir(parents=True, exist_ok=True)
        for name, hertz in names.items():
            (folder / f"{name}.wav").write_bytes(wav(hertz, 1.5))

    def receptionist(self, number: str, prompt: bytes, **fields: Any) -> None:
        """Make a virtual receptionist with a prompt of its own."""
        given = {"virtual_receptionist_number": number, **fields}
        self.recorder.note("receptionist", given)
        form = {name: value if isinstance(value, str) else json.dumps(value) for name, value in given.items()}
        reply = requests.post(
            f"{self.server.url}/api/virtual_receptionist/create", headers=self._headers(), timeout=30,
            data={**form, "tenant_id": 1}, files={"file": (f"{fields['name']}.wav", prompt)},
        )  # fmt: skip
        assert reply.status_code == 200, reply.text

    def play_on_hold(self, number: str, **files: bytes) -> None:
        """Let an extension have music of its own for who is put on hold, WAV files by their names."""
        self.recorder.note("music", number, *files)
        own, auth = f"{self.server.url}/sipxconfig/api/my/moh", (number, WEB_PASSWORD)
        parts = [("file", (f"{name}.wav", content)) for name, content in files.items()]
        sent = requests.post(f"{own}/prompts", files=parts, auth=auth, timeout=30)
        chosen = requests.put(
            f"{own}/settings/moh/audio-source", data="PERSONAL_FILES_SRC", auth=auth, timeout=30,
            headers={"Content-Type": "text/plain"},
        )  # fmt: skip
        assert (sent.status_code, chosen.status_code) == (200, 200)

    @contextmanager
    def away(self) -> Iterator[None]:
        """Let the server not answer while the block runs."""
        os.killpg(self.server.pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.killpg(self.server.pid, signal.SIGCONT)

    def stop_server(self) -> None:
        """End the server, which may be one that a test has started anew."""
        self.server.stop()

    def kill_server(self) -> None:
        """Kill every process of the server, and start it again where it was."""
        os.killpg(self.server.pid, signal.SIGKILL)
        self.server.wait_end()
        self.start_server()

    def start_server(self) -> None:
        """Start the server again where it was."""
        port = self.server.port
        given = {**self.server.given, "PBX_BIND": f"127.0.0.1:{port}"}
        self.server = start_server("gunicorn", self.server.data_dir, **given)

    def _headers(self) -> dict[str, str]:
        return {"access_token": self._token} if self._token else {}


@pytest.fixture(scope="session")
def pbx(servers: None, template: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pbx]:
    """Both, running."""
    folder = tmp_path_factory.mktemp("live")
    shutil.copytree(template[1], folder / "data")
    with started(folder, Recorder(), is_recorded=RECORD) as (running, _):
        yield running


@contextmanager
def started(
    folder: Path, recorder: Recorder, more: int = 0, *, is_recorded: bool = False
) -> Iterator[tuple[Pbx, list[Server]]]:
    """Run a server over the store in a folder, an engine, and some more servers that it asks where that one is away."""
    data = folder / "data"
    ports = free("phones", "gateways", "commands", "tls", "wss", "gateways over tls")
    variables = {
        "PBX_SWITCH": "freeswitch",
        "PBX_SWITCH_URL": f"tcp://127.0.0.1:{ports['commands']}",
        "PBX_SIP_TRANSPORTS": f"UDP:{ports['phones']},TLS:{ports['tls']},WSS:{ports['wss']}",
        "PBX_TRUNK_PORT": str(ports["gateways"]),
        "PBX_TRUNK_TLS_PORT": str(ports["gateways over tls"]),
        **_certificate(folder, authority := Authority()),
        "PBX_EVENTS": "127.0.0.1:0",
        "PBX_TOKEN_TTL": "3600",
        "PBX_WORKERS": "2",
    }
    with ExitStack() as stack:
        server, *others = [start_server("gunicorn", data, **variables) for _ in range(1 + more)]
        for one in (server, *others):
            stack.callback(one.stop)
        urls = [stack.enter_context(recorder.before(server.url)) if is_recorded else server.url]
        urls += [one.url for one in others]
        door = _write_configuration(folder, data, variables, urls, audio())
        engine = Engine(folder / "engine", ports, door, authority)
        stack.callback(engine.kill)  # also one that does not come up
        engine.start()
        if is_recorded:
            stack.enter_context(recorder.listening(door))
        running = Pbx(server, engine, recorder)
        running.set_up()
        stack.callback(running.stop_server)
        yield running, others


@pytest.fixture(autouse=True)
def recorded(pbx: Pbx, request: pytest.FixtureRequest) -> Iterator[None]:
    """Keep what happens in a test, where that is asked for; one that failed proves nothing."""
    pbx.recorder.begin()
    failures = request.session.testsfailed
    yield
    if RECORD and request.session.testsfailed == failures and not request.node.get_closest_marker("unrecorded"):
        pbx.recorder.save(request.node.name.removeprefix("test_"))


def _certificate(folder: Path, authority: Authority) -> dict[str, str]:
    """Return the settings for a certificate of the engine and for the authority that it believes gateways by."""
    own = str(authority.file(folder, x509.IPAddress(ip_address("127.0.0.1"))))
    trusted = str(authority.own_file(folder))
    return {"PBX_SIP_CERTIFICATE_FILE": own, "PBX_SIP_KEY_FILE": own, "PBX_TRUNK_CA_FILE": trusted}


def _write_configuration(folder: Path, data: Path, variables: dict[str, str], urls: list[str], audio: str) -> Door:
    pbx_command = [sys.executable, "-m", "portsip_api", "switch", "config", "freeswitch", str(folder / "engine")]
    subprocess.run(
        [*pbx_command, *(word for url in urls for word in ("--url", url)), "--rtp", audio],
        check=True, cwd=ROOT, env=os.environ | variables | {"PBX_DATA_DIR": str(data)}, capture_output=True,
    )  # fmt: skip
    port = int(variables["PBX_SWITCH_URL"].rpartition(":")[2])
    return Door("127.0.0.1", port, (data / "switch.password").read_text().strip())


@pytest.fixture
def phone(pbx: Pbx) -> Iterator[Any]:
    """A function that returns a phone of an extension, not registered yet."""
    phones: list[Phone] = []

    def make(
        number: str, domain: str = HOME, password: str = SIP_PASSWORD, hertz: float = 440, wire: Wire | None = None
    ) -> Phone:
        phones.append(Phone(pbx.engine.sip, number, domain, password, hertz, wire))
        return phones[-1]

    yield make
    for one in phones:
        one.close()


@pytest.fixture
def line(pbx: Pbx, phone):
    """A function that makes an extension with a registered phone, whose rules end calls unless others are given."""

    def make(hertz=ANN, available=(), phones=1, domain=HOME, **rules):
        number = pbx.extension(domain, forward_rules={"available": {**RULES, **dict(available)}, **rules})
        made = [phone(number, domain, hertz=hertz) for _ in range(phones)]
        for one in made:
            assert one.register() == 200
        if made:
            pbx.wait_status(number, "ONLINE", domain)
        return (number, *made)

    return make
