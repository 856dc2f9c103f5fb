"""The tables of events, which triggers of the tables of extensions and calls write while somebody listens."""

import peewee

from portsip_api.pbx.tables import Flag, Table, TenantTable, default


class EventListener(Table):
    """A row while somebody listens."""

    id = peewee.AutoField()


class Event(TenantTable):
    """What happened to an extension, with what it was then; or that a call has ended."""

    id = peewee.AutoField()
    tenant_id = peewee.IntegerField()  # no reference: what happens when a tenant goes is told of too
    kind = peewee.TextField()  # created, updated, destroyed, status; cdr
    extension_id = peewee.IntegerField()  # of a call: its own id
    number = peewee.TextField()
    name = peewee.TextField()
    email = peewee.TextField()
    enabled = Flag()
    line = peewee.TextField()
    presence = peewee.TextField()
    at = peewee.IntegerField()  # seconds since 1970
    detail = peewee.TextField(constraints=default("''"))  # JSON; of calls only
