"""What audits are decided by. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from egov_crypto.audit import DRAWN, REVEALING
from egov_participation.audits.models import Stage
from egov_participation.errors import DomainError
from egov_participation.i18n import N_

LEAST_AUDITORS: Final = 2
MOST_AUDITORS: Final = 20
MOST_SAMPLE: Final = 1000
"""The registrar opens twice as many of one petition, in all its audits together."""
SHARES: Final = (1, 2, 5, 10)
"""Of false signatures, in hundredths of all: for each it is said how probably the sample finds one."""
_HEX: Final = re.compile(r"[0-9a-f]{64}", re.ASCII)


def is_hex(text: str) -> bool:
    """Whether it is 32 bytes in hex."""
    return _HEX.fullmatch(text) is not None


def check_stage(stage: str, *wanted: Stage) -> None:
    """Refuse what is not due, or not any more.

    Raises:
        DomainError: 409 ``audit.stage``.
    """
    if stage not in wanted:
        raise DomainError(
            409, N_("The audit has gone on meanwhile. Look at its page, and decide anew."), code="audit.stage"
        )


def is_void(committed_at: datetime | None, now: datetime) -> bool:
    """Whether the time to reveal values is over: whose is missing then is said in public, and nothing is drawn."""
    return committed_at is not None and now >= committed_at + REVEALING


def waits(committed_at: datetime | None, now: datetime) -> bool:
    """Whether an audit that was committed to keeps others of its petition waiting."""
    return committed_at is not None and now <= committed_at + DRAWN


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is reported: of those drawn, how many signed, did not and were not reached by any channel, and what the
    auditors were told who asked some themselves."""

    confirmed: int
    denied: int
    unreached: int
    asked_yes: int
    asked_no: int


def check_report(outcome: Outcome, *, drawn: int, unproven: int, mailed_yes: int) -> None:
    """Refuse a report that cannot be.

    Args:
        drawn: how many signatures are in the sample.
        unproven: how many of them are nobody's by the registrar's own proofs: they count as denied.
        mailed_yes: how many answered the registrar's mail that they signed.

    Raises:
        DomainError: 422 ``audit.report``.
    """
    counts = (outcome.confirmed, outcome.denied, outcome.unreached)
    if min(*counts, outcome.asked_yes, outcome.asked_no) < 0 or sum(counts) != drawn:
        raise DomainError(
            422,
            N_("Everybody in the sample has signed, has not, or was not reached: together %(drawn)s."),
            code="audit.report",
            drawn=drawn,
        )
    if outcome.denied < unproven:
        raise DomainError(
            422,
            N_("Of %(unproven)s signatures the registrar could not prove whose they are: they count as not signed."),
            code="audit.unproven",
            unproven=unproven,
        )
    if outcome.asked_yes > outcome.confirmed or outcome.asked_no > outcome.denied:
        raise DomainError(422, N_("Who told you so yourselves is counted among all who said so."), code="audit.report")
    if outcome.confirmed > outcome.asked_yes + mailed_yes:
        raise DomainError(
            422,
            N_("No more people said that they signed than told the registrar (%(mailed)s) or you (%(asked)s)."),
            code="audit.report",
            mailed=mailed_yes,
            asked=outcome.asked_yes,
        )
