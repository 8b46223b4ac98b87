"""The demonstration's command and what it invents."""

from __future__ import annotations

import socket
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from typer.testing import CliRunner

from egov_crypto.group import Point
from egov_crypto.keyfile import KeyFile
from egov_crypto.verify import verify_archive
from egov_participation.app import create_services
from egov_participation.cli import app
from egov_participation.clock import ManualClock
from egov_participation.demo import votes
from egov_participation.demo.fill import fill, guests, people
from egov_participation.mail import NullMailer
from egov_participation.settings import Settings
from egov_participation.voting import service


def test_a_port_in_use_is_said_before_anything_is_made(tmp_path: Path) -> None:
    with socket.create_server(("localhost", 0)) as taken:
        port = taken.getsockname()[1]
        result = CliRunner().invoke(app, ["demo", "--port", str(port), "--folder", str(tmp_path / "demo")])

    assert result.exit_code == 1
    assert f"port {port} is in use" in result.output
    assert not (tmp_path / "demo").exists()


def test_the_guests_are_three_different_people_of_the_country() -> None:
    entries = guests()

    assert len({entry.iin for entry in entries} & {entry.iin for entry in people()}) == 3
    assert len({entry.family_name for entry in entries}) == len({entry.given_name for entry in entries}) == 3


def test_the_referendum_is_the_real_one_scaled() -> None:
    counted = votes.BLANK + votes.FOR + votes.AGAINST

    assert round(counted / votes.REGISTERED, 3) == 0.636
    assert (round(votes.FOR / counted, 2), round(votes.AGAINST / counted, 2)) == (0.71, 0.26)


def test_a_visitor_finds_a_counted_referendum_and_an_open_vote_with_its_trustees_keys(tmp_path: Path) -> None:
    now = datetime(2026, 11, 23, 12, tzinfo=UTC)
    settings = Settings.for_tests(tmp_path)
    fill(settings, tmp_path / "trustees", now, lambda stage, done, total: None)

    services = create_services(settings, clock=ManualClock(now), mailer=NullMailer())
    referendum, budget = sorted(service.votes(services), key=lambda vote: vote.opens_at)
    report = verify_archive(BytesIO(b"".join(service.archive_file(services, referendum.uuid).chunks()))).report
    sealed = KeyFile.parse((tmp_path / "trustees" / "trustee-1.key").read_bytes())
    passphrase = (tmp_path / "trustees" / "trustee-1.passphrase").read_text().strip()
    with services.database.read() as session:
        visitors = [services.registry.find(session, entry.iin) for entry in guests()]
    services.database.close()

    assert report.result == [[votes.BLANK, votes.FOR, votes.AGAINST]]
    assert (report.voters, report.ballots, report.registered) == (500, 503, 786)
    assert [vote.uuid for vote in service.open_votes(services)] == [budget.uuid]
    assert sealed.public_key == Point.parse(budget.trustees[0].public_key)
    assert sealed.open(passphrase) > 0
    assert all(person and services.registrar.is_on_roll(budget.uuid, person.person_id) for person in visitors)
