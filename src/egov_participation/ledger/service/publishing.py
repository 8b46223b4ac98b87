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

import threading
from datetime import date
from typing import Final

from sqlmodel import Session, col, func, select

from egov_crypto import note as notes
from egov_crypto.checkpoint import Checkpoint
from egov_crypto.errors import VerificationError
from egov_crypto.merkle import prove_consistency, tree_root
from egov_crypto.note import Note, SigningKey
from egov_crypto.tiles import Edge, hash_reader
from egov_participation.database import Database, UnitOfWork
from egov_participation.ledger.models import LogDay, LogEntry, PublishedCheckpoint, TypeCount, Waiting, WitnessRow
from egov_participation.ledger.service import keys, tiles
from egov_participation.ledger.service.cosigning import Cosigners, Outcome, note_outcomes
from egov_participation.ledger.service.keys import ForkError
from egov_participation.ledger.service.sequencing import sequence
from egov_participation.ledger.service.witnesses import Witness, witnesses_of
from egov_participation.services import Services
from egov_participation.settings import Settings

LOCK: Final = "ledger"
"""Held by the one who publishes (`Database.alone`); the lock on places is another one, which a transaction holds."""
_HEADS: Final = "ledger checkpoint"
_CONTINUE: Final = "say what was last published: `egov log continue --checkpoint FILE`"


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
        MissingTileError: the database has lost a part of the log.
        OSError: the folder of keys cannot be read or written.
    """
    with services.database.alone(LOCK) as alone:
        if alone:
            publish_alone(services, cosigners, threading.Event())


def publish_alone(services: Services, cosigners: Cosigners | None, stopping: threading.Event) -> None:
    """What `publish` does, for who has `LOCK`. As long as batches are full it goes on, unless it is to stop."""
    while _is_due(services, cosigners) and _advance(services, cosigners) and not stopping.is_set():
        pass


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


def _advance(services: Services, cosigners: Cosigners | None) -> bool:
    """One batch, from waiting to published; whether it was full."""
    database, settings = services.database, services.settings
    with database.read() as session:
        begins = latest(session) is None
    if begins:
        keys.make_key(settings)
    keys.signing_key(settings)
    with keys.alone(settings.keys_dir):
        # Before anything gets a place: in a log that was set back, places are free that others know as filled.
        check(settings, database)
        full = sequence(database)
        # A crash here: the entries have their places, and no checkpoint covers them yet.
        check(settings, database)
        with database.read() as session:
            checkpoint = _head(session, keys.origin(settings))
        keys.note_signed(settings.keys_dir, checkpoint)
        # A crash here: the file knows a head that nobody has seen. The next one continues it.
        first, *others = signing = keys.signing_keys(settings)
    note = checkpoint.sign(first, *(other.sign(checkpoint.text) for other in others))
    # A crash here: the same; a signature that went nowhere.
    note, outcomes = _cosigned(database, checkpoint, note, cosigners)
    # A crash here: a witness that has cosigned remembers this checkpoint, and says so when it is asked for the next.
    now = services.clock()
    key = signing[-1].verifier_key.text
    made = PublishedCheckpoint(size=checkpoint.size, root=checkpoint.root, note=note.raw, key=key, at=now)
    with database.uow() as tx:
        _put(tx, made, services.day(now))
        note_outcomes(tx, outcomes, checkpoint.size, now)
        tx.commit()
        # A crash here: it is served.
    return full


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
    anew = {(signature.name, signature.key_id) for signature in came}
    kept = [signature for signature in note.signatures if (signature.name, signature.key_id) not in anew]
    return Note(note.text, (*kept, *came)), outcomes


def latest(session: Session) -> PublishedCheckpoint | None:
    """The present checkpoint; None before the first."""
    return session.exec(select(PublishedCheckpoint).order_by(col(PublishedCheckpoint.size).desc()).limit(1)).first()


def _head(session: Session, origin: str) -> Checkpoint:
    """All that has its place, as a checkpoint."""
    edge = Edge.load(tiles.fetcher(session), tiles.size(session))
    return Checkpoint(origin, edge.size, edge.root())


def check(settings: Settings, database: Database) -> None:
    """Make sure that what has its place in the log begins with all that was signed and published before, and that this
    is where it was signed. For who signs: others have neither the key nor what was last signed (`check_published`).

    Raises:
        ForkError: it does not, or the folder of keys has another key than the log's.
        MissingTileError: the database has lost a part of the log.
        OSError: the folder of keys cannot be read.
    """
    known = keys.last_signed(settings.keys_dir)  # first: what is signed from now on the session may not see
    if keys.doubted(settings.keys_dir) is not None:
        raise ForkError(f"a backup of the database was put back; {_CONTINUE}")
    with database.read() as session:
        last = latest(session)
        if last is not None:
            check_signed_by_us(last, keys.signing_keys(settings))
            if known is None:
                gone = settings.keys_dir / keys.HEAD
                raise ForkError(f"the database has published checkpoints, and {gone} is not there; {_CONTINUE}")
        check_published(session, known)


def check_published(session: Session, known: Checkpoint | None) -> None:
    """Make sure that what has its place in the log begins with all that was published before, and with ``known``.

    Raises:
        ForkError, MissingTileError: see `check`.
    """
    size, last = tiles.size(session), latest(session)
    for before in (known, last):
        if before is not None:
            check_begins_with(session, size, before.size, before.root)


def check_begins_with(session: Session, size: int, known: int, root: bytes) -> None:
    """That a log of ``size`` entries begins with the first ``known``, whose root hash is ``root``.

    Raises:
        ForkError, MissingTileError: see `check`.
    """
    if known > size:
        raise ForkError(f"the database has {size} entries, and {known} were signed")
    if tree_root(hash_reader(tiles.fetcher(session), size), known) != root:
        raise ForkError(f"the first {known} entries are not those that were signed")


def check_signed_by_us(last: PublishedCheckpoint, ours: list[SigningKey]) -> None:
    """That the folder of keys has the log's key, and not one made anew because it was lost. (Where the site's address
    is another one than then, so is the log's name: others know it as another log.)

    Raises:
        ForkError: it has another.
    """
    note = Note.parse(last.note)
    if note.text.partition("\n")[0] != ours[-1].name:
        return
    try:
        notes.verify(note, [key.verifier_key for key in ours])
    except VerificationError:
        raise ForkError("the last checkpoint was signed with another key than the one in the folder of keys") from None


def _put(tx: UnitOfWork, made: PublishedCheckpoint, day: date) -> None:
    """Publish a checkpoint, or the same one with other signatures: a new key's, a witness's. It takes the place of the
    one before; of two that race the larger one stays, and of the same one either will do."""
    tx.lock(_HEADS)
    last = latest(tx.session)
    if last is None or last.size < made.size:
        if last is not None:
            tx.session.delete(last)
        tx.add(made)
        grown = tx.get(LogDay, day) or LogDay(day=day, size=0)
        grown.size = made.size
        tx.add(grown)
        _count(tx, last.size if last else 0, made.size)
    elif (last.size, last.root) == (made.size, made.root):
        last.note, last.key = made.note, made.key
        tx.add(last)


def _count(tx: UnitOfWork, first: int, end: int) -> None:
    """Count by their types the entries that are published now."""
    between = col(LogEntry.place).between(first, end - 1)
    for type_, count in tx.exec(select(LogEntry.type, func.count()).where(between).group_by(LogEntry.type)).all():
        row = tx.get(TypeCount, type_) or TypeCount(type=type_, entries=0)
        row.entries += count
        tx.add(row)
