"""What the portal shows of the log, each on one state of the database."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial

from sqlmodel import Session

from egov_participation.consultations.service import marking as drafts
from egov_participation.i18n import LANGUAGES
from egov_participation.incidents import service as incidents
from egov_participation.incidents.views import IncidentView
from egov_participation.ledger import service as ledger
from egov_participation.ledger.service import EntryView, HeadView
from egov_participation.observe import rules
from egov_participation.observe.asking import Asked
from egov_participation.observe.figures import days_of
from egov_participation.observe.rules import Facts, Trouble
from egov_participation.petitions.service import reading as petitions
from egov_participation.services import Services
from egov_participation.voting import service as voting
from egov_participation.voting.texts import Texts

PAGE = 25
"""Entries on a page."""
RELEASES = 3
"""Of so many versions the files are named on the first page."""


@dataclass(frozen=True, slots=True)
class Listing:
    """A page of entries, the newest first."""

    entries: list[EntryView]
    titles: dict[str, Texts]
    """Of the votes that they are about, by identifier."""
    newer: int | None
    older: int | None
    """After and before which index the next pages begin; None if there are none."""


@dataclass(frozen=True, slots=True)
class Found:
    """One entry with what proves it."""

    entry: EntryView
    titles: dict[str, Texts]
    head: HeadView
    """The checkpoint that it is proved to be in."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How the log stands at one moment."""

    now: datetime
    head: HeadView | None
    keys: list[str]
    """Its verifier keys, the present one first; none before the first checkpoint."""
    facts: Facts

    @property
    def troubles(self) -> tuple[Trouble, ...]:
        """What is wrong, the worst first."""
        return rules.troubles(self.facts, self.now)


@dataclass(frozen=True, slots=True)
class Overview:
    """What the portal's first page shows besides how the log stands."""

    types: dict[str, int]
    """How many entries there are of each type."""
    days: tuple[date, ...]
    """After which it was measured, the present one so far; none before the first checkpoint."""
    sizes: list[int]
    """Entries after each of them."""
    releases: list[EntryView]
    """The last versions of the voting pages' files, the newest first."""
    incidents: list[IncidentView]
    """What the commission owes an answer, the first due first."""


def standing(services: Services) -> Standing:
    """How the log stands now."""
    now, stopped = services.clock(), ledger.stopped(services)
    with services.database.read() as session:
        head = ledger.head(session)
        facts = Facts(
            size=head.size if head else None,
            waiting=ledger.waiting_for(session, now),
            stopped=stopped,
            witnesses=tuple(ledger.witness_states(services.settings, session)),
        )
    return Standing(now, head, ledger.verifier_keys(services), facts)


def overview(services: Services) -> Overview:
    """What the log holds, how it grew, and what waits for an answer."""
    with services.database.read() as session:
        began = ledger.began(session)
        days = days_of(began, services.day(services.clock())) if began else ()
        return Overview(
            types=ledger.count_types(session),
            days=days,
            sizes=ledger.sizes_after(session, days),
            releases=ledger.browse(session, type="release.files", limit=RELEASES),
            incidents=incidents.waiting(session),
        )


def listing(services: Services, type: str, subject: str, before: int | None, after: int | None) -> Listing:
    """A page of entries of a type and about something, if given."""
    with services.database.read() as session:
        browse = partial(ledger.browse, session, type=type, subject=subject)
        found = browse(before=before, after=after, limit=PAGE)
        if after is not None and len(found) < PAGE:  # the first page whole, and not what little is new
            found = browse(limit=PAGE)
        more = [
            bool(found) and bool(browse(after=found[0].index, limit=1)),
            bool(found) and bool(browse(before=found[-1].index, limit=1)),
        ]
        return Listing(
            found,
            titles_of(session, found),
            newer=found[0].index if more[0] else None,
            older=found[-1].index if more[1] else None,
        )


def entry(services: Services, index: int) -> Found:
    """One entry.

    Raises:
        DomainError: 404 ``log.no_entry``.
    """
    with services.database.read() as session:
        found, head = ledger.entry_at(session, index), ledger.head(session)
        if head is None:
            raise ledger.no_entry()
        return Found(found, titles_of(session, [found]), head)


def proof(services: Services, index: int) -> bytes:
    """The file that proves an entry to be in the checkpoint of now.

    Raises:
        DomainError: 404 ``log.no_entry``.
    """
    with services.database.read() as session:
        return ledger.proof(session, index)


def find(services: Services, asked: Asked) -> Asked:
    """What of it there is: the index of an entry, or a subject that has entries; empty if there is nothing."""
    with services.database.read() as session:
        if asked.hash:
            return Asked(index=_by_hash(session, asked.hash))
        head = ledger.head(session)
        if asked.index is not None and head is not None and asked.index < head.size:
            return Asked(index=asked.index)
        if asked.subject and ledger.browse(session, subject=asked.subject, limit=1):
            return Asked(subject=asked.subject)
    return Asked()


def _by_hash(session: Session, hash_: str) -> int | None:
    """Of an entry whose leaf hash it is, or that says of an archive that its event has it."""
    found = ledger.index_of(session, bytes.fromhex(hash_))
    if found is not None:
        return found
    value = voting.event_with(session, hash_)
    return None if value is None else ledger.index_of_value(session, value)


def release(services: Services) -> EntryView | None:
    """The entry with the files that this site serves now; None as long as it is not published."""
    with services.database.read() as session:
        return next(iter(ledger.browse(session, type="release.files", limit=1)), None)


def key(services: Services) -> str:
    """The log's verifier key, for the commands that are shown; before the first checkpoint its name alone, and “…”."""
    return next(iter(ledger.verifier_keys(services)), f"{ledger.origin(services.settings)}+…")


def titles_of(session: Session, entries: Iterable[EntryView]) -> dict[str, Texts]:
    """The titles of the votes, public petitions and drafts that entries are about."""
    values = [found.value for found in entries]
    votes = voting.titles(session, {str(value["vote"]) for value in values if "vote" in value})
    named = petitions.titles(session, {str(value["petition"]) for value in values if "petition" in value})
    named |= drafts.titles(session, {str(value["consultation"]) for value in values if "consultation" in value})
    return votes | {
        reference: Texts(*(found.get(lang) or next(iter(found.values())) for lang in LANGUAGES))
        for reference, found in named.items()
    }
