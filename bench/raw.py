"""The list without a framework: the same statements through sqlite3, and orjson, in a bare WSGI callable."""

import hashlib
import sqlite3
import threading
from bisect import bisect_right
from collections.abc import Callable, Iterable
from itertools import accumulate
from typing import Any
from urllib.parse import parse_qs

import orjson

from portsip_api import settings
from portsip_api.store import volatile

_local = threading.local()
_sums: dict[int, tuple[list[str], list[int]]] = {}


def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Answer `?pagination=` with a page of 100."""
    if not hasattr(_local, "connection"):
        path = settings.load().database_path
        _local.connection = sqlite3.connect(path)
        _local.connection.execute("PRAGMA cache_size = -8192")
        _local.tokens = sqlite3.connect(volatile.beside(path))
    if environ["PATH_INFO"] == "/healthz":
        start_response("200 OK", [("Content-Length", "0")])
        return [b""]
    ask = _local.connection.execute
    digest = hashlib.sha256(environ["HTTP_ACCESS_TOKEN"].encode()).digest()
    token = _local.tokens.execute("SELECT account_id, credential, expires FROM token WHERE digest = ?", (digest,))
    found = token.fetchone()
    if not found or ask("SELECT credential FROM administrator WHERE id = ?", found[:1]).fetchone() != found[1:2]:
        start_response("401 Unauthorized", [("Content-Length", "0")])
        return [b""]
    page = int(parse_qs(environ["QUERY_STRING"])["pagination"][0])
    first_keys, positions = _blocks(ask)
    block = bisect_right(positions, (page - 1) * 100, hi=len(first_keys)) - 1
    list_json, count = ask(
        "SELECT CAST(group_concat(r.json) AS BLOB), count(*) FROM (SELECT key, extension_id AS id FROM extension_order"
        " WHERE tenant_id = 1 AND ordering = 'DEFAULT' AND key >= ? ORDER BY key LIMIT 100 OFFSET ?) AS o"
        " CROSS JOIN extension_list_json AS r ON r.extension_id = o.id",
        (first_keys[block], (page - 1) * 100 - positions[block]),
    ).fetchone()
    body = orjson.dumps({
        "pagination": page, "pagesize": 100, "sort_by": "DEFAULT", "page_count": -(-positions[-1] // 100),
        "count": count, "total": positions[-1],
        "extensions": orjson.Fragment(b"[" + list_json + b"]"),
    })  # fmt: skip
    start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    return [body]


def _blocks(ask: Callable[..., sqlite3.Cursor]) -> tuple[list[str], list[int]]:
    revision = ask("SELECT revision FROM tenant WHERE id = 1").fetchone()[0]
    if revision not in _sums:
        rows = ask(
            "SELECT first_key, rows FROM extension_order_block WHERE tenant_id = 1 AND ordering = 'DEFAULT'"
            " ORDER BY first_key"
        ).fetchall()
        _sums.clear()
        _sums[revision] = [row[0] for row in rows], [0, *accumulate(row[1] for row in rows)]
    return _sums[revision]
