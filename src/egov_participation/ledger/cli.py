"""``egov log``: the transparency log from the command line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from egov_participation.errors import DomainError
from egov_participation.ledger import service
from egov_participation.services import Services

app = typer.Typer(name="log", help="The transparency log.", no_args_is_help=True)


@app.callback()
def _log() -> None:
    """The transparency log."""


@app.command("key")
def key_command(context: typer.Context) -> None:
    """Print the log's verifier keys: the present one first, then those before it.

    Publish the first line elsewhere too. Observers and witnesses verify with it.
    """
    services = _services(context)
    try:
        found = service.verifier_keys(services)
        if not found:
            typer.echo("egov: nothing was published yet: the key is made when the server first starts", err=True)
            raise typer.Exit(1)
        for line in found:
            typer.echo(line)
    finally:
        services.database.close()


@app.command("rotate-key")
def rotate_key_command(context: typer.Context) -> None:
    """Replace the log's key by a new one, which the old one signs in the log.

    For 30 days checkpoints bear both signatures, so that whoever verifies with
    the old key has the time to learn of the new one; then the old key is
    destroyed. With several machines, run it on the one that publishes, while
    the others are stopped, and copy log and log-before to them.

    Exit 0: done; prints the new verifier key. 1: refused. 2: the keys cannot
    be written. If it was interrupted, run it again.
    """
    services = _services(context)
    try:
        old, new = service.rotate_key(services)
        typer.echo(f"old: {old}\nnew: {new}")
        typer.echo("Publish the new one elsewhere too, and tell the witnesses.", err=True)
    except service.ForkError as error:
        typer.echo(f"egov: {error}; see `egov doctor`", err=True)
        raise typer.Exit(1) from None
    finally:
        services.database.close()


@app.command("rotate-agency-key")
def rotate_agency_key_command(
    context: typer.Context, agency: Annotated[str, typer.Argument(help="The agency's code, such as finance.")]
) -> None:
    """Replace an agency's key by a new one, which the old one signs in the log.

    What was signed with the old one stays signed. Exit 0: done; prints both
    keys. 1: there is no such agency. If it was interrupted, run it again.
    """
    services = _services(context)
    try:
        old, new = service.rotate_agency_key(services, agency)
        typer.echo(f"old: {old}\nnew: {new}")
        typer.echo("Let the agency publish the new one elsewhere too.", err=True)
    except (DomainError, ValueError) as error:
        typer.echo(f"egov: {error}", err=True)
        raise typer.Exit(1) from None
    finally:
        services.database.close()


@app.command("continue")
def continue_command(
    context: typer.Context,
    checkpoint: Annotated[
        Path,
        typer.Option(
            help="The newest checkpoint that anybody has: a witness, an observer, the site's own last answer."
        ),
    ],
) -> None:
    """After a restore, or on another machine: let the log go on, if all that was published is here.

    Whoever signs must know what was last published, or could contradict it. That
    stands beside the key and in no backup; here you say it instead. Run it where
    the log is published from, while the server is stopped.

    Exit 0: the log goes on. 1: refused; nothing was changed. 2: a file cannot be
    read or written.
    """
    services = _services(context)
    try:
        known = service.continue_from(services, checkpoint.read_bytes())
        typer.echo(f"The log goes on from {known.size} entries.")
    except (service.ForkError, service.MissingTileError) as error:
        typer.echo(f"egov: {error} (docs/operate.md, “When the log stops”)", err=True)
        raise typer.Exit(1) from None
    finally:
        services.database.close()


def _services(context: typer.Context) -> Services:
    make: Callable[[], Services] = context.obj
    return make()
