"""The dashboard and the rules of `deploy/monitoring`: they ask for what the server tells, by the labels that it has."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from flask import Flask

from portsip_api import settings
from portsip_api.pbx.upkeep import measures, rekey
from portsip_api.store import backup
from tests.crm import Crm

FOLDER = settings.ROOT / "deploy" / "monitoring"
DASHBOARD = json.loads((FOLDER / "grafana.json").read_text(encoding="utf-8"))
RULES = yaml.safe_load((FOLDER / "alerts.yml").read_text(encoding="utf-8"))
# What the scraper adds to each number; a label `job` of ours it renames.
ADDED = {"instance", "job", "le", "exported_job"}


def expressions() -> Iterator[str]:
    for panel in DASHBOARD["panels"]:
        yield from (target["expr"] for target in panel["targets"])
    for variable in DASHBOARD["templating"]["list"]:
        if variable["type"] == "query":
            yield variable["definition"]
    for group in RULES["groups"]:
        yield from (rule["expr"] for rule in group["rules"])


@pytest.fixture
def told(app: Flask, admin: Crm, tmp_path, configure) -> dict[str, set[str]]:
    """The labels of each number that a server tells which has all of them."""
    admin.make_extension("100")
    metrics: Any = app.extensions["pbx-metrics"]
    metrics.job_succeeded.labels("delete_expired_tokens").set(1)
    measures.take()
    measures.note_trunks(1, 1)
    measures.note_engine(1, 1, 1)
    configure(PBX_SWITCH="freeswitch")
    place = backup.Place(settings.current().data_path, settings.current().database_path)
    backup.create(place, tmp_path / "backup.tar.gz", rekey.needed_keys)
    found: dict[str, set[str]] = {}
    for name, labels in re.findall(r"^(\w+)(?:\{(.*)\})? \S+$", app.test_client().get("/metrics").text, re.MULTILINE):
        found.setdefault(name, set()).update(re.findall(r'(\w+)="', labels))
    return found


def test_every_number_that_is_asked_for_is_told_with_its_labels(told: dict[str, set[str]]) -> None:
    asked = set()
    for text in expressions():
        names = re.findall(r"\bpbx_\w+", text)
        assert names or text.startswith("up{"), text
        for name, inside in re.findall(r"\b(pbx_\w+)(?:\{([^}]*)\})?", text):
            assert name in told, name
            labels = set(re.findall(r"(\w+)\s*(?:=~|!~|!=|=)", inside))
            assert labels <= told[name] | ADDED, (name, labels)
            asked.add(name.removesuffix("_bucket"))
        grouped = set(re.findall(r"\w+", " ".join(re.findall(r"\b(?:by|on) \(([^)]*)\)", text))))
        assert grouped <= set().union(*(told[name] for name in names), ADDED), text
    own = {
        name for name in told if name.startswith("pbx_") and not name.endswith(("_created", "_count", "_sum", "_pid"))
    }
    assert own - {f"{name}_bucket" for name in asked} == asked - {"pbx_http_request_duration_seconds"}


def test_panels_lie_beside_each_other() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in DASHBOARD["panels"]:
        place = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert not cells & taken
        assert all(x < 24 for x, _ in cells)
        taken |= cells
    assert len({panel["id"] for panel in DASHBOARD["panels"]}) == len(DASHBOARD["panels"])


def test_every_alert_says_what_it_is_and_what_to_do() -> None:
    alerts = [rule for group in RULES["groups"] for rule in group["rules"]]
    assert len({rule["alert"] for rule in alerts}) == len(alerts) > 5
    for rule in alerts:
        assert rule["labels"]["severity"] in {"critical", "warning"}
        assert rule["annotations"]["summary"].endswith(".")
        assert rule["annotations"]["description"]
        assert rule["expr"].count("(") == rule["expr"].count(")")
