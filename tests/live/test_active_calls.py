"""Calls that go on, as both APIs show them, end them, transfer them and place them."""

import time

import pytest
import requests

from tests.contract.servers import wait_until
from tests.crm import WEB_PASSWORD
from tests.live.conftest import ANN, BOB, EVE, Pbx
from tests.live.rows import check_row
from tests.live.test_conferences import enter, room
from tests.live.test_park import talking
from tests.switch.test_recordings import PINS

pytestmark = pytest.mark.unrecorded  # what is shown is asked of the engine


def of_user(pbx: Pbx, number):
    """The calls of a user, as the other API shows them to that one."""
    return pbx.my(number, "activecdrs", accept="application/json").json()["cdrs"]


def sessions(pbx: Pbx, caller):
    """The calls that an extension has made, as this API shows them; phones of other tests may have left some."""
    found = pbx.get("call_sessions/list", tenant_id=1)["sessions"]
    return [one for one in found if one["caller"] == caller]


def control(pbx: Pbx, method, calling, called, **query):
    """Ask the call controller."""
    return requests.request(
        method, f"{pbx.server.url}/sipxconfig/rest/my/redirect/callcontroller/{calling}/{called}",
        auth=(calling, WEB_PASSWORD), params=query, timeout=30,
    )  # fmt: skip


def test_a_call_is_shown_while_it_rings_and_while_it_goes_on_and_is_ended(pbx: Pbx, line):
    (ann, anns), (bob, bobs) = line(ANN), line(BOB)
    call = anns.call(bob)
    rings = bobs.incoming()
    (shown,) = wait_until(lambda: of_user(pbx, ann), "it is shown")
    assert (shown["from"], shown["to"], shown.get("recipient")) == (ann, bob, None)
    (session,) = sessions(pbx, ann)
    assert (session["caller"], session["callee"], session["answered_time"]) == (ann, bob, "")
    rings.answer()
    call.wait("200")
    assert call.stream.hears(BOB)
    for number in (ann, bob):
        (shown,) = of_user(pbx, number)
        assert (shown["from"], shown["to"], shown["recipient"]) == (ann, bob, bob)
    (session,) = sessions(pbx, ann)
    assert session["answered_time"]
    pbx.post("call_sessions/destroy", session_id=session["session_id"], tenant_id=1)
    call.wait("BYE")
    rings.wait("BYE")
    wait_until(lambda: sessions(pbx, ann) == [], "it is gone")
    check_row(pbx, ann, bob, "CALLEE_HANGUP", by=bob)


def test_who_is_in_a_conference_is_on_an_answered_call(pbx: Pbx, line):
    ann, anns = line(ANN)
    number = room(pbx)
    call = enter(anns, number)
    (session,) = wait_until(lambda: sessions(pbx, ann), "it is shown")
    assert (session["caller"], bool(session["answered_time"])) == (ann, True)
    call.hang_up()
    check_row(pbx, ann, number, "CALLER_HANGUP")


def test_a_call_that_a_client_places_is_watched_and_transferred(pbx: Pbx, line):
    (ann, anns), (bob, bobs), (eve, eves) = line(ANN), line(BOB), line(EVE)
    assert control(pbx, "POST", ann, bob).status_code == 200
    own = anns.incoming()
    own.answer()
    rings = bobs.incoming()
    rings.answer()
    assert own.stream.hears(BOB)
    assert "200 OK" in control(pbx, "GET", ann, bob).text
    assert control(pbx, "POST", ann, bob).status_code == 406  # one is in progress
    assert control(pbx, "POST", ann, bob, action="transfer", target=eve).status_code == 200
    other = eves.incoming()
    other.answer()
    assert rings.stream.hears(EVE)
    assert other.stream.hears(BOB)
    own.wait("BYE")
    other.hang_up()
    rings.wait("BYE")
    check_row(pbx, ann, bob, "TRANSFERRED", by=eve)


@pytest.mark.parametrize("api", ["portsip", "sipxcom"])
@pytest.mark.parametrize("who", ["caller", "callee"])
def test_a_call_that_a_client_places_to_and_from_who_is_busy(pbx: Pbx, line, who, api):
    (ann, anns), (bob, bobs) = line(ANN), line(BOB)
    if api == "portsip":
        session = pbx.post("call_sessions/create", call_from=ann, call_to=bob, tenant_id=1)["session_id"]
    else:
        assert control(pbx, "POST", ann, bob).status_code == 200
        session = None
    own = anns.incoming()
    if who == "caller":
        own.respond(486)
        assert bobs.is_left_alone(1)
    else:
        own.answer()
        bobs.incoming().respond(486)
        own.wait("BYE")
    wait_until(lambda: sessions(pbx, ann) == [], "it is gone")
    row = check_row(pbx, ann, bob, "BUSY")
    assert session in {None, int(row["session_id"])}


def test_a_client_hands_the_pin_of_a_conference_over(pbx: Pbx, line):
    (ann, anns), (_, bobs) = line(ANN), line(BOB)
    number = room(pbx, room_pin=PINS["room_pin"])
    first = enter(bobs, number)
    time.sleep(1.5)
    first.press(PINS["room_pin"])
    assert control(pbx, "POST", ann, number, confpin=PINS["room_pin"]).status_code == 200
    own = anns.incoming()
    own.answer()
    assert own.stream.hears(BOB)
    own.hang_up()
    check_row(pbx, ann, number, "CALLER_HANGUP")
    assert control(pbx, "POST", ann, number, confpin="99").status_code in {200, 406}
    again = anns.incoming()
    again.answer()
    assert not again.stream.hears(BOB, 3)
    again.hang_up()


def test_a_call_between_others_is_ended_for_both(pbx: Pbx, line):
    (ann, _, call), (bob, _, rings) = talking(line)
    (session,) = sessions(pbx, ann)
    pbx.post("call_sessions/remove", session_id=session["session_id"], tenant_id=1)
    call.wait("BYE")
    rings.wait("BYE")
    check_row(pbx, ann, bob, "CALLEE_HANGUP", by=bob)
