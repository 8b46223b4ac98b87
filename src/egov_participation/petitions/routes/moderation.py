"""The moderators' queue, and the page of one petition with all that can be decided on it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from egov_participation import approvals
from egov_participation.actions import Action
from egov_participation.approvals import Proposal
from egov_participation.database import UnitOfWork
from egov_participation.errors import DomainError
from egov_participation.i18n import LANGUAGES, N_, translate
from egov_participation.petitions import wording as words
from egov_participation.petitions.models import State
from egov_participation.petitions.moderation_forms import (
    AcceptForm,
    AppealDecisionForm,
    HideForm,
    MergeForm,
    NoteForm,
    RejectForm,
    WordingForm,
)
from egov_participation.petitions.rules.states import HIDEABLE, MODERATABLE, STATE_NAMES, STOPPABLE, TRANSITIONS
from egov_participation.petitions.rules.writing import PART_NAMES, TEXTS, Part
from egov_participation.petitions.service import (
    appeals,
    casework,
    deciding,
    drafts,
    ending,
    lookup,
    ruling,
    similar,
    wording,
)
from egov_participation.petitions.service.ending import Ending
from egov_participation.petitions.service.reading import for_officials
from egov_participation.web import proposals
from egov_participation.web.addresses import to
from egov_participation.web.context import lang, services, session
from egov_participation.web.forms import Form, kept_by_the_browser, parse
from egov_participation.web.routing import route
from egov_participation.web.templating import render

QUEUE = "/office/petitions"
CASE = f"{QUEUE}/{{reference}}"


def queue(request: Request) -> Response:
    """What waits for a moderator, the first due first; and a field for the number of any other petition."""
    here, acting = services(request), session(request)
    number = request.query_params.get("number", "").strip().upper()[:20]
    errors = {}
    with here.database.read() as db:
        if number:
            try:
                lookup.found(db, number)
            except DomainError as refusal:
                errors["number"] = translate(lang(request), refusal.message)
            else:
                return to(request, "petitions.case", reference=number)
        waiting = casework.waiting(here, db, acting)
        names = {one.held_by: proposals.name_of(request, db, one.held_by) for one in waiting if one.held_by}
        rows = [(one, ruling.days_left(here, lookup.found(db, one.reference), one.due_on)) for one in waiting]
    return render(
        request,
        "petitions/queue.html",
        status=404 if errors else 200,
        rows=rows,
        names=names,
        number=number,
        errors=errors,
    )


def case(request: Request) -> Response:
    """One petition."""
    return case_page(request, Form())


def case_page(
    request: Request,
    form: Form[Any],
    status: int = 200,
    *,
    act: str = "",
    preview: bool = False,
    doubts: tuple[str, ...] = (),
) -> Response:
    """The page of one petition, or of one decision on it.

    Args:
        form: what was typed into the page's form, with what is wrong with it.
        act: one of `ACTS`; empty: the petition with its check-list.
        preview: whether the decision is shown as the public will see it.
        doubts: what in its reason looks like somebody's personal data, in words.
    """
    here, acting, language = services(request), session(request), lang(request)
    now = here.clock()
    with here.database.read() as db:
        petition = lookup.found(db, request.path_params["reference"])
        if petition.state == State.DRAFT:
            raise lookup.no_petition()
        view = for_officials(db, petition)
        texts = drafts.by_language(db, petition)
        held = casework.held(db, petition, acting, now)
        holder = proposals.name_of(request, db, held.holder) if held is not None else ""
        own = petition.creator == acting.person_id
        written = [] if own else casework.notes(here, db, petition)  # moderators' words about it are not its creator's
        notes = [(note, proposals.name_of(request, db, note.author)) for note in written]
        appeal = appeals.of_petition(db, petition)
        accepted = casework.is_accepted(db, petition)
        suggested = wording.of_petition(db, petition)
        found = casework.personal_data(db, petition)
        rejected = acting.person_id in casework.rejected_by(db, petition)
        about = approvals.pending_about(db, ending.object_of(petition.reference or ""), now)
    state, rules = State(petition.state), ruling.of(petition, here)
    title = texts[petition.language]["title"]
    appealed = appeal is not None and appeal.state == "waiting" and state is State.REJECTED
    due = appeal.due_on if appeal is not None and appealed else petition.due_on
    return kept_by_the_browser(
        render(
            request,
            "petitions/case_act.html" if act else "petitions/case.html",
            status=status,
            petition=petition,
            view=view,
            texts=texts,
            title=title,
            names=LANGUAGES,
            state_name=translate(language, STATE_NAMES[state]),
            timeline=words.timeline(view, language, here.settings.timezone, here.day(now)),
            rules=rules,
            grounds=[(one.code, one.text.get(language), one.hides) for one in rules.grounds],
            form=form,
            act=act,
            preview=preview,
            doubts=doubts,
            found=[translate(language, sentence) for sentence in found],
            similar=similar.found(here, language, title, petition.reference or ""),
            held=held,
            holder=holder,
            own=own,
            notes=notes,
            wordings=suggested,
            field_names={name: translate(language, PART_NAMES[Part(name)]) for name in TEXTS},
            accepted=accepted,
            takes_two=ending.takes_two(petition),
            endings=[proposal for proposal in about if proposal.kind is ending.END],
            reviewable=state in MODERATABLE and not accepted and not own and not rejected,
            due=due,
            days=None if due is None else ruling.days_left(here, petition, due),
            hideable=state in HIDEABLE and state not in MODERATABLE and not own,
            stoppable=state in STOPPABLE and not own,
            mergeable=State.MERGED in TRANSITIONS[state] and not own,
            appeal=appeal,
            appeal_text=appeals.text(here, petition, appeal) if appeal is not None else "",
            appealed=appealed,
            rejected=rejected,
            may_decide_appeal=appealed and not own and not rejected,
            barred=rejected and (appealed or state in MODERATABLE),
        )
    )


ACTS = ("wording", "merge", "hide", "stop", "appeal")
"""Decisions that have a page of their own."""


def act_page(request: Request) -> Response:
    """The form of one of them."""
    return case_page(request, Form(), act=request.url.path.rpartition("/")[2])


def take(request: Request) -> Response:
    """Take it in hand."""
    return _do(
        request, Form(), lambda tx: casework.take_in_hand(services(request), tx, session(request), _reference(request))
    )


def note(request: Request) -> Response:
    """Leave a note."""
    form = parse(request, NoteForm)
    if form.data is None:
        return case_page(request, form, 422)
    text = form.data.note
    return _do(
        request,
        form,
        lambda tx: casework.add_note(services(request), tx, session(request), _reference(request), text),
    )


def accept(request: Request) -> Response:
    """Accept it."""
    form = parse(request, AcceptForm)
    if form.data is None:
        return case_page(request, form, 422)
    seen = form.data.seen
    return _do(
        request,
        form,
        lambda tx: deciding.accept(
            services(request), tx, session(request), _reference(request), seen, _checks(request)
        ),
        back=True,
    )


def preview_reject(request: Request) -> Response:
    """The rejection as the public will see it."""
    form = parse(request, RejectForm)
    if form.data is None:
        return case_page(request, form, 422)
    return case_page(request, form, preview=True, doubts=_doubts(request, form.data.reason))


def reject(request: Request) -> Response:
    """Reject it."""
    form = parse(request, RejectForm)
    given = form.data
    if given is None:
        return case_page(request, form, 422)
    return _doubted(request, form, given) or _do(
        request,
        form,
        lambda tx: deciding.reject(
            services(request),
            tx,
            session(request),
            _reference(request),
            given.seen,
            _checks(request),
            given.ground,
            given.reason,
        ),
        back=True,
        preview=True,
    )


def suggest(request: Request) -> Response:
    """Suggest another wording."""
    form = parse(request, WordingForm)
    given = form.data
    if given is None:
        return case_page(request, form, 422, act="wording")
    texts = {code: {name: str(request.state.form.get(f"{code}-{name}", "")) for name in TEXTS} for code in LANGUAGES}
    return _do(
        request,
        form,
        lambda tx: wording.propose(
            services(request),
            tx,
            session(request),
            _reference(request),
            given.seen,
            texts,
            given.reason,
            withheld=given.withheld == "yes",
        ),
        act="wording",
    )


_ENDINGS: Mapping[str, type[HideForm | MergeForm]] = {"hide": HideForm, "stop": HideForm, "merge": MergeForm}


def end(request: Request) -> Response:
    """Hide it, stop it, merge it into another one; or propose that to another moderator."""
    act = request.url.path.rpartition("/")[2]
    form: Form[Any] = parse(request, _ENDINGS[act])
    given = form.data
    if given is None:
        return case_page(request, form, 422, act=act)
    return _doubted(request, form, given, act) or _do(
        request,
        form,
        lambda tx: ending.end(
            services(request),
            tx,
            session(request),
            _reference(request),
            Ending(act),
            given.reason,
            into=getattr(given, "into", ""),
        ),
        act=act,
        back=True,
    )


def decide_appeal(request: Request) -> Response:
    """Decide on an appeal."""
    form = parse(request, AppealDecisionForm)
    given = form.data
    if given is None:
        return case_page(request, form, 422, act="appeal")
    return _doubted(request, form, given, "appeal") or _do(
        request,
        form,
        lambda tx: appeals.decide(
            services(request),
            tx,
            session(request),
            _reference(request),
            grant=given.grant == "yes",
            reason=given.reason,
        ),
        act="appeal",
        back=True,
    )


_PREVIEWED: Mapping[str, type[BaseModel]] = {**_ENDINGS, "appeal": AppealDecisionForm}


def preview_act(request: Request) -> Response:
    """One of these decisions as the public will see it."""
    act = request.url.path.split("/")[-2]
    form: Form[Any] = parse(request, _PREVIEWED[act])
    if form.data is None:
        return case_page(request, form, 422, act=act)
    return case_page(request, form, act=act, preview=True, doubts=_doubts(request, form.data.reason))


def _reference(request: Request) -> str:
    reference: str = request.path_params["reference"]
    return reference


def _checks(request: Request) -> dict[str, str]:
    """What was ticked at each ground."""
    posted = request.state.form
    return {
        key.removeprefix("check-"): value
        for key, value in posted.items()
        if key.startswith("check-") and isinstance(value, str)
    }


def _doubts(request: Request, reason: str) -> tuple[str, ...]:
    return tuple(translate(lang(request), sentence) for sentence in casework.personal_data_in(reason))


def _doubted(request: Request, form: Form[Any], given: BaseModel, act: str = "") -> Response | None:
    """The page once more where the reason looks as if it named somebody, and nobody said that it does not."""
    doubts = _doubts(request, str(getattr(given, "reason", "")))
    if not doubts or getattr(given, "checked", "") == "yes":
        return None
    form.errors["checked"] = translate(lang(request), N_("Confirm that it names nobody, or change it."))
    return case_page(request, form, 422, act=act, preview=True, doubts=doubts)


def _do(
    request: Request,
    form: Form[Any],
    do: Callable[[UnitOfWork], object],
    *,
    act: str = "",
    back: bool = False,
    preview: bool = False,
) -> Response:
    """Carry something out, or show the page again with what was typed and why it was not done.

    Args:
        do: returns the proposal, where it was proposed to another moderator.
        act: the page that the form stands on.
        back: on to the queue.
        preview: the page had shown the decision as the public will see it.
    """
    try:
        with services(request).database.uow() as tx:
            done = do(tx)
            tx.commit()
    except DomainError as refusal:
        if refusal.status == 404:
            raise
        form.errors[_FIELDS.get(refusal.code, "")] = translate(lang(request), refusal.message, **refusal.params)
        return case_page(request, form, int(refusal.status), act=act, preview=preview)
    if isinstance(done, Proposal):
        return to(request, done.kind.route, id=done.id)
    if back:
        return to(request, "petitions.queue")
    return to(request, "petitions.case", reference=_reference(request))


_FIELDS = {"merge.into": "into", "petition.checks": "grounds"}
"""At which field a refusal is shown."""

_MODERATE = Action.REVIEW_PETITION
routes = [
    route(QUEUE, queue, _MODERATE, name="petitions.queue", menu=N_("Petitions to check")),
    route(CASE, case, _MODERATE, name="petitions.case"),
    route(f"{CASE}/take", take, _MODERATE, methods=["POST"], name="petitions.take"),
    route(f"{CASE}/note", note, _MODERATE, methods=["POST"], name="petitions.note"),
    route(f"{CASE}/accept", accept, _MODERATE, methods=["POST"], name="petitions.accept"),
    route(f"{CASE}/reject", reject, _MODERATE, methods=["POST"], name="petitions.reject"),
    route(f"{CASE}/reject/preview", preview_reject, _MODERATE, methods=["POST"], name="petitions.preview_reject"),
    *(route(f"{CASE}/{act}", act_page, _MODERATE, name=f"petitions.case_{act}") for act in ACTS),
    *(
        route(f"{CASE}/{act}/preview", preview_act, _MODERATE, methods=["POST"], name=f"petitions.preview_{act}")
        for act in _PREVIEWED
    ),
    route(f"{CASE}/wording", suggest, _MODERATE, methods=["POST"], name="petitions.suggest"),
    *(route(f"{CASE}/{act}", end, _MODERATE, methods=["POST"], name=f"petitions.{act}") for act in _ENDINGS),
    route(f"{CASE}/appeal", decide_appeal, _MODERATE, methods=["POST"], name="petitions.decide_appeal"),
]
