"""How an operation of this API is declared, and the one wrapper that its declaration becomes.

    @groups.route("/update", methods=["POST"])
    @groups.arguments(GroupChange)
    @groups.allowed(Role.ADMINISTRATOR, Role.TENANT)
    @groups.answers(Success, errors=("404.1",))
    def update_group(change): ...

The lower decorators only note what they are told; `route` builds a single function of it, since each generic layer of
argument and response handling costs a hot list a tenth of its throughput.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson
from flask import Response, g, request
from marshmallow import Schema

from portsip_api import settings
from portsip_api.framework.blueprint import DocumentedBlueprint, View
from portsip_api.pbx import json_values
from portsip_api.pbx.access import tenants, tokens
from portsip_api.pbx.errors import Forbidden
from portsip_api.pbx.identity import Identity, Role
from portsip_api.portsip.core import bodies, documentation, revisions, wire
from portsip_api.portsip.core.turns import Turns

EVERYBODY: Final = (Role.ADMINISTRATOR, Role.TENANT, Role.EXTENSION)
MANAGERS: Final = (Role.ADMINISTRATOR, Role.TENANT)


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
    largest: Callable[[], int] = staticmethod(lambda: settings.current().max_body)
    values: Callable[[], int] = staticmethod(lambda: json_values.MOST)
    unknown: int = bodies.MOST
    turns: Turns | None = None


class ResourceBlueprint(DocumentedBlueprint):
    """A blueprint whose views declare who may call them."""

    def arguments(
        self,
        schema: type[Schema],
        *,
        example: Mapping[str, Any] | None = None,
        multipart: bool = False,
        upload: type[Schema] | None = None,
    ) -> Callable[[View], View]:
        """Declare the schema that reads the request; with `multipart` it comes as a form with a file.

        `upload` documents such a form beside the JSON body, where the request may come as either.
        """

        def note(view: View) -> View:
            declared = _declaration(view)
            declared.arguments, declared.example = schema, example
            declared.multipart, declared.upload = multipart, upload
            return view

        return note

    def limits(
        self,
        *,
        largest: Callable[[], int] = Declaration.largest,
        values: Callable[[], int] = Declaration.values,
        unknown: int = Declaration.unknown,
        turns: Turns | None = None,
    ) -> Callable[[View], View]:
        """Declare what a body is held to where that is not what others are: its bytes, the values of its JSON, and the
        bytes that are read before a token is known.

        With `turns` one request at a time is carried out in each process, from parsing its body to its end.
        """

        def note(view: View) -> View:
            declared = _declaration(view)
            declared.largest, declared.values, declared.unknown, declared.turns = largest, values, unknown, turns
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
                lambda name, method, _: documentation.operation(name, declared, method),
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
        g.fields, g.identity = wire.query_fields(), None
        if roles and (token := wire.find_token(g.fields)) is not None:
            _authenticate(token, roles)
        has_body = wire.has_body()
        if has_body:
            _take_body(declared)
        _take_turn(declared)
        if has_body:
            g.fields |= wire.body_fields(declared.values())
        if roles and (has_body or g.identity is None):
            _authenticate_whole(declared)
            _take_turn(declared)
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


def _take_body(declared: Declaration) -> None:
    """Read the body: all of it for whoever is known or makes himself known, little for others."""
    wire.require_plain()
    if g.identity is not None:
        wire.read_body()
    elif not declared.roles:  # for a log-in that is plenty
        request.max_content_length = min(bodies.MOST, request.max_content_length or 0)
        wire.read_body()
    elif request.mimetype != wire.FORM:
        bodies.read_unknown(declared.unknown)
    elif (token := bodies.find_form_token()) is not None or not declared.open_to_all:
        _authenticate(token or "", declared.roles)
        wire.read_body()
    else:
        bodies.read_unknown(bodies.MOST)


def _take_turn(declared: Declaration) -> None:
    """Wait until it is the turn of this request, if it needs one, has none, and who asks is known."""
    if declared.turns is not None and g.identity is not None and "turns" not in g:
        declared.turns.take()


def _authenticate_whole(declared: Declaration) -> None:
    """Find out who asks once all fields are there, unless that is known; a second token beside the first is refused."""
    token = wire.find_token(g.fields)
    if g.identity is None and not (token is None and declared.open_to_all):
        _authenticate(token or "", declared.roles or ())


def _early_tenant(schema: Schema) -> int:
    """Return the tenant that a request acts in, and read its fields only when one of them names it. Raises NotFound."""
    if g.identity.tenant_id is not None:
        return current_tenant()
    if "tenant_id" not in g.fields:
        return tenants.DEFAULT_TENANT_ID
    g.values = schema.load(g.fields)
    return current_tenant()


def _authenticate(token: str, roles: Sequence[Role]) -> None:
    g.token = token
    g.identity = tokens.identify(token)
    if g.identity.role not in roles:
        raise Forbidden("Your role may not do this.")
