"""Hunt groups: what they hold, what they are named by, and the order of their rings."""

import pytest

from portsip_api.pbx.errors import Duplicate, Invalid, NotFound
from portsip_api.pbx.features import hunt_groups
from portsip_api.pbx.features.hunt_groups import Ring
from portsip_api.pbx.routing.ring_steps import AFTER, TOGETHER
from portsip_api.pbx.upkeep.consistency import find_inconsistencies
from tests.pbx.features.call_features import TENANT, dialled, drop_user, make_tenant, make_user, make_users

pytestmark = pytest.mark.usefixtures("configure")

SALES = {"name": "Sales", "extension": "3399", "enabled": True}


def rings(*users, **fields):
    return [{"user_name": user, "enabled": True, **fields} for user in users]


def users_of(extension="3399"):
    return [ring.user_name for ring in hunt_groups.find(TENANT, extension).rings]


def test_a_group_of_which_only_the_name_is_sent():
    group_id = hunt_groups.create(TENANT, {"name": "Sales", "extension": "3399", "did": None, "rings": None})
    assert hunt_groups.find(TENANT, "3399") == hunt_groups.HuntGroup(
        group_id, False, "Sales", "3399", "", "", "", True, True, False, []
    )


def test_what_is_written_is_read_and_the_first_ring_has_no_kind():
    make_users("1001", "1002", "1003")
    ringing = [
        {"user_name": "1001", "kind": TOGETHER, "enabled": True},
        {"user_name": "1002", "kind": TOGETHER, "expiration": 10},
        {"user_name": "1003", "enabled": True},
    ]
    fields = {"did": "+4930123", "description": "x", "fallback_destination": "sip:1@pbx.local", "rings": ringing}
    flags = {"voicemail_fallback": False, "user_forward": False, "use_fwd_timers": True}
    hunt_groups.create(TENANT, SALES | fields | flags)
    found = hunt_groups.find(TENANT, "3399")
    assert {name: getattr(found, name) for name in flags} == flags
    assert (found.enabled, found.did, found.fallback_destination) == (True, "+4930123", "sip:1@pbx.local")
    assert found.rings == [
        Ring(None, "1001", True, 30),
        Ring(TOGETHER, "1002", False, 10),
        Ring(AFTER, "1003", True, 30),
    ]


def test_it_is_found_by_extension_did_and_name():
    hunt_groups.create(TENANT, SALES | {"did": "+4930123"})
    hunt_groups.create(TENANT, {"name": "3399", "extension": "40"})
    for name in ("3399", "+4930123", "sales"):
        assert hunt_groups.find(TENANT, name).name == "Sales"
    with pytest.raises(NotFound):
        hunt_groups.find(TENANT, "33")


def test_lists():
    for extension in ("3401", "3399", "50"):
        hunt_groups.create(TENANT, {"name": extension, "extension": extension})
    assert [group.extension for group in hunt_groups.list_all(TENANT)] == ["50", "3399", "3401"]
    assert [group.extension for group in hunt_groups.list_all(TENANT, "33")] == ["3399"]
    assert hunt_groups.list_all(TENANT, "%") == []


def test_replacing_replaces_everything_and_moves_the_numbers():
    make_users("1001", "1002")
    group_id = hunt_groups.create(TENANT, SALES | {"did": "500", "rings": rings("1001", "1002")})
    assert dialled("HUNT_GROUP") == ["3399", "500"]
    replacement = {"name": "Support", "extension": "500", "did": "3399", "rings": rings("1002")}
    assert hunt_groups.replace(TENANT, "3399", replacement) == group_id
    assert dialled("HUNT_GROUP") == ["3399", "500"]
    assert users_of("500") == ["1002"]
    assert not hunt_groups.find(TENANT, "500").enabled
    hunt_groups.destroy(TENANT, "500")
    assert dialled("HUNT_GROUP") == []
    assert find_inconsistencies() == []


def test_names_and_numbers_are_taken_once():
    make_users("1001")
    hunt_groups.create(TENANT, SALES | {"did": "500"})
    for fields, field in (
        ({"name": "SALES", "extension": "1"}, "name"),
        ({"name": "x", "extension": "1001"}, "extension"),
        ({"name": "x", "extension": "500"}, "extension"),
        ({"name": "x", "extension": "1", "did": "500"}, "did"),
    ):
        with pytest.raises(Duplicate) as refusal:
            hunt_groups.create(TENANT, fields)
        assert refusal.value.field == field
    with pytest.raises(Duplicate):
        make_user("500")
    assert hunt_groups.create(make_tenant(), SALES | {"did": "500"})


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"name": None}, "name"),
        ({"extension": "a b"}, "extension"),
        ({"did": "3399"}, "did"),
        ({"fallback_destination": "a b"}, "fallback_destination"),
        ({"enabled": "yes"}, "enabled"),
        ({"rings": [{}]}, "rings.0.user_name"),
        ({"rings": rings("9")}, "rings"),
        ({"rings": rings("1001", kind="Later")}, "rings.0.kind"),
        ({"rings": rings("1001", expiration=-1)}, "rings.0.expiration"),
        ({"rings": rings("1001") * 201}, "rings"),
    ],
)
def test_bad_groups_are_refused_whole(fields, field):
    make_users("1001")
    with pytest.raises(Invalid) as refusal:
        hunt_groups.create(TENANT, SALES | fields)
    assert list(refusal.value.errors) == [field]
    assert hunt_groups.list_all(TENANT) == []


def test_a_ring_follows_its_user_and_goes_with_it():
    make_users("1001", "1002")
    hunt_groups.create(TENANT, SALES | {"rings": rings("1001", "1002", "1001")})
    drop_user("1001")
    assert users_of() == ["1002"]


def test_a_copy_is_disabled_without_a_did_and_has_a_name_of_its_own():
    make_users("1001")
    hunt_groups.create(TENANT, SALES | {"did": "500", "rings": rings("1001", expiration=7)})
    for extension, name in (("4001", "Copy of Sales"), ("4002", "Copy of Sales 2")):
        copy_id = hunt_groups.duplicate(TENANT, "3399", extension)
        copy = hunt_groups.find(TENANT, extension)
        assert (copy.id, copy.name, copy.enabled, copy.did) == (copy_id, name, False, "")
        assert copy.rings == hunt_groups.find(TENANT, "3399").rings
    with pytest.raises(Duplicate):
        hunt_groups.duplicate(TENANT, "3399", "1001")
    with pytest.raises(NotFound):
        hunt_groups.duplicate(TENANT, "9", "4003")


def test_rotation_puts_a_user_last():
    make_users("1", "2", "3", "4", "5")
    hunt_groups.create(TENANT, SALES | {"rings": rings("1", "2", "3", "4", "5")})
    assert hunt_groups.rotate(TENANT, "3399", "3")
    assert users_of() == ["4", "5", "1", "2", "3"]
    assert not hunt_groups.rotate(TENANT, "3399", "3")
    assert users_of() == ["4", "5", "1", "2", "3"]
    for extension, user in (("3399", "9"), ("9", "1")):
        with pytest.raises(NotFound):
            hunt_groups.rotate(TENANT, extension, user)


def test_rotation_of_many():
    make_users("1", "2", "3")
    for extension in ("3399", "3400", "3401"):
        ringing = rings("1", "2", "3") if extension != "3401" else []
        hunt_groups.create(TENANT, {"name": extension, "extension": extension, "rings": ringing})
    hunt_groups.rotate_many(TENANT, ["3399", "3400", "3401", "9"], {"3400": "2"})
    assert (users_of("3399"), users_of("3400")) == (["2", "3", "1"], ["3", "1", "2"])
    with pytest.raises(Invalid):
        hunt_groups.rotate_many(TENANT, [1])  # type: ignore[list-item]
