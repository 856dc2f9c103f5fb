"""What is kept of every request: an id, one line in the log, one count in the metrics.

Only the route's template is told, never the path or the query: tokens travel there.
"""

import logging
import re
import time
from typing import Final
from uuid import uuid4

from flask import Flask, Response, g, request, request_started

from portsip_api.ops.metrics import Metrics
from portsip_api.pbx import trail

ID_HEADER: Final = "X-Request-ID"
METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

_log = logging.getLogger("pbx.requests")
_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")


def register(app: Flask, metrics: Metrics) -> None:
    """Watch the requests of `app`."""

    def begin(_: Flask) -> None:
        g.began = time.perf_counter()
        g.trail = trail.begin()
        given = request.environ.get("HTTP_X_REQUEST_ID", "")
        g.request_id = given if _ID.fullmatch(given) else uuid4().hex

    # Unlike a before_request function, it runs even if one of those answers first.
    request_started.connect(begin, app, weak=False)

    @app.after_request
    def end(response: Response) -> Response:
        response.headers.add(ID_HEADER, g.request_id)
        seconds = time.perf_counter() - g.began
        method = request.method if request.method in METHODS else "(other)"
        route = request.url_rule.rule if request.url_rule else "(unmatched)"
        metrics.served(method, route, response.status_code, seconds)
        if _log.isEnabledFor(logging.INFO):
            identity = g.get("identity")
            fields = {
                "method": method,
                "route": route,
                "status": response.status_code,
                "duration_ms": round(seconds * 1000, 2),
                "remote": request.remote_addr,
                "role": identity.role if identity else None,
            }
            _log.info("request", extra={"fields": fields})
        return response
