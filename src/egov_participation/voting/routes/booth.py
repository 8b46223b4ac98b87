"""What the booth's host name serves of a vote: its page, the voting code, what the booth reads, and where ballots go.

The session there is for one vote and comes from the main site by a hand-off; nothing here signs anybody in.
"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from egov_crypto import ballot as ballots
from egov_participation import metrics
from egov_participation.actions import Action
from egov_participation.errors import DomainError
from egov_participation.i18n import N_, translate
from egov_participation.services import SessionInfo
from egov_participation.voting import service, trackers
from egov_participation.voting.routes.archive import archive
from egov_participation.voting.routes.public import archive_url
from egov_participation.voting.views import VoteView
from egov_participation.web import sessions
from egov_participation.web.context import lang, services, session
from egov_participation.web.forms import body, upload
from egov_participation.web.qr import qr_code
from egov_participation.web.routing import BOOTH, route
from egov_participation.web.templating import render

FILE_FIELD = "ballot"
TRACKER_WORD = "TRACKER"
"""Stands in the tracker page's address where the booth puts the tracker."""


def booth(request: Request) -> Response:
    """The booth. All that happens in it happens in the voter's browser."""
    found = _own_vote(request)
    main = f"{services(request).settings.base_url}/{lang(request)}/votes/{found.uuid}"
    here = f"/votes/{found.uuid}"
    return _secret(
        render(
            request,
            "booth/booth.html",
            vote=found,
            election_url=f"{here}/election.json",
            trustees_url=f"{here}/trustees.json",
            fingerprint=found.fingerprint,
            receipt_key=service.receipt_key(services(request)),
            cast_url=f"{here}/ballots",
            credential_url=f"/{lang(request)}{here}/credential",
            upload_url=f"/{lang(request)}{here}/ballot-file",
            vote_url=main,
            tracker_page_url=f"{main}/ballots/{TRACKER_WORD}",
            archive_url=archive_url(request, found),
        )
    )


def credential(request: Request) -> Response:
    """The voter's own voting code: behind a button, so that nobody sees it by opening a page.

    The registrar shows it for what it gave when the person proved who they are (`proving`), once.

    Raises:
        DomainError: those of the registrar's ``credential``.
    """
    found, who = _own_vote(request), session(request)
    code, refusal, release = None, None, sessions.release(request)
    if request.method == "POST":
        try:
            code = services(request).registrar.credential(found.uuid, who.person_id, release or "")
        except DomainError as error:
            if error.code != "credential.release":
                raise
            refusal = translate(lang(request), error.message, **error.params)
    main, page = services(request).settings.base_url, f"/{lang(request)}/votes/{found.uuid}"
    response = render(
        request,
        "booth/credential.html",
        status=403 if refusal else 200,
        vote=found,
        booth_url_here=f"{page}/booth",
        vote_url=f"{main}{page}",
        prove_url=f"{main}{page}/code",
        released=release is not None,
        credential=code,
        qr_svg=qr_code(code) if code else None,
        refusal=refusal,
    )
    if request.method == "POST":
        sessions.clear_release(request, response)
    return _secret(response)


def election(request: Request) -> Response:
    """The election's JSON, byte for byte as published: its SHA-256 is the fingerprint."""
    return _published(service.election(services(request), request.path_params["uuid"]))


def trustees(request: Request) -> Response:
    """The trustees' JSON, byte for byte as published."""
    return _published(service.trustees(services(request), request.path_params["uuid"]))


def cast(request: Request) -> Response:
    """Take a ballot's bytes: 201 with a receipt, or 200 with the same one again.

    Raises:
        DomainError: as the table in ``voting/service/casting.py`` says.
    """
    outcome = _cast(request, request.path_params["uuid"], body(request), _own_session(request))
    return Response(outcome.receipt, 201 if outcome.new else 200, media_type="application/json")


def ballot_file(request: Request) -> Response:
    """Where a ballot is handed in that was encrypted elsewhere. It works without JavaScript."""
    return _file_page(request, _own_vote(request))


def _file_page(request: Request, found: VoteView, refusal: DomainError | None = None) -> Response:
    """The form; with why the file that came was not taken."""
    here, page = services(request), f"/{lang(request)}/votes/{found.uuid}"
    errors = {FILE_FIELD: translate(lang(request), refusal.message, **refusal.params)} if refusal else {}
    return render(
        request,
        "booth/ballot_file.html",
        status=refusal.status if refusal else 200,
        vote=found,
        errors=errors,
        booth_url_here=f"{page}/booth",
        vote_url=f"{here.settings.base_url}{page}",
    )


def cast_file(request: Request) -> Response:
    """Take a ballot as a file: for those who encrypt it elsewhere and for browsers without JavaScript.

    What is refused (422 ``ballot.missing``, and as `service.cast` says) is said in the form.
    """
    found, who = _own_vote(request), session(request)
    raw = (upload(request, FILE_FIELD) or b"").strip()  # an editor's or a shell's line end is no part of the ballot
    try:
        if not raw:
            raise DomainError(422, N_("Choose the file that holds your ballot."), code="ballot.missing")
        outcome = _cast(request, found.uuid, raw, who)
    except DomainError as refusal:
        return _file_page(request, found, refusal)
    tracker = ballots.tracker(raw)
    main = f"{services(request).settings.base_url}/{lang(request)}/votes/{found.uuid}"
    return render(
        request,
        "voting/recorded.html",
        status=201 if outcome.new else 200,
        vote=found,
        tracker=tracker,
        new=outcome.new,
        tracker_url=f"{main}/ballots/{trackers.to_address(tracker)}",
    )


def _cast(request: Request, uuid: str, raw: bytes, who: SessionInfo) -> service.CastOutcome:
    """`service.cast`, counted."""
    try:
        outcome = service.cast(services(request), uuid, who.person_id, raw, assurance=who.assurance)
    except DomainError as refusal:
        metrics.cast_refused(refusal.code)
        raise
    if outcome.new:
        metrics.cast_accepted()
    return outcome


def _own_session(request: Request) -> SessionInfo:
    """The session, if it is for the vote in the address.

    Raises:
        DomainError: 404 ``vote.unknown``; 403 ``session.other_vote``.
    """
    uuid, who = request.path_params["uuid"], session(request)
    if who.vote != uuid:
        service.vote(services(request), uuid)
        raise DomainError(
            403,
            N_("You entered the booth for another vote. Go back to this vote's page and enter from there."),
            code="session.other_vote",
        )
    return who


def _own_vote(request: Request) -> VoteView:
    _own_session(request)
    return service.vote(services(request), request.path_params["uuid"])


def _published(raw: bytes) -> Response:
    return Response(raw, media_type="application/json", headers={"Cache-Control": "public, max-age=3600"})


def _secret(response: Response) -> Response:
    """Neither caches nor the browser's own history keep this page."""
    response.headers["Cache-Control"] = "no-store"
    return response


routes = [
    route("/votes/{uuid}/booth", booth, Action.VOTE, site=BOOTH),
    route("/votes/{uuid}/credential", credential, Action.VOTE, methods=("GET", "POST"), site=BOOTH),
    route("/votes/{uuid}/ballot-file", ballot_file, Action.VOTE, site=BOOTH),
    route("/votes/{uuid}/ballot-file", cast_file, Action.VOTE, methods=("POST",), site=BOOTH),
    route("/votes/{uuid}/election.json", election, Action.READ, site=BOOTH, localized=False),
    route("/votes/{uuid}/trustees.json", trustees, Action.READ, site=BOOTH, localized=False),
    route("/votes/{uuid}/archive.bel", archive, Action.READ, site=BOOTH, localized=False, name="voting.booth_archive"),
    route("/votes/{uuid}/ballots", cast, Action.VOTE, methods=("POST",), site=BOOTH, localized=False),
]
