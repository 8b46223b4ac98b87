"""Feeds (Atom): what happened to all votes, and to one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from egov_participation.actions import Action
from egov_participation.i18n import LANGUAGES, N_, translate
from egov_participation.opendata import formats, licences, service, telling
from egov_participation.opendata.atom import Entry, Feed, tag_uri, to_xml
from egov_participation.opendata.catalogue import publisher
from egov_participation.opendata.service import Happening
from egov_participation.web.context import lang, services
from egov_participation.web.open_data import file_answer
from egov_participation.web.routing import route

_EMPTY_SINCE: Final = datetime(2000, 1, 1, tzinfo=UTC)
"""Of when a feed without entries is: a moment that never changes, so that its entity tag does not."""
_TITLE: Final = N_("Votes: what happens")
_ABOUT: Final = N_("Votes announced, opened, extended, closed, counted or cancelled, errata, and answers to reports.")
_ABOUT_ONE: Final = N_("What happens to this vote.")


def votes(request: Request) -> Response:
    """What happened last to any vote."""
    words = translate(lang(request), _TITLE), translate(lang(request), _ABOUT)
    return _feed(request, words, "/votes", service.latest(services(request)))


def vote(request: Request) -> Response:
    """All that happened to one vote.

    Raises:
        DomainError: 404 ``vote.unknown``.
    """
    found = service.of_vote(services(request), uuid := request.path_params["uuid"])
    words = found[0].vote.title.of(lang(request)), translate(lang(request), _ABOUT_ONE)
    return _feed(request, words, f"/votes/{uuid}", found)


def _feed(request: Request, words: tuple[str, str], page: str, happenings: Sequence[Happening]) -> Response:
    settings, language = services(request).settings, lang(request)
    base = settings.base_url
    entries = [
        Entry(
            id=tag_uri(base, one.vote.created_at.astimezone(UTC).date(), f"{language}/votes/{one.key}"),
            title=telling.title(one, language),
            text=telling.text(one, language, settings.timezone),
            at=one.at,
            link=base + telling.page(one, language),
        )
        for one in happenings
    ]
    return respond(request, words, page, entries)


def respond(request: Request, words: tuple[str, str], page: str, entries: Sequence[Entry]) -> Response:
    """A feed in the language of the address. Each language's has names of its own: its entries are other texts.

    Args:
        words: title and what it is about.
        page: that which people read instead, without the language.
    """
    settings, language = services(request).settings, lang(request)
    base, path = settings.base_url, request.url.path.removeprefix(f"/{language}")
    feed = Feed(
        id=f"{base}/{language}{path}",
        lang=language,
        title=words[0],
        subtitle=words[1],
        author=publisher(settings)["name"][language],
        rights=licences.name_of(settings.data_licence),
        address=f"{base}/{language}{path}",
        page=f"{base}/{language}{page}",
        others=[(other, f"{base}/{other}{path}") for other in LANGUAGES if other != language],
        since=_EMPTY_SINCE,
        entries=entries,
    )
    return file_answer(request, to_xml(feed), formats.ATOM.media_type)


routes = [
    route("/feeds/votes.atom", votes, Action.READ, name="opendata.votes_feed"),
    route("/votes/{uuid}/feed.atom", vote, Action.READ, name="opendata.vote_feed"),
]
