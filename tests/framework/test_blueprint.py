"""Whatever the dialect: who asks is known before the body is read, and of a stranger's little is read."""

import pytest
from flask import Flask, Response, g, request
from werkzeug.exceptions import Forbidden

from portsip_api.framework import turns
from portsip_api.framework.blueprint import Operations, current_identity
from portsip_api.framework.bodies import MOST_UNKNOWN
from portsip_api.framework.declaration import Declaration
from portsip_api.framework.turns import Turns
from portsip_api.pbx.errors import Busy
from portsip_api.pbx.identity import Identity, Role
from tests.counting import Counting

SOMEBODY = Identity(Role.ADMINISTRATOR, 1, None, "somebody")
PRINTING = Turns("printers")


class Toy(Operations[Declaration]):
    """An API whose clients say their role with the query, or with the body."""

    def identify(self, declared):
        """Let in who says that he is one of those that may call."""
        if "role" in request.args:
            self._judge(declared, request.args["role"])

    def identify_whole(self, declared):
        """Let in who says so in the body."""
        if g.identity is None:
            self._judge(declared, request.get_data().decode()[:5])

    def answer(self, _, view, named):
        """Say what the view returns."""
        return Response(view(**named))

    def operation(self, *_):
        """Document nothing."""
        return {}

    def _judge(self, declared, role):
        if role not in declared.access:
            raise Forbidden
        g.identity = SOMEBODY


def make(toy):
    app = Flask(__name__)
    app.register_blueprint(toy)
    app.teardown_request(turns.end)
    return app


@pytest.fixture
def toy():
    return Toy("toy", __name__, blank=Declaration())


@pytest.fixture
def http(toy):
    @toy.route("/plain/<name>", methods=["GET", "POST"], aliases=["/other/<name>"])
    @toy.limits(largest=lambda: 1 << 20)
    @toy.note(access=("guest",))
    def plain(name):
        return f"{name} {current_identity().name} {len(request.get_data())}"

    @toy.route("/print", methods=["POST"])
    @toy.limits(largest=lambda: 5 << 20, unknown=9, turns=PRINTING)
    @toy.note(access=("guest",))
    def printed():
        return str(PRINTING._turn._value == 0)

    return make(toy).test_client()


def test_a_view_says_who_may_call_it(toy):
    with pytest.raises(TypeError, match="nobody_said does not declare who may call it"):

        @toy.route("/nobody")
        @toy.limits(unknown=1)
        def nobody_said(): ...


def test_what_no_declaration_has_is_not_noted(toy):
    with pytest.raises(TypeError, match="roles"):

        @toy.note(roles=())
        def view(): ...


def test_a_view_has_every_path_and_method(toy, http):
    rules = {(rule.rule, method, rule.endpoint) for rule in http.application.url_map.iter_rules()
             for method in rule.methods - {"HEAD", "OPTIONS"} if rule.endpoint != "static"}  # fmt: skip
    assert rules == {
        ("/plain/<name>", "GET", "toy.plain_get"),
        ("/plain/<name>", "POST", "toy.plain_post"),
        ("/other/<name>", "GET", "toy.plain_get_alias1"),
        ("/other/<name>", "POST", "toy.plain_post_alias1"),
        ("/print", "POST", "toy.printed"),
    }
    assert http.get("/plain/x?role=guest").text == http.get("/other/x?role=guest").text == "x somebody 0"
    assert http.application.view_functions["toy.printed"].declared.unknown == 9


def send(http, path, body, *, chunked=False, **environ):
    """Send a body and return the status, and how many of its bytes were read."""
    stream = Counting(body)
    if chunked:
        environ |= {"CONTENT_LENGTH": "", "HTTP_TRANSFER_ENCODING": "chunked", "wsgi.input_terminated": True}
    environ = {"CONTENT_LENGTH": str(len(body)), "wsgi.input": stream} | environ
    return http.post(path, environ_overrides=environ).status_code, stream.taken


def test_who_may_not_call_is_refused_before_the_body(http):
    assert send(http, "/plain/x?role=crook", b"x" * 100) == (403, 0)
    assert send(http, "/plain/x?role=guest", b"x" * 100) == (200, 100)


@pytest.mark.parametrize(("path", "most"), [("/plain/x", MOST_UNKNOWN), ("/print", 9)])
def test_little_of_a_strangers_body_is_read(http, path, most):
    assert send(http, path, b"guest".ljust(most)) == (200, most)
    assert send(http, path, b"guest".ljust(most + 1)) == (413, 0)
    assert send(http, path, b"guest".ljust(most - 1), chunked=True) == (200, most - 1)
    status, taken = send(http, path, b"guest".ljust(2 * most + 99), chunked=True)
    assert (status, taken <= most + 1) == (413, True)
    assert send(http, f"{path}?role=guest", b"x" * (most + 1)) == (200, most + 1)


def test_nobody_sends_more_than_is_taken(http):
    assert send(http, "/print?role=guest", b"", CONTENT_LENGTH=str((5 << 20) + 1)) == (413, 0)


def test_an_encoded_body_is_not_read(http):
    assert send(http, "/plain/x?role=guest", b"x" * 100, HTTP_CONTENT_ENCODING="gzip") == (415, 0)


@pytest.mark.parametrize(
    ("path", "body"), [("/print?role=guest", b""), ("/print?role=guest", b"x"), ("/print", b"guest")]
)
def test_whoever_is_known_takes_turns(http, monkeypatch, path, body):
    monkeypatch.setattr(turns, "_WAIT", 0)
    assert http.post(path, data=body).text == "True"
    assert PRINTING._turn._value == 1
    with PRINTING._turn:
        assert http.post("/print", data=b"crook").status_code == 403  # asked before it waits
        http.application.testing = True
        with pytest.raises(Busy):
            http.post(path, data=body)
