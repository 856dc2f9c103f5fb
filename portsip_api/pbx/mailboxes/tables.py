"""The tables of the mail that tells of messages; the messages are a table of media, as all rows that name files."""

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
