"""Pictures of users: anybody sees them, and only their owner and administrators set them."""

import io
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from PIL import Image

from portsip_api.pbx.extensions import avatars as pbx_avatars
from portsip_api.pbx.extensions.avatars import MOST_BYTES, default_picture
from portsip_api.pbx.media.pictures import SIDE
from tests.crm import Crm
from tests.sipxcom.portal import Portal, check_refused
from tests.sipxcom.uploads import upload

PATH = "rest/avatar/200"


def picture(colour: str = "red", format_: str = "PNG") -> bytes:
    """A picture of one colour, which is not square."""
    written = io.BytesIO()
    Image.new("RGB", (40, 20), colour).save(written, format_)
    return written.getvalue()


def send(portal: Portal, *files: bytes, path: str = PATH):
    """Send pictures in a form."""
    return upload(portal, path, *((f"{number}.png", content) for number, content in enumerate(files)))


def seen(portal: Portal, path: str = PATH) -> float | tuple[int, ...] | str | None:
    """The colour of the middle of a picture that is shown, or `default`."""
    reply = portal.get(path)
    assert (reply.status_code, reply.content_type) == (200, "image/png")
    if reply.data == default_picture():
        return "default"
    with Image.open(io.BytesIO(reply.data)) as shown:
        assert shown.size == (SIDE, SIDE)
        return shown.convert("RGB").getpixel((SIDE // 2, SIDE // 2))


def test_who_has_no_picture_and_who_does_not_exist_look_alike(user, stranger):
    known, unknown = stranger.get(PATH), stranger.get("rest/avatar/nobody")
    assert seen(stranger) == seen(stranger, "rest/avatar/nobody") == "default"
    assert known.data == unknown.data
    of_the_moment = {"X-Request-ID", "Date"}
    assert {name: text for name, text in known.headers if name not in of_the_moment} == {
        name: text for name, text in unknown.headers if name not in of_the_moment
    }


def shape(content: bytes) -> tuple[str | None, str, tuple[int, int], list[bytes]]:
    """The format of a picture, the form of its pixels, its size, and the kinds of its chunks."""
    with Image.open(io.BytesIO(content)) as shown:
        kinds, at = [], 8
        while at < len(content):
            kinds.append(content[at + 4 : at + 8])
            at += 12 + int.from_bytes(content[at : at + 4])
        return shown.format, shown.mode, shown.size, list(dict.fromkeys(kinds))


@pytest.mark.parametrize(
    ("mode", "format_"), [("RGB", "JPEG"), ("RGBA", "PNG"), ("P", "GIF"), ("L", "PNG"), ("I;16", "PNG")]
)
def test_every_picture_has_the_form_of_the_default_one(user, stranger, mode, format_):
    default = stranger.get("rest/avatar/nobody")
    written = io.BytesIO()
    Image.new(mode, (300, 200)).save(written, format_)
    assert send(user, written.getvalue()).status_code == 200
    own = stranger.get(PATH)
    assert own.data != default.data
    assert shape(own.data) == shape(default.data) == ("PNG", "RGBA", (SIDE, SIDE), [b"IHDR", b"IDAT", b"IEND"])
    of_the_content = {"ETag", "Content-Length", "X-Request-ID", "Date"}
    assert set(own.headers.keys()) == set(default.headers.keys())
    assert [(name, text) for name, text in own.headers if name not in of_the_content] == [
        (name, text) for name, text in default.headers if name not in of_the_content
    ]


def test_two_pictures_at_most_are_decoded_at_once(app, user, monkeypatch):
    reduce, lock = pbx_avatars.reduce, threading.Lock()
    seen, inside = [], 0

    def watched(content: bytes) -> bytes:
        nonlocal inside
        with lock:
            inside += 1
            seen.append(inside)
        try:
            return reduce(content)
        finally:
            with lock:
                inside -= 1

    monkeypatch.setattr(pbx_avatars, "reduce", watched)
    large = io.BytesIO()
    Image.new("RGB", (3000, 3000), "red").save(large, "PNG")
    with ThreadPoolExecutor(8) as pool:
        portals = [Portal(app.test_client(), *user.auth) for _ in range(8)]
        replies = list(pool.map(lambda portal: send(portal, large.getvalue()), portals))
    assert max(seen) == 2
    refused = [reply for reply in replies if reply.status_code != 200]
    assert len(seen) == len(replies) - len(refused)
    for reply in refused:
        check_refused(reply, 503, "two are carried out")
        assert reply.headers["Retry-After"] == "2"
    assert send(user, picture("lime")).status_code == 200  # and nobody keeps a turn


def test_a_user_sets_the_own_picture_which_anybody_sees(user, stranger):
    reply = send(user, picture("red"))
    assert (reply.status_code, reply.data) == (200, b"")
    assert seen(stranger) == (255, 0, 0)
    assert send(user, picture("blue", "BMP")).status_code == 200
    assert seen(stranger) == (0, 0, 255)


def test_an_administrator_sets_anybodys_picture(user, portal, admin: Crm):
    assert send(portal, picture("lime")).status_code == 200
    assert seen(portal) == (0, 255, 0)
    id_ = admin.make_extension("201")
    body = {"permissions": [{"name": "superadmin", "value": "ENABLE"}]}
    assert portal.put(f"rest/user-permission/{id_}", body).status_code == 200
    assert send(Portal(user.http, "201", user.auth[1]), picture("red")).status_code == 200
    assert seen(portal) == (255, 0, 0)


def test_an_alias_names_a_user_too(user, portal):
    (row,) = portal.read("rest/user")["user"]["users"]
    assert portal.put(f"rest/user/{row['id']}", {**row, "aliases": [{"alias": "ann"}]}).status_code == 200
    assert send(user, picture("red"), path="rest/avatar/ann").status_code == 200
    assert seen(user) == seen(user, "rest/avatar/ann/") == (255, 0, 0)


def test_nobody_else_sets_it_and_nobody_learns_who_there_is(user, stranger, admin: Crm):
    check_refused(send(stranger, picture()), 401)
    admin.make_extension("201")
    others, nobodys = (send(user, picture(), path=f"rest/avatar/{name}") for name in ("201", "nobody"))
    check_refused(others, 403, "for yourself only")
    assert others.data == nobodys.data
    assert seen(user, "rest/avatar/201") == "default"


def test_an_administrator_is_told_who_is_not_there(portal):
    check_refused(send(portal, picture(), path="rest/avatar/nobody"), 404)


@pytest.mark.parametrize("count", [0, 2, 3])
def test_exactly_one_file_is_taken(user, count):
    check_refused(send(user, *[picture()] * count), 417)
    assert seen(user) == "default"


@pytest.mark.parametrize("content", [b"", b"x", b"<svg/>", picture()[:60], b"RIFF0000WAVE"])
def test_what_is_no_picture_is_refused(user, content):
    assert send(user, picture("red")).status_code == 200
    check_refused(send(user, content), 415)
    assert seen(user) == (255, 0, 0)


def test_a_large_file_is_refused(user):
    check_refused(send(user, picture() + bytes(MOST_BYTES)), 413)
    check_refused(send(user, bytes(MOST_BYTES * 2)), 413)


def test_what_is_no_form_is_refused(user):
    check_refused(user.post(PATH, picture(), type="image/png"), 400, "multipart/form-data")


@pytest.mark.parametrize("accept", ["image/png", "*/*", "image/*", "image/avif,image/webp,*/*;q=0.8"])
def test_pictures_are_png(user, accept):
    assert user.get(PATH, accept=accept).content_type == "image/png"


@pytest.mark.parametrize("accept", ["image/jpeg", "text/html", "application/json"])
def test_other_types_are_not_given(user, accept):
    check_refused(user.get(PATH, accept=accept), 406)


def test_a_picture_that_is_known_is_not_sent_again(user):
    reply = user.get(PATH)
    assert set(reply.headers["Cache-Control"].split(", ")) == {"public", "max-age=60"}
    again = user.get(PATH, headers={"If-None-Match": reply.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    send(user, picture("red"))
    assert user.get(PATH, headers={"If-None-Match": reply.headers["ETag"]}).status_code == 200


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_pictures_are_not_put_or_deleted(portal, method):
    check_refused(portal.ask(method, PATH), 405)
