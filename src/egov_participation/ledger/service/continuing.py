"""Going on after a restore, or on another machine: with what others saw last, and not with what a backup says."""

from __future__ import annotations

from egov_crypto import checkpoint as checkpoints
from egov_crypto.checkpoint import Checkpoint
from egov_crypto.errors import VerificationError
from egov_crypto.note import SigningKey
from egov_participation.errors import DomainError
from egov_participation.i18n import N_
from egov_participation.ledger.service import keys, tiles
from egov_participation.ledger.service.keys import ForkError
from egov_participation.ledger.service.publishing import check_begins_with, check_signed_by_us, latest
from egov_participation.ledger.service.rotating import undisturbed
from egov_participation.services import Services


def continue_from(services: Services, note: bytes) -> Checkpoint:
    """Let the log go on from here, if it has everything that was published up to a checkpoint.

    Args:
        note: the newest checkpoint that anybody has: a signed note of a witness, an observer, or of the site itself.

    Returns:
        What was last published, as it is known from now on: that checkpoint, or a later one that this machine signed.

    Raises:
        DomainError: 422 ``log.not_ours``: no key of this log that is here has signed it; 503 ``log.busy``.
        ForkError: the database lacks something that was published, or has something else in its place.
        MissingTileError: the database has lost a part of the log.
        OSError: the folder of keys cannot be read or written.
    """
    settings, folder = services.settings, services.settings.keys_dir
    ours = keys.signing_keys(settings)
    with undisturbed(services), keys.alone(folder):
        newest = _verified(note, ours)
        with services.database.read() as session:
            size, last = tiles.size(session), latest(session)
            if last is not None:
                check_signed_by_us(last, ours)
                check_begins_with(session, size, last.size, last.root)
            for known in (newest, keys.last_signed(folder), keys.doubted(folder)):
                if known is None:
                    continue
                if known.size > size:
                    raise ForkError(
                        f"the database has {size} entries, and {known.size} were published: restore the newer backup"
                    )
                check_begins_with(session, size, known.size, known.root)
                newest = max(newest, known, key=lambda checkpoint: checkpoint.size)
        keys.trust(folder, newest)
    return newest


def _verified(note: bytes, ours: list[SigningKey]) -> Checkpoint:
    for key in ours:
        try:
            return checkpoints.verify(note, key.verifier_key).checkpoint
        except VerificationError:
            continue
    raise DomainError(
        422, N_("This is no checkpoint that a key of this log has signed, or a newer key has."), code="log.not_ours"
    )
