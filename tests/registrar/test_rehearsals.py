"""What comes out of the registrar in a rehearsal, and what a platform that lies about one gets: nobody real's code."""

from __future__ import annotations

import hashlib

import pytest
from tests.registrar.people import REHEARSED, UUID, Rolls

from egov_participation.clock import ManualClock
from egov_participation.errors import DomainError
from egov_participation.registrar.generated import MOST, is_generated, person_id
from egov_participation.registrar.interface import Voter

MOCK = [Voter(person_id(number), territory="KZ-75") for number in (1, 2, MOST)]


def refusal(call: object, *arguments: object) -> str:
    with pytest.raises(DomainError) as refused:
        call(*arguments)  # type: ignore[operator]
    return refused.value.code


def test_the_codes_of_a_vote_that_counts_never_come_out(rolls: Rolls) -> None:
    rolls.active()
    assert refusal(rolls.registrar.rehearsal_credentials, UUID) == "registrar.no_rehearsal"


def test_nobody_real_has_their_code_come_out_of_a_rehearsal(rolls: Rolls) -> None:
    people, _, closes_at = rolls.prepared()
    roll = rolls.registrar.prepare(
        UUID, [*map(Voter, people), *MOCK], binding=False, closes_at=closes_at
    )  # the platform calls a vote of real people a rehearsal
    setup = rolls.setup(roll, closes_at, rehearsal=True)
    rolls.registrar.confirm(UUID, setup)
    rolls.registrar.activate(UUID, hashlib.sha256(setup).hexdigest())

    found = rolls.registrar.rehearsal_credentials(UUID)

    assert set(found) == {voter.person_id for voter in MOCK}
    assert not any(map(is_generated, people))


def test_a_roll_with_generated_voters_is_no_vote_that_counts(rolls: Rolls) -> None:
    _, roll, closes_at = rolls.prepared(MOCK)
    assert refusal(rolls.registrar.confirm, UUID, rolls.setup(roll, closes_at)) == "setup.mismatch"


@pytest.mark.parametrize("lang", ["kk", "ru", "en"])
def test_a_rehearsal_that_does_not_say_so_in_its_title_is_not_confirmed(rolls: Rolls, lang: str) -> None:
    _, roll, closes_at = rolls.prepared(MOCK)
    for title in (
        REHEARSED | {lang: "The park"},
        {key: REHEARSED[key] for key in REHEARSED if key != lang},
        "REHEARSAL: ",
    ):
        setup = rolls.setup(roll, closes_at, rehearsal=True, title=title)
        assert refusal(rolls.registrar.confirm, UUID, setup) == "setup.mismatch"


def test_nothing_comes_out_before_a_rehearsal_is_in_use_or_after_it_closed(rolls: Rolls, clock: ManualClock) -> None:
    _, roll, closes_at = rolls.prepared(MOCK)
    assert refusal(rolls.registrar.rehearsal_credentials, UUID) == "registrar.no_rehearsal"
    setup = rolls.setup(roll, closes_at, rehearsal=True)
    rolls.registrar.confirm(UUID, setup)
    assert refusal(rolls.registrar.rehearsal_credentials, UUID) == "registrar.no_rehearsal"
    rolls.registrar.activate(UUID, hashlib.sha256(setup).hexdigest())
    clock.set(closes_at)
    assert refusal(rolls.registrar.rehearsal_credentials, UUID) == "credential.closed"
    assert refusal(rolls.registrar.rehearsal_credentials, "A" * 14) == "registrar.unknown_vote"


@pytest.mark.parametrize("rehearsal", [True, False])
def test_a_roll_whose_codes_are_destroyed_has_its_turnout_and_before_that_none(rolls: Rolls, rehearsal: bool) -> None:
    _, roll = rolls.active(MOCK, rehearsal=True) if rehearsal else rolls.active()
    voted = [point.text for point, _ in roll.public]
    assert refusal(rolls.registrar.turnout, UUID, voted) == "turnout.open"
    rolls.registrar.destroy(UUID)
    assert rolls.registrar.turnout(UUID, voted)
