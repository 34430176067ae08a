from __future__ import annotations

import csv
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxsurvey.transfer.export import RISKY, Cell, as_csv, safe

RISKY_ONES = sorted(RISKY)


@pytest.mark.parametrize("first", RISKY_ONES)
def test_text_that_a_spreadsheet_would_run_gets_an_apostrophe(first: str) -> None:
    assert str(safe(f"{first}1+1")).startswith("'")


@pytest.mark.parametrize("text", [" =1+1", "\u00a0=1+1", "\u3000＝1+1"])
def test_a_space_in_front_does_not_help(text: str) -> None:
    assert safe(text) == f"'{text}"


@pytest.mark.parametrize("text", ["fine", "a=b", "1-2", "", "'quoted", "so @ home"])
def test_other_text_stays_as_it_is(text: str) -> None:
    assert safe(text) == text


@pytest.mark.parametrize("number", [-3, 0, 10, -0.5])
def test_numbers_stay_numbers(number: float) -> None:
    assert safe(number) == number
    assert not isinstance(safe(number), str)


CELLS = st.one_of(st.none(), st.integers(-10, 10), st.text(st.characters(codec="utf-8"), max_size=30))


@given(st.lists(st.lists(CELLS, min_size=3, max_size=3), max_size=250), st.booleans())
def test_what_was_written_reads_back_and_nothing_runs(lines: list[list[Cell]], bom: bool) -> None:
    content = b"".join(as_csv(iter(lines), bom=bom))

    assert content.startswith(b"\xef\xbb\xbf") is bom
    read = list(csv.reader(StringIO(content.decode("utf-8-sig" if bom else "utf-8"), newline="")))
    assert len(read) == len(lines)
    for written, found in zip(lines, read, strict=True):
        for cell, text in zip(written, found, strict=True):
            plain = "" if cell is None else str(cell).replace("\x00", "")
            assert text in {plain, f"'{plain}"}
            assert isinstance(cell, int) or text[:1] not in RISKY
