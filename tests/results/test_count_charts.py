"""Pictures of counts: as long, as high and as shaded as the numbers say, with every word there."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest

from egov_participation.results import charts, count_charts
from egov_participation.results.canvas import GREEN
from egov_participation.results.charts import BLUE, GREY, NARROW, WIDE, Bar, Drawing
from egov_participation.results.count_charts import Cell, Group, Stack, Track


def drawn(draw: Drawing) -> ET.Element:
    root = ET.fromstring(charts.to_svg(draw))
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
    return root


def texts(root: ET.Element) -> list[str]:
    return [element.text or "" for element in root.iter("text")]


def boxes(root: ET.Element, colour: str) -> list[tuple[float, float]]:
    """Width and height of each filled shape of a colour."""
    found = []
    for path in root.iter("path"):
        if f"fill: {colour}" in path.attrib.get("style", "") and "clip-path" in path.attrib:
            numbers = [float(part) for part in path.attrib["d"].split() if part not in "MLCZz"]
            across, down = numbers[::2], numbers[1::2]
            found.append((max(across) - min(across), max(down) - min(down)))
    return found


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_columns_of_rounds_are_as_high_as_the_votes_and_green_once_elected(width: int) -> None:
    tracks = [
        Track("Ada", "elected", (40, 60), ("40", "60"), elected=1),
        Track("Бек", "dropped out", (20, 0), ("20", "")),
        Track("none", "", (0, 10), ("", "10"), quiet=True),
    ]
    root = drawn(lambda: count_charts.rounds(tracks, (50, 50), "Rounds", width))
    (ada, bek), (elected,), (lost,) = (boxes(root, colour) for colour in (BLUE, GREEN, GREY))
    assert [round(high / bek[1], 2) for _, high in (ada, elected, lost)] == [2, 3, 0.5]
    assert {"Ada", "elected", "Бек", "none", "40", "60", "20", "10", "1", "2"} <= set(texts(root))


def test_a_matrix_writes_ballots_shares_or_nothing_as_there_is_room() -> None:
    def said(count: int, width: int) -> list[str]:
        cells = [[None if a == b else Cell("1 234 567", "57", 0.57, a < b) for b in range(count)] for a in range(count)]
        names = [f"Name {number}" for number in range(count)]
        return texts(drawn(lambda: count_charts.matrix(names, cells, ("ballots", "percent", "shades"), width)))

    assert said(3, WIDE).count("1 234 567") == 6
    assert {"ballots", "1. Name 0"} <= set(said(3, WIDE))
    assert said(12, NARROW).count("57") == 12 * 11
    assert {"percent", "12. Name 11"} <= set(said(12, NARROW))
    assert "57" not in said(30, NARROW)
    assert "shades" in said(30, NARROW)


def test_grades_fill_the_bar_and_no_number_stands_across_the_middle() -> None:
    stacks = [
        Stack("Ada", "Majority grade: Good", (50, 30, 20), ("50", "30", "20")),
        Stack("Bek", "", (0, 10, 0), ("", "10", "")),
    ]
    for width in (WIDE, NARROW):
        root = drawn(lambda width=width: count_charts.stacked(stacks, ("Good", "Fair", "Bad"), "middle", width))
        assert {"Ada", "Good", "Fair", "Bad", "middle", "50", "30", "20", "10"} <= set(texts(root))
        places = {element.text: element.attrib for element in root.iter("text")}
        ten = float(places["10"]["transform"].partition("(")[2].partition(" ")[0])
        assert abs(ten - width / 2) > 10


def test_lists_and_their_candidates_are_measured_alike() -> None:
    groups = [
        Group(Bar("Green", 60, "60"), (Bar("Ada", 30, "30"),)),
        Group(Bar("Blue", 40, "40"), (Bar("Bek", 40, "40"),)),
    ]
    root = drawn(lambda: count_charts.grouped(groups, 100, NARROW))
    (green, blue), (ada, bek) = boxes(root, BLUE), boxes(root, GREEN)
    assert [round(long / blue[0], 2) for long, _ in (green, ada, bek)] == [1.5, 0.75, 1]
