"""What is held of how a person signs in, and of what officials did that concerns them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final, TypeVar

from sqlalchemy import ColumnElement
from sqlmodel import Session, SQLModel, col, delete, func, select

from egov_participation.actions import ACTION_NAMES
from egov_participation.audit import AuditEntry
from egov_participation.database import UnitOfWork
from egov_participation.i18n import N_
from egov_participation.identity import rules
from egov_participation.identity.models import (
    AddressChange,
    Challenge,
    Handoff,
    LoginSession,
    Passkey,
    PasskeyHolder,
    PendingTotp,
    RecoveryCode,
    SignIn,
    Totp,
)
from egov_participation.identity.service.wording import LEVEL_WORDS, METHOD_WORDS
from egov_participation.personal import Fact, Record, Section
from egov_participation.services import Services

_Row = TypeVar("_Row", bound=SQLModel)

_ACTS: Final = {action.value: words for action, words in ACTION_NAMES.items()}
_NO_SECRETS: Final = N_("Neither the keys nor the codes themselves are held, or only encrypted.")


def held(_services: Services, session: Session, person_id: str) -> Sequence[Section]:
    """Sessions, ways of signing in, a change of address under way, and entries of the audit trail."""
    return [
        Section(
            name="sessions",
            title=N_("Where you are signed in"),
            about=N_("A session a browser, so that you need not sign in on every page, and can end one elsewhere."),
            kept=N_("For 8 hours at most. An erasure ends them all."),
            records=[_session(row) for row in _rows(session, LoginSession, person_id)],
        ),
        Section(
            name="passkeys",
            title=N_("Your passkeys"),
            about=N_("What you sign in with. The site holds only the public half of each, which opens nothing."),
            kept=N_("Until you remove them. An erasure deletes them, those enrolled in person too."),
            records=[_passkey(row) for row in _rows(session, Passkey, person_id)],
        ),
        Section(
            name="app",
            title=N_("Your app with codes"),
            about=_NO_SECRETS,
            kept=N_("Until you remove it. An erasure deletes it."),
            records=[
                [
                    Fact("created_at", N_("Added"), row.created_at),
                    Fact("last_used_at", N_("Last used"), row.last_used_at),
                ]
                for row in _rows(session, Totp, person_id)
            ],
            alone=True,
        ),
        Section(
            name="recovery_codes",
            title=N_("Your recovery codes"),
            about=_NO_SECRETS,
            kept=N_("Until you use them or make new ones. An erasure deletes them."),
            records=_recovery(session, person_id),
            alone=True,
        ),
        Section(
            name="address_change",
            title=N_("A new mail address under way"),
            about=N_("A new address is used after 72 hours and once it is confirmed."),
            kept=N_("For seven days at most. An erasure deletes it."),
            records=[
                [
                    Fact("mail", N_("New mail address"), row.mail),
                    Fact("asked_at", N_("Asked for"), row.asked_at),
                    Fact("confirmed_at", N_("Confirmed"), row.confirmed_at),
                ]
                for row in _rows(session, AddressChange, person_id)
            ],
            alone=True,
        ),
        Section(
            name="audit_trail",
            title=N_("What officials did that concerns you"),
            about=N_("From the audit trail, in which every act of an official stands."),
            kept=N_("It stays, also after an erasure: else nobody could be held to what they did."),
            records=_acts(session, person_id),
        ),
    ]


def _rows(session: Session, model: type[_Row], person_id: str) -> Sequence[_Row]:
    return session.exec(select(model).where(_of(model, person_id))).all()


def _of(model: type[SQLModel], person_id: str) -> ColumnElement[bool]:
    return col(model.person_id) == person_id  # type: ignore[attr-defined]


def _session(row: LoginSession) -> Record:
    return [
        Fact("browser", N_("Browser"), row.agent or None),
        Fact("site", N_("Where"), row.site, N_("voting booth") if row.site == "booth" else N_("this site")),
        Fact("signed_in_at", N_("Signed in"), row.signed_in_at),
        Fact("last_seen_at", N_("Last page opened"), row.last_seen_at),
        Fact("method", N_("How"), row.method, METHOD_WORDS[rules.Method(row.method)]),
        Fact("assurance", N_("Level of assurance"), row.assurance, LEVEL_WORDS[row.assurance]),
        Fact("capacity", N_("As"), row.capacity, N_("official") if row.capacity == "official" else N_("citizen")),
    ]


def _passkey(row: Passkey) -> Record:
    return [
        Fact("name", N_("Name"), row.name),
        Fact("level", N_("Level of assurance"), row.level, LEVEL_WORDS[row.level]),
        Fact("created_at", N_("Added"), row.created_at),
        Fact("last_used_at", N_("Last used"), row.last_used_at),
        Fact("stopped_at", N_("Stopped"), row.stopped_at),
        Fact("synced", N_("Copied to your other devices"), row.synced),
        Fact("public_key", N_("Public key"), row.public_key.hex()),
    ]


def _recovery(session: Session, person_id: str) -> list[Record]:
    number, made = session.exec(
        select(func.count(), func.min(RecoveryCode.created_at)).where(_of(RecoveryCode, person_id))
    ).one()
    return [[Fact("left", N_("Codes left"), number), Fact("created_at", N_("Made"), made)]] if number else []


def _acts(session: Session, person_id: str) -> list[Record]:
    concerned = col(AuditEntry.object) == f"person:{person_id}"
    return [
        [
            Fact("at", N_("When"), row.at),
            Fact("action", N_("Act"), row.action, _ACTS.get(row.action, "")),
            Fact("reason", N_("Reason"), row.reason or None),
            Fact("step", N_("Step"), row.step),
        ]
        for row in session.exec(select(AuditEntry).where(concerned).order_by(col(AuditEntry.id)))
    ]


def erase(_services: Services, tx: UnitOfWork, person_id: str, _now: datetime) -> None:
    """Delete the ways of signing in, all sessions and whatever was begun in them."""
    sessions = select(LoginSession.token_hash).where(_of(LoginSession, person_id))
    tx.exec(delete(Handoff).where(col(Handoff.parent).in_(sessions)))
    for model in _ERASED:
        tx.exec(delete(model).where(_of(model, person_id)))


_ERASED: Final = (
    SignIn,
    LoginSession,
    Challenge,
    PendingTotp,
    Totp,
    RecoveryCode,
    Passkey,
    PasskeyHolder,
    AddressChange,
)
