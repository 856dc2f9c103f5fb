"""`/docs`: Swagger UI over the OpenAPI document of each API, every file of it from here and nothing inline, so that a
strict content security policy holds. It is open, as the documents are: it shows what can be asked, and no data.
"""

from pathlib import Path
from typing import Any, Final

import flask_swagger_ui
from flask import Flask, Response, abort, render_template_string, send_from_directory

from portsip_api import settings

_OURS: Final = Path(__file__).parent / "web"
_FILES: Final = {
    **dict.fromkeys(
        ("swagger-ui.css", "swagger-ui-bundle.js", "favicon-32x32.png"), Path(flask_swagger_ui.__file__).parent / "dist"
    ),
    **dict.fromkeys(("docs.js", "token-login.js", "password-login.js", "clock.js", "pages.css"), _OURS),
}
_POLICY: Final = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'none';"
    " frame-ancestors 'none'"
)


def page(name: str, **values: Any) -> Response:
    """Return the page of that file name, filled in, under the policy that all pages have."""
    content = render_template_string((_OURS / name).read_text(encoding="utf-8"), **values)
    return Response(content, headers={"Content-Security-Policy": _POLICY})


def register(app: Flask) -> None:
    """Add the pages and their files to `app`."""

    @app.get("/docs")
    def docs() -> Response:
        return page(
            "docs.html", title="PortSIP PBX REST API", document="api-docs.openapi_json", login_script="token-login.js",
            takes_passwords=True, has_tokens=True,
        )  # fmt: skip

    @app.get("/docs/sipxcom")
    def docs_sipxcom() -> Response:
        return page(
            "docs.html", title="sipXcom REST API", document="sipxcom-api-docs.openapi_json",
            login_script="password-login.js", takes_passwords=settings.current().basic,
        )  # fmt: skip

    @app.get("/docs/<name>")
    def docs_file(name: str) -> Response:
        if name not in _FILES:
            abort(404)
        return send_from_directory(_FILES[name], name)
