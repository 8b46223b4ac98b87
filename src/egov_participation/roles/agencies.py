"""The ministries of Kazakhstan that a role may be granted for, by a code of ours.

Source: the list of central executive bodies of the Government of Kazakhstan, as of October 2024.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Agency:
    """A ministry, by its name in each language."""

    kk: str
    ru: str
    en: str

    def name(self, lang: str) -> str:
        """Its name in ``kk``, ``ru`` or ``en``."""
        return {"kk": self.kk, "ru": self.ru, "en": self.en}[lang]


AGENCIES: Final[dict[str, Agency]] = {
    "agriculture": Agency(
        "Ауыл шаруашылығы министрлігі", "Министерство сельского хозяйства", "Ministry of Agriculture"
    ),
    "culture": Agency(
        "Мәдениет және ақпарат министрлігі", "Министерство культуры и информации", "Ministry of Culture and Information"
    ),
    "defence": Agency("Қорғаныс министрлігі", "Министерство обороны", "Ministry of Defence"),
    "digital": Agency(
        "Цифрлық даму, инновациялар және аэроғарыш өнеркәсібі министрлігі",
        "Министерство цифрового развития, инноваций и аэрокосмической промышленности",
        "Ministry of Digital Development, Innovations and Aerospace Industry",
    ),
    "ecology": Agency(
        "Экология және табиғи ресурстар министрлігі",
        "Министерство экологии и природных ресурсов",
        "Ministry of Ecology and Natural Resources",
    ),
    "economy": Agency(
        "Ұлттық экономика министрлігі", "Министерство национальной экономики", "Ministry of National Economy"
    ),
    "education": Agency("Оқу-ағарту министрлігі", "Министерство просвещения", "Ministry of Education"),
    "emergencies": Agency(
        "Төтенше жағдайлар министрлігі", "Министерство по чрезвычайным ситуациям", "Ministry of Emergency Situations"
    ),
    "energy": Agency("Энергетика министрлігі", "Министерство энергетики", "Ministry of Energy"),
    "finance": Agency("Қаржы министрлігі", "Министерство финансов", "Ministry of Finance"),
    "foreign": Agency("Сыртқы істер министрлігі", "Министерство иностранных дел", "Ministry of Foreign Affairs"),
    "healthcare": Agency("Денсаулық сақтау министрлігі", "Министерство здравоохранения", "Ministry of Healthcare"),
    "industry": Agency(
        "Өнеркәсіп және құрылыс министрлігі",
        "Министерство промышленности и строительства",
        "Ministry of Industry and Construction",
    ),
    "interior": Agency("Ішкі істер министрлігі", "Министерство внутренних дел", "Ministry of Internal Affairs"),
    "justice": Agency("Әділет министрлігі", "Министерство юстиции", "Ministry of Justice"),
    "labour": Agency(
        "Еңбек және халықты әлеуметтік қорғау министрлігі",
        "Министерство труда и социальной защиты населения",
        "Ministry of Labour and Social Protection of the Population",
    ),
    "science": Agency(
        "Ғылым және жоғары білім министрлігі",
        "Министерство науки и высшего образования",
        "Ministry of Science and Higher Education",
    ),
    "tourism": Agency(
        "Туризм және спорт министрлігі", "Министерство туризма и спорта", "Ministry of Tourism and Sports"
    ),
    "trade": Agency(
        "Сауда және интеграция министрлігі", "Министерство торговли и интеграции", "Ministry of Trade and Integration"
    ),
    "transport": Agency("Көлік министрлігі", "Министерство транспорта", "Ministry of Transport"),
    "water": Agency(
        "Су ресурстары және ирригация министрлігі",
        "Министерство водных ресурсов и ирригации",
        "Ministry of Water Resources and Irrigation",
    ),
}
