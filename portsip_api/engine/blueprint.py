"""How the operations of the SIP engine are declared, and how its requests are served."""

import hmac
import ipaddress
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from flask import Response, g, request

from portsip_api import settings
from portsip_api.engine.fields import Fields
from portsip_api.framework import declaration
from portsip_api.framework.blueprint import Operations, View
from portsip_api.framework.confidentiality import came_by_proxy
from portsip_api.pbx.errors import Forbidden, LoginRefused, NotFound
from portsip_api.switch import FREESWITCH
from portsip_api.switch.freeswitch import access
from portsip_api.switch.freeswitch.documents import MEDIA_TYPE

LARGEST: Final = 256 << 10  # bytes; a look-up or a record of a call has some 13,000, more where phones send much

_log = logging.getLogger("pbx.switch")


@dataclass(frozen=True, kw_only=True)
class Declaration(declaration.Declaration):
    """What the decorators of a view have said: whether it takes its body as it came, and not as a form."""

    access: str = "the SIP engine"
    is_whole: bool = False

    @property
    def reads_forms(self) -> bool:
        """Tell that no form is: the fields of one are read when they are asked for."""
        return False


@dataclass(frozen=True)
class Engine:
    """Who asks, as the log tells it."""

    role: str = "engine"
    account_id: int | None = None
    tenant_id: int | None = None
    name: str = FREESWITCH


_ENGINE: Final = Engine()


class EngineOperations(Operations[Declaration]):
    """Operations that the SIP engine calls, from where the settings let it, with a secret of its own."""

    def __init__(self, name: str, module: str) -> None:
        """Nothing here takes more than a look-up."""
        super().__init__(name, module, blank=Declaration(largest=lambda: LARGEST, unknown=0))

    def identify(self, declared: Declaration) -> None:  # noqa: ARG002
        """Let the engine in. Raises NotFound, Forbidden, LoginRefused and SwitchUnavailable."""
        if settings.current().switch != FREESWITCH:
            raise NotFound("This server has no such engine.")
        if came_by_proxy() or not _is_near(request.remote_addr or ""):
            _log.warning("Somebody who is not the SIP engine asks as if it were.")
            raise Forbidden("Only the SIP engine may ask this.")
        if not hmac.compare_digest(_given(), access.secret().encode()):
            _log.warning("The SIP engine asks with a wrong secret: write its configuration again.")
            raise LoginRefused("Log in with the secret of the SIP engine.")
        g.identity = _ENGINE

    def takes_whole(self) -> Callable[[View], View]:
        """Declare that a view takes its body as it came."""
        return self.note(is_whole=True)

    def answer(self, declared: Declaration, view: Any, named: dict[str, Any]) -> Response:  # noqa: ARG002
        """Return the document."""
        content = request.get_data(cache=True)
        given = content if declared.is_whole else Fields(content)
        return Response(view(given), content_type=MEDIA_TYPE, headers={"Cache-Control": "no-store"})

    def operation(self, declared: Declaration, name: str, method: str, path: str) -> dict[str, Any]:  # noqa: ARG002
        """Return nothing: what the engine asks is in no document."""
        return {}


def _is_near(address: str) -> bool:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    parsed = getattr(parsed, "ipv4_mapped", None) or parsed
    return any(parsed in network for network in settings.current().switch_networks)


def _given() -> bytes:
    try:
        given = request.authorization
    except ValueError:  # what Werkzeug makes of a Basic that is not ASCII
        return b""
    return (given.password or "").encode() if given is not None and given.type == "basic" else b""
