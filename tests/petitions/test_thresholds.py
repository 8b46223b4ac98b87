"""Thresholds: noticed once, for good, with a clock that everybody sees."""

from __future__ import annotations

from datetime import date
from threading import Barrier, Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import select
from tests.petitions.making import RULES, Petitions
from tests.petitions.owed import EVERYWHERE, TWO, reach, rules_of

from egov_participation.jurisdiction.petition_rules import territories_reached
from egov_participation.ledger import service as ledger
from egov_participation.petitions.models import Happening, PetitionRegion, ReachedTier, State
from egov_participation.petitions.service import answering
from egov_participation.roles.agencies import AGENCIES
from egov_participation.services import Services


def _reached(services: Services) -> list[ReachedTier]:
    with services.database.read() as session:
        return list(session.exec(select(ReachedTier).order_by(ReachedTier.needed)))  # type: ignore[arg-type]


def test_each_threshold_is_noticed_once_and_stays(petitions: Petitions, services: Services) -> None:
    reference = petitions.make(rules=TWO, addressee="finance")
    found = [reach(services, petitions.petition(reference), count) for count in (1, 2, 2, 1, 0, 3, 5)]

    assert found == [[], ["reply"], [], [], [], ["debate"], []]
    petition = petitions.petition(reference)
    assert (petition.answer_state, petition.debate_state, petition.answered_by) == ("awaited", "awaited", "finance")
    assert [(row.tier, row.needed, row.count) for row in _reached(services)] == [("reply", 2, 2), ("debate", 3, 3)]
    with services.database.read() as session:
        entries = list(ledger.newest(session, "petition.threshold", reference))
        told = session.exec(select(Happening).where(Happening.kind == "threshold")).all()
    assert [(entry["tier"], entry["needed"], entry["count"]) for entry in entries] == [
        ("debate", 3, 3),
        ("reply", 2, 2),
    ]
    assert len(told) == 2


def test_the_clock_counts_working_days_from_the_day_on_which_it_is_reached(
    petitions: Petitions, services: Services
) -> None:
    reference = petitions.make(addressee="finance")

    assert reach(services, petitions.petition(reference), 50_000) == ["government"]

    # 40 working days from Sunday the 6th of October: the 25th, the day of the Republic, is none.
    assert petitions.petition(reference).answer_due_on == date(2024, 12, 2)
    assert [row.answer_due_on for row in _reached(services)] == [date(2024, 12, 2)]


def test_signatures_must_come_from_as_many_territories_as_the_rules_say(
    petitions: Petitions, services: Services
) -> None:
    reference = petitions.make(rules=EVERYWHERE)
    _from(services, petitions.id(reference), "KZ-75", 2)
    _from(services, petitions.id(reference), "KZ-71", 1)
    too_few = reach(services, petitions.petition(reference), 3)
    _from(services, petitions.id(reference), "KZ-71", 2)

    assert too_few == []
    assert reach(services, petitions.petition(reference), 2) == [], "enough of them everywhere, and not in all"
    assert reach(services, petitions.petition(reference), 4) == ["reply"]


@given(
    st.dictionaries(st.sampled_from("ABCDE"), st.integers(1, 5), min_size=1),
    st.dictionaries(st.sampled_from("ABCDEF"), st.integers(0, 6)),
)
def test_more_signatures_never_reach_fewer_territories(minimum: dict[str, int], signed: dict[str, int]) -> None:
    reached = territories_reached(minimum, signed)
    more = {territory: signed.get(territory, 0) + 1 for territory in "ABCDEF"}

    assert 0 <= reached <= territories_reached(minimum, more) <= len(minimum)
    assert territories_reached(minimum, minimum) == len(minimum)


@pytest.mark.parametrize("state", [State.HIDDEN, State.STOPPED, State.WITHDRAWN, State.REVIEW])
def test_of_a_petition_that_nobody_signs_any_more_nothing_is_noticed(
    petitions: Petitions, services: Services, state: State
) -> None:
    reference = petitions.make(state, rules=TWO)

    assert reach(services, petitions.petition(reference), 10) == []
    assert petitions.petition(reference).answer_state == "none"


def test_what_was_signed_just_before_closing_counts(petitions: Petitions, services: Services) -> None:
    reference = petitions.make(State.CLOSED, rules=TWO)

    assert reach(services, petitions.petition(reference), 2) == ["reply"]


def test_rules_without_a_date_start_no_clock(petitions: Petitions, services: Services) -> None:
    reference = petitions.make(rules=rules_of({"code": "reply", "needed": 2, "answer_due": None}))

    reach(services, petitions.petition(reference), 2)

    assert petitions.petition(reference).answer_state == "awaited"
    assert petitions.petition(reference).answer_due_on is None


def test_whatever_code_the_rules_give_a_threshold_the_log_takes_it(petitions: Petitions, services: Services) -> None:
    longest = "a" * 38 + "-2"
    reference = petitions.make(rules=rules_of({"code": "t", "needed": 1}, {"code": longest, "needed": 2}))

    assert reach(services, petitions.petition(reference), 2) == ["t", longest]


def test_two_that_count_at_once_notice_it_once(petitions: Petitions, services: Services) -> None:
    reference = petitions.make(rules=TWO, addressee="finance")
    petition, together, found = petitions.petition(reference), Barrier(4), []

    def count() -> None:
        together.wait(300)
        found.append(reach(services, petition, 3))

    threads = [Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(300)

    assert sorted(tier for tiers in found for tier in tiers) == ["debate", "reply"]
    with services.database.read() as session:
        assert len(list(ledger.newest(session, "petition.threshold", reference))) == 2


def test_an_agency_answers_for_itself_and_a_body_for_nobody_yet(services: Services) -> None:
    assert answering.agency_of(services, "finance") == "finance"
    assert answering.agency_of(services, "government") == ""
    assert set(RULES.bodies).isdisjoint(AGENCIES), "no body is mistaken for a ministry"


def _from(services: Services, petition_id: int, region: str, count: int) -> None:
    with services.database.uow() as tx:
        row = tx.get(PetitionRegion, (petition_id, region)) or PetitionRegion(petition_id=petition_id, region=region)
        row.electronic = count
        tx.add(row)
        tx.commit()
