"""Feeds (Atom) of petitions: what happened to all, and to one."""

from __future__ import annotations

from datetime import UTC

from starlette.requests import Request
from starlette.responses import Response

from egov_participation.actions import Action
from egov_participation.i18n import N_, translate
from egov_participation.opendata.atom import Entry, tag_uri
from egov_participation.opendata.routes.feeds import respond
from egov_participation.petitions import wording
from egov_participation.petitions.service import reading
from egov_participation.petitions.service.reading import Told
from egov_participation.web.context import lang, services
from egov_participation.web.routing import route

_TITLE = N_("Petitions: what happens")
_ABOUT = N_("Petitions that open, close, reach a threshold, are rejected or answered.")
_ABOUT_ONE = N_("What happens to this petition.")


def petitions(request: Request) -> Response:
    """What happened last to any petition."""
    words = translate(lang(request), _TITLE), translate(lang(request), _ABOUT)
    told = reading.latest(services(request))
    return respond(request, words, "/petitions", [_entry(request, one) for one in told])


def petition(request: Request) -> Response:
    """All that happened to one petition.

    Raises:
        DomainError: 404 ``petition.unknown``; 410 ``petition.hidden``.
    """
    found = reading.public(services(request), request.path_params["reference"])
    words = found.text(lang(request)).title, translate(lang(request), _ABOUT_ONE)
    entries = [_entry(request, Told(found, one)) for one in reversed(found.timeline)]
    return respond(request, words, f"/petitions/{found.reference}", entries)


def _entry(request: Request, one: Told) -> Entry:
    language, base = lang(request), services(request).settings.base_url
    happened = wording.headline(one.happening, one.petition, language)
    done = " · ".join(filter(None, (happened, wording.by(one.happening, one.petition, language))))
    path = f"{language}/petitions/{one.petition.reference}"
    since = one.happening.at.astimezone(UTC).date()
    return Entry(
        id=tag_uri(base, since, f"{path}/{one.happening.id}"),
        title=f"{one.petition.text(language).title}: {happened}",
        text=". ".join(filter(None, (done, one.happening.reason))),
        at=one.happening.at,
        link=f"{base}/{path}#timeline",
    )


routes = [
    route("/feeds/petitions.atom", petitions, Action.READ, name="opendata.petitions_feed"),
    route("/petitions/{reference}/feed.atom", petition, Action.READ, name="opendata.petition_feed"),
]
