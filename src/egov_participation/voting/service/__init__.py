"""What is done with votes: one function for each use case. Pages, API and command line call these and nothing below."""

from egov_participation.voting.rules import BallotStatus, VoteKind, VoteState
from egov_participation.voting.service.archives import ArchiveFile, archive_file
from egov_participation.voting.service.casting import CastOutcome, cast
from egov_participation.voting.service.closing import close_due_votes
from egov_participation.voting.service.creating import CreatedVote, create_vote
from egov_participation.voting.service.decrypting import DecryptionOutcome, hand_in_decryption
from egov_participation.voting.service.reading import (
    ballot,
    ballots_per_day,
    board,
    election,
    open_votes,
    trustees,
    vote,
    votes,
)
from egov_participation.voting.service.receipting import receipt_key

__all__ = [
    "ArchiveFile",
    "BallotStatus",
    "CastOutcome",
    "CreatedVote",
    "DecryptionOutcome",
    "VoteKind",
    "VoteState",
    "archive_file",
    "ballot",
    "ballots_per_day",
    "board",
    "cast",
    "close_due_votes",
    "create_vote",
    "election",
    "hand_in_decryption",
    "open_votes",
    "receipt_key",
    "trustees",
    "vote",
    "votes",
]
