"""A conversation over one socket: who logs in, what it watches, and what it is told. It knows no socket.

Source: contract `portsip-more.md`, section 5.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import orjson
import peewee

from portsip_api.pbx.access import credentials, logins, tenants, tokens
from portsip_api.pbx.access.credentials import Credential
from portsip_api.pbx.errors import Forbidden, Invalid, LoginRefused, NotFound, PbxError, TooManyFailures
from portsip_api.pbx.events import outbox
from portsip_api.pbx.events.outbox import CALL, QUEUE, Happening, State
from portsip_api.pbx.features import call_queues
from portsip_api.pbx.features.call_queues import QueueKey
from portsip_api.pbx.identity import Identity, Role
from portsip_api.portsip.events.told import CALLS, EXTENSIONS, MANAGEMENT, QUEUES, TOPICS, Teller
from portsip_api.store.clock import clock
from portsip_api.store.sqlite_file import StoreUnavailable, is_unavailable

MOST_FAILURES: Final = 3  # log-ins
MOST_WATCHED: Final = 500  # extensions
_MOST_QUEUES: Final = 50
_LONGEST: Final = 256  # characters of a value
_AN_OBJECT: Final = "Must be a JSON object with a `command`."


class Session:
    """Whoever is at the other end of a socket. `receive` is called by one thread at a time, and may wait."""

    def __init__(self, address: str) -> None:
        """Nobody has logged in yet; `address` is where the client is."""
        self.identity: Identity | None = None
        self.is_over = False  # nothing more is read from it
        self._address = address
        self._credential: Credential | None = None
        self._token = ""
        self._tenant_id = 0
        self._teller = Teller(0, "")
        self._number_of_commands = 0
        self._failures = 0
        self._topics: set[str] = set()
        self._watched: dict[int, State] = {}
        self._queues: set[str] | None = set()  # by number; None: all
        self._known: dict[int, int] = {}  # by extension, the newest event that its state includes

    def receive(self, text: str) -> list[str]:
        """Return the reply to a command, and what is to be told at once."""
        self._number_of_commands += 1
        given = _read(text)
        reply = {"command": str(given.get("command", "")), "id": str(given.get("id", self._number_of_commands))}
        try:
            told = self._do(given)
        except PbxError as error:
            self._note_failure(given, error)
            return [_dumped({**reply, "status": -1, "error": str(error)})]
        except (peewee.OperationalError, StoreUnavailable) as error:
            if not is_unavailable(error):
                raise
            return [_dumped({**reply, "status": -1, "error": "The store is not available; try again later."})]
        return [_dumped({**reply, "status": 0}), *told]

    def told(self, happenings: Sequence[Happening]) -> list[str]:
        """Return what of these events is to be told here."""
        found: list[str] = []
        for one in happenings:
            if one.tenant_id != self._tenant_id:
                continue
            if one.kind == CALL:
                found += [self._teller.call(one)] if CALLS in self._topics and self._may_hear_of(one.detail) else []
                continue
            if one.kind == QUEUE:
                found += self._teller.queue(one) if self._watches_queue(one.detail["queue"]) else []
                continue
            if MANAGEMENT in self._topics and one.kind != "status":
                found.append(self._teller.management(one))
            if EXTENSIONS in self._topics and one.state.id in self._watched and one.id > self._known[one.state.id]:
                found += self._told_state(one)
        return found

    def lives(self) -> bool:
        """Tell whether the log-in is still good: the account is what it was, and so is the token, if there is one."""
        if self.identity is None:
            return True
        account = credentials.read(self.identity.role, self.identity.account_id)
        is_same = account is not None and account[1] == self._credential
        return is_same and (not self._token or tokens.lives(self._token))

    def _do(self, given: Mapping[str, Any]) -> list[str]:
        match given.get("command"):
            case "auth":
                self._log_in(given)
                return []
            case "subscribe" | "unsubscribe" as command if self.identity is not None:
                topics = _texts(given, "topics")
                if unknown := set(topics) - set(TOPICS):
                    raise Invalid({"topics": [f"Must be of {', '.join(TOPICS)}, and not {len(unknown)} others."]})
                return self._subscribe(given, topics) if command == "subscribe" else self._unsubscribe(given, topics)
            case "subscribe" | "unsubscribe":
                raise LoginRefused("Log in first: send the command `auth`.")
        raise Invalid({"command": ["Must be auth, subscribe or unsubscribe."]})

    def _note_failure(self, given: Mapping[str, Any], error: PbxError) -> None:
        if self.identity is None:
            self._failures += 1
            self.is_over = self._failures >= MOST_FAILURES or isinstance(error, TooManyFailures)
        elif given.get("command") == "auth":
            self.is_over = True

    def _log_in(self, given: Mapping[str, Any]) -> None:
        if self.identity is not None:
            raise Invalid({"command": ["Must not be sent again: somebody has logged in."]})
        token = _text(given, "access_token")
        if token:
            identity = tokens.identify(token)
        else:
            login = self._by_password(given)
            tokens.sign_out(login.token)  # a socket needs none
            identity = login.identity
        account = credentials.read(identity.role, identity.account_id)
        if account is None:
            raise LoginRefused("The account is gone.")
        self._tenant_id = _tenant_of(identity, _text(given, "domain"))
        self._teller = Teller(self._tenant_id, tenants.domain_of(self._tenant_id))
        self._credential, self._token, self.identity = account[1], token, identity

    def _by_password(self, given: Mapping[str, Any]) -> logins.Login:
        domain, number = _text(given, "domain"), _text(given, "extension_number")
        password = _text(given, "password") or _text(given, "sip_password")
        if number:
            return logins.by_sip(domain, number, password, self._address)
        name = _text(given, "username")
        if not name or not password:
            raise LoginRefused("Send a username or an extension_number with its password, or an access_token.")
        return logins.by_credentials(name, password, domain, self._address)

    def _subscribe(self, given: Mapping[str, Any], topics: Sequence[str]) -> list[str]:
        if MANAGEMENT in topics and self._is_extension():
            raise Forbidden("Your role may not watch extension_management_events.")
        queues = _texts(given, "queues", needed=False)
        self._require_queues(queues)
        if QUEUES in topics:
            self._queues = None if not queues else (self._queues or set()) | set(queues)
        told: list[str] = []
        if EXTENSIONS in topics:
            told = self._watch(_texts(given, "extensions"))
        self._topics |= set(topics)
        return told

    def _unsubscribe(self, given: Mapping[str, Any], topics: Sequence[str]) -> list[str]:
        """Let no more be told of those extensions, or, where none are named, of the topics."""
        numbers = set(_texts(given, "extensions", needed=False))
        queues = set(_texts(given, "queues", needed=False))
        if EXTENSIONS in topics and numbers:
            self._watched = {id_: state for id_, state in self._watched.items() if state.number not in numbers}
        elif QUEUES in topics and queues and self._queues is not None:
            self._queues -= queues
        else:
            self._topics -= set(topics)
            self._watched = self._watched if EXTENSIONS in self._topics else {}
        return []

    def _watch(self, numbers: Sequence[str]) -> list[str]:
        """Watch extensions, and return the state of each."""
        since = outbox.newest()
        found = outbox.by_numbers(self._tenant_id, numbers)
        if len(found) < len(set(numbers)):
            raise NotFound("extensions: Names one that does not exist.")
        if len(self._watched.keys() | {state.id for state in found}) > MOST_WATCHED:
            raise Invalid({"extensions": [f"Must be at most {MOST_WATCHED}."]})
        self._watched |= {state.id: state for state in found}
        self._known |= {state.id: since for state in found}
        return [text for state in found for text in self._teller.states(None, state, int(clock.wall()))]

    def _told_state(self, one: Happening) -> list[str]:
        before, now = self._watched[one.state.id], one.state
        if one.kind == "destroyed":
            del self._watched[now.id]
            now = State(now.id, now.number, online=False, on_call=False, presence=now.presence)
        else:
            self._watched[now.id] = now
        return [] if now == before else self._teller.states(before, now, one.at)

    def _require_queues(self, numbers: Sequence[str]) -> None:
        """Raise NotFound for a queue that is not there, and Forbidden for one that an extension is no member of."""
        if len(numbers) > _MOST_QUEUES:
            raise Invalid({"queues": [f"Must be at most {_MOST_QUEUES}."]})
        for number in dict.fromkeys(numbers):
            members = self._members(number)
            if self._is_extension() and self._own_number() not in members:
                raise Forbidden("An extension may watch the queues that it is a member of.")

    def _watches_queue(self, number: str) -> bool:
        """Tell whether a queue is watched, by an extension as long as it is a member."""
        if QUEUES not in self._topics or (self._queues is not None and number not in self._queues):
            return False
        try:
            return not self._is_extension() or self._own_number() in self._members(number)
        except NotFound:
            return False

    def _members(self, queue: str) -> Sequence[str]:
        return call_queues.show(self._tenant_id, QueueKey(queue)).members

    def _may_hear_of(self, call: Mapping[str, Any]) -> bool:
        """Tell whether a call is told of here: to an extension those in which it took part, to managers all."""
        sides = (call[f"{side}_extension"] for side in ("caller", "callee", "recipient"))
        return self.identity is not None and (not self._is_extension() or self.identity.account_id in sides)

    def _is_extension(self) -> bool:
        return self.identity is not None and self.identity.role is Role.EXTENSION

    def _own_number(self) -> str:
        return self.identity.name.rpartition("@")[0] if self.identity is not None else ""


def _read(text: str) -> dict[str, Any]:
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError:
        return {}
    return value if isinstance(value, dict) else {}


def _tenant_of(identity: Identity, domain: str) -> int:
    """Return the tenant whose events are told: an administrator names one by its domain."""
    if identity.tenant_id is not None:
        return identity.tenant_id
    found = tenants.id_of_domain(domain) if domain else tenants.DEFAULT_TENANT_ID
    if found is None:
        raise NotFound("domain: There is no tenant with this domain.")
    return found


def _text(given: Mapping[str, Any], name: str) -> str:
    value = given.get(name, "")
    text = str(value) if type(value) is int else value
    if not isinstance(text, str) or len(text) > _LONGEST:
        raise Invalid({name: [f"Must be a text of at most {_LONGEST} characters."]})
    return text


def _texts(given: Mapping[str, Any], name: str, *, needed: bool = True) -> list[str]:
    values = given.get(name, [])
    if not isinstance(values, list) or not all(isinstance(one, str) or type(one) is int for one in values):
        raise Invalid({name: ["Must be an array of texts."]})
    if needed and not values:
        raise Invalid({name: ["Missing."]})
    return [str(one) for one in values]


def _dumped(reply: Mapping[str, Any]) -> str:
    return orjson.dumps(reply).decode()
