"""Pages on which moderators look at how signatures came in and decide that some do not count; and the public report."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from babel.dates import format_skeleton
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from egov_participation import approvals
from egov_participation.actions import Action
from egov_participation.approvals import Proposal
from egov_participation.approvals.decision import DecisionForm
from egov_participation.errors import DomainError
from egov_participation.formats import filters
from egov_participation.i18n import LANGUAGES, LOCALES, N_, translate
from egov_participation.jurisdiction.territories import TERRITORIES
from egov_participation.petitions.integrity_forms import FilterForm, ProposeForm, UndoForm
from egov_participation.petitions.models import Petition
from egov_participation.petitions.routes.common import to
from egov_participation.petitions.routes.public import page_of
from egov_participation.petitions.rules import integrity
from egov_participation.petitions.rules.integrity import CODE_NAMES, Code, Filter
from egov_participation.petitions.service import invalidating, lookup, reading, trends
from egov_participation.petitions.service.invalidating import DryRun
from egov_participation.results import figures
from egov_participation.results.figures import Figure
from egov_participation.web.context import lang, services, session
from egov_participation.web.forms import Form, parse, parse_query
from egov_participation.web.routing import route
from egov_participation.web.templating import render


def report(request: Request) -> Response:
    """In public: which signatures are not counted, how many, and why.

    Raises:
        DomainError: 404 ``petition.unknown``; 410 ``petition.hidden``.
    """
    here = services(request)
    found = reading.public(here, request.path_params["reference"])
    with here.database.read() as db:
        decisions = invalidating.of_petition(db, lookup.found(db, found.reference))
    return page_of(request, "integrity", found, decisions=decisions)


# -- the office --------------------------------------------------------------------------------------------------------


def signatures(request: Request) -> Response:
    """How signatures came in, by hour and by network; what was decided; and the form for a dry run."""
    return _signatures_page(request, Form())


def _signatures_page(request: Request, form: Form[FilterForm], status: int = 422) -> Response:
    here, now = services(request), services(request).clock()
    with here.database.read() as db:
        petition = lookup.found(db, request.path_params["reference"])
        hours = trends.by_hour(db, petition, now)
        networks = trends.networks(db, petition, now)
        decisions = invalidating.of_petition(db, petition)
        pending = [
            proposal
            for object_ in (f"petition:{petition.reference}", *(f"invalidation:{one.id}" for one in decisions))
            for proposal in approvals.pending_about(db, object_, now)
            if proposal.kind in invalidating.KINDS
        ]
        regions = invalidating.regions(db, petition)
    return render(
        request,
        "petitions/office_signatures.html",
        status=status if form.errors else 200,
        petition=petition,
        title=_title(request, petition),
        form=form,
        figure=_hours(request, hours),
        networks=networks,
        decisions=decisions,
        pending=[(proposal, translate(lang(request), proposal.kind.title)) for proposal in pending],
        codes=_codes(request),
        regions=[(code, _region(request, code)) for code in regions],
    )


def dry_run(request: Request) -> Response:
    """What would not count any more, before anything is proposed. It changes nothing, so it stands in the address."""
    with services(request).database.read() as db:
        lookup.found(db, request.path_params["reference"])
    form = parse_query(request, FilterForm)
    which = None if form.data is None else _which(request, form, form.data)
    if form.data is None or which is None:
        return _signatures_page(request, form)
    return _dry_run_page(request, Form(form.values), form.data.code, which)


def _dry_run_page(request: Request, form: Form[ProposeForm], code: Code, which: Filter) -> Response:
    here = services(request)
    with here.database.read() as db:
        petition = lookup.found(db, request.path_params["reference"])
        found = invalidating.dry_run(db, petition, code, which)
    return render(
        request,
        "petitions/office_dry_run.html",
        status=422 if form.errors else 200,
        petition=petition,
        title=_title(request, petition),
        form=form,
        found=found,
        facts=_facts(request, code, which),
        examples=_examples(request, found),
    )


def propose(request: Request) -> Response:
    """Propose to another moderator what the dry run showed."""
    here, reference = services(request), request.path_params["reference"]
    with here.database.read() as db:
        lookup.found(db, reference)
    plain = parse(request, FilterForm)
    which = None if plain.data is None else _which(request, plain, plain.data)
    if plain.data is None or which is None:
        return _signatures_page(request, plain)
    form = parse(request, ProposeForm)
    if form.data is None:
        return _dry_run_page(request, form, plain.data.code, which)
    with here.database.uow() as tx:
        proposal = invalidating.propose(
            here,
            tx,
            session(request),
            reference,
            form.data.code,
            which,
            upto=form.data.upto,
            reason=form.data.reason,
            lang=lang(request),
        )
        tx.commit()
    return to(request, "petitions.invalidation", id=proposal.id)


def _which(request: Request, form: Form[Any], data: FilterForm) -> Filter | None:
    """The filter of a form; None, with a sentence in the form, where it says nothing or names an unknown network."""
    here, network = services(request), ""
    if data.network:
        with here.database.read() as db:
            found = trends.network_of(db, lookup.found(db, request.path_params["reference"]), data.network)
        if found is None:
            sentence = N_("No signature of this petition comes from a network with this label, or it is kept no more.")
            form.errors["network"] = translate(lang(request), sentence)
            return None
        network = found
    which = data.which(network, here.settings.timezone)
    if not which:
        form.errors["network"] = translate(lang(request), N_("Say which signatures: fill in one of these at least."))
        return None
    return which


# -- two moderators ----------------------------------------------------------------------------------------------------


def invalidation(request: Request) -> Response:
    """What is proposed, the decision on it, and how far it is carried out."""
    return _proposal_page(request, Form())


def decide(request: Request) -> Response:
    """Approve what was shown, or refuse it."""
    here, id_ = services(request), request.path_params["id"]
    with here.database.read() as db:
        _of_room(db, request)
    form = parse(request, DecisionForm)
    if form.data is None:
        return _proposal_page(request, form)
    try:
        if form.data.decision == "approve":
            settled = approvals.settle(here, session(request), id_, form.data.content_hash)
            with here.database.uow() as tx:
                approvals.approve(here, tx, session(request), id_, form.data.content_hash, settled=settled)
                tx.commit()
        else:
            with here.database.uow() as tx:
                approvals.refuse(tx, session(request), id_, here.clock(), reason=form.data.reason)
                tx.commit()
    except DomainError as refusal:
        if refusal.status != 409:
            raise
        sentence = translate(lang(request), refusal.message, **refusal.params)
        return _proposal_page(request, Form(form.values, {"": sentence}), refusal.status)
    return to(request, "petitions.invalidation", id=id_)


def take_back(request: Request) -> Response:
    """Take one's own proposal back."""
    here, id_ = services(request), request.path_params["id"]
    with here.database.uow() as tx:
        _of_room(tx.session, request)
        approvals.withdraw(tx, session(request), id_, here.clock())
        tx.commit()
    return to(request, "petitions.invalidation", id=id_)


def undo(request: Request) -> Response:
    """A form to propose that the signatures of a decision count again."""
    return _undo_page(request, Form())


def _undo_page(request: Request, form: Form[UndoForm]) -> Response:
    with services(request).database.read() as db:
        proposal = _of_room(db, request)
        petition = lookup.found(db, str(proposal.content["petition"]))
        view = next((one for one in invalidating.of_petition(db, petition) if one.id == proposal.id), None)
    if view is None or view.act != "invalidate":
        raise DomainError(404, N_("There is no such decision."), code="invalidation.unknown")
    return render(
        request,
        "petitions/office_undo.html",
        status=422 if form.errors else 200,
        petition=petition,
        title=_title(request, petition),
        decision=view,
        form=form,
    )


def propose_undoing(request: Request) -> Response:
    """Propose it to another moderator."""
    here = services(request)
    with here.database.read() as db:
        _of_room(db, request)
    form = parse(request, UndoForm)
    if form.data is None:
        return _undo_page(request, form)
    with here.database.uow() as tx:
        proposal = invalidating.propose_undoing(
            here, tx, session(request), request.path_params["id"], reason=form.data.reason, lang=lang(request)
        )
        tx.commit()
    return to(request, "petitions.invalidation", id=proposal.id)


def _proposal_page(request: Request, form: Form[DecisionForm], status: int = 422) -> Response:
    here, acting = services(request), session(request)
    with here.database.read() as db:
        found = _of_room(db, request)
        petition = lookup.found(db, str(found.content["petition"]))
        decisions = {one.id: one for one in invalidating.of_petition(db, petition)}
        people = {found.proposed_by, found.decided_by or ""} - {""}
        names = {person_id: _name(request, db, person_id) for person_id in people}
    code, which = Code(str(found.content["code"])), found.content.get("which")
    facts = _facts(request, code, Filter.of(which)) if isinstance(which, dict) else [_code_fact(request, code)]
    return render(
        request,
        "petitions/office_invalidation.html",
        status=status if form.errors else 200,
        form=form,
        proposal=found,
        petition=petition,
        title=_title(request, petition),
        heading=translate(lang(request), found.kind.title),
        facts=facts,
        decision=decisions.get(found.id),
        undoes=decisions.get(str(found.content.get("undoes", ""))),
        language=LANGUAGES[str(found.content["lang"])],
        names=names,
        may_decide=approvals.may_decide(found, acting),
        own=found.proposed_by == acting.person_id,
    )


def _of_room(db: Session, request: Request) -> Proposal:
    """A proposal of these pages.

    Raises:
        DomainError: 404 ``approval.unknown``, also where it is another room's.
    """
    found = approvals.get(db, request.path_params["id"], services(request).clock())
    if found.kind not in invalidating.KINDS:
        raise DomainError(404, N_("There is no such proposal."), code="approval.unknown")
    return found


# -- words -------------------------------------------------------------------------------------------------------------


def _title(request: Request, petition: Petition) -> str:
    with services(request).database.read() as db:
        texts = lookup.texts(db, petition)
    text = texts.get(lang(request)) or next(iter(texts.values()), None)
    return text.title if text else ""


def _name(request: Request, db: Session, person_id: str) -> str:
    person = services(request).registry.get(db, person_id)
    return person.full_name if person else translate(lang(request), N_("No longer in the register"))


def _codes(request: Request) -> list[tuple[str, str]]:
    return [(code.value, translate(lang(request), name)) for code, name in CODE_NAMES.items()]


def _region(request: Request, code: str) -> str:
    if code in TERRITORIES:
        return TERRITORIES[code].name(lang(request))
    return translate(lang(request), N_("Elsewhere")) if code == "other" else code


def _code_fact(request: Request, code: Code) -> tuple[str, str]:
    return translate(lang(request), N_("Why")), translate(lang(request), CODE_NAMES[code])


def _facts(request: Request, code: Code, which: Filter) -> list[tuple[str, str]]:
    """What a filter says, a line each."""
    language = lang(request)
    written = filters(language, services(request).settings.timezone)
    facts = [
        (N_("Network"), which.network[: integrity.LABEL_SIZE]),
        (N_("From"), written["datetime"](which.since) if which.since else ""),
        (N_("Until before"), written["datetime"](which.until) if which.until else ""),
        (N_("Day"), written["date"](which.day) if which.day else ""),
        (N_("Region"), _region(request, which.region) if which.region else ""),
    ]
    named = [(translate(language, label), value) for label, value in facts if value]
    return [_code_fact(request, code), *named]


def _examples(request: Request, found: DryRun) -> list[tuple[str, str, str, str]]:
    written = filters(lang(request), services(request).settings.timezone)
    return [
        (
            written["date"](one.day),
            written["time"](one.hour) if one.hour else "–",
            _region(request, one.region),
            one.network or "–",
        )
        for one in found.examples
    ]


def _hours(request: Request, hours: list[tuple[Any, int]]) -> Figure:
    """Signatures by hour, as a chart with its table."""
    here, language = services(request), lang(request)
    written = filters(language, here.settings.timezone)
    steps = tuple((written["time"](hour), written["datetime"](hour), number) for hour, number in hours)
    day: date = here.day(hours[-1][0])
    source = translate(
        language,
        N_("Source: signatures as they came in, until %(day)s; withdrawn ones are left out."),
        day=format_skeleton("yMMMd", day, locale=LOCALES[language]),
    )
    head = (translate(language, N_("Hour that begins at")), translate(language, N_("Signatures")))
    return figures.over_time(language, "hours", translate(language, N_("Signatures by hour")), head, steps, source)


_OFFICE: Final = "/office/petitions/{reference}/integrity"
_DECISION: Final = "/office/petitions/invalidations/{id}"

routes = [
    route(_OFFICE, signatures, Action.INVALIDATE_SIGNATURES, name="petitions.office_signatures"),
    route(f"{_OFFICE}/dry-run", dry_run, Action.INVALIDATE_SIGNATURES),
    route(
        f"{_OFFICE}/propose",
        propose,
        Action.INVALIDATE_SIGNATURES,
        name="petitions.propose_invalidation",
        methods=["POST"],
    ),
    route(_DECISION, invalidation, Action.INVALIDATE_SIGNATURES),
    route(
        f"{_DECISION}/decide",
        decide,
        Action.INVALIDATE_SIGNATURES,
        name="petitions.decide_invalidation",
        methods=["POST"],
    ),
    route(
        f"{_DECISION}/withdraw",
        take_back,
        Action.INVALIDATE_SIGNATURES,
        name="petitions.take_back_invalidation",
        methods=["POST"],
    ),
    route(f"{_DECISION}/undo", undo, Action.INVALIDATE_SIGNATURES, name="petitions.undo_invalidation"),
    route(f"{_DECISION}/undo", propose_undoing, Action.INVALIDATE_SIGNATURES, methods=["POST"]),
    route("/petitions/{reference}/integrity", report, Action.READ, name="petitions.integrity"),
]
