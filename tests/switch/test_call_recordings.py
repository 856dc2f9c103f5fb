"""Recordings of calls without an engine: who is recorded, under what name, and what becomes of the files."""

import os
import time as real_time

import pytest

from portsip_api import settings
from portsip_api.pbx.calls import recordings
from portsip_api.pbx.calls.going_on import open_calls
from portsip_api.pbx.calls.keys import Times
from portsip_api.pbx.calls.records import INTERNAL, Party
from portsip_api.store.paging import Slice
from portsip_api.switch.freeswitch import access, depositing, recorded
from tests.audio import wav
from tests.pbx.calls.records import TENANT
from tests.pbx.calls.records import record as record_of
from tests.switch.test_dialplan import ANN, ID, steps

RECORDED = {"enable_audio_record_calls": True}
OTHER = "1c1b8d2f-4d70-4c6f-8b62-123456789abc"
HOW = ["RECORD_STEREO=true", "RECORD_BRIDGE_REQ=true", "recording_follow_transfer=true"]


@pytest.fixture
def ask(app, configure, admin):
    """A function that asks as the engine does; 1000 is recorded, 1001 is not."""
    configure(PBX_SWITCH="freeswitch")
    access.make()
    recorded.make_folder()
    admin.make_extension("1000", options=RECORDED)
    admin.make_extension("1001")
    secret = settings.current().switch_secret_path.read_text().strip()

    def post(section, **form):
        reply = app.test_client().post(f"/engine/freeswitch/{section}", data=form, auth=("freeswitch", secret))
        assert reply.status_code == 200
        return reply.text

    return post


@pytest.fixture
def left(ask, admin):
    """A function that leaves a file as FreeSWITCH does, under the name for an extension and a call."""

    def leave(name, content=None):
        path = settings.current().switch_path / name.format(
            id=admin.read("extensions/show", extension_number="1000")["id"]
        )
        path.write_bytes(wav(1.0) if content is None else content)
        return path

    return leave


def rows():
    return recordings.page(TENANT, Times(), Slice(0, 100)).rows


def test_who_is_recorded_is_so_as_caller_and_as_callee(ask):
    user = {"user": "1000", "domain": "pbx.local"}
    callee, caller = ask("directory", **user), ask("directory", **user, action="sip_auth", sip_auth_method="INVITE")
    assert f"{','.join(HOW)},execute_on_answer=record_session {settings.current().switch_path}/call~1~" in callee
    assert '<variable name="pbx_recorded" value="' in caller
    assert ask("directory", **user, action="sip_auth", sip_auth_method="REGISTER") == caller == callee
    assert "record" not in ask("directory", **user | {"user": "1001"})


def test_the_call_of_who_is_recorded_is_recorded_from_the_answer_on(ask):
    form = {"Caller-Context": "pbx.local", "Caller-Destination-Number": "1001", "Unique-ID": ID, **ANN}
    found = steps(ask("dialplan", **form, variable_pbx_recorded="7"))
    path = settings.current().switch_path / f"call~1~7~~{ID}.wav"
    begins = found.index(("set", HOW[0]))
    assert found[begins : begins + 4] == [("set", one) for one in (*HOW, f"execute_on_answer=record_session {path}")]
    assert found[begins + 4][0] != "bridge"
    for other in ({}, {"variable_pbx_recorded": "7${x}"}, {"variable_pbx_recorded": "7", "variable_pbx_call": OTHER}):
        assert not [data for _, data in steps(ask("dialplan", **form, **other)) if "record_session" in data]


@pytest.mark.parametrize("name", ["call~1~{id}~~%s.wav", "call~1~{id}~1796063750~%s.wav", "call~1~{id}~1~%s%s.wav"])
def test_a_file_is_a_recording_of_the_extension(left, name):
    open_calls.begin(TENANT, ID, INTERNAL, Party("1000", domain="pbx.local"), "1001")
    path = left(name.replace("%s%s", f"{OTHER}{ID}").replace("%s", ID))
    assert depositing.take(path)
    (row,) = rows()
    assert (row.extension_number, row.caller, row.callee, row.call_id) == ("1000", "1000", "1001", ID)
    assert not path.exists()


def test_of_a_call_that_has_ended_the_history_tells(left):
    open_calls.end(TENANT, record_of(ID, "1000", "1001"))
    path = left(f"call~1~{{id}}~~{ID}.wav")
    content = path.read_bytes()
    assert depositing.take(path)
    path.write_bytes(content)  # the same once more, after a crash
    assert depositing.take(path)
    (row,) = rows()
    assert (row.caller, row.callee, row.started) == ("1000", "1001", record_of(ID).answered)


def test_of_an_unknown_call_the_sound_is_kept(left):
    assert depositing.take(left(f"call~1~{{id}}~~{ID}.wav"))
    (row,) = rows()
    assert (row.extension_number, row.caller, row.call_id) == ("1000", "", ID)


def test_what_is_no_recording_is_left_alone_or_removed(left, tmp_path):
    for name in ("message~1~1~1~x.wav", f"call~1~x~~{ID}.wav", "call~1~{id}~~short.wav"):
        path = left(name)
        assert not depositing.take(path)
        assert path.exists()
    elsewhere = tmp_path / f"call~1~1~~{ID}.wav"
    elsewhere.write_bytes(wav(1.0))
    assert not depositing.take(elsewhere)
    for path in (left(f"call~1~{{id}}~~{ID}.wav", b"RIFF"), left(f"call~1~4711~~{ID}.wav")):
        assert depositing.take(path)
        assert not path.exists()
    assert rows() == []


def test_what_a_killed_engine_has_left_is_found_when_its_call_is_gone(left):
    there, gone = left(f"call~1~{{id}}~~{ID}.wav"), left(f"call~1~{{id}}~~{OTHER}.wav")
    assert recorded.without_call({ID}) == []  # they have just been written
    for path in (there, gone):
        os.utime(path, (real_time.time() - 20,) * 2)
    assert recorded.without_call({ID}) == [gone]
    assert recorded.left_over() == []
