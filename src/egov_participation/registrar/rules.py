"""What the registrar decides by. Pure: times are arguments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from egov_participation.errors import DomainError
from egov_participation.i18n import N_
from egov_participation.registrar.interface import Way

CHALLENGE_LIFETIME: Final = timedelta(minutes=10)
"""So long a challenge may be answered: the way there leads through a mailbox."""
RELEASE_LIFETIME: Final = timedelta(minutes=10)
"""So long after the proof a credential may be shown, once."""
CODE_DIGITS: Final = 8
CODE_TRIES: Final = 5
"""So often one mailed code may be entered."""
CODES_PER_HOUR: Final = 5
"""So many are mailed to one person for one vote. With five tries each, a code of eight digits is hit by chance within
an hour once in four million times."""
WRONG_PER_HOUR: Final = 20
"""So many credentials of other people may be asked about for one person within an hour (`check_asking`)."""
SMALL: Final = 10
"""Groups of fewer who voted do not stand alone in the turnout."""
EID_LEVEL: Final = 3
"""Of an electronic identity that is as good as a person's presence (``EGOV_OIDC_LEVEL``)."""


def ways(*, binding: bool, passkey: bool, eid: bool, mail: bool, eid_level: int) -> list[Way]:
    """How somebody can prove who they are, the strongest first. A mailed code never does for a binding vote."""
    strong_eid = eid and (eid_level >= EID_LEVEL or not binding)
    offered = [(Way.PASSKEY, passkey), (Way.EID, strong_eid), (Way.CODE, mail and not binding)]
    return [way for way, there in offered if there]


def check_display(*, closed: bool, blocked: bool) -> None:
    """Refuse to show a credential, or to begin with it.

    Args:
        closed: the closing time has come, or the private credentials are destroyed.
        blocked: its theft was reported.

    Raises:
        DomainError: 410 ``credential.closed``, 403 ``credential.blocked``.
    """
    if closed:
        raise DomainError(
            410,
            N_(
                "This vote has closed, and the voting codes have been destroyed. Ballots already cast are not affected."
            ),
            code="credential.closed",
        )
    if blocked:
        raise blocked_credential()


def most_wrong(size: int) -> int:
    """So many wrong answers are given in a vote with that many voters within a day.

    A wrong answer is one about a credential that somebody else on the roll has, and each pair counts once: so a ballot
    made with another's private code must have been sent. Of a day's voters not one in twenty takes a neighbour's
    letter for their own, while trying them all takes a number that grows with the square of the roll.
    """
    return 100 + size // 20


def check_asking(*, over: bool, person_muted: datetime | None, vote_muted: datetime | None, now: datetime) -> None:
    """Refuse to say whether a credential is somebody's: whoever may ask without end learns whose each is.

    While it is refused nothing is said, not even yes: otherwise the answers that are left would be it.

    Args:
        over: the closing time has come, or the private credentials are destroyed: no ballot needs the answer.

    Raises:
        DomainError: 410 ``credential.vote_over``, 429 ``credential.too_many``.
    """
    if over:
        raise DomainError(
            410,
            N_("This vote has closed: the registrar no longer says whose a voting code is."),
            code="credential.vote_over",
        )
    if person_muted is not None and now < person_muted:
        raise DomainError(
            429,
            N_(
                "Too many ballots were sent for you with voting codes of other people. This one was not recorded. Look "
                "at the code again, and try once more in an hour."
            ),
            code="credential.too_many",
            retry_after=_seconds(person_muted - now),
        )
    if vote_muted is not None and now < vote_muted:
        raise DomainError(
            429,
            N_(
                "In this vote very many ballots come with voting codes of other people, as if somebody tried them out, "
                "so none is taken for now. Yours was not recorded. Keep it, try again later, and tell the commission."
            ),
            code="credential.too_many",
            retry_after=_seconds(vote_muted - now),
        )


def _seconds(wait: timedelta) -> int:
    return int(wait.total_seconds()) + 1


def blocked_credential() -> DomainError:
    """What is said to whoever would use a credential whose theft was reported."""
    return DomainError(
        403,
        N_(
            "This voting code was reported as stolen, so it is blocked: no further ballot is taken with it, and it is "
            "not shown again. The commission will answer the report."
        ),
        code="credential.blocked",
    )


def no_such_way(way: Way, *, binding: bool) -> DomainError:
    """What is said to whoever would prove who they are in a way that will not do."""
    if way is Way.CODE and binding:
        message = N_(
            "The code of a binding vote is shown only to somebody who uses a passkey enrolled in person or an"
            " electronic identity. A code sent by mail is not enough."
        )
    elif way is Way.PASSKEY:
        message = N_(
            "No passkey of yours that was enrolled in person counts yet. A public service centre enrols one: bring "
            "your identity card. It counts some hours later; the registrar’s mail says from when."
        )
    elif way is Way.CODE:
        message = N_(
            "The register knows no mail address of yours, so no code can be sent. A public service centre enrols a"
            " passkey for you: bring your identity card."
        )
    else:
        message = N_("The electronic identity cannot be used for this vote.")
    return DomainError(403, message, code="credential.way")


@dataclass(frozen=True, slots=True)
class Group:
    """How many of a region are on the roll, and how many of them voted."""

    regions: tuple[str, ...]
    registered: int
    voted: int


def merged(registered: Mapping[str, int], voted: Mapping[str, int]) -> list[Group]:
    """The turnout by region, in the order of the codes; groups of fewer than 10 who voted are merged into one.

    At least two are merged, and they have 10 together or are all there are: otherwise the total, which is public, and
    the other groups would give the small one away.
    """
    groups = [Group((region,), registered[region], voted.get(region, 0)) for region in sorted(registered)]
    if all(group.voted >= SMALL for group in groups):
        return groups
    by_size = sorted(groups, key=lambda group: (group.voted, group.regions))
    small: list[Group] = []
    while by_size and (by_size[0].voted < SMALL or len(small) < 2 or sum(group.voted for group in small) < SMALL):
        small.append(by_size.pop(0))
    whole = Group(
        tuple(sorted(group.regions[0] for group in small)),
        sum(group.registered for group in small),
        sum(group.voted for group in small),
    )
    return [*sorted(by_size, key=lambda group: group.regions), whole]


def check_extension(closes_at: datetime, now: datetime, *, destroyed: bool) -> None:
    """Refuse to show codes for longer once none can be shown any more.

    Raises:
        DomainError: 409 ``registrar.extension``.
    """
    if destroyed or now >= closes_at:
        raise DomainError(409, N_("The vote has closed: it can no longer be extended."), code="registrar.extension")


def is_settled(closes_at: datetime, complaints: timedelta, now: datetime) -> bool:
    """Whether the time for complaints has passed, so that whose credential is whose is deleted."""
    return now >= closes_at + complaints


def masked(address: str) -> str:
    """A mail address as a hint to its owner: ``a…@mail.example``."""
    local, _, domain = address.rpartition("@")
    return f"{local[:1]}…@{domain}"


def canonical_pairs(pairs: Sequence[tuple[str, int]]) -> list[list[str | int]]:
    """[person, weight] pairs as the roll's hash holds them."""
    return [[person, weight] for person, weight in sorted(pairs)]
