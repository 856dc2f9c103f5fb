"""The accounts that administer the whole PBX. They are made on the command line only; there is no default password."""

import secrets

from portsip_api.pbx.access import credentials, portal_logins
from portsip_api.pbx.access.passwords import PASSWORD, hash_password, require_policy
from portsip_api.pbx.access.tables import Administrator, DialledNumber, Tenant
from portsip_api.pbx.access.tenants import LOGIN_NAME, NAME_TAKEN
from portsip_api.pbx.errors import Duplicate, Invalid, NotFound
from portsip_api.pbx.uniqueness import refusing
from portsip_api.pbx.values import checked
from portsip_api.store import database
from portsip_api.store.search import fold

FIRST_NAME = "admin"


def exists() -> bool:
    """Tell whether there is any administrator."""
    return Administrator.select().exists()


def create(name: str, password: str) -> int:
    """Make an administrator and return its id. Raises Invalid and Duplicate."""
    checked({"name": LOGIN_NAME, "password": PASSWORD}, {"name": name, "password": password})
    require_policy("password", password, name)
    password_hash = hash_password(password)
    with database.writing():
        if Tenant.select().where(Tenant.name_key == fold(name)).exists():
            raise _name_taken()
        if DialledNumber.whole_pbx().select().where(DialledNumber.number == name).exists():
            raise Invalid({"name": ["Is the number of an extension, whose log-in it would be confused with."]})
        with refusing({"administrator_name_key_key": _name_taken}):
            administrator_id = Administrator.insert(
                name=name, name_key=fold(name), password_hash=password_hash, credential=credentials.new()
            ).execute()
        portal_logins.keep_ha1(administrator_id, name, password)
    return int(administrator_id)


def set_password(name: str, password: str) -> None:
    """Change an administrator's password and end its tokens. Raises NotFound and Invalid."""
    checked({"password": PASSWORD}, {"password": password})
    require_policy("password", password, name)
    password_hash = hash_password(password)
    with database.writing():
        found = Administrator.get_or_none(name_key=fold(name))
        if found is None:
            raise NotFound("There is no such administrator.")
        found.password_hash, found.credential = password_hash, credentials.new()
        found.save(only=("password_hash", "credential"))
        portal_logins.keep_ha1(found.id, found.name, password)


def generate_password() -> str:
    """Return a new random password of 128 bits."""
    return secrets.token_urlsafe(16)


def _name_taken() -> Duplicate:
    return Duplicate(NAME_TAKEN, "name")
