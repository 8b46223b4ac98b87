"""The kinds of questions, and how preferences are counted, by the names that a vote's file has for them."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from egov_crypto.counting import MethodType, Rules


class QuestionKind(StrEnum):
    """What a voter does with the answers of a question."""

    CHOICE = "homomorphic"
    """Choose some. The sum of all ballots is decrypted, and no ballot."""
    RANKING = "ranking"
    """Put them in order. The ballots are shuffled, and decrypted one by one."""
    GRADING = "grading"
    """Give each a grade. Likewise."""
    LISTS = "lists"
    """Choose one list, and candidates of it. The sum is decrypted."""

    @property
    def shuffled(self) -> bool:
        """Whether its ballots are shuffled and become known one by one, without anybody knowing whose they are."""
        return self in {QuestionKind.RANKING, QuestionKind.GRADING}


METHODS: Final = {
    "schulze": MethodType.SCHULZE,
    "condorcet": MethodType.CONDORCET,
    "borda": MethodType.BORDA,
    "instant-runoff": MethodType.IRV,
    "stv": MethodType.STV,
}
"""How rankings are counted, by the name in the file. Grades are counted by majority judgment."""
RULES: Final = tuple(rules.value for rules in Rules)
"""Of the single transferable vote, the usual ones first."""

MIN_GRADES: Final = 2
MAX_GRADES: Final = 10
