"""`import` and `export`: all extensions of a tenant as one file."""

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import click

from portsip_api.ops.cli import secrets_file
from portsip_api.ops.cli.group import StoreCommand
from portsip_api.ops.cli.overwriting import confirm, yes_option
from portsip_api.pbx.access import tenants
from portsip_api.pbx.errors import Invalid, NotFound
from portsip_api.pbx.extensions import directory
from portsip_api.pbx.import_export import describing, exporting, file_reading, importing
from portsip_api.pbx.import_export.file_reading import CSV, JSON, Reading, Row
from portsip_api.pbx.import_export.generating import Generated
from portsip_api.pbx.import_export.report import Findings, Report
from portsip_api.store import database
from portsip_api.store.files import create, sync_folder

_FILE = click.Path(dir_okay=False, path_type=Path)
_HEAD = 4096  # bytes
_EVERY = 1_000  # rows
_MOST_PRINTED = 50


def tenant_option(command: Callable[..., None]) -> Callable[..., None]:
    """Add `--tenant` to a command, for `tenant_id_of`."""
    return click.option("--tenant", metavar="DOMAIN", help="SIP domain of the tenant; else the default tenant.")(
        command
    )


def _format_option(command: Callable[..., None]) -> Callable[..., None]:
    return click.option(
        "--format", "format_", type=click.Choice([CSV, JSON]), help="What the file is; else its name decides."
    )(command)


def tenant_id_of(domain: str | None) -> int:
    """Return the tenant with that SIP domain, or the default one. Raises NotFound."""
    found = tenants.DEFAULT_TENANT_ID if domain is None else tenants.id_of_domain(domain)
    if found is None:
        raise NotFound("There is no tenant with this domain.")
    return found


def bar(label: str, length: int) -> Any:
    """Return a progress bar on standard error, hidden where that is no terminal."""
    return click.progressbar(length=length, label=label, file=sys.stderr, hidden=not sys.stderr.isatty())


def _print_template(context: click.Context, _: click.Parameter, is_wanted: bool) -> None:
    if is_wanted:
        click.echo(describing.template(), nl=False)
        context.exit()


@click.command("import", cls=StoreCommand)
@click.argument("file", type=_FILE)
@tenant_option
@_format_option
@click.option(
    "--template",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_template,
    help="Print a file to fill in, which explains itself, and end.",
)
@click.option(
    "--generate-passwords",
    "secrets_option",
    is_flag=False,
    flag_value=secrets_file.BESIDE,
    metavar="[SECRETS]",
    help="Give new extensions the passwords that their rows lack, and write these to SECRETS, else beside FILE (behind "
    "which the option then stands), for its owner only. They are told this once.",
)
@click.option(
    "--mode",
    type=click.Choice(["create", "upsert"]),
    default="create",
    show_default=True,
    help="Whether every row is a new extension, or one with the number of an extension changes that.",
)
@click.option("--dry-run", is_flag=True, help="Say what would happen, but write nothing.")
@click.option("--partial", is_flag=True, help="Write the rows that are right even when others fail.")
@click.option(
    "--batch",
    type=click.IntRange(1),
    metavar="N",
    help="Commit after each N rows, so that a running server writes in between; 1000 take less than a second. It is "
    "then no longer all rows or none: what others write meanwhile, and a row collides with, ends the import behind the "
    "batches that are written.",
)
def import_extensions(
    file: Path, tenant: str | None, format_: str | None, secrets_option: str | None, mode: str, **how: Any
) -> None:
    """Create or change extensions from FILE, CSV or JSON, in one transaction unless --batch says otherwise.

    CSV is read as spreadsheets save it; --template shows what may stand in it. All rows are checked before the first
    one is written, and are in memory at once. A running server answers the calls that write with 503 while a large file
    is being written.
    """
    tenant_id = tenant_id_of(tenant)
    generated = Generated()
    complete = generated.fill if secrets_option is not None else importing.as_it_is
    database.expect_many_writes()
    with file.open("rb") as opened, bar("Checking", file.stat().st_size) as progress:
        reading = file_reading.read(opened, format_ or _format_of(file, opened))
        watched = Reading(_watched(reading.rows, opened, progress), reading.warnings)
        plan = importing.prepare(tenant_id, watched, upsert=mode == "upsert", complete=complete)
    path = None if how["dry_run"] else secrets_file.place(secrets_option, file)
    with secrets_file.telling(path, generated) as settle:
        with bar("Writing", len(plan.candidates)) as progress:
            report = importing.apply(plan, advance=progress.update, **how)
        settle(report.new_numbers)
    _print(report)


@click.command("export", cls=StoreCommand)
@click.argument("file", type=_FILE)
@tenant_option
@_format_option
@click.option("--secrets", is_flag=True, help="With passwords and PINs; the file is then readable by its owner only.")
@yes_option
def export_extensions(file: Path, tenant: str | None, format_: str | None, *, secrets: bool, yes: bool) -> None:
    """Write all extensions to FILE, while the server runs."""
    tenant_id = tenant_id_of(tenant)
    confirm(file, "the file", yes=yes)
    pieces = exporting.export(tenant_id, format_ or _format_named(file) or CSV, secrets=secrets)
    with (
        _replacing(file, 0o600 if secrets else 0o666) as opened,
        bar("Writing", directory.count(tenant_id)) as progress,
    ):
        for piece in pieces:
            opened.write(piece)
            progress.update(exporting.BATCH)
    click.echo(f"Wrote {file}.")


def _format_named(file: Path) -> str | None:
    suffix = file.suffix.lower().removeprefix(".")
    return suffix if suffix in {CSV, JSON} else None


def _format_of(file: Path, opened: IO[bytes]) -> str:
    found = _format_named(file) or file_reading.guess_format(opened.read(_HEAD))
    opened.seek(0)
    if found is None:
        raise Invalid({"file": ["Must be CSV or JSON."]})
    return found


def _watched(rows: Iterable[Row], opened: IO[bytes], progress: Any) -> Iterator[Row]:
    for row in rows:
        if row.number % _EVERY == 0:
            progress.update(opened.tell() - progress.pos)
        yield row


def _print(report: Report) -> None:
    """Print the outcome. Raises ClickException when rows failed."""
    _list("warning", report.warnings)
    _list("error", report.errors)
    if report.is_refused:
        raise click.ClickException(f"Rows that failed: {report.errors.rows}; nothing was changed.")
    done = "Would be created" if report.dry_run else "Created"
    click.echo(f"{done}: {report.created}; updated: {report.updated}.")
    if report.unwritten:
        raise click.ClickException(
            f"Rows that failed: {report.errors.rows}, on what others wrote since the import began; not written for "
            f"that: {report.unwritten}. Mend the file and import it again with --mode upsert."
        )
    if report.errors.rows:
        raise click.ClickException(f"Rows that failed: {report.errors.rows}.")


def _list(kind: str, findings: Findings) -> None:
    for problem in findings.listed[:_MOST_PRINTED]:
        number = f" ({problem.extension_number})" if problem.extension_number else ""
        click.echo(f"{kind}: row {problem.row}{number}: {problem.field}: {problem.reason}", err=True)
    if findings.total > _MOST_PRINTED:
        click.echo(f"{kind}: {findings.total - _MOST_PRINTED} more", err=True)


@contextmanager
def _replacing(path: Path, mode: int) -> Iterator[IO[bytes]]:
    """Open a new file under a temporary name that becomes `path` when the body has succeeded."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    temporary.unlink(missing_ok=True)
    try:
        with os.fdopen(create(temporary, mode, path), "wb") as opened:
            yield opened
            opened.flush()
            os.fsync(opened.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    sync_folder(path.parent)
