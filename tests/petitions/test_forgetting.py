"""What petitions hold on a person, and how they let it go."""

from __future__ import annotations

import json

import pytest
from sqlmodel import select
from tests.officials import MakeCitizen
from tests.petitions.rows import REFERENCE, all_signatures, counted, pseudonym_of, put_petition, put_signatures

from egov_participation import personal
from egov_participation.clock import ManualClock
from egov_participation.jobs import Worker
from egov_participation.petitions import keys
from egov_participation.petitions.models import (
    Happening,
    PaperForm,
    Petition,
    PetitionText,
    PressureReport,
    State,
    Subscriber,
    Supporter,
)
from egov_participation.petitions.service import counting, forgetting, lifecycle, lookup, signatures
from egov_participation.services import Services


def put_all(services: Services, person_id: str) -> dict[str, int]:
    """Something of each kind that is somebody's; the petitions' ids."""
    keys_dir, now = services.settings.keys_dir, services.clock()
    ids = {
        "draft": put_petition(services, number=None, creator=person_id),
        "own": put_petition(services, number=1, creator=person_id),
        "closed": put_petition(services, number=2, state=State.CLOSED),
    }
    put_signatures(services, ids["own"], range(1, 3), network="198.51.100.0/24", people={1: person_id})
    put_signatures(services, ids["closed"], range(3, 5), network="198.51.100.0/24", people={3: person_id})
    who, sealed = keys.person_hash(keys_dir, person_id), keys.seal_person(keys_dir, ids["own"], person_id)
    box = keys.box(keys_dir)
    with services.database.uow() as tx:
        tx.add(Supporter(petition_id=ids["own"], person_hash=who, person_sealed=sealed, at=now))
        tx.add(Subscriber(petition_id=ids["own"], person_hash=who, person_sealed=sealed))
        for number, answered in ((1, None), (2, now)):
            reference = f"H-{number}"
            tx.add(
                PressureReport(
                    reference=reference,
                    once=str(number),
                    petition_id=ids["own"],
                    text_sealed=box.close("My employer made me.", f"text:{reference}"),
                    person_hash=who,
                    person_sealed=sealed,
                    language="kk",
                    reported_on=services.day(now),
                    due_on=services.day(now),
                    answered_at=answered,
                    answered_by=None if answered is None else "an official",
                )
            )
        tx.commit()
    return ids


def held(services: Services, person_id: str) -> dict[str, list[dict[str, personal.Plain]]]:
    with services.database.read() as session:
        return personal.as_data(personal.held(services, session, person_id))


def test_a_person_sees_their_petitions_signatures_supports_subscriptions_and_reports(
    citizen: MakeCitizen, services: Services
) -> None:
    person, other = citizen(), citizen()
    put_all(services, person.person_id)
    found = held(services, person.person_id)
    assert [(one["petition"], one["state"]) for one in found["petitions"]] == [(None, "draft"), (REFERENCE, "open")]
    assert [(one["petition"], one["network"]) for one in found["petition_signatures"]] == [
        (REFERENCE, True),
        ("P-2024-0002", True),
    ]
    assert [one["petition"] for one in found["petition_supports"]] == [REFERENCE]
    assert [one["petition"] for one in found["petition_subscriptions"]] == [REFERENCE]
    assert {one["text"] for one in found["petition_reports"]} == {"My employer made me."}
    assert not any(records for name, records in held(services, other.person_id).items() if name.startswith("petition"))


@pytest.mark.sqlite
def test_the_page_and_the_file_of_ones_own_data_show_them(citizen: MakeCitizen, services: Services) -> None:
    person = citizen()
    put_all(services, person.person_id)
    page = person.client.get("/ru/me/data")
    assert page.status_code == 200
    assert "Свет у школы" in page.text
    file = json.loads(person.client.get("/en/me/data/file").content)
    assert file["held"]["petition_signatures"][0]["title"]["kk"] == "Мектеп жанында жарық"


def test_an_erasure_leaves_what_was_signed_to_be_counted_once_and_nothing_that_tells_who(
    citizen: MakeCitizen, services: Services
) -> None:
    person = citizen()
    ids = put_all(services, person.person_id)
    for _ in range(2):
        with services.database.uow() as tx:
            personal.erase(services, tx, person.person_id, services.clock())
            tx.commit()
    with services.database.read() as session:
        assert session.get(Petition, ids["draft"]) is None
        assert session.exec(select(PetitionText).where(PetitionText.petition_id == ids["draft"])).first() is None
        own = session.get_one(Petition, ids["own"])
        assert (own.creator, own.creator_name) == (None, "")
        assert session.exec(select(Supporter)).all() == session.exec(select(Subscriber)).all() == []
        mine, theirs = all_signatures(session, ids["own"])
        # It still collects: who signed is known, so that nobody signs twice.
        assert mine.person_hash == keys.person_hash(services.settings.keys_dir, person.person_id)
        assert (mine.name, mine.signed_at, mine.network, mine.state) == ("", None, None, "valid")
        ended, _ = all_signatures(session, ids["closed"])
        assert (ended.person_hash, ended.person_sealed, ended.name) == (None, None, "")
        assert theirs.name == "Айгүл С."
        (report,) = session.exec(select(PressureReport)).all()
        assert (report.reference, report.person_hash, report.person_sealed) == ("H-1", None, None)
    counting.count(services)
    assert counted(services, ids["own"]) == counted(services, ids["closed"]) == (2, 0)


# -- by the clock ------------------------------------------------------------------------------------------------------


def end(services: Services, petition_id: int, to: State) -> None:
    with services.database.uow() as tx:
        row = tx.session.get_one(Petition, petition_id)
        assert row.reference is not None
        lifecycle.change(tx, lookup.locked(tx, row.reference), to, services.clock())
        tx.commit()


def run(worker: Worker, clock: ManualClock, rounds: int) -> None:
    for _ in range(rounds):
        worker.run_due()
        clock.advance(seconds=2)


def test_some_months_after_closing_nobody_can_be_told_from_a_signature_and_the_counts_stay(
    citizen: MakeCitizen, services: Services, worker: Worker, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forgetting, "BATCH", 2)
    person = citizen()
    ids = put_all(services, person.person_id)
    end(services, ids["own"], State.CLOSED)
    with services.database.read() as session:
        erase_on = session.get_one(Petition, ids["own"]).erase_on
    assert erase_on is not None
    clock.advance(days=(erase_on - services.day(clock())).days - 1)
    run(worker, clock, 4)
    with services.database.read() as session:
        assert session.get_one(Petition, ids["own"]).creator == person.person_id
        assert all(row.person_hash and row.name for row in all_signatures(session, ids["own"]))
    clock.advance(days=1)
    run(worker, clock, 4)
    with services.database.read() as session:
        row = session.get_one(Petition, ids["own"])
        assert (row.creator, row.creator_name, row.anonymised_at is not None) == (None, "", True)
        for signature in all_signatures(session, ids["own"]):
            kept = signature.model_dump(include={"person_hash", "person_sealed", "signed_at", "network"})
            assert (set(kept.values()), signature.name) == ({None}, "")
            assert (len(signature.pseudonym), signature.region, signature.state) == (64, "KZ-75", "valid")
        kinds = session.exec(select(Happening.kind).where(Happening.petition_id == ids["own"])).all()
        assert kinds.count("anonymised") == 1
        assert not session.exec(select(Supporter)).all()
        assert not session.exec(select(Subscriber).where(Subscriber.petition_id == ids["own"])).all()
        assert not counting.recount(session, ids["own"])
    assert counted(services, ids["own"]) == (2, 0)
    assert held(services, person.person_id)["petition_signatures"] == [
        one for one in held(services, person.person_id)["petition_signatures"] if one["petition"] == "P-2024-0002"
    ]


def test_after_that_no_number_tells_in_what_order_people_signed(
    services: Services, worker: Worker, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forgetting, "BATCH", 9)
    petition, day = put_petition(services), services.day(clock())
    put_signatures(services, petition, range(20), way="paper")
    with services.database.uow() as tx:
        promise = signatures.Promise(b"withdrawn", pseudonym_of(3), day, "KZ-75")
        assert signatures.take_back(tx, petition, promise, clock())
        row = all_signatures(tx.session, petition)[7]
        form = PaperForm(
            petition_id=petition, form="A-1", signature_id=row.id, operator="x", day=day, entered_at=clock()
        )
        tx.add(form)
        tx.commit()
    put_signatures(services, petition, range(3, 4))
    with services.database.read() as session:
        before = [row.pseudonym for row in all_signatures(session, petition)]
    end(services, petition, State.CLOSED)
    clock.advance(days=500)
    run(worker, clock, 6)
    with services.database.read() as session:
        rows = all_signatures(session, petition)
        assert session.exec(select(PaperForm.signature_id)).all() == [None]
        assert not counting.recount(session, petition)
    after = [row.pseudonym for row in rows]
    assert sorted(after) == sorted(before)
    assert after != before
    assert all(row.id is not None and row.id < 0 for row in rows)
    assert [row.state for row in rows if row.pseudonym == pseudonym_of(3)] == ["withdrawn", "valid"], "the last is last"
    put_signatures(services, put_petition(services, number=2), range(30, 31))
    counting.count(services)
    assert counted(services, petition) == (1, 19)


def test_the_networks_of_signatures_are_kept_for_thirty_days(
    services: Services, worker: Worker, clock: ManualClock
) -> None:
    petition = put_petition(services)
    put_signatures(services, petition, range(2), network="198.51.100.0/24")
    clock.advance(days=20)
    put_signatures(services, petition, range(2, 3), network="198.51.100.0/24")
    clock.advance(days=11)
    run(worker, clock, 1)
    with services.database.read() as session:
        kept = [row.network is not None for row in all_signatures(session, petition)]
        assert kept == [False, False, True]
        assert all(row.person_hash for row in all_signatures(session, petition))


def test_a_draft_that_nobody_hands_in_goes_after_a_year_and_an_answered_report_after_half(
    citizen: MakeCitizen, services: Services, worker: Worker, clock: ManualClock
) -> None:
    person = citizen()
    ids = put_all(services, person.person_id)

    def left() -> tuple[bool, list[str]]:
        with services.database.read() as session:
            return session.get(Petition, ids["draft"]) is not None, list(session.exec(select(PressureReport.reference)))

    clock.advance(days=181)
    run(worker, clock, 1)
    assert left() == (True, ["H-1", "H-2"])
    clock.advance(days=2)
    run(worker, clock, 1)
    assert left() == (True, ["H-1"])  # what waits for an answer stays
    clock.advance(days=183)
    run(worker, clock, 1)
    assert left() == (False, ["H-1"])
