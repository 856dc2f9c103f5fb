"""An extension on its way into the store: checked and encrypted before the transaction begins, and then only written.

One extension is written like a hundred thousand of an import. Source: PortSIP REST API, "Create a new extension".
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import orjson

from portsip_api.pbx.access import credentials
from portsip_api.pbx.access.passwords import check_policy
from portsip_api.pbx.access.secret_purposes import PIN, PURPOSES, SIP_PASSWORD, WEB_PASSWORD, WEBPAGE_PASSWORD
from portsip_api.pbx.errors import Invalid
from portsip_api.pbx.extensions import extensions_sql, forward_references
from portsip_api.pbx.extensions.fields import EXTENSION, OBJECTS, PHONE_PROVISIONING
from portsip_api.pbx.extensions.group_keys import GroupKey
from portsip_api.pbx.hours import zones
from portsip_api.pbx.values import checked, defaults, merge
from portsip_api.store.keypad import spelled
from portsip_api.store.search import fold, searchable
from portsip_api.store.secrets import keyring

_DEFAULTS: Final = defaults(OBJECTS)
_OF_EXTENSION: Final = {"profile", "options"}  # the others are columns of extension_settings
_PHONE: Final = "phone_provisioning"
_PHONE_SECRET: Final = "phone_webpage_password"
_PHONE_DEFAULTS: Final = {name: value for name, value in defaults(PHONE_PROVISIONING).items() if name != _PHONE_SECRET}
_LISTED: Final = ("phone_model", "phone_mac_address")
_SEARCHED: Final = ("first_name", "last_name", "email")
_PHONES: Final = ("mobile_phone", "work_phone", "home_phone")


@dataclass(frozen=True)
class Extension:
    """An extension as it is stored: five objects without the PIN, the three secrets encrypted, its groups' ids.

    `pointing` are the places of its forward rules, such as `dnd.office_hours_action_value`, that point at a number of
    the tenant, be it gone. `phone` is what is said of its phone, without the password of that.
    """

    id: int
    number: str
    status: str
    objects: Mapping[str, Any]
    secrets: Mapping[str, bytes]
    group_ids: Sequence[str]
    pointing: frozenset[str] = frozenset()
    phone: Mapping[str, Any] = field(default_factory=dict)

    def secret(self, purpose: str) -> str:
        """Return one of SIP_PASSWORD, WEB_PASSWORD, PIN and WEBPAGE_PASSWORD in clear; the last is empty if not set."""
        blob = self.secrets.get(purpose)
        return "" if blob is None else keyring.decrypt(blob, purpose)


@dataclass(frozen=True, slots=True)
class Phone:
    """What was sent of an extension's phone, checked, and the password of its web page, encrypted, if that was sent."""

    values: Mapping[str, Any]
    secret: bytes | None

    def changes(self, before: Mapping[str, Any]) -> bool:
        """Tell whether it says anything new of the phone `before`."""
        return self.secret is not None or {**before, **self.values} != before


@dataclass(frozen=True, slots=True)
class Draft:
    """A new extension, checked and encrypted, ready to be written: its five objects are without the PIN."""

    number: str
    objects: Mapping[str, Any]
    secrets: Mapping[str, bytes]
    groups: Sequence[str | GroupKey]
    phone: Phone | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """What changes in an extension, checked and encrypted: what was sent of its five objects, and the rest."""

    objects: Mapping[str, Any]
    secrets: Mapping[str, bytes]
    values: Mapping[str, Any]  # number, passwords, groups
    phone: Phone | None = None

    def over(self, before: Extension) -> dict[str, Any]:
        """Return the five objects of `before` with the change merged into them."""
        return merge(before.objects, self.objects)


def prepare(fields: Mapping[str, object], required: Sequence[str] = ("extension_number", "password")) -> Draft:
    """Check the values of a new extension and encrypt its secrets. Raises Invalid, also when `required` ones lack.

    Without a web access password nobody logs in by it until one is set.
    """
    values = _checked(fields, required)
    number = values["extension_number"]
    require_policy(values, number)
    require_zone(values)
    objects = merge(_DEFAULTS, {name: values[name] for name in OBJECTS if name in values})
    voice_mail = objects["voice_mail"] = dict(objects["voice_mail"])
    pin = voice_mail.pop("voicemail_pin")
    clear = {SIP_PASSWORD: values["password"], WEB_PASSWORD: values.get("web_access_password", ""), PIN: pin}
    return Draft(number, objects, keyring.encrypt_all(clear), values.get("belong_groups", ()), _phone_of(fields))


def prepare_change(fields: Mapping[str, object]) -> Change:
    """Check the values of a change and encrypt the secrets among them. Raises Invalid."""
    values = _checked(fields)
    clear = {
        SIP_PASSWORD: values.get("password"),
        WEB_PASSWORD: values.get("web_access_password"),
        PIN: values.get("voice_mail", {}).pop("voicemail_pin", None),
    }
    objects = {name: values.pop(name) for name in OBJECTS if name in values}
    sent = {purpose: secret for purpose, secret in clear.items() if secret is not None}
    return Change(objects, keyring.encrypt_all(sent), values, _phone_of(fields))


def write(tenant_id: int, draft: Draft) -> int:
    """Write `draft` without its groups inside the caller's transaction, for whom nothing can collide with it."""
    objects, profile = draft.objects, draft.objects["profile"]
    extension = (draft.number, *_keys(profile).values(), _dump(profile), _dump(objects["options"]))
    extension_id = extensions_sql.insert(tenant_id, extension)
    rules = forward_references.write(tenant_id, extension_id, {}, objects["forward_rules"], frozenset())
    settings_ = (
        *(_dump(value) for value in (objects["voice_mail"], rules, objects["office_hours"])),
        *(draft.secrets[purpose] for purpose in PURPOSES),
        credentials.new(),
    )
    extensions_sql.insert_beside(extension_id, settings_, _search_text(tenant_id, draft.number, profile))
    if draft.phone is not None and draft.phone.changes(nothing := read_phone(None)):
        _write_phone(tenant_id, extension_id, nothing, draft.phone)
    return extension_id


def overwrite(tenant_id: int, before: Extension, number: str, change: Change) -> None:
    """Write `change` without its groups over `before` inside the caller's transaction.

    A new password and a disabled extension end its tokens.
    """
    objects = change.over(before)
    changed = {name for name in OBJECTS if objects[name] != before.objects[name]}
    profile = objects["profile"]
    row = {"number": number, **_keys(profile)}
    row_before = {"number": before.number, **_keys(before.objects["profile"])}
    # SQLite writes every index of a column that is assigned, even where its value stays.
    columns = {name: value for name, value in row.items() if value != row_before[name]}
    columns |= {name: _dump(objects[name]) for name in changed & _OF_EXTENSION}
    extensions_sql.assign(tenant_id, before.id, columns)
    if number != before.number or "profile" in changed:
        found_by = {"text": _search_text(tenant_id, number, profile)}
        extensions_sql.assign_beside(tenant_id, "extension_search", before.id, found_by)
    if "forward_rules" in changed:
        objects["forward_rules"] = forward_references.write(
            tenant_id, before.id, before.objects["forward_rules"], objects["forward_rules"], before.pointing
        )
    settings_: dict[str, object] = {name: _dump(objects[name]) for name in changed - _OF_EXTENSION}
    settings_ |= {purpose.removeprefix("extension."): blob for purpose, blob in change.secrets.items()}
    if change.secrets.keys() & {SIP_PASSWORD, WEB_PASSWORD} or not objects["options"]["enable_extension"]:
        settings_["credential"] = credentials.new()
    extensions_sql.assign_beside(tenant_id, "extension_settings", before.id, settings_)
    if change.phone is not None and change.phone.changes(before.phone):
        _write_phone(tenant_id, before.id, before.phone, change.phone)


def _phone_of(fields: Mapping[str, object]) -> Phone | None:
    """Check what `fields` say of the phone and encrypt its password; None where they say nothing. Raises Invalid."""
    if _PHONE not in fields:
        return None
    values = dict(checked({_PHONE: PHONE_PROVISIONING}, fields)[_PHONE])
    secret = values.pop(_PHONE_SECRET, None)
    return Phone(values, None if secret is None else keyring.encrypt(secret, WEBPAGE_PASSWORD))


def _write_phone(tenant_id: int, extension_id: int, before: Mapping[str, Any], sent: Phone) -> None:
    """Write what was sent over what was there `before`; the model and the address stand in lists too."""
    after = {**before, **sent.values}
    extensions_sql.keep_phone(tenant_id, extension_id, _dump(after), sent.secret)
    listed = {name: after[name] for name in _LISTED if after[name] != before[name]}
    extensions_sql.assign(tenant_id, extension_id, listed)


def read_phone(document: str | None) -> dict[str, Any]:
    """Return what a stored document says of the phone, without the password; None stands for none."""
    return {**_PHONE_DEFAULTS, **(orjson.loads(document) if document else {})}


def _checked(fields: Mapping[str, object], required: Sequence[str] = ()) -> dict[str, Any]:
    errors: dict[str, Sequence[str]] = {name: ["Missing."] for name in required if name not in fields}
    group_ids = fields.get("belong_groups", [])
    if not isinstance(group_ids, list) or not all(isinstance(item, str | GroupKey) for item in group_ids):
        errors["belong_groups"] = ["Must be an array of group ids or names."]
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
    for name in ("password", "web_access_password"):
        if values.get(name):
            check_policy(errors, name, values[name], number)
    if errors:
        raise Invalid(errors)


def require_zone(objects: Mapping[str, Any], before: Extension | None = None) -> None:
    """Raise Invalid when the time zone among `objects` is unknown and not that of the extension as it is stored."""
    stored = before.objects["office_hours"].get("time_zone", "") if before else ""
    zones.require_known(objects.get("office_hours", {}).get("time_zone", ""), "office_hours.time_zone", stored)


def _keys(profile: Mapping[str, str]) -> dict[str, str]:
    first, last = fold(profile["first_name"]), fold(profile["last_name"])
    by_last, by_first = spelled(last) + spelled(first), spelled(first) + spelled(last)
    return {
        "name_key": f"{last}\x1f{first}",
        "email_key": fold(profile["email"]),
        "spelled_by_last": by_last,
        "spelled_by_first": by_first if by_first != by_last else "",  # else one is found twice, and written twice
    }


def _search_text(tenant_id: int, number: str, profile: Mapping[str, str]) -> str:
    values = [number, *(profile[name] for name in _SEARCHED)]
    return searchable(tenant_id, values, [profile[name] for name in _PHONES])


def _dump(value: object) -> str:
    return orjson.dumps(value).decode()
