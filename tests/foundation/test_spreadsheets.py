"""Tables that spreadsheets open: no text is computed, and every text is read back as it was."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from egov_participation.spreadsheets import csv_line, harmless, original

STARTS = "=+-@\t\r\n＝＋－＠"


@pytest.mark.parametrize("start", STARTS)
@pytest.mark.parametrize("before", ["", "'", "'''"])
def test_what_a_spreadsheet_would_compute_begins_with_an_apostrophe(before: str, start: str) -> None:
    text = f"{before}{start}cmd|' /C calc'!A0"

    assert harmless(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "'", "''", "'Иә'", "1-2", " =1", "Қолдайсыз ба?"])
def test_other_texts_stay_as_they_are(text: str) -> None:
    assert harmless(text) == text


@given(st.text(st.sampled_from(STARTS + "'a\",")) | st.text())
def test_each_text_is_read_back_as_it_was(text: str) -> None:
    assert original(harmless(text)) == text


@given(st.lists(st.text(st.sampled_from("a'\",;\r\n =Қ"), min_size=1), min_size=1))
def test_a_line_is_one_record_for_any_reader(cells: list[str]) -> None:
    line = csv_line(cells)

    assert line.endswith("\r\n")
    assert list(csv.reader(io.StringIO(line, newline=""), strict=True)) == [cells]
