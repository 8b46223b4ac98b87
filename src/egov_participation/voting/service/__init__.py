"""What is done with votes: one function for each use case. Pages, API and command line call these and nothing below."""

from egov_participation.voting.rules import BINDING_TRUSTEES, MAX_UPLOAD_BYTES, BallotStatus, VoteKind, VoteState
from egov_participation.voting.service.acts import (
    acts,
    cancel,
    check_cancellation,
    check_correction,
    check_extension,
    check_protocol,
    correct,
    extend,
    publish_protocol,
)
from egov_participation.voting.service.adding_up import adding_up_of
from egov_participation.voting.service.archives import ArchiveFile, archive_file
from egov_participation.voting.service.board import ballot, ballots_per_day, board
from egov_participation.voting.service.casting import CastOutcome, cast
from egov_participation.voting.service.census import VoteMark, census, final_votes
from egov_participation.voting.service.closing import close_due_votes
from egov_participation.voting.service.counted import Listed, count_file, listed
from egov_participation.voting.service.creating import (
    CreatedVote,
    PreparedSetup,
    create_vote,
    prepare_setup,
    publish_setup,
    stage_credentials,
    unstage_credentials,
)
from egov_participation.voting.service.decrypting import DecryptionOutcome, hand_in_decryption
from egov_participation.voting.service.electorate import count_registered, registered, voters_of, warnings_of
from egov_participation.voting.service.evidence import heads, incidents_of, setup_documents
from egov_participation.voting.service.handing_in import (
    HandInKind,
    HandInStage,
    HandInView,
    drop_shuffle,
    hand_ins,
    take_hand_in,
    verify_hand_in,
)
from egov_participation.voting.service.inclusion import proof
from egov_participation.voting.service.mine import CASTING_TO_COME, OwnVotes, block, votes_of
from egov_participation.voting.service.observing import InLog, event_with, in_log, titles
from egov_participation.voting.service.past import PastVotes, past_votes
from egov_participation.voting.service.protocol import protocol_key, signed_protocol
from egov_participation.voting.service.reading import (
    Published,
    confirmation,
    counted_unsigned,
    election,
    key_is_used,
    needed_in,
    not_closed,
    published,
    published_votes,
    questions_in,
    setup_document,
    trustees,
    vote,
    vote_in,
    votes,
    votes_among,
)
from egov_participation.voting.service.receipting import receipt_key
from egov_participation.voting.service.rehearsals import close_rehearsal, decrypt_rehearsal, discard_rehearsal
from egov_participation.voting.service.shuffling import ShuffleOutcome, hand_in_shuffle

__all__ = [
    "BINDING_TRUSTEES",
    "CASTING_TO_COME",
    "MAX_UPLOAD_BYTES",
    "ArchiveFile",
    "BallotStatus",
    "CastOutcome",
    "CreatedVote",
    "DecryptionOutcome",
    "HandInKind",
    "HandInStage",
    "HandInView",
    "InLog",
    "Listed",
    "OwnVotes",
    "PastVotes",
    "PreparedSetup",
    "Published",
    "ShuffleOutcome",
    "VoteKind",
    "VoteMark",
    "VoteState",
    "acts",
    "adding_up_of",
    "archive_file",
    "ballot",
    "ballots_per_day",
    "block",
    "board",
    "cancel",
    "cast",
    "census",
    "check_cancellation",
    "check_correction",
    "check_extension",
    "check_protocol",
    "close_due_votes",
    "close_rehearsal",
    "confirmation",
    "correct",
    "count_file",
    "count_registered",
    "counted_unsigned",
    "create_vote",
    "decrypt_rehearsal",
    "discard_rehearsal",
    "drop_shuffle",
    "election",
    "event_with",
    "extend",
    "final_votes",
    "hand_in_decryption",
    "hand_in_shuffle",
    "hand_ins",
    "heads",
    "in_log",
    "incidents_of",
    "key_is_used",
    "listed",
    "needed_in",
    "not_closed",
    "past_votes",
    "prepare_setup",
    "proof",
    "protocol_key",
    "publish_protocol",
    "publish_setup",
    "published",
    "published_votes",
    "questions_in",
    "receipt_key",
    "registered",
    "setup_document",
    "setup_documents",
    "signed_protocol",
    "stage_credentials",
    "take_hand_in",
    "titles",
    "trustees",
    "unstage_credentials",
    "verify_hand_in",
    "vote",
    "vote_in",
    "voters_of",
    "votes",
    "votes_among",
    "votes_of",
    "warnings_of",
]
