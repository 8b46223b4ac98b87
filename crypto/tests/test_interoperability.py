"""Elections that belenios-tool 3.0 makes verify here, and ours verify there: one by one, whole, and counted."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from crypto.tests.making import TIMESTAMP, World, ballot_verdict, verdict
from crypto.tests.reference import Reference

from egov_crypto import archive, ballot, credential, tally, trustee, wire
from egov_crypto.election import Election, random_uuid
from egov_crypto.question import Question
from egov_crypto.trustees import Trustees
from egov_crypto.verify import Verified, verify_archive

pytestmark = pytest.mark.belenios

NASTY = 'Қазақстан «тілі» / "Ё" \\ back\\\\slash \x7f 🗳️👩🏽‍⚖️ é </script> \u2028 \t tab \n line / it\'s'
CONTROLS = "".join(map(chr, range(1, 32))) + "\x7f\x80\x9f\ufeff\ufffd\uffff\U0010ffff"


@dataclass(frozen=True)
class Case:
    """An election: what is asked, who may vote (as belenios-tool's voters file has it), and who votes what."""

    questions: tuple[Question, ...]
    voters: tuple[str, ...] = ("alice", "bob", "carol")
    votes: tuple[tuple[str, list[list[int]]], ...] = ()
    counts: list[list[int]] = field(default_factory=list)
    name: str = "Сынақ"
    trustees: int = 2

    @property
    def weights(self) -> dict[str, int]:
        """By voter: a third column, if there is one."""
        lines = [voter.split(",") for voter in self.voters]
        return {line[0]: int(line[2]) if len(line) > 2 else 1 for line in lines}

    @property
    def template(self) -> dict[str, Any]:
        return {
            "description": NASTY,
            "name": self.name,
            "questions": [question.to_json() for question in self.questions],
            "administrator": "Комиссия",
            "credential_authority": "Тіркеуші",
        }


CASES = {
    "one question, unweighted": Case(
        questions=(Question(("Иә", "Жоқ"), "Қалай?", 1, 1),),
        votes=(("carol", [[0, 1]]), ("alice", [[1, 0]])),
        counts=[[1, 1]],
    ),
    "texts that are hard to write": Case(
        questions=(Question((NASTY, CONTROLS, ""), NASTY + CONTROLS, 0, 3, blank=True),),
        votes=(("bob", [[0, 1, 1, 1]]), ("alice", [[1, 0, 0, 0]]), ("carol", [[0, 0, 0, 0]])),
        counts=[[1, 1, 1, 1]],
        name=CONTROLS,
        trustees=1,
    ),
    "weights, blank votes, several questions, revotes": Case(
        questions=(
            Question(("Иә / Да", "Жоқ / Нет"), "1", 1, 1, blank=True),
            Question(("А", "Ә", "Б", "В"), "2", 2, 3),
            Question(("тек осы",), "3", 0, 1, blank=True),
        ),
        voters=("alice,,3", "bob,,1000", "carol,,5"),
        votes=(
            ("alice", [[0, 1, 0], [1, 1, 0, 0], [1, 0]]),
            ("bob", [[0, 1, 0], [1, 1, 1, 0], [0, 1]]),
            ("alice", [[1, 0, 0], [0, 0, 1, 1], [0, 1]]),
            ("bob", [[1, 0, 0], [0, 1, 1, 0], [1, 0]]),
            ("bob", [[0, 0, 1], [1, 0, 0, 1], [0, 0]]),
        ),
        counts=[[3, 0, 1000], [1000, 0, 3, 1003], [0, 3]],
        trustees=3,
    ),
    # belenios-tool takes seconds for each count of this size; 2^62 can be on the list if its owner does not vote.
    "weights above 2^30": Case(
        questions=(Question(("Иә",), "?", 0, 1),),
        voters=("alice,,2", f"bob,,{2**30}", f"carol,,{2**31 - 1}", f"dora,,{2**62}", "emil,,1073741823"),
        votes=(("bob", [[0]]), ("alice", [[0]]), ("bob", [[1]])),
        counts=[[2**30]],
    ),
    "weights for some voters only": Case(
        questions=(Question(("a", "b"), "?", 1, 2),),
        voters=("alice", "bob,,7", "carol,login", "dora,,1"),
        votes=(("bob", [[1, 0]]), ("alice", [[1, 1]]), ("dora", [[0, 1]])),
        counts=[[8, 2]],
    ),
    "nothing can be chosen": Case(
        questions=(Question(("a", "b"), "?", 0, 0), Question(("a",), "?", 0, 0, blank=True)),
        votes=(("alice", [[0, 0], [0, 0]]), ("bob", [[0, 0], [1, 0]])),
        counts=[[0, 0], [1, 0]],
    ),
    "nobody votes": Case(
        questions=(Question(("a", "b"), "?", 1, 2), Question(("a",), "?", 0, 1, blank=True)),
        counts=[[0, 0], [0, 0]],
    ),
    "everybody blank, one trustee, many answers": Case(
        questions=(Question(tuple("abcdefghijkl"), "?", 3, 7, blank=True),),
        voters=("alice", "bob"),
        votes=(("alice", [[1, *[0] * 12]]), ("bob", [[1, *[0] * 12]])),
        counts=[[2, *[0] * 12]],
        trustees=1,
    ),
}


@pytest.fixture(params=CASES)
def case(request: pytest.FixtureRequest) -> Case:
    return CASES[request.param]


def verified(raw: bytes) -> Verified:
    return verify_archive(io.BytesIO(raw))


def test_an_election_of_the_reference_verifies_here_in_every_state(
    case: Case, belenios_tool: Path, tmp_path: Path
) -> None:
    theirs = Reference(belenios_tool, tmp_path, random_uuid())
    theirs.make(case.template, case.voters, case.trustees)
    election = verified(theirs.archive.read_bytes()).election
    assert (election.name, election.description) == (case.name, NASTY)
    assert list(election.questions) == list(case.questions)
    rebuilt = Election.build(
        uuid=election.uuid,
        name=case.name,
        description=NASTY,
        public_key=election.public_key,
        questions=case.questions,
        administrator="Комиссия",
        credential_authority="Тіркеуші",
    )
    assert rebuilt.raw == election.raw

    # Their ballots and ours, in turn, in their archive.
    credentials = theirs.credentials
    for number, (voter, choices) in enumerate(case.votes):
        text = credentials[voter.partition(",")[0]]
        raw = theirs.ballot(text, choices) if number % 2 == 0 else ballot.make(election, text, choices)
        assert ballot_verdict(election, raw) == "holds"
        theirs.add("Ballot", raw + b"\n")
    report = verified(theirs.archive.read_bytes()).report
    assert (report.ballots, report.voters) == (len(case.votes), len({voter for voter, _ in case.votes}))
    assert report.registered == len(case.voters)

    theirs.add("EndBallots")
    ours = verified(theirs.archive.read_bytes())
    assert ours.report.state == "closed"
    lines = theirs.election("compute-encrypted-tally")
    assert lines.splitlines() == [ours.tally.to_json(), ours.tally.sized_json()]
    assert ours.tally.weight == sum(case.weights[voter] for voter in {voter for voter, _ in case.votes})

    # Their decryptions, and ours with their keys.
    theirs.add("EncryptedTally", lines)
    for owner, path in enumerate(theirs.private_keys, start=1):
        assert verified(theirs.archive.read_bytes()).report.state == "decrypting"
        if owner % 2:
            lines = theirs.election("decrypt", "--privkey", path.name, "--trustee-id", str(owner))
        else:
            payload = tally.decrypt(election, ours.tally, int(json.loads(path.read_bytes())))
            lines = payload + b"\n" + tally.owned_json(owner, payload) + b"\n"
        theirs.add("PartialDecryption", lines)
    decrypted = verified(theirs.archive.read_bytes())
    assert decrypted.report.decrypted == list(range(1, case.trustees + 1))
    result = theirs.election("compute-result").strip()
    assert json.loads(result) == json.loads(tally.result_to_json(case.counts))
    assert tally.result_to_json(case.counts) == result
    theirs.add("Result", result + b"\n")
    whole = theirs.archive.read_bytes()
    report = verified(whole).report
    assert (report.state, report.result) == ("tallied", case.counts)
    assert rewritten(whole) == whole


def rewritten(raw: bytes) -> bytes:
    """An archive read and written again by us."""
    file = io.BytesIO(raw)
    timestamp = archive.read_timestamp(file)
    pending: list[bytes] = []
    head, written = archive.Head(timestamp, -1, ""), raw[: file.tell()]
    for member in list(archive.members(file, timestamp)):
        content = archive.content(file, member)
        if member.kind == "data":
            pending.append(content)
        else:
            head, blob = archive.append(head, archive.Event.parse(content).type, *pending)
            written += blob
            pending = []
    return written


def test_an_election_of_ours_is_accepted_by_the_reference(case: Case, belenios_tool: Path, tmp_path: Path) -> None:
    made = [trustee.generate() for _ in range(case.trustees)]
    keys = [key for _, key in made]
    uuid = random_uuid()
    election = Election.build(
        uuid=uuid,
        name=case.name,
        description=NASTY,
        public_key=Trustees.singles(keys).public_key,
        questions=case.questions,
        credential_authority="Тіркеуші",
    )
    weights = case.weights
    private = {voter: credential.generate() for voter in weights}
    roll = credential.list_to_json((credential.public(uuid, private[voter]), weights[voter]) for voter in weights)
    world = World(election, tuple(x for x, _ in made), tuple(keys), tuple(private.values()), tuple(weights.values()))
    ours = world.archive(roll=roll)
    (tmp_path / "set-up").mkdir()
    set_up = Reference(belenios_tool, tmp_path / "set-up", uuid)
    set_up.archive.write_bytes(ours.raw)

    # One by one on an archive that holds no ballot: `election verify` does not wait for its checks of ballots.
    voters = list(private)
    for voter, choices in case.votes:
        raw = world.ballot(voters.index(voter), choices)
        assert set_up.accepts(raw)
        ours.ballots(raw)
    assert not set_up.accepts(b"{}")

    closed = set_up.beside(ours.close().raw, tmp_path / "closed")
    sum_ = ours.sum()
    assert closed.election("compute-encrypted-tally").splitlines() == [sum_.to_json(), sum_.sized_json()]
    decrypted = set_up.beside(ours.tally().decrypt().raw, tmp_path / "decrypted")
    assert decrypted.election("compute-result").strip() == tally.result_to_json(case.counts)
    whole = set_up.beside(ours.result(case.counts).raw, tmp_path / "whole")
    for theirs in (set_up, closed, decrypted, whole):
        said = theirs.ask("election", "verify", "--dir", ".", "--uuid", uuid)
        assert b"all checks passed" in said.stdout + said.stderr
        assert said.returncode == 0
    assert verified(ours.raw).report.result == case.counts


def test_our_keys_credentials_and_setup_can_be_used_by_the_reference(belenios_tool: Path, tmp_path: Path) -> None:
    """They decrypt with a key of ours, vote with a credential of ours, and go on with an archive that we began."""
    private, key = trustee.generate()
    uuid, question = random_uuid(), Question(("a", "b"), "?", 1, 1)
    election = Election.build(uuid=uuid, name="n", description="", public_key=key.public_key, questions=[question])
    texts = [credential.generate() for _ in range(3)]
    for text in texts:
        derived = Reference(belenios_tool, tmp_path, uuid).run(
            *("setup", "generate-credentials", "--group", "Ed25519", "--uuid", uuid, "--derive", text)
        )
        assert derived.decode().strip() == credential.public(uuid, text).text
    _, raw = archive.start(
        TIMESTAMP,
        election.raw,
        Trustees.singles([key]).to_json(),
        credential.list_to_json((credential.public(uuid, text), 1) for text in texts),
    )
    theirs = Reference(belenios_tool, tmp_path, uuid)
    theirs.archive.write_bytes(raw)
    (tmp_path / "our.privkey").write_bytes(wire.dump(str(private)))
    for text in (texts[2], texts[0], texts[2]):
        theirs.add("Ballot", theirs.ballot(text, [[0, 1]]) + b"\n")
    assert json.loads(theirs.finish()) == {"result": [[0, 2]]}
    assert verified(theirs.archive.read_bytes()).report.result == [[0, 2]]


def test_trackers_and_fingerprints_are_those_of_the_reference(belenios_tool: Path, tmp_path: Path) -> None:
    theirs = Reference(belenios_tool, tmp_path, random_uuid())
    case = CASES["one question, unweighted"]
    theirs.make(case.template, case.voters, 1)
    election = verified(theirs.archive.read_bytes()).election
    raw = theirs.ballot(theirs.credentials["alice"], [[1, 0]])
    assert ballot.tracker(raw) == theirs.run("sha256-b64", stdin=raw).decode().strip()
    assert election.fingerprint == theirs.run("sha256-b64", stdin=election.raw).decode().strip()
    assert json.loads(raw)["election_hash"] == election.fingerprint


def test_a_forged_ballot_is_refused_by_both_and_its_archive_here(belenios_tool: Path, tmp_path: Path) -> None:
    """Their `election verify` starts the checks of ballots and does not wait for them; `verify-ballot` does."""
    case = CASES["one question, unweighted"]
    theirs = Reference(belenios_tool, tmp_path, random_uuid())
    theirs.make(case.template, case.voters, 1)
    election = verified(theirs.archive.read_bytes()).election
    good = theirs.ballot(theirs.credentials["alice"], [[1, 0]])
    content = json.loads(theirs.ballot(theirs.credentials["bob"], [[1, 0]]))
    content["answers"] = json.loads(good)["answers"]
    del content["signature"]
    forged = ballot.sign(election, theirs.credentials["bob"], ballot.UnsignedBallot(content, [], []))
    assert not theirs.accepts(forged)
    theirs.add("Ballot", good + b"\n")
    theirs.add("Ballot", forged + b"\n")
    assert verdict(theirs.archive.read_bytes()) == "ballot.proof.individual"
