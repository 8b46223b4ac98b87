"""``egov petitions``: petitions from the command line."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import typer

from egov_participation.petitions.service import counting
from egov_participation.petitions.service.counting import Difference
from egov_participation.services import Services

app = typer.Typer(name="petitions", help="Petitions.", no_args_is_help=True)


@app.callback()
def _petitions() -> None:
    """Petitions."""


@app.command("recount")
def recount_command(
    context: typer.Context,
    references: Annotated[
        list[str] | None, typer.Argument(metavar="[NUMBER]...", help="Such as P-2026-0042; without one, all.")
    ] = None,
    correct: Annotated[bool, typer.Option("--correct", help="Put wrong counts right.")] = False,
) -> None:
    """Count signatures anew, one by one, and compare with the counts.

    What the worker has still to add is taken into account, so that it can be
    run at any time. What the log says is counted apart, by `egov-verify`.

    Exit 0: all counts are right, or were put right. 1: some are not, or there
    is no such petition.
    """
    make: Callable[[], Services] = context.obj
    services = make()
    wrong = False
    try:
        with services.database.read() as session:
            known = {reference: id_ for id_, reference in counting.references(session)}
        wanted = list(references or known)
        for reference in wanted:
            if reference not in known:
                typer.echo(f"egov: no petition {reference} was ever open", err=True)
                wrong = True
                continue
            if correct:
                found = counting.put_right(services, known[reference])
            else:
                with services.database.read() as session:
                    found = counting.recount(session, known[reference])
            wrong = wrong or bool(found and not correct)
            for one in found:
                typer.echo(f"{reference}: {_said(one)}")
        typer.echo(f"{len(known.keys() & set(wanted))} petitions counted", err=True)
    finally:
        services.database.close()
    if wrong:
        raise typer.Exit(1)


def _said(one: Difference) -> str:
    place = " ".join(str(part) for part in (one.region, one.day) if part is not None) or "in all"
    return f"{one.way}, {place}: counted {one.counted}, found {one.found}"
