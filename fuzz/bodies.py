"""Targets that are JSON and XML bodies of every operation. The first byte of an input chooses the operation."""

import io
import json
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from requests.auth import _basic_auth_str
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from fuzz.stage import Reply, Stage
from portsip_api.pbx.access import tenants
from portsip_api.pbx.errors import Invalid, TooLarge
from portsip_api.pbx.extension_keys import ExtensionKey
from portsip_api.pbx.mailboxes import mailboxes
from portsip_api.sipxcom.admin.users import _USER as USER
from portsip_api.sipxcom.core import xml_form
from tests.audio import wav
from tests.contract.sipxcom import table, world
from tests.contract.sipxcom.row import Row
from tests.contract.sipxcom.test_attacks import ENCODED, JSON, XML
from tests.crm import ADMIN_PASSWORD, WEB_PASSWORD
from tests.portsip.test_bad_input import BODIES
from tests.portsip.test_roles import TABLE

_One = Callable[[bytes], None]
LOGIN = ("Authorization", _basic_auth_str("superadmin", ADMIN_PASSWORD))
USER_LOGIN = ("Authorization", _basic_auth_str("200", WEB_PASSWORD))
_KEY = re.compile(r"\{[a-z_0-9]+\}")
_LONGEST_SEED = 4_000
XML_WORDS = (
    "<user>", "</user>", "<userName>", "<![CDATA[", "]]>", "<?xml version='1.0'?>", "<!DOCTYPE a>", "&#0;", "&lt;",
    "xmlns:a=", "encoding='utf-16'",
)  # fmt: skip
JSON_WORDS = ("null", "true", '"', "{}", "[]", "1e400", "-0", "\\ud800", "\\u0000", "9007199254740993", "id", "name")
_ANN = (
    "<user><id>1</id><lastName>Roe</lastName><firstName>Ann</firstName><userName>203</userName><pin>4711</pin>"
    "<sipPassword>secret</sipPassword><emailAddress>a@b.example</emailAddress><groups><group><id>1</id></group></groups>"
    "<branch><id>1</id></branch><aliases><alias><alias>ann</alias></alias></aliases></user>"
)


class _Portal(world.Portal):
    """The tests' client, over the application in this process."""

    def __init__(self, stage: Stage, log_in: tuple[str, str] = LOGIN) -> None:
        self._stage, self._log_in = stage, log_in

    def of(self, name: str, password: str) -> "_Portal":
        return _Portal(self._stage, ("Authorization", _basic_auth_str(name, password)))

    def ask(self, method: str, path: str, body: Any = None, **options: Any) -> Reply:  # type: ignore[override]
        headers = [self._log_in, *options.get("headers", {}).items()]
        if isinstance(body, str | bytes):
            content, kind = body if isinstance(body, bytes) else body.encode(), "text/xml"
        else:
            content, kind = b"" if body is None else json.dumps(body).encode(), "application/json"
        return self._stage.ask(method, f"/sipxconfig/{path}", content, [*headers, ("Content-Type", kind)])

    def ask_other(self, path: str, token: str, **fields: Any) -> Any:
        headers = [("Content-Type", "application/json"), *([("access_token", token)] if token else [])]
        return self._stage.ask("POST", f"/api/{path}", json.dumps(fields).encode(), headers).json()

    def upload(self, path: str, name: str, content: bytes) -> Reply:
        file = FileStorage(io.BytesIO(content), name)
        boundary, form = encode_multipart({"file": file})
        headers = [self._log_in, ("Content-Type", f"multipart/form-data; boundary={boundary}")]
        return self._stage.ask("POST", f"/sipxconfig/{path}", form, headers)


def portal_stage(folder: Path) -> tuple[Stage, world.World]:
    """Return an application that has everything the rows of the sipXcom API's table ask for, and its keys."""
    stage, keys = Stage(folder), world.World()
    for make in world.MAKERS:
        make(_Portal(stage), keys)
    left = mailboxes.deposit(tenants.DEFAULT_TENANT_ID, ExtensionKey("200"), wav(3.5), "201")
    keys["message"] = f"{left.id:08}"
    stage.keep()
    return stage, keys


def xml(folder: Path) -> _One:
    """Read XML as a user, and send it to an operation that takes XML."""
    stage, keys = portal_stage(folder)
    rows = _rows()

    def one(data: bytes) -> None:
        row, body = _chosen(rows, data), data[1:]
        with suppress(Invalid, TooLarge):
            xml_form.read(USER, body)
        stage.ask(row.method, _path(row, keys), body, [_log_in(row), ("Content-Type", "text/xml")])

    return one


def xml_seeds() -> Iterator[bytes]:
    """The rows' own bodies, a user, and the tests' attacks."""
    rows = _rows()
    place = next(place for place, row in enumerate(rows) if (row.method, row.path) == ("PUT", "rest/user"))
    yield bytes([place]) + _ANN.encode()
    yield bytes([place]) + f'<?xml version="1.0" encoding="utf-16"?>{_ANN}'.encode("utf-16")
    yield from (bytes([place]) + row.body.encode() for place, row in enumerate(rows) if isinstance(row.body, str))
    attacks: tuple[Any, ...] = (*XML.values(), *ENCODED.values())
    for attack in attacks:
        content = attack.encode() if isinstance(attack, str) else attack
        if len(content) <= _LONGEST_SEED:
            yield bytes([place]) + content


def sipxcom(folder: Path) -> _One:
    """Send JSON to every operation of the sipXcom API that takes a body."""
    stage, keys = portal_stage(folder)
    rows = _rows()

    def one(data: bytes) -> None:
        row = _chosen(rows, data)
        stage.ask(row.method, _path(row, keys), data[1:], [_log_in(row), ("Content-Type", "application/json")])

    return one


def sipxcom_seeds() -> Iterator[bytes]:
    """The rows' own bodies and the tests' attacks."""
    for place, row in enumerate(_rows()):
        if not isinstance(row.body, str):
            yield bytes([place]) + _written(row.body)
    attacks = (attack.encode("utf-8", "surrogatepass") for attack in JSON.values())
    yield from (b"\0" + attack for attack in attacks if len(attack) <= _LONGEST_SEED)


def portsip(folder: Path) -> _One:
    """Send JSON to every operation of the PortSIP API that takes a body, as the administrator."""
    stage = Stage(folder)
    token = log_in(stage)
    headers = [("access_token", token), ("Content-Type", "application/json")]
    for number in ("1000", "1001"):
        fields = {"extension_number": number, "password": "sip-secret", "web_access_password": "web-secret"}
        stage.do("POST", "/api/extensions/create", json.dumps(fields).encode(), headers)
    stage.keep()
    paths = _paths()

    def one(data: bytes) -> None:
        stage.ask("POST", paths[(data or b"\0")[0] % len(paths)], data[1:], headers)

    return one


def portsip_seeds() -> Iterator[bytes]:
    """The requests of the tests' matrix of roles, and the tests' bad bodies."""
    for place, path in enumerate(_paths()):
        yield bytes([place]) + _written(TABLE["POST", path][0])
    yield from (b"\0" + body for body, _ in BODIES.values() if len(body) <= _LONGEST_SEED)


def log_in(stage: Stage) -> str:
    """Return an administrator's token."""
    credentials = json.dumps({"username": "admin", "password": ADMIN_PASSWORD}).encode()
    token: str = stage.ask("POST", "/api/account/credentials/verify", credentials).json()["access_token"]
    return token


def _paths() -> list[str]:
    """Return the operations of the PortSIP API that take a body, but the one that would end the token."""
    return sorted(path for method, path in TABLE if method == "POST" and path != "/api/account/sign_out")


def _written(body: Any) -> bytes:
    """Return JSON in which the keys of things that the tests make are 1."""
    return _KEY.sub("1", json.dumps(body)).encode()


def _rows() -> list[Row]:
    """Return the rows that send a body; each method and path once, in a fixed order."""
    found = {(row.method, row.path): row for row in reversed(table.ROWS) if row.body is not None and row.supported}
    return [found[key] for key in sorted(found)]


def _chosen(rows: list[Row], data: bytes) -> Row:
    return rows[(data or b"\0")[0] % len(rows)]


def _log_in(row: Row) -> tuple[str, str]:
    return USER_LOGIN if row.user else LOGIN


def _path(row: Row, keys: world.World) -> str:
    return f"/sipxconfig/{row.path.format(**keys)}"
