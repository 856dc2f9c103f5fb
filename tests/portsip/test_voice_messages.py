"""Messages of mailboxes in this API: the list, and their audio by signed names."""

import re

import pytest

from portsip_api.pbx.access import links
from portsip_api.pbx.access.links import FileLink
from portsip_api.pbx.mailboxes import messages, telling
from portsip_api.store import database
from tests.audio import check_plays
from tests.crm import ADMIN_PASSWORD, WEB_PASSWORD, Crm, check_refused
from tests.pbx.mailboxes.boxes import ANA, HOME, leave, save_all
from tests.pbx.mailboxes.test_telling import Phones

LIST = "recordfiles/voicemail/list"
AT = 1_772_438_400.0  # 2026-03-02 08:00 UTC


@pytest.fixture
def pbx(admin: Crm) -> Crm:
    """The default tenant, which is in Berlin, with 1000 and 1001."""
    for number in ("1000", "1001"):
        admin.make_extension(number)
    admin.do("office_hours/update", time_zone="Europe/Berlin")
    save_all()
    return admin


def rows(client: Crm, **query: object) -> list[dict[str, str]]:
    return client.read(LIST, **query)["voicemails"]


def fetch(app, path: str, prefix: str = "/filedown/", **options):
    """Return status and content of a download, without any token."""
    with app.test_client().open(prefix + path, **{"method": "GET", **options}) as reply:
        return reply.status_code, reply.get_data()


def test_a_box_as_its_manager_sees_it(pbx, app, time):
    first = leave(1.4, caller="1001", received=AT)
    second = leave(0.5, received=AT + 60)
    messages.move(HOME, ANA, first.id, "saved")
    third = leave(0.3, received=AT + 120)
    messages.delete(HOME, ANA, third.id)
    (newer, older) = rows(pbx, extension_number="1000")
    path = older.pop("path")
    assert older == {
        "id": str(first.id),
        "caller": "1001",
        "callee": "1000",
        "time": "2026-03-02 09:00:00 GMT+01:00",
        "status": "UNREAD",
        "duration": "1",
        "filename": f"{first.id:08}.wav",
    }
    assert (newer["id"], newer["caller"]) == (str(second.id), "+15550100")
    assert [row["id"] for row in rows(pbx, extension_number="1000", sort_by="-default", pagesize=1)] == [str(first.id)]
    assert rows(pbx, extension_number=1001) == []
    status, content = fetch(app, path)
    assert status == 200
    check_plays(content, 1.4)
    assert rows(pbx, extension_number="1000")[1]["status"] == "UNREAD"  # for the manager does not own it
    check_refused(pbx.get(LIST), "400.1", "extension_number")
    check_refused(pbx.get(LIST, extension_number="1999"), "404.1")


def test_what_the_extension_itself_downloads_is_read(pbx, app):
    leave()
    me = pbx.log_in("1000@pbx.local", WEB_PASSWORD)
    path = rows(me, extension_number="1000")[0]["path"]
    assert fetch(app, path, method="HEAD") == (200, b"")
    assert rows(me)[0]["status"] == "UNREAD"
    assert fetch(app, path, prefix="/", headers={"Range": "bytes=0-3"}) == (206, b"RIFF")
    assert (rows(me)[0]["status"], rows(pbx, extension_number="1000")[0]["status"]) == ("READED", "READED")
    assert fetch(app, path)[0] == 200
    check_refused(me.get(LIST, extension_number="1001"), "403.1")
    assert rows(pbx.log_in("1001@pbx.local", WEB_PASSWORD)) == []


def test_phones_are_told_once_a_message_is_read(pbx, app, configure):
    configure(PBX_SWITCH="freeswitch")
    phones = Phones()
    leave()
    path = rows(pbx.log_in("1000@pbx.local", WEB_PASSWORD))[0]["path"]
    for _ in range(2):
        assert fetch(app, path)[0] == 200
    telling.tell(phones)
    assert fetch(app, path)[0] == 200
    telling.tell(phones)
    assert phones.told == [("pbx.local", "1000", "0/1 (0/0)")]


def test_it_plays_also_while_nothing_can_be_written(pbx, app, monkeypatch):
    leave()
    path = rows(pbx.log_in("1000@pbx.local", WEB_PASSWORD))[0]["path"]

    def fail():
        raise database.StoreUnavailable("The store is busy.")

    with monkeypatch.context() as patched:
        patched.setattr("portsip_api.store.database.writing", fail)
        assert fetch(app, path)[0] == 200
    assert rows(pbx, extension_number="1000")[0]["status"] == "UNREAD"


def test_a_file_is_called_as_the_request_says(pbx, app):
    message = leave()
    path = rows(pbx, extension_number="1000")[0]["path"]
    for query, name in (({}, f"{message.id:08}.wav"), ({"filename": "../me.wav"}, "me.wav")):
        with app.test_client().get(f"/filedown/{path}", query_string=query) as reply:
            assert reply.headers["Content-Disposition"] == f"inline; filename={name}"
            assert reply.content_type == "audio/wav"
    check_refused(app.test_client().get(f"/filedown/{path}", query_string={"filename": ".."}), "400.1", "filename")


def test_a_name_is_good_for_a_day_and_as_long_as_the_message_is_there(pbx, app, time):
    message = leave()
    path = rows(pbx, extension_number="1000")[0]["path"]
    time.pass_seconds(links.FILE_SECONDS)
    assert fetch(app, path)[0] == 200
    time.pass_seconds(2)
    check_refused(app.test_client().get(f"/filedown/{path}"), "404.3")
    path = rows(pbx.log_in("admin", ADMIN_PASSWORD), extension_number="1000")[0]["path"]
    messages.delete(HOME, ANA, message.id)
    messages.delete(HOME, ANA, message.id)
    check_refused(app.test_client().get(f"/filedown/{path}"), "404.3")


def test_another_name_opens_nothing(pbx, app):
    message = leave()
    row = rows(pbx, extension_number="1000")[0]
    owner_id = links.read_file(row["path"].removesuffix(".wav")).owner_id
    said, _, rest = row["path"].partition(".")
    for path in (
        f"{said[:-1]}A.{rest}",
        f"{links.to_greeting(HOME, owner_id, message.id)}.wav",
        f"{links.to_file(FileLink('other', HOME, owner_id, message.id))}.wav",
        f"{links.to_file(FileLink('vm', HOME, owner_id + 1, message.id))}.wav",
        f"{links.to_file(FileLink('vm', HOME + 1, owner_id, message.id))}.wav",
    ):
        assert path != row["path"]
        check_refused(app.test_client().get(f"/filedown/{path}"), "404.3")
    for path in ("x", "healthz.wav", "..%2f..%2fetc%2fpasswd", row["path"].removesuffix(".wav")):
        check_refused(app.test_client().get(f"/filedown/{path}"), "404.2")
    assert re.fullmatch(r"[\w.-]+", row["path"])
