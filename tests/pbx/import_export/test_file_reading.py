"""From the bytes of a file to rows."""

import io

import pytest

from portsip_api.pbx.errors import Invalid
from portsip_api.pbx.import_export.columns import COLUMNS, SECRETS, exported, find
from portsip_api.pbx.import_export.file_reading import guess_format, read, read_csv


def rows(text, encoding="utf-8"):
    return [(row.number, row.fields, row.problem) for row in read_csv(io.BytesIO(text.encode(encoding))).rows]


def fields(text):
    """The fields of a file's only row."""
    ((_, found, problem),) = rows(text)
    assert not problem
    return found


def refusal(content, format_="csv"):
    with pytest.raises(Invalid) as caught:
        list(read(io.BytesIO(content), format_).rows)
    ((field, (sentence,)),) = caught.value.errors.items()
    return field, sentence


@pytest.mark.parametrize(
    "text",
    [
        "extension_number,first_name\r\n100,Ada\r\n101,Grace\r\n",
        "extension_number,first_name\n100,Ada\n101,Grace",
        "extension_number;first_name\r\n100;Ada\r\n101;Grace",
        "\ufeffextension_number,first_name\r\n100,Ada\r\n101,Grace\r\n",
        '"extension_number","first_name"\n"100","Ada"\n"101","Grace"\n',
        "extension_number,first_name\r100,Ada\r101,Grace\r",
        " Extension_Number , PROFILE.first_name \n100,Ada\n101,Grace\n",
        "extension_number,first_name,\n100,Ada,\n101,Grace,\n",
    ],
)
def test_every_common_form_of_csv_is_read_to_the_last_row(text):
    assert rows(text) == [
        (1, {"extension_number": "100", "profile": {"first_name": "Ada"}}, ""),
        (2, {"extension_number": "101", "profile": {"first_name": "Grace"}}, ""),
    ]


def test_quotes_keep_separators_quotes_and_line_feeds():
    assert (
        fields('extension_number,description\n100,"a, ""b""\r\nc\rd;\n"')["profile"]["description"]
        == 'a, "b"\r\nc\rd;\n'
    )


def test_blank_rows_are_skipped_and_counted():
    assert [number for number, _, _ in rows("extension_number,email\n\n100,\n,\n101,\n")] == [2, 4]


def test_cells_are_read_by_the_kind_of_their_column():
    found = fields(
        "extension_number,no_answer_timeval,enable_extension,monday_from,belong_groups\n100,30,FALSE,08:00,a | b"
    )
    assert found == {
        "extension_number": "100",
        "forward_rules": {"available": {"no_answer_timeval": 30}},
        "options": {"enable_extension": False},
        "office_hours": {"monday_from": "08:00"},
        "belong_groups": ["a", "b"],
    }


def test_a_blank_cell_empties_a_text_and_sends_nothing_else():
    titles = [column.name for column in COLUMNS]
    found = fields(",".join(titles) + "\n" + ",".join(["x", *[""] * (len(titles) - 1)]))
    assert found["extension_number"] == "x"
    assert not {"password", "web_access_password"} & set(found)
    assert "" in found["profile"].values()
    assert "gender" not in found["profile"]
    assert found["voice_mail"] == {"prompt_language": ""}
    assert found["options"] == {"outbound_caller_id": ""}
    assert found["office_hours"] == {}
    assert found["belong_groups"] == []
    assert set(found["forward_rules"]["available"]) == {"no_answer_action_value", "busy_action_value"}


def test_an_apostrophe_before_a_formula_is_removed_and_what_a_spreadsheet_changed_is_refused():
    found = fields("extension_number,password,first_name,description\n'+a,'=x,''@b,'tis\n")
    assert (found["extension_number"], found["password"]) == ("+a", "=x")
    assert found["profile"] == {"first_name": "'@b", "description": "'tis"}
    reading = read_csv(io.BytesIO(b'extension_number,mobile_phone,first_name,password\n1E+10,"=""0""",4.9E+11,1.0\n'))
    ((row),) = reading.rows
    assert set(row.faults) == {"extension_number", "profile.mobile_phone"}
    assert row.fields == {"profile": {"first_name": "4.9E+11"}, "password": "1.0"}


def test_a_blank_number_is_a_missing_one():
    assert "extension_number" not in fields("extension_number,first_name\n,Ada\n")


def test_a_short_row_sends_less_and_a_long_one_is_wrong():
    (short, long) = rows("extension_number,first_name\n100\n101,Ada,x\n")
    assert short == (1, {"extension_number": "100", "profile": {}}, "")
    assert long == (2, {}, "Has more values than the header has columns.")


def test_unknown_columns_are_ignored_with_a_warning():
    reading = read_csv(io.BytesIO(b"extension_number,nick_name,office_hours_action,\x1b[2J\n100,x,y\n"))
    assert [warning.field for warning in reading.warnings.listed] == ["nick_name", "office_hours_action", "?"]
    assert [row.fields for row in reading.rows] == [{"extension_number": "100"}]


@pytest.mark.parametrize("content", [b"", b"\n", b"1000,secret,secret\n", b"number,password\n1,2\n"])
def test_without_a_number_column_nothing_is_read(content):
    assert refusal(content) == ("file", "Must have a header with the column extension_number.")


def test_a_column_stands_in_a_file_once():
    assert (
        refusal(b"extension_number,first_name,profile.first_name\n")[1]
        == "Must not have the column profile.first_name twice."
    )


@pytest.mark.parametrize(
    "content", ["Ä".encode("latin-1"), "extension_number\n100\n".encode("utf-16"), b"extension_number\n\xff"]
)
def test_csv_is_utf_8(content):
    assert refusal(content) == ("file", "Must be text in UTF-8.")


@pytest.mark.parametrize("tail", [b'101,"never closed\n102,x\n', b'101,"a"b\n', b"101," + b"x" * 200_000])
def test_csv_that_is_not_well_formed_is_refused_by_line(tail):
    expected = ("file", "Is not well-formed CSV in the row that begins at line 3.")
    assert refusal(b"extension_number,first_name\n100,a\n" + tail) == expected


@pytest.mark.parametrize(
    "content", [b'[{"extension_number": "100"}]', b'\xef\xbb\xbf{"extensions": [{"extension_number": "100"}]}']
)
def test_json_is_an_array_or_an_object_around_it(content):
    assert [(row.number, row.fields) for row in read(io.BytesIO(content), "json").rows] == [
        (1, {"extension_number": "100"})
    ]


def test_a_json_row_is_an_object():
    assert [row.problem for row in read(io.BytesIO(b'[1, {}, [], "x"]'), "json").rows] == [
        "Must be an object.", "", "Must be an object.", "Must be an object.",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("content", "field"),
    [
        (b"[", "file"),
        (b"", "file"),
        (b"[" * 5_000, "file"),
        (b'["\xff"]', "file"),
        (b"1", "extensions"),
        (b"{}", "extensions"),
    ],
)
def test_json_of_another_form_is_refused(content, field):
    assert refusal(content, "json")[0] == field


@pytest.mark.parametrize(
    ("head", "format_"),
    [
        (b"", "csv"),
        (b"extension_number;x", "csv"),
        (b" \r\n[", "json"),
        (b"\xef\xbb\xbf{", "json"),
        (b"\x89PNG\r\n\x1a\n\0\0\0", None),
        (b"PK\x03\x04\x14\0", None),
        ("extension_number".encode("utf-16"), "csv"),
    ],
)
def test_a_format_is_guessed_from_the_first_bytes(head, format_):
    assert guess_format(head) == format_


def test_only_unambiguous_last_names_are_titles():
    assert getattr(find("no_answer_timeval"), "name", None) == "forward_rules.available.no_answer_timeval"
    assert find("office_hours_action") is None
    assert [column.name for column in exported(secrets=True)] == [column.name for column in COLUMNS]
    assert {column.name for column in COLUMNS} - {column.name for column in exported(secrets=False)} == SECRETS
