"""What comes in from the pages on which a draft of a vote is written.

A draft may be incomplete: what is left empty is taken, and the check-list says that it is missing. Refused is what
cannot be kept as it was typed; then it stays in the form.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from typing import Annotated, Any, Final

from pydantic import BaseModel, Field, PlainValidator, ValidationInfo, field_validator, model_validator

from egov_participation.i18n import N_
from egov_participation.jurisdiction.territories import TERRITORIES
from egov_participation.voting.kinds import METHODS, RULES, QuestionKind
from egov_participation.voting.texts import LANGUAGES, SEPARATOR
from egov_participation.voting.trustee_file import FEWEST_NEEDED, MAX_TRUSTEES
from egov_participation.web import days
from egov_participation.writing import Reason, one_line

TITLE: Final = 200
DESCRIPTION: Final = 5000
NAME: Final = 150
QUESTION: Final = 500
ANSWER: Final = 300
OLDEST: Final = 120
_TIME: Final = re.compile(r"(\d{1,2})[:.](\d{2})")
_TOO_LONG: Final = {
    TITLE: N_("At most 200 characters fit here."),
    DESCRIPTION: N_("At most 5,000 characters fit here."),
    NAME: N_("At most 150 characters fit here."),
    QUESTION: N_("At most 500 characters fit here."),
    ANSWER: N_("At most 300 characters fit here."),
}


def read_text(limit: int) -> Callable[[object], str]:
    """Reads a text of the election: one line; empty where it is not written yet.

    Raises (when called):
        ValueError: it is too long, or holds what separates the languages.
    """

    def read(value: object) -> str:
        text = one_line(value)
        if len(text) > limit:
            raise ValueError(_TOO_LONG[limit])
        if SEPARATOR in f" {text} ":
            raise ValueError(N_("A text may not hold a slash between spaces: it separates the languages."))
        return text

    return read


Version = Annotated[int, Field(ge=1, le=2**31)]
Title = Annotated[str, PlainValidator(read_text(TITLE))]
Description = Annotated[str, PlainValidator(read_text(DESCRIPTION))]
Name = Annotated[str, PlainValidator(read_text(NAME))]
QuestionText = Annotated[str, PlainValidator(read_text(QUESTION))]


class VersionForm(BaseModel):
    """A form that changes a draft."""

    version: Version
    """Which version of the draft was seen."""


class TitleForm(VersionForm):
    """What the vote is called."""

    kk: Title = ""
    ru: Title = ""
    en: Title = ""


class DescriptionForm(VersionForm):
    """What the vote is about."""

    kk: Description = ""
    ru: Description = ""
    en: Description = ""


class NamesForm(VersionForm):
    """Who runs the vote, and who keeps its register."""

    administrator_kk: Name = ""
    administrator_ru: Name = ""
    administrator_en: Name = ""
    registrar_kk: Name = ""
    registrar_ru: Name = ""
    registrar_en: Name = ""


class QuestionForm(VersionForm):
    """A question, without its answers."""

    kk: QuestionText = ""
    ru: QuestionText = ""
    en: QuestionText = ""


def _read_kind(value: object) -> str:
    if value not in ("consultative", "binding"):
        raise ValueError(N_("Choose: consultative or binding."))
    return str(value)


class KindForm(VersionForm):
    """What the result does."""

    kind: Annotated[str, PlainValidator(_read_kind)] = ""

    model_config = {"validate_default": True}


def _read_day(value: object) -> date | None:
    return days.read_day(value, N_("There is no such day. Write it like 31 12 2026."))


def _read_time(value: object) -> time | None:
    text = value.strip() if isinstance(value, str) else ""
    if not text:
        return None
    found = _TIME.fullmatch(text)
    if found is None or not text.isascii() or int(found[1]) > 23 or int(found[2]) > 59:
        raise ValueError(N_("There is no such time. Write it like 9:00 or 20:30."))
    return time(int(found[1]), int(found[2]))


Day = Annotated[date | None, PlainValidator(_read_day)]
Time = Annotated[time | None, PlainValidator(_read_time)]


class TimesForm(VersionForm):
    """When the vote opens and closes, by the clocks of the country."""

    opens: Day = None
    opens_time: Time = None
    closes: Day = None
    closes_time: Time = None

    model_config = {"validate_default": True}

    @model_validator(mode="before")
    @classmethod
    def _put_days_together(cls, values: dict[str, object]) -> dict[str, object]:
        return values | {name: days.put_together(values, name) for name in ("opens", "closes")}

    @field_validator("opens_time", "closes_time")
    @classmethod
    def _goes_with_its_day(cls, given: time | None, info: ValidationInfo) -> time | None:
        name = (info.field_name or "").removesuffix("_time")
        if name in info.data and (info.data[name] is None) != (given is None):
            raise ValueError(N_("A day and a time belong together: fill both in, or leave both out."))
        return given

    def moments(self) -> tuple[datetime | None, datetime | None]:
        """Both as the clock on the wall shows them."""
        opens = datetime.combine(self.opens, self.opens_time) if self.opens and self.opens_time else None
        closes = datetime.combine(self.closes, self.closes_time) if self.closes and self.closes_time else None
        return opens, closes


def _read_number(value: object) -> int:
    text = value.strip() if isinstance(value, str) else ""
    if not (text.isascii() and text.isdecimal() and len(text) < 4):
        raise ValueError(N_("Write a whole number, in digits."))
    return int(text)


Number = Annotated[int, PlainValidator(_read_number)]


class ChoiceForm(VersionForm):
    """How many answers of a question may be chosen."""

    several: str = ""
    min: str | int = "1"
    max: str | int = "1"
    blank: str = ""

    model_config = {"validate_default": True}

    @field_validator("several")
    @classmethod
    def _chosen(cls, several: str) -> str:
        if several not in ("one", "several"):
            raise ValueError(N_("Choose: one answer or several."))
        return several

    @field_validator("min", "max")
    @classmethod
    def _counted(cls, value: str | int, info: ValidationInfo) -> int:
        # The numbers of “several” do not matter where one answer is chosen, whatever stands in their fields.
        return _read_number(str(value)) if info.data.get("several") == "several" else 1

    @field_validator("max")
    @classmethod
    def _fits(cls, value: int, info: ValidationInfo) -> int:
        if value < 1:
            raise ValueError(N_("At least one answer must be allowed."))
        if "min" in info.data and value < info.data["min"]:
            raise ValueError(N_("The smallest number of answers is larger than the largest."))
        return value


def _read_question_kind(value: object) -> str:
    if value not in tuple(QuestionKind):
        raise ValueError(N_("Choose what voters do with the answers."))
    return str(value)


class NewQuestionForm(VersionForm):
    """What a voter does with the answers of a new question."""

    kind: Annotated[str, PlainValidator(_read_question_kind)] = ""

    model_config = {"validate_default": True}


class BlankForm(VersionForm):
    """Whether a voter may vote blank."""

    blank: str = ""


class MethodForm(BlankForm):
    """How rankings are counted; seats and rules are those of the single transferable vote."""

    method: str = ""
    seats: str | int = "1"
    rules: str = RULES[0]

    model_config = {"validate_default": True}

    @field_validator("method")
    @classmethod
    def _chosen(cls, method: str) -> str:
        if method not in METHODS:
            raise ValueError(N_("Choose how the rankings are counted."))
        return method

    @field_validator("seats")
    @classmethod
    def _counted(cls, seats: str | int, info: ValidationInfo) -> int:
        # What stands in the field does not matter where one is elected.
        number = _read_number(str(seats)) if info.data.get("method") == "stv" else 1
        if not number:
            raise ValueError(N_("At least one seat must be filled."))
        return number

    @field_validator("rules")
    @classmethod
    def _known(cls, rules: str) -> str:
        return rules if rules in RULES else RULES[0]


class NeededForm(VersionForm):
    """How many of the trustees decrypting takes."""

    of: str = ""
    needed: str | int = ""

    model_config = {"validate_default": True}

    @field_validator("of")
    @classmethod
    def _chosen(cls, of: str) -> str:
        if of not in ("all", "some"):
            raise ValueError(N_("Choose: all trustees, or so many of them."))
        return of

    @field_validator("needed")
    @classmethod
    def _counted(cls, needed: str | int, info: ValidationInfo) -> int:
        if info.data.get("of") != "some":
            return 0
        number = _read_number(str(needed))
        if not FEWEST_NEEDED <= number <= MAX_TRUSTEES:
            raise ValueError(N_("At least two must be needed, and at most 30."))
        return number


class RuleForm(VersionForm):
    """Who of the register of residents may vote."""

    min_age: Number = 18
    day: str = "opening"
    age_on: Day = None
    where: str = ""
    territories: list[str] = []

    model_config = {"validate_default": True}

    @model_validator(mode="before")
    @classmethod
    def _put_day(cls, values: dict[str, object]) -> dict[str, object]:
        return values | {"age_on": days.put_together(values, "age_on"), "min_age": values.get("min_age", "")}

    @field_validator("min_age")
    @classmethod
    def _possible(cls, age: int) -> int:
        if age > OLDEST:
            raise ValueError(N_("Nobody is so old. Check the number."))
        return age

    @field_validator("age_on")
    @classmethod
    def _if_another(cls, day: date | None, info: ValidationInfo) -> date | None:
        if info.data.get("day") != "other":
            return None
        if day is None:
            raise ValueError(N_("Write the day on which the age must be reached."))
        return day

    @field_validator("where")
    @classmethod
    def _chosen(cls, where: str) -> str:
        if where not in ("everywhere", "some"):
            raise ValueError(N_("Choose: everywhere or some places."))
        return where

    @field_validator("territories")
    @classmethod
    def _known(cls, codes: list[str], info: ValidationInfo) -> list[str]:
        if info.data.get("where") != "some":
            return []
        known = [code for code in TERRITORIES if code in set(codes)]
        if not known:
            raise ValueError(N_("Choose at least one region or district."))
        # A region holds its districts: they need no mention beside it.
        return [code for code in known if TERRITORIES[code].parent not in known]


class DiscardForm(BaseModel):
    """Why a draft is thrown away."""

    reason: Reason = ""

    model_config = {"validate_default": True}


class NewForm(BaseModel):
    """What a new draft begins with: ``blank``, ``file``, ``draft:<id>`` or ``vote:<uuid>``."""

    source: str = ""

    @field_validator("source")
    @classmethod
    def _chosen(cls, source: str) -> str:
        if source not in ("blank", "file") and not re.fullmatch(r"(draft|vote):\w{1,80}", source, re.ASCII):
            raise ValueError(N_("Choose what the new draft begins with."))
        return source

    model_config = {"validate_default": True}


class ActForm(VersionForm):
    """A button in a list: ``add``, ``save``, ``up-3``, ``down-3``, ``remove-3``."""

    act: Annotated[str, Field(pattern=r"^(add|save|(up|down|remove)-[1-9][0-9]{0,2})$")] = ""

    model_config = {"validate_default": True}

    def apart(self) -> tuple[str, int]:
        """What to do, and with which (from 0; −1 where it is none)."""
        verb, _, number = self.act.partition("-")
        return verb, int(number or 0) - 1


def read_answers(values: Mapping[str, str], most: int) -> tuple[list[dict[str, str]], dict[str, str]]:
    """The answers of a form: those named ``answer-<number>-<language>``, and by field what is wrong (msgids)."""
    answers: list[dict[str, str]] = []
    errors: dict[str, str] = {}
    read = read_text(ANSWER)
    while len(answers) < most and f"answer-{len(answers) + 1}-kk" in values:
        number = len(answers) + 1
        answer: dict[str, Any] = {}
        for lang in LANGUAGES:
            name = f"answer-{number}-{lang}"
            try:
                answer[lang] = read(values.get(name, ""))
            except ValueError as error:
                errors[name] = str(error)
                answer[lang] = values.get(name, "")
        answers.append(answer)
    return answers, errors
