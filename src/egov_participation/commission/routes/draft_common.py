"""What the pages of a draft share: finding it, saying what is wrong and where, and the addresses of other parts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from starlette.requests import Request

from egov_participation.commission.models import Draft
from egov_participation.commission.rules import PART_NAMES, Part, QuestionPage, place_of
from egov_participation.commission.service.lookup import find_draft
from egov_participation.i18n import N_, in_language, translate
from egov_participation.voting.problems import Problem
from egov_participation.voting.texts import LANGUAGES
from egov_participation.web.addresses import Addresses
from egov_participation.web.context import lang, services

_PAGES = {
    QuestionPage.TEXT: "commission.draft_question",
    QuestionPage.ANSWERS: "commission.draft_answers",
    QuestionPage.GRADES: "commission.draft_grades",
    QuestionPage.CANDIDATES: "commission.draft_candidates",
    QuestionPage.CHOICE: "commission.draft_choice",
}
LANGUAGE_NAMES = {"kk": N_("In Kazakh"), "ru": N_("In Russian"), "en": N_("In English")}


@dataclass(frozen=True, slots=True)
class Said:
    """A problem or a warning as the office reads it."""

    text: str
    href: str
    """Where it is mended."""


def found_draft(request: Request) -> Draft:
    """The draft in the address.

    Raises:
        DomainError: 404 ``draft.unknown``.
    """
    with services(request).database.read() as session:
        return find_draft(session, request.path_params["id"])


def address(request: Request, name: str, **params: object) -> str:
    """The address of a page by its route's name; empty where there is no such page."""
    addresses: Addresses = request.app.state.addresses
    try:
        return addresses.url_for(request, name, **params)
    except KeyError:
        return ""


def page_of(request: Request, draft: Draft, part: Part) -> str:
    """The address of a draft's page."""
    name = {Part.TRUSTEES: "commission.trustees", Part.QUESTIONS: "commission.draft_questions"}.get(part)
    return address(request, name or f"commission.draft_{part.value}", id=draft.id)


def said(request: Request, draft: Draft, problems: Iterable[Problem]) -> list[Said]:
    """Problems in words, each with the page where it is mended."""
    language = lang(request)
    found = []
    for problem in problems:
        place = place_of(problem.path)
        sentence = problem.said(lambda text: translate(language, text))
        where = _where(language, problem.path)
        href = page_of(request, draft, place.part)
        if place.question:
            of_list = {"list": place.list} if place.list else {}
            href = address(request, _PAGES[place.page], id=draft.id, number=place.question, **of_list)
        found.append(Said(f"{where}: {sentence}" if where else sentence, href))
    return list(dict.fromkeys(found))


def _where(language: str, path: str) -> str:
    """What a problem's path means, as far as its page does not say it."""
    words: list[str] = []
    for piece in path.replace("]", "").split("."):
        name, _, number = piece.partition("[")
        if number and name in _COUNTED:
            words.append(translate(language, _COUNTED[name], number=int(number)))
        elif name in LANGUAGES:
            words.append(translate(language, LANGUAGE_NAMES[name]))
        elif name in _NAMED:
            words.append(translate(language, _NAMED[name]))
    return ", ".join(word if at == 0 else word[:1].lower() + word[1:] for at, word in enumerate(words))


_COUNTED = {
    "questions": N_("Question %(number)s"),
    "answers": N_("Answer %(number)s"),
    "grades": N_("Grade %(number)s"),
    "lists": N_("List %(number)s"),
    "candidates": N_("Candidate %(number)s"),
    "trustees": N_("Trustee %(number)s"),
}
_NAMED = {
    "title": PART_NAMES[Part.TITLE],
    "description": PART_NAMES[Part.DESCRIPTION],
    "questions": PART_NAMES[Part.QUESTIONS],
    "trustees": PART_NAMES[Part.TRUSTEES],
    "administrator": N_("Who runs the vote"),
    "credential_authority": N_("Who keeps the register"),
    "opens_at": N_("Opens"),
    "closes_at": N_("Closes"),
}


def in_words(request: Request, texts: Mapping[str, str]) -> list[tuple[str, str]]:
    """A text of three languages as rows of a summary."""
    return [(translate(lang(request), LANGUAGE_NAMES[language]), texts[language]) for language in LANGUAGES]


def title_of(request: Request, document: Mapping[str, Mapping[str, str]]) -> str:
    """The title in the language of the page, or in any that it has; empty if there is none."""
    return in_language(document["title"], lang(request))
