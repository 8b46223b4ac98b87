"""The transparency log: entering what happens, publishing it, showing it. Other rooms call these and nothing below."""

from egov_participation.ledger.rules import SALT_SIZE, EntryError, commitment, time
from egov_participation.ledger.service.agencies import (
    agency_key,
    check_signed,
    enter_key,
    rotate_agency_key,
    sign_as,
)
from egov_participation.ledger.service.browsing import (
    TYPES,
    EntryView,
    HeadView,
    began,
    browse,
    count_types,
    ends,
    entry_at,
    following,
    head,
    index_of,
    index_of_value,
    no_entry,
    proof,
    sizes_after,
    stopped,
    waiting_for,
)
from egov_participation.ledger.service.continuing import continue_from
from egov_participation.ledger.service.cosigning import WitnessState, witness_states
from egov_participation.ledger.service.entering import enter, enter_all, enter_with, newest, row_of
from egov_participation.ledger.service.keys import ForkError, doubt, origin
from egov_participation.ledger.service.publishing import check, publish
from egov_participation.ledger.service.reading import checkpoint, not_published, tile, verifier_keys
from egov_participation.ledger.service.release import served_otherwise
from egov_participation.ledger.service.rotating import rotate_key
from egov_participation.ledger.service.sequencer import Sequencer
from egov_participation.ledger.service.tiles import MissingTileError
from egov_participation.ledger.service.witnesses import Witness, witnesses_of

__all__ = [
    "SALT_SIZE",
    "TYPES",
    "EntryError",
    "EntryView",
    "ForkError",
    "HeadView",
    "MissingTileError",
    "Sequencer",
    "Witness",
    "WitnessState",
    "agency_key",
    "began",
    "browse",
    "check",
    "check_signed",
    "checkpoint",
    "commitment",
    "continue_from",
    "count_types",
    "doubt",
    "ends",
    "enter",
    "enter_all",
    "enter_key",
    "enter_with",
    "entry_at",
    "following",
    "head",
    "index_of",
    "index_of_value",
    "newest",
    "no_entry",
    "not_published",
    "origin",
    "proof",
    "publish",
    "rotate_agency_key",
    "rotate_key",
    "row_of",
    "served_otherwise",
    "sign_as",
    "sizes_after",
    "stopped",
    "tile",
    "time",
    "verifier_keys",
    "waiting_for",
    "witness_states",
    "witnesses_of",
]
