"""What runs beside requests and around them: health, metrics, the log, documentation, jobs, the command line."""

from flask import Flask

from portsip_api.ops import cli, docs, health, home, logs, metrics, network, requests
from portsip_api.ops.chunked import ChunkedBodies


def register(app: Flask, version: str) -> None:
    """Add it to `app`."""
    app.extensions["pbx-failures"] = logs.report_failure
    app.extensions["pbx-metrics"] = metrics.register(app)
    requests.register(app, app.extensions["pbx-metrics"])
    network.register(app)
    app.wsgi_app = ChunkedBodies(app.wsgi_app)  # type: ignore[method-assign]
    health.register(app)
    docs.register(app)
    home.register(app, version)
    cli.register(app)
