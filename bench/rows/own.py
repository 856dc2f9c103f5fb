"""What users read of their own: their phonebook among many colleagues, and a mailbox that is full.

Every request has the user's private key in its address, since a log-in would cost more than what is asked for.
"""

import base64
import sqlite3
import urllib.request
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

from bench.load import Call, get
from bench.measure import Side, compare
from bench.rows import MANY, Run
from bench.servers import Server, serving
from bench.table import Row

_USER, _PASSWORD = "1000", "portal-secret-of-a-benchmark"  # the first extension that `seed` makes
_MESSAGES = 1_000
_FEW = 500  # entries of the user's own, and of a public phonebook that the user sees
_SEARCH = 5_000.0  # microseconds


def phonebook(run: Run) -> Iterable[Row]:
    """Pages of 20 at the beginning, in the middle and at the end, and searches."""
    data = run.stores.copy(MANY)
    _fill(data)
    with serving("bench.app:app", data) as ours:
        key = _key(ours)
        book, found = (
            f"/sipxconfig/rest/private/{key}/pagedphonebook",
            f"/sipxconfig/rest/private/{key}/search/phonebook",
        )
        pages = [f"{book}?start={start}&end={start + 20}" for start in (0, MANY // 2, MANY + 2 * _FEW - 20)]
        few = [f"{found}?query={words}" for words in ("50017%40pbx", "43210%40pbx", "entry%20777")]
        many = [f"{found}?query=ad"]
        at = compare(run.pace, *(Side(ours, [Call(get(path))]) for path in pages))
        for name, cost, ratio in zip(("first", "middle", "last"), at.costs, (1.0, *at.ratios), strict=True):
            yield Row(f"phonebook among {MANY:,}, {name} page of 20", str(cost), "", f"{ratio:.2f}")
        sides = (Side(ours, [Call(get(path)) for path in paths]) for paths in (few, many))
        words, letters = compare(run.pace, *sides).costs
        target = f"≤ {_SEARCH / 1000:.0f} ms"
        yield Row(f"phonebook among {MANY:,}, search, few hits", str(words), "", "", target, words.cpu <= _SEARCH)
        yield Row(f"phonebook among {MANY:,}, search, 500 users", str(letters))


def mailbox(run: Run) -> Iterable[Row]:
    """The list of the messages of a mailbox."""
    data = run.stores.copy(1_000)
    with closing(sqlite3.connect(data / "pbx.sqlite3")) as store, store:
        store.execute(
            "WITH RECURSIVE n (at) AS (SELECT 1 UNION ALL SELECT at + 1 FROM n WHERE at < ?)"
            " INSERT INTO voice_message (extension_id, folder, caller_number, received, duration, blob, stored_size)"
            " SELECT e.id, 'inbox', '1001', 1.7e9 + at, 12, 'bench-' || at, 96000 FROM n"
            " JOIN extension AS e ON e.tenant_id = 1 AND e.number = ?",
            (_MESSAGES, _USER),
        )
    with serving("bench.app:app", data) as ours:
        path = f"/sipxconfig/rest/private/{_key(ours)}/redirect/mailbox/{_USER}/inbox"
        cost = compare(run.pace, Side(ours, [Call(get(path))])).costs[0]
        yield Row(f"mailbox, list of {_MESSAGES:,} messages", str(cost))


def _fill(data: Path) -> None:
    """Give the user entries, and a public phonebook that the user's group sees."""
    with closing(sqlite3.connect(data / "pbx.sqlite3")) as store, store:
        ((user, group),) = store.execute(
            "SELECT e.id, min(m.group_id) FROM extension AS e JOIN membership AS m ON m.extension_id = e.id"
            " WHERE e.tenant_id = 1 AND e.number = ?",
            (_USER,),
        )
        store.execute("INSERT INTO phonebook (id, tenant_id, name, name_key) VALUES (900, 1, 'Bench', 'bench')")
        store.execute("INSERT INTO phonebook_grant VALUES (900, ?)", (group,))
        store.execute("INSERT INTO private_phonebook (extension_id) VALUES (?)", (user,))
        store.executemany(
            "INSERT INTO phonebook_entry (phonebook_id, first_name, last_name, number, name_key)"
            " VALUES (900, ?, ?, ?, ?)",
            [("Public", f"Entry {at}", str(3_000_000 + at * 7), f"entry {at}\x1fpublic") for at in range(_FEW)],
        )
        store.executemany(
            "INSERT INTO private_entry (extension_id, number, first_name, last_name) VALUES (?, ?, 'Own', ?)",
            [(user, str(1000 + at * 97), f"Entry {at}") for at in range(_FEW)],
        )


def _key(server: Server) -> str:
    """Return a new private key of the user."""
    server.log_in()
    server.post("/api/extensions/update", extension_number=_USER, web_access_password=_PASSWORD)
    login = base64.b64encode(f"{_USER}:{_PASSWORD}".encode()).decode()
    address = f"http://127.0.0.1:{server.port}/sipxconfig/rest/my/privatekey"
    asked = urllib.request.Request(address, b"", {"Authorization": f"Basic {login}"}, method="POST")
    with urllib.request.urlopen(asked, timeout=30) as reply:
        key: str = reply.read().decode()
        return key
