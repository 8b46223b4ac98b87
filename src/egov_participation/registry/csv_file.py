"""Residents from a CSV file.

The first line names the columns, in any order: ``iin``, ``family_name``, ``given_name``, ``mail``, ``territory``, and,
where they are known, ``patronymic``, ``birth_date``, ``language``, ``district``, ``address``. UTF-8, with or without a
byte-order mark; commas or semicolons.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from egov_participation.registry.keys import IinKeys
from egov_participation.registry.rules import COLUMNS, REQUIRED, Entry, EntryError, parse_entry

MAX_PROBLEMS: Final = 100
"""More than these are not collected: nobody reads more before correcting the first."""

_NOT_UTF8: Final = "not UTF-8: save the file as “CSV UTF-8”"

Progress = Callable[[int], None]
"""Is told how many bytes of the file have been read."""


@dataclass(frozen=True, slots=True)
class LineProblem:
    """What is wrong with the entry that begins on that line (from 1)."""

    line: int
    sentence: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.sentence}"


class FileProblems(Exception):
    """The file cannot be imported; nothing of it was."""

    def __init__(self, problems: list[LineProblem]) -> None:
        super().__init__(f"{len(problems)} problems")
        self.problems = problems


def check(path: Path, keys: IinKeys, today: date, progress: Progress | None = None) -> int:
    """Read the whole file and count its entries.

    Memory grows by about 100 bytes an entry, for finding those that stand in the file twice.

    Raises:
        FileProblems: with up to 100 problems, by line.
        OSError: the file cannot be read.
    """
    problems: list[LineProblem] = []
    seen: dict[bytes, int] = {}
    for line, result in _results(path, today, progress):
        if isinstance(result, EntryError):
            problems.extend(LineProblem(line, sentence) for sentence in result.sentences)
        else:
            first = seen.setdefault(keys.hash(result.iin), line)
            if first != line:
                problems.append(LineProblem(line, f"the same IIN ({result.iin.mask}) stands on line {first}"))
        if len(problems) >= MAX_PROBLEMS:
            break
    if problems:
        raise FileProblems(problems[:MAX_PROBLEMS])
    if not seen:
        raise FileProblems([LineProblem(1, "the file lists nobody")])
    return len(seen)


def entries(path: Path, today: date, progress: Progress | None = None) -> Iterator[Entry]:
    """The entries of a file that `check` has passed.

    Raises:
        FileProblems: the file was changed since and is wrong now.
    """
    for line, result in _results(path, today, progress):
        if isinstance(result, EntryError):
            raise FileProblems([LineProblem(line, sentence) for sentence in result.sentences])
        yield result


def _results(path: Path, today: date, progress: Progress | None) -> Iterator[tuple[int, Entry | EntryError]]:
    """Each entry or what is wrong with it, by its first line. A file that is no CSV ends with its error."""
    with path.open("rb") as raw:
        lines = _text_lines(raw, progress)
        try:
            header = next(lines, "")
            delimiter = ";" if header.count(";") > header.count(",") else ","
            columns = [
                cell.strip().lower() for cell in next(csv.reader([header], delimiter=delimiter, strict=True), [])
            ]
            _check_columns(columns)
        except EntryError as error:
            yield 1, error
            return
        except UnicodeDecodeError:
            yield 1, EntryError([_NOT_UTF8])
            return
        except csv.Error as error:
            yield 1, EntryError([f"not CSV: {error}"])
            return
        reader = csv.reader(lines, delimiter=delimiter, strict=True)
        line = 2
        try:
            for cells in reader:
                if any(cell.strip() for cell in cells):
                    yield line, _entry(columns, cells, today)
                line = reader.line_num + 2
        except UnicodeDecodeError:
            yield reader.line_num + 2, EntryError([_NOT_UTF8])
        except csv.Error as error:
            yield line, EntryError([f"not CSV: {error}"])


def _text_lines(raw: Iterator[bytes], progress: Progress | None) -> Iterator[str]:
    """The lines as text, decoded one by one so that a wrong byte is found on its line."""
    done = 0
    for number, line in enumerate(raw):
        done += len(line)
        if progress and number % 256 == 0:
            progress(done)
        yield line.decode("utf-8-sig" if number == 0 else "utf-8")
    if progress:
        progress(done)


def _check_columns(columns: list[str]) -> None:
    problems = [f"the column {name} is missing" for name in REQUIRED if name not in columns]
    problems += [f"unknown column “{name}”" for name in columns if name not in COLUMNS]
    problems += [f"the column {name} stands there twice" for name in COLUMNS if columns.count(name) > 1]
    if problems:
        raise EntryError(problems)


def _entry(columns: list[str], cells: list[str], today: date) -> Entry | EntryError:
    if len(cells) != len(columns):
        return EntryError([f"{len(cells)} cells where the first line has {len(columns)}"])
    try:
        return parse_entry(dict(zip(columns, cells, strict=True)), today)
    except EntryError as error:
        return error
