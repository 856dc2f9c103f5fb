"""What the decorators of a view of this API have said."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from marshmallow import Schema

from portsip_api.framework import declaration
from portsip_api.pbx.identity import Role


@dataclass(frozen=True)
class Declaration(declaration.Declaration):
    """The schemas that read and document a request and its reply, and the roles that may call."""

    access: tuple[Role, ...] | None = None
    open_to_all: bool = False
    arguments: Schema | None = None
    example: Mapping[str, Any] | None = None
    multipart: bool = False
    upload: type[Schema] | None = None
    reply: type[Schema] | Mapping[str, Any] | None = None
    reply_example: Mapping[str, Any] | None = None
    errors: tuple[str, ...] = ()
    until_changed: bool = False
