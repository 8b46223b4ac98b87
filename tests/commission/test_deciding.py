"""Four eyes on votes: each rule of ``trust.md`` with somebody who tries to get round it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.commission.frozen import WHY, Course
from tests.commission.proposing import (
    closing,
    end_roles,
    propose_cancellation,
    propose_extension,
)
from tests.officials import MakeOfficial, SignedIn
from tests.registrar.book import CredentialBook
from tests.voting.making import close_at

from egov_participation import approvals, awaiting
from egov_participation.actions import Role
from egov_participation.commission.service import keys
from egov_participation.commission.service.lookup import lock_draft, trustees_of
from egov_participation.errors import DomainError
from egov_participation.voting import service as voting
from egov_participation.voting.setup import SetupDocument

# -- setting up --------------------------------------------------------------------------------------------------------


def test_nobody_approves_their_own_setup(course: Course) -> None:
    proposal = course.with_keys().freeze().confirm().propose_set_up()

    with pytest.raises(DomainError) as refused:
        course.approve(course.member, proposal)

    assert refused.value.code == "approval.own"
    assert course.draft.state == "frozen"


def test_a_setup_is_proposed_only_when_every_trustee_has_confirmed_it(course: Course) -> None:
    course.with_keys().freeze()
    for token in course.tokens[:2]:
        keys.confirm(course.services, token, course.draft.setup_hash or "")

    with pytest.raises(DomainError) as refused:
        course.propose_set_up()

    assert refused.value.code == "setup.unconfirmed"


def test_an_approval_of_a_setup_that_was_thawed_and_frozen_anew_does_nothing(course: Course, second: SignedIn) -> None:
    proposal = course.with_keys().freeze().confirm().propose_set_up()
    course.thaw()
    course.freeze().confirm()

    with pytest.raises(DomainError) as refused:
        course.approve(second, proposal)

    assert refused.value.code == "approval.decided"
    assert course.draft.state == "frozen"


def test_bytes_that_were_exchanged_after_the_freeze_are_not_published(course: Course, second: SignedIn) -> None:
    proposal = course.with_keys().freeze().confirm().propose_set_up()
    with course.services.database.uow() as tx:
        draft = lock_draft(tx, course.id)
        draft.archive_start = (draft.archive_start or b"").replace(b"Is it needed", b"Is it wanted")
        tx.commit()

    with pytest.raises(Exception, match=r"archive\.hash|not what was frozen"):
        course.approve(second, proposal)

    assert course.draft.state == "frozen"


def test_another_setup_under_the_same_draft_is_stale(course: Course, second: SignedIn) -> None:
    proposal = course.with_keys().freeze().confirm().propose_set_up()
    with course.services.database.uow() as tx:
        draft = lock_draft(tx, course.id)
        draft.setup_hash = "0" * 64
        for row in trustees_of(tx.session, course.id):
            row.confirmed_hash = "0" * 64
        tx.commit()

    with pytest.raises(DomainError) as refused:
        course.approve(second, proposal)

    assert refused.value.code == "proposal.stale"


def test_a_trustee_who_confirmed_something_else_holds_it_up_at_the_approval_too(
    course: Course, second: SignedIn
) -> None:
    proposal = course.with_keys().freeze().confirm().propose_set_up()
    with course.services.database.uow() as tx:
        trustees_of(tx.session, course.id)[0].confirmed_hash = "1" * 64
        tx.commit()

    with pytest.raises(DomainError) as refused:
        course.approve(second, proposal)

    assert refused.value.code == "setup.unconfirmed"


def test_a_vote_whose_approval_comes_too_late_does_not_open_late(course: Course, second: SignedIn) -> None:
    proposal = course.with_keys().freeze().confirm().propose_set_up()
    course.services.clock.advance(days=3)  # type: ignore[attr-defined]

    with pytest.raises(DomainError) as refused:
        course.approve(second, proposal)

    assert refused.value.code == "approval.decided"
    with pytest.raises(DomainError):
        voting.vote(course.services, course.draft.uuid)


def test_an_approval_by_somebody_whose_role_ended_does_nothing(course: Course, second: SignedIn) -> None:
    proposal = course.with_keys().freeze().confirm().propose_set_up()
    end_roles(course, second)

    with pytest.raises(DomainError) as refused:
        course.approve(second, proposal)

    assert refused.value.code == "role.missing"
    assert course.draft.state == "frozen"


def test_what_somebody_proposed_whose_role_ended_is_not_carried_out(course: Course, second: SignedIn) -> None:
    proposal = course.with_keys().freeze().confirm().propose_set_up()
    end_roles(course, course.member)

    with pytest.raises(DomainError) as refused:
        course.approve(second, proposal)

    assert refused.value.code == "approval.proposer"


def test_one_proposal_of_a_kind_is_pending_for_a_vote(course: Course, uuid: str) -> None:
    propose_cancellation(course, uuid)

    with pytest.raises(DomainError) as refused:
        propose_cancellation(course, uuid)

    assert refused.value.code == "approval.pending"


def test_no_other_role_has_a_say(course: Course, uuid: str, official: MakeOfficial) -> None:
    proposal = propose_cancellation(course, uuid)

    with pytest.raises(DomainError) as refused:
        course.approve(official(Role.ADMINISTRATOR, Role.MODERATOR), proposal)

    assert refused.value.code == "role.missing"


def test_what_waits_for_a_second_member_awaits_everybody_but_the_first(
    course: Course, uuid: str, second: SignedIn
) -> None:
    propose_cancellation(course, uuid)

    def waits(whom: SignedIn) -> list[tuple[str, object]]:
        with course.services.database.read() as db:
            return [(item.title, item.about) for item in awaiting.items(course.services, db, whom.session)]

    named = {"kk": "Саябақ", "ru": "Парк", "en": "The park"}
    assert waits(second) == [("Decide whether a vote is cancelled", named)]
    assert waits(course.member) == []


def test_what_would_be_approved_too_late_is_due_when_the_vote_opens_or_closes(course: Course, second: SignedIn) -> None:
    def due() -> list[object]:
        with course.services.database.read() as db:
            return [item.due for item in awaiting.items(course.services, db, second.session)]

    setting_up = course.with_keys().freeze().confirm().propose_set_up()
    opens = SetupDocument.parse(course.draft.setup or b"").opens_at
    assert due() == [opens]
    course.approve(second, setting_up)
    closes = closing(course, course.draft.uuid)
    assert closes < course.services.clock() + approvals.LIFE
    extension = propose_extension(course, course.draft.uuid, closes + timedelta(hours=3))
    assert due() == [extension.expires_at] == [closes]


def test_a_registrar_that_refuses_the_setup_leaves_nothing_approved(
    course: Course, second: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    proposal = course.with_keys().freeze().confirm().propose_set_up()

    def refuses(*_: object) -> None:
        raise DomainError(409, "Another setup", code="setup.mismatch")

    with monkeypatch.context() as patched:
        patched.setattr(type(course.services.registrar), "confirm", refuses)
        with pytest.raises(DomainError, match="Another setup"):
            course.approve(second, proposal)
    assert course.draft.state == "frozen"

    course.approve(second, proposal)
    assert voting.vote(course.services, course.draft.uuid).acts[0].content_hash == proposal.content_hash


# -- extending ---------------------------------------------------------------------------------------------------------


def test_an_extension_stands_in_the_timeline_with_its_reason_and_the_registrar_knows(
    course: Course, uuid: str, second: SignedIn
) -> None:
    before = closing(course, uuid)
    proposal = propose_extension(course, uuid, before + timedelta(hours=3))
    assert closing(course, uuid) == before

    course.approve(second, proposal)

    assert closing(course, uuid) == before + timedelta(hours=3)
    act = voting.vote(course.services, uuid).acts[-1]
    assert (act.kind, act.reason, act.content_hash) == ("extended", WHY, proposal.content_hash)
    course.services.clock.set(before + timedelta(hours=2))  # type: ignore[attr-defined]
    course.services.registrar.work()  # type: ignore[attr-defined]
    assert CredentialBook(course.services).credential(uuid, second.person_id)


@pytest.mark.parametrize("later", [timedelta(0), timedelta(minutes=-1), timedelta(days=-1)])
def test_a_vote_never_closes_earlier(course: Course, uuid: str, later: timedelta) -> None:
    with pytest.raises(DomainError) as refused:
        propose_extension(course, uuid, closing(course, uuid) + later)

    assert refused.value.code == "vote.not_later"


def test_a_vote_is_not_extended_by_more_than_90_days_at_a_time(course: Course, uuid: str) -> None:
    limit = closing(course, uuid) + timedelta(days=90)
    with pytest.raises(DomainError) as refused:
        propose_extension(course, uuid, limit + timedelta(minutes=1))

    assert refused.value.code == "vote.too_long"
    assert propose_extension(course, uuid, limit)


def test_an_extension_approved_after_closing_reopens_nothing(course: Course, uuid: str, second: SignedIn) -> None:
    before = closing(course, uuid)
    proposal = propose_extension(course, uuid, before + timedelta(hours=3))
    course.services.clock.set(before)  # type: ignore[attr-defined]

    with pytest.raises(DomainError) as refused:
        course.approve(second, proposal)

    assert refused.value.code == "approval.decided"
    assert closing(course, uuid) == before


def test_a_clock_that_jumps_back_lets_nobody_extend_what_has_ended(course: Course, uuid: str, second: SignedIn) -> None:
    before = closing(course, uuid)
    proposal = propose_extension(course, uuid, before + timedelta(hours=3))
    close_at(course.services, before)
    course.services.clock.set(before - timedelta(days=1))  # type: ignore[attr-defined]

    with pytest.raises(DomainError) as refused:
        course.approve(second, proposal)

    assert refused.value.code == "vote.not_extendable"
    assert voting.vote(course.services, uuid).state == "decrypting"


def test_a_clock_that_jumps_forward_closes_once(course: Course, uuid: str) -> None:
    close_at(course.services, closing(course, uuid) + timedelta(days=400))
    first = voting.vote(course.services, uuid)

    voting.close_due_votes(course.services)

    assert voting.vote(course.services, uuid).head_hash == first.head_hash
    assert [event.type for event in first.events] == ["Setup", "EndBallots", "EncryptedTally"]


def test_of_two_extensions_the_second_is_stale(course: Course, uuid: str, second: SignedIn) -> None:
    before = closing(course, uuid)
    proposal = propose_extension(course, uuid, before + timedelta(hours=5))
    with course.services.database.uow() as tx:
        voting.extend(course.services, tx, uuid, before + timedelta(hours=1), WHY, "0" * 64)
        tx.commit()

    with pytest.raises(DomainError) as refused:
        course.approve(second, proposal)

    assert refused.value.code == "proposal.stale"
    assert closing(course, uuid) == before + timedelta(hours=1)
