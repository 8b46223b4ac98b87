"""The audit trail: what officials did, to what, and why. Rows are added and never changed.

It names the official, since an official acts in public office, and never the citizen: `Entry.object` is a reference
such as ``vote:3fT…`` or ``message:K-2024-7F3A``, and a person that was acted on is their ``person:`` id.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Final

from sqlalchemy import ColumnElement
from sqlmodel import Field, Session, SQLModel, col, func, or_, select

from egov_participation.actions import Action
from egov_participation.database import UnitOfWork, UTCDateTime
from egov_participation.services import SessionInfo

COMMAND: Final = "command"
"""The actor of what was done by a command on the server, where no session says who did it."""


class AuditEntry(SQLModel, table=True):
    """One act of an official."""

    __tablename__: ClassVar[str] = "audit_entry"

    id: int | None = Field(default=None, primary_key=True)
    at: datetime = Field(sa_type=UTCDateTime, index=True)
    actor: str = Field(index=True)
    """The official's person id, or ``command``."""
    action: str = Field(index=True)
    """``subject:noun:verb``, of `actions.Action`."""
    object: str = Field(index=True)
    """What was acted on, as ``kind:reference``."""
    reason: str = ""
    """The official's own words, where a reason is asked for."""
    step: str = "done"
    """``proposed``, ``approved``, ``refused``, ``withdrawn`` or ``done``: an act of two people has a row for each.
    ``seen``: looked at what is not open to everybody. ``discarded``: thrown away. ``tried``: asked for; ``done``
    follows where it was. Of a vote that is set up also
    ``invited``, ``removed``, ``frozen`` and ``thawed``; of its rehearsal ``begun`` and ``closed``.
    Of a petition ``noted``, ``accepted``, ``rejected``, ``hidden``, ``stopped``, ``merged``, ``wording-proposed``,
    ``appeal-granted`` and ``appeal-refused``; of its audit ``begun``, ``committed`` and ``revealed``. Of a draft
    regulation ``saved``, ``uploaded``, ``corrected``, ``undone``, ``paired``, ``compared`` and ``confirmed``. Of a
    comment ``redacted``, ``erased``, ``appeal-granted`` and ``appeal-refused``."""
    proposal: str = Field(default="", index=True)
    """Of an act of two people: the id of what was proposed (`approvals`)."""


@dataclass(frozen=True, slots=True)
class Query:
    """What is looked for in the trail; what is empty does not narrow it."""

    text: str = ""
    """Part of an object or of a reason."""
    action: str = ""
    actor: str = ""
    since: datetime | None = None
    until: datetime | None = None
    """Exclusive."""
    last: int = 0
    """Nothing after the entry of this id."""


def record(
    tx: UnitOfWork,
    session: SessionInfo | None,
    action: Action,
    object_: str,
    now: datetime,
    *,
    reason: str = "",
    step: str = "done",
    proposal: str = "",
) -> AuditEntry:
    """Add an entry in the transaction of the act itself: one does not land without the other.

    Args:
        session: the official's; None for a command on the server.
        object_: ``kind:reference``; never a name, an address or an IIN.
    """
    actor = COMMAND if session is None else session.person_id
    entry = AuditEntry(
        at=now, actor=actor, action=action.value, object=object_, reason=reason, step=step, proposal=proposal
    )
    tx.add(entry)
    return entry


def search(session: Session, query: Query, *, limit: int, offset: int = 0) -> tuple[list[AuditEntry], int]:
    """Entries, the newest first, and how many there are in all."""
    conditions = _conditions(query)
    total = session.exec(select(func.count()).select_from(AuditEntry).where(*conditions)).one()
    found = select(AuditEntry).where(*conditions).order_by(col(AuditEntry.id).desc()).limit(limit).offset(offset)
    return list(session.exec(found)), total


def batch(session: Session, query: Query, *, after: int, limit: int) -> list[AuditEntry]:
    """The next entries of a query, the oldest first, for an export that is written bit by bit.

    Args:
        after: the id of the last one of the batch before; 0 at the start.
    """
    found = select(AuditEntry).where(*_conditions(query), col(AuditEntry.id) > after)
    return list(session.exec(found.order_by(col(AuditEntry.id)).limit(limit)))


def actors(session: Session) -> list[str]:
    """Who ever did something: person ids, and `COMMAND`."""
    return list(session.exec(select(AuditEntry.actor).distinct().order_by(AuditEntry.actor)))


def _conditions(query: Query) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if query.text:
        part = query.text.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
        # Of an object its kind or how its reference begins: two digits in the middle of a person's id mean nothing.
        object_, reason = col(AuditEntry.object), col(AuditEntry.reason)
        found = ((object_, f"{part}%"), (object_, f"%:{part}%"), (reason, f"%{part}%"))
        conditions.append(or_(*(column.ilike(pattern, escape="\\") for column, pattern in found)))
    if query.action:
        conditions.append(col(AuditEntry.action) == query.action)
    if query.actor:
        conditions.append(col(AuditEntry.actor) == query.actor)
    if query.since is not None:
        conditions.append(col(AuditEntry.at) >= query.since)
    if query.until is not None:
        conditions.append(col(AuditEntry.at) < query.until)
    if query.last:
        conditions.append(col(AuditEntry.id) <= query.last)
    return conditions
