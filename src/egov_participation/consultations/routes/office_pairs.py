"""Pages of the office: the languages of a version side by side, and which provision says the same as which."""

from __future__ import annotations

from typing import Final

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from egov_participation.actions import Action
from egov_participation.consultations import office_wording as words
from egov_participation.consultations.models import Provision, Version
from egov_participation.consultations.office_forms import PairForm
from egov_participation.consultations.routes import office_common as common
from egov_participation.consultations.service import lookup, pairing
from egov_participation.errors import DomainError
from egov_participation.i18n import translate
from egov_participation.web.addresses import address
from egov_participation.web.context import lang, services, session
from egov_participation.web.forms import Form, parse
from egov_participation.web.routing import route
from egov_participation.web.templating import render

_PAGE: Final = 100
"""Pairs on a page."""


def pairs(request: Request) -> Response:
    """Two languages side by side; what has no pair first of all."""
    with services(request).database.read() as db:
        row, version = common.version_of(request, db)
        langs = _languages(request, db, version)
        one, other = (_provisions(db, version, code) for code in langs)
        found = pairing.side_by_side(one, other)
        asked = request.query_params.get("page", "1")
        pages = (len(found) - 1) // _PAGE + 1
        page = min(max(int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 6 else 1, 1), max(pages, 1))
        names = dict(common.in_languages(request))
        return render(
            request,
            "consultations/office_pairs.html",
            row=row,
            version=version,
            langs=langs,
            names=[names[code] for code in langs],
            alone=[pair for pair in found if pair.one is None or pair.other is None],
            pairs=found[(page - 1) * _PAGE : page * _PAGE],
            page=page,
            pages=pages,
            kinds=words.KIND_NAMES,
            editable=version.published_at is None,
        )


def pair(request: Request) -> Response:
    """Which provision of the other language says the same as this one."""
    return _page(request, Form(), 200)


def pair_save(request: Request) -> Response:
    """Write it down."""
    form, here = parse(request, PairForm), services(request)
    language, id_ = common.language(request), common.whole(request.path_params["id"])
    with here.database.read() as db:
        _, version = common.version_of(request, db)
        langs = _languages(request, db, version)
    other = langs[1] if language == langs[0] else langs[0]
    chosen = form.data.other if form.data is not None else ""
    try:
        with here.database.uow() as tx:
            key, number = request.path_params["key"], common.number(request)
            partner = common.whole(chosen) if chosen else None
            pairing.pair(here, tx, session(request), key, number, (language, other), (id_, partner))
            tx.commit()
    except DomainError as refusal:
        form.errors["other"] = common.sentence(request, refusal)
        return _page(request, form, int(refusal.status))
    return RedirectResponse(f"{address(request, 'consultations.pairs', key=key, number=number)}#alone", 303)


def _languages(request: Request, db: Session, version: Version) -> tuple[str, str]:
    """The two languages that are compared: Kazakh and Russian, or one of them and the one asked for."""
    there = list(lookup.expressions(db, version.id or 0))
    asked = request.query_params.get("with", "")
    if len(there) < 2:
        raise lookup.no_consultation()
    other = asked if asked in there[1:] else there[1]
    return there[0], other


def _provisions(db: Session, version: Version, language: str) -> list[Provision]:
    return lookup.provisions(db, lookup.expressions(db, version.id or 0)[language].id or 0)


def _page(request: Request, form: Form[PairForm], status: int) -> Response:
    language, id_ = common.language(request), common.whole(request.path_params["id"])
    with services(request).database.read() as db:
        row, version = common.version_of(request, db)
        langs = _languages(request, db, version)
        if language not in langs or version.published_at is not None:
            raise lookup.no_consultation()
        other = langs[1] if language == langs[0] else langs[0]
        mine, theirs = _provisions(db, version, language), _provisions(db, version, other)
        one = next((each for each in mine if each.id == id_), None)
        if one is None:
            raise lookup.no_consultation()
        partner = next((each for each in theirs if each.lineage == one.lineage), None)
        taken = {each.lineage for each in mine}
        near = partner.place if partner is not None else one.place
        # What is free first, then what stands near and is another one's: choosing that frees the other.
        free = [each for each in theirs if each.lineage not in taken]
        close = [each for each in theirs if each.lineage in taken and abs(each.place - near) <= _NEAR]
        kinds = words.KIND_NAMES
        return render(
            request,
            "consultations/office_pair.html",
            status=status,
            row=row,
            version=version,
            language=language,
            other=other,
            name=dict(common.in_languages(request))[other],
            one=one,
            partner=partner,
            form=form,
            kinds=kinds,
            choices=[
                (str(each.id), _named(translate(lang(request), kinds[each.kind]), each)) for each in [*free, *close]
            ],
        )


_NEAR: Final = 15
"""Places before and behind in which another one's partner is offered too."""


def _named(kind: str, row: Provision) -> str:
    said = " ".join(part for part in (row.label, row.heading or row.text) if part)
    return f"{kind}: {said[:90]}"


_MAY = Action.PUBLISH_DRAFT

routes = [
    route(f"{common.VERSION}/pairs", pairs, _MAY),
    route(f"{common.TEXT}/pairs/{{id}}", pair, _MAY),
    route(f"{common.TEXT}/pairs/{{id}}", pair_save, _MAY, methods=["POST"]),
]
