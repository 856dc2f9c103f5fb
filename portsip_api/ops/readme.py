"""The README's table of settings, made from the settings themselves: `make readme` rewrites it, and docs/import.md."""

from pathlib import Path
from typing import Final

from portsip_api import settings
from portsip_api.ops import import_page

README: Final = settings.ROOT / "README.md"
_BEGIN: Final = "<!-- settings: made by `make readme` -->\n"
_END: Final = "<!-- end of settings -->\n"


def table() -> str:
    """Return the table of all settings, in Markdown."""
    rows = ["| Variable | Default | Meaning |", "|---|---|---|"]
    for item in settings.describe():
        default = f"`{item.default}`" if item.default else "(empty)"
        meaning = item.meaning.replace("|", "\\|")
        rows.append(f"| `{item.variable}` | {default} | {meaning} |")
    return "\n".join(rows) + "\n"


def with_table(text: str) -> str:
    """Return `text` with the table between its two marks. Raises ValueError when a mark is missing."""
    before, begin, rest = text.partition(_BEGIN)
    _, end, after = rest.partition(_END)
    if not begin or not end:
        raise ValueError("The text has no marks of the table of settings.")
    return before + begin + table() + end + after


def rewrite(path: Path = README) -> None:
    """Put the table into the README."""
    path.write_text(with_table(path.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    rewrite()
    import_page.rewrite()
