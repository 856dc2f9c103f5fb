"""The decorators with which this API's views declare themselves, and how their requests are served."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import orjson
from flask import Response, g, request
from marshmallow import Schema

from portsip_api.framework.blueprint import Operations, View, current_identity
from portsip_api.framework.bodies import FORM, MOST_UNKNOWN
from portsip_api.pbx import trail
from portsip_api.pbx.access import tenants, tokens
from portsip_api.pbx.errors import Forbidden
from portsip_api.pbx.identity import Role
from portsip_api.portsip.core import bodies, documentation, revisions, wire
from portsip_api.portsip.core.declaration import Declaration

EVERYBODY: Final = (Role.ADMINISTRATOR, Role.TENANT, Role.EXTENSION)
MANAGERS: Final = (Role.ADMINISTRATOR, Role.TENANT)


class ResourceBlueprint(Operations[Declaration]):
    """The operations of a resource."""

    def __init__(self, *args: Any, **options: Any) -> None:
        """Take what a flask-smorest blueprint takes."""
        super().__init__(*args, blank=Declaration(), **options)

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
        return self.note(arguments=schema(), example=example, multipart=multipart, upload=upload)

    def allowed(self, *roles: Role, open_to_all: bool = False) -> Callable[[View], View]:
        """Declare the roles that may call it; `open_to_all` also lets in who has no token at all."""
        return self.note(access=roles, open_to_all=open_to_all)

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
        return self.note(reply=schema, reply_example=example, errors=tuple(errors), until_changed=until_changed)

    def identify(self, declared: Declaration) -> None:
        """Judge the token of the header or the query."""
        g.fields = fields = wire.query_fields()
        if declared.access and (token := wire.find_token(fields)) is not None:
            _authenticate(token, declared.access)

    def take_body(self, declared: Declaration) -> None:
        """Read the body; of one that may hold the token itself, little is read to find it."""
        if g.identity is None and declared.access:
            if request.mimetype != FORM:
                bodies.read_unknown(declared.unknown)
                return
            token = bodies.find_form_token()
            if token is None and declared.open_to_all:
                bodies.read_unknown(MOST_UNKNOWN)
                return
            _authenticate(token or "", declared.access)
        super().take_body(declared)

    def identify_whole(self, declared: Declaration) -> None:
        """Judge the token once all fields are there, unless that was done; a second one beside the first is refused."""
        query = g.fields
        body = wire.body_fields(declared.values())
        g.fields = query | body
        if declared.access:
            token = wire.find_token(query, body)
            if g.identity is None and not (token is None and declared.open_to_all):
                _authenticate(token or "", declared.access)

    def answer(self, declared: Declaration, view: View, _: dict[str, Any]) -> Response:
        """Return the view's reply to the values of the request, or the one that is kept."""
        schema = declared.arguments
        if declared.until_changed and schema is not None:
            return revisions.answer(_early_tenant(schema), schema, view)
        g.values = schema.load(g.fields) if schema is not None else {}
        if isinstance(g.values.get("id"), int):
            trail.about(g.values["id"])
        result = view(g.values) if schema is not None else view()
        if isinstance(result, Response):
            return result
        if isinstance(result, dict) and isinstance(result.get("id"), int):
            trail.exactly(result["id"])  # a reply's id is that of the object that was made or is shown
        return Response(orjson.dumps(result), content_type="application/json", headers={"Cache-Control": "no-store"})

    def operation(self, declared: Declaration, name: str, method: str, _: str) -> dict[str, Any]:
        """Return the OpenAPI operation called `name`."""
        return documentation.operation(name, declared, method)


def current_tenant() -> int:
    """Return the id of the tenant that this request acts in. Raises NotFound when an administrator names none."""
    identity = current_identity()
    if identity.tenant_id is not None:
        return identity.tenant_id
    named = g.values.get("tenant_id")
    return trail.within(tenants.DEFAULT_TENANT_ID if named is None else tenants.require(named))


def current_revision() -> int:
    """Return the revision of the tenant's extensions that this request found, in an operation with `until_changed`."""
    revision: int = g.revision
    return revision


def _early_tenant(schema: Schema) -> int:
    """Return the tenant that a request acts in, and read its fields only when one of them names it. Raises NotFound."""
    if g.identity.tenant_id is None:
        if "tenant_id" not in g.fields:
            return trail.within(tenants.DEFAULT_TENANT_ID)
        g.values = schema.load(g.fields)
    return current_tenant()


def _authenticate(token: str, roles: Sequence[Role]) -> None:
    g.token = token
    g.identity = identity = tokens.identify(token)
    if identity.role not in roles:
        raise Forbidden("Your role may not do this.")
