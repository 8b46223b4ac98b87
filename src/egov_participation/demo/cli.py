"""``egov demo``."""

from __future__ import annotations

import hashlib
import shutil
import socket
from pathlib import Path

import typer
from rich.console import Console
from rich.progress import Progress, TaskID

from egov_participation import paths
from egov_participation.clock import system_clock
from egov_participation.demo.fill import fill, guests
from egov_participation.services import Services
from egov_participation.settings import Settings
from egov_participation.voting import service

FOLDER = Path("var/demo")
MARK = "made-by"


def demo(port: int = 8000, folder: Path = FOLDER, fresh: bool = typer.Option(False, help="Make it anew.")) -> None:
    """A country to try: a counted referendum, an open vote, people to sign in as. Made at the first start."""
    import uvicorn

    from egov_participation.app import create_app, create_services
    from egov_participation.database import migrate

    _refuse_port_in_use(port)
    if fresh or not _is_current(folder):
        shutil.rmtree(folder, ignore_errors=True)
        _make(folder, port)
    settings = _settings(folder, port)
    migrate(settings.database_url)
    services = create_services(settings)
    _welcome(services, folder)
    # Both addresses that `localhost` may mean, and nothing that another machine could reach.
    uvicorn.run(
        create_app(settings, services=services),
        host="localhost",
        port=port,
        access_log=False,
        proxy_headers=False,
        server_header=False,
    )


def _refuse_port_in_use(port: int) -> None:
    """Before anything is made: who starts the demonstration twice should not wait to be told."""
    try:
        with socket.create_connection(("localhost", port), timeout=1):
            pass
    except OSError:
        return
    Console(stderr=True).print(f"egov: port {port} is in use; choose another: PORT={port + 1} make demo")
    raise typer.Exit(1)


def _is_current(folder: Path) -> bool:
    """Whether the folder holds a demonstration that this version of the program made: its tables may have others."""
    mark = folder / MARK
    return mark.is_file() and mark.read_text() == _made_by()


def _made_by() -> str:
    """What the demonstration depends on, in one digest: the migrations and what fills it."""
    files = [*paths.alembic_dir().glob("versions/*.py"), *Path(__file__).parent.glob("*.py")]
    return hashlib.sha256(b"".join(path.read_bytes() for path in sorted(files))).hexdigest()


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
    (draft / MARK).write_text(_made_by())
    draft.rename(folder)


def _welcome(services: Services, folder: Path) -> None:
    site = services.settings.base_url
    counted = next(vote for vote in service.votes(services) if vote.result is not None)
    people = "\n".join(f"    {entry.iin.digits}  {entry.given_name} {entry.family_name}" for entry in guests())
    Console(stderr=True, highlight=False, soft_wrap=True).print(
        f"""
  The demonstration:       {site}/
  Mails that it sends:     {site}/demo/mailbox
  Sign in with an IIN of
{people}
  Trustees' key files of the open vote, with passphrases: {folder / "trustees"}
  Verify the referendum:   .venv/bin/egov-verify vote {site}/en/votes/{counted.uuid}
"""
    )
