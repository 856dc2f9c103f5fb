"""Tenants: each has a SIP domain, its own extensions and an account that administers them.

Source: contract, section 2 (`/account/*`). `profile`, `capability` and `quota` are kept for the client as it sent them;
what limits in them mean, `tenant_limits` says.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from portsip_api.pbx import trail
from portsip_api.pbx.access import credentials, tables, tenant_limits, tenants_sql
from portsip_api.pbx.access.passwords import ACCOUNT_PASSWORD, hash_password, require_account_policy
from portsip_api.pbx.errors import Conflict, Duplicate, Invalid, NotFound
from portsip_api.pbx.uniqueness import Refusals, refusing
from portsip_api.pbx.values import UNKNOWN_ZONE, Flag, Rules, Text, checked
from portsip_api.setting_kinds import zone_names
from portsip_api.store import database
from portsip_api.store.names import keyed, meant
from portsip_api.store.paging import Page, Slice
from portsip_api.store.search import fold, lower

DEFAULT_TENANT_ID: Final = 1
DEFAULT_GROUP: Final = "__DEFAULT_EXTENSION_GROUP__"

LOGIN_NAME: Final = Text(64, 1, pattern=r"[^@\s]+", meaning="a name without blanks and without @")
DOMAIN: Final = Text(
    253,
    1,
    pattern=r"[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*",
    meaning="a domain name",
)
TENANT: Rules = {"name": LOGIN_NAME, "domain": DOMAIN, "password": ACCOUNT_PASSWORD, "enabled": Flag(True)}
FREE_OBJECTS: Final = ("profile", "capability", "quota")
PREFIXES: Final = ("allowed_prefixes", "denied_prefixes")
_JSON_COLUMNS: Final = (*FREE_OBJECTS, *PREFIXES)
_PREFIX: Final = re.compile(r"\+?[0-9*#]{1,32}|\+")

Beside = Callable[[int], None]  # given the tenant's id

NAME_TAKEN: Final = "Another account has this name."


class AccountTaken(Duplicate):
    """Another account has this name, or another tenant this domain."""


def _nothing(_: int) -> None:
    """Write nothing beside a tenant."""


_REFUSALS: Final[Refusals] = {
    "tenant_name_key_key": lambda: AccountTaken(NAME_TAKEN, "name"),
    "tenant_domain_key": lambda: AccountTaken("Another tenant has this domain.", "domain"),
}


@dataclass(frozen=True)
class Tenant:
    """A tenant as its administrator sees it; `office_hours` are those of its calendar, without the time zone."""

    id: int
    name: str
    domain: str
    enabled: bool
    profile: dict[str, Any]
    capability: dict[str, Any]
    quota: dict[str, Any]
    allowed_prefixes: list[str]
    denied_prefixes: list[str]
    office_hours: dict[str, str]


def ensure_default(domain: str) -> None:
    """Make the default tenant, which nobody can log in as until it is given a password, unless it exists."""
    with database.writing():
        if not tenants_sql.exists(DEFAULT_TENANT_ID):
            _insert({"name": "default", "domain": domain}, None)


def require(tenant_id: int) -> int:
    """Return `tenant_id` when there is such a tenant. Raises NotFound."""
    if not tenants_sql.exists(tenant_id):
        raise _missing()
    return tenant_id


def revision(tenant_id: int) -> int:
    """Return the revision of a tenant's extensions: another number after each change of what lists show of them.

    Raises NotFound.
    """
    row = tenants_sql.revision(tenant_id)
    if row is None:
        raise _missing()
    return int(row[0])


def id_of_domain(domain: str) -> int | None:
    """Return the id of the tenant with that SIP domain, or None."""
    row = tenants_sql.id_of_domain(lower(domain))
    return row[0] if row else None


def domain_of(tenant_id: int) -> str:
    """Return the SIP domain of a tenant. Raises NotFound."""
    domain: str | None = tables.Tenant.select(tables.Tenant.domain).where(tables.Tenant.id == tenant_id).scalar()
    if domain is None:
        raise _missing()
    return domain


def show(tenant_id: int) -> Tenant:
    """Return one tenant. Raises NotFound."""
    row = tables.Tenant.get_or_none(id=tenant_id)
    if row is None:
        raise _missing()
    return _tenant(row)


def page(part: Slice) -> Page:
    """Return tenants in the order in which they were made."""
    order = tables.Tenant.id.desc() if part.descending else tables.Tenant.id
    rows = tables.Tenant.select().order_by(order).limit(part.limit).offset(part.offset)
    return Page([_tenant(row) for row in rows], tables.Tenant.select().count())


def all_ids() -> list[int]:
    """Return the ids of all tenants, for jobs."""
    return [row.id for row in tables.Tenant.select(tables.Tenant.id).order_by(tables.Tenant.id)]


def find_id(name: str) -> int:
    """Return the id of the tenant with that name, in whatever case. Raises NotFound."""
    alike, order = meant(tables.Tenant, name)
    found: int | None = tables.Tenant.select(tables.Tenant.id).where(alike).order_by(*order).limit(1).scalar()
    if found is None:
        raise _missing()
    trail.about(found)
    return found


def create(fields: Mapping[str, object], beside: Beside = _nothing) -> int:
    """Make a tenant and return its id; without a domain it gets one below the default tenant's.

    `beside` writes what else belongs to it, in the same transaction. Raises what that raises, Invalid and AccountTaken.
    """
    values = _checked(fields)
    missing = {name: ["Missing."] for name in ("name", "password") if name not in values}
    if missing:
        raise Invalid(missing)
    if "domain" not in values:
        values["domain"] = _domain_for(values["name"])
    _require_zone(values, None)
    password_hash = hash_password(values["password"])
    with database.writing():
        _require_no_administrators(values["name"])
        tenant_id = _insert(values, password_hash)
        beside(tenant_id)
    return tenant_id


def update(tenant_id: int, fields: Mapping[str, object], beside: Beside = _nothing) -> None:
    """Change a tenant; what is not sent stays. A new password or a disabled tenant ends its tokens.

    `beside` writes what else changes, in the same transaction. Raises what that raises, NotFound, Invalid, AccountTaken
    and Conflict (the default tenant cannot be disabled).
    """
    values = _checked(fields)
    _require_zone(values, tenant_id)
    if tenant_id == DEFAULT_TENANT_ID and values.get("enabled") is False:
        raise Conflict("The default tenant cannot be disabled.")
    password = values.pop("password", None)
    if password is not None:
        values["password_hash"] = hash_password(password)
    with database.writing():
        require(tenant_id)
        if "name" in values:
            _require_no_administrators(values["name"])
            _require_no_number(tenant_id, values["name"])
        columns = _columns(values)
        if password is not None or values.get("enabled") is False:
            columns["credential"] = credentials.new()
        if columns:
            with refusing(_REFUSALS):
                tables.Tenant.update(keyed(tables.Tenant, columns, is_new=False)).where(
                    tables.Tenant.id == tenant_id
                ).execute()
        beside(tenant_id)


def destroy(tenant_id: int) -> None:
    """Delete a tenant and everything in it. Raises NotFound and Conflict (the default tenant stays)."""
    with database.writing():
        if tenant_id == DEFAULT_TENANT_ID:
            raise Conflict("The default tenant cannot be removed.")
        if not tables.Tenant.delete().where(tables.Tenant.id == tenant_id).execute():
            raise _missing()


def _require_no_administrators(name: str) -> None:
    """Raise Duplicate when a log-in as `name` could mean an administrator."""
    if tables.Administrator.select().where(meant(tables.Administrator, name)[0]).exists():
        raise AccountTaken(NAME_TAKEN, "name")


def _require_no_number(tenant_id: int, name: str) -> None:
    """Raise Invalid when a log-in as `name` with this tenant's domain could mean an extension."""
    if tables.DialledNumber.has(tenant_id, tables.DialledNumber.kind.in_(("EXTENSION", "ALIAS")), number=name):
        raise Invalid(
            {"name": ["Is the number of an extension of this tenant, whose log-in it would be confused with."]}
        )


def _checked(fields: Mapping[str, object]) -> dict[str, Any]:
    values = checked(TENANT, fields)
    if "password" in values:
        require_account_policy(
            values["password"], *(str(values[name]) for name in ("name", "domain") if name in values)
        )
    errors = {
        name: ["Must be an object."] for name in FREE_OBJECTS if name in fields and not isinstance(fields[name], dict)
    }
    errors |= tenant_limits.problems(fields)
    for name in PREFIXES:
        prefixes = fields.get(name, [])
        if not isinstance(prefixes, list) or len(prefixes) > 100 or not all(map(_is_prefix, prefixes)):
            errors[name] = ["Must be an array of at most 100 beginnings of numbers, such as +49."]
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
    if _has_zone(values.get("profile", {})):
        columns["time_zone"] = values["profile"]["timezone"]
    return columns


def _has_zone(profile: Mapping[str, Any]) -> bool:
    """Tell whether a profile, which is kept as it was sent, names a time zone."""
    zone = profile.get("timezone")
    return isinstance(zone, str) and zone in zone_names()


def _require_zone(values: Mapping[str, Any], tenant_id: int | None) -> None:
    """Raise Invalid when the profile names a time zone that is unknown and not what the tenant's profile has."""
    profile = values.get("profile", {})
    zone = profile.get("timezone")
    if zone is None or zone == "" or _has_zone(profile):
        return
    if tenant_id is None or show(tenant_id).profile.get("timezone") != zone:
        raise Invalid({"profile.timezone": [UNKNOWN_ZONE]})


def _domain_for(name: str) -> str:
    try:
        return DOMAIN.check(f"{name.lower()}.{domain_of(DEFAULT_TENANT_ID)}")
    except ValueError:
        raise Invalid({"domain": ["Missing: none can be made of this name."]}) from None


def _insert(values: Mapping[str, Any], password_hash: str | None) -> int:
    columns = _columns({name: value for name, value in values.items() if name != "password"})
    columns |= {"password_hash": password_hash, "credential": credentials.new()}
    with refusing(_REFUSALS):
        tenant_id = int(tables.Tenant.insert(keyed(tables.Tenant, columns, is_new=True)).execute())
    tenants_sql.insert_default_group(tenant_id, DEFAULT_GROUP, fold(DEFAULT_GROUP))
    return tenant_id


def _tenant(row: tables.Tenant) -> Tenant:
    objects = (json.loads(getattr(row, name)) for name in (*_JSON_COLUMNS, "office_hours"))
    tenant = Tenant(row.id, row.name, row.domain, row.enabled, *objects)
    if row.time_zone and _has_zone(tenant.profile):
        tenant.profile["timezone"] = row.time_zone  # which the calendar may have been given since
    return tenant


def _missing() -> NotFound:
    return NotFound("There is no such tenant.")


def _is_prefix(item: object) -> bool:
    return isinstance(item, str) and _PREFIX.fullmatch(item) is not None
