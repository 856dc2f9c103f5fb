"""The OpenAPI operations of this API, made from their declarations."""

from collections.abc import Mapping
from typing import Any, Final

from portsip_api.framework.bodies import MOST_UNKNOWN
from portsip_api.pbx.identity import Role
from portsip_api.portsip.core.declaration import Declaration
from portsip_api.portsip.core.errors import CODES
from portsip_api.portsip.core.fields import TenantRequest

_SECURITY: Final[list[dict[str, list[str]]]] = [{"token_in_query": []}, {"token_in_header": []}, {"bearer": []}]

_IF_NONE_MATCH: Final = {
    "in": "header",
    "name": "If-None-Match",
    "schema": {"type": "string"},
    "description": "The `ETag` of an earlier reply; answered 304, without a body, when this one would be the same.",
}
_ETAG: Final = {"schema": {"type": "string"}, "description": "Changes when the content of this reply does."}


def operation(name: str, declared: Declaration, method: str) -> dict[str, Any]:
    """Return the OpenAPI operation of a declaration."""
    document: dict[str, Any] = {"operationId": name, "responses": _responses(declared, method)}
    document["security"] = (_SECURITY + ([{}] if declared.open_to_all else [])) if declared.access else []
    if declared.arguments is None:
        return document
    if method == "GET":
        document["parameters"] = [{"in": "query", "schema": declared.arguments}]
        document["parameters"] += [_IF_NONE_MATCH] if declared.until_changed else []
        return document
    media = "multipart/form-data" if declared.multipart else "application/json"
    content: dict[str, Any] = {"schema": declared.arguments}
    if declared.example is not None:
        content["example"] = declared.example
    required = any(field.required for field in declared.arguments.fields.values())
    document["requestBody"] = {"required": required, "content": {media: content}}
    if declared.upload is not None:
        document["requestBody"]["content"]["multipart/form-data"] = {"schema": declared.upload}
    return document


def _responses(declared: Declaration, method: str) -> dict[str, Any]:
    codes = {"400.1", "503.1", *declared.errors}
    if method != "GET":
        codes |= {"400.2", "413.1", "415.1"}
    if declared.access:
        codes |= {"403.4"}
        codes |= {"403.1"} if set(declared.access) != set(Role) else set()
        if isinstance(declared.arguments, TenantRequest):
            codes |= {"404.1"}
    by_status: dict[int, list[str]] = {}
    for code in sorted(codes):
        by_status.setdefault(CODES[code][0], []).append(code)
    documented = {"200": _reply(declared)}
    if declared.until_changed:
        documented["200"]["headers"] = {"ETag": _ETAG}
        documented["304"] = {"description": "The reply is still the one with that `ETag`.", "headers": {"ETag": _ETAG}}
    if method == "GET" and declared.arguments is not None:
        page = {"text/html": {"schema": {"type": "string"}}}
        documented["414"] = {
            "description": "The request line is too long: the HTTP server's own page.",
            "content": page,
        }
    return documented | {
        str(status): {
            "description": " ".join(f"`{code}`: {CODES[code][1]}" for code in listed) + _limits(declared, status),
            "content": {
                "application/json": {
                    "schema": "Error",
                    "example": {"err_code": listed[0], "msg": CODES[listed[0]][1]},
                }
            },
        }
        for status, listed in by_status.items()
    }


def _limits(declared: Declaration, status: int) -> str:
    """Return what a body is held to, for the answer to one that is not."""
    if status != 413:
        return ""
    values = f" JSON holds at most {declared.values():,} values."
    if not declared.access:
        return f" At most {MOST_UNKNOWN >> 10} KiB are read.{values}"
    return (
        f" Without a token in the header or the query at most {declared.unknown >> 10} KiB are read to find one in the "
        f"body; of a form with files {MOST_UNKNOWN >> 10} KiB, before the first file.{values}"
    )


def _reply(declared: Declaration) -> dict[str, Any]:
    if isinstance(declared.reply, Mapping):
        return {"description": "OK", "content": {media: {"schema": schema} for media, schema in declared.reply.items()}}
    content: dict[str, Any] = {"schema": declared.reply}
    if declared.reply_example is not None:
        content["example"] = declared.reply_example
    return {"description": "OK", "content": {"application/json": content}}
