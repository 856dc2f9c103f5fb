"""schemathesis against the live server: what the OpenAPI document says is what the server does.

`positive_data_acceptance` is left out, since a document cannot say that a member must exist; a 503, which is documented
where a call needs a SIP engine, is no finding, and neither is a portal's log-out. Tokens are not generated: the tool
would learn its own from replies, send it beside garbage and call the garbage accepted. Signing out would end the token
that all its requests use.
"""

import subprocess
import sys
from pathlib import Path

import requests

from tests.contract.servers import ROOT, running
from tests.contract.sipxcom.world import Portal
from tests.crm import ADMIN_PASSWORD, WEB_PASSWORD

# For each operation, beside those that cover its schema.
EXAMPLES = {"openapi.json": "12", "openapi-sipxcom.json": "3", "openapi-provision.json": "20"}
LIMITS = {"PBX_LOGIN_FAILURES": "100000", "PBX_LOGIN_FAILURES_ADDRESS": "100000", "PBX_TOKEN_TTL": "3600"}
# What Hypothesis works out about Unicode is kept; and requests looks for proxies among all variables, each time.
ENVIRONMENT = {
    "HYPOTHESIS_STORAGE_DIRECTORY": str(ROOT / ".hypothesis"),
    "PYTHONUTF8": "1",
    "SCHEMATHESIS_HOOKS": str(ROOT / "tests" / "contract" / "what_is_read.py"),
}

CONFIGURATION = """
[checks.not_a_server_error]
expected-statuses = ["2xx", 302, 304, "4xx", 503]

[checks.negative_data_rejection]
expected-statuses = [400, 401, 403, 404, 406, 409, 413, 415, 417, 429]

[checks.positive_data_acceptance]
enabled = false

# The vendor's own statuses, above 700, which the tool takes for failures of the server.
[[operations]]
include-path-regex = "/(my|[{]of_user[}])/phonebook"
checks.not_a_server_error.enabled = false
checks.negative_data_rejection.enabled = false
"""
# What users ask for themselves.
_USERS = "/(rest|api)/my/|/rest/call"
AS_ADMINISTRATOR = ("--auth", f"superadmin:{ADMIN_PASSWORD}", "--exclude-path-regex", _USERS)
# A password that is set would end the log-in of the tool.
AS_USER = ("--auth", f"200:{WEB_PASSWORD}", "--include-path-regex", _USERS, "--exclude-path-regex", "/portal/password/")
TOKEN = """
[auth.openapi.token_in_header]
api_key = "{token}"
"""


def make_user(url: str) -> None:
    """Make the user whom AS_USER logs in."""
    Portal(url).make("rest/user", {"userName": "200", "pin": WEB_PASSWORD})


def check_document(server, folder, document, configuration, *options):
    """Run schemathesis over a document of `server`; it finds nothing."""
    path = folder / "schemathesis.toml"
    path.write_text(CONFIGURATION + configuration)
    program = Path(sys.executable).with_name("schemathesis")
    command = [program, "--config-file", path, "run", f"{server.url}/{document}", *options]
    command += [
        "--max-examples",
        EXAMPLES[document],
        "--seed",
        "1",
        "--generation-database",
        "none",
        "--warnings",
        "off",
    ]
    # A body of plain text leaves little that is against its schema.
    command += ["--generation-with-security-parameters", "false", "--suppress-health-check", "filter_too_much"]
    outcome = subprocess.run(command, cwd=folder, env=ENVIRONMENT, capture_output=True, text=True, check=False)
    assert outcome.returncode == 0, outcome.stdout[-8000:] + outcome.stderr[-2000:]
    assert "No issues found" in outcome.stdout


def test_the_portsip_api_does_what_its_document_says(fresh_store, tmp_path):
    with running("gunicorn", fresh_store(), **LIMITS) as server:
        credentials = {"username": "admin", "password": ADMIN_PASSWORD}
        reply = requests.post(f"{server.url}/api/account/credentials/verify", json=credentials, timeout=30)
        token = TOKEN.format(token=reply.json()["access_token"])
        check_document(server, tmp_path, "openapi.json", token, "--exclude-path", "/api/account/sign_out")


def test_the_sipxcom_api_does_what_its_document_says(fresh_store, tmp_path):
    with running("gunicorn", fresh_store(), **LIMITS) as server:
        check_document(server, tmp_path, "openapi-sipxcom.json", "", *AS_ADMINISTRATOR)


def test_what_users_ask_does_what_its_document_says(fresh_store, tmp_path):
    """As a user, since administrators are refused there."""
    with running("gunicorn", fresh_store(), **LIMITS) as server:
        make_user(server.url)
        check_document(server, tmp_path, "openapi-sipxcom.json", "", *AS_USER)


def test_what_phones_fetch_is_what_its_document_says(fresh_store, tmp_path):
    with running("gunicorn", fresh_store(), **LIMITS) as server:
        check_document(server, tmp_path, "openapi-provision.json", "", "--auth", "0004f2aabb95:a-password")
