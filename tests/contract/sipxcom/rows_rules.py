"""Rows: the dial plan, of which the vendor's page says nothing and the system had all."""

from tests.contract.sipxcom.row import Row, unsupported

_BASE = "api/rules"
_CUSTOM = {
    "name": "Own",
    "type": "Custom",
    "dialPatterns": {"patterns": [{"prefix": "00", "digits": -1}]},
    "callPattern": {"prefix": "", "callDigits": "digits"},
}
ROWS = [
    Row(206, "/rules", "GET", _BASE, 200, has=('"name":"Emergency"', '"type":"Long_Distance"')),
    Row(206, "/rules", "POST", _BASE, 200, _CUSTOM),
    *unsupported(206, "/rules", _BASE, "PUT", "DELETE"),
    Row(207, "/rules/raw", "GET", f"{_BASE}/raw", 200, has=('{"names":["internalRule",',)),
    *unsupported(207, "/rules/raw", f"{_BASE}/raw", "PUT", "POST", "DELETE"),
    Row(208, "/rules/{id}", "GET", f"{_BASE}/{{rule}}", 200, has=('"prefix":"0190"',)),
    Row(208, "/rules/{id}", "PUT", f"{_BASE}/{{rule}}", 200, {"name": "Premium", "description": "Dear"}),
    Row(208, "/rules/{id}", "DELETE", f"{_BASE}/{{rule2}}", 200),
    *unsupported(208, "/rules/{id}", f"{_BASE}/{{rule}}", "POST"),
]
