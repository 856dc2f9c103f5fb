"""Values as clients write them: numbers and flags as text, text as numbers, names in any case."""

import pytest
from marshmallow import missing

from portsip_api.pbx.values import Choice, Flag, Text, TimeOfDay, Whole
from portsip_api.portsip.core.reading import reader
from portsip_api.portsip.core.wire import WireText
from tests.crm import check_refused

CHOICE = Choice(("ALL", "NONE", "SOME"), "ALL")


@pytest.mark.parametrize(
    ("kind", "codes", "sent", "meant"),
    [
        (Whole(1, 9, 1), (), "5", 5),
        (Whole(1, 9, 1), (), 5, 5),
        (Whole(1, 9, 1), (), "five", "five"),
        (Flag(True), (), "true", True),
        (Flag(True), (), "FALSE", False),
        (Flag(True), (), "1", "1"),
        (Text(9), (), 111, "111"),
        (Text(9), (), True, True),
        (Text(9), (), 1.5, 1.5),
        (TimeOfDay("09:00"), (), "9:00", "9:00"),
        (TimeOfDay("09:00"), (), WireText("9:00"), "09:00"),
        (CHOICE, (), "some", "SOME"),
        (CHOICE, (), "other", "other"),
        (CHOICE, (), 1, 1),
        (CHOICE, ("NONE", "SOME"), 2, "SOME"),
        (CHOICE, ("NONE", "SOME"), "1", "NONE"),
        (CHOICE, ("NONE", "SOME"), 3, 3),
        (CHOICE, ("NONE", "SOME"), True, True),
        (CHOICE, ("NONE", "SOME"), [], []),
        (CHOICE, ("NONE", "SOME"), 0, missing),
        (CHOICE, ("NONE", "SOME"), WireText("0"), missing),
    ],
)
def test_what_is_meant(kind, codes, sent, meant):
    read = reader(kind, codes)(sent)
    assert read == meant
    assert type(read) is type(meant) or isinstance(sent, WireText)


def test_an_extension_in_texts_and_numbers(admin):
    admin.do(
        "extensions/create",
        extension_number=1000,
        password=123456,
        web_access_password=654321,
        options={"enable_extension": "True", "enable_audio_record_calls": "true"},
        profile={"gender": "Female", "mobile_phone": 491701234567},
        voice_mail={"voicemail_pin": 4711, "msg_read_out_datetime": "read_24_hour"},
        forward_rules={"available": {"no_answer_timeval": "25", "busy_action": "disconnect"}},
    )
    shown = admin.read("extensions/show", extension_number=1000)
    assert (shown["password"], shown["web_access_password"]) == ("123456", "654321")
    assert (shown["options"]["enable_audio_record_calls"], shown["profile"]["gender"]) == (True, "FEMALE")
    assert (shown["profile"]["mobile_phone"], shown["voice_mail"]["voicemail_pin"]) == ("491701234567", "4711")
    assert shown["voice_mail"]["msg_read_out_datetime"] == "READ_24_HOUR"
    available = shown["forward_rules"]["available"]
    assert (available["no_answer_timeval"], available["busy_action"]) == (25, "DISCONNECT")


def test_ids_and_keys_as_text_and_numbers(admin):
    id_ = admin.make_extension("1000")
    admin.do("extensions/update", id=str(id_), profile={"first_name": "Ada"})
    assert admin.read("extensions/show", extension_number=1000)["profile"]["first_name"] == "Ada"
    group = admin.make_group("Sales", members=[1000])
    assert admin.read("extensions/group/show", id=str(group["id"]))["members"] == ["1000"]
    admin.do("ring_groups/create", ring_group_number=600, name="Sales", ring_time="20", members=[1000])
    shown = admin.read("ring_groups/show", ring_group_number="600")
    assert (shown["ring_time"], shown["members"]) == (20, ["1000"])
    statuses = admin.do("extensions/status", extensions=[1000])["extension_status"]
    assert [row["extension_number"] for row in statuses] == ["1000"]
    admin.do("extensions/destroy", id=str(id_))
    check_refused(admin.get("extensions/show", id=id_), "404.1")


@pytest.mark.parametrize("places", [("query", "body"), ("Query", "body"), ("query", "header"), ("header", "body")])
def test_two_different_tokens_are_refused_wherever_they_are(admin, places):
    other = {"query": {"access_token": "A" * 32}, "Query": {"Access_Token": "A" * 32}}
    query = next((other[place] for place in places if place in other), {})
    body = {"access_token": "B" * 32} if "body" in places else {}
    headers = {"access_token": admin.token} if "header" in places else {}
    if "header" not in places:
        query = dict.fromkeys(query, admin.token)
    reply = admin.http.post(
        "/api/extensions/status", query_string=query, json={"extensions": [], **body}, headers=headers
    )
    check_refused(reply, "400.1", "access_token")
