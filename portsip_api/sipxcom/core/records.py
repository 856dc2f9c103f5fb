"""What a representation is made of, said once.

A `Record` names its fields in the order of the wire. XML out and in, JSON out and in, and the OpenAPI schema all follow
from it: see `xml_form`, `json_form` and `documentation`. A value is a dict by the fields' JSON names.
Source: contract `sipxcom-admin.md`, sections 2.1, 2.4 and 3.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import Any, Final


@dataclass(frozen=True)
class Kind:
    """A leaf's type: how OpenAPI calls it, how each format writes it, and what reads it (raises ValueError).

    `taken` are the OpenAPI types beside `openapi` that a request may use.
    """

    openapi: dict[str, Any]
    read: Callable[[object], Any]
    json: Callable[[Any], Any] = lambda value: value
    xml: Callable[[Any], str] = str
    taken: tuple[dict[str, Any], ...] = ()


def _read_text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int | float):
        return str(value)
    raise ValueError("Must be a text.")


def _read_whole(value: object) -> int | None:
    if isinstance(value, str) and not value.strip():
        return None
    text = str(value).strip() if isinstance(value, str | int) and not isinstance(value, bool) else ""
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 18):
        raise ValueError("Must be a whole number.")
    return int(text)


def _read_flag(value: object) -> bool | None:
    if isinstance(value, bool):
        return value
    text = str(value).strip().lower() if isinstance(value, str | int) else "-"
    if text in {"true", "1"}:
        return True
    if text in {"false", "0"}:
        return False
    if text == "":
        return None
    raise ValueError("Must be true or false.")


_STRING: Final = {"type": "string"}
TEXT: Final = Kind(_STRING, _read_text, taken=({"type": "number"}, {"type": "boolean"}))
WHOLE: Final = Kind({"type": "integer"}, _read_whole, taken=(_STRING,))
FLAG: Final = Kind(
    {"type": "boolean"},
    _read_flag,
    xml=lambda value: "true" if value else "false",
    taken=(_STRING, {"type": "integer", "enum": [0, 1]}),
)


@dataclass(frozen=True)
class Leaf:
    """A value without parts. `required`: it must be given and not be empty; `kept` ones are read and then ignored."""

    name: str
    kind: Kind = TEXT
    meaning: str = ""
    required: bool = False
    ignored: bool = False
    xml: str = ""
    attribute: bool = False


@dataclass(frozen=True)
class Nested:
    """An object."""

    name: str
    record: "Record"
    meaning: str = ""
    ignored: bool = False
    xml: str = ""


@dataclass(frozen=True)
class Many:
    """A list of objects or leaves. In XML the items stand in an element of its own, unless `bare`."""

    name: str
    item: "Record | Leaf"
    meaning: str = ""
    ignored: bool = False
    xml: str = ""
    bare: bool = False


@dataclass(frozen=True)
class Pairs:
    """A map from text to text or null: in XML `entry` elements with `key` and `value`."""

    name: str
    meaning: str = ""
    ignored: bool = False
    xml: str = ""


Field = Leaf | Nested | Many | Pairs


@dataclass(frozen=True)
class Record:
    """An object: the name of its XML element, which is its JSON root where a stack has roots, and its fields.

    `also` are other names of the root that are taken; `title` is its name in the OpenAPI document. In JSON without a
    root an `array` is its only field, a list, alone.
    """

    root: str
    fields: tuple[Field, ...]
    title: str
    also: tuple[str, ...] = ()
    array: bool = False
    by_name: dict[str, Field] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Index the fields by every spelling that is taken."""
        names = {squeeze(name): item for item in self.fields for name in {item.name, element_of(item)}}
        object.__setattr__(self, "by_name", names)

    @property
    def is_list(self) -> bool:
        """Tell whether the record is nothing but a list that bears its root's name."""
        return len(self.fields) == 1 and isinstance(self.fields[0], Many) and self.fields[0].name == self.root

    def is_named(self, name: str) -> bool:
        """Tell whether `name` is one of its roots."""
        return squeeze(name) in {squeeze(own) for own in (self.root, *self.also)}


@dataclass(frozen=True)
class Stream:
    """The items of a list that is too long to be held: they are written as they come."""

    items: Iterator[dict[str, Any]]

    def begun(self) -> "Stream | list[dict[str, Any]]":
        """Return it with its first items read, or a list when there are no more: an error shows before the reply."""
        first = list(islice(self.items, SHORT))
        return first if len(first) < SHORT else Stream(chain(first, self.items))


def streamed(record: Record, value: dict[str, Any]) -> dict[str, Any]:
    """Return a record's value, in which a list of objects that is not short is written as they come too.

    What is made of an object for writing takes many times what the object does.
    """
    if any(isinstance(part, Stream) for part in value.values()):
        return value
    for item in record.fields:
        listed = value.get(item.name)
        if isinstance(item, Many) and isinstance(item.item, Record) and listed and len(listed) >= SHORT:
            return {**value, item.name: Stream(iter(listed))}
    return value


def element_of(item: Field) -> str:
    """Return the XML element of a field."""
    return item.xml or item.name


def squeeze(name: str) -> str:
    """Return `name` as all its spellings agree: without case, hyphens, underscores."""
    return name.replace("-", "").replace("_", "").lower()


SHORT: Final = 100  # items of a list that is not worth a stream
MARK: Final = "\x00"  # where a stream's items go, in what has been written around them
