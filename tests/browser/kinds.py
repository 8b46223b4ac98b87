"""Questions of the kinds that are answered with ranks, with grades, and from lists."""

from __future__ import annotations

from tests.voting.making import MadeVote

from egov_crypto.elgamal import Ciphertext
from egov_crypto.group import Point
from egov_crypto.lists import ListsQuestion
from egov_crypto.preference import PreferenceQuestion
from egov_participation.voting import texts
from egov_participation.voting.texts import Texts


def text(kk: str, ru: str, en: str) -> str:
    return texts.join(Texts(kk, ru, en))


def people(*names: str) -> tuple[str, ...]:
    return tuple(text(name, name, name) for name in names)


CHAIR = PreferenceQuestion(
    people("Айгүл Серікқызы", "Бауыржан Төлегенұлы", "Гүлнар Оспанова-Мұхамеджанова", "Дәурен Ким", "Ержан Ли"),
    text("Кеңеске кім сайлансын?", "Кого избрать в совет?", "Who shall be elected to the council?"),
    {"type": "STV", "blank": True, "rules": "scottish", "seats": 2},
)
GRADES = [
    text("Өте жақсы", "Очень хорошо", "Very good"),
    text("Жақсы", "Хорошо", "Good"),
    text("Қанағаттанарлық", "Удовлетворительно", "Acceptable"),
    text("Жарамсыз", "Неприемлемо", "Unacceptable"),
]
PLACE = PreferenceQuestion(
    (text("Саябақ", "Парк", "A park"), text("Кітапхана", "Библиотека", "A library"), text("Көпір", "Мост", "A bridge")),
    text("Не салынсын?", "Что построить?", "What shall be built?"),
    {"type": "MajorityJudgment", "blank": True, "grades": GRADES},
)
ASSEMBLY = ListsQuestion(
    (
        (text("Қала", "Город", "The city"), *people("Сәуле Нұр", "Тимур Ахметов", "Ұлжан Бек")),
        (text("Дала", "Степь", "The steppe"), *people("Фарида Ибраева", "Шыңғыс Қали")),
    ),
    text("Кімдер жиналысқа барады?", "Кто войдёт в собрание?", "Who shall sit in the assembly?"),
)
FLAG = PreferenceQuestion(
    (text("Көк", "Синий", "Blue"), text("Жасыл", "Зелёный", "Green"), text("Ақ", "Белый", "White")),
    text("Ту қандай түсті болсын?", "Какого цвета будет флаг?", "Which colour shall the flag have?"),
    {"type": "Schulze", "blank": True},
)


def opened(vote: MadeVote, ciphertext: Ciphertext) -> Point:
    """What it encrypts: all the trustees together know."""
    return ciphertext.beta - ciphertext.alpha * sum(vote.trustees)
