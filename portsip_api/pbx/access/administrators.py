"""The accounts that administer the whole PBX. They are made on the command line only; there is no default password."""

import secrets

from portsip_api.pbx.access import credentials, portal_logins
from portsip_api.pbx.access.passwords import PASSWORD, hash_password, require_policy
from portsip_api.pbx.access.tenants import LOGIN_NAME, require_free_login_name
from portsip_api.pbx.errors import Invalid, NotFound
from portsip_api.pbx.values import checked
from portsip_api.store import database
from portsip_api.store.search import fold

FIRST_NAME = "admin"


def exists() -> bool:
    """Tell whether there is any administrator."""
    return database.fetch_row("SELECT 1 FROM administrator LIMIT 1") is not None


def create(name: str, password: str) -> int:
    """Make an administrator and return its id. Raises Invalid and Duplicate."""
    checked({"name": LOGIN_NAME, "password": PASSWORD}, {"name": name, "password": password})
    require_policy("password", password, name)
    password_hash = hash_password(password)
    with database.writing():
        require_free_login_name(name)
        if database.fetch_row("SELECT 1 FROM dialled_number WHERE number = ? LIMIT 1", (name,)) is not None:
            raise Invalid({"name": ["Is the number of an extension, whose log-in it would be confused with."]})
        row = database.fetch_row(
            "INSERT INTO administrator (name, name_key, password_hash, credential) VALUES (?, ?, ?, ?) RETURNING id",
            (name, fold(name), password_hash, credentials.new()),
        )
        portal_logins.keep_ha1(row[0], name, password)
    return int(row[0])


def set_password(name: str, password: str) -> None:
    """Change an administrator's password and end its tokens. Raises NotFound and Invalid."""
    checked({"password": PASSWORD}, {"password": password})
    require_policy("password", password, name)
    password_hash = hash_password(password)
    with database.writing():
        row = database.fetch_row(
            "UPDATE administrator SET password_hash = ?, credential = ? WHERE name_key = ? RETURNING id, name",
            (password_hash, credentials.new(), fold(name)),
        )
        if row is None:
            raise NotFound("There is no such administrator.")
        portal_logins.keep_ha1(row[0], row[1], password)


def generate_password() -> str:
    """Return a new random password of 128 bits."""
    return secrets.token_urlsafe(16)
