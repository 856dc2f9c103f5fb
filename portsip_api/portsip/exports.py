"""`/api/extensions/export`: all extensions of a tenant as one file, or a link to it.

Source: contract `portsip-more.md`, section 1, row 13; the file itself is ours.
"""

from collections.abc import Iterator
from typing import Any, Final

from flask import Response, request, stream_with_context, url_for

from portsip_api import settings
from portsip_api.framework.blueprint import current_identity
from portsip_api.pbx import trail
from portsip_api.pbx.access import links, tenants
from portsip_api.pbx.errors import Forbidden, Invalid
from portsip_api.pbx.identity import Role
from portsip_api.pbx.import_export import export_files, exporting
from portsip_api.pbx.import_export.file_reading import CSV, JSON
from portsip_api.pbx.values import Choice, Flag, Text
from portsip_api.portsip.core.blueprint import MANAGERS, ResourceBlueprint, current_tenant
from portsip_api.portsip.core.fields import Request, TenantRequest, described
from portsip_api.portsip.core.replies import SUCCESS

exports = ResourceBlueprint(
    "extension exports", __name__, url_prefix="/api/extensions", description="Extensions as a CSV or JSON file"
)

MEDIA_TYPES: Final = {CSV: "text/csv", JSON: "application/json"}
_LINK: Final = {
    "type": "object",
    "description": "Where the request has no `format` and its `Accept` names `application/json`.",
    "properties": {
        "result": {"type": "string"},
        "extensions_file_path_name": {
            "type": "string",
            "description": "Where the file lies on the server, for an hour: in the tenant's folder `export` of "
            "`PBX_UPLOAD_DIR`; empty where there is none.",
        },
        "url": {"type": "string", "description": "A link to the CSV file, good for an hour and no token needed."},
    },
}


class ExportRequest(TenantRequest):
    """What is exported, and how."""

    format = described(Choice((CSV, JSON), CSV), "`csv` when absent.")
    secrets = described(
        Flag(False), "Whether passwords and PINs are in the file; for administrators only, and `false` when absent."
    )


class ExportLink(Request):
    """The link to an export."""

    link = described(Text(512), "From the `url` of `extensions/export`; no token is needed.", required=True)


@exports.route("/export", methods=["POST"])
@exports.arguments(ExportRequest, example={"format": "csv"})
@exports.allowed(*MANAGERS)
@exports.answers(
    {
        "text/csv": {"type": "string"},
        "application/json": {"anyOf": [{"type": "array", "items": {"type": "object"}}, _LINK]},
    },
    errors=("503.1",),
)
def export_extensions(given: dict[str, Any]) -> Any:
    """Download all extensions as a file, or be told where it is.

    The columns of the CSV file are the dotted paths of the values, `profile.first_name` for instance, and
    `belong_groups` with group ids separated by `|`. The JSON file is an array of objects like those of
    `extensions/create`. The file shows one state of the store. Without a `format`, a client whose `Accept` names
    `application/json` is answered a link to the CSV file, and where it lies on the server.
    """
    if "format" not in given and _accepts_json():
        return _told(given)
    format_, secrets = given.get("format", CSV), given.get("secrets", False)
    if secrets and not (current_identity().role is Role.ADMINISTRATOR and settings.current().expose_passwords):
        raise Forbidden(
            "Passwords and PINs are exported for an administrator only, where the server shows them at all."
        )
    return _file(current_tenant(), format_, secrets=secrets)


@exports.route("/export/show")
@exports.arguments(ExportLink)
@exports.allowed(*MANAGERS, open_to_all=True)
@exports.answers({"text/csv": {"type": "string"}})
def show_export(given: dict[str, Any]) -> Response:
    """Download the extensions that a link is to, as they are now (ours).

    A link dies with its account, and when that account's password changes.
    """
    tenant_id = links.read_export(given["link"])
    return _file(trail.within(tenants.require(tenant_id)), CSV, secrets=False)


def download(name: str) -> dict[str, str]:
    """Return the headers of a file that is to be saved under that name."""
    return {"Content-Disposition": f"attachment; filename={name}", "Cache-Control": "no-store"}


def _accepts_json() -> bool:
    return any(media.lower() == MEDIA_TYPES[JSON] and quality > 0 for media, quality in request.accept_mimetypes)


def _told(given: dict[str, Any]) -> dict[str, str]:
    if given.get("secrets", False):
        raise Invalid({"secrets": ["Must be sent with a format: what lies on the server has no passwords and PINs."]})
    tenant_id = current_tenant()
    path = export_files.write(tenant_id)
    link = links.to_export(tenant_id, current_identity())
    url = url_for("extension exports.show_export", link=link)
    return {**SUCCESS, "extensions_file_path_name": path, "url": url}


def _file(tenant_id: int, format_: str, *, secrets: bool) -> Response:
    pieces = exporting.export(tenant_id, format_, secrets=secrets)
    first = next(pieces)  # what fails at the start is still answered with an error
    return Response(
        stream_with_context(_resume(first, pieces)),
        mimetype=MEDIA_TYPES[format_],
        headers=download(f"extensions.{format_}"),
    )


def _resume(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest
