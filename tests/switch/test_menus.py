"""Menus as documents: how a call is looked up again with what was pressed, and that nobody comes there otherwise."""

from dataclasses import replace
from pathlib import Path

import pytest

from portsip_api import settings
from portsip_api.pbx.calls.plans.asking import Ask, End, Later, Say, Sounds
from portsip_api.pbx.calls.plans.kinds import TakeMessage
from portsip_api.switch.freeswitch import recorded
from portsip_api.switch.freeswitch.dialplan import WRITERS
from portsip_api.switch.freeswitch.steps.writing import Caller, Origin, Writing
from tests.switch.test_dialplan import ANN, ID, ask  # noqa: F401 — a fixture

TOPIC = "attendant~number.800~0~800"
FIRST = Origin(ID, "1001", "pbx.local")


@pytest.fixture
def folder(configure):
    """The folder that the engine and this server share."""
    configure(PBX_SWITCH="freeswitch")
    recorded.make_folder()
    return settings.current().switch_path


def written(plan, origin=FIRST):
    found = Writing(Caller("1000", "pbx.local"), origin, WRITERS).steps(plan)
    return [f"{step.application} {step.data}".replace(f"{settings.current().switch_path}/", "") for step in found]


def sounds(*parts):
    return Sounds(1, "en", parts)


@pytest.fixture
def attendant(admin):
    """An attendant at 800, whose key 1 is 1001."""
    for number in ("1000", "1001"):
        admin.make_extension(number)
    key = {"action": "CONNECT_TO_ANOTHER_EXTENSION", "action_value": "1001"}
    admin.do("virtual_receptionist/create", virtual_receptionist_number="800", name="Desk", key1=key)


def test_keys_are_asked_for_and_the_call_is_looked_up_again(folder):
    asked = Ask(sounds("invalid", "goodbye"), ("attendant", "number.800", "1"), 20, 7, 2)
    heard = "file_string://voice/en/invalid.wav!voice/en/goodbye.wav"
    assert written(asked) == [
        "answer ",
        "sleep 300",
        "set pbx_result=attendant",
        f"play_and_get_digits 1 20 1 7000 # {heard} silence_stream://10 pbx_keys .+ 2000",
        "set pbx_topic=attendant~number.800~1",
        "transfer 1001 XML pbx.local",
        "hangup NORMAL_CLEARING",
    ]
    (again, *_) = written(replace(asked, most=1), FIRST._replace(is_continued=True))
    assert again == "set pbx_result=attendant"  # it is answered already
    assert " D " in written(replace(asked, most=1))[3]  # every key is one
    assert "set digits_dialed_filter=.+" in written(replace(asked, is_secret=True))
    assert written(Say(sounds("goodbye"), End()))[2:] == [
        "playback voice/en/goodbye.wav",
        *["hangup NORMAL_CLEARING"] * 2,
    ]


def test_a_key_in_a_greeting_is_a_branch_of_its_own(folder):
    message = TakeMessage(1, 7, None, "en", keys={"5": Later(("voicemail", "1001", "5"))})
    found = written(message)
    assert "set p_0_5=m:^:set:pbx_topic=voicemail~1001~5^transfer:1001 XML pbx.local" in found
    assert f"message~1~7~1000~{ID}.wav 180^hangup:NORMAL_CLEARING" in next(
        one for one in found if one.startswith("set p_0_=")
    )
    assert "set n_0_5=5" in found
    asked = next(one for one in found if one.startswith("play_and_get_digits"))
    assert asked.endswith("silence_stream://10 originate_disposition [5]")
    assert [one.split()[0] for one in found[-2:]] == ["execute_extension", "hangup"]


def test_who_takes_no_messages_has_no_tone(folder):
    found = written(TakeMessage(1, 7, None, takes=False))
    assert found[3:] == [
        "playback file_string://voice/en/unavailable.wav!voice/en/no-messages-taken.wav",
        *["hangup NORMAL_CLEARING"] * 2,
    ]
    assert "playback voice/en/unavailable.wav" in written(TakeMessage(1, 7, None, is_told=False))


def test_a_later_document_keeps_its_branches_apart(folder):
    message = TakeMessage(1, 7, None, keys={"5": Later(("voicemail", "1001", "5"))})
    assert any(one.startswith("set p_20000_5=") for one in written(message, FIRST._replace(nodes=20_000)))


@pytest.mark.usefixtures("attendant")
def test_what_was_pressed_is_judged_where_the_call_goes_on(ask):  # noqa: F811
    first = ask("800", **ANN)
    assert ("set", f"pbx_topic={TOPIC}") in first
    assert ("unset", "pbx_topic") not in first
    again = ask("800", **ANN, variable_pbx_topic=TOPIC, variable_pbx_keys="1", variable_pbx_call=ID)
    assert again.index(("unset", "pbx_topic")) < again.index(("unset", "pbx_keys"))
    assert any(application == "bridge" and "user/1001@pbx.local" in data for application, data in again)
    hostile = ask("800", **ANN, variable_pbx_topic=TOPIC, variable_pbx_keys="${system(id)}")
    assert not [data for _, data in hostile if "system" in data]
    assert ask("800", variable_pbx_topic=TOPIC, variable_pbx_keys="1")[0] == ("set", "pbx_status=403")


@pytest.mark.usefixtures("attendant")
@pytest.mark.parametrize(
    "dialled", [TOPIC, "pbx_topic", "attendant", "menu", "voicemail~1001~5", "mailbox~menu~1001~0"]
)
def test_nobody_dials_a_menu(ask, dialled):  # noqa: F811
    assert ("respond", "404 Not Found") in ask(dialled, **ANN)


@pytest.mark.usefixtures("attendant")
def test_a_call_that_was_somewhere_before_has_other_branches(ask):  # noqa: F811
    kept = [data for _, data in ask("1001", **ANN, variable_pbx_node="3") if data.startswith("p_")]
    assert kept
    assert all(data.startswith("p_1000") for data in kept)


def test_a_voice_of_the_tenant_or_of_the_whole_pbx_takes_the_place_of_our_own(folder):
    def heard(tenant, language):
        (found,) = recorded.sounds(tenant, language, "goodbye")
        return Path(found).relative_to(folder / "voice").parts[:-1]

    def spoken(tenant, number):
        found = recorded.sounds(tenant, "de" if tenant == 2 else "en", number)
        return [str(Path(path).relative_to(folder / "voice")) for path in found]

    def speak(*place):
        (folder / "voice").joinpath(*place).mkdir(parents=True)
        (folder / "voice").joinpath(*place, "goodbye.wav").write_bytes(b"")

    assert heard(1, "de_DE") == heard(1, "") == heard(1, "../..") == ("en",)
    speak("de")
    assert heard(1, "de_DE") == heard(1, "DE") == ("de",)
    speak("1", "en")
    assert (heard(1, "de_DE"), heard(2, "de_DE")) == (("1", "en"), ("de",))
    assert spoken(1, "21") == ["en/20.wav", "en/1.wav"]
    assert spoken(1, "70") == ["en/70.wav"]
    (folder / "voice" / "de" / "21.wav").write_bytes(b"")
    assert spoken(2, "21") == ["de/21.wav"]
    assert spoken(2, "22") == ["en/20.wav", "en/2.wav"]
    speak("1", "de-at")
    assert (heard(1, "de_AT"), heard(1, "de-DE")) == (("1", "de-at"), ("1", "en"))
