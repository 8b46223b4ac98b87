"""What a draft lacks, by the page where it is mended, and what its commission is warned of. Pure: the time is given."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from math import factorial
from typing import Final

from egov_participation.i18n import N_
from egov_participation.jurisdiction import working_days
from egov_participation.jurisdiction.working_days import KAZAKHSTAN
from egov_participation.voting import cautions
from egov_participation.voting.problems import Problem

MAY_AGREE: Final = 50
"""In an electorate below this it happens that all who vote choose the same."""
WANTED_TRUSTEES: Final = 3
MANY_TRUSTEES: Final = 7
SHORTEST: Final = timedelta(hours=8)
DAY_BEGINS: Final = 7
DAY_ENDS: Final = 22
"""Hours of the day: people and officials are awake."""
PREPARING_DAYS: Final = 3
"""Working days that trustees' keys, confirmations and the second member's approval take."""
_RARE: Final = N_(
    "Question %(number)s has more possible orders than there are voters, and ballots become known one by one: somebody"
    " could demand a certain order of a voter and look whether it is there. Fewer answers make that harder."
)
_RARE_GRADES: Final = N_(
    "Question %(number)s can be graded in more ways than there are voters, and ballots become known one by one:"
    " somebody could demand certain grades of a voter and look whether they are there together. Fewer answers or fewer"
    " grades make that harder."
)
_QUESTION: Final = re.compile(r"questions\[(\d+)\](?:\.(\w+))?")
_CANDIDATES: Final = re.compile(r"lists\[(\d+)\]\.candidates")


class Part(StrEnum):
    """The pages on which a draft is written, in the order of its check-list."""

    TITLE = "title"
    DESCRIPTION = "description"
    KIND = "kind"
    NAMES = "names"
    QUESTIONS = "questions"
    TIMES = "times"
    VOTERS = "voters"
    TRUSTEES = "trustees"


PART_NAMES: Final[dict[Part, str]] = {
    Part.TITLE: N_("Title"),
    Part.DESCRIPTION: N_("What it is about"),
    Part.KIND: N_("Binding or consultative"),
    Part.NAMES: N_("Who runs the vote, and who keeps the register"),
    Part.QUESTIONS: N_("Questions and answers"),
    Part.TIMES: N_("When it opens and closes"),
    Part.VOTERS: N_("Who may vote"),
    Part.TRUSTEES: N_("Trustees and their keys"),
}
"""Msgids."""

_PARTS: Final = {
    "administrator": Part.NAMES,
    "credential_authority": Part.NAMES,
    "opens_at": Part.TIMES,
    "closes_at": Part.TIMES,
    "roll": Part.VOTERS,
    "needed": Part.TRUSTEES,
    "threshold": Part.TRUSTEES,
    "threshold_file": Part.TRUSTEES,
}


class QuestionPage(StrEnum):
    """The pages of a question; which it has depends on its kind."""

    TEXT = "text"
    ANSWERS = "answers"
    GRADES = "grades"
    CANDIDATES = "candidates"
    CHOICE = "choice"


_PAGES: Final = {
    "text": QuestionPage.TEXT,
    "answers": QuestionPage.ANSWERS,
    "lists": QuestionPage.ANSWERS,
    "grades": QuestionPage.GRADES,
}


@dataclass(frozen=True, slots=True)
class Place:
    """The page where something is mended."""

    part: Part
    question: int = 0
    """From 1; 0: of no single question."""
    page: QuestionPage = QuestionPage.TEXT
    list: int = 0
    """Of candidates: on which list, from 1."""


def place_of(path: str) -> Place:
    """Where what a problem's path names is written."""
    found = _QUESTION.match(path)
    if found is not None:
        number, of_list = int(found[1]), _CANDIDATES.search(path)
        if of_list is not None:
            return Place(Part.QUESTIONS, number, QuestionPage.CANDIDATES, int(of_list[1]))
        return Place(Part.QUESTIONS, number, _PAGES.get(found[2] or "text", QuestionPage.CHOICE))
    first = re.split(r"[.\[,]", path, maxsplit=1)[0]
    return Place(_PARTS[first] if first in _PARTS else Part(first))


def by_part(problems: Iterable[Problem]) -> dict[Part, list[Problem]]:
    """The problems of each page; a page without one has an empty list."""
    found: dict[Part, list[Problem]] = {part: [] for part in Part}
    for problem in problems:
        found[place_of(problem.path).part].append(problem)
    return found


@dataclass(frozen=True, slots=True)
class Asked:
    """What a question lets a voter choose."""

    answers: int
    min: int
    blank: bool
    shuffled: bool = False
    """Whether its ballots become known one by one."""
    grades: int = 0
    """Of a grading how many there are."""

    @property
    def possible(self) -> int:
        """How many different ballots there are, of those in which nothing is left out."""
        return self.grades**self.answers if self.grades else factorial(self.answers)


@dataclass(frozen=True, slots=True)
class Plan:
    """What warnings are made from. Times are in the site's zone; what is not known yet is None or empty."""

    now: datetime
    opens_at: datetime | None
    closes_at: datetime | None
    sizes: Mapping[int, int]
    """How many people have each weight."""
    questions: Sequence[Asked]
    trustees: int
    offline: int
    needed: int | None = None
    """How many of the trustees decrypting takes; None: all of them."""


def warnings(plan: Plan) -> list[Problem]:
    """Everything that a commission should think of before it freezes a draft."""
    return [
        *_of_voters(plan.sizes),
        *_of_questions(plan.questions, sum(plan.sizes.values())),
        *_of_trustees(plan),
        *_of_times(plan),
    ]


def _of_voters(sizes: Mapping[int, int]) -> Iterable[Problem]:
    people = sum(sizes.values())
    if not people:
        return
    yield from cautions.of_weights(sizes)
    if cautions.SMALL_GROUP <= people < MAY_AGREE:
        yield Problem(
            "roll",
            N_(
                "Only %(number)s people may vote. If an answer comes out unanimous, everybody knows how each of those"
                " who voted has voted."
            ),
            {"number": people},
        )
    total = sum(weight * size for weight, size in sizes.items())
    heaviest = max(sizes)
    if people > 1 and heaviest * 2 > total:
        yield Problem(
            "roll",
            N_(
                "One person has more than half of all votes (%(weight)s of %(total)s): that person decides alone, and"
                " the result tells how."
            ),
            {"weight": heaviest, "total": total},
        )


def _of_questions(questions: Sequence[Asked], people: int) -> Iterable[Problem]:
    for number, asked in enumerate(questions, 1):
        if asked.shuffled and people and asked.possible > people:
            yield Problem(f"questions[{number}].answers", _RARE_GRADES if asked.grades else _RARE, {"number": number})
        if asked.answers == 1 and asked.min == 1 and not asked.blank:
            yield Problem(
                f"questions[{number}].answers",
                N_("Question %(number)s has one answer only, which everybody must choose: it will come out unanimous."),
                {"number": number},
            )


def _of_trustees(plan: Plan) -> Iterable[Problem]:
    if not plan.trustees:
        return
    if plan.trustees == 1:
        yield Problem("trustees", N_("There is only one trustee, who could open every single ballot alone."), {})
    elif plan.trustees < WANTED_TRUSTEES:
        yield Problem(
            "trustees",
            N_("There are only two trustees. If the two agreed, they could open single ballots: three are better."),
            {},
        )
    if plan.needed is not None and plan.needed < plan.trustees:
        if plan.needed * 2 <= plan.trustees:
            yield Problem(
                "needed",
                N_(
                    "%(needed)s of %(number)s trustees are enough: half of them or fewer could open single ballots."
                    " More than half is usual."
                ),
                {"needed": plan.needed, "number": plan.trustees},
            )
    elif plan.trustees > MANY_TRUSTEES:
        yield Problem(
            "trustees",
            N_("There are %(number)s trustees, and all of them are needed: if one loses the key, there is no result."),
            {"number": plan.trustees},
        )
    if not plan.offline:
        yield Problem(
            "trustees",
            N_("Every trustee keeps the key on a computer with a network. One of them should keep it away from any."),
            {},
        )


def _of_times(plan: Plan) -> Iterable[Problem]:
    opens, closes = plan.opens_at, plan.closes_at
    if opens is not None:
        if not DAY_BEGINS <= opens.hour < DAY_ENDS:
            yield Problem(
                "opens_at", N_("The vote opens outside the day, when nobody can help if something fails."), {}
            )
        if plan.now < opens and working_days.between(plan.now.date(), opens.date()) < PREPARING_DAYS:
            yield Problem(
                "opens_at",
                N_(
                    "The vote opens in less than three working days. Until then all trustees have to hand in keys and"
                    " confirm the setup, and a second member has to approve it."
                ),
                {},
            )
    if opens is not None and closes is not None and timedelta() < closes - opens < SHORTEST:
        yield Problem(
            "closes_at", N_("The vote is open for less than eight hours: who works then cannot take part."), {}
        )
    if closes is not None:
        if not DAY_BEGINS <= closes.hour <= DAY_ENDS:
            yield Problem(
                "closes_at", N_("The vote closes outside the day, when nobody can help if something fails."), {}
            )
        if KAZAKHSTAN.holiday(closes.date()) is not None:
            yield Problem("closes_at", N_("The vote closes on a public holiday: will the trustees be there?"), {})
        elif is_weekend(closes):
            yield Problem("closes_at", N_("The vote closes on a weekend: will the trustees be there?"), {})


def is_weekend(moment: datetime) -> bool:
    """Whether the moment is on a Saturday or Sunday, in the zone that it is given in."""
    return moment.isoweekday() > 5


def own_problems(
    kind: str | None, opens_at: datetime | None, now: datetime, trustees: int, offline: int
) -> list[Problem]:
    """What a draft may not be frozen with, though a vote's file may have it."""
    found: list[Problem] = []
    if opens_at is not None and opens_at <= now:
        found.append(Problem("opens_at", N_("The opening time has passed already."), {}))
    if kind == "binding" and trustees and not offline:
        found.append(
            Problem("trustees", N_("In a binding vote one of the trustees keeps the key away from any network."), {})
        )
    return found
