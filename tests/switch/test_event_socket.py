"""The client of the event socket against an engine that misbehaves: half lines, floods, wrong passwords, silence."""

import json
import socket

import pytest

from portsip_api.pbx.errors import SwitchUnavailable
from portsip_api.switch.freeswitch import event_socket
from portsip_api.switch.freeswitch.event_socket import Door, EventSocket
from portsip_api.switch.freeswitch.messages import MOST_BODY, MOST_HEAD, Garbled, Reader
from tests.switch.event_server import GREETING, OK, Peer, serving


def next_event(client: EventSocket, seconds: float = 5):
    """The next event, which comes."""
    found = client.event(seconds)
    assert found is not None
    return found


def event(name: str, **more: object) -> bytes:
    """An event as the engine writes it."""
    return json.dumps({"Event-Name": name, **more}).encode()


def test_messages_are_the_same_however_the_bytes_are_cut():
    sent = b"Content-Type: api/response\nContent-Length: 5\n\na\n\nb\n"
    sent += b"Content-Type: command/reply\nReply-Text: %2BOK%20x\n\n"
    for size in range(1, len(sent) + 1):
        reader = Reader()
        pieces = [sent[at : at + size] for at in range(0, len(sent), size)]
        found = [message for piece in pieces for message in reader.feed(piece)]
        assert [(one.kind, one.body) for one in found] == [("api/response", b"a\n\nb\n"), ("command/reply", b"")]
        assert found[1].headers["reply-text"] == "+OK x"


@pytest.mark.parametrize(
    "sent",
    [
        b"no header at all\n\n",
        b"Content-Length: -1\n\n",
        b"Content-Length: 1x\n\n",
        b"Content-Length: \xd9\xa3\n\n",
        b"Content-Length: %d\n\n" % (MOST_BODY + 1),
        b"A: " + b"a" * MOST_HEAD,
        b"A: " + b"a" * MOST_HEAD + b"\n\n",
    ],
    ids=["no colon", "negative", "not a number", "other digits", "too long a body", "no end", "too long a head"],
)
def test_what_no_engine_sends_is_refused(sent):
    with pytest.raises(Garbled):
        list(Reader().feed(sent))


def test_a_command_has_its_reply_whatever_events_come_between():
    def engine(peer: Peer) -> None:
        peer.let_in()
        assert peer.command() == ["event json CHANNEL_ANSWER CUSTOM sofia::register"]
        peer.event(event("CHANNEL_ANSWER", number=1))
        peer.send(OK)
        assert peer.command() == ["api show channels as json"]
        peer.event(event("CHANNEL_ANSWER", number=2))
        peer.reply(b'{"row_count":0}\n')
        peer.event(event("CHANNEL_ANSWER", values=["a", "b"]))
        peer.command()

    with serving(engine) as server, EventSocket(server.door()) as client:
        client.subscribe(["CHANNEL_ANSWER"], ["sofia::register"])
        assert client.api("show", "channels", "as", "json") == '{"row_count":0}'
        assert [next_event(client).get("number") for _ in range(2)] == [1, 2]
        assert next_event(client)["values"] == ["a", "b"]
        assert client.event(0) is None
        assert not client.lost


def test_what_else_is_asked_is_written_as_the_protocol_has_it():
    def engine(peer: Peer) -> None:
        peer.let_in()
        assert peer.command() == ["bgapi originate user/1001@a.test 1002", "Job-UUID: 7"]
        peer.send(OK)
        assert peer.command() == ["sendevent MESSAGE_WAITING", "MWI-Messages-Waiting: yes"]
        peer.send(OK)

    with serving(engine) as server, EventSocket(server.door()) as client:
        client.background("7", "originate", "user/1001@a.test", "1002")
        client.send_event("MESSAGE_WAITING", [("MWI-Messages-Waiting", "yes")])


@pytest.mark.parametrize("bad", ["1002\nexit", "1002\r", "10\x0002"])
def test_a_line_break_is_never_sent(bad):
    def engine(peer: Peer) -> None:
        peer.let_in()
        assert peer.command() == []  # the client has gone without another word

    with serving(engine) as server, EventSocket(server.door()) as client:
        with pytest.raises(ValueError, match="line break"):
            client.api("uuid_kill", bad)
        with pytest.raises(ValueError, match="line break"):
            client.background(bad, "status")
        with pytest.raises(ValueError, match="line break"):
            client.send_event("MESSAGE_WAITING", [("a", bad)])


def test_a_wrong_password_is_told_without_it():
    with serving(Peer.let_in) as server, pytest.raises(SwitchUnavailable, match="refuses its password") as caught:
        EventSocket(server.door(password="wrong-secret"))
    assert "wrong-secret" not in str(caught.value)


def test_what_greets_otherwise_is_no_engine():
    def web(peer: Peer) -> None:
        peer.send(b"HTTP/1.1 400 Bad Request\nServer: web\n\n")

    def not_from_here(peer: Peer) -> None:
        peer.send(b"Content-Type: text/rude-rejection\nContent-Length: 24\n\nAccess Denied, go away.\n")

    for script in (web, not_from_here):
        with serving(script) as server, pytest.raises(SwitchUnavailable):
            EventSocket(server.door())


def test_nobody_there_is_told():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(SwitchUnavailable, match="cannot be reached"):
        EventSocket(Door("127.0.0.1", port, "secret", 1))


def test_an_engine_that_keeps_silent_is_given_up():
    def greets(peer: Peer) -> None:
        peer.send(GREETING[:-1])
        peer.command()

    def answers_nothing(peer: Peer) -> None:
        peer.let_in()
        peer.command()
        peer.command()

    with serving(greets) as server, pytest.raises(SwitchUnavailable):
        EventSocket(server.door(timeout=0.05))
    with serving(answers_nothing) as server, EventSocket(server.door(timeout=0.3)) as client:
        with pytest.raises(SwitchUnavailable, match="does not answer"):
            client.api("status")
        with pytest.raises(SwitchUnavailable):  # the late reply would be taken for another's
            client.api("status")


@pytest.mark.parametrize(
    "last",
    [
        b"",
        b"Content-Type: text/disconnect-notice\nContent-Length: 4\n\nBye\n",
        b"Content-Type: api/response\nContent-Length: 0\n\n",
        b"Content-Type: text/event-json\nContent-Length: 3\n\n{no",
        b"Content-Length: 10\nContent-Type: text/event-json\n\nhalf",
    ],
    ids=["cut", "farewell", "an answer to nothing", "no JSON", "half a body"],
)
def test_an_engine_that_ends_is_told(last):
    def engine(peer: Peer) -> None:
        peer.let_in()
        peer.send(last)

    with serving(engine) as server, EventSocket(server.door()) as client, pytest.raises(SwitchUnavailable):
        client.event(5)


def test_a_flood_is_bounded_and_told(monkeypatch):
    monkeypatch.setattr(event_socket, "MOST_WAITING", 10)

    def engine(peer: Peer) -> None:
        peer.let_in()
        peer.command()
        for number in range(25):
            peer.event(event("CHANNEL_ANSWER", number=number))
        peer.reply(b"done")
        peer.command()

    with serving(engine) as server, EventSocket(server.door()) as client:
        assert client.api("status") == "done"
        assert client.lost
        assert [next_event(client, 0)["number"] for _ in range(5)] == [20, 21, 22, 23, 24]
        assert client.event(0) is None
