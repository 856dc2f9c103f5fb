"""Phones that answer by themselves hear who pages."""

from tests.live.audio import wav
from tests.live.conftest import ANN, BOB, EVE, Pbx
from tests.live.rows import check_row

SOUND = 330  # hertz


def answered(phones):
    """The calls at phones, which answer because they are told to."""
    calls = [phone.incoming() for phone in phones]
    for call in calls:
        assert "answer-after=0" in call.invite.get("call-info")
        call.answer()
    return calls


def test_a_page_group_is_heard_and_not_heard(pbx: Pbx, line):
    ann, anns = line(ANN)
    (bob, bobs), (eve, eves) = line(BOB), line(EVE)
    with pbx.prompt("pagegroups", "gong.wav", wav(SOUND, 2)):
        number = pbx.unused()
        users = [{"userName": bob}, {"userName": eve}]
        pbx.sipxcom("POST", "api/pagegroups", {"enabled": True, "pageGroupNumber": int(number), "timeout": 60,
                                           "sound": "gong.wav", "description": "", "users": users})  # fmt: skip
        call = anns.call(f"*77{number}")
        call.wait("200")
        calls = answered([bobs, eves])
        for one in calls:
            assert one.stream.hears(SOUND)
            assert one.stream.hears(ANN)
        assert not call.stream.hears(BOB, 2)
        call.hang_up()
        for one in calls:
            one.wait("BYE")
    check_row(pbx, ann, f"*77{number}", "CALLER_HANGUP")


def test_ring_groups_that_page_and_that_talk_back(pbx: Pbx, line):
    (ann, anns), (bob, bobs), (_, eves) = line(ANN), line(BOB), line(EVE)
    for strategy in ("PAGING", "INTERCOM"):
        number = pbx.unused()
        pbx.post("ring_groups/create", ring_group_number=number, name=strategy, members=[ann, bob], ring_time=5,
                 ring_strategy=strategy, tenant_id=1)  # fmt: skip
        call = anns.call(number)
        call.wait("200")
        (one,) = answered([bobs])
        assert one.stream.hears(ANN)
        assert call.stream.hears(BOB, 3) is (strategy == "INTERCOM")
        call.hang_up()
        one.wait("BYE")
        check_row(pbx, ann, number, "CALLER_HANGUP")
    assert eves.is_left_alone(0.1)
