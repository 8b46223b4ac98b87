"""The moderators' queue, and the page of one petition with all that can be decided on it (`decisions`)."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from egov_participation import approvals
from egov_participation.actions import Action
from egov_participation.errors import DomainError
from egov_participation.i18n import LANGUAGES, N_, translate
from egov_participation.petitions import wording as words
from egov_participation.petitions.models import State
from egov_participation.petitions.rules.states import HIDEABLE, MODERATABLE, STATE_NAMES, STOPPABLE, TRANSITIONS
from egov_participation.petitions.rules.writing import PART_NAMES, TEXTS, Part
from egov_participation.petitions.service import (
    appeals,
    casework,
    drafts,
    ending,
    lookup,
    ruling,
    similar,
    wording,
)
from egov_participation.petitions.service.reading import for_officials
from egov_participation.web import proposals
from egov_participation.web.addresses import to
from egov_participation.web.context import lang, services, session
from egov_participation.web.forms import Form, kept_by_the_browser
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
        act: one of `decisions.ACTS`; empty: the petition with its check-list.
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
        rejected = acting.person_id in casework.turned_down_by(db, petition)
        about = approvals.pending_about(db, ending.object_of(petition.reference or ""), now)
    state, rules = State(petition.state), ruling.of(petition, here)
    title = texts[petition.language]["title"]
    appealed = appeal is not None and appeal.state == "waiting" and appeals.is_about(petition, appeal)
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


routes = [
    route(QUEUE, queue, Action.REVIEW_PETITION, name="petitions.queue", menu=N_("Petitions to check")),
    route(CASE, case, Action.REVIEW_PETITION, name="petitions.case"),
]
