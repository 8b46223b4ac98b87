"""How `egov-count` shows a count on a terminal."""

import unicodedata
from collections.abc import Sequence
from typing import Final

from egov_crypto.cli.console import count as counted
from egov_crypto.cli.console import say
from egov_crypto.counting import Grades, MethodType, Outcome, Pairwise, Points, Round, Rounds, Rules
from egov_crypto.counting.files.ballot_file import BallotFile
from egov_crypto.counting.outcome import Action, Lot, halves

_NAMES: Final = {
    MethodType.SCHULZE: "Schulze's method",
    MethodType.CONDORCET: "Condorcet winner",
    MethodType.BORDA: "Borda's points",
    MethodType.IRV: "Instant runoff",
    MethodType.MAJORITY_JUDGMENT: "Majority judgment",
}
_MOST_NAME: Final = 40
"""Columns of a name in a table."""


def print_outcome(file: BallotFile, outcome: Outcome) -> None:
    """Everything: what was counted, how, the trace, lots, and who or what wins."""
    if file.title:
        say(file.title)
    method = outcome.method
    if method.rules is None:
        say(_NAMES[method.type])
    else:
        rules = "the Scottish rules" if method.rules is Rules.SCOTTISH else "Meek's method"
        say(f"Single transferable vote by {rules}, {counted(method.seats, 'seat')}")
    say(
        f"{counted(outcome.ballots, 'ballot')}: {outcome.valid} valid, {outcome.blank} blank, {outcome.invalid} invalid"
    )
    if file.withdrawn:
        say(f"Withdrawn: {', '.join(file.withdrawn)}")
    say(*(f"Note: {note}." for note in file.notes))
    names = file.candidates
    trace = outcome.trace
    if isinstance(trace, Rounds):
        for number, each in enumerate(trace.rounds):
            _print_round(names, trace, each, trace.rounds[number - 1] if number else None, outcome.lots)
    elif isinstance(trace, Pairwise):
        _print_pairwise(names, trace)
    elif isinstance(trace, Points):
        print()
        _print_table([("", "points"), *((name, halves(p)) for name, p in zip(names, trace.points, strict=True))])
    else:
        _print_grades(names, trace, method.grades)
    _print_end(names, outcome)


def _print_end(names: Sequence[str], outcome: Outcome) -> None:
    print()
    for number, place in enumerate(outcome.ranking, start=1):
        say(f"{number}. {', '.join(names[c] for c in place)}")
    for lot in outcome.lots:
        if not isinstance(outcome.trace, Rounds):
            say(f"By lot between those who are first: {', then '.join(names[c] for c in lot.order)}")
    if outcome.winners:
        say(f"{outcome.verdict}: {', '.join(names[c] for c in outcome.winners)}")
    elif outcome.valid:
        say("Nobody beats every other candidate.")
    else:
        say("Nothing is decided: no ballot is valid.")


def _print_round(names: Sequence[str], trace: Rounds, each: Round, last: Round | None, lots: Sequence[Lot]) -> None:
    print()
    who = ", ".join(names[c] for c in each.candidates)
    one = len(each.candidates) == 1
    what = {
        Action.FIRST: "first preferences",
        Action.SURPLUS: f"the surplus{'' if one else 'es'} of {who} {'is' if one else 'are'} transferred",
        Action.EXCLUSION: f"{who} {'is' if one else 'are'} excluded",
    }[each.action]
    iterations = f", {counted(each.iterations, 'iteration')}" if each.iterations else ""
    say(f"Round {each.number}: {what} (quota {trace.text(each.quota)}{iterations})")
    for lot in lots:
        if lot.round == each.number:
            say(f"  by lot between {', '.join(names[c] for c in lot.order)}, drawn in this order")
    before = last or each
    lines = [
        (f"  {_short(name)}", trace.text(votes), _change(trace, votes - earlier))
        for name, votes, earlier in zip(names, each.votes, before.votes, strict=True)
        if votes or earlier
    ]
    for label, amount, earlier in (
        ("  (not transferable)", each.nontransferable, before.nontransferable),
        ("  (lost in rounding)", each.rounding, before.rounding),
    ):
        if amount:
            lines.append((label, trace.text(amount), _change(trace, amount - earlier)))
    _print_table(lines)
    if each.elected:
        why = " (as many as seats are left)" if each.by_default else ""
        say(f"  Elected: {', '.join(names[c] for c in each.elected)}{why}")


def _change(trace: Rounds, amount: int) -> str:
    return "" if not amount else f"{'+' if amount > 0 else ''}{trace.text(amount)}"


def _print_pairwise(names: Sequence[str], trace: Pairwise) -> None:
    print()
    say("Ballots that prefer the candidate of the row to the one of the column")
    numbers = [str(number) for number in range(1, len(names) + 1)]
    labels = [f"{number} {_short(name)}" for number, name in zip(numbers, names, strict=True)]
    _print_table(
        [("", *numbers), *((label, *_row(row, a)) for a, (label, row) in enumerate(_rows(labels, trace.table)))]
    )
    if trace.paths:
        print()
        say("Strongest paths: for and against in the weakest link")
        cells = [["-" if path is None else f"{path[0]}:{path[1]}" for path in row] for row in trace.paths]
        _print_table([("", *numbers), *((label, *_row(row, a)) for a, (label, row) in enumerate(_rows(labels, cells)))])


def _rows(labels: Sequence[str], table: Sequence[Sequence[object]]) -> list[tuple[str, Sequence[object]]]:
    return list(zip(labels, table, strict=True))


def _row(row: Sequence[object], diagonal: int) -> list[str]:
    return ["" if place == diagonal else str(cell) for place, cell in enumerate(row)]


def _print_grades(names: Sequence[str], trace: Grades, grades: Sequence[str]) -> None:
    print()
    rows = zip(names, trace.received, trace.medians, strict=True)
    lines = [(_short(name), *map(str, received), grades[median]) for name, received, median in rows]
    _print_table([("", *grades, "majority grade"), *lines])


def _short(name: str) -> str:
    return name if len(name) <= _MOST_NAME else f"{name[: _MOST_NAME - 1]}…"


def _print_table(lines: Sequence[Sequence[str]]) -> None:
    """Columns side by side, the first one to the left, the others to the right."""
    widths = [max(map(_width, column)) for column in zip(*lines, strict=True)]
    for first, *others in lines:
        cells = [first + " " * (widths[0] - _width(first))]
        cells += [" " * (width - _width(cell)) + cell for cell, width in zip(others, widths[1:], strict=True)]
        say("  ".join(cells).rstrip())


def _width(text: str) -> int:
    """Columns of a terminal that ``text`` takes."""
    return sum(0 if unicodedata.combining(c) else 1 + (unicodedata.east_asian_width(c) in {"W", "F"}) for c in text)
