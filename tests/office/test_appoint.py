"""``egov office appoint``: the first two administrators, from the server's command line."""

from __future__ import annotations

import pytest
from tests.officials import add_passkey
from typer.testing import CliRunner, Result

from egov_participation.actions import Role
from egov_participation.app import create_services
from egov_participation.cli import app
from egov_participation.clock import system_clock
from egov_participation.database import Database
from egov_participation.registry import fake
from egov_participation.registry.keys import IinKeys
from egov_participation.registry.rules import Entry
from egov_participation.registry.service import EmbeddedRegistry, add_residents
from egov_participation.roles import service as roles
from egov_participation.settings import Settings

PEOPLE = list(fake.residents(3))


@pytest.fixture
def register(settings: Settings, database: Database, monkeypatch: pytest.MonkeyPatch) -> list[Entry]:
    """Three people, each with a passkey, in the register of the database that the command will open."""
    monkeypatch.setenv("EGOV_DATABASE_URL", settings.database_url)
    monkeypatch.setenv("EGOV_KEYS_DIR", str(settings.keys_dir))
    monkeypatch.setenv("EGOV_BASE_URL", settings.base_url)
    monkeypatch.setenv("EGOV_BOOTH_URL", settings.booth_url)
    with database.uow() as tx:
        keys = IinKeys.open(settings.keys_dir, settings.registrar_keys_dir)
        add_residents(tx, keys, PEOPLE, system_clock())
        for entry in PEOPLE:
            person = EmbeddedRegistry(keys).find(tx.session, entry.iin)
            assert person is not None
            add_passkey(tx, person.person_id, system_clock())
        tx.commit()
    return PEOPLE


def appoint(iin: str, *more: str) -> Result:
    return CliRunner().invoke(app, ["office", "appoint", "--iin", iin, *more])


def test_two_are_appointed_and_no_third(register: list[Entry]) -> None:
    first, second, third = (appoint(entry.iin.digits) for entry in register)

    assert (first.exit_code, second.exit_code) == (0, 0)
    assert "Appoint a second one" in first.output
    assert "Appoint a second one" not in second.output
    assert register[1].family_name in second.output
    assert third.exit_code == 1
    assert "There are two administrators already." in str(third.exception)


def test_the_number_is_asked_for_so_that_it_stays_out_of_the_shells_history(register: list[Entry]) -> None:
    result = CliRunner().invoke(app, ["office", "appoint"], input=f"{register[0].iin.digits}\n")

    assert result.exit_code == 0
    assert register[0].iin.digits not in result.output


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (("123",), 2, "that is no IIN"),
        ((list(fake.residents(4))[3].iin.digits,), 1, "nobody in the register"),
        ((PEOPLE[0].iin.digits, "--role", "auditor"), 2, "only administrators are appointed here"),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence(
    register: list[Entry], arguments: tuple[str, ...], status: int, said: str
) -> None:
    assert register
    result = appoint(*arguments)

    assert result.exit_code == status
    assert said in result.output


def test_whoever_is_appointed_holds_the_role(register: list[Entry], settings: Settings) -> None:
    assert appoint(register[0].iin.digits).exit_code == 0
    services = create_services(settings)
    with services.database.read() as db:
        held = [Role(grant.role) for grant in roles.standing(db, system_clock())]
    services.database.close()
    assert held == [Role.ADMINISTRATOR]
