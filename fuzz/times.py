"""Target that is the times of calls, in every form in which clients write them."""

from collections.abc import Callable, Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

from fuzz.stage import Finding
from portsip_api.pbx.calls.records import MOST_TIME
from portsip_api.pbx.errors import Invalid
from portsip_api.portsip.core import instants

_ZONE = ZoneInfo("Europe/Berlin")
WORDS = (
    "GMT", "UTC", "Z", "T", " GMT+01:00", " GMT 01:00", "-0600", "+14:00", "2024-02-29", "11/14/2023", "00:00:00",
    "0001-01-01", "9999-12-31", "23:59:59", "1700000000", ".999999999",
)  # fmt: skip


def times(_: Path) -> Callable[[bytes], None]:
    """Read a text as a time; what is read of it must be a time that is written and read as the same again."""

    def one(data: bytes) -> None:
        try:
            instant = instants.read("start_time", data.decode(errors="replace"), _ZONE)
        except Invalid:
            return
        if not 0 <= instant <= MOST_TIME or instant % 1000:
            raise Finding(f"A time is read as {instant} ms")
        for text in (instants.with_zone(instant, _ZONE), instants.in_utc(instant), instants.iso(instant)):
            if instants.read("start_time", text, _ZONE) != instant:
                raise Finding(f"{instant} ms is written as another time")

    return one


def seeds() -> Iterator[bytes]:
    """Times as the contract has them, and as it has not."""
    for text in (
        "2023-11-14 23:13:21 GMT+01:00", "2023-11-14 23:13:21 GMT 01:00", "2023-11-14T22:13:21.250Z", "1700000001",
        "2023-10-29 02:30:00", "2023-11-14 22:13:21 UTC", "11/14/2023 22:13:21", "0001-01-01 00:00:00 GMT+14:00",
        "9999-12-31 23:59:59 GMT-23:59", "99999999999", "2023-11-14",
    ):  # fmt: skip
        yield text.encode()
