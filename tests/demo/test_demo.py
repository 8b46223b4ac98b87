"""The demonstration's command and what it invents."""

from __future__ import annotations

import base64
import json
import re
import shutil
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pytest
from crypto.tests.commands import arguments_of
from crypto.tests.gotlog import GoRefuses, go_receipt, go_verify
from sqlmodel import col, select
from starlette.testclient import TestClient
from tests.browser.server import on_own_port, port_of, serving
from tests.ledger.observer import Observer
from typer.testing import CliRunner

from egov_crypto import archive, tally
from egov_crypto import entry as entries_
from egov_crypto.cli import log_state
from egov_crypto.group import Point
from egov_crypto.keyfile import KeyFile
from egov_crypto.tiles import tiles_between
from egov_crypto.tlog_proof import TlogProof
from egov_crypto.verify import Verified, verify_archive
from egov_participation import approvals, audit, jobs
from egov_participation.actions import Action, Role
from egov_participation.app import create_app, create_services
from egov_participation.approvals.models import ProposalRow
from egov_participation.cli import app
from egov_participation.clock import ManualClock
from egov_participation.commission.service import checking, deciding, drafts, trustees
from egov_participation.database import METADATA, Database, Schema
from egov_participation.demo import ranked_texts, votes, witness
from egov_participation.demo.cli import RULES
from egov_participation.demo.fill import CLOSED_BALLOTS, fill, guests, people
from egov_participation.demo.keys import path_of
from egov_participation.incidents import service as incidents
from egov_participation.ledger import service as ledger
from egov_participation.ledger.models import LogEntry
from egov_participation.ledger.service.publishing import cosigners_of
from egov_participation.ledger.service.release import enter_release
from egov_participation.mail import NullMailer
from egov_participation.roles import service as roles
from egov_participation.services import Services
from egov_participation.settings import Settings
from egov_participation.voting import service
from egov_participation.voting import trackers as trackers_
from egov_participation.voting.models import VoteEvent
from egov_participation.voting.views import VoteView


def test_a_port_in_use_is_said_before_anything_is_made(tmp_path: Path) -> None:
    with socket.create_server(("localhost", 0)) as taken:
        port = taken.getsockname()[1]
        result = CliRunner().invoke(app, ["demo", "--port", str(port), "--folder", str(tmp_path / "demo")])

    assert result.exit_code == 1
    assert f"port {port} is in use" in result.output
    assert not (tmp_path / "demo").exists()


def test_the_guests_are_three_different_people_of_the_country() -> None:
    entries = guests()

    assert len({entry.iin for entry in entries} & {entry.iin for entry in people()}) == 3
    assert len({entry.family_name for entry in entries}) == len({entry.given_name for entry in entries}) == 3


def test_the_referendum_is_the_real_one_scaled() -> None:
    counted = votes.BLANK + votes.FOR + votes.AGAINST

    assert round(counted / votes.REGISTERED, 3) == 0.636
    assert (round(votes.FOR / counted, 2), round(votes.AGAINST / counted, 2)) == (0.71, 0.26)


NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The settings of a demonstration; each test takes a copy of its folder."""
    folder = tmp_path_factory.mktemp("filled")
    settings = on_own_port(Settings.for_tests(folder)).model_copy(update={"demo": True, "jurisdiction_dir": RULES})
    fill(settings, folder / "trustees", NOW, lambda stage, done, total: None)
    return settings


@pytest.fixture
def demo(filled: Settings, tmp_path: Path) -> Iterator[Services]:
    """The services of a demonstration of its own."""
    shutil.copytree(filled.keys_dir.parent, tmp_path, dirs_exist_ok=True)
    addresses = {"base_url": filled.base_url, "booth_url": filled.booth_url}
    of_demo = {"demo": True, "jurisdiction_dir": RULES, **addresses}
    settings = Settings.for_tests(tmp_path).model_copy(update=of_demo)
    services = create_services(settings, clock=ManualClock(NOW), mailer=NullMailer())
    yield services
    services.registrar.close()
    services.database.close()


def test_a_visitor_finds_counted_closed_and_open_votes_and_work_for_the_commission(
    demo: Services, tmp_path: Path
) -> None:
    now, services = NOW, demo
    referendum, elected, library, budget, mascot = sorted(service.votes(services), key=lambda vote: vote.opens_at)
    report = _verified(services, referendum).report
    election = _verified(services, elected)
    with services.database.read() as session:
        visitors = [services.registry.find(session, entry.iin) for entry in guests()]
        held = [Role(grant.role) for grant in roles.standing(session, now)]
        dead, _ = jobs.dead(session)
        kinds = {Action.GRANT_ROLE, Action.SET_UP_VOTE, Action.PUBLISH_VOTE}
        found = [audit.search(session, audit.Query(action=kind.value), limit=50)[0] for kind in kinds]
        steps = [entry.step for entries in found for entry in entries]
        states = {draft.state: draft for draft in drafts.standing(session)}
        unfinished = checking.check(services, session, states["editing"], now)
        awaited = approvals.pending_about(session, deciding.object_of(states["frozen"].uuid), now)
        unconfirmed = deciding.unconfirmed(session, states["frozen"])
        reports = incidents.of_vote(session, budget.uuid)
        queued = session.exec(select(jobs.Job).where(col(jobs.Job.done_at).is_(None))).all()
        signings = session.exec(select(ProposalRow).where(ProposalRow.kind == deciding.PUBLISH.name)).all()
    links = [trustees.by_token(services, _token(tmp_path / "trustees" / "closed", number)) for number in (1, 2, 3)]
    ballots = _decrypt(services, library, tmp_path / "trustees" / "closed")

    assert report.result == [[votes.BLANK, votes.FOR, votes.AGAINST]]
    assert (report.voters, report.ballots, report.registered) == (350, 353, 550)
    # Elena, the fifth by first preferences, came before the third; two of three trustees shuffled, and decrypted.
    council, projects = (election.outcome(place) for place in (0, 1))
    assert council is not None
    assert projects is not None
    assert (council.winners, council.blank, council.invalid, council.lots) == ((0, 4, 1), 2, 1, ())
    assert projects.winners == (1,)
    assert (election.report.ballots, election.report.shuffled, election.report.required) == (97, [1, 3], 2)
    assert [act.kind for act in elected.acts] == ["published"]
    assert (len(mascot.trustees), mascot.needed, mascot.ballots) == (3, 2, len(ranked_texts.MASCOT_ANSWERS))
    # The protocols say that two members approved them: two did.
    acts = [act.content_hash for vote in (referendum, elected) for act in vote.acts if act.kind == "published"]
    assert sorted(signing.content_hash for signing in signings) == sorted(acts)
    assert {signing.decision for signing in signings} == {"approved"}
    assert all(signing.decided_by not in {None, signing.proposed_by} for signing in signings)
    assert [vote.state for vote in (elected, library, budget, mascot)] == [
        service.VoteState.TALLIED,
        service.VoteState.DECRYPTING,
        service.VoteState.OPEN,
        service.VoteState.OPEN,
    ]
    assert [(link.vote, link.step) for link in links] == [(library.uuid, trustees.Step.DECRYPT)] * 3
    assert ballots == [CLOSED_BALLOTS]
    assert _private_key(tmp_path / "trustees", budget) > 0
    assert {role: held.count(role) for role in Role} == {
        **dict.fromkeys(Role, 2),
        Role.CITIZEN: 0,
    }
    # Of eleven roles one is not approved yet, and of two setups one is not; two protocols were.
    assert (steps.count("proposed"), steps.count("approved"), len(dead)) == (15, 13, 1)
    assert unfinished.setup is None
    assert {"opens_at", "roll.from", "questions[1].text.en"} <= {problem.path for problem in unfinished.problems}
    assert ([proposal.kind for proposal in awaited], unconfirmed) == ([deciding.SET_UP], [])
    assert sorted(report.answered_at is None for report in reports) == [False, True]
    # Mails: a trustee is invited, a member told of the proposal, a report acknowledged, and the one that failed.
    assert sorted(job.kind for job in queued) == ["notices.send"] * 4 + ["petitions.generated"]
    assert (tmp_path / "trustees" / "street" / "trustee-1.key").is_file()
    assert all(person and services.registrar.is_on_roll(budget.uuid, person.person_id) for person in visitors)


def _verified(services: Services, vote: VoteView) -> Verified:
    return verify_archive(BytesIO(b"".join(service.archive_file(services, vote.uuid).chunks())))


def _private_key(folder: Path, vote: VoteView, number: int = 1) -> int:
    sealed = KeyFile.parse((folder / f"trustee-{number}.key").read_bytes())
    assert sealed.public_key == Point.parse(vote.trustees[number - 1].public_key)
    return sealed.open((folder / f"trustee-{number}.passphrase").read_text().strip())


def _token(folder: Path, number: int) -> str:
    return path_of(folder, number).read_text().strip().removeprefix("/trustee/")


def _decrypt(services: Services, vote: VoteView, folder: Path) -> list[int]:
    """How many ballots each question of the result has, once all three have handed in what they decrypted."""
    verified = _verified(services, vote)
    for number in (1, 2, 3):
        raw = tally.decrypt(verified.election, verified.tally, _private_key(folder, vote, number))
        service.hand_in_decryption(services, vote.uuid, raw)
    return [sum(counts) for counts in service.vote(services, vote.uuid).result or []]


def test_the_whole_log_verifies_and_says_what_the_archives_say(demo: Services) -> None:
    client = TestClient(create_app(demo.settings, services=demo), base_url=demo.settings.base_url)
    entries = Observer(client).entries()

    for vote in service.votes(demo):
        file = BytesIO(b"".join(service.archive_file(demo, vote.uuid).chunks()))
        found = [member for member in archive.members(file, archive.read_timestamp(file)) if member.kind == "event"]
        logged = [entry for entry in entries if (entry["type"], entry.get("vote")) == ("vote.event", vote.uuid)]
        assert [entry["hash"] for entry in logged] == [member.hash for member in found]
        assert [entry["height"] for entry in logged] == list(range(len(found)))
    states = [
        entry["state"] for entry in entries if entry.get("vote") == service.votes(demo)[-1].uuid and "state" in entry
    ]
    assert states == ["setup", "open", "closed", "tallied", "published"]
    assert {entry["type"] for entry in entries} == {
        "agency.key",
        *("vote.event", "vote.state", "registrar.confirmation", "registrar.turnout"),
        *("document.published", "office.approval", "moderation.decision", "registrar.petition"),
        *(f"petition.{act}" for act in ("state", "attestation", "threshold", "answer", "audit")),
        *(f"consultation.{act}" for act in ("state", "extended", "version", "comment", "redaction", "reply", "report")),
    }
    with demo.database.read() as session:
        first, last = ledger.began(session), ledger.head(session)
    assert first is not None
    assert last is not None
    assert (last.at, first.year) == (NOW, 2024)  # it grew with the votes


def test_programs_of_others_verify_the_log_and_a_ballot_in_it(demo: Services, tmp_path: Path) -> None:
    """Go's sumdb/note and sumdb/tlog: at the sizes around a full tile, at others, and now."""
    ledger.publish(demo)
    client = TestClient(create_app(demo.settings, services=demo), base_url=demo.settings.base_url)
    observer = Observer(client)
    size = observer.look().checkpoint.size
    sizes = [1, 2, 3, 100, 255, 256, 257, 400, size - 1]
    for path in ["checkpoint", *{tile.path for now in (*sizes, size) for tile in tiles_between(0, now)}]:
        file = tmp_path / "log" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(client.get(f"/log/{path}").raise_for_status().content)
    with demo.database.read() as session:
        cast = session.exec(select(VoteEvent).where(col(VoteEvent.tracker).is_not(None))).first()
    assert cast is not None
    tracker = trackers_.to_address(str(cast.tracker))
    proof, entry = tmp_path / "proof", tmp_path / "entry"
    proof.write_bytes(client.get(f"/votes/{cast.vote_uuid}/ballots/{tracker}/proof").raise_for_status().content)
    receipt = json.loads(TlogProof.parse(proof.read_bytes()).extra)
    says = {"vote": receipt["vote"], "height": receipt["height"], "hash": receipt["head"], "event": "Ballot"}
    entry.write_bytes(entries_.dump({"type": "vote.event", "version": 1, **says}))

    found = go_verify(tmp_path / "log", observer.key, sizes)
    assert (found["entries"], len(found["sizes"])) == (size, 10)
    assert go_receipt(proof, entry, observer.key)["size"] == size
    flipped = bytearray((tmp_path / "log" / "tile" / "entries" / "000").read_bytes())
    flipped[-1] ^= 1
    (tmp_path / "log" / "tile" / "entries" / "000").write_bytes(flipped)
    with pytest.raises(GoRefuses):
        go_verify(tmp_path / "log", observer.key)


def test_everything_holds_for_somebody_who_trusts_nobody(
    demo: Services, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`egov-verify site` over HTTP: log, archives, petitions, figures, documents and the files of both hosts."""
    monkeypatch.setenv(log_state.VARIABLE, str(tmp_path / "seen"))
    with witness.running(tmp_path, ledger.verifier_keys(demo)) as asked:
        watched = replace(demo, settings=demo.settings.model_copy(update={"log_witnesses": (asked,)}))
        enter_release(demo.database)
        cosigners = cosigners_of(watched.settings, demo.database)
        ledger.publish(watched, cosigners)
        cosigners.close()
    with witness.running(tmp_path, ledger.verifier_keys(demo)) as again:  # it is the same one at the next start
        assert again[0] == asked[0]
    app = create_app(watched.settings, services=watched)
    with serving(app, port_of(demo.settings)):
        # Whoever names a witness asks for its cosignature.
        command = arguments_of("egov-verify", "site", "--json", demo.settings.base_url, "--witness", asked[0])
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)
        page = TestClient(app, base_url=demo.settings.base_url).get("/en/observe").text

    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    found = json.loads(done.stdout)
    assert found["ok"]
    assert "The demonstration is this witness itself" in page
    checked = {check["name"]: check["count"] for check in found["checks"]}
    assert checked["votes"] == len(service.votes(demo))
    # Of the ranked election the count of each question and its shuffled ballots, beside the archive.
    (elected,) = [one for one in found["votes"] if one["kinds"] == ["NonHomomorphic", "NonHomomorphic", "Lists"]]
    assert elected["shuffled"] == [1, 3]
    assert {"name": "counts", "ok": True, "count": 8} in elected["checks"]
    assert [bool(one) for one in elected["outcomes"]] == [True, True, False]
    assert checked["petitions"] >= 10
    assert checked["files"] > 100


PUBLIC = {
    *("voting_vote", "voting_event", "voting_credential", "voting_trustee", "voting_act", "search_document"),
    *("search_text", "search_posting", "ledger_entry", "ledger_waiting", "ledger_witness", "alembic_version"),
}
"""Tables in which nothing is anybody's own; ballots and credentials are looked for all the same."""
PUBLIC_HASHES = {
    *("registrar_vote.roll_hash", "registrar_vote.setup_hash", "commission_trustee.confirmed_hash"),
    *("commission_draft.setup_hash", "approval_proposal.content_hash", "opendata_archive.head"),
    *("petition.document_hash", "petition_outcome.document_hash", "petition_reached_tier.tier"),
    *("petition_audit.approved", "petition_audit.document", "petition_audit_commitment.commitment"),
    *("petition_audit_commitment.value", "registrar_audit_question.audit", "registrar_audit_question.pseudonym"),
    *("registrar_attestation.pseudonym", "registrar_petition.document", "registrar_petition.key"),
    *("registrar_petition.regions", "consultation_expression.document_hash", "consultation_expression.source_sha256"),
    *(
        "consultation_comment.document_hash",
        "consultation_comment_edit.document_hash",
        "consultation_reply.document_hash",
    ),
    "consultation_report.content_hash",
}
"""What is in the log as docs/log.md says: hashes, keys, pseudonyms, codes. They stand elsewhere too."""
OF_NOBODY = re.compile(
    r"[a-z_.-]+"  # words of the program: kinds, states
    r"|[1-9A-HJ-NP-Za-km-z]{14}"  # a vote's identifier
    r"|vote:[1-9A-HJ-NP-Za-km-z]{14}"
    r"|[PC]-\d{4}-\d{4}"  # number of a petition, or of a consultation
    r"|\d{9}"  # a territory's code
    r"|\d{4}-\d\d-\d\d([T ].*)?"  # a day, a time
)


def test_nothing_that_is_anybodys_own_is_in_the_log(demo: Services) -> None:
    """Every text of every table that is not public, of either database; every resident; every tracker and token."""
    ledger.publish(demo)
    with demo.database.read() as session:
        raw = b"\n".join(session.exec(select(LogEntry.raw))).decode()
        trackers = [tracker for tracker in session.exec(select(VoteEvent.tracker)) if tracker]
        credentials = [credential for credential in session.exec(select(VoteEvent.credential)) if credential]
        heads = list(session.exec(select(VoteEvent.hash)))
    private = dict.fromkeys([*trackers, *map(trackers_.to_address, trackers), *credentials], "ballots")
    for entry in people():
        person = {entry.iin.digits, entry.family_name, entry.given_name, entry.patronymic, entry.mail, entry.address}
        private |= dict.fromkeys(person, "people")
    for path in demo.settings.keys_dir.parent.joinpath("trustees").rglob("*"):
        if path.is_file():
            private |= dict.fromkeys(path.read_text().split(), path.name)
    told = {demo.registrar.key, *heads}
    for url, schema in (
        (demo.settings.database_url, Schema.PLATFORM),
        (demo.settings.registrar_database_url, Schema.REGISTRAR),
    ):
        found, public = _texts(url, schema)
        private |= found
        told |= public
    private = {text: where for text, where in private.items() if text not in told}
    private = {text: found for text, found in private.items() if len(text) >= 6 and not OF_NOBODY.fullmatch(text)}

    assert len(private) > 3000
    assert {text: where for text, where in private.items() if text in raw} == {}


def _held(value: object) -> list[str]:
    """The texts in a JSON value."""
    if isinstance(value, dict | list):
        return [text for one in (value.values() if isinstance(value, dict) else value) for text in _held(one)]
    return [value] if isinstance(value, str) else []


def _texts(url: str, schema: Schema) -> tuple[dict[str, str], set[str]]:
    """What stands in text columns, whole and word by word, and in bytes, with the column that it stands in; and what
    stands in `PUBLIC_HASHES`."""
    database, found, public = Database(url, schema), dict[str, str](), set[str]()
    with database.read() as session:
        for table in METADATA[schema].sorted_tables:
            if table.name in PUBLIC:
                continue
            for row in session.execute(select(*table.columns)).mappings():
                for name, value in row.items():
                    where = f"{table.name}.{name}"
                    words = [value.hex(), base64.b64encode(value).decode()] if isinstance(value, bytes) else []
                    if isinstance(value, str):
                        # Of JSON the names are the program's.
                        held = _held(json.loads(value)) if value.startswith("{") else [value]
                        words = [value, *(word for text in held for word in text.split())]
                    if where in PUBLIC_HASHES:
                        public |= set(words)
                    else:
                        found |= dict.fromkeys(words, where)
    database.close()
    return found, public
