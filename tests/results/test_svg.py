"""What matplotlib wrote becomes an SVG that a page with a strict content policy may hold."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from egov_participation.results import charts
from egov_participation.results.charts import Bar
from egov_participation.results.svg import INK, inline

LABEL = "Ғимарат пен <b>қала</b> & $x^2$ – «әіңғүұқөһ»"
BARS = (Bar(LABEL, 30, "30 (60 %)"), Bar("Жоқ", 20, "20 (40 %)", quiet=True))
DRAWINGS = {
    "answers": lambda: charts.answers(BARS, 50, charts.WIDE),
    "narrow": lambda: charts.answers(BARS, 50, charts.NARROW),
    "share": lambda: charts.share(*BARS, charts.WIDE),
    "columns": lambda: charts.columns([Bar(f"{n} қаз.", n * 1000, f"{n} 000") for n in range(40)], charts.WIDE, str),
}


@pytest.fixture(params=DRAWINGS)
def svg(request: pytest.FixtureRequest) -> str:
    return inline(charts.to_svg(DRAWINGS[request.param]), chart_id="c", title="T & T", description="<all of it>")


def test_nothing_is_styled_inline_and_nothing_comes_from_elsewhere(svg: str) -> None:
    for forbidden in ("style", "<script", "http", "xlink", "xmlns", 'font-family="D', "<?xml", "<!DOCTYPE", "metadata"):
        assert forbidden not in svg.replace('font-family="inherit"', "")


def test_text_and_lines_have_the_colour_of_the_page_and_no_background_is_painted(svg: str) -> None:
    assert "currentColor" in svg
    assert INK not in svg
    assert not re.search(r'fill="#(fff|ffffff|000|000000)"', svg)


def test_it_is_an_image_with_a_name_and_a_description(svg: str) -> None:
    root = ET.fromstring(svg)

    assert (root.tag, root.get("role"), root.get("aria-labelledby")) == ("svg", "img", "c-name c-words")
    assert [(child.tag, child.get("id"), child.text) for child in root[:2]] == [
        ("title", "c-name", "T & T"),
        ("desc", "c-words", "<all of it>"),
    ]
    assert root.get("viewBox")
    assert root.get("width") is None


def test_every_id_is_its_own_and_every_reference_is_met(svg: str) -> None:
    root = ET.fromstring(svg)
    ids = [element.get("id") for element in root.iter() if element.get("id")]
    references = re.findall(r"#([\w-]+)\)|href=\"#([\w-]+)\"", svg)

    assert len(ids) == len(set(ids))
    assert all(id_ is not None and id_.startswith("c-") for id_ in ids)
    assert {a or b for a, b in references} <= set(ids)


def test_two_charts_of_one_page_share_no_id() -> None:
    documents = [inline(charts.to_svg(DRAWINGS["columns"]), chart_id=name, title="", description="") for name in "ab"]
    first, second = ({e.get("id") for e in ET.fromstring(text).iter()} - {None} for text in documents)

    assert not first & second


# A sign that DejaVu Sans does not have is drawn by the reader's own font: in the SVG it is text.
@pytest.mark.filterwarnings("ignore:Glyph .* missing from font:UserWarning")
@settings(max_examples=10)
@given(
    st.text(
        st.characters(min_codepoint=0x20, max_codepoint=0x52F, exclude_categories=["C", "Z", "M"]),
        min_size=1,
        max_size=12,
    )
)
def test_any_text_comes_out_as_the_text_it_is(word: str) -> None:
    svg = inline(
        charts.to_svg(lambda: charts.answers([Bar(word, 1, "1")], 1, charts.WIDE)),
        chart_id="c",
        title="",
        description="",
    )

    assert word in [element.text for element in ET.fromstring(svg).iter("text")]


def test_the_same_chart_is_drawn_the_same_every_time() -> None:
    assert charts.to_svg(DRAWINGS["columns"]) == charts.to_svg(DRAWINGS["columns"])
