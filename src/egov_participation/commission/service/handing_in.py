"""Shuffles and decryptions that come by the link of a trustee's invitation, and that a job verifies."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from sqlmodel import col, select, update

from egov_participation.commission.models import Draft, DraftTrustee
from egov_participation.commission.service import invitations, letters
from egov_participation.commission.service.changing import title_of
from egov_participation.commission.service.lookup import find_draft
from egov_participation.commission.service.trustees import Step, by_link, locked_by_link
from egov_participation.database import UnitOfWork
from egov_participation.i18n import N_
from egov_participation.jobs import Payload, enqueue
from egov_participation.notices.kinds import Phrase
from egov_participation.services import Services
from egov_participation.throttle import Limit, throttle
from egov_participation.voting import service as voting
from egov_participation.voting.service import HandInKind, HandInView, ShuffleOutcome
from egov_participation.voting.views import AddingUp

VERIFY: Final = "commission.verify"
"""Kind of the jobs that verify what was handed in."""

HAND_INS_PER_HOUR: Final = Limit(
    "hand-ins",
    20,
    timedelta(hours=1),
    "trustee.too_often",
    N_("You have handed in too many files within the hour. This one was not taken. Try again in an hour."),
)
"""Counted for a trustee: each may take minutes to verify, and others wait for it."""
_OF_KIND: Final = {HandInKind.SHUFFLE: Step.SHUFFLE, HandInKind.DECRYPTION: Step.DECRYPT}


def hand_in(services: Services, token: str, kind: HandInKind, raw: bytes) -> None:
    """Take what the trustee of this link hands in, to be verified soon. The same file once more changes nothing while
    it is verified; another one takes its place.

    The link says whose a shuffle is, for a shuffle does not; whose a decryption is, its proofs tell.

    Raises:
        DomainError: 404 ``trustee.unknown``; 409 such as ``draft.frozen``: it is no vote yet; 429
            ``trustee.too_often``; those of `voting.service.take_hand_in`.
    """
    with services.database.uow() as tx:
        # Locked: the link that leads here is not replaced meanwhile (`invitations.invite`).
        row = locked_by_link(tx, token, states=("published",))
        uuid = find_draft(tx.session, row.draft_id).uuid
        id_ = voting.take_hand_in(services, tx, uuid, row.place, kind, raw)
        if id_ is not None:
            throttle(services.settings.keys_dir).take(tx, HAND_INS_PER_HOUR, row.id, services.clock())
            enqueue(tx, VERIFY, id_, {"hand_in": id_, "trustee": row.id})
        tx.commit()


def waiting(services: Services, token: str) -> HandInView | AddingUp | None:
    """What the trustee of this link has handed in, while it is verified; before, how far the ballots are added up. It
    is asked every second, so that nothing else of the draft is read, which may hold megabytes.

    Raises:
        DomainError: 404 ``trustee.unknown``.
    """
    with services.database.read() as session:
        row = by_link(session, token)
        uuid = session.exec(select(Draft.uuid).where(Draft.id == row.draft_id)).one()
        found = voting.hand_ins(session, uuid).get(row.place)
        adding = voting.adding_up_of(session, uuid)
    return found if found is not None and found.pending else adding


def verify(services: Services, payload: Payload) -> None:
    """Verify it, and record it or keep why it was refused.

    The trustee of a shuffle is written to, with its number: who only has the link could put another one in its place.
    Once enough have shuffled, all are told soon that they can decrypt. Of what is refused the trustee is told too, who
    has mostly left the page by then.
    """

    def tell(tx: UnitOfWork, outcome: ShuffleOutcome) -> None:
        row = tx.get(DraftTrustee, payload["trustee"])
        if row is None:
            return
        number = letters.in_groups(outcome.hash)
        title = title_of(find_draft(tx.session, row.draft_id))
        letters.to_trustee(services, tx, row, letters.SHUFFLED, title, number=number)
        if not outcome.awaited:
            mine = (col(DraftTrustee.draft_id) == row.draft_id, col(DraftTrustee.remind_at).is_not(None))
            tx.session.execute(update(DraftTrustee).where(*mine).values(remind_at=services.clock()))

    def refused(tx: UnitOfWork, kind: HandInKind, why: str) -> None:
        row = tx.get(DraftTrustee, payload["trustee"])
        if row is None or not row.mail:
            return
        title, what = title_of(find_draft(tx.session, row.draft_id)), invitations.OWED_WORDS[_OF_KIND[kind]]
        letters.to_trustee(services, tx, row, letters.REFUSED, title, what=Phrase(what), why=Phrase(why))

    voting.verify_hand_in(services, payload["hand_in"], tell, refused)
