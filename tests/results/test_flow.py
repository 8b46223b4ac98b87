"""Where votes went: blocks and bands as large as the votes, in the giver's colour, and every transfer in the table."""

from __future__ import annotations

from functools import partial
from random import Random
from xml.etree.ElementTree import Element

import pytest
from tests.results.test_count_charts import drawn, texts

from egov_crypto.counting import Method, MethodType, Rounds, Rules, count
from egov_participation.results import flow
from egov_participation.results.canvas import BLUE, GREY, NARROW, WIDE, text_width
from egov_participation.results.flow import Move, Stream
from egov_participation.voting import count_flow

ORANGE = "#d55e00"


def sizes(svg_path: str, *, across: int) -> list[float]:
    """Of each block or band of a shape: how large it is where it begins, on the axis that goes across the rounds."""
    found = []
    for outline in svg_path.split("z"):
        places = [float(one) for one in outline.split() if one not in ("M", "L", "C")][across::2]
        if places:
            found.append(round(max(abs(end - places[0]) for end in places[-2:]), 1))
    return found


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_blocks_and_bands_are_as_large_as_their_votes(width: int) -> None:
    streams = (
        Stream("1", "Ada", (60, 80), "80", {1: "✓"}, bold=True),
        Stream("2", "Bek", (40, None), "", {0: "×"}),
        Stream("–", "nobody", (None, 20), "20", {}, quiet=True),
    )
    moves = (Move(1, 1, 0, 20), Move(1, 1, 2, 20))
    root = drawn(lambda: flow.flow(streams, moves, "heads", "below", width, first=7))
    assert {"1", "1✓", "2×", "–", "7", "8", "heads", "below"} <= set(texts(root))
    shapes: dict[tuple[str, bool], list[float]] = {}
    for path in root.iter("path"):
        if "clip-path" in path.attrib:
            style = path.attrib["style"]
            key = style.partition("fill: ")[2][:7], "opacity" in style
            shapes[key] = sizes(path.attrib["d"], across=1 if width > NARROW else 0)  # the last: keys come before
    unit = shapes[GREY, False][0] / 20
    assert {key: [round(size / unit) for size in found] for key, found in shapes.items()} == {
        (BLUE, False): [60, 80],
        (ORANGE, False): [40],
        (GREY, False): [20],
        (BLUE, True): [60],
        (ORANGE, True): [20, 20],
    }


def test_the_table_has_each_transfer_and_pictures_stay_light_and_inside() -> None:
    names = (60 * "Ұ", *(f"Name {number}" for number in range(1, 20)))

    def ends(text: Element) -> float:
        """Where a word ends on the page."""
        style = dict(part.split(": ") for part in text.attrib["style"].split("; "))
        bold = style.get("font-weight") == "700"
        wide = text_width(text.text or "", float(style["font-size"].removesuffix("px")), bold=bold)
        return float(text.attrib["x"]) + wide * {"start": 1, "middle": 0.5, "end": 0}[style["text-anchor"]]

    def shown(method: Method, candidates: int) -> tuple[int, int]:
        """How many rounds and transfers there are, and are shown."""
        chance = Random(7)
        ballots = [chance.sample(range(1, candidates + 1), candidates) for _ in range(400)]
        outcome = count(method, candidates, ballots, b"")
        assert isinstance(outcome.trace, Rounds)
        chart = count_flow.chart("en", names[:candidates], outcome)
        assert chart is not None
        for svg in str(chart.figure("flow-1", "").svg).split("</svg>"):
            assert len(svg) < 60_000
        for width in (WIDE, NARROW):
            root = drawn(partial(chart.draw, width))
            placed = [text for text in root.iter("text") if "x" in text.attrib]
            assert min(float(text.attrib["x"]) for text in placed) >= 0
            assert max(map(ends, placed)) <= width + 1
        moves = [move for each in outcome.trace.rounds for move in each.transfers if move.votes]
        assert ("lists them all" in chart.words) == (len(moves) == len(chart.rows))
        return len(moves), len(chart.rows)

    meek = Method(MethodType.STV, rules=Rules.MEEK, seats=8)
    assert len({*shown(Method(MethodType.IRV), 12)}) == 1
    every, some = shown(meek, 20)
    assert every > 240 >= some > 100


def test_nothing_is_drawn_where_no_vote_went_on() -> None:
    for method, ballots in (
        (Method(MethodType.IRV), {(1, 2): 3, (2, 1): 1}),
        (Method(MethodType.IRV), {}),
        (Method(MethodType.BORDA), {(1, 2): 3}),
    ):
        assert count_flow.chart("en", ("Ada", "Bek"), count(method, 2, ballots, b"")) is None
