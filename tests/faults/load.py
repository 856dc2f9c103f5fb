"""Clients that write all the time, through whatever befalls the server, and know what must be there afterwards.

A client has objects of its own. After an answer it knows the object's state; after none it knows two, before and
after, and asks which one it is before it goes on: any third one is a write that was lost, or done by halves.
"""

import random
import threading
import time
from collections.abc import Callable
from typing import Any

import requests

from tests.audio import check_plays, wav
from tests.crm import ADMIN_PASSWORD

SIP, WEB = "load-sip", "load-web"
PERMISSIONS = {"enable_intercom": True, "enable_external_call": True, "enable_management_console_access": False}
ABSENT = None
_SOUND = wav(0.1)


class Unreachable(Exception):
    """No answer came: whether the request was carried out is not known."""


class Client(threading.Thread):
    """One client; `wrong` says what was not as it had to be."""

    def __init__(self, url: str, token: str, name: str) -> None:
        """`name` begins the number or name of each of its objects: digits, of the same length for all clients."""
        super().__init__(name=f"client {name}")
        self.url, self.token, self.prefix = url, token, name
        self.done = threading.Event()
        self.known: dict[tuple[str, str], set[Any]] = {}
        self.wrong: list[str] = []
        self.acknowledged = self.unanswered = self.refused = 0
        self._random = random.Random(name)
        self._count = 0
        self._tokens: dict[str, str] = {}

    def prepare(self) -> "Client":
        """Make what stays: an extension for greetings and log-ins, and a group."""
        self.home = f"{self.prefix}0"
        fields = {"extension_number": self.home, "password": SIP, "web_access_password": WEB}
        assert self.post("extensions/create", fields).status_code == 200
        reply = self.post("extensions/group/create", {"group_name": f"home {self.prefix}", **PERMISSIONS})
        self.group: str = reply.json()["group_id"]
        return self

    def run(self) -> None:
        """Write until `done` is set."""
        steps = (self._extension, self._extension, self._group, self._greeting, self._login, self._look)
        while not self.done.is_set() and not self.wrong:
            try:
                self._random.choice(steps)()
            except Unreachable:
                time.sleep(0.02)

    def check(self) -> None:
        """Compare all that is known with what the server shows."""
        for key in self.known:
            self._settle(key)
        assert self.wrong == [], self.wrong

    def expected(self, kind: str) -> set[str]:
        """Return the names of the objects of `kind` that are there, once `check` has been."""
        return {name for (of_kind, name), states in self.known.items() if of_kind == kind and states != {ABSENT}}

    def post(self, path: str, fields: dict[str, Any], token: str = "", **content: Any) -> requests.Response:
        """Send a request. Raises Unreachable when no answer comes."""
        body = content or {"json": fields}
        headers = {"access_token": token or self.token}
        try:
            return requests.post(f"{self.url}/api/{path}", headers=headers, timeout=60, **body)
        except requests.RequestException as error:
            raise Unreachable from error

    def get(self, path: str, token: str = "", **query: str) -> requests.Response:
        """Read. Raises Unreachable, also when the server says that it could not, which is wrong whatever befalls it."""
        try:
            url, headers = f"{self.url}{path}", {"access_token": token or self.token}
            reply = requests.get(url, query, headers=headers, timeout=60)
        except requests.RequestException as error:
            raise Unreachable from error
        if reply.status_code >= 500:
            self.wrong.append(f"a read of {path}: {reply.status_code} {reply.text}")
            raise Unreachable(self.wrong[-1])
        return reply

    def _write(self, key: tuple[str, str], after: Any, send: Callable[[], requests.Response]) -> None:
        """Bring the object `key`, of which one state is known, into the state `after`."""
        before = self.known[key]
        self.known[key] = before | {after}
        try:
            reply = send()
        except Unreachable:
            self.unanswered += 1
            raise
        if reply.status_code == 200:
            self.known[key] = {after}
            self.acknowledged += 1
        elif reply.status_code == 503 and "Retry-After" in reply.headers:
            self.known[key] = before
            self.refused += 1
        else:
            self.wrong.append(f"{key} to {after!r}: {reply.status_code} {reply.text}")

    def _settle(self, key: tuple[str, str]) -> None:
        states = self.known.get(key, {ABSENT})
        found = getattr(self, f"_read_{key[0]}")(key[1])
        if found not in states:
            self.wrong.append(f"{key} is {found!r}, and must be one of {states!r}")
        self.known[key] = {found}

    def _pick(self, most: int) -> str:
        """Return the name of a new object or of one that there was before."""
        self._count += 1
        return f"{self.prefix}{1 + self._random.randrange(most)}"

    def _extension(self) -> None:
        """Make, change or delete an extension, whose values are all of one version."""
        number = self._pick(12)
        key, version = ("extension", number), self._count
        self._settle(key)
        is_there = self.known[key] != {ABSENT}
        fields = {
            "extension_number": number,
            "profile": {"last_name": f"v{version}", "email": f"v{version}.{number}@example.com"},
            "voice_mail": {"voicemail_pin": str(version)},
            "belong_groups": [self.group] if version % 2 else [],
        }
        if is_there and self._random.random() < 0.3:
            self._write(key, ABSENT, lambda: self.post("extensions/destroy", {"extension_number": number}))
            return
        path = "update" if is_there else "create"
        passwords = {} if is_there else {"password": SIP, "web_access_password": WEB}
        self._write(key, version, lambda: self.post(f"extensions/{path}", fields | passwords))

    def _read_extension(self, number: str) -> Any:
        reply = self.get("/api/extensions/show", extension_number=number)
        if reply.status_code == 404:
            return ABSENT
        shown = reply.json()
        version = int(shown["voice_mail"]["voicemail_pin"])
        found = shown["profile"]["last_name"], shown["profile"]["email"], self.group in shown["belong_groups"]
        whole = f"v{version}", f"v{version}.{number}@example.com", bool(version % 2)
        return version if found == whole else f"half of {version}: {found}"

    def _group(self) -> None:
        """Make, change or delete a group, which is kept by its id once there is one."""
        name = f"group {self._pick(4)}"
        key, version = ("group", name), f"v{self._count}"
        self._settle(key)
        fields = {"group_name": name, "group_description": version, **PERMISSIONS}
        found = self._group_id(name)
        if found is None:
            self._write(key, version, lambda: self.post("extensions/group/create", fields))
        elif self._random.random() < 0.3:
            self._write(key, ABSENT, lambda: self.post("extensions/group/destroy", {"id": found["id"]}))
        else:
            self._write(key, version, lambda: self.post("extensions/group/update", {"id": found["id"], **fields}))

    def _group_id(self, name: str) -> Any:
        reply = self.get("/api/extensions/group/list", pagesize="100")
        return next((group for group in reply.json()["groups"] if group["group_name"] == name), None)

    def _read_group(self, name: str) -> Any:
        group = self._group_id(name)
        if group is None:
            return ABSENT
        return self.get("/api/extensions/group/show", id=str(group["id"])).json()["group_description"]

    def _greeting(self) -> None:
        """Upload or delete a greeting."""
        name = f"{self._pick(6)}.wav"
        key = ("greeting", name)
        fields = {"extension_number": self.home, "filename": name}
        self._settle(key)
        if self.known[key] == {ABSENT}:
            file = {"file": (name, _SOUND)}
            path = "extensions/greeting_file/create"
            self._write(key, True, lambda: self.post(path, {}, data=fields, files=file))
        else:
            self._write(key, ABSENT, lambda: self.post("extensions/greeting_file/destroy", fields))

    def _read_greeting(self, name: str) -> Any:
        rows = self.get("/api/extensions/greeting_file/list", extension_number=self.home).json()["files"]
        row = next((row for row in rows if row["filename"] == name), None)
        if row is None:
            return ABSENT
        check_plays(self.get(row["url"]).content)
        return True

    def _login(self) -> None:
        """Log in, or sign out what is logged in."""
        alive = sorted(self.expected("token") & set(self._tokens))
        if len(alive) < 3:
            sip = {"domain": "pbx.local", "extension_number": self.home, "sip_password": SIP}
            reply = self.post("account/extension/sip/verify", sip)
            if reply.status_code == 200:
                name = f"{self.prefix}{len(self._tokens)}"
                self._tokens[name] = reply.json()["access_token"]
                self.known["token", name] = {True}
                self.acknowledged += 1
            elif reply.status_code != 503:
                self.wrong.append(f"log-in: {reply.status_code} {reply.text}")
            return
        key, token = ("token", alive[0]), self._tokens[alive[0]]
        self._settle(key)
        if self.known[key] != {ABSENT}:
            self._write(key, ABSENT, lambda: self.post("account/sign_out", {}, token))

    def _read_token(self, name: str) -> Any:
        reply = self.get("/api/extensions/list", self._tokens[name])
        return {200: True, 401: ABSENT}.get(reply.status_code, reply.status_code)

    def _look(self) -> None:
        if self.known:
            self._settle(self._random.choice(sorted(self.known)))


def log_in(url: str) -> str:
    """Return a token of the administrator."""
    credentials = {"username": "admin", "password": ADMIN_PASSWORD}
    reply = requests.post(f"{url}/api/account/credentials/verify", json=credentials, timeout=60)
    token: str = reply.json()["access_token"]
    return token


def begin(url: str, clients: int) -> list[Client]:
    """Return that many clients, which write already."""
    token = log_in(url)
    made = [Client(url, token, f"{10 + number}").prepare() for number in range(clients)]
    for client in made:
        client.start()
    return made


def end(clients: list[Client]) -> None:
    """Let the clients come to their ends."""
    for client in clients:
        client.done.set()
    for client in clients:
        client.join()
