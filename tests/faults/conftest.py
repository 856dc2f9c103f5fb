"""What the faults need of the tests over a socket, and the table that a long run ends with."""

from typing import Any

from tests.contract.conftest import fresh_store  # noqa: F401 — a fixture
from tests.faults.form import LONG, NGINX

# A small disk of its own and nginx are not everywhere: the long form demands them.
BEHIND_NGINX = ["test_other_ports.py", "test_proxy.py", "test_slow_clients.py"]
collect_ignore = [] if LONG else ["test_full_disk.py", *([] if NGINX else BEHIND_NGINX)]


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Print a line for each test: its outcome, its time and the figures that it noted."""
    if not LONG:
        return
    totals: dict[str, tuple[str, float, dict[str, int]]] = {}
    for outcome in ("passed", "failed", "error"):
        for report in terminalreporter.stats.get(outcome, []):
            name = report.nodeid.partition("[")[0].rpartition("/")[2].removesuffix(".py")
            worst, seconds, figures = totals.get(name, ("passed", 0.0, {}))
            for figure, number in report.user_properties:
                figures[figure] = figures.get(figure, 0) + number
            figures["cases"] = figures.get("cases", 0) + 1
            totals[name] = (worst if outcome == "passed" else "FAILED", seconds + report.duration, figures)
    terminalreporter.section("faults")
    for name, (outcome, seconds, figures) in totals.items():
        told = ", ".join(f"{number} {figure}" for figure, number in figures.items())
        terminalreporter.write_line(f"{outcome:7} {seconds:7.1f} s  {name.replace('::', ': ')}  ({told})")
