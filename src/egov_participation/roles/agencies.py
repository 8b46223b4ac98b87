"""The agencies that a role may be granted for, by a code of ours: who answers petitions and publishes drafts.

Under rules with Kazakhstan's territories they are its ministries: the list of central executive bodies of the
Government of Kazakhstan, as of October 2024. Under any other rules they are the bodies that these rules name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from egov_participation.jurisdiction import site
from egov_participation.jurisdiction.petition_rules import RuleSet
from egov_participation.jurisdiction.rule_files import PETITIONS
from egov_participation.services import Services


@dataclass(frozen=True, slots=True)
class Agency:
    """An agency, by its name in each language."""

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


def agencies(services: Services) -> Mapping[str, Agency]:
    """The agencies of this site by their codes, by the rules that are in force today.

    Raises:
        RuleError: there are no rules for today, or they cannot be read.
    """
    return _of(site.rules(services))


def agency(services: Services, code: str) -> Agency:
    """One by its code. What was put down under other rules is called as it was then, or by its code."""
    return agencies(services).get(code) or AGENCIES.get(code) or Agency(code, code, code)


def agency_under(jurisdiction: str, code: str) -> Agency:
    """One by its code and that of the rules it was named under, where the package has them; else called by its code."""
    bodies = PETITIONS.all_versions(jurisdiction)[-1].bodies if jurisdiction in PETITIONS.presets() else {}
    words = None if jurisdiction == "kz" else bodies.get(code)
    return AGENCIES.get(code, Agency(code, code, code)) if words is None else Agency(words.kk, words.ru, words.en)


def agency_name(services: Services, code: str, lang: str) -> str:
    """What one is called."""
    return agency(services, code).name(lang)


def _of(rules: RuleSet) -> Mapping[str, Agency]:
    if rules.territories == "kz":
        return AGENCIES
    return {code: Agency(words.kk, words.ru, words.en) for code, words in rules.bodies.items()}
