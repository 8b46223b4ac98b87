"""What anybody sees of petitions. Nothing here depends on who asks."""

from __future__ import annotations

from datetime import date
from http import HTTPStatus
from typing import Any, Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from egov_participation import source
from egov_participation.actions import Action
from egov_participation.errors import DomainError
from egov_participation.petitions import figures, sharing, wording
from egov_participation.petitions.rules.states import COUNTED, SIGNABLE
from egov_participation.petitions.service import reading
from egov_participation.petitions.telling import written_in
from egov_participation.petitions.views import PetitionView
from egov_participation.web.context import lang, services
from egov_participation.web.open_data import OPEN_TO_ALL, file_answer
from egov_participation.web.qr import qr_code
from egov_participation.web.reading import page, read
from egov_participation.web.routing import route
from egov_participation.web.templating import render

_FRAMED: Final = {
    **OPEN_TO_ALL,
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none';"
    " frame-ancestors *",
}
"""What stands in other people's pages: it has no script, no form and no cookie."""


async def petition(request: Request) -> Response:
    """A petition: where it stands, what is asked, the one thing to do, how far it is, what happened.

    Raises:
        DomainError: 404 ``petition.unknown``.
    """
    here, language = services(request), lang(request)
    try:
        found = await read(request, reading.public, request.path_params["reference"])
    except DomainError as refusal:
        if refusal.code != reading.HIDDEN:
            raise
        return await run_in_threadpool(_hidden, request)
    now, timezone = here.clock(), here.settings.timezone
    charts = figures.kept(here.database, found, language, now)
    if charts is None:
        charts = await run_in_threadpool(figures.draw, here.database, found, language, now, timezone)
    return page(
        request, (found, tuple(charts)), lambda: page_of(request, "petition", found, block="numbers", figures=charts)
    )


def _hidden(request: Request) -> Response:
    """What is left in public of one that is hidden: that it was there, why it is not any more, its count."""
    found = reading.whatever_its_state(services(request), request.path_params["reference"])
    response = page_of(request, "hidden", found, was_open=found.opened_at is not None)
    response.status_code = HTTPStatus.GONE
    return response


async def verify(request: Request) -> Response:
    """How anybody recounts the signatures.

    Raises:
        DomainError: 404 ``petition.unknown``; 410 ``petition.hidden``.
    """
    here = services(request)
    found = await read(request, reading.public, request.path_params["reference"])
    return page(
        request,
        (found,),
        lambda: page_of(
            request,
            "verify",
            found,
            source=source.offer(here.settings),
            registrar_inside=here.registrar.inside,
        ),
    )


def signers(request: Request) -> Response:
    """The names of those who signed on one day and let them be shown.

    Raises:
        DomainError: 404 ``petition.unknown``; 410 ``petition.hidden``.
    """
    here = services(request)
    found = reading.public(here, request.path_params["reference"])
    today, given = here.day(here.clock()), request.query_params
    names = reading.signers(here, found, today, _day(given.get("day", "")), given.get("after", "")[:1000])
    response = page_of(request, "signers", found, names=names)
    response.headers["X-Robots-Tag"] = "noindex, noarchive"
    return response


async def counter(request: Request) -> Response:
    """A small page to be shown within others: how many signed, and the way to the petition.

    Raises:
        DomainError: 404 ``petition.unknown``; 410 ``petition.hidden``.
    """
    found = await read(request, reading.public, request.path_params["reference"])

    def make() -> Response:
        response = page_of(request, "counter", found)
        response.headers.update(_FRAMED)
        return response

    return page(request, (found,), make)


def badge(request: Request) -> Response:
    """The number of signatures as a picture, to be shown elsewhere.

    Raises:
        DomainError: 404 ``petition.unknown``; 410 ``petition.hidden``.
    """
    found = reading.public(services(request), request.path_params["reference"])
    raw = sharing.badge(found, lang(request))
    return file_answer(request, raw, "image/svg+xml", cache="public, max-age=60, stale-while-revalidate=600")


def page_of(request: Request, name: str, found: PetitionView, **context: Any) -> Response:
    """One of the pages of a petition, with what all of them say."""
    here, language = services(request), lang(request)
    now, timezone = here.clock(), here.settings.timezone
    today = here.day(now)
    text = found.text(language)
    address = f"{here.settings.base_url}/{language}/petitions/{found.reference}"
    return render(
        request,
        f"petitions/{name}.html",
        petition=found,
        text=text,
        standing=wording.standing(found, language, timezone, now, today),
        timeline=wording.timeline(found, language, timezone, today),
        address=address,
        share=sharing.links(address, text.title, language),
        qr=qr_code(address),
        signable=found.state in SIGNABLE and (found.closes_at is None or now < found.closes_at),
        counted=found.state in COUNTED and found.opened_at is not None,
        today=today,
        awaited=wording.is_awaited(found),
        written_in=written_in,
        outcome_title=lambda to: wording.outcome_title(to, language),
        **context,
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None


routes = [
    route("/petitions/{reference}/verify", verify, Action.READ),
    route("/petitions/{reference}/signers", signers, Action.READ),
    route("/petitions/{reference}/counter", counter, Action.READ),
    route("/petitions/{reference}/badge.svg", badge, Action.READ),
    route("/petitions/{reference}", petition, Action.READ),
]
