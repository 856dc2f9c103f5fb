"""How FreeSWITCH lets a caller into a conference."""

from collections.abc import Iterator

from portsip_api.pbx.calls.plans.conferences import EnterConference
from portsip_api.switch.freeswitch import recorded, room_recordings
from portsip_api.switch.freeswitch.conferences import PROFILE, name_of
from portsip_api.switch.freeswitch.steps.writing import Step, Writing, plain

_LONGEST_NAME = 5  # seconds


def enter(writing: Writing, plan: EnterConference) -> Iterator[Step]:
    """Let the caller in, whom the conference knows by the number that was authenticated."""
    yield Step("set", "pbx_result=conference")
    yield Step("set_profile_var", f"caller_id_number={plain(writing.caller.number)}")
    if plan.says_name:
        yield from _say_name(writing)
    # A moderator needs no PIN, and no lock keeps it out. For everybody else it is said as well: FreeSWITCH would ask
    # nobody whom it has called itself, as it does where a client places the call.
    yield Step("set", f"conference_enforce_security={str(not plan.is_moderator).lower()}")
    if plan.is_recorded:
        file = room_recordings.file_for(plan.tenant_id, plan.room_id, writing.caller.number)
        yield Step("set", f"conference_auto_record={file}")
    flags = "+flags{moderator}" if plan.is_moderator else ""
    yield Step("conference", f"{name_of(plan.number, writing.caller.domain)}@{PROFILE}{flags}")
    yield Step("hangup", "NORMAL_CLEARING")


def _say_name(writing: Writing) -> Iterator[Step]:
    """Record who the caller is, which the others hear."""
    file = recorded.spoken_name(writing.origin.id)
    yield Step("answer", "")
    yield Step("sleep", "300")
    yield Step("playback", "tone_stream://%(200,0,1000)")
    yield Step("set", "playback_terminators=#")
    yield Step("record", f"{file} {_LONGEST_NAME}")
    yield Step("set", f"conference_enter_sound={file}")
    yield Step("set", f"conference_exit_sound={file}")
