"""A list of voters from a CSV file: ``iin`` or ``iin,weight`` a line, with that heading."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from egov_participation.i18n import N_
from egov_participation.registry.iin import Iin, IinError
from egov_participation.voting.problems import Problems

MAX_WEIGHT: Final = 2**40
"""Of one voter, and of all together: the result is found by a search that takes the root of the total."""


@dataclass(frozen=True, slots=True)
class ListedRoll:
    """The people of a CSV file: IIN → weight, in the file's order, and the line that each stands on."""

    weights: dict[Iin, int]
    lines: tuple[int, ...]


def read_roll(path: Path, problems: Problems) -> ListedRoll | None:
    """The people of the file, or None with ``problems`` telling each line that is wrong.

    Problems never repeat an IIN: a terminal's scroll-back is no place for it. The line's number says enough.
    """
    before = len(problems.found)
    where = f"roll.file ({path.name})"
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.reader(file, strict=True))
    except OSError as error:
        problems.add(where, N_("The file cannot be read: %(reason)s."), reason=error.strerror or str(error))
        return None
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
            _read_row(f"{where}, line {number}", [cell.strip() for cell in row], len(heading), weights, problems)
            lines.append(number)
    if not weights and len(problems.found) == before:
        problems.add(where, N_("The file lists nobody."))
    if sum(weights.values()) > MAX_WEIGHT:
        problems.add(where, N_("The weights add up to more than %(number)s."), number=MAX_WEIGHT)
    return ListedRoll(weights, tuple(lines)) if len(problems.found) == before else None


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
    elif not (weight.isascii() and weight.isdecimal() and weight[0] != "0" and int(weight) <= MAX_WEIGHT):
        problems.add(where, N_("A weight is a whole number from 1 to %(number)s."), number=MAX_WEIGHT)
    else:
        weights[iin] = int(weight)
