"""Roles are given and ended by two administrators."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlmodel import select
from tests.officials import MakeOfficial, SignedIn

from egov_participation import approvals, audit
from egov_participation.actions import Role
from egov_participation.clock import ManualClock
from egov_participation.errors import DomainError
from egov_participation.jobs import Worker
from egov_participation.ledger import service as ledger
from egov_participation.mail import NullMailer
from egov_participation.roles import service
from egov_participation.services import Services

MINISTRY = {"role": Role.MINISTRY, "agency": "finance", "last_day": None}


def propose(services: Services, by: SignedIn, person_id: str, **given: Any) -> approvals.Proposal:
    wanted = {"role": Role.MODERATOR, "agency": "", "last_day": None} | given
    with services.database.uow() as tx:
        proposal = service.propose_grant(
            services, tx, by.session, person_id, wanted.pop("role"), reason="Order No. 12", **wanted
        )
        tx.commit()
    return proposal


def propose_end(services: Services, by: SignedIn, person_id: str) -> approvals.Proposal:
    with services.database.uow() as tx:
        (grant,) = [row for row in service.standing(tx.session, services.clock()) if row.person_id == person_id]
        assert grant.id is not None
        proposal = service.propose_end(services, tx, by.session, grant.id, reason="Left the service")
        tx.commit()
    return proposal


def approve(services: Services, by: SignedIn, proposal: approvals.Proposal) -> None:
    with services.database.uow() as tx:
        approvals.approve(services, tx, by.session, proposal.id, proposal.content_hash)
        tx.commit()


def held(services: Services, person_id: str) -> service.Held:
    with services.database.read() as db:
        return service.held(db, person_id, services.clock())


def test_a_role_is_held_from_the_approval_on_and_the_person_is_told(
    services: Services, first: SignedIn, second: SignedIn, newcomer: SignedIn, worker: Worker, outbox: NullMailer
) -> None:
    proposal = propose(services, first, newcomer.person_id, **MINISTRY)
    assert not held(services, newcomer.person_id)

    approve(services, second, proposal)

    assert held(services, newcomer.person_id) == service.Held(frozenset({Role.MINISTRY}), frozenset({"finance"}))
    worker.run_due()
    (mail,) = [mail for mail in outbox.sent if mail.to == newcomer.entry.mail]
    names = [service.role_in_words(services, lang, Role.MINISTRY, "finance") for lang in ("kk", "ru", "en")]
    assert any(name in mail.text for name in names)


def test_a_role_ends_with_the_approval_whatever_page_is_open(
    services: Services, official: MakeOfficial, first: SignedIn, second: SignedIn
) -> None:
    moderator = official(Role.MODERATOR)
    proposal = propose_end(services, first, moderator.person_id)
    session = moderator.load()
    assert session is not None
    assert session.roles == {Role.MODERATOR}

    approve(services, second, proposal)

    session = moderator.load()
    assert session is not None
    assert session.roles == frozenset()


def test_both_steps_are_in_the_audit_trail_without_a_name(
    services: Services, first: SignedIn, second: SignedIn, newcomer: SignedIn
) -> None:
    approve(services, second, propose(services, first, newcomer.person_id))

    with services.database.read() as db:
        entries = db.exec(select(audit.AuditEntry)).all()
    assert [(entry.actor, entry.step) for entry in entries] == [
        (first.person_id, "proposed"),
        (second.person_id, "approved"),
    ]
    assert {entry.object for entry in entries} == {f"person:{newcomer.person_id}/moderator"}
    assert {entry.proposal for entry in entries} != {""}


def test_the_transparency_log_says_that_two_decided_and_not_on_whom(
    services: Services, first: SignedIn, second: SignedIn, newcomer: SignedIn, clock: ManualClock
) -> None:
    granted = propose(services, first, newcomer.person_id)
    approve(services, second, granted)
    ended = propose_end(services, first, newcomer.person_id)
    approve(services, second, ended)

    with services.database.read() as db:
        entries = [*ledger.newest(db, "office.approval")]
    common = {"type": "office.approval", "version": 1, "at": ledger.time(clock()), "approvals": 2}
    assert entries == [
        common | {"kind": "roles.end", "approved": ended.content_hash},
        common | {"kind": "roles.grant", "approved": granted.content_hash},
    ]


def test_nobody_proposes_or_approves_a_role_of_their_own(services: Services, first: SignedIn, second: SignedIn) -> None:
    with pytest.raises(DomainError) as refused:
        propose(services, first, first.person_id)
    assert refused.value.code == "role.own"

    proposal = propose(services, first, second.person_id, role=Role.AUDITOR)
    with pytest.raises(DomainError) as refused:
        approve(services, second, proposal)
    assert refused.value.code == "approval.concerned"


def test_the_last_two_administrators_stay(
    services: Services, official: MakeOfficial, first: SignedIn, second: SignedIn
) -> None:
    with pytest.raises(DomainError) as refused:
        propose_end(services, first, second.person_id)
    assert refused.value.code == "role.last_administrators"

    third = official(Role.ADMINISTRATOR)
    ends = [propose_end(services, first, second.person_id), propose_end(services, first, third.person_id)]
    approve(services, third, ends[0])
    with pytest.raises(DomainError) as refused:  # meanwhile there are two
        approve(services, official(Role.AUDITOR), ends[1])
    assert refused.value.code == "role.missing"
    with services.database.uow() as tx, pytest.raises(DomainError) as refused:
        service.decisions._end(services, tx, ends[1])
    assert refused.value.code == "role.last_administrators"


def test_an_administrator_may_propose_to_lay_their_own_role_down(
    services: Services, official: MakeOfficial, first: SignedIn, second: SignedIn
) -> None:
    third = official(Role.ADMINISTRATOR)

    approve(services, second, propose_end(services, third, third.person_id))

    assert not held(services, third.person_id)
    assert held(services, first.person_id)


@pytest.mark.parametrize(
    "given",
    [
        {"role": Role.CITIZEN},
        {"role": Role.MINISTRY},
        {"role": Role.MINISTRY, "agency": "magic"},
        {"role": Role.MODERATOR, "agency": "finance"},
        {"last_day": date(2024, 10, 5)},
        {"last_day": date(2031, 1, 1)},
        {"role": Role.ADMINISTRATOR, "last_day": date(2025, 1, 1)},
    ],
    ids=str,
)
def test_what_cannot_be_granted_is_not_even_proposed(
    services: Services, first: SignedIn, newcomer: SignedIn, given: dict[str, Any]
) -> None:
    with pytest.raises(DomainError) as refused:
        propose(services, first, newcomer.person_id, **given)
    assert refused.value.status == 422


def test_a_role_that_is_held_or_of_somebody_unknown_is_not_proposed(
    services: Services, official: MakeOfficial, first: SignedIn
) -> None:
    with pytest.raises(DomainError) as refused:
        propose(services, first, official(Role.MODERATOR).person_id)
    assert refused.value.code == "role.held"
    with pytest.raises(DomainError) as refused:
        propose(services, first, "0" * 32)
    assert refused.value.code == "person.unknown"


def test_the_last_day_counts_whole_where_the_site_is(
    services: Services, first: SignedIn, second: SignedIn, newcomer: SignedIn, clock: ManualClock
) -> None:
    approve(services, second, propose(services, first, newcomer.person_id, last_day=date(2024, 10, 7)))
    # It is noon of the 6th in Astana: 36 hours are left.
    clock.advance(hours=35, minutes=59)
    assert held(services, newcomer.person_id)
    clock.advance(minutes=1)
    assert not held(services, newcomer.person_id)


def test_a_role_whose_day_has_passed_is_not_carried_out_and_can_be_granted_anew(
    services: Services, first: SignedIn, second: SignedIn, newcomer: SignedIn, clock: ManualClock
) -> None:
    late = propose(services, first, newcomer.person_id, last_day=date(2024, 10, 7))
    clock.advance(days=3)
    with pytest.raises(DomainError) as refused:
        approve(services, second, late)
    assert refused.value.code == "role.last_day"

    other = propose(services, first, second.person_id, role=Role.AUDITOR, last_day=date(2024, 10, 10))
    del other
    with services.database.uow() as tx:
        service.grant(tx, newcomer.person_id, Role.AUDITOR, clock(), valid_until=clock() + timedelta(days=1))
        clock.advance(days=2)
        service.grant(tx, newcomer.person_id, Role.AUDITOR, clock())
        tx.commit()
    assert held(services, newcomer.person_id).roles == {Role.AUDITOR}


def test_two_administrators_are_appointed_by_a_command_and_no_third(
    services: Services, official: MakeOfficial, newcomer: SignedIn
) -> None:
    other = official()
    third = official()
    with services.database.uow() as tx:
        service.appoint(services, tx, newcomer.person_id)
        service.appoint(services, tx, other.person_id)
        with pytest.raises(DomainError) as refused:
            service.appoint(services, tx, third.person_id)
        tx.commit()

    assert refused.value.code == "role.appointed"
    assert held(services, newcomer.person_id).roles == {Role.ADMINISTRATOR}
    with services.database.read() as db:
        entries = db.exec(select(audit.AuditEntry)).all()
    assert [entry.actor for entry in entries] == [audit.COMMAND] * 2
