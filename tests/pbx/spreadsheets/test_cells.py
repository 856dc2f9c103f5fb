"""Cells that a spreadsheet would run, and cells that it has changed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portsip_api.pbx.spreadsheets.cells import guarded, require_unchanged, unguarded

AWKWARD = st.text(alphabet="'=+-@\t\r 0123456789()./,eE\"aü\n\\", max_size=12)


@pytest.mark.parametrize("text", ["=1+1", "+a", "-a", "@SUM(A1)", "\ta", "\ra", "+49;900", "-1,5", "=(1)*2"])
def test_what_a_spreadsheet_would_run_is_text(text: str) -> None:
    assert guarded(text) == f"'{text}"
    assert guarded(f"'{text}") == f"''{text}"
    assert guarded(f"''{text}") == f"'''{text}"


@pytest.mark.parametrize(
    "text", ["", "a", "a=1", " =1", "'", "'a", "''a", "1+1", "+49 (30) 123-4", "-5", "+", "=1", "+49/30.1", "\t1", "'t"]
)
def test_what_it_would_not_run_stays_as_it_is(text: str) -> None:
    assert guarded(text) == text
    assert unguarded(text) == text


def test_reading_removes_exactly_one_apostrophe() -> None:
    assert unguarded("'''=a") == "''=a"
    assert unguarded("'+49") == "+49"


@given(AWKWARD | st.text(), st.booleans())
def test_every_text_comes_back(text: str, is_number: bool) -> None:
    assert unguarded(guarded(text, is_number=is_number), is_number=is_number) == text


@given(AWKWARD, st.booleans())
def test_what_is_written_is_never_run_and_never_refused(text: str, is_number: bool) -> None:
    cell = guarded(text, is_number=is_number)
    assert cell[:1] not in set("=+-@\t\r") or not set(cell[1:]) - set("0123456789 ()./-")
    require_unchanged(cell, is_number=is_number)


@pytest.mark.parametrize("cell", ["4.9E+11", "4,9E+11", "1E+12", "4.91512e+11", "1010.0", "1010,00", "0.0"])
def test_a_number_that_a_spreadsheet_has_changed_is_refused_as_one(cell: str) -> None:
    with pytest.raises(ValueError, match="format the column as text"):
        require_unchanged(cell, is_number=True)
    require_unchanged(cell)


@pytest.mark.parametrize("cell", ["1E5", "10.5", "1.0.0", "E+11", "4.9", "+49", "a1010.0", "1010"])
def test_other_numbers_are_no_matter(cell: str) -> None:
    require_unchanged(cell, is_number=True)


@pytest.mark.parametrize("cell", ['="0012"', '=""', '="a\nb"'])
def test_a_formula_that_holds_a_text_is_refused(cell: str) -> None:
    with pytest.raises(ValueError, match="Is a formula"):
        require_unchanged(cell)
