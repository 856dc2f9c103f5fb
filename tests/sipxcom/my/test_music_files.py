"""The files of music that users have for whoever they put on hold."""

from pathlib import Path

import pytest

from portsip_api.pbx.media.files import FILES, sweep_orphans
from portsip_api.pbx.upkeep import consistency
from portsip_api.store import database
from tests.audio import check_plays, wav
from tests.crm import WEB_PASSWORD
from tests.sipxcom.my.test_music import forbid
from tests.sipxcom.portal import XML, Portal, check_refused
from tests.sipxcom.uploads import upload

PATH, FOLDER = "api/my/moh/prompts", "api/my/moh/path"


def names(user: Portal) -> list[str]:
    return [row["name"] for row in user.read(PATH)["files"]]


def counted() -> int:
    return database.fetch_row("SELECT music_bytes FROM tenant WHERE id = 1")[0]


@pytest.fixture
def waltz(user: Portal) -> None:
    assert upload(user, PATH, ("waltz.wav", wav(0.5, rate=44_100, channels=2))).status_code == 200


def test_there_is_none_at_first(user):
    assert user.read(PATH) == {"files": []}
    check_refused(user.get(f"{PATH}/default.wav"), 404)


def test_a_list_is_as_that_of_the_systems_prompts(user):
    reply = upload(user, PATH, ("waltz.wav", wav(0.5)), ("March.wav", wav(0.25)))
    assert (reply.status_code, reply.data) == (200, b"")
    march, waltz = len(wav(0.25)), len(wav(0.5))
    assert user.get(PATH).text == (
        f'{{"files":[{{"name":"March.wav","type":"audio/x-wav","size":{march},"path":"moh/March.wav"}},'
        f'{{"name":"waltz.wav","type":"audio/x-wav","size":{waltz},"path":"moh/waltz.wav"}}]}}'
    )
    assert "<Files><File><name>March.wav</name><type>audio/x-wav</type>" in user.get(PATH, accept=XML).text


def test_it_is_kept_as_greetings_are_and_played_and_removed(user, waltz):
    for below, disposition in (("waltz.wav", "attachment"), ("waltz.wav/stream", "inline")):
        reply = user.get(f"{PATH}/{below}", buffered=True)
        check_plays(reply.data, 0.5)
        assert reply.headers["Content-Disposition"] == f"{disposition}; filename=waltz.wav"
    reply = user.get(f"{PATH}/waltz.wav/stream", headers={"Range": "bytes=0-3"}, buffered=True)
    assert (reply.status_code, reply.data) == (206, b"RIFF")
    assert user.delete(f"{PATH}/waltz.wav").status_code == 200
    assert (names(user), counted(), sweep_orphans(0)) == ([], 0, 0)
    check_refused(user.delete(f"{PATH}/waltz.wav"), 404)
    check_refused(user.get(f"{PATH}/waltz.wav"), 404)


def test_what_cannot_be_taken_is_named_and_the_others_are_kept(user, waltz):
    reply = upload(user, PATH, ("a.wav", wav()), ("waltz.wav", wav()), ("b.wav", b"no sound"))
    check_refused(reply, 409, "waltz.wav,b.wav: ")
    assert names(user) == ["a.wav", "waltz.wav"]
    check_refused(upload(user, PATH), 400)
    check_refused(upload(user, PATH, ("b.wav", b"ID3" + bytes(200))), 415)
    check_refused(user.post(PATH, {"name": "x"}), 400, "form")


def test_the_folder_is_there_already(user):
    reply = user.put(FOLDER)
    assert (reply.status_code, reply.data) == (200, b"")


def test_who_may_not_changes_nothing(user, portal, waltz):
    forbid(portal)
    for reply in (upload(user, PATH, ("a.wav", wav())), user.delete(f"{PATH}/waltz.wav"), user.put(FOLDER)):
        check_refused(reply, 403, "music")
    assert names(user) == ["waltz.wav"]


def test_it_is_nobody_else_s(user, waltz, admin, app):
    admin.make_extension("201")
    other = Portal(app.test_client(), "201", WEB_PASSWORD)
    assert names(other) == []
    check_refused(other.get(f"{PATH}/waltz.wav"), 404)
    check_refused(other.delete(f"{PATH}/waltz.wav"), 404)
    assert names(user) == ["waltz.wav"]


def test_there_may_be_so_many_and_so_much(user, waltz, configure):
    configure(PBX_MUSIC_FILES="1")
    check_refused(upload(user, PATH, ("a.wav", wav())), 409, "no more than 1")
    configure(PBX_MUSIC_BYTES="9000")
    check_refused(upload(user, PATH, ("a.wav", wav())), 409, "no room")
    assert names(user) == ["waltz.wav"]


def test_it_counts_for_the_tenant_beside_what_else_it_has(user, portal, waltz, configure):
    assert counted() == len(user.get(f"{PATH}/waltz.wav", buffered=True).data)
    configure(PBX_MEDIA_BYTES=str(1 << 20))
    for number in range(6):
        assert upload(user, PATH, (f"{number}.wav", wav(10.0))).status_code == 200
    check_refused(upload(user, PATH, ("a.wav", wav(10.0))), 409, "of a tenant take at most")
    check_refused(upload(portal, "api/moh/prompts", ("a.wav", wav(10.0))), 409, "of a tenant take at most")
    check_refused(upload(user, "api/my/greetings/standard/wav", ("a.wav", wav(10.0))), 409, "of a tenant")


def test_it_goes_with_the_user_and_what_is_counted_is_right(user, admin, waltz):
    file = Path(FILES.locate(database.fetch_row("SELECT blob FROM hold_music")[0]))
    assert file.is_file()
    assert consistency.find_inconsistencies() == []
    database.execute("UPDATE tenant SET music_bytes = music_bytes + 1")
    assert consistency.find_inconsistencies() == ["1 tenants do not have the bytes of music that are counted."]
    database.execute("UPDATE tenant SET music_bytes = music_bytes - 1")
    admin.do("extensions/destroy", extension_number="200")
    assert (counted(), file.exists()) == (0, False)
