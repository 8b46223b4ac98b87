"""What the registrar does alike inside a process and over real HTTP, on a port and on a socket."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
import uvicorn
from tests.browser.server import in_a_thread
from tests.ports import free_port
from tests.registrar.book import CredentialBook
from tests.registrar.people import UUID, Rolls
from tests.registrar.signing import REF, Petitions, drawn
from tests.voting.making import make_people

from egov_crypto import credential as credentials
from egov_participation.clock import ManualClock
from egov_participation.errors import DomainError
from egov_participation.registrar import generated, replies, statements
from egov_participation.registrar.client import RemoteRegistrar
from egov_participation.registrar.interface import Act, Registrar, Signing, Voter, Way
from egov_participation.registrar.line import Line
from egov_participation.registrar.server import create_app
from egov_participation.registrar.service import LocalRegistrar
from egov_participation.registrar.statements import canonical
from egov_participation.services import Services

SECRET = "a-secret-of-the-test-that-is-long-enough"


class Serving:
    """A registrar's process, as far as a thread can be one."""

    def __init__(self, registrar: LocalRegistrar, folder: Path, *, uds: bool) -> None:
        self.secret_file = folder / "registrar-secret"
        self.secret_file.write_text(SECRET + "\n")
        app = create_app(registrar, self.secret_file, works=False)
        if uds:
            self.url = f"unix:{folder}/r.sock"
            where: dict[str, object] = {"uds": f"{folder}/r.sock"}
        else:
            port = free_port()
            self.url, where = f"http://127.0.0.1:{port}", {"host": "127.0.0.1", "port": port}
        self.server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False, **where))  # type: ignore[arg-type]
        self._running = ExitStack()

    def start(self) -> None:
        self._running.enter_context(in_a_thread(self.server))

    def stop(self) -> None:
        self._running.close()


@pytest.fixture(params=["inside", "http", "socket"])
def rolls(
    request: pytest.FixtureRequest, services: Services, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Rolls]:
    """Made through whichever registrar it is."""
    local = services.registrar
    assert isinstance(local, LocalRegistrar)
    if request.param == "inside":
        yield Rolls(local, services)
        return
    serving = Serving(local, tmp_path_factory.mktemp("s"), uds=request.param == "socket")
    serving.start()
    client = RemoteRegistrar(serving.url, serving.secret_file)
    yield Rolls(client, services)
    client.close()
    serving.stop()


@pytest.fixture
def serving(services: Services, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    assert isinstance(services.registrar, LocalRegistrar)
    serving = Serving(services.registrar, tmp_path_factory.mktemp("s"), uds=False)
    serving.start()
    yield serving
    serving.stop()


def refusal(call: object, *arguments: object, **named: object) -> tuple[int, str]:
    with pytest.raises(DomainError) as refused:
        call(*arguments, **named)  # type: ignore[operator]
    return int(refused.value.status), refused.value.code


def test_a_whole_course(rolls: Rolls, services: Services, clock: ManualClock) -> None:
    there: Registrar = rolls.registrar
    told: list[tuple[int, int]] = []
    people, _, closes_at = rolls.prepared(12)
    voters = [Voter(person, 2, "KZ-75") for person in people]
    roll = there.prepare(
        UUID, voters, binding=False, closes_at=closes_at, progress=lambda done, total: told.append((done, total))
    )
    assert roll.size == 12
    assert told == sorted(told)
    assert told[-1] in {(24, 24), (24, 36)}  # made and written; a process of its own hands them over too
    assert {weight for _, weight in roll.public} == {2}
    setup = rolls.setup(roll, closes_at)
    statement = there.confirm(UUID, setup)
    assert statements.verify(statement, there.key, type="egov-registrar-confirmation")["roll"]["hash"] == roll.hash
    there.activate(UUID, hashlib.sha256(setup).hexdigest())
    there.extend(UUID, closes_at + timedelta(hours=1))
    person = people[3]
    assert there.votes_of(person) == [UUID]
    assert there.is_on_roll(UUID, person)
    assert there.ways(UUID, person) == [Way.CODE]
    shown = there.credential(UUID, person, rolls.by_code(person))
    assert shown == CredentialBook(services).credential(UUID, person)
    public = credentials.public(UUID, shown).text
    assert there.owns(UUID, person, public)
    assert not there.owns(UUID, people[4], public)
    assert there.passkey_from(person) is None
    device = rolls.enrol(person, name="Кілт")
    assert there.credential(UUID, person, rolls.by_passkey(person, device)) == shown
    there.forget_passkey(person, device.credential_id)
    there.block(UUID, person)
    assert refusal(there.owns, UUID, person, public) == (403, "credential.blocked")
    clock.set(closes_at + timedelta(hours=1))
    there.destroy(UUID)
    voted = [point.text for point, _ in roll.public[:11]]
    turnout = there.turnout(UUID, voted)
    assert statements.verify(turnout, there.key, type="egov-turnout")["groups"] == [
        {"regions": ["KZ-75"], "registered": 12, "voted": 11}
    ]


def test_a_rehearsal_hands_out_the_codes_of_generated_voters(rolls: Rolls, services: Services) -> None:
    _, (person,) = make_people(services, 1)
    mock = [generated.person_id(number) for number in (1, 2)]
    rolls.active([Voter(id_) for id_ in (*mock, person)], rehearsal=True)

    found = rolls.registrar.rehearsal_credentials(UUID)

    assert found == {id_: CredentialBook(services).credential(UUID, id_) for id_ in mock}


def test_a_whole_petition(rolls: Rolls, services: Services) -> None:
    petitions = Petitions(rolls.registrar, services)
    _, (person, other, third) = make_people(services, 3)
    there = rolls.registrar
    assert petitions.open() == petitions.open()
    assert there.ways_petition(REF, person) == [Way.CODE]
    signed = petitions.act(person)
    device = rolls.enrol(person)
    assert there.ways_petition(REF, person) == [Way.PASSKEY, Way.CODE]
    withdrawn = there.attest(REF, person, Act.WITHDRAW, petitions.assertion(person, device, Act.WITHDRAW))
    paper, answer = there.attest_paper(REF, other, "A-17"), petitions.code(third)
    by_code, nobody = there.attest_by_code([Signing(REF, third, answer), Signing(REF, "0" * 32, answer)])
    assert isinstance(by_code, bytes)
    assert isinstance(nobody, DomainError)
    assert (int(nobody.status), nobody.code) == (403, "petition.no_resident")
    assert refusal(there.withdraw_paper, REF, other, "A-18") == (409, "petition.not_on_paper")
    assert refusal(there.begin_petition, REF, other, Act.ATTEST, Way.CODE, lang="kk") == (409, "petition.on_paper")
    assert refusal(petitions.open, min_age=18) == (409, "petition.other")
    assert there.batch(REF, 0) is None
    there.close_petition(REF)
    (batch,) = petitions.leaving()
    assert batch.number == 1
    assert sorted(map(canonical, batch.attestations)) == sorted([signed, withdrawn, paper, by_code])
    assert refusal(there.batch, REF, 2) == (409, "petition.batch")
    pseudonym, audit = str(petitions.said(by_code)["pseudonym"]), drawn(b"a")
    assert refusal(there.open_entries, REF, [pseudonym], **(audit | {"entries": 3})) == (409, "petition.audit_draw")
    (opening,) = there.open_entries(REF, [pseudonym], **audit)
    assert opening.pseudonym == pseudonym
    assert there.audit_answers(REF, audit["audit"]) == {pseudonym: None}
    rolls.mails()
    (asked,) = [mail for mail in rolls.mails().sent if "/audit/answer/" in mail.text]
    token = asked.text.split("/audit/answer/")[1].split()[0]
    assert there.audit_question(token) == (REF, False)
    there.answer_audit(token, True)
    assert there.audit_answers(REF, audit["audit"]) == {pseudonym: True}


def test_a_registrar_of_its_own_opens_no_petition_for_people_whom_nobody_is(serving: Serving) -> None:
    client = RemoteRegistrar(serving.url, serving.secret_file)
    asked = {"territory": "", "min_age": 16, "ways": [Way.CODE], "closes_at": datetime.now(UTC), "regions": {}}
    assert refusal(client.open_petition, REF, "ab" * 32, generated=True, **asked) == (403, "petition.generated")
    body = asked | {"petition": REF, "document": "ab" * 32, "closes_at": "2030-01-01T00:00:00Z", "generated": True}
    head = {"Authorization": f"Bearer {SECRET}"}
    assert httpx.post(f"{serving.url}/v1/open_petition", json=body, headers=head).status_code == 400
    client.close()


@pytest.mark.parametrize("odd", [{}, {"result": 7}, {"result": "%"}, {"error": {}}, {"failed": True}, None])
def test_an_odd_outcome_of_one_is_that_ones_alone(odd: object) -> None:
    first, second = replies.outcomes([odd, {"result": "cHJvbWlzZQ=="}], 2)
    assert isinstance(first, DomainError)
    assert (first.code, second) == ("registrar.unavailable", b"promise")


def test_refusals_are_the_same(rolls: Rolls, clock: ManualClock) -> None:
    there = rolls.registrar
    people, roll, closes_at = rolls.prepared()
    voters = [Voter(person) for person in people]
    assert refusal(there.confirm, UUID, b"\xff{") == (409, "setup.mismatch")
    assert refusal(there.activate, UUID, "0" * 64) == (409, "setup.mismatch")
    with pytest.raises(ValueError, match="on the roll"):
        there.prepare(UUID, voters * 2, binding=False, closes_at=closes_at)
    with pytest.raises(ValueError, match="on the roll"):
        there.prepare(UUID, [], binding=False, closes_at=closes_at)
    setup = rolls.setup(roll, closes_at)
    there.confirm(UUID, setup)
    there.activate(UUID, hashlib.sha256(setup).hexdigest())
    assert refusal(there.prepare, UUID, voters, binding=False, closes_at=closes_at) == (409, "registrar.active")
    assert refusal(there.discard, UUID) == (409, "registrar.active")
    assert refusal(there.extend, "A" * 14, clock()) == (404, "registrar.unknown_vote")
    assert refusal(there.begin, UUID, people[0], Way.PASSKEY, lang="kk") == (403, "credential.way")
    assert refusal(there.prove, UUID, people[0], {"challenge": "x"}) == (403, "credential.proof")
    assert refusal(there.credential, UUID, people[0], "x") == (403, "credential.release")
    assert refusal(there.turnout, UUID, []) == (409, "turnout.open")
    assert refusal(there.block, UUID, "0" * 32) == (404, "credential.not_on_roll")
    for _ in range(5):
        there.begin(UUID, people[1], Way.CODE, lang="kk")
    with pytest.raises(DomainError) as refused:
        there.begin(UUID, people[1], Way.CODE, lang="kk")
    assert (refused.value.code, refused.value.retry_after) == ("credential.too_many", 3601)
    there.destroy(UUID)
    assert refusal(there.extend, UUID, closes_at + timedelta(hours=1)) == (409, "registrar.extension")


class TestTheProcess:
    def test_says_whether_it_is_well_to_anybody_and_nothing_else(self, serving: Serving) -> None:
        assert httpx.get(f"{serving.url}/health").json() == {"status": "ok"}
        asked = {"vote": UUID, "person_id": "0" * 32}
        for shown in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": SECRET}, {"Authorization": "Bearer"}):
            for path in ("/v1/is_on_roll", "/v1/key", "/", "/v1/nothing"):
                assert httpx.post(serving.url + path, json=asked, headers=shown).status_code == 401

    @pytest.mark.parametrize(
        ("method", "content"),
        [
            ("is_on_roll", b""),
            ("is_on_roll", b"[]"),
            ("is_on_roll", b'{"vote": "1234567ABCDEFG"}'),
            ("is_on_roll", b'{"vote": "1234567ABCDEFG", "person_id": 1}'),
            ("is_on_roll", b'{"vote": "../../etc", "person_id": "00000000000000000000000000000000"}'),
            (
                "is_on_roll",
                b'{"vote": "1234567ABCDEFG", "person_id": "00000000000000000000000000000000", "more": 1}',
            ),
            ("begin", b'{"vote": "1234567ABCDEFG", "person_id": "00000000000000000000000000000000", "way": "word"}'),
            ("confirm", b'{"vote": "1234567ABCDEFG", "setup": "not base64!"}'),
            ("extend", b'{"vote": "1234567ABCDEFG", "closes_at": "2024-10-06T12:00:00"}'),
            ("is_on_roll", b" " * 1_000_001),
            ("prepare", b""),
            ("prepare", b'{"vote": "1234567ABCDEFG", "binding": false, "closes_at": "2030-01-01T00:00:00Z"}\n'),
            ("turnout", b'{"vote": "1234567ABCDEFG"}\n"x"\n{"count": 2}\n'),
            ("turnout", b'{"vote": "1234567ABCDEFG"}\n"x"\n{"count": 1}\n"y"\n'),
            ("turnout", b'{"vote": "1234567ABCDEFG"}\n1\n{"count": 1}\n'),
            ("turnout", b'{"vote": "1234567ABCDEFG"}\n"' + b"x" * 5000),
        ],
    )
    def test_takes_nothing_that_is_not_as_agreed(
        self, serving: Serving, method: str, content: bytes, capfd: pytest.CaptureFixture[str]
    ) -> None:
        answer = httpx.post(
            f"{serving.url}/v1/{method}", content=content, headers={"Authorization": f"Bearer {SECRET}"}
        )
        assert answer.status_code == 400
        assert "0000000000" not in answer.text + "".join(capfd.readouterr())

    def test_takes_a_new_secret_while_it_runs(self, serving: Serving) -> None:
        client = RemoteRegistrar(serving.url, serving.secret_file)
        assert client.votes_of("0" * 32) == []
        serving.secret_file.write_text("another-secret-that-is-long-enough-too")
        assert client.votes_of("0" * 32) == []
        assert (
            httpx.post(f"{serving.url}/v1/key", json={}, headers={"Authorization": f"Bearer {SECRET}"}).status_code
            == 401
        )
        client.close()


class TestWhenItDoesNotAnswer:
    @pytest.fixture
    def secret_file(self, tmp_path: Path) -> Path:
        file = tmp_path / "secret"
        file.write_text(SECRET)
        return file

    def test_it_is_said_what_to_do(self, secret_file: Path, clock: ManualClock) -> None:
        client = RemoteRegistrar(f"http://127.0.0.1:{free_port()}", secret_file)
        down = (503, "registrar.unavailable")
        assert refusal(client.is_on_roll, UUID, "0" * 32) == down
        assert refusal(getattr, client, "key") == down
        assert refusal(client.turnout, UUID, []) == down
        assert refusal(client.prepare, UUID, [Voter("0" * 32)], binding=True, closes_at=clock()) == down
        client.close()

    def test_a_wrong_secret_or_none_is_the_same_to_people(self, serving: Serving, secret_file: Path) -> None:
        for file in (secret_file, secret_file.with_name("none")):
            secret_file.write_text("a-wrong-secret-that-is-long-enough-")
            client = RemoteRegistrar(serving.url, file)
            assert refusal(client.is_on_roll, UUID, "0" * 32) == (503, "registrar.unavailable")
            client.close()

    @pytest.mark.parametrize(
        "answer",
        [
            b"",
            b"{}",
            b"[]",
            b'{"result": "yes"}',
            b'{"result": 1}',
            b'{"result": null}',
            b'{"error": {"status": 200}}',
            b'{"result": true, "more": 1}',
        ],
    )
    def test_an_odd_answer_is_no_answer(
        self, secret_file: Path, answer: bytes, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        client = RemoteRegistrar("http://127.0.0.1:1", secret_file)
        monkeypatch.setattr(Line, "post", lambda *_: (200, answer))
        assert refusal(client.owns, UUID, "0" * 32, "0" * 64) == (503, "registrar.unavailable")
        client.close()

    @pytest.mark.parametrize(
        "lines",
        [
            [],
            [{"size": 1, "hash": "0"}],
            [{"size": 1, "hash": "0"}, {"count": 1}],
            [{"size": 0, "hash": "0"}],
            [["0" * 64, 1], {"count": 1}],
            [{"size": 1, "hash": "0"}, ["0" * 64, 1], {"count": 1}],
            [{"failed": True}],
        ],
    )
    def test_a_roll_that_was_cut_short_is_none(
        self, secret_file: Path, lines: list[object], clock: ManualClock
    ) -> None:
        client = RemoteRegistrar("http://127.0.0.1:1", secret_file)
        content = "".join(json.dumps(one) + "\n" for one in lines).encode()
        client._http = httpx.Client(
            base_url="http://127.0.0.1", transport=httpx.MockTransport(lambda _: httpx.Response(200, content=content))
        )
        found = refusal(client.prepare, UUID, [Voter("0" * 32)], binding=False, closes_at=clock())
        assert found == (503, "registrar.unavailable")
        client.close()
