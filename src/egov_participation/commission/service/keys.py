"""What a trustee does by the invitation's link before the vote is set up: hands a key in, confirms the frozen setup."""

from __future__ import annotations

from typing import Final

from sqlmodel import select

from egov_crypto import wire
from egov_crypto.errors import CryptoError
from egov_crypto.trustee import TrusteeKey
from egov_participation.commission.models import DraftTrustee
from egov_participation.commission.service import ceremonies, letters
from egov_participation.commission.service.changing import title_of
from egov_participation.commission.service.lookup import find_draft, trustees_of
from egov_participation.commission.service.trustees import TrusteeView, by_token, locked_by_link
from egov_participation.errors import DomainError
from egov_participation.i18n import N_
from egov_participation.services import Services
from egov_participation.voting import service as voting
from egov_participation.voting.setup import SetupDocument

MAX_KEY_BYTES: Final = 10_000
"""A larger file is no public key: real ones have some 300 bytes."""


def hand_in_key(services: Services, token: str, raw: bytes, *, reopened: bool) -> TrusteeView:
    """Take a trustee's public key, in place of an earlier one, and write to the trustee that it was taken.

    Args:
        raw: the public key with its proof, as `egov-ballot trustee new` and the page write it.
        reopened: whether the trustee opened the key file once more with its passphrase; without that nothing is frozen.

    Raises:
        DomainError: 404 ``trustee.unknown``; 413 ``key.size``; 400 ``key.format``; 422 ``key.proof``; 409 ``key.used``
            (another trustee's, or of another vote), ``key.together`` (the trustees make one key together), and
            ``draft.frozen`` and the like: the setup is fixed.
    """
    key = _read_key(raw)
    point = key.public_key.text
    with services.database.uow() as tx:
        row = locked_by_link(tx, token, f"trustee-key:{point}")
        now, draft = services.clock(), find_draft(tx.session, row.draft_id)
        if not row.always and ceremonies.of_draft(tx.session, draft, trustees_of(tx.session, draft.id)) is not None:
            raise DomainError(
                409,
                N_("In this vote the trustees make one key together. Open your page again."),
                code="key.together",
            )
        if row.key_point != point:
            used = tx.exec(select(DraftTrustee.id).where(DraftTrustee.key_point == point)).first() is not None
            if used or voting.key_is_used(tx.session, point):
                raise DomainError(
                    409,
                    N_("This key belongs to another trustee or to another vote. Make a new one for this vote alone."),
                    code="key.used",
                )
            kind = letters.KEY_HANDED_IN if row.key_point is None else letters.KEY_REPLACED
            public = wire.dump(key.to_json())
            row.public_key, row.key_point, row.key_at, row.reopened_at = public, point, now, None
            letters.to_trustee(services, tx, row, kind, title_of(draft), fingerprint=wire.compact_digest(public))
        if reopened:
            row.reopened_at = now
        tx.flush()
        tx.commit()
    return by_token(services, token)


def confirm(services: Services, token: str, setup_hash: str) -> TrusteeView:
    """Note that the trustee has looked at the frozen setup and confirms the one of this hash, and write that to them.

    Raises:
        DomainError: 404 ``trustee.unknown``; 409 ``setup.other`` (another setup is frozen by now) or
            ``draft.not_frozen`` and the like.
    """
    with services.database.uow() as tx:
        row = locked_by_link(tx, token, states=("frozen",))
        draft = find_draft(tx.session, row.draft_id)
        if draft.setup is None or setup_hash != draft.setup_hash:
            raise DomainError(
                409,
                N_(
                    "This is not the setup that is frozen now. Nothing was confirmed: open your link again and look at "
                    "the setup anew."
                ),
                code="setup.other",
            )
        if row.confirmed_hash != setup_hash:
            row.confirmed_hash, row.confirmed_at = setup_hash, services.clock()
            setup = SetupDocument.parse(draft.setup)
            hashes = {"setup": letters.in_groups(setup_hash), "head": letters.in_groups(setup.head)}
            letters.to_trustee(services, tx, row, letters.CONFIRMED, setup.title, **hashes)
        tx.commit()
    return by_token(services, token)


def _read_key(raw: bytes) -> TrusteeKey:
    if len(raw) > MAX_KEY_BYTES:
        raise DomainError(413, N_("The file is too large for a public key. Nothing was taken over."), code="key.size")
    try:
        return TrusteeKey.parse(raw.strip())
    except CryptoError as error:
        if getattr(error, "code", "") == "trustees.proof":
            raise DomainError(
                422,
                N_("The proof that goes with this key does not hold. Nothing was taken over: make a new key."),
                code="key.proof",
            ) from None
        raise DomainError(
            400,
            N_("This is not a trustee’s public key. Hand in the public file, never the key file itself."),
            code="key.format",
        ) from None
