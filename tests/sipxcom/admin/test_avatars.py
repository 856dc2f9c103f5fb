"""Pictures of users: anybody sees them, and only their owner and administrators set them."""

import io

import pytest
from PIL import Image

from portsip_api.pbx.extensions.avatars import MOST_BYTES, SIDE, default_picture
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
    assert {name: text for name, text in known.headers if name != "X-Request-ID"} == {
        name: text for name, text in unknown.headers if name != "X-Request-ID"
    }


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
