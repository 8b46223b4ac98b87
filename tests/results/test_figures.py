"""Figures say in each language the numbers they were given."""

from __future__ import annotations

from datetime import date
from itertools import starmap

import pytest

from egov_participation.i18n import LANGUAGES
from egov_participation.results import figures
from egov_participation.results.figures import Count

COUNTS = (Count("Иә", 3560), Count("Жоқ", 1310), Count("Бос", 130, blank=True))
DAYS = tuple(starmap(lambda day, count: (date(2024, 10, day), count), ((4, 93), (5, 0), (6, 296))))


@pytest.mark.parametrize(("lang", "first"), [("kk", "71,20 %"), ("ru", "71,20 %"), ("en", "71.20%")])
def test_the_table_beside_a_result_has_its_numbers_and_shares(lang: str, first: str) -> None:
    figure = figures.question(lang, "q", "Сұрақ?", COUNTS, 5000, "source")

    assert [row[0] for row in figure.rows] == ["Иә", "Жоқ", "Бос"]
    assert figure.rows[0][2].replace("\xa0", " ") == first
    assert len(figure.head) == len(figure.rows[0]) == 3
    assert figure.source == "source"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_figure_has_a_picture_for_wide_and_one_for_narrow_screens_that_say_the_same(lang: str) -> None:
    svg = figures.turnout(lang, "turnout", 500, 786, "source").svg
    wide, narrow = svg.split("</svg>")[:2]

    assert "egov-chart--wide" in wide
    assert "egov-chart--narrow" in narrow
    assert wide.partition("<desc")[2].partition("</desc>")[0].partition(">")[2] in narrow


def test_turnout_counts_those_who_did_not_vote() -> None:
    figure = figures.turnout("en", "turnout", 500, 786, "")

    assert figure.rows == (("Voted", "500", "63.61%"), ("Did not vote", "286", "36.39%"))


def test_days_are_in_order_those_without_a_ballot_too() -> None:
    figure = figures.ballots_by_day("en", "days", DAYS, "")

    assert figure.rows == (
        ("4\u00a0October\u00a02024", "93"),
        ("5\u00a0October\u00a02024", "0"),
        ("6\u00a0October\u00a02024", "296"),
    )


def test_a_figure_that_was_drawn_is_not_drawn_again() -> None:
    assert figures.ballots_by_day("kk", "days", DAYS, "x") is figures.ballots_by_day("kk", "days", DAYS, "x")
    assert figures.ballots_by_day("kk", "days", DAYS, "x") is not figures.ballots_by_day("ru", "days", DAYS, "x")


def test_nobody_at_all_is_no_share() -> None:
    assert figures.question("en", "q", "?", (Count("Yes", 0),), 0, "").rows == (("Yes", "0", "0.00%"),)
