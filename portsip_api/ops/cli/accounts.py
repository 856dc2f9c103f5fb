"""`admin …` and `tenant …`: accounts that administer the PBX or one of its tenants.

A password is typed at a prompt, generated, or read from standard input; it is never an argument, which other users of
the machine could see.
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import click

from portsip_api.ops.cli.group import SentenceGroup
from portsip_api.pbx.access import administrators, tenants
from portsip_api.pbx.errors import NotFound
from portsip_api.pbx.extensions import directory
from portsip_api.store.paging import Slice
from portsip_api.store.search import fold

_ALL = Slice(0, 1 << 31)

admin = SentenceGroup("admin", help="Accounts that administer the whole PBX.")
tenant = SentenceGroup("tenant", help="Tenants: SIP domains with extensions and an account of their own.")


@dataclass(frozen=True)
class _NewPassword:
    """A password for an account, and whether its owner has yet to be told."""

    text: str
    is_generated: bool

    def announce(self, account: str) -> None:
        """Print a generated password, once."""
        if self.is_generated:
            click.echo(f"The password of {account} is shown only now:")
            click.echo(self.text)


def _password_options(command: Callable[..., None]) -> Callable[..., None]:
    command = click.option(
        "--password-stdin", "from_stdin", is_flag=True, help="Read the password from standard input."
    )(command)
    return click.option("--generate", is_flag=True, help="Make a random password and print it once.")(command)


def _new_password(*, generate: bool, from_stdin: bool) -> _NewPassword:
    if generate and from_stdin:
        raise click.UsageError("A password is either generated or read from standard input.")
    if generate:
        return _NewPassword(administrators.generate_password(), is_generated=True)
    if from_stdin:
        try:
            text = sys.stdin.buffer.read().decode()
        except UnicodeDecodeError as error:
            raise click.UsageError("The password must be text in UTF-8.") from error
        return _NewPassword(text.removesuffix("\n").removesuffix("\r"), is_generated=False)
    return _NewPassword(click.prompt("Password", hide_input=True, confirmation_prompt=True), is_generated=False)


@admin.command("create")
@click.argument("name")
@_password_options
def create_administrator(name: str, **how: bool) -> None:
    """Make the administrator NAME."""
    password = _new_password(**how)
    administrators.create(name, password.text)
    click.echo(f"Made the administrator {name}.")
    password.announce(name)


@admin.command("passwd")
@click.argument("name")
@_password_options
def set_administrator_password(name: str, **how: bool) -> None:
    """Change the password of the administrator NAME and end its tokens."""
    administrators.require(name)
    password = _new_password(**how)
    administrators.set_password(name, password.text)
    click.echo(f"Changed the password of the administrator {name}.")
    password.announce(name)


@admin.command("list")
def list_administrators() -> None:
    """List the administrators: id, name, and whether it can log in; separated by tabs."""
    for item in administrators.everybody():
        click.echo(f"{item.id}\t{item.name}\t{_state(item.enabled)}")


@admin.command("disable")
@click.argument("name")
def disable_administrator(name: str) -> None:
    """Keep the administrator NAME out and end its tokens; the last one who can log in stays."""
    administrators.disable(name)
    click.echo(f"Disabled the administrator {name}.")


@admin.command("enable")
@click.argument("name")
def enable_administrator(name: str) -> None:
    """Let the administrator NAME log in again."""
    administrators.enable(name)
    click.echo(f"Enabled the administrator {name}.")


@admin.command("destroy")
@click.argument("name")
@click.option("--yes", is_flag=True, help="Do not ask.")
def destroy_administrator(name: str, *, yes: bool) -> None:
    """Remove the administrator NAME; the last one who can log in stays."""
    if not yes:
        click.confirm(f"Remove the administrator {name} for good?", abort=True)
    administrators.destroy(name)
    click.echo(f"Removed the administrator {name}.")


@tenant.command("list")
def list_tenants() -> None:
    """List the tenants: id, name, domain, number of extensions, and whether it is enabled; separated by tabs."""
    for item in tenants.page(_ALL).rows:
        click.echo(f"{item.id}\t{item.name}\t{item.domain}\t{directory.count(item.id)}\t{_state(item.enabled)}")


@tenant.command("create")
@click.argument("name")
@click.argument("domain")
@_password_options
def create_tenant(name: str, domain: str, **how: bool) -> None:
    """Make the tenant NAME with the SIP domain DOMAIN."""
    password = _new_password(**how)
    tenant_id = tenants.create({"name": name, "domain": domain, "password": password.text})
    click.echo(f"Made the tenant {name} with the id {tenant_id}.")
    password.announce(name)


@tenant.command("update")
@click.argument("name")
@click.option("--name", "new_name", help="Its new name.")
@click.option("--domain", help="Its new SIP domain.")
@click.option("--enable/--disable", "enabled", default=None, help="Whether it and its extensions can log in.")
@click.option("--ask-password", is_flag=True, help="Ask for a new password.")
@_password_options
def update_tenant(name: str, new_name: str | None, domain: str | None, enabled: bool | None, **how: bool) -> None:
    """Change the tenant NAME; what is not named stays as it is."""
    found = _find(name)
    sent: dict[str, Any] = {"name": new_name, "domain": domain, "enabled": enabled}
    fields = {field: value for field, value in sent.items() if value is not None}
    password = None
    if how.pop("ask_password") or any(how.values()):
        password = _new_password(**how)
        fields["password"] = password.text
    if not fields:
        raise click.UsageError("Nothing to change was named.")
    tenants.update(found.id, fields)
    click.echo(f"Changed the tenant {name}.")
    if password is not None:
        password.announce(fields.get("name", found.name))


@tenant.command("destroy")
@click.argument("name")
@click.option("--yes", is_flag=True, help="Do not ask.")
def destroy_tenant(name: str, *, yes: bool) -> None:
    """Remove the tenant NAME with everything in it."""
    found = _find(name)
    if not yes:
        extensions = directory.count(found.id)
        click.confirm(f"Remove the tenant {found.name} and its {extensions} extensions for good?", abort=True)
    tenants.destroy(found.id)
    click.echo(f"Removed the tenant {found.name}.")


def _state(is_enabled: bool) -> str:
    return "enabled" if is_enabled else "disabled"


def _find(name: str) -> tenants.Tenant:
    found: list[tenants.Tenant] = [item for item in tenants.page(_ALL).rows if fold(item.name) == fold(name)]
    if not found:
        raise NotFound("There is no such tenant.")
    return min(found, key=lambda item: item.name != name)
