"""Casting: a ballot's way from the wire into the archive.

=======  ===========================  ======================================================================
status   code                         when
=======  ===========================  ======================================================================
201                                   recorded; the receipt is the body
200                                   the credential's latest ballot again: the same receipt, nothing new. Whoever
                                      sends it: it stands on the board, and its receipt on the tracker page, for
                                      everybody, so the registrar is not asked whose it is
400      ``ballot.format``            not a ballot
403      ``vote.not_open``            too early (403, not 409: sending it again cannot help until the vote opens)
403      ``credential.unknown``       the credential is not on this vote's list
403      ``credential.not_yours``     it is, and belongs to somebody else (a ballot that is new)
403      ``vote.assurance``           the vote is binding and the sign-in was not at level 3
403      ``credential.blocked``       its theft was reported: no further ballot with it counts as new
404      ``vote.unknown``             no such vote
409      ``ballot.superseded``        an earlier ballot of a credential that has cast a later one
410      ``vote.closed``              too late; ``vote.cancelled`` likewise. ``credential.vote_over``: the registrar's
                                      clock says so
413      ``ballot.size``              over 1 MB; over HTTP it is ``http.413``: no more is read (web/limits.py)
422      ``ballot.…`` of the verifier  proofs, signature or election do not hold
429      ``ballot.too_many``          20 new ballots of this credential were recorded within the hour
429      ``ballot.refused_too_often``  40 ballots of this person were refused within the hour: verifying takes work
429      ``credential.too_many``      credentials of too many others were tried (`Registrar.owns`)
503      ``registrar.unavailable``    whose the credential is cannot be asked; over HTTP also ``database.full`` and
                                      ``database.unavailable`` (`outage`), after which the ballot may stand or not
=======  ===========================  ======================================================================

The costly part, verifying, comes before the writer lane is taken; what depends on the archive's head is decided in it.
On PostgreSQL that lane is the vote's row, locked for three statements and the commit. A ballot is acknowledged after
its commit, which is on disk (synchronous=FULL). A crash before it leaves nothing; a crash after it leaves the ballot,
and the voter's retry with the same bytes gets the same receipt.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, fields
from typing import Final

from sqlalchemy import bindparam, select
from sqlmodel import col
from sqlmodel import select as select_models

from egov_crypto import ballot as ballots
from egov_crypto.archive import EventType
from egov_crypto.ballot import Ballot
from egov_crypto.errors import VerificationError
from egov_participation.database import table_of
from egov_participation.errors import DomainError
from egov_participation.i18n import N_
from egov_participation.notices.service import Param, notice, notify, quiet_moment
from egov_participation.registrar.generated import is_generated
from egov_participation.services import Services
from egov_participation.throttle import LimitCount, Throttle, throttle
from egov_participation.voting import rules
from egov_participation.voting.models import PublicCredential, Vote, VoteEvent
from egov_participation.voting.rules import VoteKind
from egov_participation.voting.service.append import BallotFacts, HeadMovedError, append_event
from egov_participation.voting.service.lookup import VoteHead, election_from, find_vote, refusal, state_of
from egov_participation.voting.service.receipting import find_receipt, receipt_at
from egov_participation.voting.texts import split

BALLOT_RECORDED: Final = notice(
    "voting.ballot_recorded",
    subject=N_("A ballot was recorded in your name"),
    paragraphs=(
        N_("A ballot was recorded in your name in the vote “%(title)s”."),
        N_(
            "So that the time of this mail does not tell whose ballot is whose, it was sent at a moment left to "
            "chance, up to six hours later."
        ),
        N_(
            "If you voted, there is nothing to do. If you did not, somebody has your voting code: vote with it "
            "yourself, since only the last ballot counts, and tell the commission."
        ),
    ),
    link=(N_("See the vote"), "/votes/%(vote)s"),
    quiet=True,
)
"""An alarm against theft. It says which vote and nothing of the ballot (``trust.md``)."""


@dataclass(frozen=True, slots=True)
class CastOutcome:
    """The receipt's bytes (JSON), and whether this call recorded the ballot (201) or it stood there before (200)."""

    receipt: bytes
    new: bool


@dataclass(frozen=True, slots=True)
class _Found(VoteHead):
    """A vote as it stood before the ballot was verified."""

    kind: str
    election: bytes


_VERIFYING: Final = threading.Lock()
"""One ballot at a time: a process has no more than a core's worth, and threads that verify side by side hand the
interpreter to each other at each of the hundred multiplications, which costs a tenth of the whole."""
_TURN: Final = 0.25
"""Seconds that a ballot waits for its turn; then it is verified beside the others. A ballot of 500 answers takes two
seconds, and nobody else is to wait for a row of such."""
_votes, _events = table_of(Vote), table_of(VoteEvent)
_HEAD: Final = [_votes.c[field.name] for field in fields(VoteHead)]
_RECORDED: Final = select(_events.c.credential).where(
    _events.c.vote_uuid == bindparam("vote"), _events.c.tracker == bindparam("tracker")
)
_REFUSED: Final = select(table_of(LimitCount).c.count).where(table_of(LimitCount).c.key == bindparam("refused"))
_FIND: Final = select(
    *(_votes.c[field.name] for field in fields(_Found)), _RECORDED.scalar_subquery(), _REFUSED.scalar_subquery()
).where(_votes.c.uuid == bindparam("vote"))
_LOCK: Final = select(*_HEAD).where(_votes.c.uuid == bindparam("vote")).with_for_update()


def cast(services: Services, vote_uuid: str, person_id: str, raw: bytes, *, assurance: int = 1) -> CastOutcome:
    """Record a ballot of a signed-in person, or find it recorded already.

    Args:
        assurance: how surely the person is signed in; who does not say is taken for somebody with a mailed code.

    Raises:
        DomainError: as the table of this module says.
    """
    if len(raw) > rules.MAX_BALLOT_BYTES:
        raise refusal(rules.TOO_LARGE)
    tracker, counts = ballots.tracker(raw), throttle(services.settings.keys_dir)
    who, now = f"{vote_uuid}|{person_id}", services.clock()
    vote, recorded, refused = _find(services, vote_uuid, tracker, counts.key(rules.REFUSED_PER_HOUR, who, now))
    closed = rules.refuse_cast(state_of(vote, services.clock()))
    if assurance < VoteKind(vote.kind).assurance:
        raise refusal(rules.NOT_SURE_ENOUGH)
    if recorded is not None:
        # Before the clock is looked at: who cast in time and lost the answer gets the receipt after closing too.
        return _again(services, vote_uuid, recorded, tracker)
    if closed is not None:
        raise refusal(closed)
    counts.check_count(rules.REFUSED_PER_HOUR, refused, now)
    try:
        credential = _verified(vote, raw).credential.text
        _check_owner(services, vote_uuid, person_id, credential)
    except DomainError as error:
        if error.status < 500:
            _count_refused(services, counts, who)
        raise
    try:
        # The archive and its rows keep no more of a ballot's time than the day.
        facts = BallotFacts(credential, tracker, services.day(services.clock()))
        receipt = _append(services, vote, person_id, raw, facts)
    except (HeadMovedError, DomainError):
        # Sent twice at the same moment, it stands there by now; and may have been the last that the limit allowed.
        if services.database.first(_RECORDED, {"vote": vote_uuid, "tracker": tracker}) is None:
            raise
        return _again(services, vote_uuid, credential, tracker)
    return CastOutcome(receipt, new=True)


def _append(services: Services, found: _Found, person_id: str, raw: bytes, facts: BallotFacts) -> bytes:
    """The short transaction; returns the receipt.

    Everybody who casts in a vote waits for its row, from when it is locked until the commit is on disk. So what does
    not depend on the head comes before: the limit's count and the mail of alarm, which fall with everything else
    if the ballot is refused.

    Raises:
        DomainError: 429, 403 and 410 as the table says.
        HeadMovedError: the same bytes were recorded since they were looked for.
    """
    keys_dir = services.settings.keys_dir
    with services.database.uow() as tx:
        who = f"{found.uuid}|{facts.credential}"
        throttle(keys_dir).take_at_once(tx, rules.BALLOTS_PER_HOUR, who, services.clock())
        # The job's row names the person, so nothing in it may lead to the ballot: its key, its place and its time are
        # left to chance. And it is sealed, since the database's log (WAL) keeps both together as one transaction, and
        # so does PostgreSQL's xmin on both rows until the mail leaves: who reads the database and has the keys can
        # join them (docs/operate.md). A transaction of its own could lose the alarm, or raise it for no ballot.
        moment = quiet_moment(services.clock(), found.closes_at)
        if not (found.rehearsal and is_generated(person_id)):  # whom nobody is, nobody can write to
            notify(tx, keys_dir, person_id, BALLOT_RECORDED, run_after=moment, vote=found.uuid, title=_title(found))
        vote = VoteHead(*tx.session.execute(_LOCK, {"vote": found.uuid}).one())
        closed = rules.refuse_cast(state_of(vote, services.clock()))
        if closed is not None:
            raise refusal(closed)
        head = append_event(tx, vote, EventType.BALLOT, raw, ballot=facts)
        receipt = receipt_at(services, vote, facts, head)
        tx.commit()
    return receipt


def _again(services: Services, vote_uuid: str, credential: str, tracker: str) -> CastOutcome:
    """What is said to bytes that stand in the archive already."""
    with services.database.read() as session:
        vote = find_vote(session, vote_uuid)
        latest = session.exec(
            select_models(VoteEvent.tracker)
            .where(col(VoteEvent.vote_uuid) == vote_uuid, col(VoteEvent.credential) == credential)
            .order_by(col(VoteEvent.height).desc())
            .limit(1)
        ).one()
        if latest != tracker:
            raise refusal(rules.SUPERSEDED)
        return CastOutcome(find_receipt(services, session, vote, tracker), new=False)


def _count_refused(services: Services, counts: Throttle, who: str) -> None:
    with services.database.uow() as tx:
        counts.take_at_once(tx, rules.REFUSED_PER_HOUR, who, services.clock())
        tx.commit()


def _find(services: Services, uuid: str, tracker: str, refused: bytes) -> tuple[_Found, str | None, int | None]:
    """The vote; the credential of the ballot with this tracker if it stands in the archive; how often this person's
    ballots were refused within the hour (the count under that key).

    Raises:
        DomainError: 404 ``vote.unknown``.
    """
    row = services.database.first(_FIND, {"vote": uuid, "tracker": tracker, "refused": refused})
    if row is None:
        raise refusal(rules.UNKNOWN_VOTE)
    *found, credential, count = row
    return _Found(*found), credential, count


def _verified(vote: _Found, raw: bytes) -> Ballot:
    turn = _VERIFYING.acquire(timeout=_TURN)
    try:
        return ballots.parse_and_verify(election_from(vote.election), raw)
    except VerificationError as error:
        if error.code == rules.MALFORMED.code:
            raise refusal(rules.MALFORMED) from None
        raise refusal(rules.INVALID, error.code) from None
    finally:
        if turn:
            _VERIFYING.release()


def _check_owner(services: Services, vote_uuid: str, person_id: str, credential: str) -> None:
    """Raise unless the credential is this person's, which says too that it is on the list at all."""
    if services.registrar.owns(vote_uuid, person_id, credential):
        return
    with services.database.read() as session:
        known = session.get(PublicCredential, (vote_uuid, credential)) is not None
    raise refusal(rules.NOT_YOURS if known else rules.UNKNOWN_CREDENTIAL)


def _title(vote: _Found) -> Param:
    name = election_from(vote.election).name
    texts = split(name)
    return name if texts is None else texts.as_dict()
