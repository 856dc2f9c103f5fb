"""One description, four forms: bytes as the contract shows them, and everything that is taken back."""

import json

import pytest
from flask import Flask, g

from portsip_api.pbx.errors import Invalid, TooLarge
from portsip_api.sipxcom.core import json_form, xml_form
from portsip_api.sipxcom.core.blueprint import Resources
from portsip_api.sipxcom.core.declaration import Declaration
from portsip_api.sipxcom.core.records import FLAG, SHORT, WHOLE, Leaf, Many, Nested, Pairs, Record, Stream
from portsip_api.sipxcom.core.styles import API, PLAIN, REST
from tests.sipxcom.portal import check_refused

GROUP = Record("group", (Leaf("id", WHOLE), Leaf("name", required=True), Leaf("description")), "Group")
META = Record("metadata", (Leaf("totalResults", WHOLE), Leaf("currentPage", WHOLE)), "Meta")
GROUPS = Record("user-group", (Nested("metadata", META), Many("groups", GROUP)), "Groups", also=("usergroup",))
MODEL = Record("Model", (Leaf("modelId"), Leaf("label"), Many("versions", Leaf("Version"), xml="Versions")), "Model")
PHONE = Record(
    "Phone", (Leaf("id", WHOLE), Leaf("serialNo"), Nested("model", MODEL, xml="Model"), Leaf("on", FLAG)), "Phone"
)
PHONES = Record("Phones", (Many("phones", PHONE, bare=True),), "Phones")
SETTING = Record("Setting", (Leaf("path"), Pairs("options"), Leaf("value")), "Setting")

VALUE = {"metadata": {"totalResults": 1, "currentPage": 1}, "groups": [{"id": 5, "name": "sales", "description": None}]}
PRETTY = """<user-group>
  <metadata>
    <totalResults>1</totalResults>
    <currentPage>1</currentPage>
  </metadata>
  <groups>
    <group>
      <id>5</id>
      <name>sales</name>
    </group>
  </groups>
</user-group>"""


def xml(record, value, *, pretty=True):
    return "".join(xml_form.write(record, value, pretty=pretty))


def js(record, value, *, rooted=True):
    return b"".join(json_form.write(record, value, rooted=rooted))


def test_rest_xml_is_indented_and_leaves_nulls_out():
    assert xml(GROUPS, VALUE) == PRETTY


def test_an_empty_list_is_an_empty_element_and_an_empty_text_is_not():
    value: dict[str, object] = {"metadata": None, "groups": []}
    assert xml(GROUPS, value) == "<user-group>\n  <groups/>\n</user-group>"
    assert xml(GROUP, {"name": ""}) == "<group>\n  <name></name>\n</group>"


def test_api_xml_is_one_line_with_a_declaration():
    value = {"phones": [{"id": 3, "model": {"modelId": "m", "versions": ["1", "2"]}, "on": True}]}
    assert xml(PHONES, value, pretty=False) == (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?><Phones><Phone><id>3</id><Model><modelId>m</modelId>'
        "<Versions><Version>1</Version><Version>2</Version></Versions></Model><on>true</on></Phone></Phones>"
    )


def test_options_are_entries():
    assert xml(SETTING, {"options": {"a": "A", "b": None}}, pretty=False).partition("?>")[2] == (
        "<Setting><options><entry><key>a</key><value>A</value></entry><entry><key>b</key></entry></options></Setting>"
    )


def test_rest_json_has_a_root_and_plain_arrays_and_no_nulls():
    assert json.loads(js(GROUPS, VALUE)) == {
        "user-group": {"metadata": {"totalResults": 1, "currentPage": 1}, "groups": [{"id": 5, "name": "sales"}]}
    }


def test_api_json_is_compact_with_all_keys():
    assert js(PHONE, {"id": 3, "on": False}, rooted=False) == b'{"id":3,"serialNo":null,"model":null,"on":false}'


@pytest.mark.parametrize("count", [0, 1, 3])
def test_a_stream_is_written_as_the_list_would_be(count):
    rows = [{"id": number, "name": f"n{number}"} for number in range(count)]
    whole = {"metadata": {"totalResults": count}, "groups": rows}
    streamed = {**whole, "groups": Stream(iter(rows))}
    assert xml(GROUPS, streamed).replace("<groups>\n  </groups>", "<groups/>") == xml(GROUPS, whole)
    assert json.loads(js(GROUPS, {**whole, "groups": Stream(iter(rows))})) == json.loads(js(GROUPS, whole))


@pytest.mark.parametrize("count", [1, 3])
def test_a_stream_of_a_list_that_is_nothing_else_is_written_as_the_list_would_be(count):
    rows = [{"id": number, "serialNo": "x"} for number in range(count)]
    for media_type in ("application/json", "text/xml"):
        for style in (API, REST):
            whole, streamed = (
                b"".join(part.encode() if isinstance(part, str) else part for part in pieces)
                for pieces in (
                    style.write(PHONES, {"phones": rows}, media_type),
                    style.write(PHONES, {"phones": Stream(iter(rows))}, media_type),
                )
            )
            same = json.loads if media_type == "application/json" else bytes.rstrip
            assert same(streamed) == same(whole), (media_type, style)


def test_a_short_stream_becomes_a_list():
    rows = [{"id": number} for number in range(SHORT + 1)]
    for count in (0, 1, SHORT - 1):
        assert Stream(iter(rows[:count])).begun() == rows[:count]
    for count in (SHORT, SHORT + 1):
        begun = Stream(iter(rows[:count])).begun()
        assert isinstance(begun, Stream)
        assert list(begun.items) == rows[:count]


def test_text_cannot_leave_its_element():
    nasty = '</name><x a="1"/>&amp;\x00\x1f\ufffe]]>'
    back = xml_form.read(GROUP, xml(GROUP, {"name": nasty}).encode())
    assert back == {"name": nasty.replace("\x00", "\ufffd").replace("\x1f", "\ufffd").replace("\ufffe", "\ufffd")}


READ = {"name": "sales", "id": 5}


@pytest.mark.parametrize(
    "body",
    [
        '{"group": {"name": "sales", "id": 5}}',
        '{"name": "sales", "id": "5", "description": null}',
        '{"Group": {"NAME": "sales", "Id": 5}}',
    ],
)
def test_json_is_taken_with_and_without_its_root(body):
    assert json_form.read(GROUP, body.encode()) == READ


@pytest.mark.parametrize(
    "groups",
    [
        '[{"id": 5, "name": "sales"}]',
        '{"group": [{"id": 5, "name": "sales"}]}',
        '{"group": {"id": 5, "name": "sales"}}',
    ],
)
@pytest.mark.parametrize(
    "root", ['{{"user-group": {{"groups": {0}}}}}', '{{"groups": {0}}}', '{{"userGroup": {{"groups": {0}}}}}']
)
def test_json_lists_are_taken_in_both_shapes(groups, root):
    assert json_form.read(GROUPS, root.format(groups).encode()) == {"groups": [READ]}


def test_a_bare_array_is_the_list_of_a_record_that_is_one():
    assert json_form.read(PHONES, b'[{"id": 1}]') == {"phones": [{"id": 1}]}


def test_a_single_one_of_a_list_that_is_nothing_else_needs_no_brackets():
    assert json_form.read(PHONES, b'{"Phones": {"phones": {"id": 1}}}') == {"phones": [{"id": 1}]}


def test_xml_is_taken_as_it_was_given():
    assert xml_form.read(GROUPS, PRETTY.encode()) == {"metadata": VALUE["metadata"], "groups": [READ]}
    written = xml(PHONES, {"phones": [{"id": 1, "model": {"versions": ["x"]}, "on": True}]}, pretty=False)
    assert xml_form.read(PHONES, written.encode()) == {"phones": [{"id": 1, "model": {"versions": ["x"]}, "on": True}]}


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ("<groups><name>x</name></groups>", "groups"),
        ("<group><nam>x</nam></group>", "nam"),
        ("<group><id>x</id></group>", "id"),
        ("<group><name><b/></name></group>", "name"),
        ("<group>text</group>", "group"),
        ("<group><name>a</name><name>b</name></group>", "name"),
        ("<group>", "body"),
        ("", "body"),
        ("<group/><group/>", "body"),
        ('<?xml version="1.0" encoding="no-such"?><group/>', "body"),
        ('<!DOCTYPE group [<!ENTITY a "b">]><group><name>&a;</name></group>', "body"),
        ('<!DOCTYPE group SYSTEM "file:///etc/passwd"><group/>', "body"),
        ("<group>" * 100_000, "body"),
    ],
)
def test_bad_xml_is_refused_by_name(body, where):
    with pytest.raises(Invalid) as refused:
        xml_form.read(GROUP, body.encode())
    assert list(refused.value.errors) == [where]


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ('{"nam": "x"}', "nam"),
        ('{"group": {"name": {"x": 1}}}', "name"),
        ('{"id": 1.5}', "id"),
        ('{"id": true}', "id"),
        ('{"name": "a", "Name": "b"}', "Name"),
        ("[1]", "group"),
        ("7", "group"),
        ("{", "body"),
        ("[" * 10_000, "body"),
        ('{"a":' * 500 + "1" + "}" * 500, "body"),
    ],
)
def test_bad_json_is_refused_by_name(body, where):
    with pytest.raises(Invalid) as refused:
        json_form.read(GROUP, body.encode())
    assert list(refused.value.errors) == [where]


@pytest.mark.parametrize("path", ["rest/branch", "api/phoneGroups"])
def test_bodies_hold_so_many_values(portal, path):
    """They are counted before anything is made of them, so that what is in them does not matter."""
    put = portal.put if path.startswith("rest") else portal.post
    for count, status in ((19_999, 400), (20_000, 413)):  # beside the root
        check_refused(put(path, f"<a>{'<b/>' * count}</a>"), status)
        check_refused(put(path, "<a>" + '<b c=""/>' * (count // 2) + "</a>"), status)
        check_refused(put(path, ["x"] * count), status)
        check_refused(put(path, json.dumps({"x": "," * count}), type="application/json"), 400)


@pytest.mark.parametrize(
    ("fits", "is_more"),
    [
        ('{"name": "x", "id": "1"}', '{"name": "x", "id": "1", "description": ""}'),
        ("<group><name>x</name><id>1</id></group>", "<group><name/><id/><description/></group>"),
    ],
)
def test_an_operation_may_take_other_numbers_of_values(fits, is_more):
    operations = Resources("toy", __name__, REST, "Of tests")
    declared = Declaration(style=REST, body=GROUP, values=lambda: 3)
    with Flask(__name__).test_request_context(data=fits):
        g.media_type = PLAIN
        assert operations.answer(declared, lambda given: given["name"], {}).data == b"x"
    with Flask(__name__).test_request_context(data=is_more), pytest.raises(TooLarge, match="more than 3"):
        operations.answer(declared, str, {})
