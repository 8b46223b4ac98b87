"""``egov mail``: what a mail server hands over."""

from __future__ import annotations

import sys
from typing import Annotated

import typer
from sqlalchemy.exc import SQLAlchemyError

from egov_participation.notices import dsn, service

_TRY_LATER = 75
"""EX_TEMPFAIL of sysexits.h: the mail server keeps the mail and pipes it again."""

app = typer.Typer(name="mail", help="What a mail server hands over.", no_args_is_help=True)


@app.callback()
def _mail() -> None:
    """What a mail server hands over."""


@app.command("bounce")
def bounce(
    context: typer.Context,
    recipient: Annotated[
        str, typer.Option(help="The address that the mail came to, where the mail server says it.")
    ] = "",
) -> None:
    """Read one mail that came back from standard input, and note whose it was.

    For a mail server's pipe, such as Postfix's, with the address of
    EGOV_BOUNCE_ADDRESS: `egov mail bounce --recipient ${original_recipient}`.

    Exit 0: noted, or nothing to note (an answer, a delay). 75: the database
    cannot be reached; the mail server tries again.
    """
    raw = sys.stdin.buffer.read(dsn.MAX_BYTES)
    try:
        returned = dsn.parse(raw, recipient)
    except dsn.NotADeliveryReport as error:
        typer.echo(f"egov: nothing noted: {error}", err=True)
        return
    if returned is None:
        typer.echo("egov: nothing noted: nothing failed for good", err=True)
        return
    try:
        services = context.obj()
        known = any(service.note_failure(services, token, returned.status) for token in returned.tokens)
    except (SQLAlchemyError, OSError) as error:
        typer.echo(f"egov: not noted, try again later ({type(error).__name__})", err=True)
        raise typer.Exit(_TRY_LATER) from None
    typer.echo("egov: noted" if known else "egov: nothing noted: it is about no mail of ours", err=True)
