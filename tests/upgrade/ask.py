"""Ask a store questions, within this process: a request to either API or a command, by whom it is asked.

The clock stands still meanwhile, so that nothing in a reply depends on when it is asked; signed links do not either.
"""

import hashlib
import io
import json
import lzma
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import pytest
from click.testing import CliRunner
from flask import Flask

from portsip_api import settings, settings_file
from portsip_api.ops.cli import pbx
from portsip_api.startup import open_store
from portsip_api.store.clock import clock
from tests.stores import close_store

FOLDER: Final = Path(__file__).with_name("before")  # what was recorded of the release before
HOME, ACME = "pbx.local", "acme.example"
ADMIN_PASSWORD: Final = "the administrator of before"
PASSWORD: Final = "everybody's of before"
_OTHER_PASSWORDS: Final = {"admin": ADMIN_PASSWORD, "superadmin": ADMIN_PASSWORD, "1002": "1"}
PLACE: Final = "/srv/pbx"  # where the store lies by the recorded settings
_NOW: Final = 1_813_135_800.0  # Wednesday 2027-06-16 09:30 UTC, in seconds since 1970


@dataclass(frozen=True)
class Question:
    """`who` is an account of the PortSIP API, `name@host` for the sipXcom API, or `pbx` for a command.

    `path` has its query; of a command it is the command line.
    """

    who: str
    path: str
    accept: str = "*/*"
    body: str = ""  # JSON; with it the method is POST


@dataclass(frozen=True)
class Answer:
    """A reply: its status (of a command the exit status), type, and content as JSON, text or a digest."""

    status: int
    type: str
    content: Any


class Asker:
    """Asks `app`; logs in when it is first needed."""

    def __init__(self, app: Flask) -> None:
        self._http = app.test_client()
        self._tokens: dict[str, str] = {}

    def ask(self, question: Question) -> Answer:
        """Return the answer to `question`."""
        if question.who == "pbx":
            result = CliRunner().invoke(pbx, question.path.split())
            return Answer(result.exit_code, "", result.stdout)
        options: dict[str, Any] = {"headers": {"Accept": question.accept}}
        if question.path.startswith("/sipxconfig/"):
            name, _, host = question.who.partition("@")
            options |= {"auth": (name, password_of(question.who))}
            options |= {"base_url": f"http://{host}"}
        else:
            options["headers"]["access_token"] = self._token(question.who)
        if question.body:
            options |= {"method": "POST", "data": question.body, "content_type": "application/json"}
        with self._http.open(question.path, **options) as reply:
            return Answer(reply.status_code, reply.content_type or "", _content(reply.data, reply.content_type or ""))

    def read(self, who: str, path: str) -> Any:
        """Return the JSON of what must be there."""
        answer = self.ask(Question(who, path, "application/json"))
        assert answer.status == 200, (who, path, answer)
        return answer.content

    def _token(self, who: str) -> str:
        if who not in self._tokens:
            login = {"username": who, "password": password_of(who)}
            reply = self._http.post("/api/account/credentials/verify", json=login)
            assert reply.status_code == 200, (who, reply.text)
            self._tokens[who] = reply.get_json()["access_token"]
        return self._tokens[who]


def password_of(who: str) -> str:
    """Return the password of an account of either API."""
    return _OTHER_PASSWORDS.get(who.partition("@")[0], PASSWORD)


def variables(place: Path) -> dict[str, str]:
    """Return the recorded settings for a store that lies in `place`."""
    given = settings_file.read(FOLDER / "settings.env")
    return {name: text.replace(PLACE, str(place)) for name, text in given.items()}


@contextmanager
def opened(place: Path) -> Iterator[None]:
    """Open the store in `place` as the first process of a server does, which migrates it; the clock stands still."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clock, "wall", lambda: _NOW)
        patch.setattr(clock, "boot", lambda: 5_000.0)
        settings.use(settings.load(variables(place)))
        open_store(before_workers=True)
        try:
            yield
        finally:
            close_store()


def unpack(place: Path) -> None:
    """Put the recorded store where the settings say that it is: the archive is what `pbx backup` wrote."""
    data = place / "data"
    data.mkdir()
    (data / "greetings").mkdir(mode=0o700)
    with tarfile.open(FOLDER / "store.backup") as archive:
        archive.extractall(data, filter="data")
    (data / "manifest.json").unlink()
    key = place / "secret.key"
    key.write_bytes((FOLDER / "secret.key").read_bytes())
    key.chmod(0o600)


def write(recorded: dict[Question, Answer]) -> None:
    """Keep questions and answers, one a line."""
    lines = (
        json.dumps([asdict(question), asdict(answer)], ensure_ascii=False) for question, answer in recorded.items()
    )
    (FOLDER / "replies.xz").write_bytes(lzma.compress("\n".join(lines).encode(), preset=9 | lzma.PRESET_EXTREME))


def recorded() -> dict[Question, Answer]:
    """Return the questions and answers that were kept."""
    with io.TextIOWrapper(lzma.open(FOLDER / "replies.xz"), encoding="utf-8") as lines:
        pairs = [json.loads(line) for line in lines]
    return {Question(**question): Answer(**answer) for question, answer in pairs}


def _content(content: bytes, content_type: str) -> Any:
    if content_type.startswith("application/json"):
        return _without_defaults(json.loads(content))
    if content_type.startswith("text/"):
        return content.decode()
    return hashlib.sha256(content).hexdigest()


def _without_defaults(content: Any) -> Any:
    """Return of settings what the store holds: which there are, and what they are by default, is the program's."""
    if isinstance(content, dict) and "settings" in content:
        return {
            "settings": [_without_defaults(one) for one in content["settings"] if one["value"] != one["defaultValue"]]
        }
    if isinstance(content, dict) and "defaultValue" in content and "path" in content:
        return {
            "path": content["path"],
            "value": content["value"] if content["value"] != content["defaultValue"] else None,
        }
    return content
