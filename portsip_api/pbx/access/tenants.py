"""Tenants: each has a SIP domain, its own extensions and an account that administers them.

Source: contract, section 2 (`/account/*`). `profile`, `capability` and `quota` are kept for the client as it sent them.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from portsip_api.pbx.access import credentials
from portsip_api.pbx.access.passwords import PASSWORD, hash_password, require_policy
from portsip_api.pbx.errors import Conflict, Duplicate, Invalid, NotFound
from portsip_api.pbx.values import Flag, Rules, Text, checked
from portsip_api.store import database
from portsip_api.store.paging import Page, Slice
from portsip_api.store.search import fold

DEFAULT_TENANT_ID: Final = 1
DEFAULT_GROUP: Final = "__DEFAULT_EXTENSION_GROUP__"

LOGIN_NAME: Final = Text(64, 1, pattern=r"[^@\s]+", meaning="a name without blanks and without @")
DOMAIN: Final = Text(
    253,
    1,
    pattern=r"[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*",
    meaning="a domain name",
)
TENANT: Rules = {"name": LOGIN_NAME, "domain": DOMAIN, "password": PASSWORD, "enabled": Flag(True)}
FREE_OBJECTS: Final = ("profile", "capability", "quota")
_JSON_COLUMNS: Final = (*FREE_OBJECTS, "allowed_prefixes")
_PREFIX: Final = re.compile(r"\+?[0-9*#]{1,32}|\+")


@dataclass(frozen=True)
class Tenant:
    """A tenant as its administrator sees it."""

    id: int
    name: str
    domain: str
    enabled: bool
    profile: dict[str, Any]
    capability: dict[str, Any]
    quota: dict[str, Any]
    allowed_prefixes: list[str]


_COLUMNS = "id, name, domain, enabled, profile, capability, quota, allowed_prefixes"


def ensure_default(domain: str) -> None:
    """Make the default tenant, which nobody can log in as until it is given a password, unless it exists."""
    with database.writing():
        if database.fetch_row("SELECT 1 FROM tenant WHERE id = ?", (DEFAULT_TENANT_ID,)) is None:
            _insert({"name": "default", "domain": domain}, None)


def require(tenant_id: int) -> int:
    """Return `tenant_id` when there is such a tenant. Raises NotFound."""
    if database.fetch_row("SELECT 1 FROM tenant WHERE id = ?", (tenant_id,)) is None:
        raise NotFound("There is no such tenant.")
    return tenant_id


def revision(tenant_id: int) -> int:
    """Return the revision of a tenant's extensions: another number after each change of what lists show of them.

    Raises NotFound.
    """
    row = database.fetch_row("SELECT revision FROM tenant WHERE id = ?", (tenant_id,))
    if row is None:
        raise NotFound("There is no such tenant.")
    return int(row[0])


def id_of_domain(domain: str) -> int | None:
    """Return the id of the tenant with that SIP domain, or None."""
    row = database.fetch_row("SELECT id FROM tenant WHERE domain = ?", (domain.lower(),))
    return row[0] if row else None


def domain_of(tenant_id: int) -> str:
    """Return the SIP domain of a tenant. Raises NotFound."""
    return show(tenant_id).domain


def show(tenant_id: int) -> Tenant:
    """Return one tenant. Raises NotFound."""
    row = database.fetch_row(f"SELECT {_COLUMNS} FROM tenant WHERE id = ?", (tenant_id,))
    if row is None:
        raise NotFound("There is no such tenant.")
    return _tenant(row)


def page(part: Slice) -> Page:
    """Return tenants in the order in which they were made."""
    rows = database.fetch_all(
        f"SELECT {_COLUMNS} FROM tenant ORDER BY id {'DESC' if part.descending else ''} LIMIT ? OFFSET ?",
        (part.limit, part.offset),
    )
    return Page([_tenant(row) for row in rows], database.fetch_row("SELECT count(*) FROM tenant")[0])


def create(fields: Mapping[str, object]) -> int:
    """Make a tenant and return its id. Raises Invalid and Duplicate (the name or the domain is taken)."""
    values = _checked(fields)
    missing = {name: ["Missing."] for name in ("name", "domain", "password") if name not in values}
    if missing:
        raise Invalid(missing)
    password_hash = hash_password(values["password"])
    with database.writing():
        _require_free(values, None)
        return _insert(values, password_hash)


def update(tenant_id: int, fields: Mapping[str, object]) -> None:
    """Change a tenant; what is not sent stays. A new password or a disabled tenant ends its tokens.

    Raises NotFound, Invalid, Duplicate and Conflict (the default tenant cannot be disabled).
    """
    values = _checked(fields)
    if tenant_id == DEFAULT_TENANT_ID and values.get("enabled") is False:
        raise Conflict("The default tenant cannot be disabled.")
    password = values.pop("password", None)
    if password is not None:
        values["password_hash"] = hash_password(password)
    with database.writing():
        require(tenant_id)
        _require_free(values, tenant_id)
        columns = _columns(values)
        if password is not None or values.get("enabled") is False:
            columns["credential"] = credentials.new()
        if columns:
            assignments = ", ".join(f"{column} = ?" for column in columns)
            database.execute(f"UPDATE tenant SET {assignments} WHERE id = ?", (*columns.values(), tenant_id))


def destroy(tenant_id: int) -> None:
    """Delete a tenant and everything in it. Raises NotFound and Conflict (the default tenant stays)."""
    with database.writing():
        require(tenant_id)
        if tenant_id == DEFAULT_TENANT_ID:
            raise Conflict("The default tenant cannot be removed.")
        database.execute("DELETE FROM tenant WHERE id = ?", (tenant_id,))


def require_free_login_name(name: str, tenant_id: int | None = None, *, field: str = "name") -> None:
    """Raise Duplicate or Invalid when a log-in as `name` could mean another account than the one that takes it."""
    row = database.fetch_row(
        "SELECT 1 FROM administrator WHERE name_key = ?"
        " UNION ALL SELECT 1 FROM tenant WHERE name_key = ? AND id IS NOT ?",
        (fold(name), fold(name), tenant_id),
    )
    if row is not None:
        raise Duplicate("Another account has this name.", field)
    number = database.fetch_row(
        "SELECT 1 FROM dialled_number WHERE number = ? AND tenant_id IS ? AND kind IN ('EXTENSION', 'ALIAS') LIMIT 1",
        (name, tenant_id),
    )
    if number is not None:
        raise Invalid(
            {field: ["Is the number of an extension of this tenant, whose log-in it would be confused with."]}
        )


def _require_free(values: Mapping[str, Any], tenant_id: int | None) -> None:
    if "name" in values:
        require_free_login_name(values["name"], tenant_id)
    if "domain" in values and id_of_domain(values["domain"]) not in {None, tenant_id}:
        raise Duplicate("Another tenant has this domain.", "domain")


def _checked(fields: Mapping[str, object]) -> dict[str, Any]:
    values = checked(TENANT, fields)
    if "password" in values:
        require_policy("password", values["password"], str(values.get("name", "")))
    errors = {
        name: ["Must be an object."] for name in FREE_OBJECTS if name in fields and not isinstance(fields[name], dict)
    }
    prefixes = fields.get("allowed_prefixes", [])
    if not isinstance(prefixes, list) or len(prefixes) > 100 or not all(map(_is_prefix, prefixes)):
        errors["allowed_prefixes"] = ["Must be an array of at most 100 beginnings of numbers, such as +49."]
    if errors:
        raise Invalid(errors)
    return {**values, **{name: fields[name] for name in _JSON_COLUMNS if name in fields}}


def _columns(values: Mapping[str, Any]) -> dict[str, object]:
    columns: dict[str, object] = {
        name: json.dumps(value) if name in _JSON_COLUMNS else value for name, value in values.items()
    }
    if "name" in columns:
        columns["name_key"] = fold(values["name"])
    if "domain" in columns:
        columns["domain"] = values["domain"].lower()
    return columns


def _insert(values: Mapping[str, Any], password_hash: str | None) -> int:
    columns = _columns({name: value for name, value in values.items() if name != "password"})
    columns |= {"password_hash": password_hash, "credential": credentials.new()}
    places = ", ".join("?" for _ in columns)
    sql = f"INSERT INTO tenant ({', '.join(columns)}) VALUES ({places})"
    tenant_id = database.insert(sql, list(columns.values()))
    database.execute(
        "INSERT INTO extension_group (tenant_id, group_id, name, name_key, enable_intercom, enable_external_call,"
        " enable_management_console_access, is_default) VALUES (?, ?, ?, ?, 1, 1, 1, 1)",
        (tenant_id, DEFAULT_GROUP, DEFAULT_GROUP, fold(DEFAULT_GROUP)),
    )
    return tenant_id


def _tenant(row: tuple[Any, ...]) -> Tenant:
    tenant_id, name, domain, enabled, *objects = row
    return Tenant(tenant_id, name, domain, bool(enabled), *(json.loads(text) for text in objects))


def _is_prefix(item: object) -> bool:
    return isinstance(item, str) and _PREFIX.fullmatch(item) is not None
