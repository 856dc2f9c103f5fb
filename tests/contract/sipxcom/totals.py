"""The totals of the table of addresses, for the README: `make readme` rewrites them."""

from portsip_api.ops.readme import README
from tests.contract.sipxcom.table import ROWS
from tests.contract.sipxcom.uris import URIS

_BEGIN = "<!-- sipxcom: made by `make readme` -->\n"
_END = "<!-- end of sipxcom -->\n"


def table() -> str:
    """Return the totals, in Markdown."""
    supported = [row for row in ROWS if row.supported]
    refused = [row for row in ROWS if not row.supported]
    rows = {
        "Addresses of the vendor's page, and of what the system had beside it": len(URIS),
        "Requests to them, all of GET, PUT, POST and DELETE, that tests make over a socket": len(ROWS),
        "of these, methods that page or system support": len(supported),
        "methods that they do not, answered 405": sum(row.status == 405 for row in refused),
        "methods that they do not, answered otherwise for a reason that stands in the table": sum(
            row.status != 405 for row in refused
        ),
    }
    return "| What | How many |\n|---|---|\n" + "".join(f"| {name} | {total} |\n" for name, total in rows.items())


def with_table(text: str) -> str:
    """Return `text` with the totals between their two marks."""
    before, begin, rest = text.partition(_BEGIN)
    _, end, after = rest.partition(_END)
    assert begin, "The text has no marks of the totals."
    return before + begin + table() + end + after


if __name__ == "__main__":
    README.write_text(with_table(README.read_text(encoding="utf-8")), encoding="utf-8")
