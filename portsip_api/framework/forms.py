"""Forms as clients write them: one that cannot be read is refused as that, and a file keeps the last part of its name.

Werkzeug takes an unreadable form for an empty one, so that the first field that is required would get the blame.
"""

import re
from collections.abc import Callable
from contextlib import ExitStack
from typing import IO, Any, Final

import flask
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.formparser import FormDataParser
from werkzeug.http import parse_options_header

from portsip_api.pbx.errors import Invalid

# What escapes within quotes is a backslash before a quote or another one (RFC 9110, 5.6.4). Browsers and old Windows
# clients escape nothing: any other backslash belongs to a path, and Werkzeug would drop it.
_BACKSLASH: Final = re.compile(r'\\["\\]|\\')


class _Parser(FormDataParser):
    """Raises Invalid for a form that cannot be read, and reads backslashes in the names of files."""

    def parse(
        self, stream: IO[bytes], mimetype: str, content_length: int | None, options: dict[str, str] | None = None
    ) -> tuple[IO[bytes], MultiDict[str, str], MultiDict[str, FileStorage]]:
        if content_length == 0:
            return stream, self.cls(), self.cls()
        self.silent = False
        with ExitStack() as begun:
            self.stream_factory = _closed_by(begun, self.stream_factory)
            try:
                stream, form, files = super().parse(stream, mimetype, content_length, options)
            except UnicodeDecodeError:
                raise Invalid({"body": ["The form must be in UTF-8, the names of its fields and files too."]}) from None
            except ValueError:
                raise Invalid({"body": ["Is not a well-formed form."]}) from None
            begun.pop_all()  # whoever has the files closes them
        for same in files.listvalues():
            for file in same:
                file.filename = _name_of(file)
        return stream, form, files


def _closed_by(begun: ExitStack, opens: Callable[..., IO[bytes]]) -> Callable[..., IO[bytes]]:
    """Return what opens files for parts as `opens` does, and lets `begun` close them."""

    def open_(*args: Any, **options: Any) -> IO[bytes]:
        file = opens(*args, **options)
        begun.callback(file.close)
        return file

    return open_


class Request(flask.Request):
    """A request whose forms are read so."""

    form_data_parser_class = _Parser


def _name_of(file: FileStorage) -> str | None:
    disposition: Any = file.headers.get("Content-Disposition")
    escaped = _BACKSLASH.sub(lambda found: found[0] if len(found[0]) == 2 else r"\\", disposition or "")
    return parse_options_header(escaped)[1].get("filename", file.filename)
