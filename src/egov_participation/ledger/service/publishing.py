"""A round of the log: what waits gets its place, the whole is signed, witnesses are asked, and it is published.

=================================  ===================================================================================
a crash after …                    means
=================================  ===================================================================================
nothing yet                        what was entered waits; the next round takes it
the places were committed          entries have their places for good, in no checkpoint yet; the next round signs
what is signed was noted           the file beside the key knows a head that nobody has seen; the next round signs the
                                   same one, or a larger one that continues it
signing, asking witnesses          the same: a witness that has cosigned takes the same checkpoint again
the checkpoint was committed       it is served
=================================  ===================================================================================

The order matters: whoever signed first and gave places afterwards might sign, after a crash, another tree of the same
size.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

import structlog
from sqlmodel import Session, col, select, update

from egov_crypto import note as notes
from egov_crypto.checkpoint import Checkpoint
from egov_crypto.errors import VerificationError
from egov_crypto.merkle import prove_consistency, tree_root
from egov_crypto.note import Note, SigningKey
from egov_crypto.tiles import Edge, hash_reader
from egov_participation.database import Database, UnitOfWork
from egov_participation.ledger.models import PublishedCheckpoint, Waiting, WitnessRow
from egov_participation.ledger.rules import EntryError
from egov_participation.ledger.service import keys, tiles
from egov_participation.ledger.service.cosigning import Cosigners, Outcome, note_outcomes
from egov_participation.ledger.service.keys import ForkError
from egov_participation.ledger.service.release import enter_release
from egov_participation.ledger.service.sequencing import sequence
from egov_participation.ledger.service.witnesses import Witness, witnesses_of
from egov_participation.logs import describe
from egov_participation.rounds import Rounds
from egov_participation.services import Services
from egov_participation.settings import Settings

log = structlog.get_logger()

LOCK: Final = "ledger"
"""Held by the one who publishes (`Database.alone`); the lock on places is another one, which a transaction holds."""
SECONDS_BETWEEN: Final = 0.25
"""Between two rounds: with what a round takes, everything is published within two seconds."""


class Sequencer(Rounds):
    """Keeps the log up to date, in a thread of its own: jobs that take long must not hold it up."""

    def __init__(self, services: Services) -> None:
        super().__init__(self.run, "ledger", "ledger.failed", seconds_between=SECONDS_BETWEEN)
        self._services = services
        self._cosigners = cosigners_of(services.settings, services.database)
        self._release_is_entered = False

    def stop(self) -> None:
        """Finish the round in hand and end."""
        super().stop()
        self._cosigners.close()

    def run(self) -> None:
        """One round. The first one enters what this version serves to browsers."""
        if not self._release_is_entered:
            try:
                enter_release(self._services.database)
            except EntryError as error:  # a file with an odd name must not hold up everything else
                log.error("ledger.release_not_entered", **describe(error))
            self._release_is_entered = True
        publish(self._services, self._cosigners)


def cosigners_of(settings: Settings, database: Database) -> Cosigners:
    """Whom the settings name as witnesses, with what is known of each. It must be closed.

    Raises:
        ValueError: see `witnesses.witnesses_of`.
    """

    def known(witness: Witness) -> int:
        with database.read() as session:
            row = session.get(WitnessRow, witness.key.text)
            return 0 if row is None or row.size is None else row.size

    return Cosigners(witnesses_of(settings), known)


def publish(services: Services, cosigners: Cosigners | None = None) -> None:
    """Publish everything that has been entered. Nothing to do, or somebody else does it: returns at once.

    Args:
        cosigners: who is asked to cosign what is published; without them nobody is.

    Raises:
        ForkError: what there is does not continue what was signed before.
        OSError: the folder of keys cannot be read or written.
    """
    with services.database.alone(LOCK) as alone:
        while alone and _is_due(services, cosigners):
            _advance(services, cosigners)


def _is_due(services: Services, cosigners: Cosigners | None) -> bool:
    with services.database.read() as session:
        waiting = session.exec(select(Waiting.id).limit(1)).first() is not None
        last = latest(session)
        if waiting or last is None or last.size < tiles.size(session):
            return True
    present = keys.signing_key(services.settings).verifier_key  # which may have been replaced since
    note = Note.parse(last.note)
    if (present.name, present.key_id) not in [(signature.name, signature.key_id) for signature in note.signatures]:
        return True
    return cosigners is not None and cosigners.lacks(note)


def _advance(services: Services, cosigners: Cosigners | None) -> None:
    """One batch, from waiting to published."""
    database, settings = services.database, services.settings
    keys.signing_key(settings)  # made with its folder, if this is the first start
    with keys.alone(settings.keys_dir):
        with database.read() as session:
            # Before anything gets a place: in a log that was set back, places are free that others know as filled.
            check(settings, session)
        sequence(database)
        # A crash here: the entries have their places, and no checkpoint covers them yet.
        with database.read() as session:
            check(settings, session)
            checkpoint = _head(session, keys.origin(settings))
        keys.note_signed(settings.keys_dir, checkpoint)
        # A crash here: the file knows a head that nobody has seen. The next one continues it.
        first, *others = keys.signing_keys(settings)
    note = checkpoint.sign(first, *(other.sign(checkpoint.text) for other in others))
    # A crash here: the same; a signature that went nowhere.
    note, outcomes = _cosigned(database, checkpoint, note, cosigners)
    # A crash here: a witness that has cosigned remembers this checkpoint, and says so when it is asked for the next.
    with database.uow() as tx:
        _put(tx, checkpoint, note, services.clock())
        note_outcomes(tx, outcomes, checkpoint.size, services.clock())
        tx.commit()
        # A crash here: it is served.


def _cosigned(
    database: Database, checkpoint: Checkpoint, note: Note, cosigners: Cosigners | None
) -> tuple[Note, list[Outcome]]:
    """The checkpoint with the cosignatures that it has already and those that come now."""
    if cosigners is None:
        return note, []
    with database.read() as session:
        same = session.get(PublishedCheckpoint, checkpoint.size)
        if same is not None and Note.parse(same.note).text == note.text:
            note = Note(note.text, (*note.signatures, *cosigners.among(Note.parse(same.note))))

        def prove(old: int) -> list[bytes]:
            return prove_consistency(hash_reader(tiles.fetcher(session), checkpoint.size), old, checkpoint.size)

        outcomes = cosigners.collect(checkpoint, note, prove)
    came = [outcome.signature for outcome in outcomes if outcome.signature is not None]
    return Note(note.text, (*note.signatures, *came)), outcomes


def latest(session: Session) -> PublishedCheckpoint | None:
    """The present checkpoint; None before the first."""
    return session.exec(select(PublishedCheckpoint).order_by(col(PublishedCheckpoint.size).desc()).limit(1)).first()


def _head(session: Session, origin: str) -> Checkpoint:
    """All that has its place, as a checkpoint."""
    edge = Edge.load(tiles.fetcher(session), tiles.size(session))
    return Checkpoint(origin, edge.size, edge.root())


def check(settings: Settings, session: Session) -> None:
    """Make sure that what has its place in the log begins with all that was signed and published before.

    Raises:
        ForkError: it does not, or the folder of keys has another key than the log's.
        MissingTileError: the database has lost a part of the log.
        OSError: the folder of keys cannot be read.
    """
    size, known, last = tiles.size(session), keys.last_signed(settings.keys_dir), latest(session)
    if known is not None:
        _check_begins_with(session, size, known.size, known.root)
    if last is not None:
        _check_begins_with(session, size, last.size, last.root)
        _check_signed_by_us(last, keys.signing_keys(settings))


def _check_begins_with(session: Session, size: int, known: int, root: bytes) -> None:
    if known > size:
        raise ForkError(f"the database has {size} entries, and {known} were signed")
    if tree_root(hash_reader(tiles.fetcher(session), size), known) != root:
        raise ForkError(f"the first {known} entries are not those that were signed")


def _check_signed_by_us(last: PublishedCheckpoint, ours: list[SigningKey]) -> None:
    """That the folder of keys has the log's key, and not one made anew because it was lost. (Where the site's address
    is another one than then, so is the log's name: others know it as another log.)"""
    note = Note.parse(last.note)
    if note.text.partition("\n")[0] != ours[-1].name:
        return
    try:
        notes.verify(note, [key.verifier_key for key in ours])
    except VerificationError:
        raise ForkError("the last checkpoint was signed with another key than the one in the folder of keys") from None


def _put(tx: UnitOfWork, made: Checkpoint, note: Note, now: datetime) -> None:
    """Publish a checkpoint, or the same one with other signatures: a new key's. Of two that race either will do."""
    if not tx.add_if_new(PublishedCheckpoint, size=made.size, root=made.root, note=note.raw, at=now):
        same = (col(PublishedCheckpoint.size) == made.size, col(PublishedCheckpoint.root) == made.root)
        tx.exec(update(PublishedCheckpoint).where(*same).values(note=note.raw))
