"""Rehearsals: mock votes from their draft to their result, marked everywhere, counted nowhere, gone in the end."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import MetaData
from sqlmodel import col, func, select, update
from starlette.applications import Starlette
from tests.commission.frozen import WHY
from tests.commission.rehearsing import BANNER, Rehearsing
from tests.conftest import ClientFactory
from tests.officials import MakeCitizen, SignedIn
from tests.registrar.book import CredentialBook
from tests.voting.making import archive_of, make_vote, tallied, verified

from egov_crypto import ballot
from egov_crypto.election import Election
from egov_participation.actions import Role
from egov_participation.commission.service import deciding, rehearsal_jobs, rehearsals
from egov_participation.database import Database
from egov_participation.errors import DomainError
from egov_participation.incidents import service as incidents
from egov_participation.incidents.rules import Kind
from egov_participation.jobs import Job
from egov_participation.registrar.generated import MARKS
from egov_participation.registrar.service import LocalRegistrar
from egov_participation.search import service as search
from egov_participation.services import Services
from egov_participation.voting import service as voting
from egov_participation.voting.models import Vote
from egov_participation.voting.setup import SetupDocument


def rows_with(text: str, *databases: Database) -> set[str]:
    """Tables in which something is this text or holds it."""
    found = set()
    for database in databases:
        meta = MetaData()
        with database.read() as db:
            meta.reflect(db.connection())
            for table in meta.sorted_tables:
                for row in db.execute(table.select()):
                    values = [value.decode("latin-1") if isinstance(value, bytes) else str(value) for value in row]
                    if any(text in value for value in values):
                        found.add(table.name)
    return found


def databases(services: Services) -> tuple[Database, Database]:
    assert isinstance(services.registrar, LocalRegistrar)
    return services.database, services.registrar.means.database


def _result(it: Rehearsing) -> tuple[tuple[int, ...], ...] | None:
    """As an observer finds it, who verifies the archive whole."""
    found = verified(it.services, it.row.uuid).report.result
    return None if found is None else tuple(map(tuple, found))


def refusal(call: object, *arguments: object) -> str:
    with pytest.raises(DomainError) as refused:
        call(*arguments)  # type: ignore[operator]
    return refused.value.code


def test_a_whole_rehearsal_has_a_result_that_verifies_and_leaves_the_draft_as_it_was(rehearsing_: Rehearsing) -> None:
    it, before = rehearsing_, rehearsing_.course.draft.model_dump()
    it.start().work()
    assert (it.vote.state, it.vote.kind, it.row.progress_done) == ("open", "binding", it.row.progress_total)
    it.counted()

    vote, row = it.vote, it.row
    assert (vote.registered, vote.voters, vote.ballots) == (11, 8, 9)  # the member is on the roll; two stayed at home
    assert vote.result == _result(it)
    assert sum(vote.result[0]) == 8
    assert vote.regional is not None
    assert vote.regional.voters == 8
    assert len(vote.trustees) == 3
    assert (row.state, row.sealed_keys) == ("counted", None)
    setup = SetupDocument.parse(voting.setup_document(it.services, vote.uuid))
    assert setup.rehearsal
    election = Election.parse(vote.election)
    for mark, title in zip(MARKS.values(), election.name.split(" / "), strict=True):
        assert title.startswith(f"{mark}: ")
    assert it.course.draft.model_dump() == before
    assert it.course.outbox.sent == []  # nobody real voted: nobody is written to


def test_thrown_away_it_leaves_nothing(rehearsing_: Rehearsing) -> None:
    it = rehearsing_.start().work().counted()
    uuid = it.row.uuid
    with it.services.database.uow() as tx:
        incidents.report(
            tx, it.services, once="1" * 32, vote_uuid=uuid, kind=Kind.ACCESS, text="It was a rehearsal, I know.",
            mail="", person=None, network="192.0.2.1", lang="en",
        )  # fmt: skip
        tx.commit()
    assert {"voting_event", "voting_credential", "incident", "registrar_entry"} <= rows_with(
        uuid, *databases(it.services)
    )

    it.discard()

    assert rows_with(uuid, *databases(it.services)) == set()
    assert refusal(lambda: it.row) == "rehearsal.unknown"
    assert it.start().work().vote.state == "open"  # and another one can begin


@pytest.mark.parametrize("where", ["at once", "being set up", "open", "failed"])
def test_it_can_be_thrown_away_at_any_time(
    rehearsing_: Rehearsing, where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    it = rehearsing_.start()
    uuid, row = it.row.uuid, it.row
    if where == "open":
        it.work()
    elif where == "failed":
        with monkeypatch.context() as patched:
            patched.setattr(LocalRegistrar, "confirm", _is_down)
            it.course.worker.run_due()
        assert (it.row.state, it.row.problem) == ("failed", "The registrar does not answer.")
    elif where == "being set up":
        registrar = it.services.registrar
        confirm = registrar.confirm

        def meanwhile(vote: str, setup: bytes) -> bytes:
            it.discard()
            return confirm(vote, setup)

        with monkeypatch.context() as patched:
            patched.setattr(registrar, "confirm", meanwhile)
            rehearsal_jobs.prepare(it.services, {"rehearsal": row.id})
    if where != "being set up":
        it.discard()
    it.course.worker.run_due()

    assert rows_with(uuid, *databases(it.services)) == set()


def _is_down(*_: object) -> bytes:
    raise DomainError(503, "The registrar does not answer.", code="registrar.unavailable")


@pytest.mark.sqlite
def test_seven_days_after_closing_it_goes_by_itself(rehearsing_: Rehearsing) -> None:
    it = rehearsing_.start().work().counted()
    uuid, closed = it.row.uuid, it.row.closes_at
    it.clock.set(closed + timedelta(days=7) - timedelta(seconds=1))
    it.work()
    it.clock.set(closed + timedelta(days=7))
    it.course.worker.run_due()
    assert rows_with(uuid, *databases(it.services)) == set()


def test_jobs_that_are_run_twice_change_nothing_but_some_minds(rehearsing_: Rehearsing) -> None:
    it = rehearsing_.start()
    registrar, row = it.services.registrar, it.row
    rehearsal_jobs._made(it.services, row)  # a worker that died before the last step
    it.work()
    assert (it.vote.voters, registrar.is_on_roll(row.uuid, it.course.member.person_id)) == (8, True)
    archive = archive_of(it.services, row.uuid)
    rehearsal_jobs.prepare(it.services, {"rehearsal": row.id})
    assert archive_of(it.services, row.uuid) == archive
    rehearsal_jobs.cast(it.services, {"rehearsal": row.id, "turn": 5})  # it died after casting
    it.counted()
    assert (it.vote.voters, it.vote.ballots) == (8, 13)
    rehearsal_jobs.decrypt(it.services, {"rehearsal": row.id})
    assert it.vote.result == _result(it)


@pytest.mark.sqlite
def test_ballots_come_in_portions_so_that_other_work_has_its_turn(
    rehearsing_: Rehearsing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rehearsal_jobs, "_A_WHILE", 0.0)
    it = rehearsing_.start()
    it.work()
    with it.services.database.read() as db:
        portions = db.exec(select(func.count()).where(col(Job.kind) == rehearsals.BALLOTS)).one()
    assert (portions, it.row.progress_done, it.vote.ballots) == (9, 9, 9)


# -- seen by nobody who does not look for it, and by nobody as what it is not ------------------------------------------


@pytest.mark.sqlite
def test_a_rehearsal_stands_in_no_list_and_says_everywhere_what_it_is(
    rehearsing_: Rehearsing, app: Starlette, new_client: ClientFactory, member: SignedIn
) -> None:
    it = rehearsing_.start().work()
    anybody, uuid = new_client(app), it.row.uuid
    lists = ("/en", "/en/votes", "/en/votes/past", "/en/search?q=park", "/en/feeds/votes.atom", "/api/v1/votes")
    open_pages = [
        "",
        "/board",
        "/result",
        "/verify",
        "/decryption",
        "/offline",
        "/incident",
        f"/ballots/{_a_tracker(it)}",
    ]
    seen = [anybody.get(page) for page in lists]
    assert {answer.status_code for answer in seen} == {200}
    marked = [anybody.get(f"/en/votes/{uuid}{page}") for page in open_pages]
    marked.append(member.client.get(f"/en/votes/{uuid}"))
    it.counted()
    seen += [anybody.get(page) for page in lists]
    marked += [anybody.get(f"/en/votes/{uuid}{page}") for page in ("", "/result", "/board", "/verify", "/decryption")]

    assert not [answer.url for answer in seen if uuid in answer.text or "REHEARSAL" in answer.text]
    assert [answer.url for answer in marked if answer.status_code != 200] == []
    assert not [answer.url for answer in marked if BANNER not in answer.text]
    assert not [answer.url for answer in marked if '<meta name="robots" content="noindex">' not in answer.text]
    assert not [answer.url for answer in marked if "two members" in answer.text.lower()]  # of whom nothing is awaited
    proof = anybody.get(f"/votes/{uuid}/ballots/{_a_tracker(it)}/proof", headers={"Accept": "application/json"})
    assert (proof.status_code, proof.json()["code"]) == (404, "ballot.not_logged")
    assert not [answer.url for answer in marked if "entered in the public log" in answer.text]
    file = anybody.get(f"/votes/{uuid}/booth-en.html")
    assert BANNER in file.text
    assert anybody.get(f"/api/v1/votes/{uuid}").json()["rehearsal"] is True
    with it.services.database.read() as db:
        assert not search.find(db, "en", "park", 10).items
        assert voting.counted_unsigned(it.services, db) == []


def _a_tracker(it: Rehearsing) -> str:
    found = voting.board(it.services, it.row.uuid).ballots[0].tracker
    return found.replace("/", "_").replace("+", "-")


@pytest.mark.sqlite
def test_a_member_finds_it_as_a_citizen_and_votes_and_somebody_else_does_not(
    rehearsing_: Rehearsing, citizen: MakeCitizen
) -> None:
    voter, stranger = citizen(Role.COMMISSION, level=3), citizen(level=3)
    it = rehearsing_.start().work()
    uuid = it.row.uuid
    page = voter.client.get("/en/me/votes").text
    assert "REHEARSAL: The park" in page
    assert BANNER in page
    assert BANNER in voter.client.get(f"/en/votes/{uuid}/enter").text
    assert uuid not in stranger.client.get("/en/me/votes").text

    code = CredentialBook(it.services).credential(uuid, voter.person_id)
    raw = ballot.make(Election.parse(it.vote.election), code, [[1, 0]])
    voting.cast(it.services, uuid, voter.person_id, raw, assurance=3)
    it.counted()

    assert it.vote.voters == 9
    it.clock.advance(seconds=7 * 3600)  # the alarm leaves at a moment of chance
    it.work()
    (mail,) = it.course.outbox.sent
    assert "REHEARSAL" in mail.text or "СЫНАҚ ДАУЫС БЕРУ" in mail.text or "РЕПЕТИЦИЯ" in mail.text


@pytest.mark.sqlite
def test_what_two_members_decide_about_votes_they_cannot_decide_about_a_rehearsal(rehearsing_: Rehearsing) -> None:
    it = rehearsing_.start().work()
    here, session, uuid = it.services, it.course.member.session, it.row.uuid
    with here.database.uow() as tx:
        later = it.vote.closes_at + timedelta(hours=1)
        assert refusal(deciding.propose_extension, here, tx, session, uuid, later, WHY) == "vote.rehearsal"
        assert refusal(deciding.propose_cancellation, here, tx, session, uuid, WHY) == "vote.rehearsal"
        assert refusal(voting.extend, here, tx, uuid, later, WHY, "a" * 64) == "vote.rehearsal"
        assert refusal(voting.cancel, here, tx, uuid, WHY, "a" * 64) == "vote.rehearsal"
    it.counted()
    with here.database.uow() as tx:
        assert refusal(deciding.propose_protocol, here, tx, session, uuid) == "vote.rehearsal"
        assert refusal(voting.publish_protocol, here, tx, uuid, b"{}", "a" * 64) == "vote.rehearsal"


def test_what_is_done_with_rehearsals_is_done_with_no_vote_that_counts(services: Services, database: Database) -> None:
    vote = make_vote(services)
    with database.uow() as tx:
        assert refusal(voting.close_rehearsal, services, tx, vote.uuid) == "vote.no_rehearsal"
        assert refusal(voting.discard_rehearsal, tx, vote.uuid) == "vote.no_rehearsal"
    assert refusal(voting.decrypt_rehearsal, services, vote.uuid, vote.trustees) == "vote.no_rehearsal"
    assert tallied(services, vote)


def test_a_vote_published_as_a_rehearsal_without_saying_so_in_its_title_is_refused(rehearsing_: Rehearsing) -> None:
    it = rehearsing_.start()
    prepared, confirmation, _ = rehearsal_jobs._made(it.services, it.row)
    setup = SetupDocument.parse(prepared.document)
    lie = prepared.document.replace(b'"rehearsal":true', b'"rehearsal":false')
    assert refusal(it.services.registrar.confirm, it.row.uuid, lie) == "setup.mismatch"
    with it.services.database.uow() as tx:
        tx.session.execute(update(Vote).values(rehearsal=False))
        vote = voting.publish_setup(it.services, tx, prepared.document, prepared.archive_start, confirmation)
        assert (vote.rehearsal, setup.title.en) == (True, "REHEARSAL: The park")
