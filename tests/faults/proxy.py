"""The nginx of `deploy/nginx.conf` and `deploy/nginx-other-ports.conf` before a server."""

import os
import socket
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from ipaddress import ip_address
from pathlib import Path

import requests
from cryptography import x509
from cryptography.hazmat.primitives import serialization

from portsip_api import settings
from tests.authority import Authority
from tests.contract.servers import wait_until
from tests.faults.form import NGINX

FILES = 8_192  # that a process may have open
PORTS = (8900, 6666, 6667, 8085)
AROUND = """
daemon off;
pid {folder}/pid;
error_log {folder}/error.log;
worker_processes 2;
worker_rlimit_nofile {files};
events {{ worker_connections 4096; }}
http {{
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    {shipped}
}}
"""


def configuration(folder: Path, ports: Mapping[int, int], server: int) -> str:
    """Return the shipped configuration with the addresses and paths of this test; `ports` take the place of its own."""
    files = ("nginx.conf", "nginx-other-ports.conf")
    shipped = "".join((settings.ROOT / "deploy" / file).read_text(encoding="utf-8") for file in files)
    for old, new in {
        "server 127.0.0.1:8899;": f"server 127.0.0.1:{server};",
        **{f"listen {old}": f"listen 127.0.0.1:{port}" for old, port in ports.items()},
        "/etc/portsip-api/tls/fullchain.pem": str(folder / "server.pem"),
        "/etc/portsip-api/tls/privkey.pem": str(folder / "server.pem"),
        "/var/log/nginx/": f"{folder}/",
    }.items():
        assert old in shipped, old
        shipped = shipped.replace(old, new)
    around = AROUND.format(folder=folder, files=FILES, shipped=shipped)
    return f"user root root;{around}" if os.geteuid() == 0 else around


@contextmanager
def nginx(folder: Path, server: int, ports: dict[int, int] | None = None) -> Iterator[tuple[str, Path]]:
    """Run nginx before the server on that port; give its address and the authority that vouches for it.

    `ports` is filled with those of this test, by those of the shipped configuration.
    """
    authority = Authority()
    authority.server(folder, x509.IPAddress(ip_address("127.0.0.1")))
    trusted = folder / "authority.pem"
    trusted.write_bytes(authority.certificate.public_bytes(serialization.Encoding.PEM))
    ports = {} if ports is None else ports
    with ExitStack() as free:
        sockets = {port: free.enter_context(socket.create_server(("127.0.0.1", 0))) for port in PORTS}
        ports.update({port: one.getsockname()[1] for port, one in sockets.items()})
    (folder / "nginx.conf").write_text(configuration(folder, ports, server), encoding="utf-8")
    assert NGINX, "nginx is not installed, and without it this fault cannot be tried"
    process = subprocess.Popen([NGINX, "-e", folder / "error.log", "-p", folder, "-c", folder / "nginx.conf"])
    try:
        address = f"https://127.0.0.1:{ports[8900]}"

        def answers() -> bool:
            assert process.poll() is None, (folder / "error.log").read_text(encoding="utf-8")
            with suppress(requests.ConnectionError):
                return requests.get(f"{address}/healthz", verify=str(trusted), timeout=30).ok
            return False

        wait_until(answers, "nginx answers")
        yield address, trusted
    finally:
        process.terminate()
        process.wait(30)
