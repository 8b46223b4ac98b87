"""That a ballot's event is in the transparency log: where it stands, and the proof that goes with its receipt.

The entry follows from the receipt, and the receipt goes along in the proof: so that one file, with the public keys of
receipts and of the log, proves that the ballot stands in the archive and the archive's event in the log.
"""

from __future__ import annotations

import json

from sqlmodel import Session

from egov_crypto import entry
from egov_crypto.archive import EventType
from egov_crypto.merkle import leaf_hash
from egov_participation.errors import DomainError
from egov_participation.i18n import N_
from egov_participation.ledger import service as ledger
from egov_participation.services import Services
from egov_participation.voting.service import logged
from egov_participation.voting.service.lookup import find_vote
from egov_participation.voting.service.receipting import find_receipt


def logged_at(session: Session, receipt: bytes) -> int | None:
    """The index of the entry of the ballot with this receipt; None while it is not published, and of a rehearsal's."""
    said = json.loads(receipt)
    event = logged.event(said["vote"], said["height"], EventType.BALLOT, said["head"])
    return ledger.index_of(session, leaf_hash(entry.dump(event)))


def proof(services: Services, uuid: str, tracker: str) -> bytes:
    """The proof that the ballot with this tracker is in the log of now, its receipt in it (C2SP tlog-proof).

    Raises:
        DomainError: 404 ``vote.unknown``, ``ballot.unknown`` or ``ballot.not_logged`` (a rehearsal's); 503
            ``log.waiting``: it is published within seconds.
    """
    with services.database.read() as session:
        vote = find_vote(session, uuid)
        receipt = find_receipt(services, session, vote, tracker)
        if vote.rehearsal:
            raise DomainError(
                404, N_("This is a rehearsal: nothing of it is entered in the public log."), code="ballot.not_logged"
            )
        index = logged_at(session, receipt)
        if index is None:
            raise DomainError(
                503,
                N_("This ballot is recorded, and is entered in the public log within seconds. Try again in a moment."),
                code="log.waiting",
                retry_after=2,
            )
        return ledger.proof(session, index, receipt)
