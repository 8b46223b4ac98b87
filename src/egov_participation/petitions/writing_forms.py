"""What comes in by the pages on which a petition is written, and by those of its supporters and its creator."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import AfterValidator, BaseModel, StringConstraints

from egov_participation.i18n import LANGUAGES, N_
from egov_participation.petitions.rules.writing import LONGEST_ASK, LONGEST_TITLE, SHORTEST_TITLE, Part
from egov_participation.web.forms import written
from egov_participation.writing import one_line


def title(value: str) -> str:
    """A title: one line.

    Raises:
        ValueError: it is too short or too long (msgids).
    """
    line = one_line(value)
    if len(line) < SHORTEST_TITLE:
        raise ValueError(N_("Say in a few words what is to change."))
    if len(line) > LONGEST_TITLE:
        raise ValueError(N_("Say it in 150 characters at most: the rest belongs on the next pages."))
    return line


def ask(value: str) -> str:
    """What is asked for.

    Raises:
        ValueError: it says nothing or too much (msgids).
    """
    text = written(value)
    if len(text) > LONGEST_ASK:
        raise ValueError(N_("Say it in 1000 characters at most: reasons belong on the next page."))
    return text


def background(value: str) -> str:
    """Why; may be empty.

    Raises:
        ValueError: it is too long (msgid).
    """
    return written(value) if value.strip() else ""


Title = Annotated[str, AfterValidator(title)]
Ask = Annotated[str, AfterValidator(ask)]
Background = Annotated[str, AfterValidator(background)]
Seen = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{16}$")]


class PageForm(BaseModel):
    """What every page of a draft brings along."""

    seen: Seen
    """`writing.seen` of what stood there when the page was filled in."""
    kept: str = ""
    """Of what was kept when the session had ended."""


class TitleForm(PageForm):
    """The title."""

    title: Title


class AskForm(PageForm):
    """What is asked for."""

    ask: Ask


class BackgroundForm(PageForm):
    """Why."""

    background: Background = ""


class TerritoryForm(PageForm):
    """Where; whether there may be a petition of it, the rules say."""

    territory: Annotated[str, StringConstraints(max_length=30)] = ""


class AddresseeForm(PageForm):
    """To whom; whether that fits, the rules say."""

    addressee: Annotated[str, StringConstraints(max_length=40)] = ""


class NameForm(PageForm):
    """Whether the creator's name is shown."""

    shown: Annotated[str, StringConstraints(pattern="^(yes|no)$")] = "no"


class LanguageForm(PageForm):
    """What it says in one more language: all of it, or nothing."""

    title: str = ""
    ask: str = ""
    background: str = ""


FORMS: Final[dict[Part, type[PageForm]]] = {
    Part.TITLE: TitleForm,
    Part.ASK: AskForm,
    Part.BACKGROUND: BackgroundForm,
    Part.TERRITORY: TerritoryForm,
    Part.ADDRESSEE: AddresseeForm,
    Part.NAME: NameForm,
}
"""The form of each page."""


def _language(value: str) -> str:
    if value not in LANGUAGES:
        raise ValueError(N_("Choose a language."))
    return value


class StartForm(BaseModel):
    """A new draft."""

    language: Annotated[str, AfterValidator(_language)]


class AppealForm(BaseModel):
    """Why a rejection was wrong."""

    why: Annotated[str, AfterValidator(written)]


class WordingAnswerForm(BaseModel):
    """What the creator says to another wording."""

    wording: int
    answer: Annotated[str, StringConstraints(pattern="^(accept|decline)$")]
