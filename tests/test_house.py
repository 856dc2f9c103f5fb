"""Rules of the house that no linter knows."""

import importlib
import pkgutil
import shutil

import pytest

import portsip_api
from portsip_api.store import database
from tests.contract.servers import Server
from tests.crm import check_no_secret
from tests.stores import untouched
from tests.world import world_template  # noqa: F401 — a fixture


def test_no_exception_is_kept_to_be_raised_again() -> None:
    """It would keep the stacks, and so the requests, of all who raised it."""
    names = [info.name for info in pkgutil.walk_packages(portsip_api.__path__, "portsip_api.")]
    modules = [importlib.import_module(name) for name in names if not name.endswith(("__main__", "uwsgi_master"))]
    assert len(modules) > 150
    kept = [
        f"{module.__name__}.{name}"
        for module in modules
        for name, value in vars(module).items()
        if isinstance(value, BaseException)
    ]
    assert kept == []


TOKEN = b"0123456789ABCDEF" * 2


@pytest.mark.parametrize("around", [b"%b", b"token=%b&", b"\x00\x00%b\xff", b"a" * 32 + b" %b", b"0" * 33 + b"-%b."])
def test_a_token_is_found_wherever_it_stands(around: bytes) -> None:
    with pytest.raises(AssertionError, match="the log holds a token"):
        check_no_secret(around % TOKEN, "the log")


@pytest.mark.parametrize("other", [TOKEN[1:], TOKEN + b"0", b"a" + TOKEN, TOKEN + b"z", TOKEN.lower()])
def test_what_is_longer_or_shorter_is_no_token(other: bytes) -> None:
    check_no_secret(other, "the log")


def test_an_id_of_a_request_with_digits_only_is_no_token() -> None:
    """As `uuid4` makes it; a token in its place is found."""
    check_no_secret(b'{"request_id":"12345678901242348901234567890123"}', "the log")
    with pytest.raises(AssertionError, match="the log holds a token"):
        check_no_secret(b'{"request_id":"1234567890124234890123456789012F"}', "the log")


def test_a_server_that_nobody_asked_for_does_not_start(tmp_path):
    with pytest.raises(AssertionError, match="asks for the fixture"):
        Server("gunicorn", tmp_path)


def test_a_change_of_a_store_that_tests_share_is_told(world_template, tmp_path):  # noqa: F811
    copy = shutil.copytree(world_template[0], tmp_path / "world")
    with untouched(copy):
        assert database.fetch_row("SELECT count(*) FROM tenant") is not None
    with pytest.raises(AssertionError, match="was changed"), untouched(copy):
        database.execute("UPDATE tenant SET name = 'taken' WHERE name = 'home'")
