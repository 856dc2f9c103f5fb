"""Extensions: making, changing, showing, listing, finding and deleting them.

Everything that can be checked or computed without the write lock (rules, encryption, documents) is done before the
transaction begins. Source: PortSIP REST API, "Create a new extension" and the sections after it.
"""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson
import peewee

from portsip_api.pbx import forwarding, greeting_files, groups, tokens
from portsip_api.pbx.errors import Duplicate, Forbidden, Invalid, NotFound
from portsip_api.pbx.extension_fields import EXTENSION, OBJECTS
from portsip_api.pbx.identity import Identity, Role
from portsip_api.pbx.passwords import check_policy
from portsip_api.pbx.tenants import DEFAULT_GROUP
from portsip_api.pbx.values import checked, defaults, merge
from portsip_api.store import database
from portsip_api.store.search import fold, searchable
from portsip_api.store.secrets import keyring

SIP_PASSWORD: Final = "extension.password"
WEB_PASSWORD: Final = "extension.web_access_password"
PIN: Final = "extension.voicemail_pin"
PURPOSES: Final = (SIP_PASSWORD, WEB_PASSWORD, PIN)
NUMBER_TAKEN: Final = "Another object of this tenant has this number."
EMAIL_TAKEN: Final = "Belongs to another extension, and a log-in by e-mail could mean either."
LOGIN_TAKEN: Final = "Is the log-in name of an account, which it would be confused with."
_DEFAULTS: Final = defaults(OBJECTS)
_SEARCHED: Final = ("first_name", "last_name", "email", "mobile_phone", "work_phone", "home_phone")


@dataclass(frozen=True)
class ExtensionKey:
    """What names an extension: its number (v9 clients) or its id (v12 clients); the id is used when both are given."""

    number: str | None = None
    id: int | None = None

    def where(self) -> tuple[str, int | str | None]:
        """Return the column that decides and its value."""
        return ("id", self.id) if self.id is not None else ("number", self.number)


@dataclass(frozen=True)
class Extension:
    """An extension as it is stored: five objects without the PIN, the three secrets encrypted, its groups' ids."""

    id: int
    number: str
    status: str
    objects: Mapping[str, Any]
    secrets: Mapping[str, bytes]
    group_ids: Sequence[str]

    def secret(self, purpose: str) -> str:
        """Return one of SIP_PASSWORD, WEB_PASSWORD and PIN in clear."""
        return keyring.decrypt(self.secrets[purpose], purpose)


@dataclass(frozen=True, slots=True)
class Draft:
    """A new extension, checked and encrypted, ready to be written: its five objects, without the PIN, are JSON."""

    number: str
    documents: Mapping[str, str]
    secrets: Mapping[str, bytes]
    groups: Sequence[str]


@dataclass(frozen=True, slots=True)
class Change:
    """What changes in an extension, checked and encrypted: what was sent of its five objects, as JSON, and the rest."""

    documents: Mapping[str, str]
    secrets: Mapping[str, bytes]
    values: Mapping[str, Any]  # number, passwords, groups

    def over(self, before: Extension) -> dict[str, Any]:
        """Return the five objects of `before` with the change merged into them."""
        return merge(before.objects, {name: orjson.loads(text) for name, text in self.documents.items()})


def prepare(fields: Mapping[str, object]) -> Draft:
    """Check the values of a new extension and encrypt its secrets. Raises Invalid."""
    values = _checked(fields, required=("extension_number", "password", "web_access_password"))
    number = values["extension_number"]
    require_policy(values, number)
    objects = merge(_DEFAULTS, {name: values[name] for name in OBJECTS if name in values})
    voice_mail = dict(objects["voice_mail"])
    pin = voice_mail.pop("voicemail_pin")
    clear = {SIP_PASSWORD: values["password"], WEB_PASSWORD: values["web_access_password"], PIN: pin}
    documents = _documents({**objects, "voice_mail": voice_mail})
    return Draft(number, documents, _encrypted(clear), values.get("belong_groups", ()))


def prepare_change(fields: Mapping[str, object]) -> Change:
    """Check the values of a change and encrypt the secrets among them. Raises Invalid."""
    values = _checked(fields)
    clear = {
        SIP_PASSWORD: values.get("password"),
        WEB_PASSWORD: values.get("web_access_password"),
        PIN: values.get("voice_mail", {}).pop("voicemail_pin", None),
    }
    documents = _documents({name: values.pop(name) for name in OBJECTS if name in values})
    sent = {purpose: secret for purpose, secret in clear.items() if secret is not None}
    return Change(documents, _encrypted(sent), values)


def create(tenant_id: int, fields: Mapping[str, object]) -> int:
    """Make an extension and return its id. Raises Invalid and Duplicate (the number is taken)."""
    draft = prepare(fields)
    with database.writing():
        return insert(tenant_id, draft)


def insert(tenant_id: int, draft: Draft) -> int:
    """Write `draft` inside the caller's transaction and return the new id. Raises Invalid and Duplicate."""
    _require_unambiguous(tenant_id, draft.number)
    try:
        extension_id = write(tenant_id, draft)
    except peewee.IntegrityError as error:
        raise _taken(error) from error
    if draft.groups:
        groups.set_groups_of(tenant_id, extension_id, draft.groups)
    forwarding.require_targets(tenant_id, draft.number, {}, orjson.loads(draft.documents["forward_rules"]))
    return extension_id


def write(tenant_id: int, draft: Draft) -> int:
    """Write `draft` without its groups inside the caller's transaction, for whom nothing can collide with it."""
    documents = draft.documents
    profile = orjson.loads(documents["profile"])
    extension_id = database.insert(
        "INSERT INTO extension (tenant_id, number, name_key, email_key, profile, options) VALUES (?, ?, ?, ?, ?, ?)",
        (tenant_id, draft.number, *_keys(profile), documents["profile"], documents["options"]),
    )
    database.execute(
        "INSERT INTO extension_settings (extension_id, voice_mail, forward_rules, office_hours, password,"
        " web_access_password, voicemail_pin) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            extension_id,
            *(documents[name] for name in ("voice_mail", "forward_rules", "office_hours")),
            *(draft.secrets[purpose] for purpose in PURPOSES),
        ),
    )
    database.execute(
        "INSERT INTO extension_search (extension_id, text) VALUES (?, ?)",
        (extension_id, _search_text(tenant_id, draft.number, profile)),
    )
    return extension_id


def show(tenant_id: int, key: ExtensionKey) -> Extension:
    """Return one extension, in one statement. Raises NotFound."""
    column, value = key.where()
    row = database.fetch_row(
        "SELECT e.id, e.number, e.status, e.profile, e.options, s.voice_mail, s.forward_rules, s.office_hours,"
        " s.password, s.web_access_password, s.voicemail_pin,"
        " (SELECT json_group_array(group_id) FROM (SELECT g.group_id FROM membership AS m"
        "   JOIN extension_group AS g ON g.id = m.group_id WHERE m.extension_id = e.id ORDER BY g.name_key))"
        " FROM extension AS e JOIN extension_settings AS s ON s.extension_id = e.id"
        f" WHERE e.tenant_id = ? AND e.{column} = ?",
        (tenant_id, value),
    )
    if row is None:
        raise NotFound("There is no such extension.")
    extension_id, number, status = row[:3]
    objects = {name: orjson.loads(text) for name, text in zip(OBJECTS, row[3:8], strict=True)}
    secrets = dict(zip(PURPOSES, row[8:11], strict=True))
    return Extension(extension_id, number, status, objects, secrets, orjson.loads(row[11]) or [DEFAULT_GROUP])


def find_id(tenant_id: int, key: ExtensionKey) -> int:
    """Return the id of one extension. Raises NotFound."""
    column, value = key.where()
    row = database.fetch_row(f"SELECT id FROM extension WHERE tenant_id = ? AND {column} = ?", (tenant_id, value))
    if row is None:
        raise NotFound("There is no such extension.")
    return int(row[0])


def update(tenant_id: int, key: ExtensionKey, fields: Mapping[str, object], by: Identity | None = None) -> None:
    """Merge `fields` into one extension, object by object; what is not sent does not change.

    With an id as key, `extension_number` renames; `belong_groups` replaces the whole list. A new password and a
    disabled extension end its tokens. `by` is who asks, when it may be an extension: that one changes only itself, and
    not its number, passwords, options and groups. Raises NotFound, Invalid, Duplicate and Forbidden.
    """
    change = prepare_change(fields)
    values = change.values
    with database.writing():
        before = show(tenant_id, key)
        number = values.get("extension_number", before.number) if key.id is not None else before.number
        objects = change.over(before)
        if by is not None and by.role is Role.EXTENSION:
            _require_own(by, before, values, objects["options"])
        require_policy(values, number)
        if number != before.number:
            _require_unambiguous(tenant_id, number)
        try:
            overwrite(tenant_id, before, number, change)
        except peewee.IntegrityError as error:
            raise _taken(error) from error
        if "belong_groups" in values:
            groups.set_groups_of(tenant_id, before.id, values["belong_groups"])
        forwarding.require_targets(tenant_id, number, before.objects["forward_rules"], objects["forward_rules"])


def destroy(tenant_id: int, key: ExtensionKey) -> None:
    """Delete an extension with its settings, memberships, tokens, rules and greetings. Raises NotFound."""
    with database.writing():
        extension_id = find_id(tenant_id, key)
        blobs = greeting_files.of_extension(extension_id)
        database.execute("DELETE FROM extension WHERE id = ?", (extension_id,))
    greeting_files.FILES.remove(blobs)


def overwrite(tenant_id: int, before: Extension, number: str, change: Change) -> None:
    """Write `change` without its groups over `before` inside the caller's transaction.

    A new password and a disabled extension end its tokens.
    """
    objects = change.over(before)
    changed = {name for name in OBJECTS if objects[name] != before.objects[name]}
    if number != before.number or changed & {"profile", "options"}:
        profile = objects["profile"]
        database.execute(
            "UPDATE extension SET number = ?, name_key = ?, email_key = ?, profile = ?, options = ? WHERE id = ?",
            (number, *_keys(profile), _dump(profile), _dump(objects["options"]), before.id),
        )
        database.execute(
            "UPDATE extension_search SET text = ? WHERE extension_id = ?",
            (_search_text(tenant_id, number, profile), before.id),
        )
    columns: dict[str, object] = {name: _dump(objects[name]) for name in changed - {"profile", "options"}}
    columns |= {purpose.removeprefix("extension."): blob for purpose, blob in change.secrets.items()}
    if columns:
        assignments = ", ".join(f"{column} = ?" for column in columns)
        database.execute(
            f"UPDATE extension_settings SET {assignments} WHERE extension_id = ?", (*columns.values(), before.id)
        )
    if change.secrets.keys() & {SIP_PASSWORD, WEB_PASSWORD} or not objects["options"]["enable_extension"]:
        tokens.revoke(extension_id=before.id)


def _require_own(by: Identity, before: Extension, values: Mapping[str, Any], options: Mapping[str, Any]) -> None:
    """Let an extension send back what it may not change, as it was shown to it."""
    unchanged = (
        values.get("extension_number", before.number) == before.number
        and options == before.objects["options"]
        and sorted(values.get("belong_groups", before.group_ids)) == sorted(before.group_ids)
    )
    if not by.is_extension(before.id):
        raise Forbidden("An extension may change itself only.")
    if not unchanged or "password" in values or "web_access_password" in values:
        raise Forbidden("An extension may not change its number, passwords, options and groups.")


def _checked(fields: Mapping[str, object], required: Sequence[str] = ()) -> dict[str, Any]:
    errors: dict[str, Sequence[str]] = {name: ["Missing."] for name in required if name not in fields}
    group_ids = fields.get("belong_groups", [])
    if not isinstance(group_ids, list) or not all(isinstance(item, str) for item in group_ids):
        errors["belong_groups"] = ["Must be an array of group ids."]
    values: dict[str, Any] = {}
    try:
        values = checked(EXTENSION, fields)
    except Invalid as invalid:
        errors |= invalid.errors
    if errors:
        raise Invalid(errors)
    return values | ({"belong_groups": group_ids} if "belong_groups" in fields else {})


def require_policy(values: Mapping[str, Any], number: str) -> None:
    """Raise Invalid when a password among `values` breaks the policy for the extension `number`."""
    errors: dict[str, list[str]] = {}
    for field in ("password", "web_access_password"):
        if field in values:
            check_policy(errors, field, values[field], number)
    if errors:
        raise Invalid(errors)


def _require_unambiguous(tenant_id: int, number: str) -> None:
    """Refuse a number under which a log-in with this tenant's domain could mean somebody else."""
    row = database.fetch_row(
        "SELECT 1 FROM administrator WHERE name = ? UNION ALL SELECT 1 FROM tenant WHERE id = ? AND name = ?",
        (number, tenant_id, number),
    )
    if row is not None:
        raise Invalid({"extension_number": [LOGIN_TAKEN]})


def _taken(error: peewee.IntegrityError) -> Duplicate | Invalid:
    if "email_key" in str(error):
        return Invalid({"profile.email": [EMAIL_TAKEN]})
    return Duplicate(NUMBER_TAKEN, "extension_number")


def _encrypted(clear: Mapping[str, str]) -> dict[str, bytes]:
    return {purpose: keyring.encrypt(secret, purpose) for purpose, secret in clear.items()}


def _keys(profile: Mapping[str, str]) -> tuple[str, str]:
    return fold(profile["last_name"]) + "\x1f" + fold(profile["first_name"]), fold(profile["email"])


def _search_text(tenant_id: int, number: str, profile: Mapping[str, str]) -> str:
    return searchable(tenant_id, [number, *(profile[name] for name in _SEARCHED)])


def _documents(objects: Mapping[str, Any]) -> dict[str, str]:
    # The extensions of an import have most documents in common, and keep one copy of each in memory.
    return {name: sys.intern(_dump(value)) for name, value in objects.items()}


def _dump(value: object) -> str:
    return orjson.dumps(value).decode()
