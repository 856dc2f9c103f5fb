"""Which places those who wait in a queue are told, and when."""

import re

import pytest

from portsip_api.pbx.calls.going_on import open_calls
from portsip_api.pbx.calls.records import INTERNAL, Party
from portsip_api.pbx.events import outbox
from portsip_api.switch.freeswitch import recorded
from portsip_api.switch.freeswitch.queue_places import QueuePlaces

QUEUE, OTHER = "queue~800~pbx.local", "queue~801~pbx.local"


class Client:
    """The engine's end: what it is told."""

    def __init__(self):
        self.told = []

    def api(self, *words):
        """Take a command."""
        self.told.append(words)
        return "+OK Success"

    def places(self):
        """Who was told which number, since it was asked last."""
        told, self.told = self.told, []
        return [(leg, file.split("/")[-1].removesuffix(".wav'")) for _, leg, do, file in told if do == "start"]


class Clock:
    """Seconds that pass when they are told to."""

    def __init__(self):
        self.now = 100.0

    def __call__(self):
        """Return the time, a bit later each time."""
        self.now += 0.001
        return self.now


@pytest.fixture
def scene(configure):
    """Places, the engine and the time."""
    configure(PBX_SWITCH="freeswitch")
    recorded.make_folder()
    clock = Clock()
    return QueuePlaces(clock), Client(), clock


def waits(leg, queue=QUEUE, announce="0:10:1", **more):
    variables = {"variable_pbx_queue": queue, "variable_pbx_announce": announce}
    custom = {"Event-Name": "CUSTOM", "Event-Subclass": "pbx::queue", "Queue-State": "waiting"}
    return {**custom, "Unique-ID": leg, **variables, **more}


def test_each_is_told_its_place_at_first_and_again_after_the_interval(scene):
    places, client, clock = scene
    for event in (waits("a"), waits("x", OTHER), waits("b"), waits("c", announce="")):
        places.take(client, event)
    places.tell(client)
    assert client.places() == [("a", "1"), ("x", "1"), ("b", "2")]
    clock.now += 9
    places.tell(client)
    assert client.places() == []
    clock.now += 2
    places.take(client, {"Event-Name": "CHANNEL_HANGUP_COMPLETE", "Unique-ID": "a"})
    places.tell(client)
    assert client.places() == [("x", "1"), ("b", "1")]


def test_an_interval_of_nothing_is_once_and_an_intro_is_let_be_heard(scene):
    places, client, clock = scene
    places.take(client, waits("a", announce="15:0:1"))
    places.tell(client)
    assert client.places() == []
    for expected in ([("a", "1")], []):
        clock.now += 20
        places.tell(client)
        assert client.places() == expected


def test_who_is_connected_hears_no_more_of_it(scene):
    places, client, clock = scene
    places.take(client, waits("a"))
    places.tell(client)
    (said,) = [words[3] for words in client.told]
    places.take(client, {"Event-Name": "CHANNEL_ANSWER", "Unique-ID": "m", "variable_originating_leg_uuid": "a"})
    assert client.told[1:] == [("uuid_displace", "a", "stop", said)]
    clock.now += 20
    places.tell(client)
    assert client.places() == [("a", "1")]  # no later than at first


def test_members_who_ring_by_their_rest_are_ordered_anew_when_somebody_has_answered(scene, admin):
    places, client, _ = scene
    for number in ("1000", "1001", "1002"):
        admin.make_extension(number)
    given = {"queue_number": "800", "name": "Q", "members": ["1001", "1002"], "polling_strategy": "LEAST_WORKED_HUNT"}
    admin.do("call_queues/create", **given, ring_time=9)
    places.take(client, waits("a", announce=""))
    places.take(client, waits("b", announce="", variable_pbx_round="4"))
    places.take(client, waits("c", OTHER, announce="", variable_pbx_round="5"))  # which is there no more
    open_calls.begin(1, "x", INTERNAL, Party("1000"), "1001")
    open_calls.answer("x", "1001")
    places.take(client, {"Event-Name": "CHANNEL_ANSWER", "Unique-ID": "m", "variable_originating_leg_uuid": "x"})
    places.tell(client)
    ((command, leg, name, steps),) = client.told
    assert (command, leg, name) == ("uuid_setvar", "b", "p_4_")
    assert re.findall(r"user/(\d+)@pbx.local", steps) == ["1002", "1001"]
    assert steps.startswith("m:^:set:call_timeout=9^bridge:")
    places.tell(client)
    assert len(client.told) == 1


def test_whoever_watches_queues_is_told(scene, admin):
    places, client, _ = scene
    outbox.listen()
    login = {"variable_sip_auth_username": "1000", "variable_sip_auth_realm": "pbx.local"}
    places.take(client, waits("a", **login))
    places.take(client, waits("b", announce="", variable_pbx_from="+4930"))
    answered = {"Event-Name": "CHANNEL_ANSWER", "Unique-ID": "m", "variable_originating_leg_uuid": "a"}
    places.take(client, {**answered, "variable_dialed_user": "1001"})
    places.take(client, {"Event-Name": "CHANNEL_HANGUP_COMPLETE", "Unique-ID": "a"})
    places.take(client, {"Event-Name": "CHANNEL_HANGUP_COMPLETE", "Unique-ID": "b"})
    places.take(client, waits("c", "queue~800~gone.local"))  # of a tenant that is there no more
    told = [tuple(one.detail.values()) for one in outbox.take(0)]
    assert told == [
        ("800", "a", "1000", "WAITING", "", 1),
        ("800", "b", "+4930", "WAITING", "", 2),
        ("800", "a", "1000", "ANSWERED", "1001", 1),
        ("800", "b", "+4930", "LEFT", "", 0),
    ]


def test_who_goes_on_elsewhere_waits_no_more_and_another_queue_is_another(scene):
    places, client, _ = scene
    places.take(client, waits("a"))
    places.take(client, waits("b"))
    places.take(client, waits("a", **{"Queue-State": "left"}))
    places.tell(client)
    assert client.places() == [("b", "1")]
    places.take(client, waits("b", OTHER))
    places.take(client, waits("c"))
    places.tell(client)
    assert client.places() == [("b", "1"), ("c", "1")]


def test_after_the_connection_was_lost_those_who_wait_are_known_by_the_time_at_which_they_came(scene):
    places, client, clock = scene
    places.take(client, waits("gone"))
    legs = [
        waits("late", variable_pbx_queued="200"),
        waits("early", variable_pbx_queued="100"),
        waits("talks", variable_pbx_queued="50", variable_bridge_uuid="m"),
        {"Unique-ID": "other"},
    ]
    places.begin(legs)
    places.tell(client)
    assert client.places() == [("early", "1"), ("late", "2")]
    places.begin(legs[:1])
    clock.now += 20
    places.tell(client)
    assert client.places() == [("late", "1")]
