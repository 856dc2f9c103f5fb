"""What a value of a setting may be; every value is text.

A rule that a model's own default breaks is not enforced for that setting: there the model describes it wrongly, or its
default means that it is switched off. Patterns match a whole value. Source: contract (sipXcom), sections 4.1 and 9.
"""

import ipaddress
import re
from collections.abc import Callable
from functools import cache
from typing import Final

from portsip_api.pbx.errors import Invalid
from portsip_api.pbx.settings.definitions import Setting
from portsip_api.pbx.values import Text

LONGEST: Final = 8_000
LONGEST_MATCHED: Final = 1_000  # a pattern of a model may take time that grows with the square of the length
_LINE: Final = Text(LONGEST)
_LINES: Final = Text(LONGEST, lines=True)
_HOST_NAME: Final = Text(
    253,
    pattern=r"(?=.*[A-Za-z_-])[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9])?(\.[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9])?)*\.?",
    meaning="a host name or an address",
)
_NUMBERS: Final = {
    "integer": (re.compile(r"-?[0-9]{1,18}"), "Must be a whole number."),
    "real": (re.compile(r"-?([0-9]{1,18}(\.[0-9]{0,18})?|\.[0-9]{1,18})"), "Must be a number."),
}
_SEPARATORS: Final = re.compile(r"[|,]")

# Returns a sentence when a value breaks the rule, else an empty text.
_Rule = Callable[[Setting, str], str]


def checked(setting: Setting, text: str) -> str:
    """Return `text` as it is kept: booleans in the setting's own words, lists joined by `|`, numbers without blanks.

    Raises Invalid, naming the setting by its path.
    """
    if text == setting.default:
        return text
    value = _kept(setting, text)
    problems = [_problem(rule, setting, value) for rule in (_RULES if value else (_rule_required,))]
    if any(problems):
        raise Invalid({setting.path: [problem for problem in problems if problem]})
    return value


def _problem(rule: _Rule, setting: Setting, value: str) -> str:
    problem = rule(setting, value)
    if problem and setting.default and rule(setting, _kept(setting, setting.default)):
        return ""
    return problem


def _kept(setting: Setting, text: str) -> str:
    if setting.type in {"string", "file"}:
        return text
    value = text.strip()
    if setting.type == "boolean":
        return _own_word(setting, value)
    if setting.type == "multiEnum":
        return "|".join(filter(None, (item.strip() for item in _SEPARATORS.split(value))))
    return value


def _own_word(setting: Setting, value: str) -> str:
    """Return the word of the setting that `value` means, or `value` when it means neither."""
    words = {name: str(setting.constraints[name]) for name in ("true", "false")}
    if value in words.values():
        return value
    return (words | {word.lower(): word for word in words.values()}).get(value.lower(), value)


def _rule_required(setting: Setting, value: str) -> str:
    if value:
        return ""
    if setting.type == "boolean" and setting.constraints["false"] != "":
        return "Must be one of its two values."
    if setting.constraints.get("required") or (
        setting.type == "enum" and setting.options and "" not in setting.options
    ):
        return "Must not be empty."
    return ""


def _rule_text(setting: Setting, value: str) -> str:
    return _sentence(_LINES if setting.constraints.get("multiLine") else _LINE, value)


def _rule_number(setting: Setting, value: str) -> str:
    form, sentence = _NUMBERS.get(setting.type, (None, ""))
    return "" if form is None or form.fullmatch(value) else sentence


def _rule_option(setting: Setting, value: str) -> str:
    if setting.type == "boolean":
        words = (setting.constraints["true"], setting.constraints["false"])
        return "" if value in words else "Must be true or false."
    if not setting.options:
        return ""
    chosen = value.split("|") if setting.type == "multiEnum" else [value]
    if setting.type == "multiEnum" and len(set(chosen)) < len(chosen):
        return "Must not name an option twice."
    return "" if all(item in setting.options for item in chosen) else "Must be one of its options."


def _rule_range(setting: Setting, value: str) -> str:
    least, most = setting.constraints.get("min"), setting.constraints.get("max")
    if not _NUMBERS["real"][0].fullmatch(value):
        return ""
    number = float(value)
    if least is not None and number < least:
        return f"Must be at least {least}."
    return f"Must be at most {most}." if most is not None and number > most else ""


def _rule_length(setting: Setting, value: str) -> str:
    least, most = setting.constraints.get("minLen", 0), setting.constraints.get("maxLen", LONGEST)
    return "" if least <= len(value) <= most else f"Must have {least} to {most} characters."


def _rule_pattern(setting: Setting, value: str) -> str:
    pattern = setting.constraints.get("pattern")
    if pattern is None:
        return ""
    if len(value) > LONGEST_MATCHED:
        return f"Must have at most {LONGEST_MATCHED} characters."
    return "" if _compiled(pattern).fullmatch(value) else "Does not have the form that it must have."


def _rule_format(setting: Setting, value: str) -> str:
    form = setting.constraints.get("format")
    if form == "networks":
        items = [item.strip() for item in value.split(",")]
        is_good = all(map(_is_network, items))
        return "" if is_good else "Must be addresses or networks separated by commas, such as 10.0.0.0/8."
    if form == "ipaddr":
        return "" if _is_address(value) else "Must be an IP address."
    return "" if form is None or _is_address(value) else _sentence(_HOST_NAME, value)


_RULES: Final[tuple[_Rule, ...]] = (
    _rule_text, _rule_number, _rule_option, _rule_range, _rule_length, _rule_pattern, _rule_format,
)  # fmt: skip


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.ASCII)


def _sentence(kind: Text, value: str) -> str:
    try:
        kind.check(value)
    except ValueError as error:
        return str(error)
    return ""


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _is_network(text: str) -> bool:
    try:
        ipaddress.ip_network(text, strict=False)
    except ValueError:
        return False
    return True
