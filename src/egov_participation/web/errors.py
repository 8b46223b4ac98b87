"""Whatever goes wrong is said as a page in the visitor's language, or to a program as ``application/problem+json``."""

from __future__ import annotations

import re
from http import HTTPStatus

import structlog
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from egov_participation.actions import Capacity
from egov_participation.errors import DomainError
from egov_participation.i18n import N_, translate
from egov_participation.logs import describe
from egov_participation.outage import as_refusal
from egov_participation.services import Site
from egov_participation.web.context import lang, services, site
from egov_participation.web.language import of_path
from egov_participation.web.security import is_for_machines
from egov_participation.web.sessions import OFFICE_PATH, is_in_office
from egov_participation.web.templating import render

log = structlog.get_logger()

_TITLES = {
    400: N_("This request cannot be understood"),
    401: N_("Please sign in"),
    403: N_("This is not allowed"),
    404: N_("This page does not exist"),
    405: N_("This cannot be done here"),
    409: N_("This does not fit with what happened before"),
    410: N_("This is over"),
    413: N_("This is too large"),
    422: N_("Something needs to be corrected"),
    429: N_("Too many attempts"),
    500: N_("Something went wrong on our side"),
    503: N_("This service is not available right now"),
}
_GONE = N_("This link no longer works")
_TITLES_BY_CODE = {
    "address.link": _GONE,
    "mails.token": _GONE,
    "trustee.unknown": _GONE,
    "trustee.session": N_("Open the link of your invitation"),
}
"""Where the status alone would say something else."""
_ADDRESS = (N_("Change your mail address"), "/me/data/address")
_MAILS = (N_("Your mails"), "/me/mails")
_DESK = (N_("Begin again with the IIN"), "/office/desk")
_WAYS_BY_CODE = {
    "address.link": (_ADDRESS, _MAILS),
    "mails.token": (_MAILS,),
    "enrolment.state": (_DESK,),
    "enrolment.unknown": (_DESK,),
}
"""Where to go on from there: words and a path of the main site, without the language."""
_PASSKEY = (N_("Sign in with a passkey"), "/sign-in?fresh=1")
_HELP = (N_("Write to us"), "/help/contact")
_OFFICE = (N_("What awaits you"), OFFICE_PATH)
_OWN_CODE = (N_("Code from a service centre"), "/me/security/desk")
_LISTS = {
    "petitions": (N_("See all petitions"), "/petitions"),
    "consultations": (N_("All consultations"), "/consultations"),
    "votes": (N_("See all votes"), "/votes"),
}
_BACK = {
    "petitions": N_("Back to the petition"),
    "consultations": N_("Back to the consultation"),
    "votes": N_("Back to the vote's page"),
}
_THING = re.compile(r"/[a-z]{2}(/(petitions|consultations|votes)(?:/(?:[PC]-\d{4}-\d+|[0-9A-Za-z]{14})(?=/))?)")
"""Where somebody was, and whether it was a page below that of one thing, to which they can go back."""
_MESSAGES = {
    400: N_("What your browser sent was damaged or incomplete. Nothing was changed. Go back and try again."),
    404: N_("Check the address, or start again from the front page."),
    405: N_("This address cannot be used in this way. Start again from the front page."),
    413: N_("What you sent is larger than the %(limit)s we accept. Nothing was changed."),
    500: N_("It is not your fault. Please try again in a few minutes."),
}
_LIMIT = N_("%(size)s MB")
LIMITED_CODES = "sign_in.too_many"
"""The code of refusals to somebody who asked for, or entered, too many codes."""
_VOTE = re.compile(r"/[a-z]{2}/votes/([0-9A-Za-z]+)(/ballot-file)?")


def error_response(
    request: Request, status: int, message: str | None = None, *, code: str | None = None, size: str = "1"
) -> Response:
    """An error in the form that the one who asked can read.

    Args:
        message: a sentence already in the request's language; by default the status's own.
        code: for programs, stable; by default ``http.<status>``.
        size: megabytes that are taken, where it was too much.
    """
    # Of what is our fault the log has more, under the number of the request: shown so that it can be quoted.
    reference = request.state.request_number if status >= 500 else None
    generic = status if status in _TITLES else (500 if status >= 500 else 400)
    title = translate(lang(request), _TITLES_BY_CODE.get(code or "", _TITLES[generic]))
    if message is None:
        limit = translate(lang(request), _LIMIT, size=size)
        message = translate(lang(request), _MESSAGES.get(generic, _MESSAGES[400]), limit=limit)
    if wants_problem(request):
        problem = {"type": "about:blank", "title": title, "status": status, "detail": message}
        problem["code"] = code or f"http.{status}"
        if reference:
            problem["reference"] = reference
        return JSONResponse(problem, status, media_type="application/problem+json")
    return render(
        request,
        "error.html",
        status=status,
        error_status=status,
        title=title,
        message=message,
        reference=reference,
        limited=code == LIMITED_CODES,
        ways=[(translate(lang(request), words), path) for words, path in _ways(request, status, code)],
        whole_list=_whole_list(request),
        **_ways_on(request, status, code),
    )


def _ways(request: Request, status: int, code: str | None) -> tuple[tuple[str, str], ...]:
    if code == "enrolment.unknown" and "/me/" in request.url.path:
        return (_OWN_CODE,)
    found = _WAYS_BY_CODE.get(code or "", ())
    if status == 429 and not (code or "").startswith("contact."):
        found = (_PASSKEY, _HELP) if code == LIMITED_CODES else (_HELP,)
    acting = getattr(request.state, "session", None)
    if acting is not None and acting.capacity is Capacity.OFFICIAL and is_in_office(request):
        found = (*(way for way in found if way is not _HELP), _OFFICE)
    where = (
        _THING.match(request.url.path) if site(request) is Site.MAIN and 400 < status < 500 and status != 404 else None
    )
    if where is not None and where[1] != f"/{where[2]}":
        found = ((_BACK[where[2]], where[1]), *found)
    return found


def _whole_list(request: Request) -> tuple[str, str]:
    """The list in which somebody may find what they looked for."""
    where = _THING.match(request.url.path)
    words, path = _LISTS[where[2] if where else "votes"]
    return translate(lang(request), words), path


def _ways_on(request: Request, status: int, code: str | None) -> dict[str, str]:
    """On the booth: `enter_url`, where one enters it for the vote in the address; `form_url`, where a refused file was
    chosen. On the main site: `office_url`, for a citizen who asked for an official's page; `sign_out_to`, for an
    official in a citizen's place, the page to come back to as a citizen. Each is empty where it would not help."""
    at_booth = site(request) is Site.BOOTH
    vote = _VOTE.match(request.url.path) if at_booth else None
    page = f"/{lang(request)}/votes/{vote[1]}" if vote else ""
    outside = status == 401 or code == "session.other_vote"
    acting = getattr(request.state, "session", None)
    citizen = code == "role.missing" and acting is not None and acting.capacity is Capacity.CITIZEN
    citizens = f"/{lang(request)}" if request.method != "GET" else request.url.path
    return {
        "sign_out_to": citizens if code == "role.official" else "",
        "office_url": f"/{lang(request)}/office/enter" if citizen else "",
        "enter_url": f"{services(request).settings.base_url}{page}/enter" if vote and outside else "",
        "form_url": f"{page}/ballot-file" if vote and vote[2] and not outside and status != 404 else "",
    }


def wants_problem(request: Request) -> bool:
    """Whether a program asks: by the address, by what it sends, or by what it accepts."""
    if is_for_machines(request.url.path) or request.headers.get("content-type", "").startswith("application/json"):
        return True
    return of_path(request.url.path) is None and "text/html" not in request.headers.get("accept", "")


async def http_error(request: Request, error: Exception) -> Response:
    """Starlette's own errors: no such page, method not allowed, body too large …"""
    assert isinstance(error, HTTPException)
    if error.status_code in (204, 304):
        return Response(status_code=error.status_code, headers=error.headers)
    size = error.detail if error.status_code == 413 else "1"
    response = error_response(request, error.status_code, size=size)
    response.headers.update(error.headers or {})
    return response


def domain_error(request: Request, error: Exception) -> Response:
    """A room's refusal."""
    assert isinstance(error, DomainError)
    response = error_response(
        request, error.status, translate(lang(request), error.message, **error.params), code=error.code
    )
    response.headers["Cache-Control"] = "no-store"
    if error.retry_after is not None:
        response.headers["Retry-After"] = str(error.retry_after)
    return response


class UnexpectedErrorMiddleware:
    """Answers what nobody foresaw with 500 and the number of the request, under which the log says where it happened;
    and what comes of an outage, such as a database that is restarted, with 503.

    It stands inside the security headers, which Starlette's own would stand outside of. With `debug`, as in tests, the
    error is raised again after the answer.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = False

        async def watched(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, watched)
        except Exception as error:
            outage = as_refusal(error)
            log.error("request.failed" if outage is None else "request.outage", **describe(error))
            if not started:
                response = _unexpected(Request(scope), outage)
                await response(scope, receive, send)
            if started or (scope["app"].debug and outage is None):
                raise


def _unexpected(request: Request, outage: DomainError | None) -> Response:
    return (
        error_response(request, HTTPStatus.INTERNAL_SERVER_ERROR) if outage is None else domain_error(request, outage)
    )
