"""The XML that FreeSWITCH is answered with, escaped by construction. Source: FreeSWITCH, mod_xml_curl."""

import re
from collections.abc import Mapping
from typing import Final
from xml.etree import ElementTree as ET

MEDIA_TYPE: Final = "text/xml; charset=UTF-8"
_NO_XML: Final = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def element(name: str, attributes: Mapping[str, str] | None = None, *inside: ET.Element) -> ET.Element:
    """Return an element; what no XML document can hold is left out of the values of its attributes."""
    made = ET.Element(name, {key: _NO_XML.sub("", value) for key, value in (attributes or {}).items()})
    made.extend(inside)
    return made


def named_values(name: str, values: Mapping[str, str]) -> list[ET.Element]:
    """Return elements such as `<param name=… value=…/>`, one for each value."""
    return [element(name, {"name": key, "value": value}) for key, value in values.items()]


def document(section: str, *inside: ET.Element) -> str:
    """Return a document with one section."""
    return text(element("document", {"type": "freeswitch/xml"}, element("section", {"name": section}, *inside)))


def text(root: ET.Element) -> str:
    """Return an element as text."""
    return ET.tostring(root, encoding="unicode")


NOT_FOUND: Final = document("result", element("result", {"status": "not found"}))
