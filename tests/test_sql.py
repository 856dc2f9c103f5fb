"""Where SQL stands: in `store/` and in modules named `*_sql.py`, and nowhere else; and who asks the whole PBX."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from portsip_api import settings

PACKAGE = settings.ROOT / "portsip_api"
MODULES = sorted(path for path in PACKAGE.rglob("*.py") if "store" not in path.relative_to(PACKAGE).parts)
ORDINARY = [path for path in MODULES if not path.stem.endswith("_sql")]
_ASKS = {"execute", "fetch_row", "fetch_all", "insert", "execute_sql"}
_SQL = re.compile(
    r"\s*(SELECT|INSERT INTO|INSERT OR|UPDATE \w+ SET|DELETE FROM|WITH \w+ (AS|\()|WITH RECURSIVE|PRAGMA)\b"
)
# What SQLite says and PostgreSQL does not, each of which has a name in store/dialect.py.
_OF_SQLITE_ONLY = re.compile(
    r"json_(each|group_array|object|array|extract|set)\b|->>|\biif\(|\bifnull\(|group_concat|\bIS (NOT )?[?:]|\bGLOB\b"
    r"|CROSS JOIN|INDEXED BY|\binstr\(|LIMIT -1|INSERT OR|strftime|printf"
)
# They look at what the engine itself keeps: its triggers, its search index, its catalogue, the bytes of secrets.
_OF_THE_ENGINE = {"pbx/upkeep/consistency_sql.py", "pbx/upkeep/rekey_sql.py"}

# Who asks for the rows of all tenants, and why.
WHOLE_PBX = {
    "pbx/access/administrators.py",  # an administrator's name must be nobody's number, in whatever tenant
    "pbx/reports/mails.py",  # the job that sends mail
    "pbx/reports/reports.py",  # the job that makes reports
    "pbx/mailboxes/mail_queue.py",  # the job that sends mail
    "pbx/mailboxes/mails.py",  # the job that sends mail
    "pbx/mailboxes/service.py",  # the job that removes past messages
    "pbx/mailboxes/telling.py",  # the thread that tells the SIP engine what waits in mailboxes
    "pbx/media/files.py",  # upkeep: which files rows name
    "pbx/media/greetings.py",  # the job that fetches, and links, which name no tenant
    "pbx/trunks/sip_trunks.py",  # the engine's gateways, which are those of all tenants
    "startup.py",  # whether there are secrets that need a key
}


def name_of(path: Path) -> str:
    return str(path.relative_to(PACKAGE))


def texts(tree: ast.Module) -> Iterator[str]:
    """Yield the texts of a module that are no docstrings."""
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            yield node.value


@pytest.mark.parametrize("path", ORDINARY, ids=name_of)
def test_a_module_asks_no_sql(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    asked = [
        f"{node.func.value.id}.{node.func.attr}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id in {"database", "volatile"}
        and node.func.attr in _ASKS
    ]
    assert asked == []
    assert [text for text in texts(tree) if _SQL.match(text)] == []


@pytest.mark.parametrize("path", [path for path in MODULES if path.stem.endswith("_sql")], ids=name_of)
def test_a_module_of_sql_says_why_it_is_one(path: Path) -> None:
    reason = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    assert re.search(r"SQL|hot|model|statement|µs", reason), reason


@pytest.mark.parametrize(
    "path",
    [
        *(path for path in MODULES if path.stem.endswith("_sql") and name_of(path) not in _OF_THE_ENGINE),
        PACKAGE / "store" / "paging.py",
        PACKAGE / "store" / "search.py",
    ],
    ids=name_of,
)
def test_sql_is_what_sqlite_and_postgresql_both_say(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert [text for text in texts(tree) if _OF_SQLITE_ONLY.search(text)] == []


def test_who_asks_the_whole_pbx_is_known() -> None:
    asking = {name_of(path) for path in MODULES if ".whole_pbx()" in path.read_text(encoding="utf-8")}
    assert asking == WHOLE_PBX
