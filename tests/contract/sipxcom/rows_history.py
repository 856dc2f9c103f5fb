"""Rows: calls that clients place and watch, and past ones; there is no engine, and nobody has called yet."""

from typing import Any

from tests.contract.sipxcom.row import Row, unsupported

_OTHERS = ("PUT", "POST", "DELETE")
_PLACED = "rest/my/redirect/callcontroller/200/201"
_OF_USER = "/my/redirect/cdr/{user}"
_CONTROL = "/my/redirect/callcontroller/{calling}/{called}"
_OWNER = "Whose it is, is checked here."


def _listed(number: int, uri: str, path: str, has: str = '"cdrs":[]', **more: Any) -> list[Row]:
    return [Row(number, uri, "GET", path, 200, has=(has,), **more), *unsupported(number, uri, path, *_OTHERS)]


ROWS = [
    Row(262, _OF_USER, "GET", "rest/my/redirect/cdr/200?fromdate=20240501", 200, has=("<Results/>",), user=True),
    Row(262, _OF_USER, "GET", "rest/my/redirect/cdr/200?fromdate=May", 400, user=True),
    Row(262, _OF_USER, "GET", "rest/my/redirect/cdr/201", 403, user=True, why=_OWNER),
    *unsupported(262, _OF_USER, "rest/my/redirect/cdr/200", *_OTHERS, user=True),
    Row(263, _CONTROL, "GET", _PLACED, 200, has=("<status-lines/>",), user=True),
    Row(263, _CONTROL, "POST", f"{_PLACED}?timeout=-1", 400, has=("processing-status",), user=True),
    Row(263, _CONTROL, "POST", f"{_PLACED}?sipMethod=bye", 406, has=("processing-status",), user=True),
    Row(263, _CONTROL, "POST", _PLACED, 503, has=("No SIP engine",), user=True, why="No SIP engine is attached."),
    Row(263, _CONTROL, "POST", _PLACED.replace("200/", "201/"), 403, has=("<error-code>",), user=True, why=_OWNER),
    *unsupported(263, _CONTROL, _PLACED, "PUT", "DELETE", user=True),
    *_listed(264, "/cdrs/active", "api/cdrs/active"),
    *_listed(265, "/cdrs/history", "api/cdrs/history?fromDate=202405010000&orderBy=caller"),
    *_listed(266, "/cdrs/user/{id}/active", "api/cdrs/user/{user}/active"),
    *_listed(267, "/cdrs/user/{id}/history", "api/cdrs/user/{user}/history?limit=5"),
    *_listed(268, "/cdrs/prefix/{prefix}/history", "api/cdrs/prefix/20/history"),
    *_listed(274, "/cdrs/reports", "api/cdrs/reports", '"name":"cdr-table"'),
    *_listed(275, "/cdrs/reports/cdr-table", "api/cdrs/reports/cdr-table?fromDate=202405010000", "%PDF-1."),
    *_listed(276, "/cdrs/user/{id}/reports/cdr-table", "api/cdrs/user/{user}/reports/cdr-table", "%PDF-1."),
    *_listed(269, "/activecdrs/{user}", "rest/activecdrs/200", "<cdrs/>"),
]
