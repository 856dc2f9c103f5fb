"""The tables of hours."""

import peewee

from portsip_api.pbx.tables import Link, TenantTable


class Holiday(TenantTable):
    """Holidays of a calendar."""

    missing = "There is no such holiday."

    id = peewee.AutoField()
    tenant_id = Link("tenant")
    name = peewee.TextField()
    month = peewee.IntegerField()
    day = peewee.IntegerField()
    year = peewee.IntegerField(null=True)  # NULL: every year
    from_time = peewee.TextField()
    to_time = peewee.TextField()


class Schedule(TenantTable):
    """Named periods of the week, of the whole tenant, a group or a user."""

    missing = "There is no such schedule."

    id = peewee.AutoField()
    tenant_id = Link("tenant")
    extension_id = Link("extension", null=True)  # of a user's schedule
    group_id = Link("extension_group", null=True)  # of a group's
    name = peewee.TextField()
    name_key = peewee.TextField()
    description = peewee.TextField()
    periods = peewee.TextField()  # JSON: [[day, start, stop, enabled], …], in minutes after midnight

    class Meta:
        """Its keys."""

        unique_indexes = ("schedule_name",)
