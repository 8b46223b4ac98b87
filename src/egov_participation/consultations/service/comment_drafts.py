"""What somebody has written and not sent yet. It is kept sealed; its files are kept with it."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, delete, func, select

from egov_participation.consultations import keys
from egov_participation.consultations.models import CommentDraft, CommentFile, Consultation
from egov_participation.consultations.rules import attachments, commenting
from egov_participation.consultations.service import lookup
from egov_participation.consultations.views import FileView
from egov_participation.database import UnitOfWork
from egov_participation.errors import DomainError
from egov_participation.i18n import N_
from egov_participation.services import Services, SessionInfo
from egov_participation.throttle import throttle

COMMENT = "comment"
AMENDMENT = "amendment"
KEPT = "kept"
"""Kinds of drafts, besides those that discuss an amendment (`discussing`)."""


def discussing(number: int) -> str:
    """The kind of a draft that discusses the amendment of that number."""
    return f"about-{number}"


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft, opened."""

    id: int
    consultation_id: int
    lineage: str
    kind: str
    fields: Mapping[str, str]
    """The form, as it was filled in."""
    at: datetime
    files: tuple[FileView, ...]

    @property
    def seen(self) -> str:
        """Tells whether it is still what somebody looked at."""
        content = json.dumps([dict(self.fields), [file.sha256 for file in self.files]], sort_keys=True)
        return hashlib.sha256(content.encode()).hexdigest()[:16]


def find(
    services: Services, session: Session, acting: SessionInfo, consultation: Consultation, lineage: str, kind: str
) -> Draft | None:
    """One's draft for a place."""
    row = _find(session, consultation, keys.person_hash(services.settings.keys_dir, acting.person_id), lineage, kind)
    return None if row is None else _opened(services, session, row)


def mine(services: Services, session: Session, person_id: str) -> list[Draft]:
    """All of one's drafts, the last first."""
    owner = keys.person_hash(services.settings.keys_dir, person_id)
    rows = session.exec(
        select(CommentDraft)
        .where(CommentDraft.person_hash == owner, CommentDraft.kind != KEPT)
        .order_by(col(CommentDraft.at).desc(), col(CommentDraft.id).desc())
    ).all()
    return [_opened(services, session, row) for row in rows]


def save(
    services: Services,
    tx: UnitOfWork,
    acting: SessionInfo,
    consultation: Consultation,
    lineage: str,
    kind: str,
    fields: Mapping[str, str],
) -> int:
    """Put down what somebody has written, in the place of what they had written there before; the draft's id.

    Raises:
        DomainError: 409 ``draft.too_many``.
    """
    assert consultation.id is not None
    owner, now = keys.person_hash(services.settings.keys_dir, acting.person_id), services.clock()
    tx.lock(f"comment drafts:{owner.hex()}")
    row = _find(tx.session, consultation, owner, lineage, kind)
    if row is None:
        theirs = (CommentDraft.consultation_id == consultation.id, CommentDraft.person_hash == owner)
        if tx.exec(select(func.count()).select_from(CommentDraft).where(*theirs)).one() >= commenting.MOST_DRAFTS:
            raise DomainError(
                409, N_("You have many drafts already. Send one or throw one away first."), code="draft.too_many"
            )
        row = CommentDraft(
            consultation_id=consultation.id, person_hash=owner, lineage=lineage, kind=kind, content=b"", at=now
        )
    row.content, row.at = _seal(services, row, fields), now
    tx.add(row)
    tx.flush()
    assert row.id is not None
    return row.id


def discard(tx: UnitOfWork, draft_id: int) -> None:
    """Throw a draft away, with the files that are still its own."""
    tx.exec(delete(CommentFile).where(col(CommentFile.draft_id) == draft_id))
    tx.exec(delete(CommentDraft).where(col(CommentDraft.id) == draft_id))


def attach(tx: UnitOfWork, draft_id: int, name: str, content: bytes) -> None:
    """Put a file with a draft; the same one again changes nothing.

    Raises:
        DomainError: 422 of `attachments.media_type`; 409 ``file.many``, ``file.total``.
    """
    found = attachments.media_type(content)
    digest = hashlib.sha256(content).hexdigest()
    there = tx.exec(select(CommentFile.sha256).where(CommentFile.draft_id == draft_id)).all()
    if digest in there:
        return
    if len(there) >= commenting.MOST_FILES:
        raise DomainError(409, N_("There are 3 files already. Take one away first."), code="file.many")
    _check_total(tx, draft_id, len(content))
    tx.add(
        CommentFile(
            draft_id=draft_id,
            name=attachments.file_name(name, found),
            media_type=found,
            sha256=digest,
            size=len(content),
            content=content,
        )
    )
    tx.flush()


def _check_total(tx: UnitOfWork, draft_id: int, more: int) -> None:
    owner = tx.exec(select(CommentDraft.person_hash).where(CommentDraft.id == draft_id)).one()
    tx.lock(f"comment drafts:{owner.hex()}")
    sizes = select(func.coalesce(func.sum(CommentFile.size), 0)).join(
        CommentDraft, col(CommentDraft.id) == col(CommentFile.draft_id)
    )
    if tx.exec(sizes.where(CommentDraft.person_hash == owner)).one() + more > commenting.DRAFT_FILES:
        raise DomainError(
            409,
            N_("Your drafts have 30 MB of files already. Send one of them, or take files away first."),
            code="file.total",
        )


def detach(tx: UnitOfWork, draft_id: int, sha256: str) -> None:
    """Take a file away from a draft."""
    tx.exec(delete(CommentFile).where(col(CommentFile.draft_id) == draft_id, col(CommentFile.sha256) == sha256))


# -- when the session has ended ----------------------------------------------------------------------------------------


def keep(
    services: Services, tx: UnitOfWork, reference: str, fields: Mapping[str, str], network: str, browser: str
) -> str:
    """Keep what was typed by a browser whose session has ended; the token that its owner finds it by.

    Args:
        browser: a secret that this browser alone keeps. Whoever gives others the token shows them nothing by that.

    Raises:
        DomainError: 404 ``consultation.unknown``; 429 ``comment.too_many``.
    """
    now = services.clock()
    throttle(services.settings.keys_dir).take(tx, commenting.KEPT_FOR_NETWORK, network, now)
    consultation = lookup.found(tx.session, reference)
    assert consultation.id is not None
    token = secrets.token_urlsafe(16)
    row = CommentDraft(
        consultation_id=consultation.id, person_hash=_hash(token, browser), kind=KEPT, content=b"", at=now
    )
    row.content = _seal(services, row, fields)
    tx.add(row)
    tx.flush()
    return token


def kept(services: Services, session: Session, consultation: Consultation, token: str, browser: str) -> dict[str, str]:
    """What this browser kept under this token; empty where there is nothing (any more)."""
    row = _find(session, consultation, _hash(token, browser), "", KEPT) if token and browser else None
    if row is None or row.at + commenting.KEPT_TEXT <= services.clock():
        return {}
    return dict(_opened(services, session, row).fields)


def forget_kept(tx: UnitOfWork, consultation: Consultation, token: str, browser: str) -> None:
    """It was put into a draft."""
    owner = _hash(token, browser)
    theirs = (col(CommentDraft.consultation_id) == consultation.id, col(CommentDraft.person_hash) == owner)
    tx.exec(delete(CommentDraft).where(*theirs, col(CommentDraft.kind) == KEPT))


def _hash(token: str, browser: str) -> bytes:
    return hashlib.sha256(f"{token} {browser}".encode()).digest()


def _find(session: Session, consultation: Consultation, owner: bytes, lineage: str, kind: str) -> CommentDraft | None:
    return session.exec(
        select(CommentDraft).where(
            CommentDraft.consultation_id == consultation.id,
            CommentDraft.person_hash == owner,
            CommentDraft.lineage == lineage,
            CommentDraft.kind == kind,
        )
    ).first()


def _owner(row: CommentDraft) -> str:
    return f"draft:{row.consultation_id}:{row.person_hash.hex()}:{row.lineage}:{row.kind}"


def _seal(services: Services, row: CommentDraft, fields: Mapping[str, str]) -> bytes:
    return keys.box(services.settings.keys_dir).close(json.dumps(dict(fields)), _owner(row))


def _opened(services: Services, session: Session, row: CommentDraft) -> Draft:
    assert row.id is not None
    columns = (CommentFile.name, CommentFile.media_type, CommentFile.sha256, CommentFile.size)
    files = session.execute(select(*columns).where(CommentFile.draft_id == row.id).order_by(col(CommentFile.id)))
    fields = json.loads(keys.box(services.settings.keys_dir).open(row.content, _owner(row)))
    return Draft(
        row.id, row.consultation_id, row.lineage, row.kind, fields, row.at, tuple(FileView(*file) for file in files)
    )
