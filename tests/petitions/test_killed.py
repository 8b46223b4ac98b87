"""kill -9 while signatures are invalidated: each is changed, counted, logged and told once."""

from __future__ import annotations

import multiprocessing
import random
import time

import pytest
from sqlmodel import col, func, select
from tests.officials import MakeOfficial
from tests.petitions.deciding import invalidate
from tests.petitions.killed import carry_out
from tests.petitions.rows import REFERENCE, all_signatures, counted, put_petition, put_signatures

from egov_participation.actions import Role
from egov_participation.jobs import Job
from egov_participation.ledger import service as ledger
from egov_participation.petitions.models import Invalidation
from egov_participation.petitions.rules.integrity import Filter
from egov_participation.petitions.service import counting
from egov_participation.services import Services
from egov_participation.settings import Settings

SIGNATURES, KILLS = 40, 2


def letters(services: Services) -> int:
    with services.database.read() as session:
        return session.exec(select(func.count()).where(col(Job.kind) == "notices.send")).one()


@pytest.mark.enable_socket  # the fork server is reached by a local socket that has no address
def test_however_often_the_worker_is_killed_each_signature_is_dealt_with_once(
    settings: Settings, services: Services, official: MakeOfficial
) -> None:
    petition = put_petition(services)
    put_signatures(services, petition, range(SIGNATURES), people={n: f"person-{n}" for n in range(SIGNATURES)})
    counting.count(services)
    moderators = [official(Role.MODERATOR).session for _ in range(2)]
    decision = invalidate(services, *moderators, REFERENCE, Filter(region="KZ-75"))
    before = letters(services)
    processes = multiprocessing.get_context("forkserver")
    processes.set_forkserver_preload(["tests.petitions.killed"])
    moments = random.Random(20241006)

    def done() -> int:
        with services.database.read() as session:
            return session.get_one(Invalidation, decision).done

    for _ in range(KILLS):
        enough = done() + moments.randint(1, SIGNATURES // (2 * KILLS))
        # However late the kill comes, something is left to do.
        worker = processes.Process(target=carry_out, args=(settings, decision, 1, SIGNATURES // KILLS - 1))
        worker.start()
        while done() < enough:
            assert worker.is_alive()
            time.sleep(0.001)
        worker.kill()
        worker.join()
        with services.database.read() as session:
            assert not counting.recount(session, petition)
    assert done() < SIGNATURES

    carry_out(settings, decision, 7)
    counting.count(services)
    assert counted(services, petition) == (0, 0)
    with services.database.read() as session:
        assert {row.state for row in all_signatures(session, petition)} == {"invalidated"}
        assert not counting.recount(session, petition)
        entries = list(ledger.newest(session, "petition.invalidation", REFERENCE))
    assert len({entry["pseudonym"] for entry in entries}) == len(entries) == SIGNATURES
    assert done() == letters(services) - before == SIGNATURES
