"""What ends as somebody gets the first passkey or app: what a mailed code alone had begun before it."""

from __future__ import annotations

from egov_participation.database import UnitOfWork
from egov_participation.identity.service import address, factors
from egov_participation.services import Services


def make_way(tx: UnitOfWork, services: Services, person_id: str) -> None:
    """Called before any way of signing in is stored. If it is the first one, nothing older opens the account beside it.

    Else whoever read the mailbox earlier would keep recovery codes, or a change of address, that outlive it. Nothing
    else changes how this person signs in until the transaction ends.
    """
    factors.alone(tx, person_id)
    factors.forget_codes_of_nothing(tx, person_id)
    if not factors.has_any(tx.session, person_id):
        address.stop_weak_change(tx, services.settings.keys_dir, person_id)
