"""What happened to votes, one thing after the other: what feeds tell.

Each happening has a key that it never changes, whatever becomes of the vote. The clock says when a vote opened and
closed, and acts and answers bear their times. Of a result no time is kept in the archive: it has that at which the
worker saw the archive to be final, a second or two later; until then, that of closing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from operator import attrgetter
from typing import Final

from egov_participation.errors import DomainError
from egov_participation.i18n import N_
from egov_participation.incidents import service as incidents
from egov_participation.incidents.views import IncidentView
from egov_participation.opendata.models import FinalArchive
from egov_participation.opendata.service.archives import known
from egov_participation.opendata.service.sources import views
from egov_participation.services import Services
from egov_participation.voting import service as voting
from egov_participation.voting.service import VoteMark
from egov_participation.voting.views import ActView, VoteView

MOST: Final = 50
"""Happenings in a feed."""


class Kind(StrEnum):
    """What happened; part of the key."""

    ANNOUNCED = "announced"
    OPENED = "opened"
    EXTENDED = "extended"
    CLOSED = "closed"
    RESULT = "result"
    SIGNED = "protocol"
    CORRECTED = "erratum"
    CANCELLED = "cancelled"
    ANSWERED = "answer"


_ACTS: Final = {"extended": Kind.EXTENDED, "published": Kind.SIGNED, "corrected": Kind.CORRECTED}
_SEVERAL: Final = {Kind.EXTENDED, Kind.CORRECTED}
"""Acts of which a vote may have several: numbered in their order, in which others only come behind."""


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing that happened."""

    vote: VoteView
    kind: Kind
    at: datetime
    which: str = ""
    """Which of several of the kind."""
    act: ActView | None = None
    incident: IncidentView | None = None

    @property
    def key(self) -> str:
        """``<vote>/<kind>`` and, of several, ``/<which>``: the same for ever."""
        return "/".join(filter(None, (self.vote.uuid, self.kind.value, self.which)))


def of_vote(services: Services, uuid: str) -> list[Happening]:
    """All that happened to one vote, the last first.

    Raises:
        DomainError: 404 ``vote.unknown``: there is none, or it is a rehearsal.
    """
    vote = voting.vote(services, uuid)
    if vote.rehearsal:
        raise DomainError(404, N_("There is no such vote."), code="vote.unknown")
    with services.database.read() as session:
        answers = [(vote, incident) for incident in incidents.of_vote(session, uuid)]
    return _in_order([*_own(services, vote, known(services)), *_answers(answers)])


def latest(services: Services) -> list[Happening]:
    """The last things that happened to any vote that is no rehearsal, the last first."""
    now, sums = services.clock(), known(services)
    marks = {mark.uuid: mark for mark in voting.census(services)}

    def last(mark: VoteMark) -> datetime:
        final = sums.get(mark.uuid)
        return max(mark.changed_at(now), final.seen_at) if final else mark.changed_at(now)

    # Whatever is among the last MOST things of all happened to one of the MOST votes to which something happened last.
    recent = sorted(marks.values(), key=last, reverse=True)[:MOST]
    found = [happening for vote in views(services, recent) for happening in _own(services, vote, sums)]
    return _in_order([*found, *_answers(_last_answers(services, marks))])[:MOST]


def _last_answers(services: Services, marks: Mapping[str, VoteMark]) -> Iterator[tuple[VoteView, IncidentView]]:
    with services.database.read() as session:
        answered = [
            (mark.answered_at, mark.reference)
            for mark in incidents.marks(session)
            if mark.answered_at is not None and mark.vote_uuid in marks
        ]
        found = incidents.among(session, [reference for _, reference in sorted(answered)[-MOST:]])
    about = {incident.vote_uuid for incident in found}
    votes = {vote.uuid: vote for vote in views(services, [marks[uuid] for uuid in about])}
    return ((votes[incident.vote_uuid], incident) for incident in found)


def _answers(found: Iterator[tuple[VoteView, IncidentView]] | list[tuple[VoteView, IncidentView]]) -> list[Happening]:
    return [
        Happening(vote, Kind.ANSWERED, incident.answered_at, incident.reference, incident=incident)
        for vote, incident in found
        if incident.answered_at is not None
    ]


def _own(services: Services, vote: VoteView, sums: Mapping[str, FinalArchive]) -> Iterator[Happening]:
    """What happened to a vote itself."""
    now, until = services.clock(), vote.cancelled_at
    yield Happening(vote, Kind.ANNOUNCED, vote.created_at)
    for kind, moment in ((Kind.OPENED, vote.opens_at), (Kind.CLOSED, vote.closes_at)):
        if moment <= now and (until is None or moment <= until):
            yield Happening(vote, kind, moment)
    numbers = dict.fromkeys(_SEVERAL, 0)
    for act in vote.acts:
        kind_of_act = _ACTS.get(act.kind)
        if kind_of_act in _SEVERAL:
            numbers[kind_of_act] += 1
            yield Happening(vote, kind_of_act, act.at, str(numbers[kind_of_act]), act)
        elif kind_of_act is not None:
            yield Happening(vote, kind_of_act, act.at, act=act)
    if until is not None:
        yield Happening(vote, Kind.CANCELLED, until, act=vote.cancellation)
    if vote.result is not None:
        final = sums.get(vote.uuid)
        signed = [act.at for act in vote.acts if act.kind == "published"]  # a worker that slept sees it after that
        yield Happening(vote, Kind.RESULT, min([*signed, final.seen_at if final else vote.closes_at]))


def _in_order(found: list[Happening]) -> list[Happening]:
    """The last first; of the same moment, what comes later in a vote's life first."""
    order = list(Kind)
    return sorted(sorted(found, key=attrgetter("key")), key=lambda one: (one.at, order.index(one.kind)), reverse=True)
