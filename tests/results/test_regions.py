"""The tile map and the bars of turnout by region: every region is there, and small groups are not told apart."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import pytest

from egov_participation.i18n import LANGUAGES
from egov_participation.jurisdiction.territories import REGIONS
from egov_participation.results import regions
from egov_participation.results.regions import Region
from egov_participation.results.tiles import PLACES, SHORT

EVERYWHERE = tuple(
    Region(code, territory.en, place + 10, 40) for place, (code, territory) in enumerate(REGIONS.items())
)
SOME = (
    Region("KZ-71", "Astana City", 61, 90),
    Region("KZ-75", "Almaty City", 45, 90),
    Region("", "Abai Region, Zhetisu Region", 11, 20, ("KZ-10", "KZ-33")),
)


def texts(svg: str) -> list[str]:
    wide = str(svg).split("</svg>")[0] + "</svg>"
    return [element.text or "" for element in ET.fromstring(wide).iter("text")]


def test_every_region_has_a_square_of_its_own_with_letters_of_its_own() -> None:
    assert set(PLACES) == set(SHORT) == set(REGIONS)
    assert len(PLACES) == len(set(PLACES.values())) == len(set(SHORT.values())) == 20


def test_neighbours_stand_beside_each_other() -> None:
    """West of, north of: as on any map."""
    for west, east in (("KZ-27", "KZ-15"), ("KZ-23", "KZ-43"), ("KZ-35", "KZ-63"), ("KZ-61", "KZ-19")):
        assert PLACES[west][1] < PLACES[east][1]
    for north, south in (("KZ-59", "KZ-11"), ("KZ-11", "KZ-35"), ("KZ-35", "KZ-31"), ("KZ-23", "KZ-47")):
        assert PLACES[north][0] < PLACES[south][0]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_map_shows_all_twenty_with_letters_and_percent(lang: str) -> None:
    shown = texts(regions.tile_map(lang, "m", EVERYWHERE, "s").svg)
    comma = "." if lang == "en" else ","

    assert len([text for text in shown if re.fullmatch(rf"\d\d{re.escape(comma)}\d", text)]) == 20
    assert len({text for text in shown if text.isupper() and len(text) == 3}) == 20


def test_a_region_of_a_group_refers_to_it_and_one_without_a_number_says_so() -> None:
    figure = regions.tile_map("en", "m", SOME, "s")
    shown = texts(figure.svg)

    assert (shown.count("*"), shown.count("–"), shown.count("67.8")) == (2, 16, 1)
    assert "55" not in shown  # the group's share stands in none of its squares
    assert "* counted together" in figure.svg
    assert "Several regions (2): 55.00% (11 / 20)" in figure.svg


def test_the_group_is_one_bar_and_its_regions_are_named_in_the_table() -> None:
    figure = regions.bars("en", "b", SOME, "s")

    assert "Several regions (2)" in texts(figure.svg)
    assert figure.rows[-1] == ("Several regions (2): Abai Region, Zhetisu Region", "11", "20", "55.00%")
    assert len(figure.head) == len(figure.rows[0]) == 4


def test_the_shades_go_from_the_full_ten_below_to_the_full_ten_above() -> None:
    assert regions.scale(SOME) == (50, 70)
    assert regions.scale((Region("KZ-71", "", 40, 50),)) == (70, 80)
    assert regions.scale((Region("KZ-71", "", 0, 50),)) == (0, 10)
    assert regions.scale(()) == (0, 100)
    assert "for 50%, the deepest for 70%" in regions.tile_map("en", "m", SOME, "s").svg


def test_everybody_and_nobody_have_squares_too() -> None:
    shown = texts(regions.tile_map("en", "m", (Region("KZ-71", "", 5, 5), Region("KZ-75", "", 0, 5)), "s").svg)

    assert {"100", "0.0"} <= set(shown)


def test_both_are_pictures_to_pass_on() -> None:
    for made in (regions.map_picture("kk", "Сұрақ?", SOME, "д"), regions.bars_picture("kk", "Сұрақ?", SOME, "д")):
        assert made.startswith(b"\x89PNG\r\n\x1a\n")
