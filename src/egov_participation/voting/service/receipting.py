"""Receipts of recorded ballots, made from the ballot's row: nothing is stored of them."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from sqlmodel import Session, col, select

from egov_participation.services import Services
from egov_participation.voting.models import Vote, VoteEvent
from egov_participation.voting.receipts import ReceiptFacts, ReceiptKey


@lru_cache(maxsize=8)
def _key(keys_dir: Path) -> ReceiptKey:
    return ReceiptKey.in_folder(keys_dir)


def receipt_key(services: Services) -> str:
    """The public key that receipts are verified with: unpadded Base64 of 32 bytes. The key is made at first use."""
    return _key(services.settings.keys_dir).public


def receipt_of(services: Services, session: Session, vote: Vote, tracker: str) -> bytes:
    """The receipt of a ballot that stands in the archive (its row must be there)."""
    statement = select(VoteEvent.height, VoteEvent.hash, col(VoteEvent.day)).where(
        col(VoteEvent.vote_uuid) == vote.uuid, col(VoteEvent.tracker) == tracker
    )
    height, head, day = session.exec(statement).one()
    if day is None:
        raise ValueError("only ballots have receipts")
    facts = ReceiptFacts(vote.uuid, vote.fingerprint, tracker, height, head, day)
    return _key(services.settings.keys_dir).sign(facts)
