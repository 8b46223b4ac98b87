"""The ceremony in which a draft's trustees make their key together, where fewer than all of them are to be enough.

The commission begins it once everybody is named; the trustees take its steps from their links (`taking_part`). Nothing
in a ceremony is changed or taken out. Where something goes wrong, a trustee is exchanged, or another number of them is
to be enough, what was made counts no longer and a new ceremony begins (``docs/trustees.md``).
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import delete
from sqlmodel import Session, col, select

from egov_crypto.threshold.ceremony import Ceremony
from egov_participation import audit
from egov_participation.actions import Action
from egov_participation.commission.models import CeremonyStep, Draft, DraftTrustee, KeyCeremony
from egov_participation.commission.rules import Part
from egov_participation.commission.service import letters
from egov_participation.commission.service.changing import change, document_of, title_of
from egov_participation.commission.service.lookup import check_state, group_of, lock_draft, trustees_of
from egov_participation.database import UnitOfWork
from egov_participation.errors import DomainError
from egov_participation.i18n import N_
from egov_participation.notices.kinds import NoticeKind, Param, Phrase
from egov_participation.services import Services, SessionInfo
from egov_participation.voting.trustee_file import FEWEST_NEEDED

OTHERS_WAIT: Final = timedelta(days=1)
"""After so long a trustee is reminded of a step, and after each further such time."""


class Stage(StrEnum):
    """The steps, each of which everybody takes before the next begins: those of `egov_crypto.threshold.ceremony.Step`,
    and the comparing of what came out."""

    CERTIFICATE = "certificate"
    COMMITMENT = "commitment"
    POLYNOMIAL = "polynomial"
    VOUTPUT = "voutput"
    COMPARED = "compared"


STAGE_WORDS: Final[Mapping[Stage, str]] = {
    Stage.CERTIFICATE: N_("1. Certificate"),
    Stage.COMMITMENT: N_("2. Commitment"),
    Stage.POLYNOMIAL: N_("3. Shares for the others"),
    Stage.VOUTPUT: N_("4. One’s own share"),
    Stage.COMPARED: N_("5. Comparing"),
}
"""Msgids, for tables and mails."""


@dataclass(frozen=True, slots=True)
class CeremonyView:
    """How far a ceremony is. Times are aware, in UTC; places are those of trustees, from 1."""

    size: int
    """How many take part, of those who are named so far."""
    needed: int
    """How many of these are enough."""
    before: int = 0
    """How many trustees are needed always: they stand before those who take part, who follow without a gap."""
    id: str = ""
    """Empty until it has begun."""
    reason: str = ""
    """Why the one before was given up."""
    begun_at: datetime | None = None
    fingerprint: str | None = None
    """What all compare; None before the last step but one is done."""
    parameters: bytes | None = None
    """What is published of the trustees, from then on."""
    taken: Mapping[tuple[Stage, int], datetime] = field(default_factory=dict)
    """When a trustee took a step."""

    @property
    def places(self) -> range:
        """Of those who take part."""
        return range(self.before + 1, self.before + self.size + 1)

    @property
    def few(self) -> bool:
        """Whether fewer are named so far than are to be enough: others must be, before it can begin."""
        return self.size < self.needed

    @property
    def stage(self) -> Stage | None:
        """The step that is awaited now; None before it has begun, and when all is done."""
        return next((stage for stage in Stage if self.id and self._lacking(stage)), None)

    @property
    def done(self) -> bool:
        """Whether all have compared."""
        return bool(self.id) and self.stage is None

    @property
    def awaited(self) -> tuple[int, ...]:
        """The places of those who have not taken the step that is awaited now."""
        return () if self.stage is None else self._lacking(self.stage)

    @property
    def since(self) -> datetime | None:
        """From when on that step is awaited: since the last trustee took the one before."""
        before = [at for (stage, _), at in self.taken.items() if stage is not self.stage]
        return max(before, default=self.begun_at)

    def owed_by(self, place: int) -> Stage | None:
        """The step that is awaited of this trustee now."""
        return self.stage if place in self.awaited else None

    def has_compared(self, place: int) -> bool:
        """Whether this trustee has taken the last step of this ceremony."""
        return (Stage.COMPARED, place) in self.taken

    def _lacking(self, stage: Stage) -> tuple[int, ...]:
        return tuple(place for place in self.places if (stage, place) not in self.taken)


def of_draft(session: Session, draft: Draft, trustees: Sequence[DraftTrustee]) -> CeremonyView | None:
    """The ceremony of a draft that has these trustees; None if all of them are needed, and each has a key alone.

    Who is needed always takes no part in it.
    """
    needed, size = document_of(draft)["needed"], len(group_of(trustees))
    before = len(trustees) - size
    if needed is None or needed == size or needed < FEWEST_NEEDED:
        return None
    row = session.get(KeyCeremony, draft.id)
    if row is None or (row.size, row.needed) != (size, needed):
        return CeremonyView(size, needed, before)
    steps = session.exec(select(CeremonyStep).where(CeremonyStep.draft_id == draft.id))
    return CeremonyView(
        row.size,
        row.needed,
        before,
        row.id,
        row.reason,
        row.begun_at,
        row.fingerprint,
        row.parameters,
        {(Stage(step.step), before + step.place): step.at for step in steps},
    )


def keys_of(trustees: Sequence[DraftTrustee], ceremony: CeremonyView | None) -> dict[str, Any]:
    """Trustees and keys as a vote's file has them: each with a key of its own, or with what they made together."""
    named: list[dict[str, Any]] = [
        {"name": {"kk": row.name_kk, "ru": row.name_ru, "en": row.name_en}} | ({"always": True} if row.always else {})
        for row in trustees
    ]
    for of_one, row in zip(named, trustees, strict=True):
        if ceremony is None or row.always:
            of_one["public_key"] = None if row.public_key is None else row.public_key.decode()
    if ceremony is None:
        return {"trustees": named}
    made = ceremony.parameters
    return {"trustees": named, "threshold": None if made is None else made.decode()}


def set_needed(
    services: Services, tx: UnitOfWork, acting: SessionInfo, draft_id: str, version: int, needed: int | None
) -> None:
    """Write down how many of the trustees decrypting takes, None for all; who is needed always is not counted.

    Another number gives up what was begun.

    Raises:
        DomainError: as `changing.change`.
    """
    draft = change(
        services, tx, acting, draft_id, version, lambda document: document | {"needed": needed}, Part.TRUSTEES
    )
    begun = tx.get(KeyCeremony, draft_id)
    if begun is not None and begun.needed != needed:
        give_up(services, tx, acting, draft)


def begin(
    services: Services, tx: UnitOfWork, acting: SessionInfo, draft_id: str, *, given_up: str = "", reason: str = ""
) -> None:
    """Begin a ceremony among the trustees that the draft names, and write to all of them.

    Args:
        given_up: the id of the one before, if one has begun: so that the same wish twice gives up one alone.
        reason: why it is given up.

    Raises:
        DomainError: 404 ``draft.unknown``; 409 of `lookup.check_state`, ``ceremony.none`` (all keys are needed),
            ``ceremony.few``, ``ceremony.begun``, ``ceremony.uninvited``.
    """
    draft, now = lock_draft(tx, draft_id), services.clock()
    check_state(draft, "editing")
    every = trustees_of(tx.session, draft_id)
    standing, trustees = of_draft(tx.session, draft, every), group_of(every)
    if standing is None:
        raise DomainError(409, N_("All trustees are needed: each makes a key alone."), code="ceremony.none")
    if standing.few:
        raise DomainError(
            409, N_("Name more trustees first: there are fewer than are to be needed."), code="ceremony.few"
        )
    if standing.id != given_up:
        raise DomainError(409, N_("Somebody has begun it already."), code="ceremony.begun")
    if any(trustee.invited_at is None for trustee in trustees):
        raise DomainError(
            409,
            N_("Send all trustees their invitations first: they take part by its link."),
            code="ceremony.uninvited",
        )
    if standing.id:
        _tell(services, tx, draft, trustees, letters.CEREMONY_GIVEN_UP, reason=reason)
    _clear(tx, draft_id, trustees)
    tx.add(
        KeyCeremony(
            draft_id=draft_id,
            id=secrets.token_hex(8),
            size=len(trustees),
            needed=standing.needed,
            reason=reason,
            begun_at=now,
            file=Ceremony(len(trustees), standing.needed).to_json(),
        )
    )
    tx.flush()
    tell_next(services, tx, draft, trustees, Stage.CERTIFICATE)
    audit.record(tx, acting, Action.SET_UP_VOTE, f"draft:{draft_id}/ceremony", now, reason=reason, step="begun")


def give_up(services: Services, tx: UnitOfWork, acting: SessionInfo, draft: Draft) -> None:
    """What was made together counts no longer, since those who take part change, or how many of them are needed.

    They are written to. Nothing, if no ceremony has begun. To be called before the change, with the draft locked.
    """
    if tx.get(KeyCeremony, draft.id) is None:
        return
    trustees = group_of(trustees_of(tx.session, draft.id))
    changed = N_("The trustees, or how many of them are needed, have changed.")
    _tell(services, tx, draft, trustees, letters.CEREMONY_GIVEN_UP, reason=Phrase(changed))
    _clear(tx, draft.id, trustees)
    what = f"draft:{draft.id}/ceremony"
    audit.record(tx, acting, Action.SET_UP_VOTE, what, services.clock(), step="discarded")


def tell_next(services: Services, tx: UnitOfWork, draft: Draft, trustees: list[DraftTrustee], stage: Stage) -> None:
    """Write to all who take part that a step is awaited of them now."""
    _tell(services, tx, draft, trustees, letters.CEREMONY_STEP, what=Phrase(STAGE_WORDS[stage]))
    for trustee in trustees:
        trustee.remind_at = services.clock() + OTHERS_WAIT


def _tell(
    services: Services,
    tx: UnitOfWork,
    draft: Draft,
    trustees: list[DraftTrustee],
    kind: NoticeKind,
    **params: Param,
) -> None:
    for row in trustees:
        if row.invited_at is not None:
            letters.to_trustee(services, tx, row, kind, title_of(draft), **params)


def _clear(tx: UnitOfWork, draft_id: str, trustees: list[DraftTrustee]) -> None:
    """Delete what was made, also keys that trustees made alone."""
    tx.session.execute(delete(CeremonyStep).where(col(CeremonyStep.draft_id) == draft_id))
    tx.session.execute(delete(KeyCeremony).where(col(KeyCeremony.draft_id) == draft_id))
    for trustee in trustees:
        trustee.public_key = trustee.key_point = trustee.key_at = trustee.reopened_at = None
    tx.flush()
