"""``egov office``: the first officials, from the command line."""

from __future__ import annotations

from typing import Annotated

import typer

from egov_participation.actions import Role
from egov_participation.registry.iin import Iin, IinError
from egov_participation.roles import service as roles
from egov_participation.services import Services

app = typer.Typer(name="office", help="Officials of the platform.", no_args_is_help=True)


@app.callback()
def _office() -> None:
    """Officials of the platform."""


@app.command()
def appoint(
    context: typer.Context,
    iin: Annotated[str, typer.Option(prompt="IIN", hide_input=True, help="Asked for, if it is not given.")],
    role: Annotated[str, typer.Option(help="Only this one: all others are granted in the office.")] = (
        Role.ADMINISTRATOR.value
    ),
) -> None:
    """Make somebody in the register an administrator, while there are fewer than two.

    Two administrators are needed to grant any role, so the first two are
    appointed here. It is written into the audit trail as a command's, and the
    person is mailed. They must have a passkey or an app with codes: the role
    counts only with what was there before it was given. Administrators who
    have lost theirs do not count, and can be appointed anew.

    Exit 1: there are two already, the person cannot be found or has neither a
    passkey nor an app. 2: that is no IIN, or another role.
    """
    if role != Role.ADMINISTRATOR:
        typer.echo(
            "egov: only administrators are appointed here; two of them grant other roles in the office", err=True
        )
        raise typer.Exit(2)
    try:
        number = Iin.parse(iin)
    except IinError:
        typer.echo("egov: that is no IIN: check each of its 12 digits", err=True)
        raise typer.Exit(2) from None
    services: Services = context.obj()
    try:
        with services.database.read() as db:
            person = services.registry.find(db, number)
        if person is None:
            typer.echo("egov: nobody in the register has that IIN", err=True)
            raise typer.Exit(1)
        with services.database.uow() as tx:
            roles.appoint(services, tx, person.person_id)
            count = roles.administrators(tx.session, services.clock())
            tx.commit()
    finally:
        services.database.close()
    typer.echo(f"{person.full_name} is an administrator.")
    if count < 2:
        typer.echo("Appoint a second one: nobody grants a role alone.")
