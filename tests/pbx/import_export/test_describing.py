"""The template of an import file, and what is said of its columns."""

import io

from portsip_api.ops import import_page
from portsip_api.pbx.import_export import describing, file_reading
from portsip_api.pbx.import_export.columns import COLUMNS, find
from tests.crm import SIP_PASSWORD, WEB_PASSWORD


def test_a_template_is_read_as_a_file_without_rows() -> None:
    reading = file_reading.read_csv(io.BytesIO(describing.template().encode()))
    assert (list(reading.rows), reading.warnings.listed) == ([], [])


def test_what_is_filled_in_below_the_titles_is_read() -> None:
    file = describing.template() + f"1000,{SIP_PASSWORD},{WEB_PASSWORD},Ada\r\n"
    (row,) = file_reading.read_csv(io.BytesIO(file.encode())).rows
    assert row.number == file.count("\n")
    assert row.fields["extension_number"] == "1000"
    assert row.fields["profile"] == {"first_name": "Ada"}


def test_every_line_of_a_template_but_the_titles_is_a_comment() -> None:
    *comments, titles = describing.template().splitlines()
    assert all(line.lstrip('"').startswith("# ") for line in comments)
    assert None not in map(find, titles.split(","))
    assert all(any(f"# {title}: " in line for line in comments) for title in titles.split(","))


def test_every_column_is_told_of() -> None:
    assert [name for name, _, _ in describing.columns()] == [column.name for column in COLUMNS]
    for _, others, _ in describing.columns():
        assert None not in [find(title) for title in others.split(", ") if title]


def test_the_page_is_that_of_the_columns() -> None:
    assert import_page.PAGE.read_text(encoding="utf-8") == import_page.page(), "run `make readme`"
