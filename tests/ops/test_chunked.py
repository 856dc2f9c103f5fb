"""Chunks become a file that can be read in any portions; uWSGI itself is tested over a socket."""

import io

import pytest
from werkzeug.exceptions import ClientDisconnected

from portsip_api.ops.chunked import ChunkedBody


def _body(*chunks: bytes) -> io.BufferedReader:
    pending = iter(chunks)
    return io.BufferedReader(ChunkedBody(lambda: next(pending, b"")))


@pytest.mark.parametrize("chunks", [(), (b"abc",), (b"a", b"bc"), (b"x" * 20_000, b"y", b"z" * 9)])
@pytest.mark.parametrize("portion", [1, 2, 8192, -1])
def test_all_chunks_are_read_in_order(chunks: tuple[bytes, ...], portion: int) -> None:
    body = _body(*chunks)
    assert b"".join(iter(lambda: body.read(portion), b"")) == b"".join(chunks)
    assert body.read() == b""


def test_lines_run_over_chunks() -> None:
    assert list(_body(b"a\nb", b"c\n", b"d")) == [b"a\n", b"bc\n", b"d"]


def test_a_client_that_goes_away_is_said_so() -> None:
    def gone() -> bytes:
        raise OSError("unable to receive chunked part")

    with pytest.raises(ClientDisconnected):
        ChunkedBody(gone).read(1)
