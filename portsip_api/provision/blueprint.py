"""How the operations of phones are declared, and how their requests are served."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any

from flask import Response, g, request
from werkzeug.datastructures import Authorization

from portsip_api import settings
from portsip_api.framework import declaration
from portsip_api.framework.blueprint import Operations, View
from portsip_api.framework.confidentiality import is_confidential
from portsip_api.pbx.devices import credentials
from portsip_api.pbx.devices.credentials import FetchingPhone
from portsip_api.pbx.errors import Forbidden, LoginRefused


class Access(Enum):
    """With what a phone says who it is."""

    URL = "the `secret` in its path"
    PASSWORD = "HTTP Basic"


@dataclass(frozen=True, kw_only=True)
class Declaration(declaration.Declaration):
    """What the decorators of a view have said."""

    access: Access | None = None


class PhoneOperations(Operations[Declaration]):
    """Operations that phones call, over a way on which nobody reads along."""

    def __init__(self, name: str, module: str, description: str) -> None:
        """Name the group in the documentation."""
        # Nothing here has a body: none is read.
        blank = Declaration(largest=lambda: 0, unknown=0)
        super().__init__(name, module, description=description, blank=blank)

    def allowed(self, access: Access) -> Callable[[View], View]:
        """Declare how a phone says who it is."""
        return self.note(access=access)

    def identify(self, declared: Declaration) -> None:
        """Find the phone. Raises Forbidden, NotFound, LoginRefused and TooManyFailures."""
        if not (is_confidential() or settings.current().provision_plain):
            raise Forbidden("Files of phones hold passwords: they are given over TLS only.")
        address = request.remote_addr or ""
        if declared.access is Access.URL:
            g.identity = credentials.by_secret((request.view_args or {})["secret"], address)
            return
        given = _given()
        if given is None or given.type != "basic" or not (given.username or given.password):
            raise LoginRefused("Log in with the phone's MAC address and its provisioning password.")
        # A MAC address may be written with colons, of which a provisioning password has none.
        serial, _, password = f"{given.username or ''}:{given.password or ''}".rpartition(":")
        g.identity = credentials.by_password(serial, password, address)

    def answer(self, declared: Declaration, view: View, named: dict[str, Any]) -> Response:  # noqa: ARG002
        """Return the file."""
        response: Response = view(named["name"])
        response.headers["Cache-Control"] = "no-store"
        return response

    def operation(self, declared: Declaration, name: str, method: str, path: str) -> dict[str, Any]:  # noqa: ARG002
        """Return the OpenAPI operation called `name`."""
        texts = {"200": "The file", "403": "Only over TLS.", "404": "There is no such file.", "503": "Try again later."}
        texts["429"] = "Too many have failed; `Retry-After` says when to try again."
        if declared.access is Access.PASSWORD:
            texts["401"] = "There is no such phone, or this is not its password."
        content = {"text/plain": {"schema": {"type": "string"}}}
        return {
            "operationId": name,
            "security": [{"basic": []}] if declared.access is Access.PASSWORD else [],
            "responses": {status: {"description": text, "content": content} for status, text in sorted(texts.items())},
        }


def current_phone() -> FetchingPhone:
    """Return the phone that asks."""
    phone: FetchingPhone = g.identity
    return phone


def _given() -> Authorization | None:
    try:
        return request.authorization
    except ValueError:  # what Werkzeug makes of a Basic that is not ASCII
        return None
