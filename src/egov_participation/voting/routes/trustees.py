"""Where trustees hand in their decryptions. Anybody may open the page; only a trustee's key makes one that is taken.

It is verified while its sender waits, since nothing of a stranger's is kept: so only where few ballots are decrypted
one by one. Of more it is handed in on the trustee's own page (`commission.routes.trustee_pages`) or by the operator.
"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from egov_participation.actions import Action
from egov_participation.errors import DomainError
from egov_participation.i18n import N_, translate
from egov_participation.voting import service
from egov_participation.voting.routes.public import archive_url, source_of
from egov_participation.voting.rules import DECRYPTION_ELSEWHERE
from egov_participation.voting.service import DecryptionOutcome
from egov_participation.voting.texts import Texts
from egov_participation.web.context import lang, services
from egov_participation.web.forms import upload
from egov_participation.web.routing import route
from egov_participation.web.templating import render

FIELD = "decryption"


def decryption(request: Request) -> Response:
    """The form; what is wrong with a file is said at the form, with the status of the refusal."""
    here, uuid = services(request), request.path_params["uuid"]
    vote = service.vote(here, uuid)
    if request.method != "POST":
        return _page(request)
    if not vote.verified_at_once:
        said = translate(lang(request), DECRYPTION_ELSEWHERE.sentence)
        return _page(request, DECRYPTION_ELSEWHERE.status, error=said)
    raw = upload(request, FIELD)
    if not raw:
        return _page(request, 422, error=translate(lang(request), N_("Choose the file that your program wrote.")))
    try:
        outcome = service.hand_in_decryption(here, uuid, raw)
    except DomainError as error:
        return _page(request, error.status, error=translate(lang(request), error.message, **error.params))
    return _page(request, accepted=outcome)


def _page(
    request: Request, status: int = 200, *, error: str = "", accepted: DecryptionOutcome | None = None
) -> Response:
    vote = service.vote(services(request), request.path_params["uuid"])
    names: dict[int, Texts] = {trustee.owner: trustee.name for trustee in vote.trustees}
    return render(
        request,
        "voting/decryption.html",
        status=status,
        vote=vote,
        archive_url=archive_url(request, vote),
        source=source_of(request),
        errors={FIELD: error} if error else {},
        accepted=accepted,
        trustee=names[accepted.owner] if accepted else None,
    )


routes = [route("/votes/{uuid}/decryption", decryption, Action.VISIT, methods=("GET", "POST"))]
