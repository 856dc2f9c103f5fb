"""From the bytes of a file to rows."""

import io

import pytest

from portsip_api.pbx.errors import Invalid
from portsip_api.pbx.import_export.columns import COLUMNS, SECRETS, SYNONYMS, exported, find
from portsip_api.pbx.import_export.file_reading import guess_format, read, read_csv
from portsip_api.pbx.spreadsheets.titles import key


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
        "Extension Number;First-Name\r\n 100 ;Ada\r\n101;Grace; ;\r\n;;\r\n ; \r\n",
        "extension_number\tprofile first name\r\n100\tAda\r\n101\tGrace\r\n",
        "sep=;\r\nextension_number;first_name\r\n100;Ada\r\n101;Grace\r\n",
        '"sep=|"\nExt|Given name\n100|Ada\n101|Grace\n',
        "FORENAME,Extension\nAda,100\nGrace,101\n",
    ],
)
def test_every_common_form_of_csv_is_read_to_the_last_row(text):
    assert rows(text) == [
        (2, {"extension_number": "100", "profile": {"first_name": "Ada"}}, ""),
        (3, {"extension_number": "101", "profile": {"first_name": "Grace"}}, ""),
    ]


def test_quotes_keep_separators_quotes_and_line_feeds():
    assert (
        fields('extension_number,description\n100,"a, ""b""\r\nc\rd;\n"')["profile"]["description"]
        == 'a, "b"\r\nc\rd;\n'
    )


def test_blank_rows_are_skipped_and_counted():
    assert [number for number, _, _ in rows("extension_number,email\n\n100,\n,\n101,\n")] == [3, 5]


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
    assert short == (2, {"extension_number": "100", "profile": {}}, "")
    assert long == (3, {}, "Has more values than the header has columns.")


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
    ("encoding", "separator", "remark"),
    [
        ("utf-8", ",", []),
        ("utf-8-sig", ",", []),
        ("utf-8", ";", ["Was read as text in UTF-8 with semicolons between the columns."]),
        ("utf-16", "\t", ["Was read as text in UTF-16 with tabs between the columns."]),
        ("utf-16", ",", ["Was read as text in UTF-16 with commas between the columns."]),
        ("cp1252", ";", ["Was read as text in Windows-1252 with semicolons between the columns."]),
    ],
)
def test_the_encoding_and_the_separator_are_found_out_and_told(encoding, separator, remark):
    text = f"extension_number{separator}first_name\r\n100{separator}Zoë\r\n"
    file = io.BytesIO(text.encode(encoding))
    reading = read_csv(file)
    assert [(row.number, row.fields) for row in reading.rows] == [
        (2, {"extension_number": "100", "profile": {"first_name": "Zoë"}})
    ]
    assert [(found.row, found.field, found.reason) for found in reading.warnings.listed] == [
        (0, "file", sentence) for sentence in remark
    ]
    assert not file.closed


@pytest.mark.parametrize(
    "content",
    [
        b"extension_number\n\x81",
        "\ufeffextension_number\n".encode() + b"\xff",
        b"\xff\xfee\x00x",
        b"\xff\xfe\x00\xd8\x00\x00",
        b"\xff\xfe\n",
    ],
)
def test_csv_is_text(content):
    assert refusal(content) == ("file", "Must be text in UTF-8, UTF-16 or Windows-1252.")


def test_lines_that_begin_with_a_number_sign_are_passed_over_before_the_header():
    text = '# a file\r\n"# of extensions, you know"\r\n\r\nextension_number,first_name\r\n#1,# 2\r\n'
    assert rows(text) == [(5, {"extension_number": "#1", "profile": {"first_name": "# 2"}}, "")]


def test_times_are_read_as_spreadsheets_write_them():
    found = fields("extension_number,monday_from,monday_to,tuesday_from,tuesday_to\n1,9:00,24:00:00, 09:00:00 ,9:5\n")
    assert found["office_hours"] == {
        "monday_from": "09:00",
        "monday_to": "24:00",
        "tuesday_from": "09:00",
        "tuesday_to": "9:5",
    }


def test_blanks_around_a_value_are_none_of_it_except_in_texts_and_passwords():
    text = "extension_number,password,first_name,mobile_phone,gender,enable_extension,time_zone,voicemail_pin,email\n"
    found = fields(text + " 1 , s , Ada , 2 , MALE , TRUE , UTC , 123 , a@b \n")
    assert found == {
        "extension_number": "1",
        "password": " s ",
        "profile": {"first_name": " Ada ", "mobile_phone": " 2 ", "gender": "MALE", "email": "a@b"},
        "options": {"enable_extension": True},
        "office_hours": {"time_zone": "UTC"},
        "voice_mail": {"voicemail_pin": "123"},
    }
    blank = fields(text + "1, , , , , , , , \n")
    assert blank["profile"] == {"first_name": " ", "mobile_phone": " ", "email": ""}
    assert (blank["options"], blank["voice_mail"]) == ({}, {})


def test_each_title_means_one_column():
    titles = [title for column in COLUMNS for title in (column.name, *SYNONYMS.get(column.name, ()))]
    assert len({key(title) for title in titles}) == len(titles)
    for column in COLUMNS:
        for title in (column.name, column.name.upper().replace(".", " "), *SYNONYMS.get(column.name, ())):
            assert find(title) is column


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
