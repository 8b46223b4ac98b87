"""Cast-vote records as Dominion's systems export them: a ZIP archive of JSON files.

``ContestManifest.json`` and ``CandidateManifest.json`` list contests and candidates, and each ``CvrExport….json`` has
sessions, of one ballot each, with the marks of each contest. A session that was corrected is in it twice: the one that
is current counts. A mark that the scanner found ambiguous does not. Whether a mark is a vote is not looked at, because
that is false of every mark of a rank given to several. Contests, and candidates of one contest, that have the same name
get their identifiers behind it.
"""

import json
import re
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import IO, Any, Final

from egov_crypto.counting.ballots import HIGHEST
from egov_crypto.counting.files.ballot_file import BallotFile, told_apart
from egov_crypto.counting.files.cvr import sorted_out
from egov_crypto.counting.files.layouts import Rank, Reading, choose
from egov_crypto.counting.files.spreadsheet import DAMAGED
from egov_crypto.errors import UsageError

CANDIDATES: Final = "CandidateManifest.json"
"""The file by which such an archive is known."""
MOST_BYTES: Final = 2**28
"""Of one unpacked file, which is in memory whole."""
_CONTESTS: Final = "ContestManifest.json"
_RECORDS: Final = re.compile(r"CvrExport[^/]*\.json")


def read(file: IO[bytes], reading: Reading) -> BallotFile:
    """The ballots of one contest; raises :class:`UsageError` on what is no such archive."""
    try:
        with zipfile.ZipFile(file) as archive:
            return _read(archive, reading)
    except (KeyError, TypeError, AttributeError, ValueError, RecursionError) as error:
        raise UsageError(f"the archive has not the form of a Dominion export: {type(error).__name__} {error}") from None
    except DAMAGED as error:
        raise UsageError(f"not an archive that can be read: {error}") from None


def _read(archive: zipfile.ZipFile, reading: Reading) -> BallotFile:
    listed = [each for each in _only(archive, _CONTESTS)["List"] if _ranked(each)]
    contests = {title: key for key, title in _named(listed).items()}
    title = choose(list(contests), reading)
    if title is None:
        raise UsageError("the archive has no contest with ranks")
    contest = contests[title]
    names = _named(each for each in _only(archive, CANDIDATES)["List"] if each["ContestId"] == contest)
    counts: Counter[tuple[Rank, ...]] = Counter()
    seen: set[str] = set()
    for info in archive.infolist():
        if _RECORDS.fullmatch(info.filename.rpartition("/")[2]):
            if info.filename in seen:
                raise UsageError(f"the archive has two files {info.filename}")
            seen.add(info.filename)
            for marks in _ballots(_loaded(archive, info), contest):
                counts[_ranks(marks, names)] += 1
    if not seen:
        raise UsageError("the archive has no records")
    return sorted_out(counts, reading, title)


def _only(archive: zipfile.ZipFile, name: str) -> Any:
    """The one file of that name, in whichever folder."""
    found = [info for info in archive.infolist() if info.filename.rpartition("/")[2] == name]
    if len(found) != 1:
        raise UsageError(f"the archive has {len(found)} files {name}, and should have one")
    return _loaded(archive, found[0])


def _named(listed: Iterable[dict[str, Any]]) -> dict[int, str]:
    """The names of contests, or of candidates, by identifier."""
    names: dict[int, str] = {}
    for each in listed:
        if each["Id"] in names:
            raise UsageError(f"the identifier {str(each['Id'])[:40]} is given twice")
        names[each["Id"]] = " ".join(each["Description"].split())
    return told_apart(names)


def _loaded(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Any:
    with archive.open(info) as part:
        data = part.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise UsageError(f"{info.filename} is larger than {MOST_BYTES >> 20} MB")
    return json.loads(data)


def _ranked(contest: dict[str, Any]) -> bool:
    return contest.get("NumOfRanks") is None or contest["NumOfRanks"] > 1


def _ballots(export: Any, contest: int) -> Iterator[list[dict[str, Any]]]:
    """The marks of each ballot that has the contest."""
    for session in export["Sessions"]:
        current = session["Original"]
        if "Modified" in session and not current.get("IsCurrent", False):
            current = session["Modified"]
        for card in current.get("Cards", [current]):
            for each in card["Contests"]:
                if each["Id"] == contest:
                    yield each["Marks"]


def _ranks(marks: list[dict[str, Any]], names: dict[int, str]) -> tuple[Rank, ...]:
    groups: dict[int, list[str]] = {}
    for mark in marks:
        if mark.get("IsAmbiguous", False):
            continue
        rank, candidate = mark["Rank"], mark["CandidateId"]
        if type(rank) is not int or not 1 <= rank <= HIGHEST:
            raise UsageError(f"{str(rank)[:40]} is no rank")
        if candidate not in names:
            raise UsageError(f"candidate {str(candidate)[:40]} is not among the candidates")
        group = groups.setdefault(rank, [])
        if names[candidate] not in group:
            group.append(names[candidate])
    return tuple(tuple(groups.get(rank, ())) for rank in range(1, max(groups, default=0) + 1))
