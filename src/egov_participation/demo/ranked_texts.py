"""What the demonstration's votes with ranks, grades and lists ask, and how the invented voters answer."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random
from typing import Any, Final

from egov_crypto.counting.method import Method, MethodType, Rules
from egov_crypto.lists import ListsQuestion
from egov_crypto.preference import PreferenceQuestion
from egov_participation.demo.votes import ASTANA, COMMISSION, REGISTRAR
from egov_participation.voting import texts
from egov_participation.voting.rules import VoteKind
from egov_participation.voting.setup_file import RegistryRoll, VoteSetup
from egov_participation.voting.texts import Texts
from egov_participation.voting.trustee_file import Found

ALONG_THE_LINE: Final = ("KZ-19", "KZ-31", "KZ-61", "KZ-75", "KZ-79")
"""The regions and cities of the railway between Almaty and Shymkent."""

_CANDIDATES: Final = (
    Texts("Айгүл Досжанова", "Айгуль Досжанова", "Aigul Doszhanova"),
    Texts("Виктор Мельник", "Виктор Мельник", "Viktor Melnik"),
    Texts("Меруерт Қасымова", "Меруерт Касымова", "Meruert Qasymova"),
    Texts("Тимур Әбдіқалықов", "Тимур Абдикалыков", "Timur Abdiqalyqov"),
    Texts("Елена Цой", "Елена Цой", "Elena Tsoi"),
    Texts("Санжар Есенов", "Санжар Есенов", "Sanzhar Yesenov"),
    Texts("Наталья Шмидт", "Наталья Шмидт", "Natalia Schmidt"),
)
_RANKINGS: Final = {
    "ADE": 11, "AD": 9, "ADBCEFG": 7, "AEB": 4, "A": 2,
    "BCA": 10, "BC": 6, "BFDAC": 3,
    "CB": 8, "CFB": 5, "CGF": 3,
    "DEABCFG": 6, "D": 3,
    "EDG": 6, "EAD": 2,
    "FEDAB": 5, "FC": 1,
    "GED": 3,
    "": 2,
}  # fmt: skip
"""How many voters rank the candidates so, A being the first of them.

E, the fifth by first preferences, is elected, and C, the third, is not: more votes are transferred to E.
"""

_GRADES: Final = (
    Texts("Өте жақсы", "Отлично", "Excellent"),
    Texts("Жақсы", "Хорошо", "Good"),
    Texts("Қанағаттанарлық", "Приемлемо", "Acceptable"),
    Texts("Керек емес", "Не нужно", "Not needed"),
)
_PROJECTS: Final = (
    (Texts("Түнгі пойыз", "Ночной поезд", "A night train"), (6, 4, 3, 3)),
    (Texts("Арзан маусымдық билет", "Дешёвый абонемент", "A cheap season ticket"), (7, 5, 2, 1)),
    (Texts("Вагондардағы Wi-Fi", "Wi-Fi в вагонах", "Wi-Fi in the carriages"), (3, 5, 4, 3)),
    (Texts("Велосипед вагоны", "Вагон для велосипедов", "A carriage for bicycles"), (1, 3, 5, 6)),
)
"""With how often each grade is given, the best first."""

_TEAMS: Final = (
    (
        (
            Texts("«Дала» тобы", "Группа «Степь»", "The Steppe group"),
            Texts("Мәдина Серік", "Мадина Серик", "Madina Serik"),
            Texts("Павел Новиков", "Павел Новиков", "Pavel Novikov"),
        ),
        5,
    ),
    (
        (
            Texts("«Тау» тобы", "Группа «Горы»", "The Mountains group"),
            Texts("Асқар Болат", "Аскар Болат", "Asqar Bolat"),
            Texts("Зарина Ли", "Зарина Ли", "Zarina Li"),
        ),
        4,
    ),
)
"""Lists of artists, with how often each is chosen."""


def passengers(trustees: Found, now: datetime) -> VoteSetup:
    """An election that is over: a council is ranked, projects are graded, artists are chosen on lists."""
    members, together = trustees
    closes_at = (now.astimezone(ASTANA) - timedelta(days=40)).replace(hour=20, minute=0, second=0, microsecond=0)
    council = PreferenceQuestion(
        _joined(_CANDIDATES),
        texts.join(
            Texts(
                "Жолаушылар кеңесіне кім кіреді? Үш орын бар.",
                "Кто войдёт в совет пассажиров? В нём три места.",
                "Who shall sit on the passengers' council? It has three seats.",
            )
        ),
        Method(MethodType.STV, True, Rules.SCOTTISH, 3).to_json(),
    )
    projects = PreferenceQuestion(
        _joined(project for project, _ in _PROJECTS),
        texts.join(Texts("Жобаларды бағалаңыз", "Оцените проекты", "Grade the projects")),
        Method(MethodType.MAJORITY_JUDGMENT, True, grades=_joined(_GRADES)).to_json(),
    )
    artists = ListsQuestion(
        tuple(_joined(team) for team, _ in _TEAMS),
        texts.join(
            Texts(
                "Вокзалдарды қай топ безендіреді, оның қай суретшілері?",
                "Какая группа оформит вокзалы, и кто из её художников?",
                "Which group shall decorate the stations, and who of its artists?",
            )
        ),
    )
    return VoteSetup(
        kind=VoteKind.CONSULTATIVE,
        title=Texts(
            "Алматы – Шымкент желісі жолаушыларының кеңесі",
            "Совет пассажиров линии Алматы – Шымкент",
            "Passengers' council of the Almaty–Shymkent line",
        ),
        description=Texts(
            "Кеңестің үш мүшесі рет бойынша сайланады, дауыстар алдымен араластырылады. Демонстрация.",
            "Три члена совета избираются по рейтингу, голоса сначала перемешиваются. Демонстрация.",
            "Three members of the council are elected by ranking; votes are shuffled first. A demonstration.",
        ),
        administrator=texts.join(COMMISSION),
        credential_authority=texts.join(REGISTRAR),
        opens_at=closes_at - timedelta(days=2, hours=12),
        closes_at=closes_at,
        questions=(council, projects, artists),
        roll=RegistryRoll(min_age=18, territories=ALONG_THE_LINE),
        trustees=members,
        together=together,
    )


def answers(chance: Random) -> list[list[Any]]:
    """What each of the passengers who vote answers, in no order."""
    rankings = [_ranks(order) for order, count in _RANKINGS.items() for _ in range(count)]
    rankings.append([1, 1, 0, 0, 0, 0, 0])  # no booth makes that: somebody's own program did, and it is invalid
    chance.shuffle(rankings)
    return [[ranks, _grades(chance), _listed(chance)] for ranks in rankings]


def mascot(trustees: Found, now: datetime) -> VoteSetup:
    """An open vote whose answers are put in order."""
    members, together = trustees
    opens_at = (now.astimezone(ASTANA) - timedelta(days=1)).replace(hour=9, minute=0, second=0, microsecond=0)
    animals = (
        Texts("Қар барысы", "Снежный барс", "Snow leopard"),
        Texts("Бүркіт", "Беркут", "Golden eagle"),
        Texts("Ақбөкен", "Сайгак", "Saiga"),
        Texts("Тазы", "Тазы", "Tazy, the hound"),
    )
    question = PreferenceQuestion(
        _joined(animals),
        texts.join(
            Texts(
                "Қайсысы бойтұмар болсын? Ұнататыныңыздан бастап ретімен қойыңыз.",
                "Кому быть талисманом? Расставьте по порядку, начиная с лучшего.",
                "Which shall be the mascot? Put them in order, the best first.",
            )
        ),
        Method(MethodType.SCHULZE, True).to_json(),
    )
    return VoteSetup(
        kind=VoteKind.CONSULTATIVE,
        title=Texts("Жастар ойындарының бойтұмары", "Талисман молодёжных игр", "Mascot of the youth games"),
        description=Texts(
            "Жұппен салыстырғанда өзгелерден озған жеңеді. Үш кілт сақтаушының екеуі жетеді. Демонстрация.",
            "Побеждает тот, кто в парах опережает остальных. Хватит двух хранителей ключа из трёх. Демонстрация.",
            "Whichever is ahead of the others in pairs wins. Two of the three trustees are enough. A demonstration.",
        ),
        administrator=texts.join(COMMISSION),
        credential_authority=texts.join(REGISTRAR),
        opens_at=opens_at,
        closes_at=opens_at + timedelta(days=12, hours=11),
        questions=(question,),
        roll=RegistryRoll(min_age=18, territories=()),
        trustees=members,
        together=together,
    )


MASCOT_ANSWERS: Final = ([1, 2, 3, 0], [2, 0, 1, 3], [1, 0, 0, 2], [3, 1, 2, 0], [0, 2, 1, 0], [2, 1, 0, 3])
"""How some have ranked the animals so far."""


def _joined(of: Any) -> tuple[str, ...]:
    return tuple(texts.join(text) for text in of)


def _ranks(order: str) -> list[int]:
    """Each candidate's rank; 0 where there is none."""
    return [order.find(candidate) + 1 for candidate in "ABCDEFG"]


def _grades(chance: Random) -> list[int]:
    if chance.random() < 0.04:
        return [0] * len(_PROJECTS)
    scale = range(1, len(_GRADES) + 1)
    return [chance.choices(scale, often)[0] for _, often in _PROJECTS]


def _listed(chance: Random) -> list[list[int]]:
    """One of the lists, with one of its artists or both."""
    chosen = chance.choices(range(len(_TEAMS)), [often for _, often in _TEAMS])[0]
    artists = chance.choice(([1, 0], [0, 1], [1, 1]))
    return [[1, *artists] if place == chosen else [0] * len(team) for place, (team, _) in enumerate(_TEAMS)]
