"""What becomes of calls to where several people meet: conferences, orbits, page groups, queues; and of codes."""

import pytest

from portsip_api.pbx.calls.plans import planning
from portsip_api.pbx.calls.plans.codes import PickUp
from portsip_api.pbx.calls.plans.conferences import EnterConference
from portsip_api.pbx.calls.plans.kinds import Leg, Refuse
from portsip_api.pbx.calls.plans.paging import Page
from portsip_api.pbx.calls.plans.parking import Park, Retrieve
from portsip_api.pbx.calls.plans.queues import Queue
from portsip_api.pbx.errors import FileNotThere
from portsip_api.pbx.features import call_queues, conferences, page_groups, park_orbits, ring_groups
from portsip_api.pbx.features.call_queues import QueueKey
from portsip_api.pbx.features.conferences import ConferenceKey
from portsip_api.pbx.features.ring_groups import RingGroupKey
from portsip_api.pbx.media import prompts
from portsip_api.pbx.settings.values import service_settings
from tests import audio
from tests.pbx.features.call_features import TENANT, make_user

pytestmark = pytest.mark.usefixtures("configure")


@pytest.fixture(autouse=True)
def ids(configure):
    """Three extensions; returns their ids."""
    return [make_user(number) for number in ("1000", "1001", "1002")]


def plan(number, caller="1000", **more):
    return planning.plan(TENANT, number, 1, caller=caller, **more)


def test_a_conference_knows_its_owner_and_what_is_asked_of_those_who_enter():
    id_ = conferences.create(TENANT, {"number": "7001", "owner": "1000", "autorecorded": True})
    entered = EnterConference(TENANT, id_, "7001", is_moderator=True, says_name=False, is_recorded=True)
    assert plan("7001") == entered
    conferences.update(TENANT, ConferenceKey("7001"), {"name_on_exit": True, "autorecorded": False})
    assert plan("7001", "1001") == EnterConference(TENANT, id_, "7001", False, True, False)
    assert plan("7001", "").is_moderator is False  # from outside
    conferences.update(TENANT, ConferenceKey("7001"), {"enabled": False})
    assert plan("7001").status == 480
    nobodys = conferences.create(TENANT, {"number": "7002"})
    assert plan("7002", "") == EnterConference(TENANT, nobodys, "7002", False, False, False)


def test_an_orbit_parks_who_is_transferred_and_gives_back_who_is():
    given = {"name": "Lobby", "extension": "701", "server": "x", "enabled": True}
    id_ = park_orbits.create(TENANT, given)
    assert plan("701") == Retrieve("701")
    assert plan("701", "").status == 480
    parked = {"causer": "1001", "is_transferred": True}
    assert plan("701", **parked) == Park(TENANT, "701", "default.wav", "1001", None, "")
    settings = park_orbits.settings_of(TENANT, id_)
    for path, value in (("enableTimeout", "1"), ("parkTimeout", "30"), ("allowTransfer", "1"), ("transferKey", "5")):
        settings.put(f"general/{path}", value)
    assert plan("701", **parked) == Park(TENANT, "701", "default.wav", "1001", 30, "5")
    settings.put("general/multipleCalls", "1")
    assert plan("701", **parked) == Park(TENANT, "701", "default.wav", "1001", 30, "5", several=True)
    assert plan("701") == Retrieve("701", several=True)
    settings.put("general/multipleCalls", "0")
    nobody = Park(TENANT, "701", "default.wav", "", None, "")
    assert plan("701", causer="", is_transferred=True) == nobody  # who is not known is not gone back to
    park_orbits.replace(TENANT, id_, given | {"enabled": False})
    assert plan("701").status == 480


def test_a_page_group_calls_all_but_the_caller(ids):
    prompts.add(TENANT, "pagegroups", "gong.wav", audio.wav())
    group = {"number": 5, "enabled": True, "users": ids, "timeout": 30, "sound": "gong.wav"}
    page_groups.create(TENANT, group)
    found = plan("*775")
    assert (found.numbers, found.seconds, found.talks_back) == (("1001", "1002"), 30, False)
    assert found.sound == prompts.sound(TENANT, "pagegroups", "gong.wav").audio
    prompts.destroy(TENANT, "pagegroups", "gong.wav")
    with pytest.raises(FileNotThere):
        prompts.sound(TENANT, "pagegroups", "gong.wav")
    assert plan("*775").sound is None
    (made,) = page_groups.list_all(TENANT)
    page_groups.replace(TENANT, made.id, group | {"users": ids[:1], "timeout": 0, "sound": ""})
    assert plan("*775").status == 480  # nobody else is there
    assert plan("*775", "1001") == Page(("1000",))
    page_groups.replace(TENANT, made.id, group | {"enabled": False})
    assert plan("*775").status == 480


@pytest.mark.parametrize(("strategy", "talks_back"), [("PAGING", False), ("INTERCOM", True)])
def test_ring_groups_may_page(strategy, talks_back):
    given = {"ring_group_number": "600", "name": "All", "members": ["1000", "1001"], "ring_time": 7}
    ring_groups.create(TENANT, given | {"ring_strategy": strategy})
    assert plan("600") == Page(("1001",), 7, talks_back=talks_back)
    ring_groups.update(TENANT, RingGroupKey("600"), {"members": ["1000"]})
    assert plan("600").status == 480


def queue(**fields):
    call_queues.create(TENANT, {"queue_number": "800", "name": "Q", "members": ["1001", "1002"]} | fields)


def test_members_of_a_queue_ring_by_its_strategy_but_for_the_caller():
    queue(ring_time=9)
    both = (Leg("1001", 9), Leg("1002", 9))
    found = plan("800")
    assert isinstance(found, Queue)
    assert (found.waves, found.most_seconds, found.most_callers) == ((both,), 0, 0)
    assert plan("800", "1001").waves == ((Leg("1002", 9),),)
    for strategy, waves in (("PRIORITIZED_HUNT", both), ("CYCLIC_HUNT", both), ("CYCLIC_HUNT", both[::-1])):
        call_queues.update(TENANT, QueueKey("800"), {"polling_strategy": strategy})
        assert plan("800").waves == tuple((leg,) for leg in waves)
    call_queues.update(TENANT, QueueKey("800"), {"members": []})
    assert plan("800").waves == ()


def test_what_follows_a_queue_is_what_its_rule_says():
    prompts.add(TENANT, prompts.ATTENDANTS, "intro.wav", audio.wav())
    after = {"no_answer_action": "CONNECT_TO_ANOTHER_EXTENSION", "no_answer_action_value": "1002"}
    queue(max_wait_time=60, max_callers=5, intro_prompt_file="intro.wav", enable_intro_prompt=True, **after)
    found = plan("800")
    assert (found.most_seconds, found.most_callers) == (60, 5)
    assert found.otherwise.legs[0].number == "1002"
    assert found.intro == prompts.sound(TENANT, prompts.ATTENDANTS, "intro.wav").audio
    assert (found.whole, found.announced) == (False, None)
    told = {"enable_announce_caller_position": True, "announce_caller_position_interval": 30}
    call_queues.update(TENANT, QueueKey("800"), {"enable_play_full_intro": True, **told})
    assert (plan("800").whole, plan("800").announced) == (True, 30)
    call_queues.update(TENANT, QueueKey("800"), {"enable_intro_prompt": False, "no_answer_action": "DISCONNECT"})
    assert plan("800").intro is None
    assert plan("800").otherwise.status == 480
    call_queues.update(TENANT, QueueKey("800"), {"no_answer_action": "REPEAT"})
    assert plan("800").otherwise.status == 480  # no plan is endless


def test_a_code_before_a_number_takes_what_rings_or_waits_there():
    park_orbits.create(TENANT, {"name": "Lobby", "extension": "701", "server": "x", "enabled": True})
    assert plan("*781001") == PickUp("1001")
    assert plan("*4701") == Retrieve("701")
    assert plan("*4701", causer="1001", is_transferred=True).status == 480
    for nothing in ("*78", "*789999", "*78701", "*41001", "*4"):
        assert isinstance(plan(nothing), Refuse)
    assert isinstance(plan("*781001", ""), Refuse)  # from outside
    service_settings(TENANT, "registrar").put("call-pick-up/SIP_REDIRECT.100-PICKUP.DIRECTED_CALL_PICKUP_CODE", "*55")
    assert plan("*551001") == PickUp("1001")
    assert isinstance(plan("*781001"), Refuse)
