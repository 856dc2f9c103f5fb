"""How an operation is declared, and the one wrapper that its declaration becomes.

    @groups.route("/update", methods=["POST"])
    @groups.arguments(GroupChange)
    @groups.allowed(Role.ADMINISTRATOR, Role.TENANT)
    @groups.answers(Success, errors=("404.1",))
    def update_group(change): ...

The lower decorators only note what they are told; `route` builds a single function of it, since each generic layer of
argument and response handling costs a hot list a tenth of its throughput. The OpenAPI document says what was noted.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import replace
from inspect import cleandoc
from typing import Any, Final, Generic, TypeVar

from flask import Response, g, request
from flask_smorest import Blueprint

from portsip_api.framework import bodies
from portsip_api.framework.declaration import Declaration
from portsip_api.framework.turns import Turns
from portsip_api.pbx.identity import Identity

View = Callable[..., Any]
Declared = TypeVar("Declared", bound=Declaration)
_VARIABLE: Final = re.compile(r"<(?:\w+(?:\(.*?\))?:)?(\w+)>")  # of a rule


class Operations(Blueprint, ABC, Generic[Declared]):
    """A blueprint whose views declare who may call them. An API's own has more decorators, and says what the hooks do.

    The hooks are `identify`, `take_body`, `identify_whole` and `answer`, in the order of a request, and `operation`.
    """

    def __init__(self, *args: Any, blank: Declared, **options: Any) -> None:
        """Take what a flask-smorest blueprint takes, and what a view declares that says nothing."""
        super().__init__(*args, **options)
        self._blank = blank
        self._prepare_doc_cbks = [_described]

    def limits(
        self,
        *,
        largest: Callable[[], int] = Declaration.largest,
        values: Callable[[], int] = Declaration.values,
        unknown: int = Declaration.unknown,
        turns: Turns | None = None,
    ) -> Callable[[View], View]:
        """Declare what a body is held to where that is not what others are: see `Declaration`."""
        return self.note(largest=largest, values=values, unknown=unknown, turns=turns)

    def route(
        self,
        rule: str,
        *,
        methods: Sequence[str] = ("GET",),
        also: Sequence[str] = (),
        aliases: Sequence[str] = (),
    ) -> Callable[[View], View]:
        """Register the view under `rule`, other rules that it serves `also`, and `aliases` of these.

        There is a documented operation for each method; that of an alias, which only old clients need, is deprecated.
        """

        def register(view: View) -> View:
            declared = self._declared(view)
            if declared.access is None:
                raise TypeError(f"{view.__name__} does not declare who may call it")
            for number, path in enumerate((rule, *also, *aliases)):
                for method in methods:
                    variants = [method.lower()] * (len(methods) > 1) + [f"alias{number}"] * (number > 0)
                    self._add("_".join([view.__name__, *variants]), view, method, path, rule if path in aliases else "")
            return view

        return register

    def note(self, **said: Any) -> Callable[[View], View]:
        """Return the decorator that notes what a view declares, by the names of its declaration's fields."""

        def keep(view: View) -> View:
            view._declaration = replace(self._declared(view), **said)  # type: ignore[attr-defined]  # noqa: SLF001
            return view

        return keep

    @abstractmethod
    def identify(self, declared: Declared) -> None:
        """Set `g.identity` when the head of the request says who asks. Raises what refuses him, before any body."""

    def take_body(self, declared: Declared) -> None:
        """Read the body: all of it for whoever is known, little for others. Raises RequestEntityTooLarge."""
        if g.identity is None:
            bodies.hold_to(declared.unknown)
        bodies.read(forms=declared.reads_forms)

    def identify_whole(self, declared: Declared) -> None:
        """Set `g.identity` when the body, which is read now, says who asks; called also when nothing has said it."""

    @abstractmethod
    def answer(self, declared: Declared, view: View, named: dict[str, Any]) -> Response:
        """Return what the view says; `named` are the variables of its path."""

    @abstractmethod
    def operation(self, declared: Declared, name: str, method: str, path: str) -> dict[str, Any]:
        """Return the OpenAPI operation called `name`."""

    def _declared(self, view: View) -> Declared:
        declared: Declared = getattr(view, "_declaration", self._blank)
        return declared

    def _add(self, name: str, view: View, method: str, path: str, better: str) -> None:
        declared = self._declared(view)
        served = self._serve(view, declared)
        # The second paragraph of a docstring would take the place of an alias's own description.
        first, _, more = (view.__doc__ or "").partition("\n\n")
        served.__name__, served.__doc__ = name, first if better else view.__doc__

        # Told when the document is asked for, which takes longer than to serve; flask-smorest's deep copy of what it is
        # told leaves a function alone.
        def description() -> dict[str, Any]:
            document = self.operation(declared, name, method, path)
            if better:
                place = (self.url_prefix or "") + _VARIABLE.sub(r"{\1}", better)
                said = document.get("description") or cleandoc(more)
                told = f"Another spelling of `{place}`, for old clients. {said}"
                document |= {"deprecated": True, "description": told.strip()}
            return document

        served._apidoc = {"description": description}  # type: ignore[attr-defined]  # noqa: SLF001
        self.add_url_rule(path, name, served, methods=[method])

    def _serve(self, view: View, declared: Declared) -> View:
        def served(**named: Any) -> Response:
            request.max_content_length = declared.largest()
            g.identity = None
            self.identify(declared)
            has_body = bodies.is_sent()
            if has_body:
                bodies.require_plain()
                self.take_body(declared)
                _take_turn(declared)
            if has_body or g.identity is None:
                self.identify_whole(declared)
            _take_turn(declared)
            return self.answer(declared, view, named)

        served.declared = declared  # type: ignore[attr-defined]
        return served


def current_identity() -> Identity:
    """Return who asks."""
    identity: Identity = g.identity
    return identity


def _take_turn(declared: Declaration) -> None:
    """Wait until it is the turn of this request, if it needs one, has none, and who asks is known."""
    if declared.turns is not None and g.identity is not None and "turns" not in g:
        declared.turns.take()


def _described(_: dict[str, Any], info: dict[str, Any], **__: Any) -> dict[str, Any]:
    operation: dict[str, Any] = info["description"]()
    return operation
