"""What two members of the commission decide about a vote: setting it up, extending, cancelling, signing, correcting.

One proposes, and the proposal says all that matters, hashes included; another approves exactly that. What it is about
is looked at again inside the approval's transaction: if it has changed meanwhile, nothing is done, and it has to be
proposed anew. One proposal of a kind is pending for a vote.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, Final

from sqlmodel import Session

from egov_participation import approvals
from egov_participation.actions import Action
from egov_participation.approvals import Content, Proposal
from egov_participation.commission.models import Draft
from egov_participation.commission.service import letters
from egov_participation.commission.service.invitations import tell_all
from egov_participation.commission.service.lookup import check_state, draft_of_vote, find_draft, lock_draft, trustees_of
from egov_participation.database import UnitOfWork
from egov_participation.errors import DomainError
from egov_participation.i18n import N_
from egov_participation.jobs import Payload, enqueue
from egov_participation.services import Services, SessionInfo
from egov_participation.voting import service as voting
from egov_participation.voting import setup as documents
from egov_participation.voting.service import protocol as protocols
from egov_participation.voting.setup import SetupDocument
from egov_participation.voting.texts import Texts
from egov_participation.voting.views import VoteView

ACTIVATE: Final = "commission.activate"
"""Kind of the job that has the registrar put the roll of a vote that was set up into use."""
FORGET_VOTERS: Final = "commission.forget_voters"
"""Kind of the job that deletes the uploaded list of a draft that was published."""
_ROUTE: Final = "commission.proposal"
_NO_ROLL_TO_SET_UP: Final = N_(
    "The registrar no longer has the roll that it confirmed; perhaps its database was lost or restored. Nothing was set"
    " up. Ask the registrar’s operator to restore it. If that cannot be, thaw the setup, freeze it again and have it"
    " confirmed anew."
)
_NO_ROLL_TO_EXTEND: Final = N_(
    "The registrar has no roll of this vote in use: either its database was lost or restored, or it has not put the"
    " voting codes into use yet. Nothing was extended. Ask the registrar’s operator. If the roll is lost for good, the"
    " vote has to be cancelled and set up anew."
)


def object_of(uuid: str) -> str:
    """How proposals and the audit trail name a vote, from its draft on."""
    return f"vote:{uuid}"


def propose_set_up(services: Services, tx: UnitOfWork, session: SessionInfo, draft_id: str) -> Proposal:
    """Propose that a frozen setup become a vote, once all trustees and the registrar have confirmed it.

    Raises:
        DomainError: 404 ``draft.unknown``; 409 of `lookup.check_state`, ``setup.unconfirmed`` or ``setup.too_late``;
            what `approvals.propose` raises.
    """
    draft = find_draft(tx.session, draft_id)
    setup = _ready(services, tx.session, draft)
    content = _set_up_content(draft, setup)
    return approvals.propose(
        services, tx, session, SET_UP, object_of(draft.uuid), content, reason="", until=setup.opens_at
    )


def propose_extension(
    services: Services, tx: UnitOfWork, session: SessionInfo, uuid: str, closes_at: datetime, reason: Texts
) -> Proposal:
    """Propose that a vote close later, with the reason that the public will read.

    Raises:
        DomainError: 404 ``vote.unknown``; 409 ``vote.not_extendable``, ``vote.not_later`` or ``vote.too_long``; what
            `approvals.propose` raises.
    """
    before = voting.check_extension(services, tx.session, uuid, closes_at)
    content: Content = {
        "vote": uuid,
        "before": _time(before),
        "closes_at": _time(closes_at),
        "reason": reason.as_dict(),
    }
    return approvals.propose(services, tx, session, EXTEND, object_of(uuid), content, reason=reason.kk, until=before)


def propose_cancellation(
    services: Services, tx: UnitOfWork, session: SessionInfo, uuid: str, reason: Texts
) -> Proposal:
    """Propose that a vote be cancelled, with the reason that the public will read.

    Raises:
        DomainError: 404 ``vote.unknown``; 409 ``vote.not_cancellable``; what `approvals.propose` raises.
    """
    voting.check_cancellation(services, tx.session, uuid)
    content: Content = {"vote": uuid, "reason": reason.as_dict()}
    return approvals.propose(services, tx, session, CANCEL, object_of(uuid), content, reason=reason.kk)


def propose_protocol(services: Services, tx: UnitOfWork, session: SessionInfo, uuid: str) -> Proposal:
    """Propose that the protocol of the result be signed, as it is at this moment.

    Raises:
        DomainError: 404 ``vote.unknown``; 409 ``vote.not_counted`` or ``protocol.signed``; what `approvals.propose`
            raises.
    """
    voting.check_protocol(services, tx.session, uuid)
    incidents = protocols.incidents_now(tx.session, uuid)
    digest = documents.digest(protocols.build(services, tx.session, uuid, incidents=incidents))
    content: Content = {"vote": uuid, "protocol": digest, "incidents": incidents}
    return approvals.propose(services, tx, session, PUBLISH, object_of(uuid), content, reason="")


def propose_correction(services: Services, tx: UnitOfWork, session: SessionInfo, uuid: str, text: Texts) -> Proposal:
    """Propose an erratum to a signed protocol.

    Raises:
        DomainError: 404 ``vote.unknown``; 409 ``protocol.unsigned``; what `approvals.propose` raises.
    """
    signed = voting.check_correction(tx.session, uuid)
    content: Content = {"vote": uuid, "protocol": documents.digest(signed), "text": text.as_dict()}
    return approvals.propose(services, tx, session, CORRECT, object_of(uuid), content, reason=text.kk)


def texts_of(value: object) -> Texts:
    """A text of a proposal's content in its three languages."""
    parts: Mapping[str, Any] = value if isinstance(value, Mapping) else {}
    return Texts(str(parts.get("kk", "")), str(parts.get("ru", "")), str(parts.get("en", "")))


def unsigned_protocol(services: Services, session: Session, proposal: Proposal) -> bytes:
    """What a proposal to sign a protocol is about, built anew: with the incidents that there were when it was made.

    Raises:
        DomainError: those of `protocol.build`.
    """
    incidents: Any = proposal.content.get("incidents")
    return protocols.build(services, session, str(proposal.content["vote"]), incidents=incidents)


def vote_of(services: Services, session: Session, proposal: Proposal) -> VoteView:
    """The vote that a proposal is about, if it is set up.

    Raises:
        DomainError: 404 ``vote.unknown``.
    """
    return voting.vote_in(services, session, str(proposal.content["vote"]))


def unconfirmed(session: Session, draft: Draft) -> list[Texts]:
    """The names of the trustees who have not confirmed the setup that is frozen now."""
    return [
        Texts(row.name_kk, row.name_ru, row.name_en)
        for row in trustees_of(session, draft.id)
        if draft.setup_hash is None or row.confirmed_hash != draft.setup_hash
    ]


def _ready(services: Services, session: Session, draft: Draft) -> SetupDocument:
    """The frozen setup of a draft, if it can become a vote at this moment."""
    check_state(draft, "frozen")
    if draft.setup is None or draft.confirmation is None or unconfirmed(session, draft):
        raise DomainError(
            409,
            N_("Not everybody has confirmed this setup yet: all trustees and the registrar must. Nothing was changed."),
            code="setup.unconfirmed",
        )
    setup = SetupDocument.parse(draft.setup)
    if setup.opens_at <= services.clock():
        raise DomainError(
            409,
            N_(
                "The opening time has passed, and a vote never opens late. Thaw the setup, choose a later time, and "
                "have it confirmed anew. Nothing was set up."
            ),
            code="setup.too_late",
        )
    return setup


def _set_up_content(draft: Draft, setup: SetupDocument) -> Content:
    return {
        "draft": draft.id,
        "vote": setup.uuid,
        "setup": draft.setup_hash or "",
        "head": setup.head,
        "fingerprint": setup.fingerprint,
        "title": setup.title.as_dict(),
        "kind": setup.kind.value,
        "opens_at": _time(setup.opens_at),
        "closes_at": _time(setup.closes_at),
        "registered": setup.registered,
        "weight": setup.weight,
        "roll": setup.roll_hash,
        "registrar": setup.registrar,
        "trustees": [name.en for name in setup.trustee_names],
    }


def activate(services: Services, payload: Payload) -> None:
    """Have the registrar put the roll of a vote that was set up into use; tried each minute until it does, for without
    it nobody can vote. Again: nothing changes."""
    services.registrar.activate(payload["vote"], payload["setup"])


def _ask_to_set_up(services: Services, proposal: Proposal) -> None:
    """Does the registrar still have the roll that it confirmed? It says the same again, or refuses."""
    with services.database.read() as session:
        draft = find_draft(session, str(proposal.content["draft"]))
        _check_as_proposed(services, session, draft, proposal)
    with _roll_needed(_NO_ROLL_TO_SET_UP):
        confirmation = services.registrar.confirm(draft.uuid, draft.setup or b"")
    if confirmation != draft.confirmation:
        raise _changed()


def _set_up(services: Services, tx: UnitOfWork, proposal: Proposal) -> None:
    draft, now = lock_draft(tx, str(proposal.content["draft"])), services.clock()
    setup = _check_as_proposed(services, tx.session, draft, proposal)
    voting.publish_setup(
        services,
        tx,
        draft.setup or b"",
        draft.archive_start or b"",
        draft.confirmation or b"",
        content_hash=proposal.content_hash,
    )
    draft.state, draft.published_at, draft.changed_at = "published", now, now
    for row in trustees_of(tx.session, draft.id):
        row.remind_at = setup.closes_at
    enqueue(tx, FORGET_VOTERS, draft.id, {"draft": draft.id})
    # By a job, once the approval is durable: a roll in use is not thrown away, and that of a vote which came to nothing
    # would be in nobody's hands. A thaw and this cannot both land.
    enqueue(tx, ACTIVATE, setup.uuid, {"vote": setup.uuid, "setup": draft.setup_hash or ""})


def _check_as_proposed(services: Services, session: Session, draft: Draft, proposal: Proposal) -> SetupDocument:
    """The frozen setup, if it is the one that was proposed and can become a vote at this moment."""
    if proposal.content["setup"] != draft.setup_hash and draft.state != "published":
        raise _changed()
    setup = _ready(services, session, draft)
    if _set_up_content(draft, setup) != proposal.content:
        raise _changed()
    return setup


def _ask_to_extend(services: Services, proposal: Proposal) -> None:
    """The registrar first, for it must not destroy the codes at the earlier time of a vote that was extended. If it
    knows the later time and nothing is approved, no harm is done: the codes go when the vote closes."""
    uuid = str(proposal.content["vote"])
    with services.database.read() as session:
        closes_at = _check_extension(services, session, proposal)
    with _roll_needed(_NO_ROLL_TO_EXTEND):
        services.registrar.extend(uuid, closes_at)


def _extend(services: Services, tx: UnitOfWork, proposal: Proposal) -> None:
    content, uuid = proposal.content, str(proposal.content["vote"])
    closes_at = _check_extension(services, tx.session, proposal)
    voting.extend(services, tx, uuid, closes_at, texts_of(content["reason"]), proposal.content_hash)


def _check_extension(services: Services, session: Session, proposal: Proposal) -> datetime:
    """The new closing time, if the vote still closes when it did as this was proposed."""
    content = proposal.content
    closes_at = datetime.fromisoformat(str(content["closes_at"]))
    if _time(voting.check_extension(services, session, str(content["vote"]), closes_at)) != content["before"]:
        raise _changed()
    return closes_at


def _cancel(services: Services, tx: UnitOfWork, proposal: Proposal) -> None:
    content, uuid = proposal.content, str(proposal.content["vote"])
    reason = texts_of(content["reason"])
    voting.cancel(services, tx, uuid, reason, proposal.content_hash)
    draft = draft_of_vote(tx.session, uuid)
    if draft is not None:
        tell_all(services, tx, draft, letters.CANCELLED, vote=uuid, reason=reason.as_dict())


def _publish(services: Services, tx: UnitOfWork, proposal: Proposal) -> None:
    uuid, unsigned = str(proposal.content["vote"]), unsigned_protocol(services, tx.session, proposal)
    if documents.digest(unsigned) != proposal.content["protocol"]:
        raise _changed()
    signed = protocols.sign(services, unsigned)
    voting.publish_protocol(services, tx, uuid, signed, proposal.content_hash)


def _correct(services: Services, tx: UnitOfWork, proposal: Proposal) -> None:
    content, uuid = proposal.content, str(proposal.content["vote"])
    if documents.digest(voting.check_correction(tx.session, uuid)) != content["protocol"]:
        raise _changed()
    voting.correct(services, tx, uuid, texts_of(content["text"]), proposal.content_hash)


@contextmanager
def _roll_needed(message: str) -> Iterator[None]:
    """Say in the form what to do if the registrar has no roll of the vote: to the member no page is missing."""
    try:
        yield
    except DomainError as error:
        if error.code != "registrar.unknown_vote":
            raise
        raise DomainError(409, message, code="registrar.no_roll") from None


def _changed() -> DomainError:
    return DomainError(
        409,
        N_("What this proposal is about has changed since. Nothing was done; it has to be proposed anew."),
        code="proposal.stale",
    )


def _time(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds")


SET_UP: Final = approvals.kind(
    "commission.set_up",
    Action.SET_UP_VOTE,
    title=N_("Set up a vote"),
    route=_ROUTE,
    carry_out=_set_up,
    beforehand=_ask_to_set_up,
)
EXTEND: Final = approvals.kind(
    "commission.extend",
    Action.EXTEND_VOTE,
    title=N_("Extend a vote"),
    route=_ROUTE,
    carry_out=_extend,
    beforehand=_ask_to_extend,
)
CANCEL: Final = approvals.kind(
    "commission.cancel", Action.CANCEL_VOTE, title=N_("Cancel a vote"), route=_ROUTE, carry_out=_cancel
)
PUBLISH: Final = approvals.kind(
    "commission.publish", Action.PUBLISH_VOTE, title=N_("Sign the protocol of a vote"), route=_ROUTE, carry_out=_publish
)
CORRECT: Final = approvals.kind(
    "commission.correct", Action.PUBLISH_VOTE, title=N_("Correct a protocol"), route=_ROUTE, carry_out=_correct
)
KINDS: Final = (SET_UP, EXTEND, CANCEL, PUBLISH, CORRECT)
