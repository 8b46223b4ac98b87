"""Pages: which mails one gets, and the way out that each optional mail offers without signing in."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from egov_participation.actions import Action
from egov_participation.errors import DomainError
from egov_participation.i18n import N_
from egov_participation.notices import service
from egov_participation.notices.forms import PreferencesForm
from egov_participation.notices.kinds import NoticeKind
from egov_participation.web.context import lang, services, session
from egov_participation.web.forms import parse
from egov_participation.web.routing import route
from egov_participation.web.templating import render


def mails(request: Request) -> Response:
    """Which mails one gets, where they go, and whether they arrive."""
    here = services(request)
    person_id = session(request).person_id
    with here.database.read() as db:
        to = service.recipient(here, db, person_id)
        standing = service.standing(here, db, person_id)
        choices = service.choices(db, person_id, official=here.is_entrusted(here, person_id))
    return render(
        request,
        "notices/mails.html",
        recipient=to,
        standing=standing,
        choices=choices,
        always=service.always(),
        saved="saved" in request.query_params,
    )


def save_mails(request: Request) -> Response:
    """Switch kinds of notices on and off."""
    form = parse(request, PreferencesForm)
    wanted = set(form.data.wanted) if form.data else set()
    person_id = session(request).person_id
    here = services(request)
    official = here.is_entrusted(here, person_id)
    with here.database.uow() as tx:
        for choice in service.choices(tx.session, person_id, official=official):
            service.choose(tx, person_id, choice.kind, wanted=choice.kind.name in wanted)
        tx.commit()
    return RedirectResponse(f"/{lang(request)}/me/mails?saved", 303)


def try_again(request: Request) -> Response:
    """The address works again."""
    with services(request).database.uow() as tx:
        service.try_again(tx, session(request).person_id)
        tx.commit()
    return RedirectResponse(f"/{lang(request)}/me/mails?saved", 303)


def stop(request: Request) -> Response:
    """Ask whether to switch a kind of mail off. Only asking: programs that look at links ahead must switch nothing."""
    _person_id, kind = _of_token(request)
    return render(request, "notices/stop.html", kind=kind, token=request.path_params["token"])


def stop_now(request: Request) -> Response:
    """Switch it off, from the page."""
    _switch_off(request)
    return RedirectResponse(f"/{lang(request)}/mails/stopped", 303)


def stop_by_program(request: Request) -> Response:
    """Switch it off with one click in a mail program, whose provider posts ``List-Unsubscribe=One-Click`` (RFC 8058).

    Raises:
        DomainError: 400 ``mails.one_click`` for anything else; 404 ``mails.token``.
    """
    if request.state.form.get("List-Unsubscribe") != "One-Click":
        raise DomainError(400, N_("This is not a request to stop mails."), code="mails.one_click")
    _switch_off(request)
    return PlainTextResponse("unsubscribed")


def stopped(request: Request) -> Response:
    """It is done."""
    return render(request, "notices/stopped.html")


def _switch_off(request: Request) -> None:
    person_id, kind = _of_token(request)
    with services(request).database.uow() as tx:
        service.choose(tx, person_id, kind, wanted=False)
        tx.commit()


def _of_token(request: Request) -> tuple[str, NoticeKind]:
    found = service.opened(services(request).settings.keys_dir, request.path_params["token"])
    if found is None:
        raise DomainError(
            404,
            N_("This link is not complete or not ours. Sign in and choose your mails on your page."),
            code="mails.token",
        )
    return found


routes = [
    route("/me/mails", mails, Action.MANAGE_ACCOUNT),
    route("/me/mails", save_mails, Action.MANAGE_ACCOUNT, methods=("POST",)),
    route("/me/mails/try-again", try_again, Action.MANAGE_ACCOUNT, methods=("POST",)),
    route("/mails/stop/{token}", stop, Action.VISIT),
    route("/mails/stop/{token}", stop_now, Action.VISIT, methods=("POST",)),
    route("/mails/stop/{token}", stop_by_program, Action.VISIT, methods=("POST",), localized=False, from_program=True),
    route("/mails/stopped", stopped, Action.READ),
]
