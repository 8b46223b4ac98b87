"""The transparency log: entering what happens, publishing it, showing it. Other rooms call these and nothing below."""

from egov_participation.ledger.rules import SALT_SIZE, EntryError, commitment, time
from egov_participation.ledger.service.entering import enter, enter_with, row_of
from egov_participation.ledger.service.keys import ForkError, origin
from egov_participation.ledger.service.publishing import Sequencer, publish
from egov_participation.ledger.service.reading import checkpoint, tile, verifier_keys

__all__ = [
    "SALT_SIZE",
    "EntryError",
    "ForkError",
    "Sequencer",
    "checkpoint",
    "commitment",
    "enter",
    "enter_with",
    "origin",
    "publish",
    "row_of",
    "tile",
    "time",
    "verifier_keys",
]
