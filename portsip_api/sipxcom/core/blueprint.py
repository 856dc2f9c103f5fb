"""The decorators with which this API's views declare themselves, and how their requests are served."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import wraps
from typing import Any, Final

from flask import Response, g, request, stream_with_context
from werkzeug.datastructures import FileStorage

from portsip_api.framework import bodies
from portsip_api.framework.blueprint import Operations, View, current_identity
from portsip_api.framework.bodies import FORM
from portsip_api.pbx import trail
from portsip_api.pbx.errors import Invalid
from portsip_api.sipxcom.core import documentation, styles
from portsip_api.sipxcom.core.authentication import OF_USER, PRIVATE_KEY, Access, current_user, require
from portsip_api.sipxcom.core.declaration import Declaration, Form, Query
from portsip_api.sipxcom.core.errors import PREFIX, BadId
from portsip_api.sipxcom.core.outcomes import Outcome
from portsip_api.sipxcom.core.records import Leaf, Many, Record, Stream, streamed
from portsip_api.sipxcom.core.styles import Style

OUTCOME: Final = Form.OUTCOME
BARE_ID: Final = Form.BARE_ID
FLAG: Final = Form.FLAG
NOTHING: Final = Form.NOTHING
TEXT: Final = Form.TEXT
FILE: Final = Form.FILE
IGNORED: Final = Form.IGNORED
UPLOAD: Final = Form.UPLOAD
_VARIABLE: Final = re.compile(r"<(?:\w+:)?(\w+)>")  # of a rule
_OWN: Final = "/rest/my/"
_OF_A_USER: Final = f"/rest/users/<name:{OF_USER}>/"


class Resources(Operations[Declaration]):
    """The operations of a resource of one stack; their rules begin with the stack's `/rest` or `/api`.

    `objects`: the family of `/rest` where what is not found is 400, as the page documents. `managed`: what is a user's
    own, below `/rest/my`, is also there for administrators, below `/rest/users/{user}`.
    """

    def __init__(  # noqa: PLR0913 — what a group is
        self, name: str, module: str, style: Style, description: str, *, objects: bool = False, managed: bool = False
    ) -> None:
        """Name the group in the documentation."""
        self._is_managed = managed
        blank = Declaration(style=style, objects=objects)
        super().__init__(name, module, url_prefix=PREFIX, description=description, blank=blank)

    def route(
        self,
        rule: str,
        *,
        methods: Sequence[str] = ("GET",),
        also: Sequence[str] = (),
        aliases: Sequence[str] = (),
        by_key: bool = True,
    ) -> Callable[[View], View]:
        """Register the view as any operation is.

        What is a user's own, below `/rest/my`, is also there below `/rest/private/{key}`, whose user's it is then,
        unless it is not to be had `by_key`. Of a group that is managed it is below `/rest/users/{user}` as well.
        """
        keyed = [*also, *map(_by_key, filter(_is_own, (rule, *also)))] if by_key else also
        others = [*aliases, *map(_by_key, filter(_is_own, aliases))] if by_key else aliases
        own = super().route(rule, methods=methods, also=keyed, aliases=others)
        if not (self._is_managed and _is_own(rule)):
            return own
        of_users = super().route(rule.replace(_OWN, _OF_A_USER, 1), methods=methods)

        def register(view: View) -> View:
            of_users(self._of_a_user(view, rule))
            return own(view)

        return register

    def _of_a_user(self, view: View, rule: str) -> View:
        """Return the view as an administrator has it, for a user whom the path names."""
        declared, summary = self._declared(view), view.__doc__ or ""

        @wraps(view)
        def of_a_user(*given: Any, **named: Any) -> Any:
            return view(*given, **named)

        of_a_user.__name__ = f"{view.__name__}_of_a_user"
        of_a_user.__doc__ = f"As an administrator, for a user: {summary[:1].lower()}{summary[1:]}"
        own = _VARIABLE.sub(r"{\1}", self.url_prefix + rule)
        said = f"Ours: `{own}` of the user whose name or alias is in the path. {declared.description}".strip()
        note = self.note(access=Access.ADMINISTRATION, description=said, errors=(*declared.errors, 404))
        return note(of_a_user)

    def reads(self, body: Record | Form) -> Callable[[View], View]:
        """Declare what the view's first argument is made of: a record's values, a text, or the files of a form."""
        return self.note(body=body)

    def takes(self, *query: Query) -> Callable[[View], View]:
        """Document query parameters."""
        return self.note(query=query)

    def allowed(self, access: Access) -> Callable[[View], View]:
        """Declare who may call it."""
        return self.note(access=access)

    def answers(
        self,
        reply: Record | Form = Form.NOTHING,
        *,
        status: int = 200,
        media_types: Sequence[str] = (),
        errors: Sequence[int] = (),
        note: str = "",
    ) -> Callable[[View], View]:
        """Declare the reply, its media types where they are not the stack's, and the error statuses of its own.

        `note` goes to the documentation: what the page does not tell, and what is ours.
        """
        return self.note(
            reply=reply, status=status, media_types=tuple(media_types), errors=tuple(errors), description=note
        )

    def identify(self, declared: Declaration) -> None:
        """Find out who asks, and judge what he wants and what kind of body he sends."""
        require(declared.access or Access.ADMINISTRATION)
        g.media_type = styles.negotiate(declared.offers) if declared.offers else styles.PLAIN
        if declared.body is Form.UPLOAD and request.mimetype != FORM:
            raise Invalid({"body": ["Must be a form with files (multipart/form-data)."]})

    def answer(self, declared: Declaration, view: View, named: dict[str, Any]) -> Response:
        """Return the view's reply to the body, written as the client wants it."""
        is_read = declared.body is not None and declared.body is not Form.IGNORED
        if OF_USER in named:
            current_user()  # who is not there has nothing, whatever is asked for
        named = {name: value for name, value in named.items() if name not in {PRIVATE_KEY, OF_USER}}
        for name in ("id", "user_id", "group_id"):
            _note(named.get(name))
        if declared.access is Access.USER:
            trail.about(current_identity().account_id)  # whatever it is, it is a part of who asks
        result = view(_given(declared), **named) if is_read else view(**named)
        if isinstance(result, Response):
            return result
        if isinstance(result, Outcome):
            if result.id is not None:
                trail.exactly(result.id)
            return result.response()
        if declared.reply is Form.BARE_ID:
            trail.exactly(int(result))
        if result is None:
            return Response(status=declared.status, headers={"Cache-Control": "no-store"}, content_type="")
        content = (
            _written(declared.style, declared.reply, result) if isinstance(declared.reply, Record) else str(result)
        )
        return styles.respond(content, g.media_type, declared.status)

    def operation(self, declared: Declaration, name: str, method: str, path: str) -> dict[str, Any]:
        """Return the OpenAPI operation called `name`."""
        return documentation.operation(name, declared, method, path)


def _is_own(rule: str) -> bool:
    return rule.startswith(_OWN)


def _by_key(rule: str) -> str:
    return rule.replace(_OWN, f"/rest/private/<name:{PRIVATE_KEY}>/", 1)


def _note(id_: object) -> None:
    """Note the object that a path names by its id, as text or a number."""
    if isinstance(id_, int) or (isinstance(id_, str) and id_.isascii() and id_.isdigit() and len(id_) <= 18):
        trail.about(int(id_))


def whole_id(text: str) -> int:
    """Return the id that a path holds. Raises BadId."""
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise BadId(text[:64])
    return int(text)


def require_given(record: Record, given: Mapping[str, Any], path: str = "") -> None:
    """Raise Invalid for the first required leaf that `given` lacks or leaves empty, named as the contract names it."""
    for item in record.fields:
        if isinstance(item, Leaf) and item.required and given.get(item.name) in {None, ""}:
            raise Invalid({path + item.name[:1].upper() + item.name[1:]: ["Cannot be empty"]})
        if isinstance(item, Many) and isinstance(item.item, Record):
            for one in given.get(item.name) or []:
                require_given(item.item, one, path)


def _given(declared: Declaration) -> dict[str, Any] | list[FileStorage] | str:
    if isinstance(declared.body, Record):
        given = declared.style.read(declared.body, declared.values())
        require_given(declared.body, given)
        return given
    if declared.body is Form.UPLOAD:
        return [file for files in request.files.listvalues() for file in files]
    try:
        return bodies.sent().content.decode()
    except UnicodeDecodeError:
        raise Invalid({"body": ["Must be text in UTF-8."]}) from None


def _written(style: Style, record: Record, result: dict[str, Any]) -> Iterable[Any]:
    result = {name: part.begun() if isinstance(part, Stream) else part for name, part in result.items()}
    result = streamed(record, result)
    pieces = style.write(record, result, g.media_type)
    return stream_with_context(pieces) if any(isinstance(part, Stream) for part in result.values()) else list(pieces)
