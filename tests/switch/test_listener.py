"""The listener, from what an engine sends to what both APIs show."""

import json
import threading

import pytest

from portsip_api import settings
from portsip_api.pbx.access.tenants import DEFAULT_TENANT_ID
from portsip_api.pbx.calls import lines, sip_accounts
from portsip_api.pbx.calls.going_on import open_calls
from portsip_api.pbx.calls.kept.forgetting import EVERY, Account
from portsip_api.pbx.calls.kept.tables import AccountChange
from portsip_api.pbx.calls.records import INTERNAL, Party
from portsip_api.pbx.errors import NotFound
from portsip_api.pbx.upkeep import measures
from portsip_api.store import database
from portsip_api.store.clock import clock
from portsip_api.switch.freeswitch import listener
from portsip_api.switch.freeswitch.engine import FreeSwitch
from portsip_api.switch.freeswitch.listener import Listener
from tests.contract.servers import wait_until
from tests.switch.event_server import OK, PASSWORD, Peer, serving
from tests.switch.test_live import gone, leg, register

PHONE = """<profile>
  <registrations>
    <registration>
        <call-id>{call_id}</call-id>
        <user>{user}@pbx.local</user>
        <contact>&quot;&quot; &lt;sip:{user}@192.0.2.1:5060&gt;</contact>
        <agent>{agent}</agent>
        <status>Registered(UDP)(unknown) exp(2026-11-30 18:00:00) expsecs(300)</status>
        <ping-status>Reachable</ping-status>
        <host>engine</host>
        <network-ip>192.0.2.1</network-ip>
        <network-port>5060</network-port>
    </registration>
  </registrations>
</profile>
"""
NOBODY = "<profile>\n  <registrations>\n  </registrations>\n</profile>\n"


def reconciling(peer: Peer, phones: str = NOBODY, *legs: dict[str, str]) -> None:
    """Let the listener in, and tell it what is there."""
    peer.let_in()
    assert peer.command()[0].startswith("event json CHANNEL_ANSWER ")
    peer.send(OK)
    assert peer.command() == ["api sofia xmlstatus profile phones reg"]
    peer.reply(phones.encode())
    assert peer.command() == ["api show channels as json"]
    rows = [{"uuid": one["Unique-ID"]} for one in legs]
    peer.reply(json.dumps({"row_count": len(rows), "rows": rows} if rows else {"row_count": 0}).encode())
    for one in legs:
        assert peer.command() == [f"api uuid_dump {one['Unique-ID']} json"]
        peer.reply(json.dumps(one).encode() if one.get("Answer-State") else b"-ERR No such channel!")


@pytest.fixture
def listen(configure, monkeypatch):
    """A function that lets a listener hear an engine until the block that it is given to has run."""
    monkeypatch.setattr(listener, "FIRST_WAIT", 0.01)
    monkeypatch.setattr(listener, "_TURN", 0.02)

    def run(*scripts, then):
        with serving(*scripts) as server:
            configuration = configure(PBX_SWITCH="freeswitch", PBX_SWITCH_URL=f"tcp://127.0.0.1:{server.door().port}")
            configuration.switch_password_path.write_text(PASSWORD)
            stopping = threading.Event()
            thread = threading.Thread(target=Listener().run, args=(stopping,))
            thread.start()
            try:
                then()
            finally:
                stopping.set()
                thread.join(20)
            assert not thread.is_alive()

    return run


@pytest.fixture
def statuses(admin):
    """A function that waits until extensions have statuses and agents; 1000 and 1001 are there."""
    for number in ("1000", "1001"):
        admin.make_extension(number)

    def wait(**wanted):
        numbers = [f"{1_000 + place}" for place in range(len(wanted))]

        def shown():
            rows = admin.do("extensions/status", extensions=numbers)["extension_status"]
            return [row["status"] for row in rows] == [*wanted.values()]

        wait_until(shown, str(wanted), 20)

    return wait


def test_events_are_written_and_shown(listen, statuses, admin):
    told = threading.Event()

    def engine(peer):
        reconciling(peer)
        peer.event(json.dumps(register() | {"from-host": "pbx.local"}).encode())
        peer.event(json.dumps(register(user="9999") | {"from-host": "pbx.local"}).encode())  # nobody here
        peer.event(json.dumps(leg("a", dialed_user="1001", dialed_domain="pbx.local")).encode())
        assert told.wait(20)
        peer.event(json.dumps(gone("sofia::expire") | {"host": "pbx.local"}).encode())
        peer.event(json.dumps(leg("a", "CHANNEL_HANGUP_COMPLETE")).encode())
        peer.command()

    def then():
        statuses(ann="ONLINE", bob="ON_CALL")
        assert admin.do("extensions/status", extensions=["1000"])["extension_status"][0]["user_agent"] == "Phone 1"
        told.set()
        statuses(ann="OFFLINE", bob="OFFLINE")

    listen(engine, then=then)


def test_events_that_come_while_others_are_written_are_written_together(listen, statuses, monkeypatch):
    sent, written = threading.Event(), []
    set_lines = lines.set_lines

    def write(known):
        if known:
            written.append(len(known))
            assert sent.wait(20)
        return set_lines(known)

    monkeypatch.setattr(lines, "set_lines", write)

    def engine(peer):
        reconciling(peer)
        for number in range(1000, 1030):
            peer.event(json.dumps(register(user=str(number)) | {"from-host": "pbx.local"}).encode())
            if number == 1000:
                wait_until(lambda: written, "the first one is written", 20)
        sent.set()
        peer.command()

    listen(engine, then=lambda: statuses(ann="ONLINE", bob="ONLINE"))
    assert written[0] == 1
    assert len(written) < 10


def test_what_was_missed_is_found_out_after_each_connection(listen, statuses):
    told = threading.Event()

    def before(peer):
        reconciling(peer, PHONE.format(call_id="</call-id>", user="1000", agent="&lt;A&gt;"))
        assert told.wait(20)

    def after(peer):
        bob = {"Answer-State": "answered", **leg("b", dialed_user="1001", dialed_domain="pbx.local")}
        reconciling(peer, NOBODY, bob, {"Unique-ID": "ended"})
        peer.command()

    def then():
        statuses(ann="ONLINE", bob="OFFLINE")
        told.set()
        statuses(ann="OFFLINE", bob="ON_CALL")

    listen(before, after, then=then)


def test_after_each_connection_the_engine_is_to_ask_again_for_all_accounts(listen, admin):
    noted = threading.Event()

    def before(peer):
        reconciling(peer)
        assert noted.wait(20)

    def after(peer):
        reconciling(peer)
        peer.command()

    def take():
        found = [(row.number, row.domain) for row in AccountChange.select()]
        with database.writing():
            AccountChange.delete().execute()
        return found

    def then():
        assert wait_until(take, "the first note", 20) == [("", "")]
        noted.set()
        assert wait_until(take, "the second note", 20) == [("", "")]

    listen(before, after, then=then)


def test_calls_that_the_engine_has_no_more_end_and_those_that_go_on_do_not(listen, statuses, admin, monkeypatch):
    monkeypatch.setattr(open_calls, "YOUNG", -1_000)
    for id_ in ("lost", "first", "transferred"):
        open_calls.begin(DEFAULT_TENANT_ID, id_, INTERNAL, Party("1000", domain="pbx.local"), "1001")
    going_on = [leg(id_) | {"Answer-State": "ringing"} for id_ in ("first", "lost")]
    going_on.append(leg("second", pbx_call="transferred") | {"Answer-State": "answered"})
    told = threading.Event()

    def before(peer):
        reconciling(peer, NOBODY, *going_on)
        peer.event(json.dumps(leg("b", dialed_user="1001", dialed_domain="pbx.local", pbx_call="lost")).encode())
        assert told.wait(20)

    def after(peer):
        reconciling(peer, NOBODY, *(one for one in going_on if one["Unique-ID"] != "lost"))
        peer.command()

    def rows():
        return admin.read("call_logs/list")["items"]

    def then():
        statuses(ann="OFFLINE", bob="ON_CALL")
        assert rows() == []
        told.set()
        (row,) = wait_until(rows, "the lost call", 20)
        assert (row["caller"], row["callee"], row["final_dest"], row["end_reason"]) == ("1000", "1001", "1001", "LOST")

    listen(before, after, then=then)
    assert len(rows()) == 1


def test_a_wrong_proof_of_a_phone_is_counted(listen, admin):
    admin.make_extension("1000")
    attempt = {"Event-Name": "CUSTOM", "Event-Subclass": "sofia::register_attempt", "network-ip": "192.0.2.1"}
    # Whom a call is for is not whose proof is wrong.
    attempt |= {"username": "1000", "realm": "pbx.local", "to-user": "1001", "to-host": "pbx.local"}

    def engine(peer):
        reconciling(peer)
        for result in ("SUCCESS", "RENEWED", "STALE"):
            peer.event(json.dumps(attempt | {"auth-result": result}).encode())
        peer.event(json.dumps(attempt | {"auth-result": "FORBIDDEN", "username": "9999"}).encode())
        for _ in range(settings.current().login_failures):
            peer.event(json.dumps(attempt | {"auth-result": "FORBIDDEN"}).encode())
            assert peer.command() == ["api xml_flush_cache id 1000 pbx.local"]
            peer.reply(b"+OK cleared 1 entry")
        peer.command()

    def is_refused():
        try:
            sip_accounts.find_for("1000", "pbx.local", "192.0.2.1")
        except NotFound:
            raise
        except Exception:  # noqa: BLE001 — that too many have failed
            return True
        return False

    listen(engine, then=lambda: wait_until(is_refused, "the limit", 20))


def test_registrations_are_told_as_they_are_and_dropped(configure):
    def tells(peer):
        peer.let_in()
        assert peer.command() == ["api sofia xmlstatus profile phones reg"]
        peer.reply(PHONE.format(call_id="a&b", user="1000", agent="A").encode())

    def drops(peer):
        peer.let_in()
        assert peer.command() == ["api sofia profile phones flush_inbound_reg a&b"]
        peer.reply(b"+OK")

    with serving(tells, tells, drops) as server:
        configuration = configure(PBX_SWITCH="freeswitch", PBX_SWITCH_URL=f"tcp://127.0.0.1:{server.door().port}")
        configuration.switch_password_path.write_text(PASSWORD)
        assert FreeSwitch().registrations("other.local") == []
        (found,) = FreeSwitch().registrations("pbx.local")
        assert (found.identity, found.contact, found.ip) == ("1000@pbx.local", "sip:1000@192.0.2.1:5060", "192.0.2.1")
        assert 295 <= found.seconds_to_expire <= 300
        FreeSwitch().drop(found)


def test_accounts_are_forgotten_and_asked_for_by_what_the_engine_keeps_them_by(configure):
    told = []

    def engine(peer):
        peer.let_in()
        while lines := peer.command():
            told.extend(lines)
            phone = PHONE.format(call_id="a", user="1000", agent="A")
            peer.reply(phone.encode() if "xmlstatus" in lines[0] else b"+OK")

    with serving(engine) as server:
        configuration = configure(PBX_SWITCH="freeswitch", PBX_SWITCH_URL=f"tcp://127.0.0.1:{server.door().port}")
        configuration.switch_password_path.write_text(PASSWORD)
        ann, bob = Account("1000", "pbx.local"), Account("*1001", "b.test")
        FreeSwitch().forget_accounts([ann, bob])
        FreeSwitch().forget_accounts([ann, EVERY])
        assert FreeSwitch().accounts_there() == [ann]
        FreeSwitch().recall_accounts([ann, bob])
    assert told == [
        "api xml_flush_cache id 1000 pbx.local",
        "api xml_flush_cache id *1001 b.test",
        "api xml_flush_cache",
        "api sofia xmlstatus profile phones reg",
        "api user_data 1000@pbx.local attr id",
        "api user_data *1001@b.test attr id",
    ]


@pytest.mark.parametrize("user", ["10 00", "1000\nx", "${system(id)}", "1000@x", "\u00e4"])
def test_who_has_registered_by_what_is_no_number_is_not_asked_for(configure, user):
    def engine(peer):
        peer.let_in()
        peer.command()
        peer.reply(PHONE.format(call_id="a", user=user, agent="A").encode())

    with serving(engine) as server:
        configuration = configure(PBX_SWITCH="freeswitch", PBX_SWITCH_URL=f"tcp://127.0.0.1:{server.door().port}")
        configuration.switch_password_path.write_text(PASSWORD)
        assert FreeSwitch().accounts_there() == []


def engine_measures():
    """What is kept of the engine for the metrics."""
    return {one.name: one.number for one in measures.read() if one.name in measures.ENGINE}


def test_what_goes_on_is_measured(listen, monkeypatch, time):
    monkeypatch.setattr(listener, "MEASURE_SECONDS", 0.0)
    seen = threading.Event()
    late = leg("b", dialed_user="1001", dialed_domain="pbx.local")
    late["Event-Date-Timestamp"] = str(round((clock.wall() - 1.5) * 1e6))

    def engine(peer):
        reconciling(peer, PHONE.format(call_id="p", user="1000", agent="A"))
        while not seen.wait(0.01):
            peer.event(json.dumps(late).encode())

    def then():
        told = {"connected": 1, "registrations": 1, "on call": 1, "calls": 0, "lag": 1500}
        wait_until(lambda: engine_measures() == told, str(told), 20)
        seen.set()
        wait_until(lambda: engine_measures() == {"connected": 0}, "the engine is away", 20)

    listen(engine, then=then)


@pytest.mark.parametrize("made", ["", "soon", "-1", "99999999999999999"])
def test_an_event_without_its_time_is_not_late(listen, monkeypatch, made):
    monkeypatch.setattr(listener, "MEASURE_SECONDS", 0.0)
    seen = threading.Event()

    def engine(peer):
        reconciling(peer)
        peer.event(json.dumps(register() | {"from-host": "pbx.local", "Event-Date-Timestamp": made}).encode())
        assert seen.wait(20)

    def then():
        told = {"connected": 1, "registrations": 1, "on call": 0, "calls": 0, "lag": 0}
        wait_until(lambda: engine_measures() == told, str(told), 20)
        seen.set()

    listen(engine, then=then)
