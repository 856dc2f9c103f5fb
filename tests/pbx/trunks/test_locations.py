"""Emergency locations: the list, and who is assigned to which."""

import pytest

from portsip_api.pbx.access import tenants
from portsip_api.pbx.errors import Invalid, NotFound
from portsip_api.pbx.extension_keys import ExtensionKey
from portsip_api.pbx.extensions import extensions, groups
from portsip_api.pbx.extensions.group_keys import GroupKey
from portsip_api.pbx.trunks import locations
from portsip_api.pbx.trunks.locations import KINDS, Location
from portsip_api.store import database
from tests.world import PERMISSIONS

HOME = tenants.DEFAULT_TENANT_ID
HALL = {"elin": "2025550143", "location": "Hall", "address_info": "1 Main Street\nTown", "description": "x"}
ROOF = {"elin": "+12025550144", "location": "Roof"}

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture
def other() -> int:
    """Another tenant."""
    return tenants.create({"name": "other", "domain": "other.example", "password": "other's secret"})


@pytest.fixture
def both() -> None:
    """Hall and roof."""
    locations.save_all(HOME, [HALL, ROOF])


def elins(tenant_id: int = HOME) -> list[str]:
    return [item.elin for item in locations.all_of(tenant_id)]


def assignments() -> int:
    count: int = database.fetch_row("SELECT count(*) FROM location_assignment")[0]
    return count


def test_a_list_is_saved_and_shown(both: None) -> None:
    assert locations.all_of(HOME) == [Location("+12025550144", "Roof", "", ""), Location(*HALL.values())]
    assert locations.show(HOME, "2025550143").address_info == "1 Main Street\nTown"


def test_saving_replaces_what_has_the_elin_and_leaves_the_rest(both: None) -> None:
    locations.save_all(HOME, [{"elin": ROOF["elin"], "description": "a"}, {"elin": ROOF["elin"], "location": "Top"}])
    assert locations.show(HOME, ROOF["elin"]) == Location(ROOF["elin"], "Top", "", "")
    locations.save(HOME, HALL["elin"], {"location": "Lobby", "elin": "1234567"})
    assert locations.show(HOME, HALL["elin"]) == Location(HALL["elin"], "Lobby", "", "")
    locations.save(HOME, "9995551", {})
    locations.save_all(HOME, [])
    assert elins() == ["+12025550144", "2025550143", "9995551"]


@pytest.mark.parametrize(
    "elin", ["", "123456", "1" * 16, "+", "20a5550143", "202 5550143", "\ud800", "\u0664" * 8, 2025550143]
)
def test_a_bad_elin_is_refused(elin: str) -> None:
    with pytest.raises(Invalid) as caught:
        locations.save_all(HOME, [HALL, {"elin": elin}])
    assert list(caught.value.errors) == ["1.elin"]
    with pytest.raises(Invalid):
        locations.save(HOME, elin, {})
    for call in (locations.show, locations.destroy):
        with pytest.raises(NotFound):
            call(HOME, elin)
    assert elins() == []


def test_every_fault_of_a_list_is_named() -> None:
    with pytest.raises(Invalid) as caught:
        locations.save_all(HOME, [{"location": "x"}, {**HALL, "location": "x" * 256}])
    assert list(caught.value.errors) == ["0.elin", "1.location"]
    with pytest.raises(Invalid, match="at most 5000"):
        locations.save_all(HOME, [HALL] * 5001)


def test_tenants_have_their_own(both: None, other: int) -> None:
    locations.save(other, HALL["elin"], {"location": "Theirs"})
    assert locations.show(HOME, HALL["elin"]).location == "Hall"
    with pytest.raises(Invalid):
        locations.assign(other, "phone", 1, ROOF["elin"])
    locations.assign(other, "phone", 1, HALL["elin"])
    assert locations.of(HOME, "phone", 1) is None
    locations.destroy_all(HOME)
    assert (elins(), elins(other)) == ([], [HALL["elin"]])
    tenants.destroy(other)
    assert assignments() == 0


@pytest.mark.parametrize("kind", KINDS)
def test_something_is_assigned_moved_and_cleared(both: None, kind: str) -> None:
    shown = [locations.of(HOME, kind, 7)]
    for elin in (HALL["elin"], ROOF["elin"]):
        locations.assign(HOME, kind, 7, elin)
        shown.append(locations.of(HOME, kind, 7))
    assert locations.of(HOME, kind, 8) is None
    locations.clear(HOME, kind, 7)
    locations.clear(HOME, kind, 7)
    shown.append(locations.of(HOME, kind, 7))
    assert [item and item.location for item in shown] == [None, "Hall", "Roof", None]


def test_many_are_assigned_together_or_not_at_all(both: None) -> None:
    locations.assign_all(HOME, "phone", {1: HALL["elin"], 2: ROOF["elin"]})
    with pytest.raises(Invalid) as caught:
        locations.assign_all(HOME, "phone", {1: ROOF["elin"], 3: "0000000"})
    assert list(caught.value.errors) == ["elin"]
    assert [item and item.location for item in (locations.of(HOME, "phone", n) for n in (1, 2, 3))] == [
        "Hall",
        "Roof",
        None,
    ]
    locations.assign_all(HOME, "phone", {})
    assert assignments() == 2


def test_kinds_and_ids_that_are_none() -> None:
    for call in (locations.of, locations.clear):
        with pytest.raises(NotFound):
            call(HOME, "room", 1)
        call(HOME, "phone", 2**70)
    with pytest.raises(NotFound):
        locations.assign(HOME, "room", 1, HALL["elin"])


def test_a_location_that_goes_is_nobodys(both: None) -> None:
    locations.assign_all(HOME, "phone", {1: HALL["elin"], 2: ROOF["elin"]})
    locations.destroy(HOME, HALL["elin"])
    assert (locations.of(HOME, "phone", 1), assignments()) == (None, 1)
    with pytest.raises(NotFound):
        locations.destroy(HOME, HALL["elin"])


def test_who_goes_leaves_no_assignment(both: None) -> None:
    user = extensions.create(HOME, {"extension_number": "1000", "password": "x", "web_access_password": "x"})
    group = groups.create(HOME, {"group_name": "Sales", "members": [], **PERMISSIONS}).id
    for kind in KINDS:
        locations.assign_all(HOME, kind, {user: HALL["elin"], group: HALL["elin"], 99: HALL["elin"]})
    before = assignments()
    extensions.destroy(HOME, ExtensionKey("1000"))
    groups.destroy(HOME, GroupKey(id=group))
    assert (locations.of(HOME, "user", user), locations.of(HOME, "group", group)) == (None, None)
    assert assignments() == before - 2


def test_saving_is_as_many_statements_for_many_as_for_one(both: None, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    execute = database.db.execute_sql
    monkeypatch.setattr(database.db, "execute_sql", lambda sql, *values: (seen.append(sql), execute(sql, *values))[1])
    counts = set()
    for size in (1, 200):
        seen.clear()
        locations.save_all(HOME, [{"elin": str(1_000_000 + n)} for n in range(size)])
        locations.assign_all(HOME, "phone", dict.fromkeys(range(1, size + 1), HALL["elin"]))
        counts.add(len(seen))
    assert len(counts) == 1


def test_the_first_that_is_somewhere_decides(both: None, other: int) -> None:
    locations.assign_all(HOME, "phone", {1: HALL["elin"]})
    locations.assign_all(HOME, "user", {1: ROOF["elin"], 2: ROOF["elin"]})
    for keys, place in (
        ([("phone", 1), ("user", 1)], "Hall"),
        ([("user", 1), ("phone", 1)], "Roof"),
        ([("phone", 2), ("phonegroup", 1), ("user", 2)], "Roof"),
    ):
        found = locations.first_of(HOME, keys)
        assert found is not None
        assert found.location == place
    for tenant, keys in ((HOME, [("phone", 2)]), (HOME, []), (other, [("phone", 1)])):
        assert locations.first_of(tenant, keys) is None
