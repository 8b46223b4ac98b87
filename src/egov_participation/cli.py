"""``egov``: the platform's commands. Rooms bring their own (``<room>/cli.py``)."""

from __future__ import annotations

import os
import sqlite3
import sys
import tempfile
from functools import partial
from importlib.metadata import version
from typing import Annotated

import typer
from psycopg.errors import InsufficientPrivilege, ReadOnlySqlTransaction
from pydantic import ValidationError
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from egov_participation import logs, rooms
from egov_participation.app import create_app, create_services, index_texts
from egov_participation.clock import system_clock
from egov_participation.database import Schema, migrate
from egov_participation.demo.cli import demo
from egov_participation.errors import DomainError
from egov_participation.jurisdiction.rule_files import CONSULTATIONS, PETITIONS, RuleError
from egov_participation.ledger import service as ledger
from egov_participation.operation.commands import backup, doctor, restore, work
from egov_participation.registry.keys import IinKeys, SealError
from egov_participation.registry.service import check_keys
from egov_participation.services import Services
from egov_participation.settings import Settings

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
for _command in (demo, backup, restore, doctor):
    app.command()(_command)
for _module in rooms.load("cli"):
    app.add_typer(_module.app)


def _say_version(asked: bool) -> None:
    if asked:
        typer.echo(f"egov {version('egov-participation')}")
        raise typer.Exit


@app.callback()
def _egov(
    context: typer.Context,
    _version: Annotated[
        bool, typer.Option("--version", callback=_say_version, is_eager=True, help="Say which version this is.")
    ] = False,
) -> None:
    """Votes and participation that anybody can check. Settings are environment variables: EGOV_DATABASE_URL …"""
    # Rooms' commands may not import the application; they call this for the services they work with.
    context.obj = lambda: create_services(Settings())


@app.command("migrate")
def migrate_command() -> None:
    """Bring the database to the newest version; make it if there is none. The registrar's: `egov registrar migrate`."""
    settings = Settings()
    migrate(settings.database_url)
    if not settings.registrar_url:  # it is inside
        migrate(settings.registrar_database_url, Schema.REGISTRAR)


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="Address to listen at; the proxy's machine must reach it.")] = "127.0.0.1",
    port: int = 8000,
    workers: Annotated[int, typer.Option(min=1, help="How many processes; more than one needs PostgreSQL.")] = 1,
) -> None:
    """Serve the site and do its background work, behind a proxy that speaks TLS."""
    import uvicorn

    services = _ready(Settings())
    if workers > 1 and services.database.dialect == "sqlite":
        _fail("several processes need PostgreSQL: SQLite has one that writes", 2)
    # Whoever could set the proxy's headers would choose the address that is counted against misuse: `web.proxies` alone
    # reads them, from the proxies of the settings.
    serving = partial(
        uvicorn.run,
        host=host,
        port=port,
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        loop="uvloop",
        http="httptools",
        timeout_graceful_shutdown=30,
        # On a busy machine a process may take longer to start than uvicorn waits by itself; it would be ended for that,
        # and the next one too, for ever.
        timeout_worker_healthcheck=60,
    )
    if workers == 1:
        logs.take_over(services.settings.log_format, services.settings.log_level)
        serving(create_app(services.settings, services=services))
        return
    services.database.close()
    with tempfile.TemporaryDirectory(prefix="egov-metrics-") as folder:
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder  # where the processes count together
        serving("egov_participation.app:from_environment", factory=True, workers=workers)


@app.command("worker")
def worker_command(
    metrics_port: Annotated[int, typer.Option(help="Port on this machine that shows what was counted; 0: none.")] = 0,
) -> None:
    """Do the background work alone: mails, closing votes … The web processes then have EGOV_WORKER=false."""
    services = _ready(Settings())
    index_texts(create_app(services.settings, services=services))
    work(services, metrics_port)


def _ready(settings: Settings) -> Services:
    """The services, if settings, database and keys are fit for work; whatever is not is said, all of it at once."""
    if wrong := [*settings.unknown(os.environ), *settings.unsafe(), *settings.unreadable()]:
        _fail(_list("a setting is", "settings are", wrong), 2)
    try:
        ledger.witnesses_of(settings)
    except ValueError as error:
        _fail(f"a setting is not right: EGOV_LOG_WITNESSES: {error}", 2)
    try:
        for rules in (PETITIONS, CONSULTATIONS):
            rules.load(settings.jurisdiction, system_clock().date(), settings.jurisdiction_dir)
    except RuleError as error:
        _fail(f"the rules for petitions or consultations (EGOV_JURISDICTION) are not right:\n{error}", 2)
    services = create_services(settings)
    if not services.database.is_current():
        _fail("the database is not at the newest version: run `egov migrate` first", 1)
    with services.database.read() as session:
        check_keys(session, IinKeys.open(settings.keys_dir))
    return services


def main() -> None:
    """Run a command. Exit 0: done. 1: refused, or it did not work. 2: wrong usage, settings or files."""
    try:
        app()
    except DomainError as refusal:
        _fail(str(refusal), 1)
    except DBAPIError as error:
        if error.statement is None:
            _fail(f"the database cannot be reached; is EGOV_DATABASE_URL right? It says: {_first_line(error.orig)}", 1)
        if _is_forbidden(error.orig):
            _fail(f"the user of the database may not do this: {_first_line(error.orig)}; use one who may", 1)
        _fail(f"the database did not do it ({type(error).__name__}); has `egov migrate` been run?", 1)
    except SQLAlchemyError as error:
        _fail(f"the database did not do it ({type(error).__name__})", 1)
    except ValidationError as error:
        _fail(_list("a setting is", "settings are", _in_words(error)), 2)
    except (OSError, SealError) as error:
        _fail(str(error), 2)


def _in_words(error: ValidationError) -> list[str]:
    """What is wrong with each setting; what concerns several names them itself."""
    found = [(one["loc"], one["msg"].removeprefix("Value error, ")) for one in error.errors(include_url=False)]
    return [f"EGOV_{str(where[0]).upper()}: {says}" if where else says for where, says in found]


def _is_forbidden(error: BaseException | None) -> bool:
    if isinstance(error, sqlite3.Error):
        return getattr(error, "sqlite_errorname", "").startswith("SQLITE_READONLY")
    return isinstance(error, InsufficientPrivilege | ReadOnlySqlTransaction)


def _first_line(error: BaseException | None) -> str:
    return str(error).strip().partition("\n")[0]


def _list(one: str, several: str, problems: list[str]) -> str:
    if len(problems) == 1:
        return f"{one} not right: {problems[0]}"
    return "\n    ".join([f"{len(problems)} {several} not right:", *problems])


def _fail(sentence: str, status: int) -> None:
    print(f"egov: {sentence}", file=sys.stderr)
    sys.exit(status)
