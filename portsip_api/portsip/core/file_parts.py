"""The file of a form."""

from flask import request
from werkzeug.datastructures import FileStorage

from portsip_api.pbx.errors import Invalid


def only_file() -> FileStorage | None:
    """Return the one file of the request's form, whatever its part is called, or None. Raises Invalid for more."""
    files = [file for file in request.files.values() if file.filename or file.stream.read(1)]
    if len(files) > 1:
        raise Invalid({"file": ["Must be one file."]})
    for file in files:
        file.stream.seek(0)
        return file
    return None
