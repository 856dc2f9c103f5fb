"""The tables of settings."""

import peewee

from portsip_api.pbx.tables import Link, TenantTable


class SettingValue(TenantTable):
    """What was set of a setting."""

    id = peewee.AutoField()
    tenant_id = Link("tenant")
    owner = peewee.TextField()
    path = peewee.TextField()
    value = peewee.TextField(null=True)
    secret = peewee.BlobField(null=True)  # encrypted; instead of the value

    class Meta:
        """Its keys."""

        indexes = ((("tenant_id", "owner", "path"), True),)
