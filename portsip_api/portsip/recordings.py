"""`/api/recordfiles/extension` and `/api/recordings`: recordings of calls, for who listens and for who keeps house.

Source: contract `portsip-more.md`, section 2.
"""

from datetime import tzinfo
from typing import Any, Final

from marshmallow import Schema
from marshmallow import fields as ma

from portsip_api.framework.blueprint import current_identity
from portsip_api.pbx.access.links import RECORDING, FileLink
from portsip_api.pbx.calls import recordings as pbx_recordings
from portsip_api.pbx.calls.keys import Times
from portsip_api.pbx.calls.recordings import Recorded
from portsip_api.pbx.media.file_names import FileName
from portsip_api.pbx.values import Text
from portsip_api.portsip import filedown
from portsip_api.portsip.call_lists import PastRequest, own_extension, part_asked, times_asked, zone_of_tenant
from portsip_api.portsip.core import dialects, instants
from portsip_api.portsip.core.blueprint import EVERYBODY, MANAGERS, ResourceBlueprint, current_tenant
from portsip_api.portsip.core.dialects import Dialect
from portsip_api.portsip.core.fields import ID, Ruled, TenantRequest, described
from portsip_api.portsip.core.lists import Listing, ListRequest
from portsip_api.portsip.core.replies import SUCCESS, Success
from portsip_api.store.paging import Page

recordings = ResourceBlueprint("recordings", __name__, url_prefix="/api", description="Recordings of calls")


class RecordFileRequest(PastRequest):
    """A page of recordings."""


class RecordFileSearch(PastRequest):
    """A page of what is found."""

    condition = described(
        Text(255, 1), "Words, each of which must stand in one of the numbers or in the name.", required=True
    )


class RecordFile(Schema):
    """A recording. Ids and durations are texts of digits in a v12 request, whole numbers in a v9 one."""

    id = ma.String(required=True)
    call_id = ma.String(required=True, metadata={"description": "As `call_logs/list` has it."})
    session_id = ma.String(required=True, metadata={"description": "As `call_logs/list` has it; 0: not known."})
    caller = ma.String(required=True)
    callee = ma.String(required=True)
    filename = ma.String(required=True)
    filepath = ma.String(
        required=True,
        metadata={
            "description": "Its signed name below `/filedown/` and at the root of the server, good for 24 hours (ours)."
        },
    )
    start_time = ma.String(
        required=True, metadata={"description": "v12: `2024-05-01 09:30:00 GMT+02:00`, v9: `2024-05-01T07:30:00Z`."}
    )
    end_time = ma.String(required=True)
    duration = ma.String(required=True, metadata={"description": "Seconds."})
    status = ma.String(
        required=True,
        metadata={"enum": ["UNREAD", "READED"], "description": "Whether the extension itself has downloaded it."},
    )


class RecordingKey(TenantRequest):
    """Names a recording."""

    id = Ruled(ID, metadata={"description": "Its id; it decides when both are sent."})
    file_name = described(FileName(), "Its name.")

    keys = ("id", "file_name")


class RecordingRow(Schema):
    """A recording."""

    id = ma.String(required=True)
    extension_number = ma.String(required=True, metadata={"description": "Empty when the extension is gone."})
    date = ma.String(required=True, metadata={"description": "Such as `2024-05-01 09:30:00 GMT+02:00`."})
    file_name = ma.String(required=True)
    size = ma.Integer(required=True, metadata={"description": "Bytes."})


_FILES: Final = Listing("records", alias="items")
_FILE_LIST: Final = _FILES.schema("RecordFileList", RecordFile)
_RECORDINGS: Final = Listing("records")


@recordings.route("/recordfiles/extension/list")
@recordings.arguments(RecordFileRequest)
@recordings.allowed(*EVERYBODY)
@recordings.answers(_FILE_LIST)
def list_record_files(given: dict[str, Any]) -> dict[str, Any]:
    """List recordings of calls, the newest first; an extension is shown its own."""
    zone = zone_of_tenant()
    wanted = times_asked(given, zone)
    page = pbx_recordings.page(current_tenant(), wanted, part_asked(_FILES, given), own_extension())
    return _files(given, page, zone)


@recordings.route("/recordfiles/extension/search")
@recordings.arguments(RecordFileSearch)
@recordings.allowed(*EVERYBODY)
@recordings.answers(_FILE_LIST)
def search_record_files(given: dict[str, Any]) -> dict[str, Any]:
    """Find recordings, the newest first, among the newest 10,000 of the times that are asked for."""
    zone = zone_of_tenant()
    wanted, part = times_asked(given, zone), part_asked(_FILES, given)
    found = pbx_recordings.search(current_tenant(), given["condition"], wanted, part, own_extension())
    return _files(given, found, zone)


@recordings.route("/recordings/list")
@recordings.arguments(ListRequest)
@recordings.allowed(*MANAGERS)
@recordings.answers(_RECORDINGS.schema("RecordingList", RecordingRow))
def list_recordings(given: dict[str, Any]) -> dict[str, Any]:
    """List the files of recordings, the newest first."""
    page = pbx_recordings.page(current_tenant(), Times(), part_asked(_RECORDINGS, given))
    zone = zone_of_tenant()
    rows = [
        {
            "id": str(one.id),
            "extension_number": one.extension_number,
            "date": instants.with_zone(one.started, zone),
            "file_name": one.filename,
            "size": one.size,
        }
        for one in page.rows
    ]
    return _RECORDINGS.reply(given, page, rows)


@recordings.route("/recordings/destroy", methods=["POST"], aliases=["/recordings/remove"])
@recordings.arguments(RecordingKey, example={"id": 1})
@recordings.allowed(*MANAGERS)
@recordings.answers(Success, example=SUCCESS)
def destroy_recording(given: dict[str, Any]) -> dict[str, str]:
    """Remove a recording and its file for good."""
    pbx_recordings.destroy(current_tenant(), id=given.get("id"), filename=given.get("file_name", ""))
    return SUCCESS


def _files(given: dict[str, Any], page: Page, zone: tzinfo) -> dict[str, Any]:
    return _FILES.reply(given, page, [_file(one, zone) for one in page.rows])


def _file(one: Recorded, zone: tzinfo) -> dict[str, Any]:
    row: dict[str, Any] = {
        "call_id": one.call_id,
        "caller": one.caller,
        "callee": one.callee,
        "filename": one.filename,
        "filepath": filedown.path_to(_link(one)),
        "status": "READED" if one.heard else "UNREAD",
    }
    numbers = {"id": one.id, "session_id": one.session_id, "duration": round(one.duration)}
    if dialects.current() is Dialect.V9:
        return row | numbers | {"start_time": instants.iso(one.started), "end_time": instants.iso(one.ended)}
    moments = {"start_time": one.started, "end_time": one.ended}
    texts = {name: str(number) for name, number in numbers.items()}
    return row | texts | {name: instants.with_zone(moment, zone) for name, moment in moments.items()}


def _link(one: Recorded) -> FileLink:
    owner_id = one.extension_id
    return FileLink(RECORDING, current_tenant(), owner_id, one.id, current_identity().is_extension(owner_id))
