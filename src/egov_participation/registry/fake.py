"""Made-up residents for the demonstration: believable names, valid numbers, addresses that cannot exist."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator
from typing import Final

from egov_participation.jurisdiction.territories import REGIONS, country
from egov_participation.registry import iin
from egov_participation.registry.rules import Entry

MAIL_DOMAIN: Final = "mail.example"
"""Reserved (RFC 2606): nobody can ever get mail there."""

_FIRST_BIRTHDAY: Final = dt.date(1936, 1, 1)
_LAST_BIRTHDAY: Final = dt.date(2006, 9, 30)

# Per language: family names (male, female), given names with their ASCII form, fathers' names with both patronymics.
_KAZAKH_FAMILIES: Final = (
    ("Ахметов", "Ахметова"), ("Омаров", "Омарова"), ("Оспанов", "Оспанова"), ("Ибрагимов", "Ибрагимова"),
    ("Әбдіқалықов", "Әбдіқалықова"), ("Жұмабаев", "Жұмабаева"), ("Қасымов", "Қасымова"), ("Нұрғалиев", "Нұрғалиева"),
    ("Сейітов", "Сейітова"), ("Төлегенов", "Төлегенова"), ("Бекмұратов", "Бекмұратова"), ("Ермеков", "Ермекова"),
    ("Сұлтанов", "Сұлтанова"), ("Досжанов", "Досжанова"), ("Мұқанов", "Мұқанова"), ("Құрманов", "Құрманова"),
    ("Байжанов", "Байжанова"), ("Тілеубердин", "Тілеубердина"), ("Есенов", "Есенова"), ("Сағынтаев", "Сағынтаева"),
)  # fmt: skip
_KAZAKH_MEN: Final = (
    "Нұрлан", "Ерлан", "Бауыржан", "Дәурен", "Асқар", "Әлихан", "Санжар", "Тимур", "Арман", "Қайрат", "Серік", "Марат",
    "Данияр", "Алдияр", "Мирас", "Ержан",
)  # fmt: skip
_KAZAKH_WOMEN: Final = (
    "Айгүл", "Гүлнар", "Динара", "Айжан", "Аружан", "Жанар", "Сәуле", "Әсел", "Мадина", "Назгүл", "Айнұр", "Балжан",
    "Зарина", "Меруерт", "Ұлжан", "Шолпан",
)  # fmt: skip
_KAZAKH_FATHERS: Final = (
    "Бақыт",
    "Серік",
    "Қанат",
    "Болат",
    "Мұрат",
    "Талғат",
    "Ғалым",
    "Жақсылық",
    "Өмірбек",
    "Сапар",
    "Тұрсын",
    "Қуаныш",
)
_RUSSIAN_FAMILIES: Final = (
    ("Иванов", "Иванова"), ("Ким", "Ким"), ("Петров", "Петрова"), ("Шевченко", "Шевченко"), ("Попов", "Попова"),
    ("Смирнов", "Смирнова"), ("Кузнецов", "Кузнецова"), ("Ли", "Ли"), ("Мельник", "Мельник"), ("Шмидт", "Шмидт"),
    ("Васильев", "Васильева"), ("Соколов", "Соколова"), ("Новиков", "Новикова"), ("Цой", "Цой"), ("Павлов", "Павлова"),
)  # fmt: skip
_RUSSIAN_MEN: Final = (
    "Сергей",
    "Андрей",
    "Алексей",
    "Дмитрий",
    "Виктор",
    "Владимир",
    "Николай",
    "Роман",
    "Игорь",
    "Артём",
)
_RUSSIAN_WOMEN: Final = ("Елена", "Ольга", "Наталья", "Ирина", "Татьяна", "Светлана", "Анна", "Мария", "Юлия", "Галина")
_RUSSIAN_FATHERS: Final = (
    ("Иванович", "Ивановна"), ("Сергеевич", "Сергеевна"), ("Петрович", "Петровна"), ("Николаевич", "Николаевна"),
    ("Викторович", "Викторовна"), ("Александрович", "Александровна"), ("Андреевич", "Андреевна"),
    ("Юрьевич", "Юрьевна"),
)  # fmt: skip

# Where a large part of the population speaks Russian first; a third of the people there get Russian names.
_RUSSIAN_SPOKEN: Final = frozenset({"KZ-11", "KZ-35", "KZ-39", "KZ-55", "KZ-59", "KZ-63", "KZ-71", "KZ-75", "KZ-10"})

_STREETS: Final = (
    ("Абай даңғылы", "проспект Абая"), ("Сәтбаев көшесі", "улица Сатпаева"), ("Достық көшесі", "улица Достык"),
    ("Бейбітшілік көшесі", "улица Бейбитшилик"), ("Әуезов көшесі", "улица Ауэзова"),
    ("Желтоқсан көшесі", "улица Желтоксан"),
)  # fmt: skip
_PARTS: Final = {code: country("kz").parts(code) for code in REGIONS}

_LATIN: Final = {
    "а": "a", "ә": "a", "б": "b", "в": "v", "г": "g", "ғ": "g", "д": "d", "е": "e", "ё": "e", "ж": "zh", "з": "z",
    "и": "i", "й": "i", "к": "k", "қ": "q", "л": "l", "м": "m", "н": "n", "ң": "n", "о": "o", "ө": "o", "п": "p",
    "р": "r", "с": "s", "т": "t", "у": "u", "ұ": "u", "ү": "u", "ф": "f", "х": "h", "һ": "h", "ц": "ts", "ч": "ch",
    "ш": "sh", "щ": "sh", "ъ": "", "ы": "y", "і": "i", "ь": "", "э": "e", "ю": "iu", "я": "ia",
}  # fmt: skip


def residents(count: int, seed: int = 1) -> Iterator[Entry]:
    """So many different people, always the same ones for a seed: over the 20 regions by population, all of them adults.

    Regions get their whole number of people by largest remainder, at least one each if there are 20 people or more.
    """
    chance = random.Random(seed)  # noqa: S311 - the same people every time is what is wanted
    used: set[str] = set()
    for territory, number in shares(count).items():
        for _ in range(number):
            entry = _resident(chance, territory)
            while entry.iin.digits in used or entry.mail in used:
                entry = _resident(chance, territory)
            used |= {entry.iin.digits, entry.mail}
            yield entry


def shares(count: int) -> dict[str, int]:
    """How many of `count` people live in each region."""
    floor = 1 if count >= len(REGIONS) else 0
    people = {code: region.population.people for code, region in REGIONS.items() if region.population}
    total = sum(people.values())
    rest = count - floor * len(REGIONS)
    exact = {code: rest * number / total for code, number in people.items()}
    found = {code: int(share) for code, share in exact.items()}
    by_remainder = sorted(exact, key=lambda code: (found[code] - exact[code], code))
    for code in by_remainder[: rest - sum(found.values())]:
        found[code] += 1
    return {code: number + floor for code, number in found.items()}


def _resident(chance: random.Random, territory: str) -> Entry:
    male = chance.random() < 0.48
    russian = chance.random() < (0.36 if territory in _RUSSIAN_SPOKEN else 0.06)
    if russian:
        family = chance.choice(_RUSSIAN_FAMILIES)[not male]
        given = chance.choice(_RUSSIAN_MEN if male else _RUSSIAN_WOMEN)
        patronymic = chance.choice(_RUSSIAN_FATHERS)[not male]
    else:
        family = chance.choice(_KAZAKH_FAMILIES)[not male]
        given = chance.choice(_KAZAKH_MEN if male else _KAZAKH_WOMEN)
        patronymic = chance.choice(_KAZAKH_FATHERS) + ("ұлы" if male else "қызы")
    number, birth_date = None, _FIRST_BIRTHDAY
    while number is None:
        birth_date = _FIRST_BIRTHDAY + dt.timedelta(days=chance.randrange((_LAST_BIRTHDAY - _FIRST_BIRTHDAY).days + 1))
        number = iin.make(birth_date, male=male, number=chance.randrange(10_000))
    # Apart, so that the people stay the same whatever is said of where they live.
    place = random.Random(number.digits)  # noqa: S311 - as above
    district = place.choice(_PARTS[territory])
    speaks_russian = russian or (territory in _RUSSIAN_SPOKEN and chance.random() < 0.3)
    return Entry(
        iin=number,
        family_name=family,
        given_name=given,
        patronymic=patronymic,
        birth_date=birth_date,
        mail=f"{_latin(given)}.{_latin(family)}{birth_date:%y}{chance.randrange(100):02d}@{MAIL_DOMAIN}",
        territory=territory,
        language="ru" if speaks_russian else "kk",
        district=district.code,
        address=_address(place, district.name("ru" if speaks_russian else "kk"), russian=speaks_russian),
    )


def _address(chance: random.Random, place: str, *, russian: bool) -> str:
    kazakh_street, russian_street = chance.choice(_STREETS)
    house, flat = chance.randrange(1, 90), chance.randrange(1, 80)
    if russian:
        return f"{place}, {russian_street}, дом {house}, квартира {flat}"
    return f"{place}, {kazakh_street}, {house}-үй, {flat}-пәтер"


def _latin(name: str) -> str:
    return "".join(_LATIN[letter] for letter in name.lower())
