"""`egov-witness` as a program: made, started, ended, killed, and never without what it remembers."""

from __future__ import annotations

import contextlib
import json
import re
import shlex
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from crypto.tests.commands import Done, arguments_of, clean_environment, run
from crypto.tests.gotlog import go_verify
from crypto.tests.logs import KEY, ORIGIN, Log
from crypto.tests.witnessing import HONEST, Answer, History, post

from egov_crypto import checkpoint, note
from egov_crypto.checkpoint import Checkpoint
from egov_crypto.cli import witness
from egov_crypto.cli.witness_state import State
from egov_crypto.cosignature import WitnessKey, WitnessSigningKey
from egov_crypto.note import Signature, SigningKey
from egov_crypto.witness import Cosigned

LOG = KEY.verifier_key.text
OTHER = SigningKey("example.org/log", bytes(32))
DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "witness.md"


class Program:
    """A witness's key and state, and the processes that run on them."""

    def __init__(self, keyfile: Path) -> None:
        self.keyfile = keyfile
        self.folder = keyfile.with_name("witness.key.state")
        made = run("egov-witness", "new", keyfile, "--name", "witness.example.org")
        assert made.status == 0
        self.key = WitnessKey.parse(made.out.strip())

    @contextlib.contextmanager
    def serve(self, *command: str) -> Iterator[tuple[subprocess.Popen[str], tuple[str, int]]]:
        """A process that listens, by the command unless another one is given; and its address."""
        options = ["serve", str(self.keyfile), "--log", LOG, "--listen", "127.0.0.1:0"]
        process = subprocess.Popen(
            [*(command or arguments_of("egov-witness")), *options],
            stderr=subprocess.PIPE,
            text=True,
            env=clean_environment(),
        )
        assert process.stderr
        try:
            line = process.stderr.readline()
            found = re.search(r" witnesses 1 log at http://127\.0\.0\.1:([0-9]+)$", line)
            assert found, line + process.stderr.read()
            yield process, ("127.0.0.1", int(found[1]))
        finally:
            process.kill()
            process.wait(240)
            process.stderr.close()

    def remembered(self) -> Cosigned | None:
        return State(self.folder, self.key).read(ORIGIN)

    def refused(self) -> Done:
        """What is said by a witness that does not start; it would not anyway, at an address that no machine has."""
        done = run("egov-witness", "serve", self.keyfile, "--log", LOG, "--listen", "192.0.2.1:7380")
        assert done.status == 2
        assert "requested address" not in done.err
        return done


@pytest.fixture
def program(tmp_path: Path) -> Program:
    return Program(tmp_path / "witness.key")


def cosignatures(answer: Answer) -> tuple[Signature, ...]:
    assert answer.status == 200
    return note.parse_signatures(answer.text.encode())


def test_a_new_witness_has_a_key_for_itself_alone(program: Program) -> None:
    assert program.keyfile.stat().st_mode & 0o777 == 0o600
    assert program.folder.stat().st_mode & 0o777 == 0o700
    key = WitnessSigningKey.parse(program.keyfile.read_text().strip())
    assert key.verifier_key == program.key
    assert program.key.name == "witness.example.org"
    before = program.keyfile.read_bytes()
    again = run("egov-witness", "new", program.keyfile, "--name", "witness.example.org")
    assert (again.status, again.out) == (2, "")
    assert program.keyfile.read_bytes() == before
    assert run("egov-witness", "new", program.keyfile.with_name("2"), "--name", "two words").status == 2
    assert not program.keyfile.with_name("2").exists()


def test_it_cosigns_until_it_is_told_to_end_and_others_verify_it(program: Program, tmp_path: Path) -> None:
    log = Log(33)
    with program.serve() as (process, address):
        (line,) = cosignatures(post(address, HONEST.request(0, 33).raw))
        process.send_signal(signal.SIGTERM)
        assert process.wait(240) == 0
        assert process.stderr
        told = process.stderr.read().splitlines()
        assert [each.split(" ", 1)[1] for each in told] == [f"cosigned size=33 log={ORIGIN}", "stopped"]
    signed = log.checkpoint.sign(KEY, line).raw
    assert checkpoint.verify(signed, KEY.verifier_key, witnesses=[program.key], quorum=1).checkpoint.size == 33
    for path, raw in {**log.files, "checkpoint": signed}.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(raw)
    assert go_verify(tmp_path, KEY.verifier_key, witnesses=[program.key])["entries"] == 33
    shown = run("egov-witness", "show", program.keyfile)
    assert shown.status == 0
    assert program.key.text in shown.out
    assert re.search(rf"^Log: +{ORIGIN}\nSize: +33\nRoot hash: +", shown.out, re.MULTILINE)
    assert note.to_base64(log.checkpoint.root) in shown.out
    assert re.search(r"^Cosigned: +20\d\d-\d\d-\d\d \d\d:\d\d:\d\d UTC$", shown.out, re.MULTILINE)


def test_a_fork_is_shown_with_its_evidence(program: Program) -> None:
    with program.serve() as (_, address):
        post(address, HONEST.request(0, 8).raw)
        assert post(address, History(3).request(8, 8).raw).status == 409
        assert post(address, History(3).request(8, 33).raw).status == 422
    shown = run("egov-witness", "show", program.keyfile)
    (evidence,) = program.folder.glob("*.fork-*")
    assert f"FORK:      {evidence} is another log of that size" in shown.out
    (unproved,) = program.folder.glob("*.unproved-*")
    assert f"UNPROVED:  {unproved} is signed by its key" in shown.out


KILLED = """
import os, signal, sys
from egov_crypto.cli import witness
from egov_crypto.cli.witness_state import State

class Killed(State):
    def write(self, last):
        if last.checkpoint.size == 33:
            {}
            os.kill(os.getpid(), signal.SIGKILL)
        super().write(last)

witness.State = Killed
sys.exit(witness.main())
"""


@pytest.mark.parametrize("written", [True, False])
def test_what_was_remembered_holds_after_a_kill_before_the_answer(program: Program, written: bool) -> None:
    code = KILLED.format("super().write(last)" if written else "pass")
    with program.serve(sys.executable, "-c", code) as (process, address):
        cosignatures(post(address, HONEST.request(0, 8).raw))
        with pytest.raises(ConnectionError):
            post(address, HONEST.request(8, 33).raw)
        assert process.wait(240) == -signal.SIGKILL
    last = program.remembered()
    assert last
    assert last.checkpoint.size == (33 if written else 8)
    with program.serve() as (_, address):
        fork = post(address, History(8).request(8, 33).raw)
        if written:  # though nobody was given it, nothing else of that size is cosigned
            assert (fork.status, fork.text) == (409, "33\n")
            assert post(address, HONEST.request(8, 33).raw).text == "33\n"
            cosignatures(post(address, HONEST.request(33, 33).raw))
        else:
            cosignatures(fork)
            assert post(address, HONEST.request(8, 33).raw).status == 409


def test_two_processes_on_one_state_never_cosign_two_versions(program: Program) -> None:
    """Both are asked for two logs that fork after 5 entries, each by somebody who takes any answer for the truth."""
    branches = [HONEST, History(5)]
    cosigned: list[tuple[int, int]] = []

    def grow(branch: int, address: tuple[str, int]) -> None:
        old = 0
        for size in range(1, 41):
            answer = post(address, branches[branch].request(old, size).raw)
            if answer.status == 200:
                cosigned.append((branch, size))
                old = size
            elif answer.status == 409:
                old = int(answer.text)
            if old > size:
                return

    with program.serve() as (_, one), program.serve() as (_, two):
        threads = [threading.Thread(target=grow, args=each) for each in ((0, one), (0, two), (1, one), (1, two))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    heads = {branches[branch].head(size) for branch, size in cosigned}
    assert len(heads) == len({head.size for head in heads})
    assert len({branch for branch, size in cosigned if size > 5}) == 1
    last = program.remembered()
    assert last
    assert last.checkpoint in heads
    assert last.checkpoint.size == max(size for _, size in cosigned)


def test_a_witness_that_lost_what_it_remembers_does_not_start(program: Program, tmp_path: Path) -> None:
    with program.serve() as (_, address):
        cosignatures(post(address, HONEST.request(0, 8).raw))
    (path,) = program.folder.glob("*.checkpoint")
    marker = program.folder / "witness.json"
    assert json.loads(marker.read_bytes())["logs"] == [ORIGIN]
    for damaged in (path, marker):
        raw = damaged.read_bytes()
        for changed in (b"", raw[:-3], raw.replace(b"\n8\n", b"\n7\n").replace(b'"logs"', b'"log"'), b"[]", b"\xff"):
            damaged.write_bytes(changed)
            assert f"{damaged} is damaged" in program.refused().err
        damaged.unlink()
        assert f"{damaged} is not there" in program.refused().err
        assert run("egov-witness", "show", program.keyfile).status == 2
        damaged.write_bytes(raw)
    moved = program.folder.rename(tmp_path / "elsewhere")
    assert "is not known" in program.refused().err
    assert not program.folder.exists()  # it is not made anew
    assert run("egov-witness", "show", program.keyfile, "--state", moved).status == 0
    moved.rename(program.folder)
    # In its place that of another log, though the witness has signed it.
    raw = path.read_bytes()
    key = WitnessSigningKey.parse(program.keyfile.read_text().strip())
    path.write_bytes(Checkpoint("example.org/log", 8, bytes(32)).sign(OTHER, key.cosign("", 0)).raw)
    assert "is damaged" in program.refused().err
    other = Checkpoint("example.org/log", 8, bytes(32))
    path.write_bytes(other.sign(OTHER, other.cosign(key, 0)).raw)
    assert "is of another log" in program.refused().err
    path.write_bytes(raw)
    with program.serve():
        pass


def test_the_state_of_another_witness_is_refused(program: Program, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    other = Program(tmp_path / "other" / "witness.key")
    done = run("egov-witness", "show", program.keyfile, "--state", other.folder)
    assert (done.status, "another witness" in done.err) == (2, True)


def test_a_key_that_everybody_can_read_or_that_is_damaged_is_refused(program: Program) -> None:
    program.keyfile.chmod(0o644)
    assert "can be read by everybody" in program.refused().err
    program.keyfile.chmod(0o600)
    secret = program.keyfile.read_text().strip()
    program.keyfile.write_text(secret[:-5] + ("B" if secret[-5] == "A" else "A") + secret[-4:])
    told = program.refused().err
    assert "damaged" in told
    assert secret[-40:-10] not in told


def test_logs_may_stand_in_a_file_and_there_must_be_one(program: Program, tmp_path: Path) -> None:
    logs = tmp_path / "logs"
    logs.write_text("# none yet\n")
    for options in ([], ["--logs", logs], ["--log", "nonsense"], ["--logs", tmp_path / "missing"]):
        assert run("egov-witness", "serve", program.keyfile, *options).status == 2
    for listen in ("7380", "127.0.0.1:70000", "127.0.0.1:", ":80"):
        assert run("egov-witness", "serve", program.keyfile, "--log", LOG, "--listen", listen).status == 2


def test_what_the_document_tells_to_run_is_understood() -> None:
    text = DOCUMENT.read_text("utf-8").replace("\\\n", " ")
    commands = re.findall(r"/bin/egov-witness ([^\n]+)", text)
    assert sorted(command.split()[0] for command in commands) == ["new", "serve", "show"]
    for command in commands:
        witness._parser().parse_args(shlex.split(command))
