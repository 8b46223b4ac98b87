"""Signatures that do not count: decided by two, carried out in batches that survive a crash, told, undone."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import select
from tests.ledger.dying import Crash, dying
from tests.officials import MakeCitizen, MakeOfficial, SignedIn
from tests.petitions.deciding import dry_run, invalidate, undo
from tests.petitions.making import Petitions
from tests.petitions.rows import REFERENCE, all_signatures, counted, pseudonym_of, put_petition, put_signatures

from egov_participation.actions import Role
from egov_participation.clock import ManualClock
from egov_participation.database import UnitOfWork
from egov_participation.errors import DomainError
from egov_participation.i18n import LANGUAGES, translate
from egov_participation.jobs import Worker
from egov_participation.ledger import service as ledger
from egov_participation.mail import NullMailer
from egov_participation.petitions import keys
from egov_participation.petitions.models import Happening, Invalidation
from egov_participation.petitions.rules import integrity
from egov_participation.petitions.rules.integrity import Code, Filter
from egov_participation.petitions.service import (
    carrying_out,
    counting,
    integrity_letters,
    invalidating,
    lookup,
    signatures,
    trends,
)
from egov_participation.petitions.service.signatures import Promise
from egov_participation.services import Services

NETWORK = "198.51.100.0/24"


def filter_of(services: Services, network: str = NETWORK) -> Filter:
    return Filter(network=keys.network_hash(services.settings.keys_dir, network).hex())


@pytest.fixture
def moderators(official: MakeOfficial) -> tuple[SignedIn, SignedIn]:
    return official(Role.MODERATOR), official(Role.MODERATOR)


def run(worker: Worker, clock: ManualClock, rounds: int = 8) -> None:
    for _ in range(rounds):
        worker.run_due()
        clock.advance(seconds=2)


def entries(services: Services) -> list[dict[str, Any]]:
    with services.database.read() as session:
        return list(ledger.newest(session, "petition.invalidation", REFERENCE))[::-1]


def states(services: Services, petition: int) -> list[str]:
    with services.database.read() as session:
        return [row.state for row in all_signatures(session, petition)]


def test_a_dry_run_says_how_many_and_shows_no_name(services: Services) -> None:
    petition = put_petition(services)
    put_signatures(services, petition, range(3), network=NETWORK)
    put_signatures(services, petition, range(3, 8), network="203.0.113.0/24", region="KZ-71")
    put_signatures(services, petition, range(8, 10), way="paper")
    found = dry_run(services, REFERENCE, filter_of(services))
    assert (found.signatures, found.counted) == (3, 8)
    assert {one.network for one in found.examples} == {filter_of(services).network[:8]}
    assert "Айгүл" not in repr(found)
    assert dry_run(services, REFERENCE, Filter(region="KZ-71")).signatures == 5
    assert dry_run(services, REFERENCE, Filter(since=services.clock() + timedelta(hours=1))).signatures == 0
    assert dry_run(services, REFERENCE, Filter(day=services.day(services.clock())), Code.FORGED_PAPER).signatures == 2
    assert states(services, petition) == ["valid"] * 10


def test_what_two_moderators_decide_is_carried_out_in_batches_and_each_is_in_the_log(
    services: Services,
    moderators: tuple[SignedIn, SignedIn],
    worker: Worker,
    clock: ManualClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(integrity, "BATCH", 2)
    petition = put_petition(services)
    put_signatures(services, petition, range(5), network=NETWORK)
    put_signatures(services, petition, range(5, 8), network="203.0.113.0/24")
    counting.count(services)
    one, other = (moderator.session for moderator in moderators)
    decision = invalidate(services, one, other, REFERENCE, filter_of(services))
    put_signatures(services, petition, range(8, 10), network=NETWORK)  # which nobody looked at
    with services.database.uow() as tx:  # one withdraws meanwhile
        promise = Promise(b"withdrawn", pseudonym_of(4), services.day(services.clock()), "KZ-75")
        assert signatures.take_back(tx, petition, promise, services.clock())
        tx.commit()
    worker.run_due()
    with services.database.read() as session:
        (row,) = invalidating.of_petition(session, lookup.found(session, REFERENCE))
    assert (row.done, row.total, row.finished_at) == (2, 5, None)
    run(worker, clock)
    assert states(services, petition) == ["invalidated"] * 4 + ["withdrawn"] + ["valid"] * 5
    assert counted(services, petition) == (5, 0)
    with services.database.read() as session:
        assert not counting.recount(session, petition)
        (row,) = invalidating.of_petition(session, lookup.found(session, REFERENCE))
        batch = session.get_one(Invalidation, decision).decision
        details = session.exec(select(Happening.details).where(Happening.kind == "signatures.invalidated")).one()
    assert (row.done, row.total, row.undone, row.finished_at is None) == (4, 5, False, False)
    assert '"count": 4' in details
    found = entries(services)
    assert [entry["pseudonym"] for entry in found] == sorted(pseudonym_of(n).hex() for n in range(4))
    assert {(entry["act"], entry["code"], entry["batch"]) for entry in found} == {("invalidate", "automated", batch)}


@pytest.mark.parametrize("persisted", [False, True])
@pytest.mark.parametrize("when", [1, 3])
def test_a_worker_that_dies_in_a_batch_leaves_nothing_half_done(
    services: Services,
    moderators: tuple[SignedIn, SignedIn],
    worker: Worker,
    clock: ManualClock,
    monkeypatch: pytest.MonkeyPatch,
    when: int,
    persisted: bool,
) -> None:
    monkeypatch.setattr(integrity, "BATCH", 3)
    petition = put_petition(services)
    put_signatures(services, petition, range(8), network=NETWORK)
    counting.count(services)
    one, other = (moderator.session for moderator in moderators)
    decision = invalidate(services, one, other, REFERENCE, filter_of(services))

    def run_all() -> None:
        for batch in range(when):
            carrying_out.run(services, {"invalidation": decision, "batch": batch})

    with monkeypatch.context() as patch:
        patch.setattr(UnitOfWork, "commit", dying(UnitOfWork.commit, when=when, persisted=persisted))
        with pytest.raises(Crash):
            run_all()
    with services.database.read() as session:
        assert not counting.recount(session, petition)
        assert session.get_one(Invalidation, decision).done == states(services, petition).count("invalidated")
        assert len(entries(services)) == session.get_one(Invalidation, decision).done
    run(worker, clock)
    assert states(services, petition) == ["invalidated"] * 8
    assert len({entry["pseudonym"] for entry in entries(services)}) == len(entries(services)) == 8
    assert counted(services, petition) == (0, 0)
    with services.database.read() as session:
        assert not counting.recount(session, petition)


def test_signers_are_told_may_not_sign_again_and_are_counted_again_when_it_is_undone(
    services: Services,
    petitions: Petitions,
    moderators: tuple[SignedIn, SignedIn],
    worker: Worker,
    clock: ManualClock,
    outbox: NullMailer,
) -> None:
    people = petitions.residents(3)
    reference = petitions.make()
    for person in people:
        petitions.sign(reference, person)
    clock.advance(hours=1, minutes=1)  # then the registrar lets its attestations leave
    petitions.round()
    assert (petitions.counts(reference).electronic, petitions.counts(reference).verified) == (3, 3)
    one, other = (moderator.session for moderator in moderators)
    day = Filter(day=services.day(services.clock()))
    decision = invalidate(services, one, other, reference, day, Code.COERCED)
    outbox.sent.clear()
    run(worker, clock)
    subjects = {translate(lang, integrity_letters.INVALIDATED.subject) for lang in LANGUAGES}
    told = [mail for mail in outbox.sent if mail.subject in subjects]
    assert len(told) == len({mail.to for mail in told}) == 3
    petitions.round()
    assert (petitions.counts(reference).electronic, petitions.counts(reference).verified) == (0, 0)
    with pytest.raises(DomainError) as refused:
        petitions.sign(reference, people[0])
    assert refused.value.code == "signature.invalidated"
    with services.database.read() as session:
        (view,) = invalidating.of_petition(session, petitions.petition(reference))
        assert (view.id, view.code) == (decision, Code.COERCED)

    undo(services, one, other, decision)
    run(worker, clock)
    petitions.round()
    assert (petitions.counts(reference).electronic, petitions.counts(reference).verified) == (3, 3)
    assert petitions.differences(reference) == []
    with services.database.read() as session:
        last, first = invalidating.of_petition(session, petitions.petition(reference))
        assert (first.undone, last.undoes) == (True, decision)
    with pytest.raises(DomainError) as twice:
        undo(services, one, other, decision)
    assert twice.value.code == "invalidation.undone"


def test_nothing_is_decided_about_no_signature_or_without_saying_which(
    services: Services, moderators: tuple[SignedIn, SignedIn], citizen: MakeCitizen
) -> None:
    put_signatures(services, put_petition(services), range(2), network=NETWORK)
    one, other = (moderator.session for moderator in moderators)
    for which in (Filter(), filter_of(services, "192.0.2.0/24")):
        with pytest.raises(DomainError) as refused:
            invalidate(services, one, other, REFERENCE, which)
        assert refused.value.code == "invalidation.none"
    with pytest.raises(DomainError) as refused:
        invalidate(services, citizen().session, other, REFERENCE, filter_of(services))
    assert refused.value.code == "role.missing"
    with pytest.raises(DomainError) as refused:
        invalidate(services, one, one, REFERENCE, filter_of(services))
    assert refused.value.code == "approval.own"


def test_networks_from_which_many_signed_within_an_hour_are_listed_by_a_label(
    services: Services, clock: ManualClock
) -> None:
    petition = put_petition(services)
    put_signatures(services, petition, range(6), network=NETWORK)
    put_signatures(services, petition, range(6, 10), network="203.0.113.0/24")
    clock.advance(hours=2)
    put_signatures(services, petition, range(10, 12), network=NETWORK)
    with services.database.read() as session:
        row = lookup.found(session, REFERENCE)
        (trend,) = trends.networks(session, row, clock())
        hours = [number for _, number in trends.by_hour(session, row, clock())]
        assert (trend.signatures, trend.of_hour, trend.share) == (6, 10, 0.6)
        assert hours[-3:] == [10, 0, 2]
        assert len(hours) == integrity.SHOWN_HOURS
        assert trends.network_of(session, row, trend.label) == filter_of(services).network
        assert trends.network_of(session, row, "00000000") is None
        assert trends.network_of(session, row, "") is None
