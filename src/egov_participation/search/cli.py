"""``egov search``: the index from the command line."""

from __future__ import annotations

import typer

from egov_participation.i18n import counted
from egov_participation.search import service

app = typer.Typer(name="search", help="The search index.", no_args_is_help=True)


@app.callback()
def _search() -> None:
    """The search index."""


@app.command()
def rebuild(context: typer.Context) -> None:
    """Make all terms anew, after an upgrade that changed how words are read.

    Meanwhile nothing else is written. Exit 0: done.
    """
    with context.obj().database.uow() as tx:
        number = service.rebuild(tx)
        tx.commit()
    typer.echo(f"egov: {counted(number, 'thing')} can be found")
