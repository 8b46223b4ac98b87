"""A list of voters from a CSV file: ``iin`` or ``iin,weight`` a line, with that heading."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from egov_participation.i18n import N_
from egov_participation.registry.iin import Iin, IinError
from egov_participation.voting.problems import Problems

MAX_WEIGHT: Final = 2**40
"""Of one voter, and of all together: the result is found by a search that takes the root of the total."""

_WEIGHT: Final = re.compile("[1-9][0-9]{0,12}")
"""As many digits as `MAX_WEIGHT` has: Python refuses to read thousands of them."""


@dataclass(frozen=True, slots=True)
class ListedRoll:
    """The people of a CSV file: IIN → weight, in the file's order, and the line that each stands on."""

    weights: dict[Iin, int]
    lines: tuple[int, ...]


def read_roll(path: Path, problems: Problems) -> ListedRoll | None:
    """The people of the file, or None with ``problems`` telling what is wrong (`parse_roll`)."""
    where = f"roll.file ({path.name})"
    try:
        raw = path.read_bytes()
    except OSError as error:
        problems.add(where, N_("The file cannot be read: %(reason)s."), reason=error.strerror or str(error))
        return None
    return parse_roll(raw, where, problems)


def parse_roll(raw: bytes, where: str, problems: Problems) -> ListedRoll | None:
    """The people that a file's bytes list, or None with ``problems`` telling each line that is wrong.

    Problems never repeat an IIN: a terminal's scroll-back is no place for it. The line's number says enough.

    Args:
        where: what problems name as their place; a line's number is added.
    """
    before = len(problems.found)
    try:
        rows = list(csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline=""), strict=True))
    except (UnicodeError, csv.Error) as error:
        problems.add(where, N_("The file is not CSV in UTF-8: %(reason)s."), reason=str(error))
        return None
    heading = [cell.strip().lower() for cell in rows[0]] if rows else []
    if heading not in (["iin"], ["iin", "weight"]):
        problems.add(where, N_("The first line must be “iin” or “iin,weight”."))
        return None
    weights: dict[Iin, int] = {}
    lines: list[int] = []
    for number, row in enumerate(rows[1:], 2):
        if row:
            _read_row(line_of(where, number), [cell.strip() for cell in row], len(heading), weights, problems)
            lines.append(number)
    if not weights and len(problems.found) == before:
        problems.add(where, N_("The file lists nobody."))
    if sum(weights.values()) > MAX_WEIGHT:
        problems.add(where, N_("The weights add up to more than %(number)s."), number=MAX_WEIGHT)
    return ListedRoll(weights, tuple(lines)) if len(problems.found) == before else None


def line_of(where: str, number: int) -> str:
    """How a problem names a line of the file."""
    return f"{where}, line {number}"


def _read_row(where: str, row: list[str], columns: int, weights: dict[Iin, int], problems: Problems) -> None:
    if len(row) != columns:
        problems.add(where, N_("This line does not have as many columns as the first."))
        return
    weight = row[1] if columns == 2 else "1"
    try:
        iin = Iin.parse(row[0])
    except IinError:
        problems.add(where, N_("This is not an IIN: twelve digits, the last of which checks the others."))
        return
    if iin in weights:
        problems.add(where, N_("This IIN stands in the file twice."))
    elif not (_WEIGHT.fullmatch(weight) and int(weight) <= MAX_WEIGHT):
        problems.add(where, N_("A weight is a whole number from 1 to %(number)s."), number=MAX_WEIGHT)
    else:
        weights[iin] = int(weight)
