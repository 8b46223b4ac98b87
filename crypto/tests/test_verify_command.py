"""`egov-verify vote`: what it says, and how it ends."""

from __future__ import annotations

import json
import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest
from crypto.tests.commands import Done, arguments_of, clean_environment, run, start
from crypto.tests.conftest import COUNTS
from crypto.tests.making import YES_NO, Archive, World, dump, make_world, signed

from egov_crypto.cli import log_report, progress, report
from egov_crypto.errors import CODES, VerificationError
from egov_crypto.question import Question

STATES = ("setup", "open", "closed", "decrypting", "decrypting", "tallied")


def write(archive: Archive, folder: Path) -> Path:
    path = folder / "a.bel"
    path.write_bytes(archive.raw)
    return path


@pytest.fixture(scope="module")
def forged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive whose second ballot is a copy of the first under another credential."""
    world = make_world(YES_NO)
    first = world.ballot(0, [[0, 1, 0]])
    copied = signed(world, 1, {**json.loads(first), "credential": world.publics[1].text})
    return write(world.archive().ballots(first, copied), tmp_path_factory.mktemp("forged"))


def as_json(done: Done) -> Any:
    assert done.out.count("\n") == 1
    return json.loads(done.out)


def test_a_good_archive_ends_with_0_and_the_result_in_words(tallied_file: Path, tallied_world: World) -> None:
    done = start("egov-verify", "vote", tallied_file)
    assert (done.status, done.err) == (0, "")
    assert tallied_world.election.uuid in done.out
    assert tallied_world.election.fingerprint in done.out
    assert re.search(r"ok +3  ballots,", done.out)
    assert re.search(r"ok +2  counted ballots", done.out)
    assert re.search(r"Head: height 8, hash [0-9a-f]{64}\n", done.out)
    assert "3 ballots by 2 of 3 voters, and the result is published" in done.out
    lines = [" ".join(line.split()) for line in done.out.splitlines()]
    question = lines.index(YES_NO.question)
    assert lines[question + 1 : question + 4] == ["1 (blank)", "0 Иә / Да / Yes", "1 Жоқ / Нет / No"]
    assert "the registrar knows" in done.out


def test_a_bad_archive_ends_with_1_code_height_and_a_sentence(forged: Path) -> None:
    done = start("egov-verify", "vote", forged)
    assert (done.status, done.err) == (1, "")
    assert "ballot.proof.individual at height 2: A ballot does not prove" in done.out
    assert re.search(r"NO +ballots,", done.out)
    assert "All of this holds" not in done.out


def test_several_processes_find_the_same(forged: Path, tallied_file: Path) -> None:
    assert start("egov-verify", "vote", forged, "--jobs", 2).out == start("egov-verify", "vote", forged).out
    done = start("egov-verify", "vote", tallied_file, "--jobs", 3)
    assert (done.status, done.err, done.out) == (0, "", start("egov-verify", "vote", tallied_file).out)


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["vote"],
        ["petitions", "x"],
        ["vote", "a", "b"],
        ["vote", "--jobs", "0", "a"],
        ["vote", "--jobs", "x", "a"],
        ["vote", "--jobs", "٣", "a"],
        ["vote", "--js", "a"],
        ["--json"],
    ],
)
def test_wrong_usage_ends_with_2(arguments: list[str]) -> None:
    done = run("egov-verify", *arguments)
    assert (done.status, done.out) == (2, "")
    assert "usage: egov-verify" in done.err


def test_what_is_no_archive_or_cannot_be_read_ends_with_2(tmp_path: Path) -> None:
    other = tmp_path / "page.html"
    other.write_text("<!doctype html>" * 100)
    for name, said in (
        (other, "This is a web page, not an election archive"),
        (tmp_path / "missing.bel", "No such file"),
        (tmp_path, "Is a directory"),
        ("ftp://localhost/x.bel", "neither a file nor an address"),
        ("file:///etc/passwd", "neither a file nor an address"),
        ("http:///x", "neither a file nor an address"),
        ("http://[/x", "neither a file nor an address"),
        ("http://127.0.0.1/қазақша", "neither a file nor an address"),
        ("http://127.0.0.1:x/", "cannot be reached"),
        ("http://127.0.0.1:1/a b", "cannot be reached"),
        ("http://127.0.0.1:1/x.bel", "cannot be reached"),
    ):
        done = run("egov-verify", "vote", name)
        assert (done.status, done.out) == (2, "")
        assert said in done.err
        assert "Traceback" not in done.err
        answer = as_json(run("egov-verify", "vote", "--json", name))
        assert (answer["ok"], answer["failure"]) == (None, None)
        assert said in answer["error"]


def test_what_is_not_supported_ends_with_2(tallied_world: World, tmp_path: Path) -> None:
    value = json.loads(tallied_world.election.raw)
    value["questions"] = [{"type": "Approval", "value": {}}]
    path = write(tallied_world.archive(election=dump(value)), tmp_path)
    done = run("egov-verify", "vote", path)
    assert done.status == 2
    assert "'Approval' are not supported" in done.err


@pytest.mark.parametrize("events", range(len(STATES)))
def test_every_state_is_told(tallied_world: World, tmp_path: Path, events: int) -> None:
    world = tallied_world
    archive = world.archive()
    steps: list[Callable[[], Archive]] = [
        lambda: archive.ballots(world.ballot(0, [[0, 1, 0], [1, 0, 0]])),
        archive.close,
        archive.tally,
        lambda: archive.decrypt(1),
        lambda: archive.decrypt(2).result([[0, 1, 0], [1, 0, 0]]),
    ]
    for step in steps[:events]:
        step()
    path = write(archive, tmp_path)
    answer = as_json(run("egov-verify", "vote", path, "--json"))
    assert (answer["ok"], answer["state"]) == (True, STATES[events])
    assert answer["decrypted"] == [[], [], [], [], [1], [1, 2]][events]
    said = run("egov-verify", "vote", path).out
    assert ("voting is still open" in said) == (events < 2)
    assert ("not published yet" in said) == (2 <= events < 5)
    assert ("Keep this archive" in said) == (events < 2)


def test_the_json_of_a_good_archive(tallied_file: Path, tallied_world: World) -> None:
    answer = as_json(start("egov-verify", "vote", "--json", tallied_file))
    head = answer.pop("head")
    unknown = answer.pop("unknown")
    assert answer == {
        "ok": True,
        "subject": {
            "kind": "vote",
            "source": str(tallied_file),
            "uuid": tallied_world.election.uuid,
            "name": tallied_world.election.name,
            "fingerprint": tallied_world.election.fingerprint,
        },
        "checks": [
            {"name": name, "ok": True, "count": count}
            for name, count in (
                ("questions", 2),
                ("trustees", 2),
                ("credentials", 3),
                ("events", 9),
                ("ballots", 3),
                ("tally", 2),
                ("decryptions", 2),
                ("result", 6),
            )
        ],
        "failure": None,
        "error": None,
        "state": "tallied",
        "registered": 3,
        "ballots": 3,
        "voters": 2,
        "kinds": ["Homomorphic", "Homomorphic"],
        "trustees": 2,
        "required": 2,
        "always": [1, 2],
        "decrypted": [1, 2],
        "result": COUNTS,
    }
    assert head["height"] == 8
    assert re.fullmatch("[0-9a-f]{64}", head["hash"])
    assert len(unknown) == 2


def test_the_json_of_a_bad_archive(forged: Path) -> None:
    done = start("egov-verify", "vote", "--json", forged)
    answer = as_json(done)
    assert (done.status, done.err) == (1, "")
    assert answer["ok"] is False
    assert answer["failure"] == {
        "code": "ballot.proof.individual",
        "height": 2,
        "message": f"{CODES['ballot.proof.individual']} (the disjunction does not hold)",
    }
    assert answer["checks"][-1] == {"name": "ballots", "ok": False, "count": None}
    assert all(check["ok"] for check in answer["checks"][:-1])
    assert answer["result"] is None


def test_the_json_of_something_else(tmp_path: Path) -> None:
    done = start("egov-verify", "vote", "--json", tmp_path / "missing")
    answer = as_json(done)
    assert (done.status, done.err) == (2, "")
    assert answer["ok"] is None
    assert (answer["checks"], answer["failure"], answer["head"], answer["state"]) == ([], None, None, None)
    assert answer["error"].endswith("No such file or directory.")


OF_THE_LOG = {
    *("note", "checkpoint", "log", "tile", "bundle", "entry", "inclusion", "consistency", "rotation", "recount"),
    *("petition", "promise", "audit", "vrf", "consultation"),
}
"""What begins so is said of the transparency log, never of a vote's archive."""


def test_every_code_belongs_to_a_check() -> None:
    families = {code.partition(".")[0] for code in CODES}
    assert families > OF_THE_LOG
    for code in CODES.keys() - {"site.file"}:  # of no vote, and not of the log
        its = log_report if code.partition(".")[0] in OF_THE_LOG else report
        assert its.failed_check(VerificationError(code)) in its.CHECKS


def test_an_archive_can_come_on_standard_input(tallied: bytes, tallied_file: Path) -> None:
    done = start("egov-verify", "vote", "-", stdin=tallied)
    assert done == start("egov-verify", "vote", tallied_file)
    assert start("egov-verify", "vote", "-").status == 2


def test_texts_cannot_command_the_terminal(tmp_path: Path) -> None:
    evil = "\x1b[2J\x1b]0;title\x07\r\u202eoK\u2066 \x9b31m\nAll of this holds.\n"
    world = make_world(Question((evil, "b"), evil, 1, 1), name=evil)
    archive = world.archive().ballots(world.ballot(0, [[1, 0]])).finish()
    done = start("egov-verify", "vote", write(archive, tmp_path))
    assert done.status == 0
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", done.out)
    assert r"\x1b[2J" in done.out
    assert "\nAll of this holds.\n" not in done.out


def test_a_terminal_that_knows_no_cyrillic_is_shown_something(tallied_file: Path) -> None:
    done = start("egov-verify", "vote", tallied_file, PYTHONIOENCODING="ascii")
    assert done.status == 0
    assert r"\u0421\u044b\u043d\u0430\u049b" in done.out


def test_whoever_stops_reading_gets_no_traceback(tallied_file: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = subprocess.run(
            arguments_of("egov-verify", "vote", tallied_file),
            stdout=writing,
            stderr=subprocess.PIPE,
            check=False,
            timeout=240,
        )
    finally:
        os.close(writing)
    assert (done.returncode, done.stderr) == (2, b"")


def test_help_tells_the_exit_status() -> None:
    done = run("egov-verify", "vote", "--help")
    assert done.status == 0
    assert "exit status:" in done.out


# On a terminal.


HELD: Final = """
import sys, time
from egov_crypto.cli import progress, verify
draw = progress.Progress.__call__
def held(self, stage, done, total):
    draw(self, stage, done, total)
    if stage == "ballots" and done < total:
        for _ in range(600):  # a signal just before a sleep is answered after it
            time.sleep(0.1)
progress.Progress.__call__ = held
sys.exit(verify.main())
"""
"""The program, waiting with the first ballots verified and the others on their way: however slow the machine is, it
does not come to its end before it is interrupted."""


def on_terminal(*arguments: object, interrupt_at: str | None = None) -> tuple[int, str]:
    """(exit status, what was written to standard error) with standard error on a terminal of 80 columns."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", HELD, *map(str, arguments)] if interrupt_at else arguments_of("egov-verify", *arguments),
        stdout=subprocess.DEVNULL,
        stderr=theirs,
        env={**clean_environment(), "COLUMNS": "80", "LINES": "24"},
        start_new_session=True,
    )
    os.close(theirs)
    written = b""
    until = time.monotonic() + 240
    while time.monotonic() < until:
        if not select.select([ours], [], [], 1)[0]:
            continue
        try:
            piece = os.read(ours, 4096)
        except OSError:  # the other side is closed
            break
        written += piece
        if interrupt_at and interrupt_at.encode() in written:
            os.killpg(process.pid, signal.SIGINT)  # as the terminal does: to all of its processes
            interrupt_at = None
    os.close(ours)
    return process.wait(240), written.decode()


def test_a_bar_is_drawn_on_a_terminal_and_taken_away(tallied_file: Path) -> None:
    status, written = on_terminal("vote", tallied_file)
    assert status == 0
    assert "Reading the archive" in written
    assert "Verifying ballots" in written
    assert re.search(r"\[#+\.*\] +100%  3 of 3", written)
    assert written.endswith("\r\x1b[K")
    assert all(len(line) <= 80 for line in re.split(r"\r|\x1b\[K", written))


def test_nothing_is_drawn_where_there_is_no_terminal(tallied_file: Path) -> None:
    assert start("egov-verify", "vote", tallied_file).err == ""
    assert start("egov-verify", "vote", tallied_file, "--json").err == ""


@pytest.mark.parametrize("jobs", [1, 2])
def test_an_interrupt_ends_it_cleanly(tmp_path: Path, jobs: int) -> None:
    world = make_world(YES_NO)
    ballots = [world.ballot(voter, [[0, 1, 0]]) for voter in range(3) for _ in range(50)]
    path = write(world.archive().ballots(*ballots), tmp_path)
    status, written = on_terminal("vote", path, "--jobs", jobs, interrupt_at="Verifying")
    assert status == 130
    assert written.replace("\r\n", "\n").endswith("Interrupted.\n")
    assert "Traceback" not in written


def test_the_bar_fits_any_width_and_tells_the_time_left() -> None:
    for width in (5, 20, 40, 79, 300):
        for done, total in ((0, 0), (0, 10), (5, 10), (10, 10), (10**9, 10**9 + 1)):
            for stage in ("download", "events", "ballots", "else"):
                assert len(progress.line(stage, done, total, 65, width)) <= width
    assert "1:30 left" in progress.line("ballots", 25, 100, 30, 79)
    assert "left" not in progress.line("ballots", 100, 100, 30, 79)
    assert progress.line("download", 1_500_000, 0, 30, 79) == "Downloading 1.5 MB"


def test_the_command_is_installed_under_its_name() -> None:
    script = Path(sys.executable).parent / "egov-verify"
    done = subprocess.run([script, "vote", "--help"], capture_output=True, check=False, timeout=240)
    assert done.returncode == 0
