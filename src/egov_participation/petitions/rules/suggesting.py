"""Whom a petition may be for, and where, by the words in it: a suggestion with its reason, never a decision.

A table of beginnings of words in the three languages; no text is understood.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from egov_participation.jurisdiction.territories import Territory

MOST: Final = 3
_WORDS: Final = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_SHORT: Final = 4

AGENCY_WORDS: Final[Mapping[str, str]] = {
    "agriculture": "ауыл егін мал астық фермер сельск аграр фермер урожа скот агро farm crop cattle agricult",
    "culture": "мәдениет кітапхана театр музей культур библиотек театр музе телевид culture library theatre museum",
    "defence": "әскер қорғаныс арми военн призыв оборон army conscript military defence",
    "digital": "интернет цифрл байланыс интернет цифров связь сайт приложен internet digital broadband mobile",
    "ecology": "экология ауа ластан орман қоқыс эколог воздух смог выброс мусор отход лес парк ecolog air smog "
    "emission waste forest park",
    "economy": "экономика кәсіпкер тариф эконом бизнес предпринимат тариф econom business tariff",
    "education": "мектеп оқушы мұғалім балабақша тамақ школ учител ученик детсад образован school teacher pupil "
    "kindergarten",
    "emergencies": "өрт тасқын құтқару пожар наводнен паводк спасат fire flood rescue",
    "energy": "электр жылу газ мұнай энерг отоплен газ нефт тэц energy heating gas oil electric",
    "finance": "салық бюджет қаржы налог бюджет финанс tax budget finance",
    "foreign": "виза шетел елшілік виза заграниц посольств visa abroad embassy",
    "healthcare": "денсаулық аурухана дәрігер дәрі емхана здоров больниц врач лекарств поликлиник медицин hospital "
    "doctor medicine clinic health",
    "industry": "құрылыс тұрғын үй өнеркәсіп строител застройк жиль завод construction housing factory industr",
    "interior": "полиция қылмыс паспорт полици преступ паспорт police crime passport",
    "justice": "заң нотариус сот нотариус юстиц регистрац justice notary register",
    "labour": "жалақы зейнетақы жұмыс мүгедек әлеуметтік зарплат пенси работник инвалид пособи wage pension worker "
    "disab benefit",
    "science": "университет студент ғылым университет студент наук стипенди university student science scholarship",
    "tourism": "спорт туризм стадион спорт турист туризм стадион sport tourism stadium",
    "trade": "баға дүкен сауда цен магазин торговл price shop trade",
    "transport": "жол автобус көпір пойыз ұшақ дорог мост поезд вокзал транспорт road bus bridge train transport",
    "water": "су өзен арық суару вода водоснабж река ирригац water river irrigation",
}
"""Beginnings of words for each agency; one of up to three letters is a whole word."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A code, and the words of the text that speak for it."""

    code: str
    words: tuple[str, ...]


def agencies(texts: Iterable[str]) -> list[Suggestion]:
    """The agencies that the words speak for, the most first."""
    return _ranked(texts, {code: tuple(dict.fromkeys(words.split())) for code, words in AGENCY_WORDS.items()})


def territories(texts: Iterable[str], known: Mapping[str, Territory]) -> list[Suggestion]:
    """The territories that are named, the most often first."""
    return _ranked(texts, {code: _beginnings(territory) for code, territory in known.items()})


def _beginnings(territory: Territory) -> tuple[str, ...]:
    firsts = {name.split()[0].casefold() for name in (territory.kk, territory.ru, territory.en)}
    # Without the ending that a case changes: Астана, Астаны, Астанада.
    return tuple(sorted(word[: max(_SHORT, len(word) - 2)] for word in firsts if len(word) >= _SHORT))


def _ranked(texts: Iterable[str], beginnings: Mapping[str, tuple[str, ...]]) -> list[Suggestion]:
    words = Counter(word for text in texts for word in _WORDS.findall(text.casefold()))
    found: list[tuple[int, Suggestion]] = []
    for code, starts in beginnings.items():
        hits = [word for word in words if any(_begins(word, start) for start in starts)]
        if hits:
            found.append((sum(words[word] for word in hits), Suggestion(code, tuple(hits[:MOST]))))
    found.sort(key=lambda one: (-one[0], one[1].code))
    return [suggestion for _, suggestion in found[:MOST]]


def _begins(word: str, start: str) -> bool:
    return word.startswith(start) if len(start) >= _SHORT else word == start
