"""Who may call which number outside: a table, and what of a number's writing counts."""

import pytest

from portsip_api.pbx.numbers.outside import Caller, Outside, Pattern, cleaned, is_number, refusal

NONE, ALL = Caller(False), dict.fromkeys(
    ("InternationalDialing", "LocalDialing", "LongDistanceDialing", "900Dialing", "TollFree"), True
)  # fmt: skip
EVERYBODY, NOBODY = Caller(True, ALL), Caller(False, ALL)
CLERK = Caller(True, {**ALL, "InternationalDialing": False, "900Dialing": False})
PLAIN = Outside(["+49", "0", "1"])
DENIED = Outside(["+49", "+49900900"], ["+49900", "00", "+491"])
RULES = Outside(
    ["+", "0", "1", "9"],
    ["0137"],
    [
        Pattern("00", -1, "INTERNATIONAL", True, "Abroad"),
        Pattern("0049", -1, "LOCAL", True, "Home"),
        Pattern("0044", -1, "CUSTOM", False, "Britain"),
        Pattern("0900", 6, "RESTRICTED", True, "Premium"),
        Pattern("0800", -1, "TOLL_FREE", True, "Free"),
        Pattern("0180", -1, "LONG_DISTANCE", True, "Service"),
        Pattern("0180", -1, "CUSTOM", False, "No service"),
        Pattern("911", 0, "EMERGENCY", True, "Emergency"),
        Pattern("112", 0, "EMERGENCY", False, "Not used"),
        Pattern("01", 3, "CUSTOM", False, "Short"),
        Pattern("7", -1, "EMERGENCY", True, "Alarm"),
        Pattern("70", -1, "CUSTOM", False, "Off"),
    ],
)
NO_NUMBER, NO_GROUP = "that is no number to dial", "no group of X allows external calls"
NO_PREFIX, OK = "the tenant does not allow that number to be dialled", ""


def disabled(rule):
    return f"the dialling rule {rule}, which it belongs to, is disabled"


def lacks(permission):
    return f"X lacks the permission {permission}"


TABLE = [
    # Without a pattern: one of the groups, and a prefix.
    (PLAIN, EVERYBODY, "+49301234", OK),
    (PLAIN, EVERYBODY, "0301234", OK),
    (PLAIN, EVERYBODY, "*49", NO_PREFIX),
    (PLAIN, EVERYBODY, "49301234", NO_PREFIX),
    (PLAIN, NONE, "+49301234", NO_GROUP),
    (PLAIN, NONE, "49301234", NO_GROUP),
    (PLAIN, None, "+49301234", OK),
    (PLAIN, None, "+1", NO_PREFIX),
    (PLAIN, Caller(True), "+49301234", OK),
    (Outside(), EVERYBODY, "112", NO_PREFIX),
    # The longest prefix decides, and of two equal ones the denial.
    (DENIED, EVERYBODY, "+4930", OK),
    (DENIED, EVERYBODY, "+4990012", NO_PREFIX),
    (DENIED, EVERYBODY, "+4990090012", OK),
    (DENIED, EVERYBODY, "+4917", NO_PREFIX),
    (DENIED, EVERYBODY, "004930", NO_PREFIX),
    (Outside(["+49"], ["+49"]), EVERYBODY, "+4930", NO_PREFIX),
    (Outside(["+49"], ["0049"]), EVERYBODY, "+4930", OK),
    # What is no number is never dialled, whatever the tenant allows.
    (PLAIN, EVERYBODY, "+4930123;maddr=203.0.113.9", NO_NUMBER),
    (PLAIN, EVERYBODY, "+49301%40evil.example", NO_NUMBER),
    (PLAIN, EVERYBODY, "+49?Replaces=abc", NO_NUMBER),
    (PLAIN, EVERYBODY, "+49,00900", NO_NUMBER),
    (PLAIN, EVERYBODY, "+49３０", NO_NUMBER),
    (PLAIN, EVERYBODY, "0" * 33, NO_NUMBER),
    (PLAIN, NOBODY, "", NO_NUMBER),
    # Patterns: the longest decides, and asks for its permission.
    (RULES, EVERYBODY, "0033123", OK),
    (RULES, CLERK, "0033123", lacks("InternationalDialing")),
    (RULES, CLERK, "0049301", OK),
    (RULES, Caller(True), "0049301", lacks("LocalDialing")),
    (RULES, EVERYBODY, "0044201", disabled("Britain")),
    (RULES, None, "0044201", disabled("Britain")),
    (RULES, None, "0033123", OK),
    (RULES, CLERK, "0900123456", lacks("900Dialing")),
    (RULES, CLERK, "09001234567", OK),
    (RULES, EVERYBODY, "0900123456", OK),
    (RULES, Caller(True), "0800123", lacks("TollFree")),
    (RULES, EVERYBODY, "0180123", disabled("No service")),
    (RULES, EVERYBODY, "01234", disabled("Short")),
    (RULES, EVERYBODY, "012345", OK),
    (RULES, EVERYBODY, "013712", NO_PREFIX),
    (RULES, NOBODY, "0033123", NO_GROUP),
    # Emergencies are for everybody; one that is not used stands for nothing.
    (RULES, NOBODY, "911", OK),
    (RULES, NOBODY, "9112", NO_GROUP),
    (RULES, NOBODY, "701", OK),
    (RULES, EVERYBODY, "112", OK),
    (RULES, NOBODY, "112", NO_GROUP),
]


@pytest.mark.parametrize(("outside", "caller", "number", "why"), TABLE)
def test_who_may_call_what(outside, caller, number, why):
    found = refusal(number, outside, caller)
    assert (found.clause("X") if found else "") == why


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("+49 (30) 123-4", "+49301234"),
        ("tel:+49301234", "+49301234"),
        ("TEL:+49.30/12 34", "+49301234"),
        ("+49\u00a030", "+4930"),
        ("*21*100#", "*21*100#"),
        ("bob", "bob"),
        ("tel:bob", "tel:bob"),
        ("+49,00900", "+49,00900"),
        ("+49３０", "+49３０"),
        ("()", "()"),
    ],
)
def test_punctuation_does_not_count(written, number):
    assert cleaned(written) == number


@pytest.mark.parametrize("text", ["+", "4+9", "++49", "٣٠", "4" * 33, "", "4\n", "a1"])
def test_what_is_no_number(text):
    assert not is_number(text)
