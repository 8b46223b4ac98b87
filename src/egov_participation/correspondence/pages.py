"""The page with the form: nothing that was typed is lost, whatever is wrong with it."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import TypedDict

from starlette.requests import Request
from starlette.responses import Response

from egov_participation.database import UnitOfWork
from egov_participation.errors import DomainError
from egov_participation.i18n import N_, translate
from egov_participation.identity import service as identity
from egov_participation.services import SessionInfo
from egov_participation.web.context import lang, services, session_or_none
from egov_participation.web.forms import Form, Model, parse
from egov_participation.web.proxies import client_address


def blank() -> Form[Model]:
    """A form to be filled in."""
    return Form(values={"once": secrets.token_hex(16)})


def posted(request: Request, model: type[Model]) -> Form[Model]:
    """The form as it came; one that is shown again can be sent, even if it came without its random number."""
    form = parse(request, model)
    form.values.setdefault("once", secrets.token_hex(16))
    return form


def posted_by_another(request: Request, model: type[Model]) -> Form[Model]:
    """The form where it came from another session than the one of now: to be shown again, as it was filled in."""
    form = posted(request, model)
    sentence = N_(
        "You signed in or out meanwhile, so nothing was sent. What you wrote is here: look at it and send it."
    )
    form.errors[""] = translate(lang(request), sentence)
    return form


class Sender(TypedDict):
    """Who hands something in, as far as that is known."""

    person: SessionInfo | None
    network: str
    lang: str


def hand_in(
    request: Request,
    model: type[Model],
    show: Callable[[Request, Form[Model], int], Response],
    take: Callable[[UnitOfWork, Model, Sender], str],
    sent: Callable[[str], Response],
) -> Response:
    """Take in what was written. Whatever is wrong with it, what was typed stays in the form.

    Args:
        show: the page with its form and a status.
        take: returns the number.
        sent: where its number leads.
    """
    form = posted(request, model)
    given = form.data
    if given is None:
        return show(request, form, 422)
    network, language = identity.network_of(client_address(request)), lang(request)
    try:
        with services(request).database.uow() as tx:
            number = take(tx, given, Sender(person=session_or_none(request), network=network, lang=language))
            tx.commit()
    except DomainError as refusal:
        form.errors[""] = translate(language, refusal.message)
        return show(request, form, refusal.status)
    return sent(number)


def own_address(request: Request) -> str:
    """Where somebody who is signed in is answered; empty for anybody else."""
    here, current = services(request), session_or_none(request)
    if current is None:
        return ""
    with here.database.read() as db:
        person = here.registry.get(db, current.person_id)
    return person.mail if person else ""
