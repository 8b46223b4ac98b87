"""`egov-ballot vote`, and what follows the last ballot: on one archive, one after the other."""

from __future__ import annotations

import fcntl
import io
import json
import os
import pty
import re
import select
import subprocess
import threading
import time

import pytest
from crypto.tests.commands import arguments_of, clean_environment, run
from crypto.tests.office import (
    UUID,
    Office,
    chosen,
    decrypt,
    ok,
    refused,
)

from egov_crypto import ballot
from egov_crypto.archive import EventType
from egov_crypto.verify import verify_archive


@pytest.mark.parametrize(
    ("choices", "said"),
    [
        (["1"], "there are 2 questions, but 1 choices"),
        (["1", "1", "1"], "there are 2 questions, but 3"),
        (["3", "1"], "'3' is not a number between 1 and 2"),
        (["0", "1"], "'0' is not a number"),
        (["x", "1"], "'x' is not a number"),
        (["1,2", "1"], "exactly one answer is to be chosen, not 2"),
        (["none", "1"], "not 0"),
        (["1", "blank"], "a blank vote is not allowed"),
        (["1", "1,2,3"], "between 0 and 2"),
        (["[[1,1,0],[0,0,0]]"], "a blank vote chooses no answer"),
        (["[[0,1,0]]"], "2 questions want as many votes"),
        (["[[0,1,0],[2,0,0]]"], "each 0 or 1"),
        (["[[0,1,0],5]"], "a list of lists"),
        (["[[0,1"], "not JSON"),
    ],
)
def test_choices_that_cannot_be_are_refused_and_nothing_is_cast(office: Office, choices: list[str], said: str) -> None:
    before = office.archive.read_bytes()
    error = refused("vote", office.archive, "--credential-file", office.credential("ann"), *chosen(*choices))
    assert said.lower() in error.lower()
    assert office.archive.read_bytes() == before


def test_a_credential_that_is_none_or_not_on_the_list_is_refused_and_not_shown(office: Office) -> None:
    for text in ("", "x", "11111-111111-11111-11111", "11111-111111-11111-111111"):
        error = refused("vote", office.archive, *chosen("1", "1"), stdin=text + "\n")
        assert "credential" in error.lower()
        assert not text or text == "x" or text not in error


def test_a_ballot_can_be_written_to_be_cast_elsewhere(office: Office) -> None:
    before = office.archive.read_bytes()
    said = office.vote("ann", "2", "none", options=("--out", office / "ballot.json"))
    assert office.archive.read_bytes() == before
    raw = (office / "ballot.json").read_bytes()
    election = verify_archive(io.BytesIO(before)).election
    assert ballot.parse_and_verify(election, raw).tracker in said


def test_a_challenge_is_written_and_nothing_is_cast(office: Office) -> None:
    before = office.archive.read_bytes()
    said = office.vote("ann", "2", "1,2", options=("--challenge", office / "challenge.json"))
    assert office.archive.read_bytes() == before
    value = json.loads((office / "challenge.json").read_bytes())
    assert list(value) == ["type", "version", "hash", "ballot", "plaintext", "randomness"]
    assert "signature" not in value["ballot"]
    told = ok("audit", office / "challenge.json", office.archive)
    seal = " ".join(re.findall(".{1,4}", value["hash"]))
    assert f"seal: {seal}\n" in said
    assert f"this seal is the one that the device showed before you asked:\n  {seal}\n" in told
    assert "Жоқ / Нет / No\n" in told
    assert "Иә" not in told.partition("The device")[2]


def test_after_the_end_nobody_votes(office: Office) -> None:
    ok("close", office.archive)
    arguments = ("--credential-file", office.credential("ann"), *chosen("1", "1"))
    assert "voting has ended" in refused("vote", office.archive, *arguments)
    assert office.verdict() == "holds"


def test_an_address_is_voted_for_but_not_voted_into(office: Office) -> None:
    where = f"http://127.0.0.1:1/votes/{UUID}"
    assert "only a file can be voted into" in refused("vote", where, *chosen("1", "1")).lower()


def test_two_voters_at_once_both_get_in(office: Office) -> None:
    """One waits for the other: the archive is locked."""
    commands = [
        subprocess.Popen(
            arguments_of(
                *("egov-ballot", "vote", office.archive, "--credential-file", office.credential(voter)),
                *chosen("1", "1"),
            ),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        for voter in ("ann", "Болат", "cid", "ann")
    ]
    for command in commands:
        assert (command.communicate(timeout=240)[1], command.returncode) == (b"", 0)
    assert office.report().ballots == 4


def test_a_locked_archive_is_waited_for(office: Office) -> None:
    with office.archive.open("r+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        closing = threading.Thread(target=run, args=("egov-ballot", "close", office.archive))
        closing.start()
        time.sleep(0.2)
        assert office.archive.read_bytes().count(b'"EndBallots"') == 0
        fcntl.flock(file, fcntl.LOCK_UN)
        closing.join()
    assert office.archive.read_bytes().count(b'"EndBallots"') == 1


def test_a_bad_archive_is_not_appended_to(office: Office) -> None:
    office.vote("ann", "1", "1")
    raw = office.archive.read_bytes()
    office.archive.write_bytes(raw + raw[1024:])
    for command in ("close", "tally", "result"):
        refused(command, office.archive, status=1)
    office.archive.write_bytes(raw[:-512])
    assert "archive.truncated" in refused("close", office.archive, status=1)
    assert office.archive.read_bytes() == raw[:-512]


def test_every_step_has_its_time(office: Office) -> None:
    steps: list[tuple[object, ...]] = [
        ("close", office.archive),
        ("tally", office.archive),
        ("decryption", office.archive, office / "1.decryption"),
        ("decryption", office.archive, office / "2.decryption"),
        ("result", office.archive),
    ]
    names = [EventType.END_BALLOTS, EventType.ENCRYPTED_TALLY, *[EventType.PARTIAL_DECRYPTION] * 2, EventType.RESULT]
    (office / "1.decryption").write_bytes(b"{}")
    for done in range(len(steps)):
        for later, step in enumerate(steps):
            if later != done and names[later] != names[done]:
                before = office.archive.read_bytes()
                assert run("egov-ballot", *step).status in {1, 2}
                assert office.archive.read_bytes() == before
        if done == 2:
            (office / "1.decryption").unlink()
            ok(*decrypt(office, 1))
            ok(*decrypt(office, 2))
        ok(*steps[done])
    for step in steps:
        assert "nothing can follow" in refused(*step)


# Asking at the terminal.


def typed(*arguments: object, answers: list[tuple[str, str]]) -> tuple[int, str]:
    """(exit status, everything on the terminal), answering each prompt in turn."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        arguments_of("egov-ballot", *arguments),
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env={**clean_environment(), "TERM": "dumb"},
        start_new_session=True,
    )
    os.close(theirs)
    written, seen, until = b"", 0, time.monotonic() + 240
    while time.monotonic() < until:
        if select.select([ours], [], [], 1)[0]:
            try:
                written += os.read(ours, 4096)
            except OSError:
                break
        while answers and answers[0][0].encode() in written[seen:]:
            prompt, answer = answers.pop(0)
            seen += written[seen:].index(prompt.encode()) + len(prompt.encode())
            time.sleep(0.05)  # getpass empties what was typed before it asked
            os.write(ours, answer.encode() + b"\n")
    os.close(ours)
    return process.wait(240), written.decode()


def test_credential_and_choices_are_asked_for_and_the_credential_is_not_echoed(office: Office) -> None:
    text = office.credential("ann").read_text().strip()
    status, seen = typed(
        *("vote", office.archive),
        answers=[
            ("Credential: ", text),
            ("exactly one answer, or 'blank': ", "7"),
            ("'blank': ", "2"),
            ("or 'none': ", "none"),
        ],
    )
    assert status == 0, seen
    assert text not in seen
    assert "'7' is not a number between 1 and 2." in seen
    assert re.search(r" +1  Иә / Да / Yes\r\n +2  Жоқ", seen)
    assert "Numbers of 0 to 2 answers" in seen
    assert "Tracker: " in seen
    assert office.report().ballots == 1


def test_giving_up_at_the_prompt_is_no_error_of_the_program(office: Office) -> None:
    status, seen = typed("vote", office.archive, *chosen("1", "1"), answers=[("Credential: ", "\x04")])
    assert status in {2, 130}
    assert "Traceback" not in seen


def test_choices_are_not_guessed_where_nobody_can_be_asked(office: Office) -> None:
    done = run("egov-ballot", "vote", office.archive, stdin=office.credential("ann").read_text())
    assert done.status == 2
    assert "Nobody to ask" in done.err
