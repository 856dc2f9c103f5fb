"""The tables of the voicemail service and of the mail that tells of messages; messages are a table of media."""

import peewee

from portsip_api.pbx.tables import Flag, Link, TenantTable, default


class MailOutbox(TenantTable):
    """Mail that is still to be sent."""

    owning_link = "message_id"

    id = peewee.AutoField()
    message_id = Link("voice_message")
    address = peewee.TextField()
    format = peewee.TextField()
    with_audio = Flag()
    attempts = peewee.IntegerField(constraints=default("0"))  # that were begun
    next_attempt = peewee.FloatField()  # seconds since 1970


class WaitingChange(TenantTable):
    """Changes in inboxes, of which the SIP engine is still to be told."""

    owning_link = "extension_id"

    id = peewee.AutoField()
    extension_id = Link("extension")

    class Meta:
        """Its keys."""

        indexes = ((("extension_id",), False),)


class VoiceMailService(TenantTable):
    """The voicemail service of a tenant."""

    missing = "There is no such tenant."

    tenant_id = Link("tenant", primary_key=True)
    number = peewee.TextField(null=True)  # NULL: none, since something else had the usual one
    least_seconds = peewee.IntegerField(constraints=default("3"))  # of a message that is saved
    keep_days = peewee.IntegerField(constraints=default("0"))  # 0: for ever
