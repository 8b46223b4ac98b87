"""What the pages of moderators' proposals have in common: approving what was shown, or refusing it."""

from __future__ import annotations

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response

from egov_participation import approvals
from egov_participation.approvals.decision import DecisionForm
from egov_participation.errors import DomainError
from egov_participation.i18n import translate
from egov_participation.petitions.models import Petition
from egov_participation.petitions.service import lookup
from egov_participation.web.context import lang, services, session
from egov_participation.web.forms import Form, parse


def decide(
    request: Request, petition: Petition, page: Callable[[Form[DecisionForm], int], Response]
) -> Response | None:
    """Approve or refuse the proposal in the address, which is about this petition.

    Args:
        page: the proposal with the form and a status.

    Returns:
        The page once more where that cannot be done; None: it is done.

    Raises:
        DomainError: 403 ``petition.own``; those of `approvals.approve` that are no conflict.
    """
    here, official, id_ = services(request), session(request), request.path_params["id"]
    lookup.check_not_own(petition, official.person_id)
    form = parse(request, DecisionForm)
    if form.data is None:
        return page(form, 422)
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
        if refusal.status not in (409, 422):
            raise
        sentence = translate(lang(request), refusal.message, **refusal.params)
        return page(Form(form.values, {"": sentence}), int(refusal.status))
    return None
