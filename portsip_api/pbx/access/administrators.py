"""The accounts that administer the whole PBX. They are made on the command line only; there is no default password."""

import secrets

from portsip_api.pbx.access import credentials, portal_logins
from portsip_api.pbx.access.passwords import PASSWORD, hash_password, require_account_policy, require_policy
from portsip_api.pbx.access.tables import Administrator, DialledNumber, Tenant
from portsip_api.pbx.access.tenants import LOGIN_NAME, NAME_TAKEN
from portsip_api.pbx.errors import Conflict, Duplicate, Invalid, NotFound
from portsip_api.pbx.uniqueness import refusing
from portsip_api.pbx.values import checked
from portsip_api.store import database
from portsip_api.store.names import keyed, meant
from portsip_api.store.search import fold

FIRST_NAME = "admin"


def exists() -> bool:
    """Tell whether there is any administrator."""
    return Administrator.select().exists()


def everybody() -> list[Administrator]:
    """Return the administrators in the order in which they were made."""
    return list(Administrator.select().order_by(Administrator.id))


def require(name: str) -> None:
    """Raise NotFound when there is no administrator of that name."""
    _find(name)


def create(name: str, password: str) -> int:
    """Make an administrator and return its id. Raises Invalid and Duplicate."""
    checked({"name": LOGIN_NAME}, {"name": name})
    _require_new_password(name, password)
    return _insert(name, password)


def create_first(password: str) -> int:
    """Make the administrator of the first start, whose password the settings give: what starts a server today goes on
    doing so, and so only the policy of the settings is asked. Raises Invalid and Duplicate.
    """
    _require_password(FIRST_NAME, password)
    return _insert(FIRST_NAME, password)


def set_password(name: str, password: str) -> None:
    """Change an administrator's password and end its tokens. Raises NotFound and Invalid."""
    _require_new_password(name, password)
    password_hash = hash_password(password)
    with database.writing():
        found = _find(name)
        found.password_hash, found.credential = password_hash, credentials.new()
        found.save(only=("password_hash", "credential"))
        portal_logins.keep_ha1(found.id, found.name, password)


def enable(name: str) -> None:
    """Let an administrator log in again. Raises NotFound."""
    with database.writing():
        found = _find(name)
        found.enabled = True
        found.save(only=("enabled",))


def disable(name: str) -> None:
    """Keep an administrator out and end its tokens. Raises NotFound and Conflict (nobody else could log in)."""
    with database.writing():
        found = _find(name)
        _require_another(found)
        found.enabled, found.credential = False, credentials.new()
        found.save(only=("enabled", "credential"))


def destroy(name: str) -> None:
    """Delete an administrator with its tokens. Raises NotFound and Conflict (nobody else could log in)."""
    with database.writing():
        found = _find(name)
        _require_another(found)
        found.delete_instance()


def generate_password() -> str:
    """Return a new random password of 128 bits."""
    return secrets.token_urlsafe(16)


def _insert(name: str, password: str) -> int:
    password_hash = hash_password(password)
    with database.writing():
        if Tenant.select().where(meant(Tenant, name)[0]).exists():
            raise _name_taken()
        if DialledNumber.whole_pbx().select().where(DialledNumber.number == name).exists():
            raise Invalid({"name": ["Is the number of an extension, whose log-in it would be confused with."]})
        with refusing({"administrator_name_key_key": _name_taken}):
            row = {"name": name, "name_key": fold(name), "password_hash": password_hash}
            administrator_id = Administrator.insert(
                **keyed(Administrator, row, is_new=True), credential=credentials.new()
            ).execute()
        portal_logins.keep_ha1(administrator_id, name, password)
    return int(administrator_id)


def _require_new_password(name: str, password: str) -> None:
    _require_password(name, password)
    require_account_policy(password, name)


def _require_password(name: str, password: str) -> None:
    checked({"password": PASSWORD}, {"password": password})
    require_policy("password", password, name)


def _find(name: str) -> Administrator:
    alike, order = meant(Administrator, name)
    found: Administrator | None = Administrator.select().where(alike).order_by(*order).first()
    if found is None:
        raise NotFound("There is no such administrator.")
    return found


def _require_another(one: Administrator) -> None:
    """Raise Conflict when `one` is the last administrator who can log in."""
    others = Administrator.select().where(Administrator.id != one.id, Administrator.enabled)
    if one.enabled and not others.exists():
        raise Conflict("The last administrator who can log in stays.")


def _name_taken() -> Duplicate:
    return Duplicate(NAME_TAKEN, "name")
