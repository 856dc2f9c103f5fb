"""Who asks is known before the body is read; of a body that holds the token itself, little is read to find it."""

import io
import json
import threading
from codecs import BOM_UTF8
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from portsip_api.framework import turns
from portsip_api.framework.bodies import MOST_UNKNOWN as MOST
from portsip_api.portsip.core.bodies import MOST_WITH_MEMBERS
from portsip_api.portsip.import_export import IMPORTS
from tests.audio import check_plays, wav
from tests.contract.servers import wait_until
from tests.counting import Counting
from tests.crm import SIP_PASSWORD, WEB_PASSWORD, Crm, check_refused

UPDATE, GROUP, RING_GROUP = "extensions/update", "extensions/group/update", "ring_groups/update"
GREETING, IMPORT, LOGIN = "extensions/greeting_file/create", "extensions/import", "account/credentials/verify"
BIG = 64 << 20
CHUNKED = -1
PORTION = 16 << 10  # in which chunks and forms are read
BAD = "0" * 32
BOUNDARY = "----0123456789"
FORM = f"multipart/form-data; boundary={BOUNDARY}"
TYPES = ("application/json", "text/plain", "application/x-www-form-urlencoded", FORM, "")
WHERE = "put the token into the header or the query"


class Sent:
    """A request whose body says that it is `length` bytes long, or comes in chunks; and what became of it."""

    def __init__(
        self, http: FlaskClient, path: str, body: bytes, content_type: str, length: int | None = None, **how: Any
    ) -> None:
        stream = Counting(body)
        environ: dict[str, Any] = {"wsgi.input": stream, "CONTENT_TYPE": content_type}
        environ["CONTENT_LENGTH"] = str(len(body) if length is None else length)
        if length == CHUNKED:
            environ |= {
                "CONTENT_LENGTH": "",
                "HTTP_TRANSFER_ENCODING": "chunked",
                "wsgi.input_terminated": True,
            }
        how = {"method": "POST", "headers": {}} | how
        self.reply: TestResponse = http.open(f"/api/{path}", environ_overrides=environ, **how)
        self.taken = stream.taken
        self._overshot = PORTION if length == CHUNKED else 0

    def check(self, err_code: str, taken: int, sentence: str = "") -> None:
        """It was refused with that code after at most so many bytes."""
        check_refused(self.reply, err_code)
        assert sentence in self.reply.get_json()["msg"]
        assert self.taken <= taken + self._overshot


def part(name: str, value: str | bytes, filename: str | None = None) -> bytes:
    file = "" if filename is None else f'; filename="{filename}"'
    content = value.encode() if isinstance(value, str) else value
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"{file}\r\n\r\n'
    return head.encode() + content + b"\r\n"


def form(*parts: bytes) -> bytes:
    return b"".join(parts) + f"--{BOUNDARY}--\r\n".encode()


def padded(length: int, **fields: Any) -> bytes:
    """JSON of that length."""
    bare = len(json.dumps({**fields, "x": ""}))
    return json.dumps({**fields, "x": "x" * (length - bare)}).encode()


@pytest.fixture
def http(admin: Crm) -> FlaskClient:
    admin.make_extension("1000")
    return admin.http


PLACES = (
    lambda token: {"headers": {"access_token": token}},
    lambda token: {"headers": {"Authorization": f"Bearer {token}"}},
    lambda token: {"query_string": {"access_token": token}},
)


@pytest.mark.parametrize("content_type", TYPES)
@pytest.mark.parametrize("place", PLACES, ids=["header", "bearer", "query"])
def test_a_bad_token_is_refused_before_the_body_is_read(http, place, content_type):
    for length in (BIG, 100, CHUNKED):
        Sent(http, UPDATE, b"{" * 100, content_type, length, **place(BAD)).check("403.4", 0)


@pytest.mark.parametrize("place", PLACES, ids=["header", "bearer", "query"])
def test_a_role_is_judged_before_the_body_is_read(http, crm, place):
    extension = crm.log_in("1000", WEB_PASSWORD, domain="pbx.local")
    Sent(http, "extensions/create", b"{", "application/json", BIG, **place(extension.token)).check("403.1", 0)


def test_two_tokens_beside_the_body_are_refused_before_it_is_read(http, admin):
    how = {"headers": {"access_token": admin.token}, "query_string": {"access_token": BAD}}
    Sent(http, UPDATE, b"{", "application/json", BIG, **how).check("400.1", 0)


def test_a_second_token_in_the_body_is_found(http, admin):
    headers = {"access_token": admin.token}
    body = json.dumps({"access_token": BAD}).encode()
    Sent(http, UPDATE, body, "application/json", headers=headers).check("400.1", len(body), "Two different tokens")
    body = form(part("file", b"x" * MOST, "a"), part("access_token", BAD))
    Sent(http, GREETING, body, FORM, headers=headers).check("400.1", len(body), "Two different tokens")


@pytest.mark.parametrize(("path", "most"), [(UPDATE, MOST), (IMPORT, MOST), (GROUP, MOST_WITH_MEMBERS),
                                            (RING_GROUP, MOST_WITH_MEMBERS)])  # fmt: skip
def test_little_of_a_body_is_read_to_find_a_token(http, path, most):
    for content_type in TYPES[:3]:
        Sent(http, path, padded(most + 1), content_type).check("413.1", 0, WHERE)
        Sent(http, path, padded(most + 100_000), content_type, CHUNKED).check("413.1", most + 1, WHERE)
        Sent(http, path, padded(most), content_type).check("403.4", most)
        Sent(http, path, padded(most - 1), content_type, CHUNKED).check("403.4", most)


def test_a_token_at_the_end_of_these_bytes_is_found(http, admin):
    end = b',"access_token":"%b"}' % admin.token.encode()
    for most, length in ((MOST, None), (MOST - 1, CHUNKED)):
        body = padded(most - len(end) + 1, extension_number="1000")[:-1] + end
        assert len(body) == most
        assert Sent(http, UPDATE, body, "application/json", length).reply.status_code == 200


def test_members_are_taken_with_a_token_beside_them(admin):
    group = admin.make_group("Sales")
    numbers = [f"{number:06}" for number in range(10_000)]
    fields = {"id": group["id"], "members": numbers, "access_token": admin.token}
    check_refused(Crm(admin.http).post(GROUP, **fields), "400.1", "members")  # nobody has these numbers: all were read


def test_a_get_reads_no_more(http):
    Sent(http, "extensions/list", padded(MOST + 1), "application/json", method="GET").check("413.1", 0, WHERE)
    Sent(http, "extensions/list", b"", FORM, BIG, method="GET").check("413.1", 0)


def test_whoever_needs_no_token_sends_little_too(http):
    for content_type in TYPES:
        Sent(http, LOGIN, padded(MOST + 1), content_type).check("413.1", 0)
        Sent(http, LOGIN, padded(MOST * 2), content_type, CHUNKED).check("413.1", MOST + 1)
    show = "extensions/greeting_file/show"
    for content_type in TYPES[:3]:
        Sent(http, show, padded(MOST + 1), content_type, method="GET").check("413.1", 0, WHERE)
    body = form(part("x", b"", "a"), part("y", b"x" * MOST, "b"))
    Sent(http, show, body, FORM, method="GET").check("413.1", MOST, WHERE)


def test_a_token_before_the_file_lets_all_of_it_in(http, admin):
    sound = wav(60)
    assert len(sound) > 10 * MOST
    for length, name in ((None, "a.wav"), (CHUNKED, "b.wav")):
        body = form(part("extension_number", "1000"), part("access_token", admin.token), part("file", sound, name))
        sent = Sent(http, GREETING, body, FORM, length)
        assert (sent.reply.status_code, sent.taken) == (200, len(body)), sent.reply.text
    with admin.get("extensions/greeting_file/show", extension_number="1000", filename="b.wav") as reply:
        check_plays(reply.data, 60)


@pytest.mark.parametrize("filename", ["a.wav", ""])
def test_a_token_behind_a_file_is_not_looked_for(http, admin, filename):
    body = form(part("extension_number", "1000"), part("file", wav(60), filename), part("access_token", admin.token))
    for length in (None, CHUNKED):
        Sent(http, GREETING, body, FORM, length).check("403.4", PORTION)


def test_a_bad_token_before_the_file_ends_the_reading(http):
    Sent(http, GREETING, form(part("access_token", BAD), part("file", wav(60), "a.wav")), FORM).check("403.4", PORTION)


def test_texts_before_the_file_are_short(http, admin):
    text = part("x", "x" * 30_000)
    for parts in ((text, text, text), (part("x", "x" * 100_000),), (part("access_token", "x" * 100_000),)):
        body = form(*parts, part("access_token", admin.token), part("file", wav(60), "a.wav"))
        for length in (None, CHUNKED):
            Sent(http, GREETING, body, FORM, length).check("413.1", MOST + 1, WHERE)
    body = form(
        text, text, part("access_token", admin.token), part("extension_number", "1000"), part("f", wav(60), "f")
    )
    assert Sent(http, GREETING, body, FORM).reply.status_code == 200


@pytest.mark.parametrize(
    "body",
    [b"", b"no form", b"--" + BOUNDARY.encode(), form(), form(b"--%b\r\n\r\nx\r\n" % BOUNDARY.encode()),
     form(part("x", "y"))[:-20], b"\xff" * 1000, b"--%b\r\n\xff: \xff\r\n\r\n" % BOUNDARY.encode()],
)  # fmt: skip
def test_a_form_without_a_token_is_refused(http, body):
    for content_type in (FORM, "multipart/form-data", "multipart/form-data; boundary=\xe4"):
        Sent(http, GREETING, body, content_type).check("403.4", len(body))


@pytest.mark.parametrize("content_type", TYPES[:3])
def test_the_mark_of_utf_8_is_passed_over(http, admin, content_type):
    body = BOM_UTF8 + b'{"extension_number": "1000"}'
    headers = {"access_token": admin.token}
    assert Sent(http, UPDATE, body, content_type, headers=headers).reply.status_code == 200
    with_token = BOM_UTF8 + json.dumps({"extension_number": "1000", "access_token": admin.token}).encode()
    assert Sent(http, UPDATE, with_token, content_type).reply.status_code == 200


@pytest.mark.parametrize("charset", ["ISO-8859-1", "UTF-8", "no-such"])
def test_json_is_utf_8_or_else_what_its_label_says(http, admin, charset):
    name = {"extension_number": "1000", "profile": {"first_name": "Zoë"}}
    for codec, taken in (("utf-8", True), ("latin-1", charset == "ISO-8859-1")):
        body = json.dumps(name, ensure_ascii=False).encode(codec)
        sent = Sent(http, UPDATE, body, f"text/plain; charset={charset}", headers={"access_token": admin.token})
        if not taken:
            check_refused(sent.reply, "400.2")
            continue
        assert sent.reply.status_code == 200
        assert admin.read("extensions/show", extension_number="1000")["profile"]["first_name"] == "Zoë"
        admin.do(UPDATE, extension_number="1000", profile={"first_name": ""})


@pytest.mark.parametrize("content_type", TYPES[:3])
@pytest.mark.parametrize("body", [b'{"extension_number": "1000",}', b' {"extension_number": 1000', b"[1000,]"])
def test_json_with_a_typo_is_no_form(http, admin, content_type, body):
    sent = Sent(http, UPDATE, body, content_type, headers={"access_token": admin.token})
    check_refused(sent.reply, "400.2")
    assert sent.reply.get_json()["msg"] == "The body is not valid JSON."


def test_what_is_wrong_with_a_form_is_told(http, admin):
    headers = {"access_token": admin.token}
    body = form(part("extension_number", "1000"), part("file", wav(), "gruesse.wav"))
    for wrong, words in ((body.replace(b"ue", b"\xfc"), "must be in UTF-8"), (body[:-20], "not a well-formed form")):
        reply = Sent(http, GREETING, wrong, FORM, headers=headers).reply
        check_refused(reply, "400.1", "body")
        assert words in reply.get_json()["msg"]
    assert Sent(http, GREETING, body, FORM, headers=headers).reply.status_code == 200


def test_of_a_path_on_windows_the_name_is_kept(http, admin):
    body = form(part("extension_number", "1000"), part("file", wav(), r"C:\Users\me\a.wav"))
    reply = Sent(http, GREETING, body, FORM, headers={"access_token": admin.token}).reply
    assert reply.status_code == 200, reply.text
    assert reply.get_json()["filename"] == "a.wav"


def test_json_holds_so_many_values(http, admin):
    headers = {"access_token": admin.token}
    for count, err_code in ((19_998, "400.1"), (19_999, "413.1")):  # beside the object and its array
        body = json.dumps({"extensions": ["1"] * count}).encode()
        for content_type in TYPES[:3]:
            sent = Sent(http, "extensions/status", body, content_type, headers=headers)
            check_refused(sent.reply, err_code)
    assert "20000 values" in sent.reply.get_json()["msg"]


def test_a_form_holds_so_many_fields(http, admin):
    headers = {"access_token": admin.token}
    for count, status in ((19_999, 200), (20_000, 413)):
        body = b"extension_number=1000" + b"&a" * count
        assert Sent(http, UPDATE, body, TYPES[2], headers=headers).reply.status_code == status


def upload(crm: Crm, content: bytes, name: str) -> TestResponse:
    file = {"file": (io.BytesIO(content), name), "dry_run": "true"}
    return crm.http.post(f"/api/{IMPORT}", data=file, headers={"access_token": crm.token})


def rows(count: int) -> list[dict[str, str]]:
    secrets = {"password": SIP_PASSWORD, "web_access_password": WEB_PASSWORD}
    return [{"extension_number": str(2000 + number), **secrets} for number in range(count)]


def test_an_import_has_so_many_rows(configure, admin):
    configure(PBX_IMPORT_ROWS="3")
    for count, status in ((3, 200), (4, 400)):
        csv = "extension_number,password,web_access_password\n" + "".join(
            ",".join(row.values()) + "\n" for row in rows(count)
        )
        replies = [
            upload(admin, csv.encode(), "a.csv"),
            upload(admin, json.dumps(rows(count)).encode(), "a.json"),
            admin.post(IMPORT, extensions=rows(count), dry_run=True),
        ]
        assert [reply.status_code for reply in replies] == [status] * 3
    for reply in replies:
        check_refused(reply, "400.1", "file")
        assert "at most 3 rows" in reply.json["msg"]
        assert "pbx import" in reply.json["msg"]


def test_the_json_of_an_import_holds_a_hundred_values_a_row(configure, admin):
    configure(PBX_IMPORT_ROWS="3")
    for count, status in ((298, 400), (300, 413)):
        body = {"extensions": ["1"] * count}
        assert admin.post(IMPORT, **body).status_code == status
        assert upload(admin, json.dumps(["1"] * count).encode(), "a.json").status_code == status


class Holder(threading.Thread):
    """A request that carries out an import for as long as `done` is not set."""

    def __init__(self, app: Flask) -> None:
        super().__init__()
        self._app = app
        self.has_turn, self.done = threading.Event(), threading.Event()

    def run(self) -> None:
        """Take a turn."""
        with self._app.test_request_context():
            IMPORTS.take()
            self.has_turn.set()
            self.done.wait()


def test_imports_take_turns(app, admin, monkeypatch):
    holder, waiter = Holder(app), Holder(app)
    holder.start()
    assert holder.has_turn.wait(60)
    monkeypatch.setattr(turns, "_WAIT", 0)
    check_refused(admin.post(IMPORT, extensions=rows(1)), "503.1")  # has waited in vain
    monkeypatch.setattr(turns, "_WAIT", 60)
    waiter.start()
    wait_until(lambda: IMPORTS._places._value == 0, "one waits")
    for reply in (admin.post(IMPORT, extensions=rows(1)), upload(admin, b"", "a.csv")):
        check_refused(reply, "503.1")  # at once
        assert reply.headers["Retry-After"] == "2"
    check_refused(Crm(admin.http).post(IMPORT, extensions=rows(1), access_token=admin.token), "503.1")
    for stranger in (Crm(admin.http, BAD), Crm(admin.http)):
        check_refused(stranger.post(IMPORT, extensions=rows(1), access_token=BAD), "403.4")
    assert admin.get("extensions/list").status_code == 200
    holder.done.set()
    assert waiter.has_turn.wait(60)
    waiter.done.set()
    for thread in (holder, waiter):
        thread.join()
    assert admin.do(IMPORT, extensions=rows(1))["created"] == 1
    check_refused(admin.post(IMPORT, extensions=1), "400.1")
    assert admin.do(IMPORT, extensions=rows(1), mode="upsert")["updated"] == 1
