"""What a resident's entry must look like. Nothing here asks the database or the clock."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import date
from typing import Final, TypeVar

from egov_participation.jurisdiction.territories import TERRITORIES, place
from egov_participation.registry.iin import Iin

LANGUAGES: Final = ("kk", "ru", "en")
MAX_NAME: Final = 100
MAX_MAIL: Final = 254
MAX_ADDRESS: Final = 300

# Deliberately narrow: what passes goes into a mail header as it is.
_MAIL: Final = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})+", re.ASCII)
_ISO_DATE: Final = re.compile(r"(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)", re.ASCII)
_POINT_DATE: Final = re.compile(r"(?P<day>\d\d)\.(?P<month>\d\d)\.(?P<year>\d{4})", re.ASCII)

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Entry:
    """A resident as entered in the register."""

    iin: Iin
    family_name: str
    given_name: str
    patronymic: str
    birth_date: date
    mail: str
    territory: str
    """Code of the region."""
    language: str
    district: str = ""
    """Code of the district, city or city district in that region; empty where not known."""
    address: str = ""
    """Locality, street and house, as the person is shown it and nobody else; empty where not known."""


COLUMNS: Final = tuple(field.name for field in fields(Entry))
REQUIRED: Final = ("iin", "family_name", "given_name", "mail", "territory")


class EntryError(ValueError):
    """An entry that cannot be taken; ``sentences`` says all that is wrong with it, and never repeats the IIN."""

    def __init__(self, sentences: list[str]) -> None:
        super().__init__("; ".join(sentences))
        self.sentences = sentences


def parse_entry(cells: Mapping[str, str], today: date, *, mail_needed: bool = True) -> Entry:
    """Read the cells of one line, or what a registry answered, by column.

    A missing birth date is taken from the IIN, a missing language is Kazakh.

    Args:
        mail_needed: whether an entry without an address for mails is refused.

    Raises:
        EntryError: with everything that is wrong.
    """
    problems: list[str] = []

    def read(column: str, parse: Callable[[str], Value], otherwise: Value) -> Value:
        try:
            return parse(cells.get(column, "").strip())
        except ValueError as error:
            problems.append(str(error))
            return otherwise

    iin: Iin | None = read("iin", Iin.parse, None)
    family_name = read("family_name", lambda text: _name(text, "family_name"), "")
    given_name = read("given_name", lambda text: _name(text, "given_name"), "")
    patronymic = read("patronymic", lambda text: _name(text, "patronymic") if text else "", "")
    birth_date: date | None = read("birth_date", lambda text: _birth_date(text, iin, today), None)
    mail = read("mail", lambda text: _mail(text) if text or mail_needed else "", "")
    territory = read("territory", _territory, "")
    language = read("language", _language, "")
    district = read("district", lambda text: _district(text, territory), "")
    address = read("address", _address, "")
    if problems or iin is None or birth_date is None:
        raise EntryError(problems)
    return Entry(iin, family_name, given_name, patronymic, birth_date, mail, territory, language, district, address)


def age_on(birth_date: date, day: date) -> int:
    """Whole years of age on a day; negative before the birth.

    Somebody born on 29 February is a year older on 1 March in years without that day.
    """
    return day.year - birth_date.year - ((day.month, day.day) < (birth_date.month, birth_date.day))


def _name(text: str, column: str) -> str:
    name = " ".join(unicodedata.normalize("NFC", text).split())
    if not name:
        raise ValueError(f"{column} is empty")
    if len(name) > MAX_NAME:
        raise ValueError(f"{column} is longer than {MAX_NAME} characters")
    if not name[0].isalpha() or not all(sign.isalpha() or sign in " -'’." for sign in name):
        raise ValueError(f"{column} must consist of letters, hyphens, apostrophes, points and spaces")
    return name


def _birth_date(text: str, iin: Iin | None, today: date) -> date | None:
    """The date in the cell, or that of the IIN; None only if the IIN is wrong itself and has been reported."""
    if not text:
        if iin is not None and iin.birth_date is None:
            raise ValueError("birth_date is empty, and this IIN (of a foreign citizen) does not tell the century")
        born = iin.birth_date if iin else None
    else:
        match = _ISO_DATE.fullmatch(text) or _POINT_DATE.fullmatch(text)
        if match is None:
            raise ValueError("birth_date must be written 1990-12-31 or 31.12.1990")
        try:
            born = date(int(match["year"]), int(match["month"]), int(match["day"]))
        except ValueError:
            raise ValueError("birth_date is not a date of the calendar") from None
        if iin is not None and not iin.allows_birth_date(born):
            raise ValueError("birth_date is not the one in the IIN")
    if born is not None and born > today:
        raise ValueError("birth_date is in the future")
    return born


def is_mail(text: str) -> bool:
    """Whether the text is a mail address that we write to."""
    return len(text) <= MAX_MAIL and _MAIL.fullmatch(text) is not None


def _mail(text: str) -> str:
    if not text:
        raise ValueError("mail is empty")
    if not is_mail(text):
        raise ValueError("mail is not a mail address such as name@mail.example")
    return text


def _territory(text: str) -> str:
    found = place(text)
    if found is None or not found.is_region:
        raise ValueError(
            "territory must be the ISO 3166-2 code of a region, from KZ-10 to KZ-79, or a member state of the EU"
        )
    return text


def _district(text: str, region: str) -> str:
    """A district of that region; of a region that is wrong itself nothing can be said."""
    if text and region and (text not in TERRITORIES or TERRITORIES[text].parent != region):
        raise ValueError(f"district must be the code (KATO) of a district or city of {region}")
    return text


def _address(text: str) -> str:
    address = " ".join(unicodedata.normalize("NFC", text).split())
    if len(address) > MAX_ADDRESS:
        raise ValueError(f"address is longer than {MAX_ADDRESS} characters")
    if not address.isprintable():
        raise ValueError("address has signs that cannot be printed")
    return address


def _language(text: str) -> str:
    if not text:
        return "kk"
    if text not in LANGUAGES:
        raise ValueError("language must be kk, ru or en")
    return text
