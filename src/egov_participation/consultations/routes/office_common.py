"""What the office's pages about drafts have in common."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from sqlmodel import Session
from starlette.requests import Request

from egov_participation.consultations.models import Consultation, Version
from egov_participation.consultations.service import lookup, preparing
from egov_participation.errors import DomainError
from egov_participation.formats import filters
from egov_participation.i18n import N_, translate
from egov_participation.web.context import lang, services, session

DRAFT: Final = "/office/drafts/{key}"
VERSION: Final = f"{DRAFT}/v{{number}}"
TEXT: Final = f"{VERSION}/{{language}}"
LANGUAGE_NAMES: Final = {"kk": N_("In Kazakh"), "ru": N_("In Russian"), "en": N_("In English")}
SAID: Final = (409, 422)
"""Refusals that are said on the page; others are pages of their own."""


def draft(request: Request, db: Session) -> Consultation:
    """The consultation in the address, if it is one's agency's.

    Raises:
        DomainError: 404 ``consultation.unknown``.
    """
    return lookup.of_key(db, request.path_params["key"], session(request).agencies)


def version_of(request: Request, db: Session) -> tuple[Consultation, Version]:
    """The version in the address.

    Raises:
        DomainError: 404 ``consultation.unknown``.
    """
    consultation = draft(request, db)
    return consultation, preparing.of_number(db, consultation, number(request))


def number(request: Request) -> int:
    """The version's number in the address.

    Raises:
        DomainError: 404 ``consultation.unknown``.
    """
    return whole(request.path_params["number"])


def whole(text: str) -> int:
    """A number of an address.

    Raises:
        DomainError: 404 ``consultation.unknown``.
    """
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise lookup.no_consultation()
    return int(text)


def language(request: Request) -> str:
    """The language of a text in the address.

    Raises:
        DomainError: 404 ``consultation.unknown``.
    """
    found: str = request.path_params["language"]
    if found not in LANGUAGE_NAMES:
        raise lookup.no_consultation()
    return found


def text_in_address(request: Request) -> tuple[str, int, str]:
    """Key, number and language, as the services take them."""
    return request.path_params["key"], number(request), language(request)


def in_languages(request: Request) -> list[tuple[str, str]]:
    """Each language with its words in the language of the page."""
    return [(code, translate(lang(request), name)) for code, name in LANGUAGE_NAMES.items()]


def sentence(request: Request, refusal: DomainError) -> str:
    """A refusal in the language of the page, days written as people write them.

    Raises:
        DomainError: the refusal itself, where a page of its own says it.
    """
    if refusal.status not in SAID:
        raise refusal
    said: dict[str, Any] = dict(refusal.params)
    if "day" in said:
        written = filters(lang(request), services(request).settings.timezone)["date"]
        said["day"] = written(date.fromisoformat(str(said["day"])))
    return translate(lang(request), refusal.message, **said)
