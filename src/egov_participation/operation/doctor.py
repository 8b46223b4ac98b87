"""What is well with an installation and what is not, each in a line with what to do about it."""

from __future__ import annotations

import os
import shutil
import smtplib
import ssl
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Final

import httpx
from sqlalchemy import func, inspect, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session, col, select

from egov_participation import jobs
from egov_participation.clock import Clock
from egov_participation.consultations.service import sealed
from egov_participation.database import Database
from egov_participation.errors import DomainError
from egov_participation.jobs import Job
from egov_participation.jurisdiction.rule_files import CONSULTATIONS, PETITIONS, RuleError
from egov_participation.ledger import service as ledger
from egov_participation.operation import service
from egov_participation.registrar.client import RemoteRegistrar
from egov_participation.registry.keys import IinKeys, SealError
from egov_participation.registry.service import check_keys, registry_for
from egov_participation.settings import Settings, is_in_clear

LOW_SPACE: Final = 2_000_000_000
NO_SPACE: Final = 200_000_000
"""Bytes."""
_DEAF: Final = timedelta(minutes=2)
_LATE: Final = timedelta(minutes=5)
_SILENT: Final = timedelta(minutes=10)
_UNPUBLISHED: Final = timedelta(seconds=10)
_PATIENCE: Final = 10
"""Seconds."""


class Verdict(StrEnum):
    """How it is with one thing."""

    OK = "ok"
    WARNING = "warning"
    FAILURE = "failure"


@dataclass(frozen=True)
class Finding:
    """One line."""

    about: str
    verdict: Verdict
    says: str
    do: str = ""
    """What to do about it; empty where all is well."""

    def as_dict(self) -> dict[str, str]:
        """For programs."""
        return asdict(self)


OK, WARNING, FAILURE = Verdict
Findings = Iterator[Finding]


def examine(settings: Settings, clock: Clock) -> Findings:
    """Everything, one finding after the other; nothing is changed by asking."""
    yield from _settings(settings)
    yield from _rules(settings, clock)
    yield from _keys(settings)
    yield from _space(settings)
    database = Database(settings.database_url)
    try:
        if _is_new(settings, database):
            do = "run `egov migrate`, which makes them; if there should be people in it, put EGOV_DATABASE_URL right"
            yield Finding("database", FAILURE, "it has no tables yet", do)
        else:
            do = "start it, or put EGOV_DATABASE_URL right"
            yield from _guarded("database", do, lambda: _database(database, clock))
            yield from _guarded("work", "run `egov migrate`", lambda: _work(settings, database, clock))
            yield from _guarded("log", "run `egov migrate`", lambda: _log(settings, database, clock))
            yield from _guarded("drafts", "run `egov migrate`", lambda: _drafts(database))
            yield from _guarded("register", "run `egov migrate`", lambda: _register(settings, database, clock))
    finally:
        database.close()
    yield from _registrar(settings)
    yield from _mail(settings)
    yield from _site(settings)


def _is_new(settings: Settings, database: Database) -> bool:
    """Whether it could be asked, and nothing was ever made in it. A file that SQLite has yet to make is not asked:
    asking changes nothing."""
    address = make_url(settings.database_url)
    if address.get_backend_name() == "sqlite":
        file = Path(str(address.database))
        if not file.is_file() or not file.stat().st_size:
            return True
    try:
        with database.read() as session:
            return not inspect(session.connection()).get_table_names()
    except SQLAlchemyError:
        return False


def _guarded(about: str, do: str, part: Callable[[], Findings]) -> Findings:
    try:
        yield from part()
    except SQLAlchemyError as error:
        yield Finding(about, FAILURE, f"the database did not answer ({type(error).__name__})", do)


def _settings(settings: Settings) -> Findings:
    unsafe = [*settings.unknown(os.environ), *settings.unsafe()]
    for sentence in unsafe:
        name, _, rest = sentence.partition(": ")
        yield Finding(name, FAILURE, rest, "see docs/settings.md")
    if settings.demo:
        yield Finding("EGOV_DEMO", WARNING, "this is a demonstration: nothing here counts", "unset it where it counts")
    wishes = {
        "EGOV_SOURCE_URL": (settings.source_url, "nobody is told where the source is published"),
        "EGOV_BOUNCE_ADDRESS": (settings.bounce_address, "mails that cannot be delivered are not noticed"),
        "EGOV_METRICS_TOKEN_FILE": (settings.metrics_token_file, "nobody can watch the numbers at /metrics"),
    }
    for name, (value, says) in wishes.items():
        if not value and not settings.demo:
            yield Finding(name, WARNING, says, "set it")
    for name in ("database_url", "registrar_database_url"):
        if is_in_clear(getattr(settings, name)):
            says = "the way to this database is not verified: whoever stands on it reads and changes everything"
            do = "end it with `?sslmode=verify-full&sslrootcert=` and the file with its signer's certificate"
            yield Finding(f"EGOV_{name.upper()}", WARNING, says, do)
    for name, file in settings.files().items():
        if not os.access(file, os.R_OK):
            yield Finding(name, FAILURE, f"{file} cannot be read", "let this user read it")
        elif file.stat().st_mode & 0o077:
            yield Finding(name, FAILURE, f"others may read {file}", f"chmod 600 {file}")
    if not unsafe:
        yield Finding("settings", OK, f"{settings.base_url} and {settings.booth_url}")


def _rules(settings: Settings, clock: Clock) -> Findings:
    try:
        rules = PETITIONS.load(settings.jurisdiction, clock().date(), settings.jurisdiction_dir)
        CONSULTATIONS.load(settings.jurisdiction, clock().date(), settings.jurisdiction_dir)
    except RuleError as error:
        do = f"put EGOV_JURISDICTION right, or the file: `egov jurisdiction check {error.file}`"
        for problem in error.problems:
            yield Finding("EGOV_JURISDICTION", FAILURE, f"{error.file}: {problem}", do)
        return
    yield Finding(
        "EGOV_JURISDICTION", OK, f"petitions by the rules of {rules.name.en}, in force since {rules.in_force}"
    )


def _keys(settings: Settings) -> Findings:
    folder = settings.keys_dir
    if not folder.is_dir():
        yield Finding("keys", WARNING, f"there is no folder {folder} yet", "the first start makes it; else restore it")
        return
    files = [file for file in folder.iterdir() if file.is_file()]
    open_ones = [str(path) for path in (folder, *files) if path.stat().st_mode & 0o077]
    if open_ones:
        yield Finding("keys", FAILURE, f"others may read {', '.join(open_ones)}", f"chmod -R go= {folder}")
    if unread := [file.name for file in files if not os.access(file, os.R_OK)]:
        yield Finding("keys", FAILURE, f"cannot be read: {', '.join(unread)}", "run this as the user that serves")
    elif not open_ones:
        yield Finding("keys", OK, f"{len(files)} in {folder}, for their owner alone")


def _space(settings: Settings) -> Findings:
    address = make_url(settings.database_url)
    places = {"keys": settings.keys_dir}
    if address.get_backend_name() == "sqlite":
        places["database"] = Path(str(address.database))
    for name, place in places.items():
        there = next((p for p in (place, *place.absolute().parents) if p.exists()), Path("/"))
        free = shutil.disk_usage(there).free
        verdict = FAILURE if free < NO_SPACE else WARNING if free < LOW_SPACE else OK
        do = "" if verdict is OK else "make room before nothing can be written any more"
        yield Finding(f"disk of the {name}", verdict, f"{free / 1e9:.1f} GB free", do)


def _database(database: Database, clock: Clock) -> Findings:
    if not database.is_current():
        yield Finding("database", FAILURE, "it is not at the newest migration", "back up, then `egov migrate`")
        return
    database.check_writable()
    yield Finding("database", OK, f"{database.dialect}, current and writable")
    if database.dialect == "postgresql":
        with database.read() as session:
            there = session.connection().execute(text("SELECT clock_timestamp()")).scalar_one()
        apart = abs(clock() - there)
        if apart > timedelta(seconds=2):
            do = "let both machines follow a time server: votes open and close by these clocks"
            yield Finding("clock", FAILURE, f"{apart.total_seconds():.0f} s apart from the database's", do)
        else:
            yield Finding("clock", OK, "as the database's")


def _work(settings: Settings, database: Database, clock: Clock) -> Findings:
    now = clock()
    with database.read() as session:
        last = service.last_beat(session)
        _, dead = jobs.dead(session, limit=1)
        failing = jobs.failing(session)
        waiting = select(func.min(Job.run_after)).where(col(Job.done_at).is_(None), col(Job.dead_at).is_(None))
        oldest = session.exec(waiting).one()
    if last is not None and now - last <= _DEAF:
        yield Finding("worker", OK, f"last heard of {max(0.0, (now - last).total_seconds()):.0f} s ago")
    else:
        heard = "never heard of" if last is None else f"not heard of since {last:%Y-%m-%d %H:%M} UTC"
        do = (
            "start `egov serve`" if settings.worker else "start `egov worker`: with EGOV_WORKER=false nobody else works"
        )
        yield Finding("worker", FAILURE, f"{heard}: no mail leaves and no vote closes", do)
    if dead:
        yield Finding("given up", WARNING, f"jobs that failed eight times: {dead}", "see them in the office, /office")
    if failing:
        says = f"jobs that failed eight times and are tried on every minute: {failing}"
        yield Finding("failing", WARNING, says, "look at the worker's log for job.failed")
    if oldest is not None and now - oldest > _LATE:
        late = (now - oldest).total_seconds() / 60
        yield Finding("lateness", WARNING, f"a job has been due for {late:.0f} minutes", "look at the worker's log")


def _drafts(database: Database) -> Findings:
    """That published drafts are still what their agencies signed."""
    with database.read() as session:
        altered = list(sealed.altered(session))
    if altered:
        says = f"not as they were signed: {', '.join(altered[:10])}"
        yield Finding("drafts", FAILURE, says, "somebody changed the database: restore them from a backup")


def _log(settings: Settings, database: Database, clock: Clock) -> Findings:
    """That nothing waits for long, and that what stands there continues what was signed before."""
    with database.read() as session:
        last, waits = ledger.head(session), ledger.waiting_for(session, clock())
        yield from _witnesses(settings, session, clock)
        changed = ledger.served_otherwise(session)
    if changed:
        says = f"{len(changed)} are not those that the log says are served, such as {changed[0]}"
        do = "start `egov worker` of this version; if it runs already, somebody has changed them"
        yield Finding("files", WARNING, says, do)
    try:
        ledger.check(settings, database)
    except (ledger.ForkError, ledger.MissingTileError, OSError) as error:
        do = "nothing is signed until it is right again: see docs/operate.md, “When the log stops”"
        yield Finding("log", FAILURE, str(error), do)
        return
    if last is None:
        yield Finding("log", WARNING, "nothing was published yet", "start `egov serve`, or `egov worker`")
    elif waits is not None and waits > _UNPUBLISHED:
        says = f"something was entered {waits.total_seconds():.0f} s ago and is not published"
        yield Finding("log", FAILURE, says, "look at the worker’s log for “ledger.failed”")
    else:
        yield Finding("log", OK, f"{ledger.origin(settings)} with {last.size} entries")


def _witnesses(settings: Settings, session: Session, clock: Clock) -> Findings:
    """That each one agrees, and that as many cosign as are wanted."""
    try:
        known = ledger.witness_states(settings, session)
    except ValueError as error:
        yield Finding("EGOV_LOG_WITNESSES", FAILURE, str(error), "see docs/settings.md")
        return
    for witness in known:
        if witness.disagrees:
            do = "compare the checkpoints before anything else: docs/operate.md, “When the log stops”"
            yield Finding("witness", FAILURE, f"{witness.name} has seen another log ({witness.problem})", do)
    silent = [one for one in known if one.asked_at is not None and clock() - one.asked_at > _SILENT]
    for witness in silent:
        says = f"{witness.name} has not cosigned since {witness.asked_at:%Y-%m-%d %H:%M} UTC ({witness.problem})"
        yield Finding("witness", WARNING, says, "ask who runs it")
    cosigning = len(known) - len(silent)
    if known and cosigning < settings.log_quorum:
        says = f"{cosigning} cosign, and EGOV_LOG_QUORUM is {settings.log_quorum}"
        yield Finding("witnesses", FAILURE, says, "observers who ask for so many see the log fail")
    elif known and not silent:
        yield Finding("witnesses", OK, f"{len(known)} cosign")


def _register(settings: Settings, database: Database, clock: Clock) -> Findings:
    if settings.keys_dir.is_dir() and (settings.keys_dir / "iin-lookup").is_file():
        try:
            with database.read() as session:
                check_keys(session, IinKeys.open(settings.keys_dir))
            yield Finding("keys of the register", OK, "they are those of this database")
        except (SealError, OSError, ValueError) as error:
            yield Finding("keys of the register", FAILURE, str(error), "put the keys of this database back")
            return
    elif _is_filled(database):
        do = "put the keys of this database back"
        yield Finding("keys of the register", FAILURE, "there are people in the register and no keys", do)
        return
    if settings.registry_url:
        registry = registry_for(settings, database, clock)
        with database.read() as session:
            status = registry.status(session)
        registry.close()
        if status.available:
            yield Finding("register", OK, f"{settings.registry_url}; no outage is known; `egov registry check` asks it")
        else:
            do = "ask who runs it; people who are known already can sign in meanwhile"
            yield Finding("register", WARNING, f"does not answer; asked again in {status.retry_after} s", do)
    elif not _is_filled(database):
        do = "`egov registry import` as the registrar's user, or set EGOV_REGISTRY_URL"
        yield Finding("register", WARNING, "nobody is in it", do)
    else:
        yield Finding("register", OK, "in the database")


def _is_filled(database: Database) -> bool:
    with database.read() as session:
        return session.connection().execute(text("SELECT 1 FROM registry_resident LIMIT 1")).first() is not None


def _registrar(settings: Settings) -> Findings:
    """Its own process, if it is one: without it nobody sees a voting code or casts a ballot."""
    if not settings.registrar_url or settings.registrar_token_file is None:
        return
    registrar = RemoteRegistrar(settings.registrar_url, settings.registrar_token_file)
    try:
        key = registrar.key
    except DomainError:
        do = "start `egov registrar serve` with the same EGOV_REGISTRAR_URL and secret; see its log"
        yield Finding("registrar", FAILURE, f"does not answer at {settings.registrar_url}", do)
    else:
        yield Finding("registrar", OK, f"answers at {settings.registrar_url}; signs with {key}")
    finally:
        registrar.close()


def _mail(settings: Settings) -> Findings:
    if settings.demo:
        yield Finding("mail", OK, "shown at /demo/mailbox")
        return
    where = f"{settings.smtp_host}:{settings.smtp_port}"
    try:
        with smtplib.SMTP(settings.smtp_host, settings.smtp_port, timeout=_PATIENCE) as server:
            server.ehlo()
            if settings.smtp_starttls:
                server.starttls(context=ssl.create_default_context())
                server.ehlo()
            if settings.smtp_user and settings.smtp_password_file:
                server.login(settings.smtp_user, settings.smtp_password_file.read_text().strip())
    except OSError as error:
        do = "put EGOV_SMTP_… right: without codes by mail nobody can sign in"
        yield Finding("mail", FAILURE, f"{where} does not take mails ({type(error).__name__})", do)
    else:
        yield Finding("mail", OK, f"{where} takes mails")


def _site(settings: Settings) -> Findings:
    """Both hosts as a browser reaches them, through the proxy."""
    if not settings.https:
        return
    for origin in (settings.base_url, settings.booth_url):
        try:
            answer = httpx.get(f"{origin}/health", timeout=_PATIENCE, trust_env=False)
        except httpx.HTTPError as error:
            do = "start `egov serve`, look at the proxy, its certificate and the name's address"
            yield Finding(origin, WARNING, f"cannot be reached from here ({type(error).__name__})", do)
            continue
        if answer.status_code != 200 or answer.headers.get("content-type") != "application/json":
            do = "let the proxy pass the Host header on, and requests to `egov serve`"
            yield Finding(origin, FAILURE, f"another server answers ({answer.status_code})", do)
        elif "strict-transport-security" not in answer.headers:
            yield Finding(origin, FAILURE, "the proxy removes Strict-Transport-Security", "let it pass headers on")
        else:
            yield Finding(origin, OK, "answers over TLS")
