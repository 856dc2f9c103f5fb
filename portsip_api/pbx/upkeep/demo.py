"""Demonstration data: people with plausible names, unique e-mail addresses and numbers that ring nobody.

Phone numbers are from the ranges that the British regulator keeps for drama. Passwords and PINs are random.
"""

import secrets
import unicodedata
from collections.abc import Callable, Iterator
from itertools import count, islice
from typing import Final

from portsip_api.pbx.access import tenants
from portsip_api.pbx.errors import Conflict, Duplicate
from portsip_api.pbx.extensions import directory, groups
from portsip_api.pbx.import_export import importing
from portsip_api.pbx.import_export.file_reading import Reading, Row

_BATCH: Final = 5_000  # rows of a transaction: a fraction of a second, so that others can write in between
_FIRST_NUMBER: Final = 1_000
_WOMEN: Final = (
    "Ada", "Alice", "Amélie", "Ángela", "Barbara", "Chloé", "Diana", "Elif", "Emma", "Frances", "Grace", "Hannah",
    "Ingrid", "Julia", "Karen", "Leila", "Margaret", "Nadia", "Olga", "Priya", "Rosa", "Sofía", "Yuki", "Zoë",
)  # fmt: skip
_MEN: Final = (
    "Alan", "André", "Björn", "Carlos", "David", "Dennis", "Edsger", "Emeka", "François", "George", "Hiroshi", "Ivan",
    "James", "José", "Kenji", "Linus", "Mehmet", "Noah", "Oscar", "Paolo", "Rahul", "Stefan", "Tomáš",
)  # fmt: skip
_LAST_NAMES: Final = (
    "Adams", "Bauer", "Beneš", "Brown", "Carter", "Costa", "Dubois", "Evans", "Fischer", "Fontaine", "García", "Green",
    "Hansen", "Hughes", "Ito", "Jensen", "Jones", "Kaya", "Keller", "Khan", "Kim", "Lambert", "Lopez", "Martin",
    "Meyer", "Moreau", "Müller", "Nakamura", "Nguyen", "Novák", "Okafor", "Olsen", "Patel", "Pereira", "Petrov",
    "Richter", "Romero", "Rossi", "Schäfer", "Sharma", "Silva", "Smith", "Suzuki", "Taylor", "Weber", "Wilson",
    "Yılmaz",
)  # fmt: skip
_DEPARTMENTS: Final = (
    "Sales", "Support", "Accounting", "Purchasing", "Marketing", "Legal", "Logistics", "Production", "Research",
    "Reception",
)  # fmt: skip


def make_groups(tenant_id: int, number: int) -> list[str]:
    """Make `number` groups under the next names that are free and return their ids. Raises StoreUnavailable."""
    permissions = {"enable_intercom": True, "enable_external_call": True, "enable_management_console_access": False}
    made: list[str] = []
    for name in _group_names():
        if len(made) == number:
            break
        try:
            made.append(groups.create(tenant_id, {"group_name": name, **permissions}).group_id)
        except Duplicate:
            continue
    return made


def make_extensions(tenant_id: int, number: int, group_ids: list[str], advance: Callable[[int], object]) -> None:
    """Make `number` extensions under the next numbers that are free, spread over the groups; tell `advance` how many.

    A transaction writes a batch; what is written stays when a later one fails. Raises StoreUnavailable, and Conflict
    when nothing of a batch could be written.
    """
    domain = tenants.domain_of(tenant_id)
    numbers = _free_numbers(tenant_id)
    made = 0
    while made < number:
        batch = islice(numbers, min(_BATCH, number - made))
        rows = [Row(at, _extension(text, domain, _group_of(at, group_ids))) for at, text in enumerate(batch, made)]
        plan = importing.prepare(tenant_id, Reading(rows), upsert=False)
        report = importing.apply(plan, partial=True)  # a number that somebody took meanwhile is left out
        if report.is_refused:
            problem = report.errors.listed[0]
            raise Conflict(f"No extension could be made: {problem.field}: {problem.reason}")
        made += report.created
        advance(report.created)


def _group_names() -> Iterator[str]:
    yield from _DEPARTMENTS
    for site in count(2):
        yield from (f"{department} {site}" for department in _DEPARTMENTS)


def _free_numbers(tenant_id: int) -> Iterator[str]:
    for first in count(_FIRST_NUMBER, _BATCH):
        wanted = [str(number) for number in range(first, first + _BATCH)]
        taken = directory.existing(tenant_id, wanted)
        yield from (number for number in wanted if number not in taken)


def _group_of(position: int, group_ids: list[str]) -> list[str]:
    """Return one of the groups in turn; none for every fifth extension, and where all are full."""
    turn = position - position // 5
    if position % 5 == 4 or turn >= len(group_ids) * groups.MOST_MEMBERS:
        return []
    return [group_ids[turn % len(group_ids)]]


def _extension(number: str, domain: str, group_ids: list[str]) -> dict[str, object]:
    at = int(number)
    gender, names = ("FEMALE", _WOMEN) if at % 2 else ("MALE", _MEN)
    first_name, last_name = names[at // 2 % len(names)], _LAST_NAMES[at % len(_LAST_NAMES)]
    return {
        "extension_number": number,
        "password": secrets.token_urlsafe(12),
        "web_access_password": secrets.token_urlsafe(12),
        "profile": {
            "first_name": first_name,
            "last_name": last_name,
            "gender": gender,
            "email": f"{_plain(first_name)}.{_plain(last_name)}.{number}@{domain}",
            "mobile_phone": f"+447700900{at % 1000:03}" if at % 3 == 0 else "",
            "work_phone": f"+442079460{at % 1000:03}",
        },
        "voice_mail": {"voicemail_pin": f"{secrets.randbelow(10**6):06}"},
        "belong_groups": group_ids,
    }


def _plain(name: str) -> str:
    """Return `name` in the letters of an e-mail address."""
    return unicodedata.normalize("NFKD", name.lower().replace("ı", "i")).encode("ascii", "ignore").decode()
