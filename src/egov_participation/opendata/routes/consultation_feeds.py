"""Feeds (Atom) of consultations: what happened to all, and to one."""

from __future__ import annotations

from datetime import UTC

from starlette.requests import Request
from starlette.responses import Response

from egov_participation.actions import Action
from egov_participation.consultations import wording
from egov_participation.consultations.service import marking, reading
from egov_participation.consultations.service.marking import Told
from egov_participation.i18n import N_, translate
from egov_participation.opendata.atom import Entry, tag_uri
from egov_participation.opendata.routes.feeds import respond
from egov_participation.web.context import lang, services
from egov_participation.web.routing import route

_TITLE = N_("Consultations: what happens")
_ABOUT = N_("Drafts that are published, changed, closed for comments or withdrawn, and reports on what was said.")
_ABOUT_ONE = N_("What happens to this consultation.")


def consultations(request: Request) -> Response:
    """What happened last to any consultation."""
    words = translate(lang(request), _TITLE), translate(lang(request), _ABOUT)
    told = marking.latest(services(request))
    return respond(request, words, "/consultations", [_entry(request, one) for one in told])


def consultation(request: Request) -> Response:
    """All that happened to one consultation.

    Raises:
        DomainError: 404 ``consultation.unknown``.
    """
    found = reading.public(services(request), request.path_params["reference"])
    words = found.title(lang(request)).title, translate(lang(request), _ABOUT_ONE)
    entries = [_entry(request, Told(found, one)) for one in reversed(found.timeline)]
    return respond(request, words, f"/consultations/{found.reference}", entries)


def _entry(request: Request, one: Told) -> Entry:
    language, settings = lang(request), services(request).settings
    happened = wording.headline(one.happening, language, settings.timezone)
    path = f"{language}/consultations/{one.consultation.reference}"
    return Entry(
        id=tag_uri(settings.base_url, one.happening.at.astimezone(UTC).date(), f"{path}/{one.happening.id}"),
        title=f"{one.consultation.title(language).title}: {happened}",
        text=". ".join(filter(None, (happened, one.happening.reason))),
        at=one.happening.at,
        link=f"{settings.base_url}/{path}#timeline",
    )


routes = [
    route("/feeds/consultations.atom", consultations, Action.READ, name="opendata.consultations_feed"),
    route("/consultations/{reference}/feed.atom", consultation, Action.READ, name="opendata.consultation_feed"),
]
