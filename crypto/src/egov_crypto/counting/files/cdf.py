"""Cast-vote records in the common data format (NIST SP 1500-103, version 1), as JSON.

A report lists elections with contests, whose selections name candidates, and records. A record has snapshots, of which
the current one counts; there each contest has selections, and those have positions: a mark and its rank. Contests, and
selections of one contest, that have the same name get their identifiers behind it.
"""

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

from egov_crypto.counting.ballots import HIGHEST
from egov_crypto.counting.files.ballot_file import BallotFile, told_apart
from egov_crypto.counting.files.cvr import sorted_out
from egov_crypto.counting.files.layouts import Rank, Reading, choose
from egov_crypto.errors import UsageError


def begins(start: str) -> bool:
    """Whether a file begins as such a report does."""
    return start.lstrip().startswith("{") and '"CVR.' in start


def read(text: str, reading: Reading) -> BallotFile:
    """The ballots of one contest; raises :class:`UsageError` on what is no such report."""
    try:
        report = json.loads(text)
        listed = {each["@id"]: each for election in report["Election"] for each in election["Contest"]}
        named = told_apart({key: " ".join(each["Name"].split()) for key, each in listed.items()})
        contests = {name: listed[key] for key, name in named.items()}
        title = choose(list(contests), reading)
        if title is None:
            raise UsageError("the report has no contest")
        names = _names(report, contests[title])
        counts = Counter(_ranks(each, names) for each in _ballots(report, contests[title]["@id"]))
    except (KeyError, TypeError, AttributeError, ValueError, RecursionError) as error:
        raise UsageError(f"not a report of cast-vote records: {type(error).__name__} {error}") from None
    return sorted_out(counts, reading, title)


def _names(report: Any, contest: Any) -> dict[str, str]:
    """The names of candidates by their selections' identifiers; of a write-in, the identifier."""
    people = {each["@id"]: each["Name"] for election in report["Election"] for each in election.get("Candidate", [])}
    names = {}
    for selection in contest["ContestSelection"]:
        identifier = selection["@id"]
        chosen = [people[each] for each in selection.get("CandidateIds", [])]
        names[identifier] = " ".join(" / ".join(chosen).split()) or identifier
    return told_apart(names)


def _ballots(report: Any, contest: str) -> Iterator[Any]:
    """The selections of each ballot that has the contest."""
    for record in report["CVR"]:
        snapshots = {each["@id"]: each for each in record["CVRSnapshot"]}
        for each in snapshots[record["CurrentSnapshotId"]].get("CVRContest", []):
            if each["ContestId"] == contest:
                yield each.get("CVRContestSelection", [])


def _ranks(selections: Any, names: dict[str, str]) -> tuple[Rank, ...]:
    groups: dict[int, list[str]] = {}
    for selection in selections:
        name = names[selection["ContestSelectionId"]]
        for position in selection["SelectionPosition"]:
            if position["HasIndication"] != "yes" or position.get("IsAllocable") == "no":
                continue
            rank = position["Rank"]
            if type(rank) is not int or not 1 <= rank <= HIGHEST:
                raise UsageError(f"{str(rank)[:40]} is no rank")
            if name not in groups.setdefault(rank, []):
                groups[rank].append(name)
    return tuple(tuple(groups.get(rank, ())) for rank in range(1, max(groups, default=0) + 1))
