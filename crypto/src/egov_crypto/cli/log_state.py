"""What an observer remembers of a log between two runs: its key, the checkpoints seen last, how far it was read.

One SQLite file for each log, by its name, in this user's folder of program states. A run reads only what is new, and
notices when what it saw is not there any more; without the file it starts anew, and remembers nothing of before.
What is saved is saved at once or not at all, so that a run may be interrupted anywhere.
"""

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from egov_crypto.archive import EventType
from egov_crypto.checkpoint import Checkpoint
from egov_crypto.cli import console, log_register
from egov_crypto.consultation import Agencies, ConsultationCount
from egov_crypto.errors import CryptoError, UsageError
from egov_crypto.log_clock import LogClock
from egov_crypto.note import Note, VerifierKey
from egov_crypto.petition import PetitionCount
from egov_crypto.recount import Recount, VoteCount
from egov_crypto.tiles import Edge

VARIABLE: Final = "EGOV_VERIFY_STATE"
"""Environment variable with another folder than the user's own."""

_FORM: Final = 8
_EVENTS: Final = [event.value for event in EventType]
_TABLES: Final = (
    "CREATE TABLE fact (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
    "CREATE TABLE checkpoint (text TEXT PRIMARY KEY, size INTEGER NOT NULL, note BLOB NOT NULL) WITHOUT ROWID",
    "CREATE TABLE vote (id INTEGER PRIMARY KEY, uuid TEXT NOT NULL UNIQUE, record TEXT NOT NULL)",
    """CREATE TABLE event (
    vote INTEGER NOT NULL, height INTEGER NOT NULL, event INTEGER NOT NULL, hash BLOB NOT NULL,
    PRIMARY KEY (vote, height)) WITHOUT ROWID""",
    "CREATE TABLE consultation (reference TEXT PRIMARY KEY, record TEXT NOT NULL) WITHOUT ROWID",
    *log_register.TABLES,
)
MAX_OPEN: Final = 256
"""Checkpoints that wait until it is proved that a later one continues them. None of them is forgotten for another."""
_AT_ONCE: Final = 10_000
"""Events that are handed to SQLite together."""


def path_of(name: str) -> Path:
    """The file for the log with this name."""
    readable = "".join(c if c.isascii() and (c.isalnum() or c in "-.") else "_" for c in name)[:80]
    return (
        console.state_folder("egov-verify", VARIABLE)
        / f"{readable}-{hashlib.sha256(name.encode()).hexdigest()[:8]}.sqlite3"
    )


def remembered_keys(name: str) -> list[VerifierKey]:
    """The keys of the log with this name that are known from before, the present one first: then those before it, which
    its entries lead from. Empty if none is."""
    if not path_of(name).exists():
        return []
    with opened(name) as state:
        if state.key is None:
            return []
        found = [state.key]
        for _, old, new in reversed(state.recount.keys):
            if new == found[-1].text:
                found.append(VerifierKey.parse(old))
        return found


def remembered_registrar(name: str) -> str:
    """The registrar's key (unpadded Base64) that the log with this name has, as far as it was read; empty if none."""
    if not path_of(name).exists():
        return ""
    with opened(name) as state:
        return state.recount.petitions.signer


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Two checkpoints that one log has signed, where one does not continue the other; that stays, whatever comes."""

    code: str
    detail: str
    """Of the failure."""
    before: bytes
    now: bytes
    """The signed notes."""
    root: bytes
    """Of as many entries as there were before, in the tree of now; ``proof`` proves that."""
    proof: tuple[bytes, ...]


class State:
    """The memory of one log, and all that was counted of it. What was counted is kept by :meth:`save` alone."""

    def __init__(self, path: Path, base: sqlite3.Connection) -> None:
        self.path: Final = path
        self._base = base
        self._ids: dict[str, int] = {}
        self._waiting: list[tuple[int, int, int, bytes]] = []
        self.signatures: Final = log_register.SignatureTable(base, self._begin)
        self.recount: Final = Recount(self, self.signatures)
        key = self._fact("key")
        self.key = VerifierKey.parse(key) if key else None
        """The log's key, as far as it is known from before."""
        self._load_count()
        tiles = {tuple(place): bytes.fromhex(raw) for place, raw in self._fact("edge") or ()}
        self.edge = Edge.load(lambda tile: tiles[tile.level, tile.index, tile.width], self.recount.entries)
        """Of what was read."""
        notes = self._base.execute("SELECT note FROM checkpoint ORDER BY size, text").fetchall()
        self.checkpoints: Final = [(Checkpoint.parse(Note.parse(raw).text), raw) for (raw,) in notes]
        """What the log has signed and this observer seen, the smallest first: without those of which it was proved that
        another one of these continues them."""
        split = self._fact("contradiction")
        self.contradiction = split and Contradiction(
            split["code"],
            split["detail"],
            split["before"].encode(),
            split["now"].encode(),
            bytes.fromhex(split["root"]),
            tuple(map(bytes.fromhex, split["proof"])),
        )
        """If there was one, nothing that the log says holds any more."""
        self.told: Final[dict[str, tuple[str, int, int]]] = {
            reference: (at, more, acts) for reference, (at, more, acts) in (self._fact("told") or {}).items()
        }
        """By petition, when the site said that so many had signed of whom nothing was in the log, and how many were
        attested to have signed until then."""

    def _load_count(self) -> None:
        recount, counted = self.recount, self._fact("count")
        if counted:
            recount.entries, recount.unknown = counted["entries"], counted["unknown"]
            recount.types.update(counted["types"])
            recount.keys = [(index, old, new) for index, old, new in counted["keys"]]
            recount.release = tuple(counted["release"]) if counted["release"] else None
            recount.petitions.signer = counted["signer"]
            recount.consultations.agencies = Agencies(**counted["agencies"])
            now, marks = counted["clock"]
            recount.petitions.clock = LogClock(now, [(size, at) for size, at in marks])
        for id_, uuid, record in self._base.execute("SELECT id, uuid, record FROM vote"):
            self._ids[uuid] = id_
            recount.votes[uuid] = VoteCount(**json.loads(record))
        for reference, record in self._base.execute("SELECT reference, record FROM petition"):
            recount.petitions.counts[reference] = PetitionCount(**json.loads(record))
        for reference, record in self._base.execute("SELECT reference, record FROM consultation"):
            recount.consultations.counts[reference] = ConsultationCount(**json.loads(record))

    def _fact(self, name: str) -> Any:
        found = self._base.execute("SELECT value FROM fact WHERE name = ?", (name,)).fetchone()
        return found and json.loads(found[0])

    def _put(self, name: str, value: Any) -> None:
        self._base.execute("INSERT OR REPLACE INTO fact VALUES (?, ?)", (name, json.dumps(value)))

    def keep(self, key: VerifierKey, checkpoint: Checkpoint, raw: bytes) -> None:
        """Keep a checkpoint that ``key`` has signed, at once, before anything of it is read; what was counted stays as
        it was saved. If too many wait already, it is kept when it holds (:meth:`remember`)."""
        assert not self._base.in_transaction
        if len(self.checkpoints) < MAX_OPEN:
            self._begin()
            if self.key is None:
                self._trust(key)
            self._add(checkpoint, raw)
            self._base.execute("COMMIT")

    def remember(self, key: VerifierKey, checkpoint: Checkpoint, raw: bytes, proved: Iterable[Checkpoint] = ()) -> None:
        """Keep a checkpoint that ``key`` has signed in place of those that it is proved to continue; until
        :meth:`save` like everything else."""
        self._begin()
        self._trust(key)
        self._add(checkpoint, raw)
        gone = {old.text for old in proved} - {checkpoint.text}
        self._base.executemany("DELETE FROM checkpoint WHERE text = ?", [(text,) for text in gone])
        self.checkpoints[:] = [one for one in self.checkpoints if one[0].text not in gone]

    def _trust(self, key: VerifierKey) -> None:
        self._put("key", key.text)
        self.key = key

    def _add(self, checkpoint: Checkpoint, raw: bytes) -> None:
        self._base.execute(
            "INSERT OR REPLACE INTO checkpoint VALUES (?, ?, ?)", (checkpoint.text, checkpoint.size, raw)
        )
        others = [one for one in self.checkpoints if one[0] != checkpoint]
        self.checkpoints[:] = sorted([*others, (checkpoint, raw)], key=lambda one: (one[0].size, one[0].text))

    def contradict(self, found: Contradiction) -> None:
        """Keep that, at once, and nothing that was counted since the last time."""
        if self._base.in_transaction:
            self._base.execute("ROLLBACK")
        self._waiting.clear()
        self.signatures.forget()
        self._begin()
        notes = {"before": found.before.decode(), "now": found.now.decode()}
        proof = {"root": found.root.hex(), "proof": [hash_.hex() for hash_ in found.proof]}
        self._put("contradiction", {"code": found.code, "detail": found.detail, **notes, **proof})
        self._base.execute("COMMIT")
        self.contradiction = found

    def save(self) -> None:
        """Keep what was counted, which is all up to the edge."""
        recount = self.recount
        assert recount.entries == self.edge.size
        self._begin()
        self._flush()
        for uuid in recount.touched:
            record = json.dumps(asdict(recount.votes[uuid]))
            self._base.execute("UPDATE vote SET record = ? WHERE id = ?", (record, self._id(uuid)))
        recount.touched.clear()
        self.signatures.flush()
        for reference in recount.petitions.touched:
            record = json.dumps(asdict(recount.petitions.counts[reference]))
            self._base.execute("UPDATE petition SET record = ? WHERE id = ?", (record, self.signatures.id(reference)))
        recount.petitions.touched.clear()
        for reference in recount.consultations.touched:
            record = json.dumps(vars(recount.consultations.counts[reference]))
            self._base.execute("INSERT OR REPLACE INTO consultation VALUES (?, ?)", (reference, record))
        recount.consultations.touched.clear()
        counted = {
            "entries": recount.entries,
            "unknown": recount.unknown,
            "types": recount.types,
            "keys": recount.keys,
            "release": recount.release,
            "signer": recount.petitions.signer,
            "agencies": vars(recount.consultations.agencies),
            "clock": [recount.petitions.clock.now, recount.petitions.clock.marks],
        }
        self._put("count", counted)
        self._put("edge", [[[tile.level, tile.index, tile.width], raw.hex()] for tile, raw in self.edge.partial()])
        self._base.execute("COMMIT")

    def tell(self, reference: str, told: tuple[str, int, int] | None) -> None:
        """Keep in :attr:`told`, at once, what the site says of a petition; None: nothing that is to be remembered."""
        if self.told.get(reference) == told:
            return
        if told is None:
            del self.told[reference]
        else:
            self.told[reference] = told
        self._begin()
        self._put("told", self.told)
        self._base.execute("COMMIT")

    def put(self, vote: str, height: int, event: str, hash_: str) -> None:
        """As a :class:`~egov_crypto.recount.Shelf`."""
        self._waiting.append((self._id(vote), height, _EVENTS.index(event), bytes.fromhex(hash_)))
        if len(self._waiting) >= _AT_ONCE:
            self._flush()

    def get(self, vote: str, height: int) -> str | None:
        """As a :class:`~egov_crypto.recount.Shelf`."""
        return next((hash_ for at, _, hash_ in self.events(vote, height) if at == height), None)

    def events(self, vote: str, start: int = 0) -> Iterator[tuple[int, str, str]]:
        """Height, type and hash (hex) of each event of a vote, from a height on, in order."""
        self._flush()
        rows = self._base.execute(
            "SELECT height, event, hash FROM event WHERE vote = ? AND height >= ? ORDER BY height",
            (self._ids.get(vote), start),
        )
        for height, event, hash_ in rows:
            yield height, _EVENTS[event], hash_.hex()

    def _id(self, vote: str) -> int:
        if vote not in self._ids:
            self._begin()
            self._ids[vote] = len(self._ids) + 1
            self._base.execute("INSERT INTO vote VALUES (?, ?, '{}')", (self._ids[vote], vote))
        return self._ids[vote]

    def _flush(self) -> None:
        if not self._waiting:
            return
        self._begin()
        self._base.executemany("INSERT INTO event VALUES (?, ?, ?, ?)", self._waiting)
        self._waiting.clear()

    def _begin(self) -> None:
        if not self._base.in_transaction:
            self._base.execute("BEGIN")


@contextmanager
def opened(name: str) -> Iterator[State]:
    """The memory of the log with this name, made if there is none; of one run at a time.

    Raises :class:`UsageError` if another run has it, or if it cannot be read or written.
    """
    path = path_of(name)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    base = sqlite3.connect(path, timeout=0, isolation_level=None)
    try:
        _prepare(base, path, name)
        yield _loaded(path, base)
    except sqlite3.Error as error:
        if "locked" in str(error):
            raise UsageError(f"another run has {path} open: it reads this log just now") from None
        raise UsageError(f"{path}, which holds what was seen of the log, cannot be used: {error}") from None
    finally:
        base.close()


def _loaded(path: Path, base: sqlite3.Connection) -> State:
    try:
        return State(path, base)
    except (CryptoError, ValueError, LookupError, TypeError, AttributeError, AssertionError) as error:
        raise UsageError(f"{path}, which holds what was seen of the log, is damaged: {error}") from None


def _prepare(base: sqlite3.Connection, path: Path, name: str) -> None:
    base.execute("PRAGMA locking_mode = EXCLUSIVE")
    base.execute("PRAGMA synchronous = NORMAL")
    base.execute("PRAGMA cache_size = -65536")  # KiB: pseudonyms come in no order
    base.execute("BEGIN EXCLUSIVE")  # others keep out from now on until the file is closed
    (form,) = base.execute("PRAGMA user_version").fetchone()
    if form == 0:
        for table in _TABLES:
            base.execute(table)
        base.execute(f"PRAGMA user_version = {_FORM}")
        base.execute("INSERT INTO fact VALUES ('log', ?)", (json.dumps(name),))
    base.execute("COMMIT")
    if form not in {0, _FORM}:
        raise UsageError(f"{path} was written by another version of this program")
