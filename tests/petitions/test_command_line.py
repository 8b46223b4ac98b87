"""``egov petitions recount``."""

from __future__ import annotations

from tests.petitions.making import Petitions
from typer.testing import CliRunner, Result

from egov_participation.petitions.cli import app
from egov_participation.petitions.models import PetitionRegion


def recount(petitions: Petitions, *arguments: str) -> Result:
    return CliRunner().invoke(app, ["recount", *arguments], obj=lambda: petitions.services)


def test_counts_that_are_right_are_said_to_be(petitions: Petitions) -> None:
    one, two = petitions.residents(2)
    reference, other = petitions.make(), petitions.make()
    petitions.sign(reference, one)
    petitions.round()
    petitions.sign(other, two)  # not counted yet, and noted
    answer = recount(petitions)
    assert (answer.exit_code, answer.stdout) == (0, "")
    assert "2 petitions counted" in answer.stderr


def test_a_count_that_is_wrong_is_named_and_put_right(petitions: Petitions) -> None:
    (one,) = petitions.residents(1)
    reference, other = petitions.make(), petitions.make()
    petitions.sign(reference, one)
    petitions.round()
    with petitions.services.database.uow() as tx:
        row = tx.get(PetitionRegion, (petitions.id(reference), "KZ-75"))
        assert row is not None
        row.electronic += 5
        tx.commit()
    answer = recount(petitions, reference)
    assert answer.exit_code == 1
    assert answer.stdout == f"{reference}: electronic, KZ-75: counted 6, found 1\n"
    assert recount(petitions, other).exit_code == 0
    assert recount(petitions, "--correct").exit_code == 0
    assert (recount(petitions).exit_code, recount(petitions).stdout) == (0, "")


def test_a_petition_that_is_not_there_is_said(petitions: Petitions) -> None:
    answer = recount(petitions, "P-2024-0099")
    assert answer.exit_code == 1
    assert "no petition P-2024-0099" in answer.stderr
