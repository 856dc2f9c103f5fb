"""Greeting files as a client sees them."""

import io
import re
import threading
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from portsip_api.pbx.access import tenants
from portsip_api.pbx.access.links import LINK_SECONDS
from portsip_api.pbx.extension_keys import ExtensionKey
from portsip_api.pbx.extensions import extensions
from portsip_api.pbx.media import audio, greetings
from portsip_api.pbx.media.audio import default_greeting
from portsip_api.store import database
from portsip_api.store.secrets import keyring
from tests.audio import HOSTILE, check_plays, silence, wav
from tests.conftest import SetClock
from tests.crm import ADMIN_PASSWORD, SIP_PASSWORD, WEB_PASSWORD, Crm, check_refused

PATH = "extensions/greeting_file"
NUMBER = "1000"


@pytest.fixture
def office(admin: Crm) -> Crm:
    """An administrator, and the extension 1000."""
    admin.make_extension(NUMBER)
    return admin


def send(client: Crm, content: bytes, name: str = "a.wav", part: str = "file", **fields: Any) -> TestResponse:
    """Upload `content` as a file called `name`."""
    file = FileStorage(io.BytesIO(content), name)
    boundary, body = encode_multipart({"extension_number": NUMBER, **fields, part: file})
    headers = {"access_token": client.token, "Content-Type": f"multipart/form-data; boundary={boundary}"}
    return client.http.post(f"/api/{PATH}/create", data=body, headers=headers)


def upload(client: Crm, name: str = "a.wav", content: bytes = b"", **fields: Any) -> Any:
    """Upload what must be taken."""
    reply = send(client, content or wav(), name, **fields)
    assert reply.status_code == 200, reply.text
    return reply.json


def listed(client: Crm, **query: Any) -> Any:
    reply = client.read(f"{PATH}/list", **({"extension_number": NUMBER} | query))
    assert reply["files"] == reply["greetings"]
    assert reply["count"] == len(reply["files"])
    return reply


def active(client: Crm) -> list[str]:
    """The names of the greetings that are shown as active; the list's `default_file` is one of them."""
    reply = listed(client)
    names = [row["filename"] for row in reply["files"] if row["enabled"]]
    assert reply["default_file"] in names
    return names


def play(client: Crm, filename: str = "a.wav", **headers: str) -> TestResponse:
    query = {"extension_number": NUMBER, "filename": filename}
    headers = {name.replace("_", "-"): value for name, value in headers.items()} | {"access_token": client.token}
    return client.http.get(f"/api/{PATH}/show", query_string=query, headers=headers, buffered=True)


def follow(client: Crm, url: str, **headers: str) -> TestResponse:
    """GET a link, without a token."""
    return client.http.get(url, headers=headers, buffered=True)


def test_a_new_extension_has_the_system_default(office: Crm) -> None:
    reply = listed(office)
    (row,) = reply["files"]
    assert reply["default_file"] == row["filename"] == "default.wav"
    assert (row["enabled"], row["status"], row["duration"]) == (True, "READY", default_greeting().duration)
    assert (reply["pagination"], reply["page_count"], reply["total"], reply["sort_by"]) == (1, 1, 1, "DEFAULT")
    check_plays(play(office, "default.wav").data, default_greeting().duration)


def test_a_file_is_uploaded_listed_made_active_and_removed(office: Crm) -> None:
    made = upload(office, "some_filename.wav", wav(0.2), display_name="Summer holidays")
    assert (made["result"], made["filename"], made["enabled"]) == ("success", "some_filename.wav", False)
    row = listed(office)["files"][1]
    assert (row["filename"], row["display_name"], row["status"]) == ("some_filename.wav", "Summer holidays", "READY")
    assert (row["duration"], row["reason"]) == (0.2, "")
    assert active(office) == ["default.wav"]
    key = {"extension_number": NUMBER, "filename": "some_filename.wav"}
    assert office.do(f"{PATH}/update", **key) == {"result": "success"}
    assert active(office) == ["some_filename.wav"]
    assert office.do(f"{PATH}/destroy", **key) == {"result": "success"}
    assert active(office) == ["default.wav"]
    for path in ("update", "destroy", "remove"):
        check_refused(office.post(f"{PATH}/{path}", **key), "404.3")
    check_refused(play(office, "some_filename.wav"), "404.3")


def test_the_system_default_is_made_active_again_and_cannot_be_removed(office: Crm) -> None:
    upload(office)
    office.do(f"{PATH}/update", extension_number=NUMBER, filename="a.wav")
    office.do(f"{PATH}/update", extension_number=NUMBER, filename="default.wav")
    assert active(office) == ["default.wav"]
    for path in ("destroy", "remove"):
        check_refused(office.post(f"{PATH}/{path}", extension_number=NUMBER, filename="default.wav"), "409.1")
    check_refused(send(office, wav(), "default.wav"), "409.1")


@pytest.mark.parametrize("part", ["file", "greeting", "filename.wav", "\u00e9"])
def test_the_file_may_have_any_part_name(office: Crm, part: str) -> None:
    assert send(office, wav(), "a.wav", part).status_code == 200


def test_the_field_filename_names_the_file_before_its_part_does(office: Crm) -> None:
    assert send(office, wav(), "part.wav", part="upload", filename="../field.wav").get_json()["filename"] == "field.wav"
    assert send(office, wav(), "music/part.wav").get_json()["filename"] == "part.wav"


def test_the_extension_may_be_named_by_its_id(office: Crm) -> None:
    extension_id = office.read("extensions/show", extension_number=NUMBER)["id"]
    form = {"id": str(extension_id), "file": (io.BytesIO(wav()), "a.wav"), "access_token": office.token}
    reply = office.http.post(f"/api/{PATH}/create", data=form, content_type="multipart/form-data")
    assert reply.status_code == 200, reply.text
    office.do(f"{PATH}/update", id=extension_id, filename="a.wav")
    assert office.read(f"{PATH}/list", id=extension_id)["default_file"] == "a.wav"
    assert office.get(f"{PATH}/show", id=extension_id, filename="default.wav").status_code == 200
    office.do(f"{PATH}/destroy", id=extension_id, filename="a.wav")


def test_a_name_that_is_taken_is_a_conflict(office: Crm) -> None:
    upload(office)
    check_refused(send(office, wav()), "409.1")
    url = {"extension_number": NUMBER, "filename": "a.wav", "url": "http://example.com/a.wav"}
    check_refused(office.post(f"{PATH}/create", **url), "409.1")


def test_json_without_an_address_names_a_file_that_is_there(office: Crm) -> None:
    key = {"extension_number": NUMBER, "filename": "a.wav"}
    check_refused(office.post(f"{PATH}/create", **key, display_name="Away"), "404.3")
    upload(office, display_name="First")
    assert office.do(f"{PATH}/create", **key, url="")["display_name"] == "First"
    assert office.do(f"{PATH}/create", **key, display_name="Away")["result"] == "success"
    assert listed(office)["files"][1]["display_name"] == "Away"
    check_refused(office.post(f"{PATH}/create", extension_number=NUMBER), "400.1", "filename")
    check_refused(office.post(f"{PATH}/create", **key | {"filename": "default.wav"}), "409.1")


def test_json_with_an_address_is_fetched_later(office: Crm) -> None:
    made = office.do(f"{PATH}/create", extension_number=NUMBER, url="https://example.com/a/Office%20hours.wav?x=1")
    assert (made["filename"], made["status"], made["url"], made["duration"]) == (
        "Office hours.wav",
        "FETCHING",
        None,
        None,
    )
    key = {"extension_number": NUMBER, "filename": "Office hours.wav"}
    check_refused(office.post(f"{PATH}/update", **key), "409.1")
    check_refused(play(office, "Office hours.wav"), "404.3")
    ((greeting_id, _),) = greetings.claim_due(10)
    greetings.fail(greeting_id, "The host does not answer.", retry=False)
    row = listed(office)["files"][1]
    assert (row["status"], row["reason"]) == ("FAILED", "The host does not answer.")
    for url in ("ftp://example.com/a.wav", "nonsense"):
        reply = office.post(f"{PATH}/create", extension_number=NUMBER, filename="b.wav", url=url)
        check_refused(reply, "400.1", "url")
    check_refused(
        office.post(f"{PATH}/create", extension_number=NUMBER, url="http://example.com/"), "400.1", "filename"
    )


def test_a_form_has_one_file_and_no_address(office: Crm) -> None:
    check_refused(send(office, wav(), url="http://example.com/a.wav"), "400.1", "url")
    check_refused(send(office, wav(), other=FileStorage(io.BytesIO(wav()), "b.wav")), "400.1", "file")
    check_refused(send(office, wav(), "/"), "400.1", "filename")
    assert listed(office)["total"] == 1


def test_hostile_files_are_refused_with_their_reason(office: Crm, configure: Callable[..., object]) -> None:
    configure(PBX_TOKEN_TTL="86400")
    office = office.log_in("admin", ADMIN_PASSWORD)
    for name, (content, is_other_kind) in HOSTILE.items():
        reply = send(office, content)
        check_refused(reply, "415.1" if is_other_kind else "400.1", *([] if is_other_kind else ["file"]))
        assert not is_other_kind or "WAV" in reply.get_json()["msg"], name
    assert listed(office)["total"] == 1


def test_the_largest_file_is_taken_and_a_larger_one_refused(office: Crm) -> None:
    upload(office, content=silence(10 << 20))
    for size in ((10 << 20) + 2, 11 << 20):
        check_refused(send(office, silence(size), "b.wav"), "413.1")


def test_json_is_limited_like_any_other(office: Crm) -> None:
    body = b'{"extension_number": "1000", "filename": "' + b"x" * (1 << 20) + b'"}'
    headers = {"access_token": office.token}
    check_refused(office.http.post(f"/api/{PATH}/create", data=body, headers=headers), "413.1")


def test_a_quota_that_is_used_up_is_a_conflict(office: Crm, configure: Callable[..., object]) -> None:
    configure(PBX_GREETING_FILES="1")
    upload(office)
    check_refused(send(office, wav(), "b.wav"), "409.1")


def test_lists_have_pages_by_name_with_the_system_default_first(office: Crm) -> None:
    for name in ("c.wav", "B.wav", "a.wav"):
        upload(office, name)
    names = [row["filename"] for row in listed(office)["files"]]
    assert names == ["default.wav", "a.wav", "B.wav", "c.wav"]
    down = listed(office, sort_by="-NAME")
    assert [row["filename"] for row in down["files"]] == ["default.wav", "c.wav", "B.wav", "a.wav"]
    office.do(f"{PATH}/update", extension_number=NUMBER, filename="c.wav")
    page = listed(office, pagination=2, pagesize=3)
    assert [row["filename"] for row in page["files"]] == ["c.wav"]
    assert (page["page_count"], page["total"], page["default_file"]) == (2, 4, "c.wav")
    beyond = listed(office, pagination=3, pagesize=3)
    assert (beyond["files"], beyond["default_file"]) == ([], "c.wav")
    check_refused(office.get(f"{PATH}/list", extension_number=NUMBER, pagination=-1), "400.1", "pagination")


def test_a_list_costs_a_constant_number_of_statements(office: Crm, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    execute = database.db.execute_sql
    monkeypatch.setattr(database.db, "execute_sql", lambda sql, *values: (seen.append(sql), execute(sql, *values))[1])
    listed(office)
    few = len(seen)
    for number in range(20):
        upload(office, f"{number}.wav")
    seen.clear()
    assert listed(office)["total"] == 21
    assert len(seen) == few == 4


def test_audio_is_sent_as_what_it_is(office: Crm) -> None:
    upload(office)
    reply = play(office)
    check_plays(reply.data)
    assert reply.headers["Content-Type"] == "audio/wav"
    assert reply.headers["X-Content-Type-Options"] == "nosniff"
    assert reply.headers["Content-Length"] == str(len(reply.data))
    assert reply.headers["Accept-Ranges"] == "bytes"
    assert set(reply.headers["Cache-Control"].split(", ")) == {"private", "no-cache"}
    assert reply.headers["Content-Disposition"] == "inline; filename=a.wav"


@pytest.mark.parametrize(
    ("name", "disposition"),
    [
        (
            "Gr\u00fc\u00dfe \u65e5\u672c.wav",
            "inline; filename=\"Gru?e .wav\"; filename*=UTF-8''Gr%C3%BC%C3%9Fe%20%E6%97%A5%E6%9C%AC.wav",
        ),
        ('a"; filename=evil.html; x=".wav', 'inline; filename="a\\"; filename=evil.html; x=\\".wav"'),
        ("a\r\nSet-Cookie: b.wav", 'inline; filename="aSet-Cookie: b.wav"'),
    ],
)
def test_a_name_is_safe_in_a_header(office: Crm, name: str, disposition: str) -> None:
    stored = upload(office, "x.wav", filename=name)["filename"]
    reply = play(office, stored)
    assert reply.status_code == 200
    assert "Set-Cookie" not in reply.headers
    assert reply.headers["Content-Disposition"].replace("Grue", "Gru?e") == disposition


@pytest.mark.parametrize(
    ("asked", "part"),
    [
        ("bytes=0-3", slice(0, 4)),
        ("bytes=44-", slice(44, None)),
        ("bytes=-2", slice(-2, None)),
        ("bytes=0-999999", slice(0, None)),
        ("bytes=-999999", slice(0, None)),
        ("BYTES=0-3", slice(0, 4)),
    ],
)
def test_one_range_is_sent(office: Crm, asked: str, part: slice) -> None:
    upload(office)
    for name in ("a.wav", "default.wav"):
        whole = play(office, name).data
        reply = play(office, name, Range=asked)
        assert (reply.status_code, reply.data) == (206, whole[part])
        start, stop, _ = part.indices(len(whole))
        assert reply.headers["Content-Range"] == f"bytes {start}-{stop - 1}/{len(whole)}"
        assert reply.headers["Content-Length"] == str(stop - start)


@pytest.mark.parametrize("asked", ["bytes=999999-", "bytes=999999-1000000", "bytes=-0"])
def test_a_range_outside_is_refused(office: Crm, asked: str) -> None:
    upload(office)
    reply = play(office, Range=asked)
    check_refused(reply, "416.1")
    assert re.fullmatch(r"bytes \*/[0-9]+", reply.headers["Content-Range"])


@pytest.mark.parametrize(
    "asked",
    ["", "bytes", "bytes=", "bytes=a-b", "bytes=3-1", "0-3", "items=0-3", "bytes=0-1,3-4", "bytes=--1", "b\u00e9=1-2"],
)
def test_what_is_no_range_is_ignored(office: Crm, asked: str) -> None:
    upload(office)
    reply = play(office, Range=asked)
    assert reply.status_code == 200
    check_plays(reply.data)


def test_audio_that_is_known_is_not_sent_again(office: Crm) -> None:
    upload(office)
    upload(office, "b.wav")
    for name in ("a.wav", "default.wav"):
        tag = play(office, name).headers["ETag"]
        for headers in ({"If_None_Match": tag}, {"If_None_Match": f'"x", W/{tag}', "Range": "bytes=0-1"}):
            reply = play(office, name, **headers)
            assert (reply.status_code, reply.data) == (304, b"")
        assert play(office, name, If_None_Match='"x"').status_code == 200
        assert play(office, name, If_Range=tag, Range="bytes=0-1").status_code == 206
        assert play(office, name, If_Range='"x"', Range="bytes=0-1").status_code == 200
    assert play(office, "a.wav").headers["ETag"] != play(office, "b.wav").headers["ETag"]


def test_a_date_that_cannot_be_read_is_ignored(office: Crm) -> None:
    upload(office)
    unreadable = "Sun, 22 Nov 2026 10:00:00 99999999999999999999"
    assert play(office, If_Modified_Since=unreadable, Range="bytes=0-1").status_code == 206
    assert play(office, If_Range=unreadable, Range="bytes=0-1").status_code == 200
    assert office.http.get("/sipxconfig/rest/avatar/1", headers={"If-Modified-Since": unreadable}).status_code == 200


def test_head_says_what_get_would(office: Crm) -> None:
    upload(office)
    query = {"extension_number": NUMBER, "filename": "a.wav"}
    reply = office.http.head(
        f"/api/{PATH}/show", query_string=query, headers={"access_token": office.token}, buffered=True
    )
    assert (reply.status_code, reply.data) == (200, b"")
    assert reply.headers["Content-Length"] == play(office).headers["Content-Length"]


def test_a_link_plays_without_a_token_for_ten_minutes(office: Crm, crm: Crm, time: SetClock) -> None:
    office = office.log_in("admin", ADMIN_PASSWORD)
    upload(office)
    for row in listed(office)["files"]:
        url = row["url"]
        assert url.startswith(f"/api/{PATH}/show?link=")
        check_plays(follow(crm, url).data)
        assert follow(crm, url, Range="bytes=0-3").data == b"RIFF"
    time.pass_seconds(LINK_SECONDS)
    assert follow(crm, url).status_code == 200
    time.pass_seconds(1)
    check_refused(follow(crm, url), "403.4")


def test_a_link_opens_its_greeting_only(office: Crm, crm: Crm) -> None:
    upload(office)
    upload(office, "b.wav", wav(0.3))
    first, second = (row["url"] for row in listed(office)["files"][1:])
    reply = follow(crm, f"{first}&extension_number={NUMBER}&filename=b.wav")
    assert reply.data == play(office, "a.wav").data
    assert follow(crm, second).data == play(office, "b.wav").data
    office.do(f"{PATH}/destroy", extension_number=NUMBER, filename="a.wav")
    check_refused(follow(crm, first), "404.3")
    upload(office, "a.wav")
    check_refused(follow(crm, first), "404.3")


@pytest.mark.parametrize("whose", ["extension", "tenant"])
def test_a_link_dies_with_its_extension(office: Crm, crm: Crm, whose: str) -> None:
    tenant_id = office.do("account/create", name="acme", password=SIP_PASSWORD, domain="a.example")["id"]
    office.make_extension("2000", tenant_id=tenant_id)
    upload(office, extension_number="2000", tenant_id=str(tenant_id))
    urls = [row["url"] for row in listed(office, extension_number="2000", tenant_id=tenant_id)["files"]]
    assert [follow(crm, url).status_code for url in urls] == [200, 200]
    if whose == "extension":
        office.do("extensions/destroy", extension_number="2000", tenant_id=tenant_id)
        office.make_extension("2000", tenant_id=tenant_id)  # another one, with its number
    else:
        office.do("account/destroy", id=tenant_id)
    for url in urls:
        check_refused(follow(crm, url), "404.3")


@pytest.mark.parametrize("link", ["", "x", "Mg.ZxQ0bA.x", "a.b.c.d", "\u00e9", "x" * 512])
def test_what_is_no_link_is_refused(crm: Crm, link: str) -> None:
    check_refused(crm.get(f"{PATH}/show", link=link), "403.4")


def test_a_link_that_was_changed_is_refused(office: Crm, crm: Crm) -> None:
    url = listed(office)["files"][0]["url"]
    for position in (url.index("link=") + 5, url.index(".") + 1, len(url) - 2):
        changed = url[:position] + ("A" if url[position] != "A" else "B") + url[position + 1 :]
        check_refused(follow(crm, changed), "403.4")


def test_a_link_survives_one_rotation_of_the_key(office: Crm, crm: Crm) -> None:
    url = listed(office)["files"][0]["url"]
    keyring.rotate()
    assert follow(crm, url).status_code == 200
    assert listed(office)["files"][0]["url"] != url
    keyring.rotate()
    check_refused(follow(crm, url), "403.4")


def test_without_a_link_a_token_is_needed(office: Crm, crm: Crm) -> None:
    upload(office)
    check_refused(crm.get(f"{PATH}/show", extension_number=NUMBER, filename="a.wav"), "403.4")
    check_refused(crm.get(f"{PATH}/show", extension_number=NUMBER), "400.1", "filename")
    check_refused(crm.get(f"{PATH}/show", filename="a.wav"), "400.1", "extension_number")


def test_an_extension_does_all_this_for_itself_only(office: Crm) -> None:
    office.make_extension("1001")
    me = office.log_in(f"{NUMBER}@pbx.local", WEB_PASSWORD)
    upload(me)
    me.do(f"{PATH}/create", extension_number=NUMBER, filename="a.wav", display_name="Mine")
    me.do(f"{PATH}/create", extension_number=NUMBER, filename="b.wav", url="http://example.com/b.wav")
    me.do(f"{PATH}/update", extension_number=NUMBER, filename="a.wav")
    assert active(me) == ["a.wav"]
    assert play(me).status_code == 200
    me.do(f"{PATH}/destroy", extension_number=NUMBER, filename="a.wav")
    other = office.log_in("1001@pbx.local", WEB_PASSWORD)
    check_refused(send(other, wav()), "403.1")
    check_refused(play(other, "default.wav"), "403.1")
    check_refused(other.get(f"{PATH}/list", extension_number=NUMBER), "403.1")


def test_another_tenant_finds_nothing(office: Crm) -> None:
    upload(office)
    tenant_id = tenants.create({"name": "other", "domain": "other.example", "password": SIP_PASSWORD})
    passwords = {"password": SIP_PASSWORD, "web_access_password": WEB_PASSWORD}
    extensions.create(tenant_id, {"extension_number": "2000", **passwords})
    other = office.log_in("other", SIP_PASSWORD)
    check_refused(send(other, wav(), "b.wav"), "404.1")
    check_refused(play(other), "404.1")
    extension_id = office.read("extensions/show", extension_number=NUMBER)["id"]
    check_refused(other.get(f"{PATH}/list", id=extension_id), "404.1")
    assert greetings.sound(tenants.DEFAULT_TENANT_ID, ExtensionKey(NUMBER), "a.wav")


def test_requests_are_answered_while_an_upload_is_decoded(
    app: Flask, office: Crm, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever they do: the decoding holds neither the store nor a lock of its own, for other uploads either."""
    convert = audio.convert
    decoding, finish = threading.Event(), threading.Event()

    def convert_slowly(content: bytes) -> audio.Recording:
        if threading.current_thread() is not threading.main_thread():
            decoding.set()
            assert finish.wait(60)
        return convert(content)

    monkeypatch.setattr(audio, "convert", convert_slowly)
    replies: list[TestResponse] = []

    def upload_in_thread() -> None:
        replies.append(send(Crm(app.test_client(), office.token), wav()))
        database.db.close()

    thread = threading.Thread(target=upload_in_thread)
    thread.start()
    try:
        assert decoding.wait(60)
        office.make_extension("1001")
        upload(office, "b.wav")
        assert [row["filename"] for row in listed(office)["files"]] == ["default.wav", "b.wav"]
        assert replies == []
    finally:
        finish.set()
        thread.join()
    assert replies[0].status_code == 200
    assert listed(office)["total"] == 3


def test_reply_examples_have_the_fields_of_the_reply(office: Crm) -> None:
    document = office.http.get("/openapi.json").get_json()
    made = upload(office)
    for path, method, reply in (("create", "post", made), ("list", "get", listed(office))):
        answer = document["paths"][f"/api/{PATH}/{path}"][method]["responses"]["200"]
        example = answer["content"]["application/json"]["example"]
        assert set(example) == set(reply)
        assert all(set(row) == set(reply["files"][0]) for row in example.get("files", []))
    body = document["paths"][f"/api/{PATH}/create"]["post"]["requestBody"]["content"]
    assert set(body) == {"application/json", "multipart/form-data"}
