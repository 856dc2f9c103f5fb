"""Extensions: making, changing, showing, listing, finding and deleting them.

Source: PortSIP REST API, "Create a new extension" and the sections after it.
"""

from collections.abc import Mapping
from typing import Any, Final

import orjson
import peewee

from portsip_api.pbx.access.secret_purposes import PURPOSES
from portsip_api.pbx.access.tenants import DEFAULT_GROUP
from portsip_api.pbx.errors import Duplicate, Forbidden, Invalid, NotFound
from portsip_api.pbx.extension_keys import ExtensionKey, find_id
from portsip_api.pbx.extensions import forward_targets as forwarding
from portsip_api.pbx.extensions import groups
from portsip_api.pbx.extensions.drafts import (
    Change,
    Draft,
    Extension,
    overwrite,
    prepare,
    prepare_change,
    require_policy,
    write,
)
from portsip_api.pbx.extensions.fields import OBJECTS
from portsip_api.pbx.identity import SUPERADMIN, Identity, Role
from portsip_api.pbx.media import files as greeting_files
from portsip_api.store import database

NUMBER_TAKEN: Final = "Another object of this tenant has this number."
EMAIL_TAKEN: Final = "Belongs to another extension, and a log-in by e-mail could mean either."
LOGIN_TAKEN: Final = "Is the log-in name of an account, which it would be confused with."


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


def update(tenant_id: int, key: ExtensionKey, fields: Mapping[str, object], by: Identity | None = None) -> None:
    """Merge `fields` into one extension, object by object; what is not sent does not change.

    With an id as key, `extension_number` renames; `belong_groups` replaces the whole list. A new password and a
    disabled extension end its tokens. `by` is who asks, when it may be an extension: that one changes only itself, and
    not its number, passwords, options and groups. Raises NotFound, Invalid, Duplicate and Forbidden.
    """
    apply(tenant_id, key, prepare_change(fields), by)


def apply(tenant_id: int, key: ExtensionKey, change: Change, by: Identity | None = None) -> None:
    """Write what `update` does, checked already, inside the caller's transaction. Raises what that raises."""
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
        blobs = greeting_files.of_extension(tenant_id, extension_id)
        database.execute("DELETE FROM extension WHERE id = ?", (extension_id,))
    greeting_files.FILES.remove(blobs)


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


def _require_unambiguous(tenant_id: int, number: str) -> None:
    """Refuse a number under which a log-in with this tenant's domain could mean somebody else."""
    row = database.fetch_row(
        "SELECT 1 FROM administrator WHERE name = ? UNION ALL SELECT 1 FROM tenant WHERE id = ? AND name = ?",
        (number, tenant_id, number),
    )
    if row is not None or number == SUPERADMIN:
        raise Invalid({"extension_number": [LOGIN_TAKEN]})


def _taken(error: peewee.IntegrityError) -> Duplicate | Invalid:
    if "email_key" in str(error):
        return Invalid({"profile.email": [EMAIL_TAKEN]})
    return Duplicate(NUMBER_TAKEN, "extension_number")
