"""The contract's quick table of users' services against what is served, and against the rows that are asked."""

import re

import pytest
from flask import Flask
from werkzeug.exceptions import MethodNotAllowed, NotFound
from werkzeug.routing import MapAdapter

from portsip_api.sipxcom.core.authentication import PRIVATE_KEY, Access
from tests.contract.sipxcom.quick_table import LEFT_OUT, OURS, QUICK
from tests.contract.sipxcom.row import Row
from tests.contract.sipxcom.table import ROWS
from tests.sipxcom.test_roles import PREFIX, routes

METHODS = ("GET", "PUT", "POST", "DELETE")
SERVED = QUICK | OURS


@pytest.fixture
def adapter(app: Flask) -> MapAdapter:
    """What finds the rule of an address."""
    return app.url_map.bind("localhost")


def rule_of(adapter: MapAdapter, path: str, method: str) -> str | None:
    """The rule that serves a method of an address below the prefix, if one does."""
    try:
        rule, _ = adapter.match(f"{PREFIX}{path}", method=method, return_rule=True)
    except (MethodNotAllowed, NotFound):
        return None
    return str(rule.rule)


@pytest.mark.parametrize("path", SERVED)
def test_an_address_has_the_methods_of_the_contract(adapter: MapAdapter, path: str):
    assert {method for method in METHODS if rule_of(adapter, path, method)} == SERVED[path]


@pytest.mark.parametrize("path", [path for path in SERVED if path.startswith("rest/my/")])
def test_a_private_key_opens_the_same(adapter: MapAdapter, path: str):
    """But for what sets a secret."""
    by_key = path.replace("rest/my/", "rest/private/0123/")
    is_secret = "password" in path or "/pin/" in path or "privatekey" in path
    found = {method for method in METHODS if rule_of(adapter, by_key, method)}
    assert found == (frozenset() if is_secret else SERVED[path])


def users_routes(app: Flask) -> set[tuple[str, str]]:
    """Every method and rule that users ask for themselves, without the spellings by a key."""
    return {
        (method, rule.rule)
        for rule, method, access in routes(app)
        if access in {Access.USER, Access.OWNER} and PRIVATE_KEY not in rule.arguments
    }


def test_nothing_is_served_that_the_table_lacks(app: Flask, adapter: MapAdapter):
    known = {(method, rule_of(adapter, path, method)) for path, methods in SERVED.items() for method in methods}
    assert users_routes(app) - known == set()


@pytest.mark.parametrize("path", LEFT_OUT)
def test_what_is_left_out_is_not_served(adapter: MapAdapter, path: str):
    assert [method for method in METHODS if rule_of(adapter, path, method)] == []


def sample(row: Row) -> str:
    return re.sub(r"\{\w+\}", "1", row.path.partition("?")[0])


def one_spelling(rule: str | None) -> str:
    return (rule or "").replace("/rest/call", "/rest/my/call").replace("callfwdschedule", "callfwdsched")


def test_every_operation_of_users_has_a_row_that_asks_for_it(app: Flask, adapter: MapAdapter):
    asked = {(row.method, one_spelling(rule_of(adapter, sample(row), row.method))) for row in ROWS}
    assert {(method, one_spelling(rule)) for method, rule in users_routes(app)} - asked == set()
