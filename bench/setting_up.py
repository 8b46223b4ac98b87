"""A setup of a hundred thousand voters, as the office freezes it: credentials by the registrar in its own process, the
archive's beginning, the setup document, the registrar's signature, and the rows of credentials; then its publication.

python -m bench.setting_up    what the background worker does of it, in a process of its own; prints seconds
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import psutil
from rich.console import Console
from tests.commission.frozen import Course, document
from tests.officials import SignedIn
from tests.postgresql import running

from bench.measure import ROOT, Figure
from egov_participation import rooms
from egov_participation.actions import Capacity, Role
from egov_participation.app import create_services
from egov_participation.clock import system_clock
from egov_participation.commission.service import drafts, freezing
from egov_participation.commission.service.lookup import find_draft
from egov_participation.database import Schema, migrate
from egov_participation.jobs import Worker
from egov_participation.mail import NullMailer
from egov_participation.registry import fake
from egov_participation.registry.keys import IinKeys
from egov_participation.registry.service import add_residents
from egov_participation.services import Services, SessionInfo
from egov_participation.settings import Settings
from egov_participation.voting import service as voting

VOTERS: Final = int(os.environ.get("BENCH_SETUP", "100000"))
SECONDS: Final = 60.0
MEMORY: Final = 500.0
"""MB, of worker and registrar together."""


def measure(console: Console) -> list[Figure]:
    """How long it takes, with how much memory, and how often it says how far it is."""
    folder = Path(tempfile.mkdtemp(prefix="egov-bench-"))
    try:
        with running(folder / "lock") as server, console.status(f"Setting up: a register of {VOTERS} people"):
            settings = _settings(folder, server.create("bench"))
            _prepare(settings)
            with _registrar(folder, settings) as registrar:
                found, peak = _work(folder, settings, registrar)
    finally:
        shutil.rmtree(folder)
    return [
        Figure(f"a setup of {found['voters']} voters frozen", found["freeze"], "s", at_most=SECONDS),
        Figure("… processor time of the worker", found["processor"], "s"),
        Figure("… memory of worker and registrar at most", peak, "MB", at_most=MEMORY),
        Figure("… longest silence between two reports of progress", found["silence"], "s"),
        Figure("its publication, when it is approved", found["publish"], "s"),
    ]


def _settings(folder: Path, database_url: str) -> Settings:
    return Settings(
        database_url=database_url,
        keys_dir=folder / "keys",
        base_url="https://vote.example.org",
        booth_url="https://booth.example.org",
        registrar_url=f"unix:{folder / 'registrar.sock'}",
        registrar_token_file=folder / "secret",
        registrar_database_url=f"sqlite:///{folder / 'registrar.sqlite3'}",
        registrar_keys_dir=folder / "registrar-keys",
        worker=False,
    )


def _prepare(settings: Settings) -> None:
    """Databases, the shared secret, and a register of that many people."""
    rooms.load("models")
    migrate(settings.database_url)
    migrate(settings.registrar_database_url, Schema.REGISTRAR)
    assert settings.registrar_token_file is not None
    settings.registrar_token_file.write_text(secrets.token_urlsafe(32))
    settings.registrar_token_file.chmod(0o600)
    services = create_services(settings, mailer=NullMailer())
    with services.database.uow() as tx:
        add_residents(
            tx, IinKeys.open(settings.keys_dir, settings.registrar_keys_dir), fake.residents(VOTERS), system_clock()
        )
        tx.commit()
    services.database.close()


@contextmanager
def _registrar(folder: Path, settings: Settings) -> Iterator[psutil.Process]:
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [Path(sys.executable).with_name("egov"), "registrar", "serve"],
            env=_environment(settings),
            stdout=log,
            stderr=log,
        )
        try:
            end = time.monotonic() + 60
            while not (folder / "registrar.sock").exists():
                if process.poll() is not None or time.monotonic() > end:
                    raise RuntimeError((folder / "log").read_text())
                time.sleep(0.1)
            yield psutil.Process(process.pid)
        finally:
            process.terminate()
            process.wait(60)


def _environment(settings: Settings) -> dict[str, str]:
    names = (
        "database_url", "keys_dir", "base_url", "booth_url", "registrar_url", "registrar_token_file",
        "registrar_database_url", "registrar_keys_dir",
    )  # fmt: skip
    given = {f"EGOV_{name.upper()}": str(getattr(settings, name)) for name in names}
    return {"PATH": os.environ["PATH"], "PYTHONPATH": os.environ.get("PYTHONPATH", ""), **given}


def _work(folder: Path, settings: Settings, registrar: psutil.Process) -> tuple[dict[str, Any], float]:
    """What the worker's process says, and the most memory in MB that it and the registrar had together."""
    with (folder / "worker").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "bench.setting_up"],
            env=_environment(settings),
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=log,
        )
        peak = _peak_of(psutil.Process(process.pid), registrar)
        assert process.stdout is not None
        said = process.stdout.read()
        if process.wait(600):
            raise RuntimeError((folder / "worker").read_text()[-2000:])
    return json.loads(said.splitlines()[-1]), peak()


def _peak_of(*processes: psutil.Process) -> Any:
    """Begin to watch; what is returned ends it and tells the most that they had together, in MB."""
    over, most = threading.Event(), [0]

    def watch() -> None:
        while not over.wait(0.02):
            try:
                most[0] = max(most[0], sum(process.memory_info().rss for process in processes))
            except psutil.Error:
                continue

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()

    def end() -> float:
        over.set()
        thread.join()
        return most[0] / 1e6

    return end


def _freeze() -> dict[str, float]:
    """In the worker's process: the job, and the publication that an approval carries out."""
    rooms.load("models")
    rooms.load("tasks")
    services = create_services(Settings(), mailer=(outbox := NullMailer()))
    person = services.registrar.key[:16]
    now = services.clock()
    session = SessionInfo(person, "0" * 64, now, now, 3, capacity=Capacity.OFFICIAL, roles=frozenset({Role.COMMISSION}))
    member = SignedIn(None, person, None, session, services, "")  # type: ignore[arg-type]  # nobody's browser
    with services.database.uow() as tx:
        draft = drafts.make(services, tx, session, document(services))
        tx.commit()
    course = Course(services, Worker(services), outbox, member, draft.id).with_keys()
    course.press_freeze()
    silence = _Silence(services, draft.id)
    start, processor = time.perf_counter(), time.process_time()
    freezing.run(services, {"draft": draft.id, "version": course.draft.version})
    frozen, processor = time.perf_counter() - start, time.process_time() - processor
    longest = silence.end()
    made = course.draft
    if made.state != "frozen":
        raise RuntimeError(made.problem)
    start = time.perf_counter()
    with services.database.uow() as tx:
        vote = voting.publish_setup(
            services, tx, made.setup or b"", made.archive_start or b"", made.confirmation or b"", content_hash="0" * 64
        )
        tx.commit()
    return {
        "voters": vote.registered,
        "freeze": frozen,
        "processor": processor,
        "silence": longest,
        "publish": time.perf_counter() - start,
    }


class _Silence:
    """Watches how far the draft says that it is, as the office's page does."""

    def __init__(self, services: Services, draft: str) -> None:
        self._services, self._draft, self._over = services, draft, threading.Event()
        self._longest = 0.0
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def _watch(self) -> None:
        said, since = -1, time.monotonic()
        while not self._over.wait(0.1):
            with self._services.database.read() as db:
                done = find_draft(db, self._draft).progress_done
            if done != said:
                self._longest = max(self._longest, time.monotonic() - since)
                said, since = done, time.monotonic()
        self._longest = max(self._longest, time.monotonic() - since)

    def end(self) -> float:
        self._over.set()
        self._thread.join()
        return self._longest


if __name__ == "__main__":
    print(json.dumps(_freeze()))
