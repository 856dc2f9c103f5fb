"""Records as JSON, both ways. What comes in may have a root or none, and lists in either of the two shapes.

Source: contract `sipxcom-admin.md`, sections 2.1, 2.4 and 3; `sipxcom.md`, decision 4.
"""

from collections.abc import Iterator
from typing import Any, Final

import orjson

from portsip_api.framework.bodies import is_deep
from portsip_api.pbx import json_values
from portsip_api.pbx.errors import Invalid
from portsip_api.sipxcom.core.records import MARK, Field, Leaf, Many, Nested, Pairs, Record, Stream, element_of, squeeze

_MARK: Final = orjson.dumps(MARK)


class MalformedJson(Invalid):
    """The body is not JSON, or nested too deeply."""

    def __init__(self, text: str) -> None:
        """Say what is wrong with it."""
        super().__init__({"body": [text]})


def write(record: Record, value: dict[str, Any], *, rooted: bool) -> Iterator[bytes]:
    """Yield the JSON of `value`: under its root, indented and without nulls; or bare, compact and with them."""
    streams: list[tuple[Record, Stream]] = []
    plain = _plain(record, value, streams, nulls=not rooted)
    if record.array and not rooted:
        plain = plain[record.fields[0].name]
    text = orjson.dumps(_under_root(record, plain) if rooted else plain, option=orjson.OPT_INDENT_2 if rooted else 0)
    if not streams:
        yield text
        return
    ((item, stream),) = streams
    head, _, tail = text.partition(_MARK)
    yield head
    separator = b""
    for one in stream.items:
        yield separator + orjson.dumps(_plain(item, one, [], nulls=not rooted))
        separator = b","
    yield tail


def read(record: Record, body: bytes, most: int = json_values.MOST, *, strict: bool = True) -> dict[str, Any]:
    """Return what `body` says. Raises MalformedJson, Invalid which names the member that is wrong, and TooLarge.

    It has at most `most` values. Unless `strict`, members that are unknown are passed over.
    """
    value = parse(body, most)
    value = _without_root(record, value)
    if isinstance(value, list) and len(record.fields) == 1:  # the list of a record that is nothing else
        value = {record.fields[0].name: value}
    return _read_record(record, value if strict else _known(record, value), "")


def parse(body: bytes, most: int) -> Any:
    """Return the JSON value of `body`. Raises MalformedJson, and TooLarge when it holds more than `most` values."""
    json_values.require_few(body, most)
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise MalformedJson("Is not valid JSON.") from None
    if is_deep(value):
        raise MalformedJson("Is nested too deeply.")
    return value


def _under_root(record: Record, plain: dict[str, Any]) -> dict[str, Any]:
    """Return `plain` under its root; a record that is only a list of the root's own name is that list."""
    return plain if record.is_list else {record.root: plain}


def _plain(record: Record, value: dict[str, Any], streams: list[tuple[Record, Stream]], *, nulls: bool) -> Any:
    return {
        item.name: None if value.get(item.name) is None else _field(item, value[item.name], streams, nulls=nulls)
        for item in record.fields
        if nulls or value.get(item.name) is not None
    }


def _field(item: Field, value: Any, streams: list[tuple[Record, Stream]], *, nulls: bool) -> Any:
    if isinstance(item, Leaf):
        return item.kind.json(value)
    if isinstance(item, Nested):
        return _plain(item.record, value, streams, nulls=nulls)
    if isinstance(item, Pairs):
        return value
    if isinstance(value, Stream) and isinstance(item.item, Record):
        streams.append((item.item, value))
        return [MARK]
    if isinstance(item.item, Leaf):
        return [item.item.kind.json(one) for one in value]
    return [_plain(item.item, one, streams, nulls=nulls) for one in value]


def _without_root(record: Record, value: Any) -> Any:
    if isinstance(value, dict) and len(value) == 1:
        ((name, below),) = value.items()
        own = record.by_name.get(squeeze(name))
        if name == record.root and own is not None and name != own.name:
            return below
        if record.is_named(name) and (own is None or not _fits(own, below)):
            return below
    return value


def _fits(item: Field, value: Any) -> bool:
    """Tell whether `value` can be meant for a field that bears the name of its record's root."""
    if isinstance(item, Many):
        return isinstance(value, list) or (isinstance(value, dict) and _wrapped(item, value) is not None)
    return isinstance(value, dict) == isinstance(item, Nested | Pairs)


def _known(record: Record, value: Any) -> Any:
    """Return `value` without the members that its record does not have."""
    if not isinstance(value, dict):
        return value
    found = {}
    for name, below in value.items():
        item = record.by_name.get(squeeze(name))
        if isinstance(item, Many) and isinstance(item.item, Record) and isinstance(below, list):
            found[name] = [_known(item.item, one) for one in below]
        elif item is not None:
            found[name] = _known(item.record, below) if isinstance(item, Nested) else below
    return found


def _read_record(record: Record, value: Any, path: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise Invalid({path or record.root: ["Must be an object."]})
    values: dict[str, Any] = {}
    for name, given in value.items():
        where = f"{path}.{name[:64]}" if path else name[:64]
        item = record.by_name.get(squeeze(name))
        if item is None:
            raise Invalid({where: ["Is unknown."]})
        if item.name in values:
            raise Invalid({where: ["Stands there twice."]})
        if given is not None and (read := _read_field(item, given, where)) is not None:
            values[item.name] = read
    return values


def _read_field(item: Field, value: Any, path: str) -> Any:
    if isinstance(item, Leaf):
        try:
            return item.kind.read(value)
        except ValueError as error:
            raise Invalid({path: [str(error)]}) from None
    if isinstance(item, Nested):
        return _read_record(item.record, value, path)
    if isinstance(item, Pairs):
        if not isinstance(value, dict) or not all(text is None or isinstance(text, str) for text in value.values()):
            raise Invalid({path: ["Must be an object of texts."]})
        return value
    items = _wrapped(item, value) if isinstance(value, dict) else [] if value == "" else value
    if items is None and item.bare:  # a single one without brackets
        items = [value]
    if not isinstance(items, list):
        raise Invalid({path: ["Must be an array."]})
    return [_read_item(item, one, path) for one in items]


def _wrapped(many: Many, value: dict[str, Any]) -> Any:
    """Return the items of the shape `"groups": {"group": […]}`, where a single one may stand without brackets."""
    if not value:
        return []
    ((name, items), *others) = value.items()
    tag = many.item.root if isinstance(many.item, Record) else element_of(many.item)
    if others or squeeze(name) != squeeze(tag):
        return None
    if items is None or items == "":
        return []
    return items if isinstance(items, list) else [items]


def _read_item(many: Many, value: Any, path: str) -> Any:
    if isinstance(many.item, Record):
        return _read_record(many.item, value, path)
    return _read_field(many.item, value, path)
