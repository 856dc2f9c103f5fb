"""Lists that are answered again as they were until something in them changes: kept replies, `ETag`, `If-None-Match`.

A reply is kept with the revision of the tenant's extensions, which the store counts up in whatever transaction changes
them; every request asks for it anew. The tag is made of the reply's content and not of the revision, so that it stays
the same while other rows change, and can mean nothing else after a backup was restored.
Source: RFC 9110, sections 8.8.3 and 13.1.2.
"""

import hashlib
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import orjson
from flask import Response, g, request
from marshmallow import Schema

from portsip_api.pbx.access import tenants
from portsip_api.portsip.core.wire import WireText
from portsip_api.store.revision_cache import RevisionCache

REPLIES: Final = RevisionCache(4 << 20)  # bytes in each process
# For the client alone, since the reply depends on its token, and not without asking whether it still holds.
_CACHING: Final = "private, no-cache"
_OVERHEAD: Final = 500  # bytes of a kept reply beside its body


@dataclass(frozen=True, slots=True)
class _Reply:
    body: bytes
    tag: str


def answer(tenant_id: int, schema: Schema, make: Callable[[Mapping[str, Any]], object]) -> Response:
    """Answer with what `make` makes of the request, or made of an equal one at this revision of the tenant.

    Raises NotFound (the tenant), and whatever `make` raises; neither is kept.
    """
    g.revision = revision = tenants.revision(tenant_id)
    key = _key(tenant_id, schema)
    reply = None if key is None else REPLIES.find(key, revision)
    if reply is None:
        if "values" not in g:
            g.values = schema.load(g.fields)
        body = orjson.dumps(make(g.values))
        reply = _Reply(body, hashlib.sha256(body).hexdigest()[:32])
        if key is not None:
            REPLIES.keep(key, revision, reply, len(body) + _OVERHEAD)
    headers = {"Cache-Control": _CACHING, "ETag": f'W/"{reply.tag}"'}
    if "If-None-Match" in request.headers and request.if_none_match.contains_weak(reply.tag):
        return Response(status=304, headers=headers)
    return Response(reply.body, content_type="application/json", headers=headers)


def _key(tenant_id: int, schema: Schema) -> Hashable:
    """Return what decides the reply; None when some of it is no plain text of a query."""
    fields = [(name, text) for name, text in g.fields.items() if name in schema.fields]
    if any(type(text) is not WireText for _, text in fields):
        return None
    return tenant_id, request.path, *sorted(fields)
