"""The floor: what a reply costs when nothing has to be found out for it.

Its routes are declared like any operation, so that they pass the same middleware, the same reading of the request and
the same check of the token, and then answer with bytes that are ready.
"""

from collections.abc import Mapping

from flask import Flask, Response, g, request
from marshmallow import Schema

from portsip_api.engine.blueprint import EngineOperations
from portsip_api.portsip.core.blueprint import EVERYBODY, ResourceBlueprint
from portsip_api.store import database

floor = ResourceBlueprint("floor", __name__, url_prefix="/floor")
of_engine = EngineOperations("floor of the engine", __name__)
_replies: dict[str, bytes] = {}


@floor.route("/reply", methods=["GET", "POST"])
@floor.allowed(*EVERYBODY)
@floor.answers(Schema)
def answer() -> Response:
    """Return the bytes that were put there."""
    return Response(_replies[g.fields["reply"]], content_type="application/json", headers={"Cache-Control": "no-store"})


@floor.route("/insert", methods=["POST"])
@floor.allowed(*EVERYBODY)
@floor.answers(Schema)
def insert() -> dict[str, str]:
    """Write one row durably."""
    with database.writing():
        database.execute("INSERT INTO bench_floor (content) VALUES (?)", (request.get_data(),))
    return {"result": "success"}


@of_engine.route("/engine/freeswitch/floor", methods=["POST"])
def answer_engine(form: Mapping[str, str]) -> bytes:  # noqa: ARG001
    """Return the bytes that were put there; the form was read."""
    return _replies[request.args["reply"]]


def register(app: Flask) -> None:
    """Add the floor to `app`."""
    app.register_blueprint(floor)
    app.register_blueprint(of_engine)

    @app.put("/floor/replies/<key>")
    def put(key: str) -> Response:
        _replies[key] = request.get_data()
        return Response()

    @app.put("/floor/table")
    def make_table() -> Response:
        with database.writing():
            database.execute("CREATE TABLE IF NOT EXISTS bench_floor (id INTEGER PRIMARY KEY, content BLOB NOT NULL)")
        return Response()
