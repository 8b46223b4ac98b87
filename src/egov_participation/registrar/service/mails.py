"""The registrar's own mails: a code, that a credential was shown, that a petition was signed, that a passkey is known.

They wait sealed in its own database and are sent by itself, so that the platform can neither read a code nor keep a
warning back. The address is looked up when a mail leaves.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

import structlog
from sqlalchemy import delete
from sqlmodel import col, select

from egov_participation import metrics
from egov_participation.database import UnitOfWork
from egov_participation.errors import DomainError
from egov_participation.i18n import N_
from egov_participation.logs import describe
from egov_participation.mail import MailRefused
from egov_participation.notices.service import NoticeKind, compose, notice
from egov_participation.registrar.models import Outgoing
from egov_participation.registrar.service.means import Means, contact

log = structlog.get_logger()

MAX_ATTEMPTS: Final = 12
MOST_WAITS: Final = 180
"""Attempts, of which all but the first are an hour apart, while the register does not say where to write."""
_FIRST_WAIT: Final = timedelta(seconds=10)
_LONGEST_WAIT: Final = timedelta(hours=1)
_AT_ONCE: Final = 50
_SIDE_BY_SIDE: Final = 8
_ROUND: Final = 5.0
"""Seconds: what else the registrar does by the clock waits for it."""

CREDENTIAL_SHOWN: Final = notice(
    "registrar.credential_shown",
    subject=N_("Your voting code was shown"),
    paragraphs=(
        N_("Your code for a vote was shown on a screen, after somebody proved to the registrar to be you."),
        N_(
            "So that the time of this mail does not tell whose ballot is whose, it was sent at a moment left to "
            "chance, up to six hours later."
        ),
        N_(
            "If that was you, there is nothing to do. If it was not, somebody can pass for you: report on the page of "
            "the vote that your code was stolen, change your mail's password, and end the sessions that you do not "
            "know."
        ),
    ),
    link=(N_("See the vote"), "/votes/%(vote)s"),
    quiet=True,
)
"""It tells whose credential was displayed; quiet, since a ballot often follows soon."""

CODE: Final = notice(
    "registrar.code",
    subject=N_("A code from the registrar"),
    paragraphs=(
        N_("Somebody asked to see your voting code. To show it, the registrar needs this code:"),
        N_("It works for 10 minutes, on the page that asks for it. Nobody else needs it: tell it to nobody."),
        N_(
            "If you did not ask for it, do not pass it on: nothing was shown. Somebody is signed in as you, so change "
            "your mail's password and end the sessions that you do not know."
        ),
    ),
    code="code",
    link=(N_("See the vote"), "/votes/%(vote)s"),
)

_IGNORE: Final = N_(
    "If you did not ask for it, do not pass it on: nothing was done. Somebody is signed in as you, so change your "
    "mail's password and end the sessions that you do not know."
)
_WORKS: Final = N_("It works for 10 minutes, on the page that asks for it. Nobody else needs it: tell it to nobody.")

SIGNING_CODE: Final = notice(
    "registrar.signing_code",
    subject=N_("Your code to sign petition %(petition)s"),
    paragraphs=(
        N_("Somebody asked to sign petition %(petition)s in your name. To attest it, the registrar needs this code:"),
        _WORKS,
        _IGNORE,
    ),
    code="code",
    link=(N_("See the petition"), "/petitions/%(petition)s"),
    summary=N_("A code to sign a petition"),
)

WITHDRAWING_CODE: Final = notice(
    "registrar.withdrawing_code",
    subject=N_("Your code to withdraw your signature from petition %(petition)s"),
    paragraphs=(
        N_(
            "Somebody asked to withdraw your signature from petition %(petition)s. To attest it, the registrar needs "
            "this code:"
        ),
        _WORKS,
        _IGNORE,
    ),
    code="code",
    link=(N_("See the petition"), "/petitions/%(petition)s"),
    summary=N_("A code to withdraw a signature from a petition"),
)

AUDIT_QUESTION: Final = notice(
    "registrar.audit_question",
    subject=N_("Did you sign petition %(petition)s?"),
    paragraphs=(
        N_(
            "Auditors check by sample whether those who are counted in petition %(petition)s have signed it. You were "
            "drawn by lot. Please say whether you signed: it takes one click."
        ),
        N_(
            "Your answer goes to the auditors, who keep it to themselves. In public stands only how many said yes, how "
            "many no, and how many were not reached."
        ),
    ),
    link=(N_("Answer"), "/petitions/%(petition)s/audit/answer/%(token)s"),
    summary=N_("An auditor's question whether you signed a petition"),
)

PASSKEY_KNOWN: Final = notice(
    "registrar.passkey_known",
    subject=N_("The registrar now knows your passkey"),
    paragraphs=(
        N_(
            "The passkey “%(name)s” was enrolled for you at a service centre. From %(counts_from)s on it can show your "
            "voting codes, those of binding votes too. Until then it shows none."
        ),
        N_("If you were there, there is nothing to do: the wait gives you the time to object if you were not."),
        N_(
            "If you were not at a service centre, somebody else's passkey would pass for yours. Object before that "
            "time: remove the passkey on your page, and call the contact centre or the commission, who have the "
            "registrar forget it even if your page does not show it."
        ),
    ),
    link=(N_("See your ways of signing in"), "/me/security"),
    summary=N_("The registrar knows a passkey of yours"),
)

_SIGNATURE: Final = (N_("See your signature"), "/petitions/%(petition)s/signature")

SIGNED: Final = notice(
    "registrar.petition_signed",
    subject=N_("Petition %(petition)s was signed in your name"),
    paragraphs=(
        N_(
            "Somebody proved to the registrar to be you, with a passkey or an electronic identity, and signed petition "
            "%(petition)s. Your signature is counted."
        ),
        N_(
            "If that was you, there is nothing to do. If it was not, somebody can pass for you: withdraw the signature "
            "on the page below, end the sessions that you do not know, and report it to the contact centre."
        ),
    ),
    link=_SIGNATURE,
    summary=N_("A petition was signed in your name"),
)

PAPER_ENTERED: Final = notice(
    "registrar.petition_paper",
    subject=N_("Your signature on paper was entered in petition %(petition)s"),
    paragraphs=(
        N_(
            "An operator of a service centre entered a form with your signature in petition %(petition)s. It is "
            "counted as a signature on paper."
        ),
        N_(
            "If you have signed such a form, there is nothing to do. If you have not, withdraw the signature on the "
            "page below or at a service centre, and report it to the contact centre: nobody may enter what you did not "
            "sign."
        ),
    ),
    link=_SIGNATURE,
    summary=N_("Your signature on paper was entered in a petition"),
)

WITHDRAWN: Final = notice(
    "registrar.petition_withdrawn",
    subject=N_("Your signature in petition %(petition)s was withdrawn"),
    paragraphs=(
        N_(
            "Your signature in petition %(petition)s was withdrawn: by somebody who proved to the registrar to be you, "
            "with a passkey or an electronic identity, or by an operator who had entered a form wrongly, or because "
            "your IIN was corrected in the register."
        ),
        N_(
            "If that is right, there is nothing to do. If it is not, sign the petition again while it is open, end the "
            "sessions that you do not know, and report it to the contact centre."
        ),
    ),
    link=_SIGNATURE,
    summary=N_("Your signature in a petition was withdrawn"),
)

_KINDS: Final[Mapping[str, NoticeKind]] = {
    kind.name: kind
    for kind in (
        CREDENTIAL_SHOWN,
        CODE,
        SIGNING_CODE,
        WITHDRAWING_CODE,
        SIGNED,
        PAPER_ENTERED,
        WITHDRAWN,
        AUDIT_QUESTION,
        PASSKEY_KNOWN,
    )
}


def enqueue(
    means: Means,
    tx: UnitOfWork,
    person_id: str,
    kind: NoticeKind,
    *,
    run_after: datetime,
    lang: str = "",
    bound: tuple[str, bytes | None] | None = None,
    **params: str | datetime,
) -> None:
    """Have a mail sent from `run_after` on, once `tx` is committed; in `lang`, or the person's own language.

    Args:
        bound: to send it only if the person's IIN is still the one that this stands for (`Vault.number`), in what.
    """
    mail_id = secrets.token_hex(16)
    kept = {name: {"at": value.isoformat()} if isinstance(value, datetime) else value for name, value in params.items()}
    content: dict[str, Any] = {"person": person_id, "notice": kind.name, "lang": lang, "params": kept}
    if bound is not None:
        content |= {"about": bound[0], "number": (bound[1] or b"").hex()}
    tx.add(Outgoing(id=mail_id, sealed=means.vault.seal_mail(mail_id, content), run_after=run_after))


def send_due(means: Means) -> None:
    """Send what is due. What fails is tried again later, and given up after the twelfth time.

    When thousands sign at once, thousands wait for their codes: many leave side by side, and a round goes on for a
    while.
    """
    until = time.monotonic() + _ROUND
    while True:
        now = means.clock()
        waiting = select(Outgoing).where(col(Outgoing.run_after) <= now).order_by(col(Outgoing.run_after))
        with means.database.read() as session:
            due = list(session.exec(waiting.limit(_AT_ONCE)))
        if len(due) < _AT_ONCE:
            left = [_has_left(means, row) for row in due]
        else:
            with ThreadPoolExecutor(_SIDE_BY_SIDE, thread_name_prefix="registrar-mail") as pool:
                left = list(pool.map(partial(_has_left, means), due))
        _note(means, [row.id for row, gone in zip(due, left, strict=True) if gone], now, gone=True)
        for outcome in (False, None):
            _note(means, [row.id for row, gone in zip(due, left, strict=True) if gone is outcome], now, gone=outcome)
        if len(due) < _AT_ONCE or time.monotonic() >= until:
            return


class NobodyError(Exception):
    """The person is not in the register, or not as they were entered, or the register does not answer. A warning waits
    for that to be put right, for about a week: whoever changed or took away the row is not rid of it."""


def _has_left(means: Means, row: Outgoing) -> bool | None:
    """Whether it has; None if it waits for the register."""
    try:
        _hand_over(means, means.vault.open_mail(row.id, row.sealed))
    except NobodyError:
        return None
    except Exception as error:  # noqa: BLE001 - whatever it is, the others must leave and this one is tried again
        log.warning("registrar.mail_failed", attempt=row.attempts + 1, **describe(error))
        return False
    return True


def _note(means: Means, ids: Sequence[str], now: datetime, *, gone: bool | None) -> None:
    """Forget mails that have left or failed too often; the others wait. A crash before lets some leave twice.

    Args:
        gone: as `_has_left`.
    """
    if not ids:
        return
    with means.database.uow() as tx:
        if gone:
            tx.session.execute(delete(Outgoing).where(col(Outgoing.id).in_(ids)))
        else:
            for kept in tx.session.exec(select(Outgoing).where(col(Outgoing.id).in_(ids))):
                if gone is False and kept.attempts >= MAX_ATTEMPTS:  # it waited, and is now refused for the first time
                    kept.attempts = 0
                kept.attempts += 1
                kept.run_after = now + min(_FIRST_WAIT * 2 ** min(kept.attempts - 1, MAX_ATTEMPTS), _LONGEST_WAIT)
                if kept.attempts >= (MOST_WAITS if gone is None else MAX_ATTEMPTS):
                    tx.session.delete(kept)
        tx.commit()


def _hand_over(means: Means, content: Mapping[str, object]) -> None:
    """To the register's address; what is no code also to the one that the person set."""
    kind, params = _KINDS[str(content["notice"])], content["params"]
    assert isinstance(params, dict)
    said = {name: _param(value) for name, value in params.items()}
    person = str(content["person"])
    try:
        if "number" in content:
            where = contact(means, str(content["about"]), person, bytes.fromhex(str(content["number"])))
        else:
            where = means.residents.contact(person)
    except DomainError as refusal:
        if kind.code or refusal.code != "registry.unavailable":
            raise
        raise NobodyError from None
    if where is None:
        if kind.code:  # which is over by then
            return
        raise NobodyError
    also = "" if kind.code else where.also
    for address in filter(None, (where.mail, also)):
        mail = compose(means.settings, kind, address, str(content["lang"]) or where.lang, **said)
        try:
            means.mailer.send(mail)
        except MailRefused:
            metrics.mail("bounced")  # for good: trying again cannot help
        else:
            metrics.mail("sent")


def _param(value: Any) -> str | datetime:
    return datetime.fromisoformat(value["at"]) if isinstance(value, dict) else str(value)
