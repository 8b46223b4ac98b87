"""What anybody sees of a petition's audits, and the question to those who were drawn."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from egov_crypto.audit import REVEALING
from egov_participation.actions import Action
from egov_participation.audits import rules, service
from egov_participation.audits.forms import AnswerForm
from egov_participation.i18n import N_, translate
from egov_participation.petitions.service import reading
from egov_participation.petitions.views import PetitionView
from egov_participation.web.addresses import to
from egov_participation.web.context import lang, services
from egov_participation.web.forms import Form, parse
from egov_participation.web.reading import page
from egov_participation.web.routing import route
from egov_participation.web.templating import render


def audit(request: Request) -> Response:
    """The audits of a petition: who committed to what, what was drawn, what came of it.

    Raises:
        DomainError: 404 ``petition.unknown``; 410 ``petition.hidden``.
    """
    here = services(request)
    petition = reading.public(here, request.path_params["reference"])

    def made() -> Response:
        return render(
            request,
            "audits/public.html",
            petition=petition,
            text=petition.text(lang(request)),
            audits=service.of_petition(here, petition.reference),
            registrar_inside=here.registrar.inside,
            most=rules.MOST_SAMPLE,
            days=REVEALING.days,
        )

    return page(request, (petition, *service.stamp(here, petition.reference)), made)


def question(request: Request) -> Response:
    """Did you sign? Opened by programs that look at mails, too: so nothing is answered by opening it.

    Raises:
        DomainError: 404 ``petition.no_question``; 503 ``registrar.unavailable``.
    """
    return _question(request, Form())


def answer(request: Request) -> Response:
    """Keep what somebody answers."""
    form = parse(request, AnswerForm)
    token = request.path_params["token"]
    if form.data is None or form.data.signed not in ("yes", "no"):
        form.errors["signed"] = translate(lang(request), N_("Choose an answer."))
        return _question(request, form, 422)
    services(request).registrar.answer_audit(token, form.data.signed == "yes")
    reference = request.path_params["reference"]
    return to(request, "audits.question", reference=reference, token=token)


def _question(request: Request, form: Form[AnswerForm], status: int = 200) -> Response:
    here = services(request)
    reference, answered = here.registrar.audit_question(request.path_params["token"])
    petition: PetitionView = reading.whatever_its_state(here, reference)
    return render(
        request,
        "audits/question.html",
        status=status,
        petition=petition,
        text=petition.text(lang(request)),
        token=request.path_params["token"],
        answered=answered,
        form=form,
    )


routes = [
    route("/petitions/{reference}/audit", audit, Action.READ, name="audits.audit_public"),
    route("/petitions/{reference}/audit/answer/{token}", question, Action.VISIT),
    route("/petitions/{reference}/audit/answer/{token}", answer, Action.VISIT, methods=["POST"]),
]
