"""Mails to all who wanted to be told of a petition: batch by batch, so that a stop of the worker tells nobody twice.

A batch's jobs, one a mail, and the place that it came to land in one transaction.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlmodel import Session, col, func, select

from egov_participation.database import UnitOfWork
from egov_participation.notices.kinds import NoticeKind, Param
from egov_participation.petitions import keys
from egov_participation.petitions.models import Mailing, Outcome, Petition, Subscriber
from egov_participation.petitions.rules.outcomes import Content
from egov_participation.petitions.service import answer_letters, subscribers
from egov_participation.services import Services

BATCH: Final = 200
"""Mails that one transaction enters: those who sign meanwhile wait for a fraction of a second at most."""
CLOSED: Final = "closed"
_OUTCOME: Final = "outcome:"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the mails about something are."""

    told: int
    total: int
    finished_at: datetime | None


def of_outcome(outcome: int) -> str:
    """What a mailing about something published is called."""
    return f"{_OUTCOME}{outcome}"


def begin(tx: UnitOfWork, petition: Petition, about: str, now: datetime) -> bool:
    """Have the worker write to all who want to be told; False if that was begun before."""
    mine = select(func.count()).select_from(Subscriber).where(Subscriber.petition_id == petition.id)
    total = tx.exec(mine).one()
    return tx.add_if_new(
        Mailing, petition_id=petition.id, about=about, at=now, after=b"", told=0, total=total, finished_at=None
    )


def go_on(services: Services) -> int:
    """Enter the next batch of the mailing that waits longest; how many mails that was."""
    waiting = select(Mailing.id).where(col(Mailing.finished_at).is_(None)).order_by(col(Mailing.id)).limit(1)
    with services.database.read() as session:  # asked first: the lane is for those who have something to write
        mailing_id = session.exec(waiting).first()
    if mailing_id is None:
        return 0
    with services.database.uow() as tx:
        mine = select(Mailing).where(Mailing.id == mailing_id, col(Mailing.finished_at).is_(None))
        mailing = tx.exec(mine.with_for_update(skip_locked=True)).first()
        told = 0 if mailing is None else _batch(tx, services, mailing)
        tx.commit()
    return told


def progress(session: Session, petition_id: int) -> dict[str, Progress]:
    """How far each mailing of a petition is, by what it is about."""
    rows = session.exec(select(Mailing).where(Mailing.petition_id == petition_id))
    return {row.about: Progress(row.told, row.total, row.finished_at) for row in rows}


def _batch(tx: UnitOfWork, services: Services, mailing: Mailing) -> int:
    petition = tx.get(Petition, mailing.petition_id)
    assert petition is not None
    kind, params = _news(tx, petition, mailing.about)
    params |= answer_letters.about(tx.session, petition)
    keys_dir = services.settings.keys_dir
    creator = keys.person_hash(keys_dir, petition.creator) if petition.creator else b""
    next_ = (
        select(Subscriber)
        .where(Subscriber.petition_id == petition.id, col(Subscriber.person_hash) > mailing.after)
        .order_by(col(Subscriber.person_hash))
        .limit(BATCH)
    )
    rows = tx.exec(next_).all()
    for row in rows:
        if row.person_hash != creator:  # who has a mail of their own
            person_id = subscribers.person_of(keys_dir, row)
            answer_letters.to_subscriber(tx, services, petition, person_id, kind, **params)
    mailing.told += len(rows)
    if len(rows) < BATCH:
        mailing.finished_at = services.clock()
    else:
        mailing.after = rows[-1].person_hash
    tx.add(mailing)
    return len(rows)


def _news(tx: UnitOfWork, petition: Petition, about: str) -> tuple[NoticeKind, dict[str, Param]]:
    if about == CLOSED:
        return answer_letters.CLOSED, answer_letters.not_reached(tx.session, petition)
    outcome = tx.get(Outcome, int(about.removeprefix(_OUTCOME)))
    assert outcome is not None
    content = Content.of(json.loads(outcome.content))
    summary = {lang: words.summary for lang, words in content.texts.items()}
    return answer_letters.NEWS, answer_letters.news(content.to, summary)
