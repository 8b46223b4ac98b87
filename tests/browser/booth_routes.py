"""The booth alone, on the real voting services: the tests of the page need no sign-in and can make the server fail."""

from __future__ import annotations

import tarfile
from collections.abc import Callable
from dataclasses import dataclass, field
from io import BytesIO

from starlette.requests import Request
from starlette.responses import Response
from tests.voting.making import MadeVote, archive_of

from egov_participation.errors import DomainError
from egov_participation.services import Services, SessionInfo, Site
from egov_participation.voting import service
from egov_participation.voting.receipts import ReceiptKey
from egov_participation.web import forms
from egov_participation.web.routing import BOOTH, MAIN, SIGNED_IN, RouteSpec, route
from egov_participation.web.templating import render

SESSION_COOKIE = "booth"
"""The cookie's value is the voter's place among the made vote's people."""

Interference = Callable[[Services, bytes], Response | None]


@dataclass
class BoothAlone:
    """One vote's booth. ``posted`` are the bodies of all casts, ``interfere`` may answer in the server's place."""

    vote: MadeVote
    election: bytes
    trustees: bytes
    fingerprint: str
    posted: list[bytes] = field(default_factory=list)
    interfere: list[Interference] = field(default_factory=list)

    @property
    def routes(self) -> list[RouteSpec]:
        return [
            route("/votes/{uuid}/booth", self.page, site=BOOTH, access=SIGNED_IN, name="booth.page"),
            route("/votes/{uuid}/election.json", self.election_json, site=BOOTH, localized=False, name="booth.election"),
            route("/votes/{uuid}/trustees.json", self.trustees_json, site=BOOTH, localized=False, name="booth.trustees"),
            route(
                "/votes/{uuid}/ballots",
                self.ballots,
                methods=["POST"],
                site=BOOTH,
                access=SIGNED_IN,
                localized=False,
                name="booth.ballots",
            ),
            route("/votes/{uuid}", self.elsewhere, site=MAIN, name="booth.vote"),
        ]

    def load_session(self, services: Services, _site: Site, token: str) -> SessionInfo | None:
        person = self.vote.people[int(token)]
        now = services.clock()
        return SessionInfo(person, "0" * 64, now, now, 1, self.vote.uuid)

    def page(self, request: Request) -> Response:
        services: Services = request.app.state.services
        base = services.settings.base_url
        uuid = self.vote.uuid
        return render(
            request,
            "booth/booth.html",
            vote=service.vote(services, uuid),
            election_url=f"/votes/{uuid}/election.json",
            trustees_url=f"/votes/{uuid}/trustees.json",
            fingerprint=self.fingerprint,
            receipt_key=ReceiptKey.in_folder(services.settings.keys_dir).public,
            cast_url=f"/votes/{uuid}/ballots",
            vote_url=f"{base}/en/votes/{uuid}",
            tracker_page_url=f"{base}/en/votes/{uuid}/tracker?tracker=TRACKER",
            archive_url=f"{base}/votes/{uuid}/archive.bel",
        )

    def election_json(self, request: Request) -> Response:
        return Response(self.election, media_type="application/json")

    def trustees_json(self, request: Request) -> Response:
        return Response(self.trustees, media_type="application/json")

    def ballots(self, request: Request) -> Response:
        services: Services = request.app.state.services
        raw = forms.body(request)
        self.posted.append(raw)
        if self.interfere:
            answer = self.interfere.pop(0)(services, raw)
            if answer is not None:
                return answer
        outcome = service.cast(services, self.vote.uuid, request.state.session.person_id, raw)
        return Response(outcome.receipt, 201 if outcome.new else 200, media_type="application/json")

    def elsewhere(self, request: Request) -> Response:
        raise DomainError(404, "not here", code="none")


def booth_alone(services: Services, vote: MadeVote) -> BoothAlone:
    """The booth of a made vote, with the bytes that its archive holds."""
    archive = tarfile.open(fileobj=BytesIO(archive_of(services, vote.uuid) + bytes(1024)))
    members = [archive.extractfile(member) for member in archive.getmembers()[1:3]]
    election, trustees = (member.read() for member in members if member is not None)
    return BoothAlone(vote, election, trustees, vote.election.fingerprint)
