"""The tables of events, which triggers of the extensions' table write while somebody listens."""

import peewee

from portsip_api.pbx.tables import Flag, Table, TenantTable


class EventListener(Table):
    """A row while somebody listens."""

    id = peewee.AutoField()


class Event(TenantTable):
    """What happened to an extension, with what it was then."""

    id = peewee.AutoField()
    tenant_id = peewee.IntegerField()  # no reference: what happens when a tenant goes is told of too
    kind = peewee.TextField()  # created, updated, destroyed, status
    extension_id = peewee.IntegerField()
    number = peewee.TextField()
    name = peewee.TextField()
    email = peewee.TextField()
    enabled = Flag()
    line = peewee.TextField()
    presence = peewee.TextField()
    at = peewee.IntegerField()  # seconds since 1970
