"""Many at once: numbers are given once, and a gate is reached once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import func, select
from tests.officials import MakeCitizen, MakeOfficial, SignedIn
from tests.petitions.drafting import accept, hand_in, with_rules
from tests.petitions.making import Petitions

from egov_participation.actions import Role
from egov_participation.errors import DomainError
from egov_participation.petitions.models import Happening, Petition, State, Supporter
from egov_participation.petitions.service import batches, supporting
from egov_participation.registrar.interface import Act, Way
from egov_participation.services import Services
from egov_participation.settings import Settings


@pytest.fixture
def settings(settings: Settings, tmp_path: Path) -> Settings:
    """Rules under which three supporters are enough."""
    return with_rules(settings, tmp_path / "rules", gate="count = 3\nbefore_review = false")


def test_petitions_that_are_handed_in_together_get_a_number_each(citizen: MakeCitizen) -> None:
    people = [citizen() for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(hand_in, people))
    assert sorted(found) == [f"P-2024-000{number}" for number in (1, 2, 3, 4)]


def test_supporters_who_come_together_reach_the_gate_once(
    citizen: MakeCitizen, official: MakeOfficial, services: Services
) -> None:
    reference = hand_in(citizen())
    accept(official(Role.MODERATOR).client, reference)
    with services.database.read() as db:
        token = db.exec(select(Petition.gate_token)).one() or ""
    people = [person for person in [citizen() for _ in range(3)] for _ in range(2)]  # each of them clicks twice

    def support(person: SignedIn) -> bool:
        with services.database.uow() as tx:
            reached = supporting.support(services, tx, person.session, reference, token)
            tx.commit()
        return reached

    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(support, people)).count(True) == 1
    with services.database.read() as db:
        assert db.exec(select(func.count()).select_from(Supporter)).one() == 3
        kinds = list(db.exec(select(Happening.kind)))
    assert kinds.count("gate.reached") == 1


def test_the_registrar_ends_in_the_state_of_the_site_whoever_tells_it_last(
    petitions: Petitions, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    reference, registrar = petitions.make(), services.registrar
    reopen = registrar.reopen_petition

    def overtaken(*told: Any) -> None:
        """It is hidden, and the registrar told so, after another one has read that it is open."""
        monkeypatch.setattr(registrar, "reopen_petition", reopen)
        petitions.change(reference, State.HIDDEN)
        batches.tell_registrar(services, reference)
        reopen(*told)

    monkeypatch.setattr(registrar, "reopen_petition", overtaken)
    batches.tell_registrar(services, reference)
    with pytest.raises(DomainError, match="closed"):
        registrar.begin_petition(reference, petitions.residents(1)[0], Act.ATTEST, Way.CODE, lang="en")
