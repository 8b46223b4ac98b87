"""Counts by place: a map by residents where there is one, bars of the first places, and all of them in the table."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from egov_participation.i18n import LANGUAGES
from egov_participation.results import places
from egov_participation.results.places import MOST_BARS, Place

HEAD = ("Region", "Signatures", "Verified")


def on_map(*found: Place, lang: str = "en") -> str:
    made = places.tile_map(lang, "map", "By region", "Signatures", HEAD, found, "Source")
    return "" if made is None else str(made.svg)


def test_a_small_region_with_many_is_the_deepest() -> None:
    svg = on_map(Place("KZ-75", "Almaty", 1000, (900,), 2_000_000), Place("KZ-62", "Ulytau", 400, (300,), 200_000))

    assert "Ulytau: 20; " not in svg
    assert "Ulytau: 20" in svg  # per 10,000
    assert "Almaty: 5.0" in svg
    assert "per 10,000 residents" in svg


def test_without_residents_or_without_regions_there_is_no_map() -> None:
    assert on_map(Place("KZ-75", "Almaty", 10, (9,))) == ""
    assert on_map(Place("GB", "Britain", 10, (9,), 1000), Place("other", "Others", 3, (3,))) == ""


def test_of_very_many_places_the_first_are_drawn_and_all_stand_in_the_table() -> None:
    found = tuple(Place(f"{100_000_000 + n}", f"District {n}", 10_000 - n, (1,)) for n in range(650))
    made = places.bars("en", "regions", "By region", HEAD, found, "Source")

    assert len(made.rows) == 650
    assert made.rows[0] == ("District 0", "10,000", "1")
    assert f"District {MOST_BARS - 1}:" in made.svg
    assert f"District {MOST_BARS}:" not in made.svg


@given(st.integers(0, 10**9), st.integers(1, 10**10), st.sampled_from(sorted(LANGUAGES)))
def test_any_number_is_written_in_a_few_signs(count: int, residents: int, lang: str) -> None:
    place = Place("KZ-75", "Almaty", min(count, residents), (), residents)
    density = place.count / residents
    unit = next((unit for unit in places._UNITS if density * unit >= 10), places._UNITS[-1])

    assert len(places._density(lang, density, unit)) <= 4
