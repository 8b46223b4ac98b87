"""The pages of proposals that take two people, whichever room's they are: approved as shown, refused, or taken back.

A room's page shows `Proposal.content` and what `standing` says; its routes call `decide` and `take_back`::

    def decide(request: Request) -> Response:
        return proposals.decide(request, KINDS, _page)
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from http import HTTPStatus
from typing import Any, Final

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from egov_participation import approvals
from egov_participation.approvals import Kind, Proposal
from egov_participation.approvals.decision import DecisionForm
from egov_participation.errors import DomainError
from egov_participation.i18n import N_, translate
from egov_participation.web.addresses import to
from egov_participation.web.context import lang, services, session
from egov_participation.web.forms import Form, parse

Page = Callable[[Request, Form[DecisionForm], int], Response]
"""The page of the proposal in the address, with a form, whose errors it shows, and a status."""

_SAID_ON_THE_PAGE: Final = frozenset(
    {HTTPStatus.CONFLICT, HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.SERVICE_UNAVAILABLE}
)


def of(request: Request, db: Session, kinds: Collection[Kind], id_: str = "") -> Proposal:
    """A proposal of one of these kinds, by default the one in the address (``id``).

    Raises:
        DomainError: 404 ``approval.unknown``, also where it is another room's.
    """
    found = approvals.get(db, id_ or request.path_params["id"], services(request).clock())
    if found.kind not in kinds:
        raise DomainError(404, N_("There is no such proposal."), code="approval.unknown")
    return found


def decide(
    request: Request, kinds: Collection[Kind], page: Page, *, check: Callable[[Session, Proposal], None] | None = None
) -> Response:
    """Approve what was shown, or refuse it; where that cannot be done (any more), the page says so.

    Args:
        check: refuses besides, such as who is concerned.

    Raises:
        DomainError: those of `of`, of ``check``, and those of `approvals.approve` that no form helps against.
    """
    here, official, id_ = services(request), session(request), request.path_params["id"]
    with here.database.read() as db:
        found = of(request, db, kinds)
        if check is not None:
            check(db, found)
    form = parse(request, DecisionForm)
    if form.data is None:
        return page(request, form, 422)
    try:
        if form.data.decision == "approve":
            settled = approvals.settle(here, official, id_, form.data.content_hash)
            with here.database.uow() as tx:
                approvals.approve(here, tx, official, id_, form.data.content_hash, settled=settled)
                tx.commit()
        else:
            with here.database.uow() as tx:
                approvals.refuse(tx, official, id_, here.clock(), reason=form.data.reason)
                tx.commit()
    except DomainError as refusal:
        if refusal.status not in _SAID_ON_THE_PAGE:
            raise
        sentence = translate(lang(request), refusal.message, **refusal.params)
        return page(request, Form(form.values, {"": sentence}), int(refusal.status))
    return to(request, found.kind.route, id=id_)


def take_back(request: Request, kinds: Collection[Kind]) -> Response:
    """Take one's own proposal back.

    Raises:
        DomainError: those of `of` and of `approvals.withdraw`.
    """
    here = services(request)
    with here.database.uow() as tx:
        found = of(request, tx.session, kinds)
        approvals.withdraw(tx, session(request), found.id, here.clock())
        tx.commit()
    return to(request, found.kind.route, id=found.id)


def standing(request: Request, db: Session, found: Proposal) -> dict[str, Any]:
    """What the page of any proposal needs to show who decides: ``proposal``, ``names``, ``may_decide``, ``own``."""
    acting = session(request)
    people = {found.proposed_by, found.decided_by or "", found.concerned} - {""}
    return {
        "proposal": found,
        "names": {person_id: name_of(request, db, person_id) for person_id in people},
        "may_decide": approvals.may_decide(found, acting),
        "own": found.proposed_by == acting.person_id,
    }


def name_of(request: Request, db: Session, person_id: str) -> str:
    """An official's name, as the register has it now."""
    person = services(request).registry.get(db, person_id)
    return person.full_name if person else translate(lang(request), N_("No longer in the register"))
