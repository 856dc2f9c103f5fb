"""The HTTP status of an error, for surfaces that answer with a status and a sentence, in no dialect of their own."""

from collections.abc import Mapping

from werkzeug.exceptions import HTTPException

from portsip_api.store import database
from portsip_api.store.secrets import KeyMissing


def status_of(error: Exception, statuses: Mapping[type[Exception], int]) -> int:
    """Return the status of `error`: that of its kind in `statuses`, 503 without store or key, 500 for all else."""
    if isinstance(error, HTTPException):
        return error.code or 500
    if isinstance(error, KeyMissing) or database.is_unavailable(error):
        return 503
    return next((statuses[kind] for kind in type(error).__mro__ if kind in statuses), 500)
