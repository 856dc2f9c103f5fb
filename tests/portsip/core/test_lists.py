"""Lists, their orders and pages, and the search."""

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portsip_api.portsip.extensions import Card
from tests.crm import check_refused

PEOPLE = {
    "1000": ("Ada", "Lovelace", "ada@example.com"),
    "999": ("Émile", "Straße", "emile@example.org"),
    "0999": ("", "", ""),
    "a7": ("Zoë", "adams", "ZOE@example.com"),
    "*70": ("100%", "under_score", ""),
}


@pytest.fixture
def people(admin):
    """Five extensions."""
    for number, (first, last, email) in PEOPLE.items():
        admin.make_extension(number, profile={"first_name": first, "last_name": last, "email": email})
    return admin


def numbers(reply):
    return [row["extension_number"] for row in reply["extensions"]]


@pytest.mark.parametrize(
    ("sort_by", "applied", "order"),
    [
        ("DEFAULT", "DEFAULT", ["999", "0999", "1000", "*70", "a7"]),
        ("Optional", "DEFAULT", ["999", "0999", "1000", "*70", "a7"]),
        ("shoe size", "DEFAULT", ["999", "0999", "1000", "*70", "a7"]),
        ("-default", "-DEFAULT", ["a7", "*70", "1000", "0999", "999"]),
        ("name", "NAME", ["0999", "a7", "1000", "999", "*70"]),
        ("-NAME", "-NAME", ["*70", "999", "1000", "a7", "0999"]),
        ("EMAIL", "EMAIL", ["0999", "*70", "1000", "999", "a7"]),
        ("-email", "-EMAIL", ["a7", "999", "1000", "*70", "0999"]),
        ("STATUS", "STATUS", ["1000", "999", "0999", "*70", "a7"]),
    ],
)
def test_orders(people, sort_by, applied, order):
    people.do("extensions/status/update", extension_number="1000", status="DND")
    reply = people.read("extensions/list", sort_by=sort_by)
    assert (reply["sort_by"], numbers(reply)) == (applied, order)
    found = people.read("extensions/search", sort_by=sort_by, condition=" ")
    assert (found["sort_by"], numbers(found)) == (applied, order)


def test_the_envelope_counts_the_rows_of_this_page(people):
    reply = people.read("extensions/list", pagination=2, pagesize=2)
    assert {name: value for name, value in reply.items() if name != "extensions"} == {
        "pagination": 2,
        "pagesize": 2,
        "sort_by": "DEFAULT",
        "page_count": 3,
        "count": 2,
        "total": 5,
    }
    assert numbers(reply) == ["1000", "*70"]
    assert set(reply["extensions"][0]) == set(Card().fields)


def test_absent_paging_is_the_first_hundred(people):
    reply = people.read("extensions/list")
    assert (reply["pagination"], reply["pagesize"], reply["page_count"]) == (1, 100, 1)


@pytest.mark.parametrize("page", ["4", "1000000000", "9" * 25])
def test_past_the_last_page_is_empty(people, page):
    reply = people.read("extensions/list", pagination=page, pagesize=2)
    assert (reply["count"], reply["extensions"], reply["page_count"]) == (0, [], 3)
    assert people.read("extensions/search", pagination=page, condition="a")["count"] == 0
    assert people.read("extensions/group/list", pagination=page)["count"] == 0
    assert people.read("account/list", pagination=page)["count"] == 0


def test_an_empty_list_has_one_page(admin):
    reply = admin.read("extensions/list")
    assert (reply["page_count"], reply["count"], reply["total"], reply["extensions"]) == (1, 0, 0, [])


def test_a_large_page_is_cut(people):
    assert people.read("extensions/list", pagesize=10**9)["pagesize"] == 100_000


@pytest.mark.parametrize("value", ["-1", "x", "", "1.5", "1e3", "9" * 31])
@pytest.mark.parametrize("name", ["pagination", "pagesize"])
def test_what_is_not_a_page_is_refused(people, name, value):
    for path in ("extensions/list", "extensions/search", "extensions/group/list", "account/list"):
        check_refused(people.get(path, **{name: value, "condition": "a"}), "400.1", name)


def test_a_page_has_rows(people):
    check_refused(people.get("extensions/list", pagesize=0), "400.1", "pagesize")


@pytest.mark.parametrize(
    "path", ["extensions/list", "extensions/search", "extensions/group/list", "account/list", "ring_groups/list"]
)
def test_the_page_0_is_the_first(people, path):
    query = {"pagesize": 1} | ({"condition": "9"} if path == "extensions/search" else {})
    assert people.read(path, pagination=0, **query) == people.read(path, pagination=1, **query)


@pytest.mark.parametrize("path", ["extensions/list", "extensions/search"])
def test_names_of_a_query_are_read_without_case(people, path):
    reply = people.read(path, Pagination=2, PAGESIZE=2, Sort_By="-default", cursor="x", Condition=" ")
    assert (reply["pagination"], reply["pagesize"], reply["sort_by"]) == (2, 2, "-DEFAULT")
    assert numbers(reply) == ["1000", "0999"]
    check_refused(people.get(path, Pagesize=2, pagesize=3, condition=" "), "400.1", "pagesize")


POSITIONS = [
    ({"start_position": 2, "end_position": 3}, (2, 3), ["0999", "1000"], 2),
    ({"start_position": "4", "end_position": "4"}, (4, 4), ["*70"], 1),
    ({"start_position": 4}, (4, 23), ["*70", "a7"], 0),
    ({"end_position": 1}, (1, 1), ["999"], 4),
    ({"Start_Position": 3, "end_position": 99}, (3, 99), ["1000", "*70", "a7"], 0),
    ({"start_position": 6, "end_position": 9}, (6, 9), [], 0),
    ({"start_position": 2, "end_position": 3, "pagination": 7, "pagesize": 1}, (2, 3), ["0999", "1000"], 2),
]


@pytest.mark.parametrize(("query", "asked", "rows", "remaining"), POSITIONS)
def test_rows_from_one_position_to_another(people, query, asked, rows, remaining):
    for path in ("extensions/list", "extensions/search"):
        reply = people.read(path, condition=" ", **query)
        assert (reply["start_position"], reply["end_position"]) == asked
        assert (numbers(reply), reply["count"], reply["total"]) == (rows, len(rows), 5)
        assert reply["remaining_extensions"] == remaining


def test_rows_from_positions_are_paged_through(people):
    seen, start = [], 1
    while True:
        reply = people.read("extensions/list", start_position=start, end_position=start + 1)
        seen += numbers(reply)
        if not reply["remaining_extensions"]:
            break
        start = reply["end_position"] + 1
    assert seen == numbers(people.read("extensions/list"))


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"start_position": 3, "end_position": 2}, "end_position"),
        ({"start_position": 0}, "start_position"),
        ({"start_position": "x"}, "start_position"),
        ({"end_position": "-1"}, "end_position"),
    ],
)
def test_positions_that_are_none_are_refused(people, query, field):
    for path in ("extensions/list", "extensions/search"):
        check_refused(people.get(path, condition="a", **query), "400.1", field)


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        ("ada", ["1000", "a7"]),
        ("ADA LOVE", ["1000"]),
        ("love ada", ["1000"]),
        ("lace@", []),
        ("example", ["999", "1000", "a7"]),
        ("strasse", ["999"]),
        ("STRAẞE", ["999"]),
        ("émile", ["999"]),
        ("ÉM", ["999"]),
        ("99", ["999", "0999"]),
        ("9", ["999", "0999"]),
        ("%", ["*70"]),
        ("_", ["*70"]),
        ("100%", ["*70"]),
        ('"', []),
        ("'; --", []),
        ("example OR ada", []),
        ("exa*", []),
        ("*70", ["*70"]),
        ("ada 10 om", ["1000"]),
        ("default", []),
    ],
)
def test_search(people, condition, found):
    reply = people.read("extensions/search", condition=condition)
    assert (numbers(reply), reply["total"]) == (found, len(found))
    assert isinstance(reply["extensions"], list)


def test_search_finds_phones(admin):
    phones = {"mobile_phone": "+49 170 1234", "work_phone": "030-555", "home_phone": "089/777"}
    admin.make_extension("1", profile=phones)
    for condition in ("1234", "0-5", "9/7"):
        assert admin.read("extensions/search", condition=condition)["count"] == 1


@pytest.mark.parametrize(
    ("stored", "asked"),
    [
        (
            "+49 (30) 123-45",
            ["+49 30 12345", "+493012345", "49 30 / 123.45", "(30) 123", "3012", "＋４９３０", "30) 1"],
        ),
        ("030/12345", ["030 123 45", "03012345", "030-123-45", "(030)12345"]),
        ("03012345", ["030/123-45", "(030) 123 45", "0 3 0"]),
    ],
)
def test_punctuation_of_phone_numbers_does_not_count(admin, stored, asked):
    admin.make_extension("1", profile={"work_phone": stored})
    admin.make_extension("2", profile={"work_phone": "040 99"})
    for condition in asked:
        assert numbers(admin.read("extensions/search", condition=condition)) == ["1"], condition
    assert admin.read("extensions/search", condition="030 / 99")["count"] == 0


@pytest.mark.parametrize(
    ("stored", "asked"),
    [
        ("Zoe\u0308", ["Zoë", "ZOË", "zoe\u0308", "oë"]),
        ("İbrahim", ["ibrahim", "IBRAHIM", "İbrahim", "i\u0307brahim", "ibra"]),
        ("IBRAHIM", ["İBRAHİM", "ibrahim"]),
        ("Ｊｕｌｉａ", ["julia", "JULIA", "ｊｕｌｉａ"]),
        ("julia", ["ＪＵＬＩＡ", "\u00a0julia\u3000"]),
    ],
)
def test_names_are_found_in_every_spelling(admin, stored, asked):
    admin.make_extension("1", profile={"first_name": stored})
    for condition in asked:
        assert numbers(admin.read("extensions/search", condition=condition)) == ["1"], condition
    assert admin.read("extensions/show", extension_number="1")["profile"]["first_name"] == stored


def test_search_needs_a_condition(admin):
    check_refused(admin.get("extensions/search"), "400.1", "condition")
    check_refused(admin.get("extensions/search", condition=""), "400.1", "condition")


def test_search_pages(people):
    reply = people.read("extensions/search", condition="example", pagesize=2, pagination=2)
    assert (numbers(reply), reply["total"], reply["page_count"]) == (["a7"], 3, 2)


texts = st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), max_size=64)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=texts, last=texts)
def test_the_stored_row_is_what_the_schema_says(admin, first, last):
    """The list is never dumped through its schema; this holds the two equal."""
    extension_id = admin.make_extension("1000", profile={"first_name": first, "last_name": last})
    row = admin.read("extensions/list")["extensions"][0]
    shown = admin.read("extensions/show", id=extension_id)
    admin.do("extensions/destroy", id=extension_id)
    phone = {"user_agent": "", "phone_mac_address": "", "phone_model": ""}
    assert row == orjson.loads(orjson.dumps(Card().dump(shown | shown["profile"] | phone)))
    assert (row["first_name"], row["last_name"]) == (first, last)
