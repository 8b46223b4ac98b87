"""The page on which a browser verifies a receipt by itself."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from egov_participation.actions import Action
from egov_participation.ledger import service as ledger
from egov_participation.observe import service
from egov_participation.voting import service as voting
from egov_participation.web.context import services
from egov_participation.web.routing import route
from egov_participation.web.templating import render


def receipt(request: Request) -> Response:
    """The form, with the keys that the visitor may replace by their own."""
    here = services(request)
    return render(
        request,
        "observe/receipt.html",
        receipt_key=voting.receipt_key(here),
        log_keys=ledger.verifier_keys(here),
        log_key=service.key(here),
    )


routes = [route("/observe/receipt", receipt, Action.READ)]
