"""Attendants: which there are, the special mode and the live mode."""

from datetime import UTC, datetime

import pytest

from portsip_api.pbx.errors import Conflict, Duplicate, Invalid, NotFound
from portsip_api.pbx.features import attendants
from portsip_api.pbx.hours import schedules
from portsip_api.store import database
from tests.pbx.features.call_features import TENANT, dialled, make_tenant, make_user

pytestmark = pytest.mark.usefixtures("configure")


def keys(tenant=TENANT):
    return [item.key for item in attendants.list_all(tenant)]


def make(name="Holidays", **fields):
    return attendants.create(TENANT, {"name": name, **fields})


def specials():
    return [item.key for item in attendants.list_all(TENANT) if item.special]


def is_live():
    return next(item.live for item in attendants.list_all(TENANT) if item.live_code)


def test_every_tenant_has_the_built_in_ones():
    assert keys() == keys(make_tenant()) == ["operator", "afterhour"]
    assert attendants.show(TENANT, "operator").system_id == "operator"


def test_a_custom_one_is_made_and_removed():
    made = make(number="700", live_code="*81")
    assert (made.key, made.system_id, made.name, made.number) == (f"xcf-{made.id}", None, "Holidays", "700")
    assert keys() == ["operator", "afterhour", made.key]
    assert attendants.show(TENANT, made.key) == made
    assert dialled("VIRTUAL_RECEPTIONIST") == ["700"]
    attendants.destroy(TENANT, made.key)
    assert dialled("VIRTUAL_RECEPTIONIST") == []
    assert keys() == ["operator", "afterhour"]


def test_names_numbers_and_codes_are_taken_once():
    make_user("1000")
    make(number="700", live_code="*81")
    for fields, field in (
        ({"name": "OPERATOR"}, "name"),
        ({"number": "700"}, "number"),
        ({"number": "1000"}, "number"),
        ({"live_code": "*81"}, "live_code"),
    ):
        with pytest.raises(Duplicate) as refusal:
            make(**{"name": "x"} | fields)
        assert refusal.value.field == field
    with pytest.raises(Invalid):
        make("")
    with pytest.raises(NotFound, match="general schedule"):
        make("x", schedule="Lunch")
    make("y")
    make("z")  # neither has a number nor a code


@pytest.mark.parametrize("key", ["nobody", "xcf-", "xcf-1", "xcf-x", "xcf-99", "xcf-" + "9" * 30, "", "1"])
def test_unknown_ones(key):
    for ask in (attendants.show, attendants.select, attendants.deselect, attendants.destroy):
        with pytest.raises(NotFound):
            ask(TENANT, key)


def test_special_mode_takes_the_selected_one():
    made = make()
    attendants.select(TENANT, made.key)
    assert specials() == []
    attendants.enable_special_mode(TENANT)
    assert attendants.special_mode(TENANT)
    assert specials() == [made.key]
    attendants.select(TENANT, "operator")
    assert specials() == ["operator"]


def test_special_mode_takes_afterhour_when_none_is_selected():
    attendants.enable_special_mode(TENANT)
    assert specials() == ["afterhour"]
    attendants.disable_special_mode(TENANT)
    assert not attendants.special_mode(TENANT)
    attendants.select(TENANT, "operator")
    attendants.disable_special_mode(TENANT)
    attendants.enable_special_mode(TENANT)
    assert specials() == ["afterhour"]  # switching off has dropped the selection


def test_special_mode_is_each_tenants_own():
    attendants.enable_special_mode(make_tenant())
    assert not attendants.special_mode(TENANT)


def test_a_selection_is_not_dropped_while_special_mode_is_on():
    made = make()
    attendants.select(TENANT, made.key)
    attendants.enable_special_mode(TENANT)
    with pytest.raises(Conflict):
        attendants.deselect(TENANT, made.key)
    with pytest.raises(Conflict):
        attendants.destroy(TENANT, made.key)
    attendants.disable_special_mode(TENANT)
    attendants.select(TENANT, made.key)
    attendants.deselect(TENANT, "operator")  # which was not selected
    attendants.enable_special_mode(TENANT)
    assert specials() == [made.key]
    attendants.disable_special_mode(TENANT)
    attendants.select(TENANT, made.key)
    attendants.deselect(TENANT, made.key)
    attendants.enable_special_mode(TENANT)
    assert specials() == ["afterhour"]


def test_built_in_ones_stay():
    with pytest.raises(Conflict):
        attendants.destroy(TENANT, "operator")


def test_live_mode_stays_off_until_it_is_switched_on(time):
    make(live_code="*81")
    assert is_live()
    attendants.disable_live_mode(TENANT, "*81")
    time.pass_seconds(1e7)
    assert not is_live()
    attendants.enable_live_mode(TENANT, "*81")
    assert is_live()


def test_live_mode_comes_back_after_its_hours(time):
    make(live_code="*81", expire_hours=2)
    attendants.disable_live_mode(TENANT, "*81")
    time.pass_seconds(7199)
    assert not is_live()
    time.pass_seconds(1)
    assert is_live()


def test_live_mode_comes_back_when_its_schedule_begins(time):
    schedules.create(TENANT, {"name": "Lunch", "periods": [{"day": "EVERY_DAY", "start": 720, "stop": 780}]})
    make(live_code="*81", schedule="lunch")
    time.wall_now = datetime(2026, 11, 23, 12, tzinfo=UTC).timestamp()
    attendants.disable_live_mode(TENANT, "*81")
    time.pass_seconds(86_399)
    assert not is_live()
    time.pass_seconds(1)
    assert is_live()


def test_live_codes_are_the_tenants_own():
    make(live_code="*81")
    other = make_tenant()
    for tenant, code in ((TENANT, "*82"), (TENANT, ""), (other, "*81")):
        for switch in (attendants.enable_live_mode, attendants.disable_live_mode):
            with pytest.raises(NotFound):
                switch(tenant, code)


def test_attendants_go_with_their_tenant():
    other = make_tenant()
    attendants.create(other, {"name": "x", "number": "700"})
    attendants.enable_special_mode(other)
    database.execute("DELETE FROM tenant WHERE id = ?", (other,))
    assert database.fetch_row("SELECT count(*) FROM attendant WHERE tenant_id = ?", (other,)) == (0,)
    assert database.fetch_row("SELECT count(*) FROM special_attendant WHERE tenant_id = ?", (other,)) == (0,)
