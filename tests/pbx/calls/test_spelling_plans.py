"""Callers who spell a name at an attendant: who is found, how they are offered, and who is called then."""

import pytest

from portsip_api.pbx.calls.plans import asking, planning, spelling
from portsip_api.pbx.calls.plans.asking import Ask, End, Say
from portsip_api.pbx.calls.plans.kinds import Leg, Ring
from portsip_api.pbx.errors import Invalid
from portsip_api.pbx.extension_keys import ExtensionKey
from portsip_api.pbx.extensions import extensions, permission_values
from portsip_api.pbx.features import call_queues, spelled_names, virtual_receptionists
from tests.pbx.features.call_features import TENANT, drop_user, make_group, make_tenant, make_user

pytestmark = pytest.mark.usefixtures("configure")
BY_NAME = {"action": "DIAL_BY_NAME"}


def person(number, first="", last="", tenant=TENANT, **fields):
    """Make an extension that may be found by its name, and return its id."""
    id_ = make_user(number, tenant, profile={"first_name": first, "last_name": last}, **fields)
    permission_values.set_of_user(tenant, id_, {spelled_names.LISTED: True})
    return id_


@pytest.fixture
def desk(configure):
    """An attendant at 800, whose key 9 lets callers spell."""
    virtual_receptionists.create(
        TENANT, {"virtual_receptionist_number": "800", "name": "Desk", "key9": BY_NAME, "language": "de_DE"}
    )


def press(asked, keys):
    assert isinstance(asked, Ask), asked
    return planning.go_on(planning.call_of(TENANT), asking.written(asked.topic), keys)


def spell(keys):
    return press(press(planning.plan(TENANT, "800"), "9"), keys)


def offered(plan):
    """The numbers that are offered, in the order of their keys."""
    assert isinstance(plan, Ask), plan
    words = " ".join(map(str, plan.sounds.parts)).replace("letter-", "")
    return [part.partition(" press ")[0].replace(" ", "") for part in words.split("for ")[1:]]


def rings(plan):
    assert isinstance(plan, Ring), plan
    return [leg.number for leg in plan.legs if isinstance(leg, Leg)]


@pytest.mark.usefixtures("desk")
def test_a_name_is_asked_for_in_the_language_of_the_attendant():
    asked = press(planning.plan(TENANT, "800"), "9")
    assert isinstance(asked, Ask)
    assert (asked.sounds.parts, asked.sounds.language) == (("spell-name",), "de_DE")
    assert asked.most > 1
    assert press(asked, "*") == planning.plan(TENANT, "800")


@pytest.mark.usefixtures("desk")
def test_the_last_name_or_the_first_finds_whom_it_begins():
    person("1001", "Ann", "Miller")
    person("1002", "Zoe", "Müller-Lund")
    person("1003", "Bob", "Olsen")
    assert offered(spell("6")) == ["1001", "1003", "1002"]
    for keys in ("64553", "26664553", "64553726", "645537266", "266"):
        assert offered(spell(keys)) == ["1001"], keys
    for keys in ("6855375", "963"):
        assert offered(spell(keys)) == ["1002"], keys
    assert rings(press(spell("6"), "3")) == ["1002"]
    asked = spell("262#")
    assert isinstance(asked, Ask)
    assert asked.sounds.parts == ("for", "1", "0", "0", "3", "press", "1", "spell-again")


@pytest.mark.usefixtures("desk")
def test_letters_of_a_number_are_said():
    person("bob.2", "Bob", "Olsen")
    asked = spell("657")
    assert isinstance(asked, Ask)
    assert asked.sounds.parts[:6] == ("for", "letter-b", "letter-o", "letter-b", "2", "press")


@pytest.mark.usefixtures("desk")
def test_who_is_disabled_hidden_or_of_another_tenant_is_not_found():
    hidden = person("1001", last="Adams")
    make_user("1005")
    listed = make_group("Listed", "1005")
    make_user("1006", profile={"last_name": "Adams"})  # to whom nothing was given
    extensions.update(TENANT, ExtensionKey("1005"), {"profile": {"last_name": "Adams"}})
    person("1002", last="Adams", options={"enable_extension": False})
    person("1003", last="Adams", tenant=make_tenant())
    person("1004", last="Adams")
    assert offered(spell("23267")) == ["1001", "1004"]
    permission_values.set_of_group(TENANT, listed, {spelled_names.LISTED: True})
    permission_values.set_of_user(TENANT, hidden, {spelled_names.LISTED: False})
    assert offered(spell("23267")) == ["1004", "1005"]
    permission_values.set_of_group(TENANT, listed, {spelled_names.LISTED: False})
    extensions.update(TENANT, ExtensionKey("1004"), {"options": {"enable_extension": False}})
    asked = spell("23267")
    assert isinstance(asked, Ask)
    assert asked.sounds.parts == ("nobody-named", "spell-name")


@pytest.mark.usefixtures("desk")
def test_who_goes_while_being_offered_is_not_called():
    person("1001", last="Adams")
    asked = spell("23267")
    drop_user("1001")
    gone = press(asked, "1")
    assert isinstance(gone, Ask)
    assert gone.sounds.parts == ("invalid", "spell-name")


@pytest.mark.usefixtures("desk")
def test_many_are_offered_in_pages():
    for number in range(1001, 1020):
        person(str(number), f"A{number}", "Adams")
    first = spell("23267")
    assert offered(first) == [str(number) for number in range(1001, 1009)]
    assert first.sounds.parts[-2:] == ("more-names", "spell-again")
    third = press(press(first, "9"), "9")
    assert offered(third) == ["1017", "1018", "1019"]
    assert rings(press(third, "2")) == ["1018"]
    assert offered(press(third, "4")) == offered(third)  # nobody is at that key
    assert offered(press(third, "9")) == offered(first)
    again = press(third, "*")
    assert isinstance(again, Ask)
    assert again.sounds.parts == ("spell-name",)
    assert offered(press(again, "23267*23#")) == []  # what is no name is none's


@pytest.mark.usefixtures("desk")
def test_no_more_are_told_of_than_can_be_heard():
    for number in range(1000, 1000 + spelled_names.MOST + 3):
        person(str(number), last="Adams")
    assert len(spelled_names.find(TENANT, "2")) == spelled_names.MOST


@pytest.mark.usefixtures("desk")
def test_silence_and_names_that_nobody_has_end():
    person("1001", last="Adams")
    asked = press(planning.plan(TENANT, "800"), "9")
    for keys in ("", "0", "55#", "#")[: spelling.MOST_REPEATS]:
        asked = press(asked, keys)
    last = press(asked, "99")
    assert isinstance(last, Say)
    assert (last.sounds.parts, last.then) == (("nobody-named", "goodbye"), End())
    asked = spell("2")
    for _ in range(spelling.MOST_REPEATS):
        asked = press(asked, "")
        assert offered(asked) == ["1001"]
    end = press(asked, "")
    assert isinstance(end, Say)
    assert end.sounds.parts == ("goodbye",)


@pytest.mark.usefixtures("desk")
def test_a_change_of_name_is_a_change_of_keys():
    person("1001", "Ann", "Adams")
    extensions.update(TENANT, ExtensionKey("1001"), {"profile": {"last_name": "Zorn"}})
    assert offered(spell("9676")) == ["1001"]
    assert offered(spell("266967")) == ["1001"]
    assert offered(spell("23267")) == []


def test_only_attendants_let_callers_spell():
    with pytest.raises(Invalid):
        call_queues.create(TENANT, {"queue_number": "700", "name": "Q", "no_answer_action": "DIAL_BY_NAME"})
