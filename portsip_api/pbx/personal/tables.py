"""The tables of what users keep for themselves."""

import peewee

from portsip_api.pbx.tables import Flag, Link, TenantTable, default


class UserPreferences(TenantTable):
    """What users prefer; who has no row has the defaults."""

    owning_link = "extension_id"

    extension_id = Link("extension", primary_key=True)
    im = peewee.TextField(constraints=default("'{}'"))
    imbot = peewee.TextField(constraints=default("'{}'"))
    voicemail = peewee.TextField(constraints=default("'{}'"))
    attendant = peewee.TextField(constraints=default("'{}'"))
    own_speed_dials = Flag(constraints=default("0"))


class UserContact(TenantTable):
    """Who users are, beside what their profile says."""

    owning_link = "extension_id"

    extension_id = Link("extension", primary_key=True)
    document = peewee.TextField()


class SpeedDial(TenantTable):
    """Buttons of users' phones."""

    owning_link = "extension_id"

    extension_id = Link("extension")
    position = peewee.IntegerField()
    label = peewee.TextField()
    number = peewee.TextField()
    blf = Flag()  # shows whether the number is busy

    class Meta:
        """Its keys."""

        primary_key = peewee.CompositeKey("extension_id", "position")


class PersonalAttendantKey(TenantTable):
    """Where keys lead that callers press in users' voicemail."""

    owning_link = "extension_id"

    extension_id = Link("extension")
    key = peewee.TextField()  # a digit, *, # or `operator`
    number = peewee.TextField()  # empty where a reference points

    class Meta:
        """Its keys."""

        primary_key = peewee.CompositeKey("extension_id", "key")


class PrivateKey(TenantTable):
    """What stands for users in addresses."""

    owning_link = "extension_id"

    extension_id = Link("extension", primary_key=True)
    digest = peewee.TextField()  # SHA-256

    class Meta:
        """Its keys."""

        indexes = ((("digest",), True),)


class PrivatePhonebook(TenantTable):
    """Phonebooks of users' own; they are there once something is put into them."""

    owning_link = "extension_id"
    missing = "There is no private phonebook."

    extension_id = Link("extension", primary_key=True)
    show_on_phone = Flag(constraints=default("1"))


class PrivateEntry(TenantTable):
    """Entries of users' own phonebooks."""

    owning_link = "extension_id"
    missing = "There is no such entry."

    id = peewee.AutoField()
    extension_id = Link("private_phonebook")
    number = peewee.TextField()
    first_name = peewee.TextField()
    last_name = peewee.TextField()
    internal_id = peewee.TextField(constraints=default("''"))
    contact = peewee.TextField(constraints=default("'{}'"))
    number_key = peewee.TextField()  # computed by the database, like an extension's

    class Meta:
        """Its keys."""

        indexes = ((("extension_id", "number", "first_name", "last_name"), True),)
