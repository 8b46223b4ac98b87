"""How generated voters vote in a rehearsal: which of them, in which order, and what. Pure, and the same each time.

Some stay at home and some change their mind, as people do; answers have fans of different number.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random
from typing import Any, Final

from egov_crypto.counting import Method
from egov_crypto.lists import ListsQuestion
from egov_crypto.preference import PreferenceQuestion
from egov_crypto.question import AnyQuestion
from egov_participation.jurisdiction.territories import REGIONS, TERRITORIES
from egov_participation.registrar import generated
from egov_participation.registrar.interface import Voter
from egov_participation.voting.texts import LANGUAGES, Texts

FEWEST: Final = 10
USUAL: Final = 50
MOST: Final = generated.MOST
SHORTEST: Final = 10
USUALLY: Final = 30
LONGEST: Final = 24 * 60
"""Minutes that it may be open."""
_TURNOUT: Final = 0.8
_AGAIN: Final = 0.1
_BLANK: Final = 0.06
_IN_A_REGION: Final = 15
"""Generated voters, if there are enough: then each region stands alone in the turnout."""


def marked(title: Texts) -> Texts:
    """The title of a draft's rehearsal."""
    return Texts(*(generated.marked(lang, title.of(lang)) for lang in LANGUAGES))


def voters(uuid: str, count: int, sizes: Mapping[int, int], territories: Sequence[str]) -> list[Voter]:
    """Generated voters.

    Args:
        sizes: how many people of the draft's list have each weight; empty where everybody has one vote.
        territories: where its voters live; empty: everywhere.
    """
    chance = Random(f"{uuid}|roll")  # noqa: S311 - nothing is secret here
    regions = _regions(chance, count, territories)
    weights = list(sizes) or [1]
    shares = [sizes.get(weight, 1) for weight in weights]
    return [
        Voter(generated.person_id(number), chance.choices(weights, shares)[0], chance.choice(regions))
        for number in range(1, count + 1)
    ]


def turns(uuid: str, count: int) -> list[int]:
    """The numbers of the generated voters in the order in which they cast; who comes twice has changed their mind."""
    chance = Random(f"{uuid}|turns")  # noqa: S311
    going = chance.sample(range(1, count + 1), max(1, round(count * _TURNOUT)))
    return going + chance.sample(going, round(len(going) * _AGAIN))


def choices(uuid: str, turn: int, questions: Sequence[AnyQuestion]) -> list[list[Any]]:
    """What is chosen at that turn (from 0), question by question, as a ballot holds it."""
    chance = Random(f"{uuid}|{turn}")  # noqa: S311
    return [_chosen(chance, uuid, number, question) for number, question in enumerate(questions)]


def _chosen(chance: Random, uuid: str, number: int, question: AnyQuestion) -> list[Any]:
    if isinstance(question, ListsQuestion):
        return _of_lists(chance, uuid, number, question)
    if isinstance(question, PreferenceQuestion):
        return _preferred(chance, uuid, number, question)
    if question.blank and chance.random() < _BLANK:
        return [1] + [0] * len(question.answers)
    # Mostly few of many.
    many = chance.randint(question.min, min(question.max, max(question.min, 1) + 2))
    taken = set(_order(chance, f"{uuid}|{number}", len(question.answers))[:many])
    plain = [int(place in taken) for place in range(len(question.answers))]
    return [0, *plain] if question.blank else plain


def _order(chance: Random, taste: str, count: int) -> list[int]:
    """Places, the best liked first: the more an answer is liked, the sooner it comes."""
    fans = Random(taste)  # noqa: S311
    liked = [0.2 + fans.random() for _ in range(count)]
    return sorted(range(count), key=lambda place: chance.random() ** (1 / liked[place]), reverse=True)


def _preferred(chance: Random, uuid: str, number: int, question: PreferenceQuestion) -> list[int]:
    """Ranks of some answers, or a grade for each: the better liked, the better."""
    method, count = Method.of(question.extra), len(question.answers)
    if method is not None and method.blank and chance.random() < _BLANK:
        return [0] * count
    order = _order(chance, f"{uuid}|{number}", count)
    if method is not None and method.graded:
        worst = len(method.grades)
        grades = sorted(chance.randint(1, worst) for _ in order)
        return [grades[order.index(place)] for place in range(count)]
    ranked = order[: chance.randint(1, count)]
    return [ranked.index(place) + 1 if place in ranked else 0 for place in range(count)]


def _of_lists(chance: Random, uuid: str, number: int, question: ListsQuestion) -> list[list[int]]:
    """One list, and some of its candidates."""
    chosen = _order(chance, f"{uuid}|{number}", len(question.lists))[0]
    count = len(question.lists[chosen]) - 1
    taken = set(_order(chance, f"{uuid}|{number}|{chosen}", count)[: chance.randint(1, count)])
    return [
        [1, *(int(one in taken) for one in range(count))] if place == chosen else [0] * len(texts)
        for place, texts in enumerate(question.lists)
    ]


def _regions(chance: Random, count: int, territories: Sequence[str]) -> list[str]:
    found = sorted({_region(code) for code in territories if code in TERRITORIES}) or sorted(REGIONS)
    return chance.sample(found, min(len(found), max(1, count // _IN_A_REGION)))


def _region(code: str) -> str:
    """The region that a territory is, or lies in."""
    while code not in REGIONS:
        code = TERRITORIES[code].parent or ""
    return code
