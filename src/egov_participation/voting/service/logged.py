"""What a vote enters in the transparency log (docs/log.md). Rehearsals enter nothing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from egov_crypto import canonical
from egov_crypto.archive import EventType, Head
from egov_participation.ledger import service as ledger
from egov_participation.voting.data import reason_as_json
from egov_participation.voting.setup import SetupDocument, digest
from egov_participation.voting.texts import Texts

Entry = dict[str, Any]

REASON: Final = "vote.reason"
"""The word for what the commitment to a reason is of."""


def event(uuid: str, height: int, event_type: str, hash_: str) -> Entry:
    """That an event was appended to the vote's archive. Of a ballot it follows from the receipt."""
    type_ = EventType(event_type).value
    return _entry("vote.event", vote=uuid, height=height, event=type_, hash=hash_)


def set_up(
    setup: SetupDocument, now: datetime, document: bytes, confirmation: bytes, content_hash: str | None
) -> list[Entry]:
    """What a vote begins with: the registrar's word, the setup, the first event of the archive."""
    fixed, head = digest(document), {"height": 0, "hash": setup.head}
    state = _state(
        setup.uuid,
        "setup",
        now,
        kind=setup.kind.value,
        opens_at=ledger.time(setup.opens_at),
        closes_at=ledger.time(setup.closes_at),
        registered=setup.registered,
        document=fixed,
        head=head,
        approvals=0 if content_hash is None else 2,
        approved=content_hash,
    )
    confirmed = _entry(
        "registrar.confirmation",
        vote=setup.uuid,
        setup=fixed,
        roll=setup.roll_hash,
        size=setup.roll_size,
        statement=digest(confirmation),
    )
    return [confirmed, state, event(setup.uuid, 0, EventType.SETUP, setup.head)]


def opened(uuid: str, now: datetime) -> Entry:
    """Casting began."""
    return _state(uuid, "open", now)


def extended(uuid: str, now: datetime, times: Mapping[str, str], committed: str, content_hash: str) -> Entry:
    """It closes later; ``times`` has ``before`` and ``closes_at``."""
    return _state(uuid, "extended", now, **times, reason=committed, **_approved(content_hash))


def closed(uuid: str, now: datetime, head: Head, ballots: int, voters: int) -> Entry:
    """No ballot is taken any more."""
    return _state(uuid, "closed", now, head=_head(head), ballots=ballots, voters=voters)


def cancelled(uuid: str, now: datetime, head: Head, committed: str, content_hash: str) -> Entry:
    """It was cancelled for good."""
    return _state(uuid, "cancelled", now, head=_head(head), reason=committed, **_approved(content_hash))


def tallied(uuid: str, now: datetime, head: Head) -> Entry:
    """The result stands in the archive."""
    return _state(uuid, "tallied", now, head=_head(head))


def published(uuid: str, now: datetime, protocol_hash: str, content_hash: str) -> Entry:
    """The protocol was signed."""
    return _state(uuid, "published", now, document=protocol_hash, **_approved(content_hash))


def corrected(uuid: str, now: datetime, protocol_hash: str, committed: str, content_hash: str) -> Entry:
    """An erratum was added to it."""
    return _state(uuid, "corrected", now, document=protocol_hash, reason=committed, **_approved(content_hash))


def turnout(uuid: str, statement: bytes, voters: int) -> Entry:
    """The registrar's word on the regions."""
    return _entry("registrar.turnout", vote=uuid, voters=voters, statement=digest(statement))


def document(uuid: str, raw: bytes, language: str | None = None) -> Entry:
    """The signed protocol can be had: as JSON, or as the PDF of a language."""
    return _entry(
        "document.published",
        vote=uuid,
        document="protocol",
        format="json" if language is None else "pdf",
        language=language,
        sha256=digest(raw),
        size=len(raw),
    )


def reason(salt: bytes, texts: Texts) -> str:
    """The commitment to a reason."""
    return ledger.commitment(REASON, salt, canonical.dump(reason_as_json(texts)))


def _entry(type_: str, **members: object) -> Entry:
    return {"type": type_, "version": 1, **members}


def _state(uuid: str, state: str, now: datetime, **members: object) -> Entry:
    return _entry("vote.state", vote=uuid, state=state, at=ledger.time(now), **members)


def _head(head: Head) -> Entry:
    return {"height": head.height, "hash": head.hash}


def _approved(content_hash: str) -> Entry:
    return {"approvals": 2, "approved": content_hash}
