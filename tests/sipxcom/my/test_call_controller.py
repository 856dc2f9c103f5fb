"""Calls that a client places, watches and transfers."""

import pytest
from defusedxml.ElementTree import fromstring

from portsip_api import switch
from portsip_api.pbx.calls import control
from tests.crm import Crm
from tests.pbx.calls.engines import Engine
from tests.pbx.calls.records import START, missed, record, write
from tests.sipxcom.digests import Digest

PATH = "rest/my/redirect/callcontroller/200/201"
NAMESPACE = "{http://www.sipfoundry.org/sipX/schema/xml/call-status-00-00}"


@pytest.fixture
def engine(user, admin: Crm, monkeypatch, time) -> Engine:
    """An engine, and the extensions 201 and 202."""
    for number in ("201", "202"):
        admin.make_extension(number)
    attached = Engine()
    monkeypatch.setattr(switch, "switch", attached)
    time.wall_now = START / 1000
    return attached


def check_status(reply, status: int, word: str) -> None:
    """The reply is a `processing-status` of that status with that word in its text."""
    assert reply.status_code == status, reply.text
    assert reply.content_type == "text/xml; charset=UTF-8"
    root = fromstring(reply.text)
    assert root.tag == f"{NAMESPACE}processing-status"
    texts = {child.tag.removeprefix(NAMESPACE): child.text for child in root}
    assert texts.pop("error-text").count(word) == 1
    assert texts == {"error-flag": "true", "error-code": str(status)}


def line(user, path: str = PATH) -> dict[str, str | None]:
    reply = user.get(path)
    assert reply.status_code == 200, reply.text
    root = fromstring(reply.text)
    assert root.tag == "status-lines"
    (status,) = root
    return {child.tag: child.text for child in status}


def test_a_call_is_placed_and_watched(user, engine, time):
    reply = user.post(f"{PATH}?isForwardingAllowed=true&timeout=30&subject=Lunch&confpin=99")
    assert (reply.status_code, reply.data) == (200, b"")
    (placed,) = engine.placed
    assert (placed.domain, placed.extension, placed.to, placed.method) == ("pbx.local", "200", ("201",), "refer")
    assert (placed.ring_seconds, placed.may_forward, placed.subject) == (30, True, "Lunch")
    assert placed.conference_pin == "99"
    session = placed.session_id
    told = {"timestamp": "2023-11-14T22:13:20.000Z", "call-id": f"id-{session}", "method": "REFER"}
    assert line(user) == told | {"status-line": "SIP/2.0 180 Ringing"}
    engine.answer()
    assert line(user) == told | {"status-line": "SIP/2.0 200 OK"}
    check_status(user.post(PATH), 406, "in progress")
    engine.calls.clear()
    write(missed(f"id-{session}", "200", "201", session_id=session, fail_code=486))
    assert line(user) == told | {"status-line": "SIP/2.0 486 Call ended"}
    assert user.post(PATH).status_code == 200
    time.pass_seconds(181)
    engine.calls.clear()
    assert user.get(PATH).text.endswith("<status-lines/>")
    assert control.delete_past() == 1


def test_a_call_of_which_nothing_is_heard_yet(user, engine):
    user.post(PATH)
    engine.calls.clear()
    assert line(user)["status-line"] == "SIP/2.0 100 Trying"


def test_a_call_by_invite_has_dialogs(user, engine):
    assert user.post(f"{PATH}?sipMethod=INVITE&agent=200&action=call").status_code == 200
    session = engine.placed[0].session_id

    def dialog() -> list[str | None]:
        root = fromstring(user.get(PATH).text)
        assert (root.tag, root[0].tag) == ("dialogs", "dialog")
        return [child.text for child in root[0]]

    parties = ["<sip:200@pbx.local>", "<sip:201@pbx.local>"]
    assert dialog() == [f"id-{session}", *parties, "EARLY"]
    engine.answer()
    assert dialog() == [f"id-{session}", *parties, "CONFIRMED"]
    engine.calls.clear()
    assert dialog() == [str(session), None, None, "EARLY"]
    write(record(f"id-{session}", "200", "201", session_id=session))
    assert dialog() == [f"id-{session}", *parties, "TERMINATED"]


def test_a_call_is_transferred(user, engine):
    transfer = f"{PATH}?action=transfer&target=202"
    check_status(user.post(transfer), 406, "transferred")
    user.post(PATH)
    engine.answer()
    assert user.post(transfer).status_code == 200
    assert engine.told == [("transfer", "pbx.local", engine.calls[0].call_id, "200", "202")]
    check_status(user.post(f"{PATH}?action=transfer"), 400, "target")
    check_status(user.post(f"{PATH}?action=transfer&target=+4930"), 403, "dialled")


@pytest.mark.parametrize(
    ("query", "status", "word"),
    [
        ("sipMethod=message", 406, "sipMethod"),
        ("action=park", 400, "action"),
        ("timeout=-1", 400, "timeout"),
        ("resultCacheTime=-5", 400, "resultCacheTime"),
        ("timeout=1e9", 400, "timeout"),
        ("resultCacheTime=86401", 400, "resultCacheTime"),
        ("agent=201", 403, "phone"),
        ("subject=%00", 400, "subject"),
    ],
)
def test_what_is_refused(user, engine, query, status, word):
    check_status(user.post(f"{PATH}?{query}"), status, word)
    assert engine.placed == []


def test_only_ones_own_phone_calls(user, engine):
    check_status(user.post(PATH.replace("200/201", "201/200")), 403, "phone")
    check_status(user.get(PATH.replace("200/201", "201/200")), 403, "phone")
    check_status(user.post(PATH.replace("/201", "/no%20number")), 400, "number")
    for calling in ("200@pbx.local", "sip:200@pbx.local"):
        engine.calls.clear()
        assert user.post(f"rest/my/redirect/callcontroller/{calling}/sip:201@pbx.local").status_code == 200


def test_without_an_engine(user, admin: Crm):
    admin.make_extension("201")
    check_status(user.post(PATH), 503, "engine")
    assert user.get(PATH).text.endswith("<status-lines/>")


def test_the_pages_own_php(user, engine):
    """POST by Digest to the other port, with nothing in the body."""
    target = "/callcontroller/200/201?isForwardingAllowed=true"
    challenge = user.http.post(target)
    assert challenge.status_code == 401
    digest = Digest(*user.auth).challenged_by(challenge, "MD5")
    reply = user.http.post(target, headers=digest.header("POST", target))
    assert (reply.status_code, reply.data) == (200, b"")
    assert engine.placed[0].may_forward
