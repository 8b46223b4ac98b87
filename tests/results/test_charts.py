"""Charts show the proportions they are given, also where there is little to show."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from xml.etree import ElementTree as ET

import pytest
from matplotlib import pyplot as plt
from matplotlib import rcParams
from matplotlib.backends.backend_agg import FigureCanvasAgg

from egov_participation.results import charts
from egov_participation.results.charts import BLUE, GREY, NARROW, WIDE, Bar
from egov_participation.results.svg import inline


def drawn(draw: charts.Drawing) -> ET.Element:
    return ET.fromstring(inline(charts.to_svg(draw), chart_id="c", title="", description=""))


def widths(root: ET.Element, colour: str) -> list[float]:
    """Of the rectangles of a colour, from top to bottom."""
    found = []
    for path in root.iter("path"):
        if path.get("fill") == colour:
            xs = [float(x) for x in path.get("d", "").replace("M", " ").replace("L", " ").replace("z", "").split()[::2]]
            found.append(max(xs) - min(xs))
    return found


def texts(root: ET.Element) -> list[str]:
    return [element.text or "" for element in root.iter("text")]


def test_bars_are_as_long_as_their_shares() -> None:
    bars = [Bar("a", 50, "50"), Bar("b", 25, "25"), Bar("blank", 10, "10", quiet=True)]
    root = drawn(lambda: charts.answers(bars, 100, WIDE))
    (first, second), (blank,) = widths(root, BLUE), widths(root, GREY)

    assert first / second == pytest.approx(2, rel=1e-3)
    assert first / blank == pytest.approx(5, rel=1e-3)


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_every_label_and_value_is_there_as_text(width: int) -> None:
    label = "Қазақстан Республикасында атом электр станциясын салуға келісемін және қолдаймын"
    root = drawn(lambda: charts.answers([Bar(label, 3, "3 (100 %)")], 3, width))

    assert " ".join(texts(root)) == f"{label} 3 (100 %)"


def test_a_vote_without_ballots_has_a_chart_too() -> None:
    nobody = [Bar("Иә", 0, "0"), Bar("Жоқ", 0, "0")]
    for draw in (
        lambda: charts.answers(nobody, 0, WIDE),
        lambda: charts.columns(nobody, NARROW, str),
        lambda: charts.share(nobody[0], nobody[1], WIDE),
    ):
        assert texts(drawn(draw))


def test_few_days_bear_their_numbers_and_many_have_a_scale() -> None:
    few = texts(drawn(lambda: charts.columns([Bar(f"d{n}", n, f"<{n}>") for n in range(5)], WIDE, str)))
    many = texts(drawn(lambda: charts.columns([Bar(f"d{n}", n, f"<{n}>") for n in range(90)], WIDE, lambda n: f"={n}")))

    assert few == ["d0", "d1", "d2", "d3", "d4", "<0>", "<1>", "<2>", "<3>", "<4>"]
    assert "=0" in many
    assert not any(text.startswith("<") for text in many)
    assert 2 < sum(text.startswith("d") for text in many) < 90


@pytest.mark.parametrize("count", [1, 3, 30, 31, 90])
@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_no_label_of_a_column_is_cut_off_at_a_side(count: int, width: int) -> None:
    bars = [Bar("30 қазан", 0, "0") for _ in range(count)]
    with charts._drawing():
        figure = charts.columns(bars, width, str)
        renderer = FigureCanvasAgg(figure).get_renderer()
        labels = [label.get_window_extent(renderer) for label in figure.axes[0].get_xticklabels()]
        end = figure.bbox.width

    assert labels
    assert min(label.x0 for label in labels) >= -4
    assert max(label.x1 for label in labels) <= end + 4


def test_many_threads_draw_at_once_and_nothing_of_it_stays_in_the_process() -> None:
    before = dict(rcParams)
    bars = [Bar("Иә", 5, "5"), Bar("Жоқ", 3, "3")]
    with ThreadPoolExecutor(8) as pool:
        drawings = set(pool.map(lambda _: charts.to_svg(lambda: charts.answers(bars, 8, WIDE)), range(16)))

    assert len(drawings) == 1
    assert dict(rcParams) == before
    assert plt.get_fignums() == []


def test_a_picture_is_a_png() -> None:
    png = charts.to_png(lambda: charts.answers([Bar("Иә", 5, "5")], 5, WIDE, heading="Сұрақ?", note="Дереккөз"))

    assert png.startswith(b"\x89PNG\r\n\x1a\n")
