"""Four eyes on the end of votes: those that are cancelled, and the protocols of those that are counted."""

from __future__ import annotations

import pytest
from tests.commission.frozen import WHY, Course
from tests.commission.proposing import (
    closing,
    decrypt_all,
    propose_cancellation,
    propose_protocol,
)
from tests.officials import SignedIn
from tests.registrar.book import CredentialBook
from tests.voting.making import close_at, verified

from egov_crypto import tally
from egov_participation.commission.service import deciding, trustees
from egov_participation.errors import DomainError
from egov_participation.voting import service as voting
from egov_participation.voting.service import protocol as protocols
from egov_participation.voting.texts import Texts

# -- cancelling --------------------------------------------------------------------------------------------------------


def test_a_cancelled_vote_is_never_decrypted_and_its_trustees_are_told(
    course: Course, uuid: str, second: SignedIn
) -> None:
    close_at(course.services, closing(course, uuid))
    found = verified(course.services, uuid)
    course.approve(second, propose_cancellation(course, uuid))
    course.worker.run_due()

    with pytest.raises(DomainError) as refused:
        voting.hand_in_decryption(course.services, uuid, tally.decrypt(found.election, found.tally, course.private[0]))

    assert refused.value.code == "vote.not_decrypting"
    assert trustees.by_token(course.services, course.tokens[0]).step == "cancelled"
    assert [one.subject for one in course.outbox.sent[-3:]] == ["A vote was cancelled: it is never decrypted"] * 3
    assert WHY.en in course.outbox.sent[-1].text


def test_ballots_of_a_cancelled_vote_are_refused_for_good(course: Course, uuid: str, second: SignedIn) -> None:
    course.services.clock.advance(days=4)  # type: ignore[attr-defined]
    assert voting.vote(course.services, uuid).state == "open"
    course.approve(second, propose_cancellation(course, uuid))

    with pytest.raises(DomainError) as refused:
        voting.cast(course.services, uuid, second.person_id, b"{}", assurance=3)

    assert (refused.value.status, refused.value.code) == (410, "vote.cancelled")


def test_codes_of_a_cancelled_vote_are_destroyed(course: Course, uuid: str, second: SignedIn) -> None:
    assert CredentialBook(course.services).credential(uuid, second.person_id)
    course.approve(second, propose_cancellation(course, uuid))
    course.worker.run_due()

    with pytest.raises(AssertionError):
        CredentialBook(course.services).credential(uuid, second.person_id)


def test_a_counted_vote_cannot_be_cancelled(course: Course, uuid: str, second: SignedIn) -> None:
    proposal = propose_cancellation(course, uuid)
    decrypt_all(course, uuid)

    with pytest.raises(DomainError) as refused:
        course.approve(second, proposal)

    assert refused.value.code == "vote.not_cancellable"
    assert voting.vote(course.services, uuid).state == "tallied"


# -- the protocol ------------------------------------------------------------------------------------------------------


def test_a_protocol_is_signed_by_two_and_an_erratum_overwrites_nothing(
    course: Course, uuid: str, second: SignedIn
) -> None:
    decrypt_all(course, uuid)
    with pytest.raises(DomainError, match="not signed yet"), course.services.database.uow() as tx:
        deciding.propose_correction(course.services, tx, course.member.session, uuid, WHY)
    proposal = propose_protocol(course, uuid)
    with pytest.raises(DomainError):
        course.approve(course.member, proposal)
    assert not voting.vote(course.services, uuid).signed

    course.approve(second, proposal)

    with course.services.database.read() as db:
        signed = voting.check_correction(db, uuid)
    protocols.verify(course.services, signed)
    with course.services.database.uow() as tx:
        erratum = deciding.propose_correction(course.services, tx, course.member.session, uuid, Texts("а", "б", "c"))
        tx.commit()
    course.approve(second, erratum)
    with course.services.database.read() as db:
        assert voting.check_correction(db, uuid) == signed
    assert [act.kind for act in voting.vote(course.services, uuid).acts] == ["set_up", "published", "corrected"]
    with pytest.raises(DomainError) as again:
        propose_protocol(course, uuid)
    assert again.value.code == "protocol.signed"


def test_there_is_no_protocol_before_the_result(course: Course, uuid: str) -> None:
    close_at(course.services, closing(course, uuid))

    with pytest.raises(DomainError) as refused:
        propose_protocol(course, uuid)

    assert refused.value.code == "vote.not_counted"
