"""The tables of phonebooks."""

import peewee

from portsip_api.pbx.tables import Link, TenantTable


class Phonebook(TenantTable):
    """Public phonebooks."""

    missing = "There is no such phonebook."

    id = peewee.AutoField()
    tenant_id = Link("tenant")
    name = peewee.TextField()
    name_key = peewee.TextField()

    class Meta:
        """Its keys."""

        indexes = ((("tenant_id", "name_key"), True),)


class PhonebookEntry(TenantTable):
    """Imported entries of a phonebook."""

    owning_link = "phonebook_id"

    id = peewee.AutoField()
    phonebook_id = Link("phonebook")
    first_name = peewee.TextField()
    last_name = peewee.TextField()
    number = peewee.TextField()
    name_key = peewee.TextField()  # made like an extension's
    number_key = peewee.TextField()  # computed by the database, like an extension's


class PhonebookGroup(TenantTable):
    """Groups whose members are in a phonebook."""

    owning_link = "phonebook_id"

    phonebook_id = Link("phonebook")
    group_id = Link("extension_group")

    class Meta:
        """Its keys."""

        primary_key = peewee.CompositeKey("phonebook_id", "group_id")


class PhonebookGrant(TenantTable):
    """Groups whose members see a phonebook in their own."""

    owning_link = "phonebook_id"

    phonebook_id = Link("phonebook")
    group_id = Link("extension_group")

    class Meta:
        """Its keys."""

        primary_key = peewee.CompositeKey("phonebook_id", "group_id")
