"""How each data set stands: what is in it, of when it is, and by which tag one knows that it is still the same.

All of it follows from marks, a few narrow columns of each vote and report: nothing of a data set is made to find out
whether it has changed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final

from egov_participation.consultations.service import marking
from egov_participation.incidents import service as incidents
from egov_participation.ledger import service as ledger
from egov_participation.opendata.datasets import DATASETS, Name
from egov_participation.opendata.rules import Json
from egov_participation.opendata.service import sources
from egov_participation.opendata.service.archives import known
from egov_participation.opendata.service.sources import CONSULTATION_SOURCES, PETITION_SOURCES, SOURCES
from egov_participation.petitions.service import reading as petitions
from egov_participation.petitions.service.reading import Mark
from egov_participation.services import Services
from egov_participation.voting import service as voting
from egov_participation.voting.service import VoteMark

TERRITORIES_OF: Final = date(2026, 11, 28)
"""When the tables of territories and populations were last changed."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A data set as it is now."""

    name: str
    state: str
    """Equal for as long as the rows are; hex."""
    items: int
    """Votes, reports or territories that it has rows of."""
    issued: date | None
    """When its first item was published; None while it has none. All dates are UTC's."""
    modified: date | None
    """When something in it last changed, as far as that is kept: an archive's entries have no times."""
    start: date | None
    end: date | None
    """The time that its items are about."""
    rows: Callable[[], Iterator[Json]]
    """Reads them, in pieces."""
    size: int = 0
    """Bytes of the files that it is about, where that is known."""
    checkpoint: str = ""
    """Of the log: the signed note of the checkpoint up to which the entries go; empty before the first."""
    types: tuple[str, ...] = ()
    """Of the log: the types of which there are entries."""


def standing(services: Services, name: str) -> Standing:
    """One data set.

    Raises:
        KeyError: there is none of this name.
    """
    if name in SOURCES:
        return _of_votes(services, name, voting.census(services))
    if name in PETITION_SOURCES:
        return _of_petitions(services, name, petitions.marks(services))
    if name in CONSULTATION_SOURCES:
        return _of_consultations(services, name, marking.marks(services))
    if name == Name.INCIDENTS:
        return _of_incidents(services, voting.census(services))
    if name == Name.LOG:
        return _of_log(services)
    return {Name.TERRITORIES: _of_territories}[name]()


def standings(services: Services) -> list[Standing]:
    """Every data set, in their order."""
    votes = voting.census(services)
    made = {name: _of_votes(services, name, votes) for name in SOURCES}
    made[Name.INCIDENTS] = _of_incidents(services, votes)
    made[Name.LOG] = _of_log(services)
    made[Name.TERRITORIES] = _of_territories()
    public = petitions.marks(services)
    made |= {name: _of_petitions(services, name, public) for name in PETITION_SOURCES}
    discussed = marking.marks(services)
    made |= {name: _of_consultations(services, name, discussed) for name in CONSULTATION_SOURCES}
    return [made[name] for name in DATASETS]


def _of_votes(services: Services, name: str, votes: Sequence[VoteMark]) -> Standing:
    source, now = SOURCES[name], services.clock()
    covered = [mark for mark in votes if source.covers(mark)]
    parts: list[object] = [(mark.uuid, *source.depends(mark)) for mark in covered]
    changes = [mark.changed_at(now) for mark in covered]
    if name == Name.ARCHIVES:
        sums = known(services)
        parts += sorted(sums)
        changes += [one.seen_at for one in sums.values()]
    return Standing(
        name=name,
        state=_digest(parts),
        items=len(covered),
        issued=_day(min((mark.created_at for mark in covered), default=None)),
        modified=_day(max(changes, default=None)),
        start=_day(min((mark.opens_at for mark in covered), default=None)),
        end=_day(max((mark.closes_at for mark in covered), default=None)),
        rows=lambda: source.rows(services, covered),
        size=sum(mark.archive_size for mark in covered) if name == Name.ARCHIVES else 0,
    )


def _of_incidents(services: Services, votes: Sequence[VoteMark]) -> Standing:
    listed = {mark.uuid for mark in votes}
    with services.database.read() as session:
        found = [mark for mark in incidents.marks(session) if mark.vote_uuid in listed]
    reported = [mark.reported_on for mark in found]
    changes = [*reported, *(mark.answered_at.astimezone(UTC).date() for mark in found if mark.answered_at)]
    return Standing(
        name=Name.INCIDENTS,
        state=_digest([(mark.reference, mark.answered_at) for mark in found]),
        items=len(found),
        issued=min(reported, default=None),
        modified=max(changes, default=None),
        start=min(reported, default=None),
        end=max(reported, default=None),
        rows=lambda: sources.reports(services, found),
    )


def log_of_type(services: Services, type_: str) -> Standing | None:
    """The entries of one type alone; None if there is no such type."""
    return _of_log(services, type_) if type_ in ledger.TYPES else None


def _of_log(services: Services, type_: str = "") -> Standing:
    with services.database.read() as session:
        head, began = ledger.head(session), ledger.began(session)
        types = ledger.count_types(session)
    size, at = (head.size, head.at) if head else (0, None)
    return Standing(
        name=Name.LOG,
        state=_digest([head and (size, head.root), type_]),
        items=size,
        issued=began,
        modified=_day(at),
        start=began,
        end=_day(at),
        rows=lambda: sources.entries(services, size, type_),
        checkpoint=head.note.decode() if head else "",
        types=tuple(types),
    )


def _of_petitions(services: Services, name: str, marks: Sequence[Mark]) -> Standing:
    began = [mark.opened_at or mark.state_at for mark in marks]
    changes = [moment for mark in marks for moment in (mark.state_at, mark.counted_at) if moment is not None]
    ends = [mark.closes_at for mark in marks if mark.closes_at is not None]
    return Standing(
        name=name,
        state=_digest(marks),
        items=len(marks),
        issued=_day(min(began, default=None)),
        modified=_day(max(changes, default=None)),
        start=_day(min(began, default=None)),
        end=_day(max([*ends, *began], default=None)),
        rows=lambda: PETITION_SOURCES[name](petitions.among(services, [mark.id for mark in marks])),
    )


def _of_consultations(services: Services, name: str, marks: Sequence[marking.Mark]) -> Standing:
    """Of comments and replies, the items are these."""
    counts = {
        Name.CONSULTATIONS: len(marks),
        Name.CONSULTATION_COMMENTS: sum(mark.comments for mark in marks),
        Name.CONSULTATION_REPLIES: sum(mark.replies for mark in marks),
    }
    began = [mark.opened_at for mark in marks]
    ends = [mark.closes_at for mark in marks if mark.closes_at is not None]
    return Standing(
        name=name,
        state=_digest(marks),
        items=counts[name],
        issued=_day(min(began, default=None)),
        modified=_day(max((mark.changed_at for mark in marks), default=None)),
        start=_day(min(began, default=None)),
        end=_day(max([*ends, *began], default=None)),
        rows=lambda: CONSULTATION_SOURCES[name](services, [mark.id for mark in marks]),
    )


def _of_territories() -> Standing:
    rows = sources.territories()
    dates = [date.fromisoformat(row["population_date"]) for row in rows if row["population_date"]]
    return Standing(
        name=Name.TERRITORIES,
        state=_digest(rows),
        items=len(rows),
        issued=TERRITORIES_OF,
        modified=TERRITORIES_OF,
        start=min(dates),
        end=max(dates),
        rows=lambda: iter(rows),
    )


def _digest(parts: Sequence[object]) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(repr(part).encode())
    return digest.hexdigest()


def _day(moment: datetime | None) -> date | None:
    return None if moment is None else moment.astimezone(UTC).date()
