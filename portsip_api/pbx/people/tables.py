"""The tables of people."""

import peewee

from portsip_api.pbx.tables import Link, TenantTable


class UserProfile(TenantTable):
    """What a user has beside the profile of an extension."""

    owning_link = "extension_id"

    extension_id = Link("extension", primary_key=True)
    profile = peewee.TextField()  # JSON: see `people.fields`
