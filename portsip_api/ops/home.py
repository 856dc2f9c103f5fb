"""`/`: where a person, or a program that was given the address alone, goes on. It is open and tells no data."""

from typing import Final

from flask import Flask, Response, jsonify, request, url_for

from portsip_api.ops.docs import page

_NAME: Final = "PBX management server"
_PLACES: Final = (
    ("docs", "PortSIP API", "docs", "its documentation, to try out"),
    ("docs_sipxcom", "sipXcom API", "docs_sipxcom", "its documentation, to try out"),
    ("openapi", "PortSIP API as OpenAPI", "api-docs.openapi_json", "for programs that make clients"),
    ("openapi_sipxcom", "sipXcom API as OpenAPI", "sipxcom-api-docs.openapi_json", "for programs that make clients"),
    ("health", "Health", "healthz", "whether the server is up"),
    ("readiness", "Readiness", "readyz", "whether it can work"),
)


def register(app: Flask, version: str) -> None:
    """Add the page, which names the version, to `app`."""

    @app.get("/")
    def home() -> Response:
        """Return a page to who prefers HTML to JSON, as browsers do; to all others JSON."""
        best = request.accept_mimetypes.best_match(["application/json", "text/html"])
        if best == "text/html":
            places = [
                {"name": name, "address": url_for(route), "meaning": meaning} for _, name, route, meaning in _PLACES
            ]
            reply = page("home.html", version=version, places=places)
        else:
            links = {key: url_for(route) for key, _, route, _ in _PLACES}
            reply = jsonify(name=_NAME, version=version, **links)
        reply.vary.add("Accept")
        return reply
