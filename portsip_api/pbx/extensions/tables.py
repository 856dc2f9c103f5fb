"""The tables of extensions."""

import peewee

from portsip_api.pbx.tables import Flag, Link, TenantTable, default


class Extension(TenantTable):
    """Extensions: what lists show and find."""

    missing = "There is no such extension."

    id = peewee.AutoField()
    tenant_id = Link("tenant")
    number = peewee.TextField()
    presence = peewee.TextField(constraints=default("'AVAILABLE'"))  # what its user chose: AVAILABLE, DND, AWAY
    line = peewee.TextField(constraints=default("'OFFLINE'"))  # what the switch knows: OFFLINE, ONLINE, ON_CALL
    user_agent = peewee.TextField(constraints=default("''"))
    phone_mac_address = peewee.TextField(constraints=default("''"))
    phone_model = peewee.TextField(constraints=default("''"))
    group_count = peewee.IntegerField(constraints=default("0"))  # kept by triggers
    name_key = peewee.TextField()
    email_key = peewee.TextField()
    profile = peewee.TextField()
    options = peewee.TextField()
    number_key = peewee.TextField()  # computed by the database
    enabled = Flag()  # computed by the database
    status = peewee.TextField()  # computed by the database
    branch_id = Link("branch", "SET NULL", null=True)
    first_name_key = peewee.TextField(null=True)  # computed by the database
    caller_id_key = peewee.TextField(null=True)  # computed: the outbound caller id without punctuation
    list_json = peewee.TextField(null=True)  # computed by the database, when it is asked for only
    spelled_by_last = peewee.TextField(constraints=default("''"))  # the keys of a telephone that spell its names
    spelled_by_first = peewee.TextField(constraints=default("''"))

    class Meta:
        """Its keys."""

        indexes = ((("tenant_id", "number"), True),)


class ExtensionSettings(TenantTable):
    """What else an extension has."""

    owning_link = "extension_id"

    extension_id = Link("extension", primary_key=True)
    voice_mail = peewee.TextField()
    forward_rules = peewee.TextField()
    office_hours = peewee.TextField()
    password = peewee.BlobField()  # encrypted, like the next two
    web_access_password = peewee.BlobField()
    voicemail_pin = peewee.BlobField()
    credential = peewee.IntegerField(constraints=default("0"))


class PhoneProvisioning(TenantTable):
    """What clients say of the phone at an extension's desk."""

    owning_link = "extension_id"

    extension_id = Link("extension", primary_key=True)
    document = peewee.TextField()
    webpage_password = peewee.BlobField(null=True)  # encrypted


class ExtensionOrder(TenantTable):
    """An extension's place in each order that lists offer."""

    tenant_id = peewee.IntegerField()
    ordering = peewee.TextField()
    key = peewee.TextField()
    extension_id = peewee.IntegerField()

    class Meta:
        """Its keys."""

        primary_key = peewee.CompositeKey("tenant_id", "ordering", "key")


class ExtensionOrderBlock(TenantTable):
    """How many rows each block of an order has; kept by triggers."""

    tenant_id = Link("tenant")
    ordering = peewee.TextField()
    first_key = peewee.TextField()
    rows = peewee.IntegerField()

    class Meta:
        """Its keys."""

        primary_key = peewee.CompositeKey("tenant_id", "ordering", "first_key")


class ExtensionSearch(TenantTable):
    """The text by which an extension is found."""

    owning_link = "extension_id"

    extension_id = Link("extension", primary_key=True)
    text = peewee.TextField()


class ExtensionListJson(TenantTable):
    """The list JSON of an extension; kept by triggers."""

    owning_link = "extension_id"

    extension_id = Link("extension", primary_key=True)
    json = peewee.TextField()


class ExtensionGroup(TenantTable):
    """Extension groups."""

    missing = "There is no such extension group."

    id = peewee.AutoField()
    tenant_id = Link("tenant")
    group_id = peewee.TextField()
    name = peewee.TextField()
    name_key = peewee.TextField()
    description = peewee.TextField(constraints=default("''"))
    enable_intercom = Flag()
    enable_external_call = Flag()
    enable_management_console_access = Flag()
    is_default = Flag(constraints=default("0"))
    # Kept by triggers; the default group's is tenant.ungrouped.
    members_count = peewee.IntegerField(constraints=default("0"))
    branch_id = Link("branch", "SET NULL", null=True)
    weight = peewee.IntegerField(constraints=default("0"))

    class Meta:
        """Its keys."""

        indexes = (
            (("tenant_id", "group_id"), True),
            (("tenant_id", "is_default", "name_key"), True),
        )


class Membership(TenantTable):
    """Who is in which group."""

    owning_link = "group_id"

    group_id = Link("extension_group")
    extension_id = Link("extension")
    number_key = peewee.TextField(constraints=default("''"))

    class Meta:
        """Its keys."""

        primary_key = peewee.CompositeKey("group_id", "extension_id")


class Branch(TenantTable):
    """Places of an organisation."""

    missing = "There is no such branch."

    id = peewee.AutoField()
    tenant_id = Link("tenant")
    name = peewee.TextField()
    name_key = peewee.TextField()
    description = peewee.TextField(null=True)  # NULL, here and below: it was not given
    street = peewee.TextField(null=True)
    city = peewee.TextField(null=True)
    country = peewee.TextField(null=True)
    state = peewee.TextField(null=True)
    zip = peewee.TextField(null=True)
    office_designation = peewee.TextField(null=True)
    phone_number = peewee.TextField(null=True)
    fax_number = peewee.TextField(null=True)

    class Meta:
        """Its keys."""

        indexes = ((("tenant_id", "name_key"), True),)


class ExtensionAlias(TenantTable):
    """Further names under which an extension is dialled."""

    tenant_id = Link("tenant")
    name = peewee.TextField(column_name="alias")
    extension_id = Link("extension")

    class Meta:
        """Its keys."""

        primary_key = peewee.CompositeKey("tenant_id", "name")


class Permission(TenantTable):
    """Call permissions that a tenant adds."""

    missing = "There is no such permission."

    id = peewee.AutoField()
    tenant_id = Link("tenant")
    label = peewee.TextField()
    label_key = peewee.TextField()
    description = peewee.TextField(null=True)
    default_value = Flag()

    class Meta:
        """Its keys."""

        indexes = ((("tenant_id", "label_key"), True),)


class ExtensionPermission(TenantTable):
    """Permissions that a user was given or denied."""

    owning_link = "extension_id"

    extension_id = Link("extension")
    permission = peewee.TextField()
    value = Flag()

    class Meta:
        """Its keys."""

        primary_key = peewee.CompositeKey("extension_id", "permission")


class GroupPermission(TenantTable):
    """Permissions that a group gives or denies."""

    owning_link = "group_id"

    group_id = Link("extension_group")
    permission = peewee.TextField()
    value = Flag()

    class Meta:
        """Its keys."""

        primary_key = peewee.CompositeKey("group_id", "permission")


class Avatar(TenantTable):
    """Pictures of users."""

    owning_link = "extension_id"

    extension_id = Link("extension", primary_key=True)
    png = peewee.BlobField()


class Licence(TenantTable):
    """The unique id that clients of the original ask for."""

    tenant_id = Link("tenant", primary_key=True)
    uid = peewee.TextField()
