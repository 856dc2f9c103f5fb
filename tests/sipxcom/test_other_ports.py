"""The addresses of the system's other ports: other spellings of what is below `redirect`, with the same log-ins."""

import pytest
from defusedxml.ElementTree import fromstring

from portsip_api.pbx.access import tenants
from portsip_api.pbx.extension_keys import ExtensionKey
from portsip_api.pbx.mailboxes import mailboxes
from tests.audio import wav
from tests.crm import WEB_PASSWORD
from tests.sipxcom.digests import Digest
from tests.sipxcom.test_roles import routes

HOME = tenants.DEFAULT_TENANT_ID
REDIRECT = "/sipxconfig/rest/my/redirect"
AUTH = ("200", WEB_PASSWORD)


@pytest.fixture
def id_(user) -> str:
    """The id of a message of 200."""
    return f"{mailboxes.deposit(HOME, ExtensionKey('200'), wav(3.4), '+1555').id:08}"


def test_a_mailbox_is_the_same_on_its_own_port(app, user, id_):
    http = app.test_client()
    listed = http.get("/mailbox/200/inbox", auth=AUTH)
    assert listed.text == http.get(f"{REDIRECT}/mailbox/200/inbox", auth=AUTH).text
    assert fromstring(listed.text)[0].attrib["id"] == id_
    assert http.put(f"/mailbox/200/message/{id_}/heard", auth=AUTH).status_code == 200
    assert http.get(f"/mailbox/200/message/{id_}/heard", auth=AUTH).text == "<heard>true</heard>"
    assert http.get(f"/media/200/inbox/{id_}.wav", auth=AUTH, buffered=True).content_type == "audio/wav"


@pytest.mark.parametrize("algorithm", ["MD5", "SHA-256"])
def test_digest_is_made_for_the_address_that_was_asked(app, user, id_, algorithm):
    http = app.test_client()
    challenged = http.get("/mailbox/200/messages")
    assert challenged.status_code == 401
    digest = Digest(*AUTH).challenged_by(challenged, algorithm)
    assert id_ in digest.send(http, "GET", "/mailbox/200/messages").text
    stolen = digest.header("GET", "/mailbox/200/messages")
    assert http.get(f"{REDIRECT}/mailbox/200/messages", headers=stolen).status_code == 401


def test_nobody_is_let_in_without_a_log_in(app, user, id_):
    http = app.test_client()
    for path in ("/mailbox/200/messages", f"/media/200/inbox/{id_}"):
        for auth in (None, ("200", "wrong")):
            reply = http.get(path, auth=auth)
            assert reply.status_code == 401
            assert "Basic" in " ".join(reply.headers.getlist("WWW-Authenticate"))


def test_errors_are_in_the_words_of_this_api(app, user):
    http = app.test_client()
    assert "<code>ERROR_FORBIDDEN</code>" in http.get("/mailbox/201/messages", auth=AUTH).text
    assert http.get("/mailbox/200", auth=AUTH).status_code == 404
    for path in ("/media/200", "/media/", "/mailbox/200/nothing/of/this"):
        reply = http.get(path, auth=AUTH)
        assert (reply.status_code, "<code>ERROR_NOT_FOUND</code>" in reply.text) == (404, True)
    assert "GET" in http.delete("/mailbox/200/messages", auth=AUTH).headers["Allow"]


def test_a_word_that_only_begins_alike_is_another_address(app):
    http = app.test_client()
    for path in ("/mailbox", "/mailboxes/200", "/mediathek/x", "/api/mailbox/200/messages"):
        assert "<response>" not in http.get(path, auth=AUTH).text


def test_a_slash_in_a_name_belongs_to_the_name(app, user):
    reply = app.test_client().get("/mailbox/2%2F0/messages", auth=AUTH)
    assert (reply.status_code, "Another user's mailbox." in reply.text) == (403, True)


def test_behind_a_prefix(app, user, id_):
    reply = app.test_client().get("/mailbox/200/messages", auth=AUTH, base_url="http://localhost/pbx")
    assert id_ in reply.text


def test_the_document_tells_of_them(app):
    paths = app.test_client().get("/openapi-sipxcom.json").json["paths"]
    told = {path for path, item in paths.items() for said in item.values() if "other ports" in str(said)}
    served = {rule.rule for rule, _, _ in routes(app) if rule.rule.startswith(f"{REDIRECT}/")}
    assert len(told) == len(served) >= 9
    assert all(path.startswith(f"{REDIRECT}/") for path in told)
