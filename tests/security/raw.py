"""Requests as bytes over a socket, for what no client library would send."""

import contextlib
import socket

from tests.contract.servers import Server

SECONDS = 20.0  # in which a server answers or closes; a bound against hanging, not a measurement


def exchange(server: Server, *pieces: bytes) -> bytes:
    """Send the pieces, end the sending side, and return all that comes until the server closes the connection.

    Fails when the server neither answers to the end nor closes within SECONDS.
    """
    with socket.create_connection(("127.0.0.1", server.port), timeout=SECONDS) as connection:
        with contextlib.suppress(OSError):  # refused, and closed, before all was sent
            for piece in pieces:
                connection.sendall(piece)
            connection.shutdown(socket.SHUT_WR)
        received = bytearray()
        with contextlib.suppress(ConnectionError):
            while piece := connection.recv(1 << 16):
                received += piece
    return bytes(received)


def statuses(received: bytes) -> list[int]:
    """Return the statuses of the replies in what was received, one after the other."""
    found = []
    while received.startswith(b"HTTP/1."):
        head, _, rest = received.partition(b"\r\n\r\n")
        found.append(int(head.split()[1]))
        lengths = [
            int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")
        ]
        if not lengths:
            break
        received = rest[lengths[0] :]
    return found
