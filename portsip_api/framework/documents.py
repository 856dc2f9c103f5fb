"""The OpenAPI document of an API, written when it is asked for."""

import threading
from typing import Any

from flask import Flask, Response, json, request
from flask_smorest import Api

from portsip_api.framework.blueprint import Operations


class DocumentedApi(Api):
    """The OpenAPI document of one API; errors are left to the application, which knows whose they are."""

    DEFAULT_ERROR_RESPONSE_NAME = None

    def __init__(self, app: Flask, **options: Any) -> None:
        """Document the operations of an API of `app`."""
        self._undocumented: list[Operations[Any]] = []
        self._text = b""
        self._lock = threading.Lock()
        super().__init__(app, **options)

    def register_blueprint(self, blueprint: Operations[Any]) -> None:
        """Serve the operations of `blueprint`, and document them later."""
        self._app.register_blueprint(blueprint)
        self._undocumented.append(blueprint)

    def document(self, server: str = "/") -> dict[str, Any]:
        """Return the whole document of the API at the URL `server`, absolute or relative to the document's own."""
        return {"servers": [{"url": server}], **self._described()}

    def _described(self) -> dict[str, Any]:
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
        """Serve the document, written once: nobody has to log in for it, and it is long.

        It begins with the prefix that this request came by, so that whoever tries an operation out keeps it.
        """
        if not self._text:
            self._text = json.dumps(self._described(), sort_keys=False).encode()
        servers = json.dumps({"servers": [{"url": request.script_root or "/"}]}).encode()
        return Response(servers[:-1] + b"," + self._text[1:], mimetype="application/json")
