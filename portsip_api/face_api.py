"""What the faces have in common with flask-smorest: its documents, without its error dialect."""

from typing import Any

from flask import Flask, Response, json
from flask_smorest import Api


class FaceApi(Api):
    """The OpenAPI document of one face; errors are left to the application, which knows whose they are."""

    DEFAULT_ERROR_RESPONSE_NAME = None

    def __init__(self, app: Flask, **options: Any) -> None:
        """Document the operations of a face of `app`."""
        self._document: bytes | None = None
        super().__init__(app, **options)

    def _register_error_handlers(self) -> None:
        """Register none."""

    def _openapi_json(self) -> Response:
        """Serve the document, written once: nobody has to log in for it, and it is long."""
        if self._document is None:
            self._document = json.dumps(self.spec.to_dict(), sort_keys=False).encode()
        return Response(self._document, mimetype="application/json")
