"""Votes as a feed (Atom, RFC 4287): to hear of a new one, of a decision or of a result without leaving an address."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final
from xml.etree import ElementTree as ET

from starlette.requests import Request
from starlette.responses import Response

from egov_participation.actions import Action
from egov_participation.i18n import N_, translate
from egov_participation.voting import service
from egov_participation.voting.rules import VoteState
from egov_participation.voting.views import VoteView
from egov_participation.web.context import lang, services
from egov_participation.web.open_data import file_answer
from egov_participation.web.routing import route

ENTRIES: Final = 50
_ATOM: Final = "http://www.w3.org/2005/Atom"
_STATES: Final = {
    VoteState.SETUP: N_("Opens soon"),
    VoteState.OPEN: N_("Open"),
    VoteState.CLOSED: N_("Being counted"),
    VoteState.DECRYPTING: N_("Being counted"),
    VoteState.TALLIED: N_("Result"),
    VoteState.CANCELLED: N_("Cancelled"),
}


def votes(request: Request) -> Response:
    """The votes that close last, each with its state and its questions; the entry changes when something happens."""
    here, language = services(request), lang(request)
    now, base = here.clock(), here.settings.base_url
    found = service.votes(here, limit=ENTRIES)
    ET.register_namespace("", _ATOM)
    feed = ET.Element(f"{{{_ATOM}}}feed", {"xml:lang": language})
    address = f"{base}/{language}/votes"
    _text(feed, "id", f"{address}.atom")
    _text(feed, "title", translate(language, N_("Votes")))
    _link(feed, "self", f"{address}.atom", "application/atom+xml")
    _link(feed, "alternate", address, "text/html")
    changed = [_changed_at(vote, now) for vote in found]
    # Of none, a moment that never changes: the same feed has one entity tag.
    _text(feed, "updated", _time(max(changed, default=datetime(2000, 1, 1, tzinfo=UTC))))
    for vote, at in zip(found, changed, strict=True):
        entry = ET.SubElement(feed, f"{{{_ATOM}}}entry")
        _text(entry, "id", f"{base}/votes/{vote.uuid}")
        _text(entry, "title", f"{translate(language, _STATES[vote.state])}: {vote.title.of(language)}")
        _text(entry, "updated", _time(at))
        _text(entry, "published", _time(vote.created_at))
        author = ET.SubElement(entry, f"{{{_ATOM}}}author")
        _text(author, "name", vote.administrator.of(language) or vote.title.of(language))
        _link(entry, "alternate", f"{address}/{vote.uuid}", "text/html")
        _text(entry, "summary", " ".join(question.text.of(language) for question in vote.questions))
    body = ET.tostring(feed, encoding="utf-8", xml_declaration=True)
    return file_answer(request, body, "application/atom+xml")


def _changed_at(vote: VoteView, now: datetime) -> datetime:
    """The last moment that is known at which something about the vote became another thing."""
    moments = [vote.created_at, *(act.at for act in vote.acts)]
    moments += [moment for moment in (vote.opens_at, vote.closes_at, vote.cancelled_at) if moment and moment <= now]
    return max(moments)


def _text(parent: ET.Element, name: str, text: str) -> None:
    # What XML cannot hold is left out: a feed that nobody can read tells nothing.
    ET.SubElement(parent, f"{{{_ATOM}}}{name}").text = "".join(c for c in text if c.isprintable() or c == "\n")


def _link(parent: ET.Element, rel: str, href: str, kind: str) -> None:
    ET.SubElement(parent, f"{{{_ATOM}}}link", {"rel": rel, "href": href, "type": kind})


def _time(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


routes = [route("/votes.atom", votes, Action.READ, name="voting.feed")]
