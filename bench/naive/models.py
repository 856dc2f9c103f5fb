"""Models over the tables of the store."""

from typing import Any

import orjson
import peewee

from portsip_api import settings
from portsip_api.store import volatile

_path = settings.load().database_path
_pragmas = {"journal_mode": "wal", "foreign_keys": 1, "cache_size": -8192}
db = peewee.SqliteDatabase(str(_path), pragmas=_pragmas)
tokens = peewee.SqliteDatabase(str(volatile.beside(_path)), pragmas=_pragmas)


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
    account_id = peewee.IntegerField()
    expires = peewee.FloatField()

    class Meta:
        """Where it is."""

        database = tokens


class Extension(_Base):
    """An extension."""

    tenant_id = peewee.IntegerField()
    number = peewee.TextField()
    status = peewee.TextField()
    user_agent = peewee.TextField()
    phone_mac_address = peewee.TextField()
    phone_model = peewee.TextField()
    profile = _Document()
