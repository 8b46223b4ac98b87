"""``egov registrar``: the registrar's own process, and what its operator needs besides."""

from __future__ import annotations

import os
import secrets
import socket
from pathlib import Path
from typing import Final

import typer
from rich.console import Console
from rich.markup import escape
from sqlalchemy.exc import SQLAlchemyError

from egov_participation import logs
from egov_participation.clock import system_clock
from egov_participation.database import Database, Schema, migrate
from egov_participation.errors import DomainError
from egov_participation.mail import mailer_for
from egov_participation.registrar.client import RemoteRegistrar
from egov_participation.registrar.server import create_app, read_secret
from egov_participation.registrar.service import LocalRegistrar, in_process
from egov_participation.registrar.service.renumbering import renumber
from egov_participation.registry.iin import Iin, IinError
from egov_participation.registry.service import registry_for
from egov_participation.settings import MAIL_IN_CLEAR, PASSKEY_AT_ONCE, Settings

_SOCKET: Final = "unix:"

app = typer.Typer(name="registrar", help="The registrar, a process of its own.", no_args_is_help=True)


@app.callback()
def _registrar() -> None:
    """Who is who and which voting code is whose: apart from the site, in a process, database and keys of its own."""


@app.command("migrate")
def migrate_command() -> None:
    """Bring the registrar's database to the newest version; make it if there is none."""
    migrate(Settings().registrar_database_url, Schema.REGISTRAR)


@app.command()
def secret(file: Path) -> None:
    """Write a secret for EGOV_REGISTRAR_TOKEN_FILE, which the site and the registrar share, into a new file."""
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as opened:
        opened.write(secrets.token_urlsafe(32) + "\n")
    console = Console(highlight=False, soft_wrap=True)
    console.print(
        f"{escape(str(file))}: for its owner alone. The site and the registrar each need it, or a copy of it."
    )


@app.command()
def serve() -> None:
    """Answer the site at EGOV_REGISTRAR_URL, on this machine alone, and send the registrar's mails."""
    import uvicorn

    settings = Settings()
    where, secret_file = _place(settings)
    wrong = [sentence for sentence in settings.unsafe() if sentence in (PASSKEY_AT_ONCE, MAIL_IN_CLEAR)]
    for sentence in [*settings.unknown(os.environ), *wrong]:
        raise DomainError(422, sentence, code="registrar.settings")
    try:
        read_secret(secret_file)
    except ValueError as error:
        raise DomainError(422, f"EGOV_REGISTRAR_TOKEN_FILE: {error}", code="registrar.settings") from None
    registrar = _local(settings)
    if not _is_current(registrar.means.database):
        raise DomainError(
            409,
            "the registrar's database is not at the newest version: run `egov registrar migrate` first",
            code="registrar.migration",
        )
    logs.configure(settings.log_format, settings.log_level)
    logs.take_over(settings.log_format, settings.log_level)
    if "uds" in where:
        _clear(Path(str(where["uds"])))
    config = uvicorn.Config(
        create_app(registrar, secret_file),
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=30,
        **where,  # type: ignore[arg-type]
    )
    uvicorn.Server(config).run()


@app.command("forget-passkeys")
def forget_passkeys() -> None:
    """Forget all passkeys of a person who says that they were at no desk. Asks for the IIN, and not as an argument, so
    that it stands in no list of processes and in no shell's history."""
    registrar = _local(Settings())
    try:
        iin = Iin.parse(typer.prompt("IIN", hide_input=True))
    except IinError:
        raise DomainError(422, "this is no IIN", code="registrar.iin") from None
    try:
        person = registrar.means.residents.find(iin)
        if person is None:
            raise DomainError(404, "nobody in the register has this IIN", code="registrar.iin")
        typer.echo(f"forgotten: {registrar.forget_passkeys(person)}")
    finally:
        registrar.close()


@app.command("renumber")
def renumber_command() -> None:
    """Let nothing count any more under an IIN that was corrected, so that nobody votes or signs twice.

    Asks for the old IIN and the new one. In an embedded register the person
    stands under the new one alone from then on. Signatures under the old one in
    petitions that are open are withdrawn, passkeys forgotten, voting codes
    blocked.
    """
    registrar = _local(Settings())
    try:
        old, new = (Iin.parse(typer.prompt(f"{which} IIN", hide_input=True)) for which in ("Old", "New"))
        done = renumber(registrar.means, old, new)
    except IinError:
        raise DomainError(422, "this is no IIN", code="registrar.iin") from None
    finally:
        registrar.close()
    typer.echo(f"signatures withdrawn: {done.withdrawn}; voting codes blocked: {len(done.votes)}")
    for vote in done.twice:
        typer.echo(f"on the roll of vote {vote} under both: tell its commission, a ballot cast under the old one stays")


@app.command()
def check() -> None:
    """Ask the registrar whether it answers, and print the key that it signs with."""
    settings = Settings()
    _, secret_file = _place(settings)
    registrar = RemoteRegistrar(settings.registrar_url, secret_file)
    try:
        typer.echo(registrar.key)
    finally:
        registrar.close()


def _place(settings: Settings) -> tuple[dict[str, object], Path]:
    """Where to listen, as uvicorn wants it, and the secret's file."""
    if not settings.registrar_url or settings.registrar_token_file is None:
        raise DomainError(
            422,
            "EGOV_REGISTRAR_URL and EGOV_REGISTRAR_TOKEN_FILE must be set, alike for the site and the registrar",
            code="registrar.settings",
        )
    if settings.registrar_url.startswith(_SOCKET):
        return {"uds": settings.registrar_url.removeprefix(_SOCKET)}, settings.registrar_token_file
    host, _, port = settings.registrar_url.removeprefix("http://").rpartition(":")
    return {"host": host.strip("[]"), "port": int(port)}, settings.registrar_token_file


def _clear(path: Path) -> None:
    """Take the socket of a process that died away.

    Raises:
        DomainError: 409 ``registrar.running``: somebody answers there.
    """
    if not path.is_socket():
        return
    with socket.socket(socket.AF_UNIX) as asking:
        try:
            asking.connect(str(path))
        except ConnectionRefusedError:
            path.unlink()
            return
    raise DomainError(409, "a registrar answers at EGOV_REGISTRAR_URL already", code="registrar.running")


def _is_current(database: Database) -> bool:
    """Whether it is at the newest migration; one that is not there yet is not."""
    try:
        return database.is_current()
    except SQLAlchemyError:
        return False


def _local(settings: Settings) -> LocalRegistrar:
    """The registrar, with the register of residents read from the site's database where it is kept there."""
    register = Database(settings.database_url)
    return in_process(
        settings,
        system_clock,
        registry=registry_for(settings, register, system_clock),
        registry_database=register,
        mailer=mailer_for(settings, register, system_clock),
        inside=False,
    )
