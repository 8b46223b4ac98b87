"""One vote of a site: its archive verified whole, and held against the log and against what the site says of it."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import BinaryIO, Final

from egov_crypto import archive, statement, wire
from egov_crypto.archive import Event
from egov_crypto.cli import site_data, site_list
from egov_crypto.cli.log_reading import Reading
from egov_crypto.cli.progress import Progress
from egov_crypto.cli.report import VoteFound
from egov_crypto.cli.site_data import Told
from egov_crypto.cli.site_figures import MAX_SIZE, Figures
from egov_crypto.cli.source import MAX_ARCHIVE, open_archive
from egov_crypto.cli.web import Web
from egov_crypto.errors import ArchiveError, CryptoError, VerificationError
from egov_crypto.recount import VoteCount
from egov_crypto.verify import Verified, verify_archive

SETTLE: float = 15.0
"""Seconds in which what a site shows must be in the log too, which promises two."""
SETTLE_PAUSE: float = 0.5
MAX_DOCUMENT: Final = 1 << 25
"""Bytes that a PDF may have."""

_MISSING: Final = (0, "", "")


@dataclass
class Site:
    """What the checks of one run share."""

    web: Web
    log: Reading | None
    """None if the log itself does not hold, or cannot be read: then nothing is held against it."""
    jobs: int
    progress: Progress
    limit: int = MAX_ARCHIVE
    """Bytes that are downloaded of an archive."""
    log_failure: VerificationError | None = None
    log_error: Exception | None = None
    ended: bool = False
    """Whether nothing more is to be checked, since the log did not hold when it was read meanwhile."""

    def read_on(self) -> None:
        """Read what is new in the log. Raises :class:`ArchiveError` if that fails, after which there is no log."""
        if self.log is None:
            return
        try:
            self.log.read()
        except VerificationError as failure:
            self.log, self.log_failure = None, failure
            raise ArchiveError("the log does not hold any more") from None
        except (CryptoError, OSError) as error:
            self.log, self.log_error = None, error
            raise ArchiveError("the log cannot be read any more") from None

    def settled(self, condition: Callable[[], bool]) -> bool:
        """Whether ``condition`` holds, at once or when more of the log was read: what is published just now may be
        seen a little earlier than its entry."""
        end = time.monotonic() + SETTLE
        while not condition():
            if time.monotonic() > end:
                return False
            time.sleep(SETTLE_PAUSE)
            self.read_on()
        return True


@dataclass
class _Place:
    """What the archive has at the height that the site names."""

    hash: str = ""
    ballots: int = 0


@dataclass
class SiteVote:
    """What a run has found of one vote."""

    uuid: str
    found: VoteFound
    item: bytes
    """What the list says of it, as JSON."""
    told: Told | None = None
    """What tables must say of it."""
    entered: int | None = None
    """Events that were held against the log; None where that was not done."""
    failure: VerificationError | None = None
    error: Exception | None = field(default=None)

    @property
    def rehearsal(self) -> bool:
        """Whether it is one, as its set-up document says."""
        setup = self.found.beside.setup
        return setup is not None and setup.rehearsal


def check_vote(site: Site, vote: SiteVote) -> None:
    """Check all of it. Raises :class:`VerificationError`, :class:`ArchiveError`, :class:`OSError`.

    What does not fit together is looked at a second time, from the beginning: a vote may close, or its protocol be
    signed, between two questions.
    """
    try:
        _check(site, vote)
    except VerificationError as error:
        if not error.code.startswith("site."):
            raise
        time.sleep(SETTLE_PAUSE)
        site.read_on()
        vote.found, vote.entered, vote.told = VoteFound(vote.found.source), None, None
        vote.item = site_list.item(site.web, vote.uuid)
        _check(site, vote)


def _check(site: Site, vote: SiteVote) -> None:
    raw = site.web.get(f"/api/v1/votes/{vote.uuid}", MAX_SIZE)
    if raw is None:
        raise VerificationError("site.votes", f"/api/v1/votes/{vote.uuid} is not there")
    figures, item = Figures(vote.uuid, raw), Figures(vote.uuid, vote.item)
    found, report = vote.found, vote.found.report
    counted = site.log.state.recount.votes.get(vote.uuid) if site.log else None
    known = counted.events if counted else 0
    with open_archive(
        found.source, site.progress, site.limit
    ) as file:  # after the figures, and what was known of the log
        verified = verify_archive(file, jobs=site.jobs, progress=site.progress, report=report)
        found.asked(verified)
        found.beside.check(found.source, file, verified)
        compared = figures.check_item(item)
        for said in (figures, item):
            place = _place(file, said.height)
            compared += said.check_archive(verified, found.beside, place.hash, place.ballots)
        report.checks.append(("figures", compared))
        if vote.rehearsal and known:
            raise VerificationError("site.extra", "a rehearsal, of which nothing is entered")
        if site.log is not None and not vote.rehearsal:
            vote.entered = _check_events(site, site.log, file, verified, known)
            report.checks.append(("entered", vote.entered))
            report.checks.append(("states", _check_states(site, site.log, figures, vote, verified)))
            item.check_log(_counted(site.log, vote.uuid), verified)
        vote.told = site_data.told(figures.said, verified)


def _place(file: BinaryIO, height: int) -> _Place:
    place = _Place()
    for at, event, hash_ in _events(file):
        place.ballots += event == "Ballot" and at <= height
        if at == height:
            place.hash = hash_
    return place


def _check_events(site: Site, log: Reading, file: BinaryIO, verified: Verified, known: int) -> int:
    """Hold each event of the archive against its entry. ``known`` of them the log had before the archive was asked
    for, so that it must have those."""
    head = verified.report.head
    assert head is not None
    uuid, count = verified.election.uuid, head.height + 1
    if known > count:
        raise VerificationError("site.extra", f"the log has {known} events, the archive {count}", count)
    if not site.settled(lambda: _counted(log, uuid).events >= count):
        events = _counted(log, uuid).events
        raise VerificationError("site.missing", f"the log has {events} events, the archive {count}", events)
    entered = log.state.events(uuid)
    for height, event, hash_ in _events(file):
        at, type_, logged = next(entered, _MISSING)
        if (at, type_, logged) != (height, event, hash_):
            detail = f"{event} {hash_} in the archive, {type_} {logged} in the log"
            raise VerificationError("site.differs", detail, height)
    return count


def _check_states(site: Site, log: Reading, figures: Figures, vote: SiteVote, verified: Verified) -> int:
    uuid = vote.uuid
    count = figures.check_log(_counted(log, uuid), verified)
    for name, there in _documents(site.web, vote):
        if not site.settled(lambda: there == _entered(name, _counted(log, uuid))):  # noqa: B023
            entered = _entered(name, _counted(log, uuid))
            raise VerificationError(
                "site.document", f"{name}: {there or 'nothing'} there, {entered or 'nothing'} entered"
            )
        count += 1
    return count


def _documents(web: Web, vote: SiteVote) -> Iterator[tuple[str, str | None]]:
    """The name of each document that there may be, and its SHA-256 if it is there: whether it was entered or not."""
    for name in ("setup.json", "registrar.json", "turnout.json", "protocol.json"):
        yield name, vote.found.beside.hashes.get(name)
    for language in statement.LANGUAGES:
        yield f"protocol.pdf, {language}", _digest_at(web, f"/{language}/votes/{vote.uuid}/protocol.pdf")


def _entered(name: str, counted: VoteCount) -> str | None:
    """The SHA-256 that was entered of a document."""
    match name:
        case "setup.json":
            return counted.setup or None
        case "registrar.json":
            return counted.confirmation["statement"] if counted.confirmation else None
        case "turnout.json":
            return counted.turnout["statement"] if counted.turnout else None
        case "protocol.json":
            return counted.protocol or None
    sha256, _ = counted.documents.get(f"pdf.{name[-2:]}", (None, 0))
    return sha256


def _digest_at(web: Web, address: str) -> str | None:
    raw = web.get(address, MAX_DOCUMENT)
    return None if raw is None else wire.digest(raw)


def _counted(log: Reading, uuid: str) -> VoteCount:
    return log.state.recount.votes.get(uuid) or VoteCount()


def _events(file: BinaryIO) -> Iterator[tuple[int, str, str]]:
    """Height, type and hash of each event of a verified archive."""
    file.seek(0)
    for member in archive.members(file, archive.read_timestamp(file)):
        if member.kind == "event":
            event = Event.parse(archive.content(file, member))
            yield event.height, event.type.value, member.hash
