"""Phones: named by id or serial number, listed with their lines and groups, added by the list."""

from collections.abc import Callable

import pytest

from portsip_api.pbx.devices import groups as phone_groups
from portsip_api.pbx.devices import keys as phone_keys
from portsip_api.pbx.devices import lines, lines_sql, phones
from portsip_api.pbx.devices.phones import Skipped
from portsip_api.pbx.devices.profiles import jobs as profile_jobs
from portsip_api.pbx.errors import Duplicate, Invalid, NotFound
from portsip_api.pbx.extension_keys import ExtensionKey
from portsip_api.store import database
from portsip_api.store.paging import Slice
from portsip_api.store.sqlite_file import Values
from tests.conftest import SetClock
from tests.pbx.devices.devices import HOME, MANY_LINES, SERIAL, VERSION, other_tenant, phone, user

pytestmark = pytest.mark.usefixtures("app")

PlanOf = Callable[[Callable[[], object]], list[str]]


def requests() -> list[tuple[float | None, float | None]]:
    """When each phone was told to fetch its profile and to restart."""
    return database.fetch_all("SELECT profile_requested_at, restart_requested_at FROM phone ORDER BY id")


@pytest.fixture
def statements(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The statements that ran since the list was last cleared."""
    seen: list[str] = []
    execute = database.db.execute_sql
    monkeypatch.setattr(database.db, "execute_sql", lambda sql, *values: (seen.append(sql), execute(sql, *values))[1])
    return seen


@pytest.fixture
def plan(monkeypatch: pytest.MonkeyPatch) -> PlanOf:
    """What tells how the first statement of a call finds its rows and sorts them."""
    execute = database.db.execute_sql

    def plan_of(call: Callable[[], object]) -> list[str]:
        seen: list[tuple[str, Values]] = []
        with monkeypatch.context() as patch:
            patch.setattr(
                database.db, "execute_sql", lambda sql, values=(): (seen.append((sql, values)), execute(sql, values))[1]
            )
            call()
        sql, values = seen[0]
        steps = database.fetch_all(f"EXPLAIN QUERY PLAN {sql}", values)
        return [step[3] for step in steps if step[3].startswith(("SEARCH", "USE TEMP"))]

    return plan_of


def test_a_phone_is_found_by_what_was_stored() -> None:
    id_ = phone("00:04:F2:AA:BB:95", description="Hall", device_version=VERSION)
    expected = phones.Phone(id_, SERIAL, VERSION, "Hall", MANY_LINES)
    for key in (id_, str(id_), SERIAL, SERIAL.upper(), "00-04-f2-aa-bb-95"):
        assert phones.show(HOME, key) == expected


def test_digits_are_an_id_first_and_then_a_serial_number() -> None:
    first = phone("000000000002")
    second = phone("111111111111")
    assert second == 2
    assert phones.show(HOME, "000000000002").id == second
    assert phones.show(HOME, "111111111111").id == second
    phones.destroy(HOME, second)
    assert phones.show(HOME, "000000000002").id == first


@pytest.mark.parametrize("key", [0, -1, 2**63, 10**40, "", "x", "9" * 40, "0004f2aabb96", "\u0661", "1.5", " "])
def test_what_names_no_phone_is_not_found(key: int | str) -> None:
    phone()
    calls: list[Callable[[], object]] = [
        lambda: phones.show(HOME, key),
        lambda: phones.replace(HOME, key, {"serial": SERIAL}),
        lambda: phones.destroy(HOME, key),
        lambda: lines.page(HOME, key),
        lambda: phone_groups.leave_all(HOME, key),
        lambda: profile_jobs.send(HOME, key, restart=True),
    ]
    for call in calls:
        with pytest.raises(NotFound):
            call()


def test_another_tenants_phone_is_not_found() -> None:
    id_, other = phone(), other_tenant()
    for key in (id_, SERIAL):
        with pytest.raises(NotFound):
            phones.show(other, key)
    assert phones.page(other) == []
    phone(tenant=other)


@pytest.mark.parametrize(
    "serial", [None, "", "0004f2aabb9", "0004f2aabb955", "0004f2aabb9g", "0004f2aabb\n95", 7, "\u0661" * 12]
)
def test_a_serial_number_has_the_form_of_its_model(serial: object) -> None:
    with pytest.raises(Invalid) as caught:
        phones.create(HOME, {"serial": serial, "model_id": MANY_LINES})
    assert list(caught.value.errors) == ["serial"]


def test_some_models_have_other_serial_numbers() -> None:
    assert phones.show(HOME, phones.create(HOME, {"serial": "Jane1", "model_id": "jitsiPhoneModel"})).serial == "jane1"


@pytest.mark.parametrize("model_id", [None, "", "unknown", 3])
def test_a_phone_has_a_known_model(model_id: object) -> None:
    with pytest.raises(NotFound):
        phones.create(HOME, {"serial": SERIAL, "model_id": model_id})
    assert phones.page(HOME) == []


@pytest.mark.parametrize("version", [None, "", "polycom9.9", 4, ["polycom5.4.0"]])
def test_a_version_that_the_model_does_not_have_is_none(version: object) -> None:
    assert phones.show(HOME, phone(device_version=version)).device_version is None


def test_a_serial_number_belongs_to_one_phone() -> None:
    phone()
    second = phone("0004f2aabb96")
    with pytest.raises(Duplicate):
        phone(SERIAL.upper())
    with pytest.raises(Duplicate):
        phones.replace(HOME, second, {"serial": SERIAL})


def test_replacing_changes_neither_model_nor_lines_and_only_adds_groups() -> None:
    id_ = phone(description="Hall", device_version=VERSION, groups=["Sales"])
    lines.add_internal(HOME, id_, ExtensionKey(id=user("1000")))
    changes = {"serial": "0004f2aabb96", "model_id": "unknown", "lines": [], "groups": ["sales", "Support"]}
    assert phones.replace(HOME, SERIAL, changes) == id_
    found = phones.show(HOME, id_)
    assert (found.serial, found.device_version, found.description) == ("0004f2aabb96", None, None)
    assert (found.model_id, len(found.lines)) == (MANY_LINES, 1)
    assert [group.name for group in found.groups] == ["Sales", "Support"]


def test_a_bad_group_leaves_no_phone() -> None:
    for groups in (["Sales", ""], [3], "Sales"):
        with pytest.raises(Invalid):
            phone(groups=groups)
    assert (phones.page(HOME), phone_groups.page(HOME)) == ([], [])


def test_a_list_has_lines_and_groups_and_costs_the_same_however_long_it_is(statements: list[str]) -> None:
    ids = [phone(f"{n:012x}", groups=["All", "Even"][: 2 - n % 2]) for n in range(6)]
    for n, id_ in enumerate(ids):
        lines.add_internal(HOME, id_, ExtensionKey(id=user(f"10{n}")))
    statements.clear()
    found = phones.page(HOME)
    assert len(statements) == 3
    assert [one.id for one in found] == ids
    assert [one.lines[0].user for one in found] == [f"10{n}" for n in range(6)]
    assert [[group.name for group in one.groups] for one in found[:2]] == [["All", "Even"], ["All"]]
    assert found[0] == phones.show(HOME, ids[0])
    statements.clear()
    assert [one.id for one in phones.page(HOME, Slice(4, 10))] == ids[4:]
    assert len(statements) == 3
    assert phones.page(HOME, Slice(6, 10)) == []


def test_a_page_is_cut_from_an_index_that_has_its_order(plan: PlanOf) -> None:
    assert plan(lambda: phones.page(HOME, Slice(4, 9))) == ["SEARCH t1 USING INDEX phone_tenant (tenant_id=?)"]


def test_a_phone_is_found_by_an_index_of_what_names_it(plan: PlanOf) -> None:
    id_ = phone()
    assert plan(lambda: phones.show(HOME, str(id_))) == [
        "SEARCH t1 USING INTEGER PRIMARY KEY (rowid=?)",
        "SEARCH t2 USING COVERING INDEX sqlite_autoindex_phone_1 (tenant_id=? AND serial=?)",
    ]
    serials = plan(lambda: phone_keys.by_serials(HOME, [SERIAL]))
    assert serials == ["SEARCH t1 USING COVERING INDEX sqlite_autoindex_phone_1 (tenant_id=? AND serial=?)"]


def test_the_lines_of_a_phone_are_found_by_it(plan: PlanOf) -> None:
    id_ = phone()
    by_phone = "USING INDEX sqlite_autoindex_phone_line_1 (phone_id=?)"
    assert f"SEARCH l {by_phone}" in plan(lambda: lines.of_phones(HOME, [id_]))
    with database.writing():
        deletes = plan(lambda: lines_sql.delete_of_phone(HOME, id_))
    assert deletes[0] == f"SEARCH phone_line {by_phone}"


def test_phones_are_found_by_their_lines() -> None:
    domain = database.fetch_row("SELECT domain FROM tenant WHERE id = 1")[0]
    inside, outside, _ = phone(), phone("0004f2aabb96"), phone("0004f2aabb97")
    lines.add_internal(HOME, inside, ExtensionKey(id=user("1234")))
    lines.add_internal(HOME, inside, ExtensionKey(id=user("1235")))
    fields = {"user_id": "Jane", "registration_server": "Sip.Example.net", "extension": "77"}
    lines.add_external(HOME, outside, fields)
    lines.add_external(HOME, outside, {"user_id": "joe"})
    user("1239", first_name="Seven777")
    expected = {
        "123": [inside],
        f"sip:1234@{domain.upper()}": [inside],
        "34@": [inside],
        "jane@sip.example": [outside],
        "77": [outside],
        "777": [],
        "joe": [outside],
        "1234": [inside],
        "12": [inside],
        domain: [inside],
        "sip:": [inside, outside],
        "": [inside, outside],
        "1239": [],
        "%": [],
    }
    assert {text: [one.id for one in phones.with_line(HOME, text)] for text in expected} == expected
    assert phones.with_line(other_tenant(), "123") == []


def test_many_are_added_and_those_that_cannot_be_are_named() -> None:
    phone()
    items = [
        {"serial": "0004f2aabb96", "model": MANY_LINES, "version": "5.4.0", "description": "Hall"},
        {"serial": SERIAL, "model": MANY_LINES},
        {"serial": "0004f2aabb97", "model": "unknown"},
        {"serial": "0004f2aabb98", "model": MANY_LINES, "version": "nine"},
        {"serial": "bad", "model": MANY_LINES},
        {"model": MANY_LINES},
        {},
        {"serial": "0004f2aabb99", "model": MANY_LINES},
        {"serial": "0004f2aabb9a", "model": "SPA501G", "version": "any"},
        {"serial": "0004f2aabb9b", "model": "polycom300"},  # its default version is none of its versions
    ]
    skipped = phones.add_many(HOME, items)
    assert [one.place for one in skipped] == [1, 2, 3, 4, 5, 6]
    assert all(one.reason for one in skipped)
    assert [(one.serial[-2:], one.device_version, one.description) for one in phones.page(HOME)[1:]] == [
        ("96", VERSION, "Hall"),
        ("99", "polycom4.1.5", None),
        ("9a", None, None),
        ("9b", None, None),
    ]
    with pytest.raises(Invalid):
        phones.add_many(HOME, [{}] * 1_001)


def test_of_phones_with_one_serial_number_the_first_is_added() -> None:
    items = [{"serial": serial, "model": MANY_LINES} for serial in ("bad", SERIAL, SERIAL.upper(), "bad")]
    assert phones.add_many(HOME, items)[1] == Skipped(2, "Another phone has this serial number.")
    assert [one.serial for one in phones.page(HOME)] == [SERIAL]


def test_adding_many_costs_as_many_statements_as_adding_one(statements: list[str]) -> None:
    phones.add_many(HOME, [{"serial": SERIAL, "model": MANY_LINES}])
    cost = len(statements)
    statements.clear()
    phones.add_many(HOME, [{"serial": f"{n:012x}", "model": MANY_LINES} for n in range(phones.MOST_ADDED)])
    assert (len(statements), len(phones.page(HOME))) == (cost, phones.MOST_ADDED + 1)


def test_sending_a_profile_is_noted_and_so_is_a_restart(time: SetClock) -> None:
    first, second = phone(), phone("0004f2aabb96")
    profile_jobs.send(HOME, SERIAL, restart=True)
    assert requests() == [(time.wall_now, time.wall_now), (None, None)]
    before = time.wall_now
    time.pass_seconds(5)
    profile_jobs.send_many(HOME, [first, second, first], restart=False)
    assert requests() == [(time.wall_now, before), (time.wall_now, None)]
    time.pass_seconds(5)
    profile_jobs.send_all(HOME, restart=True)
    assert requests() == [(time.wall_now, time.wall_now)] * 2


def test_profiles_are_sent_to_the_phones_of_a_user_and_of_a_group(time: SetClock) -> None:
    owner = user("1000")
    for serial in (SERIAL, "0004f2aabb96"):
        lines.add_internal(HOME, phone(serial), ExtensionKey(id=owner))
    third = phone("0004f2aabb97", groups=["Sales"])
    profile_jobs.send_to_user(HOME, ExtensionKey("1000"), restart=False)
    sent = (time.wall_now, None)
    assert requests() == [sent, sent, (None, None)]
    time.pass_seconds(1)
    profile_jobs.send_to_group(HOME, phone_groups.show(HOME, "Sales").id, restart=False)
    assert requests() == [sent, sent, (time.wall_now, None)]
    assert third == 3


def test_nothing_is_sent_when_one_of_many_is_not_there() -> None:
    first, other = phone(), other_tenant()
    for ids in ([first, 99], [first, 2**70], [first, phone(tenant=other)]):
        with pytest.raises(NotFound):
            profile_jobs.send_many(HOME, ids, restart=True)
    for bad in (["1"], [True], [None], [[1]]):
        with pytest.raises(Invalid):
            profile_jobs.send_many(HOME, bad, restart=True)
    for call in (
        lambda: profile_jobs.send_to_user(HOME, ExtensionKey("9"), restart=True),
        lambda: profile_jobs.send_to_group(HOME, 2**64, restart=True),
    ):
        with pytest.raises(NotFound):
            call()
    assert set(requests()) == {(None, None)}


def test_what_was_set_on_a_phone_and_where_it_is_go_with_it() -> None:
    id_ = phone(groups=["Sales"])
    line = lines.add_internal(HOME, id_, ExtensionKey(id=user("1000")))
    kept = phone("0004f2aabb96")
    with database.writing():
        for owner in (f"phone:{id_}", f"line:{line}", f"phone:{kept}", f"phone:{id_}0"):
            database.execute(
                "INSERT INTO setting_value (tenant_id, owner, path, value) VALUES (?, ?, 'a/b', '1')", (HOME, owner)
            )
        location = database.insert(
            "INSERT INTO location (tenant_id, elin, location, address_info, description) VALUES (1, '1', '', '', '')"
        )
        for key in (id_, kept):
            database.execute("INSERT INTO location_assignment VALUES (1, 'phone', ?, ?)", (key, location))
    phones.destroy(HOME, SERIAL)
    owners = {row[0] for row in database.fetch_all("SELECT owner FROM setting_value")}
    assert owners == {f"phone:{kept}", f"phone:{id_}0"}
    assert database.fetch_all("SELECT key_id FROM location_assignment") == [(kept,)]
    assert phone_groups.show(HOME, "Sales").count == 0
    with pytest.raises(NotFound):
        phones.show(HOME, id_)


def test_phones_are_found_by_serial_numbers_as_these_are_given() -> None:
    first, second = phone(), phone("0004f2aabb96")
    phone("0004f2aabb97", other_tenant())
    given = ["00:04:F2:AA:BB:95", SERIAL, "0004f2aabb96", "0004f2aabb97", str(first), ""]
    assert phone_keys.by_serials(HOME, given) == {given[0]: first, SERIAL: first, "0004f2aabb96": second}
    assert phone_keys.by_serials(HOME, []) == {}


def test_a_serial_number_names_a_phone_also_when_its_digits_are_an_id() -> None:
    first, second = phone("000000000002"), phone("0004f2aabb96")
    assert phones.show(HOME, "000000000002").id == second
    assert phones.find_by_serial(HOME, "00:00:00:00:00:02").id == first
    phone("0004f2aabb97", other_tenant())
    for serial in (str(first), "0004f2aabb97", ""):
        with pytest.raises(NotFound):
            phones.find_by_serial(HOME, serial)


def test_all_phones_are_read_in_blocks_by_an_index(monkeypatch: pytest.MonkeyPatch, plan: PlanOf) -> None:
    monkeypatch.setattr(phones, "BLOCK", 2)
    assert list(phones.everything(HOME)) == []
    made = [phone(f"0004f280000{digit}", groups=["Sales"]) for digit in range(5)]
    phone("0004f2aabb97", other_tenant())
    blocks = list(phones.everything(HOME))
    assert [[found.id for found in block] for block in blocks] == [made[:2], made[2:4], made[4:]]
    assert [found for block in blocks for found in block] == list(phones.page(HOME))
    by_index = ["SEARCH t1 USING INDEX phone_tenant (tenant_id=? AND rowid>?)"]
    assert plan(lambda: list(phones.everything(HOME))) == by_index


def test_a_phone_joins_so_many_groups_at_a_time() -> None:
    names = [f"group {number}" for number in range(phones.MOST_GROUPS + 1)]
    with pytest.raises(Invalid):
        phone(groups=names)
    assert phone_groups.page(HOME) == []
    phone(groups=names[1:])
    assert len(phone_groups.page(HOME)) == phones.MOST_GROUPS
