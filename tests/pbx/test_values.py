"""The kinds of value and their rules."""

import pytest

from portsip_api.pbx.errors import Invalid
from portsip_api.pbx.extensions.fields import EMAIL, EXTENSION, NUMBER, OBJECTS
from portsip_api.pbx.values import (
    Checked,
    Choice,
    Flag,
    Rules,
    Text,
    TimeOfDay,
    Whole,
    checked,
    defaults,
    leaves,
    merge,
)


@pytest.mark.parametrize(
    ("kind", "good"),
    [
        (Text(3), ["", "abc", "é✓☎"]),
        (Text(9, lines=True), ["a\nb\tc"]),
        (NUMBER, ["1", "*70", "#", "+4930", "aZ09", "bob.b-1_x", "1" * 64]),
        (EMAIL, ["", "a@b", "ä.ö+x@example.co"]),
        (Flag(True), [True, False]),
        (Whole(1, 600, 20), [1, 600]),
        (Choice(("A", "B"), "A"), ["A", "B"]),
        (TimeOfDay("09:00"), ["00:00", "23:59"]),
        (TimeOfDay("09:00", end=True), ["24:00"]),
    ],
)
def test_good_values_are_kept(kind, good):
    assert [kind.check(value) for value in good] == good


@pytest.mark.parametrize(
    ("kind", "bad"),
    [
        (Text(3), ["abcd", 1, None, True, "\x00", "\n", "\x7f", "\u2028", ["a"]]),
        (Text(3, 1), [""]),
        (Text(9, lines=True), ["\x0b", "\x1b"]),
        (NUMBER, ["", "1 0", "é", "1" * 65, "1\n", "-1", ".b", "a@b"]),
        (EMAIL, ["a", "@", "a@", "a b@c", "a@b@c"]),
        (Flag(True), [1, 0, "true", None]),
        (Whole(1, 600, 20), [0, 601, True, "20", 1.5, float("inf"), float("nan"), None]),
        (Choice(("A", "B"), "A"), ["a", "", None, ["A"], {}]),
        (TimeOfDay("09:00"), ["24:00", "9:00", "09:60", "09:00\n", "0٣:00", 9]),
        (TimeOfDay("09:00", end=True), ["24:01", "25:00"]),
    ],
)
def test_bad_values_are_refused_without_being_repeated(kind, bad):
    for value in bad:
        with pytest.raises(ValueError, match=r"^Must ") as caught:
            kind.check(value)
        if isinstance(value, str) and len(value) > 4:
            assert value not in str(caught.value)


def test_json_does_not_tell_20_from_20_0():
    assert Whole(1, 600, 20).check(20.0) == 20


def test_every_bad_value_is_named_by_its_path_and_values_without_a_rule_are_dropped():
    given = {
        "profile": {"first_name": 1, "last_name": "ok", "shoe_size": 44},
        "forward_rules": {"available": {"no_answer_timeval": 0}, "dnd": None},
        "company": "x",
    }
    with pytest.raises(Invalid) as caught:
        checked(EXTENSION, given)
    assert set(caught.value.errors) == {
        "profile.first_name",
        "forward_rules.available.no_answer_timeval",
        "forward_rules.dnd",
    }
    assert checked(EXTENSION, {"profile": {"last_name": "ok", "shoe_size": 44}}) == {"profile": {"last_name": "ok"}}


def test_merge_goes_object_by_object_and_changes_neither_side():
    current, change = {"a": {"b": 1, "c": 2}, "d": 3}, {"a": {"b": 9}}
    assert merge(current, change) == {"a": {"b": 9, "c": 2}, "d": 3}
    assert (current, change) == ({"a": {"b": 1, "c": 2}, "d": 3}, {"a": {"b": 9}})


def test_every_default_meets_its_rule():
    for path, kind in leaves(OBJECTS):
        assert kind.check(kind.default) == kind.default, path
    assert checked(OBJECTS, defaults(OBJECTS)) == defaults(OBJECTS)


def test_a_value_is_checked_once_by_each_rule():
    class Counting(Text):
        def check(self, value: object) -> str:
            seen.append(value)
            return super().check(value)

    seen: list[object] = []
    rule, other = Counting(5), Counting(3)
    nested: Rules = {"b": rule}
    given = Checked({"a": "good", "o": {"b": "fine"}, "c": "four"}, {"a": rule, "o": nested, "c": rule})
    assert checked({"a": rule, "o": nested}, given) == {"a": "good", "o": {"b": "fine"}}
    assert seen == []
    with pytest.raises(Invalid) as caught:
        checked({"c": other}, given)  # by a rule that is another one
    assert (seen, set(caught.value.errors)) == (["four"], {"c"})
