"""Counting ranks and grades, exactly and with a trace: pure functions, without cryptography."""

from egov_crypto.counting.counts import count
from egov_crypto.counting.method import Method, MethodType, Rules
from egov_crypto.counting.outcome import Grades, Lot, Outcome, Pairwise, Points, Round, Rounds, Transfer

__all__ = [
    "Grades",
    "Lot",
    "Method",
    "MethodType",
    "Outcome",
    "Pairwise",
    "Points",
    "Round",
    "Rounds",
    "Rules",
    "Transfer",
    "count",
]
