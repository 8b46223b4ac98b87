"""The page with the form: nothing that was typed is lost, whatever is wrong with it."""

from __future__ import annotations

import secrets

from starlette.requests import Request

from egov_participation.i18n import N_, translate
from egov_participation.web.context import lang, services, session_or_none
from egov_participation.web.forms import Form, Model, parse


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


def own_address(request: Request) -> str:
    """Where somebody who is signed in is answered; empty for anybody else."""
    here, current = services(request), session_or_none(request)
    if current is None:
        return ""
    with here.database.read() as db:
        person = here.registry.get(db, current.person_id)
    return person.mail if person else ""
