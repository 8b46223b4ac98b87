"""Ballots in the Aggregated Ballot Information Format (ABIF), as far as it ranks.

# a comment
{title: "…"}                 what is said about the election
=Kiss:[Bob Kiss]             a candidate's short and long name
12:Kiss>Montroll=Smith       twelve ballots; commas part equal ranks too
"""

import re
from collections import Counter
from typing import Final

from egov_crypto.counting.ballots import Values
from egov_crypto.counting.files.ballot_file import MOST_BALLOTS, BallotFile, check_candidates, ranks, refuse

_LINE: Final = re.compile(r"(?P<number>[0-9]{1,10})\s*:(?P<ballot>.*)", re.ASCII)
_NAMED: Final = re.compile(r"=\s*(?P<short>[^:]+):\s*\[(?P<name>.*)\]\s*")
_SAID: Final = re.compile(r'\{\s*"?title"?\s*:\s*"(?P<title>.*)"\s*\}')
_COMMENT: Final = re.compile(r"#.*")
_WORD: Final = re.compile(r'\s*(?:"(?P<quoted>[^"]*)"|\[(?P<bracketed>[^\]]*)\]|(?P<plain>[^\s"\[\]>=,/][^">=,/]*))\s*')


def read(text: str) -> BallotFile:
    """The ballots of ``text``; raises :class:`UsageError` with the line's number, also where ballots give scores."""
    names: dict[str, str] = {}
    lines: list[tuple[int, list[list[str]]]] = []
    title = ""
    for line, written in enumerate(text.splitlines(), start=1):
        said = _COMMENT.sub("", written).strip()
        if not said:
            continue
        if said.startswith("{"):
            match = _SAID.fullmatch(said)
            title = match["title"] if match else title
        elif match := _NAMED.fullmatch(said):
            names[match["short"].strip().strip('"')] = " ".join(match["name"].split())
        elif match := _LINE.fullmatch(said):
            number = int(match["number"])
            if number > MOST_BALLOTS:
                raise refuse(line, f"{number} ballots are too many")
            lines.append((number, _groups(line, match["ballot"].strip())))
        else:
            raise refuse(line, "neither ballots (12:A>B=C), nor a candidate (=A:[Ada]), nor {…}")
    shorts = list(names) + sorted({short for _, groups in lines for group in groups for short in group} - set(names))
    check_candidates(len(shorts), 1)
    place = {short: candidate for candidate, short in enumerate(shorts)}
    ballots: Counter[Values] = Counter()
    for number, groups in lines:
        ballots[ranks(([place[short] for short in group] for group in groups), len(shorts))] += number
    return BallotFile(tuple(names.get(short, short) for short in shorts), dict(ballots), title)


def _groups(line: int, ballot: str) -> list[list[str]]:
    groups: list[list[str]] = []
    joined = False
    place = 0
    while place < len(ballot):
        match = _WORD.match(ballot, place)
        if match is None:
            raise refuse(line, f"no candidate's name at {ballot[place : place + 20]!r}")
        name = (match["quoted"] or match["bracketed"] or match["plain"] or "").strip()
        if not name:
            raise refuse(line, "a candidate without a name")
        if joined:
            groups[-1].append(name)
        else:
            groups.append([name])
        place = match.end()
        if place < len(ballot):
            if ballot[place] not in ">=,":
                raise refuse(line, "a ballot with scores, which cannot be counted as ranks")
            joined = ballot[place] != ">"
            place += 1
            if place == len(ballot):
                raise refuse(line, "a ballot ends with a sign that should be followed by a candidate")
    return groups
