"""Votes as anyone may read them: lists, one vote, what was published of its setup."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from io import BytesIO
from typing import Final

from sqlmodel import Session, col, select

from egov_crypto import archive
from egov_crypto.archive import EventType
from egov_crypto.election import Election
from egov_participation.errors import DomainError
from egov_participation.i18n import N_
from egov_participation.services import Services
from egov_participation.voting import rules, texts, turnout
from egov_participation.voting.asked import view_of
from egov_participation.voting.models import Trustee, Vote, VoteEvent
from egov_participation.voting.protocol import opened
from egov_participation.voting.rules import Timeline, VoteKind, VoteState
from egov_participation.voting.service.acts import acts
from egov_participation.voting.service.counted import outcomes_of
from egov_participation.voting.service.counting import counts_of
from egov_participation.voting.service.lookup import election_from, find_vote, refusal, timeline_of, trustees_from
from egov_participation.voting.service.payloads import published_result, published_weight
from egov_participation.voting.setup import digest
from egov_participation.voting.texts import Texts
from egov_participation.voting.views import (
    EventView,
    Needed,
    QuestionResult,
    QuestionView,
    TrusteeView,
    VoteView,
)

MAX_PAGE = 500
_KEPT: Final = 256


@dataclass(frozen=True, slots=True)
class Published:
    """A vote as it stands in the database. What the clock makes of it is said by `at`."""

    timeline: Timeline
    _view: VoteView
    _views: dict[VoteState, VoteView] = field(default_factory=dict)

    def at(self, now: datetime) -> VoteView:
        """The vote at ``now`` (aware); the same object as long as the state is the same."""
        state = rules.state(self.timeline, now)
        return self._views.get(state) or self._views.setdefault(state, replace(self._view, state=state))


def vote(services: Services, uuid: str) -> VoteView:
    """One vote.

    Raises:
        DomainError: 404 ``vote.unknown``.
    """
    return published(services, uuid).at(services.clock())


def published(services: Services, uuid: str) -> Published:
    """One vote, whatever the time.

    Raises:
        DomainError: 404 ``vote.unknown``.
    """
    with services.database.read() as session:
        return _published(session, find_vote(session, uuid))


def published_in(session: Session, row: Vote) -> Published:
    """The vote of a row that was read in `session`."""
    return _published(session, row)


def vote_in(services: Services, session: Session, uuid: str) -> VoteView:
    """One vote, as it stands in a session that is open already.

    Raises:
        DomainError: 404 ``vote.unknown``.
    """
    return published_in(session, find_vote(session, uuid)).at(services.clock())


def counted_unsigned(services: Services, session: Session) -> list[VoteView]:
    """Votes with a result whose protocol is not signed, the first to have closed first."""
    counted = select(VoteEvent.vote_uuid).where(col(VoteEvent.type) == EventType.RESULT)
    statement = select(Vote).where(
        col(Vote.protocol).is_(None),
        col(Vote.cancelled_at).is_(None),
        col(Vote.rehearsal).is_(False),
        col(Vote.uuid).in_(counted),
    )
    now = services.clock()
    return [published_in(session, row).at(now) for row in session.exec(statement.order_by(col(Vote.closes_at)))]


def votes(services: Services, *, after: str | None = None, limit: int = 50) -> list[VoteView]:
    """Votes, the last to close first; ``after``: the uuid of the last one on the page before.

    Raises:
        DomainError: 400 ``query.after``: there is no such vote.
    """
    now = services.clock()
    return [found.at(now) for found in published_votes(services, after, limit)]


def published_votes(services: Services, after: str | None, limit: int) -> tuple[Published, ...]:
    """What `votes` returns, whatever the time."""
    listed = select(Vote).where(col(Vote.rehearsal).is_(False))
    statement = listed.order_by(col(Vote.closes_at).desc(), col(Vote.uuid)).limit(min(limit, MAX_PAGE))
    with services.database.read() as session:
        previous = session.get(Vote, after) if after else None
        if after and previous is None:
            raise refusal(rules.NO_SUCH_PLACE)
        if previous is not None:
            same_time = (col(Vote.closes_at) == previous.closes_at) & (col(Vote.uuid) > previous.uuid)
            statement = statement.where((col(Vote.closes_at) < previous.closes_at) | same_time)
        return tuple(_published(session, row) for row in session.exec(statement))


def votes_among(services: Services, uuids: Collection[str]) -> list[VoteView]:
    """The votes with these uuids, as they are now; unknown ones are left out. Rehearsals are among them."""
    statement = select(Vote).where(col(Vote.uuid).in_(uuids))
    now = services.clock()
    with services.database.read() as session:
        return [_published(session, row).at(now) for row in session.exec(statement)]


def not_closed(services: Services, at: datetime) -> tuple[Published, ...]:
    """The votes that were not cancelled and close after ``at``, the first to close first; those to come are among them.

    Args:
        at: aware; a full hour, so that the answer can be kept for some time.
    """
    statement = (
        select(Vote)
        .where(col(Vote.closes_at) > at, col(Vote.cancelled_at).is_(None), col(Vote.rehearsal).is_(False))
        .order_by(col(Vote.closes_at), col(Vote.uuid))
    )
    with services.database.read() as session:
        return tuple(_published(session, row) for row in session.exec(statement))


def election(services: Services, uuid: str) -> bytes:
    """The election's JSON, byte for byte as published: its SHA-256 is the fingerprint.

    Raises:
        DomainError: 404 ``vote.unknown``.
    """
    with services.database.read() as session:
        return find_vote(session, uuid).election


def setup_document(services: Services, uuid: str) -> bytes:
    """The setup document (`egov_participation.voting.setup`), byte for byte as it was confirmed and approved.

    Raises:
        DomainError: 404 ``vote.unknown`` or ``setup.none``: the vote is older than these documents.
    """
    return _document(services, uuid, "setup")


def confirmation(services: Services, uuid: str) -> bytes:
    """The registrar's signed statement on the setup, as JSON.

    Raises:
        DomainError: as `setup_document`.
    """
    return _document(services, uuid, "confirmation")


def _document(services: Services, uuid: str, which: str) -> bytes:
    with services.database.read() as session:
        row = find_vote(session, uuid)
        found: bytes | None = row.setup if which == "setup" else row.confirmation
    if found is None:
        raise DomainError(404, N_("This vote has no setup document."), code="setup.none")
    return found


def key_is_used(session: Session, public_key: str) -> bool:
    """Whether a trustee of some vote has this public key (64 hex digits): each vote gets keys of its own."""
    return session.exec(select(Trustee.owner).where(col(Trustee.public_key) == public_key).limit(1)).first() is not None


def trustees(services: Services, uuid: str) -> bytes:
    """The trustees' JSON, byte for byte as published in the Setup.

    Raises:
        DomainError: 404 ``vote.unknown``.
    """
    with services.database.read() as session:
        return find_vote(session, uuid).trustees


_lock = threading.Lock()
_known: OrderedDict[tuple[object, ...], Published] = OrderedDict()
"""The last used last. All else of a vote is frozen, or stands in the archive, for which the head's hash stands."""


def _published(session: Session, row: Vote) -> Published:
    """The vote of a row that was read in this session."""
    # The registrar's turnout is the one thing that comes by neither an event nor an act.
    signed = row.protocol is not None
    key = (
        *(row.uuid, row.head_hash, row.fingerprint, row.opens_at, row.closes_at, row.cancelled_at, row.acts),
        *(row.turnout, signed),
    )
    with _lock:
        found = _known.get(key)
        if found is not None:
            _known.move_to_end(key)
            return found
    timeline = timeline_of(row)
    found = Published(timeline, _view(session, row, rules.state(timeline, row.created_at)))
    with _lock:
        _known[key] = found
        while len(_known) > _KEPT:
            _known.popitem(last=False)
    return found


def _view(session: Session, row: Vote, state: VoteState) -> VoteView:
    election, needed = election_from(row.election), _needed_of(row.trustees)
    ballots, voters = counts_of(session, row)
    result = published_result(session, row)
    return VoteView(
        uuid=row.uuid,
        kind=VoteKind(row.kind),
        state=state,
        title=Texts(row.title_kk, row.title_ru, row.title_en),
        description=texts.split_or_whole(election.description),
        administrator=texts.split_or_whole(election.administrator or ""),
        credential_authority=texts.split_or_whole(election.credential_authority or ""),
        opens_at=row.opens_at,
        closes_at=row.closes_at,
        created_at=row.created_at,
        questions=tuple(view_of(question) for question in election.questions),
        registered=row.registered,
        ballots=ballots,
        voters=voters,
        head_height=row.head_height,
        head_hash=row.head_hash,
        trustees=_trustees(session, row.uuid),
        events=_events(session, row.uuid),
        result=None if result is None else _without_listed(election, result),
        weight=published_weight(session, row),
        election=row.election,
        fingerprint=row.fingerprint,
        archive_size=row.archive_size,
        needed=needed.number,
        always=needed.always,
        acts=acts(session, row.uuid) if row.acts else (),
        cancelled_at=row.cancelled_at,
        rehearsal=row.rehearsal,
        setup_hash=None if row.setup is None else digest(row.setup),
        protocol=None if row.protocol is None else opened(row.protocol),
        regional=None if row.turnout is None else turnout.read(row.turnout),
        outcomes=() if result is None else outcomes_of(session, row, len(election.questions)),
    )


def _without_listed(election: Election, result: tuple[QuestionResult, ...]) -> tuple[QuestionResult, ...]:
    """A view is kept in memory; ballots that are listed may be very many."""
    return tuple(() if place in election.shuffled else counts for place, counts in enumerate(result))


def questions_in(archive_start: bytes) -> tuple[QuestionView, ...]:
    """What a vote asks whose archive begins with these bytes, before it is published."""
    file = BytesIO(archive_start)
    first = next(archive.members(file, archive.read_timestamp(file)))
    return tuple(view_of(question) for question in election_from(archive.content(file, first)).questions)


def needed_in(archive_start: bytes) -> Needed:
    """Whose keys decrypting takes in a vote whose archive begins with these bytes."""
    file = BytesIO(archive_start)
    _, second, *_ = archive.members(file, archive.read_timestamp(file))
    return _needed_of(archive.content(file, second))


def _needed_of(raw: bytes) -> Needed:
    trustees = trustees_from(raw)
    return Needed(trustees.required, trustees.always)


def _trustees(session: Session, uuid: str) -> tuple[TrusteeView, ...]:
    done = select(VoteEvent.type, VoteEvent.owner).where(
        col(VoteEvent.vote_uuid) == uuid, col(VoteEvent.owner).is_not(None)
    )
    handed_in = set(session.exec(done))
    rows: Sequence[Trustee] = session.exec(
        select(Trustee).where(col(Trustee.vote_uuid) == uuid).order_by(col(Trustee.owner))
    ).all()
    return tuple(
        TrusteeView(
            row.owner,
            Texts(row.name_kk, row.name_ru, row.name_en),
            row.public_key,
            (EventType.PARTIAL_DECRYPTION, row.owner) in handed_in,
            (EventType.SHUFFLE, row.owner) in handed_in,
        )
        for row in rows
    )


def _events(session: Session, uuid: str) -> tuple[EventView, ...]:
    statement = (
        select(VoteEvent.type, VoteEvent.height, VoteEvent.hash, VoteEvent.owner)
        .where(col(VoteEvent.vote_uuid) == uuid, col(VoteEvent.type) != EventType.BALLOT)
        .order_by(col(VoteEvent.height))
    )
    rows = session.exec(statement)
    return tuple(EventView(EventType(name), height, head, owner) for name, height, head, owner in rows)
