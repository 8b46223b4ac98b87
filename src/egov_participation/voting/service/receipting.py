"""Receipts of recorded ballots, made from the ballot's row: nothing is stored of them."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from pathlib import Path

from sqlmodel import Session, col, select

from egov_crypto.archive import Head
from egov_participation.services import Services
from egov_participation.voting import rules
from egov_participation.voting.models import Vote, VoteEvent
from egov_participation.voting.receipts import ReceiptFacts, ReceiptKey
from egov_participation.voting.service.append import BallotFacts
from egov_participation.voting.service.lookup import VoteHead, refusal


@lru_cache(maxsize=8)
def _key(keys_dir: Path) -> ReceiptKey:
    return ReceiptKey.in_folder(keys_dir)


def receipt_key(services: Services) -> str:
    """The public key that receipts are verified with: unpadded Base64 of 32 bytes. The key is made at first use."""
    return _key(services.settings.keys_dir).public


def find_receipt(services: Services, session: Session, vote: Vote, tracker: str) -> bytes:
    """The receipt of a ballot.

    Raises:
        DomainError: 404 ``ballot.unknown``: it does not stand in the archive.
    """
    statement = select(VoteEvent.height, VoteEvent.hash, col(VoteEvent.day)).where(
        col(VoteEvent.vote_uuid) == vote.uuid, col(VoteEvent.tracker) == tracker
    )
    found = session.exec(statement).first()
    if found is None:
        raise refusal(rules.UNKNOWN_BALLOT)
    return _signed(services, vote, tracker, *found)


def receipt_at(services: Services, vote: VoteHead, ballot: BallotFacts, head: Head) -> bytes:
    """The same of a ballot that moved the archive's head there. Hand it out only when that is committed."""
    return _signed(services, vote, ballot.tracker, head.height, head.hash, ballot.day)


def _signed(services: Services, vote: Vote | VoteHead, tracker: str, height: int, head: str, day: date | None) -> bytes:
    if day is None:
        raise ValueError("only ballots have receipts")
    facts = ReceiptFacts(vote.uuid, vote.fingerprint, tracker, height, head, day)
    return _key(services.settings.keys_dir).sign(facts)
