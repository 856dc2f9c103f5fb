"""The tables of access."""

import peewee

from portsip_api.pbx.tables import Flag, Link, Table, TenantTable, default


class Tenant(Table):
    """Tenants."""

    id = peewee.AutoField()
    name = peewee.TextField()
    name_key = peewee.TextField()
    domain = peewee.TextField()
    password_hash = peewee.TextField(null=True)  # NULL: nobody can log in under this name
    enabled = Flag(constraints=default("1"))
    profile = peewee.TextField(constraints=default("'{}'"))
    capability = peewee.TextField(constraints=default("'{}'"))
    quota = peewee.TextField(constraints=default("'{}'"))
    ungrouped = peewee.IntegerField(constraints=default("0"))  # kept: extensions that are in no group of their own
    time_zone = peewee.TextField(constraints=default("''"))

    office_hours = peewee.TextField(
        constraints=default(
            '\'{"monday_from":"09:00",'
            '"monday_to":"17:00",'
            '"tuesday_from":"09:00",'
            '"tuesday_to":"17:00",'
            '"wednesday_from":"09:00",'
            '"wednesday_to":"17:00",'
            '"thursday_from":"09:00",'
            '"thursday_to":"17:00",'
            '"friday_from":"09:00",'
            '"friday_to":"17:00",'
            '"saturday_from":"00:00",'
            '"saturday_to":"00:00",'
            '"sunday_from":"00:00",'
            '"sunday_to":"00:00"}\''
        )
    )
    allowed_prefixes = peewee.TextField(constraints=default("'[]'"))
    denied_prefixes = peewee.TextField(constraints=default("'[]'"))
    revision = peewee.IntegerField(constraints=default("0"))
    credential = peewee.IntegerField(constraints=default("0"))
    greeting_bytes = peewee.IntegerField(constraints=default("0"))  # kept: of all greetings of its extensions
    message_bytes = peewee.IntegerField(constraints=default("0"))  # kept: of all messages in their mailboxes
    recording_bytes = peewee.IntegerField(constraints=default("0"))  # kept: of all recordings of calls
    music_bytes = peewee.IntegerField(constraints=default("0"))  # kept: of all music that is heard while calls are held

    class Meta:
        """Its keys."""

        indexes = (
            (("domain",), True),
            (("name_key",), True),
        )


class Administrator(Table):
    """Accounts that administer the whole PBX."""

    id = peewee.AutoField()
    name = peewee.TextField()
    name_key = peewee.TextField()
    password_hash = peewee.TextField()
    credential = peewee.IntegerField(constraints=default("0"))
    enabled = Flag(constraints=default("1"))

    class Meta:
        """Its keys."""

        indexes = ((("name_key",), True),)


class AdministratorHa1(Table):
    """What administrators' Basic and Digest log-ins are compared with."""

    id = peewee.AutoField()
    administrator_id = Link("administrator")
    name = peewee.TextField()  # as it is typed at the log-in: the account's own, or superadmin
    algorithm = peewee.TextField()
    ha1 = peewee.BlobField()  # encrypted

    class Meta:
        """Its keys."""

        indexes = ((("administrator_id", "name", "algorithm"), True),)


class DialledNumber(TenantTable):
    """Every number that can be dialled in a tenant, whatever kind of object answers it; kept by triggers."""

    id = peewee.AutoField()
    tenant_id = Link("tenant")
    number = peewee.TextField(null=True)  # NULL: what had it is gone, and something still points at it
    kind = peewee.TextField()
    former = peewee.TextField(null=True)  # the number that is gone

    class Meta:
        """Its keys."""

        indexes = ((("tenant_id", "number"), True),)
