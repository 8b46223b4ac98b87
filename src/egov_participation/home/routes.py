"""The front page, and the pages of text."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from egov_participation.home.outcomes import outcome
from egov_participation.voting import service as voting
from egov_participation.web.context import services
from egov_participation.web.routing import route
from egov_participation.web.templating import render

OUTCOMES_SHOWN = 5


def index(request: Request) -> Response:
    """The front page: what is open, what closes soon, what came of what is over."""
    opened = voting.open_votes(services(request))
    counted = [vote for vote in voting.votes(services(request)) if vote.state is voting.VoteState.TALLIED]
    return render(
        request,
        "home/index.html",
        open_votes=opened,
        outcomes=[outcome(vote) for vote in counted[:OUTCOMES_SHOWN]],
    )


def help_page(request: Request) -> Response:
    """How to vote, what is promised and what is not, how to check."""
    return render(request, "home/help.html")


def observe(request: Request) -> Response:
    """How to observe a vote."""
    return render(request, "home/observe.html")


def petitions(request: Request) -> Response:
    """What is coming."""
    return render(request, "home/petitions.html")


def consultations(request: Request) -> Response:
    """What is coming."""
    return render(request, "home/consultations.html")


routes = [
    route("/", index),
    route("/help", help_page, name="home.help"),
    route("/observe", observe),
    route("/petitions", petitions),
    route("/consultations", consultations),
]
