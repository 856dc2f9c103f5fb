"""The tables of numbers."""

import peewee

from portsip_api.pbx.tables import Link, TenantTable


class Reference(TenantTable):
    """What points at a number of the tenant: a place of an owner, which keeps no text of its own for it."""

    tenant_id = Link("tenant")
    owner = peewee.TextField()  # what points: forward_rules, call_sequence, hunt_group, attendant, …
    owner_id = peewee.IntegerField()  # whose: an extension's id, or the hunt group's, the queue's or the attendant's
    place = peewee.TextField()  # where in it
    kind = peewee.TextField()  # of the objects that it may point at; empty: any
    form = peewee.TextField()  # what stands around the number: `sip:`, `@` and the tenant's domain, both or nothing
    target_id = Link("dialled_number", "NO ACTION", null=True)
    awaited = peewee.TextField(null=True)  # without a target: the number that no such object has yet

    class Meta:
        """Its keys."""

        primary_key = peewee.CompositeKey("owner", "owner_id", "place")
