"""The voicemail by phone: who comes into which mailbox, and what is done there."""

from datetime import UTC, datetime
from typing import Any

import pytest

from portsip_api.pbx.calls.plans import asking, planning
from portsip_api.pbx.calls.plans.asking import Ask, End, RecordSound, Say
from portsip_api.pbx.calls.plans.kinds import Leg, Ring
from portsip_api.pbx.extension_keys import ExtensionKey
from portsip_api.pbx.extensions import aliases, extensions, permission_values
from portsip_api.pbx.features import virtual_receptionists
from portsip_api.pbx.mailboxes import mailboxes, messages, service
from portsip_api.pbx.media import greetings
from tests import audio
from tests.pbx.features.call_features import TENANT, make_tenant, make_user

BOB, BOBS = "1001", ExtensionKey("1001")
PIN = "2468"
MENU = ("menu", "menu-pin")
EMPTY = ("you-have", "no", "new-messages", "and", "no", "saved-messages", *MENU)
KEYS = ("message-menu", "message-call")


@pytest.fixture(autouse=True)
def bob(configure):
    """An extension whose own phone is not asked for its PIN."""
    service.update(TENANT, {"voice_mail_number": "*97"})
    return make_user(BOB, voice_mail={"voicemail_pin": PIN, "enable_vm_pin_auth": False})


class Caller:
    """One call to the voicemail: `heard` is what is said last, and `plan` what is done."""

    def __init__(self, caller="", number="*97", **more):
        self.caller, self.more = caller, more
        self.plan: Any = planning.plan(TENANT, number, caller=caller, **more)

    @property
    def heard(self):
        assert isinstance(self.plan, Ask | Say | RecordSound), self.plan
        return self.plan.sounds.parts

    @property
    def has_ended(self):
        return isinstance(self.plan, Say) and isinstance(self.plan.then, End)

    def press(self, *keys):
        for pressed in keys:
            assert isinstance(self.plan, Ask | RecordSound), self.plan
            call = planning.call_of(TENANT, caller=self.caller, **self.more)
            self.plan = planning.go_on(call, asking.written(self.plan.topic), pressed)
        return self.heard


def leave(caller="1002", seconds=4):
    return mailboxes.deposit(TENANT, BOBS, audio.wav(seconds), caller).id


def folder_of(id_):
    found = messages.show(TENANT, BOBS, id_)
    return found.folder, found.heard


def names(heard):
    """What is said, without the messages."""
    return tuple(part for part in heard if isinstance(part, str))


def test_the_own_phone_comes_in_at_once_where_no_pin_is_asked():
    assert Caller(BOB).heard == EMPTY
    aliases.set_aliases(TENANT, extensions.show(TENANT, BOBS).id, ["bob"])
    make_user("1002", voice_mail={"voicemail_pin": PIN})
    other = Caller("1002")
    assert (other.heard, other.plan.is_secret, other.plan.most) == (("enter-pin",), True, 20)
    assert other.press(PIN) == EMPTY


def test_a_wrong_pin_is_asked_again_and_then_nobody_comes_in():
    extensions.update(TENANT, BOBS, {"voice_mail": {"enable_vm_pin_auth": True}})
    call = Caller(BOB)
    assert call.press("1111") == ("wrong", "enter-pin")
    assert call.press("") == ("enter-pin",)
    assert call.press("2222") == ("no-access", "goodbye")
    assert call.has_ended


def test_who_calls_is_asked_in_its_own_language_and_nobodys_else_is_told():
    extensions.update(TENANT, BOBS, {"voice_mail": {"enable_vm_pin_auth": True, "prompt_language": "de"}})
    make_user("1002", voice_mail={"voicemail_pin": PIN})
    own, other, outside = Caller(BOB), Caller("1002"), Caller()
    assert own.plan.sounds.language == "de"
    assert own.press("1111", "2222", "3333") == ("no-access", "goodbye")
    assert own.plan.sounds.language == "de"
    for call in (other, outside):
        call.press(*(("*", BOB) if call is other else (BOB,)))
        assert call.heard == ("enter-pin",)
        assert call.plan.sounds.language.startswith("en")


def test_wrong_pins_are_counted_over_calls_and_each_caller_alone(configure):
    configure(PBX_LOGIN_FAILURES="4", PBX_LOGIN_FAILURES_ADDRESS="50")
    make_user("1002")
    for _ in range(2):
        Caller("1002").press(BOB, "1111", "2222", "3333")
    assert Caller("1002").press(BOB, PIN) == ("wrong", "enter-pin")
    assert Caller().press(BOB, PIN) == EMPTY


def test_from_elsewhere_a_mailbox_is_named_first():
    aliases.set_aliases(TENANT, extensions.show(TENANT, BOBS).id, ["77"])
    call = Caller()
    assert call.heard == ("enter-mailbox",)
    assert call.press("*") == ("invalid", "enter-mailbox")
    assert call.press(BOB) == ("enter-pin",)
    assert call.press("*") == ("enter-mailbox",)  # another one
    assert call.press("77") == ("enter-pin",)
    assert call.press(PIN) == EMPTY
    silent = Caller()
    assert silent.press("", "", "", "") == ("no-access", "goodbye")


@pytest.mark.parametrize(
    "closed",
    [
        {"voice_mail": {"enable_voicemail": False}},
        {"voice_mail": {"voicemail_pin": ""}},
        {"options": {"enable_extension": False}},
    ],
)
def test_a_mailbox_that_is_off_or_has_no_pin_is_asked_for_as_any_other_and_not_opened(closed):
    extensions.update(TENANT, BOBS, closed)
    call = Caller()
    assert call.press(BOB) == ("enter-pin",)
    assert call.press(PIN) == ("wrong", "enter-pin")
    assert Caller().press("1999") == ("enter-pin",)  # which nobody has


def test_who_may_have_no_voicemail_does_not_come_in(bob):
    permission_values.set_of_user(TENANT, bob, {"Voicemail": False})
    assert Caller(BOB).heard == ("enter-mailbox",)
    assert Caller().press(BOB, PIN) == ("wrong", "enter-pin")


def test_a_pin_of_one_tenant_is_none_of_another():
    other = make_tenant()
    make_user("1002", other)
    call = planning.call_of(other, caller="1002")
    asked: Any = planning.go_on(call, f"mailbox~pin~{BOB}~0", PIN)
    assert asked.sounds.parts == ("wrong", "enter-pin")
    ended: Any = planning.go_on(call, f"mailbox~menu~{BOB}~0", "1")
    assert ended.sounds.parts == ("not-done", "goodbye")


def test_an_attendant_lets_callers_hear_their_messages():
    key = {"action": "CONNECT_TO_VOICE_MAIL", "action_value": ""}
    fields = {"virtual_receptionist_number": "800", "name": "Desk", "key5": key}
    virtual_receptionists.create(TENANT, fields)
    call = Caller(BOB, "800")
    assert call.press("5") == EMPTY


def test_messages_are_heard_saved_deleted_and_passed_over():
    first, second, third = leave(), leave(), leave()
    call = Caller(BOB)
    assert call.heard == ("you-have", "3", "new-messages", "and", "no", "saved-messages", *MENU)
    assert names(call.press("1")) == KEYS
    assert folder_of(first) == ("inbox", True)
    assert names(call.press("1")) == KEYS  # once more
    assert names(call.press("2")) == ("saved", *KEYS)
    assert (folder_of(first), folder_of(second)) == (("saved", True), ("inbox", True))
    assert names(call.press("3")) == ("deleted", *KEYS)
    assert folder_of(second) == ("deleted", True)
    assert call.press("#") == ("you-have", "no", "new-messages", "and", "2", "saved-messages", *MENU)
    assert folder_of(third) == ("inbox", True)
    assert names(call.press("2")) == KEYS
    assert call.plan.topic == ("mailbox", "message", BOB, "old", str(first), "0")
    assert call.press("*")[0] == "you-have"
    assert call.press("1")[:2] == ("no-more-messages", "you-have")


def test_the_message_itself_is_what_is_played():
    id_ = leave(seconds=5)
    (file,) = [part for part in Caller(BOB).press("1") if not isinstance(part, str)]
    assert file.read_bytes() == messages.sound(TENANT, BOBS, id_).audio.read_bytes()


def test_what_nobody_answers_is_not_asked_for_ever():
    leave()
    call = Caller(BOB)
    assert call.press("9") == ("invalid", *MENU)
    assert call.press("", "") == MENU
    assert call.press("") == ("goodbye",)
    call = Caller(BOB)
    call.press("1")
    assert call.press("9") == ("invalid", *KEYS)
    assert call.press("", "") == KEYS
    assert call.press("") == ("goodbye",)
    assert call.has_ended


def test_a_message_that_is_gone_meanwhile_ends_the_call():
    id_ = leave()
    call = Caller(BOB)
    call.press("1")
    for _ in range(2):
        messages.delete(TENANT, BOBS, id_)
    assert call.press("2") == ("not-done", "goodbye")


def test_callers_are_called_back_from_phones_of_the_tenant_alone():
    make_user("1002")
    leave("1002")
    call = Caller(BOB)
    call.press("1")
    plan = planning.go_on(planning.call_of(TENANT, caller=BOB), asking.written(call.plan.topic), "5")
    assert isinstance(plan, Ring)
    assert [leg.number for leg in plan.legs if isinstance(leg, Leg)] == ["1002"]
    outside = Caller()
    outside.press(BOB, PIN)
    assert names(outside.press("2")) == ("message-menu",)
    assert outside.press("5") == ("invalid", "message-menu")


def test_who_called_and_when_is_said_where_that_is_wanted():
    told = {"enable_play_caller_id": True, "msg_read_out_datetime": "READ_12_HOUR"}
    extensions.update(TENANT, BOBS, {"voice_mail": told})
    received = datetime(2026, 11, 23, 15, 5, tzinfo=UTC).timestamp()
    mailboxes.deposit(TENANT, BOBS, audio.wav(4), "+4930", received=received)
    for at, day in (
        ((2026, 11, 23), ("today",)),
        ((2026, 11, 24), ("yesterday",)),
        ((2026, 12, 1), ("month-11", "23")),
    ):
        heard = names(Caller(BOB, at=datetime(*at, 18, tzinfo=UTC)).press("2" if day[0] != "today" else "1"))
        assert heard == ("received", *day, "at", "3", "oh", "5", "pm", "from", "plus", "4", "9", "3", "0", *KEYS)


@pytest.fixture
def recorded(tmp_path):
    file = tmp_path / "sound.wav"
    file.write_bytes(audio.wav(3))
    return file


def test_a_greeting_is_recorded_heard_and_used(recorded):
    call = Caller(BOB, recorded=recorded)
    assert call.press("3") == ("record-greeting",)
    assert isinstance(call.plan, RecordSound)
    assert call.press("") == ("greeting-menu",)
    assert call.press("2") == (recorded, "greeting-menu")
    assert call.press("3") == ("record-greeting",)
    assert call.press("", "9") == ("invalid", "greeting-menu")
    assert call.press("1")[:2] == ("greeting-used", "you-have")
    assert not recorded.exists()
    greeting = Caller("1002", BOB).plan.otherwise.greeting
    assert greeting == greetings.sound(TENANT, BOBS, "standard.wav").audio
    assert greeting.is_file()


def test_a_greeting_that_is_none_or_not_wanted_changes_nothing(recorded, tmp_path):
    call = Caller(BOB, recorded=tmp_path / "none.wav")
    assert call.press("3", "")[0] == "not-done"
    call = Caller(BOB, recorded=recorded)
    assert call.press("3", "", "*")[0] == "you-have"
    recorded.write_bytes(b"no audio")
    call = Caller(BOB, recorded=recorded)
    assert call.press("3", "", "1")[0] == "not-done"
    assert Caller("1002", BOB).plan.otherwise.greeting is None


def test_a_pin_is_changed_by_saying_it_twice(bob):
    call = Caller(BOB)
    assert call.press("4") == ("new-pin",)
    assert call.plan.is_secret
    assert call.press("1357") == ("pin-again",)
    assert "1357" not in asking.written(call.plan.topic)
    assert call.press("1357")[0] == "pin-changed"
    assert Caller().press(BOB, "1357") == EMPTY
    call.press("4", "9999")
    assert call.press("9998")[0] == "pin-differs"
    call.press("4")
    assert call.press("123")[0] == "not-done"
    assert Caller().press(BOB, "1357") == EMPTY
    permission_values.set_of_user(TENANT, bob, {"tui-change-pin": False})
    assert "menu-pin" not in Caller(BOB).heard
    assert Caller(BOB).press("4") == ("invalid", "menu")
