"""Forgetting people: at their own wish, and some months after a petition has ended, with the counts kept.

Signatures lose what tells whose they are in batches, one a job, so that a petition of a million holds nobody up. A
crash between two batches leaves the next one's job; a batch done twice does no harm. They lose their ids too, which
would tell in what order people signed: the new ones are left to chance, and below 0, where no later one comes.
"""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Select, bindparam, exists
from sqlalchemy import update as update_table
from sqlmodel import col, delete, select, update

from egov_participation.database import UnitOfWork, finds_any, table_of
from egov_participation.jobs import Payload, enqueue
from egov_participation.petitions.keys import person_hash
from egov_participation.petitions.models import (
    Answer,
    Appeal,
    Debate,
    PaperForm,
    Petition,
    PressureReport,
    Signature,
    State,
    Subscriber,
    Supporter,
)
from egov_participation.petitions.rules import retention
from egov_participation.petitions.rules.states import ENDED
from egov_participation.petitions.service.lifecycle import happened
from egov_participation.services import Services

ANONYMISE: Final = "petitions.anonymise"
BATCH: Final = 1000
"""Rows of one transaction."""

_MOMENT: Final[dict[str, Any]] = {"name": "", "signed_at": None, "network": None}
_PERSON: Final[dict[str, Any]] = {"person_hash": None, "person_sealed": None}


def forget_person(services: Services, tx: UnitOfWork, person_id: str) -> None:
    """What an erasure does. Who signed a petition that still collects stays known to it: nobody signs twice."""
    who, mine = person_hash(services.settings.keys_dir, person_id), col(Petition.creator) == person_id
    tx.exec(delete(Petition).where(mine, col(Petition.state) == State.DRAFT.value))
    written = select(Petition.id).where(mine)
    tx.exec(update(Appeal).where(col(Appeal.petition_id).in_(written)).values(text_sealed=None))
    tx.exec(update(Petition).where(mine).values(creator=None, creator_name=""))
    for table in (Supporter, Subscriber):
        tx.exec(delete(table).where(col(table.person_hash) == who))
    signed = col(Signature.person_hash) == who
    tx.exec(update(Signature).where(signed).values(_MOMENT))
    ended = select(Petition.id).where(col(Petition.state).in_([state.value for state in ENDED]))
    tx.exec(update(Signature).where(signed, col(Signature.petition_id).in_(ended)).values(_PERSON))
    reported = col(PressureReport.person_hash) == who
    tx.exec(delete(PressureReport).where(reported, col(PressureReport.answered_at).is_not(None)))
    tx.exec(update(PressureReport).where(reported).values(_PERSON))


# -- by the clock ------------------------------------------------------------------------------------------------------


def forget_old(services: Services) -> bool:
    """What has been kept for as long as it may: networks, drafts, reports, subscribers of what is over; and begin with
    the petitions whose time has come. Some of each at a time; whether there was anything."""
    now = services.clock()
    wanted = _wanted(services, now)
    with services.database.read() as session:  # asked first: the lane is for those who have something to write
        if not finds_any(session, *wanted.values()):
            return False
        due = {name: list(session.execute(query.limit(BATCH)).scalars()) for name, query in wanted.items()}
    with services.database.uow() as tx:
        tx.exec(update(Signature).where(col(Signature.id).in_(due["networks"])).values(network=None))
        tx.exec(delete(Petition).where(col(Petition.id).in_(due["drafts"]), col(Petition.state) == State.DRAFT.value))
        tx.exec(delete(PressureReport).where(col(PressureReport.reference).in_(due["reports"])))
        tx.exec(delete(Subscriber).where(col(Subscriber.petition_id).in_(due["over"])))
        for petition_id in due["petitions"]:
            _enqueue(tx, petition_id, b"", now)
        tx.commit()
    return True


def _wanted(services: Services, now: datetime) -> dict[str, Select[Any]]:
    """Queries for the keys of rows whose time has come."""
    return {
        "networks": select(Signature.id).where(
            col(Signature.network).is_not(None), col(Signature.signed_at) <= now - retention.NETWORKS_KEPT
        ),
        "drafts": select(Petition.id).where(
            Petition.state == State.DRAFT.value, Petition.state_at <= now - retention.DRAFTS_KEPT
        ),
        "reports": select(PressureReport.reference).where(
            col(PressureReport.answered_at) <= now - retention.REPORTS_KEPT
        ),
        "petitions": select(Petition.id).where(
            col(Petition.erase_on) <= services.day(now), col(Petition.anonymised_at).is_(None)
        ),
        "over": select(Petition.id).where(
            col(Petition.anonymised_at).is_not(None),
            Petition.answer_state != Answer.AWAITED.value,
            col(Petition.debate_state).not_in([Debate.AWAITED.value, Debate.SCHEDULED.value]),
            exists().where(col(Subscriber.petition_id) == col(Petition.id)),
        ),
    }


def _enqueue(tx: UnitOfWork, petition_id: int, after: bytes, now: datetime) -> None:
    # From now on, and not at once: what comes by the clock has its turn between two batches.
    payload = {"petition": petition_id, "after": after.hex()}
    enqueue(tx, ANONYMISE, f"{petition_id}:{after.hex()}", payload, run_after=now + retention.BETWEEN_BATCHES)


def anonymise(services: Services, payload: Payload) -> None:
    """One batch of a petition's signatures; after the last one the petition itself, told in its timeline."""
    petition_id, after, now = payload["petition"], bytes.fromhex(payload["after"]), services.clock()
    pseudonym, following = col(Signature.pseudonym), (Signature.petition_id == petition_id, Signature.pseudonym > after)
    with services.database.uow() as tx:
        batch = tx.exec(select(Signature.pseudonym).where(*following).order_by(pseudonym).limit(BATCH)).all()
        if batch:
            theirs = select(Signature.id).where(*following, pseudonym <= batch[-1])
            _anonymise(tx, list(tx.exec(theirs.order_by(pseudonym, col(Signature.id)))))
            _enqueue(tx, petition_id, batch[-1], now)
        else:
            _finish(tx, petition_id, now)
        tx.commit()


def _anonymise(tx: UnitOfWork, ids: list[int | None]) -> None:
    """Of one person's rows, which follow each other, the last one keeps the greatest id."""
    tx.exec(update(PaperForm).where(col(PaperForm.signature_id).in_(ids)).values(signature_id=None))
    new = sorted(-1 - secrets.randbelow(2**62) for _ in ids)
    tx.session.execute(_REKEY, [{"old": old, "new": id_} for old, id_ in zip(ids, new, strict=True)])


def _finish(tx: UnitOfWork, petition_id: int, now: datetime) -> None:
    petition = tx.exec(select(Petition).where(Petition.id == petition_id).with_for_update()).first()
    if petition is None or petition.anonymised_at is not None:
        return
    petition.creator, petition.creator_name, petition.anonymised_at = None, "", now
    tx.add(petition)
    tx.exec(update(Appeal).where(col(Appeal.petition_id) == petition_id).values(text_sealed=None))
    tx.exec(update(PaperForm).where(col(PaperForm.petition_id) == petition_id).values(witness_sealed=None))
    tx.exec(delete(Supporter).where(col(Supporter.petition_id) == petition_id))
    happened(tx, petition, "anonymised", now)


_signatures = table_of(Signature)
_REKEY: Final = (
    update_table(_signatures)
    .where(_signatures.c.id == bindparam("old"))
    .values(id=bindparam("new"), **_MOMENT, **_PERSON)
)
