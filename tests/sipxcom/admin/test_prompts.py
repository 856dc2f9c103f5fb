"""Prompts of music on hold, page groups and park orbits: lists, uploads, downloads, ranges."""

import re

import pytest

from portsip_api.pbx.access import tenants
from portsip_api.pbx.media.audio import MOST_BYTES, default_tones
from portsip_api.sipxcom.core.sound_files import MOST_AROUND
from tests.audio import silence, wav
from tests.sipxcom.portal import JSON, XML, Portal, check_refused
from tests.sipxcom.uploads import upload

FAMILIES = ("moh", "pagegroups", "orbits")
PATH = "api/moh/prompts"
MP3 = (b"\xff\xfb\x90\x00" + bytes(413)) * 8
DEFAULT_SIZE = len(default_tones().content)


def names(portal: Portal, path: str = PATH) -> list[str]:
    """The names of the prompts that are listed."""
    return [row["name"] for row in portal.read(path)["files"]]


def play(portal: Portal, name: str = "a.wav", **headers: str):
    """Ask for a prompt's stream."""
    given = {header.replace("_", "-"): value for header, value in headers.items()}
    return portal.get(f"{PATH}/{name}/stream", headers=given, buffered=True)


@pytest.fixture
def tone(portal: Portal) -> bytes:
    """The prompt a.wav of music on hold."""
    content = wav()
    assert upload(portal, PATH, ("a.wav", content)).status_code == 200
    return content


@pytest.mark.parametrize("family", FAMILIES)
def test_a_list_is_in_the_contracts_bytes(portal, family):
    path = f"api/{family}/prompts"
    size = len(wav())
    reply = upload(portal, path, ("b.wav", wav()))
    assert (reply.status_code, reply.data) == (200, b"")
    assert portal.get(f"{path}/").text == (
        f'{{"files":[{{"name":"default.wav","type":"audio/x-wav","size":{DEFAULT_SIZE},"path":"{family}/default.wav"}},'
        f'{{"name":"b.wav","type":"audio/x-wav","size":{size},"path":"{family}/b.wav"}}]}}'
    )
    assert portal.get(path, accept=XML).text == (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?><Files><File><name>default.wav</name>'
        f"<type>audio/x-wav</type><size>{DEFAULT_SIZE}</size><path>{family}/default.wav</path></File><File>"
        f"<name>b.wav</name><type>audio/x-wav</type><size>{size}</size><path>{family}/b.wav</path></File></Files>"
    )


def test_families_are_apart(portal, tone):
    assert names(portal) == ["default.wav", "a.wav"]
    assert names(portal, "api/orbits/prompts") == names(portal, "api/pagegroups/prompts") == ["default.wav"]
    check_refused(portal.get("api/orbits/prompts/a.wav"), 404, "Prompt not found")


def test_a_prompt_is_downloaded_as_it_was_sent(portal, tone):
    reply = portal.get(f"{PATH}/a.wav", buffered=True)
    assert (reply.status_code, reply.data, reply.content_type) == (200, tone, "audio/x-wav")
    assert reply.headers["Content-Disposition"] == "attachment; filename=a.wav"
    assert reply.headers["X-Content-Type-Options"] == "nosniff"


def test_mp3_is_told_by_its_content(portal):
    assert upload(portal, PATH, ("a.wav", MP3)).status_code == 200
    assert play(portal).content_type == "audio/mpeg"
    check_refused(portal.get(f"{PATH}/a.wav", accept="audio/x-wav"), 406)


@pytest.mark.parametrize("accept", ["audio/x-wav", "audio/*", "*/*", "text/html, */*;q=0.1"])
def test_audio_is_given_to_who_takes_it(portal, tone, accept):
    assert portal.get(f"{PATH}/a.wav", accept=accept, buffered=True).data == tone


@pytest.mark.parametrize("below", ["a.wav", "a.wav/stream"])
@pytest.mark.parametrize("accept", [JSON, XML, "audio/ogg"])
def test_audio_is_not_given_as_something_else(portal, tone, below, accept):
    check_refused(portal.get(f"{PATH}/{below}", accept=accept), 406)


def test_a_stream_is_played_in_place(portal, tone):
    reply = play(portal)
    assert (reply.status_code, reply.data, reply.content_type) == (200, tone, "audio/x-wav")
    assert reply.headers["Content-Disposition"] == "inline; filename=a.wav"
    assert reply.headers["Accept-Ranges"] == "bytes"
    assert len(play(portal, "default.wav").data) == DEFAULT_SIZE


@pytest.mark.parametrize(
    ("asked", "part"), [("bytes=0-3", slice(0, 4)), ("bytes=44-", slice(44, None)), ("bytes=-2", slice(-2, None))]
)
def test_one_range_is_sent(portal, tone, asked, part):
    reply = play(portal, Range=asked)
    assert (reply.status_code, reply.data) == (206, tone[part])
    start, stop, _ = part.indices(len(tone))
    assert reply.headers["Content-Range"] == f"bytes {start}-{stop - 1}/{len(tone)}"


def test_a_range_outside_is_refused(portal, tone):
    reply = play(portal, Range="bytes=999999-")
    check_refused(reply, 416)
    assert re.fullmatch(r"bytes \*/[0-9]+", reply.headers["Content-Range"])


def test_audio_that_is_known_is_not_sent_again(portal, tone):
    tag = play(portal).headers["ETag"]
    assert play(portal, If_None_Match=tag).status_code == 304
    assert portal.delete(f"{PATH}/a.wav").status_code == 200
    assert upload(portal, PATH, ("a.wav", wav(0.3))).status_code == 200
    assert play(portal, If_None_Match=tag).status_code == 200


def test_several_files_are_taken_at_once(portal):
    assert upload(portal, PATH, ("a.wav", wav()), ("b.mp3", MP3)).status_code == 200
    assert names(portal) == ["default.wav", "a.wav", "b.mp3"]


def test_names_that_are_there_are_refused_and_named(portal, tone):
    reply = upload(portal, PATH, ("a.wav", wav(0.3)), ("b.wav", wav()), ("default.wav", wav()))
    check_refused(reply, 409)
    assert reply.text.startswith("a.wav,default.wav: ")
    assert names(portal) == ["default.wav", "a.wav", "b.wav"]
    assert play(portal).data == tone


@pytest.mark.parametrize(
    ("name", "content", "status"), [("a.wav", b"", 400), ("a.wav", b"text", 415), ("..", wav(), 400)]
)
def test_bad_files_are_refused(portal, name, content, status):
    check_refused(upload(portal, PATH, (name, content)), status, name)
    assert names(portal) == ["default.wav"]


def test_large_files_are_refused(portal):
    check_refused(upload(portal, PATH, ("a.wav", silence(MOST_BYTES + 2))), 413, "a.wav")
    check_refused(upload(portal, PATH, ("a.wav", silence(MOST_BYTES + MOST_AROUND))), 413)
    assert names(portal) == ["default.wav"]


def test_what_is_no_form_with_files_is_refused(portal):
    check_refused(upload(portal, PATH), 400, "file: Missing.")
    check_refused(portal.post(PATH, wav(), type="audio/x-wav"), 400, "multipart/form-data")
    check_refused(portal.post(PATH), 400, "multipart/form-data")


def test_only_the_last_part_of_a_name_counts(portal):
    assert upload(portal, PATH, ("../../etc/a b.wav", wav())).status_code == 200
    assert names(portal) == ["default.wav", "a b.wav"]
    assert portal.get(f"{PATH}/a%20b.wav", buffered=True).status_code == 200


def test_a_prompt_is_removed(portal, tone):
    reply = portal.delete(f"{PATH}/a.wav")
    assert (reply.status_code, reply.data) == (200, b"")
    check_refused(portal.get(f"{PATH}/a.wav"), 404, "Prompt not found")
    check_refused(play(portal), 404, "Prompt not found")
    check_refused(portal.delete(f"{PATH}/a.wav"), 404, "Prompt not found")


def test_the_default_prompt_stays(portal):
    check_refused(portal.delete(f"{PATH}/default.wav"), 409)


def test_prompts_of_another_tenant_are_not_found(portal, tone):
    tenants.create({"name": "other", "domain": "other.example", "password": "other's secret"})
    host = {"Host": "other.example"}
    check_refused(portal.get(f"{PATH}/a.wav", headers=host), 404)
    check_refused(portal.delete(f"{PATH}/a.wav", headers=host), 404)
    assert [row["name"] for row in portal.read(PATH, headers=host)["files"]] == ["default.wav"]


def test_a_list_costs_a_constant_number_of_statements(portal, statements):
    portal.get(PATH)
    few = len(statements)
    assert upload(portal, PATH, *((f"{number}.wav", wav()) for number in range(20))).status_code == 200
    statements.clear()
    assert len(names(portal)) == 21
    assert len(statements) == few


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize(("method", "below"), [("PUT", "/a.wav"), ("POST", "/a.wav"), ("POST", "/a.wav/stream")])
def test_nothing_else_can_be_done_to_them(portal, family, method, below):
    check_refused(portal.ask(method, f"api/{family}/prompts{below}"), 405)


@pytest.mark.parametrize("service", ["dns", "proxy", "saa"])
def test_other_services_have_none(portal, service):
    check_refused(portal.get(f"api/{service}/prompts"), 404)


def test_of_a_path_on_windows_the_name_is_kept(portal):
    part = b'--xyz\r\nContent-Disposition: form-data; name="file"; filename="%b"\r\n\r\n%b\r\n--xyz--\r\n'
    form = "multipart/form-data; boundary=xyz"
    assert portal.post(PATH, part % (rb"C:\Users\me\a.wav", wav()), type=form).status_code == 200
    assert names(portal) == ["default.wav", "a.wav"]
    check_refused(portal.post(PATH, part % (b"gr\xfc\xdfe.wav", wav()), type=form), 400, "must be in UTF-8")
