"""Conferences in FreeSWITCH: what it tells of them, and how it is told what to do."""

import re
from typing import Any

import orjson
import pytest

from portsip_api.pbx.calls.conferencing import Command, Group, Verb
from portsip_api.pbx.calls.going_on import open_calls
from portsip_api.pbx.calls.going_on.open_calls import Talk
from portsip_api.pbx.calls.plans.inviting import OutsideCall
from portsip_api.pbx.calls.plans.kinds import OutsideLeg
from portsip_api.pbx.errors import Conflict, Invalid, SwitchUnavailable
from portsip_api.pbx.trunks.outgoing import Way
from portsip_api.store.clock import clock
from portsip_api.switch.freeswitch import access, conferences, recorded
from portsip_api.switch.freeswitch.engine import FreeSwitch
from tests.audio import wav
from tests.switch.event_server import EventServer, serving

FLAGS = {"can_hear": True, "can_see": True, "can_speak": False, "hold": False, "is_moderator": False}


def member(id_: int, number: str) -> dict[str, Any]:
    """A caller, as FreeSWITCH 1.10.12 tells of it."""
    return {
        "type": "caller",
        "id": id_,
        "flags": FLAGS,
        "uuid": f"u{id_}",
        "caller_id_name": "x",
        "caller_id_number": number,
        "join_time": 60,
        "last_talking": 0,
        "energy": 100,
        "volume_in": -2,
        "volume_out": 1,
        "output-volume": 1,
        "input-volume": -2,
    }


def room(name: str, *members: dict[str, Any], locked: bool = False) -> dict[str, Any]:
    """A conference, as it tells of it."""
    return {"conference_name": name, "member_count": len(members), "locked": locked, "members": list(members)}


@pytest.fixture
def engine(monkeypatch):
    """Return what makes an engine that is answered `reply`, with what it was asked beside it."""
    servers, asked = [], []

    def made(reply: bytes) -> tuple[FreeSwitch, list[str]]:
        def script(peer):
            peer.let_in()
            while lines := peer.command():
                asked.extend(lines)
                peer.reply(reply)

        server = serving(script)
        servers.append(server)
        running: EventServer = server.__enter__()
        monkeypatch.setattr(access, "door", running.door)
        return FreeSwitch(), asked

    yield made
    for server in servers:
        server.__exit__(None, None, None)


def test_those_of_a_domain_are_told_of(engine):
    recording = {"type": "recording_node", "record_path": "/x.wav", "join_time": 9}
    rooms = [
        room("7001~a.test", member(1, "1000"), recording, locked=True),
        room("%2B49~a.test", member(7, "1001")),
        room("7001~b.test", member(2, "1000")),
        room("7001~aa.test", member(3, "1000")),
        room("3000", member(4, "1000")),
    ]
    switch, asked = engine(orjson.dumps(rooms))
    before = clock.wall()
    first, second = switch.conferences("a.test")
    assert asked == ["api conference json_list"]
    assert (first.number, first.locked, first.recorded, second.number) == ("7001", True, 9, "+49")
    assert second.recorded is None
    (one,) = first.members
    assert (one.id, one.number, one.uuid, one.volume_in, one.volume_out) == (1, "1000", "u1", -2, 1)
    assert (one.energy, one.can_hear, one.can_speak) == (100, True, False)
    assert before - 60 <= one.joined <= clock.wall() - 60


@pytest.mark.parametrize("reply", [b"", b"-ERR x", b"{", b'[{"conference_name": "1~a.test"}]', b"[1]", b'{"a": 1}'])
def test_what_it_tells_badly_is_no_list(engine, reply):
    switch, _ = engine(reply)
    with pytest.raises(SwitchUnavailable):
        switch.conferences("a.test")


def test_there_may_be_none(engine):
    switch, _ = engine(b"[]")
    assert switch.conferences("a.test") == []


CALLED_IN = "ignore_early_media=true,originate_timeout=30,pbx_result=conference,origination_callee_id_number=1000"


def test_a_number_outside_is_called_over_a_gateway_for_the_owner(engine, admin):
    way = Way(7, "+4930", "+4999", "Our team")
    called = OutsideCall("200", "+4930", OutsideLeg(1, way, 20, 60))
    switch, asked = engine(b"+OK Call Requested: result: [SUCCESS]")
    switch.command("pbx.local", "7001", Command(Verb.INVITE, number="+4930", outside=called))
    (words,) = asked
    head, leg = words.split("'[")
    variables, dialled = leg.split("]")
    told = dict(part.split("=", 1) for part in variables.split(","))
    assert head == "api conference 7001~pbx.local bgdial "
    assert dialled == "sofia/gateway/t1-g7/+4930'"
    assert told["execute_on_answer"] == "sched_hangup +60 ALLOTTED_TIMEOUT"
    assert (told["pbx_inviter"], told["pbx_outside"], told["pbx_shown"]) == ("200@pbx.local", "+4930", "+4999")
    assert (told["leg_timeout"], told["pbx_result"]) == ("20", "conference")
    assert told["pbx_call"] == told["origination_uuid"]
    assert "pbx_caller" not in told  # by whose rights whoever is called could have it transferred
    assert open_calls.talk(1, told["pbx_call"]) == Talk("200", "+4930", None)
    admin.do("account/update", id=1, capability={"max_concurrent_calls": 1})
    with pytest.raises(Conflict, match="max_concurrent_calls"):
        switch.command("pbx.local", "7001", Command(Verb.DIAL, number="+4930", outside=called))
    assert asked == [words]


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (Command(Verb.LOCK), "lock"),
        (Command(Verb.MUTE, (3,)), "mute 3"),
        (Command(Verb.KICK, Group.ALL), "kick all"),
        (Command(Verb.VOLUME_IN, Group.LAST, value=-2), "volume_in last -2"),
        (Command(Verb.ENERGY, (1,)), "energy 1"),
        (Command(Verb.DTMF, (1,), digits="12*#"), "dtmf 1 12*#"),
        (Command(Verb.PIN, digits="4711"), "pin 4711"),
        (Command(Verb.NO_PIN), "nopin"),
        (Command(Verb.LIST), "list"),
        (Command(Verb.LIST, word="|"), "list delim |"),
        (Command(Verb.RELATE, (1, 2), word="nohear"), "relate 1 2 nohear"),
        (Command(Verb.SAY, text="Hello all"), "say Hello all"),
        (Command(Verb.SAY, (2,), text="Hello"), "saymember 2 Hello"),
        (Command(Verb.NO_RECORD, word="all"), "norecord all"),
        (Command(Verb.STOP, (2,), word="current"), "stop current 2"),
        (Command(Verb.TRANSFER, (1, 2), number="7002"), "transfer 7002~a.test@room 1 2"),
        (Command(Verb.FLOOR, (1,)), "vid-floor 1 force"),
        (
            Command(Verb.DIAL, number="1000", caller_id="7001", caller_name="Our team"),
            f"dial {{{CALLED_IN}}}user/1000@a.test 7001 Our_team",
        ),
        (Command(Verb.INVITE, number="1000"), f"bgdial {{{CALLED_IN}}}user/1000@a.test"),
    ],
)
def test_a_command_is_written_as_it_reads_it(engine, command, words):
    switch, asked = engine(b"+OK done")
    assert switch.command("a.test", "+49", command) == "+OK done"
    assert asked == [f"api conference %2B49~a.test {words}"]


@pytest.mark.parametrize("reply", [b"-ERR (play) File: /etc/secret not found.", b"-USAGE: conference"])
def test_what_it_does_not_do_is_said_without_its_words(engine, reply):
    switch, _ = engine(reply)
    with pytest.raises(Conflict, match="does not do this") as refused:
        switch.command("a.test", "7001", Command(Verb.LOCK))
    assert "secret" not in str(refused.value)


def test_a_prompt_is_played_under_a_name_that_says_what_it_is(engine, configure, tmp_path):
    folder = configure(PBX_SWITCH="freeswitch").switch_path
    recorded.make_folder()
    switch, asked = engine(b"+OK done")
    for name, content, kind in (("a", wav(), "wav"), ("b", b"\xff\xfb\x90\x00", "mp3")):
        (tmp_path / name).write_bytes(content)
        switch.command("a.test", "7001", Command(Verb.PLAY, (2,), sound=tmp_path / name))
        assert asked[-1] == f"api conference 7001~a.test play '{folder}/audio~{name}.{kind}' 2"


def test_a_conference_that_is_recorded_already_is_not_recorded_twice(engine, admin):
    admin.make_extension("1000")
    admin.do("conference_room/create", room_number="7001", owner="1000")
    recording = {"type": "recording_node", "record_path": "/x.wav", "join_time": 9}
    domain = "pbx.local"
    switch, asked = engine(orjson.dumps([room(f"7001~{domain}", member(1, "1000"), recording)]))
    assert switch.command(domain, "7001", Command(Verb.RECORD)) == "Is recorded already"
    switch, asked = engine(orjson.dumps([room(f"7001~{domain}", member(1, "1000"))]))
    switch.command(domain, "7001", Command(Verb.RECORD))
    assert re.fullmatch(rf"api conference 7001~{domain} recording start \S+/room~1~\d+~1000~[0-9a-f-]+\.wav", asked[-1])


def test_who_is_to_be_the_moderator_enters_anew(engine):
    switch, asked = engine(orjson.dumps([room("7001~a.test", member(1, "1000"), member(2, "1001"))]))
    switch.command("a.test", "7001", Command(Verb.CHAIR, (2,)))
    steps = "m:^:set:conference_enforce_security=false^conference:7001~a.test@room+flags{moderator}"
    assert asked == ["api conference json_list", f"api uuid_transfer u2 '{steps}' inline"]


def test_what_has_a_character_that_would_end_an_argument_is_not_asked_for(engine):
    switch, asked = engine(b"+OK")
    for number in ("1 2", "1}", "1,x=y", "1\napi quit"):
        with pytest.raises(Invalid):
            switch.command("a.test", "7001", Command(Verb.INVITE, number=number))
        with pytest.raises(Invalid):
            switch.command("a.test", number, Command(Verb.LOCK))
    assert asked == []


@pytest.mark.parametrize("number", ["7001", "+49", "*7", "#1", "a_b.c-d"])
def test_a_name_has_no_character_that_ends_one(number):
    name = conferences.name_of(number, "a.test")
    assert name.endswith("~a.test")
    assert not set(name) & set("@+ '\\,{}")
