"""Ballots in the Aggregated Ballot Information Format (ABIF), as far as it ranks.

# a comment
{title: "…"}                 what is said about the election
=Kiss:[Bob Kiss]             a candidate's short and long name; the brackets can be missing
12:Kiss>Montroll=Smith       twelve ballots; commas part equal ranks too
12:Kiss/5,Smith/3            scores rank where no other sign does; who has none is not ranked
"""

import re
from collections import Counter
from typing import Final

from egov_crypto.counting.ballots import Values
from egov_crypto.counting.files.ballot_file import MOST_BALLOTS, BallotFile, check_candidates, ranks, refuse, said_twice
from egov_crypto.errors import UsageError

_LINE: Final = re.compile(r"(?P<number>[0-9]{1,10})\s*:(?P<ballot>.*)", re.ASCII)
_NAMED: Final = re.compile(r"=(?P<short>[^:]+):(?P<name>.*)")
_SAID: Final = re.compile(r'\{\s*"?title"?\s*:\s*"(?P<title>.*)"\s*\}')
_COMMENT: Final = re.compile(r"#.*")
_WORD: Final = re.compile(
    r'\s*(?:"(?P<quoted>[^"]*)"|\[(?P<bracketed>[^\]]*)\]|(?P<plain>[^\s"\[\]>=,/][^">=,/]*))'
    r"\s*(?:/\s*(?P<score>[0-9]{1,9})\s*)?",
    re.ASCII,
)

_Entry = tuple[str, int | None]
"""A candidate with its score."""


def read(text: str) -> BallotFile:
    """The ballots of ``text``; raises :class:`UsageError` with the line's number."""
    names: dict[str, str] = {}
    lines: list[tuple[int, list[list[str]]]] = []
    seen: set[str] = set()
    title = ""
    for line, written in enumerate(text.splitlines(), start=1):
        said = _COMMENT.sub("", written).strip()
        if not said:
            continue
        if said.startswith("{"):
            match = _SAID.fullmatch(said)
            title = match["title"] if match else title
        elif match := _NAMED.fullmatch(said):
            short, name = match["short"].strip().strip('"[]').strip(), match["name"].strip()
            bare = name[1:-1] if name.startswith("[") and name.endswith("]") else name
            names[short] = " ".join(bare.split()) or short
        elif match := _LINE.fullmatch(said):
            number = int(match["number"])
            if number > MOST_BALLOTS:
                raise refuse(line, f"{number} ballots are too many")
            lines.append((number, _groups(line, match["ballot"].strip(), seen)))
        else:
            raise refuse(line, "neither ballots (12:A>B=C), nor a candidate (=A:[Ada]), nor {…}")
    if not lines:
        raise UsageError("the file has no ballots")
    shorts = list(names) + sorted(seen - set(names))
    check_candidates(len(shorts), 1)
    place = {short: candidate for candidate, short in enumerate(shorts)}
    ballots: Counter[Values] = Counter()
    repeated = 0
    for number, groups in lines:
        named = [short for group in groups for short in group]
        repeated += number * (len(set(named)) != len(named))
        ballots[ranks(([place[short] for short in group] for group in groups), len(shorts))] += number
    return BallotFile(
        tuple(names.get(short, short) for short in shorts), dict(ballots), title, notes=said_twice(repeated)
    )


def _groups(line: int, ballot: str, seen: set[str]) -> list[list[str]]:
    """The candidates at each rank: as the signs say, or, where commas alone part them, as their scores do.

    All are added to those ``seen``.
    """
    groups: list[list[_Entry]] = []
    signs = ""
    place = 0
    while place < len(ballot):
        match = _WORD.match(ballot, place)
        name = "" if match is None else (match["quoted"] or match["bracketed"] or match["plain"] or "").strip()
        if match is None or not name:
            raise refuse(line, f"no candidate's name at {ballot[place : place + 20]!r}")
        seen.add(name)
        entry = name, None if match["score"] is None else int(match["score"])
        if signs[-1:] in ("=", ","):
            groups[-1].append(entry)
        else:
            groups.append([entry])
        place = match.end()
        if place < len(ballot):
            if ballot[place] not in ">=,":
                raise refuse(line, f"a candidate is followed by {ballot[place : place + 20]!r}")
            signs += ballot[place]
            place += 1
            if place == len(ballot):
                raise refuse(line, "a ballot ends with a sign that should be followed by a candidate")
    scored: dict[int, list[str]] = {}
    for name, score in (entry for group in groups for entry in group):
        if score is not None:
            scored.setdefault(score, []).append(name)
    if ">" in signs or not scored:
        return [[name for name, _ in group] for group in groups]
    return [scored[score] for score in sorted(scored, reverse=True)]
