"""Reading a draft: its page, its text provision by provision, two versions beside each other, both languages."""

from __future__ import annotations

from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from egov_participation import source
from egov_participation.actions import Action
from egov_participation.consultations import wording
from egov_participation.consultations.draft_views import ConsultationView, ProvisionView, TextView
from egov_participation.consultations.routes.comments import spoken
from egov_participation.consultations.rules.states import COMMENTABLE
from egov_participation.consultations.service import comment_lists, differences, reading
from egov_participation.consultations.service.comment_lists import Asked, Sort
from egov_participation.consultations.telling import CHANGES
from egov_participation.errors import DomainError
from egov_participation.i18n import LANGUAGES, N_, translate
from egov_participation.services import Services
from egov_participation.web.context import lang, services
from egov_participation.web.qr import qr_code
from egov_participation.web.reading import page, read
from egov_participation.web.routing import route
from egov_participation.web.templating import render

PAPERS: Final = {
    "note": N_("Explanatory note"),
    "assessment": N_("Assessment of the impact"),
    "comparison": N_("Comparison of old and new wording"),
    "other": N_("Other document"),
}
_IN_PANEL: Final = 10
"""Comments on a provision's page; all of them stand in the list."""


async def consultation(request: Request) -> Response:
    """A consultation: where it stands, what changes for whom, the one thing to do, what happened.

    Raises:
        DomainError: 404 ``consultation.unknown``.
    """
    found = await _consultation(request)
    today = services(request).day(services(request).clock())
    return page(
        request, (found, today), lambda: page_of(request, "consultation", found, qr=qr_code(_address(request, found)))
    )


async def verify(request: Request) -> Response:
    """How anybody checks a consultation against the log.

    Raises:
        DomainError: 404 ``consultation.unknown``.
    """
    found = await _consultation(request)
    offer = source.offer(services(request).settings)
    return page(request, (found,), lambda: page_of(request, "verify", found, source=offer))


async def version(request: Request) -> Response:
    """A version's text, each provision with its comments.

    Raises:
        DomainError: 404 ``consultation.unknown``, ``version.unknown``.
    """
    found, text = await _text(request)
    shown = _part(request, text)
    return page(request, (found, text, shown), lambda: _reading_page(request, found, text, shown))


async def provision(request: Request) -> Response:
    """One provision: its words, what was said to it, how to say something. The side panel of the text's page.

    Raises:
        DomainError: 404 ``consultation.unknown``, ``version.unknown``, ``provision.unknown``.
    """
    found, text = await _text(request)
    one = _provision(text, request.path_params["eid"])
    said = await read(request, _said, found.reference, text.version, one.lineage)
    return page(
        request,
        (found, text, said),
        lambda: page_of(
            request,
            "provision",
            found,
            block="panel",
            text=text,
            one=one,
            said=said,
            **spoken(lang(request)),
        ),
    )


async def compare(request: Request) -> Response:
    """Two versions word by word: in one text, or side by side.

    Raises:
        DomainError: 404 ``consultation.unknown``, ``version.unknown``.
    """
    found = await _consultation(request)
    old, new = sorted((request.path_params["old"], request.path_params["number"]))
    beside, whole = request.query_params.get("view") == "beside", request.query_params.get("all") == "1"
    # In a thread: words of long provisions take a while to compare.
    compared, parts = await read(
        request, differences.in_words, found.reference, old, new, _wanted(request), beside, whole
    )
    return page(
        request,
        (found, compared, beside, whole),
        lambda: page_of(
            request,
            "compare",
            found,
            compared=compared,
            shown_parts=parts,
            beside=beside,
            whole=whole,
            text_lang=compared.new.expression.lang,
            changes={change: translate(lang(request), name) for change, name in CHANGES.items()},
        ),
    )


async def parallel(request: Request) -> Response:
    """A version in two languages, provision beside provision.

    Raises:
        DomainError: 404 ``consultation.unknown``; 404 ``version.unknown``: it is in one language only.
    """
    found = await _consultation(request)
    number = request.path_params["number"]
    langs = [text.lang for text in reading.version_of(found, number).texts]
    if len(langs) < 2:
        raise reading.no_version()
    left = await read(request, reading.text, found.reference, number, langs[0])
    right = await read(request, reading.text, found.reference, number, langs[1])
    return page(
        request,
        (found, left, right),
        lambda: page_of(request, "parallel", found, left=left, right=right, rows=_paired(left, right)),
    )


def page_of(request: Request, name: str, found: ConsultationView, **context: Any) -> Response:
    """One of the pages of a consultation, with what all of them say."""
    here, language = services(request), lang(request)
    now, timezone = here.clock(), here.settings.timezone
    today = here.day(now)
    return render(
        request,
        f"consultations/{name}.html",
        consultation=found,
        title=found.title(language),
        standing=wording.standing(found, language, timezone, now, today),
        timeline=wording.timeline(found, language, timezone, today),
        address=_address(request, found),
        open=found.state in COMMENTABLE and (found.closes_at is None or now < found.closes_at),
        reported=any(one.kind in ("state.reported", "report.partial") for one in found.timeline),
        papers=PAPERS,
        language_names=LANGUAGES,
        **context,
    )


def _address(request: Request, found: ConsultationView) -> str:
    return f"{services(request).settings.base_url}/{lang(request)}/consultations/{found.reference}"


def _reading_page(request: Request, found: ConsultationView, text: TextView, part: int) -> Response:
    start, end = text.parts[part]
    return page_of(
        request,
        "version",
        found,
        text=text,
        part=part,
        provisions=text.provisions[start:end],
        contents=[(one, text.part_of(one.place)) for one in text.contents],
        version=reading.version_of(found, text.version),
        changes={change: translate(lang(request), name) for change, name in CHANGES.items()},
    )


async def _consultation(request: Request) -> ConsultationView:
    return await read(request, reading.public, request.path_params["reference"])


async def _text(request: Request) -> tuple[ConsultationView, TextView]:
    found = await _consultation(request)
    return found, await read(request, reading.text, found.reference, request.path_params["number"], _wanted(request))


def _wanted(request: Request) -> str:
    """The language of the text that is wanted, which may be another than the page's."""
    given = request.query_params.get("text", "")
    return given if given in LANGUAGES else lang(request)


def _said(here: Services, reference: str, version: int, lineage: str) -> comment_lists.Listed:
    asked = Asked(lineage=lineage, version=version, sort=Sort.SUPPORT)
    return comment_lists.listed(here, reference, asked, _IN_PANEL)


def _provision(text: TextView, eid: str) -> ProvisionView:
    found = text.of(eid)
    if found is None:
        raise DomainError(404, N_("There is no such provision in this version of the draft."), code="provision.unknown")
    return found


def _part(request: Request, text: TextView) -> int:
    """Which part of a long text is wanted: by its number, or by a provision in it."""
    at = text.of(request.query_params.get("at", ""))
    if at is not None:
        return text.part_of(at.place)
    given = request.query_params.get("part", "")
    number = int(given) if given.isascii() and given.isdecimal() and len(given) < 5 else 1
    return max(1, min(number, len(text.parts))) - 1


def _paired(left: TextView, right: TextView) -> list[tuple[ProvisionView | None, ProvisionView | None]]:
    """Provisions of two languages beside each other, in the order of the first; those without a pair stand alone."""
    there = {one.lineage: one for one in right.provisions}
    here = {one.lineage for one in left.provisions}
    alone: dict[str, list[ProvisionView]] = {}
    last = ""
    for one in right.provisions:
        if one.lineage in here:
            last = one.lineage
        else:
            alone.setdefault(last, []).append(one)
    rows: list[tuple[ProvisionView | None, ProvisionView | None]] = [(None, one) for one in alone.get("", [])]
    for own in left.provisions:
        rows.append((own, there.get(own.lineage)))
        rows += [(None, one) for one in alone.get(own.lineage, [])]
    return rows


routes = [
    route("/consultations/{reference}/v{number:int}/compare/{old:int}", compare, Action.READ),
    route("/consultations/{reference}/v{number:int}/parallel", parallel, Action.READ),
    route("/consultations/{reference}/v{number:int}/p/{eid}", provision, Action.READ),
    route("/consultations/{reference}/v{number:int}", version, Action.READ),
    route("/consultations/{reference}/verify", verify, Action.READ),
    route("/consultations/{reference}", consultation, Action.READ),
]
