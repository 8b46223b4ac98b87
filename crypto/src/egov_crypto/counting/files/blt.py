"""Ballots in the format BLT, of Hill, Wichmann and Woodall's program and those after it.

4 2              four candidates, two seats
-3               the third has withdrawn
5 2 1 0          five ballots: first the second candidate, then the first one
1 4=1 - 2 0      both equally first, the second rank left out; (4 1) is another way to say 4=1
[withdrawn 3]    another way to say -3; after [nick a b c d] ballots can name candidates by these
0                end of the ballots
"Ada"            names in the candidates' order, then the title
…
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Final

from egov_crypto.counting.ballots import Values
from egov_crypto.counting.files.ballot_file import (
    MOST_BALLOTS,
    BallotFile,
    check_candidates,
    ranks,
    refuse,
    said_twice,
    without,
)
from egov_crypto.errors import UsageError

_NATURAL: Final = re.compile(r"[0-9]{1,10}(?:\.0+)?", re.ASCII)
_QUOTED: Final = re.compile(r'\s*"((?:[^"\\]|""|\\.)*)"\s*,?')
_WITHDRAWN: Final = re.compile(r"-[0-9]+", re.ASCII)
_IDENTIFIER: Final = re.compile(r"\([^()\s]*\)")
"""That some programs write before a ballot."""
_NUMBERED: Final = re.compile(r"\s*# ALTERNATIVE NAME [0-9]+:", re.ASCII)
"""That is before names in some files."""
_BLANK: Final = " \t\r,"
"""Commas are what is left of a table."""
_MOST_RANKS: Final = 2**12
"""Of one ballot."""

_Line = tuple[int, str]
_Word = tuple[int, str]


def read(text: str) -> BallotFile:
    """The ballots of ``text``; raises :class:`UsageError` with the line's number."""
    lines = iter(_ended(list(enumerate(text.splitlines(), start=1))))
    ahead: list[_Line] = []
    words = _words(lines, ahead)
    candidates, seats = _head(words)
    reader = _Reader(candidates)
    for line, word in words:
        if word == "0":
            break
        reader.take(line, word, words)
    else:
        if not ahead:
            raise UsageError("the file ends before the line 0 that ends the ballots")
        reader.remark(f"line {ahead[0][0]}: the line 0 that should end the ballots is missing")
    names, title = _names(chain(ahead, lines), candidates)
    withdrawn = reader.withdrawn
    if len(withdrawn) == candidates:
        raise UsageError("all candidates have withdrawn")
    return BallotFile(
        candidates=tuple(name for c, name in enumerate(names) if c not in withdrawn),
        ballots=without(reader.ballots, withdrawn),
        title=title,
        seats=seats,
        withdrawn=tuple(names[c] for c in sorted(withdrawn)),
        notes=reader.notes(),
    )


class _Reader:
    """What stands between the numbers of candidates and seats and the 0 after the ballots."""

    def __init__(self, candidates: int) -> None:
        self._numbers = {str(number): number - 1 for number in range(1, candidates + 1)}
        self._names = dict(self._numbers)
        self._repeated = 0
        self._notes: list[str] = []
        self.withdrawn: set[int] = set()
        self.ballots: Counter[Values] = Counter()

    def take(self, line: int, word: str, words: Iterator[_Word]) -> None:
        """What begins with ``word``, with as many of the words that follow as belong to it."""
        if word.startswith("["):
            self._option(line, word)
        elif _WITHDRAWN.fullmatch(word):
            self.withdrawn.add(self._candidate(line, word[1:]))
        elif not _IDENTIFIER.fullmatch(word):
            number = _natural(line, word, "how many ballots there are")
            groups, end = self._ballot(line, words)
            named = [c for group in groups for c in group]
            repeated = len(named) != len(set(named))
            if repeated and end != line:
                raise refuse(line, "a ballot that goes on in other lines names a candidate twice (its 0 is missing?)")
            self._repeated += number * repeated
            self.ballots[ranks(groups, len(self._numbers))] += number

    def remark(self, note: str) -> None:
        """Keep a sentence for the notes."""
        self._notes.append(note)

    def notes(self) -> tuple[str, ...]:
        return (*self._notes, *said_twice(self._repeated))

    def _option(self, line: int, word: str) -> None:
        name, *arguments = word[1:].removesuffix("]").split() or [""]
        if name == "nick":
            if len(set(arguments) - {"0", "-"}) != len(self._numbers):
                raise refuse(line, f"{len(self._numbers)} different names are wanted after nick")
            self._names = self._numbers | {each: c for c, each in enumerate(arguments)}
        elif name in {"withdrawn", "undeclared"}:
            self.withdrawn |= {self._candidate(line, each) for each in arguments}
        elif name in {"tie", "droop"}:
            self.remark(f"line {line} is for another program, and was passed over: {word[:80]}")
        else:
            raise refuse(line, f"{word[:40]!r} is not known")

    def _ballot(self, line: int, words: Iterator[_Word]) -> tuple[list[list[int]], int]:
        """The candidates at each rank, up to the ballot's 0, and its line."""
        groups: list[list[int]] = []
        within = False
        for place, (at, written) in enumerate(words):
            if written == "0" and not within:
                return groups, at
            if place == _MOST_RANKS:
                raise refuse(at, f"a ballot of more than {_MOST_RANKS} ranks (its 0 is missing?)")
            word = written.removeprefix("(")
            if word != written:
                groups.append([])
            last = word.endswith(")")
            named = [] if word == "-" else [self._candidate(at, each) for each in word.removesuffix(")").split("=")]
            if within or word != written:
                groups[-1] += named
            else:
                groups.append(named)
            within = (within or word != written) and not last
        raise refuse(line, "the file ends within a ballot")

    def _candidate(self, line: int, word: str) -> int:
        found = self._names.get(word)
        if found is None:
            number = _natural(line, word, "a candidate's number")
            raise refuse(line, f"there is no candidate {number}: they are numbered from 1 to {len(self._numbers)}")
        return found


def _words(lines: Iterator[_Line], ahead: list[_Line]) -> Iterator[_Word]:
    """What stands between white space, up to the 0 after the ballots and to the end of its line.

    If a name in quotes comes before that 0, or in its line, it is put ``ahead`` of the other lines.
    """
    count, between = 0, False  # between two ballots: there a 0 ends them all
    for number, line in _uncommented(lines):
        if between and line.lstrip().startswith('"'):
            ahead.append((number, line))
            return
        if line.lstrip().startswith("["):
            yield number, line.strip()
            continue
        found = "=".join(part.strip() for part in line.split("#", 1)[0].split("=")).rstrip(_BLANK).split()
        for place, word in enumerate(found):
            last = word == "0" and between
            if last and found[place + 1 : place + 2]:
                if not found[place + 1].startswith('"'):
                    raise refuse(number, "something follows the 0 that ends the ballots")
                ahead.append((number, line[line.index('"') :]))
            yield number, word
            if last:
                return
            count += 1
            between = count == 2 or (
                count > 2 and (word == "0" or (between and _WITHDRAWN.fullmatch(word) is not None))
            )


def _ended(lines: list[_Line]) -> list[_Line]:
    """The lines, with a 0 at the end of each ballot if none has one and each takes a line."""
    bare = [line.split("#", 1)[0].strip(_BLANK) for _, line in lines]
    last = max((place for place, line in enumerate(bare) if line == "0"), default=0)
    head = next((place for place, line in enumerate(bare) if line), last)
    ballots = [place for place in range(head + 1, last) if bare[place][:1].isdecimal()]
    if any("0" in bare[place].split() for place in ballots):
        return lines
    ended = set(ballots)
    return [(number, f"{bare[place]} 0" if place in ended else line) for place, (number, line) in enumerate(lines)]


def _uncommented(lines: Iterator[_Line]) -> Iterator[_Line]:
    """The lines without comments between /* and */."""
    inside = False
    for number, line in lines:
        parts = re.split(r"(/\*|\*/)", line) if inside or "/*" in line else [line]
        kept = []
        for part in parts:
            if part == ("*/" if inside else "/*"):
                inside = not inside
            elif not inside:
                kept.append(part)
        yield number, " ".join(kept)


def _head(words: Iterator[_Word]) -> tuple[int, int]:
    """How many candidates and seats."""
    (line, first), (second_line, second) = next(words, (1, "")), next(words, (1, ""))
    if line != second_line:
        raise refuse(line, "a BLT file begins with the numbers of candidates and of seats")
    candidates = _natural(line, first, "how many candidates there are")
    check_candidates(candidates, line)
    seats = _natural(line, second, "how many seats there are")
    if not seats:
        raise refuse(line, "there are no seats")
    return candidates, seats


def _natural(line: int, word: str, what: str) -> int:
    if not _NATURAL.fullmatch(word):
        raise refuse(line, f"{word[:40]!r} is not a whole number; it should say {what}")
    number = int(word.partition(".")[0])
    if number > MOST_BALLOTS:
        raise refuse(line, f"{number} is too many; it should say {what}")
    return number


def _names(lines: Iterable[_Line], candidates: int) -> tuple[list[str], str]:
    """The candidates' names and the title.

    A line is one name, or its parts in quotes: quotes within it are doubled. Names without quotes take their line; if
    none are there, the candidates bear numbers. More than the title and two remarks is refused: names might be shifted.
    """
    rest = [(number, _NUMBERED.sub("", line).strip(_BLANK)) for number, line in lines]
    rest = [(number, line) for number, line in rest if line and not line.startswith("#")]
    if not rest:
        return [str(number) for number in range(1, candidates + 1)], ""
    parts = [(number, _parts(line)) for number, line in rest]
    if len(rest) < candidates and sum(len(each) for _, each in parts) in (candidates, candidates + 1):
        parts = [(number, [part]) for number, each in parts for part in each]
    names = [" ".join(" ".join(each).split()) for _, each in parts]
    if len(names) < candidates:
        raise UsageError(f"{len(names)} names for {candidates} candidates")
    if len(names) > candidates + 3:
        raise refuse(parts[candidates + 1][0], f"more names than the {candidates} candidates and a title")
    if empty := [number for (number, _), name in zip(parts, names[:candidates], strict=False) if not name]:
        raise refuse(empty[0], "a candidate without a name")
    return names[:candidates], names[candidates] if len(names) > candidates else ""


def _parts(line: str) -> list[str]:
    if not line.startswith('"'):
        return [line]
    found, place = [], 0
    while match := _QUOTED.match(line, place):
        found.append(re.sub(r'""|\\(.)', lambda part: part[1] or '"', match[1]))
        place = match.end()
    if place == len(line):
        return found
    return [line[1:].removesuffix('"')]  # quotes within that are not doubled


def write(file: BallotFile, seats: int = 1) -> bytes:
    """``file`` as BLT in UTF-8, names in quotes; ballots in the order of their ranks. ``seats`` if it does not say."""
    lines = [f"{len(file.candidates)} {file.seats or seats}"]
    lines += [f"{number} {_written(ballot)}0" for ballot, number in sorted(file.ballots.items()) if number]
    lines += ["0", *(_quoted(name) for name in (*file.candidates, file.title))]
    return "".join(f"{line}\n" for line in lines).encode()


def _written(ballot: Sequence[int]) -> str:
    at: dict[int, list[str]] = {}
    for candidate, rank in enumerate(ballot, start=1):
        at.setdefault(rank, []).append(str(candidate))
    return "".join(f"{'='.join(at.get(rank, '-'))} " for rank in range(1, max(ballot) + 1))


def _quoted(name: str) -> str:
    return '"{}"'.format(" ".join(name.split()).replace("\\", "\\\\").replace('"', '""'))
