"""Call sequences: the numbers that ring for a user."""

import pytest

from portsip_api.pbx.errors import Invalid, NotFound
from portsip_api.pbx.extension_keys import ExtensionKey
from portsip_api.pbx.extensions import extensions
from portsip_api.pbx.hours import schedules
from portsip_api.pbx.routing import call_sequences
from portsip_api.pbx.routing.call_sequences import CallSequence, Ring
from portsip_api.pbx.routing.ring_steps import AFTER, TOGETHER
from tests.pbx.features.call_features import TENANT, make_group, make_tenant, make_user

pytestmark = pytest.mark.usefixtures("configure")


@pytest.fixture
def user():
    return make_user("1000")


def make_schedule(**fields):
    return schedules.create(TENANT, {"name": "Lunch", **fields})


def with_schedule(schedule_id):
    return {"rings": [{"number": "1", "schedule_id": schedule_id}]}


def test_a_fresh_user_has_none(user):
    assert call_sequences.read(TENANT, user) == CallSequence(20, [])


def test_what_is_written_is_read_in_order(user):
    schedule_id = make_schedule()
    rings = [
        {"number": "1005", "enabled": True, "schedule_id": schedule_id},
        {"number": "sip:1006@pbx.local", "kind": TOGETHER, "expiration": 0},
        {"number": "+49301", "kind": None, "schedule_id": None},
    ]
    call_sequences.replace(TENANT, user, {"expiration": 35, "rings": rings})
    assert call_sequences.read(TENANT, user) == CallSequence(
        35,
        [
            Ring("1005", AFTER, 30, True, schedule_id),
            Ring("sip:1006@pbx.local", TOGETHER, 0, False, None),
            Ring("+49301", AFTER, 30, False, None),
        ],
    )
    call_sequences.replace(TENANT, user, {})
    assert call_sequences.read(TENANT, user) == CallSequence(20, [])


def test_the_phones_time_is_that_of_the_forward_rules(user):
    call_sequences.replace(TENANT, user, {"expiration": 35})
    rules = extensions.show(TENANT, ExtensionKey(id=user)).objects["forward_rules"]
    assert rules["available"]["no_answer_timeval"] == 35
    change = {"forward_rules": {"available": {"no_answer_timeval": 8}}}
    extensions.update(TENANT, ExtensionKey(id=user), change)
    assert call_sequences.read(TENANT, user).expiration == 8


def test_a_ring_loses_a_schedule_that_is_deleted(user):
    schedule_id = make_schedule(kind="user", user_id=user)
    call_sequences.replace(TENANT, user, with_schedule(schedule_id))
    schedules.destroy(TENANT, schedule_id)
    assert call_sequences.read(TENANT, user).rings == [Ring("1", AFTER, 30, False, None)]


def test_whose_schedules_may_be_used(user):
    other, group = make_user("1001"), make_group("Sales", "1000")
    for owner in ({}, {"kind": "user", "user_id": user}, {"kind": "group", "group_id": group}):
        call_sequences.replace(TENANT, user, with_schedule(make_schedule(**owner)))
    for wanted in (make_schedule(kind="user", user_id=other), 99, 2**63 - 1, 2**70):
        with pytest.raises(Invalid) as refusal:
            call_sequences.replace(TENANT, user, with_schedule(wanted))
        assert list(refusal.value.errors) == ["rings.0.schedule_id"]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"expiration": 0}, "expiration"),
        ({"expiration": "20"}, "expiration"),
        ({"rings": [{}]}, "rings.0.number"),
        ({"rings": [{"number": "a b"}]}, "rings.0.number"),
        ({"rings": [{"number": ""}]}, "rings.0.number"),
        ({"rings": [{"number": "1", "kind": "Later"}]}, "rings.0.kind"),
        ({"rings": [{"number": "1", "expiration": 3601}]}, "rings.0.expiration"),
        ({"rings": [{"number": "1"}] * 51}, "rings"),
    ],
)
def test_bad_sequences_are_refused_whole(user, fields, field):
    call_sequences.replace(TENANT, user, {"rings": [{"number": "7"}]})
    with pytest.raises(Invalid) as refusal:
        call_sequences.replace(TENANT, user, fields)
    assert list(refusal.value.errors) == [field]
    assert [ring.number for ring in call_sequences.read(TENANT, user).rings] == ["7"]


def test_who_is_not_there(user):
    for tenant, wanted in ((TENANT, 99), (TENANT, 2**70), (make_tenant(), user)):
        with pytest.raises(NotFound):
            call_sequences.read(tenant, wanted)
        with pytest.raises(NotFound):
            call_sequences.replace(tenant, wanted, {})
