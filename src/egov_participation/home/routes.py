"""The front page, and the pages of text."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from starlette.requests import Request
from starlette.responses import Response

from egov_participation.home.outcomes import outcome
from egov_participation.i18n import ntranslate, translate
from egov_participation.voting.rules import VoteState
from egov_participation.voting.service import reading
from egov_participation.web.context import lang, services
from egov_participation.web.formats import filters
from egov_participation.web.routing import route
from egov_participation.web.templating import render

OUTCOMES_SHOWN = 5


def index(request: Request) -> Response:
    """The front page: what is open, what closes soon, what came of what is over."""
    opened = reading.open_votes(services(request))
    counted = [vote for vote in reading.votes(services(request)) if vote.state is VoteState.TALLIED]
    return render(
        request,
        "home/index.html",
        open_votes=opened,
        outcomes=[outcome(vote) for vote in counted[:OUTCOMES_SHOWN]],
        closes_in_words=_closes_in_words(request),
    )


def _closes_in_words(request: Request) -> Callable[[datetime], str]:
    """When something closes: the days left, and the day and time."""
    language, now = lang(request), services(request).clock()
    written = filters(language, services(request).settings.timezone)

    def words(closes_at: datetime) -> str:
        date = written["datetime"](closes_at)
        days = (closes_at - now) // timedelta(days=1)
        if days < 1:
            return translate(language, "closes soon: %(date)s", date=date)
        return ntranslate(
            language, "%(num)s day left, until %(date)s", "%(num)s days left, until %(date)s", days, date=date
        )

    return words


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
