"""What readers of a report see beside its frozen numbers: the words, as they may be shown today."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from egov_participation.consultations.reply_views import ReplyView
from egov_participation.consultations.rules.replying import MAY_CHANGE
from egov_participation.consultations.service import comment_lists, differences, lookup, reply_viewing
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
        replies = {one.number: one for one in reply_viewing.after(session, consultation, 0)}
    return [
        PositionView(
            firsts[one["comments"][0]], tuple(one["comments"]), one["supports"], replies.get(one["reply"] or 0)
        )
        for one in wanted
    ]


def changes(services: Services, content: Mapping[str, Any]) -> list[ChangeView]:
    """What changed because of comments, in the order of the replies."""
    with services.database.read() as session:
        consultation = lookup.found(session, content["consultation"])
        numbers = {one["number"] for one in content["replies"] if one["changed"]}
        replies = [
            one
            for one in reply_viewing.after(session, consultation, 0)
            if one.number in numbers and one.content.verdict in MAY_CHANGE
        ]
        firsts = {
            one.number: one
            for one in comment_lists.among(session, consultation, [one.content.comments[0] for one in replies])
        }
    return [
        ChangeView(
            reply,
            firsts[reply.content.comments[0]],
            None
            if reply.content.changed is None
            else differences.named(services, content["consultation"], reply.content.changed),
        )
        for reply in replies
    ]
