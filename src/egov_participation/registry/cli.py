"""``egov registry``: the register of residents from the command line."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from egov_participation.clock import system_clock
from egov_participation.database import Database
from egov_participation.i18n import counted
from egov_participation.registry import csv_file, service
from egov_participation.registry.iin import Iin, IinError
from egov_participation.registry.keys import IinKeys, SealError
from egov_participation.settings import Settings

_PATIENCE: Final = 2.0
"""Seconds after which a bar appears; what is quicker needs none."""
_NAMED: Final = 100
"""Ids that are printed at most."""
_STAGES: Final = {"check": "Checking", "write": "Entering"}

app = typer.Typer(name="registry", help="The register of residents.", no_args_is_help=True)


@app.callback()
def _registry() -> None:
    """The register of residents."""


@app.command("import")
def import_command(
    file: Annotated[Path, typer.Argument(help="CSV in UTF-8.", show_default=False)],
    mark_anew: Annotated[
        bool,
        typer.Option("--mark-anew", help="Take rows that were marked with a lost key as they stand."),
    ] = False,
) -> None:
    """Enter the people of a CSV file: all of them, or none if any line is wrong.

    The first line names the columns, in any order. Needed: iin, family_name,
    given_name, mail, territory (KZ-10 to KZ-79). Where known: patronymic,
    birth_date (1990-12-31 or 31.12.1990), language (kk, ru or en), district
    (its KATO code), address (as the person is shown it). Commas or semicolons.

    Who is in the register already, by IIN, is brought up to date.

    Each row is marked with the registrar's key register-rows
    (EGOV_REGISTRAR_KEYS_DIR), without which the registrar takes it for
    nobody's: so whoever runs the registrar runs this, as its user.

    Exit 0: entered. 1: something in the file is wrong; every problem is printed
    with its line. 2: it cannot be read, or the keys are another database's.
    """
    settings = Settings()
    database = Database(settings.database_url)
    try:
        with _bar(file) as progress:
            keys = _keys(settings)
            changes = service.import_file(database, keys, file, system_clock(), progress, mark_anew=mark_anew)
    except csv_file.FileProblems as refusal:
        for problem in refusal.problems:
            typer.echo(f"{file}: {problem}", err=True)
        more = " or more" if len(refusal.problems) == csv_file.MAX_PROBLEMS else ""
        typer.echo(f"egov: nothing was entered: {counted(len(refusal.problems), 'problem', more)}", err=True)
        raise typer.Exit(1) from None
    except SealError as error:
        typer.echo(f"egov: {error}", err=True)
        raise typer.Exit(2) from None
    except OSError as error:
        typer.echo(f"egov: {error.filename or file}: {error.strerror or error}", err=True)
        raise typer.Exit(2) from None
    finally:
        database.close()
    typer.echo(f"{changes.added} added, {changes.updated} updated, {changes.unchanged} unchanged")


@app.command("remove")
def remove_command() -> None:
    """Take somebody out of the register who died, moved away or was entered wrongly.

    Asks for the IIN, so that it stands in no list of processes and in no
    shell's history. Their id is kept: if they are entered again, they are who
    they were. Whose IIN was corrected: `egov registrar renumber`.
    """
    settings = Settings()
    database = Database(settings.database_url)
    try:
        keys = _keys(settings)
        with database.uow() as tx:
            gone = service.remove(tx, keys, Iin.parse(typer.prompt("IIN", hide_input=True)))
            tx.commit()
    except (IinError, SealError) as error:
        typer.echo(f"egov: {error}", err=True)
        raise typer.Exit(2) from None
    finally:
        database.close()
    if gone is None:
        typer.echo("egov: nobody in the register has this IIN", err=True)
        raise typer.Exit(1)
    typer.echo("taken out of the register")


def _keys(settings: Settings) -> IinKeys:
    """The keys to enter people with. Of a registrar in a process of its own none is made here: it would take no row
    that was marked with the site's user's, which nobody notices before a roll is refused.

    Raises:
        SealError: its key is not here.
    """
    key = settings.registrar_keys_dir / "register-rows"
    if settings.registrar_url and not key.is_file():
        raise SealError(
            f"the registrar's key {key} is not here: run this as the registrar's user, with its settings "
            "(EGOV_REGISTRAR_KEYS_DIR); `egov registrar serve` makes the key if there is none"
        )
    return IinKeys.open(settings.keys_dir, settings.registrar_keys_dir)


@contextmanager
def _bar(file: Path) -> Iterator[service.ImportProgress]:
    """A progress bar on standard error, from the third second on, if that is a terminal."""
    total = file.stat().st_size
    begun = time.monotonic()
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    bar = Progress(*columns, console=Console(stderr=True), transient=True)
    tasks = {stage: bar.add_task(words, total=total) for stage, words in _STAGES.items()}

    def progress(stage: str, done: int) -> None:
        bar.update(tasks[stage], completed=done)
        if time.monotonic() - begun > _PATIENCE and not bar.live.is_started and bar.console.is_terminal:
            bar.start()

    try:
        yield progress
    finally:
        if bar.live.is_started:
            bar.stop()


@app.command()
def check() -> None:
    """Ask the register whether it answers, and say what was found.

    Each IIN that is kept is opened too: whose does not open, or is not the one
    that they are found by, is named by the person id; and whose row is not as
    it was entered, if the registrar's key register-rows can be read here.

    Exit 0: it can be used. 1: it does not answer as docs/registry.md says, or
    the database or its keys are not right; the reason is printed.
    """
    settings = Settings()
    database = Database(settings.database_url)
    registry = service.registry_for(settings, database, system_clock)
    try:
        keys, marks = IinKeys.open(settings.keys_dir), (settings.registrar_keys_dir / "register-rows").is_file()
        if marks:
            keys = keys.marked(settings.registrar_keys_dir)
        with database.read() as session:
            service.check_keys(session, keys)
            residents = service.count_residents(session)
            ill = list(service.ill(session, keys))
        if isinstance(registry, service.HttpRegistry):
            begun = time.monotonic()
            name, number = registry.ask_status()
            took = round((time.monotonic() - begun) * 1000)
            holds = "" if number is None else f", {counted(number, 'resident')}"
            typer.echo(f"{settings.registry_url}: {name or 'a register'} answers in {took} ms{holds}")
        else:
            typer.echo(f"the embedded register: {counted(residents, 'resident')}")
            if residents and not marks:
                typer.echo("whether rows are as they were entered, the registrar's key register-rows tells: not here")
        if ill:
            named = "\n".join(ill[:_NAMED]) + ("\n…" if len(ill) > _NAMED else "")
            typer.echo(
                f"egov: {counted(len(ill), 'row')} not as entered, or with an IIN that does not open or is not the one "
                f"that the person is found by: somebody changed the register from outside, or it is damaged. The ids:"
                f"\n{named}",
                err=True,
            )
            raise typer.Exit(1)
    except (service.Unanswered, SealError) as error:
        typer.echo(f"egov: the register cannot be used: {error}", err=True)
        raise typer.Exit(1) from None
    finally:
        registry.close()
        database.close()
