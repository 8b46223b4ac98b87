"""Pages: what becomes of one's signature, all of one's signatures, and the proof that one is in the log."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from egov_participation.actions import Action
from egov_participation.petitions.service import mine
from egov_participation.web.context import lang, services, session
from egov_participation.web.routing import route
from egov_participation.web.templating import render


def signed(request: Request) -> Response:
    """Thanks, and what happens next."""
    own = _own(request)
    if own is None or own.state != "valid":
        return RedirectResponse(f"/{lang(request)}/petitions/{request.path_params['reference']}/signature", 303)
    return render(request, "petitions/signed.html", own=own, title=own.title(lang(request)), page=_page(request))


def signature(request: Request) -> Response:
    """One's own signature: the promise, the proof, the way to withdraw."""
    own, reference = _own(request), request.path_params["reference"]
    title = mine.title(services(request), reference, lang(request))
    return render(
        request,
        "petitions/signature.html",
        status=200 if own is not None else 404,
        own=own,
        title=title,
        reference=reference,
        page=_page(request),
    )


def promise(request: Request) -> Response:
    """What the registrar promised, byte for byte, as a file."""
    reference = request.path_params["reference"]
    raw = mine.promise_of(services(request), reference, session(request).person_id)
    headers = {"Content-Disposition": f'attachment; filename="{reference}-promise.json"'}
    return Response(raw, media_type="application/json", headers=headers)


def signatures(request: Request) -> Response:
    """All of one's signatures."""
    own = mine.all_of(services(request), session(request).person_id)
    return render(request, "petitions/signatures.html", own=own)


def proof(request: Request) -> Response:
    """That a signature is in the log, as a file: for whoever knows its pseudonym."""
    raw = mine.proof(services(request), request.path_params["reference"], request.path_params["pseudonym"])
    headers = {"Content-Disposition": 'attachment; filename="signature.tlog-proof"'}
    return Response(raw, media_type="text/plain; charset=utf-8", headers=headers)


def _own(request: Request) -> mine.Own | None:
    return mine.one(services(request), request.path_params["reference"], session(request).person_id)


def _page(request: Request) -> str:
    return f"/{lang(request)}/petitions/{request.path_params['reference']}"


_PATH = "/petitions/{reference}"
routes = [
    route("/me/signatures", signatures, Action.MANAGE_ACCOUNT, name="petitions.my_signatures"),
    route(f"{_PATH}/signed", signed, Action.SIGN),
    route(f"{_PATH}/signature", signature, Action.SIGN),
    route(f"{_PATH}/signature/promise", promise, Action.SIGN),
    route(f"{_PATH}/signatures/proof/{{pseudonym}}", proof, Action.READ, localized=False),
]
