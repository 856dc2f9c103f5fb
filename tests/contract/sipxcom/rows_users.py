"""Rows: users in full, of which the vendor's page says nothing and the system had all."""

from tests.contract.sipxcom.row import Row, unsupported
from tests.crm import WEB_PASSWORD

_BASE = "api/users"
_SETTING = f"{_BASE}/240/settings/permission/call-handling/900Dialing"
_UPLOAD = f"{_BASE}/upload/settings/permission/call-handling/900Dialing"
_TEXT = "text/plain"
ROWS = [
    Row(209, "/users", "GET", _BASE, 200, has=('{"users":[{"id":', '"userName":"240"', '"userProfile":{"userName"')),
    Row(209, "/users", "POST", _BASE, 200, {"userName": "250", "aliases": ["spare"], "pintoken": WEB_PASSWORD}),
    *unsupported(209, "/users", _BASE, "PUT", "DELETE"),
    Row(210, "/users/group/{name}", "GET", f"{_BASE}/group/sales?start=0&limit=9", 200, has=('"userName":"240"',)),
    *unsupported(210, "/users/group/{name}", f"{_BASE}/group/sales", "PUT", "POST", "DELETE"),
    Row(211, "/users/email", "GET", f"{_BASE}/email?emailFilter=nobody", 200, has=('{"users":[]}',)),
    *unsupported(211, "/users/email", f"{_BASE}/email", "PUT", "POST", "DELETE"),
    Row(212, "/users/{u}", "GET", f"{_BASE}/240", 200, has=('"userName":"240"', '"groups":[{"id":')),
    Row(212, "/users/{u}", "PUT", f"{_BASE}/240", 200, {"lastName": "Third", "userProfile": {"jobTitle": "Boss"}}),
    Row(212, "/users/{u}", "DELETE", f"{_BASE}/spare", 200),
    *unsupported(212, "/users/{u}", f"{_BASE}/240", "POST"),
    Row(213, "/users/{u}/groups", "GET", f"{_BASE}/240/groups", 200, has=('"name":"sales"',)),
    *unsupported(213, "/users/{u}/groups", f"{_BASE}/240/groups", "PUT", "POST"),
    Row(214, "/users/{u}/groups/{name}", "POST", f"{_BASE}/240/groups/night", 200),
    Row(214, "/users/{u}/groups/{name}", "DELETE", f"{_BASE}/240/groups/night", 200),
    *unsupported(214, "/users/{u}/groups/{name}", f"{_BASE}/240/groups/night", "GET", "PUT"),
    Row(213, "/users/{u}/groups", "DELETE", f"{_BASE}/240/groups", 200),
    Row(215, "/users/name/{u}/phones", "GET", f"{_BASE}/name/200/phones", 200, has=('{"phones":[',)),
    *unsupported(215, "/users/name/{u}/phones", f"{_BASE}/name/200/phones", "PUT", "POST", "DELETE"),
    Row(216, "/users/id/{id}/phones", "GET", f"{_BASE}/id/{{user}}/phones", 200, has=('{"phones":[',)),
    *unsupported(216, "/users/id/{id}/phones", f"{_BASE}/id/{{user}}/phones", "PUT", "POST", "DELETE"),
    Row(217, "/users/{u}/settings", "GET", f"{_BASE}/240/settings", 200, has=('"path":"permission/application/rest"',)),
    Row(217, "/users/{u}/settings", "PUT", f"{_BASE}/240/settings", 200, {"settings": []}),
    *unsupported(217, "/users/{u}/settings", f"{_BASE}/240/settings", "POST", "DELETE"),
    Row(218, "/users/{u}/settings/{path}", "PUT", _SETTING, 200, "ENABLE", content_type=_TEXT),
    Row(218, "/users/{u}/settings/{path}", "GET", _SETTING, 200, has=('"value":"ENABLE"',)),
    Row(218, "/users/{u}/settings/{path}", "DELETE", _SETTING, 200),
    *unsupported(218, "/users/{u}/settings/{path}", _SETTING, "POST"),
    Row(
        219,
        "/users/upload/settings/{path}",
        "PUT",
        _UPLOAD,
        200,
        files={"file": ("values.csv", b"240,ENABLE\n999,ENABLE\n")},
        has=("upload success",),
    ),
    *unsupported(219, "/users/upload/settings/{path}", _UPLOAD, "GET", "POST", "DELETE"),
]
