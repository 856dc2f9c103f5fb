"""Park orbits."""

import pytest

from portsip_api.pbx.errors import Duplicate, Invalid, NotFound
from portsip_api.pbx.features import park_orbits
from tests.pbx.features.call_features import TENANT, dialled, make_tenant, make_user

pytestmark = pytest.mark.usefixtures("configure")

LOBBY = {"name": "lobby", "extension": "400", "server": "pbx.example"}


def test_what_is_written_is_read():
    orbit_id = park_orbits.create(TENANT, LOBBY | {"enabled": True, "music": None})
    shown = park_orbits.ParkOrbit(orbit_id, "lobby", True, "400", "", "default.wav", "pbx.example")
    assert park_orbits.show(TENANT, orbit_id) == shown
    assert park_orbits.list_all(TENANT) == park_orbits.list_on(TENANT, "pbx.example") == [shown]
    assert park_orbits.list_on(TENANT, "elsewhere") == []
    assert dialled("PARK_ORBIT") == ["400"]


def test_replacing_moves_the_number_and_deleting_frees_it():
    orbit_id = park_orbits.create(TENANT, LOBBY | {"description": "x"})
    park_orbits.replace(TENANT, orbit_id, LOBBY | {"extension": "401"})
    assert park_orbits.show(TENANT, orbit_id).description == ""
    assert dialled("PARK_ORBIT") == ["401"]
    park_orbits.destroy(TENANT, orbit_id)
    assert dialled("PARK_ORBIT") == []


def test_the_orbits_of_a_server_are_deleted_at_once():
    park_orbits.create(TENANT, LOBBY)
    park_orbits.create(TENANT, {"name": "hall", "extension": "401", "server": "other.example"})
    park_orbits.destroy_on(TENANT, "pbx.example")
    assert [orbit.name for orbit in park_orbits.list_all(TENANT)] == ["hall"]
    assert dialled("PARK_ORBIT") == ["401"]
    park_orbits.destroy_on(TENANT, "pbx.example")


def test_names_and_numbers_are_taken_once():
    make_user("1000")
    park_orbits.create(TENANT, LOBBY)
    other = park_orbits.create(TENANT, LOBBY | {"name": "hall", "extension": "401"})
    for change, field in (
        ({"name": "LOBBY"}, "name"),
        ({"extension": "400"}, "extension"),
        ({"extension": "1000"}, "extension"),
    ):
        fields = {"name": "x", "extension": "402", "server": "1"} | change
        with pytest.raises(Duplicate) as refusal:
            park_orbits.create(TENANT, fields)
        assert refusal.value.field == field
        with pytest.raises(Duplicate):
            park_orbits.replace(TENANT, other, fields)
    assert park_orbits.create(make_tenant(), LOBBY)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"name": "400"}, "name"),
        ({"name": ""}, "name"),
        ({"extension": None}, "extension"),
        ({"extension": "4 0"}, "extension"),
        ({"server": None}, "server"),
        ({"music": ""}, "music"),
        ({"enabled": 1}, "enabled"),
    ],
)
def test_bad_orbits_are_refused(fields, field):
    with pytest.raises(Invalid) as refusal:
        park_orbits.create(TENANT, LOBBY | fields)
    assert list(refusal.value.errors) == [field]


def test_what_is_not_there():
    orbit_id = park_orbits.create(TENANT, LOBBY)
    for tenant, wanted in ((TENANT, 99), (TENANT, 2**70), (make_tenant(), orbit_id)):
        for ask in (park_orbits.show, park_orbits.destroy):
            with pytest.raises(NotFound):
                ask(tenant, wanted)
        with pytest.raises(NotFound):
            park_orbits.replace(tenant, wanted, LOBBY)
