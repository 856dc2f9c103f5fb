"""What becomes of a call, for everything that ringing can come to, as the rules in the store have it."""

import pytest

from portsip_api.pbx.calls.plans import planning
from portsip_api.pbx.calls.plans.asking import Later
from portsip_api.pbx.calls.plans.kinds import Leg, Refuse, Result, Ring, TakeMessage
from portsip_api.pbx.errors import Conflict
from portsip_api.pbx.extension_keys import ExtensionKey
from portsip_api.pbx.extensions import aliases, directory, extensions, permission_values
from portsip_api.pbx.features import hunt_groups, ring_groups
from portsip_api.pbx.features.ring_groups import RingGroupKey
from portsip_api.pbx.mailboxes import mailboxes
from portsip_api.pbx.media import greetings
from portsip_api.pbx.personal import attendants as personal_attendants
from portsip_api.pbx.routing import call_sequences
from tests import audio
from tests.pbx.features.call_features import TENANT, make_group, make_tenant, make_user

pytestmark = pytest.mark.usefixtures("configure")

END = "DISCONNECT"
EXTENSION = "CONNECT_TO_ANOTHER_EXTENSION"


def both(action, value=""):
    halves = ("office_hours_action", "outside_office_hours_action")
    return {f"{half}{end}": text for half in halves for end, text in (("", action), ("_value", value))}


def rules(no_answer="", busy="", seconds=20, **others):
    """Rules that end calls, or lead to an extension."""
    available = {"no_answer_timeval": seconds}
    for name, number in (("no_answer", no_answer), ("busy", busy)):
        available |= {f"{name}_action": EXTENSION if number else END, f"{name}_action_value": number}
    return {"available": available, **{name: both(END) for name in ("offline", "dnd", "away")}, **others}


def user(number, *args, **fields):
    return make_user(number, forward_rules=rules(*args, **fields))


def ring(number, otherwise, seconds=20, **on):
    return Ring((Leg(number, seconds),), {Result[name.upper()]: plan for name, plan in on.items()}, otherwise)


def statuses(plan):
    """A plan with refusals as their statuses alone."""
    if isinstance(plan, Refuse):
        return plan.status
    if isinstance(plan, TakeMessage):
        return ("message", plan.extension_id, plan.greeting is not None)
    on = {result.value: statuses(found) for result, found in plan.on.items()}
    return ([(leg.number, leg.seconds) for leg in plan.legs], on, statuses(plan.otherwise))


def plan(number, turn=0, tenant=TENANT):
    return statuses(planning.plan(tenant, number, turn))


def test_a_number_that_nobody_has_is_refused_as_such():
    user("1000")
    assert plan("1999") == 404
    assert plan("1000", tenant=make_tenant()) == 404
    assert plan("+4930123456") == 404
    assert plan("") == 404


def test_each_result_of_ringing_is_judged_by_its_own_rule():
    id_ = make_user("1000")
    on = {"busy": ("message", id_, False), "offline": ("message", id_, False), "dnd": ("message", id_, False)}
    assert plan("1000") == ([("1000", 20)], {}, on["busy"])  # all lead to the voicemail
    user("1001", seconds=5)
    rest = {"busy": 486}
    ringing = plan("1001")
    assert (ringing[0], ringing[2]) == ([("1001", 5)], 480)
    assert ringing[1] == {**rest, "dnd": 480, "offline": 480}


def test_a_forward_goes_on_with_the_rules_of_its_target():
    last = make_user("1002", forward_rules=rules(offline=both("CONNECT_TO_VOICE_MAIL")))
    user("1001", "1002")
    user("1000", "", "1001")
    _, on, otherwise = plan("1000")
    assert otherwise == 480
    legs, further, then = on["busy"]
    assert (legs, further["busy"]) == ([("1001", 20)], 486)
    assert then[0] == [("1002", 20)]
    assert then[1]["offline"] == ("message", last, False)


def test_forwards_in_a_circle_meet_everybody_once():
    user("1000")
    user("1001", "1000", "1000")
    extensions.update(TENANT, ExtensionKey("1000"), {"forward_rules": rules("1001", "1001")})
    _, on, otherwise = plan("1000")
    assert "busy" not in on  # it is as if nobody answered
    assert otherwise[0] == [("1001", 20)]
    assert otherwise[2][0] == "message"  # of 1001, since 1000 has had its turn


def test_what_is_told_apart_is_bounded():
    numbers = [str(1000 + place) for place in range(9)]
    for number in numbers:
        make_user(number)
    for place, number in enumerate(numbers):
        nexts = [numbers[(place + step) % 9] for step in (1, 2)]
        extensions.update(TENANT, ExtensionKey(number), {"forward_rules": rules(*nexts)})
    assert 20 < count(planning.plan(TENANT, "1000")) < 500


def count(found):
    """How many ringings a plan has."""
    if not isinstance(found, Ring):
        return 0
    return 1 + sum(count(one) for one in (*found.on.values(), found.otherwise))


def test_a_status_that_was_chosen_decides_without_ringing():
    user("1001")
    make_user("1000", forward_rules=rules(dnd=both(EXTENSION, "1001")))
    directory.set_presence(TENANT, ExtensionKey("1000"), "DND")
    assert plan("1000")[0] == [("1001", 20)]


def test_an_alias_is_the_extension():
    aliases.set_aliases(TENANT, user("1000"), ["ann"])
    assert plan("ann") == plan("1000")


def test_a_call_sequence_rings_in_waves():
    id_ = user("1000", seconds=10)
    for number in ("1001", "1002", "1003"):
        make_user(number)
    rings = [
        {"number": number, "kind": kind, "expiration": seconds, "enabled": True}
        for number, kind, seconds in (
            ("1001", "At the same time", 15),
            ("1002", "If no response", 20),
            ("1003", "At the same time", 5),
        )
    ]
    call_sequences.replace(TENANT, id_, {"expiration": 10, "rings": rings})
    legs, on, otherwise = plan("1000")
    assert legs == [("1000", 10), ("1001", 15)]
    assert on["busy"] == 486
    assert otherwise == ([("1002", 20), ("1003", 5)], {}, 480)


def test_a_greeting_of_its_own_is_played():
    id_ = make_user("1000")
    greetings.add(TENANT, ExtensionKey("1000"), "hello.wav", audio.wav())
    greetings.activate(TENANT, ExtensionKey("1000"), "hello.wav")
    assert plan("1000") == ([("1000", 20)], {}, ("message", id_, True))


def test_groups_ring_as_their_strategy_says():
    for number in ("1001", "1002", "1003"):
        make_user(number)
    given = {"ring_group_number": "600", "name": "All", "members": ["1001", "1002", "1003"], "ring_time": 7}
    ring_groups.create(TENANT, given)
    assert plan("600") == ([("1001", 7), ("1002", 7), ("1003", 7)], {}, 480)
    ring_groups.update(TENANT, RingGroupKey("600"), {"ring_strategy": "PRIORITIZED_HUNT"})
    one_by_one: object = ([("1001", 7)], {}, ([("1002", 7)], {}, ([("1003", 7)], {}, 480)))
    assert plan("600", turn=1) == one_by_one
    ring_groups.update(TENANT, RingGroupKey("600"), {"ring_strategy": "CYCLIC_HUNT"})
    assert [plan("600", turn)[0] for turn in range(4)] == [[(number, 7)] for number in ("1001", "1002", "1003", "1001")]
    ring_groups.update(TENANT, RingGroupKey("600"), {"members": []})
    assert plan("600") == 480


def test_calls_go_on_where_nobody_answers_at_a_ring_group():
    for number in ("1001", "1002"):
        make_user(number)
    to_mailbox = {"no_answer_action": "CONNECT_TO_VOICE_MAIL", "no_answer_action_value": "1002"}
    given = {"ring_group_number": "600", "name": "All", "members": ["1001"], "ring_time": 7}
    ring_groups.create(TENANT, {**given, **to_mailbox})
    legs, _, (kind, *_) = plan("600")
    assert (legs, kind) == ([("1001", 7)], "message")
    ring_groups.update(TENANT, RingGroupKey("600"), {"members": []})
    assert plan("600")[0] == "message"
    user("1003", "1002")
    to_extension = {"no_answer_action": EXTENSION, "no_answer_action_value": "1003"}
    ring_groups.update(TENANT, RingGroupKey("600"), {"members": ["1001", "1002"], **to_extension})
    legs, _, (after, *_) = plan("600")
    assert (legs, after) == ([("1001", 7), ("1002", 7)], [("1003", 20)])
    ring_groups.update(TENANT, RingGroupKey("600"), {"no_answer_action": "REPEAT"})
    assert plan("600") == ([("1001", 7), ("1002", 7)], {}, 480)


def test_a_hunt_group_rings_in_waves_and_then_takes_a_message():
    for number in ("1001", "1002"):
        make_user(number)
    rings = [
        {"user_name": number, "enabled": True, "expiration": 8, "kind": kind}
        for number, kind in (("1001", "If no response"), ("1002", "At the same time"))
    ]
    given = {"name": "Sales", "extension": "600", "enabled": True, "rings": rings, "voicemail_fallback": True}
    hunt_groups.create(TENANT, given)
    legs, on, (kind, *_) = plan("600")
    assert ([number for number, _ in legs], on, kind) == (["1001", "1002"], {}, "message")


def test_what_a_plan_costs_does_not_depend_on_how_far_it_leads(statements):
    user("1009")
    for place in range(8, -1, -1):
        user(f"100{place}", f"100{place + 1}", f"100{place + 1}")
    costs = []
    for number in ("1009", "1008", "1005", "1002"):
        statements.clear()
        planning.plan(TENANT, number)
        costs.append(len(statements))
    assert costs == [costs[0]] * 4
    assert costs[0] <= 12


def message_at(number):
    found = planning.plan(TENANT, number)
    assert isinstance(found, TakeMessage)
    return found


def with_keys(number, **fields):
    """An extension that is offline, whose personal attendant has a key."""
    id_ = make_user(number)
    personal_attendants.update(TENANT, id_, {"menu": {"5": "1001", "6": "1001"}, **fields})
    directory.set_presence(TENANT, ExtensionKey(number), "DND")
    return id_


def test_keys_of_a_personal_attendant_lead_on_from_the_greeting():
    user("1001")
    with_keys("1000")
    message = message_at("1000")
    assert message.keys == {"5": Later(("voicemail", "1000", "5")), "6": Later(("voicemail", "1000", "6"))}
    assert statuses(planning.go_on(planning.call_of(TENANT), "voicemail~1000~5", ""))[0] == [("1001", 20)]
    assert statuses(planning.go_on(planning.call_of(TENANT), "voicemail~1000~7", "")) == 404
    extensions.destroy(TENANT, ExtensionKey("1001"))
    assert message_at("1000").keys == {}  # the caller stays in the voicemail
    assert planning.go_on(planning.call_of(TENANT), "voicemail~1000~5", "") == message_at("1000")
    extensions.destroy(TENANT, ExtensionKey("1000"))
    assert statuses(planning.go_on(planning.call_of(TENANT), "voicemail~1000~5", "")) == 404


def test_a_mailbox_says_what_its_user_wants():
    id_ = with_keys("1000", deposit=False, play_options=False, language="de")
    message = message_at("1000")
    assert (message.takes, message.is_told, message.language) == (False, False, "de")
    permission_values.set_of_user(TENANT, id_, {"personal-auto-attendant": False})
    message = message_at("1000")
    assert (message.takes, message.is_told, message.language, message.keys) == (True, True, "en-us", {})


def test_who_may_have_no_voicemail_has_none():
    id_ = make_user("1000")
    permission_values.set_of_user(TENANT, id_, {"Voicemail": False})
    assert statuses(planning.plan(TENANT, "1000")) == ([("1000", 20)], {"busy": 486, "dnd": 480, "offline": 480}, 480)
    with pytest.raises(Conflict):
        mailboxes.deposit(TENANT, ExtensionKey("1000"), audio.wav(4), "1001")
    group = make_group("Staff", "1000")
    permission_values.reset_of_user(TENANT, id_, ["Voicemail"])
    assert statuses(planning.plan(TENANT, "1000"))[2][0] == "message"
    permission_values.set_of_group(TENANT, group, {"Voicemail": False})
    assert statuses(planning.plan(TENANT, "1000"))[2] == 480
