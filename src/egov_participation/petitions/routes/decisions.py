"""What moderators decide on the page of one petition: each decision is shown as the public will see it, then taken."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from egov_participation.actions import Action
from egov_participation.approvals import Proposal
from egov_participation.database import UnitOfWork
from egov_participation.errors import DomainError
from egov_participation.i18n import LANGUAGES, N_, translate
from egov_participation.petitions.moderation_forms import (
    AcceptForm,
    AppealDecisionForm,
    HideForm,
    MergeForm,
    NoteForm,
    RejectForm,
    WordingForm,
)
from egov_participation.petitions.routes.moderation import CASE, case_page
from egov_participation.petitions.rules.writing import TEXTS
from egov_participation.petitions.service import (
    appeals,
    casework,
    deciding,
    ending,
    wording,
)
from egov_participation.petitions.service.ending import Ending
from egov_participation.web.addresses import to
from egov_participation.web.context import lang, services, session
from egov_participation.web.forms import Form, parse
from egov_participation.web.routing import route

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
