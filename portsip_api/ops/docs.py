"""`/docs`: Swagger UI over the OpenAPI document of each API, every file of it from here and nothing inline, so that a
strict content security policy holds. It is open, as the documents are: it shows what can be asked, and no data.
"""

from typing import Final

from flask import Flask, Response, abort, render_template_string, send_from_directory
from swagger_ui_bundle import swagger_ui_path

_FILES: Final = {"swagger-ui.css", "swagger-ui-bundle.js", "favicon-32x32.png"}
_POLICY: Final = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'none';"
    " frame-ancestors 'none'"
)
_PAGE: Final = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>PBX API</title>
<link rel="icon" href="{{ url_for('docs_file', name='favicon-32x32.png') }}">
<link rel="stylesheet" href="{{ url_for('docs_file', name='swagger-ui.css') }}">
<script src="{{ url_for('docs_file', name='swagger-ui-bundle.js') }}" defer></script>
<script src="{{ url_for('docs_file', name='start.js') }}" data-document="{{ url_for(document) }}" defer></script>
</head>
<body>
<nav><a href="{{ url_for('docs') }}">PortSIP PBX</a> | <a href="{{ url_for('docs_sipxcom') }}">sipXcom</a></nav>
<div id="docs"></div>
</body>
</html>
"""
# The badge of a validator would be fetched from elsewhere.
_START: Final = """"use strict";
SwaggerUIBundle({
  url: document.querySelector("script[data-document]").dataset.document,
  domNode: document.getElementById("docs"),
  deepLinking: true,
  validatorUrl: null,
});
"""


def register(app: Flask) -> None:
    """Add the page and its files to `app`."""

    def page(document: str) -> Response:
        content = render_template_string(_PAGE, document=f"{document}.openapi_json")
        return Response(content, headers={"Content-Security-Policy": _POLICY})

    @app.get("/docs")
    def docs() -> Response:
        return page("api-docs")

    @app.get("/docs/sipxcom")
    def docs_sipxcom() -> Response:
        return page("sipxcom-api-docs")

    @app.get("/docs/<name>")
    def docs_file(name: str) -> Response:
        if name == "start.js":
            return Response(_START, content_type="text/javascript; charset=utf-8")
        if name not in _FILES:
            abort(404)
        return send_from_directory(str(swagger_ui_path), name)
