"""What moderators decide on the page of one petition: each decision is shown as the public will see it, then taken."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

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
from egov_participation.services import Services, SessionInfo
from egov_participation.web.addresses import to
from egov_participation.web.context import lang, services, session
from egov_participation.web.forms import Form, parse
from egov_participation.web.routing import route

Given = TypeVar("Given", bound=BaseModel)
ACTS = ("wording", "merge", "hide", "stop", "appeal")
"""Decisions that have a page of their own."""


@dataclass(frozen=True, slots=True)
class Page:
    """The page that a decision's form stands on, and where it leads."""

    act: str = ""
    """As of `case_page`."""
    back: bool = False
    """On to the queue, once it is done."""
    previewed: bool = False
    """It shows the decision as the public will see it, and asks whether its reason names somebody."""


def act_page(request: Request) -> Response:
    """The form of one of them."""
    return case_page(request, Form(), act=request.url.path.rpartition("/")[2])


def take(request: Request) -> Response:
    """Take it in hand."""
    return _do(request, Form(), Page(), lambda tx: casework.take_in_hand(*_acting(request, tx)))


def note(request: Request) -> Response:
    """Leave a note."""
    return _decide(request, NoteForm, Page(), lambda tx, given: casework.add_note(*_acting(request, tx), given.note))


def accept(request: Request) -> Response:
    """Accept it."""

    def do(tx: UnitOfWork, given: AcceptForm) -> object:
        return deciding.accept(*_acting(request, tx), given.seen, _checks(request))

    return _decide(request, AcceptForm, Page(back=True), do)


def reject(request: Request) -> Response:
    """Reject it."""

    def do(tx: UnitOfWork, given: RejectForm) -> object:
        acting = _acting(request, tx)
        return deciding.reject(*acting, given.seen, _checks(request), given.ground, given.reason)

    return _decide(request, RejectForm, Page(back=True, previewed=True), do)


def suggest(request: Request) -> Response:
    """Suggest another wording."""

    def do(tx: UnitOfWork, given: WordingForm) -> None:
        posted = request.state.form
        texts = {code: {name: str(posted.get(f"{code}-{name}", "")) for name in TEXTS} for code in LANGUAGES}
        withheld = given.withheld == "yes"
        wording.propose(*_acting(request, tx), given.seen, texts, given.reason, withheld=withheld)

    return _decide(request, WordingForm, Page("wording"), do)


_ENDINGS: Mapping[str, type[HideForm | MergeForm]] = {"hide": HideForm, "stop": HideForm, "merge": MergeForm}


def end(request: Request) -> Response:
    """Hide it, stop it, merge it into another one; or propose that to another moderator."""
    act = request.url.path.rpartition("/")[2]

    def do(tx: UnitOfWork, given: HideForm | MergeForm) -> object:
        into = given.into if isinstance(given, MergeForm) else ""
        return ending.end(*_acting(request, tx), Ending(act), given.reason, into=into)

    return _decide(request, _ENDINGS[act], Page(act, back=True, previewed=True), do)


def decide_appeal(request: Request) -> Response:
    """Decide on an appeal."""

    def do(tx: UnitOfWork, given: AppealDecisionForm) -> object:
        return appeals.decide(*_acting(request, tx), grant=given.grant == "yes", reason=given.reason)

    return _decide(request, AppealDecisionForm, Page("appeal", back=True, previewed=True), do)


_PREVIEWED: Mapping[str, type[BaseModel]] = {**_ENDINGS, "appeal": AppealDecisionForm}


def preview_reject(request: Request) -> Response:
    """The rejection as the public will see it."""
    return _preview(request, RejectForm)


def preview_act(request: Request) -> Response:
    """One of the other decisions as the public will see it."""
    act = request.url.path.split("/")[-2]
    return _preview(request, _PREVIEWED[act], act)


def _preview(request: Request, kind: type[BaseModel], act: str = "") -> Response:
    form: Form[Any] = parse(request, kind)
    if form.data is None:
        return case_page(request, form, 422, act=act)
    return case_page(request, form, act=act, preview=True, doubts=_doubts(request, form.data.reason))


def _decide(request: Request, kind: type[Given], page: Page, do: Callable[[UnitOfWork, Given], object]) -> Response:
    """Carry a decision out as its form says, or show the form again."""
    form = parse(request, kind)
    given = form.data
    if given is None:
        return case_page(request, form, 422, act=page.act)
    doubted = _doubted(request, form, given, page.act) if page.previewed else None
    return doubted or _do(request, form, page, lambda tx: do(tx, given))


def _acting(request: Request, tx: UnitOfWork) -> tuple[Services, UnitOfWork, SessionInfo, str]:
    """What every decision begins with."""
    return services(request), tx, session(request), _reference(request)


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


def _do(request: Request, form: Form[Any], page: Page, do: Callable[[UnitOfWork], object]) -> Response:
    """Carry something out, or show the page again with what was typed and why it was not done.

    Args:
        do: returns the proposal, where it was proposed to another moderator.
    """
    try:
        with services(request).database.uow() as tx:
            done = do(tx)
            tx.commit()
    except DomainError as refusal:
        if refusal.status == 404:
            raise
        form.errors[_FIELDS.get(refusal.code, "")] = translate(lang(request), refusal.message, **refusal.params)
        return case_page(request, form, int(refusal.status), act=page.act, preview=page.previewed and not page.act)
    if isinstance(done, Proposal):
        return to(request, done.kind.route, id=done.id)
    if page.back:
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
