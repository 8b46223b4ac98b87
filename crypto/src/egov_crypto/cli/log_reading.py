"""A log read whole, and held against what was seen of it before."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from egov_crypto import checkpoint as checkpoints
from egov_crypto import merkle, note
from egov_crypto.checkpoint import Checkpoint, SignedCheckpoint
from egov_crypto.cli.log_part import Part, Served, ahead, parts, placed, read_parts
from egov_crypto.cli.log_state import Contradiction, State
from egov_crypto.cli.log_tiles import Tiles
from egov_crypto.cosignature import WitnessKey
from egov_crypto.errors import ArchiveError, CryptoError, UsageError, VerificationError
from egov_crypto.merkle import leaf_hash, perfect_root
from egov_crypto.note import Note, VerifierKey
from egov_crypto.tiles import ENTRIES, HEIGHT, WIDTH, Edge, Tile, bundle_entries, hash_reader, tile_hashes
from egov_crypto.verify import Progress

STALE: float = 2.0
"""Seconds to wait when a checkpoint is older than the last one, which a cache in between may have kept."""
STALE_ATTEMPTS: Final = 5
SAVE_EVERY: float = 1.0
"""Seconds of reading that an interruption loses, at most."""
MAX_KEYS: Final = 1 << 16
"""Bytes that a log's list of keys may have."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What is trusted: the log's key (None: the one that is remembered, or that the log itself gives), witnesses."""

    key: VerifierKey | None = None
    witnesses: Sequence[WitnessKey] = ()
    quorum: int = 0
    max_age: int | None = None
    """Seconds after which a cosignature does not count for the quorum any more."""


NO_TERMS: Final = Terms()


@dataclass
class Evidence:
    """What shows others that something does not hold, as the log served it."""

    before: bytes | None = None
    """A checkpoint that the log signed, and this one contradicts."""
    now: bytes | None = None
    root: bytes | None = None
    """Of the entries that there were before, in the tree of now; ``proof`` proves that, by RFC 6962, section 2.1.2."""
    proof: list[bytes] | None = None
    served: Served = field(default_factory=list)


@dataclass
class Reading:
    """One run's reading of a log; what was found is complete when :meth:`read` returns, partial when it raises."""

    tiles: Tiles
    state: State
    name: str
    terms: Terms
    jobs: int
    progress: Progress
    signed: SignedCheckpoint | None = None
    """The latest checkpoint, whose signatures hold."""
    raw: bytes = b""
    before: Checkpoint | None = None
    """The last one that was seen by the run before; None at the first."""
    begun: int = 0
    """Entries that were read by runs before."""
    key: VerifierKey | None = None
    """That has signed it."""
    remembered: VerifierKey | None = None
    """The one that runs before have trusted."""
    first_use: bool = False
    """Whether there was none, so that the one which the log itself gave is trusted."""
    checks: dict[str, int] = field(default_factory=dict)
    evidence: Evidence = field(default_factory=Evidence)
    _split: Evidence | None = None
    """That the log has signed what contradicts itself."""
    _proved: Sequence[Checkpoint] = ()
    """Checkpoints that the latest one is proved to continue."""

    def __post_init__(self) -> None:
        known = self.state.checkpoints
        self.before = known[-1][0] if known else None
        self.remembered = self.state.key
        self.begun = self.state.edge.size

    def read(self) -> SignedCheckpoint:
        """Read what is new since the last time, and check all of it; what was read is saved.

        Raises :class:`VerificationError`, with :attr:`evidence`; :class:`ArchiveError` if it cannot be told,
        :class:`UsageError` where a key is missing. That the log has signed what contradicts itself, is raised again by
        each later run.
        """
        if (found := self.state.contradiction) is not None:
            self.evidence = Evidence(found.before, found.now, found.root, list(found.proof))
            raise VerificationError(found.code, found.detail)
        self.tiles.forget()
        self.evidence, self._split = Evidence(), None
        try:
            return self._read()
        except (CryptoError, OSError) as error:
            if self._split is None:
                raise
            raise self._contradicted(self._split, error) from None

    def _read(self) -> SignedCheckpoint:
        known, trusted = list(self.state.checkpoints), self._trusted()
        self.signed, self.key = self._latest(trusted, known[-1][0].size if known else 0)
        now = self.signed.checkpoint
        self.checks["checkpoint"] = 1
        if self.terms.witnesses:
            self.signed, _ = self._signed(self.raw, [self.key], self.terms)
            self._check_age(self.signed)
            self.checks["witnesses"] = len(self.signed.cosignatures)
        self._check_edge(now)
        parted = [old for old, raw in known if not self._only_grew(old, raw, now)]
        if parted and self.key not in self._keys(trusted):
            self._split = None
            raise self._is_strange(trusted)
        self._proved = [old for old, _ in known if old not in parted]
        self._take(now, [old for old, _ in known], trusted, save=not parted)
        if parted:  # and nothing was found that tells where
            raise VerificationError("consistency.proof", f"{parted[0].size} entries, then {now.size}")
        self._check_handed_over(trusted)
        seen = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        self.state.recount.petitions.clock.tell(now.size, seen)
        self.checks["before"], self.checks["entries"] = self.begun, now.size
        self.checks["votes"] = len(self.state.recount.votes)
        if petitions := self.state.recount.petitions.counts:
            self.checks["petitions"] = len(petitions)
            self.checks["signatures"] = sum(count.attested for count in petitions.values())
        if consultations := self.state.recount.consultations.counts:
            self.checks["consultations"] = len(consultations)
            self.state.recount.consultations.agencies.check()
            self.checks["comments"] = sum(len(count.comments) for count in consultations.values())
        self._save()
        return self.signed

    def _check_age(self, signed: SignedCheckpoint) -> None:
        """A view of the log that is frozen keeps its cosignatures, and gets none."""
        quorum, seconds = self.terms.quorum, self.terms.max_age
        if seconds is None:
            return
        fresh = sum(one.time >= time.time() - seconds for one in signed.cosignatures)
        if fresh < quorum:
            raise VerificationError("checkpoint.stale", f"{fresh} of {quorum} in the last {seconds} seconds")

    def _contradicted(self, split: Evidence, error: Exception) -> VerificationError:
        """The failure that stays: where the two part, if ``error`` tells it."""
        assert split.before is not None and split.now is not None and split.root is not None  # noqa: PT018
        before, now = (Checkpoint.parse(Note.parse(raw).text) for raw in (split.before, split.now))
        failure = VerificationError("consistency.proof", f"{before.size} entries, then {now.size}")
        if isinstance(error, VerificationError) and error.code == "log.differs":
            failure = error
        self.evidence = Evidence(split.before, split.now, split.root, split.proof, self.evidence.served)
        self.state.contradict(
            Contradiction(failure.code, failure.detail, split.before, split.now, split.root, tuple(split.proof or ()))
        )
        return failure

    def _keep(self, signed: SignedCheckpoint, key: VerifierKey, trusted: VerifierKey) -> None:
        """Keep what the log has signed, before anything else is asked of it: it shall not be forgotten, whatever comes
        of this run. Another one with as many entries is all that it takes to show that it contradicts itself."""
        now, known = signed.checkpoint, self.state.key
        if key not in self._keys(trusted) or (known and key not in self.state.recount.successors(known)):
            return  # nobody vouches for that key yet
        for old, raw in self.state.checkpoints:
            if old.size == now.size and old.root != now.root:
                self._split = Evidence(raw, self.raw, now.root, [])
        self.state.keep(key, now, self.raw)

    def _trusted(self) -> VerifierKey:
        """The key from which everything follows: the one that was given, the one that is remembered, or the log's."""
        if self.terms.key is not None or self.state.key is not None:
            return self.terms.key or self.state.key  # type: ignore[return-value]
        key = self._given_by_log()
        if key is None:
            raise ArchiveError(f"{self.tiles.log}/key is not there: give the log's key with --key")
        if key.name != self.name:
            raise UsageError(f"this address serves the log {key.name}: give its key with --key, or its own address")
        self.first_use = True
        return key

    def _keys(self, trusted: VerifierKey) -> list[VerifierKey]:
        """Those that may sign: ``trusted`` and what the log has handed over to since, as far as it was read. Without
        those before the one that is remembered: it has signed once, so that they sign no more."""
        keys = self.state.recount.successors(trusted)
        return keys[keys.index(self.state.key) :] if self.state.key in keys else keys

    def _given_by_log(self) -> VerifierKey | None:
        """The log's present key as it says itself."""
        raw = self.tiles.read("key", MAX_KEYS)
        if raw is None:
            return None
        try:
            return VerifierKey.parse(raw.decode("utf-8").partition("\n")[0].strip())
        except (ValueError, UsageError) as error:
            raise ArchiveError(f"{self.tiles.log}/key holds no key of a log: {error}") from None

    def _latest(self, trusted: VerifierKey, least: int) -> tuple[SignedCheckpoint, VerifierKey]:
        """The latest checkpoint, with ``least`` entries or more, and the key that has signed it: ``trusted``, or the
        one that the log has now. That the log's entries lead from one to the other, is to be checked then."""
        for attempt in range(STALE_ATTEMPTS):
            raw = self.tiles.read("checkpoint", note.MAX_SIZE)
            if raw is None:
                raise ArchiveError(f"{self.tiles.log}/checkpoint is not there: this is no log's address")
            self.raw = self.evidence.now = raw
            signed, key = self._verified(raw, trusted)
            self._keep(signed, key, trusted)
            if signed.checkpoint.size >= least:
                return signed, key
            time.sleep(STALE if attempt < STALE_ATTEMPTS - 1 else 0)
        if key not in self._keys(trusted):
            self.key = key
            raise self._is_strange(trusted)
        self.evidence.before = self.state.checkpoints[-1][1]
        raise VerificationError("log.shorter", f"{signed.checkpoint.size} entries; it had {least}")

    def _verified(self, raw: bytes, trusted: VerifierKey) -> tuple[SignedCheckpoint, VerifierKey]:
        """As signed by the log; what witnesses say of it is not asked yet."""
        try:
            return self._signed(raw, self._keys(trusted))
        except VerificationError as error:
            if error.code != "note.unsigned":
                raise
            try:
                key = self._given_by_log()
            except ArchiveError:
                raise error from None
            if key is None or key.name != trusted.name or key in self.state.recount.successors(trusted):
                raise
        return self._signed(raw, [key])

    def _signed(
        self, raw: bytes, keys: Sequence[VerifierKey], terms: Terms = NO_TERMS
    ) -> tuple[SignedCheckpoint, VerifierKey]:
        """The checkpoint, and the last of the keys that has signed it."""
        *others, key = keys
        try:
            return checkpoints.verify(raw, key, witnesses=terms.witnesses, quorum=terms.quorum), key
        except VerificationError as error:
            if error.code != "note.unsigned" or not others:
                raise
        return self._signed(raw, others, terms)

    def _check_handed_over(self, trusted: VerifierKey) -> None:
        """That the log's own entries lead from the key that is trusted to the one that has signed."""
        keys, replaced = self._keys(trusted), self.state.recount.keys
        if self.key not in keys and len(keys) == 1:
            raise self._is_strange(trusted)
        if self.key not in keys or (replaced and replaced[-1][2] != keys[-1].text):
            signer = f"it is signed with {self.key and self.key.text}"
            raise VerificationError("rotation.chain", f"they lead to {replaced[-1][2]}; {signer}")
        self.signed, self.key = self._signed(self.raw, keys, self.terms)

    def _is_strange(self, trusted: VerifierKey) -> VerificationError:
        """Signed with a key that nothing vouches for: whatever else is wrong, this log has not signed it."""
        signer = self.key and self.key.text
        return VerificationError(
            "note.unsigned", f"{trusted.text}; it is signed with {signer}, to which no entry leads"
        )

    def _only_grew(self, old: Checkpoint, raw: bytes, now: Checkpoint) -> bool:
        """Whether the log proves that it begins with what it was; if not, where it parts is still to be found."""
        if old.size == 0:
            return True
        reader = hash_reader(self.tiles, now.size)
        proof = merkle.prove_consistency(reader, old.size, now.size)
        try:
            merkle.verify_consistency(old.size, old.root, now.size, now.root, proof)
        except VerificationError:
            root = merkle.tree_root(reader, old.size)
            self.evidence = Evidence(raw, self.raw, root, proof)
        else:
            return True
        try:  # a tile may be damaged; else both notes prove to everybody that the log contradicts itself
            merkle.verify_consistency(old.size, root, now.size, now.root, proof)
        except VerificationError:
            return False
        self._split = self.evidence
        return False

    def _take(self, now: Checkpoint, known: Sequence[Checkpoint], trusted: VerifierKey, *, save: bool) -> None:
        """Read and count what is new, and save at times what can be relied upon."""
        state = self.state
        start, saved = state.edge.size, time.monotonic() - SAVE_EVERY
        if start == now.size:
            self._compare(Edge.load(self.tiles, now.size))
        self.tiles.expect(ahead(range(start, now.size), now.size) if self.jobs == 1 else ())
        sizes = [start, *(old.size for old in known)]
        for part in read_parts(self.tiles, now, parts(start, now.size, sizes), self.jobs):
            self._count(part, known)
            self.progress("entries", state.edge.size, now.size)
            if save and time.monotonic() - saved >= SAVE_EVERY and self.key in self._keys(trusted):
                self._save()
                saved = time.monotonic()

    def _check_edge(self, now: Checkpoint) -> None:
        try:
            edge = Edge.load(self.tiles, now.size)
            if edge.root() != now.root:
                self.evidence.served = edge.partial()
                raise _damaged(self.tiles, edge, now)
        except VerificationError as error:
            raise placed(error) from None

    def _count(self, part: Part, known: Sequence[Checkpoint]) -> None:
        if part.failure is not None:
            self.evidence.served = part.served
            raise part.failure
        state, indices = self.state, part.wanted.indices
        if indices.start in part.wanted.sizes:
            self._compare(part.edge(indices.start))
        for old in known:
            if indices.start < old.size <= indices.stop and part.edge(old.size).root() != old.root:
                raise VerificationError("log.differs", f"entries {indices.start} to {old.size - 1}")
        for index, value, is_known in part.values:
            state.recount.take(index, value, is_known)
        state.edge = part.edge(indices.stop)

    def _compare(self, there: Edge) -> None:
        """Raise :class:`VerificationError` (``log.differs``) unless the log, where it was read up to, is as it was."""
        for (tile, kept), (_, raw) in reversed(list(zip(self.state.edge.partial(), there.partial(), strict=True))):
            for index, (one, other) in enumerate(zip(tile_hashes(tile, kept), tile_hashes(tile, raw), strict=True)):
                if one != other:
                    first = (tile.index * WIDTH + index) << HEIGHT * tile.level
                    last = first + (1 << HEIGHT * tile.level) - 1
                    where = f"entry {first}" if first == last else f"among the entries {first} to {last}"
                    raise VerificationError("log.differs", f"{where}, in {tile.path}")

    def _save(self) -> None:
        assert self.signed is not None
        assert self.key is not None
        self.state.remember(self.key, self.signed.checkpoint, self.raw, self._proved)
        self.state.save()


def _damaged(tiles: Tiles, edge: Edge, now: Checkpoint) -> VerificationError:
    """Which of the tiles at the right edge is not what it must be, where what lies below them is right."""
    right = {tile: b"".join(_hashes_below(tiles, tile)) for tile, _ in edge.partial()}
    if Edge.load(right.__getitem__, now.size).root() == now.root:
        for tile, raw in edge.partial():
            if raw != right[tile]:
                return VerificationError("tile.hashes", tile.path)
    return VerificationError("log.root", f"{now.size} entries")


def _hashes_below(tiles: Tiles, tile: Tile) -> Iterator[bytes]:
    """What a tile holds, computed from the bundle or the tiles below it."""
    if tile.level == 0:
        bundle = Tile(ENTRIES, tile.index, tile.width)
        yield from map(leaf_hash, bundle_entries(bundle, tiles(bundle)))
        return
    for index in range(tile.index * WIDTH, tile.index * WIDTH + tile.width):
        below = Tile(tile.level - 1, index)
        yield perfect_root(tile_hashes(below, tiles(below)))
