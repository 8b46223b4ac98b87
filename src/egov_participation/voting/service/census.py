"""Every vote there is, in a few narrow columns: by which a list of them knows what it holds, and if it still does."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_
from sqlalchemy import select as sqlalchemy_select
from sqlmodel import col, select

from egov_crypto.archive import EventType
from egov_participation.services import Services
from egov_participation.voting import rules
from egov_participation.voting.models import Vote, VoteAct
from egov_participation.voting.rules import Timeline, VoteState


@dataclass(frozen=True, slots=True)
class VoteMark:
    """A vote by what may change of it. Two equal marks are of the same vote in the same state, but for its turnout."""

    uuid: str
    state: VoteState
    """By the clock."""
    created_at: datetime
    opens_at: datetime
    closes_at: datetime
    cancelled_at: datetime | None
    head_height: int
    head_hash: str
    archive_size: int
    """Bytes."""
    acts: int
    """How many acts there are."""
    acted_at: datetime | None
    """When the last of them was."""
    regional: bool
    """Whether the registrar has stated turnout by region."""
    signed: bool
    """Whether the protocol of the result is signed."""

    @property
    def counted(self) -> bool:
        """Whether there is a result."""
        return self.state is VoteState.TALLIED

    @property
    def final(self) -> bool:
        """Whether nothing is ever appended to the archive again."""
        return self.state in {VoteState.TALLIED, VoteState.CANCELLED}

    def changed_at(self, now: datetime) -> datetime:
        """The last moment up to ``now`` that is kept of something that became another thing."""
        moments = (self.created_at, self.opens_at, self.closes_at, self.cancelled_at, self.acted_at)
        return max(moment for moment in moments if moment is not None and moment <= max(now, self.created_at))


def census(services: Services) -> tuple[VoteMark, ...]:
    """A mark of every vote that is no rehearsal, the last to close first: in the order of `votes`."""
    now = services.clock()
    acted = select(VoteAct.vote_uuid, func.max(VoteAct.at).label("at")).group_by(col(VoteAct.vote_uuid)).subquery()
    statement = (
        sqlalchemy_select(
            col(Vote.uuid),
            col(Vote.created_at),
            col(Vote.opens_at),
            col(Vote.closes_at),
            col(Vote.cancelled_at),
            col(Vote.head_type),
            col(Vote.head_height),
            col(Vote.head_hash),
            col(Vote.archive_size),
            col(Vote.acts),
            acted.c.at,
            col(Vote.turnout).is_not(None),
            col(Vote.protocol).is_not(None),
        )
        .outerjoin(acted, acted.c.vote_uuid == col(Vote.uuid))
        .where(col(Vote.rehearsal).is_(False))
        .order_by(col(Vote.closes_at).desc(), col(Vote.uuid))
    )
    with services.database.read() as session:
        rows = session.execute(statement).all()
    return tuple(
        VoteMark(
            uuid=uuid,
            state=rules.state(Timeline(opens_at, closes_at, cancelled_at, EventType(head_type)), now),
            created_at=created_at,
            opens_at=opens_at,
            closes_at=closes_at,
            cancelled_at=cancelled_at,
            head_height=height,
            head_hash=head,
            archive_size=size,
            acts=acts,
            acted_at=acted_at,
            regional=bool(regional),
            signed=bool(signed),
        )
        for (
            uuid, created_at, opens_at, closes_at, cancelled_at, head_type,
            height, head, size, acts, acted_at, regional, signed,
        ) in rows
    )  # fmt: skip


def final_votes(services: Services) -> set[str]:
    """The votes to whose archives nothing is ever appended again; no rehearsal is among them."""
    over = or_(col(Vote.head_type) == EventType.RESULT, col(Vote.cancelled_at).is_not(None))
    with services.database.read() as session:
        return set(session.exec(select(Vote.uuid).where(over, col(Vote.rehearsal).is_(False))))
