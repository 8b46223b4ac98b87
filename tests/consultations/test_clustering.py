"""Which comments say nearly the same is found out soon, and not again and again for each that comes."""

from __future__ import annotations

import pytest
from sqlmodel import col, select, update
from tests.consultations import world

from egov_participation.clock import ManualClock
from egov_participation.consultations.models import Consultation, State
from egov_participation.consultations.service import clustering
from egov_participation.jobs import Worker
from egov_participation.services import Services


def test_of_many_comments_it_is_found_out_once_in_ten_minutes_and_at_the_end(
    services: Services, worker: Worker, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    small, large = world.put(services), world.put(services, 2)
    runs: list[str] = []
    find = clustering.find

    def counted(services: Services, reference: str) -> None:
        runs.append(reference)
        find(services, reference)

    def comes(reference: str, number: int, state: State = State.OPEN) -> None:
        with services.database.uow() as tx:
            mine = col(Consultation.reference) == reference
            tx.exec(update(Consultation).where(mine).values(comments=number, state=state.value))
            tx.commit()
        for _ in range(2):
            clustering.due(services)
            worker.do_due_jobs()

    monkeypatch.setattr(clustering, "find", counted)
    for number in range(1, 4):
        comes(small, number)
        comes(large, 1000 + number)
    assert runs == [small] * 3
    runs.clear()
    clock.advance(minutes=10)
    comes(large, 1004)
    assert runs == [large]
    for number in range(1005, 1010):
        comes(large, number)
    clock.advance(minutes=10)
    comes(large, 1010)
    assert runs == [large] * 2
    comes(large, 1011, State.CLOSED)
    assert runs == [large] * 3
    with services.database.read() as session:
        found = session.exec(select(Consultation.clustered).order_by(col(Consultation.number))).all()
    assert found == [3, 1011]
