"""Recordings of calls: taken once each, listed by time and words, and gone when there is no room for them."""

from typing import Any

import pytest

from portsip_api.pbx.access import tenants
from portsip_api.pbx.calls import recordings, retention
from portsip_api.pbx.calls.keys import Times
from portsip_api.pbx.calls.recordings import Recorded
from portsip_api.pbx.errors import Conflict, Invalid, NotFound, PbxError, TooLarge, Unsupported
from portsip_api.pbx.extension_keys import ExtensionKey
from portsip_api.pbx.media import files
from portsip_api.pbx.media.files import FILES
from portsip_api.pbx.upkeep import consistency
from portsip_api.store import database
from portsip_api.store.paging import Slice
from tests.audio import wav
from tests.pbx.calls.records import START, TENANT
from tests.pbx.features.call_features import drop_user, make_tenant, make_user

pytestmark = pytest.mark.usefixtures("configure")
NEWEST = Slice(0, 100, descending=True)
SECOND = wav(1.0)
ALWAYS = Times()


def deposit(number: str = "1000", content: bytes = SECOND, tenant: int = TENANT, **fields: Any) -> Recorded:
    return recordings.deposit(tenant, ExtensionKey(number), content, **fields)


def names(times: Times = ALWAYS, extension_id: int | None = None, tenant: int = TENANT) -> list[str]:
    return [one.filename for one in recordings.page(tenant, times, NEWEST, extension_id).rows]


def on_disk() -> int:
    return len(list(FILES.path.iterdir())) if FILES.path.is_dir() else 0


def test_a_recording_is_a_row_and_a_file():
    make_user("1000")
    made = deposit(caller="1000", callee="+49 30 1", call_id="c1", session_id=7, filename="a.wav", started=START)
    assert (made.filename, made.call_id, made.session_id, made.extension_number) == ("a.wav", "c1", 7, "1000")
    assert (made.started, made.ended, made.duration, made.heard) == (START, START + 1000, 1.0, False)
    assert FILES.locate(made.blob).read_bytes() == SECOND
    assert made.size == len(SECOND)
    assert consistency.find_inconsistencies() == []
    recordings.hear(TENANT, made.id)
    assert recordings.show(TENANT, made.id).heard


def test_it_is_taken_once_by_its_name(time):
    make_user("1000")
    first = deposit(filename="a.wav")
    assert deposit(filename="a.wav", caller="1").id == first.id
    assert first.ended == round(time.wall_now * 1000)
    assert (on_disk(), len(names())) == (1, 1)
    assert deposit().filename != deposit().filename


def test_lists():
    own, other = make_user("1000"), make_user("1001")
    deposit(filename="a.wav", started=START, caller="1000", callee="+49 (30) 12-34")
    deposit("1001", filename="b.wav", started=START + 1, caller="1001", callee="1000")
    deposit(filename="20240101-c.wav", started=START + 2)
    assert names() == ["20240101-c.wav", "b.wav", "a.wav"]
    assert names(extension_id=own) == ["20240101-c.wav", "a.wav"]
    assert names(Times(START, START + 1), other) == ["b.wav"]
    assert names(tenant=make_tenant()) == []

    def found(condition: str, extension_id: int | None = None, times: Times = ALWAYS) -> list[str]:
        page = recordings.search(TENANT, condition, times, NEWEST, extension_id)
        assert page.total == len(page.rows)
        return [one.filename for one in page.rows]

    assert found("49301234") == found("+49 (30) 12-34") == ["a.wav"]
    assert found("1001") == ["b.wav"]
    assert found("1000", own) == ["a.wav"]
    assert found("2024-0101 C.WAV") == ["20240101-c.wav"]
    assert found("wav", times=Times(until=START)) == ["a.wav"]
    assert found("nobody") == []


@pytest.mark.parametrize(
    ("error", "content", "fields"),
    [
        (Unsupported, b"no sound", {}),
        (Invalid, SECOND[:-100], {}),
        (Invalid, SECOND, {"started": -1}),
        (Invalid, SECOND, {"session_id": 2**53}),
        (Invalid, SECOND, {"filename": ".."}),
        (NotFound, SECOND, {"number": "1009"}),
    ],
)
def test_what_is_no_recording(error: type[PbxError], content: bytes, fields: dict[str, Any]):
    make_user("1000")
    with pytest.raises(error):
        deposit(content=content, **fields)
    assert (on_disk(), names()) == (0, [])


def test_a_file_is_not_too_large(monkeypatch):
    make_user("1000")
    monkeypatch.setattr(recordings, "MOST_BYTES", len(SECOND) - 1)
    with pytest.raises(TooLarge):
        deposit()


def test_the_oldest_go_when_there_is_no_room():
    make_user("1000")
    tenants.update(TENANT, {"quota": {"max_recordings_quota": 3 * len(SECOND)}})
    for place in range(3):
        deposit(filename=f"{place}.wav", started=START + place)
    deposit(filename="3.wav", started=START - 5)  # however old it is itself
    assert names() == ["2.wav", "1.wav", "3.wav"]
    long = wav(2.5)
    deposit(content=long, filename="long.wav", started=START + 9)
    assert names() == ["long.wav"]
    assert on_disk() == 1
    with pytest.raises(Conflict):
        deposit(content=wav(4.0))
    assert (names(), on_disk()) == (["long.wav"], 1)
    assert consistency.find_inconsistencies() == []


def test_without_a_quota_the_settings_say_how_much_there_is_room_for(configure):
    make_user("1000")
    configure(PBX_RECORDING_BYTES=str(1 << 20))
    most = (1 << 20) // len(SECOND)
    for place in range(most + 2):
        deposit(filename=f"{place}.wav", started=START + place)
    assert len(names()) == most


def test_they_stay_when_the_extension_goes_and_go_when_they_are_told_to():
    own = make_user("1000")
    first, second = (deposit(filename=name) for name in ("a.wav", "b.wav"))
    drop_user("1000")
    assert recordings.show(TENANT, first.id).extension_number == ""
    assert names(extension_id=own) == ["b.wav", "a.wav"]
    recordings.destroy(TENANT, id=first.id)
    recordings.destroy(TENANT, filename="b.wav")
    assert (names(), on_disk()) == ([], 0)
    for key in ({"id": second.id}, {"filename": "b.wav"}):
        with pytest.raises(NotFound):
            recordings.destroy(TENANT, **key)
    assert consistency.find_inconsistencies() == []


def test_they_are_kept_as_long_as_the_tenant_says(time):
    make_user("1000")
    day = 86_400_000
    time.wall_now = (START + 3 * day) / 1000
    deposit(filename="old.wav", started=START)
    deposit(filename="new.wav", started=START + 2 * day + 5_000)
    assert retention.clean() == 0
    tenants.update(TENANT, {"quota": {"auto_clean_recordings_days": 1}})
    time.pass_seconds(1)
    assert retention.clean() == 1
    assert (names(), on_disk()) == (["new.wav"], 1)


def test_the_files_of_a_tenant_that_goes_are_swept():
    other = make_tenant()
    make_user("1000", other)
    deposit(tenant=other)
    assert (files.sweep_orphans(age=-1), on_disk()) == (0, 1)
    tenants.destroy(other)
    assert database.fetch_all("SELECT 1 FROM history_order") == []
    assert (files.sweep_orphans(age=-1), on_disk()) == (1, 0)


def test_a_row_that_cannot_be_written_leaves_no_file(monkeypatch):
    make_user("1000")

    def fail(*_: object) -> list[str]:
        raise Conflict("No.")

    monkeypatch.setattr(recordings, "_make_room", fail)
    with pytest.raises(Conflict):
        deposit()
    assert on_disk() == 0
