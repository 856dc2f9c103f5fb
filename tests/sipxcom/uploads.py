"""Forms with files."""

import io

from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from tests.sipxcom.portal import Portal


def upload(portal: Portal, path: str, *files: tuple[str, bytes]) -> TestResponse:
    """POST files, a name and content each, in parts of names of their own; without any, a field that is no file."""
    parts = {f"part{number}": FileStorage(io.BytesIO(content), name) for number, (name, content) in enumerate(files)}
    boundary, body = encode_multipart(parts or {"field": "x"})
    return portal.post(path, body, type=f"multipart/form-data; boundary={boundary}")
