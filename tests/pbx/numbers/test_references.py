"""What points at a number follows it; what is gone stays gone; what was not there yet is found when it comes."""

import csv
import io

import pytest

from portsip_api.pbx.errors import Invalid
from portsip_api.pbx.extension_keys import ExtensionKey, find_id
from portsip_api.pbx.extensions import forward_references, users
from portsip_api.pbx.features import attendants, conferences, hunt_groups, park_orbits
from portsip_api.pbx.numbers import references
from portsip_api.pbx.routing import call_sequences
from portsip_api.pbx.routing.tables import CallSequenceRing
from portsip_api.pbx.upkeep import consistency, lost_targets
from portsip_api.store import database
from tests.bulk import fill
from tests.pbx.features.call_features import TENANT

EXTENSION, GROUP, NUMBER = "CONNECT_TO_ANOTHER_EXTENSION", "CONNECT_TO_RING_GROUP", "CONNECT_TO_NUMBER"
RECEPTIONIST, ROOM = "CONNECT_TO_VIRTUAL_RECEPTIONIST", "CONNECT_TO_CONFERENCE_ROOM"
QUEUE = "CONNECT_TO_CALL_QUEUE"
MONDAY_NOON = "2026-11-23T12:00"


@pytest.fixture
def pbx(admin):
    """The default tenant with three extensions; sound when the test is over."""
    for number in ("1000", "1001", "1002"):
        admin.make_extension(number)
    yield admin
    assert consistency.find_inconsistencies() == []


def forward(pbx, action, target, number="1000"):
    rule = {"busy_action": action, "busy_action_value": target}
    return pbx.post("extensions/update", extension_number=number, forward_rules={"available": rule})


def shown(pbx, number="1000"):
    rule = pbx.read("extensions/show", extension_number=number)["forward_rules"]["available"]
    return rule["busy_action"], rule["busy_action_value"]


def exported(pbx, number="1000"):
    text = pbx.post("extensions/export", format="csv").text
    (row,) = [row for row in csv.DictReader(io.StringIO(text)) if row["extension_number"] == number]
    as_json = pbx.post("extensions/export", format="json").json
    (entry,) = [entry for entry in as_json if entry["extension_number"] == number]
    assert row["forward_rules.available.busy_action_value"] == entry["forward_rules"]["available"]["busy_action_value"]
    return row["forward_rules.available.busy_action_value"]


def step(pbx, number="1000"):
    plan = pbx.read("extensions/route", extension_number=number, state="ON_CALL", at=MONDAY_NOON)
    return plan["steps"][0]


def number_of(pbx, number, **fields):
    return pbx.do("extensions/update", id=find_id(TENANT, ExtensionKey(number)), **fields)


def import_file(pbx, text, **fields):
    data = {"file": (io.BytesIO(text.encode()), "x.csv"), **fields}
    reply = pbx.http.post("/api/extensions/import", data=data, headers={"access_token": pbx.token})
    assert reply.status_code == 200, reply.text
    return reply.json


def make_extension(pbx):
    return pbx.make_extension("700")


def make_ring_group(pbx):
    return pbx.do("ring_groups/create", ring_group_number="700", name="R")["id"]


def make_hunt_group(_):
    return hunt_groups.create(TENANT, {"name": "H", "extension": "700", "enabled": True})


def make_queue(pbx):
    return pbx.do("call_queues/create", queue_number="700", name="Q")["id"]


def make_attendant(_):
    return attendants.create(TENANT, {"name": "A", "number": "700"}).id


def make_conference(_):
    return conferences.create(TENANT, {"number": "700"})


def make_orbit(_):
    return park_orbits.create(TENANT, {"name": "P", "extension": "700", "server": "pbx"})


MAKERS = [
    (EXTENSION, make_extension, "the extension that was 700"),
    (GROUP, make_ring_group, "the group that was 700"),
    (GROUP, make_hunt_group, "the group that was 700"),
    (RECEPTIONIST, make_attendant, "the virtual receptionist that was 700"),
    (ROOM, make_conference, "the conference that was 700"),
    *((NUMBER, make, "what was at 700") for make in (make_extension, make_ring_group, make_hunt_group)),
    (QUEUE, make_queue, "the call queue that was 700"),
    *((NUMBER, make, "what was at 700") for make in (make_attendant, make_orbit, make_queue, make_conference)),
]


def renumber(number):
    """Change the number of whatever has it, as both APIs come to do."""
    with database.writing():
        for table, column in (
            *(("extension", "number"), ("ring_group", "number"), ("call_queue", "number")),
            *(("hunt_group", "extension"), ("conference", "number")),
        ):
            database.execute(f"UPDATE {table} SET {column} = ? WHERE {column} = '700'", (number,))
        database.execute("UPDATE park_orbit SET extension = ? WHERE extension = '700'", (number,))


def remove_700():
    with database.writing():
        for table, column in (
            *(("extension", "number"), ("ring_group", "number"), ("attendant", "number")),
            *(("hunt_group", "extension"), ("park_orbit", "extension"), ("call_queue", "number")),
            ("conference", "number"),
        ):
            database.execute(f"DELETE FROM {table} WHERE {column} = '700'")


@pytest.mark.parametrize(("action", "make", "_"), [row for row in MAKERS if row[1] is not make_attendant])
def test_a_new_number_is_followed_everywhere(pbx, action, make, _):
    make(pbx)
    assert forward(pbx, action, "700").status_code == 200
    before = step(pbx)
    renumber("701")
    assert shown(pbx) == (action, "701")
    assert exported(pbx) == "701"
    assert (before["target"], step(pbx)["target"]) == ("700", "701")


@pytest.mark.parametrize(("action", "make", "named"), MAKERS)
def test_what_is_gone_stays_gone(pbx, action, make, named):
    make(pbx)
    forward(pbx, action, "700")
    remove_700()
    make(pbx)  # the number is somebody else's now, who inherits nothing
    assert shown(pbx) == (action, "")
    assert exported(pbx) == ""
    assert step(pbx)["action"] == "CONNECT_TO_VOICE_MAIL"
    assert f"{named} no longer exists" in step(pbx)["reason"]
    rules = pbx.read("extensions/show", extension_number="1000")["forward_rules"]
    pbx.do("extensions/update", extension_number="1000", forward_rules=rules)  # as it was shown
    assert f"{named} no longer exists" in step(pbx)["reason"]
    assert forward(pbx, action, "700").status_code == 200
    assert shown(pbx) == (action, "700")


def test_the_api_renumbers_and_removes(pbx):
    forward(pbx, EXTENSION, "1001")
    pbx.do("extensions/update", id=find_id(TENANT, ExtensionKey("1001")), extension_number="1101")
    assert shown(pbx) == (EXTENSION, "1101")
    user = find_id(TENANT, ExtensionKey("1101"))
    users.replace(TENANT, user, {"number": "1201"})
    assert shown(pbx) == (EXTENSION, "1201")
    pbx.do("extensions/destroy", extension_number="1201")
    assert shown(pbx) == (EXTENSION, "")


def test_an_alias_that_stays_is_still_pointed_at(pbx):
    user = find_id(TENANT, ExtensionKey("1001"))
    users.replace(TENANT, user, {"number": "1001", "aliases": ["reception", "desk"]})
    forward(pbx, NUMBER, "1001")
    call_sequences.replace(TENANT, find_id(TENANT, ExtensionKey("1000")), sequence("reception", "desk"))
    users.replace(TENANT, user, {"number": "1101", "aliases": ["reception"]})
    assert (shown(pbx), rings(find_id(TENANT, ExtensionKey("1000")))) == ((NUMBER, "1101"), ["reception", ""])


def test_a_hunt_group_changes_its_two_numbers_for_each_other(pbx):
    hunt_groups.create(TENANT, {"name": "H", "extension": "700", "did": "+4930700"})
    forward(pbx, GROUP, "700")
    forward(pbx, NUMBER, "+4930700", "1001")
    hunt_groups.replace(TENANT, "700", {"name": "H", "extension": "+4930700", "did": "700"})
    assert (shown(pbx), shown(pbx, "1001")) == ((GROUP, "+4930700"), (NUMBER, "700"))
    hunt_groups.replace(TENANT, "+4930700", {"name": "H", "extension": "702"})
    assert (shown(pbx), shown(pbx, "1001")) == ((GROUP, "702"), (NUMBER, ""))
    hunt_groups.replace(TENANT, "702", {"name": "H", "extension": "702", "did": "700"})
    assert shown(pbx, "1001") == (NUMBER, "")  # another DID, be it the same number


FILE = "extension_number,password,web_access_password,busy_action,busy_action_value\n"


def test_a_file_may_name_what_comes_later_in_it(pbx):
    import_file(pbx, f"{FILE}200,a,b,{EXTENSION},201\n201,a,b,,\n")
    assert lost() == []
    number_of(pbx, "201", extension_number="202")
    assert shown(pbx, "200") == (EXTENSION, "202")


@pytest.mark.parametrize(("action", "make", "_"), MAKERS)
def test_what_an_import_left_dangling_is_found_when_it_is_made(pbx, action, make, _):
    import_file(pbx, f"{FILE}200,a,b,{action},700\n")
    assert shown(pbx, "200") == (action, "700")
    assert lost() == [
        "Tenant default: forward_rules.available.busy_action_value of the extension 200 names 700, which nothing has."
    ]
    make(pbx)
    assert lost() == []
    remove_700()
    assert shown(pbx, "200") == (action, "")
    (sentence,) = lost()
    assert sentence.endswith("led to 700, which is gone.")


def test_one_of_another_kind_is_not_what_was_awaited(pbx):
    import_file(pbx, f"{FILE}200,a,b,{GROUP},700\n")
    orbit = make_orbit(pbx)
    assert shown(pbx, "200") == (GROUP, "700")
    assert "the ring group 700 no longer exists" in step(pbx, "200")["reason"]
    park_orbits.destroy(TENANT, orbit)
    make_ring_group(pbx)
    assert step(pbx, "200")["target"] == "700"


def test_an_extension_that_gets_the_number_later_is_what_was_awaited(pbx):
    import_file(pbx, f"{FILE}200,a,b,{EXTENSION},700\n")
    number_of(pbx, "1001", extension_number="700")
    number_of(pbx, "700", extension_number="701")
    assert shown(pbx, "200") == (EXTENSION, "701")


def test_a_number_outside_stays_what_it_is(pbx):
    pbx.do("account/update", id=TENANT, allowed_prefixes=["+49", "7"])
    forward(pbx, NUMBER, "700")
    make_extension(pbx)
    number_of(pbx, "700", extension_number="701")
    assert shown(pbx) == (NUMBER, "700")
    assert step(pbx)["target"] == "700"


def lost():
    return list(lost_targets.find_lost())


def test_only_some_of_what_is_lost_is_named(pbx):
    rows = "".join(f"{number},a,b,{EXTENSION},999\n" for number in range(200, 225))
    import_file(pbx, FILE + rows)
    assert len(lost()) == 21
    assert lost()[-1] == "5 more places lead nowhere."


# Call sequences and hunt groups


def sequence(*numbers):
    return {"rings": [{"number": number, "enabled": True} for number in numbers]}


def rings(user):
    return [ring.number for ring in call_sequences.read(TENANT, user).rings]


def store_as_before(user, numbers):
    """Store numbers as they were taken once, those in other domains too."""
    places = [references.Place(references.CALL_SEQUENCE, user, str(position)) for position in range(len(numbers))]
    with database.writing():
        for position, (place, number) in enumerate(zip(places, numbers, strict=True)):
            text = references.point(TENANT, place, number)
            row = {"extension_id": user, "position": position, "number": text, "together": False, "expiration": 30}
            CallSequenceRing.insert(TENANT, **row, enabled=True)


def test_a_call_sequence_follows_and_loses(pbx):
    user, other = (find_id(TENANT, ExtensionKey(number)) for number in ("1000", "1001"))
    numbers = ("1001", "sip:1001@pbx.local", "1001@pbx.local", "sip:1001", "sip:1001@else.example", "1002")
    store_as_before(user, numbers)
    assert rings(user) == list(numbers)
    number_of(pbx, "1001", extension_number="1101")
    assert rings(user) == [number.replace("1001", "1101") if "else" not in number else number for number in numbers]
    pbx.do("account/update", id=TENANT, domain="new.example")
    assert rings(user)[1] == "sip:1101@new.example"
    pbx.do("extensions/destroy", id=other)
    assert rings(user) == ["", "", "", "", "sip:1001@else.example", "1002"]
    pbx.make_extension("1101")
    plan = pbx.read("extensions/route", extension_number="1000", state="AVAILABLE", at=MONDAY_NOON)["steps"]
    assert [step["target"] for step in plan] == ["1000", "1002", "1000"]
    assert "what was at 1101 no longer exists and does not ring" in plan[-1]["reason"]
    call_sequences.replace(TENANT, user, sequence(*rings(user)))  # as it was shown
    assert rings(user) == ["", "", "", "", "sip:1001@else.example", "1002"]
    with pytest.raises(Invalid):
        call_sequences.replace(TENANT, user, sequence(*rings(user), ""))


def test_a_hunt_group_follows_and_loses(pbx):
    group = {"name": "H", "extension": "600", "enabled": True}
    hunt_groups.create(TENANT, {**group, "fallback_destination": "sip:1001@pbx.local"})
    number_of(pbx, "1001", extension_number="1101")
    found = hunt_groups.find(TENANT, "600")
    assert found.fallback_destination == "sip:1101@pbx.local"
    hunt_groups.replace(TENANT, "600", vars(found) | {"rings": []})
    pbx.do("extensions/destroy", extension_number="1101")
    pbx.make_extension("1101")
    assert hunt_groups.find(TENANT, "600").fallback_destination == ""
    hunt_groups.replace(TENANT, "600", group)
    plan = pbx.read("extensions/route", extension_number="600", at=MONDAY_NOON)["steps"]
    assert "what was at 1101 no longer exists" in plan[-1]["reason"]
    hunt_groups.replace(TENANT, "600", {**group, "fallback_destination": "1101"})
    assert hunt_groups.find(TENANT, "600").fallback_destination == "1101"


# What it costs


def changes_of(write):
    before = database.fetch_row("SELECT total_changes()")[0]
    write()
    return database.fetch_row("SELECT total_changes()")[0] - before


def test_neither_a_new_number_nor_a_removal_costs_more_for_who_is_pointed_at_by_many(admin):
    fill(2_000)
    for number in ("1001", "1002"):
        admin.make_extension(number)
    rules = {"dnd": {"office_hours_action": EXTENSION, "office_hours_action_value": "1001"}}
    with database.writing():
        for caller in range(100_000, 102_000):
            extension_id = find_id(TENANT, ExtensionKey(str(caller)))
            forward_references.write(TENANT, extension_id, {}, rules, frozenset())
    users_ = {number: find_id(TENANT, ExtensionKey(number)) for number in ("1001", "1002")}
    counted = []
    for number, user in users_.items():
        costs = changes_of(lambda n=number, u=user: users.replace(TENANT, u, {"number": f"2{n}"}))
        counted.append((costs, changes_of(lambda u=user: admin.do("extensions/destroy", id=u))))
    (renumbered, removed), (renumbered_too, removed_too) = counted
    assert renumbered == renumbered_too
    assert removed - removed_too <= 1  # the number is kept instead of deleted
