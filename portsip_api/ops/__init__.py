"""What runs beside requests."""

import logging

from flask import Flask


def register(app: Flask) -> None:
    """Add it to `app`."""
    app.extensions["pbx-failures"] = lambda error, code: logging.getLogger("pbx").error("%s", code, exc_info=error)
