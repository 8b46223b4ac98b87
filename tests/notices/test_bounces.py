"""Mails that do not arrive: refused by a real mail server, or reported back by one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from email.message import EmailMessage

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope
from aiosmtpd.smtp import Session as SmtpSession
from tests.notices.specimens import NEWS
from tests.officials import MakeCitizen
from tests.ports import free_port
from typer.testing import CliRunner

from egov_participation.app import create_services
from egov_participation.clock import ManualClock
from egov_participation.jobs import Worker
from egov_participation.mail import NullMailer
from egov_participation.notices import cli, dsn, rules, service, tokens
from egov_participation.registry.rules import Entry
from egov_participation.services import Services


class Server:
    """A mail server that answers as it is told to."""

    def __init__(self, rcpt: str = "250 OK", data: str = "250 OK") -> None:
        self.rcpt, self.data = rcpt, data
        self.came: list[Envelope] = []

    async def handle_RCPT(
        self, _server: SMTP, _session: SmtpSession, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        envelope.rcpt_tos.append(address)
        return self.rcpt

    async def handle_DATA(self, _server: SMTP, _session: SmtpSession, envelope: Envelope) -> str:
        self.came.append(envelope)
        return self.data


@contextmanager
def running(server: Server) -> Iterator[int]:
    port = free_port()
    controller = Controller(server, hostname="127.0.0.1", port=port, ready_timeout=60)
    controller.start()
    try:
        yield port
    finally:
        controller.stop()


def with_smtp(services: Services, port: int) -> Services:
    update = {"smtp_host": "127.0.0.1", "smtp_port": port, "bounce_address": "bounces@vote.example.org"}
    settings = services.settings.model_copy(update=update)
    return create_services(settings, database=services.database, clock=services.clock)


def send(services: Services, person_id: str) -> None:
    with services.database.uow() as tx:
        service.notify(tx, services.settings.keys_dir, person_id, NEWS)
        tx.commit()
    Worker(services).run_due()


def standing(services: Services, person_id: str) -> service.Standing:
    with services.database.read() as session:
        return service.standing(services, session, person_id)


def token(services: Services, person_id: str, entry: Entry) -> str:
    return tokens.bounce_token(services.settings.keys_dir, person_id, entry.mail)


@pytest.mark.usefixtures("worker")
def test_a_mail_comes_back_to_an_address_that_says_whose_it_was(
    services: Services, person_id: str, entry: Entry
) -> None:
    server = Server()
    with running(server) as port:
        send(with_smtp(services, port), person_id)

    (envelope,) = server.came
    assert envelope.mail_from == f"bounces+{token(services, person_id, entry)}@vote.example.org"
    assert len(str(envelope.mail_from).partition("@")[0]) <= 64
    assert standing(services, person_id).bounced_at is None


@pytest.mark.usefixtures("worker")
@pytest.mark.parametrize(
    ("answer", "status"),
    [("550 5.1.1 No such user", "5.1.1"), ("550 no mailbox here", "5.1.1"), ("551 5.2.1 x", "5.2.1")],
)
def test_an_address_that_a_mail_server_does_not_know_counts_as_dead_at_once(
    services: Services, person_id: str, answer: str, status: str
) -> None:
    server = Server(rcpt=answer)
    with running(server) as port:
        send(with_smtp(services, port), person_id)
        send(with_smtp(services, port), person_id)  # an optional mail to a dead address is not even tried

    assert standing(services, person_id) == service.Standing(services.clock(), status)
    with services.database.read() as session:
        failure = service.failure(session, person_id)
        assert failure is not None
        assert failure.count == 1
        assert service.bouncing(session) == 1


@pytest.mark.usefixtures("worker")
def test_a_mail_that_is_refused_for_good_counts_and_the_third_one_tells(services: Services, person_id: str) -> None:
    with running(Server(data="552 5.2.2 Mailbox full")) as port:
        here = with_smtp(services, port)
        for refused in (1, 2, 3):
            send(here, person_id)
            assert (standing(services, person_id).bounced_at is not None) == (refused == 3)


@pytest.mark.usefixtures("worker")
@pytest.mark.parametrize("answers", [{"rcpt": "450 4.2.1 Later"}, {"data": "451 4.3.0 Later"}])
def test_a_server_that_says_later_is_asked_later(
    services: Services, person_id: str, answers: dict[str, str], clock: ManualClock
) -> None:
    server = Server(**answers)
    with running(server) as port:
        here = with_smtp(services, port)
        send(here, person_id)
        assert standing(services, person_id) == service.Standing()
        server.rcpt = server.data = "250 OK"
        server.came.clear()
        clock.advance(minutes=1)
        Worker(here).run_due()
    assert len(server.came) == 1


def report(
    to: str = "bounces@vote.example.org", status: str = "5.1.1", action: str = "failed", enclosed: str = ""
) -> bytes:
    """What a mail server writes when it gives up (RFC 3464), by hand."""
    original = f"Message-ID: <1.2.3.{enclosed}@vote.example.org>\r\nSubject: x\r\n" if enclosed else "Subject: x\r\n"
    return (
        "From: MAILER-DAEMON@mx.example.net\r\n"
        f"To: {to}\r\n"
        "Subject: Undelivered Mail Returned to Sender\r\n"
        "MIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain; charset=us-ascii\r\n\r\nSorry.\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\n"
        "Reporting-MTA: dns; mx.example.net\r\nArrival-Date: Sun, 6 Oct 2024 07:00:00 +0000\r\n\r\n"
        f"Final-Recipient: rfc822; aigerim@example.org\r\nAction: {action}\r\nStatus: {status}\r\n"
        "Diagnostic-Code: smtp; 550 5.1.1 <aigerim@example.org>: unknown\r\n\r\n"
        f"--b\r\nContent-Type: text/rfc822-headers\r\n\r\n{original}\r\n"
        "--b--\r\n"
    ).encode()


def pipe(services: Services, raw: bytes, *options: str) -> tuple[int, str]:
    """`egov mail bounce` with this on standard input."""
    result = CliRunner().invoke(cli.app, ["bounce", *options], obj=lambda: services, input=raw)
    return result.exit_code, result.output


@pytest.mark.parametrize("way", ["to", "option", "enclosed"])
def test_a_report_that_is_piped_in_marks_the_address(
    services: Services, person_id: str, entry: Entry, way: str
) -> None:
    ours = token(services, person_id, entry)
    address = f"bounces+{ours.upper()}@vote.example.org"
    options = ("--recipient", address) if way == "option" else ()
    raw = report(to=address) if way == "to" else report(enclosed=ours if way == "enclosed" else "")

    assert pipe(services, raw, *options) == (0, "egov: noted\n")
    assert standing(services, person_id).status == "5.1.1"
    assert standing(services, person_id).bounced_at is not None


@pytest.mark.parametrize(
    ("action", "status", "said"),
    [
        ("delayed", "4.4.1", "nothing failed for good"),
        ("delivered", "2.0.0", "nothing failed for good"),
        ("failed", "4.4.7", "nothing failed for good"),
        ("failed", "5.1.1", "it is about no mail of ours"),
    ],
)
def test_what_is_no_failure_of_ours_marks_nothing(services: Services, action: str, status: str, said: str) -> None:
    code, output = pipe(services, report("bounces+aaaa@vote.example.org", status, action))

    assert (code, output) == (0, f"egov: nothing noted: {said}\n")
    with services.database.read() as session:
        assert service.bouncing(session) == 0


@pytest.mark.parametrize("raw", [b"", b"\xff\x00", b"Subject: I am on holiday\r\n\r\nBack in May.\r\n", b"\r\n" * 9999])
def test_an_answer_or_nonsense_is_no_report(services: Services, raw: bytes) -> None:
    with pytest.raises(dsn.NotADeliveryReport):
        dsn.parse(raw)
    code, output = pipe(services, raw)
    assert code == 0
    assert "nothing noted" in output


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(report(to="=?x?q?=?= <a@"), id="an encoded name before half an address"),
        pytest.param(report(to="<@"), id="an address of a sign alone"),
        pytest.param(report().replace(b"Subject: x", b"Message-ID: <[@"), id="half a Message-ID"),
        pytest.param(
            report().replace(
                b"Content-Type: text/rfc822-headers\r\n\r\nSubject: x",
                b"Content-Type: message/rfc822\r\n\r\nMessage-ID: <[@",
            ),
            id="half a Message-ID enclosed",
        ),
        pytest.param(
            report().replace(
                b"Content-Type: text/rfc822-headers\r\n\r\n", b"Content-Type: message/rfc822\r\n\r\n" * 3000
            ),
            id="mails in mails",
        ),
    ],
)
def test_a_made_up_report_breaks_nothing_and_nothing_of_it_is_shown(services: Services, raw: bytes) -> None:
    code, output = pipe(services, raw)
    assert code == 0
    assert re.fullmatch("egov: nothing noted: (it cannot be read|it is about no mail of ours)\n", output)


def test_a_report_with_the_whole_mail_enclosed_is_understood(services: Services, person_id: str, entry: Entry) -> None:
    ours = EmailMessage()
    ours["Message-ID"] = f"<1.2.3.{token(services, person_id, entry)}@vote.example.org>"
    ours.set_content("Сәлем")
    raw = report().replace(
        b"Content-Type: text/rfc822-headers\r\n\r\nSubject: x\r\n",
        b"Content-Type: message/rfc822\r\n\r\n" + ours.as_bytes(),
    )
    returned = dsn.parse(raw)

    assert returned is not None
    assert returned.tokens == (token(services, person_id, entry),)


def test_a_report_about_an_address_that_was_changed_since_marks_nothing(services: Services, person_id: str) -> None:
    old = tokens.bounce_token(services.settings.keys_dir, person_id, "old@example.org")

    assert not service.note_failure(services, old, "5.1.1")
    assert standing(services, person_id) == service.Standing()


def test_failures_that_lie_far_apart_are_forgotten(
    services: Services, person_id: str, entry: Entry, clock: ManualClock
) -> None:
    for _ in range(5):
        assert service.note_failure(services, token(services, person_id, entry), "5.2.2")
        clock.advance(days=rules.FAILURES_COUNT_FOR // timedelta(days=1) + 1)
        assert standing(services, person_id).bounced_at is None


def test_a_warning_is_tried_at_a_dead_address_too(
    services: Services, person_id: str, entry: Entry, outbox: NullMailer
) -> None:
    service.note_failure(services, token(services, person_id, entry), "5.1.1")
    service.deliver(services, service.compose(services.settings, NEWS, entry.mail, "kk", person_id))

    assert len(outbox.sent) == 1


def test_a_person_sees_that_mails_do_not_arrive_and_says_that_they_do_again(
    services: Services, citizen: MakeCitizen
) -> None:
    somebody = citizen()
    address = tokens.bounce_token(services.settings.keys_dir, somebody.person_id, somebody.entry.mail)
    assert "They do not arrive" not in somebody.client.get("/en/me/mails").text

    service.note_failure(services, address, "5.1.1")
    page = somebody.client.get("/en/me/mails").text
    assert "They do not arrive" in page
    assert "nobody has this address" in page

    somebody.client.post("/en/me/mails/try-again")
    assert "They do not arrive" not in somebody.client.get("/en/me/mails").text


def test_a_database_that_is_away_makes_the_mail_server_try_again(
    services: Services, person_id: str, entry: Entry
) -> None:
    def away() -> Services:
        raise OSError("away")

    raw = report(to=f"bounces+{token(services, person_id, entry)}@vote.example.org")
    result = CliRunner().invoke(cli.app, ["bounce"], obj=away, input=raw)
    assert result.exit_code == 75
