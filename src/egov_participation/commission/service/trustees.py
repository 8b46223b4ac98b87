"""How things stand for a trustee, as the link of the invitation shows it.

The link is the way in, for somebody who has neither role nor account; its token is random, and only its hash is kept.
An invitation that is sent again has a new token, and the old link leads nowhere.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlmodel import Session, select

from egov_participation.commission import documents
from egov_participation.commission.models import Draft, DraftTrustee
from egov_participation.commission.service import ceremonies
from egov_participation.commission.service.ceremonies import CeremonyView
from egov_participation.commission.service.changing import title_of
from egov_participation.commission.service.lookup import find_draft, lock_draft, trustees_of
from egov_participation.database import UnitOfWork
from egov_participation.errors import DomainError
from egov_participation.i18n import N_
from egov_participation.services import Services
from egov_participation.voting import service as voting
from egov_participation.voting.service import HandInView, VoteState
from egov_participation.voting.setup import SetupDocument
from egov_participation.voting.texts import Texts
from egov_participation.voting.views import AddingUp, VoteView


class Step(StrEnum):
    """Where a trustee stands."""

    KEY = "key"
    """The key is awaited, or was made and its file not opened once more."""
    TAKE_PART = "take_part"
    """A step of the ceremony is awaited, in which the trustees make their key together."""
    OTHERS = "others"
    """In the ceremony others are awaited, or it has not begun."""
    HANDED_IN = "handed_in"
    """The key is there, and compared if it was made together; the setup is not frozen yet."""
    CONFIRM = "confirm"
    """The setup is frozen: it is to be looked at and confirmed."""
    CONFIRMED = "confirmed"
    """Confirmed; two members of the commission have not approved it yet."""
    WAITING = "waiting"
    """The vote is set up, and has not closed and been added up."""
    SHUFFLE = "shuffle"
    """The encrypted ballots are to be shuffled, and this trustee's shuffle is awaited."""
    SHUFFLED = "shuffled"
    """This trustee's shuffle is recorded; others' are awaited."""
    ENOUGH_SHUFFLED = "enough_shuffled"
    """Enough of those among whom any are enough have shuffled; others' shuffles are awaited."""
    DECRYPT = "decrypt"
    """The encrypted sum is there and this trustee's decryption is awaited."""
    DECRYPTED = "decrypted"
    """This trustee's decryption is recorded."""
    SPARED = "spared"
    """Enough of those among whom any are enough have decrypted, so that this trustee's decryption is not needed."""
    VERIFYING = "verifying"
    """This trustee's shuffle or decryption was handed in and is being verified."""
    CANCELLED = "cancelled"
    """The vote was cancelled: nothing is ever decrypted. Or the draft was discarded."""


@dataclass(frozen=True, slots=True)
class OtherTrustee:
    """What a trustee may know of another one."""

    owner: int
    name: Texts
    offline: bool
    has_key: bool
    confirmed: bool
    """The setup that is frozen now."""


@dataclass(frozen=True, slots=True)
class TrusteeView:
    """All that a trustee's page shows. Times are aware, in UTC."""

    id: str
    vote: str
    """Uuid of the vote that it is or will be (another one after each thaw)."""
    step: Step
    owner: int
    """Place in the list of trustees, from 1."""
    name: Texts
    language: str
    offline: bool
    title: Texts
    """Of the vote, as far as it is written; fixed once the setup is frozen."""
    shuffled: bool
    """Whether ballots of some question are shuffled, as far as it is written."""
    public_key: bytes | None
    """One's own, with its proof, as JSON."""
    key_point: str | None
    """The key itself, 64 hex digits, as `voting.views.TrusteeView.public_key` has it."""
    key_at: datetime | None
    reopened_at: datetime | None
    others: tuple[OtherTrustee, ...]
    ceremony: CeremonyView | None
    """In which they make their key together; None if this one makes a key alone, being needed always."""
    besides: tuple[Texts, ...]
    """Who is needed always, where of the others some are enough."""
    setup: bytes | None
    """The setup document; None until it is frozen."""
    setup_hash: str | None
    confirmation: bytes | None
    """The registrar's signed statement on it."""
    archive_start: bytes | None
    """The archive's first bytes, which hold the list of keys, until the vote is published; from then on None."""
    confirmed_at: datetime | None
    published: VoteView | None
    """The vote, once two members have approved it."""
    hand_in: HandInView | None
    """One's own shuffle or decryption that is being verified, or was refused."""
    verifying: frozenset[int]
    """The trustees, this one too, of whom something is being verified."""
    adding_up: AddingUp | None
    """How far the ballots of the closed vote are added up, where that takes long."""


def by_token(services: Services, token: str) -> TrusteeView:
    """What the trustee of this link may see.

    Raises:
        DomainError: 404 ``trustee.unknown``: the link is not one, or another one was sent since.
    """
    with services.database.read() as session:
        row = by_link(session, token)
        draft, all_ = find_draft(session, row.draft_id), trustees_of(session, row.draft_id)
        ceremony = ceremonies.of_draft(session, draft, all_)
        # Before the vote: what is recorded in between is shown as being verified, and not as awaited once more.
        handed_in = voting.hand_ins(session, draft.uuid)
        adding = voting.adding_up_of(session, draft.uuid)
    published = voting.vote(services, draft.uuid) if draft.state == "published" else None
    return _view(draft, row, all_, published, ceremony, handed_in, adding)


def token_hash(token: str) -> str:
    """What is kept of a link."""
    return hashlib.sha256(token.encode()).hexdigest()


def step_of(
    draft: Draft,
    row: DraftTrustee,
    published: VoteView | None,
    ceremony: CeremonyView | None,
    hand_in: HandInView | None,
) -> Step:
    """Where a trustee stands.

    Args:
        published: the vote, if the draft is published.
        ceremony: of the draft (`ceremonies.of_draft`).
        hand_in: of this trustee, read before the vote (`voting.service.hand_ins`).
    """
    if published is not None:
        if published.state is VoteState.CANCELLED:
            return Step.CANCELLED
        own = next(trustee for trustee in published.trustees if trustee.owner == row.place)
        if own.decrypted:
            return Step.DECRYPTED
        match published.state:
            case VoteState.SHUFFLING if own.shuffled:
                return Step.SHUFFLED
            case VoteState.SHUFFLING | VoteState.DECRYPTING if hand_in is not None and hand_in.pending:
                return Step.VERIFYING
            case VoteState.SHUFFLING:
                return Step.SHUFFLE if published.awaits_shuffle(row.place) else Step.ENOUGH_SHUFFLED
            case VoteState.DECRYPTING | VoteState.TALLIED:
                return Step.DECRYPT if published.awaits_decryption(row.place) else Step.SPARED
            case _:
                return Step.WAITING
    if draft.state == "discarded":
        return Step.CANCELLED
    if draft.state == "frozen":
        return Step.CONFIRMED if row.confirmed_hash == draft.setup_hash else Step.CONFIRM
    if ceremony is not None and not row.always and not ceremony.has_compared(row.place):
        return Step.OTHERS if ceremony.owed_by(row.place) is None else Step.TAKE_PART
    return Step.KEY if row.public_key is None or row.reopened_at is None else Step.HANDED_IN


def name_of(row: DraftTrustee) -> Texts:
    """The trustee's name in three languages."""
    return Texts(row.name_kk, row.name_ru, row.name_en)


def locked_by_link(tx: UnitOfWork, token: str, lock: str = "", states: tuple[str, ...] = ("editing",)) -> DraftTrustee:
    """The trustee of a link, in a draft that is locked and in one of these states.

    Raises:
        DomainError: 404 ``trustee.unknown``; 409 of `lookup.check_state`.
    """
    if lock:
        tx.lock(lock)
    draft = lock_draft(tx, by_link(tx.session, token).draft_id)
    # Again, now that nobody changes it: another invitation may have been sent, or the trustee removed.
    tx.session.expire_all()
    row = by_link(tx.session, token)
    if draft.state not in states:
        message, code = _REFUSALS[draft.state]
        raise DomainError(409, message, code=code)
    return row


def by_link(session: Session, token: str) -> DraftTrustee:
    """The trustee of a link.

    Raises:
        DomainError: 404 ``trustee.unknown``.
    """
    row = session.exec(select(DraftTrustee).where(DraftTrustee.token_hash == token_hash(token))).first()
    if row is None:
        raise DomainError(
            404,
            N_(
                "This link leads nowhere. If another invitation was sent to you since, use the link in the latest one; "
                "else ask the commission."
            ),
            code="trustee.unknown",
        )
    return row


def _view(
    draft: Draft,
    row: DraftTrustee,
    all_: list[DraftTrustee],
    published: VoteView | None,
    ceremony: CeremonyView | None,
    handed_in: Mapping[int, HandInView],
    adding: AddingUp | None,
) -> TrusteeView:
    hand_in = handed_in.get(row.place)
    return TrusteeView(
        id=row.id,
        vote=draft.uuid,
        step=step_of(draft, row, published, ceremony, hand_in),
        owner=row.place,
        name=name_of(row),
        language=row.language,
        offline=row.offline,
        title=SetupDocument.parse(draft.setup).title if draft.setup else title_of(draft),
        shuffled=any(documents.kind_of(asked).shuffled for asked in documents.load(draft.document)["questions"]),
        public_key=row.public_key,
        key_point=row.key_point,
        key_at=row.key_at,
        reopened_at=row.reopened_at,
        others=tuple(
            OtherTrustee(
                other.place,
                name_of(other),
                other.offline,
                other.public_key is not None,
                draft.setup_hash is not None and other.confirmed_hash == draft.setup_hash,
            )
            for other in all_
            if other.id != row.id
        ),
        ceremony=None if row.always else ceremony,
        besides=tuple(name_of(one) for one in all_ if one.always) if ceremony is not None else (),
        setup=draft.setup,
        setup_hash=draft.setup_hash,
        confirmation=draft.confirmation,
        archive_start=draft.archive_start if published is None else None,
        confirmed_at=row.confirmed_at if row.confirmed_hash == draft.setup_hash else None,
        published=published,
        hand_in=hand_in,
        verifying=frozenset(owner for owner, one in handed_in.items() if one.pending),
        adding_up=adding,
    )


_REFUSALS: Final = {
    "editing": (
        N_("The setup is not frozen any more: the commission is changing it. Wait for its mail."),
        "draft.not_frozen",
    ),
    "preparing": (
        N_("The setup is being frozen at this moment, so no key is taken any more."),
        "draft.preparing",
    ),
    "frozen": (
        N_("The setup is frozen with the key that you handed in before. It can no longer change."),
        "draft.frozen",
    ),
    "published": (
        N_("The vote is set up. Its keys, and what was confirmed, can no longer change."),
        "draft.published",
    ),
    "discarded": (
        N_("The commission has discarded this vote. There is nothing left to do."),
        "draft.discarded",
    ),
}
