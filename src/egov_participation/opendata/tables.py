"""What a data set is: a table with a name, and what its columns mean."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from egov_participation.opendata.rules import Field


class Name:
    """Of the data sets, as in their addresses."""

    VOTES: Final = "votes"
    RESULTS: Final = "results"
    TURNOUT: Final = "turnout"
    DAYS: Final = "ballots-by-day"
    TRUSTEES: Final = "trustees"
    INCIDENTS: Final = "incidents"
    ARCHIVES: Final = "archives"
    PROTOCOLS: Final = "protocols"
    LOG: Final = "log"
    TERRITORIES: Final = "territories"
    PETITIONS: Final = "petitions"
    PETITION_REGIONS: Final = "petition-regions"
    PETITION_DAYS: Final = "petition-days"
    CONSULTATIONS: Final = "consultations"
    CONSULTATION_COMMENTS: Final = "consultation-comments"
    CONSULTATION_REPLIES: Final = "consultation-replies"


class Frequency:
    """How often a data set changes: of the authority table of the European Union's publications office."""

    CONTINUOUS: Final = "UPDATE_CONT"
    IRREGULAR: Final = "IRREG"


@dataclass(frozen=True, slots=True)
class Dataset:
    """A table."""

    name: str
    title: str
    about: str
    """Title and description: msgids."""
    fields: tuple[Field, ...]
    key: tuple[str, ...] = ()
    """Columns that together tell one row from every other; empty where one of them may be empty."""
    frequency: str = Frequency.IRREGULAR
