"""Entries looked up and listed: what is published alone, in order, and by an index however long the log is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event, text
from sqlalchemy.orm import Session
from tests.ledger.observer import an_entry
from tests.ledger.test_publishing import enter, fill

from egov_crypto.merkle import leaf_hash
from egov_crypto.note import VerifierKey
from egov_crypto.tlog_proof import TlogProof
from egov_participation.clock import ManualClock
from egov_participation.errors import DomainError
from egov_participation.ledger import service
from egov_participation.ledger.models import PublishedCheckpoint, Waiting
from egov_participation.ledger.service import sequencing
from egov_participation.services import Services

ONE, OTHER = "KMLMr96HM3M2nQ", "bvdC51SBUQAbs2"
DAY = timedelta(days=1)


def an_approval() -> dict[str, Any]:
    return {
        "type": "office.approval",
        "version": 1,
        "kind": "roles.grant",
        "at": "2026-10-02T06:45:00Z",
        "approvals": 2,
        "approved": "e5" * 32,
    }


@pytest.fixture
def filled(services: Services) -> Services:
    """Two votes' events and an approval, in three batches: 5 of one vote, then 3 of the other and the approval, then
    one more of the first. Something else waits."""
    enter(services, *(an_entry(height, ONE) for height in range(5)))
    service.publish(services)
    enter(services, *(an_entry(height, OTHER) for height in range(3)))
    service.publish(services)
    enter(services, an_approval())
    service.publish(services)
    enter(services, an_entry(5, ONE))
    service.publish(services)
    enter(services, an_entry(6, ONE))
    return services


def places(session: Session, **asked: Any) -> list[int]:
    return [entry.index for entry in service.browse(session, **asked)]


def test_entries_are_listed_with_the_newest_first(filled: Services) -> None:
    with filled.database.read() as session:
        assert places(session) == [9, 8, 7, 6, 5, 4, 3, 2, 1, 0]
        assert places(session, limit=3) == [9, 8, 7]
        assert places(session, before=7, limit=3) == [6, 5, 4]
        assert places(session, before=1) == [0]
        assert places(session, before=0) == []
        assert places(session, after=6, limit=2) == [8, 7]
        assert places(session, after=9) == []


def test_entries_are_listed_by_type_and_by_what_they_are_about(filled: Services) -> None:
    with filled.database.read() as session:
        assert places(session, type="office.approval") == [8]
        assert places(session, type="vote.state") == []
        assert places(session, subject=OTHER) == [7, 6, 5]
        assert places(session, type="vote.event", subject=ONE, before=9, limit=2) == [4, 3]
        assert places(session, type="vote.event", subject=ONE, after=3) == [9, 4]
        assert places(session, type="office.approval", subject=ONE) == []


def test_an_entry_is_found_by_its_number_and_by_its_hash(filled: Services) -> None:
    with filled.database.read() as session:
        found = service.entry_at(session, 6)
        assert (found.type, found.subject, found.value) == ("vote.event", OTHER, an_entry(1, OTHER))
        assert found.leaf == leaf_hash(found.raw)
        assert service.index_of(session, found.leaf) == 6
        assert service.index_of(session, bytes(32)) is None


@pytest.mark.parametrize("index", [10, -1, 2**63])
def test_what_is_not_there_is_refused(filled: Services, index: int) -> None:
    with filled.database.read() as session:
        for look in (service.entry_at, service.proof):
            with pytest.raises(DomainError) as refusal:
                look(session, index)
            assert (refusal.value.status, refusal.value.code) == (404, "log.no_entry")


def test_what_has_its_place_and_is_not_published_is_not_shown(services: Services) -> None:
    fill(services, 2)
    enter(services, an_entry(2))
    sequencing.sequence(services.database)
    with services.database.read() as session:
        assert places(session) == [1, 0]
        with pytest.raises(DomainError):
            service.entry_at(session, 2)
        assert service.count_types(session) == {"vote.event": 2}


def test_each_entry_is_proved_to_be_in_the_checkpoint_of_now(filled: Services) -> None:
    key = VerifierKey.parse(service.verifier_keys(filled)[0])
    with filled.database.read() as session:
        for index in range(10):
            proof = TlogProof.parse(service.proof(session, index, b"along"))
            signed = proof.verify(service.entry_at(session, index).raw, key)
            assert (proof.index, proof.extra, signed.checkpoint.size) == (index, b"along", 10)


def test_a_vote_has_a_first_and_a_last_event(filled: Services) -> None:
    with filled.database.read() as session:
        found = service.ends(session, "vote.event", ONE)
        assert found is not None
        assert [entry.index for entry in found] == [0, 9]
        assert service.ends(session, "vote.state", ONE) is None


def test_entries_are_counted_by_type_and_go_on_being_counted(filled: Services) -> None:
    with filled.database.read() as session:
        assert service.count_types(session) == {"office.approval": 1, "vote.event": 9}
    enter(filled, an_approval())
    service.publish(filled)
    with filled.database.read() as session:
        assert service.count_types(session) == {"office.approval": 2, "vote.event": 10}


def test_how_the_log_grew_is_told_from_its_checkpoints(services: Services, clock: ManualClock) -> None:
    first = clock()
    for size, days in ((2, 1), (1, 2), (4, 0)):
        fill(services, size)
        clock.advance(days=days)
    clock.set(first)  # somebody set the clock back
    fill(services, 1)
    day = services.day(first)
    with services.database.read() as session:
        assert service.began(session) == day
        assert service.sizes_after(session, [day - DAY, day, day + DAY, day + 4 * DAY]) == [0, 8, 8, 8]


def test_a_time_stands_with_the_last_checkpoint_alone(services: Services, clock: ManualClock) -> None:
    """From a backup nobody can tell when a ballot came."""
    day = services.day(clock())
    for _ in range(3):
        fill(services, 2)
        clock.advance(minutes=10)
    clock.advance(days=2)
    fill(services, 1)
    with services.database.read() as session:
        checkpoints = session.execute(text("SELECT size, at FROM ledger_checkpoint")).all()
        days = session.execute(text("SELECT day, size FROM ledger_day ORDER BY day")).all()
    assert [size for size, _ in checkpoints] == [7]
    assert [(str(one), size) for one, size in days] == [(str(day), 6), (str(day + 2 * DAY), 7)]


def test_how_long_the_oldest_waits_is_known(services: Services) -> None:
    with services.database.read() as session:
        assert service.waiting_for(session, services.clock()) is None
    enter(services, an_entry(0))
    with services.database.read() as session:
        waited = service.waiting_for(session, services.clock())
        assert waited is not None
        assert waited < timedelta(seconds=30)
    with services.database.uow() as tx:
        tx.add(Waiting(id=-1, type="vote.event", subject=ONE, raw=b"{}", at=datetime.now(UTC) - timedelta(hours=1)))
        tx.commit()
    with services.database.read() as session:
        waited = service.waiting_for(session, services.clock())
        assert waited is not None
        assert timedelta(minutes=59) < waited < timedelta(minutes=61)


def test_what_has_its_place_and_is_not_published_waits_too(services: Services, clock: ManualClock) -> None:
    fill(services, 2)
    with services.database.uow() as tx:
        tx.session.execute(text("UPDATE ledger_checkpoint SET size = 1 WHERE size = 2"))
        tx.commit()
    clock.advance(minutes=5)
    with services.database.read() as session:
        assert service.waiting_for(session, clock()) == timedelta(minutes=5)


def test_a_log_that_does_not_continue_what_was_signed_has_stopped(services: Services) -> None:
    fill(services, 3)
    head = services.settings.keys_dir / ".log-head"
    signed = head.read_text("utf-8")
    assert not service.stopped(services)
    head.write_text(signed.replace("\n3\n", "\n4\n"), "utf-8")
    assert service.stopped(services), "a database older than its key"
    head.write_text(signed.replace("\n3\n", "\n2\n"), "utf-8")
    assert service.stopped(services), "another log"
    head.write_text("damaged", "utf-8")
    assert service.stopped(services)
    head.unlink()
    assert not service.stopped(services), "it may be signed on another machine"


def test_nothing_is_looked_for_without_an_index(filled: Services) -> None:
    """As the planner says it, which is not asked to weigh how small this log is."""
    asked: list[tuple[str, Any]] = []
    with filled.database.read() as session:
        sqlite = session.get_bind().dialect.name == "sqlite"

        def note(_conn: Any, _cursor: Any, statement: str, values: Any, *_: Any) -> None:
            asked.append((statement, values))

        event.listen(session.get_bind(), "before_cursor_execute", note)
        service.browse(session, type="vote.event", subject=ONE, before=9)
        service.browse(session, type="vote.event", after=3)
        service.browse(session, subject=ONE)
        service.browse(session)
        service.index_of(session, bytes(32))
        service.sizes_after(session, [filled.day(filled.clock())])
        service.count_types(session)
        service.began(session)
        service.waiting_for(session, filled.clock())
        event.remove(session.get_bind(), "before_cursor_execute", note)
        if not sqlite:
            session.execute(text("SET LOCAL enable_seqscan = off"))
            session.execute(text("SET LOCAL enable_sort = off"))
        connection = session.connection()
        for statement, values in asked:
            explained = connection.exec_driver_sql(f"EXPLAIN {'QUERY PLAN ' if sqlite else ''}{statement}", values)
            plan = "\n".join(str(row[-1]) for row in explained)
            assert "TEMP B-TREE" not in plan, (statement, plan)
            # SQLite looks for one bound, and reads all that lies between it and another.
            assert statement.count("ledger_entry.place < ") <= 1, statement
            assert "Seq Scan" not in plan, (statement, plan)
            assert "Sort" not in plan, (statement, plan)
            assert not sqlite or "SCAN" not in plan or " USING " in plan or "ORDER BY ledger_" in statement, plan
        assert len(asked) > 10


def test_a_checkpoint_is_given_as_it_is_served(filled: Services) -> None:
    with filled.database.read() as session:
        found = service.head(session)
        assert found is not None
        row = session.get(PublishedCheckpoint, 10)
        assert row is not None
        assert (found.size, found.root, found.note, found.at) == (10, row.root, row.note, row.at)
    assert found.note == service.checkpoint(filled)
