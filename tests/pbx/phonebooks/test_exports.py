"""Files of Outlook, of Gmail and of vCards, read as what they are; and headers that are not understood."""

import csv
import io
from contextlib import suppress
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portsip_api.pbx.errors import Invalid
from portsip_api.pbx.phonebooks.reading import MOST_BYTES, read

OUTLOOK = (
    "Title", "First Name", "Middle Name", "Last Name", "Suffix", "Company", "Department", "Business Street",
    "Assistant's Phone", "Business Fax", "Business Phone", "Business Phone 2", "Callback", "Car Phone",
    "Company Main Phone", "Home Fax", "Home Phone", "Home Phone 2", "ISDN", "Mobile Phone", "Other Fax", "Other Phone",
    "Pager", "Primary Phone", "Radio Phone", "TTY/TDD Phone", "Telex", "E-mail Address", "Notes",
)  # fmt: skip
OUTLOOK_GERMAN = (
    "Anrede", "Vorname", "Nachname", "Firma", "Fax geschäftlich", "Telefon geschäftlich", "Telefon geschäftlich 2",
    "Telefon Firma", "Telefon privat", "Mobiltelefon", "Pager", "Telefon Assistent", "E-Mail-Adresse",
)  # fmt: skip
GMAIL = (
    "First Name", "Middle Name", "Last Name", "Phonetic First Name", "Nickname", "File As", "Organization Name",
    "Notes", "Labels", "E-mail 1 - Label", "E-mail 1 - Value", "Phone 1 - Label", "Phone 1 - Value", "Phone 2 - Label",
    "Phone 2 - Value",
)  # fmt: skip
GMAIL_OLD = (
    "Name", "Given Name", "Additional Name", "Family Name", "Organization 1 - Name", "Phone 1 - Type",
    "Phone 1 - Value",
)  # fmt: skip


def table(titles: tuple[str, ...], *rows: dict[str, str], separator: str = ",", quoting: int = csv.QUOTE_ALL) -> str:
    """A file with these columns, blank where a row says nothing."""
    file = io.StringIO()
    writer = csv.DictWriter(file, titles, "", delimiter=separator, quoting=quoting)  # type: ignore[arg-type]
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue()


def entries(content: str | bytes) -> list[tuple[str, ...]]:
    return [tuple(entry) for entry in read(content if isinstance(content, bytes) else content.encode()).entries]


def refused(content: str) -> dict[str, list[str]]:
    with pytest.raises(Invalid) as caught:
        read(content.encode())
    return {field: list(sentences) for field, sentences in caught.value.errors.items()}


@pytest.mark.parametrize("encoding", ["cp1252", "utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_outlook(encoding: str, separator: str) -> None:
    file = table(
        OUTLOOK,
        {
            "First Name": "Zoë", "Last Name": "Smith", "Company": "Acme", "Business Phone": "+49 (30) 123",
            "Mobile Phone": "0151 1", "Business Fax": "99", "Assistant's Phone": "98", "Pager": "97", "Notes": "a\r\nb",
        },
        {"First Name": "Bob", "Last Name": "Adams", "E-mail Address": "bob@example.com"},
        {"Company": "Acme", "Company Main Phone": "+49 30 0", "Primary Phone": "+49 30 0"},
        separator=separator,
    )  # fmt: skip
    reading = read(file.encode(encoding))
    assert [tuple(entry) for entry in reading.entries] == [
        ("Zoë", "Smith", "+4930123"),
        ("Zoë", "Smith", "01511"),
        ("", "Acme", "+49300"),
    ]
    assert "Contacts without a number, which were passed over: 1." in reading.remarks


def test_outlook_in_german() -> None:
    file = table(
        OUTLOOK_GERMAN,
        {
            "Vorname": "Jörg", "Nachname": "Groß", "Telefon geschäftlich": "030 1", "Telefon geschäftlich 2": "030 2",
            "Fax geschäftlich": "030 9", "Telefon privat": "030 3", "Mobiltelefon": "0151", "Telefon Assistent": "8",
        },
        separator=";",
    )  # fmt: skip
    reading = read(file.encode("cp1252"))
    assert [entry.number for entry in reading.entries] == ["0301", "0302", "0303", "0151"]
    assert reading.entries[0][:2] == ("Jörg", "Groß")
    assert reading.remarks == ["Was read as text in Windows-1252 with semicolons between the columns."]


def test_gmail() -> None:
    file = table(
        GMAIL,
        {
            "First Name": "Ann", "Last Name": "Smith", "Labels": "* myContacts", "Phone 1 - Label": "Mobile",
            "Phone 1 - Value": "+1 212 555 ::: +1 212 556", "Phone 2 - Label": "Work Fax", "Phone 2 - Value": "9",
        },
        {"Organization Name": "Acme", "Phone 1 - Value": "1"},
        quoting=csv.QUOTE_MINIMAL,
    )  # fmt: skip
    assert entries(file) == [("Ann", "Smith", "+1212555"), ("Ann", "Smith", "+1212556"), ("", "Acme", "1")]
    old = {"Name": "Ann Smith", "Given Name": "Ann", "Family Name": "Smith", "Phone 1 - Value": "5"}
    assert entries(table(GMAIL_OLD, old)) == [("Ann", "Smith", "5")]


def test_a_table_with_our_three_columns_has_one_number_a_row() -> None:
    """As the system's own export of 27 columns does: the others were never entries."""
    titles = (
        "First Name",
        "Last Name",
        "Number",
        "Job Title",
        "Cell Phone Number",
        "Home Phone Number",
        "Mobile Phone",
    )
    assert entries(table(titles, {"First Name": "A", "Number": "1", "Mobile Phone": "2"})) == [("A", "", "1")]


@pytest.mark.parametrize(
    ("header", "missing"),
    [
        ("Nom,Prénom,Téléphone", "First name, Last name, Number"),
        ("Name,Company,E-mail", "First name, Last name, Number"),
        ("First name,Last name,Town", "Number"),
        ("First name,Surname,Business Fax", "Number"),
        ("First name,Phone 1 - Value,Phone 2 - Value", "Last name"),
        ("Number,Name", "First name, Last name"),
        ("a", "First name, Last name, Number"),
        ("Vorname;Anschrift;Mobiltelefon", "Last name"),
    ],
)
def test_a_header_that_is_not_understood_is_refused_with_what_it_lacks(header: str, missing: str) -> None:
    separator = ";" if ";" in header else ","
    assert refused(f"{header}\n{separator.join('Ann1')}\n") == {
        "file": [f"Its header lacks what a phonebook is made of: {missing}. See `pbx phonebook import --help`."]
    }


@pytest.mark.parametrize("row", ["Ann,Smith,200", "First,Last,+493012", "Ann,Smith,a200", "Phone,Home,1", ",,1"])
def test_a_first_row_with_a_number_is_somebody(row: str) -> None:
    assert entries(f"{row}\n") == [tuple(row.split(","))]


def test_rows_are_numbered_as_a_spreadsheet_does() -> None:
    assert list(refused('sep=;\nFirst name;Last name;Number\n\n"a\nb";c;1\nd;e;x\n')) == ["row 3", "row 4"]
    assert list(refused(table(GMAIL, {"Phone 1 - Value": "1"}, {"Phone 2 - Value": "n/a"}))) == ["row 3"]


# vCards

CARDS = """BEGIN:VCARD
VERSION:2.1
N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:M=C3=BCller;J=C3=B6rg=20=
Hans
TEL;WORK;VOICE:+49 (30) 123
TEL;CELL:0151
TEL;WORK;FAX:99
END:VCARD

begin:vcard
VERSION:3.0
N:O\\;Neil\\, Jr.;Ann;;Dr.;
FN:Dr. Ann O;Neil
item1.TEL;type=pref:+1 21
 2
item1.X-ABLabel:_$!<Other>!$_
TEL;type=HOME;type=PAGER:98
PHOTO;ENCODING=b;TYPE=JPEG:/9j/4AAQ%%%%
  TEL:1
end:vcard
BEGIN:VCARD
VERSION:4.0
FN:Bob van Dyke
TEL;VALUE=uri;TYPE="voice,home":tel:+1-418-656-9254;ext=102
TEL:+1-418-656-9254
AGENT:
BEGIN:VCARD
N:Assistant;An
TEL:97
END:VCARD
END:VCARD
BEGIN:VCARD
ORG:Acme\\, Inc.;Sales
TEL:5
END:VCARD
BEGIN:VCARD
FN:Nobody
EMAIL:nobody@example.com
END:VCARD
"""


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_vcards_of_every_version(encoding: str, ending: str) -> None:
    reading = read(CARDS.replace("\n", ending).encode(encoding))
    assert [tuple(entry) for entry in reading.entries] == [
        ("Jörg Hans", "Müller", "+4930123"),
        ("Jörg Hans", "Müller", "0151"),
        ("Ann", "O;Neil, Jr.", "+1212"),
        ("Bob van", "Dyke", "+14186569254"),
        ("", "Acme, Inc.", "5"),
    ]
    assert reading.remarks[-1] == "Contacts without a number, which were passed over: 1."


def test_a_vcard_of_windows() -> None:
    card = "BEGIN:VCARD\r\nN;CHARSET=Windows-1252:Groß;Jörg\r\nTEL:1\r\nEND:VCARD\r\n"
    assert entries(card.encode("cp1252")) == [("Jörg", "Groß", "1")]
    quoted = "BEGIN:VCARD\nN;CHARSET=ISO-8859-1;ENCODING=QUOTED-PRINTABLE:Gro=DF;J=F6rg\nTEL:1\nEND:VCARD\n"
    assert entries(quoted) == [("Jörg", "Groß", "1")]


def test_what_is_wrong_with_a_vcard_is_told_by_its_number() -> None:
    assert refused("BEGIN:VCARD\nFN:A\nTEL:1\nEND:VCARD\nBEGIN:VCARD\nFN:B\nTEL:none\nEND:VCARD\n") == {
        "card 2": ["Number: Must have a digit."]
    }
    assert refused("BEGIN:VCARD\nFN:A\nTEL:1\n") == {"file": ["Is cut off: its last vCard has no end."]}
    assert list(refused(f"BEGIN:VCARD\nFN:{'x' * 300}\nTEL:1\nEND:VCARD\n")) == ["card 1"]


@pytest.mark.parametrize(
    "text",
    [
        "\\" * 999_999,
        ";" * 999_999,
        "a;" * 499_999,
        '"' * 999_999,
        "=" * 999_999,
        "a" * 999_999 + "\\",
        "a=\n" * 299_999,
    ],
)
def test_a_large_file_is_read_in_one_pass(text: str) -> None:
    """What goes over it again and again would take hours."""
    card = f"BEGIN:VCARD\nN:{text}\nTEL;{text}:1\n{text}\nTEL;ENCODING=QUOTED-PRINTABLE:{text}\n\nEND:VCARD\n"
    assert len(card) < MOST_BYTES
    before = process_time()
    with suppress(Invalid):
        read(card.encode())
    assert process_time() - before < 20


@given(st.text(max_size=80), st.sampled_from(["", "BEGIN:VCARD\n", "First Name,Last Name,Phone 1 - Value\n"]))
def test_anything_is_read_or_refused(text: str, before: str) -> None:
    for content in (
        f"{before}{text}".encode("utf-8", "replace"),
        f"{before}{text}\nEND:VCARD".encode("utf-16", "replace"),
    ):
        try:
            read(content)
        except Invalid:
            continue
