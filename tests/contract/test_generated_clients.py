"""Clients that generators make of the documents compile, and list extensions. Nothing that is made is kept."""

import compileall
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from portsip_api import settings
from tests.contract.servers import running
from tests.crm import ADMIN_PASSWORD, SIP_PASSWORD, WEB_PASSWORD

OURS = settings.ROOT / "tests" / "clients"
MODULES = settings.ROOT / ".venv" / "clients" / "node_modules"  # put there by `make test`, where there is npm
DOCUMENTS = {"portsip": "openapi.json", "sipxcom": "openapi-sipxcom.json"}
# Bodies that are no JSON are bytes to a generator that knows only the commonest types.
BYTES = ("text/xml", "text/plain", "audio/wav", "audio/x-wav", "audio/mpeg", "image/png")
CONFIG = {"content_type_overrides": dict.fromkeys(BYTES, "application/octet-stream"), "post_hooks": []}


@pytest.fixture(scope="module")
def place(fresh_store, tmp_path_factory):
    """A folder with both documents of a server that has the extension 1000, and what a client is told of the server."""
    folder = tmp_path_factory.mktemp("clients")
    with running("gunicorn", fresh_store(), PBX_WORKERS="1", PBX_TOKEN_TTL="3600") as server:
        login = {"username": "admin", "password": ADMIN_PASSWORD}
        reply = requests.post(f"{server.url}/api/account/credentials/verify", json=login, timeout=30)
        token = reply.json()["access_token"]
        extension = {"extension_number": "1000", "password": SIP_PASSWORD, "web_access_password": WEB_PASSWORD}
        headers = {"access_token": token}
        requests.post(f"{server.url}/api/extensions/create", json=extension, headers=headers, timeout=30)
        for name, path in DOCUMENTS.items():
            (folder / f"{name}.json").write_bytes(requests.get(f"{server.url}/{path}", timeout=30).content)
        yield folder, [server.url, token, "superadmin", ADMIN_PASSWORD]


def run(*command, folder):
    """Run a command to its end, which must be good, and return what it printed."""
    ran = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


def test_a_client_in_python(place):
    folder, told = place
    (folder / "config.json").write_text(json.dumps(CONFIG))
    for name in DOCUMENTS:
        made = run(
            Path(sys.executable).with_name("openapi-python-client"), "generate", "--path", f"{name}.json",
            "--output-path", f"{name}_client", "--meta", "none", "--config", "config.json",
            folder=folder,
        )  # fmt: skip
        assert "WARNING" not in made, made  # of an operation that is left out
        assert compileall.compile_dir(folder / f"{name}_client", quiet=2)
    shutil.copy(OURS / "list.py", folder)
    assert json.loads(run(sys.executable, "list.py", *told, folder=folder)) == [["1000"], ["1000"]]


@pytest.mark.skipif(not MODULES.is_dir(), reason="`make test` installs the generator where there is npm")
def test_a_client_in_typescript(place):
    folder, told = place
    (folder / "node_modules").symlink_to(MODULES)
    (folder / "package.json").write_text('{"type": "module"}')
    for name in DOCUMENTS:
        run(
            "node", MODULES / "openapi-typescript" / "bin" / "cli.js", f"{name}.json", "-o", f"{name}.ts", folder=folder
        )
    shutil.copy(OURS / "list.ts", folder)
    options = ("--strict", "--target", "es2022", "--module", "nodenext", "--outDir", "out")
    run("node", MODULES / "typescript" / "bin" / "tsc", *options, "list.ts", "portsip.ts", "sipxcom.ts", folder=folder)
    assert json.loads(run("node", "out/list.js", *told, folder=folder)) == [["1000"], ["1000"]]
