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
from egov_participation.petitions.models import Happening, Petition, Signature, State
from egov_participation.petitions.rules.states import SIGNABLE
from egov_participation.petitions.service import deciding, letters, lifecycle, lookup
from egov_participation.services import Services

TELL: Final = "petitions.tell_merged"
"""Kind of the job that writes to a batch of signers."""
BATCH: Final = 500
"""Mails that one transaction enters: a fraction of a second on either database."""


def merge(
    services: Services, tx: UnitOfWork, petition: Petition, moderator: str, reason: str, other: Petition
) -> Happening:
    """Merge a petition, under review or open, into one that is open (`find`), with a public reason."""
    now, reference = services.clock(), petition.reference or ""
    petition.due_on = None
    happening = lifecycle.change(
        tx,
        petition,
        State.MERGED,
        now,
        by="moderator",
        actor=moderator,
        reason=reason,
        into=other,
        details={"reference": other.reference or ""},
    )
    deciding.put_down(tx, moderator, petition, "merged", now, happening)
    deciding.drop_wordings(tx, petition, now)
    lifecycle.happened(tx, other, "merged.here", now, by="moderator", details={"reference": reference})
    letters.tell_creator(tx, services, petition, letters.MERGED, other=other.reference or "", reason=reason)
    enqueue(tx, TELL, f"{reference}:0", {"petition": reference, "other": other.reference, "after": 0})
    return happening


def lock(tx: UnitOfWork, *references: str) -> None:
    """Lock petitions in one order for all: whoever merges the other way round waits here, and not in a circle."""
    for one in sorted(set(references)):
        tx.exec(select(Petition.id).where(Petition.reference == one).with_for_update())


def find(tx: UnitOfWork, petition: Petition, into: str, moderator: str | None) -> Petition:
    """The open petition that takes this one in.

    Raises:
        DomainError: 422 ``merge.into``: there is no other open petition of that number; 403 ``petition.own``: it is
            this moderator's, who would merge a rival into their own.
    """
    other = tx.exec(select(Petition).where(Petition.reference == into)).first()
    if other is None or other.id == petition.id or State(other.state) not in SIGNABLE:
        raise DomainError(
            422, N_("Give the number of another petition that is open for signatures."), code="merge.into"
        )
    lookup.check_not_own(other, moderator)
    return other


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
