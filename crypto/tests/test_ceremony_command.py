"""A ceremony on the command line: what each trustee does over days, and an election with the key that it makes."""

from __future__ import annotations

import json
import re
import stat
from pathlib import Path

import pytest
from crypto.tests.making import dump
from crypto.tests.office import UUID, Office, decrypt, ok, refused, refused_decryption, tallied

from egov_crypto import sealing
from egov_crypto.cli import ballot
from egov_crypto.group import base
from egov_crypto.threshold.ceremony import Ceremony, Step
from egov_crypto.threshold.keyfile import State, ThresholdKeyFile, seal

STEPS = {"commit": Step.COMMITMENT, "polynomial": Step.POLYNOMIAL, "share": Step.VOUTPUT}


@pytest.fixture(autouse=True)
def _cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    """Key files are opened some dozens of times."""
    monkeypatch.setattr(sealing, "ITERATIONS", 1000)


class Group:
    """Three trustees, of whom two are to be enough, and who carries their messages."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.file = folder / "ceremony.json"
        ok("ceremony", "begin", self.file, "--of", 3, "--needed", 2)

    def certificate(self, place: int, *options: object) -> str:
        key = ("--passphrase-to", self.folder / f"t{place}.passphrase")
        sizes = ("--place", place, "--of", 3, "--needed", 2)
        return ok("trustee", "certificate", self.key(place), *sizes, "--out", self.out(place, "cert"), *key, *options)

    def key(self, place: int) -> Path:
        return self.folder / f"t{place}.key"

    def out(self, place: int, suffix: str) -> Path:
        return self.folder / f"t{place}.{suffix}"

    def step(self, command: str, place: int, ceremony: Path | None = None) -> tuple[object, ...]:
        out = () if command == "compare" else ("--out", self.out(place, command))
        passphrase = ("--passphrase-file", self.folder / f"t{place}.passphrase")
        return "trustee", command, self.key(place), ceremony or self.file, *out, *passphrase

    def add(self, place: int, suffix: str) -> str:
        return ok("ceremony", "add", self.file, place, self.out(place, suffix))

    def all(self, command: str) -> None:
        for place in (1, 2, 3):
            ok(*self.step(command, place))
        for place in (1, 2, 3):
            self.add(place, command)


@pytest.fixture
def group(tmp_path: Path) -> Group:
    made = Group(tmp_path)
    for place in (1, 2, 3):
        made.certificate(place)
        made.add(place, "cert")
    return made


def test_a_ceremony_and_an_election_with_its_key(office: Office) -> None:
    group = Group(office.folder)
    assert "Awaited now: the certificate of trustees 1, 2, 3." in ok("ceremony", "show", group.file)
    for place in (1, 2, 3):
        assert "egov-ballot trustee commit" in group.certificate(place, "--election", UUID)
        assert stat.S_IMODE(group.key(place).stat().st_mode) == 0o600
    group.add(3, "cert")
    assert "Awaited now: the certificate of trustee 2." in group.add(1, "cert")
    assert "that of trustee 2 is not there yet" in refused(*group.step("commit", 1))
    assert not group.out(1, "commit").exists()
    assert "Awaited now: the commitment of trustees 1, 2, 3." in group.add(2, "cert")
    for command in ("commit", "polynomial", "share"):
        group.all(command)
    assert stat.S_IMODE(group.key(1).stat().st_mode) == 0o600
    assert "The ceremony is done." in ok("ceremony", "show", group.file)
    told = {ok(*group.step("compare", place)) for place in (1, 2, 3)}
    assert len(told) == 1
    (fingerprint,) = re.findall(r"^((?:[0-9a-f]{4} ){15}[0-9a-f]{4})$", told.pop(), re.MULTILINE)
    assert fingerprint in ok("ceremony", "parameters", group.file, "--out", office / "parameters.json")

    office.archive.unlink()
    ok(
        *("setup", office / "description.toml", office.archive, "--uuid", UUID),
        *("--credentials", office / "public.json"),
        *("--trustee", office / "1.public.json", "--trustee", office / "parameters.json"),
    )
    tallied(office)
    assert "trustees.missing" in refused_decryption(office, 2, status=1)
    done = ok(*decrypt(office, 1))
    assert fingerprint not in done
    assert "Decrypted by trustee 1; 2 trustees missing." in ok("decryption", office.archive, office / "1.decryption")
    for place, missing in ((3, "1 trustee"), (1, "0 trustees")):
        assert "have not decrypted yet" in refused("result", office.archive)
        key = (group.key(place), office.archive, "--passphrase-file", office / f"t{place}.passphrase")
        done = ok("trustee", "decrypt", *key, "--out", group.out(place, "decryption"))
        assert f"You are trustee {place + 1} of 4." in done
        assert "Of the 3 who made their key together, 2 are enough." in done
        assert fingerprint in done
        done = ok("decryption", office.archive, group.out(place, "decryption"))
        assert f"Decrypted by trustee {place + 1}; {missing} missing." in done
    ok("result", office.archive)
    assert office.verdict() == "holds"


def test_a_step_is_not_taken_twice_on_different_inputs(group: Group) -> None:
    certified = group.file.read_bytes()
    said = ok(*group.step("commit", 1))
    assert "The commitment, to hand in" in said
    commitment = group.out(1, "commit").read_bytes()
    assert "is there already" in refused(*group.step("commit", 1))
    group.out(1, "commit").unlink()
    assert "The same commitment as before" in ok(*group.step("commit", 1))
    assert group.out(1, "commit").read_bytes() == commitment
    group.out(1, "commit").unlink()

    # Another ceremony, in which the first trustee's certificate is the same.
    (group.folder / "other").mkdir()
    other = Group(group.folder / "other")
    group.out(1, "cert").rename(other.out(1, "cert"))
    for place in (2, 3):
        other.certificate(place)
    for place in (1, 2, 3):
        other.add(place, "cert")
    assert "ceremony.differs" in refused(*group.step("commit", 1, other.file), status=1)
    assert "no certificate in it" in refused(*group.step("commit", 2, other.file), status=1)
    assert not group.out(1, "commit").exists()

    # Other commitments than those that the polynomial was shown for.
    ok(*group.step("commit", 1))
    for place in (2, 3):
        ok(*group.step("commit", place))
    for place in (1, 2, 3):
        group.add(place, "commit")
    ok(*group.step("polynomial", 1))
    ceremony = json.loads(group.file.read_bytes())
    lying = group.folder / "lying.json"
    changed = [*ceremony["commitments"][:2], "0" * 64]
    lying.write_text(json.dumps({**ceremony, "commitments": changed}, separators=(",", ":")))
    group.out(1, "polynomial").unlink()
    assert "the commitments" in refused(*group.step("polynomial", 1, lying), status=1)
    assert "is needed first" in refused(*group.step("share", 1))
    assert "is needed first" in refused(*group.step("compare", 1))
    assert "is needed first" in refused("ceremony", "parameters", group.file, "--out", group.folder / "p")
    group.file.write_bytes(certified)
    assert "is needed first" in refused(*group.step("polynomial", 1))


def test_what_does_not_hold_is_not_added(group: Group) -> None:
    before = group.file.read_bytes()
    for wrong in (b"", b"x", b"{}", b"A" * 64):
        group.out(1, "commit").write_bytes(wrong)
        assert "ceremony.format" in refused("ceremony", "add", group.file, 1, group.out(1, "commit"), status=1)
    assert "no trustee 4" in refused("ceremony", "add", group.file, 4, group.out(1, "commit"))
    assert group.file.read_bytes() == before
    group.file.write_bytes(before[:-9])
    assert "ceremony.format" in refused("ceremony", "show", group.file, status=1)
    group.file.write_bytes(b"x" * (1 << 23) + b"x")
    assert "too large" in refused("ceremony", "show", group.file)


def test_what_is_documented_can_be_typed() -> None:
    text = (Path(__file__).parents[2] / "docs/trustees.md").read_text("utf-8")
    lines = re.findall(r"^egov-ballot (.+)$", text, re.MULTILINE)
    assert len(lines) == 9
    assert len({ballot._parser().parse_args(line.split()).run for line in lines}) == 9
    assert Ceremony(3, 2).to_json().decode().partition('"certificates"')[0] in text
    state = State.begin(3, 2, 1)
    file = seal(state, "", "lusab").decode()
    assert file.partition(base(state.keys.signing).text)[0] in text
    sealed = ThresholdKeyFile.parse(file.encode())
    opened = sealed.sealed.open(dump([*json.loads(file).values()][:5]), "lusab")
    for name in json.loads(opened):
        assert f"`{name}`" in text


def test_sizes_that_make_no_sense_are_refused(tmp_path: Path) -> None:
    for size, needed in ((1, 1), (3, 1), (3, 4), (31, 2)):
        refused("ceremony", "begin", tmp_path / "c", "--of", size, "--needed", needed)
        options = ("--of", size, "--needed", needed, "--place", 1, "--out", tmp_path / "cert")
        refused("trustee", "certificate", tmp_path / "key", *options)
    options = ("--of", 3, "--needed", 2, "--place", 4, "--out", tmp_path / "cert")
    assert "no place 4" in refused("trustee", "certificate", tmp_path / "key", *options)
    assert list(tmp_path.iterdir()) == []


def test_a_key_file_is_opened_by_its_passphrase_alone_and_says_what_it_holds(group: Group) -> None:
    raw = group.key(1).read_bytes()
    value = json.loads(raw)
    assert "has no share yet" in refused(*("trustee", "decrypt", group.key(1), group.file, "--out", group.folder / "d"))
    good = (group.folder / "t1.passphrase").read_text()
    (group.folder / "t1.passphrase").write_text((group.folder / "t2.passphrase").read_text())
    assert "passphrase is wrong" in refused(*group.step("commit", 1))
    assert "is needed first" in refused(*group.step("polynomial", 1))  # told before a passphrase is typed
    (group.folder / "t1.passphrase").write_text(good)
    for changed in ({"election": "1" * 14}, {"public_key": value["verification"]}):
        group.key(1).write_text(json.dumps({**value, **changed}))
        assert "passphrase is wrong" in refused(*group.step("commit", 1))
    for changed in ({"version": 2}, {"type": "x"}, {"kdf": {}}, {"verification": "0"}, {"x": 1}):
        group.key(1).write_text(json.dumps({**value, **changed}))
        assert "cannot be read" in refused(*group.step("commit", 1))
    group.key(1).write_bytes(raw)
    ok(*group.step("commit", 1))
    assert group.key(1).read_bytes() != raw
    assert ThresholdKeyFile.parse(group.key(1).read_bytes()).open(good).step is Step.POLYNOMIAL
    assert Ceremony.parse(group.file.read_bytes().strip()).awaiting() == (Step.COMMITMENT, (1, 2, 3))
