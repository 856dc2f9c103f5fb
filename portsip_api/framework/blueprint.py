"""What the APIs have in common with flask-smorest: its blueprints and its documents, without its error dialect."""

import threading
from collections.abc import Callable, Sequence
from typing import Any

from flask import Flask, Response, json
from flask_smorest import Api, Blueprint

View = Callable[..., Any]
Describe = Callable[[str, str, str], dict[str, Any]]


class DocumentedBlueprint(Blueprint):
    """Operations that are described when the document is asked for, which takes longer than to serve them."""

    def __init__(self, *args: Any, **options: Any) -> None:
        """Take what a flask-smorest blueprint takes."""
        super().__init__(*args, **options)
        self._prepare_doc_cbks = [_described]

    def add_views(
        self, view: View, paths: Sequence[str], methods: Sequence[str], serve: Callable[[], View], describe: Describe
    ) -> None:
        """Register an operation for each path and method, served by what `serve` makes and named after `view`.

        `describe` makes the OpenAPI operation of a name, a method and a path.
        """
        for number, path in enumerate(paths):
            for method in methods:
                served = serve()
                variants = [method.lower()] * (len(methods) > 1) + [f"alias{number}"] * (number > 0)
                served.__name__ = name = "_".join([view.__name__, *variants])
                served.__doc__ = view.__doc__
                description = _later(describe, name, method, path)
                served._apidoc = {"description": description}  # type: ignore[attr-defined]  # noqa: SLF001
                self.add_url_rule(path, name, served, methods=[method])


class DocumentedApi(Api):
    """The OpenAPI document of one API; errors are left to the application, which knows whose they are."""

    DEFAULT_ERROR_RESPONSE_NAME = None

    def __init__(self, app: Flask, **options: Any) -> None:
        """Document the operations of an API of `app`."""
        self._undocumented: list[DocumentedBlueprint] = []
        self._text = b""
        self._lock = threading.Lock()
        super().__init__(app, **options)

    def register_blueprint(self, blueprint: DocumentedBlueprint) -> None:
        """Serve the operations of `blueprint`, and document them later."""
        self._app.register_blueprint(blueprint)
        self._undocumented.append(blueprint)

    def document(self) -> dict[str, Any]:
        """Return the whole document."""
        with self._lock:
            while self._undocumented:
                blueprint = self._undocumented.pop(0)
                blueprint.register_views_in_doc(self, self._app, self.spec, name=blueprint.name, parameters=None)
                self.spec.tag({"name": blueprint.name, "description": blueprint.description})
            document: dict[str, Any] = self.spec.to_dict()
            return document

    def _register_error_handlers(self) -> None:
        """Register none."""

    def _openapi_json(self) -> Response:
        """Serve the document, written once: nobody has to log in for it, and it is long."""
        if not self._text:
            self._text = json.dumps(self.document(), sort_keys=False).encode()
        return Response(self._text, mimetype="application/json")


def _later(describe: Describe, name: str, method: str, path: str) -> Callable[[], dict[str, Any]]:
    """Return a function without arguments, which flask-smorest's deep copy of what it is told leaves alone."""

    def description() -> dict[str, Any]:
        return describe(name, method, path)

    return description


def _described(_: dict[str, Any], info: dict[str, Any], **__: Any) -> dict[str, Any]:
    operation: dict[str, Any] = info["description"]()
    return operation
