"""The command ``egov``: what it does, and how it refuses."""

from __future__ import annotations

import re
from importlib.metadata import version
from pathlib import Path

import pytest
from tests.command_line import egov, egov_process
from tests.postgresql import TestDatabase

from egov_participation.clock import system_clock
from egov_participation.database import Database, migrate
from egov_participation.registry import fake
from egov_participation.registry.keys import IinKeys
from egov_participation.registry.service import add_residents
from egov_participation.settings import Settings


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """A demonstration, which may have http."""
    return {
        "EGOV_DATABASE_URL": f"sqlite:///{tmp_path / 'egov.sqlite3'}",
        "EGOV_KEYS_DIR": str(tmp_path / "keys"),
        "EGOV_DEMO": "true",
    }


def test_help_names_every_room_that_has_commands() -> None:
    answer = egov_process("--help")

    assert answer.returncode == 0
    for command in ("migrate", "serve", "worker", "backup", "restore", "doctor", "demo", "registry", "vote"):
        assert f" {command} " in answer.stdout


def test_the_version_is_said() -> None:
    answer = egov("--version")

    assert (answer.returncode, answer.stdout) == (0, f"egov {version('egov-participation')}\n")


def test_a_database_is_migrated(environment: dict[str, str], tmp_path: Path) -> None:
    assert egov("migrate", **environment).returncode == 0
    assert (tmp_path / "egov.sqlite3").exists()


def test_nothing_is_served_before_the_migrations(environment: dict[str, str]) -> None:
    answer = egov("serve", **environment)

    assert answer.returncode == 1
    assert answer.stderr == "egov: the database is not at the newest version: run `egov migrate` first\n"


def test_nothing_is_served_with_keys_that_are_not_the_registers(environment: dict[str, str], tmp_path: Path) -> None:
    migrate(environment["EGOV_DATABASE_URL"])
    database = Database(environment["EGOV_DATABASE_URL"])
    with database.uow() as tx:
        add_residents(
            tx, IinKeys.open(tmp_path / "keys", tmp_path / "registrar-keys"), fake.residents(1), system_clock()
        )
        tx.commit()
    database.close()
    (tmp_path / "keys" / "iin-lookup").unlink()
    answer = egov("serve", **environment)

    assert answer.returncode == 2
    assert answer.stderr.startswith("egov: the keys iin-lookup and iin-sealing are not those of this database")
    assert answer.stderr.count("\n") == 1


def test_a_wrong_setting_is_named() -> None:
    answer = egov("migrate", EGOV_BASE_URL="vote.example.org")

    assert answer.returncode == 2
    assert answer.stderr.startswith("egov: a setting is not right: EGOV_BASE_URL: ")
    assert answer.stderr.count("\n") == 1


def test_settings_that_do_not_go_together_are_named() -> None:
    answer = egov("migrate", EGOV_SMTP_HOST="mail.example.org", EGOV_SMTP_USER="egov")

    assert answer.returncode == 2
    assert "not right: with EGOV_SMTP_USER, EGOV_SMTP_STARTTLS must be on" in answer.stderr


@pytest.mark.parametrize("command", ["serve", "worker"])
def test_what_is_unsafe_is_refused_where_it_counts_and_all_of_it_said_at_once(
    command: str, environment: dict[str, str]
) -> None:
    migrate(environment["EGOV_DATABASE_URL"])
    answer = egov(command, **(environment | {"EGOV_DEMO": "false"}))

    assert answer.returncode == 2
    assert re.findall(r"EGOV_\w+(?=: must)", answer.stderr) == [
        "EGOV_BASE_URL",
        "EGOV_REGISTRAR_URL",
        "EGOV_MAIL_FROM",
        "EGOV_CONTACT",
        "EGOV_KEYS_DIR",
    ]


@pytest.mark.parametrize("command", ["serve", "worker"])
def test_a_name_that_is_no_setting_and_a_secret_that_is_not_there_are_refused_together(
    command: str, environment: dict[str, str], tmp_path: Path
) -> None:
    migrate(environment["EGOV_DATABASE_URL"])
    (tmp_path / "empty").touch()
    wrong = {
        "EGOV_TRUSTED_PROXYS": "127.0.0.1/32",
        "EGOV_METRICS_TOKEN_FILE": str(tmp_path / "nothing"),
        "EGOV_SMTP_PASSWORD_FILE": str(tmp_path / "empty"),
    }
    answer = egov(command, **(environment | wrong))

    assert answer.returncode == 2
    assert answer.stderr.splitlines()[1:] == [
        "    EGOV_TRUSTED_PROXYS: there is no such setting; is EGOV_TRUSTED_PROXIES meant?",
        f"    EGOV_SMTP_PASSWORD_FILE: {tmp_path / 'empty'} is empty",
        f"    EGOV_METRICS_TOKEN_FILE: {tmp_path / 'nothing'} cannot be read (No such file or directory)",
    ]


def test_several_processes_are_not_let_loose_on_sqlite(environment: dict[str, str]) -> None:
    migrate(environment["EGOV_DATABASE_URL"])
    answer = egov("serve", "--workers", "2", **environment)

    assert answer.returncode == 2
    assert answer.stderr == "egov: several processes need PostgreSQL: SQLite has one that writes\n"


def test_wrong_usage_is_2() -> None:
    assert egov_process("no-such-command").returncode == 2


def test_a_database_that_cannot_be_opened_is_said_in_one_line() -> None:
    answer = egov("serve", EGOV_DATABASE_URL="sqlite:////no/such/folder/egov.sqlite3", EGOV_DEMO="true")

    assert answer.returncode == 1
    assert answer.stderr == (
        "egov: the database cannot be reached; is EGOV_DATABASE_URL right? It says: unable to open database file\n"
    )
    nobody = "postgresql+psycopg://egov:secret@127.0.0.1:1/egov"
    answer = egov("serve", EGOV_DATABASE_URL=nobody, EGOV_DEMO="true")

    assert answer.returncode == 1
    assert answer.stderr.startswith("egov: the database cannot be reached; is EGOV_DATABASE_URL right? It says: ")
    assert "port 1" in answer.stderr
    assert "secret" not in answer.stderr


@pytest.mark.postgresql
def test_a_user_of_the_database_who_may_not_write_is_told_so(
    database: Database, settings: Settings, postgresql: TestDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = next(iter(fake.residents(1)))
    with database.uow() as tx:
        add_residents(tx, IinKeys.open(settings.keys_dir, settings.registrar_keys_dir), [entry], system_clock())
        tx.commit()
    monkeypatch.setattr("typer.prompt", lambda *_, **__: entry.iin.digits)
    folders = {"EGOV_KEYS_DIR": settings.keys_dir, "EGOV_REGISTRAR_KEYS_DIR": settings.registrar_keys_dir}
    reader = postgresql.url.replace("//postgres@", "//egov_reader@")
    with postgresql.server.connect(postgresql.name) as connection:
        connection.execute("CREATE ROLE egov_reader LOGIN IN ROLE pg_read_all_data")
        try:
            answer = egov(
                "registry", "remove", EGOV_DATABASE_URL=reader, **{name: str(folders[name]) for name in folders}
            )
        finally:
            connection.execute("DROP ROLE egov_reader")
    assert answer.returncode == 1
    assert answer.stderr.startswith("egov: the user of the database may not do this: ")
    assert "registry_resident" in answer.stderr
    assert answer.stderr.count("\n") == 1
