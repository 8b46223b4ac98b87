"""What a law says of petitions, as data: who may sign, how many must, who then does what by when.

A rule set is one version of a jurisdiction's rules (`rule_files` reads them). A petition keeps the `RuleSet.snapshot`
of the one that it was handed in under, so that no later change alters it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from enum import StrEnum
from typing import Annotated, Final, Self

from pydantic import Field, StringConstraints, model_validator

from egov_participation.errors import DomainError
from egov_participation.i18n import N_
from egov_participation.jurisdiction.calendars import Strict, Words
from egov_participation.jurisdiction.periods import Period
from egov_participation.jurisdiction.territories import Country, Kind, Territory, TerritoryError, country
from egov_participation.jurisdiction.versions import Code, Version, twice

TERRITORY: Final = r"[A-Z]{2}(-\d{2})?|\d{9}|\d{2}-[a-z]+"
_TerritoryCode = Annotated[str, StringConstraints(pattern=f"^({TERRITORY})$")]
_Signatures = Annotated[int, Field(ge=1, le=1_000_000_000)]
_Percent = Annotated[Decimal, Field(gt=0, le=100, max_digits=6, decimal_places=3, strict=False)]


class Scope(StrEnum):
    """What kind of territory a petition is of."""

    COUNTRY = "country"
    REGION = "region"
    """A region, or a city that is one."""
    DISTRICT = "district"
    """A district or city in a region."""
    CITY_DISTRICT = "city-district"


class Way(StrEnum):
    """How somebody proves who signs."""

    PASSKEY = "passkey"
    EID = "eid"
    CODE = "code"


class Names(StrEnum):
    """What is shown of a signer's name; whoever signs may always choose to show none."""

    INITIAL = "initial"
    """First name, and the surname's first letter."""
    FULL = "full"
    CHOICE = "choice"
    """In full, if the signer says so."""
    NONE = "none"


class Action(StrEnum):
    """What a threshold sets off."""

    ANSWER = "answer"
    DEBATE = "debate"


class Unreckonable(DomainError):
    """It cannot be said how many signatures a petition of this territory needs: so there can be none."""


class Identity(Strict):
    """Who may sign, and how they prove who they are."""

    ways: Annotated[tuple[Annotated[Way, Field(strict=False)], ...], Field(min_length=1, max_length=3, strict=False)]
    level: Annotated[int, Field(ge=1, le=3)]
    """Assurance level that signing takes: 1 a mailed code, 2 a passkey, 3 one enrolled in person, or an eID."""
    min_age: Annotated[int, Field(ge=0, le=120)]
    """In years; 0: of any age."""
    residents_of_territory: bool
    """Whether a territory's petition is for those who live in it alone."""
    who: Words
    """Who may sign, in words."""
    stands_for: Words | None = None
    """What stands in for the signature that the law asks for, where that is another."""

    @model_validator(mode="after")
    def _ways_reach_the_level(self) -> Self:
        reached = {Way.CODE: 1, Way.PASSKEY: 3, Way.EID: 3}
        low = [way.value for way in self.ways if reached[way] < self.level]
        if low or len(set(self.ways)) != len(self.ways):
            raise ValueError(f"level {self.level} is not reached by {low[0]}" if low else "a way stands there twice")
        return self


class Gate(Strict):
    """Supporters whom a petition needs before the public sees it: until then it is reached by its link alone."""

    count: _Signatures
    period: Period | None = None
    """In which they must be found; None: in any time."""
    before_review: bool
    """Whether it comes before a moderator looks at the petition, or after."""
    territories: Annotated[int, Field(ge=1, le=300)] = 1
    """From so many territories they must come."""

    @model_validator(mode="after")
    def _each_territory_has_somebody(self) -> Self:
        if self.territories > self.count:
            raise ValueError(f"{self.count} supporters cannot come from {self.territories} territories")
        return self


class Review(Strict):
    """A moderator's check against the grounds."""

    due: Period | None = None
    """None: the rules set no time."""


class Band(Strict):
    """How many signatures are needed of a population."""

    over: Annotated[int, Field(ge=0, le=10_000_000_000)]
    """It is for territories with more residents than this, up to the next band."""
    needed: _Signatures | None = None
    percent: _Percent | None = None

    @model_validator(mode="after")
    def _says_one(self) -> Self:
        if (self.needed is None) == (self.percent is None):
            raise ValueError("must have either “needed” or “percent”")
        return self

    def of(self, people: int) -> int:
        """How many that is of so many residents, rounded up."""
        return _signatures(self.needed, self.percent, people)


class PerTerritory(Strict):
    """So many territories must each have their minimum besides."""

    count: Annotated[int, Field(ge=1, le=300)]
    minimum: Annotated[dict[_TerritoryCode, _Signatures], Field(min_length=1, max_length=300)]

    @model_validator(mode="after")
    def _are_there(self) -> Self:
        if self.count > len(self.minimum):
            raise ValueError(f"{self.count} territories are asked for, and {len(self.minimum)} have a minimum")
        return self


class Threshold(Strict):
    """So many signatures, and what they set off."""

    code: Code
    scope: Annotated[Scope, Field(strict=False)]
    needed: _Signatures | None = None
    percent: _Percent | None = None
    """Of the territory's residents."""
    bands: Annotated[tuple[Band, ...], Field(max_length=20, strict=False)] = ()
    per_territory: PerTerritory | None = None
    action: Annotated[Action, Field(strict=False)]
    does: Words
    """What is done then, as one sentence."""
    addressee: Code
    answer_due: Period | None = None
    extension: Period | None = None
    """By so much the answer may be put off, with reasons."""

    @model_validator(mode="after")
    def _says_how_many(self) -> Self:
        if [self.needed is not None, self.percent is not None, bool(self.bands)].count(True) != 1:
            raise ValueError("must have one of “needed”, “percent” and “bands”")
        limits = [band.over for band in self.bands]
        if limits != sorted(set(limits)) or (limits and limits[0] != 0):
            raise ValueError("“bands” must begin with over = 0 and rise")
        if self.per_territory is not None and self.scope is not Scope.COUNTRY:
            raise ValueError("“per_territory” is for the whole country's petitions")
        if self.extension is not None and self.answer_due is None:
            raise ValueError("“extension” needs “answer_due”")
        return self

    def of(self, people: int) -> int:
        """How many that is in a territory of so many residents."""
        if self.bands:
            return [band for band in self.bands if band.over < people or not band.over][-1].of(people)
        return _signatures(self.needed, self.percent, people)


@dataclass(frozen=True, slots=True)
class Tier:
    """A threshold as it is for the petitions of one territory."""

    code: str
    needed: int
    action: Action
    does: Words
    addressee: str
    answer_due: Period | None
    extension: Period | None
    per_territory: tuple[int, dict[str, int]] | None
    population: int | None
    """What it was reckoned from; None if from nothing."""
    at_most: bool = False
    """`population` is not known, and `needed` is the most that the rules can ask for: it may be reached before."""

    def is_reached(self, count: int, regions: Mapping[str, int]) -> bool:
        """Whether so many signatures are enough: in all, and each minimum in as many territories as are asked for.

        Args:
            regions: signatures by territory, where `per_territory` asks for some.
        """
        least, minimum = self.per_territory or (0, {})
        return count >= self.needed and territories_reached(minimum, regions) >= least


def territories_reached(minimum: Mapping[str, int], regions: Mapping[str, int]) -> int:
    """In how many territories the minimum that is asked for there is reached."""
    return sum(regions.get(territory, 0) >= wanted for territory, wanted in minimum.items())


class RuleSet(Version):
    """One version of a jurisdiction's rules for petitions."""

    territories: Annotated[str, StringConstraints(pattern=r"^([a-z]{2})?$")] = ""
    """Whose table of territories its petitions may be of (`territories.country`); empty: none."""
    scopes: Annotated[
        tuple[Annotated[Scope, Field(strict=False)], ...], Field(min_length=1, max_length=4, strict=False)
    ]
    identity: Identity
    gate: Gate | None = None
    review: Review
    collecting: Period
    names: Annotated[Names, Field(strict=False)]
    erase_after_months: Annotated[int, Field(ge=1, le=120)]
    """After so many months from its end a petition's signatures lose what tells whose they are; counts stay."""
    paper: bool
    """Whether signatures on paper count, entered at a desk."""
    bodies: Annotated[dict[Code, Words], Field(min_length=1, max_length=50)]
    """To whom petitions go."""
    thresholds: Annotated[tuple[Threshold, ...], Field(min_length=1, max_length=20, strict=False)]
    residents: dict[_TerritoryCode, int] | None = None
    """Of a snapshot: the population that the thresholds of its petition are reckoned from, as it was known at that
    time, or none. A table that is mended later moves no threshold of a petition that is there already."""

    @model_validator(mode="after")
    def _hangs_together(self) -> Self:
        for number, threshold in enumerate(self.thresholds):
            if threshold.addressee not in self.bodies:
                raise ValueError(f"thresholds[{number}].addressee: there is no body “{threshold.addressee}”")
            if threshold.scope not in self.scopes:
                raise ValueError(f"thresholds[{number}].scope: “{threshold.scope.value}” is not among “scopes”")
        for what, codes in {
            "thresholds": [threshold.code for threshold in self.thresholds],
            "grounds": [ground.code for ground in self.grounds],
            "scopes": [scope.value for scope in self.scopes],
        }.items():
            twice(what, codes)
        without = {*self.scopes} - {threshold.scope for threshold in self.thresholds}
        if without:
            raise ValueError(f"scopes: no threshold is of scope “{min(without).value}”")
        if self.territories:
            self._country()
        return self

    def _country(self) -> Country:
        try:
            return country(self.territories)
        except (FileNotFoundError, TerritoryError):
            raise ValueError(f"territories: there is no table of “{self.territories}”") from None

    def scope(self, territory: str) -> Scope:
        """What kind of territory that is; ``""`` is the whole country.

        Raises:
            Unreckonable: there is no such territory, or no petition of it under these rules.
        """
        if territory:
            found = self._country().territories.get(territory) if self.territories else None
            if found is None:
                raise Unreckonable(404, N_("There is no such territory."), code="petition.no-territory")
            scope = _scope(found)
        else:
            scope = Scope.COUNTRY
        if scope not in self.scopes:
            raise Unreckonable(
                422, N_("The rules know no petitions of such a territory. Choose another."), code="petition.not-of-this"
            )
        return scope

    def places(self) -> list[Territory]:
        """The territories that petitions may be of, each region before what is in it."""
        if not self.territories:
            return []
        regions = self._country().regions.values()
        every = [place for region in regions for place in (region, *self._country().parts(region.code))]
        return [place for place in every if _scope(place) in self.scopes]

    def populations(self) -> dict[str, int]:
        """The latest population of each territory of which one is known."""
        known = self._country().territories if self.territories else {}
        return {code: one.population.people for code, one in known.items() if one.population is not None}

    def tiers(self, territory: str, populations: Mapping[str, int] | None = None) -> list[Tier]:
        """The thresholds for a petition of a territory, the lowest first.

        Where a population is not known but the rules can ask for no more than some number whatever it is (bands that
        end in an absolute one), that number is needed at most and the tier says so.

        Args:
            territory: its code; ``""`` is the whole country.
            populations: by territory's code; without it those of the snapshot, or of the table where this is none.

        Raises:
            Unreckonable: there is no such territory, no petition of it, or its population is needed and not known.
        """
        scope = self.scope(territory)
        if populations is None:
            populations = self.populations() if self.residents is None else self.residents
        people = populations.get(territory)
        found = [self._tier(one, people) for one in self.thresholds if one.scope is scope]
        return sorted(found, key=lambda tier: tier.needed)

    def _tier(self, one: Threshold, people: int | None) -> Tier:
        reckoned = people if one.needed is None else None
        at_most = one.needed is None and people is None
        if at_most:
            most = _most(one.bands)
            if most is None:
                raise Unreckonable(
                    409,
                    N_(
                        "The number of residents of this territory is not known here, so nobody can say how many"
                        " signatures its petition needs."
                    ),
                    code="petition.population-unknown",
                )
            needed = most
        else:
            needed = one.of(people or 0)
        per = one.per_territory
        return Tier(
            one.code,
            needed,
            one.action,
            one.does,
            one.addressee,
            one.answer_due,
            one.extension,
            (per.count, dict(per.minimum)) if per is not None else None,
            reckoned,
            at_most,
        )

    def snapshot(self, territory: str = "") -> str:
        """All of it as canonical JSON: keys sorted, no blanks; what is petitions' `rules` in the log is its digest.

        Args:
            territory: of the petition that keeps it: its population is kept too.
        """
        known = self.populations() if self.residents is None else self.residents
        kept = self.model_copy(update={"residents": {code: known[code] for code in (territory,) if code in known}})
        return kept.canonical()


def _scope(place: Territory) -> Scope:
    if place.is_region:
        return Scope.REGION
    return Scope.CITY_DISTRICT if place.kind is Kind.CITY_DISTRICT else Scope.DISTRICT


def share(percent: Decimal, people: int) -> int:
    """So many per cent of so many people, rounded up: 1 % of 101 are 2."""
    return int((percent * people / 100).to_integral_value(ROUND_CEILING))


def _signatures(needed: int | None, percent: Decimal | None, people: int) -> int:
    return needed if needed is not None else max(1, share(percent or Decimal(), people))


def _most(bands: tuple[Band, ...]) -> int | None:
    """The most that the bands ask for, whatever the population; None if there is no most."""
    if not bands or bands[-1].needed is None:
        return None
    ends = [band.over for band in bands[1:]]
    return max(bands[-1].needed, *(band.of(end) for band, end in zip(bands, ends, strict=False)), 0)
