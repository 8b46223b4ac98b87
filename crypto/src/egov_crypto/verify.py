"""Every check an observer makes, on an election in any state (specification section 3.5, and stricter).

The archive is read twice, and never held. The first pass takes the chain of events: each member's form and hash, each
event's parent, height and place in the grammar, the set-up, and for each ballot whose it is and whether it was there
before. It ends knowing which ballots count. The second pass verifies every ballot's proofs and signature, in
several processes if wanted, and adds the counted ones up. Then tally, shuffles, decryptions and result are compared
with what was computed (:mod:`egov_crypto.ending`).
Memory: some 80 bytes a voter, 130 a ballot that was replaced, and a few ballots. Votes of preference are listed, not
added up, and shuffled: some 5 kB for each that counts.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO, Final

from egov_crypto import archive, ballot, wire
from egov_crypto.archive import Event, EventType, Head, Member
from egov_crypto.credential import CredentialList
from egov_crypto.election import Election
from egov_crypto.ending import Ending
from egov_crypto.errors import ArchiveError, VerificationError
from egov_crypto.group import Q
from egov_crypto.parallel import Chunk, started, verify_chunks
from egov_crypto.tally import Tally
from egov_crypto.trustees import Trustees
from egov_crypto.verified import Report, Verified
from egov_crypto.workers import Workers

__all__ = ["MAX_BALLOT", "Progress", "Report", "Verified", "verify_archive"]

MAX_BALLOT: Final = 1_000_000
"""Bytes that a ballot may have."""
_CHUNK: Final = 16
"""Ballots that are verified together, fewer if they are large: several chunks are on the way to other processes."""
_CHUNK_BYTES: Final = 1 << 18
_FORMAT: Final = {
    EventType.ENCRYPTED_TALLY: "tally.format",
    EventType.SHUFFLE: "shuffle.format",
    EventType.PARTIAL_DECRYPTION: "decryption.format",
    EventType.RESULT: "result.format",
}
"""The code of what is larger than it can be."""
_OWNED: Final = {EventType.SHUFFLE: "shuffle.owner", EventType.PARTIAL_DECRYPTION: "decryption.owner"}
"""What each trustee makes one of at most, with the code of a second one: so what is kept of an archive is bounded."""

Progress = Callable[[str, int, int], None]
"""Called with the stage (``"events"``, ``"ballots"``, ``"shuffles"``), how far it is and how far it goes."""


@dataclass(frozen=True, slots=True)
class _Placed:
    """An event with the members of its data."""

    event: Event
    data: tuple[Member, ...]


def verify_archive(
    file: BinaryIO,
    *,
    jobs: int = 1,
    progress: Progress | None = None,
    report: Report | None = None,
    joint: bool = True,
) -> Verified:
    """Verify the archive that ``file`` (seekable, at its start) holds, with ``jobs`` processes.

    Decryptions of votes that are listed one by one must have a joint proof, or, since other programs make none, open to
    votes whose encoding shows as much (:func:`~egov_crypto.tally.check_encodings`), unless ``joint`` is false: trustees
    could then have changed these votes.

    Raises :class:`VerificationError` at the first thing that does not hold; pass ``report`` to see what held before.
    Raises :class:`ArchiveError` if the file is not an archive, :class:`UnsupportedError` if it cannot tell.
    """
    report = report or Report()
    report.joint = joint
    return _Verification(file, jobs, progress or _no_progress, report).run()


def _no_progress(_stage: str, _done: int, _total: int) -> None:
    pass


class _Verification:
    def __init__(self, file: BinaryIO, jobs: int, progress: Progress, report: Report) -> None:
        self.file, self.jobs, self.progress, self.report = file, jobs, progress, report
        self.timestamp = archive.read_timestamp(file)
        self.start = file.tell()
        self.size = file.seek(0, 2)
        self.later: list[_Placed] = []  # the events after the ballots
        self.trackers = bytearray()  # 32 bytes for each credential: its latest ballot's
        self.superseded: set[bytes] = set()  # the trackers of ballots that a later one has replaced

    def run(self) -> Verified:
        self.first_pass()
        with started(self.election, self.jobs) as workers:
            ending = self.check_ending(self.second_pass(workers), workers)
        return Verified(
            self.report,
            self.election,
            self.trustees,
            self.credentials,
            ending.tally,
            ending.shuffled,
            ending.decryptions,
            ending.factors,
        )

    def held(self, name: str, count: int) -> None:
        self.report.checks.append((name, count))

    def first_pass(self) -> None:
        try:
            self.take_events()
        except VerificationError as error:
            if error.height is None:  # whatever it was, it was in the way of the next event
                error.height = self.report.head.height + 1 if self.report.head else 0
            raise

    def take_events(self) -> None:
        head = Head(self.timestamp, -1, "")
        previous: EventType | None = None
        for placed in self.events():
            event = placed.event
            if event.height != head.height + 1:
                raise VerificationError("event.height", f"{event.height} after {head.height}", event.height)
            if event.parent != (head.hash or None):
                raise VerificationError("event.parent", height=event.height)
            if event.type not in archive.follows(previous, shuffled=previous is not None and self.shuffled):
                raise VerificationError("event.order", f"{event.type} after {previous or 'nothing'}", event.height)
            self.take(placed)
            head, previous = Head(self.timestamp, event.height, wire.digest(event.to_json())), event.type
            self.report.head, self.report.last = head, previous
            if event.type is EventType.SETUP:
                self.report.begun = head
            if event.type is EventType.ENCRYPTED_TALLY:
                self.report.tallied = head
        if previous is None:
            raise ArchiveError("the archive has no Setup event")
        self.held("events", head.height + 1)

    def events(self) -> Iterator[_Placed]:
        """Each event with its data, which must be all that stands before it and be referred to by it."""
        pending: dict[str, Member] = {}
        self.file.seek(self.start)
        for member in archive.members(self.file, self.timestamp, self.size):
            self.progress("events", member.offset, self.size)
            if member.kind == "data":
                if member.hash in pending:
                    raise VerificationError("archive.unreferenced", f"{member.hash} twice")
                if len(pending) == 4:
                    raise VerificationError("archive.unreferenced", next(iter(pending)))
                pending[member.hash] = member
                continue
            if member.size > archive.MAX_EVENT:
                raise VerificationError("event.format", f"{member.size} bytes")
            event = Event.parse(archive.content(self.file, member))
            yield _Placed(event, self.data_of(event, pending))
            pending = {}
        if pending:
            raise VerificationError("archive.truncated", "data without an event")

    def data_of(self, event: Event, pending: dict[str, Member]) -> tuple[Member, ...]:
        """The members that ``event`` refers to, payload last; the specification's table says which."""
        if event.payload is None:
            wanted = []
        elif event.payload not in pending:
            raise VerificationError("event.payload", height=event.height)
        else:
            wanted = [*self.references(event, pending[event.payload]), event.payload]
        if (event.payload is None) != (event.type in {EventType.END_BALLOTS, EventType.END_SHUFFLES}):
            raise VerificationError("event.payload", height=event.height)
        missing = [hash_ for hash_ in wanted if hash_ not in pending]
        if missing or len(set(wanted)) != len(wanted):
            raise VerificationError("event.payload", f"{', '.join(missing)} is not there", event.height)
        superfluous = [hash_ for hash_ in pending if hash_ not in wanted]
        if superfluous:
            raise VerificationError("archive.unreferenced", superfluous[0], event.height)
        return tuple(pending[hash_] for hash_ in wanted)

    def references(self, event: Event, payload: Member) -> list[str]:
        shapes: dict[EventType, tuple[str, tuple[str, ...], tuple[str, ...]]] = {
            EventType.SETUP: ("setup.format", ("election", "trustees", "credentials"), ()),
            EventType.ENCRYPTED_TALLY: ("tally.format", ("encrypted_tally",), ("num_tallied", "total_weight")),
            EventType.SHUFFLE: ("shuffle.format", ("payload",), ("owner",)),
            EventType.PARTIAL_DECRYPTION: ("decryption.format", ("payload",), ("owner",)),
        }
        if event.type not in shapes:
            return []
        code, references, others = shapes[event.type]
        try:
            value = wire.fields(wire.load(self.read(payload, archive.MAX_EVENT)), *others, *references)
            return [wire.string(value[name]) for name in references]
        except ValueError as error:
            raise VerificationError(code, str(error), event.height) from None

    def read(self, member: Member, limit: int) -> bytes:
        if member.size > limit:
            raise ValueError(f"{member.size} bytes are more than {limit}")
        return archive.content(self.file, member)

    def take(self, placed: _Placed) -> None:
        match placed.event.type:
            case EventType.SETUP:
                self.take_setup(*placed.data[:3])
            case EventType.BALLOT:
                self.report.state = "open"
                self.take_ballot(placed.event.height, placed.data[0])
            case later:
                if later in _OWNED and sum(one.event.type is later for one in self.later) == len(self.trustees):
                    raise VerificationError(_OWNED[later], "more than there are trustees", placed.event.height)
                self.later.append(placed)
                self.report.state = {
                    EventType.END_BALLOTS: "closed",
                    EventType.ENCRYPTED_TALLY: "shuffling" if self.shuffled else "decrypting",
                    EventType.SHUFFLE: "shuffling",
                    EventType.RESULT: "tallied",
                }.get(later, "decrypting")

    def take_setup(self, election: Member, trustees: Member, credentials: Member) -> None:
        report = self.report
        self.election = Election.parse(self.bounded("election.format", election))
        report.uuid, report.name = self.election.uuid, self.election.name
        report.fingerprint = self.election.fingerprint
        report.kinds = [question.kind for question in self.election.questions]
        self.shuffled = bool(self.election.shuffled)
        self.held("questions", len(self.election.questions))
        self.trustees = Trustees.parse(self.bounded("trustees.format", trustees))
        if self.trustees.public_key != self.election.public_key:
            raise VerificationError("election.public_key")
        report.trustees, report.required = len(self.trustees), self.trustees.required
        report.always = list(self.trustees.always)
        self.held("trustees", len(self.trustees))
        self.credentials = CredentialList(archive.content(self.file, credentials))
        if self.credentials.total_weight >= Q:
            raise VerificationError("credentials.format", "the weights add up to more than the group's order")
        if self.shuffled and self.credentials.total_weight != len(self.credentials):
            raise VerificationError("credentials.weight")
        self.trackers = bytearray(32 * len(self.credentials))
        report.registered = len(self.credentials)
        self.held("credentials", len(self.credentials))
        election_uuid, election_hash = self.election.uuid, self.election.fingerprint
        start = {"election_uuid": election_uuid, "election_hash": election_hash, "credential": ""}
        self.ballot_start = wire.dump(start)[: -len('"}')]

    def bounded(self, code: str, member: Member, limit: int = MAX_BALLOT) -> bytes:
        try:
            return self.read(member, limit)
        except ValueError as error:
            raise VerificationError(code, str(error)) from None

    def take_ballot(self, height: int, member: Member) -> None:
        """Whose ballot it is, and whether it was there before. That the bytes are a ballot at all, the second pass
        checks: what is taken from a fixed place here is then the ballot's credential, or the archive is refused."""
        raw = self.bounded("ballot.format", member)
        if not raw.startswith(self.ballot_start):
            ballot.parse_and_verify(self.election, raw)  # says what exactly is wrong with it
            raise VerificationError("ballot.format")
        text = raw[len(self.ballot_start) : len(self.ballot_start) + 64].decode("ascii", "replace")
        try:
            index = self.credentials.find(text)
        except ValueError:
            raise VerificationError("ballot.point") from None
        if index is None:
            raise VerificationError("ballot.credential")
        tracker, place = bytes.fromhex(member.hash), slice(32 * index, 32 * index + 32)
        if self.credentials.last[index]:
            self.superseded.add(bytes(self.trackers[place]))
            if tracker in self.superseded:
                raise VerificationError("ballot.duplicate")
        else:
            self.report.voters += 1
        self.credentials.last[index] = height
        self.trackers[place] = tracker
        self.report.ballots += 1

    def second_pass(self, workers: Workers) -> Tally:
        tally = Tally.empty(self.election)
        done = 0
        for partial, count in verify_chunks(self.election, self.chunks(), workers):
            tally.merge(partial)
            done += count
            self.progress("ballots", done, self.report.ballots)
        if done != self.report.ballots:
            raise ArchiveError("the archive was changed while it was read")
        self.held("ballots", done)
        return tally

    def chunks(self) -> Iterator[Chunk]:
        """The ballots in order, a few at a time, each with its height and its weight (0 if a later one replaces it)."""
        chunk: Chunk = []
        size = 0
        self.file.seek(self.start)
        for placed in self.ballots():
            raw = archive.content(self.file, placed.data[0])
            height = placed.event.height
            index = self.credentials.find(raw[len(self.ballot_start) : len(self.ballot_start) + 64].decode())
            if index is None:
                raise VerificationError("ballot.credential", height=height)
            counts = self.credentials.last[index] == height
            chunk.append((height, raw, self.credentials.weight(index) if counts else 0))
            size += len(raw)
            if len(chunk) == _CHUNK or size > _CHUNK_BYTES:
                yield chunk
                chunk, size = [], 0
        if chunk:
            yield chunk

    def ballots(self) -> Iterator[_Placed]:
        member: Member | None = None
        for following in archive.members(self.file, self.timestamp, self.size):
            if following.kind == "event":
                event = Event.parse(archive.content(self.file, following))
                if event.type is EventType.BALLOT and member is not None:
                    yield _Placed(event, (member,))
                elif event.type is not EventType.SETUP:
                    return
            member = following

    def check_ending(self, tally: Tally, workers: Workers) -> Ending:
        ending = Ending(
            self.election, self.trustees, tally, jobs=workers, progress=self.progress, joint=self.report.joint
        )
        for placed in self.later:
            event = placed.event
            try:
                code = _FORMAT.get(event.type, "event.format")
                limit = ending.limit(event.type)
                ending.take(event.type, *(self.bounded(code, member, limit) for member in placed.data))
            except VerificationError as error:
                raise VerificationError(error.code, error.detail, event.height) from None
            if event.type is EventType.ENCRYPTED_TALLY:
                self.held("tally", tally.ballots)
            self.report.shuffled = list(ending.shuffled)
        self.report.mixed = self.trustees.enough(ending.shuffled)
        if ending.shuffled:
            self.held("shuffles", len(ending.shuffled))
        if ending.decryptions:
            self.held("decryptions", len(ending.decryptions))
            self.report.decrypted = sorted(ending.decryptions)
        if ending.result is not None:
            self.report.result = ending.result
            self.held("result", _numbers(ending.result))
        return ending


def _numbers(counts: Any) -> int:
    """How many there are, however they are nested."""
    return 1 if isinstance(counts, int) else sum(map(_numbers, counts))
