"""What a trustee hands in for the ceremony (`ceremonies`) by the link of the invitation, verified before it is taken.

The same file once more changes nothing. Verifying is done before the draft is locked, and anew if another trustee's
file came in meanwhile; the lock keeps two from writing over each other.
"""

from __future__ import annotations

from typing import Final

from sqlmodel import Session

from egov_crypto import wire
from egov_crypto.errors import UsageError, VerificationError
from egov_crypto.threshold.ceremony import Ceremony, Step
from egov_participation.commission.models import CeremonyStep, DraftTrustee, KeyCeremony
from egov_participation.commission.service import ceremonies, letters
from egov_participation.commission.service.ceremonies import STAGE_WORDS, Stage
from egov_participation.commission.service.changing import title_of
from egov_participation.commission.service.lookup import find_draft, group_of, trustees_of
from egov_participation.commission.service.trustees import by_link, locked_by_link
from egov_participation.database import UnitOfWork
from egov_participation.errors import DomainError
from egov_participation.i18n import N_
from egov_participation.notices.kinds import Phrase
from egov_participation.services import Services

MAX_BYTES: Final = 100_000
"""A larger file is no step of a ceremony: with thirty trustees the largest has some 40,000 bytes."""

_NONE: Final = N_("No key is being made together.")


def ceremony_file(services: Services, token: str) -> bytes:
    """All that was handed in, as the page and `egov-ballot trustee` read it.

    Raises:
        DomainError: 404 ``trustee.unknown``, ``ceremony.none``.
    """
    with services.database.read() as session:
        row = by_link(session, token)
        held = None if row.always else session.get(KeyCeremony, row.draft_id)
    if held is None:
        raise DomainError(404, _NONE, code="ceremony.none")
    return held.file


def hand_in(services: Services, token: str, ceremony_id: str, raw: bytes) -> None:
    """Take a trustee's message of the step that is awaited. With the last of a step all are told of the next one.

    Args:
        ceremony_id: which ceremony the message was made for, so that none comes into another.

    Raises:
        DomainError: 404 ``trustee.unknown``; 413 ``ceremony.size``; 422 ``ceremony.file``: it does not hold; 409
            ``ceremony.other``, ``ceremony.taken``: another one of this trustee is there, and ``draft.frozen`` and the
            like.
    """
    if len(raw) > MAX_BYTES:
        raise DomainError(413, N_("The file is too large for this step. Nothing was taken over."), code="ceremony.size")
    raw = raw.strip()
    with services.database.read() as session:
        place = _place(session, by_link(session, token))
        seen = _held(session, token, ceremony_id).file
    step, ceremony = _added(seen, place, raw)
    with services.database.uow() as tx:
        row = locked_by_link(tx, token)
        held = _held(tx.session, token, ceremony_id)
        now_at = _place(tx.session, row)
        if (now_at, held.file) != (place, seen):
            step, ceremony = _added(held.file, now_at, raw)
        if step is not None:
            held.file = ceremony.to_json()
            _take(services, tx, row, Stage(step))
            if step is Step.VOUTPUT and ceremony.awaiting().step is None:
                _publish(services, tx, held, ceremony)
        tx.commit()


def compare(services: Services, token: str, ceremony_id: str, fingerprint: str) -> None:
    """Note that the trustee's page or program has this fingerprint, and that the others have told the same.

    Raises:
        DomainError: 404 ``trustee.unknown``; 409 ``ceremony.other`` and ``draft.frozen`` and the like; 422
            ``ceremony.fingerprint``: it is another than what all have made.
    """
    with services.database.uow() as tx:
        row = locked_by_link(tx, token)
        held = _held(tx.session, token, ceremony_id)
        if held.fingerprint is None or "".join(fingerprint.split()).lower() != held.fingerprint:
            raise DomainError(
                422,
                N_(
                    "This is not the fingerprint of what was handed in here. If you did not mistype it, do not go on: "
                    "tell the other trustees and the commission by telephone, and keep your key file."
                ),
                code="ceremony.fingerprint",
            )
        place = _place(tx.session, row)
        if tx.get(CeremonyStep, (row.draft_id, place, Stage.COMPARED.value)) is None:
            row.reopened_at = services.clock()
            _take(services, tx, row, Stage.COMPARED)
        tx.commit()


def _take(services: Services, tx: UnitOfWork, row: DraftTrustee, stage: Stage) -> None:
    """Write down that a trustee has taken a step, and to them; to all if it was the last one awaited."""
    place, trustees = _place(tx.session, row), trustees_of(tx.session, row.draft_id)
    tx.add(CeremonyStep(draft_id=row.draft_id, place=place, step=stage.value, at=services.clock()))
    tx.flush()
    draft = find_draft(tx.session, row.draft_id)
    letters.to_trustee(services, tx, row, letters.CEREMONY_TAKEN, title_of(draft), what=Phrase(STAGE_WORDS[stage]))
    view = ceremonies.of_draft(tx.session, draft, trustees)
    if view is not None and view.stage not in {None, stage}:
        ceremonies.tell_next(services, tx, draft, group_of(trustees), view.stage or stage)


def _publish(services: Services, tx: UnitOfWork, held: KeyCeremony, ceremony: Ceremony) -> None:
    """The key is made: what is published of it, and each trustee's public share."""
    parameters = ceremony.parameters()
    held.parameters, held.fingerprint = wire.dump(parameters.to_json()), parameters.fingerprint
    for trustee, key in zip(group_of(trustees_of(tx.session, held.draft_id)), parameters.keys, strict=True):
        trustee.public_key, trustee.key_point = wire.dump(key.to_json()), key.public_key.text
        trustee.key_at, trustee.reopened_at = services.clock(), None
    tx.flush()


def _place(session: Session, row: DraftTrustee) -> int:
    """A trustee's place among those who take part, from 1.

    Raises:
        DomainError: 404 ``ceremony.none``: the trustee makes a key alone.
    """
    if row.always:
        raise DomainError(404, _NONE, code="ceremony.none")
    return [one.id for one in group_of(trustees_of(session, row.draft_id))].index(row.id) + 1


def _held(session: Session, token: str, ceremony_id: str) -> KeyCeremony:
    held = session.get(KeyCeremony, by_link(session, token).draft_id)
    if held is None or held.id != ceremony_id:
        raise DomainError(
            409,
            N_(
                "The key is made anew since you opened this page, and what belongs to the earlier one counts no "
                "longer. Open your page again."
            ),
            code="ceremony.other",
        )
    return held


def _added(file: bytes, place: int, raw: bytes) -> tuple[Step | None, Ceremony]:
    """The ceremony with a message of the step that is awaited, and that step; None if the message is in it already."""
    ceremony = Ceremony.parse(file)
    if any(raw == ceremony.message(step, place) for step in Step):
        return None, ceremony
    step, owners = ceremony.awaiting()
    if step is None or place not in owners:
        raise DomainError(
            409,
            N_(
                "Nothing is awaited from you in this step, or another file of yours was taken before. Nothing was "
                "taken over: open your page again."
            ),
            code="ceremony.taken",
        )
    try:
        ceremony.add(step, place, raw)
    except (UsageError, VerificationError) as error:
        raise _refusal(error) from None
    return step, ceremony


def _refusal(error: UsageError | VerificationError) -> DomainError:
    code = getattr(error, "code", "")
    if code == "threshold.context":
        words = N_("This certificate is for another place, or for another number of trustees. Nothing was taken over.")
    elif code == "ceremony.commitment":
        words = N_(
            "This is not the file that you committed to one step before. Nothing was taken over: use the key file as "
            "you saved it last."
        )
    else:
        words = N_("This file does not hold, or belongs to another step (%(reason)s). Nothing was taken over.")
    return DomainError(422, words, code="ceremony.file", reason=code or "usage")
