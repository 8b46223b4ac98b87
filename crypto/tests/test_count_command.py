"""`egov-count`, as people use it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from crypto.tests.commands import run
from crypto.tests.making import RANKED, YES_NO, make_world

from egov_crypto.counting import count
from egov_crypto.counting.files import blt
from egov_crypto.counting.method import Method
from egov_crypto.tally import lot_seed
from egov_crypto.verify import verify_archive

ELECTION = """\
4 2
7 1 2 0
4 1 3 0
3 2 0
3 3 0
2 4 3 0
1 4 0
0
"Ada"
"Bo"
"Cy"
"Dee"
"Who leads?"
"""


@pytest.fixture
def election(tmp_path: Path) -> Path:
    path = tmp_path / "election.blt"
    path.write_text(ELECTION)
    return path


def test_every_round_is_shown(election: Path) -> None:
    done = run("egov-count", election, "--method", "stv-scottish")
    assert (done.status, done.err) == (0, "")
    assert (
        done.out
        == """\
Who leads?
Single transferable vote by the Scottish rules, 2 seats
20 ballots: 20 valid, 0 blank, 0 invalid

Round 1: first preferences (quota 7.00000)
  Ada  11.00000
  Bo    3.00000
  Cy    3.00000
  Dee   3.00000
  Elected: Ada

Round 2: the surplus of Ada is transferred (quota 7.00000)
  Ada                 7.00000  -4.00000
  Bo                  5.54541  +2.54541
  Cy                  4.45452  +1.45452
  Dee                 3.00000
  (lost in rounding)  0.00007  +0.00007

Round 3: Dee is excluded (quota 7.00000)
  Ada                 7.00000
  Bo                  5.54541
  Cy                  6.45452  +2.00000
  Dee                 0.00000  -3.00000
  (not transferable)  1.00000  +1.00000
  (lost in rounding)  0.00007

Round 4: Bo is excluded (quota 7.00000)
  Ada                 7.00000
  Bo                  0.00000  -5.54541
  Cy                  6.45452
  (not transferable)  6.54541  +5.54541
  (lost in rounding)  0.00007
  Elected: Cy (as many as seats are left)

Elected: Ada, Cy
"""
    )


@pytest.mark.parametrize(
    ("method", "lines"),
    [
        ("stv-meek", ["Single transferable vote by Meek's method, 2 seats", "iterations)"]),
        ("irv", ["Instant runoff", "Round 1: first preferences (quota 11)", "Elected: Ada"]),
        ("condorcet", ["Condorcet winner", "1 Ada     11  11  11", "Winner: Ada"]),
        ("schulze", ["Strongest paths: for and against in the weakest link", "1. Ada"]),
        ("borda", ["Borda's points", "Ada      41", "1. Ada"]),
    ],
)
def test_every_method_has_its_tables(election: Path, method: str, lines: list[str]) -> None:
    done = run("egov-count", election, "--method", method)
    assert done.status == 0, done.err
    for line in lines:
        assert line in done.out, done.out


def test_grades_and_nobody(tmp_path: Path) -> None:
    cycle = tmp_path / "cycle.blt"
    cycle.write_text("3 1\n1 1 2 3 0\n1 2 3 1 0\n1 3 1 2 0\n0\n")
    assert "Nobody beats every other candidate." in run("egov-count", cycle, "--method", "condorcet").out
    tied = run("egov-count", cycle, "--method", "schulze", "--seed", "dice: 4 2 6").out
    assert "By lot between those who are first: " in tied
    assert "Tied for the first place: 1, 2, 3" in tied
    graded = run(
        "egov-count", cycle, "--method", "majority-judgment", "--grades", "good, fair,bad", "--blt", tmp_path / "x"
    )
    assert (graded.status, graded.err) == (2, "Grades are no ranks: they cannot be written as BLT.\n")
    graded = run("egov-count", cycle, "--method", "majority-judgment", "--grades", "good, fair,bad")
    assert "good  fair  bad  majority grade" in graded.out
    lots = {run("egov-count", cycle, "--method", "irv", "--seed", str(seed)).out for seed in range(8)}
    assert len(lots) > 1
    assert all("  by lot between " in out for out in lots)
    drawn = run("egov-count", cycle, "--method", "irv", "--drawn", "3").out
    assert "Round 2: 3 is excluded (quota 2)\n  by lot between 3, 1, 2, drawn in this order\n" in drawn
    assert (
        "By lot between those who are first: 2, then 1, then 3"
        in run("egov-count", cycle, "--method", "schulze", "--drawn", "2").out
    )
    for arguments, message in (
        (("--drawn", "4"), "There is no candidate '4'."),
        (("--drawn", "1", "--seed", "x"), "--seed decides lots, or --drawn tells them."),
    ):
        assert message in run("egov-count", cycle, "--method", "irv", *arguments).err
    cycle.write_text('2 1\n1 1 0\n1 2 0\n0\n"Ada"\n"ada"\n')
    for option in ("--drawn", "--leave-out"):
        assert "Several candidates are called 'ADA'." in run("egov-count", cycle, "--method", "irv", option, "ADA").err
    cycle.write_text("4 1\n1 1 0\n1 2 0\n2 3 0\n2 4 0\n0\n")
    assert "Round 4 needs a lot between 2 cand" in run("egov-count", cycle, "--method", "irv", "--drawn", "1").err


def test_a_default_option_with_its_quorum(tmp_path: Path) -> None:
    sheet = tmp_path / "tally.txt"
    sheet.write_text(
        "Option 1: Ada\nOption 2: Bo\nOption 3: Neither\n" + "V: 123 x\n" * 3 + "V: --1 x\n" * 2 + "V: 21- x\n"
    )
    plain = run("egov-count", sheet, "--method", "schulze").out
    assert "Winner: Ada" in plain
    assert "1 Ada         3  4" in plain
    for options, said in (
        (("--quorum", "5"), "majority against the default: Ada, Bo."),
        (("--quorum", "4"), "Winner: Ada"),
        (("--quorum", "4.01"), "majority against the default: Ada, Bo."),
        (("--majority", "1=2"), "majority against the default: Ada."),
        (("--majority", "2=1"), "Winner: Ada"),
    ):
        assert said in run("egov-count", sheet, "--method", "schulze", "--default", "3", *options).out
    assert run("egov-count", sheet, "--method", "schulze", "--quorum", "4").status == 2
    assert run("egov-count", sheet, "--method", "borda", "--default", "3").status == 2
    assert run("egov-count", sheet, "--method", "schulze", "--default", "4").status == 2


def test_json_and_blt(election: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.blt"
    done = run("egov-count", election, "--method", "stv-meek", "--seats", "3", "--json", "--blt", out)
    said = json.loads(done.out)
    assert said["candidates"][said["winners"][0]] == "Ada"
    assert (said["title"], said["ballots"], said["method"]["seats"]) == ("Who leads?", 20, 3)
    assert said["rounds"][0]["votes"] == ["11.000000000", "3.000000000", "3.000000000", "3.000000000"]
    assert blt.read(out.read_text()).ballots == blt.read(ELECTION).ballots
    again = run("egov-count", election, "--method", "irv", "--blt", out)
    assert again.status == 2
    assert "is there already" in again.err


def test_a_cast_vote_record_is_counted(tmp_path: Path) -> None:
    table = tmp_path / "cvr.csv"
    table.write_text("Rank 1,Rank 2\nAda,Bo\nskip,Bo\nUWI,Bo\nover,Bo\n")
    options = ("--undervote", "skip", "--overvote", "over", "--leave-out", "uwi", "--skips", "0")
    done = run("egov-count", table, "--method", "irv", *options)
    assert "4 ballots: 2 valid, 2 blank, 0 invalid" in done.out
    assert "Note: 1 ballots end with too many ranks left out." in done.out
    done = run("egov-count", table, "--method", "irv", *options[:-2], "--overvotes", "next")
    assert "4 ballots: 4 valid, 0 blank, 0 invalid" in done.out


def test_ballots_in_several_files_are_counted_together_and_codes_have_names(tmp_path: Path) -> None:
    first, second, whole, names = (tmp_path / name for name in ("1.csv", "2.csv", "12.csv", "names.csv"))
    head, *rows = "Rank 1,Rank 2", "17,18", "18,overvote", "17,", "19,17", "18,19"
    first.write_text("\n".join((head, *rows[:3])))
    second.write_text("\n".join((head, *rows[3:])))
    whole.write_text("\n".join((head, *rows)))
    names.write_text("Code,Name\n17,Ada\n18,Bo\n")

    def counted(*arguments: object) -> Any:
        return json.loads(run("egov-count", *arguments, "--method", "irv", "--json").out)

    both, one = counted(first, second, "--names", names), counted(whole)
    assert (one.pop("candidates"), both.pop("candidates")) == (["17", "18", "19"], ["Ada", "Bo", "19"])
    assert (one.pop("notes"), both.pop("notes")) == (
        ["1 ballots end with a rank given to several"],
        [f"{first}: 1 ballots end with a rank given to several"],
    )
    assert both == one | {"title": "1"}
    names.write_text("17;Ada\n18;Ada\n")
    blts = [tmp_path / "1.blt", tmp_path / "2.blt", tmp_path / "3.blt"]
    for path, withdrawn, seats in zip(blts, ("", "-2\n", ""), (1, 1, 2), strict=True):
        path.write_text(f'2 {seats}\n{withdrawn}1 1 0\n0\n"Ada"\n"Bo"\n')
    tied, people, twice = (tmp_path / name for name in ("tied.blt", "people.csv", "twice.blt"))
    tied.write_text('2 1\n1 1 0\n1 2 0\n0\n"17"\n"18"\n')
    people.write_text("17,Ada\n18,Bo\n")
    twice.write_text('2 1\n1 1 0\n1 2 0\n0\n"Bo"\n"Bo"\n')
    by_hand = counted(tied, "--names", people, "--drawn", "18")  # as it stands in the file
    assert (by_hand["candidates"], by_hand["lots"][0]["order"]) == (["Ada", "Bo"], [1, 0])
    for arguments, message in (
        ((first, second, "--names", names), "Two candidates would be called 'Ada'."),
        ((first, first), "A file is named twice."),
        ((first, tmp_path / ".." / tmp_path.name / "1.csv"), "A file is named twice."),
        ((blts[0], twice), "twice.blt has two candidates called 'Bo': they cannot be told apart in other files."),
        ((blts[0], blts[1]), "'Bo' has withdrawn in one file and not in another."),
        ((blts[0], blts[2]), "The files do not say the same number of seats."),
    ):
        assert message in run("egov-count", *arguments, "--method", "irv").err


def test_an_instant_runoff_is_told_as_official_reports_tell_it(tmp_path: Path) -> None:
    """A rank given to several counts for the one who continues; the hopeless go together; until two are left."""
    ballots = tmp_path / "vote.abif"
    ballots.write_text("5:A>B\n3:B\n1:C>D=B\n1:D>B\n1:C>E=D>B\n1:E=A\n")

    def rounds(*options: str) -> list[tuple[list[int], list[str], str]]:
        done = run("egov-count", ballots, "--method", "irv", "--json", *options)
        assert done.status == 0, done.err
        return [(each["candidates"], each["votes"], each["nontransferable"]) for each in json.loads(done.out)["rounds"]]

    assert rounds()[-1][1:] == (["5", "4", "0", "0", "0"], "2")
    told = rounds("--overvotes", "continuing", "--to-two", "--batch")
    assert told == [
        ([], ["5", "3", "2", "1", "0"], "0"),
        ([4, 3], ["5", "4", "2", "0", "0"], "0"),
        ([2], ["5", "6", "0", "0", "0"], "0"),
    ]
    assert rounds("--leave-out", "e", "--leave-out", "D")[0][1:] == (["6", "4", "2"], "0")
    assert rounds("--overvotes", "next")[3][1:] == (["5", "5", "0", "0", "0"], "1")
    for arguments, message in (
        (("irv", "--skips", "x"), "'x' is not a number"),
        (("stv-meek", "--seats", "1", "--overvotes", "continuing"), "With Meek's method"),
        (("schulze", "--skips", "any"), "--overvotes and --skips go with stv-scottish"),
        (("borda", "--batch"), "--batch and --to-two go with --method irv"),
        (("irv", "--candidates-to", "A"), "--candidates-to goes with --candidates-from"),
    ):
        assert message in run("egov-count", ballots, "--method", *arguments).err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "Say how to count: --method stv-scottish, "),
        (("--seats", "2"), "--seats and --grades go with --method"),
        (("--method", "irv", "--seats", "2"), "Irv fills one seat."),
        (("--method", "irv", "--grades", "a,b"), "--method majority-judgment goes with --grades"),
        (("--method", "majority-judgment", "--grades", "a,a"), "Each grade has a text of its own."),
        (("--method", "irv", "--question", "1"), "--question is for archives"),
        (("--method", "irv", "--format", "csv"), "None of the first 20 rows names columns"),
        (("--method", "irv", "--format", "xlsx"), "Not a workbook"),
    ],
)
def test_wrong_usage_is_said(election: Path, arguments: tuple[str, ...], message: str) -> None:
    done = run("egov-count", election, *arguments)
    assert done.status == 2
    assert message in done.err, done.err
    assert done.out == ""


def test_a_file_that_is_not_there_and_seats_that_are_none(tmp_path: Path, election: Path) -> None:
    assert run("egov-count", tmp_path / "none").err.endswith("No such file or directory.\n")
    assert "is not a number between 1 and 255" in run("egov-count", election, "--method", "irv", "--seats", "0").err
    table = tmp_path / "cvr.csv"
    table.write_text("Rank 1\nAda\n")
    assert "Say how many seats there are: --seats N." in run("egov-count", table, "--method", "stv-meek").err


def test_an_archive_is_verified_and_counted_with_its_own_lots(tmp_path: Path) -> None:
    world = make_world(YES_NO, RANKED, trustees=1)
    archive = world.archive()
    for voter, ranks in enumerate(([1, 2, 0], [2, 1, 0], [0, 0, 0])):
        archive.ballots(world.ballot(voter, ([0, 1, 0], ranks)))
    unfinished, path = tmp_path / "open.bel", tmp_path / "counted.bel"
    unfinished.write_bytes(archive.raw)
    path.write_bytes(archive.finish().raw)
    with path.open("rb") as file:
        verified = verify_archive(file)
    assert verified.factors is not None
    seed = lot_seed(world.election.fingerprint, 2, verified.factors[1])
    expected = count(Method.from_json(RANKED.extra), 3, [(1, 2, 0), (2, 1, 0), (0, 0, 0)], seed)
    assert len(expected.lots[0].order) == 2
    done = run("egov-count", path, "--json", "--blt", tmp_path / "ranks.blt")
    assert done.status == 0, done.err
    said = json.loads(done.out)
    assert said.items() >= expected.to_json().items()
    assert (said["candidates"], said["title"]) == (["x", "y", "z"], RANKED.question)
    assert (tmp_path / "ranks.blt").read_text().splitlines()[:4] == ["3 1", "1 0", "1 1 2 0", "1 2 1 0"]
    other = run("egov-count", path, "--question", "2", "--method", "borda")
    assert "x       3" in other.out
    for arguments, message in (
        ((path, "--question", "1"), "Question 1 asks for no ranks or grades."),
        ((path, "--question", "3"), "There is no question 3."),
        ((path, "--seed", "x"), "The seed of an archive's lots follows from its decryptions"),
        ((unfinished,), "The archive has no result yet."),
    ):
        done = run("egov-count", *arguments)
        assert (done.status, done.err[: len(message)]) == (2, message)
    path.write_bytes(path.read_bytes().replace(b'"result":[[0,3,0]', b'"result":[[1,2,0]'))
    assert run("egov-count", path).status == 1
