"""Kazakhstan's territories hold together: codes, names in three languages, sums."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from egov_participation.jurisdiction import territories
from egov_participation.jurisdiction.territories import (
    REGIONS,
    TERRITORIES,
    Kind,
    TerritoryError,
    country,
    read_country,
)

KAZAKH = re.compile(r"[А-ЯЁӘҒҚҢӨҰҮҺІа-яёәғқңөұүһі -]+")
RUSSIAN = re.compile(r"[А-ЯЁа-яё -]+")
ENGLISH = re.compile(r"[A-Za-z -]+")
ISO_3166_2 = "10 11 15 19 23 27 31 33 35 39 43 47 55 59 61 62 63 71 75 79"


def test_there_are_the_seventeen_regions_and_three_cities_of_iso_3166_2() -> None:
    assert list(REGIONS) == [f"KZ-{number}" for number in ISO_3166_2.split()]
    assert Counter(region.kind for region in REGIONS.values()) == {Kind.REGION: 17, Kind.CITY: 3}


def test_every_region_has_parts_and_the_three_cities_have_districts_of_their_own() -> None:
    for code, region in REGIONS.items():
        kinds = {part.kind for part in country("kz").parts(code)}
        assert kinds == ({Kind.DISTRICT, Kind.CITY} if region.kind is Kind.REGION else {Kind.CITY_DISTRICT})
    assert Counter(territory.kind for territory in TERRITORIES.values() if not territory.is_region) == {
        Kind.DISTRICT: 170,
        Kind.CITY: 39,
        Kind.CITY_DISTRICT: 19,
    }


def test_a_kato_code_begins_with_its_regions_number_and_is_nobody_elses() -> None:
    known = [territory for territory in TERRITORIES.values() if territory.kato]
    assert len({territory.kato for territory in known}) == len(known)
    assert {territory.code for territory in TERRITORIES.values() if not territory.kato} == {
        "10-zhanasemey",
        "10-makanshy",
    }
    for territory in known:
        assert territory.kato[:2] == (territory.parent or territory.code)[-2:]
        assert territory.is_region or territory.code == territory.kato


def test_every_name_is_there_in_three_languages_in_their_own_letters() -> None:
    for territory in TERRITORIES.values():
        assert KAZAKH.fullmatch(territory.name("kk")), territory
        assert RUSSIAN.fullmatch(territory.name("ru")), territory
        assert ENGLISH.fullmatch(territory.name("en")), territory
        assert re.search(r"(облысы|ауданы|қаласы)$", territory.name("kk")), territory


def test_names_differ_within_a_region() -> None:
    for code in REGIONS:
        parts = country("kz").parts(code)
        for language in ("kk", "ru", "en"):
            assert len({part.name(language) for part in parts}) == len(parts)


def test_the_regions_add_up_to_the_country_as_published() -> None:
    people = [region.population for region in REGIONS.values()]
    assert {population.date.isoformat() for population in people if population} == {"2024-01-01"}
    # The bureau: 20,033,842 on that day; twenty figures rounded to thousands.
    assert sum(population.people for population in people if population) == pytest.approx(20_033_842, abs=20 * 500)


def test_where_all_parts_of_a_region_are_known_they_add_up_to_it() -> None:
    checked = []
    for code, region in REGIONS.items():
        for whole in region.populations:
            parts = [
                population
                for part in country("kz").parts(code)
                for population in part.populations
                if population.date == whole.date
            ]
            older = [part for part in country("kz").parts(code) if part.kato]  # the others were made in 2024
            if len(parts) == len(older):
                assert sum(population.people for population in parts) == pytest.approx(
                    whole.people, abs=whole.precision / 2
                )
                checked.append((code, whole.date.year))
            assert sum(population.people for population in parts) <= whole.people + whole.precision
    assert checked == [("KZ-10", 2023), ("KZ-10", 2021), ("KZ-33", 2023)]


def test_every_region_and_two_districts_in_five_have_a_figure() -> None:
    known = Counter(territory.kind for territory in TERRITORIES.values() if territory.population)
    assert all(region.population for region in REGIONS.values())
    assert known[Kind.DISTRICT] / 170 > 0.4
    assert known.total() == 20 + 90


def test_figures_of_one_territory_on_different_days_are_of_one_size() -> None:
    """A district cannot lose or win a third in six years: then one of the figures would be of another place."""
    several = [territory for territory in TERRITORIES.values() if len(territory.populations) > 1]
    assert len(several) > 20
    for territory in several:
        people = [population.people for population in territory.populations]
        assert max(people) < min(people) * 1.35, territory


def test_a_district_that_was_divided_since_has_no_figure_from_before() -> None:
    """Tselinograd lost the city of Kosshy in 2021, Tarbagatai the district of Aksuat."""
    for code in ("116600000", "635800000"):
        assert not [one for one in TERRITORIES[code].populations if one.date.year < 2022]


def test_every_figure_names_a_source_that_the_table_explains() -> None:
    head = (Path(territories.__file__).parent / "data" / "kz" / "populations.csv").read_text("utf-8")
    sources = {population.source for territory in TERRITORIES.values() for population in territory.populations}
    assert sources
    for source in sources:
        assert f"# {source}: " in head


TERRITORY_HEAD = "code,parent,kind,kato,kk,ru,en\nKZ-10,,region,100000000,Абай облысы,область Абай,Abai Region\n"
POPULATION_HEAD = "code,date,people,precision,source\n"


@pytest.mark.parametrize(
    ("lines", "figures", "problem"),
    [
        ("KZ-10,,region,110000000,а,а,a\n", "", "stands there twice"),
        ("KZ-11,,region,100000000,а,а,a\n", "", "KATO 100000000 stands there twice"),
        ("112000000,KZ-11,district,,а,а,a\n", "", "no region KZ-11"),
        ("103200000,KZ-10,region,,а,а,a\n", "", "kind “region” is none of"),
        ("10320,KZ-10,district,,а,а,a\n", "", "“10320” is no code"),
        ("103200000,KZ-10,district,1032,а,а,a\n", "", "“1032” is no KATO code"),
        ("103200000,KZ-10,district,,а,,a\n", "", "a name is missing"),
        ("103200000,KZ-10,district\n", "", "3 cells instead of 7"),
        ("", "KZ-99,2024-01-01,5,1,x\n", "there is no territory KZ-99"),
        ("", "KZ-10,2024-13-01,5,1,x\n", "line 2"),
        ("", "KZ-10,2024-01-01,many,1,x\n", "line 2"),
        ("", "KZ-10,2024-01-01,1500,1000,x\n", "cannot be right"),
        ("", "KZ-10,2024-01-01,-5,1,x\n", "cannot be right"),
        ("", "KZ-10,2024-01-01,5,1,\n", "cannot be right"),
        ("", "KZ-10,2024-01-01,5,1,x\nKZ-10,2024-01-01,6,1,x\n", "two figures"),
    ],
)
def test_a_table_that_contradicts_itself_is_refused(tmp_path: Path, lines: str, figures: str, problem: str) -> None:
    (tmp_path / "territories.csv").write_text(f"# made up\n{TERRITORY_HEAD}{lines}", "utf-8")
    (tmp_path / "populations.csv").write_text(POPULATION_HEAD + figures, "utf-8")
    with pytest.raises(TerritoryError, match=re.escape(problem)):
        read_country("xx", tmp_path)
