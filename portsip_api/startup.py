"""Opening the store: folders, keys, migrations, the default tenant. Whatever is wrong is said in one sentence."""

import peewee

from portsip_api import settings
from portsip_api.pbx import tenants
from portsip_api.store import database, migrations
from portsip_api.store.secrets import KeyMissing, keyring


class StartupError(SystemExit):
    """The server cannot start; the sentence goes to standard error and the exit status is 1."""


def open_store() -> None:
    """Make the data folder and the key when they are missing, bring the database up to date and use it.

    Raises StartupError.
    """
    configuration = settings.current()
    try:
        configuration.data_path.mkdir(parents=True, exist_ok=True)
        configuration.database_path.parent.mkdir(parents=True, exist_ok=True)
        has_database = configuration.database_path.exists()
        database.use(configuration.database_path)
        migrations.migrate(configuration.data_path / "migrate.lock")
        # With data there must be its key: a new one would read none of the stored secrets.
        keyring.open(configuration.secret_key_path, create=not has_database or not _has_secrets())
        tenants.ensure_default(configuration.sip_domain)
    except (migrations.SchemaTooNew, KeyMissing) as error:
        raise StartupError(str(error)) from error
    except OSError as error:
        raise StartupError(f"The data folder cannot be used: {error.strerror}.") from error
    except peewee.DatabaseError as error:
        raise StartupError(f"The database cannot be used: {error}.") from error


def _has_secrets() -> bool:
    return database.fetch_row("SELECT 1 FROM extension_settings LIMIT 1") is not None
