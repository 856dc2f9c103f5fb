"""Who is there and who talks, as events tell it."""

from portsip_api.pbx.calls.lines import OFFLINE, ON_CALL, ONLINE, Line
from portsip_api.switch.freeswitch.live import Live, owner

ANN = "1000@a.test"


def register(call_id="one", agent="Phone 1", user="1000"):
    return {
        "Event-Name": "CUSTOM",
        "Event-Subclass": "sofia::register",
        "from-user": user,
        "from-host": "a.test",
        "call-id": call_id,
        "user-agent": agent,
    }


def gone(subclass, call_id="one"):
    names = ("user", "host") if subclass == "sofia::expire" else ("from-user", "from-host")
    who = dict(zip(names, ("1000", "a.test"), strict=True))
    return {"Event-Name": "CUSTOM", "Event-Subclass": subclass, "call-id": call_id, **who}


def leg(uuid, event="CHANNEL_ANSWER", **variables):
    return {"Event-Name": event, "Unique-ID": uuid, **{f"variable_{name}": text for name, text in variables.items()}}


def test_an_extension_is_online_while_a_phone_of_it_is():
    live = Live()
    assert live.line(ANN) == Line(OFFLINE)
    assert live.take(register()) == ANN
    assert live.take(register("two", "Phone 2")) == ANN
    assert live.line(ANN) == Line(ONLINE, "Phone 2")
    assert live.take(gone("sofia::unregister", "two")) == ANN
    assert live.line(ANN) == Line(ONLINE, "Phone 1")
    assert live.take(gone("sofia::expire")) == ANN
    assert live.line(ANN) == Line(OFFLINE)
    assert live.take(gone("sofia::expire")) == ANN  # once more
    assert live.lines() == {}


def test_an_extension_is_on_a_call_from_the_first_answer_to_the_last_end():
    live = Live()
    live.take(register())
    own = {"sip_auth_username": "1000", "sip_auth_realm": "a.test"}
    assert live.take(leg("a", **own)) == ANN
    assert live.line(ANN) == Line(ON_CALL, "Phone 1")
    assert live.take(leg("b", dialed_user="1000", dialed_domain="a.test")) == ANN
    assert live.take(leg("a", "CHANNEL_HANGUP_COMPLETE", **own)) == ANN
    assert live.line(ANN).state == ON_CALL
    assert live.take(leg("b", "CHANNEL_HANGUP_COMPLETE")) == ANN
    assert live.line(ANN) == Line(ONLINE, "Phone 1")


def test_a_leg_that_never_answered_changes_nothing():
    live = Live()
    assert live.take(leg("a", "CHANNEL_HANGUP_COMPLETE", dialed_user="1000", dialed_domain="a.test")) == ""
    assert live.take({"Event-Name": "HEARTBEAT"}) == ""
    assert live.take(leg("x")) == ""


def test_what_a_phone_says_of_itself_is_not_believed():
    forged = {"Caller-Caller-ID-Number": "1001", "variable_sip_from_user": "1001", "variable_sip_from_host": "a.test"}
    assert owner(forged) == ""
    assert owner(forged | {"variable_sip_auth_username": "1000", "variable_sip_auth_realm": "a.test"}) == ANN
    dialled = {"variable_dialed_user": "1002", "variable_dialed_domain": "a.test"}
    assert owner(dialled | {"variable_sip_auth_username": "1000", "variable_sip_auth_realm": "a.test"}) == ANN


def test_what_is_there_takes_the_place_of_what_was_known():
    live = Live()
    live.take(register())
    live.take(leg("a", dialed_user="1003", dialed_domain="a.test"))
    live.begin([("1001@a.test", "two", "Phone 2")], [leg("b", dialed_user="1002", dialed_domain="a.test"), {}])
    assert live.lines() == {"1001@a.test": Line(ONLINE, "Phone 2"), "1002@a.test": Line(ON_CALL)}
