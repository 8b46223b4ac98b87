"""Four eyes: a decision that is made for the test, proposed by one official and decided on by another."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import select
from tests.officials import MakeCitizen, MakeOfficial, SignedIn

from egov_participation import approvals, audit
from egov_participation.actions import Action, Role
from egov_participation.approvals.kinds import KINDS
from egov_participation.approvals.models import ProposalRow
from egov_participation.clock import ManualClock
from egov_participation.database import UnitOfWork
from egov_participation.errors import DomainError
from egov_participation.roles import service as roles
from egov_participation.roles.models import Grant
from egov_participation.services import Services

CONTENT = {"uuid": "3fT", "closes": "2024-11-01"}
REASON = "Two stations opened late."


class Done:
    """What was carried out in this test; told to refuse, it refuses."""

    def __init__(self) -> None:
        self.proposals: list[approvals.Proposal] = []
        self.impossible = False

    def __call__(self, _services: Services, _tx: UnitOfWork, proposal: approvals.Proposal) -> None:
        if self.impossible:
            raise DomainError(409, "The vote is over.", code="vote.over")
        self.proposals.append(proposal)


@pytest.fixture
def done() -> Done:
    return Done()


@pytest.fixture
def extend(done: Done) -> Iterator[approvals.Kind]:
    """A kind of its own, taken away afterwards."""
    yield approvals.kind("test.extend", Action.EXTEND_VOTE, title="Extend", route="office.front", carry_out=done)
    del KINDS["test.extend"]


@pytest.fixture
def pair(official: MakeOfficial) -> tuple[SignedIn, SignedIn]:
    return official(Role.COMMISSION), official(Role.COMMISSION)


def propose(services: Services, by: SignedIn, kind: approvals.Kind, concerned: str = "") -> approvals.Proposal:
    with services.database.uow() as tx:
        proposal = approvals.propose(
            services, tx, by.session, kind, "vote:3fT", CONTENT, reason=REASON, concerned=concerned
        )
        tx.commit()
    return proposal


def approve(services: Services, by: SignedIn, proposal: approvals.Proposal, content_hash: str | None = None) -> None:
    with services.database.uow() as tx:
        approvals.approve(services, tx, by.session, proposal.id, content_hash or proposal.content_hash)
        tx.commit()


def now_of(services: Services, proposal: approvals.Proposal) -> approvals.Proposal:
    with services.database.read() as db:
        return approvals.get(db, proposal.id, services.clock())


def end_role(services: Services, tx: UnitOfWork, who: SignedIn) -> None:
    tx.lock(roles.LOCK)
    tx.exec(select(Grant).where(Grant.person_id == who.person_id)).one().revoked_at = services.clock()


def steps(services: Services) -> list[tuple[str, str, str]]:
    with services.database.read() as db:
        found = db.exec(select(audit.AuditEntry).order_by(audit.AuditEntry.id)).all()  # type: ignore[arg-type]
    return [(entry.actor, entry.step, entry.reason) for entry in found]


def test_what_one_proposes_and_another_approves_is_carried_out_as_it_was_shown(
    services: Services, pair: tuple[SignedIn, SignedIn], extend: approvals.Kind, done: Done
) -> None:
    first, second = pair
    proposal = propose(services, first, extend)
    assert done.proposals == []

    approve(services, second, proposal)

    (carried,) = done.proposals
    assert (carried.content, carried.object, carried.state) == (CONTENT, "vote:3fT", approvals.State.APPROVED)
    assert steps(services) == [(first.person_id, "proposed", REASON), (second.person_id, "approved", "")]


def test_nobody_decides_on_their_own_proposal(
    services: Services, pair: tuple[SignedIn, SignedIn], extend: approvals.Kind, done: Done
) -> None:
    proposal = propose(services, pair[0], extend)

    with pytest.raises(DomainError) as refused:
        approve(services, pair[0], proposal)
    assert (refused.value.status, refused.value.code) == (403, "approval.own")
    with services.database.uow() as tx, pytest.raises(DomainError) as refused:
        approvals.refuse(tx, pair[0].session, proposal.id, services.clock(), reason="No.")
    assert refused.value.code == "approval.own"
    assert done.proposals == []


def test_the_database_itself_takes_no_approval_by_the_one_who_proposed(
    services: Services, pair: tuple[SignedIn, SignedIn], extend: approvals.Kind
) -> None:
    proposal = propose(services, pair[0], extend)

    with services.database.uow() as tx:
        row = tx.get(ProposalRow, proposal.id)
        assert row is not None
        row.decision, row.decided_by, row.decided_at = "approved", pair[0].person_id, services.clock()
        with pytest.raises(IntegrityError):
            tx.flush()


def test_nobody_decides_on_what_is_about_themselves(
    services: Services, pair: tuple[SignedIn, SignedIn], extend: approvals.Kind, done: Done
) -> None:
    proposal = propose(services, pair[0], extend, concerned=pair[1].person_id)

    with pytest.raises(DomainError) as refused:
        approve(services, pair[1], proposal)
    assert refused.value.code == "approval.concerned"
    assert done.proposals == []


def test_other_content_than_was_shown_is_not_approved(
    services: Services, pair: tuple[SignedIn, SignedIn], extend: approvals.Kind, done: Done
) -> None:
    proposal = propose(services, pair[0], extend)

    with pytest.raises(DomainError) as refused:
        approve(services, pair[1], proposal, content_hash="0" * 64)
    assert refused.value.code == "approval.changed"

    with services.database.uow() as tx:  # somebody writes into the table
        row = tx.get(ProposalRow, proposal.id)
        assert row is not None
        row.content = '{"closes":"2025-11-01","uuid":"3fT"}'
        tx.commit()
    with pytest.raises(DomainError) as refused:
        approve(services, pair[1], proposal)
    assert refused.value.code == "approval.changed"
    assert done.proposals == []


def test_two_proposals_of_the_same_content_have_different_hashes(
    services: Services, pair: tuple[SignedIn, SignedIn], extend: approvals.Kind
) -> None:
    first = propose(services, pair[0], extend)
    with services.database.uow() as tx:
        approvals.withdraw(tx, pair[0].session, first.id, services.clock())
        tx.commit()

    assert propose(services, pair[0], extend).content_hash != first.content_hash


def test_the_public_hash_is_over_random_bytes_that_no_address_and_no_page_has(
    services: Services, pair: tuple[SignedIn, SignedIn], extend: approvals.Kind, done: Done
) -> None:
    proposal = propose(services, pair[0], extend)
    with services.database.uow() as tx:
        row = tx.get(ProposalRow, proposal.id)
        assert row is not None
        salt, row.salt = row.salt, bytes(32)
        tx.commit()
    assert (len(salt), salt.hex() in repr(proposal), any(salt)) == (32, False, True)
    with pytest.raises(DomainError) as refused:
        approve(services, pair[1], proposal)
    assert (refused.value.code, done.proposals) == ("approval.changed", [])

    with services.database.uow() as tx:
        row = tx.get(ProposalRow, proposal.id)
        assert row is not None
        row.salt = salt
        tx.commit()
    approve(services, pair[1], proposal)
    assert [carried.content_hash for carried in done.proposals] == [proposal.content_hash]


def test_the_same_is_proposed_once_until_it_is_decided(
    services: Services, pair: tuple[SignedIn, SignedIn], extend: approvals.Kind, clock: ManualClock
) -> None:
    first = propose(services, pair[0], extend)
    with pytest.raises(DomainError) as refused:
        propose(services, pair[1], extend)
    assert refused.value.code == "approval.pending"

    clock.advance(days=14)
    again = propose(services, pair[1], extend)
    assert now_of(services, first).state is approvals.State.EXPIRED
    with services.database.uow() as tx:
        approvals.refuse(tx, pair[0].session, again.id, clock(), reason="They opened in time.")
        tx.commit()
    assert propose(services, pair[0], extend).state is approvals.State.PENDING


def test_what_ran_out_cannot_be_approved(
    services: Services, pair: tuple[SignedIn, SignedIn], extend: approvals.Kind, clock: ManualClock, done: Done
) -> None:
    proposal = propose(services, pair[0], extend)
    clock.advance(days=14)

    with pytest.raises(DomainError) as refused:
        approve(services, pair[1], proposal)
    assert refused.value.code == "approval.decided"
    assert done.proposals == []


def test_a_refusal_keeps_its_reason_and_is_final(
    services: Services, pair: tuple[SignedIn, SignedIn], extend: approvals.Kind, done: Done
) -> None:
    proposal = propose(services, pair[0], extend)
    with services.database.uow() as tx:
        approvals.refuse(tx, pair[1].session, proposal.id, services.clock(), reason="They opened in time.")
        tx.commit()

    with pytest.raises(DomainError) as refused:
        approve(services, pair[1], proposal)
    assert refused.value.code == "approval.decided"
    found = now_of(services, proposal)
    assert (found.state, found.decision_reason) == (approvals.State.REFUSED, "They opened in time.")
    assert steps(services)[-1] == (pair[1].person_id, "refused", "They opened in time.")
    assert done.proposals == []


def test_whoever_proposed_may_take_it_back_and_nobody_else(
    services: Services, pair: tuple[SignedIn, SignedIn], extend: approvals.Kind
) -> None:
    proposal = propose(services, pair[0], extend)

    with services.database.uow() as tx:
        with pytest.raises(DomainError) as refused:
            approvals.withdraw(tx, pair[1].session, proposal.id, services.clock())
        approvals.withdraw(tx, pair[0].session, proposal.id, services.clock())
        tx.commit()

    assert refused.value.code == "approval.not_own"
    assert now_of(services, proposal).state is approvals.State.WITHDRAWN


def test_an_approval_lands_with_what_it_does_or_not_at_all(
    services: Services, pair: tuple[SignedIn, SignedIn], extend: approvals.Kind, done: Done
) -> None:
    proposal = propose(services, pair[0], extend)
    done.impossible = True

    with pytest.raises(DomainError, match="The vote is over"):
        approve(services, pair[1], proposal)

    assert now_of(services, proposal).state is approvals.State.PENDING
    assert [step for _, step, _ in steps(services)] == ["proposed"]


def test_what_was_proposed_by_somebody_whose_role_has_ended_is_not_carried_out(
    services: Services, official: MakeOfficial, pair: tuple[SignedIn, SignedIn], extend: approvals.Kind, done: Done
) -> None:
    leaving = official()
    with services.database.uow() as tx:
        now = services.clock()
        roles.grant(tx, leaving.person_id, Role.COMMISSION, now, valid_until=now + timedelta(days=1))
        tx.commit()
    session = leaving.load()
    assert session is not None
    proposal = propose(services, dataclasses.replace(leaving, session=session), extend)
    services.clock.advance(days=1)  # type: ignore[attr-defined]

    with pytest.raises(DomainError) as refused:
        approve(services, pair[1], proposal)
    assert refused.value.code == "approval.proposer"
    assert done.proposals == []


def test_another_role_a_citizens_session_or_a_mailed_code_proposes_and_approves_nothing(
    services: Services,
    pair: tuple[SignedIn, SignedIn],
    official: MakeOfficial,
    citizen: MakeCitizen,
    extend: approvals.Kind,
    done: Done,
) -> None:
    proposal = propose(services, pair[0], extend)
    unsure = dataclasses.replace(pair[1], session=dataclasses.replace(pair[1].session, assurance=1))
    others = [official(Role.AUDITOR, Role.ADMINISTRATOR), citizen(Role.COMMISSION, level=3), unsure]

    for other in others:
        with pytest.raises(DomainError) as refused:
            approve(services, other, proposal)
        assert refused.value.status == 403
        with pytest.raises(DomainError) as refused:
            propose(services, other, extend)
        assert refused.value.status == 403
    assert done.proposals == []


def test_the_queue_shows_what_ones_roles_decide_the_most_urgent_first(
    services: Services, pair: tuple[SignedIn, SignedIn], official: MakeOfficial, extend: approvals.Kind
) -> None:
    proposal = propose(services, pair[0], extend)
    moderator = official(Role.MODERATOR)

    with services.database.read() as db:
        seen = {who.person_id: approvals.pending(db, who.session, services.clock()) for who in (*pair, moderator)}

    assert seen == {pair[0].person_id: [proposal], pair[1].person_id: [proposal], moderator.person_id: []}
    assert approvals.may_decide(proposal, pair[1].session)
    assert not approvals.may_decide(proposal, pair[0].session)


def test_of_two_who_approve_at_once_one_is_told_that_it_is_decided(
    services: Services, pair: tuple[SignedIn, SignedIn], official: MakeOfficial, extend: approvals.Kind, done: Done
) -> None:
    proposal = propose(services, pair[0], extend)
    refusals: list[str] = []
    start = threading.Barrier(2)

    def press(who: SignedIn) -> None:
        start.wait()
        try:
            approve(services, who, proposal)
        except DomainError as refusal:
            refusals.append(refusal.code)

    threads = [threading.Thread(target=press, args=(who,)) for who in (pair[1], official(Role.COMMISSION))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (len(done.proposals), refusals) == (1, ["approval.decided"])


def test_a_role_that_ended_since_the_request_came_decides_and_proposes_nothing(
    services: Services, pair: tuple[SignedIn, SignedIn], extend: approvals.Kind, done: Done
) -> None:
    first, second = pair
    proposal = propose(services, first, extend)
    with services.database.uow() as tx:
        end_role(services, tx, second)
        tx.commit()

    assert Role.COMMISSION in second.session.roles  # as the request found it
    with pytest.raises(DomainError) as refused:
        approve(services, second, proposal)
    assert (refused.value.status, refused.value.code) == (403, "role.missing")
    with services.database.uow() as tx, pytest.raises(DomainError) as refused:
        approvals.refuse(tx, second.session, proposal.id, services.clock(), reason="No.")
    assert refused.value.code == "role.missing"
    with pytest.raises(DomainError) as refused:
        propose(services, second, extend, concerned=first.person_id)
    assert refused.value.code == "role.missing"
    assert (done.proposals, now_of(services, proposal).state) == ([], approvals.State.PENDING)


def test_an_approval_waits_for_the_end_of_a_role_that_is_being_written(
    services: Services, pair: tuple[SignedIn, SignedIn], extend: approvals.Kind, done: Done
) -> None:
    first, second = pair
    proposal = propose(services, first, extend)
    refusals: list[str] = []

    def press() -> None:
        try:
            approve(services, second, proposal)
        except DomainError as refusal:
            refusals.append(refusal.code)

    thread = threading.Thread(target=press)
    with services.database.uow() as tx:
        end_role(services, tx, second)
        tx.flush()
        thread.start()
        thread.join(0.3)
        assert thread.is_alive()
        tx.commit()
    thread.join()

    assert (done.proposals, refusals) == ([], ["role.missing"])


def test_a_kind_is_stated_once_and_only_for_what_takes_two_people(extend: approvals.Kind, done: Done) -> None:
    with pytest.raises(ValueError, match="two kinds"):
        approvals.kind(extend.name, extend.action, title="", route="", carry_out=done)
    with pytest.raises(ValueError, match="takes one person"):
        approvals.kind("test.redact", Action.REDACT_COMMENT, title="", route="", carry_out=done)
