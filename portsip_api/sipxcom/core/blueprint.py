"""How an operation of this API is declared, and the one wrapper that its declaration becomes.

    @branches.route("/rest/branch/<id>", methods=["PUT"])
    @branches.reads(BRANCH)
    @branches.allowed(Access.ADMINISTRATION)
    @branches.answers(OUTCOME)
    def replace_branch(given, id): ...

What the lower decorators note is also what the OpenAPI document says.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Final

from flask import Response, request, stream_with_context
from werkzeug.datastructures import FileStorage

from portsip_api import settings
from portsip_api.framework.blueprint import DocumentedBlueprint, View
from portsip_api.pbx.errors import Invalid
from portsip_api.sipxcom.core import documentation, styles
from portsip_api.sipxcom.core.authentication import Access, require
from portsip_api.sipxcom.core.errors import PREFIX, BadId
from portsip_api.sipxcom.core.outcomes import Outcome
from portsip_api.sipxcom.core.records import Leaf, Many, Record, Stream
from portsip_api.sipxcom.core.styles import Style


class Form(Enum):
    """Bodies that are not records."""

    OUTCOME = "the `response` body"
    BARE_ID = "the id alone"
    NOTHING = "an empty body"
    TEXT = "plain text"
    FILE = "bytes"
    IGNORED = "anything; it is not looked at"
    UPLOAD = "a form with files"


_MOST_UNKNOWN: Final = 64 << 10  # bytes that are read for whoever need not log in
OUTCOME: Final = Form.OUTCOME
BARE_ID: Final = Form.BARE_ID
NOTHING: Final = Form.NOTHING
TEXT: Final = Form.TEXT
FILE: Final = Form.FILE
IGNORED: Final = Form.IGNORED
UPLOAD: Final = Form.UPLOAD


@dataclass(frozen=True)
class Query:
    """A query parameter that is read as text; the view's module says what it may be."""

    name: str
    meaning: str
    schema: Mapping[str, Any] = field(default_factory=lambda: {"type": "string"})


@dataclass
class Declaration:
    """What the decorators of a view have said."""

    style: Style
    objects: bool
    access: Access | None = None
    body: Record | Form | None = None
    reply: Record | Form = Form.NOTHING
    media_types: tuple[str, ...] = ()
    status: int = 200
    errors: tuple[int, ...] = ()
    query: tuple[Query, ...] = ()
    description: str = ""
    largest: Callable[[], int] = field(default=lambda: settings.current().max_body)


class Resources(DocumentedBlueprint):
    """A blueprint of one stack, whose views declare who may call them and what they say.

    `objects`: the family of `/rest` where what is not found is 400, as the page documents.
    """

    def __init__(self, name: str, module: str, style: Style, description: str, *, objects: bool = False) -> None:
        """Name the group in the documentation."""
        super().__init__(name, module, url_prefix=PREFIX, description=description)
        self._style = style
        self._objects = objects

    def reads(self, body: Record | Form, *, largest: Callable[[], int] | None = None) -> Callable[[View], View]:
        """Declare what the view's first argument is made of: a record's values, a text, or the files of a form."""

        def note(view: View) -> View:
            declared = self._declaration(view)
            declared.body = body
            if largest is not None:
                declared.largest = largest
            return view

        return note

    def takes(self, *query: Query) -> Callable[[View], View]:
        """Document query parameters."""

        def note(view: View) -> View:
            self._declaration(view).query = query
            return view

        return note

    def allowed(self, access: Access) -> Callable[[View], View]:
        """Declare who may call it."""

        def note(view: View) -> View:
            self._declaration(view).access = access
            return view

        return note

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

        def keep(view: View) -> View:
            declared = self._declaration(view)
            declared.reply, declared.status, declared.errors = reply, status, tuple(errors)
            declared.media_types, declared.description = tuple(media_types), note
            return view

        return keep

    def route(
        self, rule: str, *, methods: Sequence[str] = ("GET",), aliases: Sequence[str] = ()
    ) -> Callable[[View], View]:
        """Register the view under `rule` and its `aliases`, which begin with the stack's `/rest` or `/api`."""

        def register(view: View) -> View:
            declared = self._declaration(view)
            if declared.access is None:
                raise TypeError(f"{view.__name__} does not declare who may call it")
            self.add_views(
                view,
                (rule, *aliases),
                methods,
                lambda: _serve(view, declared),
                lambda name, method, path: documentation.operation(name, declared, method, path),
            )
            return view

        return register

    def _declaration(self, view: View) -> Declaration:
        if not hasattr(view, "_declaration"):
            view._declaration = Declaration(self._style, self._objects)  # type: ignore[attr-defined]  # noqa: SLF001
        declared: Declaration = view._declaration  # type: ignore[attr-defined]  # noqa: SLF001
        return declared


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


def _serve(view: View, declared: Declaration) -> View:
    access = declared.access or Access.ADMINISTRATION
    largest = declared.largest if access is not Access.ANYBODY else lambda: min(_MOST_UNKNOWN, declared.largest())

    def served(**named: str) -> Response:
        request.max_content_length = largest()
        require(access)
        media_type = _negotiate(declared)
        if declared.body is None or declared.body is Form.IGNORED:
            styles.read_body()
            result = view(**named)
        else:
            result = view(_read(declared), **named)
        return _reply(declared, result, media_type)

    served.access = declared.access  # type: ignore[attr-defined]
    served.objects = declared.objects  # type: ignore[attr-defined]
    return served


def _negotiate(declared: Declaration) -> str:
    if declared.media_types:
        return styles.negotiate(declared.media_types)
    if isinstance(declared.reply, Record):
        return styles.negotiate(declared.style.offers)
    if declared.reply is Form.BARE_ID:
        return styles.negotiate((*declared.style.offers, styles.PLAIN))
    return styles.PLAIN


def _read(declared: Declaration) -> Any:
    if isinstance(declared.body, Record):
        given = declared.style.read(declared.body)
        require_given(declared.body, given)
        return given
    if declared.body is Form.UPLOAD:
        return _files()
    try:
        return styles.read_body().decode()
    except UnicodeDecodeError:
        raise Invalid({"body": ["Must be text in UTF-8."]}) from None


def _files() -> list[FileStorage]:
    if request.mimetype != "multipart/form-data":
        raise Invalid({"body": ["Must be a form with files (multipart/form-data)."]})
    return [file for files in request.files.listvalues() for file in files]


def _reply(declared: Declaration, result: Any, media_type: str) -> Response:
    if isinstance(result, Response):
        return result
    if isinstance(result, Outcome):
        return result.response()
    if isinstance(declared.reply, Record) and result is not None:
        result = {name: part.begun() if isinstance(part, Stream) else part for name, part in result.items()}
        pieces = declared.style.write(declared.reply, result, media_type)
        is_stream = any(isinstance(part, Stream) for part in result.values())
        content: Iterable[Any] = stream_with_context(pieces) if is_stream else list(pieces)
        return styles.respond(content, media_type, declared.status)
    if result is None:
        return Response(status=declared.status, headers={"Cache-Control": "no-store"}, content_type="")
    return styles.respond(str(result), media_type, declared.status)
