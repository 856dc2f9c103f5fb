"""The page of the architecture names what is there, and every room."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from portsip_api import settings

PAGE = (settings.ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
PACKAGE = settings.ROOT / "portsip_api"
ROOMS = sorted(path.name for path in (PACKAGE / "pbx").iterdir() if (path / "__init__.py").exists())
_PLACE = re.compile(r"`((?:[a-z_]+/)*[a-z_]+\.(?:py|toml|sqlite3)|(?:[a-z_]+/)+)`")


@pytest.mark.parametrize("name", sorted(set(_PLACE.findall(PAGE))))
def test_what_it_names_is_there(name: str) -> None:
    if name.endswith(".sqlite3"):  # made at run time
        return
    bases = [settings.ROOT, PACKAGE, PACKAGE / "pbx"]
    assert any((base / name).exists() for base in bases), name


def test_it_names_every_room_in_its_map_and_its_table() -> None:
    assert sorted(re.findall(r"^\| `([a-z_]+)/` \|", PAGE, re.MULTILINE)) == ROOMS
    drawn = PAGE.partition("## The rooms")[2].partition("```mermaid")[2].partition("```")[0]
    assert set(ROOMS) < set(re.findall(r"[a-z_]+", drawn))


@pytest.mark.parametrize("room", [Path("pbx") / name for name in ROOMS], ids=str)
def test_a_room_says_what_it_is(room: Path) -> None:
    text = (PACKAGE / room / "__init__.py").read_text(encoding="utf-8")
    assert text.startswith('"""')
    assert text.count("\n\n") == 1  # what it is, and who may use it
    assert len(list((PACKAGE / room).glob("*.py"))) <= 25


def test_a_worker_starts_without_the_libraries_that_few_requests_need() -> None:
    """They are a quarter of what it would weigh."""
    told = "import sys, portsip_api.application; print(*(sys.modules.keys() & set(sys.argv[1:])))"
    heavy = ["numpy", "PIL", "dns", "reportlab", "holidays"]
    done = subprocess.run([sys.executable, "-c", told, *heavy], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
