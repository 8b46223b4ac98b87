"""What a member proposes about a vote, and what brings it to where that can be proposed."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import select
from tests.commission.frozen import WHY, Course
from tests.officials import SignedIn
from tests.voting.making import close_at, verified

from egov_crypto import tally
from egov_participation.approvals import Proposal
from egov_participation.commission.service import deciding
from egov_participation.roles.models import Grant
from egov_participation.voting import service as voting


def propose_extension(course: Course, uuid: str, closes_at: datetime) -> Proposal:
    with course.services.database.uow() as tx:
        made = deciding.propose_extension(course.services, tx, course.member.session, uuid, closes_at, WHY)
        tx.commit()
    return made


def propose_cancellation(course: Course, uuid: str) -> Proposal:
    with course.services.database.uow() as tx:
        made = deciding.propose_cancellation(course.services, tx, course.member.session, uuid, WHY)
        tx.commit()
    return made


def propose_protocol(course: Course, uuid: str) -> Proposal:
    with course.services.database.uow() as tx:
        made = deciding.propose_protocol(course.services, tx, course.member.session, uuid)
        tx.commit()
    return made


def closing(course: Course, uuid: str) -> datetime:
    return voting.vote(course.services, uuid).closes_at


def decrypt_all(course: Course, uuid: str) -> None:
    """Close the vote and let every trustee decrypt."""
    close_at(course.services, closing(course, uuid))
    found = verified(course.services, uuid)
    for private in course.private:
        voting.hand_in_decryption(course.services, uuid, tally.decrypt(found.election, found.tally, private))


def end_roles(course: Course, whom: SignedIn) -> None:
    """As two administrators would."""
    with course.services.database.uow() as tx:
        for row in tx.exec(select(Grant).where(Grant.person_id == whom.person_id)):
            row.revoked_at = course.services.clock()
        tx.commit()
