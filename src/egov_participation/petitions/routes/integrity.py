"""Pages on which moderators look at how signatures came in and decide that some do not count; and the public report."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from egov_participation import approvals
from egov_participation.actions import Action
from egov_participation.errors import DomainError
from egov_participation.i18n import N_, translate
from egov_participation.petitions.integrity_forms import FilterForm, ProposeForm
from egov_participation.petitions.routes import integrity_words as words
from egov_participation.petitions.routes.public import page_of
from egov_participation.petitions.rules.integrity import Code, Filter
from egov_participation.petitions.service import invalidating, lookup, reading, trends
from egov_participation.web.addresses import to
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
            for object_ in (
                invalidating.object_of(petition.reference or ""),
                *(f"invalidation:{one.id}" for one in decisions),
            )
            for proposal in approvals.pending_about(db, object_, now)
            if proposal.kind in invalidating.KINDS
        ]
        regions = invalidating.regions(db, petition)
    return render(
        request,
        "petitions/office_signatures.html",
        status=status if form.errors else 200,
        petition=petition,
        title=words.title(request, petition),
        form=form,
        figure=words.hours(request, hours),
        networks=networks,
        decisions=decisions,
        pending=[(proposal, translate(lang(request), proposal.kind.title)) for proposal in pending],
        codes=words.codes(request),
        regions=[(code, words.region(request, code)) for code in regions],
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


def _dry_run_page(request: Request, form: Form[ProposeForm], code: Code, which: Filter, status: int = 422) -> Response:
    here = services(request)
    with here.database.read() as db:
        petition = lookup.found(db, request.path_params["reference"])
        found = invalidating.dry_run(db, petition, code, which)
    return render(
        request,
        "petitions/office_dry_run.html",
        status=status if form.errors else 200,
        petition=petition,
        title=words.title(request, petition),
        form=form,
        found=found,
        facts=words.facts(request, code, which),
        examples=words.examples(request, found),
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
    words.check_names_nobody(request, form)
    if form.data is None or form.errors:
        return _dry_run_page(request, form, plain.data.code, which)
    try:
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
    except DomainError as refusal:
        if refusal.status != HTTPStatus.CONFLICT:
            raise
        form.errors[""] = translate(lang(request), refusal.message)
        return _dry_run_page(request, form, plain.data.code, which, refusal.status)
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


_OFFICE: Final = "/office/petitions/{reference}/integrity"

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
    route("/petitions/{reference}/integrity", report, Action.READ, name="petitions.integrity"),
]
