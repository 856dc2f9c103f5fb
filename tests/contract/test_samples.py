"""Every sample request of the vendor's page, sent with curl to a real server, answers as the page prints."""

import json
import subprocess
from urllib.parse import urlencode

import pytest
import requests

from tests.audio import wav
from tests.contract.samples import MEMBERS, SAMPLES, TOKEN
from tests.crm import ADMIN_PASSWORD


def check_like(printed, answered, path="reply"):
    """Every field that the page prints is there, with a value of the same type."""
    assert type(printed) is type(answered), path
    if isinstance(printed, dict):
        for name, value in printed.items():
            assert name in answered, f"{path}.{name}"
            check_like(value, answered[name], f"{path}.{name}")
    if isinstance(printed, list) and printed:
        assert answered, path
        for item in answered:
            check_like(printed[0], item, f"{path}[]")


def curl(url, *arguments):
    """Send a request with curl and return the status and the decoded reply."""
    command = ["curl", "--silent", "--show-error", "--max-time", "30", "--write-out", "\n%{http_code}", *arguments, url]
    output = subprocess.run(command, capture_output=True, check=True, text=True).stdout
    body, _, status = output.rpartition("\n")
    return int(status), json.loads(body)


@pytest.fixture
def token(server):
    """An administrator's token."""
    credentials = {"username": "admin", "password": ADMIN_PASSWORD}
    reply = requests.post(f"{server.url}/api/account/credentials/verify", json=credentials, timeout=30)
    return reply.json()["access_token"]


def upload_greeting(server, token):
    """Add the greeting file that the samples name."""
    form = {"access_token": token, "extension_number": "1000"}
    url = f"{server.url}/api/extensions/greeting_file/create"
    assert requests.post(url, data=form, files={"file": ("some_filename", wav())}, timeout=30).status_code == 200


def test_every_sample(server, token):
    for number in [*MEMBERS, "1001"]:
        fields = {"extension_number": number, "password": "x", "web_access_password": "x", "access_token": token}
        assert requests.post(f"{server.url}/api/extensions/create", json=fields, timeout=30).status_code == 200
    keys = {TOKEN: token}
    for sample in SAMPLES:
        url, arguments = f"{server.url}{sample.path}", []
        if sample.body is None:
            url += "?" + urlencode({name: keys.get(value, value) for name, value in sample.query.items()})
        else:
            body = {
                name: keys.get(value, value) if isinstance(value, str) else value for name, value in sample.body.items()
            }
            arguments = ["--data", json.dumps(body), "--header", "Content-Type: application/json"]
            if TOKEN not in sample.body.values():  # the page's own sample carries none
                arguments += ["--header", f"access_token: {token}"]
        status, reply = curl(url, *arguments)
        assert status == sample.status, (sample.name, reply)
        if status == 200:
            check_like(sample.response, reply)
        if sample.name == "create extension":
            upload_greeting(server, token)
        if sample.name == "create group":
            keys["{group}"] = reply["group_id"]
    _, left = curl(f"{server.url}/api/extensions/list?access_token={token}")
    assert [row["extension_number"] for row in left["extensions"]] == [*MEMBERS, "1001"]
