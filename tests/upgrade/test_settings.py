"""Settings of the release before: what a server started with then, it starts with now."""

from typing import Final

import pytest
import requests

from portsip_api import settings
from tests.contract.servers import KINDS, running
from tests.upgrade.ask import password_of, variables

# Values beside those of `before/settings.env` that were taken, the least and the most among them.
TAKEN: Final = {
    "PBX_DATA_DIR": ("db", "./db", "/srv/my pbx"),
    "DATABASE_URL": ("", "sqlite:///db/x.sqlite3", "sqlite:////srv/my pbx.sqlite3"),
    "PBX_SECRET_KEY_FILE": ("", "db/key"),
    "PBX_BIND": ("0.0.0.0:8899", "[::1]:8899", "localhost:8899", "pbx.example:80"),
    "PBX_WORKERS": ("1", "64"),
    "PBX_THREADS": ("1", "64"),
    "PBX_ADMIN_PASSWORD": ("", "x", "ß" * 128),
    "PBX_SIP_DOMAIN": ("pbx", "192.0.2.1", "xn--bcher-kva.example", "1"),
    "PBX_SIP_TRANSPORTS": ("UDP:5060", "WSS:0", "TLS:99999", "UDP:5060,UDP:5060,", ",TCP:00001"),
    "PBX_SERVER_ADDRESS": ("0.0.0.0", "::", "fe80::1%eth0", "::ffff:192.0.2.1"),
    "PBX_TIME_ZONE": ("UTC", "Zulu", "GMT0", "EST5EDT", "Etc/GMT+12", "US/Pacific", "Asia/Calcutta"),
    "PBX_TOKEN_TTL": ("1", " 30 ", "+30", "030", "86400"),
    "PBX_TOKEN_RENEWAL": ("absolute",),
    "PBX_EXPOSE_PASSWORDS": ("true", "TRUE", "1", "on", "Yes", "t", "y", "OFF", "n", "F", "0", "no"),
    "PBX_PASSWORD_POLICY": ("strict",),
    "PBX_LOGIN_FAILURES": ("1", "100000"),
    "PBX_LOGIN_FAILURES_ADDRESS": ("1", "100000"),
    "PBX_LOGIN_WINDOW": ("1", "86400"),
    "PBX_CORS_ORIGINS": ("", "*", "*,https://a.example", "null", "http://[::1]:3000", "HTTPS://CRM.example"),
    "PBX_TRUSTED_PROXIES": ("", "0.0.0.0/0", "::/0", "10.0.0.0/255.0.0.0", "127.0.0.1,"),
    "PBX_MAX_BODY": ("1024", "1073741824"),
    "PBX_MAX_IMPORT": ("1024", "4294967296"),
    "PBX_IMPORT_ROWS": ("1", "1000000"),
    "PBX_GREETING_FILES": ("1", "1000"),
    "PBX_GREETING_BYTES": ("1024", "4294967296"),
    "PBX_FETCH_ALLOW": ("", "localhost", "FILES.Example", "10.1.2.3/8", "a-b.c, ::1"),
    "PBX_LOG_LEVEL": ("DEBUG", "WARNING", "ERROR"),
}


@pytest.mark.parametrize("variable", TAKEN)
def test_a_value_of_before_is_taken(variable):
    for value in TAKEN[variable]:
        settings.load({variable: value})


def test_every_setting_of_before_is_there(tmp_path):
    given = set(variables(tmp_path))
    assert given == set(TAKEN)
    assert given <= {item.variable for item in settings.describe()}


@pytest.mark.usefixtures("servers")
@pytest.mark.parametrize("kind", KINDS)
def test_a_server_starts_with_the_settings_of_before(kind, place):
    given = variables(place)
    del given["PBX_DATA_DIR"], given["PBX_BIND"]  # the helper's: a port of its own
    file = place / "settings.env"
    file.write_text("".join(f"{name}='{value}'\n" for name, value in given.items()))
    environment = {"PBX_CONFIG": str(file)} if kind == "gunicorn" else given  # uWSGI reads no file for all of them
    with running(kind, place / "data", **environment) as server:
        login = {"username": "admin", "password": password_of("admin")}
        reply = requests.post(f"{server.url}/api/account/credentials/verify", json=login, timeout=30)
        assert reply.status_code == 200, reply.text
        assert reply.json()["expires"] == int(given["PBX_TOKEN_TTL"])
