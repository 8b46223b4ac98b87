"""``egov``: the platform's commands."""

from __future__ import annotations

import sys

import typer
from pydantic import ValidationError

from egov_participation import rooms
from egov_participation.app import create_app
from egov_participation.database import migrate
from egov_participation.errors import DomainError
from egov_participation.settings import Settings

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


@app.callback()
def _egov() -> None:
    """Votes and participation that anybody can check."""


@app.command("migrate")
def migrate_command() -> None:
    """Bring the database to the newest version; make it if there is none."""
    migrate(Settings().database_url)


@app.command()
def serve(host: str = "127.0.0.1", port: int = 8000) -> None:
    """Serve the site and do its background work."""
    import uvicorn

    uvicorn.run(
        create_app(Settings()), host=host, port=port, access_log=False, proxy_headers=False, server_header=False
    )


for _module in rooms.load("cli"):
    app.add_typer(_module.app)


def main() -> None:
    """Run a command. Exit 0 it is done; 1 it was refused, with a sentence; 2 wrong usage or settings."""
    try:
        app()
    except DomainError as refusal:
        _fail(str(refusal), 1)
    except ValidationError as error:
        problems = "; ".join(
            f"EGOV_{str(e['loc'][0]).upper() if e['loc'] else '*'}: {e['msg']}" for e in error.errors()
        )
        _fail(f"the settings are not right: {problems}", 2)
    except (OSError, ValueError) as error:
        _fail(str(error), 2)


def _fail(sentence: str, status: int) -> None:
    print(f"egov: {sentence}", file=sys.stderr)
    sys.exit(status)
