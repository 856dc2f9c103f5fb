"""Greetings that users send for their voicemail, a file for each kind."""

import pytest

from portsip_api.pbx.extension_keys import ExtensionKey
from portsip_api.pbx.media import greetings
from tests.audio import check_plays, wav
from tests.sipxcom.portal import Portal, check_refused
from tests.sipxcom.uploads import upload

KINDS = ("standard", "outofoffice", "extendedabsence")


def at(kind: str, ext: str = "wav") -> str:
    return f"api/my/greetings/{kind}/{ext}"


def exists(user: Portal, kind: str) -> bool:
    found = user.read(f"api/my/greetings/custom/{kind}/wav")
    assert list(found) == ["exists"]
    return bool(found["exists"])


def listed(admin) -> dict[str, bool]:
    """The greeting files of 200 on the other API, and which is active."""
    shown = admin.read("extensions/greeting_file/list", extension_number="200")
    return {one["filename"]: one["enabled"] for one in shown["files"]}


@pytest.mark.parametrize("kind", KINDS)
def test_a_greeting_is_sent_played_and_removed(user, kind):
    assert not exists(user, kind)
    check_refused(user.get(at(kind)), 404)
    assert user.get(f"{at(kind)}/newFilename").text == "null"
    reply = upload(user, at(kind), ("Gone fishing.wav", wav(1.4)))
    assert (reply.status_code, reply.data) == (200, b"")
    assert exists(user, kind)
    assert [other for other in KINDS if exists(user, other)] == [kind]
    played = user.get(at(kind), buffered=True)
    assert played.content_type == "audio/x-wav"
    check_plays(played.data)
    assert user.get(f"{at(kind)}/newFilename").text == "Gone fishing.wav"
    assert user.delete(at(kind)).status_code == 200
    assert not exists(user, kind)
    assert user.delete(at(kind)).status_code == 200


def test_another_file_replaces_it(user):
    upload(user, at("standard"), ("one.wav", wav(1.0)))
    first = user.get(at("standard"), buffered=True).data
    assert upload(user, at("standard"), ("two.wav", wav(2.0))).status_code == 200
    assert len(user.get(at("standard"), buffered=True).data) > len(first)
    assert user.get(f"{at('standard')}/newFilename").text == "two.wav"


def test_a_name_is_given_later(user):
    name = f"{at('standard')}/newFilename"
    check_refused(user.post(name, "x.wav", type="text/plain"), 404)
    upload(user, at("standard"), ("one.wav", wav(1.0)))
    assert user.post(name, "Zoë.wav\n", type="text/plain").status_code == 200
    assert user.get(name).text == "Zoë.wav"


def test_they_are_the_files_of_the_other_api(user, admin):
    upload(user, at("outofoffice"), ("a.wav", wav(1.0)))
    assert listed(admin) == {"default.wav": True, "outofoffice.wav": False}
    upload(user, at("standard"), ("b.wav", wav(1.0)))
    assert listed(admin) == {"default.wav": False, "outofoffice.wav": False, "standard.wav": True}
    admin.do("extensions/greeting_file/destroy", extension_number="200", filename="outofoffice.wav")
    assert not exists(user, "outofoffice")
    user.delete(at("standard"))
    assert listed(admin) == {"default.wav": True}


def test_what_is_active_stays_so_when_it_is_replaced(user, admin):
    upload(user, at("outofoffice"), ("a.wav", wav(1.0)))
    admin.do("extensions/greeting_file/update", extension_number="200", filename="outofoffice.wav", active=True)
    assert listed(admin)["outofoffice.wav"]
    upload(user, at("outofoffice"), ("b.wav", wav(1.0)))
    assert listed(admin) == {"default.wav": False, "outofoffice.wav": True}


def test_what_is_no_greeting_is_refused_and_leaves_the_one_before(user):
    upload(user, at("standard"), ("one.wav", wav(1.0)))
    before = user.get(at("standard"), buffered=True).data
    check_refused(upload(user, at("standard"), ("x.mp3", b"\xff\xfb\x90\x00" + bytes(900))), 415)
    check_refused(upload(user, at("standard")), 417)
    check_refused(upload(user, at("standard"), ("a.wav", wav()), ("b.wav", wav())), 417)
    check_refused(user.post(at("standard"), "x", type="text/plain"), 400)
    assert user.get(at("standard"), buffered=True).data == before


@pytest.mark.parametrize("path", [at("none"), at("loud"), at("standard", "ogg"), "api/my/greetings/custom/loud/wav"])
def test_other_kinds_there_are_not(user, path):
    check_refused(user.get(path), 404)


def test_a_mailbox_has_as_many_as_it_may(user, configure):
    configure(PBX_GREETING_FILES="1")
    assert upload(user, at("standard"), ("a.wav", wav(1.0))).status_code == 200
    check_refused(upload(user, at("outofoffice"), ("a.wav", wav(1.0))), 409)
    assert upload(user, at("standard"), ("b.wav", wav(1.0))).status_code == 200


def prefers(user: Portal, greeting: str | None = None) -> str:
    """What a user's voicemail plays, after it was chosen if one is given."""
    if greeting is not None:
        assert user.put("rest/my/vmprefs", {"greeting": greeting}).status_code == 200
    return str(user.read("rest/my/vmprefs")["greeting"])


def test_what_is_preferred_is_what_is_played(user, admin):
    assert prefers(user) == "STANDARD"
    for kind in ("standard", "outofoffice"):
        upload(user, at(kind), ("a.wav", wav(1.0)))
    assert prefers(user, "OUT_OF_OFFICE") == "OUT_OF_OFFICE"
    assert listed(admin) == {"default.wav": False, "outofoffice.wav": True, "standard.wav": False}
    upload(user, at("standard"), ("b.wav", wav(1.0)))
    assert listed(admin)["outofoffice.wav"]
    assert prefers(user, "NONE") == "NONE"
    assert listed(admin)["default.wav"]
    user.put("rest/my/mailbox/200/preferences/activegreeting/standard", "x", type="text/plain")
    assert (prefers(user), listed(admin)["standard.wav"]) == ("STANDARD", True)


def test_what_the_other_api_plays_is_what_is_preferred(user, admin):
    upload(user, at("outofoffice"), ("a.wav", wav(1.0)))
    for filename, shown in (("outofoffice.wav", "OUT_OF_OFFICE"), ("default.wav", "STANDARD")):
        admin.do("extensions/greeting_file/update", extension_number="200", filename=filename)
        assert prefers(user) == shown
    prefers(user, "OUT_OF_OFFICE")
    admin.do("extensions/greeting_file/update", extension_number="200", filename="default.wav")
    assert prefers(user) == "NONE"


def test_a_greeting_of_another_name_stays_where_nothing_else_is_preferred(user, admin):
    greetings.add(1, ExtensionKey("200"), "hello.wav", wav(1.0))
    greetings.activate(1, ExtensionKey("200"), "hello.wav")
    assert prefers(user, "STANDARD") == "STANDARD"
    assert listed(admin)["hello.wav"]
    assert prefers(user, "NONE") == "NONE"
    assert listed(admin)["default.wav"]


def test_a_kind_is_preferred_before_it_has_a_file(user, admin):
    assert prefers(user, "EXTENDED_ABSENCE") == "EXTENDED_ABSENCE"
    assert listed(admin) == {"default.wav": True}
    upload(user, at("standard"), ("a.wav", wav(1.0)))
    assert listed(admin)["default.wav"]
    upload(user, at("extendedabsence"), ("a.wav", wav(1.0)))
    assert (prefers(user), listed(admin)["extendedabsence.wav"]) == ("EXTENDED_ABSENCE", True)
