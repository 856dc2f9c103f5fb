"""What stands between a client and the application: proxies, pages of other origins, the headers of every reply."""

import ipaddress
import re
from collections.abc import Iterable, Sequence
from typing import Final
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Flask, Response
from flask_cors import CORS

from portsip_api import settings
from portsip_api.framework.confidentiality import CONFIDENTIAL, OF_PROXIES
from portsip_api.ops.requests import ID_HEADER
from portsip_api.setting_kinds import IPNetwork

_REQUEST_HEADERS: Final = ("access_token", "Authorization", "Content-Type", "If-None-Match")
_REPLY_HEADERS: Final = (ID_HEADER, "Retry-After", "ETag", "X-Session-Id")
_PREFLIGHT_SECONDS: Final = 600
# An address with the port it called from: `192.0.2.1:4711`, `[2001:db8::1]:4711`, or in brackets alone.
_WITH_PORT: Final = re.compile(r"\[(?P<six>[^\]]+)\](?::\d{1,5})?|(?P<four>[\d.]+):\d{1,5}", re.ASCII)
_PREFIX: Final = re.compile(r"(?:/[A-Za-z0-9_~-][A-Za-z0-9._~-]*){1,8}", re.ASCII)


def register(app: Flask) -> None:
    """Put `app` behind the proxies and origins of the settings. The origins are those of this moment."""
    app.wsgi_app = BehindProxies(app.wsgi_app)  # type: ignore[method-assign]
    if origins := settings.current().cors_origins:
        CORS(
            app,
            # It takes a text with brackets or an asterisk for a pattern, such as an address of IPv6.
            origins=[text if text == "*" else re.compile(rf"{re.escape(text)}\Z", re.IGNORECASE) for text in origins],
            methods=["GET", "POST"],
            allow_headers=_REQUEST_HEADERS,
            expose_headers=_REPLY_HEADERS,
            max_age=_PREFLIGHT_SECONDS,
            supports_credentials=False,  # tokens travel in headers and bodies; there is no cookie to send
            send_wildcard=True,
        )

    @app.after_request
    def protect(response: Response) -> Response:
        response.headers.add("X-Content-Type-Options", "nosniff")
        # A page reached by a link with a token in its query must not tell that link to others.
        response.headers.add("Referrer-Policy", "no-referrer")
        return response


class BehindProxies:
    """WSGI middleware that takes the client's address, and the prefix that he sees, from trusted proxies.

    The address is `REMOTE_ADDR`. The prefix is put before `SCRIPT_NAME`: the proxy has taken it off the path.
    It says too in `wsgi.url_scheme` what a trusted proxy was called over, and in CONFIDENTIAL whether nobody on the
    network could read along.
    """

    def __init__(self, application: WSGIApplication) -> None:
        """Stand before `application`."""
        self._application = application

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Serve a request."""
        trusted, peer = settings.current().trusted_proxies, environ.get("REMOTE_ADDR", "")
        is_trusted, is_forwarded = _is_trusted(peer, trusted), any(name in environ for name in OF_PROXIES)
        if is_trusted and "HTTP_X_FORWARDED_PREFIX" in environ:
            environ["SCRIPT_NAME"] = _prefix(environ["HTTP_X_FORWARDED_PREFIX"]) + environ.get("SCRIPT_NAME", "")
        if trusted and "HTTP_X_FORWARDED_FOR" in environ:
            environ["REMOTE_ADDR"] = client_address(peer, environ["HTTP_X_FORWARDED_FOR"], trusted)
        is_tls = environ["wsgi.url_scheme"] == "https"
        if is_forwarded:  # then only a proxy's word counts: uWSGI takes anybody's
            is_tls = is_trusted and _is_https(environ.get("HTTP_X_FORWARDED_PROTO", ""))
            environ["wsgi.url_scheme"] = "https" if is_tls else "http"
        # What a proxy forwards that nobody trusts may have come to it over any network.
        is_from_here = _is_loopback(environ.get("REMOTE_ADDR", "")) and (is_trusted or not is_forwarded)
        environ[CONFIDENTIAL] = is_tls or is_from_here
        return self._application(environ, start_response)


def client_address(peer: str, forwarded_for: str, trusted: Sequence[IPNetwork]) -> str:
    """Return the address nearest to us that is not a trusted proxy's: `peer`, or one from X-Forwarded-For.

    Each proxy appends the address it was called from, so the header is read from its right end, and only as far as
    trusted proxies wrote it. What is not an address ends the reading: whatever stands left of it is hearsay.
    """
    address = peer
    for told in reversed(forwarded_for.split(",")):
        if not _is_trusted(address, trusted):
            break
        parsed = _parse(_without_port(told.strip()))
        if parsed is None:
            break
        address = str(parsed)
    return address


def _without_port(told: str) -> str:
    found = _WITH_PORT.fullmatch(told)
    return (found["six"] or found["four"]) if found else told


def _prefix(told: str) -> str:
    """Return what the nearest proxy has said, or nothing when it is no plain path."""
    last = told.rpartition(",")[2].strip().rstrip("/")
    return last if _PREFIX.fullmatch(last) else ""


def _is_https(forwarded_proto: str) -> bool:
    """Tell whether every proxy that wrote into X-Forwarded-Proto was called over TLS."""
    return {scheme.strip().lower() for scheme in forwarded_proto.split(",")} == {"https"}


def _is_loopback(address: str) -> bool:
    parsed = _parse(address)
    return parsed is not None and parsed.is_loopback


def _is_trusted(address: str, trusted: Sequence[IPNetwork]) -> bool:
    parsed = _parse(address)
    return parsed is not None and any(parsed in network for network in trusted)


def _parse(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        parsed = ipaddress.ip_address(text)
    except ValueError:
        return None
    # A socket that takes both families shows an IPv4 peer as ::ffff:192.0.2.1.
    return (parsed.ipv4_mapped if parsed.version == 6 else None) or parsed
