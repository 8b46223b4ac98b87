"""``egov registry check``: what it finds, in words."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic import ValidationError
from sqlmodel import select
from starlette.responses import JSONResponse, Response
from tests.registry.server import TOKEN, RegistryServer
from typer.testing import CliRunner, Result

from egov_participation.clock import system_clock
from egov_participation.database import Database
from egov_participation.registry import cli, fake
from egov_participation.registry.keys import IinKeys
from egov_participation.registry.models import KnownPerson, Resident
from egov_participation.registry.service import EmbeddedRegistry, HttpRegistry, add_residents, registry_for, remove
from egov_participation.settings import Settings

Check = Callable[..., Result]

pytestmark = pytest.mark.sqlite


@pytest.fixture
def check(database: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Check:
    def check(**variables: str) -> Result:
        shared = {"EGOV_DATABASE_URL": settings.database_url, "EGOV_KEYS_DIR": str(settings.keys_dir)}
        own = {"EGOV_REGISTRAR_KEYS_DIR": str(settings.registrar_keys_dir)}
        return CliRunner().invoke(cli.app, ["check"], env=shared | own | variables)

    return check


@pytest.fixture
def token_file(tmp_path: Path) -> str:
    path = tmp_path / "registry-token"
    path.write_text(TOKEN, "ascii")
    return str(path)


def test_the_embedded_register_says_how_many_it_holds(check: Check, database: Database, settings: Settings) -> None:
    with database.uow() as tx:
        add_residents(
            tx, IinKeys.open(settings.keys_dir, settings.registrar_keys_dir), fake.residents(3), system_clock()
        )
        tx.commit()
    result = check()
    assert (result.exit_code, result.output) == (0, "the embedded register: 3 residents\n")
    apart = check(EGOV_REGISTRAR_KEYS_DIR=str(settings.keys_dir))
    assert (apart.exit_code, "register-rows" in apart.output) == (0, True)


def test_keys_of_another_database_are_found_out(
    check: Check, database: Database, settings: Settings, tmp_path: Path
) -> None:
    with database.uow() as tx:
        add_residents(
            tx, IinKeys.open(settings.keys_dir, settings.registrar_keys_dir), fake.residents(1), system_clock()
        )
        tx.commit()
    result = check(EGOV_KEYS_DIR=str(tmp_path / "others"))
    assert result.exit_code == 1
    assert "not those of this database" in result.output


def test_people_who_are_not_as_they_were_entered_are_named(
    check: Check, database: Database, settings: Settings
) -> None:
    keys = IinKeys.open(settings.keys_dir, settings.registrar_keys_dir)
    with database.uow() as tx:
        add_residents(tx, keys, fake.residents(6), system_clock())
        ids = sorted(tx.session.exec(select(Resident.person_id)))
        damaged, changed, first, other, moved, _ = (tx.session.get_one(Resident, id_) for id_ in ids)
        moved.mail = "thief@mail.example"
        damaged.iin_sealed = other.iin_sealed
        changed.iin_sealed = keys.seal(keys.open_sealed(first.iin_sealed, first.person_id), changed.person_id)
        tx.add(KnownPerson(person_id="f" * 32, iin_hash=b"\0" * 32, iin_sealed=b""))
        taken_out = [keys.open_sealed(one.iin_sealed, one.person_id) for one in (first, other)]
        tx.commit()
    with database.uow() as tx:
        gone, _ = (remove(tx, keys, iin) for iin in taken_out)
        tx.flush()
        tx.session.get_one(KnownPerson, gone).iin_sealed = keys.seal(taken_out[0], gone or "")  # not as it was marked
        tx.commit()
    result = check()
    assert result.exit_code == 1
    assert result.output.split()[-5:] == [ids[0], ids[1], ids[4], ids[2], "f" * 32]
    assert "5 rows not as entered" in result.output
    assert "3 rows not as entered" in check(EGOV_REGISTRAR_KEYS_DIR=str(settings.keys_dir)).output


def test_a_register_over_http_is_asked(check: Check, server: RegistryServer, token_file: str) -> None:
    server.enter(*fake.residents(2))
    result = check(EGOV_REGISTRY_URL=server.url, EGOV_REGISTRY_TOKEN_FILE=token_file)
    assert result.exit_code == 0
    assert result.output.startswith(f"{server.url}: Test register answers in ")
    assert result.output.endswith(" ms, 2 residents\n")
    assert [path for _method, path, _content in server.asked] == ["/egov/v1/status"]


@pytest.mark.parametrize(
    ("broken", "problem"),
    [
        (Response(status_code=401), "it answered with status 401"),
        (Response(status_code=404), "there is nothing at /v1/status"),
        (JSONResponse({"api": 2}), "it speaks version 2 and not 1"),
        (JSONResponse({"api": "1"}), "the answer is not as agreed: api"),
    ],
)
def test_what_is_wrong_with_a_register_is_said(
    check: Check, server: RegistryServer, token_file: str, broken: Response, problem: str
) -> None:
    server.broken = [broken]
    result = check(EGOV_REGISTRY_URL=server.url, EGOV_REGISTRY_TOKEN_FILE=token_file)
    assert result.exit_code == 1
    assert result.output == f"egov: the register cannot be used: {problem}\n"


def test_a_token_that_is_not_there_is_said(check: Check, server: RegistryServer, tmp_path: Path) -> None:
    result = check(EGOV_REGISTRY_URL=server.url, EGOV_REGISTRY_TOKEN_FILE=str(tmp_path / "none"))
    assert result.exit_code == 1
    assert "the token's file cannot be read (FileNotFoundError)" in result.output


def test_the_settings_decide_which_register_it_is(
    database: Database, settings: Settings, server: RegistryServer, token_file: str
) -> None:
    assert isinstance(registry_for(settings, database, system_clock), EmbeddedRegistry)
    far = settings.model_copy(update={"registry_url": server.url, "registry_token_file": Path(token_file)})
    registry = registry_for(far, database, system_clock)
    assert isinstance(registry, HttpRegistry)
    registry.close()


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({"registry_url": "http://register.example"}, "must be https"),
        ({"registry_url": "ftp://register.example"}, "must be an address"),
        ({"registry_url": "https://register.example?x=1"}, "must be an address"),
        ({"registry_url": "https://register.example"}, "EGOV_REGISTRY_TOKEN_FILE must be set"),
        ({"registry_fresh_days": 8}, "must not fall"),
        ({"registry_keep_days": 3}, "must not fall"),
        ({"registry_stale_days": 61}, "less than or equal to 60"),
    ],
)
def test_settings_that_do_not_hold_are_refused(values: dict[str, object], problem: str) -> None:
    with pytest.raises(ValidationError, match=problem):
        Settings.model_validate(values)


def test_the_registers_address_has_no_slash_at_its_end() -> None:
    found = Settings(registry_url="https://register.example/egov/", registry_token_file=Path("token"))
    assert found.registry_url == "https://register.example/egov"
