"""What the platform publishes of petitions, held by the observer's program: real entries, real answers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest
from crypto.tests.commands import run
from crypto.tests.petitions import Register
from sqlmodel import col, select
from starlette.testclient import TestClient
from tests.browser.server import on_own_port, port_of, serving
from tests.petitions.making import Petitions
from tests.petitions.test_signing import rows

from egov_crypto import entries, vrf
from egov_crypto.cli import log_state
from egov_crypto.cli.petition_figures import PetitionFigures
from egov_crypto.cli.petition_terms import PetitionTerms
from egov_crypto.cli.site_petition import SitePetition, check_surplus
from egov_crypto.errors import VerificationError
from egov_crypto.petition import PetitionCount, counted_at
from egov_crypto.petition import Petitions as Recounted
from egov_crypto.promise import Promise
from egov_participation.app import create_app
from egov_participation.clock import ManualClock
from egov_participation.ledger.models import LogEntry
from egov_participation.petitions.models import Delta, Signature
from egov_participation.petitions.models import PetitionCount as Counts
from egov_participation.settings import Settings

pytestmark = pytest.mark.sqlite  # what is asked of the database is asked on both elsewhere


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """With the address that it is served at."""
    return on_own_port(Settings.for_tests(tmp_path))


def observed(petitions: Petitions) -> Recounted:
    """By all that is published in the log."""
    found = Recounted(Register())
    with petitions.services.database.read() as session:
        raws = session.exec(select(LogEntry.raw).order_by(col(LogEntry.place))).all()
    for index, raw in enumerate(raws):
        value, known = entries.read(raw)
        assert known
        if "petition" in value:
            found.take(index, value)
    return found


def check(client: TestClient, petitions: Petitions, reference: str) -> PetitionCount:
    """As `egov-verify petition` does."""
    recounted = observed(petitions)
    figures = PetitionFigures(reference, client.get(f"/api/v1/petitions/{reference}").content)
    counted = recounted.counts[reference]
    figures.check_counts(counted_at(recounted.register, reference, figures.size))
    figures.check_log(counted)
    if counted.opened_at:
        rules = client.get(f"/api/v1/petitions/{reference}/rules")
        assert rules.headers["content-type"] == "application/json"
        assert PetitionTerms(rules.content, counted).check(figures.said, counted) > 2
    listed = client.get("/api/v1/petitions").json()["petitions"]
    (item,) = [one for one in listed if one["reference"] == reference]
    assert figures.check_item(item) > 0
    return counted


def test_what_is_signed_withdrawn_and_closed_is_what_an_observer_counts(
    client: TestClient, petitions: Petitions, clock: ManualClock
) -> None:
    one, two, three = petitions.residents(3)
    reference = petitions.make()
    petitions.round()
    check(client, petitions, reference)
    for person in (one, two, three):
        petitions.sign(reference, person)
    clock.advance(hours=1)
    petitions.round()
    assert check(client, petitions, reference).electronic == 3
    petitions.withdraw(reference, two)
    clock.advance(hours=1)
    petitions.round()
    assert check(client, petitions, reference).withdrawn == 1
    clock.set(petitions.petition(reference).closes_at or clock())
    petitions.round()
    counted = check(client, petitions, reference)
    assert (counted.electronic, counted.state) == (2, "closed")


def test_a_promise_is_the_entry_byte_for_byte(client: TestClient, petitions: Petitions, clock: ManualClock) -> None:
    (person,) = petitions.residents(1)
    reference = petitions.make()
    petitions.sign(reference, person)
    (row,) = rows(petitions, reference)
    clock.advance(hours=1)
    petitions.round()

    recounted = observed(petitions)
    promise = Promise.parse(row.promise)

    promise.verify(recounted.signer)
    assert promise.pseudonym == row.pseudonym
    with petitions.services.database.read() as session:
        assert session.exec(select(LogEntry.place).where(LogEntry.raw == row.promise)).one() > 0
    assert vrf.validate_key(bytes.fromhex(recounted.counts[reference].key))


def test_the_program_holds_the_site_over_http(
    petitions: Petitions, clock: ManualClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`egov-verify petition`, and `receipt` with the proof that the signer is given."""
    monkeypatch.setenv(log_state.VARIABLE, str(tmp_path / "seen"))
    one, two = petitions.residents(2)
    reference = petitions.make()
    petitions.sign(reference, one)
    petitions.sign(reference, two)
    clock.advance(hours=1)
    petitions.round()
    pseudonym = rows(petitions, reference)[0].pseudonym.hex()
    services = petitions.services
    origin = services.settings.base_url
    with serving(create_app(services.settings, services=services), port_of(services.settings)):
        key = urlopen(f"{origin}/log/key", timeout=60).read().decode().strip()
        done = run("egov-verify", "petition", "--json", f"{origin}/kk/petitions/{reference}", "--key", key)
        path = tmp_path / "signature.tlog-proof"
        path.write_bytes(urlopen(f"{origin}/petitions/{reference}/signatures/proof/{pseudonym}", timeout=60).read())
    proved = run("egov-verify", "receipt", path, "--key", key)

    answer = json.loads(done.out.splitlines()[-1])  # before it come the lines of the server, which is in this process
    assert (done.status, answer["petition"]["verified"], answer["said"]["verified"]) == (0, 2, 2)
    assert (proved.status, f"attest in petition {reference}" in proved.out) == (0, True)


def test_a_row_that_somebody_puts_into_the_database_is_exposed(
    client: TestClient, petitions: Petitions, clock: ManualClock
) -> None:
    """The verified count cannot be raised so: an observer finds the provisional one ahead of what is ever attested."""
    (person,) = petitions.residents(1)
    reference = petitions.make()
    petitions.sign(reference, person)
    with petitions.services.database.uow() as tx:
        row = rows(petitions, reference)[0].model_dump(exclude={"id"})
        tx.add(Signature(**row | {"pseudonym": bytes(64), "person_hash": b"x" * 32}))
        tx.add(Delta(petition_id=row["petition_id"], region="KZ-75", day=row["day"], way="electronic", change=1))
        tx.commit()
    clock.advance(hours=1)
    petitions.round()

    counted = check(client, petitions, reference)
    raw = client.get(f"/api/v1/petitions/{reference}").content
    found = SitePetition(reference, figures=PetitionFigures(reference, raw), counted=counted)

    assert [doubt for doubt in found.doubts() if doubt.startswith("whether one signature more")]
    clock.advance(hours=2, seconds=1)
    petitions.round()
    later = PetitionFigures(reference, client.get(f"/api/v1/petitions/{reference}").content)
    with pytest.raises(VerificationError) as failed:
        check_surplus(later, counted, clock())
    assert (failed.value.code, "1 of 2 who have signed are not in the log" in str(failed.value)) == (
        "petition.count",
        True,
    )
    with petitions.services.database.uow() as tx:
        count = tx.get(Counts, petitions.id(reference))
        assert count is not None
        count.verified += 1
        tx.add(count)
        tx.commit()
    with pytest.raises(VerificationError) as caught:
        check(client, petitions, reference)
    assert caught.value.code == "petition.count"


def test_a_text_that_somebody_changes_in_the_database_is_exposed(client: TestClient, petitions: Petitions) -> None:
    reference = petitions.make()
    petitions.round()
    check(client, petitions, reference)
    said: dict[str, Any] = client.get(f"/api/v1/petitions/{reference}").json()
    said["texts"]["ru"]["ask"] = "Просим не строить парк."
    figures = PetitionFigures(reference, json.dumps(said).encode())
    with pytest.raises(VerificationError) as caught:
        figures.check_log(observed(petitions).counts[reference])
    assert caught.value.code == "petition.document"
