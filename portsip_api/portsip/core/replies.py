"""Replies that several operations share."""

from typing import Final

from marshmallow import Schema, validate
from marshmallow import fields as ma

SUCCESS: Final = {"result": "success"}


class Success(Schema):
    """The reply of operations that have nothing else to say."""

    result = ma.String(required=True, validate=validate.OneOf(["success"]))


class Error(Schema):
    """What every refusal looks like."""

    err_code = ma.String(required=True, metadata={"description": "One of the codes listed with the statuses."})
    msg = ma.String(required=True, metadata={"description": "One sentence for a person."})
    errors = ma.Dict(
        keys=ma.String(),
        values=ma.List(ma.String()),
        metadata={"description": "The fields that were refused, by dotted path, and what they must be."},
    )
    report = ma.Dict(
        metadata={"description": "Of a refused import: what a successful one answers, with each row's error."}
    )
