"""Phones register, or may not, and both APIs show who is there."""

import pytest

from tests.contract.servers import wait_until
from tests.live.conftest import BOB, OTHER, Pbx
from tests.live.rows import check_row


def test_a_phone_registers_and_is_shown_until_it_leaves(pbx: Pbx, phone):
    number = pbx.extension()
    assert pbx.status(number) == "OFFLINE"
    one = phone(number)
    assert one.register() == 200
    pbx.wait_status(number, "ONLINE")
    shown = pbx.post("extensions/status", extensions=[number], tenant_id=1)["extension_status"]
    assert shown == [{"extension_number": number, "status": "ONLINE", "user_agent": "Test phone 1.0"}]
    (registration,) = pbx.registrations(f"user/{number}")
    assert (registration["contact"], registration["status"]) == (one.contact, "active")
    assert one.register(0) == 200
    pbx.wait_status(number, "OFFLINE")
    assert pbx.registrations(f"user/{number}") == []


def test_a_phone_that_says_which_it_is_is_shown_so(pbx: Pbx, phone):
    number = pbx.extension()
    one = phone(number)
    one.agent = "Yealink SIP-T46S 66.84.0.15 001565a1b2c3"
    assert one.register() == 200
    pbx.wait_status(number, "ONLINE")
    (shown,) = pbx.get("extensions/search", tenant_id=1, condition=number)["extensions"]
    assert (shown["phone_model"], shown["phone_mac_address"]) == ("Yealink SIP-T46S", "001565A1B2C3")
    (registration,) = pbx.registrations(f"user/{number}")
    assert registration["instrument"] == "001565a1b2c3"


def test_a_registration_is_ended_over_the_api(pbx: Pbx, phone):
    number = pbx.extension()
    first, second = phone(number), phone(number)
    assert (first.register(), second.register()) == (200, 200)
    known = {one["contact"]: one["regCallId"] for one in pbx.registrations(f"user/{number}")}
    pbx.drop(f"callid/{known[first.contact]}")
    assert [one["contact"] for one in pbx.registrations(f"user/{number}")] == [second.contact]
    pbx.wait_status(number, "ONLINE")
    pbx.drop(f"user/{number}")
    pbx.wait_status(number, "OFFLINE")


def test_a_wrong_password_and_an_unknown_number_are_refused(pbx: Pbx, phone):
    number = pbx.extension()
    assert phone(number, password="wrong").register() == 403
    assert phone("9999").register() == 403
    assert phone(number, "no.test").register() == 403
    assert pbx.status(number) == "OFFLINE"


def test_one_account_does_not_register_another_or_in_another_tenant(pbx: Pbx, phone):
    number, other = pbx.extension(), pbx.extension()
    assert phone(number).register(auth_user=other) == 403
    assert phone(number, OTHER).register() == 403
    assert phone(number).register() == 200


def test_a_disabled_extension_may_not_register_and_may_again(pbx: Pbx, phone):
    number = pbx.extension()
    one = phone(number)
    pbx.change(number, options={"enable_extension": False})
    assert one.register() == 403
    pbx.change(number, options={"enable_extension": True})
    assert one.register() == 200


@pytest.mark.unrecorded
def test_a_new_password_counts_at_once(pbx: Pbx, phone):
    number, other = pbx.extension(), pbx.extension()
    one = phone(number)
    assert one.register() == 200
    pbx.change(number, password="another-sip-secret")
    wait_until(lambda: one.register() == 403, "the old password is refused")
    assert one.call(other).wait("403", "180", "200", "480") == "403"
    one.password = "another-sip-secret"
    assert one.register() == 200


def test_a_deleted_extension_is_gone_at_once(pbx: Pbx, line):
    (ann, anns), (bob, bobs) = line(), line(BOB)
    pbx.post("extensions/destroy", extension_number=bob, tenant_id=1)
    pbx.wait_forgotten()
    assert anns.call(bob).wait("404", "180", "480") == "404"
    assert bobs.call(ann).wait("403", "180", "480") == "403"
    assert bobs.register() == 403
    assert bobs.is_left_alone(0)
    check_row(pbx, ann, bob, "FAILED")


@pytest.mark.unrecorded  # an extension has another id then
def test_a_renumbered_extension_is_known_by_its_new_number_at_once(pbx: Pbx, line):
    (ann, anns), (bob, bobs), new = line(), line(BOB), pbx.unused()
    id_ = pbx.get("extensions/show", extension_number=bob, tenant_id=1)["id"]
    pbx.post("extensions/update", id=id_, extension_number=new, tenant_id=1)
    pbx.wait_forgotten()
    assert anns.call(bob).wait("404", "180", "480") == "404"
    assert bobs.register() == 403
    bobs.user = new
    assert bobs.register() == 200
    pbx.wait_status(new, "ONLINE")
    call = anns.call(new)
    bobs.incoming().answer()
    call.wait("200")
    assert call.stream.hears(BOB)
    call.hang_up()
    check_row(pbx, ann, new, "CALLER_HANGUP", by=new)


def test_an_extension_is_there_while_one_of_two_phones_is(pbx: Pbx, phone):
    number = pbx.extension()
    first, second = phone(number), phone(number)
    assert (first.register(), second.register()) == (200, 200)
    pbx.wait_status(number, "ONLINE")
    assert len(pbx.registrations(f"user/{number}")) == 2
    assert first.register(0) == 200
    wait_until(lambda: len(pbx.registrations(f"user/{number}")) == 1, "one registration")
    assert pbx.status(number) == "ONLINE"
    assert second.register(0) == 200
    pbx.wait_status(number, "OFFLINE")


@pytest.mark.unrecorded
def test_an_engine_that_died_and_came_back_is_believed(pbx: Pbx, phone):
    number, other = pbx.extension(), pbx.extension()
    one, two = phone(number), phone(other)
    assert (one.register(), two.register()) == (200, 200)
    pbx.wait_status(number, "ONLINE")
    pbx.engine.kill()
    for database in (pbx.engine.folder / "run").glob("*.db*"):
        database.unlink()
    pbx.engine.start()
    assert two.register() == 200
    pbx.wait_status(number, "OFFLINE")
    pbx.wait_status(other, "ONLINE")


@pytest.mark.unrecorded
def test_who_guesses_too_often_is_given_no_account_for_a_while(pbx: Pbx, phone):
    number = pbx.extension()
    guesser, owner = phone(number, password="wrong"), phone(number)
    assert owner.register() == 200

    def is_refused():
        assert guesser.register() == 403
        return owner.register() == 403

    wait_until(is_refused, "the limit", 20)
