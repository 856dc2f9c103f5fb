"""Lists that are asked for whole: their length costs a worker no memory."""

from pathlib import Path

import pytest
import requests

from portsip_api.store import database
from tests.bulk import fill
from tests.contract.servers import KINDS, Server, running
from tests.crm import ADMIN_PASSWORD
from tests.faults.form import LONG
from tests.stores import close_store, use_store

USERS, PERMISSIONS, GROUPS = (5_000, 100, 500) if LONG else (600, 200, 200)
PATHS = ("rest/user-permission", "rest/user-permission?pagesize=10000", "rest/user-group-permission", "rest/user")
MEDIA_TYPES = ("application/json", "text/xml") if LONG else ("application/json",)
MOST = 32  # MiB that a worker grows by, whatever it has sent
AUTH = ("superadmin", ADMIN_PASSWORD)


def fill_store(folder: Path) -> None:
    """Give the default tenant many users, groups and permissions of its own."""
    use_store(folder)
    fill(USERS)
    with database.writing():
        for number in range(PERMISSIONS):
            database.execute(
                "INSERT INTO permission (tenant_id, label, label_key, default_value) VALUES (1, ?, ?, TRUE)",
                (f"permission {number}", f"permission {number}"),
            )
        for number in range(GROUPS):
            database.execute(
                "INSERT INTO extension_group (tenant_id, group_id, name, name_key, enable_intercom,"
                " enable_external_call, enable_management_console_access) VALUES (1, ?, ?, ?, TRUE, TRUE, TRUE)",
                (f"group {number}",) * 3,
            )
    close_store()


def peak(server: Server) -> int:
    """Return the largest memory that a worker has had, in MiB."""
    lines = [
        line
        for pid in server.worker_pids()
        for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    ]
    return max(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) >> 10


@pytest.mark.parametrize("kind", KINDS)
def test_a_whole_list_takes_no_memory(fresh_store, record_property, kind: str) -> None:
    folder = fresh_store()
    fill_store(folder)
    sent = grown = 0
    with running(kind, folder, PBX_WORKERS="1") as server:
        assert requests.get(f"{server.url}/sipxconfig/rest/permission", auth=AUTH, timeout=60).ok
        for media_type in MEDIA_TYPES:
            for path in PATHS:
                before = peak(server)
                headers = {"Accept": media_type}
                with requests.get(
                    f"{server.url}/sipxconfig/{path}", auth=AUTH, headers=headers, stream=True, timeout=600
                ) as reply:
                    assert reply.ok
                    size = sum(len(piece) for piece in reply.iter_content(1 << 16))
                assert size > USERS * 50 or "group" in path
                assert peak(server) - before < MOST, (path, media_type)
                sent, grown = sent + size, max(grown, peak(server) - before)
    record_property("MiB of lists", sent >> 20)
    record_property(f"MiB at most by which a worker of {kind} grew", grown)
