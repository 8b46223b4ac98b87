"""Another wording: suggested by a moderator, and nothing unless the creator accepts it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from egov_participation.database import UnitOfWork
from egov_participation.errors import DomainError
from egov_participation.i18n import N_
from egov_participation.petitions.models import Petition, State, Wording
from egov_participation.petitions.rules.states import MODERATABLE
from egov_participation.petitions.service import deciding, document, drafts, letters, lifecycle, lookup
from egov_participation.services import Services, SessionInfo

Texts = Mapping[str, Mapping[str, str]]
"""Title, ask and background by language."""


@dataclass(frozen=True, slots=True)
class WordingView:
    """One suggestion."""

    id: int
    at: datetime
    before: Texts
    after: Texts
    reason: str
    state: str
    decided_at: datetime | None
    withheld: bool
    """The former words are shown to nobody once it is accepted."""

    @property
    def changes(self) -> list[tuple[str, str, str, str]]:
        """What it changes: language, which text, before, after."""
        return [
            (lang, name, value, self.after[lang][name])
            for lang, text in self.before.items()
            for name, value in text.items()
            if value != self.after[lang][name]
        ]


def propose(
    services: Services,
    tx: UnitOfWork,
    acting: SessionInfo,
    reference: str,
    seen: str,
    texts: Texts,
    reason: str,
    *,
    withheld: bool = False,
) -> None:
    """Suggest another wording in the languages that the petition has; an earlier suggestion is dropped.

    Args:
        withheld: the public never reads the words as they stood, for what is in them.

    Raises:
        DomainError: those of `deciding.review`; 422 ``wording.same``.
    """
    petition, now = deciding.review(services, tx, acting, reference, seen), services.clock()
    before = drafts.by_language(tx.session, petition)
    after = {lang: {name: texts[lang][name] for name in text} for lang, text in before.items()}
    if after == before:
        raise DomainError(
            422, N_("This is the wording as it stands. Change what you suggest to change."), code="wording.same"
        )
    deciding.drop_wordings(tx, petition, now)
    assert petition.id is not None
    wording = Wording(
        petition_id=petition.id,
        at=now,
        moderator=acting.person_id,
        before=drafts.as_json(before),
        after=drafts.as_json(after),
        reason=reason,
        withheld=withheld,
    )
    tx.add(wording)
    happening = lifecycle.happened(
        tx, petition, "wording.proposed", now, by="moderator", actor=acting.person_id, reason=reason
    )
    deciding.record(tx, acting, petition, "wording-proposed", now, happening)
    letters.tell_creator(tx, services, petition, letters.WORDING, reason=reason)


def decide(
    services: Services, tx: UnitOfWork, acting: SessionInfo, reference: str, wording_id: int, *, accept: bool
) -> None:
    """What the creator says to it.

    Raises:
        DomainError: 404 ``petition.unknown``: not theirs; 409 ``wording.over``: it does not wait for them any more.
    """
    now = services.clock()
    petition = lookup.locked(tx, reference)
    if petition.creator != acting.person_id:
        raise lookup.no_petition()
    wording = tx.get(Wording, wording_id)
    waits = wording is not None and wording.petition_id == petition.id and wording.state == "proposed"
    if wording is None or not waits or State(petition.state) not in MODERATABLE:
        raise DomainError(
            409, N_("This suggestion does not wait for you any more. Look at your petition again."), code="wording.over"
        )
    said = "accepted" if accept else "declined"
    wording.state, wording.decided_at = said, now
    tx.add(wording)
    if accept:
        for lang, text in json.loads(wording.after).items():
            row = lookup.texts(tx.session, petition)[lang]
            row.title, row.ask, row.background = text["title"], text["ask"], text["background"]
        if wording.withheld:
            _withhold(tx, petition, wording)
        tx.flush()
        document.commit(tx.session, petition)
        tx.add(petition)
    happening = lifecycle.happened(tx, petition, f"wording.{said}", now, by="creator", details={"wording": wording_id})
    deciding.enter(tx, petition, f"wording-{said}", now, happening)
    tx.flush()


def _withhold(tx: UnitOfWork, petition: Petition, accepted: Wording) -> None:
    """Delete the former words wherever suggestions hold them: here, and in those that came before."""
    changed = [(lang, name) for lang, name, _, _ in _view(accepted).changes]
    for row in tx.exec(select(Wording).where(Wording.petition_id == petition.id)).all():
        before, after = json.loads(row.before), json.loads(row.after)
        row.withheld = row.withheld or any(before[lang][name] != after[lang][name] for lang, name in changed)
        for lang, name in changed:
            before[lang][name] = ""
            if row is not accepted:
                after[lang][name] = ""
        row.before, row.after = drafts.as_json(before), drafts.as_json(after)
        tx.add(row)


def of_petition(session: Session, petition: Petition, *states: str) -> Sequence[WordingView]:
    """Suggestions in these states, or all, the last first."""
    found = select(Wording).where(Wording.petition_id == petition.id)
    if states:
        found = found.where(col(Wording.state).in_(states))
    rows = session.exec(found.order_by(col(Wording.id).desc())).all()
    return [_view(row) for row in rows]


def _view(row: Wording) -> WordingView:
    assert row.id is not None
    before, after = json.loads(row.before), json.loads(row.after)
    return WordingView(row.id, row.at, before, after, row.reason, row.state, row.decided_at, row.withheld)
