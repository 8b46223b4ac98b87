"""How generated voters vote in a rehearsal: which of them, in which order, and what. Pure, and the same each time.

Some stay at home and some change their mind, as people do; answers have fans of different number.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random
from typing import Final

from egov_crypto.question import Question
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


def choices(uuid: str, turn: int, questions: Sequence[Question]) -> list[list[int]]:
    """What is chosen at that turn (from 0), question by question, as a ballot holds it."""
    chance = Random(f"{uuid}|{turn}")  # noqa: S311
    return [_chosen(chance, uuid, number, question) for number, question in enumerate(questions)]


def _chosen(chance: Random, uuid: str, number: int, question: Question) -> list[int]:
    if question.blank and chance.random() < _BLANK:
        return [1] + [0] * len(question.answers)
    taste = Random(f"{uuid}|{number}")  # noqa: S311
    liked = [0.2 + taste.random() for _ in question.answers]
    # Mostly few of many; the more an answer is liked, the sooner it is chosen.
    many = chance.randint(question.min, min(question.max, max(question.min, 1) + 2))
    order = sorted(range(len(liked)), key=lambda place: chance.random() ** (1 / liked[place]), reverse=True)
    taken = set(order[:many])
    plain = [int(place in taken) for place in range(len(liked))]
    return [0, *plain] if question.blank else plain


def _regions(chance: Random, count: int, territories: Sequence[str]) -> list[str]:
    found = sorted({_region(code) for code in territories if code in TERRITORIES}) or sorted(REGIONS)
    return chance.sample(found, min(len(found), max(1, count // _IN_A_REGION)))


def _region(code: str) -> str:
    """The region that a territory is, or lies in."""
    while code not in REGIONS:
        code = TERRITORIES[code].parent or ""
    return code
