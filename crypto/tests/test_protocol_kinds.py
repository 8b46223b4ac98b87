"""What a protocol and `egov-verify` say of rankings, grades and lists: what the archive gives, and nothing else."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from pathlib import Path
from typing import Any

import pytest
from crypto.tests import forging
from crypto.tests.commands import run
from crypto.tests.documents import Site, texts
from crypto.tests.making import LISTS, RANKED, World, make_world
from crypto.tests.test_beside import UUID, of_protocol, served

from egov_crypto import counting, protocol, statement
from egov_crypto.archive import EventType
from egov_crypto.cli import beside
from egov_crypto.preference import PreferenceQuestion
from egov_crypto.question import Question
from egov_crypto.verify import verify_archive

GRADES = ("Өте жақсы / Отлично / Excellent", "Жаман / Плохо / Poor")
GRADED = PreferenceQuestion(("x", "y"), "Баға / Оценка / Grade", counting.Method.from_json(
    {"type": "MajorityJudgment", "blank": False, "grades": list(GRADES)}
).to_json())  # fmt: skip
UNKNOWN = PreferenceQuestion(("p", "q"), "?", {"something": "else"})
VOTES: list[list[Any]] = [
    [[3, 1, 2], [[1, 0, 1], [0, 0]], [1, 2], [7, 8]],
    [[2, 1, 3], [[0, 0, 0], [1, 1]], [1, 0], [0, 0]],
    [[0, 0, 0], [[1, 1, 1], [0, 0]], [3, 1], [1, 1]],
]
CSV = {(3, 1, 2): "3,1,2", (2, 1, 3): "2,1,3", (0, 0, 0): ",,"}
BLT = {(3, 1, 2): "1 2 3 1 0\n", (2, 1, 3): "1 2 1 3 0\n", (0, 0, 0): "1 0\n"}
BLT_END = f'0\n"x"\n"y"\n"z"\n"{RANKED.question}"\n'
TABLE = """\
question,question_kk,question_ru,question_en,list,list_kk,list_ru,list_en,answer,answer_kk,answer_ru,answer_en,votes,of,percent,elected
1,Ретімен,По порядку,In order,,,,,1,x,x,x,,,,false
1,Ретімен,По порядку,In order,,,,,2,y,y,y,,,,true
1,Ретімен,По порядку,In order,,,,,3,z,z,z,,,,false
2,Тізім,Список,List,1,L1,L1,L1,,,,,2,3,66.67,
2,Тізім,Список,List,1,L1,L1,L1,1,a,a,a,1,3,33.33,
2,Тізім,Список,List,1,L1,L1,L1,2,b,b,b,2,3,66.67,
2,Тізім,Список,List,2,L2,L2,L2,,,,,1,3,33.33,
2,Тізім,Список,List,2,L2,L2,L2,1,c,c,c,1,3,33.33,
3,Баға,Оценка,Grade,,,,,1,x,x,x,,,,true
3,Баға,Оценка,Grade,,,,,2,y,y,y,,,,false
4,?,?,?,,,,,1,p,p,p,,,,
4,?,?,?,,,,,2,q,q,q,,,,
"""


@pytest.fixture(scope="module")
def world() -> World:
    return make_world(RANKED, LISTS, GRADED, UNKNOWN)


@pytest.fixture(scope="module")
def site(world: World) -> Site:
    ballots = (world.ballot(voter, choices) for voter, choices in enumerate(VOTES))
    return Site(world, world.archive().ballots(*ballots).finish().raw)


@pytest.fixture(scope="module")
def questions(site: Site) -> list[dict[str, Any]]:
    """What the protocol says, written down by hand; but for the counts, which are published elsewhere."""

    def votes(number: int, percent: str) -> dict[str, Any]:
        return {"votes": number, "fraction": f"{number}/3", "percent": percent}

    def named(name: str, number: int, percent: str) -> dict[str, Any]:
        return {"name": texts(name), **votes(number, percent)}

    counts = [site.verified.outcome(place) for place in range(4)]
    hashes = [outcome and hashlib.sha256(protocol.count_json(outcome)).hexdigest() for outcome in counts]
    none = {"valid": None, "blank": None, "invalid": None}
    return [
        {
            "type": "ranking",
            "question": texts(RANKED.question),
            "answers": [texts(answer) for answer in RANKED.answers],
            "method": "schulze",
            "blank": True,
            "votes": {"listed": 3, "valid": 2, "blank": 1, "invalid": 0},
            "winners": [1],
            "count": hashes[0],
        },
        {
            "type": "lists",
            "question": texts(LISTS.question),
            "lists": [
                {**named("L1", 2, "66.67"), "candidates": [named("a", 1, "33.33"), named("b", 2, "66.67")]},
                {**named("L2", 1, "33.33"), "candidates": [named("c", 1, "33.33")]},
            ],
        },
        {
            "type": "grading",
            "question": texts(GRADED.question),
            "answers": [texts("x"), texts("y")],
            "grades": [texts(grade) for grade in GRADES],
            "blank": False,
            "votes": {"listed": 3, "valid": 2, "blank": 0, "invalid": 1},
            "winners": [0],
            "count": hashes[2],
        },
        {
            "type": "ranking",
            "question": texts("?"),
            "answers": [texts("p"), texts("q")],
            "method": None,
            "blank": False,
            "votes": {"listed": 3, **none},
            "winners": None,
            "count": None,
        },
    ]


def test_a_protocol_that_tells_it_as_it_is_holds(site: Site, questions: list[dict[str, Any]]) -> None:
    assert of_protocol(site, site.protocol(questions=questions)) == "holds"


def test_any_other_figure_or_word_is_refused(site: Site, questions: list[dict[str, Any]]) -> None:
    leaves = list(forging.leaves(questions))
    assert len(leaves) > 60
    for path, value in leaves:
        other = value + 1 if type(value) is int else f"{value}x"
        lie = forging.replaced(questions, path, other)
        assert of_protocol(site, site.protocol(questions=lie)) == "protocol.archive", path
    for lie in (
        questions[:3],
        [*questions, questions[0]],
        questions[::-1],
        [{**questions[0], "more": 1}, *questions[1:]],
    ):
        assert of_protocol(site, site.protocol(questions=lie)) == "protocol.archive"


def test_who_shuffled_is_said_rightly(site: Site, questions: list[dict[str, Any]]) -> None:
    trustees = json.loads(site.protocol())["trustees"]
    lie = [{**trustees[0], "shuffled": False}, *trustees[1:]]
    assert of_protocol(site, site.protocol(questions=questions, trustees=lie)) == "protocol.archive"
    assert of_protocol(site, site.protocol(questions=questions, threshold=1)) == "protocol.archive"


@pytest.mark.enable_socket
def test_published_counts_and_ballots_that_the_archive_does_not_give_are_lies(
    site: Site, questions: list[dict[str, Any]]
) -> None:
    where, result, outcome = f"/votes/{UUID}/", site.verified.report.result, site.verified.outcome(0)
    assert result is not None
    assert outcome is not None
    listed = {"uuid": UUID, "question": 1, "answers": list(RANKED.answers), "ballots": result[0]}
    listed_csv = "".join([f"{line}\r\n" for line in ("x,y,z", *(CSV[tuple(ballot)] for ballot in result[0]))])
    listed_blt = "".join(["3 1\n", *(BLT[tuple(ballot)] for ballot in result[0]), BLT_END])
    honest: dict[str, bytes | int] = {
        where + "archive.bel": site.raw,
        where + "protocol.json": site.protocol(questions=questions),
        where + "count-1.json": protocol.count_json(outcome),
        where + "ballots-1.json": json.dumps(listed).encode(),
        where + "ballots-1.csv": listed_csv.encode("utf-8-sig"),
        where + "ballots-1.blt": listed_blt.encode(),
        where + "result.csv": TABLE.encode("utf-8-sig"),
    }

    def told(files: dict[str, bytes | int]) -> dict[str, Any]:
        with served(files) as url:
            said: dict[str, Any] = json.loads(run("egov-verify", "vote", f"{url}/en/votes/{UUID}", "--json").out)
        return said

    found = told(honest)
    assert (found["ok"], {"name": "counts", "ok": True, "count": 5} in found["checks"]) == (True, True)
    other = json.loads(protocol.count_json(outcome))
    other["winners"] = [0]
    for name, lie, code in (
        ("count-1.json", statement.dump(other), "count.archive"),
        ("count-4.json", protocol.count_json(outcome), "count.archive"),
        ("ballots-1.json", json.dumps(listed | {"ballots": result[0][1:]}).encode(), "count.ballots"),
        ("ballots-1.json", json.dumps(listed | {"answers": RANKED.answers[::-1]}).encode(), "count.ballots"),
        ("ballots-3.json", b"[", "count.ballots"),
        ("ballots-1.csv", listed_csv.replace("x,y", "y,x").encode(), "count.ballots"),
        ("ballots-1.csv", listed_csv.partition("\r\n")[0].encode(), "count.ballots"),
        ("ballots-3.csv", b'x,y\r\n1,"', "count.ballots"),
        ("ballots-1.blt", listed_blt.replace("1 2 3 1 0", "2 2 3 1 0").encode(), "count.ballots"),
        ("ballots-1.blt", listed_blt.replace("3 1\n", "3 2\n", 1).encode(), "count.ballots"),
        ("ballots-1.blt", b"\xff", "count.ballots"),
        ("result.csv", TABLE.replace(",y,y,y,,,,true", ",y,y,y,,,,false").encode(), "count.result"),
        ("result.csv", TABLE.replace("b,b,b,2,", "b,b,b,3,").encode(), "count.result"),
        ("result.csv", TABLE.replace("L2,L2,L2", "L2,L2,L1").encode(), "count.result"),
        ("result.csv", TABLE.encode() + b"5\r\n", "count.result"),
    ):
        said = told(honest | {where + name: lie})
        assert (said["ok"], said["failure"]["code"], said["checks"][-1]["name"]) == (False, code, "counts")


def test_verifying_tells_kinds_shuffles_and_winners(site: Site, world: World, tmp_path: Path) -> None:
    path = tmp_path / "a.bel"
    path.write_bytes(site.raw)
    said = run("egov-verify", "vote", path)
    assert said.status == 0
    lines = [line.strip() for line in said.out.splitlines()]
    for line in (
        "Winner by Schulze: y",
        "3 votes: 2 valid, 1 blank, 0 invalid",
        "2  L1",
        "3 votes, listed in the archive; how they are counted, the question does not say",
        "- Whether it was trustees 1, 2 who shuffled, as the archive says: that, they know.",
    ):
        assert line in lines, line
    told = json.loads(run("egov-verify", "vote", "--json", path).out)
    assert told["kinds"] == ["NonHomomorphic", "Lists", "NonHomomorphic", "NonHomomorphic"]
    assert (told["shuffled"], told["required"]) == ([1, 2], 2)
    assert [outcome and outcome["winners"] for outcome in told["outcomes"]] == [[1], None, [0], None]
    assert told["result"][1] == [[2, 1, 2], [1, 1]]


def test_too_few_who_shuffled_are_told(world: World, tmp_path: Path) -> None:
    path = tmp_path / "a.bel"
    archive = world.archive().ballots(world.ballot(0, VOTES[0])).close().tally().shuffle(2)
    path.write_bytes(archive.raw)
    said = run("egov-verify", "vote", path)
    assert "1 of 2 trustees have shuffled the votes" in said.out
    assert "together know whose vote is whose" not in said.out
    path.write_bytes(archive.add(EventType.END_SHUFFLES).raw)
    said = run("egov-verify", "vote", path)
    assert said.status == 0
    assert "0 of 2 trustees have decrypted" in said.out
    assert "together know whose vote is whose" in said.out


def test_a_table_is_read_whole_however_often_a_long_question_stands_in_it(monkeypatch: pytest.MonkeyPatch) -> None:
    long = '"' * 200_000
    world = make_world(Question(tuple("abcde"), long, 1, 1), trustees=1)
    archive = world.archive().ballots(world.ballot(0, ([1, 0, 0, 0, 0],))).finish()
    verified = verify_archive(io.BytesIO(archive.raw))
    table = io.StringIO()
    rows = csv.writer(table, quoting=csv.QUOTE_ALL)
    rows.writerow(TABLE.splitlines()[0].split(","))
    for number, name in enumerate("abcde", 1):
        votes = ["1", "1", "100.00"] if name == "a" else ["0", "1", "0.00"]
        rows.writerow(["1", *[long] * 3, *[""] * 4, str(number), *[name] * 3, *votes, ""])
    raw = table.getvalue().encode("utf-8-sig")
    there = {"result.csv": raw}

    def read(_url: str, name: str, limit: int) -> bytes | None:
        return there[name][: limit + 1] if name in there else None

    monkeypatch.setattr(beside, "read_beside", read)
    found = beside.Beside()
    found.check(f"https://vote.example/votes/{UUID}", io.BytesIO(archive.raw), verified)
    assert verified.report.checks[-1] == ("counts", 1)
    assert len(raw) > protocol.MAX_SIZE
