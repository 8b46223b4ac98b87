"""Merging a petition into another one that asks for the same.

No signature moves by itself: each is a person's word on one text, attested for one petition. So whoever signed is asked
whether they sign the other.
"""

from __future__ import annotations

from typing import Final

from sqlmodel import col, select

from egov_participation.database import UnitOfWork
from egov_participation.errors import DomainError
from egov_participation.i18n import N_
from egov_participation.jobs import Payload, enqueue
from egov_participation.notices.service import notify
from egov_participation.petitions import keys
from egov_participation.petitions.models import Petition, Signature, State
from egov_participation.petitions.rules.states import SIGNABLE, TRANSITIONS
from egov_participation.petitions.service import casework, deciding, letters, lifecycle, lookup
from egov_participation.services import Services, SessionInfo

TELL: Final = "petitions.tell_merged"
"""Kind of the job that writes to a batch of signers."""
BATCH: Final = 500
"""Mails that one transaction enters: a fraction of a second on either database."""


def merge(services: Services, tx: UnitOfWork, acting: SessionInfo, reference: str, into: str, reason: str) -> Petition:
    """Merge a petition, under review or open, into one that is open, with a public reason.

    Raises:
        DomainError: those of `casework.take`; 422 ``merge.into``: there is no other open petition of that number; 409
            ``petition.state``.
    """
    for one in sorted({reference, into}):  # whoever merges the other way round waits here, and not in a circle
        tx.exec(select(Petition.id).where(Petition.reference == one).with_for_update())
    now = services.clock()
    petition = casework.take(services, tx, acting, reference)
    other = tx.exec(select(Petition).where(Petition.reference == into)).first()
    if other is None or other.id == petition.id or State(other.state) not in SIGNABLE:
        raise DomainError(
            422, N_("Give the number of another petition that is open for signatures."), code="merge.into"
        )
    if State.MERGED not in TRANSITIONS[State(petition.state)]:
        raise deciding.state_changed()
    petition.due_on = None
    happening = lifecycle.change(
        tx,
        petition,
        State.MERGED,
        now,
        by="moderator",
        actor=acting.person_id,
        reason=reason,
        into=other,
        details={"reference": into},
    )
    deciding.record(tx, acting, petition, "merged", now, happening)
    deciding.drop_wordings(tx, petition, now)
    lifecycle.happened(tx, other, "merged.here", now, by="moderator", details={"reference": reference})
    letters.tell_creator(tx, services, petition, letters.MERGED, other=into, reason=reason)
    enqueue(tx, TELL, f"{reference}:0", {"petition": reference, "other": into, "after": 0})
    casework.let_go(tx, petition)
    return petition


def tell_signers(services: Services, payload: Payload) -> None:
    """Write to the next signers of a petition that was merged, and leave the rest to the next job.

    Raises:
        DomainError: 404 ``petition.unknown``.
    """
    reference, other, after = payload["petition"], payload["other"], payload["after"]
    keys_dir = services.settings.keys_dir
    with services.database.uow() as tx:
        petition = lookup.found(tx.session, reference)
        title = letters.titles(tx, petition)
        theirs = select(Signature).where(
            Signature.petition_id == petition.id, Signature.state == "valid", col(Signature.id) > after
        )
        rows = tx.exec(theirs.order_by(col(Signature.id)).limit(BATCH)).all()
        for row in rows:
            if row.person_sealed is not None:
                person_id = keys.open_person(keys_dir, row.petition_id, row.person_sealed)
                # The key keeps a batch that is done once more from writing twice; it names nobody.
                key = f"{reference}:{row.id}"
                notify(
                    tx, keys_dir, person_id, letters.SIGNED_MERGED, key, reference=reference, other=other, title=title
                )
        if len(rows) == BATCH:
            last = rows[-1].id
            enqueue(tx, TELL, f"{reference}:{last}", {"petition": reference, "other": other, "after": last})
        tx.commit()
