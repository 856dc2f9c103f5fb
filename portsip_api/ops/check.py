"""Everything that is wrong with the configuration and the store, found without starting the server or writing.

An error keeps the server from working as it should; an advice is what a careful operator would change.
"""

import ipaddress
import os
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from portsip_api import settings, settings_file
from portsip_api.ops import check_files, check_voice
from portsip_api.pbx.access import administrators
from portsip_api.pbx.upkeep import consistency, lost_targets, rekey, stored_zones, twins
from portsip_api.setting_kinds import zone_names
from portsip_api.store import database, migrations, soundness
from portsip_api.store.secrets import KeyMissing, Keyring
from portsip_api.switch import FREESWITCH


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong, in a sentence."""

    is_error: bool
    sentence: str


def _error(sentence: str) -> Finding:
    return Finding(is_error=True, sentence=sentence)


def _advice(sentence: str) -> Finding:
    return Finding(is_error=False, sentence=sentence)


def findings(environment: Mapping[str, str] = os.environ) -> Iterator[Finding]:
    """Yield what is wrong with the settings in `environment` and the settings file, and with the store that they name.

    The settings that can be read are put in force, since the store is asked under them.
    """
    given: Mapping[str, str] = {}
    problems: Mapping[str, list[str]] = {}
    try:
        given = settings_file.variables(environment)
        settings.load(given)
    except settings.ConfigurationError as error:
        problems = error.problems
    for name, texts in problems.items():
        yield _error(f"{name}: {' '.join(texts)}")
    if problems and not given:
        return  # the file cannot be read, so that nobody knows which store it is
    given = {name: text for name, text in given.items() if name not in problems}
    try:
        configuration = settings.load(given)
    except settings.ConfigurationError:  # nor without a data folder
        return
    settings.use(configuration)
    yield from _advices(configuration, given)
    if "DATABASE_URL" not in problems:
        yield from _store(configuration)


def _advices(configuration: settings.Settings, environment: Mapping[str, str]) -> Iterator[Finding]:
    if configuration.password_policy == "lenient":
        yield _advice("PBX_PASSWORD_POLICY is lenient: passwords of one character are accepted.")
    if not _is_loopback(configuration.bind):
        yield _advice("PBX_BIND is not a loopback address: passwords and tokens cross the network in clear text.")
    if configuration.provision_plain:
        yield _advice(
            "PBX_PROVISION_PLAIN is true: phones' files, with their passwords, cross the network in clear text."
        )
    if configuration.switch == "demo":
        yield _advice("PBX_SWITCH is demo: statuses, registrations and calls are made up, and written into this store.")
    if "PBX_TIME_ZONE" not in environment:
        yield _advice("PBX_TIME_ZONE is not set: the office hours of tenants that name no time zone are in UTC.")
    if configuration.time_zone not in zone_names():
        yield _advice("PBX_TIME_ZONE is no IANA time zone: what it means depends on the machine.")
    if configuration.secret_key_path.resolve().is_relative_to(configuration.data_path.resolve()):
        yield _advice("The key file lies in the data folder: who copies the folder has the key of its secrets too.")
    yield from map(_advice, check_files.advices(configuration))
    if configuration.switch == FREESWITCH:
        yield from map(_advice, check_voice.advices(configuration))


def _is_loopback(bind: str) -> bool:
    host = bind.rpartition(":")[0].strip("[]")
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _store(configuration: settings.Settings) -> Iterator[Finding]:
    for folder in {configuration.data_path, configuration.database_path.parent}:
        if not folder.is_dir():
            yield _error(f"The folder {folder} does not exist; the first start makes it.")
        elif not os.access(folder, os.W_OK | os.X_OK):
            yield _error(f"The folder {folder} is not writable.")
    yield from _key_file(configuration.secret_key_path)
    yield from map(_error, check_files.errors(configuration))
    if configuration.switch == FREESWITCH:
        yield from map(_error, check_voice.errors(configuration))
    if not configuration.database_path.is_file():
        yield _error(f"There is no database at {configuration.database_path}; `pbx init` makes it.")
        return
    broken = list(_database_file(configuration.database_path))
    yield from broken
    if not broken:
        yield from _content(configuration)


def _key_file(path: Path) -> Iterator[Finding]:
    if not path.exists():
        yield _error("The key file does not exist; the first start makes it, a later one needs the old one.")
        return
    if path.stat().st_mode & 0o077:
        yield _error("The key file can be read or written by other users: its mode must be 0600.")


def _database_file(path: Path) -> Iterator[Finding]:
    newest = migrations.known()[-1].number
    try:
        schema, is_sound = soundness.examine(path)
    except sqlite3.DatabaseError as error:
        yield _error(f"The database cannot be read: {error}.")
        return
    if not is_sound:
        yield _error(f"The database {path} is damaged: restore a backup.")
    if schema > newest:
        yield _error(f"The database has schema {schema}, and this program knows schemas up to {newest} only.")
    if schema < newest:
        yield _error(f"The database has schema {schema}; the next start brings it to {newest}.")


def _content(configuration: settings.Settings) -> Iterator[Finding]:
    database.use(configuration.database_path)
    if not administrators.exists():
        yield _error("There is no administrator; `pbx init` makes the first one.")
    try:
        keys = Keyring()
        keys.open(configuration.secret_key_path, create=False)
        for key_id in sorted(rekey.needed_keys() - set(keys.key_ids())):
            yield _error(f"The key file does not have the key {key_id}, which stored secrets need.")
    except KeyMissing as error:
        yield _error(str(error))
    for sentence in (*stored_zones.find_doubtful(), *twins.find()):
        yield _advice(sentence)
    for sentence in consistency.find_inconsistencies():
        yield _error(sentence)
    for sentence in lost_targets.find_lost():
        yield _advice(sentence)
