"""Plans as documents: what cannot be recorded, such as hostile callers, and what no document may ever hold."""

import os
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from portsip_api import settings
from portsip_api.pbx.calls.plans.kinds import Leg, Refuse, Result, Ring, TakeMessage
from portsip_api.pbx.extension_keys import ExtensionKey
from portsip_api.pbx.mailboxes import messages
from portsip_api.store.paging import Slice
from portsip_api.switch.freeswitch import access, depositing, recorded
from portsip_api.switch.freeswitch.dialplan import WRITERS
from portsip_api.switch.freeswitch.steps.writing import Caller, Origin, Step, Writing, inline
from portsip_api.switch.freeswitch.whose import caller_of
from tests.audio import wav

ID = "0b0a7c1e-3c6f-4b5e-9a51-0123456789ab"
ANN = {"variable_sip_auth_username": "1000", "variable_sip_auth_realm": "pbx.local"}


def steps(document):
    return [(one.get("application"), one.get("data")) for one in ET.fromstring(document).iter("action")]


@pytest.fixture
def ask(app, configure):
    """A function that asks what is done with a call to a number."""
    configure(PBX_SWITCH="freeswitch")
    access.make()
    recorded.make_folder()
    secret = settings.current().switch_secret_path.read_text().strip()

    def call(number, **form):
        given = {"Caller-Context": "pbx.local", "Caller-Destination-Number": number, "Unique-ID": ID, **form}
        reply = app.test_client().post("/engine/freeswitch/dialplan", data=given, auth=("freeswitch", secret))
        assert reply.status_code == 200
        return steps(reply.text)

    return call


def test_who_is_not_known_does_not_call(ask, admin):
    admin.make_extension("1000")
    refused = [("set", "pbx_status=403"), ("respond", "403 Forbidden"), ("hangup", "CALL_REJECTED")]
    assert ask("1000") == refused
    forged = {"Caller-Username": "1000", "variable_sip_from_user": "1000", "variable_sip_from_host": "pbx.local"}
    assert ask("1000", **forged) == refused
    assert ask("1000", **ANN | {"variable_sip_auth_realm": "other.local"}) == refused
    assert ask("1000", **ANN, **{"Caller-Context": "other.local"}) == refused
    assert ask("1000", variable_dialed_user="1000", variable_dialed_domain="pbx.local") == refused  # no leg of ours
    nobodys = {"variable_sip_auth_realm": "none.local", "Caller-Context": "none.local"}
    assert ask("1000", **ANN | nobodys) == refused
    assert ask("1000", **ANN) != refused


def test_whose_call_it_is():
    assert caller_of(ANN) == Caller("1000", "pbx.local")
    placed = {"variable_pbx_caller": "1001@pbx.local", "Caller-Direction": "outbound"}
    assert caller_of(placed) == Caller("1001", "pbx.local")
    assert caller_of(ANN | placed) == Caller("1000", "pbx.local")  # what was authenticated decides
    moved = {"Caller-Direction": "outbound", "variable_dialed_user": "1002", "variable_dialed_domain": "pbx.local"}
    assert caller_of(moved) == Caller("1002", "pbx.local")
    assert caller_of(moved | {"Caller-Direction": "inbound"}) is None


@pytest.mark.parametrize("number", ["${system(id)}", "9999'^system:id", "1000 XML default", "", "\x00", "😀"])
def test_what_a_caller_dials_never_stands_in_a_document(ask, admin, number):
    admin.make_extension("1000")
    document = ask(number, **ANN)
    assert ("respond", "404 Not Found") in document
    assert not [data for _, data in document if number and number in data]


def test_what_a_caller_is_called_never_stands_in_a_document(ask, admin):
    admin.make_extension("1000")
    admin.make_extension("1001")
    liar = {"variable_sip_auth_username": "${system(id)}~^'x", "variable_sip_auth_realm": "pbx.local"}
    assert not [
        data for _, data in ask("1001", **liar) if "system" in data and "${" in data.partition("system")[0][-2:]
    ]


def test_names_that_the_engine_would_run_are_told_without_what_makes_them_so(app, ask, admin):
    admin.make_extension("1000", profile={"first_name": "${system(id)}", "last_name": "O'Neil, {x} <y> ^ \\"})
    secret = settings.current().switch_secret_path.read_text().strip()
    form = {"action": "sip_auth", "user": "1000", "domain": "pbx.local", "ip": "192.0.2.1"}
    reply = app.test_client().post("/engine/freeswitch/directory", data=form, auth=("freeswitch", secret))
    values = {one.get("name"): one.get("value") for one in ET.fromstring(reply.text).iter("variable")}
    assert values["effective_caller_id_name"] == "system(id) ONeil x y"


def test_each_result_is_a_branch_and_there_is_always_another(configure):
    configure(PBX_SWITCH="freeswitch")
    inner = Ring((Leg("1002", 5),), {}, TakeMessage(1, 7, None))
    plan = Ring(
        (Leg("1001", 20), Leg("1003", 9)), {Result.BUSY: inner, Result.OFFLINE: Refuse(480, "")}, Refuse(486, "")
    )
    found = Writing(Caller("1000", "pbx.local"), Origin(ID, "1001", "pbx.local"), WRITERS).steps(plan)
    kept = dict(step.data.split("=", 1) for step in found if step.application == "set")
    assert kept["p_0_busy"].startswith("m:^:set:pbx_node=1^set:call_timeout=5^bridge:[")
    assert kept["p_0_offline"] == "m:^:set:pbx_status=480^respond:480 Temporarily Unavailable^hangup:CALL_REJECTED"
    assert kept["p_0_"] == "m:^:set:pbx_status=486^respond:486 Busy Here^hangup:CALL_REJECTED"
    assert f"message~1~7~1000~{ID}.wav 180" in kept["p_1_"]
    assert {kept[f"n_0_{name}"] for name in ("USER_BUSY", "CALL_REJECTED")} == {"busy"}
    assert not [name for name in kept if name.startswith("n_1_")]
    names = [step.application for step in found]
    assert names.count("execute_extension") == 2  # as deep as ringings follow one another
    assert names[-1] == "hangup"
    (bridge,) = [step.data for step in found if step.application == "bridge"]
    assert bridge == (
        "[leg_timeout=20,outbound_redirect_fatal=true,origination_callee_id_number=1001]user/1001@pbx.local"
        ",[leg_timeout=9,outbound_redirect_fatal=true,origination_callee_id_number=1003]user/1003@pbx.local"
    )


@pytest.mark.parametrize("data", ["a^b", "it's", "a\\b"])
def test_what_would_part_steps_is_not_written(data):
    with pytest.raises(ValueError, match="parts steps"):
        inline([Step("playback", data)])


def test_a_recording_is_taken_once_and_only_from_its_folder(configure, admin, tmp_path):
    configuration = configure(PBX_SWITCH="freeswitch")
    recorded.make_folder()
    id_ = admin.make_extension("1000")
    file = recorded.message_file(1, id_, "1001", ID)
    assert depositing.take(file)  # not there
    file.write_bytes(b"no audio")
    assert depositing.take(file)
    assert not file.exists()
    for changed in (1_800_000_000.25, 1_800_000_000.25, 1_800_000_000.75):  # the first one was left by a crash
        file.write_bytes(wav(5.0))
        os.utime(file, (changed,) * 2)
        assert depositing.take(file)
        assert not file.exists()
    assert [one.received for one in messages.page(1, ExtensionKey("1000"), ["inbox"], Slice(0, 10)).rows] == [
        1_800_000_000.25, 1_800_000_000.75,
    ]  # fmt: skip
    elsewhere = tmp_path / file.name
    elsewhere.write_bytes(b"")
    assert not depositing.take(elsewhere)
    assert elsewhere.exists()
    other = configuration.switch_path / "message~1~x.wav"
    other.write_bytes(b"")
    assert not depositing.take(other)
    assert other.exists()


def test_links_to_greetings_that_are_gone_are_removed(configure, tmp_path):
    configure(PBX_SWITCH="freeswitch")
    recorded.make_folder()
    audio = tmp_path / "blob"
    audio.write_bytes(b"x")
    link = recorded.playable(audio)
    assert recorded.playable(audio) == link
    assert Path(link).read_bytes() == b"x"
    recorded.remove_dead_links()
    assert link.is_symlink()
    audio.unlink()
    recorded.remove_dead_links()
    assert not link.is_symlink()
    assert all(Path(path).is_file() for path in recorded.sounds(1, "", "unavailable"))
