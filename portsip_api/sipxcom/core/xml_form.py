"""Records as XML, both ways. The parser takes no DTD, no entities, and nothing deep; the reader nothing unknown."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final
from xml.etree.ElementTree import Element, ParseError, TreeBuilder
from xml.sax.saxutils import escape, quoteattr

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from portsip_api.framework.bodies import DEEPEST
from portsip_api.pbx import json_values
from portsip_api.pbx.errors import Invalid, TooLarge
from portsip_api.sipxcom.core.records import MARK, Field, Leaf, Many, Nested, Pairs, Record, Stream, element_of, squeeze

_DECLARATION: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
_SHORT_DECLARATION: Final = '<?xml version="1.0" encoding="UTF-8"?>'
_INDENT: Final = "  "
_FORBIDDEN: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


class MalformedXml(Invalid):
    """The body is not XML, or XML of a kind that is not taken."""

    def __init__(self, text: str) -> None:
        """Say what is wrong with it."""
        super().__init__({"body": [text]})


@dataclass
class _Node:
    tag: str
    text: str | None = None
    attributes: dict[str, str] = field(default_factory=dict)
    children: "list[_Node]" = field(default_factory=list)


def write(record: Record, value: dict[str, Any], *, pretty: bool) -> Iterator[str]:
    """Yield the XML of `value`: indented and without a declaration, or on one line with one."""
    streams: list[tuple[Record, Stream, int]] = []
    lines: list[str] = []
    _serialize(_node(record, value, streams, 0), lines, 0, pretty=pretty)
    text = ("" if pretty else _DECLARATION) + ("\n" if pretty else "").join(lines)
    if not streams:
        yield text
        return
    ((item, stream, level),) = streams
    head, _, tail = text.partition(_mark_line(level, pretty=pretty))
    yield head
    for one in stream.items:
        lines = []
        _serialize(_node(item, one, [], level), lines, level, pretty=pretty)
        yield "".join(line + "\n" for line in lines) if pretty else "".join(lines)
    yield tail


def write_short(record: Record, value: dict[str, Any]) -> Iterator[str]:
    """Yield the XML of `value`, which holds no stream, on one line with a declaration that only names the encoding."""
    yield _SHORT_DECLARATION + "".join(write(record, value, pretty=False)).removeprefix(_DECLARATION)


def read(record: Record, body: bytes, most: int = json_values.MOST, *, encoding: str | None = None) -> dict[str, Any]:
    """Return what `body` says, in `encoding` whatever it says itself; its root's namespace is passed over.

    Raises MalformedXml, Invalid which names the element that is wrong, and TooLarge.
    """
    root = parse(body, most, encoding)
    if not record.is_named(root.tag):
        raise Invalid({_shown(root.tag): [f"Must be {record.root}, the root element."]})
    return _read_record(record, root, "")


def parse(body: bytes, most: int, encoding: str | None = None) -> Element:
    """Return the root element. Raises MalformedXml, and TooLarge for more than `most` elements and attributes."""
    try:
        parser = DefusedXMLParser(target=_Shallow(most), encoding=encoding, forbid_dtd=True)
        parser.feed(body)
        root: Element = parser.close()
    except DefusedXmlException:
        raise MalformedXml("Must not have a document type or entities.") from None
    except (ParseError, LookupError, ValueError):
        raise MalformedXml("Is not well-formed XML.") from None
    return root


class _Shallow(TreeBuilder):
    """Builds a tree of a bounded depth, so that nothing recurses far, and of a bounded size.

    The namespace of the root, which programs put there by default, is left off wherever it stands.
    """

    def __init__(self, most: int) -> None:
        super().__init__()
        self._most = most
        self._depth = self._count = 0
        self._namespace = ""

    def start(self, tag: Any, attrs: Any, /) -> Any:
        if not self._count and tag.startswith("{"):
            self._namespace = tag.partition("}")[0] + "}"
        self._depth += 1
        if self._depth > DEEPEST:
            raise MalformedXml("Is nested too deeply.")
        self._count += 1 + len(attrs)
        if self._count > self._most:
            raise TooLarge(f"The XML holds more than {self._most} elements and attributes.")
        return super().start(tag.removeprefix(self._namespace), attrs)

    def end(self, tag: Any, /) -> Any:
        self._depth -= 1
        return super().end(tag.removeprefix(self._namespace))


def _node(record: Record, value: dict[str, Any], streams: list[tuple[Record, Stream, int]], level: int) -> _Node:
    node = _Node(record.root)
    for item in record.fields:
        given = value.get(item.name)
        if given is None:
            continue
        if isinstance(item, Leaf) and item.attribute:
            node.attributes[element_of(item)] = item.kind.xml(given)
        elif isinstance(item, Many) and item.bare and isinstance(given, Stream) and isinstance(item.item, Record):
            streams.append((item.item, given, level + 1))
            node.children.append(_Node(MARK))
        elif isinstance(item, Many) and item.bare:
            node.children += [_item(item, one, level + 1) for one in given]
        else:
            node.children.append(_field(item, given, streams, level + 1))
    return node


def _field(item: Field, value: Any, streams: list[tuple[Record, Stream, int]], level: int) -> _Node:
    if isinstance(item, Leaf):
        return _Node(element_of(item), item.kind.xml(value))
    if isinstance(item, Nested):
        node = _node(item.record, value, streams, level)
        node.tag = element_of(item)
        return node
    if isinstance(item, Pairs):
        entries = [
            _Node("entry", children=[_Node("key", key), *([] if text is None else [_Node("value", text)])])
            for key, text in value.items()
        ]
        return _Node(element_of(item), children=entries)
    if isinstance(value, Stream) and isinstance(item.item, Record):
        streams.append((item.item, value, level + 1))
        return _Node(element_of(item), children=[_Node(MARK)])
    return _Node(element_of(item), children=[_item(item, one, level + 1) for one in value])


def _item(many: Many, value: Any, level: int) -> _Node:
    if isinstance(many.item, Record):
        return _node(many.item, value, [], level)
    return _Node(element_of(many.item), many.item.kind.xml(value))


def _serialize(node: _Node, lines: list[str], level: int, *, pretty: bool) -> None:
    indent = _INDENT * level if pretty else ""
    if node.tag == MARK:
        lines.append(_mark_line(level, pretty=pretty).removesuffix("\n"))
        return
    attributes = "".join(f" {name}={quoteattr(_clean(text))}" for name, text in node.attributes.items())
    opening = f"{indent}<{node.tag}{attributes}"
    if node.children:
        lines.append(f"{opening}>")
        for child in node.children:
            _serialize(child, lines, level + 1, pretty=pretty)
        lines.append(f"{indent}</{node.tag}>")
    elif node.text is None:
        lines.append(f"{opening}/>")
    else:
        lines.append(f"{opening}>{escape(_clean(node.text))}</{node.tag}>")


def _mark_line(level: int, *, pretty: bool) -> str:
    return f"{_INDENT * level}{MARK}\n" if pretty else MARK


def _clean(text: str) -> str:
    return _FORBIDDEN.sub("\ufffd", text)


def _read_record(record: Record, element: Element, path: str) -> dict[str, Any]:
    _require_no_text(element, path)
    values: dict[str, Any] = {}
    for name, text in element.attrib.items():
        item = record.by_name.get(squeeze(name))
        if isinstance(item, Leaf) and item.attribute:
            values[item.name] = _leaf(item, text, name)
    for child in element:
        where = f"{path}.{_shown(child.tag)}" if path else _shown(child.tag)
        item = record.by_name.get(squeeze(child.tag)) or _bare_item(record, child.tag)
        if item is None:
            raise Invalid({where: ["Is unknown."]})
        if isinstance(item, Many) and item.bare:
            values.setdefault(item.name, []).append(_read_item(item, child, where))
        elif item.name in values:
            raise Invalid({where: ["Stands there twice."]})
        else:
            values[item.name] = _read_field(item, child, where)
    return {name: value for name, value in values.items() if value is not None}


def _bare_item(record: Record, tag: str) -> Many | None:
    for item in record.fields:
        if isinstance(item, Many) and item.bare and squeeze(_item_tag(item)) == squeeze(tag):
            return item
    return None


def _read_field(item: Field, element: Element, path: str) -> Any:
    if isinstance(item, Leaf):
        if len(element):
            raise Invalid({path: ["Must hold a text only."]})
        return _leaf(item, element.text or "", path)
    if isinstance(item, Nested):
        return _read_record(item.record, element, path)
    _require_no_text(element, path)
    if isinstance(item, Pairs):
        return {entry.findtext("key") or "": entry.findtext("value") for entry in element}
    for child in element:
        if squeeze(child.tag) != squeeze(_item_tag(item)):
            raise Invalid({f"{path}.{_shown(child.tag)}": ["Is unknown."]})
    return [_read_item(item, child, f"{path}.{_item_tag(item)}") for child in element]


def _read_item(many: Many, element: Element, path: str) -> Any:
    if isinstance(many.item, Record):
        return _read_record(many.item, element, path)
    return _read_field(many.item, element, path)


def _item_tag(many: Many) -> str:
    return many.item.root if isinstance(many.item, Record) else element_of(many.item)


def _leaf(item: Leaf, text: str, path: str) -> Any:
    try:
        return item.kind.read(text)
    except ValueError as error:
        raise Invalid({path: [str(error)]}) from None


def _require_no_text(element: Element, path: str) -> None:
    texts = [element.text, *(child.tail for child in element)]
    if any(text and text.strip() for text in texts):
        raise Invalid({path or element.tag: ["Must hold elements only."]})


def _shown(tag: str) -> str:
    return tag[:64]
