"""What a vote's state is and what it allows. Pure: the time is an argument, nothing is read or written.

The clock opens and closes a vote; the archive's events carry it on from there::

    setup ──opens_at──▶ open ──closes_at──▶ closed ──EncryptedTally──▶ decrypting ──Result──▶ tallied
      │                   │                   │ └──▶ shuffling ──EndShuffles──▶ │
      └───────────────────┴───────────────────┴─────────┴───────────────────────┴──▶ cancelled

`shuffling` is of votes with rankings or grades, whose ballots are decrypted one by one and therefore shuffled before.
`closed` covers the moments between the closing time and the encrypted tally. An EndBallots event closes a vote
whatever the clock says afterwards, so that a clock set back opens nothing again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from http import HTTPStatus
from typing import Final

from egov_crypto.archive import EventType, follows
from egov_participation.i18n import N_
from egov_participation.throttle import Limit


class VoteKind(StrEnum):
    """What the result does: it advises, or it decides."""

    CONSULTATIVE = "consultative"
    BINDING = "binding"

    @property
    def assurance(self) -> int:
        """How surely somebody must be signed in to take part (``foundation.md``): 1 a mailed code, 3 in person."""
        return 3 if self is VoteKind.BINDING else 1


class VoteState(StrEnum):
    """The states of ``api.md``."""

    SETUP = "setup"
    OPEN = "open"
    CLOSED = "closed"
    SHUFFLING = "shuffling"
    DECRYPTING = "decrypting"
    TALLIED = "tallied"
    CANCELLED = "cancelled"


class BallotStatus(StrEnum):
    """What a tracker page says of a ballot."""

    COUNTED = "counted"  # casting has ended; the ballot is its credential's last
    SUPERSEDED = "superseded"  # a later ballot of the same credential stands on the board
    WAITING = "waiting"  # the last so far; it will count if no later one comes


BINDING_TRUSTEES: Final = 3
"""A binding vote has at least so many (``trust.md``): else too few could open single ballots."""

MAX_BALLOT_BYTES: Final = 1_000_000
"""A larger ballot is refused before it is parsed."""

MAX_DECRYPTION_BYTES: Final = 1_000_000
"""The same for a trustee's decryption; 500 answers need less than half of it."""
DECRYPTED_BALLOT_BYTES: Final = 400
"""And so much more for each ballot that is decrypted by itself, on each question."""
VERIFIED_AT_ONCE: Final = 1000
"""Of so many such ballots a decryption is verified while its sender waits: in one to two seconds. More take a job."""
SHUFFLED_BALLOT_BYTES: Final = 512
"""A shuffle has no more than so many for each (`egov_crypto.mixnet.size_limit`)."""
MAX_UPLOAD_BYTES: Final = 32_000_000
"""What a trustee can hand in on the site: a shuffle of some 60,000 ballots. A larger one goes by the operator."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why something may not be done: an HTTP status, a stable code, a plain sentence (a msgid)."""

    status: HTTPStatus
    code: str
    sentence: str


UNKNOWN_VOTE: Final = Refusal(HTTPStatus.NOT_FOUND, "vote.unknown", N_("There is no such vote."))
NOT_OPEN: Final = Refusal(
    HTTPStatus.FORBIDDEN, "vote.not_open", N_("This vote has not opened yet. Your ballot was not recorded.")
)
CLOSED: Final = Refusal(
    HTTPStatus.GONE, "vote.closed", N_("This vote has closed. Your ballot came too late and was not recorded.")
)
CANCELLED: Final = Refusal(
    HTTPStatus.GONE, "vote.cancelled", N_("This vote was cancelled. Your ballot was not recorded.")
)
TOO_LARGE: Final = Refusal(
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "ballot.size", N_("The ballot is larger than 1 MB. It was not recorded.")
)
MALFORMED: Final = Refusal(
    HTTPStatus.BAD_REQUEST, "ballot.format", N_("What was sent is not a ballot. Nothing was recorded.")
)
INVALID: Final = Refusal(
    HTTPStatus.UNPROCESSABLE_ENTITY,
    "ballot.invalid",
    N_("The ballot's proofs do not hold, so it cannot be counted. It was not recorded."),
)
NOT_SURE_ENOUGH: Final = Refusal(
    HTTPStatus.FORBIDDEN,
    "vote.assurance",
    N_(
        "In a binding vote a ballot is taken only from somebody who signed in with a key enrolled in person or an "
        "electronic identity."
    ),
)
BLOCK_NOT_SURE_ENOUGH: Final = Refusal(
    HTTPStatus.FORBIDDEN,
    "theft.assurance",
    N_(
        "In a binding vote a code is blocked only for somebody who signed in with a key enrolled in person or an "
        "electronic identity. Without one, call the contact centre or come to a service centre."
    ),
)
UNKNOWN_CREDENTIAL: Final = Refusal(
    HTTPStatus.FORBIDDEN,
    "credential.unknown",
    N_("The voting code of this ballot does not belong to this vote. The ballot was not recorded."),
)
NOT_YOURS: Final = Refusal(
    HTTPStatus.FORBIDDEN,
    "credential.not_yours",
    N_("The voting code of this ballot is not yours. Vote with your own code; the ballot was not recorded."),
)
SUPERSEDED: Final = Refusal(
    HTTPStatus.CONFLICT,
    "ballot.superseded",
    N_("You have replaced this ballot with a later one, and it cannot be cast again. Your later ballot stands."),
)
BALLOTS_PER_HOUR: Final = Limit(
    "ballots",
    20,
    timedelta(hours=1),
    "ballot.too_many",
    N_(
        "With one voting code at most 20 ballots an hour are taken. This one was not recorded; the one before it"
        " stands. Try again in an hour."
    ),
)
"""Counted for a credential in a vote. Nobody changes their mind so often, and everybody else downloads each ballot."""
REFUSED_PER_HOUR: Final = Limit(
    "refused_ballots",
    40,
    timedelta(hours=1),
    "ballot.refused_too_often",
    N_("Too many of your ballots were refused within the hour. Nothing was recorded. Try again in an hour."),
)
"""Counted for a person in a vote: to refuse a ballot takes as much work as to take one, and others wait for it."""
UNKNOWN_BALLOT: Final = Refusal(
    HTTPStatus.NOT_FOUND, "ballot.unknown", N_("No ballot with this number stands on the board of this vote.")
)
NO_SUCH_PLACE: Final = Refusal(
    HTTPStatus.BAD_REQUEST, "query.after", N_("The list cannot go on from there: it has no such place.")
)
NOT_SHUFFLING: Final = Refusal(
    HTTPStatus.CONFLICT,
    "vote.not_shuffling",
    N_(
        "This vote is not waiting for shuffles, or no longer: enough trustees have shuffled. Nothing was recorded. Open"
        " your page again: it says what is due."
    ),
)
ALREADY_SHUFFLED: Final = Refusal(
    HTTPStatus.CONFLICT, "shuffle.repeated", N_("This trustee has already shuffled the ballots.")
)
NO_SUCH_TRUSTEE: Final = Refusal(HTTPStatus.NOT_FOUND, "shuffle.owner", N_("This vote has no such trustee."))
SHUFFLE_TOO_LARGE: Final = Refusal(
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    "shuffle.size",
    N_("The file is larger than any shuffle of these ballots. Hand in the file your tool wrote."),
)
SHUFFLE_MALFORMED: Final = Refusal(
    HTTPStatus.BAD_REQUEST, "shuffle.format", N_("The file is not a shuffle. Hand in the file your tool wrote.")
)
SHUFFLE_INVALID: Final = Refusal(
    HTTPStatus.UNPROCESSABLE_ENTITY,
    "shuffle.invalid",
    N_(
        "The file does not prove to be a shuffle of the ballots as they stand now. Nothing was recorded. If another"
        " trustee has shuffled since you began, begin again: download the archive anew."
    ),
)
NOT_DECRYPTING: Final = Refusal(
    HTTPStatus.CONFLICT, "vote.not_decrypting", N_("This vote is not waiting for decryptions.")
)
ALREADY_DECRYPTED: Final = Refusal(
    HTTPStatus.CONFLICT, "decryption.repeated", N_("This trustee has already handed in a decryption.")
)
DECRYPTION_TOO_LARGE: Final = Refusal(
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "decryption.size", N_("The file is larger than any decryption of this vote.")
)
DECRYPTION_MALFORMED: Final = Refusal(
    HTTPStatus.BAD_REQUEST, "decryption.format", N_("The file is not a decryption. Hand in the file your tool wrote.")
)
DECRYPTION_INVALID: Final = Refusal(
    HTTPStatus.UNPROCESSABLE_ENTITY,
    "decryption.invalid",
    N_("The decryption does not fit this vote's tally with any trustee's key. Nothing was recorded."),
)
DECRYPTION_ELSEWHERE: Final = Refusal(
    HTTPStatus.CONFLICT,
    "decryption.elsewhere",
    N_(
        "So many ballots take minutes to verify. Hand your decryption in on your own page, by the link of your"
        " invitation."
    ),
)
OF_HAND_INS: Final = {
    refusal.code: refusal
    for refusal in (
        *(NOT_SHUFFLING, ALREADY_SHUFFLED, SHUFFLE_TOO_LARGE, SHUFFLE_MALFORMED, SHUFFLE_INVALID),
        *(NOT_DECRYPTING, ALREADY_DECRYPTED, DECRYPTION_TOO_LARGE, DECRYPTION_MALFORMED, DECRYPTION_INVALID),
    )
}
"""Why what a trustee handed in is not recorded, by code."""


@dataclass(frozen=True, slots=True)
class Timeline:
    """What a vote's state depends on besides the time. Times are aware."""

    opens_at: datetime
    closes_at: datetime
    cancelled_at: datetime | None
    last_event: EventType
    shuffled: bool = False
    """Whether its ballots are shuffled."""


def state(vote: Timeline, now: datetime) -> VoteState:
    """The vote's state at ``now`` (aware)."""
    if vote.cancelled_at is not None:
        return VoteState.CANCELLED
    match vote.last_event:
        case EventType.RESULT:
            return VoteState.TALLIED
        case EventType.ENCRYPTED_TALLY:
            return VoteState.SHUFFLING if vote.shuffled else VoteState.DECRYPTING
        case EventType.SHUFFLE:
            return VoteState.SHUFFLING
        case EventType.END_SHUFFLES | EventType.PARTIAL_DECRYPTION:
            return VoteState.DECRYPTING
        case EventType.END_BALLOTS:
            return VoteState.CLOSED
    if now >= vote.closes_at:
        return VoteState.CLOSED
    return VoteState.OPEN if now >= vote.opens_at else VoteState.SETUP


def refuse_cast(state: VoteState) -> Refusal | None:
    """Why no ballot is taken in ``state``; None when it is open."""
    if state is VoteState.OPEN:
        return None
    return {VoteState.SETUP: NOT_OPEN, VoteState.CANCELLED: CANCELLED}.get(state, CLOSED)


def refuse_shuffle(state: VoteState) -> Refusal | None:
    """Why no trustee's shuffle is taken in ``state``."""
    return None if state is VoteState.SHUFFLING else NOT_SHUFFLING


def refuse_decryption(state: VoteState) -> Refusal | None:
    """Why no trustee's decryption is taken in ``state``. A cancelled vote is never decrypted."""
    return None if state is VoteState.DECRYPTING else NOT_DECRYPTING


def ballot_status(*, superseded: bool, ended: bool) -> BallotStatus:
    """``ended``: an EndBallots event stands in the archive, so that nothing can come any more."""
    if superseded:
        return BallotStatus.SUPERSEDED
    return BallotStatus.COUNTED if ended else BallotStatus.WAITING


def processes(jobs: int, ciphertexts: Sequence[Sequence[object]]) -> int:
    """How many of ``jobs`` processes verify something of each of these: one where they would take longer to start."""
    return jobs if sum(map(len, ciphertexts)) > VERIFIED_AT_ONCE else 1


def may_follow(last: EventType | None, next_: EventType, *, shuffled: bool = False) -> bool:
    """Whether the archive's grammar allows ``next_`` after ``last`` (None: before anything).

    Args:
        shuffled: whether the vote's ballots are shuffled.
    """
    return next_ in follows(last, shuffled=shuffled)
