"""Freezing: what is fixed, what it takes, and what cannot change any more."""

from __future__ import annotations

from contextlib import nullcontext

import pytest
from sqlmodel import select
from tests.commission.frozen import Course, document
from tests.officials import SignedIn

from egov_participation import approvals
from egov_participation.approvals import State
from egov_participation.commission import documents as drafts_documents
from egov_participation.commission.models import DraftVoter
from egov_participation.commission.service import changing, freezing, invitations
from egov_participation.commission.service.lookup import lock_draft
from egov_participation.errors import DomainError
from egov_participation.voting import service as voting
from egov_participation.voting import setup as documents
from egov_participation.voting.models import PublicCredential
from egov_participation.voting.setup import SetupDocument
from egov_participation.voting.setup_file import SetupError
from egov_participation.voting.texts import Texts


def test_a_frozen_setup_fixes_everything_and_bears_its_hash(course: Course) -> None:
    course.with_keys().freeze()
    course.worker.run_due()

    draft = course.draft
    setup = SetupDocument.parse(draft.setup or b"")
    assert draft.setup_hash == documents.digest(draft.setup or b"")
    assert (setup.uuid, setup.kind, setup.registered) == (draft.uuid, "binding", 13)
    assert [name.en for name in setup.trustee_names] == ["Trustee 1", "Trustee 2", "Trustee 3"]
    assert setup.registrar == course.services.registrar.key
    assert [one.subject for one in course.outbox.sent[-3:]] == [
        "A vote’s setup is frozen: look at it and confirm it"
    ] * 3


def test_what_is_published_is_the_archive_that_was_frozen(course: Course, second: SignedIn) -> None:
    uuid = course.with_keys().published(second)

    setup = SetupDocument.parse(voting.setup_document(course.services, uuid))
    archive = b"".join(voting.archive_file(course.services, uuid).chunks())
    assert archive == course.draft.archive_start
    view = voting.vote(course.services, uuid)
    assert (view.head_hash, view.fingerprint, view.setup_hash) == (
        setup.head,
        setup.fingerprint,
        course.draft.setup_hash,
    )


@pytest.mark.parametrize("missing", ["key", "reopened", "offline"])
def test_nothing_is_frozen_while_something_is_missing(course: Course, missing: str) -> None:
    for place in (1, 2, 3):
        token = course.invite(course.add_trustee(place, offline=place == 1 and missing != "offline"))
        if not (place == 2 and missing == "key"):
            course.hand_in(token, reopened=not (place == 2 and missing == "reopened"))

    with pytest.raises(SetupError):
        course.press_freeze()
    assert course.draft.state == "editing"


def test_a_draft_that_somebody_changed_since_the_page_was_shown_is_not_frozen(course: Course) -> None:
    course.with_keys()
    with pytest.raises(DomainError, match="Somebody changed this draft"), course.services.database.uow() as tx:
        freezing.freeze(course.services, tx, course.member.session, course.id, course.draft.version - 1)


@pytest.mark.parametrize("state", ["preparing", "frozen", "published"])
def test_from_the_freeze_on_nothing_in_a_draft_changes(course: Course, second: SignedIn, state: str) -> None:
    course.with_keys().press_freeze()
    if state == "frozen":
        course.worker.run_due()
    elif state == "published":
        course.worker.run_due()
        course.confirm().approve(second, course.propose_set_up())
    here, member, first = course.services, course.member.session, course.trustees[0]
    given = invitations.Given(Texts("А", "А", "A"), "other@mail.example", "en", offline=False)
    before = course.draft.setup_hash

    with pytest.raises(DomainError) as edited, here.database.uow() as tx:
        changing.change(here, tx, member, course.id, course.draft.version, lambda one: one, "title")
    with pytest.raises(DomainError) as added, here.database.uow() as tx:
        invitations.add(here, tx, member, course.id, given)
    with pytest.raises(DomainError) as renamed, here.database.uow() as tx:
        invitations.change(here, tx, member, first.id, given)
    with pytest.raises(DomainError) as removed, here.database.uow() as tx:
        invitations.remove(here, tx, member, first.id)
    with pytest.raises(DomainError) as swapped:
        course.hand_in(course.tokens[0])

    refusals = {error.value.code for error in (edited, added, renamed, removed, swapped)}
    assert refusals == {f"draft.{state}"}
    assert (course.draft.setup_hash, course.trustees[0].key_point) == (before, first.key_point)


def test_a_thaw_throws_everything_away_and_the_vote_bears_another_number(course: Course) -> None:
    course.with_keys().freeze().confirm()
    proposal, old = course.propose_set_up(), course.draft.uuid

    course.thaw()
    course.worker.run_due()

    draft = course.draft
    assert (draft.state, draft.setup, draft.setup_hash, draft.archive_start) == ("editing", None, None, None)
    assert draft.uuid != old
    assert {row.confirmed_hash for row in course.trustees} == {None}
    assert all(row.key_point for row in course.trustees)
    with course.services.database.read() as db:
        left = db.exec(select(PublicCredential).where(PublicCredential.vote_uuid == old)).first()
        state = approvals.get(db, proposal.id, course.services.clock()).state
    assert (left, state) == (None, State.EXPIRED)
    assert course.outbox.sent[-1].subject == "A vote’s setup is changed once more"


def test_after_an_approval_nothing_is_thawed(course: Course, second: SignedIn) -> None:
    course.with_keys().published(second)

    with pytest.raises(DomainError) as refused:
        course.thaw()

    assert refused.value.code == "draft.published"
    assert voting.vote(course.services, course.draft.uuid).state == "setup"


def test_a_freeze_that_is_stopped_leaves_nothing_behind(course: Course) -> None:
    course.with_keys().press_freeze()
    old = course.draft

    course.thaw()
    course.worker.run_due()

    assert course.draft.state == "editing"
    freezing.run(course.services, {"draft": old.id, "version": old.version})  # a worker that was late
    assert (course.draft.state, course.draft.setup) == ("editing", None)


def test_a_registrar_that_does_not_answer_is_said_and_the_draft_can_be_frozen_again(
    course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    course.with_keys()
    registrar = type(course.services.registrar)
    down = DomainError(503, "The registrar does not answer.", code="registrar.unavailable")

    def fails(*_: object, **__: object) -> None:
        raise down

    with monkeypatch.context() as patched:
        patched.setattr(registrar, "confirm", fails)
        course.press_freeze()
        course.worker.run_due()
    assert (course.draft.state, course.draft.problem) == ("editing", "The registrar does not answer.")

    assert course.freeze().draft.problem == ""


def test_the_same_job_run_twice_freezes_once(course: Course) -> None:
    course.with_keys().press_freeze()
    payload = {"draft": course.id, "version": course.draft.version}
    course.worker.run_due()
    first = course.draft.setup_hash

    freezing.run(course.services, payload)

    assert course.draft.setup_hash == first


def test_two_workers_do_not_freeze_the_same_draft_at_once(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    course.with_keys().press_freeze()
    payload = {"draft": course.id, "version": course.draft.version}
    registrar = type(course.services.registrar)
    real, refused = registrar.prepare, []

    def prepare(*args: object, **named: object) -> object:
        with pytest.raises(freezing._TwiceError) as error:
            freezing.run(course.services, payload)  # the other worker, which takes the job over
        refused.append(error)
        return real(*args, **named)

    monkeypatch.setattr(registrar, "prepare", prepare)
    freezing.run(course.services, payload)

    assert len(refused) == 1
    assert course.draft.state == "frozen"


@pytest.mark.parametrize("step", ["setup_of", "_finish"])
def test_a_worker_that_comes_second_throws_nothing_away_that_the_first_has_frozen(
    course: Course, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    course.with_keys().press_freeze()
    payload = {"draft": course.id, "version": course.draft.version}
    real = getattr(freezing, step)
    monkeypatch.setattr(type(course.services.database), "alone", lambda *_: nullcontext(True))  # its connection broke

    def overtaken(*args: object) -> object:
        monkeypatch.setattr(freezing, step, real)
        if step == "_finish":
            assert real(*args)
        else:
            freezing.run(course.services, payload)
        return real(*args)

    monkeypatch.setattr(freezing, step, overtaken)
    freezing.run(course.services, payload)

    draft = course.draft
    assert draft.state == "frozen"
    assert course.services.registrar.confirm(draft.uuid, draft.setup or b"") == draft.confirmation
    with course.services.database.read() as db:
        assert db.exec(select(PublicCredential).where(PublicCredential.vote_uuid == draft.uuid)).first() is not None


def test_a_list_that_was_uploaded_is_deleted_once_the_registrar_alone_needs_it(
    course: Course, second: SignedIn
) -> None:
    with course.services.database.read() as db:
        people = list(course.services.registry.eligible(db, born_by=course.services.clock().date()))
    with course.services.database.uow() as tx:
        draft = lock_draft(tx, course.id)
        draft.document = drafts_documents.dump(document(course.services) | {"roll": {"from": "file"}})
        for line, person in enumerate(people, 2):
            tx.add(DraftVoter(draft_id=course.id, person_id=person, weight=2, line=line))
        tx.commit()
    uuid = course.with_keys().published(second)
    course.worker.run_due()

    setup = SetupDocument.parse(voting.setup_document(course.services, uuid))
    assert (setup.roll_rule, setup.registered, setup.weight) == ({"from": "file"}, len(people), 2 * len(people))
    with course.services.database.read() as db:
        assert db.exec(select(DraftVoter)).first() is None
