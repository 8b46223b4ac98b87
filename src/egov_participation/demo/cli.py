"""``egov demo``."""

from __future__ import annotations

import hashlib
import shutil
import socket
from dataclasses import replace
from pathlib import Path

import typer
from rich.console import Console
from rich.progress import Progress, TaskID

from egov_participation import paths
from egov_participation.actions import ROLE_NAMES
from egov_participation.clock import system_clock
from egov_participation.demo import officials, petitions, votes, witness
from egov_participation.demo.fill import fill, guests
from egov_participation.demo.fill import people as everybody
from egov_participation.demo.keys import path_of
from egov_participation.ledger import service as ledger
from egov_participation.services import Services
from egov_participation.settings import Settings
from egov_participation.voting import service

FOLDER = Path("var/demo")
RULES = Path(__file__).with_name("jurisdictions")
"""The demonstration's own rules for petitions."""
MARK = "made-by"


def demo(port: int = 8000, folder: Path = FOLDER, fresh: bool = typer.Option(False, help="Make it anew.")) -> None:
    """A country to try: votes and petitions in every state, officials at work, people to sign in as.

    Made at the first start.
    """
    import uvicorn

    from egov_participation.app import create_app, create_services
    from egov_participation.database import Schema, migrate

    _refuse_port_in_use(port)
    if fresh or not _is_current(folder):
        shutil.rmtree(folder, ignore_errors=True)
        _make(folder, port)
    settings = _settings(folder, port)
    migrate(settings.database_url)
    migrate(settings.registrar_database_url, Schema.REGISTRAR)
    services = create_services(settings)
    with witness.running(folder, ledger.verifier_keys(services)) as asked:
        settings = settings.model_copy(update={"log_witnesses": (asked,), "log_quorum": 1})
        services = replace(services, settings=settings)
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
    files = [*paths.alembic_dir().glob("*/*.py"), *Path(__file__).parent.glob("*.py"), *RULES.glob("*.toml")]
    return hashlib.sha256(b"".join(path.read_bytes() for path in sorted(files))).hexdigest()


def _settings(folder: Path, port: int) -> Settings:
    return Settings(
        database_url=f"sqlite:///{folder / 'egov.sqlite3'}",
        keys_dir=folder / "keys",
        registrar_database_url=f"sqlite:///{folder / 'registrar.sqlite3'}",
        registrar_keys_dir=folder / "registrar-keys",
        base_url=f"http://localhost:{port}",
        booth_url=f"http://booth.localhost:{port}",
        demo=True,
        jurisdiction="kz",  # whatever the environment says: its people, texts and ministries are Kazakhstan's
        jurisdiction_dir=RULES,
        registrar_batch_seconds=120,  # nor for an hour, until a signature is in the log
        registrar_passkey_hours=0,  # whoever tries it out cannot wait; its pages say that a real one does
        # Made up: these numbers and addresses belong to nobody, and the page says so.
        operator="Демонстрация (мекеме емес) / Демонстрация (не учреждение) / A demonstration (no institution)",
        contact="help@egov.example",
        contact_phone="+7 700 000-00-00",
        contact_hours="9:00–18:00",
        contact_address="Астана, Үлгі көшесі, 1",
    )


def _make(folder: Path, port: int) -> None:
    """Fill a draft, then give it its name: an interrupted start leaves nothing half-made behind."""
    draft = folder.with_name(folder.name + ".draft")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    console = Console(stderr=True)
    console.print(
        "Making the demonstration, once: a country's votes, petitions and consultations. About a minute and a half …"
    )
    with Progress(console=console) as bars:
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
    # By their opening: visitors may have brought others to their results since.
    referendum, elected, *_ = sorted(service.votes(services), key=lambda vote: vote.opens_at)
    largest = petitions.largest(services)
    closed = folder / "trustees" / "closed"
    ((witness_key, _),) = services.settings.log_witnesses
    pages = "\n".join(
        f"    {services.settings.booth_url}{path_of(closed, number).read_text().strip()}  {name.en}"
        for number, name in enumerate(votes.TRUSTEES, 1)
    )
    people = "\n".join(f"    {entry.iin.digits}  {entry.given_name} {entry.family_name}" for entry in guests())
    chosen, _ = officials.choose(everybody(), guests())
    names = "\n".join(
        f"    {person.iin.digits}  {person.given_name} {person.family_name}, {ROLE_NAMES[role].lower()}"
        for person, role in ((official.entry, official.role) for official in chosen)
    )
    Console(stderr=True, highlight=False, soft_wrap=True).print(
        f"""
  The demonstration:       {site}/
  Mails that it sends:     {site}/demo/mailbox
  Sign in with an IIN of
{people}
  Officials, who sign in with a code of their app too (the mailbox shows it) and then enter {site}/office
{names}
  The commission finds a draft with gaps, a frozen setup that its second member is to approve, and a report to answer.
  A vote has closed and waits for its trustees, who decrypt on their pages, each with the key file of the same number:
{pages}
  Trustees' key files, with passphrases:
    of the closed vote:    {closed}
    of the budget's vote:  {folder / "trustees"}
    of the frozen setup:   {folder / "trustees" / "street"}
  An election whose votes were ranked, graded and given to lists; two trustees of three shuffled and decrypted them:
                           {site}/votes/{elected.uuid}/result
  Petitions, one of them still being signed by thousands:
                           {site}/petitions
  Drafts of regulations, one of them open for comments, one discussed to its report:
                           {site}/consultations
  What observers see:      {site}/observe
  Verify the referendum:   .venv/bin/egov-verify vote {site}/en/votes/{referendum.uuid}
  Count an election again: .venv/bin/egov-count {site}/en/votes/{elected.uuid} --question 1
  Recount a petition:      .venv/bin/egov-verify petition {site}/en/petitions/{largest}
  Verify everything:       .venv/bin/egov-verify site {site} --witness '{witness_key}'
                           (the demonstration is this witness itself: a real one is somebody else)
"""
    )
