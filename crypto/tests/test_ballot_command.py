"""`egov-ballot`: a whole election from the command line, its set-up, and how the commands are used."""

from __future__ import annotations

import csv
import json
import re
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from crypto.tests.commands import Done, run, start
from crypto.tests.making import dump, verdict
from crypto.tests.office import (
    DESCRIPTION,
    NAMES,
    UUID,
    Office,
    chosen,
    decrypt,
    ok,
    refused,
    set_up,
)
from crypto.tests.reference import Reference


def test_a_whole_election_by_programs_of_their_own(office: Office, belenios_tool: Path) -> None:
    """Each command in a process of its own; the reference has the last word."""

    def command(*arguments: object, stdin: str = "") -> Done:
        done = start("egov-ballot", *arguments, stdin=stdin)
        assert (done.status, done.err) == (0, "")
        return done

    archive, cast = office.archive, []
    for voter, choices in (("ann", ["1", "1,3"]), ("Болат", ["blank", "none"]), ("ann", ["[[0,0,1],[0,1,0]]"])):
        text = office.credential(voter).read_text()
        done = command("vote", archive, *chosen(*choices), stdin=text)
        cast += re.findall(r"^Tracker: ([A-Za-z0-9+/]{43})$", done.out, re.MULTILINE)
        assert text.strip() not in done.out
    assert len(set(cast)) == 3
    command("close", archive)
    assert "2 ballots counted, total weight 3" in command("tally", archive).out
    for number in (1, 2):
        done = command(*decrypt(office, number))
        assert f"You are trustee {number} of 2." in done.out
        done = command("decryption", archive, office / f"{number}.decryption")
        assert f"Decrypted by trustee {number}; {2 - number} trustee{'s' * (number == 2)} missing." in done.out
    assert re.search(r"Иә / Да / Yes\n +2  Жоқ", command("result", archive).out)
    answer = json.loads(start("egov-verify", "vote", "--json", archive).out)
    assert (answer["ok"], answer["result"]) == (True, [[1, 0, 2], [0, 2, 0]])
    assert (answer["subject"]["uuid"], answer["subject"]["name"]) == (UUID, NAMES[1])
    said = Reference(belenios_tool, office.folder, UUID).ask("election", "verify", "--dir", ".", "--uuid", UUID)
    assert (said.returncode, b"all checks passed" in said.stderr + said.stdout) == (0, True)


# Credentials.


def test_credentials_are_private_sorted_and_fit_each_other(prepared: Path) -> None:
    private = prepared / "private.csv"
    assert stat.S_IMODE(private.stat().st_mode) == 0o600
    with private.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [(row["id"], row["weight"]) for row in rows] == [("ann", "2"), ("Болат", "1"), ("cid", "1073741824")]
    public = json.loads((prepared / "public.json").read_bytes())
    assert public == sorted(public)
    assert sorted(entry.partition(",")[2] for entry in public) == ["1", "1073741824", "2"]


def test_so_many_credentials_as_wanted_are_made(tmp_path: Path) -> None:
    said = ok("credentials", "--count", 5, "--private", tmp_path / "private", "--public", tmp_path / "public")
    uuid = re.findall(r"Election: (\w+)", said)[0]
    assert re.fullmatch("[1-9A-HJ-NP-Za-km-z]{14}", uuid)
    lines = (tmp_path / "private").read_text().splitlines()
    assert [line.split(",")[0] for line in lines] == ["id", "1", "2", "3", "4", "5"]
    assert len(json.loads((tmp_path / "public").read_bytes())) == 5
    for line in lines[1:]:
        assert line.split(",")[1] not in said


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "holds no voters"),
        ("id,weight\n", "holds no voters"),
        ("a\nb\na\n", "line 3: 'a' stands there twice"),
        ("a,0\n", "line 1: '0' is not a weight"),
        ("a,-1\n", "is not a weight"),
        ("a,x\n", "is not a weight"),
        ("a,1.5\n", "is not a weight"),
        pytest.param("a," + "9" * 5000, "is not a weight", id="long number"),
        ('"a\n', "unexpected end of data"),
        ("a\0,1\n", "line"),
        ("\udcff", "not a text in UTF-8"),
        ("a,18446744073709551616\n", "is not a weight"),
        ("a,1,b\n", "line 1: an id and perhaps a weight"),
        ("a\n\n,5\n", "line 3: an id"),
    ],
)
def test_a_list_of_voters_with_a_mistake_is_refused_and_nothing_is_written(
    tmp_path: Path, content: str, said: str
) -> None:
    path = tmp_path / "voters.csv"
    path.write_text(content, "utf-8", "surrogateescape")
    assert said in refused("credentials", "--voters", path, "--private", tmp_path / "a", "--public", tmp_path / "b")
    assert [path.name for path in tmp_path.iterdir()] == ["voters.csv"]


def test_nothing_is_overwritten(office: Office) -> None:
    before = {path: path.read_bytes() for path in office.folder.iterdir()}
    voters = ("--count", 2, "--private", office / "private.csv", "--public", office / "else")
    assert "is there already" in refused("credentials", *voters)
    assert "is there already" in refused("trustee", "new", office / "1.key")
    assert "is there already" in refused("trustee", "new", office / "3.key", "--public", office / "1.public.json")
    assert "is there already" in refused("vote", office.archive, "--out", office / "1.key")
    assert "is there already" in refused("vote", office.archive, "--challenge", office / "1.key")
    options = ("--credentials", office / "public.json", "--trustee", office / "1.public.json")
    assert "is there already" in refused("setup", office / "description.toml", office.archive, *options)
    assert {path: path.read_bytes() for path in office.folder.iterdir()} == before


# Setting up.


def test_a_description_may_be_json_and_name_its_uuid(office: Office) -> None:
    value = {"uuid": UUID, "name": "n", "questions": [{"question": "?", "answers": ["a"], "min": 0}]}
    path = office.write("description.json", json.dumps(value))
    target = office / "b.bel"
    options = ("--credentials", office / "public.json", "--trustee", office / "1.public.json")
    assert UUID in ok("setup", path, target, *options)
    assert verdict(target.read_bytes()) == "holds"
    path.write_text(json.dumps({**value, "uuid": 5}))
    assert "uuid is wanted" in refused("setup", path, office / "c.bel", *options)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("name =", "nome =", "nome is not known"),
        ('name = { kk = "Сынақ", ru = "Проба", en = "Trial" }', "", "name: a text is wanted"),
        ('en = "Trial"', 'en = ""', "none of the languages may be empty"),
        ('en = "Trial"', 'en = "a / b"', "slash between blanks"),
        (', en = "Trial"', "", "one each for kk, ru, en"),
        ("min = 0", "min = 3", "question 2: A question's bounds cannot hold"),
        ("min = 0", 'min = "0"', "min and max are numbers"),
        ("min = 0", "min = true", "min and max are numbers"),
        ("blank = true", "blank = 1", "blank is true or false"),
        ('answers = ["a", "b", "c"]', "", "question 2 has no answers"),
        ('answers = ["a", "b", "c"]', "answers = []", "bounds cannot hold"),
        ('answers = ["a", "b", "c"]', "answers = [1]", "an answer: a text is wanted"),
        ('question = "2"', "ask = 2", "ask is not known"),
        ("[[questions]]", "[[questions", "cannot be read"),
    ],
)
def test_a_description_with_a_mistake_is_refused(office: Office, old: str, new: str, said: str) -> None:
    office.archive.unlink()
    path = office / "description.toml"
    assert old in DESCRIPTION
    path.write_text(DESCRIPTION.replace(old, new, 1), "utf-8")
    options = ("--credentials", office / "public.json", "--trustee", office / "1.public.json", "--uuid", UUID)
    assert said.lower() in refused("setup", path, office.archive, *options).lower()
    assert not office.archive.exists()


def test_keys_and_credentials_that_are_none_are_refused(office: Office) -> None:
    office.archive.unlink()
    bad = office.write("bad.json", '{"pok":{},"public_key":"x"}')
    common = ("setup", office / "description.toml", office.archive, "--uuid", UUID)
    good_key, good_roll = office / "1.public.json", office / "public.json"
    assert "bad.json: The list of trustees" in refused(*common, "--credentials", good_roll, "--trustee", bad)
    refused(*common, "--credentials", bad, "--trustee", good_key, status=1)
    twice = ("--trustee", good_key, "--trustee", good_key)
    assert "trustees.duplicate" in refused(*common, "--credentials", good_roll, *twice, status=1)
    assert not office.archive.exists()


def test_an_unsorted_list_of_credentials_is_sorted_before_anybody_sees_it(office: Office) -> None:
    office.archive.unlink()
    path = office / "public.json"
    entries = json.loads(path.read_bytes())
    path.write_bytes(dump(entries[::-1]))
    set_up(office)
    assert dump(entries) in office.archive.read_bytes()


# Usage.


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["trustee"],
        ["else"],
        ["vote"],
        ["close"],
        ["credentials", "--count", "0", "--private", "a", "--public", "b"],
        ["credentials", "--private", "a", "--public", "b"],
        ["credentials", "--count", "1", "--voters", "x", "--private", "a", "--public", "b"],
        ["credentials", "--count", "1", "--uuid", "0" * 14, "--private", "a", "--public", "b"],
        ["setup", "a", "b"],
        ["setup", "a", "b", "--credentials", "c", "--trustee", "d", "--timestamp", "-1"],
        ["vote", "a", "--credential", "11111-111111-11111-111111"],
        ["vote", "a", "--out", "b", "--challenge", "c"],
        ["trustee", "decrypt", "a", "b"],
    ],
)
def test_wrong_usage_ends_with_2(arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    done = run("egov-ballot", *arguments)
    assert (done.status, done.out) == (2, "")
    assert "usage: egov-ballot" in done.err
    assert not list(tmp_path.iterdir())


def test_no_option_takes_a_secret(office: Office) -> None:
    """Other users of a machine see the options of its processes."""
    for command in (["vote"], ["trustee", "new"], ["trustee", "decrypt"], ["credentials"], ["setup"], ["audit"]):
        said = ok(*command, "--help")
        secrets = re.findall(r"--(?:credential|passphrase|key|private)[a-z-]* [A-Z]+", said)
        assert all(option.split()[1] == "FILE" for option in secrets), command


def test_what_is_missing_ends_with_2(tmp_path: Path) -> None:
    missing: Any = tmp_path / "missing"
    for arguments in (
        ("close", missing),
        ("tally", missing),
        ("result", missing),
        ("decryption", missing, missing),
        ("vote", missing, "--choices", "1"),
        ("audit", missing, missing),
        ("trustee", "decrypt", missing, missing, "--out", tmp_path / "out"),
        ("setup", missing, tmp_path / "a", "--credentials", missing, "--trustee", missing),
        ("credentials", "--voters", missing, "--private", tmp_path / "b", "--public", tmp_path / "c"),
    ):
        assert "No such file or directory." in refused(*arguments)
    assert not list(tmp_path.iterdir())


def test_a_full_disk_leaves_no_half_event(office: Office, tmp_path: Path) -> None:
    """A limit on the size of files stands in for the disk."""
    size = office.archive.stat().st_size
    program = (
        "import resource, signal, sys; from egov_crypto.cli import ballot\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        f"resource.setrlimit(resource.RLIMIT_FSIZE, ({size + 700}, {size + 700}))\n"
        "sys.exit(ballot.main(sys.argv[1:]))"
    )
    arguments = ["vote", str(office.archive), *chosen("1", "1"), "--credential-file", str(office.credential("ann"))]
    done = subprocess.run([sys.executable, "-c", program, *arguments], capture_output=True, check=False, timeout=240)
    assert done.returncode == 2
    assert b"File too large" in done.stderr
    assert office.archive.stat().st_size == size
    assert office.verdict() == "holds"
