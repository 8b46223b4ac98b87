"""Pages: writing to the contact centre, asking how a message stands, and the office's inbox."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from egov_participation.actions import Action
from egov_participation.contact import service
from egov_participation.contact.forms import AnswerForm, MessageForm
from egov_participation.correspondence.pages import Sender, blank, hand_in, own_address, posted_by_another
from egov_participation.database import UnitOfWork
from egov_participation.errors import DomainError
from egov_participation.i18n import LANGUAGES, N_, translate
from egov_participation.identity import service as identity
from egov_participation.web.context import lang, services, session
from egov_participation.web.forms import Form, kept_by_the_browser, parse
from egov_participation.web.proxies import client_address
from egov_participation.web.routing import route
from egov_participation.web.templating import render


def contact(request: Request) -> Response:
    """Address and telephone of the contact centre, and a form."""
    return _contact_page(request, blank())


def _contact_page(request: Request, form: Form[MessageForm], status: int = 200) -> Response:
    settings = services(request).settings
    return kept_by_the_browser(
        render(
            request,
            "contact/contact.html",
            status=status,
            form=form,
            topics=list(_topics(request).items()),
            person_mail=own_address(request),
            centre={
                "address": settings.contact_address,
                "phone": settings.contact_phone,
                "hours": settings.contact_hours,
                "mail": settings.contact,
            },
        )
    )


def _topics(request: Request) -> dict[str, str]:
    return {value: translate(lang(request), name) for value, name in service.topics()}


def send(request: Request) -> Response:
    """Hand a message in."""

    def take(tx: UnitOfWork, given: MessageForm, sender: Sender) -> str:
        about = {"once": given.once, "text": given.text, "mail": given.mail}
        return service.send(tx, services(request), topic=given.topic, **about, **sender)

    def sent_on(number: str) -> Response:
        return RedirectResponse(f"/{lang(request)}/help/contact/sent/{number}", 303)

    return hand_in(request, MessageForm, _contact_page, take, sent_on)


def send_again(request: Request) -> Response:
    """The form came from another session than the one of now: it is shown again, as it was filled in."""
    return _contact_page(request, posted_by_another(request, MessageForm), 403)


def sent(request: Request) -> Response:
    """It has arrived, and this is its number."""
    found = _standing(request, request.path_params["reference"])
    if found is None:
        raise DomainError(404, N_("There is no message with this number."), code="message.unknown")
    return render(request, "contact/sent.html", found=found)


def status(request: Request) -> Response:
    """How a message stands, for whoever has its number."""
    number = request.query_params.get("number", "").strip()[:40]
    found = _standing(request, number) if number else None
    errors = {}
    if number and found is None:
        errors["number"] = translate(lang(request), N_("There is no message with this number. Check each sign of it."))
    return render(
        request, "contact/status.html", status=404 if errors else 200, number=number, found=found, errors=errors
    )


def _standing(request: Request, number: str) -> service.Standing | None:
    here = services(request)
    with here.database.uow() as tx:
        found = service.standing(tx, here, number, network=identity.network_of(client_address(request)))
        tx.commit()
    return found


def inbox(request: Request) -> Response:
    """What waits for an answer, and what was answered lately."""
    here = services(request)
    with here.database.read() as db:
        waiting, answered = service.open_messages(here, db), service.answered_messages(here, db)
    return render(request, "contact/inbox.html", waiting=waiting, answered=answered, topics=_topics(request))


def message(request: Request) -> Response:
    """One message, with the form for its answer."""
    return _message_page(request, Form())


def _message_page(request: Request, form: Form[AnswerForm], status: int = 200) -> Response:
    here = services(request)
    with here.database.read() as db:
        found = service.message(here, db, request.path_params["reference"])
    return render(
        request,
        "contact/message.html",
        status=status,
        form=form,
        found=found,
        topic=_topics(request)[found.topic],
        language=LANGUAGES[found.language],
    )


def answer(request: Request) -> Response:
    """Send the answer."""
    form = parse(request, AnswerForm)
    if form.data is None:
        return _message_page(request, form, 422)
    here = services(request)
    with here.database.uow() as tx:
        service.answer(tx, here, session(request), request.path_params["reference"], form.data.text)
        tx.commit()
    return RedirectResponse(f"/{lang(request)}/office/messages", 303)


routes = [
    route("/help/contact", contact, Action.VISIT),
    route("/help/contact", send, Action.VISIT, methods=["POST"], again=send_again),
    route("/help/contact/sent/{reference}", sent, Action.VISIT),
    route("/help/contact/status", status, Action.VISIT),
    route("/office/messages", inbox, Action.ANSWER_MESSAGE, menu=N_("Messages")),
    route("/office/messages/{reference}", message, Action.ANSWER_MESSAGE),
    route("/office/messages/{reference}", answer, Action.ANSWER_MESSAGE, methods=["POST"]),
]
