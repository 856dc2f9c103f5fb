"""A phone as one has it: it fetches its files, over Flask's test client."""

from dataclasses import dataclass
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from portsip_api.pbx.devices import credentials
from portsip_api.pbx.devices.credentials import Credential
from tests.pbx.devices.devices import HOME, SERIAL
from tests.sipxcom.portal import Portal

CFG = f"{SERIAL}.cfg"
YEALINK = "yealinkPhoneSIPT46G"


@dataclass
class Fetching:
    """Fetches with a credential: that of now, until the test lets it learn another."""

    http: FlaskClient
    credential: Credential

    def learn(self, key: int | str = SERIAL) -> "Fetching":
        """Return the phone with the credential that its server has now."""
        return Fetching(self.http, credentials.show(HOME, key))

    def by_url(self, name: str = CFG, method: str = "GET", **options: Any) -> TestResponse:
        """Ask for a file by the secret in the URL."""
        return self.http.open(f"/provision/{self.credential.secret}/{name}", method=method, **options)

    def by_password(self, name: str = CFG, method: str = "GET", **options: Any) -> TestResponse:
        """Ask for a file by serial number and password."""
        auth = (self.credential.user, self.credential.password)
        return self.http.open(f"/provision/{name}", method=method, **{"auth": auth, **options})


def parameters(reply: TestResponse) -> dict[str, str]:
    """The parameters of a Yealink's file."""
    assert reply.status_code == 200, (reply.status_code, reply.text)
    rows = (line.partition(" = ") for line in reply.text.splitlines())
    return {name: value for name, separator, value in rows if separator}


def rotate(portal: Portal, key: int | str = SERIAL) -> None:
    """Rotate a phone's credential, as an administrator does."""
    reply = portal.put(f"api/phones/{key}/provisioning/rotate")
    assert (reply.status_code, reply.data) == (200, b""), reply.text
