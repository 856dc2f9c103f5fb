"""A store with two tenants in it, and a token of every kind or what stands for one, for tests of who may do what."""

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask

from portsip_api.pbx.access import credentials, links, tenants, tokens
from portsip_api.pbx.calls import history, recordings
from portsip_api.pbx.calls.records import CallRecord, Party
from portsip_api.pbx.devices import credentials as phone_credentials
from portsip_api.pbx.devices import lines, phones
from portsip_api.pbx.extension_keys import ExtensionKey
from portsip_api.pbx.extensions import extensions, groups
from portsip_api.pbx.features import call_queues, conferences, ring_groups, virtual_receptionists
from portsip_api.pbx.hours import calendars
from portsip_api.pbx.identity import Identity, Role
from portsip_api.store import volatile
from portsip_api.store.paging import Slice
from tests.audio import wav
from tests.crm import PIN, SIP_PASSWORD, WEB_PASSWORD
from tests.stores import close_store, use_world

IDENTITIES = ("none", "expired", "extension", "other tenant", "tenant", "administrator", "phone")
NUMBER, COLLEAGUE = "1000", "1001"
RECORDING = "call.wav"  # of a call of COLLEAGUE
MAC = "0004f2aabb95"  # of a phone with a line of NUMBER
PERMISSIONS = {"enable_intercom": True, "enable_external_call": True, "enable_management_console_access": True}


@dataclass(frozen=True)
class World:
    """The keys of what is in the store, and a token for each identity."""

    home: int
    other: int
    me: int
    colleague: int
    group: int
    holiday: int
    ring_group: int
    queue: int
    receptionist: int
    recording: int
    room: int
    call: int
    export_link: str
    tokens: dict[str, str]
    phone_password: str

    def key(self, value: object) -> object:
        """Return the key that a value such as `{group}` stands for, or the value itself."""
        return getattr(self, value[1:-1]) if isinstance(value, str) and value.startswith("{") else value


def build(folder: Path) -> World:
    """Fill the store in `folder`: the tenants home and other, home's extensions 1000 (the identity) and 1001, a phone.

    A phone has no token: in the place of its one stands the secret of its URL.
    """
    use_world(folder)
    home, other = (
        tenants.create({"name": name, "domain": f"{name}.example", "password": f"{name}'s secret"})
        for name in ("home", "other")
    )
    passwords = {"password": SIP_PASSWORD, "web_access_password": WEB_PASSWORD}
    me, colleague = (
        extensions.create(home, {"extension_number": number, **passwords}) for number in (NUMBER, COLLEAGUE)
    )
    group = groups.create(home, {"group_name": "Sales", "members": [COLLEAGUE], **PERMISSIONS})
    holiday = calendars.create_holiday(home, {"name": "Christmas", "month": 12, "day": 25})
    ring_group = ring_groups.create(home, {"ring_group_number": "600", "name": "Sales", "members": [COLLEAGUE]})
    queue = call_queues.create(home, {"queue_number": "700", "name": "Support", "members": [COLLEAGUE]})
    receptionist = virtual_receptionists.create(home, {"virtual_receptionist_number": "800", "name": "Welcome"})
    recording = recordings.deposit(home, ExtensionKey(COLLEAGUE), wav(0.1), filename=RECORDING).id
    room = conferences.create(home, {"number": "7001", "name": "Team", "participant_pin": PIN, "owner": COLLEAGUE})
    history.write(home, CallRecord("call-1", "INTERNAL", Party(NUMBER), Party(COLLEAGUE), 0, 1, 2, 3, "CALLER_HANGUP"))
    call = history.page(home, history.Wanted(), Slice(0, 1)).rows[0].id
    phone = phones.create(home, {"serial": MAC, "model_id": "yealinkPhoneSIPT46G"})
    lines.add_internal(home, phone, ExtensionKey(NUMBER))
    fetching = phone_credentials.show(home, phone)
    identities = {
        "extension": Identity(Role.EXTENSION, me, home, "1000@home.example"),
        "other tenant": Identity(Role.TENANT, other, other, "other"),
        "tenant": Identity(Role.TENANT, home, home, "home"),
        "administrator": Identity(Role.ADMINISTRATOR, 1, None, "admin"),
        "expired": Identity(Role.ADMINISTRATOR, 1, None, "admin"),
    }
    exported = links.to_export(home, identities["tenant"])
    given = {name: issue(identity) for name, identity in identities.items()}
    with volatile.writing():
        volatile.execute("UPDATE token SET expires = 0 WHERE digest = ?", (tokens._digest(given["expired"]),))
    assert extensions.show(home, ExtensionKey(id=me)).number == NUMBER
    close_store()
    given = {"none": "", **given, "phone": fetching.secret}
    return World(
        home,
        other,
        me,
        colleague,
        group.id,
        holiday,
        ring_group,
        queue,
        receptionist,
        recording,
        room,
        call,
        exported,
        given,
        fetching.password,
    )


def issue(identity: Identity) -> str:
    """Return a token of an account, as after a log-in."""
    found = credentials.read(identity.role, identity.account_id)
    assert found is not None
    return tokens.issue(identity, found[1])


@pytest.fixture(scope="session")
def world_template(template: tuple[Flask, Path], tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, World]:
    """The folder of the filled store, built once."""
    folder = tmp_path_factory.mktemp("world")
    shutil.copytree(template[1], folder, dirs_exist_ok=True)
    return folder, build(folder)
