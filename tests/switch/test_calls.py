"""The calls of FreeSWITCH: what its legs tell of them, and the commands that place, end and transfer one."""

import json
from typing import Any

import pytest

from portsip_api.pbx.calls.placing import PlacedCall
from portsip_api.pbx.errors import Invalid
from portsip_api.switch.freeswitch import calls
from portsip_api.switch.freeswitch.engine import FreeSwitch
from tests.switch.event_server import OK, PASSWORD, serving

A, B, PLACED = (calls.leg_of(number) for number in (11, 12, 13))
CREATED, ANSWERED = 1_700_000_000_000_000, 1_700_000_004_500_000  # microseconds


def first_leg(**more):
    """A leg of a call that 1000's phone has begun."""
    return {
        "Unique-ID": A,
        "Answer-State": "ringing",
        "Caller-Caller-ID-Number": "9999",  # what the phone says of itself
        "Caller-Caller-ID-Name": "Ann",
        "Caller-Destination-Number": "1001",
        "Caller-Context": "pbx.local",
        "Caller-Channel-Created-Time": str(CREATED),
        "Caller-Channel-Answered-Time": "0",
        "variable_sip_auth_username": "1000",
        "variable_sip_auth_realm": "pbx.local",
        **more,
    }


def second_leg(**more):
    """The leg to 1002's phone that it has brought about."""
    return {
        "Unique-ID": B,
        "Answer-State": "answered",
        "Caller-Channel-Created-Time": str(CREATED + 1),
        "Caller-Channel-Answered-Time": str(ANSWERED),
        "variable_originating_leg_uuid": A,
        "variable_dialed_user": "1002",
        "variable_dialed_domain": "pbx.local",
        **more,
    }


def test_a_call_that_rings_and_one_that_was_answered():
    (ringing,) = calls.active([first_leg(), second_leg(**{"Answer-State": "ringing"})], "pbx.local")
    assert (ringing.call_id, ringing.session_id) == (A, 11)
    assert (ringing.caller.number, ringing.caller.name, ringing.callee.number) == ("1000", "Ann", "1001")
    assert (ringing.started, ringing.answered, ringing.recipient) == (CREATED // 1000, None, "")
    (talking,) = calls.active([first_leg(), second_leg()], "pbx.local")
    assert (talking.answered, talking.recipient) == (ANSWERED // 1000, "1002")
    assert calls.active([first_leg(), second_leg()], "b.test") == []


def test_who_is_in_a_conference_is_on_an_answered_call():
    alone = {"variable_pbx_result": "conference", "Caller-Channel-Answered-Time": str(ANSWERED)}
    (call,) = calls.active([first_leg(**alone)], "pbx.local")
    assert (call.answered, call.recipient) == (ANSWERED // 1000, "")


def test_a_call_that_a_client_has_placed():
    leg = first_leg(**{
        "Unique-ID": PLACED,
        "Caller-Caller-ID-Number": "+4930",
        "Caller-Destination-Number": "1000",
        "variable_pbx_caller": "1000@pbx.local",
        "variable_sip_auth_username": "",
    })  # fmt: skip
    (call,) = calls.active([leg], "pbx.local")
    assert (call.session_id, call.caller.number, call.callee.number) == (13, "1000", "+4930")


def test_a_call_from_outside():
    leg = first_leg(**{"variable_sip_auth_username": "", "Caller-Caller-ID-Number": "+491"})
    (call,) = calls.active([leg], "pbx.local")
    assert call.caller.number == "+491"


@pytest.mark.parametrize("session", [1, 2**53 - 1])
def test_a_leg_tells_its_session(session):
    legs = {calls.leg_of(session) for _ in range(5)}
    assert len(legs) == 5
    assert {calls.session_of(leg) for leg in legs} == {session}


def test_a_leg_of_any_name_has_a_session():
    assert calls.session_of("mine") == 1
    assert calls.session_of("00000000-0000-0000-0000-000000000000") == 1


@pytest.fixture
def tell(configure):
    """A function that lets an engine play a script while a block asks it."""

    def run(script, then):
        with serving(script) as server:
            configuration = configure(PBX_SWITCH="freeswitch", PBX_SWITCH_URL=f"tcp://127.0.0.1:{server.door().port}")
            configuration.switch_password_path.write_text(PASSWORD)
            return then(FreeSwitch())

    return run


def placed(*to, **more):
    usual: dict[str, Any] = {
        "caller_id": "",
        "session_id": 13,
        "method": "refer",
        "ring_seconds": 45,
        "may_forward": False,
    }
    return PlacedCall("pbx.local", "1000", to, **usual | {"subject": "", "conference_pin": ""} | more)


def test_a_call_is_placed_with_its_session(tell):
    def engine(peer):
        peer.let_in()
        command, job = peer.command()
        leg = job.removeprefix("Job-UUID: ")
        assert calls.session_of(leg) == 13
        assert command.startswith(f"bgapi originate {{origination_uuid={leg},")
        assert "originate_timeout=45," in command
        assert command.endswith("}user/1000@pbx.local +4930 XML pbx.local")
        peer.send(OK)

    tell(engine, lambda switch: switch.call(placed("+4930")))


@pytest.mark.parametrize("to", [("1001", "1002"), ("1001\n",), ("1001 1002",)])
def test_what_it_cannot_be_told(tell, to):
    with pytest.raises(Invalid):
        tell(lambda peer: peer.let_in(), lambda switch: switch.call(placed(*to)))


def test_calls_are_asked_for(tell):
    def engine(peer):
        peer.let_in()
        assert peer.command() == ["api show channels as json"]
        peer.reply(json.dumps({"rows": [{"uuid": A}, {"uuid": "ended"}]}).encode())
        assert peer.command() == [f"api uuid_dump {A} json"]
        peer.reply(json.dumps(first_leg()).encode())
        assert peer.command() == ["api uuid_dump ended json"]
        peer.reply(b"-ERR No such channel!")

    (call,) = tell(engine, lambda switch: switch.active_calls("pbx.local"))
    assert call.call_id == A


def test_a_call_is_ended(tell):
    def engine(peer):
        peer.let_in()
        assert peer.command() == [f"api uuid_kill {A}"]
        peer.reply(b"+OK")

    tell(engine, lambda switch: switch.hang_up("pbx.local", A))


@pytest.mark.parametrize(("by", "to"), [("1000", "-bleg 1003"), ("1002", "1003")])
def test_a_call_is_transferred(tell, by, to):
    def engine(peer):
        peer.let_in()
        assert peer.command() == [f"api uuid_dump {A} json"]
        peer.reply(json.dumps(first_leg()).encode())
        assert peer.command() == [f"api uuid_transfer {A} {to} XML pbx.local"]
        peer.reply(b"+OK")

    tell(engine, lambda switch: switch.transfer("pbx.local", A, by, "1003"))
