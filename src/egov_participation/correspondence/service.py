"""Taking a letter in, and writing back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from sqlmodel import SQLModel

from egov_participation.database import UnitOfWork
from egov_participation.keyring import Seal
from egov_participation.notices import service as notices
from egov_participation.notices.kinds import NoticeKind, Param
from egov_participation.services import Services, SessionInfo
from egov_participation.throttle import Limit, throttle


class Letter(Protocol):
    """What the row of a letter holds of whoever wrote it."""

    reference: str
    mail_sealed: bytes | None
    """The address that was given, by `sealed_address`."""
    person_id: str | None
    """Of somebody who was signed in."""
    language: str


def count(
    tx: UnitOfWork,
    services: Services,
    per_network: Limit,
    per_sender: Limit,
    *,
    network: str,
    person: SessionInfo | None,
    mail: str,
) -> None:
    """Count one letter more. Of who gives no address nothing is known but the network.

    Raises:
        DomainError: 429 with the code of the limit that is reached; do not commit.
    """
    now, counting = services.clock(), throttle(services.settings.keys_dir)
    counting.take(tx, per_network, network, now)
    if person is not None or mail:
        counting.take(tx, per_sender, person.person_id if person else mail.lower(), now)


def unused(tx: UnitOfWork, table: type[SQLModel], new_reference: Callable[[], str]) -> str:
    """A number that no row of the table has."""
    reference = new_reference()
    while tx.get(table, reference) is not None:
        reference = new_reference()
    return reference


def sealed_address(box: Seal, reference: str, mail: str, person: SessionInfo | None) -> bytes | None:
    """What the row keeps of an address: nothing of a person's, who is answered where the register says."""
    return box.close(mail, _owner(reference)) if mail and person is None else None


def address_given(box: Seal, letter: Letter) -> str:
    """The inverse; empty for none."""
    return "" if letter.mail_sealed is None else box.open(letter.mail_sealed, _owner(letter.reference))


def tell(tx: UnitOfWork, services: Services, box: Seal, letter: Letter, kind: NoticeKind, /, **params: Param) -> None:
    """Mail whoever wrote, if they can be reached; once for each kind of notice.

    Args:
        params: what the kind's texts name, besides ``reference``.
    """
    keys_dir, key = services.settings.keys_dir, f"{kind.name}:{letter.reference}"
    params["reference"] = letter.reference
    if letter.person_id is not None:
        notices.notify(tx, keys_dir, letter.person_id, kind, key, run_after=None, **params)
    elif address := address_given(box, letter):
        notices.write(tx, keys_dir, address, letter.language, kind, key, run_after=None, **params)


def _owner(reference: str) -> str:
    return f"mail:{reference}"
