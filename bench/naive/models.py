"""Models over the tables of the store."""

from typing import Any

import orjson
import peewee

from portsip_api import settings

_path = settings.load().database_path
db = peewee.SqliteDatabase(str(_path), pragmas={"journal_mode": "wal", "foreign_keys": 1, "cache_size": -8192})


class _Document(peewee.TextField):
    """JSON in a text column."""

    def python_value(self, value: str) -> Any:
        """Return the parsed document."""
        return orjson.loads(value)


class _Base(peewee.Model):
    class Meta:
        database = db


class Token(_Base):
    """An access token."""

    digest = peewee.BlobField(primary_key=True)
    name = peewee.TextField()
    boot_expires = peewee.FloatField()


class Extension(_Base):
    """An extension."""

    tenant_id = peewee.IntegerField()
    number = peewee.TextField()
    status = peewee.TextField()
    user_agent = peewee.TextField()
    phone_mac_address = peewee.TextField()
    phone_model = peewee.TextField()
    profile = _Document()
