"""Which comments say nearly the same: found in the background, for one reply to all of them, with their true count.

Only what is said to the same provision is compared: “Against.” means another thing elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlmodel import col, or_, select, update

from egov_participation.consultations.models import GONE, Comment, Consultation, Provision, State
from egov_participation.consultations.rules.states import ANSWERABLE
from egov_participation.database import UnitOfWork
from egov_participation.documents.duplicates import cluster
from egov_participation.jobs import enqueue, is_owed
from egov_participation.services import Services

CLUSTER: Final = "consultations.cluster"
"""Kind of the jobs that find it out."""
_SMALL: Final = 200
"""Of fewer comments it is found out anew with each, and of all when no more come."""
_MANY: Final = 2_000
"""Up to so many comments it is found out when any has come since; of more when a tenth has."""
_PAUSE: Final = timedelta(minutes=10)
"""Of others once in so long: all texts are compared again, and nobody else's work may wait for it at each comment."""
_AT_ONCE: Final = 500


def due(services: Services) -> None:
    """Put into the queue what has to be found out anew."""
    now = services.clock()
    with services.database.read() as session:
        found = session.exec(
            select(Consultation.reference, Consultation.comments, Consultation.state).where(
                col(Consultation.state).in_(ANSWERABLE),
                col(Consultation.comments) > col(Consultation.clustered),
                or_(
                    col(Consultation.comments) <= _MANY,
                    col(Consultation.comments) * 9 >= col(Consultation.clustered) * 10,
                    col(Consultation.state) == State.CLOSED.value,
                ),
            )
        ).all()
        wanted = []
        for reference, comments, state in found:
            at = None if comments < _SMALL or state == State.CLOSED else _after(now)
            key = f"{reference}/{comments}" if at is None else f"{reference}/{at:%Y-%m-%dT%H:%M}"
            if not is_owed(session, CLUSTER, key):
                wanted.append((reference, key, at))
    if wanted:
        with services.database.uow() as tx:
            for reference, key, at in wanted:
                enqueue(tx, CLUSTER, key, {"consultation": reference}, run_after=at)
            tx.commit()


def _after(now: datetime) -> datetime:
    """The end of the stretch of time that this moment is in: one job for all that comes in it."""
    pause = int(_PAUSE.total_seconds())
    return datetime.fromtimestamp((int(now.timestamp()) // pause + 1) * pause, UTC)


def find(services: Services, reference: str) -> None:
    """Find out which comments of a consultation say nearly the same, and keep it."""
    with services.database.read() as session:
        consultation = session.exec(select(Consultation).where(Consultation.reference == reference)).one()
        rows = session.exec(
            select(
                Comment.number, Comment.cluster, Comment.amendment, Comment.proposed, Comment.text, Provision.lineage
            )  # type: ignore[call-overload]
            .join(Provision, col(Provision.id) == col(Comment.provision_id), isouter=True)
            .where(Comment.consultation_id == consultation.id, col(Comment.shown).not_in(GONE))
            .order_by(col(Comment.number))
        ).all()
    groups: dict[tuple[str, str], list[tuple[int, str]]] = {}
    before: dict[int, int | None] = {}
    for number, known, amendment, proposed, text, lineage in rows:
        before[number] = known
        groups.setdefault((lineage or "", amendment or ""), []).append((number, f"{proposed}\n{text}".strip()))
    after: dict[int, int | None] = dict.fromkeys(before)
    for members in groups.values():
        for one in cluster(members):
            if len(one.members) > 1:
                after |= dict.fromkeys(one.members, one.representative)
    changed: dict[int | None, list[int]] = {}
    for number, known in before.items():
        if after[number] != known:
            changed.setdefault(after[number], []).append(number)
    with services.database.uow() as tx:
        mine = (col(Comment.consultation_id) == consultation.id, col(Comment.shown).in_(GONE))
        overtaken = not before.keys().isdisjoint(tx.exec(select(Comment.number).where(*mine)).all())
        if not overtaken:
            _keep(tx, consultation, changed, max(before, default=consultation.comments))
            tx.commit()
    if overtaken:  # some are gone meanwhile, and whom they were like would tell what they said
        find(services, reference)


def _keep(tx: UnitOfWork, consultation: Consultation, changed: Mapping[int | None, Sequence[int]], seen: int) -> None:
    for head, numbers in changed.items():
        for start in range(0, len(numbers), _AT_ONCE):
            mine = (
                col(Comment.consultation_id) == consultation.id,
                col(Comment.number).in_(numbers[start : start + _AT_ONCE]),
            )
            tx.exec(update(Comment).where(*mine).values(cluster=head))
    tx.exec(
        update(Consultation)
        .where(col(Consultation.id) == consultation.id)
        .values(clustered=max(seen, consultation.comments))
    )
