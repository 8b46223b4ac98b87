"""Drafts: begun, written page by page, thrown away. Nobody but their creator sees them."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping, Sequence

from sqlmodel import Session, col, delete, func, select

from egov_participation.database import UnitOfWork
from egov_participation.errors import DomainError
from egov_participation.i18n import N_
from egov_participation.petitions.models import KeptText, Petition, PetitionText, State
from egov_participation.petitions.rules import writing
from egov_participation.petitions.rules.names import of_creator
from egov_participation.petitions.rules.writing import TEXTS, Part
from egov_participation.petitions.service import lookup, ruling
from egov_participation.services import Services, SessionInfo

CHANGED = "draft.changed"
"""The code of the refusal of a page that was filled in over something else than what stands there."""


def start(services: Services, tx: UnitOfWork, acting: SessionInfo, lang: str) -> Petition:
    """A new draft, empty, in a language.

    Raises:
        DomainError: 409 ``draft.too_many``.
    """
    tx.lock(f"petition drafts:{acting.person_id}")
    mine = select(func.count()).select_from(Petition)
    count = tx.exec(mine.where(Petition.creator == acting.person_id, Petition.state == State.DRAFT.value)).one()
    if count >= writing.MOST_DRAFTS:
        raise DomainError(
            409, N_("You have many drafts already. Hand one in or throw one away first."), code="draft.too_many"
        )
    now = services.clock()
    draft = Petition(
        key=secrets.token_urlsafe(16),
        year=services.day(now).year,
        jurisdiction=services.settings.jurisdiction,
        language=lang,
        creator=acting.person_id,
        creator_name=own_name(services, tx.session, acting.person_id),
        created_at=now,
        state_at=now,
    )
    tx.add(draft)
    tx.flush()
    assert draft.id is not None
    tx.add(PetitionText(petition_id=draft.id, lang=lang))
    tx.flush()
    return draft


def own_name(services: Services, session: Session, person_id: str) -> str:
    """How the creator's name would be shown under the rules; empty where the register does not know them any more."""
    person = services.registry.get(session, person_id)
    return of_creator(ruling.current(services).names, person.given_name, person.family_name) if person else ""


def found(session: Session, key: str, person_id: str) -> Petition:
    """One's own draft.

    Raises:
        DomainError: 404 ``petition.unknown``: there is none, it is somebody else's, or it was handed in.
    """
    draft = session.exec(select(Petition).where(Petition.key == key)).first()
    if draft is None or draft.creator != person_id or draft.state != State.DRAFT.value:
        raise lookup.no_petition()
    return draft


def handed_in(session: Session, key: str, person_id: str) -> str | None:
    """The number of one's own petition that a draft became; none for any other draft."""
    return session.exec(select(Petition.reference).where(Petition.key == key, Petition.creator == person_id)).first()


def locked(tx: UnitOfWork, key: str, person_id: str) -> Petition:
    """The same, and nobody else changes it until this transaction ends.

    Raises:
        DomainError: 404 ``petition.unknown``.
    """
    tx.exec(select(Petition.id).where(Petition.key == key).with_for_update())
    return found(tx.session, key, person_id)


def mine(session: Session, person_id: str) -> Sequence[Petition]:
    """What somebody has written: drafts and petitions, the last begun first."""
    theirs = select(Petition).where(Petition.creator == person_id)
    return session.exec(theirs.order_by(col(Petition.created_at).desc(), col(Petition.id).desc())).all()


def by_language(session: Session, draft: Petition) -> dict[str, dict[str, str]]:
    """Title, ask and background by language, the first one first."""
    found_texts = lookup.texts(session, draft)
    return {lang: {name: getattr(text, name) for name in TEXTS} for lang, text in found_texts.items()}


def of_part(session: Session, draft: Petition, part: Part) -> dict[str, str]:
    """What stands in the draft on one of its pages, as the fields of the page's form."""
    match part:
        case Part.TITLE | Part.ASK | Part.BACKGROUND:
            return {part.value: by_language(session, draft)[draft.language][part.value]}
        case Part.TERRITORY:
            return {"territory": draft.territory}
        case Part.ADDRESSEE:
            return {"addressee": draft.addressee}
        case Part.NAME:
            return {"shown": "yes" if draft.creator_name else "no"}


def save_part(
    services: Services,
    tx: UnitOfWork,
    acting: SessionInfo,
    key: str,
    part: Part,
    fields: Mapping[str, str],
    seen: str,
) -> Petition:
    """Put down what was written on a page.

    Args:
        seen: `writing.seen` of what stood there when the page was filled in.

    Raises:
        DomainError: 404 ``petition.unknown``, 409 `CHANGED`.
    """
    draft = locked(tx, key, acting.person_id)
    _check_seen(of_part(tx.session, draft, part), fields, seen)
    match part:
        case Part.TITLE | Part.ASK | Part.BACKGROUND:
            setattr(lookup.texts(tx.session, draft)[draft.language], part.value, fields[part.value])
        case Part.TERRITORY:
            draft.territory = fields["territory"]
        case Part.ADDRESSEE:
            draft.addressee = fields["addressee"]
        case Part.NAME:
            wanted = fields["shown"] == "yes"
            draft.creator_name = own_name(services, tx.session, acting.person_id) if wanted else ""
    tx.flush()
    return draft


def save_language(
    tx: UnitOfWork, acting: SessionInfo, key: str, lang: str, fields: Mapping[str, str], seen: str
) -> Petition:
    """Put down what the petition says in one more language; all of it empty takes the language out again.

    Raises:
        DomainError: 404 ``petition.unknown``, 409 `CHANGED`.
    """
    draft = locked(tx, key, acting.person_id)
    if lang == draft.language:
        raise lookup.no_petition()
    _check_seen(of_language(tx.session, draft, lang), fields, seen)
    assert draft.id is not None
    tx.exec(delete(PetitionText).where(col(PetitionText.petition_id) == draft.id, col(PetitionText.lang) == lang))
    if any(fields[name] for name in TEXTS):
        tx.add(PetitionText(petition_id=draft.id, lang=lang, **{name: fields[name] for name in TEXTS}))
    tx.flush()
    return draft


def of_language(session: Session, draft: Petition, lang: str) -> dict[str, str]:
    """What it says in a language, as the fields of that page's form."""
    return by_language(session, draft).get(lang, dict.fromkeys(TEXTS, ""))


def _check_seen(stands: Mapping[str, str], typed: Mapping[str, str], seen: str) -> None:
    same = all(typed.get(name) == value for name, value in stands.items())
    if seen != writing.seen(stands) and not same:
        raise DomainError(
            409,
            N_("This was changed in another window meanwhile. Both texts are shown here: nothing is lost."),
            code=CHANGED,
        )


def discard(tx: UnitOfWork, acting: SessionInfo, key: str) -> None:
    """Throw a draft away; nothing of it stays.

    Raises:
        DomainError: 404 ``petition.unknown``.
    """
    draft = locked(tx, key, acting.person_id)
    tx.exec(delete(PetitionText).where(col(PetitionText.petition_id) == draft.id))
    tx.exec(delete(KeptText).where(col(KeptText.petition_id) == draft.id))
    tx.session.delete(draft)
    tx.flush()


def copy(services: Services, tx: UnitOfWork, acting: SessionInfo, reference: str) -> Petition:
    """A new draft with what one's own petition says.

    Raises:
        DomainError: 404 ``petition.unknown``: it is somebody else's; 409 ``draft.too_many``.
    """
    model = lookup.found(tx.session, reference)
    if model.creator != acting.person_id:
        raise lookup.no_petition()
    draft = start(services, tx, acting, model.language)
    draft.territory, draft.addressee = model.territory, model.addressee
    if not model.creator_name:
        draft.creator_name = ""
    tx.add(draft)
    assert draft.id is not None
    for lang, text in by_language(tx.session, model).items():
        row = tx.get(PetitionText, (draft.id, lang)) or PetitionText(petition_id=draft.id, lang=lang)
        row.title, row.ask, row.background = (text[name] for name in TEXTS)
        tx.add(row)
    tx.flush()
    return draft


def as_json(texts: Mapping[str, Mapping[str, str]]) -> str:
    """Texts as a row keeps them."""
    return json.dumps({lang: dict(text) for lang, text in texts.items()}, ensure_ascii=False)
