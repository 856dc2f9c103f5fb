"""Phone groups: their names, their order and their phones."""

from collections.abc import Callable

import pytest

from portsip_api.pbx.devices import groups as phone_groups
from portsip_api.pbx.devices import phones
from portsip_api.pbx.errors import Duplicate, Forbidden, Invalid, NotFound
from portsip_api.pbx.upkeep import consistency
from portsip_api.store import database
from tests.pbx.devices.devices import HOME, MANY_LINES, SERIAL, VERSION, other_tenant, phone

pytestmark = pytest.mark.usefixtures("app")


def group(name: str, **fields: object) -> int:
    return phone_groups.create(HOME, {"name": name, **fields})


def order() -> list[str]:
    return [one.name for one in phone_groups.page(HOME)]


def test_a_group_is_found_by_id_and_by_name() -> None:
    id_ = group("Sales", description="West", weight=7)
    for key in (id_, str(id_), "sales", "SALES"):
        assert phone_groups.show(HOME, key) == phone_groups.PhoneGroup(id_, "Sales", "West", 7, 0)
    assert phone_groups.find_by_name(HOME, "sales").id == id_


def test_digits_are_an_id_first_and_then_a_name() -> None:
    first = group("2")
    second = group("77")
    assert (phone_groups.show(HOME, "2").id, phone_groups.show(HOME, "77").id) == (second, second)
    assert phone_groups.find_by_name(HOME, "2").id == first


def test_a_group_comes_last_unless_it_has_a_weight() -> None:
    group("a")
    group("b", weight=50)
    group("c")
    group("d", weight=0)
    assert [(one.name, one.weight) for one in phone_groups.page(HOME)] == [("d", 0), ("a", 1), ("b", 50), ("c", 51)]


def test_a_name_belongs_to_one_group() -> None:
    group("Sales")
    id_ = group("Support")
    with pytest.raises(Duplicate):
        group("SALES")
    with pytest.raises(Duplicate):
        phone_groups.replace(HOME, id_, {"name": "sales"})
    phone_groups.create(other_tenant(), {"name": "Sales"})


@pytest.mark.parametrize(
    ("field", "value"),
    [("name", None), ("name", ""), ("name", " a"), ("name", 1), ("weight", -1), ("weight", "x"), ("weight", 2**31)],
)
def test_bad_values_are_refused(field: str, value: object) -> None:
    id_ = group("Sales")
    for call in (
        lambda: phone_groups.create(HOME, {"name": "New", field: value}),
        lambda: phone_groups.replace(HOME, id_, {"name": "New", field: value}),
    ):
        with pytest.raises(Invalid) as caught:
            call()
        assert list(caught.value.errors) == [field]
    assert order() == ["Sales"]


def test_replacing_forgets_the_description_and_keeps_the_weight() -> None:
    id_ = group("Sales", description="West", weight=7)
    assert phone_groups.replace(HOME, "sales", {"name": "Sale"}) == id_
    assert phone_groups.show(HOME, id_) == phone_groups.PhoneGroup(id_, "Sale", None, 7, 0)
    phone_groups.replace(HOME, id_, {"name": "SALE", "weight": 9})
    assert phone_groups.show(HOME, id_).weight == 9


@pytest.mark.parametrize("weights", [(1, 2, 3), (5, 5, 5), (0, 0, 9), (0, 0, 1)])
def test_groups_change_places(weights: tuple[int, ...]) -> None:
    for name, weight in zip("abc", weights, strict=True):
        group(name, weight=weight)
    phone_groups.move(HOME, "c", up=True)
    assert order() == ["a", "c", "b"]
    phone_groups.move(HOME, "a", up=False)
    assert order() == ["c", "a", "b"]
    for name, up in (("c", True), ("b", False)):
        assert phone_groups.move(HOME, name, up=up) == phone_groups.show(HOME, name).id
    assert order() == ["c", "a", "b"]


def test_a_phone_joins_by_name_and_a_missing_group_is_made() -> None:
    id_ = phone()
    for name in ("Sales", "sales", "Support"):
        phone_groups.add_phone(HOME, SERIAL, name)
    assert [(one.name, one.count) for one in phone_groups.of_phone(HOME, id_)] == [("Sales", 1), ("Support", 1)]
    phone_groups.remove_phone(HOME, id_, "SALES")
    phone_groups.remove_phone(HOME, id_, "Sales")
    assert [(one.name, one.count) for one in phone_groups.page(HOME)] == [("Sales", 0), ("Support", 1)]
    phone_groups.leave_all(HOME, id_)
    assert phone_groups.of_phone(HOME, id_) == []


def test_a_number_is_a_name_where_a_phone_joins() -> None:
    first = group("x")
    phone_groups.add_phone(HOME, phone(), str(first))
    assert phone_groups.show(HOME, first).count == 0
    assert order() == ["x", str(first)]


def test_a_bad_name_makes_no_group() -> None:
    phone()
    for name in ("", " ", "a\nb"):
        with pytest.raises(Invalid):
            phone_groups.add_phone(HOME, SERIAL, name)
    with pytest.raises(NotFound):
        phone_groups.add_phone(HOME, "none", "Sales")
    assert order() == []


def test_counts_are_right_whatever_goes() -> None:
    ids = [phone(f"{n:012x}", groups=["All", "Some"][: 1 + n % 2]) for n in range(4)]
    phones.destroy(HOME, ids[1])
    phone_groups.leave_all(HOME, ids[0])
    assert [(one.name, one.count) for one in phone_groups.page(HOME)] == [("All", 2), ("Some", 1)]
    assert consistency.find_inconsistencies() == []
    phone_groups.destroy(HOME, "Some")
    assert len(phones.page(HOME)) == 3
    with database.writing():
        database.execute("UPDATE phone_group SET members_count = 9")
    assert consistency.find_inconsistencies() == ["1 phone groups do not have the phones that are counted."]


def test_the_reserved_group_stays() -> None:
    group("Administrators")
    with pytest.raises(Forbidden):
        phone_groups.destroy(HOME, "administrators")
    assert order() == ["Administrators"]


def test_what_a_group_sets_and_where_it_is_go_with_it() -> None:
    ids = [group(f"g{n}") for n in range(1, 11)]
    assert {1, 10} <= set(ids)
    with database.writing():
        for id_ in ids:
            database.execute(
                "INSERT INTO setting_value (tenant_id, owner, path, value) VALUES (1, ?, 'a', '1')",
                (f"phone-group:{id_}/{MANY_LINES}",),
            )
        database.execute("INSERT INTO location VALUES (1, 1, '1', '', '', '')")
        database.execute("INSERT INTO location_assignment VALUES (1, 'phonegroup', 1, 1), (1, 'phonegroup', 10, 1)")
    phone_groups.destroy(HOME, 1)
    owners = {row[0] for row in database.fetch_all("SELECT owner FROM setting_value")}
    assert owners == {f"phone-group:{id_}/{MANY_LINES}" for id_ in ids if id_ != 1}
    assert database.fetch_all("SELECT key_id FROM location_assignment") == [(10,)]


def test_firmware_is_set_on_the_groups_phones_of_a_model() -> None:
    mine = phone(groups=["Sales"])
    phone("0004f2aabb96")
    phones.create(HOME, {"serial": "0004f2aabb97", "model_id": "SPA501G", "groups": ["Sales"]})
    assert phone_groups.set_firmware(HOME, "sales", MANY_LINES, VERSION) == 1
    assert [(one.id, one.device_version) for one in phones.page(HOME) if one.device_version] == [(mine, VERSION)]
    for model_id, version in ((MANY_LINES, "none"), ("none", VERSION), ("SPA501G", VERSION)):
        with pytest.raises(NotFound):
            phone_groups.set_firmware(HOME, "sales", model_id, version)


def test_another_tenants_group_is_not_found() -> None:
    id_, other = group("Sales"), other_tenant()
    phone(tenant=other)
    calls: list[Callable[[int | str], object]] = [
        lambda key: phone_groups.show(other, key),
        lambda key: phone_groups.replace(other, key, {"name": "x"}),
        lambda key: phone_groups.destroy(other, key),
        lambda key: phone_groups.move(other, key, up=True),
        lambda key: phone_groups.remove_phone(other, SERIAL, str(key)),
        lambda key: phone_groups.set_firmware(other, key, MANY_LINES, VERSION),
    ]
    for call in calls:
        for key in (id_, "Sales", 0, 2**64, "", "\u0661"):
            with pytest.raises(NotFound):
                call(key)
    assert phone_groups.page(other) == []
