"""The lines of a phone: each is a user's, or an account at another SIP server.

Source: contract, section 6.3 (L).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import peewee

from portsip_api.pbx.access import tenants
from portsip_api.pbx.access.secret_purposes import SIP_PASSWORD
from portsip_api.pbx.devices import lines_sql
from portsip_api.pbx.devices.keys import phone_id
from portsip_api.pbx.devices.tables import ExternalLine, Phone, PhoneLine
from portsip_api.pbx.errors import Conflict, Invalid, NotFound
from portsip_api.pbx.extension_keys import ExtensionKey, find_id
from portsip_api.pbx.row_ids import row_id
from portsip_api.pbx.settings.device_models import phone_model
from portsip_api.pbx.values import Rules, Text, Whole, checked
from portsip_api.store import database
from portsip_api.store.search import MOST_HITS, TextIndex, fold
from portsip_api.store.secrets import keyring

LINE_PASSWORD: Final = "external_line.password"
EXTERNAL_LINE: Rules = {
    "user_id": Text(128, 1, pattern=r"[^\s@<>\"]+", meaning="the user part of a SIP address"),
    "display_name": Text(255),
    "extension": Text(64),
    "password": Text(255),
    "registration_server": Text(253, 1, pattern=r"[^\s@<>\"/]+", meaning="a host name or an address"),
    "registration_server_port": Whole(0, 65_535, 0),
    "voicemail": Text(64),
}
# A SIP server by its name and port, as the lines of a phone tell them apart.
_Server = tuple[str | None, int | None]
_OUR_OWN: Final[_Server] = (None, None)
_INDEX: Final = TextIndex("extension_search", "extension_fts", "extension_id")
_INDEXED: Final = 3  # letters


@dataclass(frozen=True)
class Line:
    """A line of a phone. `extension_id` and `user` (his name, which is his number) are None for an external line."""

    id: int
    phone_id: int
    extension_id: int | None
    user: str | None
    user_id: str | None  # the name that the phone registers under
    extension: str | None
    display_name: str | None
    secret: bytes  # the password, encrypted; for an external line perhaps an empty one
    registration_server: str | None
    registration_server_port: int | None
    voicemail: str | None

    @property
    def uri(self) -> str:
        """The address of the line, `sip:user@server`; what is unknown is left out."""
        return f"sip:{self.user_id or ''}{'@' if self.user_id and self.registration_server else ''}" + (
            self.registration_server or ""
        )

    @property
    def mailbox(self) -> str | None:
        """The number of the line's voicemail: a user's own number is that of his voicemail too."""
        return self.user if self.extension_id is not None else self.voicemail

    def password(self) -> str:
        """Return the SIP password in clear. Raises KeyMissing."""
        return keyring.decrypt(self.secret, LINE_PASSWORD if self.extension_id is None else SIP_PASSWORD)


def page(tenant_id: int, phone_key: int | str) -> Sequence[Line]:
    """Return the lines of one phone in the order of its keys. Raises NotFound."""
    id_ = phone_id(tenant_id, phone_key)
    return of_phones(tenant_id, [id_]).get(id_, [])


def of_phones(tenant_id: int, phone_ids: Iterable[int]) -> Mapping[int, Sequence[Line]]:
    """Return the lines of many phones by the phone's id, in one statement; a phone without lines is not in it."""
    found: dict[int, list[Line]] = {}
    for row in lines_sql.of_phones(tenant_id, phone_ids):
        line = _line(row)
        found.setdefault(line.phone_id, []).append(line)
    return found


def show(tenant_id: int, phone_key: int | str, line_id: int | str) -> Line:
    """Return one line of one phone. Raises NotFound (also when the line is another phone's)."""
    row = lines_sql.of_phone(tenant_id, phone_id(tenant_id, phone_key), row_id(line_id))
    if row is None:
        raise NotFound(PhoneLine.missing)
    return _line(row)


def add_internal(tenant_id: int, phone_key: int | str, extension: ExtensionKey) -> int:
    """Give a phone a line of a user, after its other lines, and return the line's id.

    Raises NotFound (no such phone, no such user) and Conflict (the model has no room for it, or for its server).
    """
    with database.writing():
        return _insert(tenant_id, phone_id(tenant_id, phone_key), find_id(tenant_id, extension), _OUR_OWN)


def add_external(tenant_id: int, phone_key: int | str, fields: Mapping[str, object]) -> int:
    """Give a phone a line of another SIP server, after its other lines, and return the line's id.

    `fields` are those of EXTERNAL_LINE, of which `user_id` is needed; a port may be digits, and None is like absent.
    Raises NotFound, Invalid and Conflict (the model has no room for it, or for its server).
    """
    values = _checked(fields)
    values["password"] = keyring.encrypt(values.get("password", ""), LINE_PASSWORD)
    server = (values.get("registration_server"), values.get("registration_server_port") or None)
    with database.writing():
        line_id = _insert(tenant_id, phone_id(tenant_id, phone_key), None, server)
        ExternalLine.insert(tenant_id, line_id=line_id, **values)
    return line_id


def destroy(tenant_id: int, phone_key: int | str, line_id: int | str) -> None:
    """Delete one line of one phone with its settings. Raises NotFound."""
    with database.writing():
        PhoneLine.delete(tenant_id, id=show(tenant_id, phone_key, line_id).id)


def destroy_all(tenant_id: int, phone_key: int | str) -> None:
    """Delete every line of one phone with its settings. Raises NotFound."""
    with database.writing():
        lines_sql.delete_of_phone(tenant_id, phone_id(tenant_id, phone_key))


def phones_with(tenant_id: int, text: str) -> Sequence[int]:
    """Return the ids of the phones with a line in whose user name, extension or address `text` stands, without case.

    The search index names the users who may match, unless the text is short, or also stands in every address.
    """
    needle, domain = fold(text), tenants.domain_of(tenant_id)
    return lines_sql.phones_with(tenant_id, domain, needle, _users_with(tenant_id, needle, domain))


def _users_with(tenant_id: int, needle: str, domain: str) -> Sequence[int] | None:
    """Return ids of users among whom are all in whose number `needle` stands; None when that may be anybody."""
    if len(needle) < _INDEXED or not needle.isalnum() or needle in f"sip:@{domain}":
        return None
    found = _INDEX.find(tenant_id, needle)
    return found if len(found) < MOST_HITS else None


def _insert(tenant_id: int, id_: int, extension_id: int | None, server: _Server) -> int:
    count, last = peewee.fn.COUNT(PhoneLine.id), peewee.fn.COALESCE(peewee.fn.MAX(PhoneLine.position), 0)
    query = Phone.select(tenant_id, Phone.model_id, count, last).where(Phone.id == id_).group_by(Phone.id)
    query = query.join(PhoneLine, peewee.JOIN.LEFT_OUTER, on=PhoneLine.phone_id == Phone.id)
    model_id, lines, position = query.tuples().first()
    model = phone_model(model_id)
    if lines >= model.max_lines:
        raise Conflict(f"A phone of this model has at most {model.max_lines} lines.")
    if model.most_servers is not None:
        _check_servers(tenant_id, id_, model.most_servers, server)
    return PhoneLine.insert(tenant_id, phone_id=id_, position=position + 1, extension_id=extension_id)


def _check_servers(tenant_id: int, id_: int, most: int, added: _Server) -> None:
    """Raise Conflict when the lines of a phone would be those of more SIP servers than its model can have."""
    of_phone = of_phones(tenant_id, [id_]).get(id_, ())
    servers = {
        _OUR_OWN if line.extension_id is not None else (line.registration_server, line.registration_server_port)
        for line in of_phone
    }
    if len(servers | {added}) > most:
        raise Conflict(f"The lines of a phone of this model are those of at most {most} SIP servers.")


def _checked(fields: Mapping[str, object]) -> dict[str, Any]:
    sent = {name: value for name, value in fields.items() if value is not None}
    port = sent.get("registration_server_port")
    if isinstance(port, str):
        sent["registration_server_port"] = Whole(0, 0, 0).from_text(port) if port else 0
    values = checked(EXTERNAL_LINE, sent)
    if "user_id" not in values:
        raise Invalid({"user_id": ["Missing."]})
    return values


def _line(row: tuple[Any, ...]) -> Line:
    id_, of_phone, extension_id, number, first, last, secret, domain, *external = row
    if extension_id is None:
        user_id, display_name, extension, server, port, voicemail = external
        return Line(
            id_, of_phone, None, None, user_id, extension, display_name, secret, server, port or None, voicemail
        )
    display_name = f"{first} {last}".strip() or None
    return Line(id_, of_phone, extension_id, number, number, number, display_name, secret, domain, None, None)
