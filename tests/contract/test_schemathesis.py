"""schemathesis against the live server: what the OpenAPI document says is what the server does.

`positive_data_acceptance` is left out, since a document cannot say that a member must exist; a 503, which is documented
where a call needs a SIP engine, is no finding. Tokens are not generated: the tool would learn its own from replies,
send it beside garbage and call the garbage accepted. Signing out would end the token that all its requests use.
"""

import subprocess
import sys
from pathlib import Path

import requests

from tests.contract.servers import running
from tests.crm import ADMIN_PASSWORD

EXAMPLES = "12"  # for each operation, beside those that cover its schema

CONFIGURATION = """
[checks.not_a_server_error]
expected-statuses = ["2xx", "4xx", 503]

[checks.positive_data_acceptance]
enabled = false

[auth.openapi.token_in_header]
api_key = "{token}"
"""


def test_the_server_does_what_its_document_says(fresh_store, tmp_path):
    limits = {"PBX_LOGIN_FAILURES": "100000", "PBX_LOGIN_FAILURES_ADDRESS": "100000", "PBX_TOKEN_TTL": "3600"}
    with running("gunicorn", fresh_store(), **limits) as server:
        credentials = {"username": "admin", "password": ADMIN_PASSWORD}
        reply = requests.post(f"{server.url}/api/account/credentials/verify", json=credentials, timeout=30)
        configuration = tmp_path / "schemathesis.toml"
        configuration.write_text(CONFIGURATION.format(token=reply.json()["access_token"]))
        program = Path(sys.executable).with_name("schemathesis")
        command = [program, "--config-file", configuration, "run", f"{server.url}/openapi.json"]
        command += ["--max-examples", EXAMPLES, "--seed", "1", "--generation-database", "none", "--warnings", "off"]
        command += ["--generation-with-security-parameters", "false", "--exclude-path", "/api/account/sign_out"]
        outcome = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert outcome.returncode == 0, outcome.stdout[-8000:] + outcome.stderr[-2000:]
        assert "No issues found" in outcome.stdout
