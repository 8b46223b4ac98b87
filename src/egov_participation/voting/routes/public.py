"""What anybody sees of votes. Nothing here depends on who asks."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from egov_participation import source
from egov_participation.actions import Action
from egov_participation.errors import DomainError
from egov_participation.i18n import N_, translate
from egov_participation.voting import figures, service, trackers
from egov_participation.voting.service import VoteState
from egov_participation.voting.timeline import timeline
from egov_participation.voting.views import VoteView
from egov_participation.voting.wording import file_size
from egov_participation.web.context import lang, services
from egov_participation.web.qr import qr_code
from egov_participation.web.reading import page, read
from egov_participation.web.routing import route
from egov_participation.web.templating import render

VOTES_PAGE = 50
BALLOTS_PAGE = 25

_SECTIONS = (
    (N_("Open now"), {VoteState.OPEN}),
    (N_("Opening soon"), {VoteState.SETUP}),
    (
        N_("Ended"),
        {VoteState.CLOSED, VoteState.SHUFFLING, VoteState.DECRYPTING, VoteState.TALLIED, VoteState.CANCELLED},
    ),
)


async def votes(request: Request) -> Response:
    """The list of votes: what is open, what comes, what was."""
    after = request.query_params.get("after")
    found = await read(request, service.published_votes, after, VOTES_PAGE + 1)
    now = services(request).clock()
    shown, more = [vote.at(now) for vote in found[:VOTES_PAGE]], len(found) > VOTES_PAGE

    def make() -> Response:
        sections = [
            (translate(lang(request), heading), [vote for vote in shown if vote.state in states])
            for heading, states in _SECTIONS
        ]
        return render(
            request,
            "voting/votes.html",
            sections=[(heading, those) for heading, those in sections if those],
            next=f"?after={shown[-1].uuid}" if more else None,
            first=after is None,
        )

    return page(request, (shown, more), make)


async def vote(request: Request) -> Response:
    """A vote: its state, what is asked, the one thing to do, what happened, how to check."""
    now = services(request).clock()
    found = (await read(request, service.published, request.path_params["uuid"])).at(now)
    timezone = services(request).settings.timezone
    return page(
        request,
        (found,),
        lambda: page_of(
            request,
            "vote",
            found,
            results=figures.of_results(found, lang(request), timezone),
            timeline=timeline(found, lang(request), timezone, now),
        ),
    )


def board(request: Request) -> Response:
    """The ballots in pages; with ``?tracker=`` on to that ballot's page, or back here with a sentence."""
    found = _vote(request)
    typed = request.query_params.get("tracker", "").strip()[:200]
    errors = {}
    if typed:
        tracker = trackers.parse(typed)
        if tracker is not None and _stands_on_board(request, tracker):
            address = trackers.to_address(tracker)
            target = f"/{lang(request)}/votes/{found.uuid}/ballots/{address}"
            return RedirectResponse(target, 303, {"Cache-Control": "no-store"})
        message = N_("This is not a tracking number: it has 43 letters, digits and the signs + and /.")
        if tracker is not None:
            message = N_("No ballot with this number stands on this board. Compare it with your receipt, sign by sign.")
        errors = {"tracker": translate(lang(request), message)}
    pages = max(1, -(-found.ballots // BALLOTS_PAGE))
    page = number(request.query_params.get("page", "1"), at_most=pages)
    # Ballots stand at the heights 1, 2, 3 … without a gap: only they come between set-up and closing.
    ballots = service.board(services(request), found.uuid, after=(page - 1) * BALLOTS_PAGE, limit=BALLOTS_PAGE).ballots
    response = page_of(request, "board", found, ballots=ballots, page=page, pages=pages, tracker=typed, errors=errors)
    response.status_code = 404 if errors else 200
    return response


def tracker(request: Request) -> Response:
    """One ballot of the board, and the receipt that everybody gets who asks."""
    found = _vote(request)
    ballot = service.ballot(services(request), found.uuid, tracker_of(request))
    address = f"{services(request).settings.base_url}{request.url.path}"
    return page_of(
        request,
        "tracker",
        found,
        found=ballot,
        qr=qr_code(address),
        receipt_key=service.receipt_key(services(request)),
    )


def tracker_of(request: Request) -> str:
    """The tracker in the address.

    Raises:
        DomainError: 404 ``ballot.unknown``: it has not the form of one.
    """
    found = trackers.parse(request.path_params["tracker"])
    if found is None:
        raise DomainError(404, N_("There is no such ballot on this board."), code="ballot.unknown")
    return found


def source_of(request: Request) -> dict[str, str]:
    """Where the program is to be had (`source.offer`)."""
    return source.offer(services(request).settings)


def archive_url(request: Request, vote: VoteView) -> str:
    """The archive's address in full, for commands."""
    return f"{services(request).settings.base_url}/votes/{vote.uuid}/archive.bel"


def _vote(request: Request) -> VoteView:
    return service.vote(services(request), request.path_params["uuid"])


def page_of(request: Request, name: str, found_vote: VoteView, **context: Any) -> Response:
    """One of the pages of a vote, with its archive's address and size."""
    return render(
        request,
        f"voting/{name}.html",
        vote=found_vote,
        archive_url=archive_url(request, found_vote),
        archive_size=file_size(found_vote.archive_size, lang(request)),
        **context,
    )


def _stands_on_board(request: Request, found: str) -> bool:
    try:
        service.ballot(services(request), request.path_params["uuid"], found)
    except DomainError:
        return False
    return True


def number(text: str | None, *, at_most: int) -> int:
    """A number from a query: 1 to `at_most`; what is larger or no number is `at_most`."""
    given = int(text) if text and text.isascii() and text.isdecimal() and len(text) < 10 else at_most
    return max(1, min(given, at_most))


routes = [
    route("/votes", votes, Action.READ),
    route("/votes/{uuid}", vote, Action.READ),
    route("/votes/{uuid}/board", board, Action.READ),
    route("/votes/{uuid}/ballots/{tracker:path}", tracker, Action.READ),
]
