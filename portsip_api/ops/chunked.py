"""Bodies without a length, under either server.

uWSGI hands them over by a function of its own instead of `wsgi.input`; gunicorn raises errors of its own when chunks
are not as they should be, for which only the client is to blame.
"""

import io
import sys
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, Final
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from gunicorn.http.errors import ParseException
from werkzeug.exceptions import ClientDisconnected

_PORTION: Final = 16_384  # bytes; also the most that is read beyond what was asked for
_BROKEN: Final = "The body broke off, or one of its chunks is malformed or larger than this server takes."


class ChunkedBody(io.RawIOBase):
    """A readable file over `read_chunk`, which returns the next bytes and none at the end.

    Reading raises ClientDisconnected when the rest does not come or is not chunked as it should be.
    """

    def __init__(self, read_chunk: Callable[[], bytes]) -> None:
        """Read nothing yet."""
        self._read_chunk = read_chunk
        self._rest = b""
        self._ended = False

    def readable(self) -> bool:
        """Return True."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill `buffer` as far as one chunk goes and return the number of bytes; 0 at the end."""
        if not self._rest and not self._ended:
            try:
                self._rest = self._read_chunk()
            except (OSError, ParseException) as error:
                raise ClientDisconnected(_BROKEN) from error
            self._ended = not self._rest
        part, self._rest = self._rest[: len(buffer)], self._rest[len(buffer) :]
        buffer[: len(part)] = part
        return len(part)


class ChunkedBodies:
    """WSGI middleware that makes such a body a readable `wsgi.input`."""

    def __init__(self, application: WSGIApplication) -> None:
        """Stand before `application`."""
        self._application = application
        self._uwsgi: Any = sys.modules.get("uwsgi")  # there only inside a uWSGI

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Serve a request."""
        if environ.get("HTTP_TRANSFER_ENCODING", "").lower() == "chunked":
            read = self._uwsgi.chunked_read if self._uwsgi else partial(environ["wsgi.input"].read, _PORTION)
            environ["wsgi.input"] = io.BufferedReader(ChunkedBody(read))
            environ["wsgi.input_terminated"] = True
        return self._application(environ, start_response)
