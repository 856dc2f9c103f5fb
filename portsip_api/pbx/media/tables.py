"""The tables of media: every row that names a file, of whatever room, since the sweep removes what none names."""

import peewee

from portsip_api.pbx.tables import Flag, Link, TenantTable, default


class Greeting(TenantTable):
    """Voicemail greetings of an extension."""

    missing = "There is no such greeting file."
    owning_link = "extension_id"

    id = peewee.AutoField()
    extension_id = Link("extension")
    filename = peewee.TextField()  # the client's label, never a path
    display_name = peewee.TextField(constraints=default("''"))
    status = peewee.TextField()
    reason = peewee.TextField(constraints=default("''"))  # of the last failure to fetch it
    url = peewee.TextField(null=True)  # where it is fetched from, while it is
    attempts = peewee.IntegerField(constraints=default("0"))  # fetches that were begun
    next_attempt = peewee.FloatField(null=True)  # seconds since 1970
    active = Flag(constraints=default("0"))
    blob = peewee.TextField(null=True)  # the name of the file
    stored_size = peewee.IntegerField(constraints=default("0"))  # bytes of that file; the quota adds them up
    duration = peewee.FloatField(null=True)  # seconds
    sample_rate = peewee.IntegerField(null=True)  # Hz
    channels = peewee.IntegerField(null=True)
    size = peewee.IntegerField(null=True)  # bytes
    sha256 = peewee.BlobField(null=True)
    created = peewee.FloatField()  # seconds since 1970

    class Meta:
        """Its keys."""

        indexes = (
            (("blob",), True),
            (("extension_id", "filename"), True),
        )
        unique_indexes = ("greeting_active",)


class Prompt(TenantTable):
    """Sounds that a tenant uploads."""

    id = peewee.AutoField()
    tenant_id = Link("tenant")
    family = peewee.TextField()
    name = peewee.TextField()  # the client's label, never a path
    type = peewee.TextField()  # MIME
    size = peewee.IntegerField()  # bytes
    blob = peewee.TextField()

    class Meta:
        """Its keys."""

        indexes = (
            (("blob",), True),
            (("tenant_id", "family", "name"), True),
        )


class HoldMusic(TenantTable):
    """Music that users have of their own for whoever they put on hold."""

    missing = "There is no such music."
    owning_link = "extension_id"

    id = peewee.AutoField()
    extension_id = Link("extension")
    name = peewee.TextField()  # the client's label, never a path
    blob = peewee.TextField()  # the name of the file
    stored_size = peewee.IntegerField()  # bytes of that file

    class Meta:
        """Its keys."""

        indexes = (
            (("blob",), True),
            (("extension_id", "name"), True),
        )


class VoiceMessage(TenantTable):
    """Messages in the mailboxes of extensions."""

    missing = "There is no such message."
    owning_link = "extension_id"

    id = peewee.AutoField()
    extension_id = Link("extension")
    folder = peewee.TextField()
    sender_id = Link("extension", "SET NULL", null=True)  # whose number the caller had, if an extension's
    caller_number = peewee.TextField(constraints=default("''"))
    caller_name = peewee.TextField(constraints=default("''"))
    subject = peewee.TextField(constraints=default("''"))
    heard = Flag(constraints=default("0"))
    urgent = Flag(constraints=default("0"))
    received = peewee.FloatField()  # seconds since 1970
    duration = peewee.FloatField()  # seconds
    blob = peewee.TextField()  # the name of the file
    stored_size = peewee.IntegerField()  # bytes of that file

    class Meta:
        """Its keys."""

        indexes = ((("blob",), True),)


class CallReport(TenantTable):
    """Reports of past calls as files."""

    missing = "There is no such report."

    id = peewee.AutoField()
    tenant_id = Link("tenant")
    format = peewee.TextField()
    wanted = peewee.TextField()  # JSON: which calls
    mail_to = peewee.TextField()  # JSON: addresses
    status = peewee.TextField()
    reason = peewee.TextField(constraints=default("''"))  # why it failed
    created = peewee.FloatField()  # seconds since 1970
    attempts = peewee.IntegerField(constraints=default("0"))  # that were begun
    next_attempt = peewee.FloatField(null=True)  # seconds since 1970; NULL: it is made, or will not be
    calls = peewee.IntegerField(constraints=default("0"))  # how many are in it
    blob = peewee.TextField(null=True)  # the name of the file
    stored_size = peewee.IntegerField(constraints=default("0"))  # bytes of that file

    class Meta:
        """Its keys."""

        indexes = ((("blob",), True),)


class Recording(TenantTable):
    """Recordings of calls, each of an extension that is named by its id alone, so that they stay when it goes."""

    missing = "There is no such recording."

    id = peewee.AutoField()
    tenant_id = Link("tenant")
    extension = peewee.IntegerField()  # the id of the extension that was recorded
    call_id = peewee.TextField(constraints=default("''"))  # of the call, as the history has it
    session_id = peewee.IntegerField(constraints=default("0"))  # of the call; 0: not known
    caller = peewee.TextField(constraints=default("''"))
    callee = peewee.TextField(constraints=default("''"))
    filename = peewee.TextField()  # a label, never a path
    text = peewee.TextField()  # in which is searched
    started = peewee.IntegerField()  # milliseconds since 1970
    ended = peewee.IntegerField()  # likewise
    duration = peewee.FloatField()  # seconds
    heard = Flag(constraints=default("0"))  # by the extension itself
    blob = peewee.TextField()  # the name of the file
    stored_size = peewee.IntegerField()  # bytes of that file

    class Meta:
        """Its keys."""

        indexes = (
            (("blob",), True),
            (("tenant_id", "filename"), True),
        )
