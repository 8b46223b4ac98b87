"""What a creator sees of their petitions, and does with them after they were handed in."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from egov_participation.actions import Action
from egov_participation.i18n import translate
from egov_participation.jurisdiction import telling
from egov_participation.petitions import wording as telling_of
from egov_participation.petitions.models import Petition, State
from egov_participation.petitions.rules import gate
from egov_participation.petitions.rules.states import STATE_NAMES, TRANSITIONS
from egov_participation.petitions.service import appeals, casework, drafts, lookup, ruling, supporting, wording
from egov_participation.petitions.service.closing import withdraw_petition
from egov_participation.petitions.service.reading import for_officials, is_public
from egov_participation.petitions.writing_forms import AppealForm, WordingAnswerForm
from egov_participation.web.addresses import address, to
from egov_participation.web.context import lang, services, session
from egov_participation.web.forms import Form, kept_by_the_browser, parse
from egov_participation.web.routing import route
from egov_participation.web.templating import render

MINE = "/me/petitions/{reference}"


def mine(request: Request) -> Response:
    """Drafts and petitions."""
    here = services(request)
    rows = []
    with here.database.read() as db:
        for petition in drafts.mine(db, session(request).person_id):
            title = drafts.by_language(db, petition)[petition.language]["title"]
            rows.append((petition, title))
    return render(request, "petitions/mine.html", rows=rows, state_names=STATE_NAMES)


def my_petition(request: Request) -> Response:
    """One of them: how it stands, and what its creator can do."""
    return _page(request, Form())


def _own(request: Request) -> Petition:
    with services(request).database.read() as db:
        petition = lookup.found(db, request.path_params["reference"])
    if petition.creator != session(request).person_id:
        raise lookup.no_petition()
    return petition


def _page(request: Request, form: Form[AppealForm], status: int = 200) -> Response:
    here, petition = services(request), _own(request)
    rules = ruling.of(petition, here)
    state = State(petition.state)
    with here.database.read() as db:
        view = for_officials(db, petition)
        texts = drafts.by_language(db, petition)
        supporters = supporting.count(db, petition)
        proposed = wording.of_petition(db, petition, "proposed")
        appeal = appeals.against_standing(db, petition)
        may_appeal = appeals.may_be_made(db, petition)
        accepted = casework.is_accepted(db, petition)
    ground = next((one for one in rules.grounds if one.code == petition.ground), None)
    link = ""
    if state is State.COLLECTING and petition.gate_token:
        path = address(request, "petitions.support", reference=petition.reference, token=petition.gate_token)
        link = here.settings.base_url + path
    return kept_by_the_browser(
        render(
            request,
            "petitions/my_petition.html",
            status=status,
            petition=petition,
            view=view,
            timeline=telling_of.timeline(view, lang(request), here.settings.timezone, here.day(here.clock())),
            texts=texts,
            title=texts[petition.language]["title"],
            state_name=translate(lang(request), STATE_NAMES[state]),
            accepted=accepted,
            sent=request.query_params.get("sent") == "yes",
            following=tuple(telling.after_review(rules, lang(request))),
            supporters=supporters,
            gate=rules.gate,
            gate_open=supporting.is_open(here, petition),
            too_few=petition.ground == gate.TOO_FEW,
            ground=ground.text.get(lang(request)) if ground else "",
            link=link,
            days=None if petition.due_on is None else ruling.days_left(here, petition, petition.due_on),
            wording=proposed[0] if proposed else None,
            appeal=appeal,
            may_appeal=may_appeal,
            may_withdraw=State.WITHDRAWN in TRANSITIONS[state],
            is_public=is_public(petition),
            form=form,
        )
    )


def answer_wording(request: Request) -> Response:
    """Accept or decline another wording."""
    form = parse(request, WordingAnswerForm)
    if form.data is None:
        return _page(request, Form(errors={"": next(iter(form.errors.values()))}), 422)
    here, reference = services(request), request.path_params["reference"]
    with here.database.uow() as tx:
        accept = form.data.answer == "accept"
        wording.decide(here, tx, session(request), reference, form.data.wording, accept=accept)
        tx.commit()
    return to(request, "petitions.my_petition", reference=reference)


def appeal(request: Request) -> Response:
    """Appeal against a rejection."""
    form = parse(request, AppealForm)
    if form.data is None:
        return _page(request, form, 422)
    here, reference = services(request), request.path_params["reference"]
    with here.database.uow() as tx:
        appeals.make(here, tx, session(request), reference, form.data.why)
        tx.commit()
    return to(request, "petitions.my_petition", reference=reference)


def copy(request: Request) -> Response:
    """Begin a new draft with the same text."""
    here = services(request)
    with here.database.uow() as tx:
        key = drafts.copy(here, tx, session(request), request.path_params["reference"]).key
        tx.commit()
    return to(request, "petitions.draft", key=key)


def withdraw(request: Request) -> Response:
    """Asked once more before a petition is withdrawn."""
    petition = _own(request)
    if State.WITHDRAWN not in TRANSITIONS[State(petition.state)]:
        return to(request, "petitions.my_petition", reference=petition.reference)
    return render(request, "petitions/my_petition_withdraw.html", petition=petition)


def withdraw_it(request: Request) -> Response:
    """Withdraw it."""
    here, reference = services(request), request.path_params["reference"]
    withdraw_petition(here, reference, session(request).person_id, None)
    return to(request, "petitions.my_petition", reference=reference)


routes = [
    route("/me/petitions", mine, Action.SIGN, name="petitions.mine"),
    route(MINE, my_petition, Action.SIGN, name="petitions.my_petition"),
    route(f"{MINE}/wording", answer_wording, Action.SIGN, methods=["POST"], name="petitions.answer_wording"),
    route(f"{MINE}/appeal", appeal, Action.SIGN, methods=["POST"], name="petitions.appeal"),
    route(f"{MINE}/copy", copy, Action.SIGN, methods=["POST"], name="petitions.copy"),
    route(f"{MINE}/withdraw", withdraw, Action.SIGN, name="petitions.withdraw_own"),
    route(f"{MINE}/withdraw", withdraw_it, Action.SIGN, methods=["POST"], name="petitions.withdraw_own_it"),
]
