"""The tables of devices."""

import peewee

from portsip_api.pbx.tables import Link, TenantTable, default


class Phone(TenantTable):
    """Phones."""

    missing = "There is no such phone."

    id = peewee.AutoField()
    tenant_id = Link("tenant")
    serial = peewee.TextField()  # in lower case; mostly the MAC address
    model_id = peewee.TextField()
    device_version = peewee.TextField(null=True)
    description = peewee.TextField(null=True)
    # Seconds since 1970: when the phone was told to fetch its profile.
    profile_requested_at = peewee.FloatField(null=True)
    # Seconds since 1970: when it was to be restarted, which the switch does.
    restart_requested_at = peewee.FloatField(null=True)

    class Meta:
        """Its keys."""

        indexes = ((("tenant_id", "serial"), True),)


class PhoneLine(TenantTable):
    """Lines of a phone, in order."""

    missing = "There is no such line."

    id = peewee.AutoField()
    tenant_id = Link("tenant")
    phone_id = Link("phone")
    position = peewee.IntegerField()
    extension_id = Link("extension", null=True)

    class Meta:
        """Its keys."""

        indexes = ((("phone_id", "position"), True),)


class ExternalLine(TenantTable):
    """Lines of an account at another SIP server."""

    owning_link = "line_id"

    line_id = Link("phone_line", primary_key=True)
    user_id = peewee.TextField()
    display_name = peewee.TextField(null=True)
    extension = peewee.TextField(null=True)
    password = peewee.BlobField()  # encrypted, also an empty one
    registration_server = peewee.TextField(null=True)
    registration_server_port = peewee.IntegerField(null=True)
    voicemail = peewee.TextField(null=True)


class PhoneGroup(TenantTable):
    """Phone groups."""

    missing = "There is no such phone group."

    id = peewee.AutoField()
    tenant_id = Link("tenant")
    name = peewee.TextField()
    name_key = peewee.TextField()
    description = peewee.TextField(null=True)
    weight = peewee.IntegerField()  # the order of groups; of two that set a value the lighter one rules
    members_count = peewee.IntegerField(constraints=default("0"))  # kept by triggers

    class Meta:
        """Its keys."""

        indexes = ((("tenant_id", "name_key"), True),)


class PhoneGroupMember(TenantTable):
    """Which phone is in which group."""

    owning_link = "group_id"

    group_id = Link("phone_group")
    phone_id = Link("phone")

    class Meta:
        """Its keys."""

        primary_key = peewee.CompositeKey("group_id", "phone_id")


class PhoneCredential(TenantTable):
    """What phones fetch their files with: the current one of each, and those before it that serve for a while."""

    missing = "The phone has no credential to fetch its files with; rotating makes one."

    id = peewee.AutoField()
    tenant_id = Link("tenant")
    phone_id = Link("phone")
    secret = peewee.BlobField()  # that stands in the phone's URL, encrypted
    secret_digest = peewee.BlobField()  # SHA-256
    password = peewee.BlobField()  # encrypted
    password_digest = peewee.BlobField()  # SHA-256
    ends = peewee.FloatField(null=True)  # seconds since 1970; NULL: it is the current one

    class Meta:
        """Its keys."""

        indexes = (
            (("secret_digest",), True),
            (("password_digest",), True),
        )
        unique_indexes = ("phone_credential_current",)
