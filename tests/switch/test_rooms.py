"""Where several people meet, as FreeSWITCH is told of it and tells of it: conferences, orbits, pages, queues."""

import os
import re
from pathlib import Path
from xml.etree import ElementTree as ET

import orjson
import pytest

from portsip_api import settings
from portsip_api.pbx.calls import recordings
from portsip_api.pbx.calls.keys import Times
from portsip_api.pbx.calls.plans.codes import PickUp
from portsip_api.pbx.calls.plans.conferences import EnterConference
from portsip_api.pbx.calls.plans.kinds import Leg, Refuse
from portsip_api.pbx.calls.plans.paging import Page
from portsip_api.pbx.calls.plans.parking import Park, Retrieve
from portsip_api.pbx.calls.plans.queues import Queue
from portsip_api.pbx.extension_keys import ExtensionKey
from portsip_api.pbx.mailboxes import messages
from portsip_api.pbx.media import prompts
from portsip_api.pbx.settings.values import service_settings
from portsip_api.store.clock import clock
from portsip_api.store.paging import Slice
from portsip_api.switch.freeswitch import (
    access,
    configuration,
    depositing,
    music,
    recorded,
    room_events,
    room_recordings,
)
from portsip_api.switch.freeswitch.dialplan import WRITERS
from portsip_api.switch.freeswitch.documents import NOT_FOUND
from portsip_api.switch.freeswitch.event_socket import EventSocket
from portsip_api.switch.freeswitch.steps.writing import Caller, Origin, Writing, inline
from tests import audio
from tests.switch.conftest import DOMAIN, ID
from tests.switch.event_server import serving

pytestmark = pytest.mark.usefixtures("engine")


@pytest.fixture
def served(monkeypatch):
    """A function that lets the event socket answer commands by their first words, and returns what it is asked."""
    servers, asked = [], []

    def serve(**replies):
        def script(peer):
            peer.let_in()
            while lines := peer.command():
                asked.append(lines[0])
                _, command, *rest = lines[0].split(" ")
                reply = replies[command]
                peer.reply((reply[rest[0]] if isinstance(reply, dict) else reply).encode())

        server = serving(script)
        servers.append(server)
        monkeypatch.setattr(access, "door", server.__enter__().door)
        return asked

    yield serve
    for server in servers:
        server.__exit__(None, None, None)


def written(plan, caller="1000"):
    """The steps of a plan, and the variables that are set at first."""
    steps = Writing(Caller(caller, DOMAIN), Origin(ID, "7001", DOMAIN), WRITERS).steps(plan)
    kept = dict(step.data.split("=", 1) for step in steps if step.application == "set" and re.match("[pn]_", step.data))
    return [step for step in steps if not re.match("[pn]_", step.data)], kept


def data(steps, application):
    return [step.data for step in steps if step.application == application]


def profile(number, domain=DOMAIN, name="room"):
    document = configuration.answer(
        {"key_value": "conference.conf", "conference_name": f"{number}~{domain}", "profile_name": name}
    )
    if document == NOT_FOUND:
        return None
    (found,) = ET.fromstring(document).iter("profile")
    assert found.get("name") == name
    return {one.get("name"): one.get("value") for one in found.iter("param")}


def test_how_a_conference_is_run_is_told_when_somebody_enters(admin):
    given = {"room_number": "7001", "room_pin": "4711", "admin_pin": "0815", "max_participants": 5, "unattended": False}
    admin.do("conference_room/create", **given, outbound_caller_id="+49 30 1")
    told = profile("7001")
    assert (told["pin"], told["moderator-pin"], told["max-members"]) == ("4711", "0815", "5")
    assert (told["conference-flags"], told["caller-id-number"]) == ("wait-mod", "7001")
    assert Path(told["pin-sound"]).is_file()
    assert told["moh-sound"] == str(recorded.default_music())
    admin.do("conference_room/update", room_number="7001", room_pin="", admin_pin="", moh="NONE", max_participants=0,
             outbound_caller_id="+49301", play_entry_tone=False, play_exit_tone=False)  # fmt: skip
    told = profile("7001", name="default")
    assert not {"pin", "moderator-pin", "max-members", "moh-sound", "enter-sound", "exit-sound"} & set(told)
    assert "conference-flags" not in told  # nobody could be the moderator for whom they would wait
    assert told["caller-id-number"] == "+49301"
    assert profile("7002") is None
    assert profile("7001", "none.local") is None
    assert profile("", "") is None
    assert profile("anything", name="page") is not None
    assert configuration.answer({"key_value": "ivr.conf"}) == NOT_FOUND


def test_who_enters_a_conference_is_known_by_what_was_authenticated():
    steps, _ = written(EnterConference(1, 3, "+7", is_moderator=False, says_name=False, is_recorded=False))
    assert "caller_id_number=1000" in data(steps, "set_profile_var")
    assert data(steps, "conference") == [f"%2B7~{DOMAIN}@room"]
    assert "conference_enforce_security=true" in data(steps, "set")  # also where the engine has called who enters
    steps, _ = written(EnterConference(1, 3, "7001", is_moderator=True, says_name=True, is_recorded=True))
    assert data(steps, "conference") == [f"7001~{DOMAIN}@room+flags{{moderator}}"]
    assert "conference_enforce_security=false" in data(steps, "set")
    (recording,) = [text for text in data(steps, "set") if text.startswith("conference_auto_record=")]
    assert re.search(r"/room~1~3~1000~[0-9a-f-]{36}\.wav$", recording)
    name = f"{settings.current().switch_path}/name~{ID}.wav"
    assert {f"conference_enter_sound={name}", f"conference_exit_sound={name}"} <= set(data(steps, "set"))


@pytest.mark.parametrize("liar", ["${system(id)}", "1000'^x", "a b"])
def test_what_a_caller_is_called_is_run_nowhere(liar):
    page = Page(("1001",))
    for plan in (EnterConference(1, 3, "7001", False, False, True), page, Park(1, "701", "", liar, None, "")):
        steps, kept = written(plan, liar)
        assert not [text for text in [*map(str, steps), *kept.values()] if liar in text]


def test_a_conference_that_is_to_be_is_locked_once_somebody_is_in(admin, served):
    asked = served(conference="+OK")

    def hear(**event):
        with EventSocket(access.door()) as client:
            return room_events.hear(client, event)

    def entered(number, size="1", **more):
        event = {"Action": "add-member", "Conference-Name": f"{number}~{DOMAIN}", "Conference-Size": size, **more}
        assert hear(**event) is None

    admin.do("conference_room/create", room_number="7001", locked=True)
    admin.do("conference_room/create", room_number="7002")
    for number in ("7001", "7002", "7003", "%2B7"):
        entered(number)
    entered("7001", size="2")
    entered("7001", **{"Conference-Profile-Name": "page"})
    assert asked == [f"api conference 7001~{DOMAIN} lock"]
    assert hear(Action="stop-recording", Path="/x/y.wav") == Path("/x/y.wav")
    assert hear(Action="del-member") is None


def test_a_recording_is_kept_once_for_whom_it_is(admin):
    own = int(admin.do("conference_room/create", room_number="7001", owner="1001")["id"])
    nobodys = int(admin.do("conference_room/create", room_number="7002")["id"])
    for room in (own, nobodys):
        file = room_recordings.file_for(1, room, "1000")
        for _ in range(2):  # once more where we were killed before the file was removed
            file.write_bytes(audio.wav(2))
            os.utime(file, (1_800_000_000.25,) * 2)
            assert depositing.take(file)
            assert not file.exists()
        assert depositing.take(file)  # told twice
    (kept,) = recordings.page(1, Times(), Slice(0, 10)).rows
    assert (kept.extension_number, kept.caller, kept.callee) == ("1000", "1000", "7002")
    (message,) = messages.page(1, ExtensionKey("1001"), ["conference"], Slice(0, 10)).rows
    assert message.caller == "7001"
    gone = room_recordings.file_for(1, 999, "1000")
    gone.write_bytes(audio.wav(2))
    assert depositing.take(gone)
    assert not gone.exists()
    damaged = room_recordings.file_for(1, nobodys, "1000")
    damaged.write_bytes(b"no audio")
    assert depositing.take(damaged)
    assert not damaged.exists()


def test_only_recordings_of_conferences_in_the_folder_are_taken(tmp_path):
    elsewhere = tmp_path / f"room~1~1~1000~{ID}.wav"
    elsewhere.write_bytes(b"")
    assert not depositing.take(elsewhere)
    assert not depositing.take(settings.current().switch_path / f"room~1~x~1000~{ID}.wav")
    assert elsewhere.exists()


def test_music_is_the_tenants_all_of_it_one_of_it_or_none():
    system = str(recorded.default_music())
    assert (music.of_tenant(1), music.named(1, "moh", "default.wav")) == (system, system)
    for name in ("a.wav", "b.wav"):
        prompts.add(1, "moh", name, audio.wav())
    one = music.named(1, "moh", "a.wav")
    assert Path(one).read_bytes() == audio.wav()
    both = music.of_tenant(1)
    assert both.startswith(f"file_string://{one}!")
    assert music.named(1, "moh", "gone.wav") == both
    service_settings(1, "moh").put("moh-config/MOH_SOURCE", "NONE")
    assert music.of_tenant(1) == "silence_stream://-1"


def test_an_orbit_is_looked_at_when_a_call_comes_there():
    steps, kept = written(Park(1, "*7", "default.wav", "1001", 30, "5"))
    taken = "${regex(${valet_info(orbits@pbx.local)}|>[*]7<)}"
    assert data(steps, "set")[-1] == f"pbx_node=0_{taken}"
    assert kept["p_0_true_"] == f"m:^:transfer:1001 XML {DOMAIN}"
    assert "valet_park:orbits@pbx.local *7" in kept["p_0_false_"]
    assert "set:valet_parking_timeout=30^" in kept["p_0_false_"]
    assert "set:valet_parking_orbit_exit_key=5^" in kept["p_0_false_"]
    _, kept = written(Park(1, "701", "default.wav", "", None, ""))
    assert "respond:486 Busy Here" in kept["p_0_true_"]  # nobody is known to whom it could go back
    steps, kept = written(Retrieve("701"))
    assert kept["p_0_true_"] == "m:^:valet_park:orbits@pbx.local 701"
    assert "respond:480 Temporarily Unavailable" in kept["p_0_false_"]


def test_several_calls_at_an_orbit_have_places_by_their_time(served, monkeypatch):
    monkeypatch.setattr(clock, "wall", lambda: 1_000.5)
    steps, _ = written(Park(1, "*7", "default.wav", "1001", 30, "5", several=True))
    assert data(steps, "valet_park") == [f"*7@{DOMAIN} 1000500"]
    assert "valet_parking_timeout=30" in data(steps, "set")
    lots = '<lots>\n  <lot name="701@pbx.local">\n{}  </lot>\n</lots>\n'
    place = '    <extension uuid="x">{}</extension>\n'
    lot = f"701@{DOMAIN}"
    asked = served(valet_info=lots.format(place.format(1000500) + place.format(999999) + place.format(2000000)))
    _, kept = written(Retrieve("701", several=True))
    assert asked == [f"api valet_info {lot}"]
    assert kept["p_0_true_"] == f"m:^:valet_park:{lot} 999999"
    assert "respond:480 Temporarily Unavailable" in kept["p_0_false_"]
    served(valet_info=lots.format(""))
    steps, _ = written(Retrieve("701", several=True))
    assert data(steps, "respond") == ["480 Temporarily Unavailable"]


def test_what_is_kept_for_later_is_found_out_later():
    steps, _ = written(Retrieve("701"))
    assert inline(steps[:1]).count("\\${") == inline(steps[:1]).count("${") == 2


def test_a_page_is_heard_by_all_and_ends_with_the_pager(tmp_path):
    gong = tmp_path / "gong"
    gong.write_bytes(audio.wav())
    steps, _ = written(Page(("1001", "1002"), 5, 30, gong))
    assert data(steps, "conference_set_auto_outcall") == [f"user/1001@{DOMAIN}", f"user/1002@{DOMAIN}"]
    assert data(steps, "conference") == [f"page-{ID}@page+flags{{endconf|moderator}}"]
    assert data(steps, "sched_hangup") == ["+30 ALLOTTED_TIMEOUT"]
    assert "conference_utils_auto_outcall_flags=mute" in data(steps, "set")
    assert f"conference_auto_outcall_announce={recorded.playable(gong)}" in data(steps, "set")
    steps, _ = written(Page(("1001",), talks_back=True))
    assert "conference_utils_auto_outcall_flags=mute" not in data(steps, "set")
    assert data(steps, "sched_hangup") == []


def queue(**fields):
    waves = ((Leg("1001", 9),), (Leg("1002", 5),))
    values = {"music": "", "intro": None, "most_seconds": 0, "most_callers": 0}
    return Queue(1, "800", waves, otherwise=Refuse(480, "late"), **(values | fields))


def test_a_queue_rings_its_members_again_and_again_until_the_time_is_up():
    steps, kept = written(queue(most_seconds=20))
    rings = re.findall(r"bridge:\[[^]]*\]user/(\d+)@", kept["p_0_"])
    assert rings == ["1001", "1002"]
    assert kept["p_1_"].startswith(f"m:^:mutex:queue~800~{DOMAIN} off^")
    assert "respond:480 Temporarily Unavailable" in kept["p_1_"]
    assert data(steps, "mutex") == [f"queue~800~{DOMAIN}"]
    limit = f"pbx_limit=${{sched_api(+20 none uuid_setvar {ID} pbx_node 1)}}"
    assert limit in data(steps, "set")
    assert f"bridge_pre_execute_aleg_data=queue~800~{DOMAIN} off" in data(steps, "set")
    rounds = len(data(steps, "execute_extension"))
    assert rounds * 5 >= 20
    steps, _ = written(queue())
    assert not [text for text in data(steps, "set") if text.startswith("pbx_limit")]
    assert len(data(steps, "execute_extension")) == 400


def test_an_intro_is_heard_whole_or_until_somebody_answers(tmp_path):
    intro = tmp_path / "intro"
    intro.write_bytes(audio.wav())
    file = recorded.playable(intro)
    steps, _ = written(queue(intro=intro))
    assert data(steps, "playback") == [str(file)]
    assert data(steps, "displace_session") == data(steps, "export") == []
    steps, _ = written(queue(intro=intro, whole=False, announced=0))
    assert data(steps, "playback") == []
    assert data(steps, "displace_session") == [str(file)]
    assert data(steps, "export") == [f"nolocal:api_on_answer=uuid_displace {ID} stop {file}"]
    assert "pbx_announce=15:0:1" in data(steps, "set")  # when the intro was heard


def test_who_waits_is_told_of_with_how_often_its_place_is_said():
    steps, kept = written(queue(announced=30, most_seconds=20))
    assert "pbx_announce=0:30:1" in data(steps, "set")
    assert data(steps, "event") == ["Event-Name=CUSTOM,Event-Subclass=pbx::queue,Queue-State=waiting"]
    assert "^event:Event-Name=CUSTOM,Event-Subclass=pbx::queue,Queue-State=left^" in kept["p_1_"]
    steps, _ = written(queue())
    assert data(steps, "unset") == ["pbx_announce"]  # of a queue in which the call waited before


def test_whose_members_ring_by_their_rest_is_told_of_with_where_their_order_is_kept():
    steps, _ = written(queue(by_rest=True))
    assert "pbx_round=0" in data(steps, "set")
    assert data(steps, "sleep") == ["300", "500"]
    steps, _ = written(queue())
    assert "pbx_round=" in data(steps, "set")


def test_a_queue_without_members_is_late_at_once():
    steps, _ = written(Queue(1, "800", (), "", None, 0, 0, Refuse(480, "late")))
    assert "480 Temporarily Unavailable" in data(steps, "respond")


def channels(*rows):
    return orjson.dumps({"row_count": len(rows), "rows": [*rows]}).decode()


def test_a_full_queue_is_found_out_from_who_waits(served):
    key = f"queue~800~{DOMAIN}"
    legs = {
        "a": {"variable_pbx_queue": key},
        "b": {"variable_pbx_queue": key, "variable_bridge_uuid": "x"},  # talks already
        "c": {"variable_pbx_queue": "queue~801~pbx.local"},
    }
    rows = channels(*({"uuid": uuid} for uuid in legs))
    served(show=rows, uuid_dump={uuid: orjson.dumps(leg).decode() for uuid, leg in legs.items()})
    assert data(written(queue(most_callers=1))[0], "respond") == ["480 Temporarily Unavailable"]
    assert data(written(queue(most_callers=2))[0], "mutex") == [key]


def test_the_call_that_rings_at_an_extension_is_taken(served):
    legs = {
        "a": {"Answer-State": "answered", "variable_originating_leg_uuid": "x"},
        "b": {"Answer-State": "ringing", "variable_originating_leg_uuid": ID},
    }
    rows = [{"uuid": uuid, "presence_id": f"1001@{DOMAIN}"} for uuid in legs]
    rows.append({"uuid": "c", "presence_id": "1001@b.test"})
    served(show=channels(*rows), uuid_dump={uuid: orjson.dumps(leg).decode() for uuid, leg in legs.items()})
    assert data(written(PickUp("1001"))[0], "intercept") == [ID]
    assert data(written(PickUp("1002"))[0], "respond") == ["480 Temporarily Unavailable"]
