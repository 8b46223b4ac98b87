"""Pages of the office: the drafts of one's agency, what each is, and what is still to be done."""

from __future__ import annotations

from typing import Final

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from egov_participation import approvals
from egov_participation.actions import Action
from egov_participation.approvals import Proposal
from egov_participation.consultations.models import Consultation, State, Version
from egov_participation.consultations.office_forms import DetailsForm, typed
from egov_participation.consultations.routes import office_common as common
from egov_participation.consultations.rules.states import STATE_NAMES, VERSIONABLE
from egov_participation.consultations.service import (
    changes,
    correcting,
    drafting,
    importing,
    lookup,
    pairing,
    placing,
    preparing,
    publishing,
    ruling,
    running,
)
from egov_participation.errors import DomainError
from egov_participation.i18n import N_, translate
from egov_participation.jurisdiction.territories import TERRITORIES
from egov_participation.roles.service import agency_name
from egov_participation.web import days
from egov_participation.web.addresses import to
from egov_participation.web.context import lang, services, session
from egov_participation.web.forms import Form, kept_by_the_browser, parse
from egov_participation.web.routing import route
from egov_participation.web.templating import render


def drafts(request: Request) -> Response:
    """The consultations of one's agency, and what waits for a second official."""
    here = services(request)
    with here.database.read() as db:
        rows = drafting.of_agencies(db, session(request).agencies)
        shown = [(row, title_of(request, db, row)) for row in rows]
        waiting = pending(request, db)
    return render(
        request,
        "consultations/office_drafts.html",
        prepared=[one for one in shown if one[0].state == State.DRAFT.value],
        published=[one for one in shown if one[0].state != State.DRAFT.value],
        states=STATE_NAMES,
        waiting=waiting,
    )


def pending(request: Request, db: Session) -> list[tuple[Proposal, str]]:
    """Proposals about drafts that this official's agencies wait for, each with what it is called."""
    found = approvals.pending(db, session(request), services(request).clock())
    return [(one, translate(lang(request), one.kind.title)) for one in found if one.kind in running.KINDS]


def title_of(request: Request, db: Session, row: Consultation) -> str:
    """What it is called, in the language of the page or in the first that there is."""
    texts = lookup.texts(db, row.id or 0)
    wanted = [texts[lang(request)]] if lang(request) in texts else []
    titles = [text.title for text in [*wanted, *texts.values()] if text.title]
    return titles[0] if titles else translate(lang(request), N_("Without a title yet"))


def draft_new(request: Request) -> Response:
    """Begin one."""
    values = {"agency": next(iter(sorted(session(request).agencies)), "")}
    return _details_page(request, Form(values), None)


def draft_create(request: Request) -> Response:
    """Write it down."""
    form, here = parse(request, DetailsForm), services(request)
    if form.data is None:
        return _details_page(request, form, None)
    try:
        with here.database.uow() as tx:
            row = drafting.create(here, tx, session(request), form.data.agency, form.data.details())
            tx.commit()
            key = row.key
    except DomainError as refusal:
        return _details_page(request, _refused(request, form, refusal), None)
    return to(request, "consultations.draft", key=key)


def draft(request: Request) -> Response:
    """One consultation: its state, its versions, what is to be done next."""
    here = services(request)
    with here.database.read() as db:
        row = common.draft(request, db)
        versions = lookup.versions(db, row.id or 0, published=False)
        last = versions[-1]
        prepared = last if last.published_at is None and State(row.state) in VERSIONABLE else None
        about = approvals.pending_about(db, drafting.object_of(row), here.clock())
        kind = ruling.act(here, row)
        return render(
            request,
            "consultations/office_draft.html",
            row=row,
            title=title_of(request, db, row),
            state=STATE_NAMES[State(row.state)],
            kind=kind.name.get(lang(request)) if kind else "",
            closes_on=ruling.last_day(here, row.closes_at) if row.closes_at else None,
            agency=agency_name(here, row.agency, lang(request)),
            versions=versions,
            placed={one.number: placing.progress(db, one) for one in versions[1:] if one.published_at},
            prepared=prepared,
            tasks=None if prepared is None else _tasks(request, db, prepared),
            missing=[] if prepared is None else _missing(request, db, row, prepared),
            may_extend=running.may_extend(row),
            may_withdraw=running.may_withdraw(row),
            may_begin=prepared is None and State(row.state) in VERSIONABLE,
            pending=[(one, translate(lang(request), one.kind.title)) for one in about],
        )


def _missing(request: Request, db: Session, row: Consultation, version: Version) -> list[str]:
    language, names = lang(request), dict(common.in_languages(request))
    found = publishing.missing(services(request), db, row, version)
    said = [(translate(language, words), names.get(of, "")) for words, of in found]
    return [f"{name}: {words}" if name else words for words, name in said]


def _tasks(request: Request, db: Session, version: Version) -> list[dict[str, object]]:
    """Each text of a version with how it stands."""
    texts = lookup.expressions(db, version.id or 0)
    waits = importing.waiting(db, version.id or 0)
    found: list[dict[str, object]] = []
    for code, name in common.in_languages(request):
        doubts = correcting.doubtful(db, texts[code]) if code in texts else 0
        found.append(
            {
                "code": code,
                "name": name,
                "there": code in texts,
                "reading": code in waits and not waits[code].refused,
                "refused": code in waits and bool(waits[code].refused),
                "doubts": doubts,
                "changes": len(changes.doubts(db, texts[code])) if code in texts and version.number > 1 else 0,
                "optional": code not in publishing.LANGUAGES,
            }
        )
    found.append({"code": "", "unpaired": pairing.unpaired(db, version), "there": len(texts) > 1})
    return found


def draft_details(request: Request) -> Response:
    """What it is, as it stands."""
    here = services(request)
    with here.database.read() as db:
        row = common.draft(request, db)
        values = typed(drafting.details_of(here, db, row), row.agency, drafting.fingerprint(db, row))
    return _details_page(request, Form(dict(values)), row)


def draft_save(request: Request) -> Response:
    """Write it down."""
    form, here = parse(request, DetailsForm), services(request)
    key = request.path_params["key"]
    with here.database.read() as db:
        row = common.draft(request, db)
    if form.data is None:
        return _details_page(request, form, row)
    try:
        with here.database.uow() as tx:
            drafting.save(here, tx, session(request), key, form.data.seen, form.data.details())
            tx.commit()
    except DomainError as refusal:
        form = _refused(request, form, refusal)
        with here.database.read() as db:
            form.values["seen"] = drafting.fingerprint(db, row)
        return _details_page(request, form, row)
    return to(request, "consultations.draft", key=key)


def draft_discard(request: Request) -> Response:
    """Ask before it is thrown away."""
    with services(request).database.read() as db:
        row = common.draft(request, db)
        title = title_of(request, db, row)
    return render(request, "consultations/office_discard.html", row=row, title=title)


def draft_discarded(request: Request) -> Response:
    """Throw it away."""
    here = services(request)
    with here.database.uow() as tx:
        drafting.discard(here, tx, session(request), request.path_params["key"])
        tx.commit()
    return to(request, "consultations.drafts")


def version_begin(request: Request) -> Response:
    """Begin the next version."""
    here = services(request)
    with here.database.uow() as tx:
        preparing.begin(here, tx, session(request), request.path_params["key"])
        tx.commit()
    return to(request, "consultations.draft", key=request.path_params["key"])


def version_discard(request: Request) -> Response:
    """Throw the version away that is prepared."""
    here = services(request)
    with here.database.uow() as tx:
        preparing.discard(here, tx, session(request), request.path_params["key"], common.number(request))
        tx.commit()
    return to(request, "consultations.draft", key=request.path_params["key"])


_FIELDS: Final = {
    "consultation.day": "closes_on",
    "consultation.kind": "act_kind",
    "consultation.stage": "stage",
}


def _refused(request: Request, form: Form[DetailsForm], refusal: DomainError) -> Form[DetailsForm]:
    form.errors[_FIELDS.get(refusal.code, "")] = common.sentence(request, refusal)
    return form


def _details_page(request: Request, form: Form[DetailsForm], row: Consultation | None) -> Response:
    here, language = services(request), lang(request)
    rules = ruling.current(here)
    today = services(request).day(here.clock())
    kinds = [
        (kind.code, f"{kind.name.get(language)} ({_at_least(request, kind.open.n, kind.open.unit.value)})")
        for kind in rules.acts
    ]
    places = sorted(
        ((code, f"{TERRITORIES[one.parent].name(language)}: {one.name(language)}" if one.parent else one.name(language))
         for code, one in TERRITORIES.items()),
        key=lambda place: place[1],
    )  # fmt: skip
    chosen = next((kind for kind in rules.acts if kind.code == form.values.get("act_kind")), None)
    return kept_by_the_browser(
        render(
            request,
            "consultations/office_details.html",
            status=422 if form.errors else 200,
            row=row,
            form=form,
            day=days.typed(form.values, "closes_on"),
            kinds=kinds,
            stages=[(stage.code, stage.name.get(language)) for stage in rules.stages],
            territories=places,
            earliest=ruling.earliest(rules, chosen, today) if chosen else None,
            agencies=[
                (code, agency_name(services(request), code, language)) for code in sorted(session(request).agencies)
            ],
            in_languages=common.in_languages(request),
        )
    )


def _at_least(request: Request, count: int, unit: str) -> str:
    words = {
        "calendar-days": N_("open for %(count)s calendar days at least"),
        "working-days": N_("open for %(count)s working days at least"),
        "months": N_("open for %(count)s months at least"),
        "years": N_("open for %(count)s years at least"),
    }
    return translate(lang(request), words[unit], count=count)


_MAY = Action.PUBLISH_DRAFT

routes = [
    route("/office/drafts", drafts, _MAY, menu=N_("Draft regulations")),
    route("/office/drafts/new", draft_new, _MAY),
    route("/office/drafts/new", draft_create, _MAY, methods=["POST"]),
    route(common.DRAFT, draft, _MAY),
    route(f"{common.DRAFT}/details", draft_details, _MAY),
    route(f"{common.DRAFT}/details", draft_save, _MAY, methods=["POST"]),
    route(f"{common.DRAFT}/discard", draft_discard, _MAY),
    route(f"{common.DRAFT}/discard", draft_discarded, _MAY, methods=["POST"]),
    route(f"{common.DRAFT}/versions", version_begin, _MAY, methods=["POST"]),
    route(f"{common.VERSION}/discard", version_discard, _MAY, methods=["POST"]),
]
