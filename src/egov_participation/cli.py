"""``egov``: the platform's commands. Rooms bring their own (``<room>/cli.py``)."""

from __future__ import annotations

import sys

import typer
from pydantic import ValidationError
from sqlalchemy.exc import SQLAlchemyError

from egov_participation import rooms
from egov_participation.app import create_app, create_services
from egov_participation.database import migrate
from egov_participation.demo.cli import demo
from egov_participation.errors import DomainError
from egov_participation.registry.keys import IinKeys, SealError
from egov_participation.registry.service import check_keys
from egov_participation.settings import Settings

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
app.command()(demo)
for _module in rooms.load("cli"):
    app.add_typer(_module.app)


@app.callback()
def _egov(context: typer.Context) -> None:
    """Votes and participation that anybody can check. Settings are environment variables: EGOV_DATABASE_URL …"""
    # Rooms' commands may not import the application; they call this for the services they work with.
    context.obj = lambda: create_services(Settings())


@app.command("migrate")
def migrate_command() -> None:
    """Bring the database to the newest version; make it if there is none."""
    migrate(Settings().database_url)


@app.command()
def serve(host: str = "127.0.0.1", port: int = 8000) -> None:
    """Serve the site and do its background work, behind a proxy that speaks TLS."""
    import uvicorn

    services = create_services(Settings())
    if not services.database.is_current():
        _fail("the database is not at the newest version: run `egov migrate` first", 1)
    with services.database.read() as session:
        check_keys(session, IinKeys.open(services.settings.keys_dir))
    application = create_app(services.settings, services=services)
    # Whoever could set the proxy's headers would choose the address that is counted against misuse: `web.proxies` alone
    # reads them, from the proxies of the settings.
    uvicorn.run(application, host=host, port=port, access_log=False, proxy_headers=False, server_header=False)


def main() -> None:
    """Run a command. Exit 0: done. 1: refused, or it did not work. 2: wrong usage, settings or files."""
    try:
        app()
    except DomainError as refusal:
        _fail(str(refusal), 1)
    except SQLAlchemyError as error:
        _fail(f"the database did not do it ({type(error).__name__}); has `egov migrate` been run?", 1)
    except ValidationError as error:
        _fail(f"a setting is not right: {'; '.join(_in_words(error))}", 2)
    except (OSError, SealError) as error:
        _fail(str(error), 2)


def _in_words(error: ValidationError) -> list[str]:
    """What is wrong with each setting; what concerns several names them itself."""
    found = error.errors(include_url=False)
    return [f"EGOV_{str(one['loc'][0]).upper()}: {one['msg']}" if one["loc"] else one["msg"] for one in found]


def _fail(sentence: str, status: int) -> None:
    print(f"egov: {sentence}", file=sys.stderr)
    sys.exit(status)
