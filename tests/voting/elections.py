"""A vote that ranks, grades and chooses of lists, by every method that has pages of its own, once it is counted."""

from __future__ import annotations

from tests.voting.making import MadeVote, cast, close, decrypt, make_vote, shuffle

from egov_crypto.counting import Method, MethodType, Rules
from egov_crypto.lists import ListsQuestion
from egov_crypto.preference import PreferenceQuestion
from egov_participation.services import Services
from egov_participation.voting import service

NAMES = ("Ада / Ада / Ada", "Бек / Бек / Bek", "Валя / Валя / Valya", "Гүл / Гуль / Gul")
GRADES = ("Жақсы / Хорошо / Good", "Орташа / Средне / Fair", "Нашар / Плохо / Bad")


def ranked(method: MethodType, about: str, rules: Rules | None = None, seats: int = 1) -> PreferenceQuestion:
    return PreferenceQuestion(NAMES, about, Method(method, blank=True, rules=rules, seats=seats).to_json())


QUESTIONS = (
    ranked(MethodType.STV, "Кеңес? / Совет? / Council?", Rules.SCOTTISH, 2),
    ranked(MethodType.SCHULZE, "Төраға? / Председатель? / Chair?"),
    PreferenceQuestion(
        NAMES[:3], "Баға? / Оценка? / Grade?", Method(MethodType.MAJORITY_JUDGMENT, grades=GRADES).to_json()
    ),
    ListsQuestion((("Т / С / Green", *NAMES[:2]), ("К / Г / Blue", *NAMES[2:])), "Тізім? / Список? / List?"),
    ranked(MethodType.BORDA, "Ұпай? / Очки? / Points?"),
    PreferenceQuestion(NAMES, "Еркін? / Свободно? / Free?", None),
)
CAST = (
    [[1, 2, 3, 4], [1, 2, 0, 0], [1, 2, 3], [[1, 1, 0], [0, 0, 0]], [1, 2, 3, 4], [1, 0, 0, 0]],
    [[1, 3, 2, 0], [2, 1, 0, 0], [1, 1, 3], [[1, 1, 1], [0, 0, 0]], [2, 1, 0, 0], [2, 1, 0, 0]],
    [[1, 0, 0, 2], [0, 0, 0, 0], [2, 0, 1], [[0, 0, 0], [1, 0, 1]], [0, 0, 0, 0], [0, 0, 0, 0]],
    [[0, 1, 0, 0], [1, 2, 3, 3], [3, 1, 2], [[1, 0, 1], [0, 0, 0]], [1, 1, 1, 1], [9, 9, 9, 9]],
)


def held(services: Services, trustees: int = 2) -> MadeVote:
    """A vote on all of `QUESTIONS` that is counted."""
    vote = make_vote(services, voters=len(CAST), questions=QUESTIONS, trustees=trustees)
    for voter, choices in enumerate(CAST):
        cast(services, vote, voter, vote.ballot(voter, choices))
    close(services, vote)
    for owner in range(1, trustees + 1):
        service.hand_in_shuffle(services, vote.uuid, owner, shuffle(services, vote))
    for owner in range(1, trustees + 1):
        service.hand_in_decryption(services, vote.uuid, decrypt(services, vote, owner))
    return vote
