"""The 20 regions of Kazakhstan by their ISO 3166-2 codes (17 regions and three cities, as since June 2022).

Populations: Bureau of National Statistics, 1 January 2024, in thousands, rounded.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Territory:
    """A region: ISO 3166-2 code, names, population in thousands."""

    code: str
    kk: str
    ru: str
    en: str
    thousands: int

    def name(self, language: str) -> str:
        """The name in kk, ru or en."""
        return {"kk": self.kk, "ru": self.ru, "en": self.en}[language]


_ALL: Final = (
    Territory("KZ-10", "Абай облысы", "область Абай", "Abai Region", 608),
    Territory("KZ-11", "Ақмола облысы", "Акмолинская область", "Akmola Region", 788),
    Territory("KZ-15", "Ақтөбе облысы", "Актюбинская область", "Aktobe Region", 939),
    Territory("KZ-19", "Алматы облысы", "Алматинская область", "Almaty Region", 1531),
    Territory("KZ-23", "Атырау облысы", "Атырауская область", "Atyrau Region", 704),
    Territory("KZ-27", "Батыс Қазақстан облысы", "Западно-Казахстанская область", "West Kazakhstan Region", 693),
    Territory("KZ-31", "Жамбыл облысы", "Жамбылская область", "Zhambyl Region", 1223),
    Territory("KZ-33", "Жетісу облысы", "область Жетысу", "Zhetisu Region", 699),
    Territory("KZ-35", "Қарағанды облысы", "Карагандинская область", "Karaganda Region", 1135),
    Territory("KZ-39", "Қостанай облысы", "Костанайская область", "Kostanay Region", 830),
    Territory("KZ-43", "Қызылорда облысы", "Кызылординская область", "Kyzylorda Region", 841),
    Territory("KZ-47", "Маңғыстау облысы", "Мангистауская область", "Mangystau Region", 787),
    Territory("KZ-55", "Павлодар облысы", "Павлодарская область", "Pavlodar Region", 754),
    Territory("KZ-59", "Солтүстік Қазақстан облысы", "Северо-Казахстанская область", "North Kazakhstan Region", 530),
    Territory("KZ-61", "Түркістан облысы", "Туркестанская область", "Turkistan Region", 2142),
    Territory("KZ-62", "Ұлытау облысы", "область Улытау", "Ulytau Region", 221),
    Territory("KZ-63", "Шығыс Қазақстан облысы", "Восточно-Казахстанская область", "East Kazakhstan Region", 728),
    Territory("KZ-71", "Астана қаласы", "город Астана", "Astana City", 1430),
    Territory("KZ-75", "Алматы қаласы", "город Алматы", "Almaty City", 2228),
    Territory("KZ-79", "Шымкент қаласы", "город Шымкент", "Shymkent City", 1221),
)

TERRITORIES: Final[dict[str, Territory]] = {territory.code: territory for territory in _ALL}
