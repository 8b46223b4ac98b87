"""The registrar beside a decision: asked to extend before it, told of a setup after it, and slow or gone meanwhile."""

from __future__ import annotations

import html
from datetime import datetime, timedelta

import pytest
from sqlmodel import delete, select
from tests.commission.frozen import WHY, Course
from tests.commission.proposing import closing, propose_extension
from tests.officials import SignedIn
from tests.registrar.book import CredentialBook
from tests.voting.making import close_at

from egov_participation import jobs
from egov_participation.approvals import Proposal, Settled, approve, refuse, settle
from egov_participation.commission.service import deciding, running
from egov_participation.errors import DomainError
from egov_participation.i18n import translate
from egov_participation.registrar.models import RolledVote, RollEntry
from egov_participation.voting import service as voting


@pytest.fixture
def uuid(course: Course, second: SignedIn) -> str:
    """A vote that two members set up; it opens in three days, for two."""
    return course.with_keys().published(second)


def let_registrar_work(course: Course, now: datetime) -> None:
    """At that moment; it destroys by itself the codes of what has closed as far as it knows."""
    course.services.clock.set(now)  # type: ignore[attr-defined]
    course.services.registrar.work()  # type: ignore[attr-defined]


def roll_state(course: Course, uuid: str) -> str | None:
    """How far the registrar's roll of a vote is; None: it has none."""
    with course.services.registrar.means.database.read() as db:  # type: ignore[attr-defined]
        row = db.get(RolledVote, uuid)
    return None if row is None else row.state


def test_a_roll_is_in_use_once_the_approval_is_durable_and_not_before(course: Course, second: SignedIn) -> None:
    proposal = course.with_keys().freeze().confirm().propose_set_up()
    shown = (proposal.id, proposal.content_hash)
    settled = settle(course.services, second.session, *shown)
    with course.services.database.uow() as tx:
        approve(course.services, tx, second.session, *shown, settled=settled)  # and the commit fails
    failed = course.draft.uuid

    course.thaw()
    course.worker.run_due()
    assert roll_state(course, failed) is None  # thrown away like any other one

    course.freeze().confirm()
    again = course.propose_set_up()
    settled = settle(course.services, second.session, again.id, again.content_hash)
    with course.services.database.uow() as tx:
        approve(course.services, tx, second.session, again.id, again.content_hash, settled=settled)
        tx.commit()
    assert roll_state(course, course.draft.uuid) == "prepared"
    course.worker.run_due()
    assert roll_state(course, course.draft.uuid) == "active"


def test_a_roll_is_put_into_use_however_long_the_registrar_was_silent_and_the_check_list_says_so(
    course: Course, second: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    def task() -> running.Task:
        vote = voting.vote(course.services, course.draft.uuid)
        with course.services.database.read() as db:
            tasks = running.of_vote(course.services, db, vote)
        (found,) = [task for task in tasks if task.title == "The registrar puts the voting codes into use"]
        return found

    def silent(*_: object) -> None:
        raise DomainError(503, "It does not answer", code="registrar.unavailable")

    proposal = course.with_keys().freeze().confirm().propose_set_up()
    shown = (proposal.id, proposal.content_hash)
    settled = settle(course.services, second.session, *shown)
    with course.services.database.uow() as tx:
        approve(course.services, tx, second.session, *shown, settled=settled)
        tx.commit()
    approved_at = course.services.clock()
    assert (task().done, task().since, task().late) == (False, approved_at, False)

    with monkeypatch.context() as patched:
        patched.setattr(type(course.services.registrar), "activate", silent)
        for _ in range(60):
            course.worker.run_due()
            course.services.clock.advance(minutes=1)  # type: ignore[attr-defined]
    assert (task().done, task().late) == (False, True)
    assert "does not answer" in task().advice

    course.worker.run_due()
    assert roll_state(course, course.draft.uuid) == "active"
    assert (task().done, task().late) == (True, False)


@pytest.mark.parametrize("language", ["en", "kk", "ru"])
def test_a_registrar_that_lost_the_roll_is_said_in_the_form_with_what_to_do(
    course: Course, second: SignedIn, language: str
) -> None:
    def decide(proposal: Proposal) -> str:
        page = f"/{language}/office/votes/proposals/{proposal.id}/decide"
        answer = second.client.post(page, data={"decision": "approve", "content_hash": proposal.content_hash})
        assert answer.status_code == 409
        return html.unescape(answer.text)

    def lose() -> None:
        with course.services.registrar.means.database.uow() as tx:  # type: ignore[attr-defined]
            for model in (RollEntry, RolledVote):
                tx.exec(delete(model))
            tx.commit()

    proposal = course.with_keys().freeze().confirm().propose_set_up()
    lose()
    assert translate(language, deciding._NO_ROLL_TO_SET_UP) in decide(proposal)

    course.thaw()
    uuid = course.published(second)
    lose()
    longer = propose_extension(course, uuid, closing(course, uuid) + timedelta(hours=3))
    assert translate(language, deciding._NO_ROLL_TO_EXTEND) in decide(longer)


def test_a_roll_in_use_is_not_thrown_away_for_a_draft_that_a_restore_brought_back(course: Course) -> None:
    course.with_keys().freeze()
    uuid = course.draft.uuid
    course.services.registrar.activate(uuid, course.draft.setup_hash or "")  # as decided after the backup

    course.thaw()
    course.worker.run_due()

    with course.services.database.read() as db:
        dead, _ = jobs.dead(db)
    assert [(job.kind, job.attempts, job.last_error) for job in dead] == [("commission.discard", 1, "RollInUseError")]
    assert roll_state(course, uuid) == "active"


def test_the_registrar_is_asked_to_extend_while_nobody_waits_for_the_vote(
    course: Course, uuid: str, second: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    proposal = propose_extension(course, uuid, closing(course, uuid) + timedelta(hours=3))

    def slow(*_: object) -> None:
        with course.services.database.uow():  # impossible within another one
            raise DomainError(503, "It does not answer", code="registrar.unavailable")

    monkeypatch.setattr(type(course.services.registrar), "extend", slow)
    with pytest.raises(DomainError, match="does not answer"):
        course.approve(second, proposal)

    assert voting.vote(course.services, uuid).acts[-1].kind == "set_up"
    monkeypatch.undo()
    course.approve(second, proposal)
    assert voting.vote(course.services, uuid).acts[-1].kind == "extended"


def test_an_extension_that_fails_after_the_registrar_knows_of_it_shows_no_code_for_longer(
    course: Course, uuid: str, second: SignedIn
) -> None:
    before = closing(course, uuid)
    proposal = propose_extension(course, uuid, before + timedelta(hours=3))
    settle(course.services, second.session, proposal.id, proposal.content_hash)
    with course.services.database.uow() as tx:
        refuse(tx, second.session, proposal.id, course.services.clock(), reason="No need")
        tx.commit()

    # A shorter one can be decided on all the same.
    course.approve(second, propose_extension(course, uuid, before + timedelta(hours=1)))
    let_registrar_work(course, before + timedelta(minutes=30))
    assert CredentialBook(course.services).credential(uuid, second.person_id)
    close_at(course.services, before + timedelta(hours=1))
    with pytest.raises(AssertionError):
        CredentialBook(course.services).credential(uuid, second.person_id)
    # What comes after closing does not wait for the later time either.
    assert course.services.registrar.turnout(uuid, [])
    complaints = course.services.settings.registrar_complaints_days
    let_registrar_work(course, before + timedelta(hours=2, days=complaints))
    with course.services.registrar.means.database.read() as db:  # type: ignore[attr-defined]
        assert db.exec(select(RollEntry)).first() is None


def test_who_may_not_approve_has_the_registrar_asked_nothing(course: Course, uuid: str, second: SignedIn) -> None:
    before = closing(course, uuid)
    proposal = propose_extension(course, uuid, before + timedelta(hours=3))

    for acting, shown, code in (
        (course.member, proposal.content_hash, "approval.own"),
        (second, "0" * 64, "approval.changed"),
    ):
        with pytest.raises(DomainError) as refused:
            settle(course.services, acting.session, proposal.id, shown)
        assert refused.value.code == code

    let_registrar_work(course, before)
    with pytest.raises(AssertionError):
        CredentialBook(course.services).credential(uuid, second.person_id)


@pytest.mark.sqlite
def test_what_nobody_is_asked_about_takes_no_transaction_of_a_writer_beforehand(
    course: Course, uuid: str, second: SignedIn
) -> None:
    with course.services.database.uow() as tx:
        proposal = deciding.propose_cancellation(course.services, tx, course.member.session, uuid, WHY)
        tx.commit()

    with course.services.database.uow():  # impossible within another one
        settled = settle(course.services, second.session, proposal.id, proposal.content_hash)

    assert settled == Settled(proposal.id, proposal.content_hash)


def test_nothing_is_extended_that_the_registrar_was_not_asked_about(
    course: Course, uuid: str, second: SignedIn
) -> None:
    before = closing(course, uuid)
    proposal = propose_extension(course, uuid, before + timedelta(hours=3))

    with pytest.raises(RuntimeError, match="not settled"), course.services.database.uow() as tx:
        approve(course.services, tx, second.session, proposal.id, proposal.content_hash)

    assert closing(course, uuid) == before
