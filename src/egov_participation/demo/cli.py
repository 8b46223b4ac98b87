"""``egov demo``."""

from __future__ import annotations

import shutil
from pathlib import Path

import typer
from rich.console import Console
from rich.progress import Progress, TaskID

from egov_participation.clock import system_clock
from egov_participation.demo.fill import fill, guests
from egov_participation.settings import Settings

FOLDER = Path("var/demo")


def demo(port: int = 8000, folder: Path = FOLDER, fresh: bool = typer.Option(False, help="Make it anew.")) -> None:
    """A country to try: a counted referendum, an open vote, people to sign in as. Made at the first start."""
    import uvicorn

    from egov_participation.app import create_app
    from egov_participation.database import migrate

    if fresh:
        shutil.rmtree(folder, ignore_errors=True)
    if not folder.exists():
        _make(folder, port)
    settings = _settings(folder, port)
    migrate(settings.database_url)
    _welcome(folder, port)
    # Both addresses that `localhost` may mean, and nothing that another machine could reach.
    uvicorn.run(
        create_app(settings), host="localhost", port=port, access_log=False, proxy_headers=False, server_header=False
    )


def _settings(folder: Path, port: int) -> Settings:
    return Settings(
        database_url=f"sqlite:///{folder / 'egov.sqlite3'}",
        keys_dir=folder / "keys",
        base_url=f"http://localhost:{port}",
        booth_url=f"http://booth.localhost:{port}",
        demo=True,
    )


def _make(folder: Path, port: int) -> None:
    """Fill a draft, then give it its name: an interrupted start leaves nothing half-made behind."""
    draft = folder.with_name(folder.name + ".draft")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    with Progress(console=Console(stderr=True)) as bars:
        tasks: dict[str, TaskID] = {}

        def show(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = bars.add_task(f"Ballots of the {stage}", total=total)
            bars.update(tasks[stage], completed=done)

        fill(_settings(draft, port), draft / "trustees", system_clock(), show)
    draft.rename(folder)


def _welcome(folder: Path, port: int) -> None:
    people = "\n".join(f"    {entry.iin.digits}  {entry.given_name} {entry.family_name}" for entry in guests())
    Console(stderr=True, highlight=False, soft_wrap=True).print(
        f"""
  The demonstration:       http://localhost:{port}/
  Mails that it sends:     http://localhost:{port}/demo/mailbox
  Sign in with an IIN of
{people}
  Trustees' key files of the open vote, with passphrases: {folder / "trustees"}
  Verify the referendum:   .venv/bin/egov-verify vote http://localhost:{port}/en/votes/…  (each vote's page says how)
"""
    )
