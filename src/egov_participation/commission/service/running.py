"""What a vote awaits, and of whom: the check-list of a frozen draft and of a running vote."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final

from sqlmodel import Session, col, select

from egov_crypto.archive import EventType
from egov_participation import approvals, jobs
from egov_participation.approvals import Proposal
from egov_participation.commission.models import Draft
from egov_participation.commission.service import deciding
from egov_participation.commission.service.lookup import trustees_of
from egov_participation.commission.service.trustees import name_of
from egov_participation.i18n import N_
from egov_participation.incidents import service as incidents
from egov_participation.services import Services
from egov_participation.voting import service as voting
from egov_participation.voting.service import VoteState
from egov_participation.voting.texts import Texts
from egov_participation.voting.views import TrusteeView, VoteView

ACTIVATION_TAKES: Final = timedelta(minutes=15)
"""After the decision that set the vote up."""
TALLY_TAKES: Final = timedelta(minutes=15)
"""After this time an encrypted sum that is not there is late: mostly the registrar does not answer."""
DECRYPTING_TAKES: Final = timedelta(days=2)
PROTOCOL_TAKES: Final = timedelta(days=3)
"""After closing."""
_ASK_OPERATOR: Final = N_(
    "Mostly the registrar does not answer: ask its operator to start it again. Nothing is lost, and what comes next"
    " happens by itself."
)
_ASK_FOR_LOG: Final = N_(
    "This fails again and again: ask whoever runs the site to look at its error log. Nothing is lost, and it is tried"
    " again every minute."
)
_ASK_TRUSTEE: Final = N_("Nothing is lost by waiting. Ask why, and say in public when it is expected.")


@dataclass(frozen=True, slots=True)
class Task:
    """One thing that must happen before the vote is over."""

    title: str
    """A msgid with ``%(names)s`` for `params`."""
    done: bool
    params: Mapping[str, str | Texts] = field(default_factory=dict)
    since: datetime | None = None
    """Of something that is awaited: since when."""
    at: datetime | None = None
    """When it happens by the clock, or happened."""
    due: date | None = None
    """The last day for it, where a rule gives one."""
    late: bool = False
    advice: str = ""
    """What to do once it is late: a msgid."""


@dataclass(frozen=True, slots=True)
class Possible:
    """What may be proposed now."""

    extend: bool
    cancel: bool
    publish: bool
    correct: bool


def before_setting_up(session: Session, draft: Draft) -> list[Task]:
    """What a frozen draft awaits."""
    confirmed = N_("%(name)s confirms the setup")
    return [
        Task(N_("The registrar confirms the setup"), draft.confirmation is not None, at=draft.frozen_at),
        *(
            Task(
                confirmed,
                row.confirmed_hash == draft.setup_hash,
                {"name": name_of(row)},
                since=draft.frozen_at,
                at=row.confirmed_at,
            )
            for row in trustees_of(session, draft.id)
        ),
    ]


def of_vote(services: Services, session: Session, vote: VoteView) -> list[Task]:
    """The check-list of a vote that is set up."""
    now = services.clock()
    if vote.state is VoteState.CANCELLED:
        cancelled = N_("The vote is cancelled; nothing of it is ever decrypted")
        return [Task(cancelled, done=True, at=vote.cancelled_at), *_of_incidents(services, session, vote)]
    events = {event.type for event in vote.events}
    closed = now >= vote.closes_at or EventType.END_BALLOTS in events
    tallied = EventType.ENCRYPTED_TALLY in events
    adding = voting.adding_up_of(session, vote.uuid)
    going_on = adding is not None and not adding.failing  # its page shows how far it is
    together = N_("The registrar deletes the voting codes, and the encrypted ballots are added up")
    if vote.shuffled:
        together = N_("The registrar deletes the voting codes, and the encrypted ballots are put together")
    tasks = [
        _of_roll(session, vote, now),
        Task(N_("The vote opens"), done=now >= vote.opens_at, at=vote.opens_at),
        Task(N_("The vote closes"), done=closed, at=vote.closes_at),
        Task(
            together,
            done=tallied,
            since=vote.closes_at if closed else None,
            late=closed and not tallied and now > vote.closes_at + TALLY_TAKES and not going_on,
            advice=_ASK_OPERATOR if adding is None else _ASK_FOR_LOG,
        ),
    ]
    overdue = now > vote.closes_at + DECRYPTING_TAKES
    shuffled = EventType.END_SHUFFLES in events
    if vote.shuffled:
        done = {one: one.shuffled for one in vote.trustees if one.shuffled or vote.awaits_shuffle(one.owner)}
        tasks += _of_trustees(vote, N_("%(name)s shuffles the ballots"), done, begun=tallied, overdue=overdue)
    done = {one: one.decrypted for one in vote.trustees if one.decrypted or vote.awaits_decryption(one.owner)}
    sentence = N_("%(name)s decrypts the ballots") if vote.shuffled else N_("%(name)s decrypts the sum")
    begun = shuffled if vote.shuffled else tallied
    tasks += _of_trustees(vote, sentence, done, begun=begun, overdue=overdue)
    tasks.append(Task(N_("The result is in the archive"), done=EventType.RESULT in events))
    signed = Task(
        N_("Two members sign the protocol"),
        done=vote.signed,
        since=vote.closes_at if EventType.RESULT in events else None,
        late=EventType.RESULT in events and not vote.signed and now > vote.closes_at + PROTOCOL_TAKES,
    )
    return [*tasks, *([] if vote.rehearsal else [signed]), *_of_incidents(services, session, vote)]


def _of_trustees(
    vote: VoteView, sentence: str, done: Mapping[TrusteeView, bool], *, begun: bool, overdue: bool
) -> Iterator[Task]:
    """A task for each trustee who is needed.

    Args:
        done: these trustees, and whether each has done its part.
    """
    for trustee, finished in done.items():
        yield Task(
            sentence,
            done=finished,
            params={"name": trustee.name},
            since=vote.closes_at if begun else None,
            late=begun and overdue and not finished,
            advice=_ASK_TRUSTEE,
        )


def _of_roll(session: Session, vote: VoteView, now: datetime) -> Task:
    """Until then voters read that they are on no roll."""
    set_up_at = next((act.at for act in vote.acts if act.kind == "set_up"), None)
    owed = jobs.is_owed(session, deciding.ACTIVATE, vote.uuid)
    return Task(
        N_("The registrar puts the voting codes into use"),
        done=not owed,
        since=set_up_at,
        late=owed and (set_up_at is None or now > set_up_at + ACTIVATION_TAKES),
        advice=_ASK_OPERATOR,
    )


def _of_incidents(services: Services, session: Session, vote: VoteView) -> list[Task]:
    """The answers that are owed to whoever reported something; those of a cancelled vote too."""
    found = incidents.of_vote(session, vote.uuid)
    if not found:
        return []
    due = min((one.due_on for one in found if one.answered_at is None), default=None)
    late = due is not None and due < services.day(services.clock())
    return [Task(N_("Reported incidents are answered in public"), done=due is None, due=due, late=late)]


def possible(vote: VoteView, waiting: Sequence[Proposal]) -> Possible:
    """What may be proposed about a vote now: what is proposed already waits for somebody else."""
    if vote.rehearsal:
        return Possible(extend=False, cancel=False, publish=False, correct=False)
    kinds = {proposal.kind for proposal in waiting}
    return Possible(
        extend=vote.state in {VoteState.SETUP, VoteState.OPEN} and deciding.EXTEND not in kinds,
        cancel=vote.state not in {VoteState.TALLIED, VoteState.CANCELLED} and deciding.CANCEL not in kinds,
        publish=vote.state is VoteState.TALLIED and not vote.signed and deciding.PUBLISH not in kinds,
        correct=vote.signed and deciding.CORRECT not in kinds,
    )


def ready_to_propose(services: Services, session: Session) -> list[Draft]:
    """Frozen drafts that all have confirmed and that nobody has proposed to set up."""
    found = session.exec(select(Draft).where(Draft.state == "frozen").order_by(col(Draft.frozen_at)))
    now = services.clock()
    return [
        draft
        for draft in found
        if not deciding.unconfirmed(session, draft)
        and not approvals.pending_about(session, deciding.object_of(draft.uuid), now)
    ]


def to_be_signed(services: Services, session: Session) -> list[VoteView]:
    """Counted votes whose protocol nobody has proposed to sign."""
    now = services.clock()
    return [
        vote
        for vote in voting.counted_unsigned(services, session)
        if not approvals.pending_about(session, deciding.object_of(vote.uuid), now)
    ]
