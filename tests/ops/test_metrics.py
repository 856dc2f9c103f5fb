"""The numbers of one process; those of several workers are tested over a socket."""

import re
from datetime import datetime

import pytest
from flask import Flask

from portsip_api import __version__, settings
from portsip_api.pbx.access.tenants import DEFAULT_TENANT_ID
from portsip_api.pbx.calls.going_on import open_calls
from portsip_api.pbx.calls.records import INTERNAL, Party
from portsip_api.pbx.upkeep import measures, rekey
from portsip_api.store import backup, volatile
from tests.conftest import SetClock
from tests.crm import ADMIN_PASSWORD, Crm
from tests.stores import close_store


def _number(app: Flask, name: str) -> float:
    text = app.test_client().get("/metrics").text
    found = re.search(rf"^{re.escape(name)} (\S+)$", text, re.MULTILINE)
    return float(found[1]) if found else 0.0


def test_requests_are_counted_and_timed_by_route(app: Flask, admin: Crm) -> None:
    counter = 'pbx_http_requests_total{method="GET",route="/api/extensions/list",status="200"}'
    timer = 'pbx_http_request_duration_seconds_count{method="GET",route="/api/extensions/list"}'
    before = _number(app, counter), _number(app, timer)
    admin.read("extensions/list")
    assert (_number(app, counter), _number(app, timer)) == (before[0] + 1, before[1] + 1)


def test_clients_cannot_make_labels(app: Flask, crm: Crm) -> None:
    counter = 'pbx_http_requests_total{method="(other)",route="(unmatched)",status="404"}'
    before = _number(app, counter)
    for number in range(3):
        crm.http.open(f"/nothing/{number}", method=f"M{number}")
    assert _number(app, counter) == before + 3
    assert "nothing" not in app.test_client().get("/metrics").text


def labelled(app: Flask, name: str) -> dict[str, float]:
    """The numbers of one name by what stands in their braces."""
    text = app.test_client().get("/metrics").text
    return {found[1]: float(found[2]) for found in re.finditer(rf"^{name}\{{(.*)\}} (\S+)$", text, re.MULTILINE)}


def test_extensions_are_told_by_tenant_and_status(app: Flask, admin: Crm) -> None:
    for number, options in (("100", {}), ("101", {}), ("102", {"enable_extension": False}), ("103", {})):
        admin.make_extension(number, options=options)
    admin.do("extensions/status/update", extension_number="103", status="DND")
    admin.do("account/create", name="northwind", domain="northwind.example", password=ADMIN_PASSWORD)
    assert labelled(app, "pbx_extensions") == {}
    measures.take()
    assert labelled(app, "pbx_extensions") == {'status="DND",tenant="1"': 1, 'status="OFFLINE",tenant="1"': 3}
    for number in ("101", "102", "103"):
        admin.do("extensions/destroy", extension_number=number)
    measures.take()
    assert sum(labelled(app, "pbx_extensions").values()) == 1
    assert "northwind" not in app.test_client().get("/metrics").text  # of tenants only their ids are told


def test_gateways_are_told_by_whether_calls_can_go_over_them(app: Flask) -> None:
    measures.note_trunks(2, 1)
    assert labelled(app, "pbx_trunks") == {'status="UP"': 2, 'status="DOWN"': 1}
    measures.take()  # the other job
    measures.note_trunks(3, 0)
    assert labelled(app, "pbx_trunks") == {'status="UP"': 3, 'status="DOWN"': 0}


def _engine(app: Flask) -> dict[str, float]:
    text = app.test_client().get("/metrics").text
    found = re.findall(r"^(pbx_(?:switch_\w+|registrations|extensions_on_call|calls)) (\S+)$", text, re.MULTILINE)
    return {name: float(number) for name, number in found}


def test_what_the_engine_tells_is_told_while_it_is_there(app: Flask, admin: Crm, configure) -> None:
    configure(PBX_SWITCH="freeswitch")
    assert _engine(app) == {}
    open_calls.begin(DEFAULT_TENANT_ID, "c1", INTERNAL, Party("1000"), "1001")
    measures.note_engine(3, 2, 250)
    measures.take()  # the other job
    assert _engine(app) == {
        "pbx_switch_connected": 1, "pbx_registrations": 3, "pbx_extensions_on_call": 2, "pbx_calls": 1,
        "pbx_switch_lag_seconds": 0.25,
    }  # fmt: skip
    measures.note_no_engine()
    assert _engine(app) == {"pbx_switch_connected": 0}
    configure(PBX_SWITCH="none")
    assert _engine(app) == {}  # there is none to be missed


def test_nothing_is_counted_for_who_asks(app: Flask, admin: Crm, statements: list[str]) -> None:
    costs = []
    for numbers in (range(100, 101), range(200, 240)):
        for number in numbers:
            admin.make_extension(str(number))
        statements.clear()
        assert app.test_client().get("/metrics").status_code == 200
        costs.append([text for text in statements if "FROM extension" in text or "count(" in text])
    assert costs == [[], []]


def test_tokens_that_live_are_counted(app: Flask, admin: Crm, time: SetClock) -> None:
    for _ in range(3):
        admin.log_in("admin", ADMIN_PASSWORD)
    measures.take()
    assert _number(app, "pbx_tokens") == 4
    time.pass_seconds(31)
    measures.take()
    assert _number(app, "pbx_tokens") == 0


def test_refusals_are_counted_by_their_reason(app: Flask, crm: Crm, configure) -> None:
    configure(PBX_LOGIN_FAILURES="2")
    before = labelled(app, "pbx_login_refusals_total")
    for _ in range(5):
        crm.post("account/credentials/verify", username="admin", password="wrong")
    app.test_client().get("/sipxconfig/rest/branch", auth=("nobody", "wrong"))
    app.test_client().get("/provision/0004f2aabb95.cfg", auth=("0004f2aabb95", "wrong"))
    after = labelled(app, "pbx_login_refusals_total")
    assert {name: after[name] - before[name] for name in after} == {'reason="wrong"': 4, 'reason="limited"': 3}


def test_the_files_and_the_last_backup_are_told(app: Flask, admin: Crm, tmp_path) -> None:
    sizes = labelled(app, "pbx_store_bytes")
    path = settings.current().database_path
    assert sizes['file="database"'] == path.stat().st_size > 0
    assert sizes['file="database_wal"'] == path.with_name(f"{path.name}-wal").stat().st_size
    assert sizes['file="volatile"'] > 0
    assert "pbx_last_backup_timestamp_seconds" not in app.test_client().get("/metrics").text
    place = backup.Place(settings.current().data_path, path)
    made = backup.create(place, tmp_path / "one.tar.gz", rekey.needed_keys).made_at
    assert _number(app, "pbx_last_backup_timestamp_seconds") == datetime.fromisoformat(made).timestamp()
    with pytest.raises(backup.BackupRefused):
        backup.create(place, tmp_path / "none" / "two.tar.gz", rekey.needed_keys)
    assert _number(app, "pbx_last_backup_timestamp_seconds") == datetime.fromisoformat(made).timestamp()


def test_the_version_is_told(app: Flask) -> None:
    assert labelled(app, "pbx_info") == {f'version="{__version__}"': 1}


def test_a_store_that_cannot_be_read_has_no_numbers(app: Flask, configure) -> None:
    measures.take()
    close_store()
    path = volatile.beside(settings.current().database_path)
    path.write_bytes(b"no database" * 1000)
    reply = app.test_client().get("/metrics")
    assert reply.status_code == 200
    assert "pbx_tokens" not in reply.text
    assert "pbx_store_bytes" in reply.text
