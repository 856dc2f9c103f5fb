"""Opening the store: folders, keys, migrations, the default tenant. Whatever is wrong is said in one sentence."""

import os
import sqlite3
from contextlib import suppress
from typing import Final

import peewee

from portsip_api import settings
from portsip_api.pbx.access import tenants
from portsip_api.pbx.devices import credentials
from portsip_api.pbx.devices.tables import PhoneCredential
from portsip_api.pbx.extensions.tables import ExtensionSettings
from portsip_api.pbx.features.tables import Conference
from portsip_api.pbx.media.files import FILES
from portsip_api.store import database, migrations, soundness, volatile
from portsip_api.store.files import create, create_folders, share_folder
from portsip_api.store.secrets import KeyMissing, keyring

_LOOK_SECONDS: Final = 0.3


class StartupError(SystemExit):
    """The server cannot start; the sentence goes to standard error and the exit status is 1."""


def open_store(*, before_workers: bool = False) -> None:
    """Make the data folder and the key when they are missing, bring the database up to date and use it.

    With `before_workers`, in the first process of a server, the database is looked through for damage first, for a
    third of a second at most, and the file of what may be lost is made anew where it has to be. Raises StartupError.
    """
    configuration = settings.current()
    try:
        for folder in (configuration.data_path, configuration.database_path.parent):
            create_folders(folder)
        _share_media(configuration)
        has_database = configuration.database_path.exists()
        if has_database and before_workers and soundness.is_damaged(configuration.database_path, _LOOK_SECONDS):
            raise StartupError(f"The database {configuration.database_path} is damaged: restore a backup.")
        if not has_database:
            with suppress(FileExistsError):  # another process was quicker
                os.close(create(configuration.database_path))
        database.use(configuration.database_path)
        lock_file = configuration.data_path / "migrate.lock"
        migrations.migrate(lock_file)
        if before_workers:
            volatile.prepare(configuration.database_path, lock_file)
        volatile.use(configuration.database_path, lock_file)
        # With data there must be its key: a new one would read none of the stored secrets.
        keyring.open(configuration.secret_key_path, create=not has_database or not _has_secrets())
        tenants.ensure_default(configuration.sip_domain)
        credentials.give_missing()
    except (migrations.SchemaTooNew, KeyMissing) as error:
        raise StartupError(str(error)) from error
    except OSError as error:
        raise StartupError(_unusable_folder(configuration, error)) from error
    except (peewee.DatabaseError, sqlite3.DatabaseError) as error:
        raise StartupError(
            f"The database {configuration.database_path} cannot be used ({error}): `pbx check` says what is wrong."
        ) from error


def _unusable_folder(configuration: settings.Settings, error: OSError) -> str:
    folder = configuration.data_path
    is_file = isinstance(error, FileExistsError | NotADirectoryError) and folder.is_file()
    reason = "it is a file" if is_file else error.strerror
    where = "" if is_file or str(error.filename or folder) == str(folder) else f"{error.filename}: "
    return (
        f"The data folder {folder} cannot be used ({where}{reason}): run this as the user whose it is, or name another "
        "folder in PBX_DATA_DIR."
    )


def _share_media(configuration: settings.Settings) -> None:
    if configuration.media_group is not None:
        try:
            share_folder(FILES.path, configuration.media_group)
        except OSError as error:
            raise StartupError(
                f"PBX_MEDIA_GROUP: the folder {FILES.path} cannot be opened to this group: {error.strerror}. The user "
                "of the server must own the folder and be in the group."
            ) from error


def _has_secrets() -> bool:
    return any(bool(table.whole_pbx().select().exists()) for table in (ExtensionSettings, PhoneCredential, Conference))
