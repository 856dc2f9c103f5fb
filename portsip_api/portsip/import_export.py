"""`/api/extensions/import`: extensions from a file.

Source: contract `portsip-more.md`, section 1, row 14; the rest is ours.
"""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import PurePath
from typing import Any, Final

import orjson
from flask import Response, g, request
from marshmallow import Schema
from marshmallow import fields as ma
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import UnsupportedMediaType

from portsip_api import settings
from portsip_api.framework.blueprint import current_identity
from portsip_api.framework.turns import Turns
from portsip_api.pbx import trail
from portsip_api.pbx.access import tenants
from portsip_api.pbx.errors import Forbidden, Invalid, NotFound, TooLarge
from portsip_api.pbx.import_export import describing, file_reading, importing
from portsip_api.pbx.import_export.file_reading import CSV, JSON, Reading, Row
from portsip_api.pbx.import_export.report import MOST_LISTED, Problem, Report
from portsip_api.pbx.media import uploads
from portsip_api.pbx.values import Choice, Flag, Text
from portsip_api.portsip.core.blueprint import MANAGERS, ResourceBlueprint, current_tenant
from portsip_api.portsip.core.fields import Request, Ruled, TenantRequest, described
from portsip_api.portsip.exports import MEDIA_TYPES, download

extension_files = ResourceBlueprint(
    "extension files", __name__, url_prefix="/api/extensions", description="Extensions as a CSV or JSON file"
)

_FORMATS: Final = {"text/csv": CSV, "text/tab-separated-values": CSV, "application/json": JSON}
# Labels that many clients give to any file; the content decides then.
_VAGUE_LABELS: Final = {"", "application/octet-stream", "text/plain", "application/vnd.ms-excel"}
_HEAD: Final = 4096  # bytes
_VALUES_OF_A_ROW: Final = 100
_DIGITS: Final = 19  # of an id
IMPORTS: Final = Turns("imports")


class ImportRequest(TenantRequest):
    """A file of extensions, and what is done with it."""

    extensions_file_name = described(
        Text(255, 1),
        "In place of `file`, the name of one that lies in the tenant's folder `import` of the server's "
        "`PBX_UPLOAD_DIR`; a name has no separator.",
    )
    tenantid = described(
        Text(64, 1), "The tenant's name or id, beside `extensions_file_name`; another than the own for administrators."
    )

    file = ma.Raw(
        metadata={"type": "string", "format": "binary", "description": "CSV or JSON; the part may have any name."}
    )
    format = described(Choice((CSV, JSON), CSV), "What the file is; when absent its name, label or content decides.")
    mode = described(
        Choice(("create", "upsert"), "create"),
        "`create` (when absent): every row is a new extension; `upsert`: a row with the number of an extension changes "
        "it, and what the row does not have stays as it is.",
    )
    dry_run = described(Flag(False), "Check everything and report what would happen, but write nothing.")
    is_partial = Ruled(  # `partial` means something else to marshmallow
        Flag(False),
        data_key="partial",
        metadata={"description": "Write the rows that are right even when others fail."},
    )


class RowProblem(Schema):
    """Something wrong with a row."""

    row = ma.Integer(
        required=True,
        metadata={
            "description": "As a spreadsheet counts: the header of a CSV file is 1. In JSON the first extension is 1. "
            "0 stands for the file as a whole."
        },
    )
    extension_number = ma.String(required=True, allow_none=True)
    field = ma.String(required=True, metadata={"description": "Dotted path; `row` for the row as a whole."})
    reason = ma.String(required=True)


class ImportReport(Schema):
    """What an import did, or in a dry run would do."""

    created = ma.Integer(required=True)
    updated = ma.Integer(required=True)
    failed = ma.Integer(required=True, metadata={"description": "Rows with errors."})
    dry_run = ma.Boolean(required=True)
    errors = ma.List(ma.Nested(RowProblem), required=True, metadata={"description": f"The first {MOST_LISTED}."})
    warnings = ma.List(ma.Nested(RowProblem), required=True, metadata={"description": f"The first {MOST_LISTED}."})
    more_errors = ma.Integer(required=True, metadata={"description": "How many errors are not listed."})
    more_warnings = ma.Integer(required=True, metadata={"description": "How many warnings are not listed."})


_IMPORT_EXAMPLE: Final = {
    "file": "extension_number,password,web_access_password,profile.first_name\r\n1000,123456,123456,Ada\r\n",
    "mode": "create",
    "dry_run": True,
}
_REPORT_EXAMPLE: Final = {
    "created": 2,
    "updated": 0,
    "failed": 0,
    "dry_run": False,
    "errors": [],
    "warnings": [
        {
            "row": 2,
            "extension_number": "1001",
            "field": "forward_rules.available.busy_action_value",
            "reason": "Must name an extension of this tenant.",
        }
    ],
    "more_errors": 0,
    "more_warnings": 0,
}


def _most_values() -> int:
    return _VALUES_OF_A_ROW * settings.current().import_rows


@extension_files.route("/import/template")
@extension_files.arguments(Request)
@extension_files.allowed(*MANAGERS)
@extension_files.answers({"text/csv": {"type": "string"}})
def import_template(_: dict[str, Any]) -> Response:
    """Download a file to fill in for `extensions/import`, as CSV (ours).

    Rows above the titles explain it; they begin with `#`, and an import passes them over.
    """
    return Response(describing.template(), mimetype="text/csv", headers=download("template.csv"))


@extension_files.route("/import", methods=["POST"])
@extension_files.arguments(ImportRequest, example=_IMPORT_EXAMPLE, multipart=True)
@extension_files.limits(largest=lambda: settings.current().max_import, values=_most_values, turns=IMPORTS)
@extension_files.allowed(*MANAGERS)
@extension_files.answers(ImportReport, example=_REPORT_EXAMPLE, errors=("404.3", "409.1"))
def import_extensions(given: dict[str, Any]) -> Any:
    """Create or change extensions from a file (ours).

    The file is one that `extensions/export` wrote, or one like it: CSV with a header, as spreadsheets save it
    (separated by `,`, `;` or tabs, in UTF-8, UTF-16 or Windows-1252, also behind a line `sep=;`), or JSON. A column may
    also be titled by the last part of its path where no other has it (`first_name`), or as other systems title it;
    case, blanks and underscores do not matter. Unknown columns are ignored with a warning, and a warning says how the
    file was read, unless it was in UTF-8 with commas. Numbers that a spreadsheet has changed (`4.9E+11`, `1010.0`,
    `="0012"`) fail. `belong_groups` takes ids and names of groups, in JSON also objects,
    as `extensions/create` does; values in JSON may be texts as they may be there. A blank cell empties a
    text; for passwords, PINs, numbers, times, choices and flags it means that nothing was sent. In place of a file the
    request may be a JSON object with an array `extensions`, or with the name of a file that lies on the server,
    `extensions_file_name`, and `mode`, `dry_run` and `partial` beside it.

    Everything happens in one transaction. When a row fails, nothing is changed and the answer is an error with `errors`
    by row and field, and with the `report` beside them; with `partial` only the failing rows are left out. Targets of
    forward rules that do not exist are kept, with a warning.

    A file has at most `PBX_IMPORT_ROWS` rows (5,000), and as JSON a hundred times as many values; the command line
    (`pbx import`) takes any number. A worker carries out one import at a time, and one more waits; others are answered
    503.1.
    """
    if "extensions_file_name" in given:
        report = _from_folder(_tenant(given), given)
    else:
        report = _apply(current_tenant(), _reading(given), given)
    shown = _shown(report)
    if not report.is_refused:
        return shown
    body = {
        "err_code": "400.1",
        "msg": f"Rows that failed: {report.errors.rows}; nothing was changed.",
        "errors": _by_field(report.errors.listed),
        "report": shown,
    }
    return Response(orjson.dumps(body), 400, {"Cache-Control": "no-store"}, content_type="application/json")


def _apply(tenant_id: int, reading: Reading, given: Mapping[str, Any]) -> Report:
    few = Reading(_few(reading.rows), reading.warnings)
    plan = importing.prepare(tenant_id, few, upsert=given.get("mode") == "upsert")
    return importing.apply(plan, partial=given.get("is_partial", False), dry_run=given.get("dry_run", False))


def _from_folder(tenant_id: int, given: Mapping[str, Any]) -> Report:
    """Import the file of that name. Raises FileNotThere, TooLarge and whatever an import raises."""
    name, most = given["extensions_file_name"], settings.current().max_import
    with uploads.opened(tenant_id, uploads.IMPORT, name) as file:
        if os.fstat(file.fileno()).st_size > most:
            raise TooLarge(f"The file must have at most {most} bytes.")
        format_ = given.get("format") or _format(FileStorage(file, filename=name))
        return _apply(tenant_id, file_reading.read(file, format_, _most_values()), given)


def _tenant(given: Mapping[str, Any]) -> int:
    """Return the tenant that `tenantid` names, else the one that the request acts in. Raises NotFound and Forbidden."""
    named = given.get("tenantid")
    if named is None:
        return current_tenant()
    own = current_identity().tenant_id
    try:
        found = tenants.require(int(named)) if named.isdecimal() and len(named) < _DIGITS else tenants.find_id(named)
    except NotFound:
        if own is None:
            raise
        found = None
    if found is None or own not in {None, found}:
        raise Forbidden("A tenant may do this for itself only.")
    return trail.within(found)


def _reading(given: Mapping[str, Any]) -> Reading:
    """Return the rows of the one file of the request, or of its JSON body."""
    files = list(request.files.values())
    if len(files) > 1:
        raise Invalid({"file": ["Must be one file."]})
    if files:
        format_ = given.get("format") or _format(files[0])
        return file_reading.read(files[0].stream, format_, _most_values())
    if "extensions" in g.fields:
        return file_reading.read_objects(g.fields["extensions"])
    raise Invalid({"file": ["Missing."]})


def _few(rows: Iterable[Row]) -> Iterator[Row]:
    """Yield the rows. Raises Invalid when they are more than an import over HTTP may have."""
    most = settings.current().import_rows
    for count, row in enumerate(rows, 1):
        if count > most:
            raise Invalid({"file": [f"Must have at most {most} rows; `pbx import` on the server takes any number."]})
        yield row


def _format(file: FileStorage) -> str:
    """Decide what a file is: by its name, then by its label, and by its content where both say nothing."""
    named = PurePath(file.filename or "").suffix.lower().removeprefix(".")
    if named in MEDIA_TYPES:
        return named
    if file.mimetype not in _VAGUE_LABELS:
        found = _FORMATS.get(file.mimetype)
    else:
        found = file_reading.guess_format(file.stream.read(_HEAD))
        file.stream.seek(0)
    if found is None:
        raise UnsupportedMediaType("The file must be CSV or JSON.")
    return found


def _shown(report: Report) -> dict[str, Any]:
    return {
        "created": report.created,
        "updated": report.updated,
        "failed": report.errors.rows,
        "dry_run": report.dry_run,
        "errors": report.errors.listed,
        "warnings": report.warnings.listed,
        "more_errors": report.errors.more,
        "more_warnings": report.warnings.more,
    }


def _by_field(errors: Sequence[Problem]) -> dict[str, list[str]]:
    by_field: dict[str, list[str]] = {}
    for error in errors:
        by_field.setdefault(f"row {error.row}.{error.field}", []).append(error.reason)
    return by_field
