"""The table in which a run ends."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

_TITLES: Final = ("row", "figure", "peer", "ratio", "target", "")


@dataclass(frozen=True)
class Row:
    """A line: what was measured, and what it has to be; `ok` is None for what is only reported."""

    name: str
    figure: str
    peer: str = ""
    ratio: str = ""
    target: str = "report"
    ok: bool | None = None

    def cells(self) -> tuple[str, ...]:
        """Return the line."""
        verdict = {None: "", True: "ok", False: "MISSED"}[self.ok]
        return self.name, self.figure, self.peer, self.ratio, self.target, verdict


def at_least(  # noqa: PLR0913, PLR0917 — a line's cells
    name: str, figure: object, peer: object, ratio: float, target: float, what: str
) -> Row:
    """Return the line of a ratio that must not be smaller than `target`; `what` names the peer."""
    return Row(name, str(figure), f"{what} {peer}", f"{ratio:.2f}", f"≥ {target:.2f} × {what}", ratio >= target)


def text(rows: Iterable[Row]) -> str:
    """Return the table for a terminal."""
    lines = [_TITLES, *(row.cells() for row in rows)]
    widths = _widths(lines)
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines
    )


def markdown(rows: Iterable[Row]) -> str:
    """Return the table for a document."""
    lines = [_TITLES, *(row.cells() for row in rows)]
    shown = ["| " + " | ".join(line) + " |" for line in lines]
    return "\n".join([shown[0], "|---" * len(_TITLES) + "|", *shown[1:]])


def _widths(lines: Sequence[Sequence[str]]) -> list[int]:
    return [max(len(line[at]) for line in lines) for at in range(len(_TITLES))]
