"""`gunicorn bench.naive.app:app`. It sorts by the text of the number, for which there is an index."""

import hashlib

from flask import Flask, request
from flask_smorest import Api, Blueprint, abort
from marshmallow import Schema
from marshmallow import fields as ma

from bench.naive.models import Extension, Token, db, tokens

app = Flask(__name__)
app.config |= {"API_TITLE": "Naive", "API_VERSION": "1", "OPENAPI_VERSION": "3.0.3"}
blueprint = Blueprint("extensions", __name__, url_prefix="/api/extensions")


class PageArguments(Schema):
    """Which page."""

    pagination = ma.Integer(load_default=1)
    pagesize = ma.Integer(load_default=100)
    sort_by = ma.String(load_default="DEFAULT")


class ExtensionSchema(Schema):
    """A row of the list."""

    extension_number = ma.String(attribute="number")
    id = ma.Integer()
    first_name = ma.String(attribute="profile.first_name")
    last_name = ma.String(attribute="profile.last_name")
    email = ma.String(attribute="profile.email")
    status = ma.String()
    user_agent = ma.String()
    phone_mac_address = ma.String()
    phone_model = ma.String()


class PageSchema(Schema):
    """A page of the list."""

    pagination = ma.Integer()
    pagesize = ma.Integer()
    sort_by = ma.String()
    page_count = ma.Integer()
    count = ma.Integer()
    total = ma.Integer()
    extensions = ma.List(ma.Nested(ExtensionSchema))


@blueprint.route("/list")
@blueprint.arguments(PageArguments, location="query")
@blueprint.response(200, PageSchema)
def list_extensions(page: dict[str, int]) -> dict[str, object]:
    """List extensions."""
    token = request.headers.get("access_token", "")
    if Token.get_or_none(Token.digest == hashlib.sha256(token.encode()).digest()) is None:
        abort(401)
    query = Extension.select().where(Extension.tenant_id == 1)
    total = query.count()
    rows = list(query.order_by(Extension.number).paginate(page["pagination"], page["pagesize"]))
    pages = -(-total // page["pagesize"])
    return {**page, "page_count": pages, "count": len(rows), "total": total, "extensions": rows}


@app.get("/healthz")
def healthz() -> dict[str, str]:
    """Tell that the server answers."""
    return {"status": "ok"}


@app.before_request
def connect() -> None:
    """Open the thread's connections."""
    db.connect(reuse_if_open=True)
    tokens.connect(reuse_if_open=True)


Api(app).register_blueprint(blueprint)
