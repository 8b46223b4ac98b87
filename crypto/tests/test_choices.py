"""Ranks, grades and lists as people write them for `egov-ballot`, and as they read them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from crypto.tests.making import LISTS, RANKED, World, make_world
from crypto.tests.office import Office, chosen, ok, refused

from egov_crypto import ballot, mixnet, tally
from egov_crypto.cli import choices, voting
from egov_crypto.cli.described import read_question
from egov_crypto.errors import UsageError
from egov_crypto.lists import ListsQuestion
from egov_crypto.preference import PreferenceQuestion
from egov_crypto.question import AnyQuestion
from egov_crypto.verify import Verified, verify_archive

GRADED = PreferenceQuestion(
    ("x", "y", "z"), "?", {"type": "MajorityJudgment", "blank": False, "grades": ["Good", "Fair"]}
)
ELECTED = PreferenceQuestion(("x", "y", "z"), "?", {"type": "STV", "blank": True, "rules": "scottish", "seats": 2})
NUMBERED = PreferenceQuestion(("x", "y", "z"), "?")


@pytest.mark.parametrize(
    ("question", "word", "values", "told"),
    [
        (RANKED, "3>1>2", [2, 3, 1], ["  1  z", "  2  x", "  3  y"]),
        (RANKED, " 2 = 3 > 1 ", [2, 1, 1], ["  1  y", "  1  z", "  2  x"]),
        (RANKED, "2", [0, 1, 0], ["  1  y"]),
        (RANKED, "1,0,2", [1, 0, 2], ["  1  x", "  2  z"]),
        (RANKED, "blank", [0, 0, 0], ["(blank)"]),
        (ELECTED, "3>1", [2, 0, 1], ["  1  z", "  2  x"]),
        (ELECTED, "BLANK", [0, 0, 0], ["(blank)"]),
        (GRADED, "1,2,0", [1, 2, 0], ["Good:  x", "Fair:  y"]),
        (NUMBERED, "250,0,3", [250, 0, 3], ["  3  z", "250  x"]),
        (LISTS, "1:2", [[1, 0, 1], [0, 0]], ["L1", "b"]),
        (LISTS, "1: 1, 2", [[1, 1, 1], [0, 0]], ["L1", "a", "b"]),
        (LISTS, "2:1", [[0, 0, 0], [1, 1]], ["L2", "c"]),
    ],
)
def test_words_are_read_and_told(question: AnyQuestion, word: str, values: list[Any], told: list[str]) -> None:
    assert choices.parse_one(question, word) == values
    assert choices.describe(question, values) == told


@pytest.mark.parametrize(
    ("question", "word", "said"),
    [
        (RANKED, "4", "'4' is not a number between 1 and 3"),
        (RANKED, "1>1", "answer 1 is ranked twice"),
        (RANKED, "1>2>", "'' is not a number"),
        (RANKED, "1,2", "3 numbers"),
        (RANKED, "256,1,1", "from 0 to 255"),
        (ELECTED, "1=2", "same rank"),
        (ELECTED, "2,2,3", "not valid"),
        (GRADED, "1,3,0", "a grade from 1 to 2"),
        (GRADED, "1,2", "each of 3 answers"),
        (GRADED, "1>2", "'1>2' is not a number"),
        (GRADED, "blank", "not valid"),
        (LISTS, "1", "as in '2:1,3'"),
        (LISTS, "3:1", "between 1 and 2"),
        (LISTS, "2:2", "between 1 and 1"),
        (LISTS, "1:", "'' is not a number"),
        (LISTS, "blank", "as in '2:1,3'"),
    ],
)
def test_words_that_cannot_be_are_refused(question: AnyQuestion, word: str, said: str) -> None:
    with pytest.raises(UsageError, match=re.escape(said)):
        choices.parse_one(question, word)


@pytest.mark.parametrize(
    ("question", "said"),
    [
        (RANKED, "'3>1>2', equal ones '3>1=2'), or 'blank'"),
        (ELECTED, "('3>1>2'), or 'blank'"),
        (GRADED, "(0 for none, 1 Good, 2 Fair)"),
        (LISTS, "('2:1,3')"),
    ],
)
def test_what_can_be_written_is_said(question: AnyQuestion, said: str) -> None:
    assert choices._prompt(question).endswith(said)


def test_lists_are_offered_with_their_candidates() -> None:
    offered = [line.split() for line in choices._offered(LISTS)]
    assert offered == [["1", "L1"], ["1", "a"], ["2", "b"], ["2", "L2"], ["1", "c"]]


def test_a_challenge_of_all_kinds_is_opened_and_told(tmp_path: Path) -> None:
    world = make_world(RANKED, LISTS)
    unsigned = ballot.encrypt(world.election, world.credentials[0], [[2, 0, 1], [[0, 0, 0], [1, 1]]])
    (tmp_path / "challenge").write_bytes(voting.challenge_to_json(unsigned))
    (tmp_path / "election").write_bytes(world.election.raw)
    said = ok("audit", tmp_path / "challenge", tmp_path / "election")
    lines = said.splitlines()
    assert lines[lines.index(RANKED.question) + 1 :][:2] == ["    1  z", "    2  x"]
    assert lines[lines.index(LISTS.question) + 1 :][:2] == ["  L2", "  c"]


# What `setup` reads.


def test_descriptions_of_all_kinds_are_read() -> None:
    texts = {"kk": "К", "ru": "Р", "en": "E"}
    assert read_question({"question": texts, "lists": [["L", "a"], [texts, "b"]]}, 1) == ListsQuestion(
        (("L", "a"), ("К / Р / E", "b")), "К / Р / E"
    )
    grades = {"type": "MajorityJudgment", "blank": True, "grades": [texts, "bad"]}
    assert read_question({"question": "?", "answers": ["a"], "method": grades}, 1) == PreferenceQuestion(
        ("a",), "?", {**grades, "grades": ["К / Р / E", "bad"]}
    )


@pytest.mark.parametrize(
    ("described", "said"),
    [
        ({"question": "?", "lists": [["L"]]}, "a list without candidates"),
        ({"question": "?", "lists": []}, "no lists"),
        ({"question": "?", "lists": ["L"]}, "each list is its name"),
        ({"question": "?", "lists": [["L", 1]]}, "a text is wanted"),
        ({"question": "?", "lists": [["L", "a"]], "max": 1}, "max is not known"),
        ({"question": "?", "method": {"type": "IRV", "blank": True}}, "has no answers"),
        ({"question": "?", "answers": ["a"] * 31, "method": {"type": "IRV", "blank": True}}, "31 answers"),
        ({"question": "?", "answers": ["a"], "method": {"type": "Best", "blank": True}}, "its method cannot be"),
        ({"question": "?", "answers": ["a"], "method": "IRV"}, "its method cannot be"),
        ({"question": "?", "answers": ["a"], "method": {"type": "IRV", "blank": True}, "min": 1}, "min is not known"),
        (["?"], "is no table"),
    ],
)
def test_a_description_that_cannot_be_is_refused(described: Any, said: str) -> None:
    with pytest.raises(UsageError, match="question 3") as caught:
        read_question(described, 3)
    assert said in str(caught.value)


# From the last ballot to the result.


def cast(world: World, tmp_path: Path) -> Office:
    office = Office(tmp_path)
    office.archive.write_bytes(world.archive().raw)
    for number, (ranks, list_) in enumerate((("1>2>3", "1:2"), ("1>3", "2:1"))):
        credential = office.write("credential", world.credentials[number])
        ok("vote", office.archive, "--credential-file", credential, *chosen(ranks, list_))
    return office


def test_a_whole_election_from_the_command_line(tmp_path: Path) -> None:
    world = make_world(RANKED, LISTS)
    office = cast(world, tmp_path)
    archive, file = office.archive, office / "handed in"
    ok("close", archive)
    assert "2 ballots counted" in ok("tally", archive)
    file.write_bytes(b"{}")
    assert "have to shuffle" in refused("decryption", archive, file)
    assert "have to shuffle" in refused("end-shuffles", archive)
    first = mixnet.shuffle(world.election, verified(office).tally)
    file.write_bytes(first + b"\n")
    assert "shuffle.owner" in refused("shuffle", archive, file, "--owner", 3, status=1)
    assert "Shuffled by trustee 2; 1 trustee missing" in ok("shuffle", archive, file, "--owner", 2)
    assert "1 of 2 trustees have not shuffled yet" in refused("end-shuffles", archive)
    assert "shuffle.owner" in refused("shuffle", archive, file, "--owner", 2, status=1)
    assert "shuffle.proof" in refused("shuffle", archive, file, "--owner", 1, status=1)  # of what was there before
    file.write_bytes(mixnet.shuffle(world.election, verified(office).tally))
    assert "0 trustees missing" in ok("shuffle", archive, file, "--owner", 1)
    ok("end-shuffles", archive)
    for private in world.private_keys:
        file.write_bytes(tally.decrypt(world.election, verified(office).tally, private))
        ok("decryption", archive, file)
    assert "Winner by Schulze: x" in ok("result", archive)
    found = verified(office)
    assert found.report.shuffled == [2, 1]
    assert found.report.result is not None
    assert sorted(found.report.result[0]) == [[1, 0, 2], [1, 2, 3]]
    assert found.report.result[1] == [[1, 0, 1], [1, 1]]


def verified(office: Office) -> Verified:
    with office.archive.open("rb") as file:
        return verify_archive(file)
