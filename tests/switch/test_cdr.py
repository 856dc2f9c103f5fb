"""Records of calls: what cannot be recorded, such as damaged ones, and those that wait in the folder."""

import json
import os
import time
from typing import Any

import pytest

from portsip_api import settings
from portsip_api.pbx.calls import call_limits_sql
from portsip_api.pbx.calls.going_on import open_calls
from portsip_api.pbx.calls.records import Party
from portsip_api.pbx.calls.tables import Call
from portsip_api.switch.freeswitch import access, cdr, recorded
from portsip_api.switch.freeswitch.calls import session_of

ID = "0b0a7c1e-3c6f-4b5e-9a51-0123456789ab"
OTHER = "1c1b8d2f-4d70-4c6f-8b62-123456789abc"
LAST = "2d2c9e30-5e81-4d70-9c73-23456789abcd"
TIMES = {"start_uepoch": "1796063750440121", "end_uepoch": "1796063760740120", "progress_uepoch": "1796063751440121"}
ANSWERED = {
    "answer_uepoch": "1796063752480138",
    "bridge_uepoch": "1796063752480138",
    "last_bridge_to": OTHER,
    "originated_legs": f"ARRAY::{ID};Outbound Call;1009|:{OTHER};Name; with;1001",
    "sip_hangup_disposition": "recv_bye",
    "hangup_cause": "NORMAL_CLEARING",
    "originate_disposition": "SUCCESS",
}


def record(called="1001", **variables: str) -> dict[str, Any]:
    own = {"uuid": ID, "sip_auth_username": "1000", "sip_auth_realm": "pbx.local", **TIMES}
    profiles = [{"caller_profile": {"destination_number": number}} for number in ("later", called)]
    return {"variables": own | variables, "callflow": profiles}


@pytest.fixture
def post(app, configure, admin):
    """A function that sends a record as the engine does."""
    configure(PBX_SWITCH="freeswitch")
    access.make()
    recorded.make_folder()
    secret = settings.current().switch_secret_path.read_text().strip()
    for number in ("1000", "1001"):
        admin.make_extension(number)

    def send(content):
        data = content if isinstance(content, bytes) else json.dumps(content).encode()
        path, auth = "/engine/freeswitch/cdr", ("freeswitch", secret)
        return app.test_client().post(path, data=data, auth=auth, content_type="application/json").status_code

    return send


def rows(admin):
    return admin.read("call_logs/list")["items"]


def by_id(admin):
    return {row["call_id"]: row for row in rows(admin)}


def test_who_was_called_into_a_conference_is_a_call_of_its_owner(post, admin):
    own = {"pbx_inviter": "1000@pbx.local", "pbx_called": "+4930", "pbx_outside": "+4930", "pbx_result": "conference"}
    told = record(**own, answer_uepoch="1796063752480138", sip_hangup_disposition="recv_bye", pbx_shown="+4999")
    for name in ("sip_auth_username", "sip_auth_realm"):
        del told["variables"][name]
    assert post(told) == 200
    (row,) = rows(admin)
    assert (row["caller"], row["callee"], row["direction"]) == ("1000", "+4930", "OUTBOUND_CALL")
    assert (row["status"], row["end_reason"], row["outcid"]) == ("ANSWERED", "CALLEE_HANGUP", "+4999")


def test_a_call_is_one_row_however_often_it_is_told(post, admin):
    assert [post(record(**ANSWERED)) for _ in range(3)] == [200] * 3
    (row,) = rows(admin)
    assert (row["caller"], row["callee"], row["final_dest"]) == ("1000", "1001", "1001")
    assert (row["status"], row["end_reason"]) == ("ANSWERED", "CALLER_HANGUP")
    assert row["session_id"] == str(session_of(ID))
    assert (row["duration"], row["talk_duration"], row["ring_duration"]) == ("10", "8", "2")


OF_TWO = f"ARRAY::{OTHER};NONE|:{LAST};LOSE_RACE"
IN_THE_MOMENT = {"last_bridge_to": "", "bridge_uepoch": "0", "originate_causes": OF_TWO}


@pytest.mark.parametrize("causes", [
    f"{OTHER};NONE", f"ARRAY::{ID};NO_ANSWER|:{OTHER};NONE|:{OTHER};ORIGINATOR_CANCEL",
    OF_TWO,
])  # fmt: skip
def test_who_hangs_up_in_the_moment_of_the_answer_was_answered(post, admin, causes):
    cancelled = {"originate_causes": causes, "originate_disposition": "ORIGINATOR_CANCEL"}
    assert post(record(**ANSWERED | IN_THE_MOMENT | cancelled)) == 200
    (row,) = rows(admin)
    assert (row["status"], row["end_reason"], row["final_dest"]) == ("ANSWERED", "CALLER_HANGUP", "1001")


def test_who_hangs_up_in_a_queue_in_the_moment_of_the_answer_waited_only(post, admin):
    assert post(record("8000", **ANSWERED | IN_THE_MOMENT, pbx_result="queue")) == 200
    (row,) = rows(admin)
    assert (row["status"], row["end_reason"]) == ("NONE", "CANCELLED")


@pytest.mark.parametrize(
    ("variables", "reason"),
    [
        ({"originate_disposition": "USER_BUSY", "hangup_cause": "NORMAL_CLEARING"}, "BUSY"),
        ({"originate_disposition": "CALL_REJECTED", "hangup_cause": "NORMAL_CLEARING"}, "REJECTED"),
        ({"originate_disposition": "ALLOTTED_TIMEOUT", "hangup_cause": "NORMAL_CLEARING"}, "NO_ANSWER"),
        ({"originate_disposition": "USER_BUSY", "hangup_cause": "ORIGINATOR_CANCEL"}, "CANCELLED"),
        ({"hangup_cause": "NORMAL_CLEARING", "sip_hangup_disposition": "recv_bye"}, "CANCELLED"),
        ({"hangup_cause": "USER_BUSY", "sip_hangup_disposition": "recv_refuse"}, "BUSY"),  # whom a client rings first
        ({"originate_disposition": "ORIGINATOR_CANCEL", "hangup_cause": "NO_USER_RESPONSE"}, "NO_ANSWER"),
        ({"originate_disposition": "ORIGINATOR_CANCEL", "hangup_cause": "UNALLOCATED_NUMBER"}, "FAILED"),
        ({"hangup_cause": "NO_ANSWER", "pbx_caller": "1000@pbx.local", "sip_auth_username": ""}, "NO_ANSWER"),
        ({"originate_disposition": "SOMETHING_NEW"}, "FAILED"),
        ({}, "FAILED"),
    ],
)
def test_why_a_call_was_not_answered(post, admin, variables, reason):
    assert post(record(**variables)) == 200
    (row,) = rows(admin)
    assert (row["status"], row["end_reason"], row["caller"]) == ("NONE", reason, "1000")


@pytest.mark.parametrize("disposition", ["BLIND_TRANSFER", "ATTENDED_TRANSFER"])
def test_who_transferred_a_call_did_not_hang_up(post, admin, disposition):
    assert post(record(**ANSWERED, endpoint_disposition=disposition)) == 200
    assert rows(admin)[0]["end_reason"] == "TRANSFERRED"


def test_of_two_calls_that_were_joined_both_were_transferred(post, admin):
    asked_for = record("1002", **ANSWERED | {"uuid": OTHER, "endpoint_disposition": "ATTENDED_TRANSFER"})
    assert post(asked_for) == 200
    assert post(record(**ANSWERED, transfer_to=f"att:{LAST}", refer_uuid=OTHER)) == 200
    row = by_id(admin)[ID]
    assert (row["end_reason"], row["final_dest"], row["related_callid_1"]) == ("TRANSFERRED", "1001", OTHER)


def test_who_is_transferred_to_whom_somebody_asked_talks_to_that_one(post, admin):
    told = {"last_bridge_to": LAST, "last_sent_callee_id_number": "1002", "last_sent_callee_id_name": "Outbound Call"}
    assert post(record(**ANSWERED | told)) == 200
    assert rows(admin)[0]["final_dest"] == "1002"


def test_who_takes_the_call_of_somebody_else_is_who_was_talked_to(post, admin):
    taken = {"sip_auth_username": "1002", "uuid": OTHER, "pbx_call": OTHER, "last_bridge_to": ID, "originated_legs": ""}
    open_calls.begin(1, ID, "INTERNAL", Party("1000"), "1001")
    assert post(record("*781001", **ANSWERED | taken)) == 200
    assert post(record(**ANSWERED | {"originated_legs": f"{LAST};Outbound Call;1001"})) == 200
    row, own = by_id(admin)[ID], by_id(admin)[OTHER]
    assert (row["final_dest"], row["related_callid_1"]) == ("1002", OTHER)
    assert (own["final_dest"], own["related_callid_1"]) == ("1000", ID)


LATER = {"uuid": OTHER, "pbx_call": ID, "sip_auth_username": "", "sip_auth_realm": "", "pbx_party": "1000@pbx.local",
         "originating_leg_uuid": ID, "last_bridge_to": LAST, "originated_legs": f"{LAST};Outbound Call;1002",
         "bridge_uepoch": "1796063761480138", "end_uepoch": "1796063790740120"}  # fmt: skip


def test_a_call_goes_on_with_whom_its_caller_has_transferred(post, admin):
    first, later = record(**ANSWERED, endpoint_disposition="BLIND_TRANSFER"), record("1002", **LATER)
    assert post(later) == 404  # it is sent again
    assert [post(one) for one in (first, first, later, later, first)] == [200] * 5
    (row,) = rows(admin)
    assert (row["caller"], row["callee"], row["final_dest"], row["end_reason"]) == (
        "1000", "1001", "1002", "TRANSFERRED",
    )  # fmt: skip
    assert (row["duration"], row["talk_duration"], row["direction"]) == ("40", "38", "INTERNAL_CALL")
    assert Call.get(1, call_id=ID).recipient_extension is None


def test_a_call_that_goes_on_outside_is_one_to_there(post, admin):
    first = record(**ANSWERED, endpoint_disposition="BLIND_TRANSFER")
    assert post(first) == 200
    assert post(record("+4930", **LATER | {"originated_legs": f"{LAST};outside;+4930"})) == 200
    (row,) = rows(admin)
    assert (row["final_dest"], row["direction"]) == ("+4930", "OUTBOUND_CALL")
    assert call_limits_sql.outside_milliseconds(1, 0) > 30_000


@pytest.mark.parametrize("change", [{"last_bridge_to": ID}, {"last_bridge_to": ""}, {"pbx_party": "1000@other.local"}])
def test_a_leg_that_talked_to_nobody_else_changes_nothing(post, admin, change):
    assert post(record(**ANSWERED, endpoint_disposition="BLIND_TRANSFER")) == 200
    before = rows(admin)
    assert post(record("1002", **LATER | change)) == 200
    assert rows(admin) == before


def test_a_call_that_a_client_has_transferred_goes_on_too(post, admin):
    assert post(record(**ANSWERED | {"sip_hangup_disposition": "send_bye"})) == 200
    assert post(record("1002", **LATER)) == 200
    (row,) = rows(admin)
    assert (row["end_reason"], row["final_dest"]) == ("TRANSFERRED", "1002")


def test_times_that_cannot_be_are_not_kept_as_they_are(post, admin):
    assert post(record(**ANSWERED | {"end_uepoch": "0"})) == 200
    assert rows(admin)[0]["talk_duration"] == "0"


def test_what_a_network_says_is_kept_as_far_as_it_can_be_shown(post, admin):
    assert post(record(called="\x00${system(id)}\n" + "9" * 500, **ANSWERED, effective_caller_id_name="A\x07nn")) == 200
    (row,) = rows(admin)
    assert row["caller_display_name"] == "A nn"
    assert row["callee"].startswith("${system(id)} 999")
    assert len(row["callee"]) == 255


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"null", b'{"variables": {}}', b'{"variables": [], "callflow": []}', b"\xff\xfe"],
)
def test_what_is_no_record_is_refused(post, admin, content):
    assert post(content) == 400
    assert rows(admin) == []


@pytest.mark.parametrize("change", [{"start_uepoch": "soon"}, {"uuid": "x" * 300}, {"start_uepoch": "9" * 30}])
def test_a_record_with_impossible_values_is_refused(post, admin, change):
    assert post(record(**ANSWERED | change)) == 400
    assert rows(admin) == []


def test_calls_of_nobody_here_are_no_rows(post, admin):
    assert post(record(sip_auth_realm="other.local")) == 200
    assert post(record(sip_auth_username="")) == 200
    assert rows(admin) == []


def test_what_could_not_be_sent_is_taken_from_the_folder(post, admin):
    folder = settings.current().switch_path
    files = {"good": json.dumps(record(**ANSWERED)), "bad": "{", "young": json.dumps(record(uuid=OTHER))}
    for name, text in files.items():
        file = folder / f"{name}.cdr.json"
        file.write_text(text)
        if name != "young":
            os.utime(file, (time.time() - 100,) * 2)
    assert cdr.sweep() == 1
    assert [path.name for path in folder.glob("*.cdr.json")] == ["young.cdr.json"]
    assert len(rows(admin)) == 1


@pytest.mark.parametrize(("result", "route"), [("attendant", "VIRTUAL_RECEPTIONIST"), ("voicemail", "VOICE_MAIL")])
def test_who_is_answered_by_a_menu_is_answered(post, admin, result, route):
    assert post(record("800", answer_uepoch=ANSWERED["answer_uepoch"], pbx_result=result)) == 200
    (row,) = rows(admin)
    assert (row["callee"], row["status"], row["final_dest"]) == ("800", "ANSWERED", "")
    assert Call.get(1, call_id=ID).route == route


def test_a_long_way_through_menus_is_kept(post, admin):
    way = record("800", answer_uepoch=ANSWERED["answer_uepoch"], pbx_result="attendant")
    way["callflow"] = [{**way["callflow"][0], "applications": "x" * 10_000}] * 100 + way["callflow"][-1:]
    assert post(way) == 200
    assert len(rows(admin)) == 1
    way["callflow"] *= 10
    assert post(way) == 413
