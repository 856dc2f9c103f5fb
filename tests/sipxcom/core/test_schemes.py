"""The settings that switch kinds of log-in off."""

from typing import Any

import pytest

from portsip_api import create_app
from tests.crm import ADMIN_PASSWORD
from tests.sipxcom.digests import Digest
from tests.sipxcom.portal import Portal, check_outcome

PATH = "/sipxconfig/rest/branch"
BASIC, MD5, SHA256 = "Basic", "MD5", "SHA-256"
# PBX_DIGEST, PBX_BASIC, and what is left: the challenges, in order.
CASES = [
    ("md5+sha256", "true", [SHA256, MD5, BASIC]),
    ("md5+sha256", "false", [SHA256, MD5]),
    ("sha256", "true", [SHA256, BASIC]),
    ("sha256", "false", [SHA256]),
    ("off", "true", [BASIC]),
]


def challenges(reply) -> list[str]:
    """What a refusal offers: the algorithm of each Digest, or Basic."""
    given = reply.headers.getlist("WWW-Authenticate")
    return [text.partition("algorithm=")[2] or text.split()[0] for text in given]


@pytest.fixture
def ways(app, stranger):
    """A log-in in each of the three ways; both Digests hold a challenge that was given while they were all on."""
    digests = {
        name: Digest("admin", ADMIN_PASSWORD).challenged_by(stranger.http.get(PATH), name) for name in (MD5, SHA256)
    }
    return {
        BASIC: lambda: Portal(app.test_client(), "admin", ADMIN_PASSWORD).get("rest/branch"),
        **{name: lambda digest=digest: digest.send(app.test_client(), "GET", PATH) for name, digest in digests.items()},
    }


@pytest.mark.parametrize(("digest", "basic", "left"), CASES)
def test_what_is_left_is_offered_and_taken_and_nothing_else(configure, stranger, ways, digest, basic, left):
    configure(PBX_DIGEST=digest, PBX_BASIC=basic)
    refused = stranger.get("rest/branch")
    check_outcome(refused, 401, "ERROR_UNAUTHORIZED")
    assert challenges(refused) == left
    for name, log_in in ways.items():
        reply = log_in()
        assert reply.status_code == (200 if name in left else 401), name
        assert name in left or challenges(reply) == left


def test_a_way_that_is_off_tells_nothing_of_a_password(app, configure):
    configure(PBX_BASIC="false")
    right, wrong = (Portal(app.test_client(), "admin", text).get("rest/branch") for text in (ADMIN_PASSWORD, "wrong"))
    assert right.data == wrong.data


def test_with_both_off_nobody_is_asked_to_log_in(configure, stranger, ways):
    configure(PBX_DIGEST="off", PBX_BASIC="false")
    for reply in (stranger.get("rest/branch"), *(log_in() for log_in in ways.values())):
        check_outcome(reply, 403, "ERROR_FORBIDDEN")
        assert "WWW-Authenticate" not in reply.headers
    assert stranger.get("rest/avatar/200").status_code == 200  # which needs none


@pytest.mark.parametrize(
    ("digest", "basic", "schemes"),
    [("md5+sha256", "true", ["basic", "digest"]), ("sha256", "false", ["digest"]), ("off", "true", ["basic"])],
)
def test_the_document_says_what_is_left(configure, digest, basic, schemes):
    app = create_app(configure(PBX_DIGEST=digest, PBX_BASIC=basic))
    document: Any = app.test_client().get("/openapi-sipxcom.json").json
    assert sorted(document["components"]["securitySchemes"]) == schemes
    assert document["paths"]["/sipxconfig/rest/branch"]["get"]["security"] == [{name: []} for name in schemes]
