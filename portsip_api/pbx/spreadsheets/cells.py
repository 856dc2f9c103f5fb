"""Cells that a spreadsheet would run, or that it has changed.

A spreadsheet takes a text that begins with one of a few characters for a formula, whoever wrote it. Such a cell gets an
apostrophe before it, which spreadsheets take for "this is text", and reading removes it. Source: OWASP, "CSV
Injection"; what is left alone, and numbers that a spreadsheet has changed: ours.
"""

import re
from typing import Final

_RUN: Final = re.compile(r"'*[=+\-@\t\r]")
_HARMLESS: Final = re.compile(r"[=+\-@\t\r][0-9 ()./-]*")  # phone numbers above all
_EXPONENT: Final = re.compile(r"[0-9]+([.,][0-9]+)?[eE][+-][0-9]+")
_DECIMAL: Final = re.compile(r"[0-9]+[.,]0+")
_FORMULA: Final = re.compile(r'=".*"', re.DOTALL)
_CHANGED: Final = re.compile(f"'*({_EXPONENT.pattern}|{_DECIMAL.pattern})")


def guarded(text: str, *, is_number: bool = False) -> str:
    """Return `text` as a cell that no spreadsheet runs, from which `unguarded` makes the same text again.

    Where text `is_number`, made of digits as phone numbers are, a cell is guarded too that would be refused as one that
    a spreadsheet has changed.
    """
    if text.isalnum() or _HARMLESS.fullmatch(text):
        return text
    return f"'{text}" if _is_guardable(text, is_number=is_number) else text


def unguarded(cell: str, *, is_number: bool = False) -> str:
    """Return the text that `guarded` made `cell` of."""
    return cell[1:] if cell.startswith("'") and _is_guardable(cell, is_number=is_number) else cell


def require_unchanged(cell: str, *, is_number: bool = False) -> None:
    """Raise ValueError, with a sentence, where a spreadsheet has changed what somebody typed into a cell."""
    if cell.isalnum():  # nearly all are
        return
    if _FORMULA.fullmatch(cell):
        raise ValueError(
            'Is a formula (="…"), with which a spreadsheet keeps a number as text: format the column as text and type '
            "the number without it."
        )
    if is_number and _EXPONENT.fullmatch(cell):
        raise ValueError(
            "A spreadsheet has shortened this number to one with an exponent (such as 4.9E+11), so that its last "
            "digits are lost: format the column as text and type the number again."
        )
    if is_number and _DECIMAL.fullmatch(cell):
        raise ValueError(
            "A spreadsheet has given this number a decimal place (such as 1010.0): format the column as text and type "
            "the number again."
        )


def _is_guardable(text: str, *, is_number: bool) -> bool:
    return bool(_RUN.match(text) or (is_number and _CHANGED.fullmatch(text)))
