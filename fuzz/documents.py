"""Schemathesis over both OpenAPI documents, with the configuration of the suite's own test of them."""

import json
import math
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import requests

from fuzz.report import Row
from portsip_api import create_app, settings
from portsip_api.pbx.access import administrators
from portsip_api.store import database
from tests.contract.servers import running
from tests.contract.test_schemathesis import (
    AS_ADMINISTRATOR,
    AS_USER,
    CONFIGURATION,
    ENVIRONMENT,
    LIMITS,
    TOKEN,
    make_user,
)
from tests.crm import ADMIN_PASSWORD

LIFE = "86400"  # seconds of the one token: a long run must not outlive it
_METHODS = {"get", "put", "post", "delete", "patch", "head", "options"}
_CASES = re.compile(r"([0-9][0-9,]*) generated")


def make_store(data: Path) -> None:
    """Make a store with the administrator `admin`."""
    create_app(settings.load({"PBX_DATA_DIR": str(data), "PBX_LOG_LEVEL": "ERROR"}))
    administrators.create("admin", ADMIN_PASSWORD)
    database.db.close()


@dataclass(frozen=True)
class Document:
    """A document: its row's name, its path, the options that it needs, and what its configuration has beside."""

    name: str
    path: str
    options: tuple[str, ...]
    configuration: Callable[[str], str] = lambda _: ""

    def check(self, folder: Path, examples: int, phases: str, seed: int) -> Row:
        """Hold the server to it with at least `examples` examples; all that the tool says is one finding.

        `phases` are the tool's, separated by commas.
        """
        make_store(folder / "data")
        with running("gunicorn", folder / "data", **(LIMITS | {"PBX_TOKEN_TTL": LIFE})) as server:
            each = max(1, math.ceil(examples / self._operations(server.url)))
            began = time.monotonic()
            outcome = self._run(server.url, folder, each, phases, seed)
            seconds = time.monotonic() - began
        said = outcome.stdout + outcome.stderr
        found = _CASES.search(said)
        cases = int(found[1].replace(",", "")) if found else 0
        findings = [] if outcome.returncode == 0 and "No issues found" in said else [said]
        if cases < examples:
            findings.append(f"{self.path}: {cases} examples are fewer than {examples}.")
        return Row(self.name, cases, seconds, findings)

    def _operations(self, url: str) -> int:
        """Return how many operations the options leave."""
        given = dict(zip(self.options[::2], self.options[1::2], strict=True))
        wanted, others = given.get("--include-path-regex", ""), given.get("--exclude-path-regex", r"(?!)")
        paths = json.loads(requests.get(f"{url}/{self.path}", timeout=30).content)["paths"]
        left = [path for path in paths if re.search(wanted, path) and not re.search(others, path)]
        return sum(method in _METHODS for path in left for method in paths[path])

    def _run(self, url: str, folder: Path, each: int, phases: str, seed: int) -> subprocess.CompletedProcess[str]:
        configuration = folder / "schemathesis.toml"
        configuration.write_text(CONFIGURATION + self.configuration(url), encoding="utf-8")
        program = str(Path(sys.executable).with_name("schemathesis"))
        command = [program, "--config-file", str(configuration), "run", f"{url}/{self.path}", *self.options]
        command += ["--max-examples", str(each), "--seed", str(seed), "--phases", phases]
        command += ["--generation-with-security-parameters", "false", "--generation-database", "none"]
        command += ["--warnings", "off", "--continue-on-failure"]
        # That few of its guesses fit a pattern of the document, or that the machine is busy, is no finding.
        command += ["--suppress-health-check", "filter_too_much,too_slow"]
        environment = {**os.environ, "SCHEMATHESIS_HOOKS": ENVIRONMENT["SCHEMATHESIS_HOOKS"]}
        return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def _token(url: str) -> str:
    credentials = {"username": "admin", "password": ADMIN_PASSWORD}
    reply = requests.post(f"{url}/api/account/credentials/verify", json=credentials, timeout=30)
    return TOKEN.format(token=reply.json()["access_token"])


def _user(url: str) -> str:
    make_user(url)
    return ""


DOCUMENTS = {
    document.name: document
    for document in (
        Document("Document, PortSIP", "openapi.json", ("--exclude-path", "/api/account/sign_out"), _token),
        Document("Document, sipXcom", "openapi-sipxcom.json", AS_ADMINISTRATOR),
        Document("Document, sipXcom's users", "openapi-sipxcom.json", AS_USER, _user),
        Document("Document, phones", "openapi-provision.json", ("--auth", "0004f2aabb95:a-password")),
    )
}
