"""The base of the tables: every statement names a tenant, and what a constraint forbids is told by its name."""

import pytest

from portsip_api.pbx.access import tables as access
from portsip_api.pbx.access import tenants
from portsip_api.pbx.devices.tables import ExternalLine
from portsip_api.pbx.errors import Duplicate, NotFound
from portsip_api.pbx.features import tables
from portsip_api.pbx.features.tables import HuntGroupRing, ParkOrbit
from portsip_api.pbx.uniqueness import refusing
from portsip_api.store import database
from portsip_api.store.violations import FOREIGN_KEY, Violated
from tests.crm import Crm

HOME, OTHER = tenants.DEFAULT_TENANT_ID, 2
ORBIT = {"name": "Hall", "name_key": "hall", "enabled": True, "extension": "700", "description": "", "music": "",
         "server": ""}  # fmt: skip
TAKEN = "park_orbit_tenant_id_extension_key"


@pytest.fixture
def orbit(admin: Crm) -> int:
    """The id of an orbit at home, beside another tenant."""
    admin.do("account/create", name="other", domain="other.example", password="a tenant's secret")
    return ParkOrbit.insert(HOME, **ORBIT)


def test_a_row_is_the_tenants_alone(orbit: int) -> None:
    found = ParkOrbit.find(HOME, id=orbit)
    assert found is not None
    assert (found.name, found.enabled, found.tenant_id) == ("Hall", True, HOME)
    assert ParkOrbit.find(OTHER, id=orbit) is None
    assert (ParkOrbit.has(HOME, id=orbit), ParkOrbit.has(OTHER, id=orbit)) == (True, False)
    assert (ParkOrbit.update(OTHER, {"name": "x"}, id=orbit), ParkOrbit.delete(OTHER, id=orbit)) == (0, 0)
    assert (ParkOrbit.count(HOME), ParkOrbit.count(OTHER)) == (1, 0)
    assert ParkOrbit.update(HOME, {"name": "Hall 2"}, id=orbit) == 1
    assert ParkOrbit.get(HOME, id=orbit).name == "Hall 2"
    assert ParkOrbit.update(HOME, {}, id=orbit) == 1
    assert ParkOrbit.delete(HOME, ParkOrbit.extension == "700") == 1
    with pytest.raises(NotFound):
        ParkOrbit.get(HOME, id=orbit)


def test_lists_are_in_order_and_in_part(orbit: int) -> None:
    ParkOrbit.insert_all(HOME, [ORBIT | {"name": n, "name_key": n, "extension": n} for n in ("b", "a", "c")])
    assert [row.name for row in ParkOrbit.page(HOME, order=[ParkOrbit.name_key])] == ["a", "b", "c", "Hall"]
    assert [row.name for row in ParkOrbit.page(HOME, order=[-ParkOrbit.name_key], limit=2, offset=1)] == ["c", "b"]
    assert ParkOrbit.page(OTHER, order=[ParkOrbit.id]) == []


def test_a_row_without_a_tenants_id_is_its_owners(orbit: int, admin: Crm) -> None:
    group = {"enabled": True, "name": "Sales", "name_key": "sales", "extension": "600", "description": "",
             "fallback_destination": "", "voicemail_fallback": True, "user_forward": True,
             "use_fwd_timers": False}  # fmt: skip
    extension_id, group_id = admin.make_extension("1000"), tables.HuntGroup.insert(HOME, **group)
    ring = {"hunt_group_id": group_id, "position": 0, "extension_id": extension_id, "together": False,
            "enabled": True, "expiration": 30}  # fmt: skip
    HuntGroupRing.insert(HOME, **ring)
    assert (HuntGroupRing.count(HOME), HuntGroupRing.count(OTHER)) == (1, 0)
    assert HuntGroupRing.delete(OTHER, hunt_group_id=group_id) == 0
    assert HuntGroupRing.delete(HOME, hunt_group_id=group_id) == 1


def test_an_owner_is_looked_up_by_its_row_and_not_listed(orbit: int) -> None:
    """However much a tenant has, a statement over what one object owns looks at that object alone."""
    owned = ExternalLine.line_id == 1
    for query in (
        HuntGroupRing.select(HOME).where(HuntGroupRing.hunt_group_id == 1),
        ExternalLine.select(HOME).where(owned),
        ExternalLine.whole_pbx().delete().where(ExternalLine.scope(HOME), owned),
    ):
        sql, values = query.sql()
        plan = [row[3] for row in database.fetch_all(f"EXPLAIN QUERY PLAN {sql}", values)]
        assert not [step for step in plan if "SCAN" in step or "LIST" in step], plan


def test_the_whole_pbx_is_asked_for_by_name(orbit: int) -> None:
    ParkOrbit.insert(OTHER, **ORBIT)
    whole = ParkOrbit.whole_pbx()
    assert [row.tenant_id for row in whole.select().order_by(ParkOrbit.tenant_id)] == [HOME, OTHER]
    assert whole.update({"name": "all"}).execute() == 2
    assert whole.delete().execute() == 2


def test_a_constraint_is_told_by_its_name(orbit: int) -> None:
    for change, name in (
        ({"name_key": "another"}, TAKEN),
        ({"extension": "701"}, "park_orbit_tenant_id_name_key_key"),
        ({"extension": "701", "name_key": "another", "name": None}, "park_orbit_name_not_null"),
    ):
        with pytest.raises(Violated) as caught:
            ParkOrbit.insert(HOME, **ORBIT | change)
        assert caught.value.constraint == name
    with pytest.raises(Violated) as caught:
        ParkOrbit.insert(99, **ORBIT | {"extension": "701"})
    assert caught.value.constraint == FOREIGN_KEY


@pytest.mark.parametrize(
    ("sql", "name"),
    [
        ("INSERT INTO dialled_number (tenant_id, number, kind) VALUES (1, '700', 'X')",
         "dialled_number_tenant_id_number_key"),
        ("INSERT INTO schedule VALUES (NULL, 1, NULL, NULL, 'a', 'a', '', ''), (NULL, 1, NULL, NULL, 'a', 'a', '', '')",
         "schedule_name"),
        ("INSERT INTO location_assignment VALUES (1, 'nobody', 1, 1)", "check"),
    ],
)  # fmt: skip
def test_so_are_keys_expressions_and_checks(orbit: int, sql: str, name: str) -> None:
    with pytest.raises(Violated) as caught:
        database.execute(sql)
    assert caught.value.constraint == name


def test_a_violation_becomes_what_a_client_is_told(orbit: int) -> None:
    refusals = {TAKEN: lambda: Duplicate("Taken.", "extension")}
    with pytest.raises(Duplicate) as caught, refusing(refusals):
        ParkOrbit.insert(HOME, **ORBIT | {"name_key": "another"})
    assert caught.value.field == "extension"
    with pytest.raises(Violated), refusing(refusals):
        ParkOrbit.insert(HOME, **ORBIT | {"extension": "701"})


def test_a_table_of_the_whole_pbx_is_peewees(orbit: int) -> None:
    assert access.Administrator.select().count() == 1
