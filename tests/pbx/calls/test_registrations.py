"""Registrations, as a switch tells them."""

from dataclasses import replace

import pytest

from portsip_api.pbx.calls import registrations
from portsip_api.pbx.calls.registrations import Registration
from portsip_api.pbx.errors import NotFound, SwitchUnavailable
from portsip_api.pbx.extensions import aliases
from portsip_api.store import database
from portsip_api.switch.none import NoSwitch
from tests.pbx.features.call_features import TENANT, make_group, make_tenant, make_user, make_users

pytestmark = pytest.mark.usefixtures("configure")

NOW = 1_800_000_000.0


def registration(user, contact="sip:phone@192.0.2.1", **fields):
    made = Registration(
        uri=f"sip:{user}@pbx.local",
        contact=contact,
        call_id="call-1",
        instrument="0004f2aabbcc",
        server="pbx.local",
        ip="192.0.2.1",
        expires=NOW + 60,
        identity=f"{user}@pbx.local",
    )
    return replace(made, **fields)


FIRST = registration("1000")
SECOND = registration(
    "1001",
    "sip:b@192.0.2.2",
    call_id="call-2",
    instrument="00:04:F2:00:00:01",
    server="other.local",
    ip="192.0.2.2",
    expires=NOW + 90,
    identity="sip:1001@pbx.local",
)
EXPIRED = registration("1000", "sip:c@192.0.2.3", expires=NOW)


class Engine:
    """A switch with registrations of the default tenant."""

    def __init__(self, *found):
        self.found = list(found)

    def registrations(self, domain):
        return [item for item in self.found if item.uri.endswith(f"@{domain}")]

    def drop(self, item):
        self.found.remove(item)


@pytest.fixture
def engine():
    return Engine(FIRST, SECOND, EXPIRED)


@pytest.fixture
def users(configure):
    return make_users("1000", "1001")


def test_they_come_newest_first(engine):
    assert registrations.list_all(TENANT, engine) == [SECOND, FIRST, EXPIRED]
    assert registrations.list_all(make_tenant(), engine) == []


def test_one_per_contact_the_newest():
    older, newer = registration("1000", expires=NOW + 5), registration("1001", expires=NOW + 7)
    engine = Engine(older, newer)
    assert registrations.list_all(TENANT, engine) == [newer]
    make_user("1000")
    assert registrations.list_user(TENANT, "1000", engine) == []


def test_the_time_that_is_left(time):
    assert (FIRST.status, FIRST.seconds_to_expire) == ("active", 60)
    assert (EXPIRED.status, EXPIRED.seconds_to_expire) == ("expired", 0)
    time.pass_seconds(61)
    assert (FIRST.status, FIRST.seconds_to_expire) == ("expired", 0)


def test_of_a_user_by_number_id_and_alias(engine, users):
    aliases.set_aliases(TENANT, users[0], ["ana"])
    for name in ("1000", str(users[0]), "ana"):
        assert registrations.list_user(TENANT, name, engine) == [FIRST, EXPIRED]
    assert registrations.list_user(TENANT, "1001", engine) == [SECOND]
    for name in ("1002", "99", "9" * 30, ""):
        with pytest.raises(NotFound, match="User not found"):
            registrations.list_user(TENANT, name, engine)


def test_a_number_is_meant_before_an_id(users):
    number = str(users[0])
    make_user(number)
    mine = registration(number, "sip:mine@192.0.2.4")
    assert registrations.list_user(TENANT, number, Engine(FIRST, mine)) == [mine]


def test_of_a_group(engine, users):
    make_group("Sales", "1001")
    assert registrations.list_group(TENANT, "sales", engine) == [SECOND]
    assert registrations.list_group(TENANT, "__DEFAULT_EXTENSION_GROUP__", engine) == [FIRST, EXPIRED]
    with pytest.raises(NotFound):
        registrations.list_group(TENANT, "Nobody", engine)


def test_by_what_else_names_them(engine):
    for serial in ("0004F2000001", "00-04-f2-00-00-01"):
        assert registrations.list_serial(TENANT, serial, engine) == [SECOND]
    assert registrations.list_serial(TENANT, "-", Engine(registration("1000", instrument=""))) == []
    assert registrations.list_ip(TENANT, "192.0.2.2", engine) == [SECOND]
    assert registrations.list_call_id(TENANT, "call-2", engine) == [SECOND]
    assert registrations.list_server(TENANT, "OTHER.local", engine) == [SECOND]
    for name in ("1", "PBX.local", "127.0.0.1"):
        assert registrations.list_server(TENANT, name, engine) == [FIRST, EXPIRED]
    with pytest.raises(NotFound, match="Server not found"):
        registrations.list_server(TENANT, "third.local", engine)
    assert registrations.list_ip(TENANT, "192.0.2.9", engine) == []


def test_dropping(engine, users):
    registrations.drop(registrations.list_user(TENANT, "1000", engine), engine)
    assert engine.found == [SECOND]
    registrations.drop(registrations.list_user(TENANT, "1000", engine), engine)
    assert engine.found == [SECOND]


def test_without_a_switch_nothing_is_registered():
    assert registrations.list_all(TENANT, NoSwitch()) == []
    registrations.drop([], NoSwitch())
    with pytest.raises(SwitchUnavailable):
        registrations.drop([FIRST], NoSwitch())


def test_a_list_costs_the_same_however_many_there_are(users, monkeypatch):
    make_group("Sales", "1001")
    seen, execute = [], database.db.execute_sql
    monkeypatch.setattr(database.db, "execute_sql", lambda sql, *values: (seen.append(sql), execute(sql, *values))[1])
    engine = Engine(*(registration("1001", f"sip:{n}@x") for n in range(50)))
    assert len(registrations.list_group(TENANT, "Sales", engine)) == 50
    assert len(seen) == 3
