"""What readers of a report see beside its frozen numbers: the words, as they may be shown today."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from egov_participation.consultations.models import Reply
from egov_participation.consultations.reply_views import ReplyView
from egov_participation.consultations.rules.replying import MAY_CHANGE, Changed
from egov_participation.consultations.service import comment_lists, differences, lookup, reply_viewing, replying
from egov_participation.consultations.service.differences import Difference
from egov_participation.consultations.views import CommentView
from egov_participation.services import Services

PAGE: Final = 30
"""Positions on a page."""


@dataclass(frozen=True, slots=True)
class PositionView:
    """What was said, by how many, and what the agency says to it."""

    first: CommentView
    numbers: tuple[int, ...]
    supports: int
    reply: ReplyView | None


@dataclass(frozen=True, slots=True)
class ChangeView:
    """“You said – we did”: what changed because of comments."""

    reply: ReplyView
    first: CommentView
    difference: Difference | None


def positions(services: Services, content: Mapping[str, Any], start: int, end: int) -> list[PositionView]:
    """Some of the positions of a report, with their words."""
    wanted: Sequence[Mapping[str, Any]] = content["positions"][start:end]
    with services.database.read() as session:
        consultation = lookup.found(session, content["consultation"])
        firsts = {
            one.number: one
            for one in comment_lists.among(session, consultation, [one["comments"][0] for one in wanted])
        }
        replies = reply_viewing.of_numbers(session, consultation, {one["reply"] for one in wanted if one["reply"]})
    return [
        PositionView(
            firsts[one["comments"][0]], tuple(one["comments"]), one["supports"], replies.get(one["reply"] or 0)
        )
        for one in wanted
    ]


def comments(services: Services, reference: str, start: int, end: int) -> list[tuple[CommentView, Reply | None]]:
    """Comments from one number to before another, each with the reply that holds now."""
    with services.database.read() as session:
        consultation = lookup.found(session, reference)
        found = comment_lists.among(session, consultation, list(range(start, end)))
        replies = replying.last_replies(session, [one.id for one in found])
        session.expunge_all()
    return [(one, replies.get(one.id)) for one in found]


def changes(services: Services, content: Mapping[str, Any]) -> list[ChangeView]:
    """What changed because of comments, in the order of the replies."""
    with services.database.read() as session:
        consultation = lookup.found(session, content["consultation"])
        numbers = {one["number"] for one in content["replies"] if one["changed"]}
        replies = [
            one
            for one in reply_viewing.of_numbers(session, consultation, numbers).values()
            if one.content.verdict in MAY_CHANGE
        ]
        firsts = {
            one.number: one
            for one in comment_lists.among(session, consultation, [one.content.comments[0] for one in replies])
        }
    differing = _differing(services, content["consultation"], [one.content.changed for one in replies])
    return [
        ChangeView(
            reply,
            firsts[reply.content.comments[0]],
            None if reply.content.changed is None else differing.get(reply.content.changed),
        )
        for reply in replies
    ]


def _differing(services: Services, reference: str, wanted: Iterable[Changed | None]) -> dict[Changed, Difference]:
    """What these name; whole versions are compared once, however many replies name something of them."""
    found: dict[Changed, Difference] = {}
    for version, lang in sorted({(one.version, one.lang) for one in wanted if one is not None}):
        compared = differences.compared(services, reference, version - 1, version, lang)
        found |= {differences.name_of(one, version, lang): one for one in compared.changed}
    return found
