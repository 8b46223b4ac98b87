"""The transparency log: entering what happens, publishing it, showing it. Other rooms call these and nothing below."""

from egov_participation.ledger.rules import SALT_SIZE, EntryError, commitment, time
from egov_participation.ledger.service.browsing import (
    TYPES,
    EntryView,
    HeadView,
    began,
    browse,
    count_types,
    ends,
    entry_at,
    head,
    index_of,
    index_of_value,
    no_entry,
    proof,
    sizes_at,
    stopped,
    waiting_for,
)
from egov_participation.ledger.service.cosigning import WitnessState, witness_states
from egov_participation.ledger.service.entering import enter, enter_with, newest, row_of
from egov_participation.ledger.service.keys import ForkError, origin
from egov_participation.ledger.service.publishing import Sequencer, check, publish
from egov_participation.ledger.service.reading import checkpoint, tile, verifier_keys
from egov_participation.ledger.service.rotating import rotate_key
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
    "began",
    "browse",
    "check",
    "checkpoint",
    "commitment",
    "count_types",
    "ends",
    "enter",
    "enter_with",
    "entry_at",
    "head",
    "index_of",
    "index_of_value",
    "newest",
    "no_entry",
    "origin",
    "proof",
    "publish",
    "rotate_key",
    "row_of",
    "sizes_at",
    "stopped",
    "tile",
    "time",
    "verifier_keys",
    "waiting_for",
    "witness_states",
    "witnesses_of",
]
