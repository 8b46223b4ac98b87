"""What is reckoned once of each archive that is final: its SHA-256, and when it was first seen to be so."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Final

from sqlmodel import select

from egov_participation.jobs import enqueue
from egov_participation.opendata.models import FinalArchive
from egov_participation.services import Services
from egov_participation.voting import service as voting

SUM_UP: Final = "opendata.sum_up"
"""Kind of the job that reckons one archive's."""


def known(services: Services) -> Mapping[str, FinalArchive]:
    """Everything that was reckoned, by vote."""
    with services.database.read() as session:
        rows = session.exec(select(FinalArchive)).all()
        session.expunge_all()
    return {row.vote_uuid: row for row in rows}


def look_for_final(services: Services) -> None:
    """Have every archive reckoned that is final and was not yet: the worker's, every second."""
    if missing := voting.final_votes(services) - known(services).keys():
        with services.database.uow() as tx:
            for uuid in sorted(missing):
                enqueue(tx, SUM_UP, uuid, {"vote": uuid})
            tx.commit()


def sum_up(services: Services, uuid: str) -> None:
    """Reckon one archive. A crash before the row is there: the job does it again, with the same outcome.

    Raises:
        DomainError: 404 ``vote.unknown``.
    """
    seen_at = services.clock()
    head = voting.vote(services, uuid).head_hash
    file = voting.archive_file(services, uuid)
    digest = hashlib.sha256()
    for piece in file.chunks():
        digest.update(piece)
    with services.database.uow() as tx:
        tx.add_if_new(
            FinalArchive, vote_uuid=uuid, head=head, size=file.size, sha256=digest.hexdigest(), seen_at=seen_at
        )
        tx.commit()
