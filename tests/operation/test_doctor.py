"""The doctor finds what is wrong, says what to do, and changes nothing."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, update
from tests.command_line import egov
from tests.ledger.observer import enter
from tests.ports import free_port

from egov_crypto.cosignature import WitnessSigningKey
from egov_participation import paths
from egov_participation.clock import ManualClock, system_clock
from egov_participation.database import Database, migrate
from egov_participation.jobs import Job, Worker, enqueue
from egov_participation.ledger import service as ledger
from egov_participation.ledger.models import LogEntry, PublishedCheckpoint, Waiting, WitnessRow
from egov_participation.ledger.service.release import enter_release
from egov_participation.operation.doctor import Finding, Verdict, examine
from egov_participation.registry import fake
from egov_participation.registry.keys import IinKeys
from egov_participation.registry.service import add_residents
from egov_participation.services import Services
from egov_participation.settings import Settings

OK, WARNING, FAILURE = Verdict


def found(settings: Settings, clock: ManualClock) -> dict[str, Finding]:
    return {finding.about: finding for finding in examine(settings, clock)}


@pytest.fixture
def demo(services: Services) -> Settings:
    """A demonstration with people and a worker that lives."""
    settings = services.settings.model_copy(update={"demo": True})
    with services.database.uow() as tx:
        add_residents(
            tx, IinKeys.open(settings.keys_dir, settings.registrar_keys_dir), fake.residents(3), services.clock()
        )
        tx.commit()
    Worker(services).run_due()
    return settings


def test_of_a_sound_demonstration_nothing_fails(demo: Settings, worker: Worker, clock: ManualClock) -> None:
    worker.run_due()
    findings = found(demo, clock)

    # The time of the tests stands still, so that PostgreSQL's clock is years ahead of it.
    failures = {about for about, finding in findings.items() if finding.verdict is FAILURE} - {"clock"}
    assert failures == set()
    assert findings["database"].verdict is findings["worker"].verdict is findings["register"].verdict is OK
    assert findings["keys"].verdict is findings["keys of the register"].verdict is OK


def test_everything_that_is_not_well_says_what_to_do(services: Services, clock: ManualClock) -> None:
    for finding in examine(services.settings, clock):
        assert finding.verdict is OK or finding.do, finding


@pytest.mark.sqlite
def test_settings_that_are_unsafe_are_failures(services: Services, clock: ManualClock) -> None:
    findings = found(services.settings, clock)

    for name in ("EGOV_BASE_URL", "EGOV_MAIL_FROM", "EGOV_CONTACT"):
        assert findings[name].verdict is FAILURE
    elsewhere = {"registrar_database_url": "postgresql+psycopg://egov@db.example.org/registrar"}
    warned = found(services.settings.model_copy(update=elsewhere), clock)["EGOV_REGISTRAR_DATABASE_URL"]
    assert (warned.verdict, "sslmode=verify-full&sslrootcert=" in warned.do) == (WARNING, True)


def test_a_worker_that_was_not_heard_of_is_a_failure(demo: Settings, worker: Worker, clock: ManualClock) -> None:
    worker.run_due()
    clock.advance(minutes=3)

    finding = found(demo, clock)["worker"]
    assert finding.verdict is FAILURE
    assert "not heard of since 2024-10-06 07:00 UTC" in finding.says


def test_jobs_that_were_given_up_or_are_late_are_told(
    demo: Settings, services: Services, worker: Worker, clock: ManualClock
) -> None:
    with services.database.uow() as tx:
        enqueue(tx, "x.late", "1", {}, run_after=clock() - timedelta(minutes=20))
        tx.add(Job(kind="x.dead", key="1", payload={}, dead_at=clock()))
        tx.add(Job(kind="x.failing", key="1", payload={}, attempts=8, run_after=clock() + timedelta(minutes=1)))
        tx.commit()
    findings = found(demo, clock)

    assert findings["given up"].verdict is findings["lateness"].verdict is WARNING
    assert "20 minutes" in findings["lateness"].says
    assert (findings["failing"].verdict, findings["failing"].says[-3:]) == (WARNING, ": 1")


@pytest.mark.sqlite
def test_keys_that_others_may_read_are_a_failure(demo: Settings, clock: ManualClock) -> None:
    key = demo.keys_dir / "iin-lookup"
    key.chmod(0o640)

    finding = found(demo, clock)["keys"]
    assert finding.verdict is FAILURE
    assert str(key) in finding.says


@pytest.mark.sqlite
def test_keys_that_are_not_those_of_the_database_are_a_failure(demo: Settings, clock: ManualClock) -> None:
    (demo.keys_dir / "iin-lookup").write_bytes(b"x" * 32)
    assert found(demo, clock)["keys of the register"].verdict is FAILURE

    for name in ("iin-lookup", "iin-sealing"):
        (demo.keys_dir / name).unlink()
    assert found(demo, clock)["keys of the register"].verdict is FAILURE
    assert not (demo.keys_dir / "iin-lookup").exists()  # asking makes none


@pytest.mark.sqlite
def test_a_secrets_file_that_others_may_read_is_a_failure(demo: Settings, clock: ManualClock, tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("x")
    file.chmod(0o644)
    settings = demo.model_copy(update={"metrics_token_file": file})

    assert found(settings, clock)["EGOV_METRICS_TOKEN_FILE"].verdict is FAILURE


@pytest.mark.sqlite
@pytest.mark.parametrize("file", [False, True])
def test_a_database_without_its_tables_says_migrate_and_the_rest_is_still_examined(
    clock: ManualClock, tmp_path: Path, file: bool
) -> None:
    settings = Settings.for_tests(tmp_path).model_copy(update={"demo": True})
    place = Path(settings.database_url.removeprefix("sqlite:///"))
    if file:
        place.touch()
    findings = found(settings, clock)

    assert findings["database"].verdict is FAILURE
    assert "no tables yet" in findings["database"].says
    assert "egov migrate" in findings["database"].do
    assert not {"work", "register"} & set(findings)
    assert "mail" in findings
    assert place.exists() is file


@pytest.mark.sqlite
def test_a_database_that_does_not_answer_is_a_failure(clock: ManualClock, tmp_path: Path) -> None:
    url = f"postgresql+psycopg://nobody@127.0.0.1:{free_port()}/nothing"
    settings = Settings.for_tests(tmp_path).model_copy(update={"demo": True, "database_url": url})

    finding = found(settings, clock)["database"]
    assert finding.verdict is FAILURE
    assert "did not answer" in finding.says
    assert "start it" in finding.do


@pytest.mark.sqlite
def test_a_mail_server_and_a_site_that_do_not_answer_are_told(demo: Settings, clock: ManualClock) -> None:
    port = free_port()
    change = {"demo": False, "smtp_host": "127.0.0.1", "smtp_port": port, "base_url": f"https://localhost:{port}"}
    settings = demo.model_copy(update=change | {"booth_url": f"https://127.0.0.1:{port}"})
    findings = found(settings, clock)

    assert findings["mail"].verdict is FAILURE
    assert findings[settings.base_url].verdict is findings[settings.booth_url].verdict is WARNING


@pytest.mark.sqlite
def test_the_command_ends_with_1_where_something_fails(tmp_path: Path) -> None:
    database = {"EGOV_DATABASE_URL": f"sqlite:///{tmp_path}/egov.sqlite3", "EGOV_KEYS_DIR": f"{tmp_path}/keys"}
    migrate(database["EGOV_DATABASE_URL"])
    before = Database(database["EGOV_DATABASE_URL"])
    before.close()
    answer = egov("doctor", "--json", EGOV_DEMO="true", **database)

    findings = json.loads(answer.stdout)
    assert answer.returncode == 1
    assert {finding["about"] for finding in findings} >= {"database", "worker", "mail"}
    assert set(findings[0]) == {"about", "verdict", "says", "do"}
    assert "✗ worker" in egov("doctor", EGOV_DEMO="true", **database).stdout


def test_a_log_that_is_kept_is_well(demo: Settings, services: Services, clock: ManualClock) -> None:
    assert found(demo, clock)["log"].verdict is WARNING  # nobody has published it yet
    ledger.publish(services)

    finding = found(demo, clock)["log"]
    assert (finding.verdict, finding.says) == (OK, "localhost/log with 0 entries")


def test_an_entry_that_waits_for_long_is_a_failure(demo: Settings, services: Services, clock: ManualClock) -> None:
    ledger.publish(services)
    enter(services, 0, 1)
    assert found(demo, clock)["log"].verdict is OK
    with services.database.uow() as tx:
        tx.session.execute(update(Waiting).values(at=system_clock() - timedelta(minutes=1)))
        tx.commit()

    finding = found(demo, clock)["log"]
    assert finding.verdict is FAILURE
    assert "ledger.failed" in finding.do


def test_files_that_are_not_those_of_the_log_are_told(
    demo: Settings, services: Services, clock: ManualClock, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    served = tmp_path / "static"
    served.mkdir()
    monkeypatch.setattr(paths, "static_dir", lambda: served)
    (served / "one.js").write_text("1")
    assert "files" not in found(demo, clock)  # there is nothing to compare with yet
    enter_release(services.database)
    assert "files" not in found(demo, clock)
    (served / "one.js").write_text("2")
    (served / "two.js").write_text("")
    finding = found(demo, clock)["files"]
    assert finding.verdict is WARNING
    assert finding.says.startswith("2 are not those that the log says are served, such as /static/one.js")


def test_a_log_that_does_not_continue_what_it_signed_is_a_failure(
    demo: Settings, services: Services, clock: ManualClock
) -> None:
    enter(services, 0, 2)
    ledger.publish(services)
    with services.database.uow() as tx:
        for model in (LogEntry, PublishedCheckpoint):
            tx.session.execute(delete(model))
        tx.commit()

    finding = found(demo, clock)["log"]
    assert (finding.verdict, finding.says) == (FAILURE, "the database has 0 entries, and 2 were signed")
    assert "When the log stops" in finding.do


def test_witnesses_that_disagree_or_are_silent_are_told_of(
    demo: Settings, services: Services, clock: ManualClock
) -> None:
    ledger.publish(services)
    keys = [WitnessSigningKey.generate(f"{name}.example.org/w").verifier_key.text for name in ("one", "two", "three")]
    named = tuple((key, "https://w.example.org") for key in keys)
    settings = demo.model_copy(update={"log_witnesses": named, "log_quorum": 2})
    assert found(settings, clock)["witnesses"].verdict is OK
    with services.database.uow() as tx:
        since = clock() - timedelta(hours=1)
        tx.add(WitnessRow(key=keys[0], size=0, at=since))
        tx.add(WitnessRow(key=keys[1], asked_at=since, problem="timeout"))
        tx.commit()
    findings = found(settings, clock)
    assert (findings["witness"].verdict, findings["witness"].do) == (WARNING, "ask who runs it")
    assert "two.example.org/w has not cosigned since 2024-10-06 06:00 UTC (timeout)" in findings["witness"].says

    with services.database.uow() as tx:
        tx.add(WitnessRow(key=keys[2], asked_at=since, problem="fork", disagrees=True))
        tx.commit()
    told = [finding for finding in examine(settings, clock) if finding.about.startswith("witness")]
    assert [finding.verdict for finding in told] == [FAILURE, WARNING, WARNING, FAILURE]
    assert "three.example.org/w has seen another log (fork)" in told[0].says
    assert told[-1].says == "1 cosign, and EGOV_LOG_QUORUM is 2"


def test_a_witness_with_a_mistyped_key_is_a_failure(demo: Settings, clock: ManualClock) -> None:
    settings = demo.model_copy(update={"log_witnesses": (("w+00000000+AAAA", "https://w.example.org"),)})
    assert found(settings, clock)["EGOV_LOG_WITNESSES"].verdict is FAILURE


def test_rules_for_petitions_that_do_not_hold_are_a_failure(demo: Settings, clock: ManualClock, tmp_path: Path) -> None:
    assert (
        found(demo, clock)["EGOV_JURISDICTION"].says
        == "petitions by the rules of Kazakhstan, in force since 2024-04-04"
    )
    (tmp_path / "kz.toml").write_text("code = 1\n[[version]]\nin_force = 2024-01-01")
    finding = found(demo.model_copy(update={"jurisdiction_dir": tmp_path}), clock)["EGOV_JURISDICTION"]
    assert finding.verdict is FAILURE
    assert "kz.toml: version of 2024-01-01" in finding.says
    assert "egov jurisdiction check" in finding.do
