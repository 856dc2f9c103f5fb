"""What a real engine asked and told in live runs (`make live` with RECORD=1), again: the same is answered and shown."""

import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from unittest import mock
from urllib.parse import quote

import pytest

from portsip_api import settings, switch
from portsip_api.pbx.extension_keys import ExtensionKey, find_id
from portsip_api.pbx.mailboxes import mailboxes, telling
from portsip_api.pbx.media import prompts
from portsip_api.store.clock import clock
from portsip_api.switch.freeswitch import access, recorded
from portsip_api.switch.freeswitch.listener import Listener
from tests import audio
from tests.crm import ADMIN_PASSWORD, SIP_PASSWORD, VOICE_PIN, WEB_PASSWORD
from tests.pbx.mailboxes.test_telling import Phones
from tests.sipxcom.portal import Portal
from tests.sipxcom.uploads import upload
from tests.switch.alike import alike, anywhere

RECORDINGS = sorted((Path(__file__).parent / "recordings").glob("*.json"))
OTHER = "b.test"
LISTED = {"user": {"permissions": [{"name": "AutoAttendant", "value": "ENABLE"}]}}
_OF_MESSAGE = re.compile(r"(mailbox~message~[^~]*~[a-z]+~)([0-9]+)")
_OF_MADE = re.compile(r"(gateways|rules|orbits)/(\d+)")
_SCHEDULE = re.compile(r'(?<="scheduleId": )\d+')
_OF_GATEWAY = re.compile(r"\b(t\d+)-g(\d+)\b")
PINS = {"room_pin": "4711", "admin_pin": "0815"}
NEEDING_AN_ENGINE = {"extensions/call", "conference_room/participants/update", "conference_room/chairman/update"}


@pytest.fixture
def ask(app, configure):
    """A function that asks as the engine does."""
    configure(PBX_SWITCH="freeswitch")
    access.make()
    recorded.make_folder()
    secret = settings.current().switch_secret_path.read_text().strip()
    return lambda path, form: app.test_client().post(path, data=form, auth=("freeswitch", secret)).text


class Commands:
    """The engine's end, which does whatever it is told."""

    def api(self, *_):
        """Do nothing."""
        return "+OK"


class Replay:
    """Does again what was done."""

    def __init__(self, admin, ask, monkeypatch):
        self.monkeypatch = monkeypatch
        self.admin, self.ask, self.http = admin, ask, admin.http
        self.listener = Listener()
        self.made: dict[tuple[str, int], int] = {}  # by what it is, and its id when it was recorded
        self.last_message = 0
        self.messages: list[int] = []
        self.heard: dict[str, int] = {}  # by the ids that messages had when they were recorded
        made = admin.do("account/create", name="other", domain=OTHER, password="a tenant's secret")
        self.tenants = {"pbx.local": 1, OTHER: made["id"]}

    def api(self, path, fields):
        """Ask the API."""
        if path == "extensions/create":
            fields |= {"password": SIP_PASSWORD, "web_access_password": WEB_PASSWORD}
        fields |= {name: PINS[name] for name in PINS if name in fields}
        if path not in NEEDING_AN_ENGINE:  # which needs an engine that answers
            self.admin.do(path, **fields)

    def sipxcom(self, method, path, body, domain, answer):
        """Ask the other API; what it makes has other ids now."""
        path = _OF_MADE.sub(lambda found: f"{found[1]}/{self.made[found[1], int(found[2])]}", path)
        portal = Portal(self.admin.http, "superadmin", ADMIN_PASSWORD)
        if isinstance(body, dict):
            body = json.loads(_SCHEDULE.sub(lambda found: str(self.made["schedules", int(found[0])]), json.dumps(body)))
        options = {"type": "text/plain"} if isinstance(body, str) and not body.startswith("<") else {}
        reply = portal.ask(method, path, body, headers={"Host": domain}, **options)
        assert reply.status_code == 200, reply.text
        if method == "POST" and answer is not None:
            self.made[path.rpartition("/")[2], answer] = int(reply.text)

    def greet(self, number, filename):
        """Give an extension a greeting."""
        reply = self.admin.http.post(
            "/api/extensions/greeting_file/create", headers=self.admin._headers(),
            data={"extension_number": number, "filename": filename, "file": (io.BytesIO(audio.wav()), filename)},
        )  # fmt: skip
        assert reply.status_code == 200, reply.text
        self.admin.do("extensions/greeting_file/update", extension_number=number, filename=filename)

    def music(self, number, *names):
        """Give an extension music of its own."""
        user = Portal(self.http, number, WEB_PASSWORD)
        files = [(f"{name}.wav", audio.wav()) for name in names]
        assert upload(user, "api/my/moh/prompts", *files).status_code == 200
        source = user.put("api/my/moh/settings/moh/audio-source", "PERSONAL_FILES_SRC", type="text/plain")
        assert source.status_code == 200

    def message(self, number, caller):
        """Let a caller have left a message."""
        self.last_message = mailboxes.deposit(1, ExtensionKey(number), audio.wav(4), caller).id
        self.messages.append(self.last_message)

    def own(self, number, method, path):
        """Ask the other API as a user; messages have other ids than when it was recorded."""
        path = re.sub(r"message/\d+/", f"message/{self.last_message}/", path)
        with mock.patch.object(switch, "switch", Phones()):
            assert Portal(self.http, number, WEB_PASSWORD).ask(method, f"rest/my/{path}").status_code == 200

    def told(self, number, counts):
        """Tell phones the same."""
        phones = Phones()
        telling.tell(phones)
        assert phones.told == [("pbx.local", number, counts)]

    def attend(self, number, menu):
        """Give a user a personal attendant."""
        user = Portal(self.http, number, WEB_PASSWORD)
        assert user.put("rest/my/voicemail/attendant", {"menu": menu}).status_code == 200

    def listed(self, number):
        """Let callers find an extension by its name."""
        id_ = find_id(1, ExtensionKey(number))
        portal = Portal(self.http, "superadmin", ADMIN_PASSWORD)
        assert portal.put(f"rest/user-permission/{id_}", LISTED).status_code == 200

    def speak(self, *names):
        """Give the tenant sounds of its own."""
        folder = settings.current().switch_path / "voice" / "1" / "en"
        folder.mkdir(parents=True, exist_ok=True)
        for name in names:
            (folder / f"{name}.wav").write_bytes(audio.wav())

    def receptionist(self, fields):
        """Make a virtual receptionist with a prompt of its own."""
        form = {name: value if isinstance(value, str) else json.dumps(value) for name, value in fields.items()}
        reply = self.admin.http.post(
            "/api/virtual_receptionist/create", headers=self.admin._headers(),
            data={**form, "file": (io.BytesIO(audio.wav()), f"{fields['name']}.wav")},
        )  # fmt: skip
        assert reply.status_code == 200, reply.text

    def special(self, on):
        """Let the attendant that is chosen answer for all, or no more."""
        portal = Portal(self.http, "superadmin", ADMIN_PASSWORD)
        path = "rest/auto-attendant/specialmode"
        reply = portal.put(path, "x", type="text/plain") if on else portal.delete(path)
        assert reply.status_code == 204, reply.text

    def prompt(self, family, name):
        """Give the default tenant a prompt."""
        prompts.add(1, family, name, audio.wav())

    def no_prompt(self, family, name):
        """Take it away."""
        prompts.destroy(1, family, name)

    def asked(self, path, form, document):
        """Be asked, and answer as before; what is recorded by phone is there."""
        topic = form.get("variable_pbx_topic", "")
        if topic.startswith("mailbox~greeting"):
            recorded.sound_file(form["Unique-ID"]).write_bytes(audio.wav(3))
        form |= {"variable_pbx_topic": _OF_MESSAGE.sub(self._heard, topic)} if topic else {}
        form = {name: _OF_GATEWAY.sub(self._gateway, text) for name, text in form.items()}
        assert alike(self.ask(path, form)) == alike(document)

    def _gateway(self, found):
        return f"{found[1]}-g{self.made['gateways', int(found[2])]}"

    def _heard(self, found):
        """Return the topic of a message with the id that it has now; they are heard in the order in which they came."""
        self.heard.setdefault(found[2], self.messages[min(len(self.heard), len(self.messages) - 1)])
        return f"{found[1]}{self.heard[found[2]]}"

    def event(self, event):
        """Hear of something."""
        self.listener._take(Commands(), event)  # type: ignore[arg-type]
        self.listener._write()

    def at(self, seconds):
        """Let it be the time when the recording began."""
        self.monkeypatch.setattr(clock, "wall", lambda: seconds)

    def cdr(self, record):
        """Be told what became of a call, twice, at the time when it ended: the minutes of a day are counted."""
        ended = int(record["variables"]["end_uepoch"]) / 1e6
        self.at(ended)
        for _ in range(2):
            assert self.ask("/engine/freeswitch/cdr", json.dumps(record)) == ""

    def row(self, caller, shown, cdr=None):
        """Show the last call of a caller to a number as before, over both APIs."""
        row = self.admin.read("call_logs/list", caller=caller, callee=shown["callee"])["items"][0]
        assert {name: row[name] for name in shown} == shown
        if cdr is not None:
            query = f"from={quote(caller)}&to={quote(cdr['callee'])}&orderDirection=desc"
            portal = Portal(self.http, "superadmin", ADMIN_PASSWORD)
            found = portal.get(f"api/cdrs/history?{query}").get_json()["cdrs"][0]
            assert {name: found[name] for name in cdr} == cdr

    def status(self, number, domain, status):
        """Show an extension as before."""
        rows = self.admin.do("extensions/status", extensions=[number], tenant_id=self.tenants[domain])
        assert rows["extension_status"][0]["status"] == status


def test_there_are_recordings():
    assert len(RECORDINGS) > 25


@pytest.mark.parametrize("path", RECORDINGS, ids=lambda path: path.stem)
def test_a_recording_names_no_place_of_the_machine_that_made_it(path):
    text = path.read_text(encoding="utf-8")
    assert anywhere(text) == text


@pytest.mark.parametrize("path", RECORDINGS, ids=lambda path: path.stem)
def test_a_recording(path, admin, ask, monkeypatch):
    replay = Replay(admin, ask, monkeypatch)
    steps: dict[str, Callable[..., None]] = {
        "ask": replay.asked,
        "api": replay.api,
        "greet": replay.greet,
        "sipxcom": replay.sipxcom,
        "music": replay.music,
        "message": replay.message,
        "own": replay.own,
        "told": replay.told,
        "listed": replay.listed,
        "speak": replay.speak,
        "attend": replay.attend,
        "receptionist": replay.receptionist,
        "prompt": replay.prompt,
        "no prompt": replay.no_prompt,
        "event": replay.event,
        "at": replay.at,
        "special": replay.special,
    }
    steps |= {"status": replay.status, "cdr": replay.cdr, "row": replay.row}
    for kind, *what in json.loads(path.read_text(encoding="utf-8").replace("<PIN>", VOICE_PIN)):
        steps[kind](*what)
