"""Extensions: making, changing, showing, listing, finding and deleting them.

Source: PortSIP REST API, "Create a new extension" and the sections after it.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import orjson

from portsip_api.pbx import trail
from portsip_api.pbx.access import tenant_limits
from portsip_api.pbx.access.secret_purposes import PURPOSES, WEBPAGE_PASSWORD
from portsip_api.pbx.access.tenants import DEFAULT_GROUP
from portsip_api.pbx.errors import Forbidden, Invalid, NotFound
from portsip_api.pbx.extension_keys import ExtensionKey, find_id
from portsip_api.pbx.extensions import (
    directory,
    extensions_sql,
    forward_references,
    group_keys,
    groups,
    tables,
)
from portsip_api.pbx.extensions import forward_targets as forwarding
from portsip_api.pbx.extensions.drafts import (
    Change,
    Draft,
    Extension,
    overwrite,
    prepare,
    prepare_change,
    read_phone,
    require_policy,
    require_zone,
    write,
)
from portsip_api.pbx.extensions.fields import OBJECTS
from portsip_api.pbx.extensions.group_keys import GroupKey
from portsip_api.pbx.identity import Identity, Role
from portsip_api.pbx.media import files as greeting_files
from portsip_api.pbx.numbers.taken import DIALLED, taken
from portsip_api.pbx.uniqueness import Refusals, refusing
from portsip_api.store import database
from portsip_api.store.violations import FOREIGN_KEY

LOGIN_TAKEN: Final = "Is the log-in name of an account, which it would be confused with."
_TAKEN: Final[Refusals] = {
    **dict.fromkeys(
        ("extension_tenant_id_number_key", DIALLED),
        taken("extension_number"),
    ),
    FOREIGN_KEY: lambda: NotFound("There is no such tenant."),  # it was removed a moment ago
}


def create(tenant_id: int, fields: Mapping[str, object]) -> int:
    """Make an extension and return its id.

    Raises Invalid, Duplicate (the number is taken), NotFound (no tenant) and Conflict (it has as many as it may).
    """
    draft = prepare(fields)
    with database.writing():
        return insert(tenant_id, draft)


def insert(tenant_id: int, draft: Draft) -> int:
    """Write `draft` inside the caller's transaction and return the new id. Raises what `create` raises."""
    require_few(tenant_id, 1)
    _require_unambiguous(tenant_id, draft.number)
    with refusing(_TAKEN):
        extension_id = write(tenant_id, draft)
    if draft.groups:
        groups.set_groups_of(tenant_id, extension_id, draft.groups)
    forwarding.require_targets(tenant_id, draft.number, {}, draft.objects["forward_rules"])
    return extension_id


def show(tenant_id: int, key: ExtensionKey) -> Extension:
    """Return one extension, in one statement. Raises NotFound."""
    row = extensions_sql.show(tenant_id, key)
    if row is None:
        raise NotFound(tables.Extension.missing)
    extension_id, number, status = row[:3]
    trail.about(extension_id)
    objects = {name: orjson.loads(text) for name, text in zip(OBJECTS, row[3:8], strict=True)}
    secrets = dict(zip(PURPOSES, row[8:11], strict=True))
    groups_, pointed = orjson.loads(row[11]) or [DEFAULT_GROUP], orjson.loads(row[12])
    forward_references.fill(objects["forward_rules"], pointed)
    return Extension(
        extension_id,
        number,
        status,
        objects,
        secrets if row[14] is None else {**secrets, WEBPAGE_PASSWORD: row[14]},
        groups_,
        frozenset(place for place, *_ in pointed),
        read_phone(row[13]),
    )


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
            _require_own(tenant_id, by, before, change, objects["options"])
        require_policy(values, number)
        require_zone(change.objects, before)
        if number != before.number:
            _require_unambiguous(tenant_id, number)
        with refusing(_TAKEN):
            overwrite(tenant_id, before, number, change)
        if "belong_groups" in values:
            groups.set_groups_of(tenant_id, before.id, values["belong_groups"])
        forwarding.require_targets(tenant_id, number, before.objects["forward_rules"], objects["forward_rules"])


def destroy(tenant_id: int, key: ExtensionKey) -> None:
    """Delete an extension with its settings, memberships, tokens, rules and greetings. Raises NotFound."""
    with database.writing():
        extension_id = find_id(tenant_id, key)
        blobs = greeting_files.of_extension(tenant_id, extension_id)
        extensions_sql.delete(tenant_id, extension_id)
    greeting_files.FILES.remove(blobs)


def require_few(tenant_id: int, more: int) -> None:
    """Raise Conflict when the tenant may not have `more` extensions beside those that it has."""
    tenant_limits.of(tenant_id).require("max_extensions", lambda: directory.count(tenant_id), more)


def _require_own(tenant_id: int, by: Identity, before: Extension, change: Change, options: Mapping[str, Any]) -> None:
    """Let an extension send back what it may not change, as it was shown to it."""
    values = change.values
    if not by.is_extension(before.id):
        raise Forbidden("An extension may change itself only.")
    unchanged = (
        values.get("extension_number", before.number) == before.number
        and options == before.objects["options"]
        and (change.phone is None or not change.phone.changes(before.phone))
        and ("belong_groups" not in values or _are_groups_of(tenant_id, before, values["belong_groups"]))
    )
    if not unchanged or "password" in values or "web_access_password" in values:
        raise Forbidden("An extension may not change its number, passwords, options, groups and phone.")


def _are_groups_of(tenant_id: int, extension: Extension, keys: Sequence[str | GroupKey]) -> bool:
    found = group_keys.find(tenant_id, keys)
    return found is not None and {DEFAULT_GROUP, *(group.group_id for group in found)} == {
        DEFAULT_GROUP,
        *extension.group_ids,
    }


def _require_unambiguous(tenant_id: int, number: str) -> None:
    """Refuse a number under which a log-in with this tenant's domain could mean somebody else."""
    if number in extensions_sql.log_in_names(tenant_id):
        raise Invalid({"extension_number": [LOGIN_TAKEN]})
