"""How an operation of this face is declared, and the one wrapper that its declaration becomes.

    @groups.route("/update", methods=["POST"])
    @groups.arguments(GroupChange)
    @groups.allowed(Role.ADMINISTRATOR, Role.TENANT)
    @groups.answers(Success, errors=("404.1",))
    def update_group(change): ...

The lower decorators only note what they are told; `route` builds a single function of it, since each generic layer of
argument and response handling costs a hot list a tenth of its throughput.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import orjson
from flask import Response, g, request
from marshmallow import Schema

from portsip_api import settings
from portsip_api.face_api import FaceBlueprint, View
from portsip_api.pbx import tenants, tokens
from portsip_api.pbx.errors import Forbidden
from portsip_api.pbx.identity import Identity, Role
from portsip_api.portsip import revisions, wire
from portsip_api.portsip.errors import CODES
from portsip_api.portsip.fields import TenantRequest

EVERYBODY: Final = (Role.ADMINISTRATOR, Role.TENANT, Role.EXTENSION)
MANAGERS: Final = (Role.ADMINISTRATOR, Role.TENANT)
_SECURITY: Final[list[dict[str, list[str]]]] = [{"token_in_query": []}, {"token_in_header": []}, {"bearer": []}]

_IF_NONE_MATCH: Final = {
    "in": "header",
    "name": "If-None-Match",
    "schema": {"type": "string"},
    "description": "The `ETag` of an earlier reply; answered 304, without a body, when this one would be the same.",
}
_ETAG: Final = {"schema": {"type": "string"}, "description": "Changes when the content of this reply does."}


@dataclass
class Declaration:
    """What the decorators of a view have said."""

    arguments: type[Schema] | None = None
    example: Mapping[str, Any] | None = None
    multipart: bool = False
    upload: type[Schema] | None = None
    roles: tuple[Role, ...] | None = None
    open_to_all: bool = False
    reply: type[Schema] | Mapping[str, Any] | None = None
    reply_example: Mapping[str, Any] | None = None
    errors: tuple[str, ...] = ()
    until_changed: bool = False
    largest: Callable[[], int] = field(default=lambda: settings.current().max_body)


class ResourceBlueprint(FaceBlueprint):
    """A blueprint whose views declare who may call them."""

    def arguments(
        self,
        schema: type[Schema],
        *,
        example: Mapping[str, Any] | None = None,
        multipart: bool = False,
        upload: type[Schema] | None = None,
        largest: Callable[[], int] | None = None,
    ) -> Callable[[View], View]:
        """Declare the schema that reads the request; with `multipart` it comes as a form with a file.

        `upload` documents such a form beside the JSON body, where the request may come as either.
        """

        def note(view: View) -> View:
            declared = _declaration(view)
            declared.arguments, declared.example = schema, example
            declared.multipart, declared.upload = multipart, upload
            if largest is not None:
                declared.largest = largest
            return view

        return note

    def allowed(self, *roles: Role, open_to_all: bool = False) -> Callable[[View], View]:
        """Declare the roles that may call it; `open_to_all` also lets in who has no token at all."""

        def note(view: View) -> View:
            declared = _declaration(view)
            declared.roles, declared.open_to_all = roles, open_to_all
            return view

        return note

    def answers(
        self,
        schema: type[Schema] | Mapping[str, Any],
        *,
        example: Mapping[str, Any] | None = None,
        errors: Sequence[str] = (),
        until_changed: bool = False,
    ) -> Callable[[View], View]:
        """Declare the reply: a schema, or a mapping of media types to schemas; and the err_codes of its own.

        `until_changed` says that it depends on nothing but the request's fields and the tenant's extensions as lists
        show them, not even on who asks: then it is kept until they change, and has an `ETag`.
        """

        def note(view: View) -> View:
            declared = _declaration(view)
            declared.reply, declared.reply_example, declared.errors = schema, example, tuple(errors)
            declared.until_changed = until_changed
            return view

        return note

    def route(
        self, rule: str, *, methods: Sequence[str] = ("GET",), aliases: Sequence[str] = ()
    ) -> Callable[[View], View]:
        """Register the view under `rule` and its `aliases`, a documented operation for each method."""

        def register(view: View) -> View:
            declared = _declaration(view)
            if declared.roles is None:
                raise TypeError(f"{view.__name__} does not declare who may call it")
            self.add_views(
                view,
                (rule, *aliases),
                methods,
                lambda: _serve(view, declared),
                lambda name, method, _: _document(name, declared, method),
            )
            return view

        return register


def current_identity() -> Identity:
    """Return who asks."""
    identity: Identity = g.identity
    return identity


def current_tenant() -> int:
    """Return the id of the tenant that this request acts in. Raises NotFound when an administrator names none."""
    identity = current_identity()
    if identity.tenant_id is not None:
        return identity.tenant_id
    named = g.values.get("tenant_id")
    return tenants.DEFAULT_TENANT_ID if named is None else tenants.require(named)


def current_revision() -> int:
    """Return the revision of the tenant's extensions that this request found, in an operation with `until_changed`."""
    revision: int = g.revision
    return revision


def _declaration(view: View) -> Declaration:
    if not hasattr(view, "_declaration"):
        view._declaration = Declaration()  # type: ignore[attr-defined]  # noqa: SLF001
    declared: Declaration = view._declaration  # type: ignore[attr-defined]  # noqa: SLF001
    return declared


def _serve(view: View, declared: Declaration) -> View:
    schema = declared.arguments() if declared.arguments else None
    roles = declared.roles or ()

    def served() -> Response:
        request.max_content_length = declared.largest()
        g.fields = wire.read_fields()
        if roles:
            _authenticate(roles, open_to_all=declared.open_to_all)
        if declared.until_changed and schema is not None:
            return revisions.answer(_early_tenant(schema), schema, view)
        g.values = schema.load(g.fields) if schema is not None else {}
        result = view(g.values) if schema is not None else view()
        if isinstance(result, Response):
            return result
        return Response(orjson.dumps(result), content_type="application/json", headers={"Cache-Control": "no-store"})

    served.roles = roles  # type: ignore[attr-defined]
    served.open_to_all = declared.open_to_all  # type: ignore[attr-defined]
    return served


def _early_tenant(schema: Schema) -> int:
    """Return the tenant that a request acts in, and read its fields only when one of them names it. Raises NotFound."""
    if g.identity.tenant_id is not None:
        return current_tenant()
    if "tenant_id" not in g.fields:
        return tenants.DEFAULT_TENANT_ID
    g.values = schema.load(g.fields)
    return current_tenant()


def _authenticate(roles: Sequence[Role], *, open_to_all: bool) -> None:
    token = wire.find_token(g.fields)
    if token is None and open_to_all:
        g.identity = None
        return
    g.token = token or ""
    g.identity = tokens.identify(g.token)
    if g.identity.role not in roles:
        raise Forbidden("Your role may not do this.")


def _document(name: str, declared: Declaration, method: str) -> dict[str, Any]:
    document: dict[str, Any] = {"operationId": name, "responses": _responses(declared, method)}
    document["security"] = (_SECURITY + ([{}] if declared.open_to_all else [])) if declared.roles else []
    if declared.arguments is None:
        return document
    if method == "GET":
        document["parameters"] = [{"in": "query", "schema": declared.arguments}]
        document["parameters"] += [_IF_NONE_MATCH] if declared.until_changed else []
        return document
    media = "multipart/form-data" if declared.multipart else "application/json"
    content: dict[str, Any] = {"schema": declared.arguments}
    if declared.example is not None:
        content["example"] = declared.example
    required = any(field.required for field in declared.arguments().fields.values())
    document["requestBody"] = {"required": required, "content": {media: content}}
    if declared.upload is not None:
        document["requestBody"]["content"]["multipart/form-data"] = {"schema": declared.upload}
    return document


def _responses(declared: Declaration, method: str) -> dict[str, Any]:
    codes = {"400.1", "503.1", *declared.errors}
    if method != "GET":
        codes |= {"400.2", "413.1", "415.1"}
    if declared.roles:
        codes |= {"403.4"}
        codes |= {"403.1"} if set(declared.roles) != set(EVERYBODY) else set()
        if declared.arguments and issubclass(declared.arguments, TenantRequest):
            codes |= {"404.1"}
    by_status: dict[int, list[str]] = {}
    for code in sorted(codes):
        by_status.setdefault(CODES[code][0], []).append(code)
    documented = {"200": _reply(declared)}
    if declared.until_changed:
        documented["200"]["headers"] = {"ETag": _ETAG}
        documented["304"] = {"description": "The reply is still the one with that `ETag`.", "headers": {"ETag": _ETAG}}
    if method == "GET" and declared.arguments is not None:
        page = {"text/html": {"schema": {"type": "string"}}}
        documented["414"] = {
            "description": "The request line is too long: the HTTP server's own page.",
            "content": page,
        }
    return documented | {
        str(status): {
            "description": " ".join(f"`{code}`: {CODES[code][1]}" for code in listed),
            "content": {
                "application/json": {
                    "schema": "Error",
                    "example": {"err_code": listed[0], "msg": CODES[listed[0]][1]},
                }
            },
        }
        for status, listed in by_status.items()
    }


def _reply(declared: Declaration) -> dict[str, Any]:
    if isinstance(declared.reply, Mapping):
        return {"description": "OK", "content": {media: {"schema": schema} for media, schema in declared.reply.items()}}
    content: dict[str, Any] = {"schema": declared.reply}
    if declared.reply_example is not None:
        content["example"] = declared.reply_example
    return {"description": "OK", "content": {"application/json": content}}
