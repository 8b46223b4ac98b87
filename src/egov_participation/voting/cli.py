"""``egov vote``: votes from the command line."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import chain, repeat
from pathlib import Path
from typing import Annotated, Final
from zoneinfo import ZoneInfo

import typer
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from egov_participation.i18n import counted
from egov_participation.services import Services
from egov_participation.voting import service, setup_file
from egov_participation.voting.awaited import awaited
from egov_participation.voting.data import Json, results_as_json
from egov_participation.voting.views import VoteView

_PATIENCE: Final = 2.0
"""Seconds after which a bar appears; what is quicker needs none."""

app = typer.Typer(name="vote", help="Votes.", no_args_is_help=True)

VoteArgument = Annotated[str, typer.Argument(metavar="VOTE", help="The vote's identifier.", show_default=False)]


@app.callback()
def _vote() -> None:
    """Votes: set one up, look at them, hand a trustee's shuffle or decryption in."""


@app.command()
def create(
    context: typer.Context, file: Annotated[Path, typer.Argument(help="TOML; docs/vote-file.md describes it.")]
) -> None:
    """Set a vote up from a file; it opens and closes by the clock.

    Exit 0: it stands, and cannot be changed any more. 1: something in the file is wrong; every problem is printed with
    the path of its key, and nothing was set up. 2: it cannot be read.
    """
    with _services(context) as services:
        try:
            setup = setup_file.read(file, services.clock())
            with _bar("Making voting codes", TaskProgressColumn()) as progress:
                created = service.create_vote(services, setup, progress)
        except setup_file.SetupError as refusal:
            for problem in refusal.problems:
                typer.echo(f"{file}: {problem}", err=True)
            typer.echo(f"egov: nothing was set up: {counted(len(refusal.problems), 'problem')}", err=True)
            raise typer.Exit(1) from None
        for warning in created.warnings:
            typer.echo(f"warning: {warning}", err=True)
        if created.opens_at_once:
            typer.echo("warning: opens_at: it has passed; the vote is open from now on", err=True)
        _show(services, service.vote(services, created.uuid))


@app.command("list")
def list_command(context: typer.Context) -> None:
    """All votes, the last to close first: identifier, state, closing time, title."""
    with _services(context) as services:
        after: str | None = None
        while page := service.votes(services, after=after):
            for vote in page:
                typer.echo(f"{vote.uuid}  {vote.state:<10}  {_time(services, vote, closing=True)}  {vote.title.en}")
            after = page[-1].uuid


@app.command()
def show(context: typer.Context, vote: VoteArgument) -> None:
    """One vote: its state, numbers, trustees and result."""
    with _services(context) as services:
        _show(services, service.vote(services, vote))


@app.command()
def shuffle(
    context: typer.Context,
    vote: VoteArgument,
    owner: Annotated[int, typer.Argument(help="The trustee's place in the list, from 1.", show_default=False)],
    file: Annotated[Path, typer.Argument(help="What `egov-ballot trustee shuffle` wrote.", show_default=False)],
) -> None:
    """Hand in a trustee's shuffle of the ballots, which itself does not say whose it is: make sure, and let the trustee
    compare the number that is printed with the one that the program showed.

    Exit 1, with a sentence, if it is refused.
    """
    with _services(context) as services:
        with _bar("Verifying", TaskProgressColumn()) as progress:
            outcome = service.hand_in_shuffle(services, vote, owner, file.read_bytes(), progress=progress)
        typer.echo(f"The shuffle of trustee {outcome.owner} is recorded: {outcome.hash}")
        _awaited(services, service.vote(services, vote))


@app.command()
def decryption(
    context: typer.Context,
    vote: VoteArgument,
    file: Annotated[Path, typer.Argument(help="What `egov-ballot trustee decrypt` wrote.", show_default=False)],
) -> None:
    """Hand in a trustee's decryption; the last one that is needed makes the result.

    Whose it is, its proofs tell. Exit 1, with a sentence, if it is refused.
    """
    with _services(context) as services:
        with _bar("Verifying", TaskProgressColumn()) as progress:
            outcome = service.hand_in_decryption(services, vote, file.read_bytes(), progress=progress)
        typer.echo(f"The decryption of trustee {outcome.owner} is recorded.")
        (_awaited if outcome.awaited else _show)(services, service.vote(services, vote))


@app.command()
def archive(
    context: typer.Context,
    vote: VoteArgument,
    out: Annotated[
        Path | None, typer.Option(help="A file that must not exist yet. Without it: standard output.")
    ] = None,
) -> None:
    """Write a vote's archive, as observers download it; `egov-verify vote` checks it."""
    with _services(context) as services:
        found = service.archive_file(services, vote)
        if out is None:
            for chunk in found.chunks():
                sys.stdout.buffer.write(chunk)
            return
        with out.open("xb") as file, _bar("Writing", DownloadColumn()) as progress:
            for chunk in found.chunks():
                file.write(chunk)
                progress(file.tell(), found.size)
        typer.echo(f"{out}: {found.size} bytes, head {found.etag.strip(chr(34))}")


def _show(services: Services, vote: VoteView) -> None:
    typer.echo(f"{vote.uuid}  {vote.title.en}")
    typer.echo(f"  page         {_page(services, vote)}")
    typer.echo(f"  state        {vote.state}, {vote.kind}")
    typer.echo(f"  opens        {_time(services, vote, closing=False)}")
    typer.echo(f"  closes       {_time(services, vote, closing=True)}")
    typer.echo(f"  fingerprint  {vote.fingerprint}")
    typer.echo(f"  head         {vote.head_hash} at height {vote.head_height}")
    typer.echo(f"  registered   {vote.registered}")
    typer.echo(f"  voters       {vote.voters} ({vote.ballots} ballots)")
    for trustee in vote.trustees:
        done = "has decrypted" if trustee.decrypted else "has not decrypted"
        done += ", has shuffled" if trustee.shuffled else ""
        typer.echo(f"  trustee {trustee.owner}    {trustee.name.en}: {done}")
    _awaited(services, vote)
    rows = list(results_as_json(vote))
    for number, question in enumerate(vote.questions, 1):
        typer.echo(f"  {question.text.en}")
        for row in rows:
            if row["question"] == number:
                typer.echo(f"    {_came_out(row):>8}  {'  ' if row['list'] and row['answer'] else ''}{_named(row)}")


def _awaited(services: Services, vote: VoteView) -> None:
    """Who has to do what next."""
    for label, line in zip(chain(("awaited",), repeat("")), awaited(vote, _page(services, vote)), strict=False):
        typer.echo(f"  {label:<12} {line}")


def _page(services: Services, vote: VoteView) -> str:
    return f"{services.settings.base_url}/en/votes/{vote.uuid}"


def _came_out(row: Json) -> str:
    if row["votes"] is not None:
        return str(row["votes"])
    return "wins" if row["elected"] else ""


def _named(row: Json) -> str:
    """The answer, candidate or list in English."""
    name: str = (row["answer_text"] or row["list_text"] or {"en": "(blank)"})["en"]
    return name


def _time(services: Services, vote: VoteView, *, closing: bool) -> str:
    at = vote.closes_at if closing else vote.opens_at
    return at.astimezone(ZoneInfo(services.settings.timezone)).strftime("%Y-%m-%d %H:%M %z")


@contextmanager
def _services(context: typer.Context) -> Iterator[Services]:
    """The services that the root command was given a maker of, and that are closed again."""
    services: Services = context.obj()
    try:
        yield services
    finally:
        services.database.close()


@contextmanager
def _bar(words: str, column: TaskProgressColumn | DownloadColumn) -> Iterator[Callable[[int, int], None]]:
    """A progress bar on standard error, from the third second on, if that is a terminal."""
    begun = time.monotonic()
    columns = (TextColumn("{task.description}"), BarColumn(), column, TimeRemainingColumn())
    bar = Progress(*columns, console=Console(stderr=True), transient=True)
    task = bar.add_task(words, total=None)

    def progress(done: int, total: int) -> None:
        bar.update(task, completed=done, total=total)
        if time.monotonic() - begun > _PATIENCE and not bar.live.is_started and bar.console.is_terminal:
            bar.start()

    try:
        yield progress
    finally:
        bar.stop()
