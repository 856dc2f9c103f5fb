"""Values of JSON are counted from its bytes, exactly."""

import json
import random
from typing import Any

import pytest

from portsip_api.pbx import json_values
from portsip_api.pbx.errors import TooLarge

NAMES = ("a", "b,", 'c"[', "d\\", "{", "")
SCALARS = (1, -2.5e9, "x", ",,[[{", '"', "\\", '\\"', "", "é", None, True)
SIZE = 1 << 20
# Texts that a careless pattern goes through again and again; not all of them are JSON.
SLOW = (
    b'"\\",' * (SIZE // 4),
    b'["' + b'\\"' * SIZE,
    b'["' + b"\\" * SIZE,
    b"[ " * (SIZE // 2),
    b"[" + b" " * SIZE,
    b'"' * SIZE,
    b"[]" * SIZE,
    b"1" * SIZE + b",",
)


def count(value: Any) -> int:
    """Count the values of what was parsed."""
    if isinstance(value, dict):
        return 1 + sum(map(count, value.values()))
    return 1 + sum(map(count, value)) if isinstance(value, list) else 1


def make(dice: random.Random, depth: int) -> Any:
    shape = dice.random()
    if depth and shape < 0.35:
        return [make(dice, depth - 1) for _ in range(dice.randrange(5))]
    if depth and shape < 0.7:
        return {f"{dice.choice(NAMES)}{n}": make(dice, depth - 1) for n in range(dice.randrange(5))}
    return dice.choice(SCALARS)


def is_refused(text: bytes, most: int) -> bool:
    try:
        json_values.require_few(text, most)
    except TooLarge:
        return True
    return False


@pytest.mark.parametrize("indent", [None, 1])
def test_any_json_is_counted_exactly(indent: int | None) -> None:
    dice = random.Random(11)
    for _ in range(3_000):
        value = make(dice, 4)
        text, values = json.dumps(value, indent=indent).encode(), count(value)
        assert [is_refused(text, most) for most in (values, values - 1)] == [False, True], text


def test_marks_in_texts_are_no_values() -> None:
    assert not is_refused(json.dumps([",[{" * 30_000]).encode(), 2)


@pytest.mark.parametrize("text", SLOW, ids=range(len(SLOW)))
def test_no_text_takes_for_ever(text: bytes) -> None:
    """In quadratic time each of these would take longer than a test may."""
    is_refused(b"," * 100 + text + b"," * 100, 10_000)
    is_refused(text, SIZE * 4)
    is_refused(b"," * 10_001 + text, 10_002)
