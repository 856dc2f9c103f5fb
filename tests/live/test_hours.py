"""Office hours, holidays and schedules say who rings, by the time that it is."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.live.conftest import ANN, BOB, EVE, Pbx
from tests.live.rows import check_row

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
TO_EXTENSION = "CONNECT_TO_ANOTHER_EXTENSION"


def zone_where_it_is(hour: int) -> str:
    """A time zone in which it is that hour now."""
    east = (hour - datetime.now(UTC).hour + 11) % 24 - 11
    return f"Etc/GMT{-east:+d}"


def hours_at(hour: int) -> dict[str, str]:
    """Office hours from 8 to 18 o'clock of each day, where it is some hour now."""
    times = {f"{day}_{end}": time for day in DAYS for end, time in (("from", "08:00"), ("to", "18:00"))}
    return {"office_hours_mode": "CUSTOM", "time_zone": zone_where_it_is(hour), **times}


@pytest.fixture
def desk(pbx: Pbx, line):
    """An extension that nobody is at, and who takes its calls in office hours, and who outside them."""
    (bob, bobs), (eve, eves) = line(BOB), line(EVE)
    actions = {"office_hours_action": TO_EXTENSION, "outside_office_hours_action": TO_EXTENSION}
    values = {"office_hours_action_value": bob, "outside_office_hours_action_value": eve}
    number, *_ = line(phones=0, offline=actions | values)
    return number, (bob, bobs, BOB), (eve, eves, EVE)


def taken(pbx: Pbx, ann, anns, number, who, calls=1):
    """Call a number, and hear who is to take the call."""
    taker, phone, hertz = who
    call = anns.call(number)
    rings = phone.incoming()
    rings.answer()
    call.wait("200")
    assert call.stream.hears(hertz)
    assert rings.stream.hears(ANN)
    call.hang_up()
    check_row(pbx, ann, number, "CALLER_HANGUP", by=taker, calls=calls)


def is_open(pbx: Pbx, number) -> bool:
    """Whether the API says that it is office time."""
    return bool(pbx.get("extensions/office_hours", extension_number=number, tenant_id=1)["office_hours"] == "OPEN")


def test_office_hours_say_who_rings(pbx: Pbx, line, desk):
    ann, anns = line(ANN)
    number, inside, outside = desk
    pbx.change(number, office_hours=hours_at(12))
    assert is_open(pbx, number)
    taken(pbx, ann, anns, number, inside)
    pbx.change(number, office_hours=hours_at(23))
    assert not is_open(pbx, number)
    taken(pbx, ann, anns, number, outside, calls=2)


def test_a_holiday_is_outside_office_hours(pbx: Pbx, line, desk):
    ann, anns = line(ANN)
    number, _, outside = desk
    hours = hours_at(12)
    pbx.change(number, office_hours=hours)
    today = datetime.now(ZoneInfo(hours["time_zone"]))
    holiday = pbx.post("holidays/create", name="Feast", month=today.month, day=today.day, tenant_id=1)["id"]
    try:
        assert not is_open(pbx, number)
        taken(pbx, ann, anns, number, outside)
    finally:
        assert pbx.ask("holidays/destroy", id=holiday, tenant_id=1).status_code == 200


def test_a_call_sequence_rings_by_its_schedules(pbx: Pbx, line):
    ann, anns = line(ANN)
    (bob, bobs), (eve, eves), (joe, joes) = line(BOB), line(EVE), line(EVE)
    rings = []
    for number, day in ((eve, datetime.now(UTC)), (joe, datetime.now(UTC) + timedelta(days=1))):
        whole = {"start": 0, "stop": 86_400_000, "scheduledDay": f"{day:%A}"}
        body = {"name": f"{bob} {day:%A}", "type": "S", "workingTime": {"workingHours": [whole]}}
        id_ = pbx.sipxcom("POST", "api/schedules", body)
        rings.append({"type": "At the same time", "enabled": True, "number": number, "expiration": 15,
                      "scheduleId": id_})  # fmt: skip
    pbx.sipxcom("PUT", f"rest/users/{bob}/callfwd", {"rings": rings, "expiration": 15})
    call = anns.call(bob)
    own, other = bobs.incoming(), eves.incoming()
    other.answer()
    call.wait("200")
    assert call.stream.hears(EVE)
    own.wait("CANCEL")
    call.hang_up()
    assert joes.is_left_alone(0.1)  # it is not that day
    check_row(pbx, ann, bob, "CALLER_HANGUP", by=eve)


def test_a_hunt_group_rings_one_after_the_other_and_together(pbx: Pbx, line):
    ann, anns = line(ANN)
    (bob, bobs), (eve, eves), (joe, joes) = line(BOB), line(EVE), line(EVE)
    number = pbx.unused()
    members = [{"userName": bob, "expiration": 3}, {"userName": eve, "expiration": 15, "typeStr": "If no response"},
               {"userName": joe, "expiration": 15, "typeStr": "At the same time"}]  # fmt: skip
    pbx.sipxcom("POST", "api/callgroups", {
        "name": f"hunt {number}", "extension": number, "enabled": True, "voicemailFallback": False,
        "ringBeans": [{"enabled": True, **member} for member in members],
    })  # fmt: skip
    call = anns.call(number)
    bobs.incoming().wait("CANCEL")
    left, rings = eves.incoming(), joes.incoming()
    rings.answer()
    call.wait("200")
    assert call.stream.hears(EVE)
    left.wait("CANCEL")
    call.hang_up()
    check_row(pbx, ann, number, "CALLER_HANGUP", by=joe)
