"""Where a person is written to, and what they do not want."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlmodel import Session, col, delete, select

from egov_participation.database import UnitOfWork
from egov_participation.i18n import N_
from egov_participation.notices import kinds, tokens
from egov_participation.notices.kinds import NoticeKind
from egov_participation.notices.models import DeclinedNotice, MailFailure
from egov_participation.services import Services


@dataclass(frozen=True, slots=True)
class Recipient:
    """Where a person is written to, and in which language."""

    address: str
    lang: str


@dataclass(frozen=True, slots=True)
class Choice:
    """A kind that can be switched off, and whether this person wants it."""

    kind: NoticeKind
    wanted: bool


def recipient(services: Services, session: Session, person_id: str) -> Recipient | None:
    """Where a person is written to, by the register and what they corrected; None for who is not in it, or has none."""
    person = services.registry.get(session, person_id)
    return Recipient(person.mail, person.language) if person and person.mail else None


def choices(session: Session, person_id: str, *, official: bool = False) -> list[Choice]:
    """The kinds that can be switched off, by name; those that only officials get, for an official alone."""
    declined = set(session.exec(select(DeclinedNotice.kind).where(DeclinedNotice.person_id == person_id)))
    optional = [kind for kind in kinds.every().values() if kind.optional and (official or not kind.officials)]
    return [Choice(kind, kind.name not in declined) for kind in sorted(optional, key=lambda kind: kind.name)]


_GROUPS: Final = (
    (N_("Signing in"), ("identity.code", "identity.recovery_used", "identity.recovery_made", "identity.")),
    (N_("Mail address and data"), ("identity.address_", "identity.erased")),
    (N_("Taking part in votes"), ("registrar.", "voting.", "incidents.")),
    (N_("Messages to the contact centre"), ("contact.",)),
    (N_("Roles of officials"), ("roles.", "approvals.")),
)
"""What each group of notices is called, and with what the names of its kinds begin: the longest that fits counts."""
_OTHER: Final = N_("Everything else")


def always() -> list[tuple[str, list[str]]]:
    """What people cannot switch off, in groups: their names and what each mail says, all as msgids.

    Of a group, kinds stand in the order in which it names them, and else in that in which the rooms state them.
    """
    groups: dict[str, list[tuple[int, str]]] = {group: [] for group in (*(name for name, _ in _GROUPS), _OTHER)}
    for kind in kinds.every().values():
        if not kind.optional:
            group, place = _group(kind.name)
            groups[group].append((place, kind.summary or kind.subject))
    return [
        (group, [subject for _, subject in sorted(found, key=lambda one: one[0])])
        for group, found in groups.items()
        if found
    ]


def _group(name: str) -> tuple[str, int]:
    fitting = [
        (len(begins), group, place)
        for group, beginnings in _GROUPS
        for place, begins in enumerate(beginnings)
        if name.startswith(begins)
    ]
    _, group, place = max(fitting, default=(0, _OTHER, 0))
    return group, place


def opened(keys_dir: Path, token: str) -> tuple[str, NoticeKind] | None:
    """Whom and which kind a link of a mail means to switch off; None if it is not ours, or the kind is not optional."""
    found = tokens.open_unsubscribe(keys_dir, token)
    kind = kinds.find(found[1]) if found else None
    return (found[0], kind) if found and kind and kind.optional else None


def choose(tx: UnitOfWork, person_id: str, kind: NoticeKind, *, wanted: bool) -> None:
    """Switch a kind on or off for a person. One that warns of misuse stays on."""
    if wanted or not kind.optional:
        tx.exec(
            delete(DeclinedNotice).where(
                col(DeclinedNotice.person_id) == person_id, col(DeclinedNotice.kind) == kind.name
            )
        )
    else:
        tx.add_if_new(DeclinedNotice, person_id=person_id, kind=kind.name)


def is_wanted(session: Session, person_id: str, kind: NoticeKind) -> bool:
    """Whether the person has not switched the kind off."""
    return session.get(DeclinedNotice, (person_id, kind.name)) is None


def forget(tx: UnitOfWork, person_id: str) -> None:
    """Delete all that is kept about writing to this person."""
    tx.exec(delete(MailFailure).where(col(MailFailure.person_id) == person_id))
    tx.exec(delete(DeclinedNotice).where(col(DeclinedNotice.person_id) == person_id))
