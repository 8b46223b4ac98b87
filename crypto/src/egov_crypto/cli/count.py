"""`egov-count`: count ranked ballots, of a file or of an election's archive."""

import argparse
import io
import json
import re
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import IO, Any, Final, cast

from egov_crypto.cli import console, source
from egov_crypto.cli.count_report import print_outcome
from egov_crypto.cli.progress import Progress
from egov_crypto.counting import Method, MethodType, Outcome, Rules, count
from egov_crypto.counting.ballots import HIGHEST, prepare
from egov_crypto.counting.files import blt, reading
from egov_crypto.counting.files.ballot_file import BallotFile, leave_out, renamed, together
from egov_crypto.counting.files.layouts import Reading
from egov_crypto.counting.files.marks import Marks, Overvotes, read_again
from egov_crypto.counting.files.reading import Format, is_archive
from egov_crypto.counting.pairwise import compare, dropped
from egov_crypto.counting.transfer import Show
from egov_crypto.errors import UsageError
from egov_crypto.preference import PreferenceQuestion
from egov_crypto.tally import lot_seed
from egov_crypto.verify import Verified, verify_archive

_METHODS: Final = {
    "stv-scottish": (MethodType.STV, Rules.SCOTTISH),
    "stv-meek": (MethodType.STV, Rules.MEEK),
    "irv": (MethodType.IRV, None),
    "condorcet": (MethodType.CONDORCET, None),
    "schulze": (MethodType.SCHULZE, None),
    "borda": (MethodType.BORDA, None),
    "majority-judgment": (MethodType.MAJORITY_JUDGMENT, None),
}
_TRANSFERRED: Final = ("stv-scottish", "stv-meek", "irv")
_DESCRIPTION: Final = """\
Count ranked ballots, and show the whole way to the result: every round, every transfer, every comparison.

FILE holds ballots (BLT, cast-vote records as .xlsx, .csv, .json in the common data format or the .zip of Dominion's and
Hart's systems, ABIF, PrefLib, Debian's tally sheets, Scottish wards as .csv), or is an election's archive, which is
verified whole before its ballots are counted; an archive can also be the address of a vote.
The rules of every method are in docs/counting.md. All arithmetic is exact.
"""
_EXIT: Final = """\
exit status:
  0    counted
  1    the archive does not hold
  2    cannot be counted: not a file of ballots, unreadable, wrong usage
  130  interrupted
"""


@dataclass(frozen=True, slots=True)
class _Counted:
    file: BallotFile
    outcome: Outcome


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit status; ``arguments`` are the command line's unless given."""
    options = _parser().parse_args(arguments)
    return console.run(lambda: _run(options))


def _run(options: argparse.Namespace) -> int:
    written = None if options.blt is None else Path(options.blt)
    if written is not None:
        console.refuse_existing([written])
    with Progress() as progress:
        archive = any(map(_is_archive, options.file))
        counted = _of_archive(options, progress) if archive else _of_files(options, progress)
    if written is not None:
        if counted.outcome.method.graded:
            raise UsageError("grades are no ranks: they cannot be written as BLT")
        console.write_new(written, blt.write(counted.file, counted.outcome.method.seats))
    if options.json:
        print(json.dumps(_as_json(counted), ensure_ascii=False))
    else:
        print_outcome(counted.file, counted.outcome)
    return console.OK


def _is_archive(where: str) -> bool:
    if where == "-" or source.is_address(where):
        return True
    with Path(where).open("rb") as file:
        return is_archive(file)


class _Watched:
    """A file that tells how far it is read."""

    def __init__(self, file: IO[bytes], progress: Progress) -> None:
        self._file, self._progress = file, progress
        self._size = file.seek(0, io.SEEK_END)
        file.seek(0)

    def read(self, size: int = -1) -> bytes:
        data = self._file.read(size)
        self._progress("read", self._file.tell(), self._size)
        return data

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)


def _of_files(options: argparse.Namespace, progress: Progress) -> _Counted:
    if options.question is not None:
        raise UsageError("--question is for archives; this is a file of ballots")
    if options.seed and options.drawn:
        raise UsageError("--seed decides lots, or --drawn tells them")
    if options.default is None and (options.quorum or options.majority):
        raise UsageError("--quorum and --majority go with --default")
    if len({Path(path).resolve() for path in options.file}) < len(options.file):
        raise UsageError("a file is named twice")
    files = {path: _read(path, options, progress) for path in options.file}
    found = _marked(_without(together(files), options.leave_out), options)
    if options.default is not None:
        found = _against_default(found, options)
    seed = _named(found, options.drawn) if options.drawn else options.seed.encode()
    if options.names is not None:
        with Path(options.names).open("rb") as file:
            found = renamed(found, reading.names(file))
    method = _method(options, found.seats)
    if method is None:
        raise UsageError(f"say how to count: --method {', '.join(_METHODS)}")
    share = options.overvotes is Overvotes.CONTINUING
    show = Show(options.batch, options.to_two)
    outcome = count(method, len(found.candidates), found.ballots, seed, progress, share=share, show=show)
    return _Counted(found, outcome)


def _read(path: str, options: argparse.Namespace, progress: Progress) -> BallotFile:
    with Path(path).open("rb") as file:
        watched = cast(IO[bytes], _Watched(file, progress))
        return reading.read(watched, path, _reading(options), options.format, options.sheet)


def _without(file: BallotFile, names: Sequence[str]) -> BallotFile:
    """``file`` without those candidates; from a table of ballots they were left out already."""
    if not names or file.marked:
        return file
    return leave_out(file, set(_named(file, names)), f"left out: {', '.join(names)}")


def _named(file: BallotFile, names: Sequence[str]) -> tuple[int, ...]:
    """The candidates of these names."""
    known: dict[str, list[int]] = {}
    for candidate, name in enumerate(file.candidates):
        known.setdefault(" ".join(name.split()).casefold(), []).append(candidate)
    wanted = [" ".join(name.split()).casefold() for name in names]
    if unknown := [name for name, folded in zip(names, wanted, strict=True) if folded not in known]:
        raise UsageError(f"there is no candidate {unknown[0]!r}")
    if several := [name for name, folded in zip(names, wanted, strict=True) if len(known[folded]) > 1]:
        raise UsageError(f"several candidates are called {several[0]!r}")
    return tuple(dict.fromkeys(known[folded][0] for folded in wanted))


def _marked(file: BallotFile, options: argparse.Namespace) -> BallotFile:
    """``file`` with its ranks as they are told to be read; a table of ballots was read so already."""
    if options.overvotes is None and options.skips is None:
        return file
    if options.method is not None and options.method not in _TRANSFERRED:
        raise UsageError(f"--overvotes and --skips go with {', '.join(_TRANSFERRED)}")
    return file if file.marked else read_again(file, _marks(options, 0))


def _marks(options: argparse.Namespace, skips: int | None) -> Marks:
    """``skips`` unless told."""
    told = {None: skips, "any": None}.get(options.skips, options.skips)
    return Marks(options.overvotes or Overvotes.END, told)


def _against_default(file: BallotFile, options: argparse.Namespace) -> BallotFile:
    """``file`` without the options that fail against the default one."""
    candidates = len(file.candidates)
    if options.method != "schulze":
        raise UsageError("--default goes with --method schulze")
    if not all(number <= candidates for number in (options.default, *dict(options.majority))):
        raise UsageError(f"the options are numbered from 1 to {candidates}")
    table = compare(prepare(Method(MethodType.SCHULZE), candidates, file.ballots), candidates)
    majorities = {number - 1: times for number, times in options.majority}
    gone = dropped(table, options.default - 1, options.quorum, majorities)
    if not gone:
        return file
    names = ", ".join(file.candidates[c] for c in gone)
    return leave_out(file, set(gone), f"dropped for lack of a quorum or majority against the default: {names}")


def _of_archive(options: argparse.Namespace, progress: Progress) -> _Counted:
    if len(options.file) > 1:
        raise UsageError("an archive is counted alone")
    if options.default is not None:
        raise UsageError("--default is for files of ballots")
    if options.names is not None:
        raise UsageError("--names is for files of ballots")
    if options.overvotes or options.skips is not None or options.batch or options.to_two:
        raise UsageError("--overvotes, --skips, --batch and --to-two are for files of ballots")
    if options.leave_out:
        raise UsageError("--leave-out is for files of ballots")
    if options.seed or options.drawn:
        raise UsageError("the seed of an archive's lots follows from its decryptions; --seed is for files of ballots")
    with source.open_archive(options.file[0], progress, options.max_archive) as file:
        verified = verify_archive(file, jobs=options.jobs, progress=progress)
    place = _question(verified, options.question)
    question = verified.election.questions[place]
    if not isinstance(question, PreferenceQuestion):
        raise UsageError(f"question {place + 1} asks for no ranks or grades")
    if verified.report.result is None or verified.factors is None:
        raise UsageError("the archive has no result yet")
    method = _method(options, None) or Method.of(question.extra)
    if method is None:
        raise UsageError("the question does not say how it is counted: say it with --method")
    ballots = Counter(tuple(ballot) for ballot in verified.report.result[place])
    seed = lot_seed(verified.election.fingerprint, place + 1, verified.factors[place])
    outcome = count(method, len(question.answers), ballots, seed, progress)
    return _Counted(BallotFile(question.answers, ballots, question.question, method.seats), outcome)


def _question(verified: Verified, number: int | None) -> int:
    """The place of the question to count: the only one that asks for ranks or grades unless ``number`` says it."""
    places = [place for place, each in enumerate(verified.election.questions) if isinstance(each, PreferenceQuestion)]
    if number is not None:
        if number > len(verified.election.questions):
            raise UsageError(f"there is no question {number}")
        return number - 1
    if len(places) != 1:
        numbers = ", ".join(str(place + 1) for place in places)
        raise UsageError(f"say which with --question: {numbers}" if places else "no question asks for ranks or grades")
    return places[0]


def _method(options: argparse.Namespace, seats: int | None) -> Method | None:
    if options.method is None:
        if options.seats is not None or options.grades:
            raise UsageError("--seats and --grades go with --method")
        return None
    type_, rules = _METHODS[options.method]
    if rules is None and options.seats not in (None, 1):
        raise UsageError(f"{options.method} fills one seat")
    if (type_ is MethodType.MAJORITY_JUDGMENT) != bool(options.grades):
        raise UsageError("--method majority-judgment goes with --grades, and no other does")
    if (options.batch or options.to_two) and options.method != "irv":
        raise UsageError("--batch and --to-two go with --method irv")
    if rules is not None and (options.seats or seats) is None:
        raise UsageError("say how many seats there are: --seats N")
    filled = (options.seats or seats or 1) if rules is not None else 1
    try:
        return Method(type_, blank=True, rules=rules, seats=filled, grades=tuple(options.grades))
    except ValueError as error:
        raise UsageError(str(error)) from None


def _reading(options: argparse.Namespace) -> Reading:
    standard = Reading()
    if options.candidates_to and not options.candidates_from:
        raise UsageError("--candidates-to goes with --candidates-from")
    transferred = options.method in _TRANSFERRED
    return Reading(
        columns=tuple(options.rank_column),
        contest=options.contest,
        first=options.candidates_from,
        last=options.candidates_to,
        weight=options.weight_column,
        undervote=frozenset(options.undervote) or standard.undervote,
        overvote=frozenset(options.overvote) or standard.overvote,
        parted=options.parted,
        marks=_marks(options, None) if transferred else Marks(Overvotes.EQUAL, None),
        leave_out=frozenset(options.leave_out),
    )


def _as_json(counted: _Counted) -> dict[str, Any]:
    file = counted.file
    return {
        "title": file.title,
        "candidates": list(file.candidates),
        "withdrawn": list(file.withdrawn),
        "notes": list(file.notes),
        **counted.outcome.to_json(),
    }


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="egov-count",
        description=_DESCRIPTION,
        epilog=_EXIT,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    add = parser.add_argument
    add(
        "file",
        nargs="+",
        metavar="FILE|URL",
        help="the ballots, in several files if they are published so, or an archive ('-': one on standard input)",
    )
    add("--method", choices=_METHODS, help="how to count; an archive is counted as its question says unless given")
    add("--seats", type=_natural, metavar="N", help="seats of a single transferable vote (default: the file's)")
    add("--grades", type=_texts, default=(), metavar="A,B,…", help="the grades of majority judgment, the best first")
    add("--seed", default="", metavar="TEXT", help="what decides lots, drawn beforehand (default: nothing)")
    add(
        "--drawn",
        action="append",
        default=[],
        metavar="NAME",
        help="whom a lot that was drawn by hand drew, to be excluded or to go first (files); again for each",
    )
    add("--question", type=_natural, metavar="N", help="the question of an archive, from 1 (default: the only one)")
    add("--json", action="store_true", help="print one JSON object instead of tables")
    add("--blt", metavar="OUT", help="write the ballots as BLT too, to a file that is not there yet")
    add("--format", type=Format, choices=list(Format), help="the file's format (default: told by its beginning)")
    add(
        "--leave-out", action="append", default=[], metavar="NAME", help="a candidate to pass over, such as UWI (files)"
    )
    console.add_jobs(parser)
    source.add_limit(parser)
    debian = parser.add_argument_group("a default option, as the Debian project has (files, --method schulze)")
    add = debian.add_argument
    add("--default", type=_natural, metavar="N", help="the default option's number, from 1")
    add("--quorum", type=_quorum, default=0, metavar="Q", help="ballots that must prefer an option to it (default: 0)")
    add(
        "--majority",
        type=_majority,
        action="append",
        default=[],
        metavar="N=T",
        help="option N must have T times as many as it has",
    )
    marks = parser.add_argument_group("votes that are transferred, by other rules than the Scottish ones (files)")
    add = marks.add_argument
    add(
        "--overvotes",
        type=Overvotes,
        choices=[Overvotes.END, Overvotes.NEXT, Overvotes.CONTINUING],
        help="at a rank given to several the ballot ends (the default), goes on with the next rank, or counts for the"
        " one who continues, if only one does",
    )
    add(
        "--skips",
        type=_skips,
        metavar="N|any",
        help="ranks in a row that may be left out before the ballot ends (default: 0; of cast-vote records: any)",
    )
    add("--batch", action="store_true", help="irv: exclude together who have fewer votes together than the next one")
    add("--to-two", action="store_true", help="irv: go on until two are left, even if one has more than half before")
    table = parser.add_argument_group("cast-vote records (.xlsx, .csv, .json, .zip)")
    add = table.add_argument
    add("--sheet", default="", metavar="NAME", help="the sheet of a workbook (default: the first)")
    add("--contest", default="", metavar="TEXT", help="the contest, by its name or a part of it")
    add("--rank-column", action="append", default=[], metavar="NAME", help="a rank's column; again for each rank")
    add("--candidates-from", default="", metavar="NAME", help="columns from this one on are candidates, cells ranks")
    add("--candidates-to", default="", metavar="NAME", help="the last such column (default: the table's last)")
    add("--weight-column", default="", metavar="NAME", help="the column that says how many such ballots there are")
    add("--names", metavar="FILE", help="a table whose first two columns are what stands in ballots, and whom it means")
    add("--undervote", action="append", default=[], metavar="WORD", help="the word for a rank that was left out")
    add("--overvote", action="append", default=[], metavar="WORD", help="the word for a rank given to several")
    add("--parted", default="", metavar="SIGN", help="what stands between several candidates in a cell, such as //")
    return parser


def _natural(text: str) -> int:
    number = console.natural(text)
    if number is None or not 1 <= number <= HIGHEST:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number between 1 and {HIGHEST}")
    return number


def _quorum(text: str) -> Decimal:
    if not re.fullmatch(r"[0-9]{1,10}(\.[0-9]{1,20})?", text, re.ASCII):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of ballots")
    return Decimal(text)


def _majority(text: str) -> tuple[int, int]:
    option, _, times = text.partition("=")
    return _natural(option), _natural(times)


def _skips(text: str) -> int | str:
    return text if text == "any" else 0 if text == "0" else _natural(text)


def _texts(text: str) -> tuple[str, ...]:
    return tuple(each.strip() for each in text.split(","))


if __name__ == "__main__":
    sys.exit(main())
