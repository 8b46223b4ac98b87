"""Making the protocol of a result from what stands in the archive and was decided, and signing it.

`build` has the same outcome as long as nothing that it tells changes: whoever approves a protocol builds it again and
compares. What may still change after the result are errata (they come after the signature, and stand beside it) and
incidents with their answers. Anybody can report one at any time, and so could keep every protocol from being signed:
their numbers are those of when it was proposed, and all that came later stands on the vote's page.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from sqlalchemy import func
from sqlmodel import Session, col, select

from egov_crypto.archive import EventType
from egov_crypto.protocol import told
from egov_participation import source
from egov_participation.i18n import LANGUAGES, N_, translate
from egov_participation.incidents import service as reports
from egov_participation.services import Services
from egov_participation.voting import protocol
from egov_participation.voting.models import PublicCredential, Vote
from egov_participation.voting.protocol import ProtocolKey, SignedProtocol, share
from egov_participation.voting.rules import VoteState
from egov_participation.voting.service.acts import NOT_COUNTED
from egov_participation.voting.service.lookup import election_from, find_vote, refusal
from egov_participation.voting.service.payloads import published_result
from egov_participation.voting.service.reading import published_in
from egov_participation.voting.setup import SetupDocument, canonical, digest, whole_second
from egov_participation.voting.views import ActView, VoteView

Json = dict[str, Any]

APPROVED = N_("approved by two members of the commission")


def build(services: Services, session: Session, uuid: str, *, incidents: Mapping[str, int] | None = None) -> bytes:
    """The unsigned protocol of a counted vote, in its one spelling: what a member proposes and another approves.

    Args:
        incidents: how many there were when it was proposed (`incidents_now`); those of now, if None.

    Raises:
        DomainError: 404 ``vote.unknown``; 409 ``vote.not_counted``.
    """
    row = find_vote(session, uuid)
    vote = published_in(session, row).at(services.clock())
    if vote.state is not VoteState.TALLIED or vote.result is None or vote.weight is None:
        raise refusal(NOT_COUNTED)
    setup = None if row.setup is None else SetupDocument.parse(row.setup)
    weight = _weight(session, uuid)
    content: Json = {
        "type": protocol.TYPE,
        "version": protocol.VERSION,
        "uuid": vote.uuid,
        "kind": vote.kind.value,
        "rehearsal": vote.rehearsal,
        "title": vote.title.as_dict(),
        "description": vote.description.as_dict(),
        "administrator": vote.administrator.as_dict(),
        "credential_authority": vote.credential_authority.as_dict(),
        "opens_at": _time(vote.opens_at),
        "closes_at": _time(vote.closes_at),
        "extensions": [_extension(act) for act in vote.acts if act.kind == "extended"],
        "setup": {
            "hash": vote.setup_hash,
            "head": None if setup is None else setup.head,
            "election": vote.fingerprint,
            "confirmation": None if row.confirmation is None else digest(row.confirmation),
        },
        "roll": {
            "size": vote.registered,
            "weight": weight,
            "hash": None if setup is None else setup.roll_hash,
        },
        "archive": {"height": vote.head_height, "head": vote.head_hash, "bytes": vote.archive_size},
        "ballots": {"board": vote.ballots, "counted": vote.voters, "superseded": vote.ballots - vote.voters},
        "turnout": {
            "voters": vote.voters,
            "registered": vote.registered,
            **share(vote.voters, vote.registered),
            "statement": None if row.turnout is None else digest(row.turnout),
        },
        "weight": vote.weight,
        "questions": _questions(session, row, vote),
        "trustees": _trustees(vote),
        "threshold": vote.needed if vote.needed < len(vote.trustees) else None,
        "incidents": dict(incidents_now(session, uuid) if incidents is None else incidents),
        "software": {
            "name": "egov-participation",
            "version": version("egov-participation"),
            "verifier": {"name": source.NAME, "sha256": source.digest()},
        },
        "approval": {"members": 2, "words": _in_each_language(APPROVED)},
    }
    return canonical(content)


def incidents_now(session: Session, uuid: str) -> dict[str, int]:
    """How many incidents of a vote are reported, and how many of those answered."""
    found = reports.of_vote(session, uuid)
    return {"reported": len(found), "answered": sum(one.answered_at is not None for one in found)}


def sign(services: Services, unsigned: bytes) -> bytes:
    """The signed protocol, to be published; signed now.

    Raises:
        ProtocolError: it is no unsigned protocol.
    """
    return _key(services.settings.keys_dir).sign(unsigned, services.clock())


def verify(services: Services, raw: bytes) -> SignedProtocol:
    """A protocol that this server signed.

    Raises:
        ProtocolError: it did not; one changed byte is enough.
    """
    return protocol.verify(raw, protocol_key(services))


def signed_protocol(services: Services, uuid: str) -> bytes | None:
    """The published protocol of a vote, byte for byte; None while there is none.

    Raises:
        DomainError: 404 ``vote.unknown``.
    """
    with services.database.read() as session:
        return find_vote(session, uuid).protocol


def protocol_key(services: Services) -> str:
    """The public key that protocols are verified with: unpadded Base64 of 32 bytes. The key is made at first use."""
    return _key(services.settings.keys_dir).public


@lru_cache(maxsize=8)
def _key(keys_dir: Path) -> ProtocolKey:
    return ProtocolKey.in_folder(keys_dir)


def _questions(session: Session, row: Vote, vote: VoteView) -> list[Json]:
    """What was asked and what came out, as whoever verifies the archive says it too."""
    questions, result = election_from(row.election).questions, published_result(session, row)
    assert result is not None
    assert vote.weight is not None
    return [told(*of_one, vote.weight) for of_one in zip(questions, result, vote.outcomes, strict=True)]


def _trustees(vote: VoteView) -> list[Json]:
    heights = {event.owner: event.height for event in vote.events if event.type is EventType.PARTIAL_DECRYPTION}
    return [
        {
            "owner": trustee.owner,
            "name": trustee.name.as_dict(),
            "kind": "single" if trustee.owner in vote.always else "threshold",
            "public_key": trustee.public_key,
            "shuffled": trustee.shuffled if vote.shuffled else None,
            "decrypted": trustee.decrypted,
            "entry": heights.get(trustee.owner),
        }
        for trustee in vote.trustees
    ]


def _extension(act: ActView) -> Json:
    return {
        "decided_at": _time(act.at),
        "before": act.content["before"],
        "closes_at": act.content["closes_at"],
        "reason": act.reason.as_dict(),
        "approved": act.content_hash,
    }


def _weight(session: Session, uuid: str) -> int:
    """Votes of everybody on the roll together."""
    statement = select(func.sum(PublicCredential.weight)).where(col(PublicCredential.vote_uuid) == uuid)
    return int(session.exec(statement).one() or 0)


def _time(moment: Any) -> str:
    return whole_second(moment).isoformat().replace("+00:00", "Z")


def _in_each_language(message: str) -> dict[str, str]:
    return {lang: translate(lang, message) for lang in LANGUAGES}
