"""The application in this process, over a store in a temporary folder that is put back as it was now and then."""

import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

import orjson
from defusedxml.ElementTree import fromstring
from flask import Flask
from werkzeug.test import EnvironBuilder, run_wsgi_app

from portsip_api import create_app, settings
from portsip_api.pbx.access import administrators
from portsip_api.portsip.core.errors import CODES
from portsip_api.store import database, volatile
from tests.crm import ADMIN_PASSWORD

SETTINGS = {
    "PBX_LOG_LEVEL": "ERROR",
    "PBX_TOKEN_TTL": "86400",
    "PBX_LOGIN_FAILURES": "100000",
    "PBX_LOGIN_FAILURES_ADDRESS": "100000",
}
INPUTS = 5_000  # after so many the store is put back, so that it does not grow and nothing stays destroyed


class Finding(Exception):
    """The server did what it must not."""


@dataclass(frozen=True)
class Reply:
    """A reply, read to its end."""

    status_code: int
    headers: Mapping[str, str]
    content: bytes

    @property
    def text(self) -> str:
        """The content as text."""
        return self.content.decode()

    def json(self) -> Any:
        """Return the content, parsed."""
        return orjson.loads(self.content)


class Stage:
    """The application with the administrator `admin`."""

    def __init__(self, folder: Path) -> None:
        """Make it in `folder`."""
        self._folder, self._kept = folder / "data", folder / "kept"
        # Without waiting for the disk: power is not what these attacks take away.
        database._file._pragmas["synchronous"] = "off"
        self.app: Flask = create_app(settings.load({"PBX_DATA_DIR": str(self._folder), **SETTINGS}))
        self.app.extensions["pbx-failures"] = self._remember
        administrators.create("admin", ADMIN_PASSWORD)
        self._failure: Exception | None = None
        self._inputs = 0

    def keep(self) -> None:
        """Remember the store as it is now."""
        database.db.close()
        volatile.db.close()
        shutil.copytree(self._folder, self._kept)

    def count(self) -> None:
        """Count an input, and put the store back when it is time."""
        self._inputs += 1
        if self._kept.exists() and self._inputs % INPUTS == 0:
            self._restore()

    def ask(self, method: str, target: str, body: bytes = b"", headers: Iterable[tuple[str, str]] = ()) -> Reply:
        """Send a request as a WSGI server would. Raises Finding unless the reply is one of the API's own."""
        self.count()
        self._failure = None
        path, _, query = target.partition("?")
        given = EnvironBuilder(path, method=method, query_string=query, headers=list(headers), data=body)
        request = given.get_environ() | {"RAW_URI": target}
        pieces, status, fields = run_wsgi_app(self.app, request, buffered=True)
        reply = Reply(int(status.split()[0]), {name.lower(): text for name, text in fields}, b"".join(pieces))
        self._check(path, reply)
        return reply

    def do(self, method: str, target: str, body: bytes = b"", headers: Iterable[tuple[str, str]] = ()) -> Reply:
        """Send a request that must succeed."""
        reply = self.ask(method, target, body, headers)
        if reply.status_code >= 300:
            raise RuntimeError(f"{reply.status_code} at {target}: {reply.text}")
        return reply

    def _check(self, path: str, reply: Reply) -> None:
        if self._failure is not None and reply.status_code != HTTPStatus.SERVICE_UNAVAILABLE:
            raise Finding(f"{reply.status_code} at {path}") from self._failure
        if reply.status_code < 400:
            return
        if path.startswith("/api/"):
            try:
                code = reply.json()["err_code"]
            except (orjson.JSONDecodeError, KeyError, TypeError) as error:
                raise Finding(f"No error of this API at {path}: {reply.content[:200]!r}") from error
            if code not in CODES or CODES[code][0] != reply.status_code:
                raise Finding(f"{reply.status_code} with {code} at {path}")
        elif path.startswith("/sipxconfig/rest/"):
            try:
                root = fromstring(reply.content).tag
            except ParseError as error:
                raise Finding(f"No error of this API at {path}: {reply.content[:200]!r}") from error
            if root != "response":
                raise Finding(f"{reply.status_code} with {root} at {path}")

    def _remember(self, error: Exception, _: int) -> None:
        self._failure = error

    def _restore(self) -> None:
        database.db.close()
        volatile.db.close()
        shutil.rmtree(self._folder)
        shutil.copytree(self._kept, self._folder)
        volatile.prepare(settings.current().database_path, self._folder / "migrate.lock")
