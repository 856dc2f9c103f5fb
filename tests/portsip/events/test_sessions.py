"""What is said over a socket of events: log-in, what is watched, and what is told."""

import json
from typing import Any

import pytest

from portsip_api.ops import jobs
from portsip_api.pbx.access import tokens
from portsip_api.pbx.events import outbox, outbox_sql, queue_changes
from portsip_api.pbx.events.queue_changes import ANSWERED, LEFT, WAITING, QueueChange
from portsip_api.portsip.events.sessions import MOST_WATCHED, Session
from portsip_api.store import database
from tests.crm import ADMIN_PASSWORD, SIP_PASSWORD, WEB_PASSWORD, Crm
from tests.pbx.calls.records import START, missed, open_call, record, write

ADMIN = {"username": "admin", "password": ADMIN_PASSWORD}
OWN = {"extension_number": "1000", "password": SIP_PASSWORD, "domain": "pbx.local"}


class Watcher:
    """A session, and the events that it has not been told yet."""

    def __init__(self, **log_in: Any) -> None:
        self.session = Session("192.0.2.1")
        self.last = outbox.newest()
        if log_in:
            assert self.send("auth", **log_in)[0]["status"] == 0

    def send(self, command: str, **fields: Any) -> list[Any]:
        """Send a command and return the reply, and the events behind it."""
        return [json.loads(text) for text in self.session.receive(json.dumps({"command": command, **fields}))]

    def hear(self) -> list[Any]:
        """Return what is told of what has happened since."""
        found = outbox.take(self.last)
        self.last = found[-1].id if found else self.last
        return [json.loads(text) for text in self.session.told(found)]


@pytest.fixture
def pbx(admin: Crm) -> Crm:
    """The default tenant with 1000 and 1001, while somebody listens."""
    for number in ("1000", "1001"):
        admin.make_extension(number, profile={"first_name": "Ada", "last_name": number, "email": f"{number}@x.example"})
    outbox.listen()
    return admin


def register(line: str, number: str = "1001") -> None:
    """Let the switch know something of an extension."""
    with database.writing():
        database.execute("UPDATE extension SET line = ? WHERE number = ?", (line, number))


def test_the_state_is_told_at_once_and_on_change(pbx, time):
    watcher = Watcher(**ADMIN)
    reply, state = watcher.send("subscribe", topics=["extension_events"], extensions=["1001"])
    assert reply == {"command": "subscribe", "id": "2", "status": 0}
    told = {
        "topic": "extension_events",
        "event_type": "extension_status",
        "tenant_id": "1",
        "time": str(int(time.wall_now)),
        "extension": "sip:1001@pbx.local",
        "extension_id": state["extension_id"],
        "online": False,
        "on_call": False,
        "presence_note": "AVAILABLE",
        "push_online": False,
    }
    assert state == told
    register("ONLINE", "1000")  # whom nobody watches
    register("ONLINE")
    (now,) = watcher.hear()
    assert {**now, "time": ""} == {**told, "online": True, "time": ""}
    register("ON_CALL")
    status, call = watcher.hear()
    assert (status["online"], status["on_call"]) == (True, True)
    assert (call["event_type"], call["on_call"], "online" in call) == ("extension_call", True, False)
    pbx.do("extensions/status/update", extension_number="1001", status="DND")
    assert [one["event_type"] for one in watcher.hear()] == ["extension_status", "extension_presence"]
    pbx.do("extensions/update", extension_number="1001", options={"enable_extension": False})
    assert watcher.hear()[0]["online"] is False
    pbx.do("extensions/destroy", extension_number="1001")
    pbx.make_extension("1001")
    assert watcher.hear() == []  # it was offline before, and another one is not watched


def test_no_blank_stands_where_clients_search(pbx):
    watcher = Watcher(**ADMIN)
    register("ONLINE")
    _, text = watcher.session.receive(
        '{"command": "subscribe", "topics": ["extension_events"], "extensions": ["1001"]}'
    )
    assert '"online":true' in text


def test_what_happens_while_a_command_is_done_is_told_once(pbx):
    watcher = Watcher(**ADMIN)
    register("ONLINE")
    watcher.send("subscribe", topics=["extension_events"], extensions=["1001"])
    assert watcher.hear() == []  # which the first state includes
    register("OFFLINE")
    assert len(watcher.hear()) == 1


def test_management_is_told_to_managers(pbx):
    watcher = Watcher(**ADMIN)
    assert watcher.send("subscribe", topics=["extension_management_events"])[0]["status"] == 0
    made = pbx.make_extension("1002", profile={"first_name": "Bo", "email": "bo@x.example"})
    pbx.do("extensions/update", extension_number="1002", profile={"last_name": "Lind"})
    pbx.do("extensions/update", id=made, extension_number="1003")
    pbx.do("extensions/update", id=made, options={"outbound_caller_id": "+1"})  # of which nothing is told
    pbx.do("extensions/destroy", id=made)
    told = [(one["event_type"], one["extension_number"], one["disp_name"]) for one in watcher.hear()]
    assert told == [
        ("extension_created", "1002", "Bo"),
        ("extension_updated", "1002", "Bo Lind"),
        ("extension_updated", "1003", "Bo Lind"),
        ("extension_destroyed", "1003", "Bo Lind"),
    ]
    refused = Watcher(**OWN).send("subscribe", topics=["extension_management_events"])[0]
    assert (refused["status"], refused["error"]) == (-1, "Your role may not watch extension_management_events.")


def test_a_call_is_told_once_it_has_ended(pbx):
    watcher = Watcher(**ADMIN)
    watcher.send("subscribe", topics=["cdr_events"])
    write(open_call("a", caller="1000", callee="1001"))
    assert watcher.hear() == []
    write(record("a", "1000", "1001", ringing=START + 1_000, session_id=77))
    write(record("a", "1000", "1001", ringing=START + 1_000))  # told again by the engine
    write(missed("b", "+49", "1001", direction="INBOUND", did="+4930", end_reason="BUSY", fail_code=486))
    told, other = watcher.hear()
    assert told == {
        "topic": "cdr_events",
        "event_type": "call_cdr",
        "tenant_id": "1",
        "time": told["time"],
        "cdr_id": told["cdr_id"],
        "call_id": "a",
        "session_id": "77",
        "caller": "1000",
        "caller_domain": "pbx.local",
        "callee": "1001",
        "callee_domain": "pbx.local",
        "direction": "ext",
        "call_status": "ANSWERED",
        "start_time": "1700000000",
        "ring_time": "1700000001",
        "answered_time": "1700000005",
        "ended_time": "1700000065",
        "ring_duration": "5",
        "talk_duration": "60",
        "ended_reason": "CALLER_HANGUP",
        "fail_code": "0",
        "outbound_caller_id": "",
        "did_cid": "",
        "final_dest": "1001",
        "call_targets": [],
    }
    names = (
        "call_id",
        "direction",
        "call_status",
        "answered_time",
        "talk_duration",
        "ended_reason",
        "fail_code",
        "did_cid",
    )
    assert [other[name] for name in names] == ["b", "in", "NONE", "0", "0", "BUSY", "486", "+4930"]
    assert (other["caller_domain"], other["ring_duration"]) == ("", "65")
    watcher.send("unsubscribe", topics=["cdr_events"])
    write(record("c"))
    assert watcher.hear() == []


def test_an_extension_hears_of_its_own_calls(pbx):
    made = pbx.do("account/create", name="acme", domain="acme.example", password="a long passphrase")["id"]
    own, ours = Watcher(**OWN), Watcher(**ADMIN)
    for watcher in (own, ours):
        watcher.send("subscribe", topics=["cdr_events"])
    extension_id = database.fetch_row("SELECT id FROM extension WHERE number = '1001'")[0]
    ours.send("subscribe", topics=["extension_events"], extensions=["1001"])  # whose id may be that of a call
    write(record("mine", "1000", "+49"), record("to me", "+49", "1000"), record("not mine", "1001", "+49"))
    write(*(record(f"more {number}", "1001", "1002") for number in range(extension_id)))
    write(record("theirs", "1000", "1001"), tenant=made)
    assert [one["call_id"] for one in own.hear()] == ["mine", "to me"]
    heard = ours.hear()
    assert {one["event_type"] for one in heard} == {"call_cdr"}
    assert [one["call_id"] for one in heard][:3] == ["mine", "to me", "not mine"]
    assert len(heard) == 3 + extension_id


def test_a_tenant_hears_of_itself_only(pbx):
    other = pbx.do("account/create", name="acme", domain="acme.example", password="a long passphrase")["id"]
    theirs = Watcher(username="acme", password="a long passphrase", domain="acme.example")
    mine = Watcher(**ADMIN, domain="acme.example")  # an administrator names a tenant by its domain
    ours = Watcher(**ADMIN)
    watchers = (theirs, mine, ours)
    for watcher in watchers:
        watcher.send("subscribe", topics=["extension_management_events"])
    refused = theirs.send("subscribe", topics=["extension_events"], extensions=["1001"])
    assert (refused[0]["status"], len(refused)) == (-1, 1)
    pbx.make_extension("1001", tenant_id=other)
    pbx.do("account/destroy", id=other)
    told = [[(one["event_type"], one["tenant_id"]) for one in watcher.hear()] for watcher in watchers]
    assert told == [[("extension_created", str(other)), ("extension_destroyed", str(other))]] * 2 + [[]]


def test_what_happens_in_queues_is_told_to_whoever_watches_them(pbx):
    for number in ("700", "701"):
        pbx.do("call_queues/create", queue_number=number, name=number, members=["1000"])
    one, every, member, nobody = Watcher(**ADMIN), Watcher(**ADMIN), Watcher(**OWN), Watcher(**ADMIN)
    one.send("subscribe", topics=["queue_events"], queues=["700"])
    every.send("subscribe", topics=["queue_events"])
    member.send("subscribe", topics=["queue_events"])
    for number, status, agent, waiting in (("700", WAITING, "", 1), ("700", ANSWERED, "1000", 0), ("701", LEFT, "", 2)):
        queue_changes.tell(1, QueueChange(number, "a call", "1001", status, agent, waiting))
    caller, queue, answered, _ = one.hear()
    where = {"topic": "queue_events", "tenant_id": "1", "queue": "sip:700@pbx.local", "queue_number": "700"}
    told = {
        "event_type": "queue_caller_status",
        "call_id": "a call",
        "caller": "1001",
        "status": "WAITING",
        "agent": "",
    }
    assert {**caller, "time": ""} == {**where, **told, "time": ""}
    assert {**queue, "time": ""} == {**where, "event_type": "queue_status", "waiting_callers": 1, "time": ""}
    assert (answered["status"], answered["agent"]) == ("ANSWERED", "1000")
    assert [each["queue_number"] for each in every.hear()] == ["700"] * 4 + ["701"] * 2
    assert len(member.hear()) == 6
    assert nobody.hear() == []
    pbx.do("call_queues/update", queue_number="701", members=["1001"])
    every.send("unsubscribe", topics=["queue_events"])
    one.send("unsubscribe", topics=["queue_events"], queues=["700"])
    for number in ("700", "701", "702"):  # the last is gone meanwhile
        queue_changes.tell(1, QueueChange(number, "a call", "1001", WAITING, "", 1))
    assert (one.hear(), every.hear()) == ([], [])
    assert {each["queue_number"] for each in member.hear()} == {"700"}


def test_nothing_of_queues_is_written_while_nobody_listens(pbx):
    outbox.stop()
    queue_changes.tell(1, QueueChange("700", "a call", "1001", WAITING, "", 1))
    assert outbox.take(0) == []


def test_an_extension_watches_its_colleagues_and_its_queues(pbx):
    pbx.do("call_queues/create", queue_number="700", name="a", members=["1000"])
    pbx.do("call_queues/create", queue_number="701", name="b", members=["1001"])
    watcher = Watcher(**OWN)
    assert len(watcher.send("subscribe", topics=["extension_events"], extensions=["1001", 1000])) == 3
    for queue, status in (("700", 0), ("701", -1), ("702", -1)):
        assert watcher.send("subscribe", topics=["queue_events"], queues=[queue])[0]["status"] == status
    assert Watcher(**ADMIN).send("subscribe", topics=["queue_events"], queues=["700", "701"])[0]["status"] == 0


def test_less_is_watched(pbx):
    watcher = Watcher(**ADMIN)
    watcher.send("subscribe", topics=["extension_events"], extensions=["1000", "1001"])
    watcher.send("unsubscribe", topics=["extension_events"], extensions=["1000"])
    register("ONLINE", "1000")
    register("ONLINE", "1001")
    assert [one["extension"] for one in watcher.hear()] == ["sip:1001@pbx.local"]
    assert watcher.send("unsubscribe", topics=["extension_events"], id="mine")[0]["id"] == "mine"
    register("OFFLINE", "1001")
    assert watcher.hear() == []


@pytest.mark.parametrize(
    "log_in",
    [
        ADMIN,
        OWN,
        {"extension_number": 1000, "sip_password": SIP_PASSWORD, "domain": "pbx.local"},
        {"username": "1000@pbx.local", "password": WEB_PASSWORD},
        {"username": "1000", "password": WEB_PASSWORD, "domain": "pbx.local"},
    ],
)
def test_who_logs_in(pbx, log_in):
    before = database.fetch_row("SELECT count(*) FROM extension")
    watcher = Watcher(**log_in)
    assert watcher.session.lives()
    assert database.fetch_row("SELECT count(*) FROM extension") == before
    refused = watcher.send("auth", **log_in)[0]
    assert (refused["status"], watcher.session.is_over) == (-1, True)


@pytest.mark.parametrize(
    "log_in",
    [
        {"username": "admin", "password": "wrong"},
        {**OWN, "password": WEB_PASSWORD},
        {"access_token": "0" * 32},
        {"access_token": ["x"]},
        {"username": "admin"},
        {**ADMIN, "domain": "nobody.example"},
        {},
    ],
)
def test_who_does_not(pbx, log_in):
    watcher = Watcher()
    for failure in range(3):
        assert not watcher.session.is_over
        (reply,) = watcher.send("auth", **log_in)
        assert (reply["command"], reply["id"], reply["status"]) == ("auth", str(failure + 1), -1)
        assert reply["error"]
    assert watcher.session.is_over


def test_failures_are_limited_as_those_of_any_log_in(pbx, configure):
    configure(PBX_LOGIN_FAILURES="2", PBX_TOKEN_TTL="86400")
    for _ in range(2):
        Watcher().send("auth", username="1000@pbx.local", password="wrong")
    watcher = Watcher()
    (reply,) = watcher.send("auth", username="1000@pbx.local", password=WEB_PASSWORD)
    assert (reply["status"], watcher.session.is_over) == (-1, True)
    assert "Too many failed log-ins" in reply["error"]


def test_a_socket_lives_as_long_as_what_let_it_in(pbx, crm):
    me = crm.log_in("1000@pbx.local", WEB_PASSWORD)
    by_token, by_password = Watcher(access_token=me.token), Watcher(**OWN)
    assert by_token.session.lives()
    tokens.sign_out(me.token)
    assert (by_token.session.lives(), by_password.session.lives()) == (False, True)
    pbx.do("extensions/update", extension_number="1000", password="another-sip-secret")
    assert not by_password.session.lives()
    pbx.do("extensions/destroy", extension_number="1000")
    assert not by_password.session.lives()


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("", "command"),
        ("[]", "command"),
        ('{"command": "dance"}', "command"),
        ('{"command": "subscribe"}', "topics"),
        ('{"command": "subscribe", "topics": "extension_events"}', "topics"),
        ('{"command": "subscribe", "topics": ["news"]}', "topics"),
        ('{"command": "subscribe", "topics": ["extension_events"]}', "extensions"),
        ('{"command": "subscribe", "topics": ["extension_events"], "extensions": ["1999"]}', "extensions"),
        ('{"command": "subscribe", "topics": ["extension_events"], "extensions": [null]}', "extensions"),
        ('{"command": "subscribe", "topics": ["queue_events"], "queues": ["1000"]}', "queue"),
    ],
)
def test_what_cannot_be_done_is_said(pbx, text, error):
    watcher = Watcher(**ADMIN)
    (reply,) = (json.loads(one) for one in watcher.session.receive(text))
    assert reply["status"] == -1
    assert error in reply["error"]
    assert not watcher.session.is_over


def test_nobody_subscribes_before_a_log_in(pbx):
    watcher = Watcher()
    (reply,) = watcher.send("subscribe", topics=["extension_events"], extensions=["1000"])
    assert (reply["status"], reply["error"]) == (-1, "Log in first: send the command `auth`.")


def test_no_more_are_watched_than_that(pbx, monkeypatch):
    monkeypatch.setattr("portsip_api.portsip.events.sessions.MOST_WATCHED", 1)
    watcher = Watcher(**ADMIN)
    (reply,) = watcher.send("subscribe", topics=["extension_events"], extensions=["1000", "1001"])
    assert (reply["status"], MOST_WATCHED) == (-1, 500)
    assert len(watcher.send("subscribe", topics=["extension_events"], extensions=["1000"])) == 2


def test_events_are_written_only_while_somebody_listens(admin):
    admin.make_extension("1000")
    assert outbox.newest() == 0
    outbox.listen()
    register("ONLINE", "1000")
    assert len(outbox.take(0)) == 1
    outbox.sweep(is_served=True)
    assert len(outbox.take(0)) == 1
    outbox.sweep(is_served=False)  # the listener was killed, and events were turned off
    assert (outbox.take(0), outbox_sql.is_heard()) == ([], False)
    register("OFFLINE", "1000")
    assert outbox.take(0) == []
    assert "sweep_events" in {job.name for job in jobs.JOBS}


def test_what_nobody_takes_is_bounded(pbx, monkeypatch):
    monkeypatch.setattr(outbox, "MOST_KEPT", 2)
    for line in ("ONLINE", "OFFLINE", "ONLINE"):
        register(line)
    outbox.sweep(is_served=True)
    assert [one.state.online for one in outbox.take(0)] == [False, True]


def fail_while_writing() -> None:
    with database.writing():
        database.execute("UPDATE extension SET line = 'ONLINE' WHERE number = '1001'")
        raise ZeroDivisionError


def test_what_is_rolled_back_is_not_told(pbx):
    with pytest.raises(ZeroDivisionError):
        fail_while_writing()
    assert outbox.take(0) == []
