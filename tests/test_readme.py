"""What the documents say of settings, commands and files is so."""

import re
import tomllib
from importlib.metadata import version

import pytest
from flask import Flask

from portsip_api import __version__, settings
from portsip_api.ops import readme
from portsip_api.ops.cli import pbx
from tests.contract.sipxcom import totals

DOCUMENTS = ("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md")


def text_of(name: str) -> str:
    return (settings.ROOT / name).read_text(encoding="utf-8")


def test_the_table_of_settings_is_that_of_the_settings() -> None:
    assert readme.with_table(text_of("README.md")) == text_of("README.md"), "run `make readme`"


def test_the_totals_of_sipxcoms_addresses_are_those_of_the_table() -> None:
    assert totals.with_table(text_of("README.md")) == text_of("README.md"), "run `make readme`"


def test_every_setting_stands_in_the_table_once() -> None:
    rows = re.findall(r"^\| `([A-Z_]+)` \|", text_of("README.md"), re.MULTILINE)
    assert rows == [item.variable for item in settings.describe()]


def test_the_table_is_rewritten_between_its_marks(tmp_path) -> None:
    stale = text_of("README.md").replace("| `PBX_WORKERS` | `2`", "| `PBX_WORKERS` | `3`")
    assert stale != text_of("README.md")
    (tmp_path / "README.md").write_text(stale, encoding="utf-8")
    readme.rewrite(tmp_path / "README.md")
    assert (tmp_path / "README.md").read_text(encoding="utf-8") == text_of("README.md")


@pytest.mark.parametrize("text", ["", "<!-- settings: made by `make readme` -->\n", "<!-- end of settings -->\n"])
def test_a_text_without_marks_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no marks"):
        readme.with_table(text)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_files_that_are_named_exist(name: str) -> None:
    folders = "|".join(path.name for path in settings.ROOT.iterdir() if path.is_dir())
    named = re.findall(rf"(?:`|\()((?:{folders})/[\w./-]*)(?:`|\))", text_of(name))
    named += re.findall(r"\]\(([\w-]+\.md)\)", text_of(name))
    assert [path for path in named if not (settings.ROOT / path).exists()] == []


@pytest.mark.parametrize("name", DOCUMENTS)
def test_commands_that_are_named_exist(name: str) -> None:
    targets = set(re.findall(r"^([a-z]+):", text_of("Makefile"), re.MULTILINE))
    assert set(re.findall(r"`?make ([a-z]+)`", text_of(name))) <= targets
    assert set(re.findall(r"pbx ([a-z][a-z-]*)", text_of(name))) <= set(pbx.commands)


def test_every_command_stands_in_the_changelog() -> None:
    assert [name for name in pbx.commands if f"`{name}`" not in text_of("CHANGELOG.md")] == []


@pytest.mark.parametrize("name", DOCUMENTS)
def test_settings_that_are_named_exist(name: str) -> None:
    named = set(re.findall(r"PBX_[A-Z_]+", text_of(name)))
    assert named <= {item.variable for item in settings.describe()}


def test_every_operation_stands_in_the_changelog(app: Flask) -> None:
    told = text_of("CHANGELOG.md")
    paths = {rule.rule.removeprefix("/api/") for rule in app.url_map.iter_rules() if rule.rule.startswith("/api/")}
    for path in paths:
        resource, _, operation = path.rpartition("/")
        assert f"`{path}`" in told or (f"`{resource}/" in told and f"`{operation}`" in told), path


def test_the_version_is_one() -> None:
    """It stands in the package, and what is installed was made from that."""
    assert tomllib.loads(text_of("pyproject.toml"))["project"]["dynamic"] == ["version"]
    assert version("portsip-api") == __version__
