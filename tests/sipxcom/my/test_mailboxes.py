"""The messages of a user's mailbox: lists, marks, moves, sound, feeds, and the greeting."""

import re
from typing import Any

import pytest
from defusedxml.ElementTree import fromstring

from portsip_api import switch
from portsip_api.pbx.access import tenants
from portsip_api.pbx.extension_keys import ExtensionKey
from portsip_api.pbx.mailboxes import mailboxes, messages, telling
from portsip_api.pbx.mailboxes.messages import Message
from tests.audio import check_plays, wav
from tests.crm import Crm
from tests.pbx.mailboxes.boxes import save_all
from tests.pbx.mailboxes.test_telling import Phones
from tests.sipxcom.portal import check_refused

HOME, KEY = tenants.DEFAULT_TENANT_ID, ExtensionKey("200")
BOX, MEDIA, FEED = "rest/my/redirect/mailbox/200", "rest/my/redirect/media/200", "rest/my/feed/voicemail"


@pytest.fixture
def left(user) -> Message:
    """A message of 1.4 seconds in the inbox of 200."""
    save_all()
    return mailboxes.deposit(
        HOME, KEY, wav(1.4), "+1555", name='Jo <&"', subject="Hi & bye", urgent=True, received=1_700_000_000.25
    )


def stored(message: Message) -> Message:
    return messages.show(HOME, KEY, message.id)


def test_a_list_is_as_the_system_wrote_it(user, left):
    reply = user.get(f"{BOX}/inbox")
    assert reply.content_type == "text/xml; charset=UTF-8"
    name = "'Jo &lt;&amp;\"'"
    assert reply.text == (
        '<?xml version="1.0" encoding="UTF-8"?><messages>'
        f'<message id="{left.id:08}" heard="false" urgent="true" folder="inbox" duration="1"'
        f' contentlength="{left.size}" received="1700000000250" author={name} authorExtension="+1555"'
        f' subject="Hi &amp; bye" username="200" format="wav" callerIdName={name} callerIdNumber="+1555"/></messages>'
    )
    assert user.read(f"{BOX}/inbox")["messages"][0]["subject"] == "Hi & bye"
    (short,) = fromstring(user.get(f"{BOX}/messages").text)
    assert {"subject", "callerIdName", "callerIdNumber"} & set(short.attrib) == set()
    assert (short.attrib["author"], short.attrib["id"]) == ('Jo <&"', f"{left.id:08}")


def ids(user, folder: str) -> list[int]:
    return [int(one.attrib["id"]) for one in fromstring(user.get(f"{BOX}/{folder}").text)]


def test_a_message_is_moved_and_deleted(user, left):
    path = f"{BOX}/message/{left.id}"
    assert user.put(f"{path}/move/saved").status_code == 200
    assert (ids(user, "inbox"), ids(user, "saved"), ids(user, "messages")) == ([], [left.id], [left.id])
    assert user.put(f"{path}/delete").status_code == 200
    assert (ids(user, "deleted"), ids(user, "messages")) == ([left.id], [left.id])
    assert user.put(f"{path}/move/conference").status_code == 200
    assert (ids(user, "conference"), ids(user, "messages")) == ([left.id], [])
    assert ids(user, f"conference/{left.id:08}") == [left.id]
    check_refused(user.get(f"{BOX}/inbox/{left.id}"), 404)
    user.put(f"{path}/delete")
    user.put(f"{path}/delete")
    check_refused(user.put(f"{path}/delete"), 404)


def test_marks_are_set_and_shown(user, left):
    path = f"{BOX}/message/{left.id:08}"
    assert user.get(f"{path}/heard").text == "<heard>false</heard>"
    assert (user.put(f"{path}/heard").status_code, stored(left).heard) == (200, True)
    assert user.get(f"{path}/heard").text == "<heard>true</heard>"
    assert user.get(f"{BOX}/mwi").text == "Messages-Waiting: no\r\nVoice-Message: 0/1 (0/1)\r\n"
    assert (user.delete(f"{path}/heard").status_code, stored(left).heard) == (200, False)
    reply = user.get(f"{BOX}/mwi")
    assert reply.text == "Messages-Waiting: yes\r\nVoice-Message: 1/0 (1/0)\r\n"
    assert reply.content_type.startswith("application/simple-message-summary")
    assert user.put(f"{path}/subject", "Später <b>", type="text/plain").status_code == 200
    assert stored(left).subject == "Später <b>"
    check_refused(user.put(f"{path}/subject", "x" * 256, type="text/plain"), 400, "subject")
    check_refused(user.put(f"{path}/subject", b"\xff", type="text/plain"), 400)


def test_phones_are_told_what_waits_when_that_is_asked_for(user, left, configure, monkeypatch):
    check_refused(user.put(f"{BOX}/mwi"), 503, "SIP engine")
    configure(PBX_SWITCH="freeswitch")
    phones = Phones()
    phones.is_there = False  # which holds up no request
    monkeypatch.setattr(switch, "switch", phones)
    for _ in range(2):
        reply = user.put(f"{BOX}/mwi")
        assert (reply.status_code, reply.data) == (200, b"")
    assert user.put(f"{BOX}/message/{left.id}/delete").status_code == 200
    phones.is_there = True
    telling.tell(phones)
    assert phones.told == [("pbx.local", "200", "0/0 (0/0)")]


@pytest.mark.parametrize(
    ("method", "path", "status", "words"),
    [
        ("GET", "trash", 400, "context not understood"),
        ("GET", "trash/1", 400, "context not understood"),
        ("PUT", "message/{id}/move/trash", 400, "context not understood"),
        ("GET", "inbox/x", 400, ""),
        ("GET", "inbox/99", 404, ""),
        ("PUT", "message/99/heard", 404, ""),
        ("GET", "message/{id}/delete", 405, ""),
        ("GET", "message/{id}/movetodeleted", 404, ""),
        ("POST", "inbox", 405, ""),
        ("DELETE", "inbox", 405, ""),
    ],
)
def test_what_is_wrong_is_said(user, left, method: str, path: str, status: int, words: str):
    check_refused(user.ask(method, f"{BOX}/{path.format(id=left.id)}"), status, words)
    assert stored(left) == left


def test_the_sound_is_played(user, left):
    reply = user.get(f"{MEDIA}/inbox/{left.id:08}.wav", buffered=True)
    assert (reply.content_type, reply.headers.get("Content-Disposition", "")[:10]) == ("audio/wav", "inline; fi")
    check_plays(reply.data, 1.4)
    reply = user.get(f"{MEDIA}/inbox/{left.id}", headers={"Range": "bytes=4-7"}, buffered=True)
    assert (reply.status_code, len(reply.data)) == (206, 4)
    assert reply.headers["Content-Range"] == f"bytes 4-7/{left.size}"
    reply = user.get(f"{MEDIA}/download/{left.id}", buffered=True)
    assert reply.headers["Content-Disposition"] == f"attachment; filename={left.id:08}.wav"
    for path, status in (("saved/{id}", 404), ("trash/{id}", 400), ("inbox/x.wav", 400), ("inbox/99", 404)):
        check_refused(user.get(f"{MEDIA}/{path.format(id=left.id)}"), status)


OTHERS = [
    ("GET", "redirect/mailbox/201/inbox"),
    ("GET", "redirect/mailbox/201/messages"),
    ("GET", "redirect/mailbox/201/inbox/{id}"),
    ("GET", "redirect/mailbox/201/mwi"),
    ("PUT", "redirect/mailbox/201/mwi"),
    ("GET", "redirect/mailbox/201/message/{id}/heard"),
    ("PUT", "redirect/mailbox/201/message/{id}/heard"),
    ("DELETE", "redirect/mailbox/201/message/{id}/heard"),
    ("PUT", "redirect/mailbox/201/message/{id}/delete"),
    ("PUT", "redirect/mailbox/201/message/{id}/subject"),
    ("PUT", "redirect/mailbox/201/message/{id}/move/saved"),
    ("GET", "redirect/media/201/inbox/{id}"),
    ("PUT", "mailbox/201/preferences/activegreeting/none"),
]


@pytest.mark.parametrize(("method", "path"), OTHERS)
def test_anothers_mailbox_is_closed_and_so_are_its_messages_in_ones_own(user, admin: Crm, left, method: str, path: str):
    admin.make_extension("201")
    theirs = mailboxes.deposit(HOME, ExtensionKey("201"), wav(), "+1")
    body: Any = "x" if path.endswith("subject") else None
    check_refused(user.ask(method, f"rest/my/{path.format(id=theirs.id)}", body), 403, "Another user's mailbox.")
    if "{id}" in path:
        check_refused(user.ask(method, f"rest/my/{path.format(id=theirs.id)}".replace("201", "200"), body), 404)
    assert messages.show(HOME, ExtensionKey("201"), theirs.id) == theirs


def test_a_feed_names_the_newest_first(user, left):
    newer = mailboxes.deposit(HOME, KEY, wav(), "+1556", received=1_700_000_060.0)
    reply = user.get(f"{FEED}/inbox")
    assert reply.content_type == "application/rss+xml; charset=UTF-8"
    root = fromstring(reply.data)
    channel = root.find("channel")
    assert (root.attrib["version"], channel.findtext("title")) == ("2.0", "Voicemail: 200")
    assert channel.findtext("description") == "Voicemail Inbox for 200"
    first, second = channel.findall("item")
    assert first.findtext("title") == "Voice message from +1556"
    assert second.findtext("title") == 'Hi & bye from Jo <&"'
    assert second.findtext("description") == "1 seconds received at 22:13 on 11/14/23"
    assert second.findtext("pubDate") == "Tue, 14 Nov 2023 22:13:20 +0000"
    assert second.findtext("{http://purl.org/dc/elements/1.1/}date") == "2023-11-14T22:13:20+00:00"
    enclosure = second.find("enclosure").attrib
    assert enclosure["type"] == "audio/wav"
    assert int(enclosure["length"]) == left.size
    assert enclosure["url"] == second.findtext("link") == second.findtext("guid")
    check_plays(user.get(re.sub(".*/sipxconfig/", "", enclosure["url"]), buffered=True).data, 1.4)
    assert int(re.sub(r"\D", "", first.findtext("link").rpartition("/")[2])) == newer.id
    assert fromstring(user.get(f"{FEED}/saved").data).findall("channel/item") == []
    check_refused(user.get(f"{FEED}/trash"), 400, "context not understood")


def test_a_reader_with_a_key_gets_links_with_the_key(user, stranger, left):
    key = user.post("rest/my/privatekey").text
    root = fromstring(stranger.get(f"rest/private/{key}/feed/voicemail/inbox").data)
    link = root.findtext("channel/item/link")
    assert f"/rest/private/{key}/redirect/media/200/inbox/" in link
    check_plays(stranger.get(re.sub(".*/sipxconfig/", "", link), buffered=True).data, 1.4)


def test_what_xml_cannot_hold_does_not_break_a_feed(user):
    save_all()
    mailboxes.deposit(HOME, KEY, wav(), "+1", name="a\x0b\ufffe]]>", subject="b\uffff")
    for path in (f"{FEED}/inbox", f"{BOX}/inbox"):
        assert "]]" in user.get(path).text
        fromstring(user.get(path).data)


@pytest.mark.parametrize(
    ("text", "greeting"),
    [
        ("none", "NONE"),
        ("standard", "STANDARD"),
        ("outofoffice", "OUT_OF_OFFICE"),
        ("extendedabsence", "EXTENDED_ABSENCE"),
    ],
)
def test_the_active_greeting_is_that_of_the_preferences(user, text: str, greeting: str):
    path = "rest/my/mailbox/200/preferences/activegreeting"
    assert user.put(f"{path}/{text}", "x").status_code == 200
    assert user.read("rest/my/vmprefs")["greeting"] == greeting
    check_refused(user.put(f"{path}/loud"), 400, "extendedabsence")
    assert user.read("rest/my/vmprefs")["greeting"] == greeting
