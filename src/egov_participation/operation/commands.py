"""``egov worker``, ``backup``, ``restore``, ``doctor``."""

from __future__ import annotations

import json
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Annotated

import structlog
import typer
from prometheus_client import start_http_server
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from egov_participation import logs, rooms, tracing
from egov_participation.clock import system_clock
from egov_participation.database import Database, Schema
from egov_participation.jobs import Worker
from egov_participation.ledger.service import Sequencer
from egov_participation.operation import backup as backups
from egov_participation.operation.doctor import Verdict, examine
from egov_participation.operation.restore import restore as take_back
from egov_participation.operation.restore import unpacked_keys
from egov_participation.registry.keys import IinKeys
from egov_participation.registry.service import check_keys
from egov_participation.services import Services
from egov_participation.settings import Settings

log = structlog.get_logger()
_STOPPING = {signal.SIGTERM, signal.SIGINT}


_REGISTRAR = "Of the registrar's own database and keys, instead of the platform's."


def _of(settings: Settings, *, registrar: bool) -> tuple[Database, Path]:
    """Whose database and folder of keys it is about."""
    if registrar:
        return Database(settings.registrar_database_url, Schema.REGISTRAR), settings.registrar_keys_dir
    return Database(settings.database_url), settings.keys_dir


def work(services: Services, metrics_port: int) -> None:
    """Do the background work until the process is told to stop; the job in hand is finished first."""
    settings = services.settings
    logs.configure(settings.log_format, settings.log_level)
    logs.take_over(settings.log_format, settings.log_level)
    rooms.load("tasks")
    # Every thread inherits the mask, so that the signal comes to this one, which waits for it.
    signal.pthread_sigmask(signal.SIG_BLOCK, _STOPPING)
    with tracing.exporting(settings.otlp_endpoint):
        worker, sequencer = Worker(services), Sequencer(services)
        worker.start()
        sequencer.start()
        if metrics_port:
            start_http_server(metrics_port, "127.0.0.1")
        log.info("worker.started")
        signal.sigwait(_STOPPING)
        log.info("worker.stopping")
        worker.stop()
        sequencer.stop()
        services.registry.close()
        services.registrar.close()
        services.database.close()


def backup(
    target: Annotated[
        Path, typer.Argument(help="A file to make, or a folder to make one in that is named by the time.")
    ],
    keys: Annotated[Path | None, typer.Option(help="A file to make of the keys, to be kept elsewhere.")] = None,
    registrar: Annotated[bool, typer.Option("--registrar", help=_REGISTRAR)] = False,
) -> None:
    """Write every row of the database into one file, while people go on. Keys leave apart, with --keys."""
    settings = Settings()
    database, keys_dir = _of(settings, registrar=registrar)
    with _progress() as progress:
        path, manifest = backups.write(database, keys_dir, target, system_clock(), progress)
    database.close()
    console = Console(soft_wrap=True, highlight=False)
    console.print(
        f"{escape(str(path))}: {manifest.rows} rows of {len(manifest.tables)} tables, made by {manifest.version}"
    )
    if keys is not None:
        count = backups.pack_keys(keys_dir, keys)
        console.print(
            f"{escape(str(keys))}: {count} keys. Keep it apart from the backup, sealed: both together tell all."
        )
    else:
        console.print(
            "The keys are not in it: with --keys FILE they are written apart. Without them it is of little use."
        )


def restore(
    file: Path,
    keys: Annotated[Path | None, typer.Option(help="The file of the keys, if their folder was lost too.")] = None,
    force: Annotated[bool, typer.Option(help="Replace what is in the database.")] = False,
    registrar: Annotated[bool, typer.Option("--registrar", help=_REGISTRAR)] = False,
) -> None:
    """Fill an empty database with a backup. Everything is checked before anything is written."""
    settings = Settings()
    console = Console(soft_wrap=True, highlight=False)
    database, keys_dir = _of(settings, registrar=registrar)
    try:
        with (
            nullcontext(0) if keys is None else unpacked_keys(keys, keys_dir) as count,
            _progress() as progress,
        ):
            restored = take_back(database, keys_dir, file, progress, force=force)
        if count:
            console.print(f"{count} keys put into {escape(str(keys_dir))}")
        manifest = restored.manifest
        console.print(f"Restored: {manifest.rows} rows, as of {manifest.made_at}.")
        if restored.missing_keys or restored.other_keys:
            for words, names in (("missing", restored.missing_keys), ("others", restored.other_keys)):
                if names:
                    console.print(
                        f"[bold]Keys that are {words}:[/] {', '.join(names)} (docs/keys.md says what that means)"
                    )
            raise typer.Exit(1)
        if registrar:
            console.print("The keys are those of the backup. Now: `egov registrar migrate`, `egov registrar serve`.")
            return
        with database.read() as session:
            check_keys(session, IinKeys.open(settings.keys_dir))
    finally:
        database.close()
    console.print(
        "The keys are those of the backup. Everybody is signed out.\n"
        "Now: `egov migrate`, `egov doctor`, then `egov serve`.\n"
        "Ballots that came after the backup are gone here, and their voters hold receipts: compare each open vote's\n"
        "archive with copies of observers before people go on (docs/operate.md, “After a restore”).\n"
        "The transparency log signs nothing before `egov log continue` knows what was last published."
    )


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="For programs: a list of findings.")] = False,
) -> None:
    """Examine settings, database, keys, mail, worker and site. Exit 0: no failure, perhaps warnings. 1: a failure."""
    console = Console(soft_wrap=True, highlight=False)
    signs = {Verdict.OK: "[green]✓[/]", Verdict.WARNING: "[yellow]![/]", Verdict.FAILURE: "[red]✗[/]"}
    found = []
    for finding in examine(Settings(), system_clock):
        found.append(finding)
        if not as_json:
            console.print(f"{signs[finding.verdict]} {escape(finding.about)}: {escape(finding.says)}")
            if finding.do:
                console.print(f"    → {escape(finding.do)}")
    if as_json:
        typer.echo(json.dumps([finding.as_dict() for finding in found], indent=1))
    if any(finding.verdict is Verdict.FAILURE for finding in found):
        raise typer.Exit(1)


@contextmanager
def _progress() -> Iterator[Callable[[str, int, int], None]]:
    """A bar a table, of those that take a while."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        tasks: dict[str, TaskID] = {}

        def show(table: str, done: int, total: int) -> None:
            if table not in tasks:
                tasks[table] = bars.add_task(table, total=total)
            bars.update(tasks[table], completed=done, total=total)
            if done == total:
                bars.update(tasks[table], visible=False)

        yield show
