"""Every operation of the API as a request that succeeds over the filled store, and the store to send it to."""

import io
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from portsip_api.pbx.extension_keys import ExtensionKey
from portsip_api.pbx.extensions import extensions
from portsip_api.pbx.features import conference_servers
from portsip_api.pbx.media import greetings
from portsip_api.pbx.media.files import FILES
from portsip_api.store import database, volatile
from tests.audio import wav
from tests.crm import SIP_PASSWORD, WEB_PASSWORD
from tests.portsip.test_roles import NEW, TABLE
from tests.world import COLLEAGUE, NUMBER, World

EMAIL, GREETING = "colleague@home.example", "mine.wav"
OF_COLLEAGUE = {"extension_number": COLLEAGUE, "filename": GREETING}
PROFILE = {"first_name": "Ada", "email": "ada@home.example"}

# Requests that do more than those of the matrix of roles, which are refused or change nothing.
_FULLER: dict[str, dict[str, Any]] = {
    "/api/account/credentials/verify": {"username": "home", "password": "home's secret"},
    "/api/account/email/verify": {"email": EMAIL, "password": WEB_PASSWORD},
    "/api/account/extension/sip/verify": {
        "domain": "home.example", "extension_number": NUMBER, "sip_password": SIP_PASSWORD,
    },
    "/api/account/update": {"id": "{other}", "name": "renamed", "password": "another-secret", "enabled": False},
    "/api/extensions/update": {
        "id": "{colleague}", "extension_number": "1003", "profile": PROFILE, "password": "new-secret",
        "belong_groups": [], "options": {"enable_extension": False},
    },
    "/api/extensions/create": NEW | {"profile": PROFILE, "voice_mail": {"enable_voicemail": True}},
    "/api/extensions/group/create": {"group_name": "New", "enable_intercom": True, "enable_external_call": True,
                                     "enable_management_console_access": False, "members": [NUMBER, COLLEAGUE]},
    "/api/extensions/group/update": {"id": "{group}", "group_name": "Renamed", "members": [NUMBER]},
    "/api/voice_mail/update": {"extension_number": COLLEAGUE, "voicemail_pin": "11"},
    "/api/office_hours/update": {"sunday_from": "10:00", "sunday_to": "12:00"},
    "/api/holidays/update": {"id": "{holiday}", "name": "Renamed"},
    "/api/ring_groups/create": {"ring_group_number": "601", "name": "x", "members": [NUMBER]},
    "/api/ring_groups/update": {"id": "{ring_group}", "ring_group_number": "602", "members": [NUMBER]},
    "/api/call_queues/create": {
        "queue_number": "701", "name": "x", "members": [NUMBER], "no_answer_action": 2,
        "no_answer_action_value": COLLEAGUE,
    },
    "/api/call_queues/update": {
        "id": "{queue}", "queue_number": "702", "members": [NUMBER], "no_answer_action": "CONNECT_TO_VOICE_MAIL",
        "no_answer_action_value": NUMBER,
    },
    "/api/extensions/export/show": {"link": "{export_link}"},
    "/api/virtual_receptionist/create": {"vr_number": "801", "name": "x", "key1": [2, NUMBER]},
    "/api/virtual_receptionists/create": {"vr_number": "801", "name": "x", "key1": [2, NUMBER]},
    "/api/virtual_receptionist/update": {
        "id": "{receptionist}", "vr_number": "802", "key1": {"action": "REPEAT"}, "timeout": [5, 2, COLLEAGUE],
    },
    "/api/virtual_receptionists/update": {"id": "{receptionist}", "vr_number": "802", "key1": [2, COLLEAGUE]},
    **{
        f"/api/{base}/{name}": fields
        for base in ("conference_room", "conference/room")
        for name, fields in (
            ("create", {"room_number": "7002", "owner": NUMBER, "room_pin": "1234", "admin_pin": "4321"}),
            ("update", {"id": "{room}", "room_number": "7003", "room_pin": "1234", "owner": NUMBER}),
        )
    },
    **{f"/api/conference_server/{name}": {"name": "Spare"} for name in ("destroy", "remove")},
    "/api/conference_server/update": {"name": "Spare", "port": 5080},
    "/api/conference_server/create": {"name": "West", "ipv4": "192.0.2.1"},
    "/api/extensions/import": {"extensions": [NEW, {"extension_number": NUMBER, "profile": PROFILE}], "mode": "upsert"},
    "/api/extensions/greeting_file/update": OF_COLLEAGUE,
    "/api/extensions/greeting_file/destroy": OF_COLLEAGUE,
    "/api/extensions/greeting_file/remove": OF_COLLEAGUE,
    "/api/extensions/greeting_file/show": OF_COLLEAGUE,
}  # fmt: skip


@dataclass(frozen=True)
class Operation:
    """A request: with `upload`, its fields come as a form with a file."""

    method: str
    path: str
    fields: dict[str, Any]
    upload: bool = False

    def __str__(self) -> str:
        return f"{self.method} {self.path}{' with a file' * self.upload}"

    def send(self, client: FlaskClient, world: World) -> TestResponse:
        """Send it, as an administrator where only that one may."""
        fields = {name: world.key(value) for name, value in self.fields.items()}
        of_all = self.path.startswith(("/api/account", "/api/conference_server"))
        identity = "administrator" if of_all else "tenant"
        headers = {"access_token": world.tokens[identity]} if "verify" not in self.path else {}
        place: dict[str, Any] = {"query_string": fields} if self.method == "GET" else {"json": fields}
        if self.upload:
            file = FileStorage(io.BytesIO(wav()), "new.wav")
            boundary, body = encode_multipart({**fields, "file": file})
            place = {"data": body, "content_type": f"multipart/form-data; boundary={boundary}"}
        return client.open(self.path, method=self.method, headers=headers, buffered=True, **place)


def _operations() -> list[Operation]:
    table = {(method, path): fields for (method, path), (fields, _) in TABLE.items() if path.startswith("/api")}
    listed = [Operation(method, path, _FULLER.get(path, fields)) for (method, path), fields in table.items()]
    return [*listed, Operation("POST", "/api/extensions/greeting_file/create", {"extension_number": NUMBER}, True)]


OPERATIONS = _operations()


def furnish(world: World) -> None:
    """Add what the requests need beside the filled store: an e-mail address, an active greeting, a server."""
    key = ExtensionKey(id=world.colleague)
    extensions.update(world.home, key, {"profile": {"email": EMAIL}})
    greetings.add(world.home, key, GREETING, wav())
    greetings.activate(world.home, key, GREETING)
    conference_servers.create({"name": "Spare"})


_seen: list[tuple[list[bytes], dict[str, list[Any]]]] = []  # what stood in the files last, and their rows


def dump(path: Path) -> dict[str, list[Any]]:
    """Return all rows of all tables of both files but those of failed log-ins, through connections of its own.

    While every byte of the files and of their logs is as it was, so are the rows; most often that is so.
    """
    files = [path.with_name(file.name + log) for file in (path, volatile.beside(path)) for log in ("", "-wal")]
    contents = [file.read_bytes() if file.exists() else b"" for file in files]
    if not _seen or _seen[0][0] != contents:
        _seen[:] = [(contents, _rows(path))]
    return _seen[0][1]


def _rows(path: Path) -> dict[str, list[Any]]:
    tables: dict[str, list[Any]] = {}
    for file in (path, volatile.beside(path)):
        with closing(sqlite3.connect(file)) as connection:
            names = [row[0] for row in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
            tables |= {name: connection.execute(f"SELECT * FROM {name}").fetchall() for name in names}
    del tables[_COUNTERS]
    return tables


_COUNTERS = "login_failure"


def named_files() -> dict[str, bytes]:
    """Return the content of every greeting's file by its name; a missing one is an error."""
    rows = database.fetch_all("SELECT blob FROM greeting WHERE blob IS NOT NULL")
    return {row[0]: FILES.locate(row[0]).read_bytes() for row in rows}
