"""Users, groups and numbers for the tests of call features."""

from portsip_api.pbx.access import tenants
from portsip_api.pbx.extension_keys import ExtensionKey
from portsip_api.pbx.extensions import extensions, groups
from portsip_api.store import database
from tests.crm import SIP_PASSWORD, WEB_PASSWORD

TENANT = 1


def make_user(number, tenant=TENANT, **fields):
    """Make an extension and return its id."""
    secrets = {"password": SIP_PASSWORD, "web_access_password": WEB_PASSWORD}
    return extensions.create(tenant, {"extension_number": number, **secrets, **fields})


def make_users(*numbers):
    return [make_user(number) for number in numbers]


def drop_user(number):
    extensions.destroy(TENANT, ExtensionKey(number))


def make_group(name, *members):
    """Make an extension group and return its numeric id."""
    permissions = dict.fromkeys(groups.PERMISSIONS, True)
    return groups.create(TENANT, {"group_name": name, "members": list(members), **permissions}).id


def make_tenant(name="other"):
    return tenants.create({"name": name, "domain": f"{name}.example", "password": f"{name}'s secret"})


def dialled(kind, tenant=TENANT):
    """The dialled numbers of one kind."""
    rows = database.fetch_all(
        "SELECT number FROM dialled_number WHERE tenant_id = ? AND kind = ? ORDER BY number", (tenant, kind)
    )
    return [row[0] for row in rows]
