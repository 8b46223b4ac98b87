"""Trustees of a draft: named, invited by mail, and reminded of what they owe.

A trustee is nobody of the register: the mail goes to the address that the commission gives, in the language that it
chooses. The address stands in the table for as long as the vote may need the trustee (``docs/retention.md``).
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlmodel import col, select

from egov_participation import audit
from egov_participation.actions import Action
from egov_participation.commission.models import Draft, DraftTrustee
from egov_participation.commission.service import ceremonies, letters, trustees
from egov_participation.commission.service.changing import title_of
from egov_participation.commission.service.lookup import check_state, find_draft, lock_draft, trustees_of
from egov_participation.commission.service.trustees import Step
from egov_participation.database import UnitOfWork
from egov_participation.errors import DomainError
from egov_participation.i18n import N_
from egov_participation.notices.kinds import NoticeKind, Param, Phrase
from egov_participation.services import Services, SessionInfo
from egov_participation.voting import service as voting
from egov_participation.voting.service import VoteState
from egov_participation.voting.setup_file import MAX_TRUSTEES
from egov_participation.voting.texts import Texts
from egov_participation.voting.views import VoteView

UNANSWERED: Final = timedelta(days=3)
"""After so long an invitation is brought to mind again, and after each further such time."""
OWED: Final = timedelta(days=1)
"""The same for a setup that is to be confirmed and for a decryption: others wait for them."""
SOON: Final = timedelta(minutes=1)
KEPT: Final = timedelta(days=90)
"""How long a trustee's address and link are kept after the vote has a result, or is not to be."""

OWED_WORDS: Final[Mapping[Step, str]] = {
    Step.KEY: N_("your key for this vote"),
    Step.TAKE_PART: N_("your next step of making the key"),
    Step.CONFIRM: N_("your confirmation of the frozen setup"),
    Step.SHUFFLE: N_("your shuffle of the ballots"),
    Step.DECRYPT: N_("your decryption"),
}
"""What trustees owe, in their mails."""


@dataclass(frozen=True, slots=True)
class Given:
    """What the commission says of a trustee."""

    name: Texts
    mail: str
    language: str
    offline: bool
    always: bool = False


def add(services: Services, tx: UnitOfWork, session: SessionInfo, draft_id: str, given: Given) -> str:
    """Name a further trustee, who is not invited yet; their id.

    Raises:
        DomainError: 404 ``draft.unknown``; 409 of `lookup.check_state`, ``trustee.too_many`` or ``trustee.repeated``.
    """
    check_state(lock_draft(tx, draft_id), "editing")
    others = trustees_of(tx.session, draft_id)
    _check_new(others, given)
    if len(others) >= MAX_TRUSTEES:
        raise DomainError(409, N_("There may be at most 30 trustees."), code="trustee.too_many")
    if not given.always:
        ceremonies.give_up(services, tx, session, find_draft(tx.session, draft_id))
    name = given.name
    row = DraftTrustee(
        id=secrets.token_hex(8),
        draft_id=draft_id,
        place=len(others) + 1,
        name_kk=name.kk,
        name_ru=name.ru,
        name_en=name.en,
        mail=given.mail,
        language=given.language,
        offline=given.offline,
        always=given.always,
        remind_at=services.clock() + UNANSWERED,
    )
    tx.add(row)
    _record(services, tx, session, row)
    tx.flush()
    _arrange(tx, draft_id)
    return row.id


def change(services: Services, tx: UnitOfWork, session: SessionInfo, trustee_id: str, given: Given) -> None:
    """Say something else of a trustee. Who is needed always from now on, or no longer, has another place, and what the
    others made together falls. Under another address it is somebody else: link and key fall, and a new
    invitation is needed. The earlier address is told so, if an invitation went there.

    Raises:
        DomainError: 404 ``trustee.unknown``; 409 of `lookup.check_state` or ``trustee.repeated``.
    """
    row = _locked(tx, trustee_id, "editing")
    _check_new([other for other in trustees_of(tx.session, row.draft_id) if other.id != row.id], given)
    moved = given.mail.lower() != row.mail.lower()
    if given.always != row.always or (moved and not row.always):
        ceremonies.give_up(services, tx, session, find_draft(tx.session, row.draft_id))
    if moved:
        if row.invited_at is not None:
            title, name = title_of(find_draft(tx.session, row.draft_id)), trustees.name_of(row).as_dict()
            letters.to_trustee(services, tx, row, letters.MOVED, title, name=name)
        row.token_hash = row.invited_at = None
        row.public_key = row.key_point = row.key_at = row.reopened_at = None
    row.name_kk, row.name_ru, row.name_en = given.name
    row.mail, row.language, row.offline, row.always = given.mail, given.language, given.offline, given.always
    _record(services, tx, session, row)
    tx.flush()
    _arrange(tx, row.draft_id)


def remove(services: Services, tx: UnitOfWork, session: SessionInfo, trustee_id: str) -> None:
    """Take a trustee off the draft; the link of the invitation leads nowhere from now on.

    Raises:
        DomainError: 404 ``trustee.unknown``; 409 of `lookup.check_state`.
    """
    row = _locked(tx, trustee_id, "editing")
    if not row.always:
        ceremonies.give_up(services, tx, session, find_draft(tx.session, row.draft_id))
    _record(services, tx, session, row, step="removed")
    tx.session.delete(row)
    tx.flush()
    _arrange(tx, row.draft_id)


def invite(services: Services, tx: UnitOfWork, session: SessionInfo, trustee_id: str) -> None:
    """Send the trustee a link. Sent before, the earlier one no longer works: also how a lost link is replaced later. A
    shuffle that came by the earlier one and is not recorded yet is forgotten.

    Raises:
        DomainError: 404 ``trustee.unknown``; 409 ``draft.discarded`` or ``draft.untitled``.
    """
    row = _locked(tx, trustee_id, "editing", "preparing", "frozen", "published")
    if not row.mail:
        raise DomainError(
            409, N_("The vote is over, and the address of this trustee has been deleted."), code="trustee.forgotten"
        )
    now, token = services.clock(), secrets.token_urlsafe(32)
    draft = find_draft(tx.session, row.draft_id)
    title = title_of(draft)
    if not any(title):
        raise DomainError(
            409, N_("Write the vote’s title first: the invitation says which vote it is."), code="draft.untitled"
        )
    if draft.state == "published":  # before the row is written, as who records a shuffle does it
        voting.drop_shuffle(tx, draft.uuid, row.place)
    row.token_hash, row.invited_at = trustees.token_hash(token), now
    if draft.state == "editing":
        row.remind_at = now + UNANSWERED
    letters.to_trustee(services, tx, row, letters.INVITED, title, token=token, name=trustees.name_of(row).as_dict())
    _record(services, tx, session, row, step="invited")


def remind(services: Services) -> None:
    """Write to the trustees who have owed something for a while; forget the addresses of who owes nothing more.

    Called every second; each is looked at when due.
    """
    due = col(DraftTrustee.remind_at) <= services.clock()
    # Asked first, since this runs every second and the writer lane is for those who have something to write.
    with services.database.read() as db:
        ids = list(db.exec(select(DraftTrustee.id).where(due)))
    for trustee_id in ids:
        _remind(services, trustee_id)


def tell_all(services: Services, tx: UnitOfWork, draft: Draft, kind: NoticeKind, **params: Param) -> None:
    """Write to every trustee who was invited."""
    title = title_of(draft)
    for row in trustees_of(tx.session, draft.id):
        if row.invited_at is not None:
            letters.to_trustee(services, tx, row, kind, title, **params)


def _remind(services: Services, trustee_id: str) -> None:
    now = services.clock()
    with services.database.read() as db:
        row = db.get(DraftTrustee, trustee_id)
        draft = None if row is None else db.get(Draft, row.draft_id)
        ceremony = None if draft is None else ceremonies.of_draft(db, draft, trustees_of(db, draft.id))
        handed_in = {} if draft is None else voting.hand_ins(db, draft.uuid)
    published = voting.vote(services, draft.uuid) if draft is not None and draft.state == "published" else None
    with services.database.uow() as tx:
        row = tx.exec(select(DraftTrustee).where(DraftTrustee.id == trustee_id).with_for_update()).first()
        if row is None or draft is None or row.remind_at is None or row.remind_at > now:
            return
        step = trustees.step_of(draft, row, published, ceremony, handed_in.get(row.place))
        row.remind_at = _look_again(step, published, now)
        title = title_of(draft)
        if step in {Step.DECRYPTED, Step.SPARED, Step.CANCELLED}:
            _forget(row, draft, published, now)
        elif row.invited_at is None:
            pass
        elif step in {Step.SHUFFLE, Step.DECRYPT} and published is not None:
            kind = letters.SHUFFLE if step is Step.SHUFFLE else letters.DECRYPT
            letters.to_trustee(services, tx, row, kind, title, closed=published.closes_at, vote=published.uuid)
        elif step in OWED_WORDS:
            letters.to_trustee(services, tx, row, letters.REMINDED, title, what=Phrase(OWED_WORDS[step]))
        tx.commit()


def _forget(row: DraftTrustee, draft: Draft, published: VoteView | None, now: datetime) -> None:
    """Delete address and link once they have not been needed for long."""
    over, ended = True, draft.changed_at
    if published is not None:
        over = published.state in {VoteState.TALLIED, VoteState.CANCELLED}
        ended = published.cancelled_at or published.closes_at
    row.remind_at = max(ended + KEPT, now + OWED)
    if over and now >= ended + KEPT:
        row.mail, row.token_hash, row.remind_at = "", None, None


def _look_again(step: Step, published: VoteView | None, now: datetime) -> datetime:
    """When to look at a trustee next."""
    if step is Step.KEY:
        return now + UNANSWERED
    if published is None or published.state in {VoteState.SHUFFLING, VoteState.DECRYPTING}:
        return now + OWED
    # Between the closing time and the encrypted sum lie moments, or longer where the registrar does not answer.
    return max(published.closes_at, now + SOON)


def _check_new(others: list[DraftTrustee], given: Given) -> None:
    """Two trustees with one mailbox are one trustee."""
    if any(_mailbox(other.mail) == _mailbox(given.mail) for other in others):
        raise DomainError(
            409,
            N_("Another trustee of this vote has this address. Each must be somebody else, or one could do for two."),
            code="trustee.repeated",
        )


def _arrange(tx: UnitOfWork, draft_id: str) -> None:
    """Give everybody the place that is the owner's number in the election: who is needed always comes first."""
    rows = sorted(trustees_of(tx.session, draft_id), key=lambda row: not row.always)
    if [row.place for row in rows] == list(range(1, len(rows) + 1)):
        return
    for row in rows:  # out of the way first: no two have the same place, not even between two statements
        row.place += MAX_TRUSTEES + 1
    tx.flush()
    for place, row in enumerate(rows, 1):
        row.place = place
    tx.flush()


def _mailbox(mail: str) -> str:
    """Where mail to the address arrives: capitals and what follows a plus sign mostly make no other mailbox."""
    local, _, domain = mail.lower().rpartition("@")
    return f"{local.partition('+')[0]}@{domain}"


def _locked(tx: UnitOfWork, trustee_id: str, *states: str) -> DraftTrustee:
    row = tx.get(DraftTrustee, trustee_id)
    if row is not None:
        check_state(lock_draft(tx, row.draft_id), *states)
        mine = select(DraftTrustee).where(DraftTrustee.id == trustee_id).execution_options(populate_existing=True)
        row = tx.exec(mine).first()
    if row is None:
        raise DomainError(404, N_("There is no such trustee."), code="trustee.unknown")
    return row


def _record(services: Services, tx: UnitOfWork, session: SessionInfo, row: DraftTrustee, step: str = "done") -> None:
    audit.record(tx, session, Action.SET_UP_VOTE, f"trustee:{row.id}", services.clock(), step=step)
