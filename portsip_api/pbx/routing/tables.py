"""The tables of routing."""

import peewee

from portsip_api.pbx.tables import Flag, Link, TenantTable


class CallSequenceRing(TenantTable):
    """What rings besides or after a user's own phones."""

    owning_link = "extension_id"

    extension_id = Link("extension")
    position = peewee.IntegerField()
    number = peewee.TextField()
    together = Flag()  # rings at the same time as the one before
    expiration = peewee.IntegerField()  # seconds
    enabled = Flag()
    schedule_id = Link("schedule", "SET NULL", null=True)

    class Meta:
        """Its keys."""

        primary_key = peewee.CompositeKey("extension_id", "position")
