"""Where the rows of each data set come from: the other rooms' services, in the very objects that the API serves.

Rows are read in pieces, each a read of its own: whoever downloads slowly holds no transaction open, and no more is in
memory than a piece.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from egov_participation.consultations.comment_data import comment_as_json, reply_as_json
from egov_participation.consultations.draft_data import consultation_as_json
from egov_participation.consultations.service import marking
from egov_participation.i18n import LANGUAGES
from egov_participation.incidents import service as incidents
from egov_participation.incidents.views import IncidentMark
from egov_participation.jurisdiction.territories import TERRITORIES
from egov_participation.ledger import service as ledger
from egov_participation.opendata.datasets import Name
from egov_participation.opendata.rules import Json, Written
from egov_participation.opendata.service.archives import known
from egov_participation.petitions.data import petition_as_json
from egov_participation.petitions.views import PetitionView
from egov_participation.services import Services
from egov_participation.voting import service as voting
from egov_participation.voting.data import (
    incident_as_json,
    protocol_as_json,
    regions_as_json,
    results_as_json,
    trustee_as_json,
    vote_as_json,
)
from egov_participation.voting.protocol import percent
from egov_participation.voting.service import VoteMark, VoteState
from egov_participation.voting.views import VoteView

PIECE: Final = 50
"""Votes, or reports, read at a time."""
ENTRIES: Final = 500
"""Entries of the log that are read at a time: a few hundred bytes each, 64 KB at most."""


@dataclass(frozen=True, slots=True)
class Source:
    """Of a data set that follows from the votes."""

    rows: Callable[[Services, Sequence[VoteMark]], Iterator[Json]]
    """The rows of these votes."""
    covers: Callable[[VoteMark], bool]
    """Whether it has rows of a vote."""
    depends: Callable[[VoteMark], tuple[object, ...]]
    """What a covered vote's rows depend on besides which vote it is."""


def views(services: Services, marks: Sequence[VoteMark]) -> Iterator[VoteView]:
    """The votes of these marks as they are now, in order."""
    for start in range(0, len(marks), PIECE):
        wanted = [mark.uuid for mark in marks[start : start + PIECE]]
        found = {vote.uuid: vote for vote in voting.votes_among(services, wanted)}
        yield from (found[uuid] for uuid in wanted)


def _votes(services: Services, marks: Sequence[VoteMark]) -> Iterator[Json]:
    return map(vote_as_json, views(services, marks))


def _results(services: Services, marks: Sequence[VoteMark]) -> Iterator[Json]:
    for vote in views(services, marks):
        yield from ({"vote": vote.uuid, "title": vote.title.as_dict(), **row} for row in results_as_json(vote))


def _turnout(services: Services, marks: Sequence[VoteMark]) -> Iterator[Json]:
    for vote in views(services, marks):
        for row in regions_as_json(vote):
            territory = TERRITORIES.get(row["territory"] or "")
            yield {
                "vote": vote.uuid,
                "territory": row["territory"] or None,
                "territories": row["territories"],
                "name": {lang: territory.name(lang) for lang in LANGUAGES} if territory else None,
                "voters": row["voters"],
                "registered": row["registered"],
                "percent": float(percent(row["voters"], row["registered"])),
            }


def _days(services: Services, marks: Sequence[VoteMark]) -> Iterator[Json]:
    for mark in marks:
        for day, ballots in voting.ballots_per_day(services, mark.uuid):
            yield {"vote": mark.uuid, "day": day.isoformat(), "ballots": ballots}


def _trustees(services: Services, marks: Sequence[VoteMark]) -> Iterator[Json]:
    for vote in views(services, marks):
        for trustee in vote.trustees:
            yield {"vote": vote.uuid, "trustee": trustee.owner, **trustee_as_json(trustee, vote)}


def _archives(services: Services, marks: Sequence[VoteMark]) -> Iterator[Json]:
    sums = known(services)
    for vote in views(services, marks):
        sum_ = sums.get(vote.uuid)
        yield {
            "vote": vote.uuid,
            "title": vote.title.as_dict(),
            "state": vote.state.value,
            "bytes": vote.archive_size,
            "height": vote.head_height,
            "hash": vote.head_hash,
            "final": vote.state in {VoteState.TALLIED, VoteState.CANCELLED},
            "sha256": sum_.sha256 if sum_ is not None and sum_.head == vote.head_hash else None,
            "url": f"/votes/{vote.uuid}/archive.bel",
        }


def _protocols(services: Services, marks: Sequence[VoteMark]) -> Iterator[Json]:
    for vote in views(services, marks):
        protocol = protocol_as_json(vote)
        signing = next((act for act in vote.acts if act.kind == "published"), None)
        if protocol is not None and signing is not None:
            yield {
                "vote": vote.uuid,
                "title": vote.title.as_dict(),
                "signed_at": protocol["signed_at"],
                "hash": protocol["hash"],
                "key": protocol["key"],
                "errata": len(protocol["errata"]),
                "url": protocol["url"],
                "sha256": signing.content["protocol"],
                "pdf": protocol["pdf"],
            }


def _is_any(_mark: VoteMark) -> bool:
    return True


def _head_once_closed(mark: VoteMark) -> str:
    """While ballots come in, no other row than those of the ballots changes with them."""
    return "" if mark.state in {VoteState.SETUP, VoteState.OPEN} else mark.head_hash


SOURCES: Final = {
    Name.VOTES: Source(
        _votes,
        _is_any,
        lambda mark: (
            *(mark.state, mark.opens_at, mark.closes_at, mark.cancelled_at),
            *(mark.head_hash, mark.acts, mark.regional, mark.signed),
        ),
    ),
    Name.RESULTS: Source(_results, lambda mark: mark.counted, lambda mark: (mark.head_hash,)),
    Name.TURNOUT: Source(_turnout, lambda mark: mark.regional, lambda _: ()),
    Name.DAYS: Source(_days, lambda mark: mark.counted, lambda mark: (mark.head_hash,)),
    Name.TRUSTEES: Source(_trustees, _is_any, lambda mark: (_head_once_closed(mark),)),
    Name.ARCHIVES: Source(_archives, _is_any, lambda mark: (mark.state, mark.head_hash)),
    Name.PROTOCOLS: Source(_protocols, lambda mark: mark.signed, lambda mark: (mark.acts,)),
}


def reports(services: Services, marks: Sequence[IncidentMark]) -> Iterator[Json]:
    """The rows of these incidents, in order."""
    for start in range(0, len(marks), PIECE):
        with services.database.read() as session:
            found = incidents.among(session, [mark.reference for mark in marks[start : start + PIECE]])
        for incident in found:
            row = incident_as_json(incident)
            yield {"reference": row.pop("reference"), "vote": incident.vote_uuid, **row}


def entries(services: Services, size: int, type_: str = "") -> Iterator[Json]:
    """The first ``size`` entries of the log, in order; those of one type alone if one is given."""
    last = -1
    while True:
        with services.database.read() as session:
            found = ledger.browse(session, type=type_, after=last, limit=ENTRIES)[::-1]
        for one in found:
            if one.index >= size:
                return
            yield {"index": one.index, "type": one.type, "leaf": one.leaf.hex(), "entry": Written(one.raw.decode())}
        if not found:
            return
        last = found[-1].index


@lru_cache(maxsize=1)
def territories() -> tuple[Json, ...]:
    """The rows of every territory: the same as long as the program is."""
    rows = []
    for territory in TERRITORIES.values():
        population = territory.population
        rows.append(
            {
                "code": territory.code,
                "parent": territory.parent or None,
                "kind": territory.kind.value,
                "kato": territory.kato or None,
                "name": {lang: territory.name(lang) for lang in LANGUAGES},
                "population": population and population.people,
                "population_date": population and population.date.isoformat(),
                "population_precision": population and population.precision,
                "population_source": population and population.source,
            }
        )
    return tuple(rows)


def _petitions(petitions: Iterator[PetitionView]) -> Iterator[Json]:
    for petition in petitions:
        row = petition_as_json(petition)
        # In a table an empty cell is nothing, and nothing is the whole country.
        yield row | {"territory": row["territory"] or None}


def _petition_regions(petitions: Iterator[PetitionView]) -> Iterator[Json]:
    for petition in petitions:
        for region in petition.regions:
            yield {
                "petition": petition.reference,
                "territory": region.code,
                "count": region.electronic,
                "verified": region.electronic,
                "paper": region.paper,
            }


def _petition_days(petitions: Iterator[PetitionView]) -> Iterator[Json]:
    for petition in petitions:
        for day in petition.days:
            yield {
                "petition": petition.reference,
                "day": day.day.isoformat(),
                "count": day.electronic,
                "paper": day.paper,
            }


PETITION_SOURCES: Final[dict[str, Callable[[Iterator[PetitionView]], Iterator[Json]]]] = {
    Name.PETITIONS: _petitions,
    Name.PETITION_REGIONS: _petition_regions,
    Name.PETITION_DAYS: _petition_days,
}
"""Of data sets that follow from the petitions: the rows of these."""


def _consultations(services: Services, ids: Sequence[int]) -> Iterator[Json]:
    for one in marking.among(services, ids):
        row = consultation_as_json(one)
        yield row | {"territory": row["territory"] or None}


def _comments(services: Services, ids: Sequence[int]) -> Iterator[Json]:
    for comment, reply in marking.comments(services, ids):
        yield {"consultation": comment.consultation, **comment_as_json(comment, reply)}


def _replies(services: Services, ids: Sequence[int]) -> Iterator[Json]:
    for reference, reply in marking.replies(services, ids):
        yield {"consultation": reference, **reply_as_json(reply)}


CONSULTATION_SOURCES: Final[dict[str, Callable[[Services, Sequence[int]], Iterator[Json]]]] = {
    Name.CONSULTATIONS: _consultations,
    Name.CONSULTATION_COMMENTS: _comments,
    Name.CONSULTATION_REPLIES: _replies,
}
"""Of data sets that follow from the consultations: the rows of these."""
