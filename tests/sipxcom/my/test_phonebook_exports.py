"""A user's phonebook as CSV and as vCards, and entries that are put as vCards."""

import csv
import io

import pytest

from tests.crm import WEB_PASSWORD, Crm
from tests.sipxcom.my.test_phonebook import BO, BOOK, ONE, add, own
from tests.sipxcom.portal import Portal, check_outcome, check_refused

CARD_URI = "rest/my/phonebookentry"
CSV, VCARD = "text/plain", "text/x-vcard"
FULL = {
    "jobTitle": "Clerk; senior",
    "jobDept": "Sales",
    "companyName": 'A "B", Inc.',
    "assistantName": "Cy",
    "location": "here",
    "homeAddress": {"street": "1 Road", "city": "Oslo", "country": "NO", "state": "O", "zip": "0150"},
    "officeAddress": {"street": "2 Way", "city": "Bonn", "officeDesignation": "Room 7"},
    "cellPhoneNumber": "+49170",
    "homePhoneNumber": "5550",
    "faxNumber": "5559",
    "imId": "bo",
    "emailAddress": "bo@example.org",
    "alternateEmailAddress": "bo@example.net",
}
CARD = """BEGIN:VCARD
VERSION:3.0
FN:Bo Lind
N:Lind;Bo;;;
ORG:Acme\\, Inc;Sales
TITLE:Clerk
item1.IMPP;TYPE=WORK:xmpp:bo
IMPP;TYPE=PERSONAL:xmpp:bobo
TEL;TYPE=FAX,WORK:9
TEL;TYPE=CELL:0170
TEL;TYPE=HOME:5
TEL;TYPE=WORK:3001
EMAIL;TYPE=HOME:bo@example.net
EMAIL;TYPE=WORK:bo@example.org
ADR;TYPE=WORK:;Room 7;2 Way;Bonn;NRW;53111;DE
ADR;TYPE=HOME:;;1 Road;Oslo;;;
AGENT:BEGIN:VCARD\\nFN:Cy Young\\nTEL:1\\nEND:VCARD\\n
PHOTO;ENCODING=b:////damaged
END:VCARD
"""


def put(user, card=CARD, key="a1", **more):
    parts = {"internalId": key, "uid": "", "vcard": card, "userName": "200"} | more
    escaped = {name: text.replace("&", "&amp;").replace("<", "&lt;") for name, text in parts.items()}
    body = "".join(f"<{name}>{text}</{name}>" for name, text in escaped.items())
    return user.put(f"{CARD_URI}/{key}", f"<pb>{body}</pb>")


def test_it_is_exported_as_csv(user):
    add(user, **{"first-name": '=x("1")', "contact-information": FULL})
    reply = user.get(BOOK, accept=CSV)
    assert reply.headers["Content-Type"] == "text/plain; charset=UTF-8"
    lines = reply.text.splitlines()
    assert lines[2].startswith('"\'=x(\\"1\\")","Lind","3001","Clerk; senior","Sales","A \\"B\\", Inc.","Cy","+49170"')
    header, me, entry = csv.reader(io.StringIO(reply.text), doublequote=False, escapechar="\\")
    assert (len(header), header[:3], header[-1]) == (27, ["First Name", "Last Name", "Number"], "Alternate Office Mail")
    assert dict(zip(header, entry, strict=True)) | {
        "Home city": "Oslo",
        "Home street": "1 Road",
        "Home Zip/Postal code": "0150",
        "Office designation": "Room 7",
        "Office Mail": "bo@example.org",
        "Fax Number": "5559",
    } == dict(zip(header, entry, strict=True))
    assert me[2] == "200"


def test_it_is_exported_as_vcards_that_can_be_put_again(user):
    add(user, **{"contact-information": FULL | {"companyName": "Ä" * 80 + ", Oy\\;"}})
    reply = user.get(BOOK, accept=VCARD)
    assert reply.headers["Content-Type"] == "text/x-vcard; charset=UTF-8"
    cards = reply.data.split(b"END:VCARD\r\n")[:-1]
    assert len(cards) == 1, "the user has no name"
    assert all(len(line) <= 75 for line in reply.data.split(b"\r\n"))
    user.delete(BOOK)
    assert put(user, reply.text).status_code == 200
    found = own(user)[0]["contact-information"]
    kept = {name: FULL[name] for name in FULL if name not in {"assistantName", "location", "imId", "companyName"}}
    assert found | kept == found
    assert found["companyName"] == "Ä" * 80 + ", Oy\\;"
    assert user.get(BOOK, accept=VCARD).data == reply.data


def test_an_empty_book_is_an_empty_file(user, admin: Crm):
    assert user.get(BOOK, accept=VCARD).data == b""
    assert len(user.get(BOOK, accept=CSV).text.splitlines()) == 2


@pytest.mark.parametrize("accept", ["text/vcard", "text/csv"])
def test_other_forms_are_406(user, accept):
    check_refused(user.get(BOOK, accept=accept), 406)


@pytest.mark.parametrize("accept", ["application/json, text/plain, */*", "text/*", "*/*", "text/html, */*;q=0.8"])
def test_who_asks_for_anything_gets_xml(user, accept):
    assert user.get(BOOK, accept=accept).headers["Content-Type"].startswith("text/xml")


def test_a_card_is_put_changed_and_removed(user):
    assert (put(user).status_code, put(user).data) == (200, b"")
    (entry,) = own(user)
    assert entry["contact-information"] == {
        "jobTitle": "Clerk",
        "jobDept": "Sales",
        "companyName": "Acme, Inc",
        "assistantName": "Cy Young",
        "homeAddress": {"street": "1 Road", "city": "Oslo"},
        "officeAddress": {
            "street": "2 Way",
            "city": "Bonn",
            "country": "DE",
            "state": "NRW",
            "zip": "53111",
            "officeDesignation": "Room 7",
        },
        "branchAddress": {},
        "cellPhoneNumber": "0170",
        "homePhoneNumber": "5",
        "faxNumber": "9",
        "imId": "bo",
        "alternateImId": "bobo",
        "emailAddress": "bo@example.org",
        "alternateEmailAddress": "bo@example.net",
    }
    assert (entry["first-name"], entry["last-name"], entry["number"]) == ("Bo", "Lind", "3001")
    assert user.read(f"{ONE}/{entry['id']}")["entry"]["internalId"] == "a1"
    other = "BEGIN:VCARD\nN:Lund;Bo\nTEL;CELL:4\nEND:VCARD"
    assert put(user, other, "zz", uid="a1").status_code == 200
    (entry,) = own(user)
    assert (entry["last-name"], entry["number"]) == ("Lund", "4")
    assert put(user, other.replace("Lund", "Land"), "a1", uid=entry["id"]).status_code == 200
    assert [one["last-name"] for one in own(user)] == ["Land"]
    assert user.delete(f"{CARD_URI}/a1").status_code == 200
    check_refused(user.delete(f"{CARD_URI}/a1"), 404)
    assert put(user).status_code == 200
    assert user.delete(f"{CARD_URI}/{own(user)[0]['id']}").status_code == 200
    assert own(user) == []


def test_an_assistant_may_stand_in_lines_of_an_own(user):
    card = "BEGIN:VCARD\nVERSION:2.1\nN:Lind;Bo\nTEL;WORK:1\nAGENT:\nBEGIN:VCARD\nFN:Cy\nTEL:2\nEND:VCARD\nEND:VCARD"
    assert put(user, card).status_code == 200
    assert [entry["number"] for entry in own(user)] == ["1"]
    assert own(user)[0]["contact-information"]["assistantName"] == "Cy"


@pytest.mark.parametrize(
    ("card", "word"),
    [
        ("", "Vcard"),
        ("no card", "vcard"),
        ("BEGIN:VCARD\nN:Lind;Bo\nTEL:1\n", "cut off"),
        ("BEGIN:VCARD\nN:Lind\nTEL:1\nEND:VCARD", "first-name"),
        ("BEGIN:VCARD\nN:Lind;Bo\nEND:VCARD", "number"),
        ("BEGIN:VCARD\nN:Lind;Bo\nTEL:1\nEMAIL:nobody\nEND:VCARD", "emailAddress"),
        ("BEGIN:VCARD\nN:Lind;Bo\nTEL:1\nPHOTO:" + "x" * (257 << 10) + "\nEND:VCARD", "characters"),
    ],
)
def test_bad_cards_are_refused_and_nothing_is_kept(user, card, word):
    reply = put(user, card)
    check_outcome(reply, 400, "ERROR_VALIDATION_FAILED")
    assert word in reply.text
    assert own(user) == []


def test_what_is_not_there_cannot_be_replaced(user):
    check_refused(put(user, uid="nobody"), 404)
    assert own(user) == []


def test_the_same_entry_under_another_name_is_747(user):
    user.post(f"{ONE}/-1", {"entry": BO})
    check_refused(put(user), 747)


def test_nobody_writes_into_anothers_book(app, user, admin: Crm):
    admin.make_extension("201")
    other = Portal(app.test_client(), "201", WEB_PASSWORD)
    id_ = add(user, internalId="a1")
    for name in ("200", "299"):
        check_refused(put(other, userName=name), 403)
    for key in (id_, "a1"):
        check_refused(put(other, userName="201", uid=key), 404)
        check_refused(other.delete(f"{CARD_URI}/{key}"), 404)
    assert user.read(f"{ONE}/{id_}")["entry"] == BO | {"internalId": "a1"}


def test_other_methods_are_refused(user):
    for method in ("GET", "POST"):
        check_refused(user.ask(method, f"{CARD_URI}/a1"), 405)
