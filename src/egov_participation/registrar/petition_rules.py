"""What the registrar decides about petitions by. Pure: times are arguments."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

from egov_participation.errors import DomainError
from egov_participation.i18n import N_
from egov_participation.registrar.interface import Act, Way

BATCH: Final = 50
"""So many attestations wait for each other, if they come soon enough."""
MOST_IN_BATCH: Final = 1000
YOUNG: Final = timedelta(minutes=5)
"""So long an act waits at least, unless 50 wait, or a quarter of what they wait at most."""
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
MOST_OPENED: Final = 2000
"""So many signatures of one petition are opened in all its audits: a sample of 600 finds one false signature in a
hundred with a probability of 99.8 %."""
ELSEWHERE: Final = "other"
"""The region of whoever lives where no region is named for."""
_REGION: Final = re.compile(r"[A-Z]{2}(-\d{2})?|\d{9}|\d{2}-[a-z]{2,30}|other", re.ASCII)
_HASH: Final = re.compile(r"[0-9a-f]{64}", re.ASCII)


def check_opening(document: str, min_age: int, ways: Collection[Way], regions: Collection[str]) -> None:
    """Refuse what no petition can be opened with.

    Raises:
        ValueError: the document is no hash, no way, an age below 0, a region that the log has no word for.
    """
    if _HASH.fullmatch(document) is None:
        raise ValueError("the document is named by its hash")
    if not ways:
        raise ValueError("nobody can prove who they are")
    if min_age < 0:
        raise ValueError("nobody is younger than 0")
    check_regions(regions)


def check_regions(regions: Iterable[str]) -> None:
    """Refuse a region that the log has no word for. Raises `ValueError`."""
    if not all(_REGION.fullmatch(region) for region in regions):
        raise ValueError("a region is a territory's code, or other")


def sample(pseudonyms: Collection[str]) -> list[bytes]:
    """Pseudonyms as they are kept.

    Raises:
        ValueError: none, too many, one twice, or one that is none.
    """
    found = [bytes.fromhex(pseudonym) for pseudonym in pseudonyms]
    if not 0 < len(set(found)) == len(found) <= MOST_OPENED or any(len(one) != 64 for one in found):
        raise ValueError("no sample")
    return found


def ways(allowed: Collection[Way], *, passkey: bool, eid: bool, mail: bool) -> list[Way]:
    """How somebody can prove who they are, the strongest first."""
    there = {Way.PASSKEY: passkey, Way.EID: eid, Way.CODE: mail}
    return [way for way in Way if way in allowed and there[way]]


def check_signer(*, age: int, min_age: int, lives_in: Collection[str], territory: str) -> None:
    """Refuse a signature of somebody who may not sign.

    Args:
        age: in years, on the day.
        lives_in: codes of the region and of the part of it.
        territory: empty for the whole country.

    Raises:
        DomainError: 403 ``petition.too_young``, ``petition.not_resident``.
    """
    if age < min_age:
        raise DomainError(
            403,
            N_("This petition can be signed from %(age)s years of age on."),
            code="petition.too_young",
            age=min_age,
        )
    if territory and territory not in lives_in:
        raise DomainError(
            403,
            N_(
                "This petition can be signed by residents of its territory. By the register of residents you live"
                " elsewhere. If that is no longer so, have your address changed at a public service centre first."
            ),
            code="petition.not_resident",
        )


def region(regions: Mapping[str, str], territory: str, district: str) -> str:
    """What is published of where somebody lives."""
    return regions.get(district) or regions.get(territory) or ELSEWHERE


def turn(act: Act, last: tuple[int, Act] | None) -> int | None:
    """The number of an act in the row of a person's acts; None if it is the last one itself, done already.

    Args:
        last: number and kind of the last act, if there is one.

    Raises:
        DomainError: 409 ``petition.not_signed``, ``petition.on_paper``, ``petition.signed``.
    """
    before, signed = (0, None) if last is None else (last[0], None if last[1] is Act.WITHDRAW else last[1])
    if act is Act.WITHDRAW:
        if last is None:
            raise DomainError(
                409,
                N_("There is no signature of yours in this petition that could be withdrawn."),
                code="petition.not_signed",
            )
        return None if signed is None else before + 1
    if signed is None:
        return before + 1
    if signed is act:
        return None
    if signed is Act.PAPER:
        raise DomainError(
            409, N_("You have signed this petition on paper already. It is counted once."), code="petition.on_paper"
        )
    raise DomainError(
        409,
        N_("This person has signed this petition already, with a proof of their own. It is counted once."),
        code="petition.signed",
    )


def leaving(
    count: int, oldest: datetime, newest: datetime, *, now: datetime, closes_at: datetime, wait: timedelta
) -> datetime | None:
    """Up to when those attestations leave now that have waited since then; None: none does.

    All leave if 50 wait, or at the end what was signed up to it. Else they leave at moments that are the same for all
    petitions, every ``wait`` from 1970 on: when an act was its petition's first in the log does not tell its moment.
    What came just before such a moment waits for the next one, since it might be the only one that leaves.
    """
    if count >= BATCH:
        return newest
    if oldest <= closes_at <= now:
        return closes_at
    moment = now - (now - _EPOCH) % wait if wait else now
    last = moment - min(YOUNG, wait / 4)
    return last if oldest <= last else None


def drawn_from(asked: int) -> int:
    """How many of the first drawn have to hold a sample of so many: those that the office has invalidated, which the
    registrar does not know, are left out."""
    return 4 * asked + 100


def most_opened(closes_at: datetime, now: datetime) -> int:
    """So many may be open by now: half of them are kept for after the end, when nothing can be forged any more."""
    return MOST_OPENED if now >= closes_at else MOST_OPENED // 2


def not_drawn() -> DomainError:
    """What is said to whoever would have opened what no lot fell on."""
    return DomainError(
        409,
        N_("The registrar opens only what the auditors' values draw among the signatures that it attested."),
        code="petition.audit_draw",
    )


def is_over(closes_at: datetime, audits: timedelta, now: datetime) -> bool:
    """Whether the time for audits has passed, so that the key is destroyed."""
    return now >= closes_at + audits


def unknown() -> DomainError:
    """What is said of a petition that there is no key for."""
    return DomainError(404, N_("The registrar does not know this petition."), code="petition.unknown")


def not_on_paper() -> DomainError:
    """What is said where a desk would take back what it did not enter."""
    return DomainError(
        409,
        N_("The last signature of this person in this petition is not on this form."),
        code="petition.not_on_paper",
    )


def closed() -> DomainError:
    """What is said to whoever would sign too late."""
    return DomainError(410, N_("This petition is closed: it can no longer be signed."), code="petition.closed")


def no_generated() -> DomainError:
    """What is said to whoever would have people sign whom nobody is."""
    return DomainError(
        403,
        N_("Generated signers are for a demonstration's petition, of a registrar inside the web process."),
        code="petition.generated",
    )


def no_resident() -> DomainError:
    """What is said of somebody whom the register does not have."""
    return DomainError(
        403, N_("The register of residents does not know you, so you cannot sign."), code="petition.no_resident"
    )


def no_such_way(way: Way) -> DomainError:
    """What is said to whoever would prove who they are in a way that will not do."""
    if way is Way.PASSKEY:
        message = N_(
            "No passkey of yours that was enrolled in person counts yet. A public service centre enrols one: bring "
            "your identity card. It counts some hours later; the registrar’s mail says from when."
        )
    elif way is Way.CODE:
        message = N_("A code sent by mail is not enough for this petition, or the register knows no address of yours.")
    else:
        message = N_("The electronic identity cannot be used for this petition.")
    return DomainError(403, message, code="credential.way")
