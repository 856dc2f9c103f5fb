"""Attendant rules: numbers at which one attendant answers in working time, another one after hours and on holidays.

The numbers are the rule's own among those of the tenant. Source: contract `sipxcom-users-rules.md`, section 2.1.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from portsip_api.pbx.errors import Duplicate, Invalid
from portsip_api.pbx.extensions.fields import NUMBER
from portsip_api.pbx.hours import schedules
from portsip_api.pbx.hours.periods import Day, Period
from portsip_api.pbx.numbers.taken import DIALLED, NUMBER_TAKEN
from portsip_api.pbx.replacements import items
from portsip_api.pbx.trunks import dialling_rules_sql
from portsip_api.pbx.trunks.tables import DiallingRuleAttendant, DiallingRuleNumber
from portsip_api.pbx.uniqueness import Refusals, refusing

EXTENSION: Final = 0  # positions of numbers; above 0: aliases
DID: Final = -1
PLACES: Final = ("after_hours", "holiday", "working_time")
MOST: Final = 100  # aliases, holidays
USUAL: Final = (Period(Day.WEEKDAYS, 9 * 60, 18 * 60),)
_TAKEN: Final[Refusals] = dict.fromkeys(
    (DIALLED, "dialling_rule_number_tenant_id_number_key", "dialling_rule_number_pkey"),
    lambda: Duplicate(NUMBER_TAKEN, "extension"),
)


@dataclass(frozen=True)
class Attended:
    """Numbers by position, names of attendants by place, holidays (from, to: ms since 1970), hours of the week."""

    numbers: Mapping[int, str]
    names: Mapping[str, str]
    holidays: Sequence[Sequence[int]]
    working_time: Sequence[Period]

    def document(self) -> dict[str, Any]:
        """Return what is kept as JSON among the members of the rule."""
        return {"holidays": self.holidays, "working_time": schedules.document(self.working_time)}


def checked(fields: Mapping[str, object]) -> Attended:
    """Return what an attendant rule has besides its members. Raises Invalid.

    `fields`: extension, and optionally aliases (texts), did, the names of attendants by PLACES, holidays (pairs of
    milliseconds since 1970), and working_time, as periods of a schedule (USUAL when absent).
    """
    aliases = items(fields, "aliases", MOST)
    texts = {EXTENSION: fields.get("extension"), DID: fields.get("did") or None, **dict(enumerate(aliases, start=1))}
    if not texts[EXTENSION]:
        raise Invalid({"extension": ["Missing."]})
    numbers = {position: _number(position, text) for position, text in texts.items() if text is not None}
    if len(set(numbers.values())) < len(numbers):
        raise Duplicate(NUMBER_TAKEN, "extension")
    names = {place: str(fields[place]) for place in PLACES if fields.get(place)}
    periods = schedules.checked_periods(fields, "periods") if fields.get("periods") is not None else USUAL
    return Attended(numbers, names, [_holiday(pair) for pair in items(fields, "holidays", MOST)], periods)


def write(tenant_id: int, rule_id: int, attended: Attended, attendant_of: Callable[[str], int]) -> None:
    """Give a rule its numbers and attendants, inside the caller's transaction; what stays is pointed at as before.

    `attendant_of` gives the id of the attendant of a name. Raises Duplicate (a number is taken).
    """
    row, wanted = DiallingRuleNumber, {number: position for position, number in attended.numbers.items()}
    present = {found.number for found in row.select(tenant_id).where(row.rule_id == rule_id)}
    row.delete(tenant_id, row.number.not_in(list(wanted)), rule_id=rule_id)
    for number in present & wanted.keys():
        row.update(tenant_id, {"position": wanted[number]}, number=number)
    with refusing(_TAKEN):
        row.insert_all(
            tenant_id,
            [
                {"number": number, "rule_id": rule_id, "position": position}
                for number, position in wanted.items()
                if number not in present
            ],
        )
    ids = {place: attendant_of(name) for place, name in attended.names.items()}
    DiallingRuleAttendant.delete(tenant_id, rule_id=rule_id)
    DiallingRuleAttendant.insert_all(
        tenant_id, [{"rule_id": rule_id, "place": place, "attendant_id": id_} for place, id_ in ids.items()]
    )


def numbers_of(tenant_id: int) -> Mapping[int, Mapping[int, str]]:
    """Return the numbers of every rule by position, in order, by the rule's id."""
    found: dict[int, dict[int, str]] = defaultdict(dict)
    for row in DiallingRuleNumber.select(tenant_id).order_by(DiallingRuleNumber.position):
        found[row.rule_id][row.position] = row.number
    return found


def names_of(tenant_id: int) -> Mapping[int, Mapping[str, str]]:
    """Return the names of the attendants of every rule by place, by the rule's id."""
    found: dict[int, dict[str, str]] = defaultdict(dict)
    for rule_id, place, name in dialling_rules_sql.attendants(tenant_id):
        found[rule_id][place] = name
    return found


def _number(position: int, text: object) -> str:
    try:
        return NUMBER.check(text)
    except ValueError as error:
        raise Invalid({{EXTENSION: "extension", DID: "did"}.get(position, "aliases"): [str(error)]}) from error


def _holiday(pair: Any) -> list[int]:
    start, end = pair
    if start is None or end is None or start > end:
        raise Invalid({"holidays": ["Must each have a beginning, and an end that is not before it."]})
    return [start, end]
