"""Callers hear a menu and press keys: attendants, which are told apart by tones in the place of what is said."""

import time

import pytest

from tests.live.audio import wav
from tests.live.conftest import ANN, BOB, EVE, Pbx
from tests.live.rows import check_row
from tests.live.test_trunks import carrier, gateway  # noqa: F401 — fixtures

MENU, LAST, INVALID, GOODBYE, USUAL = 700, 900, 1300, 1700, 2100  # tones in hertz
SPELL, NOBODY, FOR = 500, 1100, 1500
TO_EXTENSION = "CONNECT_TO_ANOTHER_EXTENSION"
AGAIN = {"action": "REPEAT", "action_value": ""}


@pytest.fixture
def voice(pbx: Pbx):
    """The tenant's own voice, in tones."""
    pbx.speak(invalid=INVALID, goodbye=GOODBYE, enter_extension=USUAL)


@pytest.fixture
def attendant(pbx: Pbx):
    """A function that makes an attendant of a menu, and returns its number."""

    def make(hertz=MENU, **fields):
        number = pbx.unused()
        waits = {"seconds": 2, "action": "REPEAT", "action_value": ""}
        given = {"name": f"Attendant {number}", "gap_time": 1, "timeout": waits, "failure": AGAIN, **fields}
        pbx.receptionist(number, wav(hertz, 1.5), **given)
        return number

    return make


def talk(call, rings, hertz=BOB):
    """Let a call be answered, and both hear each other."""
    rings.answer()
    assert call.stream.hears(hertz)
    assert rings.stream.hears(ANN)


@pytest.mark.usefixtures("voice")
def test_a_key_leads_where_the_menu_says(pbx: Pbx, line, attendant):
    ann, anns = line(ANN)
    bob, bobs = line(BOB)
    menu = attendant(key1={"action": TO_EXTENSION, "action_value": bob})
    call = anns.call(menu)
    call.wait("200")
    assert call.stream.hears(MENU)
    call.press("1")
    talk(call, bobs.incoming())
    call.hang_up()
    check_row(pbx, ann, menu, "CALLER_HANGUP", by=bob)


@pytest.mark.usefixtures("voice")
def test_digits_are_the_number_of_an_extension(pbx: Pbx, line, attendant):
    ann, anns = line(ANN)
    bob, bobs = line(BOB)
    eve, eves = line(EVE)
    menu = attendant(key1={"action": TO_EXTENSION, "action_value": eve})
    call = anns.call(menu)
    call.wait("200")
    assert call.stream.hears(MENU)
    call.press_by_info(bob)
    talk(call, bobs.incoming())
    assert eves.is_left_alone(0.2)
    call.hang_up()
    check_row(pbx, ann, menu, "CALLER_HANGUP", by=bob)


@pytest.mark.usefixtures("voice")
def test_a_name_is_spelled_and_who_has_it_is_chosen(pbx: Pbx, line, attendant):
    pbx.speak(**{"spell-name": SPELL, "nobody-named": NOBODY, "for": FOR})
    ann, anns = line(ANN)
    bob, bobs = line(BOB)
    eve, eves = line(EVE)
    for number, first in ((bob, "Bob"), (eve, "Eve")):
        pbx.change(number, profile={"first_name": first, "last_name": "Quillfeather"})
    pbx.list_by_name(bob)
    menu = attendant(key9={"action": "DIAL_BY_NAME", "action_value": ""})
    call = anns.call(menu)
    call.wait("200")
    assert call.stream.hears(MENU)
    call.press("9")
    assert call.stream.hears(SPELL)
    call.press("383#")  # Eve, who is not in the directory
    assert call.stream.hears(NOBODY)
    assert call.stream.hears(SPELL)
    call.press("7845#")
    assert call.stream.hears(FOR)
    call.press("1")
    talk(call, bobs.incoming())
    assert eves.is_left_alone(0.2)
    call.hang_up()
    check_row(pbx, ann, menu, "CALLER_HANGUP", by=bob)


@pytest.mark.usefixtures("voice")
def test_what_leads_nowhere_and_silence_are_heard_out_and_end(pbx: Pbx, line, attendant):
    ann, anns = line(ANN)
    menu = attendant()
    call = anns.call(menu)
    call.wait("200")
    assert call.stream.hears(MENU)
    call.press("9")
    assert call.stream.hears(INVALID)
    assert call.stream.hears(MENU)
    call.press("0049123456#")  # a number outside
    assert call.stream.hears(INVALID)
    assert call.stream.hears(MENU)
    assert call.stream.hears(MENU, 10)  # nothing is pressed
    assert call.stream.hears(GOODBYE, 10)
    call.wait("BYE")
    check_row(pbx, ann, menu, "CALLEE_HANGUP")


@pytest.mark.usefixtures("voice")
def test_silence_leads_to_a_mailbox(pbx: Pbx, line, attendant):
    ann, anns = line(ANN)
    bob = pbx.extension()
    to_mailbox = {"seconds": 1, "action": "CONNECT_TO_VOICE_MAIL", "action_value": bob}
    menu = attendant(timeout=to_mailbox)
    call = anns.call(menu)
    call.wait("200")
    assert call.stream.hears(MENU)
    assert call.stream.hears(1000, 25)  # the tone
    call.hang_up()
    check_row(pbx, ann, menu, "CALLER_HANGUP")


@pytest.mark.usefixtures("voice")
def test_a_forward_leads_to_an_attendant_and_that_to_another(pbx: Pbx, line, attendant):
    ann, anns = line(ANN)
    bob, bobs = line(BOB)
    eve, eves = line(EVE)
    last = attendant(LAST, key2={"action": TO_EXTENSION, "action_value": bob})
    first = attendant(key5={"action": "CONNECT_TO_VIRTUAL_RECEPTIONIST", "action_value": last})
    busy = {"busy_action": "CONNECT_TO_VIRTUAL_RECEPTIONIST", "busy_action_value": first}
    pbx.change(eve, forward_rules={"available": busy})
    call = anns.call(eve)
    eves.incoming().respond(486)
    call.wait("200")
    assert call.stream.hears(MENU)
    call.press("5")
    assert call.stream.hears(LAST)
    call.press("2")
    talk(call, bobs.incoming())
    call.hang_up()
    check_row(pbx, ann, eve, "CALLER_HANGUP", by=bob)


@pytest.mark.usefixtures("voice")
def test_a_call_from_outside_is_led_on_and_not_out_again(pbx: Pbx, line, attendant, carrier, gateway):  # noqa: F811
    there = carrier(ANN)
    gateway(there)
    bob, bobs = line(BOB)
    menu = attendant(key1={"action": TO_EXTENSION, "action_value": bob})
    call = there.call_in(menu)
    call.wait("200")
    assert call.stream.hears(MENU)
    call.press("0049301234#")
    assert call.stream.hears(INVALID)
    assert call.stream.hears(MENU)
    call.press("1")
    talk(call, bobs.incoming())
    call.hang_up()
    check_row(pbx, "+493012345", menu, "CALLER_HANGUP", by=bob, direction="INBOUND")


@pytest.mark.usefixtures("voice")
def test_an_attendant_rule_and_special_mode_say_who_answers(pbx: Pbx, line, attendant):
    ann, anns = line(ANN)
    day, feast = attendant(MENU), attendant(LAST)
    names = {"workingTimeAttendant": f"Attendant {day}", "holidayAttendant": f"Attendant {feast}"}
    today = int(time.time() * 1000)
    desk, holidays = pbx.unused(), {"holidayPeriods": [{"startDate": today, "endDate": today}]}
    rule = {"name": desk, "enabled": True, "type": "Attendant", "extension": desk, **names}
    id_ = pbx.sipxcom("POST", "api/rules", rule)
    for hertz, more in ((MENU, {}), (LAST, {"holidayAttendantPeriods": holidays})):
        pbx.sipxcom("PUT", f"api/rules/{id_}", {**rule, **more})
        call = anns.call(desk)
        call.wait("200")
        assert call.stream.hears(hertz)
        call.hang_up()
    check_row(pbx, ann, desk, "CALLER_HANGUP", calls=2)
    pbx.special(on=True)  # the attendant for after hours, which has no prompt of its own
    call = anns.call(day)
    call.wait("200")
    assert call.stream.hears(USUAL)
    call.hang_up()
    pbx.special(on=False)
    check_row(pbx, ann, day, "CALLER_HANGUP")
