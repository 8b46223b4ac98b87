"""The booth as one file: how to use it, and the file itself. Anybody gets the same one."""

from __future__ import annotations

import base64
import hashlib
from collections import OrderedDict
from typing import Final

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from egov_participation import offline_file
from egov_participation.actions import Action
from egov_participation.i18n import LANGUAGES
from egov_participation.services import Services
from egov_participation.voting import service
from egov_participation.voting.routes.booth import TRACKER_WORD
from egov_participation.voting.routes.public import archive_url
from egov_participation.voting.views import VoteView
from egov_participation.voting.wording import file_size
from egov_participation.web.context import lang, services
from egov_participation.web.open_data import has_tag
from egov_participation.web.routing import route
from egov_participation.web.templating import render

_MOST: Final = 24
_kept: Final[OrderedDict[tuple[str, ...], bytes]] = OrderedDict()
"""Files that were made lately: each takes some milliseconds, and never changes while this release runs."""


def offline(request: Request) -> Response:
    """How to vote with the file, the file, and its SHA-256."""
    vote = service.vote(services(request), request.path_params["uuid"])
    file = _file(request, vote)
    return render(
        request,
        "voting/offline.html",
        vote=vote,
        name=_name(vote, lang(request)),
        url=f"/votes/{vote.uuid}/booth-{lang(request)}.html",
        size=file_size(len(file), lang(request)),
        digest=hashlib.sha256(file).hexdigest(),
        others=[(language, name, f"/votes/{vote.uuid}/booth-{language}.html") for language, name in LANGUAGES.items()],
    )


def booth_file(request: Request) -> Response:
    """The file. It is saved and not opened here: on the site the booth is the site's own."""
    request.state.lang = request.path_params["language"]
    vote = service.vote(services(request), request.path_params["uuid"])
    body = _file(request, vote)
    etag = f'"{hashlib.sha256(body).hexdigest()}"'
    headers = {
        "ETag": etag,
        "Cache-Control": "public, no-cache",
        "Content-Disposition": f'attachment; filename="{_name(vote, lang(request))}"',
    }
    if has_tag(request, etag):
        return Response(status_code=304, headers=headers)
    return Response(body, headers=headers, media_type="text/html; charset=utf-8")


def _name(vote: VoteView, language: str) -> str:
    return f"booth-{vote.uuid}-{language}.html"


def _file(request: Request, vote: VoteView) -> bytes:
    here = services(request)
    key = (*_facts(here), vote.fingerprint, lang(request))
    found = _kept.get(key)
    if found is None:
        found = _kept[key] = bytes(_made(request, here, vote).body)
        while len(_kept) > _MOST:
            _kept.popitem(last=False)
    return found


def _facts(here: Services) -> tuple[str, ...]:
    """What of an installation stands in the file."""
    return here.settings.base_url, str(here.settings.demo), service.receipt_key(here), offline_file.policy()


def _made(request: Request, here: Services, vote: VoteView) -> Response:
    main = f"{here.settings.base_url}/{lang(request)}/votes/{vote.uuid}"
    return render(
        request,
        "booth/booth.html",
        vote=vote,
        offline={
            # Made of our own files, and hashed: escaped they would be other ones.
            "program": Markup(offline_file.program()),  # noqa: S704
            "style": Markup(offline_file.style()),  # noqa: S704
            "policy": offline_file.policy(),
            "election": _bare(vote.election),
            "trustees": _bare(service.trustees(here, vote.uuid)),
        },
        election_url="published-election",
        trustees_url="published-trustees",
        fingerprint=vote.fingerprint,
        receipt_key=service.receipt_key(here),
        vote_url=main,
        tracker_page_url=f"{main}/ballots/{TRACKER_WORD}",
        archive_url=archive_url(request, vote),
    )


def _bare(raw: bytes) -> str:
    return base64.b64encode(raw).decode().rstrip("=")


routes = [
    route("/votes/{uuid}/offline", offline, Action.READ),
    route("/votes/{uuid}/booth-{language:language}.html", booth_file, Action.READ, localized=False),
]
