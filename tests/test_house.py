"""Rules of the house that no linter knows."""

import importlib
import pkgutil

import portsip_api


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
