"""A phonebook as CSV: what is written is read again, and runs in no spreadsheet."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portsip_api.pbx.numbers.outside import cleaned
from portsip_api.pbx.phonebooks.columns import COLUMNS
from portsip_api.pbx.phonebooks.reading import Entry
from portsip_api.pbx.phonebooks.reading import read as read_file
from portsip_api.pbx.phonebooks.writing import csv_line

ODD = st.sampled_from("\\\"',;=+-@ 1aE.")
NAME = st.text(ODD | st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp")), max_size=12).map(str.strip)
NUMBER = st.text(ODD, max_size=9).map(lambda text: cleaned(f"{text}7".strip()))


def read(content: bytes) -> list[Entry]:
    """The entries of a file."""
    return read_file(content).entries


def written(*entries: Entry) -> bytes:
    """The file that the entries make."""
    return "".join(map(csv_line, [COLUMNS, *entries])).encode()


@given(st.lists(st.builds(Entry, NAME, NAME, NUMBER), max_size=4))
def test_what_is_written_is_read(entries: list[Entry]) -> None:
    assert read(written(*entries)) == entries


@pytest.mark.parametrize(
    ("name", "cell"),
    [
        ("a\\b", "a\\b"),
        ('"', '\\"'),
        ("C:\\", "C:\\\\"),
        ('a\\"b', 'a\\\\\\"b'),
        ("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"),
        ("'=1+1", "''=1+1"),
        ("@a", "'@a"),
    ],
)
def test_backslashes_and_formulas_are_written_so(name: str, cell: str) -> None:
    assert csv_line([name, "", "+49 30"]) == f'"{cell}","","+49 30"\n'
    assert read(written(Entry(name, "", "1"))) == [Entry(name, "", "1")]


def test_other_files_with_backslashes_are_read_as_the_standard_has_them() -> None:
    file = io.StringIO()
    csv.writer(file, quoting=csv.QUOTE_ALL).writerows([("C:\\", 'a"b', "1"), ("\\\\", "\\", "2")])
    assert read(file.getvalue().encode()) == [Entry("\\\\", "\\", "2"), Entry("C:\\", 'a"b', "1")][::-1]


def test_backslashes_are_understood_without_a_header_too() -> None:
    assert read(b'"O\\"Neil, Jr.","a","1"\n"b\\\\","c","2"\n') == [
        Entry('O"Neil, Jr.', "a", "1"),
        Entry("b\\", "c", "2"),
    ]
