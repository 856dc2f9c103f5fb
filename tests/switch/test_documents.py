"""The XML that the engine is answered with: whatever stands in it, it is read as it was meant."""

from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portsip_api.switch.freeswitch.documents import document, element, named_values


@given(st.text())
def test_a_value_is_read_as_it_was_but_for_what_no_document_can_hold(text):
    read = ET.fromstring(element("action", {"data": text})).get("data")
    assert read == "".join(char for char in text if char in "\t\n\r" or _may_stand(ord(char)))


def _may_stand(code):
    return 0x20 <= code <= 0xD7FF or 0xE000 <= code <= 0xFFFD or code >= 0x10000


@pytest.mark.parametrize(
    "text", ['"><action application="system"/>', "a&b<c>'d'", " \t\r\n ", "\x00\x1b\ufffe", "b\u00fcro"]
)
def test_nothing_in_a_value_is_more_than_a_value(text):
    (section,) = ET.fromstring(document("dialplan", *named_values("param", {text: text})))
    (param,) = section
    assert (section.tag, param.tag, len(param), len(param.attrib)) == ("section", "param", 0, 2)
    assert param.get("name") == param.get("value") == text.translate({0: None, 0x1B: None, 0xFFFE: None})
