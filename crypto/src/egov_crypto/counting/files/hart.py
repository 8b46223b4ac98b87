"""Cast-vote records as Hart's systems export them: a ZIP archive with an XML file for each sheet of a ballot.

A record has contests with their name and identifier, and options with a name, an identifier and a value; options that
got no mark can be missing. In a contest with ranks the value has a digit for each rank, from the first one: ``0101`` is
a mark at the second and at the fourth rank. An option can be empty where nobody is marked. A write-in has its text if
it was resolved; one that was rejected is no mark, and none are those of a contest that is invalid because another
party's was voted in too (``InvalidVote``). Sheets of one ballot do not name each other, and no contest goes over two
sheets. In a signed export each record has its signature beside it (``.xml.sig.xml``), which is passed over.
"""

import re
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO, Final
from xml.etree.ElementTree import Element, ParseError, XMLParser, fromstring

from egov_crypto.counting.ballots import HIGHEST
from egov_crypto.counting.files import spreadsheet
from egov_crypto.counting.files.ballot_file import BallotFile, told_apart
from egov_crypto.counting.files.cvr import sorted_out
from egov_crypto.counting.files.layouts import MOST_NAME, Rank, Reading, choose
from egov_crypto.errors import UsageError

MOST_BYTES: Final = 2**18
"""Of one unpacked record: it is in memory whole, and real ones have a tenth of that."""
MOST_CONTESTS: Final = 2**14
WRITE_IN: Final = "Write-in"
"""What a write-in that nobody resolved is called."""
_RANKS: Final = re.compile(rf"[01]{{1,{HIGHEST}}}", re.ASCII)


@dataclass(slots=True)
class _Contest:
    name: str
    ranked: bool = False
    """Whether some value has more than one digit."""
    counts: Counter[tuple[Rank, ...]] = field(default_factory=Counter)
    options: dict[str, str] = field(default_factory=dict)
    """The identifiers by the names."""


def is_one(names: list[str]) -> bool:
    """Whether an archive with files of these names is one, or pretends to be."""
    return any(map(_is_record, names)) and not any(name.startswith(("xl/", "[Content_Types]")) for name in names)


def read(file: IO[bytes], reading: Reading) -> BallotFile:
    """The ballots of one contest; raises :class:`UsageError` on what is no such archive."""
    try:
        with zipfile.ZipFile(file) as archive:
            contests = _read(archive)
    except spreadsheet.DAMAGED as error:
        raise UsageError(f"not an archive that can be read: {error}") from None
    names = told_apart({identifier: contest.name for identifier, contest in contests.items()})
    ranked = {names[identifier]: contest for identifier, contest in contests.items() if contest.ranked}
    chosen = choose(list(ranked), reading)
    if chosen is None:
        raise UsageError("the archive has no contest with ranks")
    return sorted_out(ranked[chosen].counts, reading, chosen)


def _is_record(name: str) -> bool:
    return name.lower().endswith(".xml") and not name.lower().endswith(".sig.xml")


def _read(archive: zipfile.ZipFile) -> dict[str, _Contest]:
    """All contests, by their identifiers."""
    found: dict[str, _Contest] = {}
    records = list(filter(_is_record, archive.namelist()))
    if len(set(records)) < len(records):  # by its name only the last one is had
        raise UsageError("the archive has two records of one name")
    for name in records:
        for given in _record(archive, name).iterfind("Contests/Contest"):
            identifier = _text(name, given, "Id")
            if identifier not in found:
                if len(found) == MOST_CONTESTS:
                    raise UsageError(f"the archive has more than {MOST_CONTESTS} contests")
                found[identifier] = _Contest(_text(name, given, "Name"))
            contest = found[identifier]
            marks = [] if given.find("InvalidVote") is not None else list(_marks(name, given, contest.options))
            contest.ranked |= any(len(value) > 1 for _, value in marks)
            contest.counts[_ranks(marks)] += 1
    return found


def _record(archive: zipfile.ZipFile, name: str) -> Element:
    with archive.open(name) as part:
        raw = part.read(MOST_BYTES + 1)
    if len(raw) > MOST_BYTES:
        raise UsageError(f"{name} is larger than {MOST_BYTES >> 10} KB")
    if b"\0" in raw:  # of UTF-16, in which the next line would find nothing
        raise UsageError(f"{name} is not UTF-8")
    if b"<!" in raw:
        raise UsageError(f"{name} has a document type declaration, or a comment, which such records do not have")
    try:
        root = fromstring(raw, XMLParser(encoding="utf-8"))  # noqa: S314
    except ParseError as error:
        raise UsageError(f"{name} is not XML: {error}") from None
    if _tag(root) != "Cvr":
        raise UsageError(f"{name} is not a cast-vote record of Hart's systems")
    for element in root.iter():
        element.tag = _tag(element)
    return root


def _tag(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def _marks(name: str, contest: Element, known: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Who was marked, and a digit for each rank; ``known`` are the contest's options so far."""
    for option in contest.iterfind("Options/Option"):
        if not len(option):
            continue
        value = (option.findtext("Value") or "").strip()
        written = option.find("WriteInData")
        if written is not None and (written.findtext("WriteInDataStatus") or "").strip() == "Rejected":
            continue
        if not _RANKS.fullmatch(value):
            raise UsageError(f"{name}: {value[:40]!r} does not say at which ranks there are marks")
        if written is None:
            called, identifier = _text(name, option, "Name"), _text(name, option, "Id")
            if known.setdefault(called, identifier) != identifier:
                raise UsageError(f"{name}: another option of the contest is called {called!r} too")
            yield called, value
        else:
            yield " ".join((written.findtext("Text") or "").split())[:MOST_NAME] or WRITE_IN, value


def _ranks(marks: list[tuple[str, str]]) -> tuple[Rank, ...]:
    groups: dict[int, list[str]] = {}
    for candidate, value in marks:
        for rank, digit in enumerate(value, 1):
            if digit == "1" and candidate not in groups.setdefault(rank, []):
                groups[rank].append(candidate)
    last = max((rank for rank, group in groups.items() if group), default=0)
    return tuple(tuple(groups.get(rank, ())) for rank in range(1, last + 1))


def _text(name: str, of: Element, tag: str) -> str:
    text = " ".join((of.findtext(tag) or "").split())
    if not text or len(text) > MOST_NAME:
        raise UsageError(f"{name}: {of.tag} without a {tag} of at most {MOST_NAME} characters")
    return text
