"""The registrar's rolls: made, confirmed, used, destroyed and forgotten; and what its database tells alone."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from nacl.signing import SigningKey
from sqlalchemy import text
from sqlmodel import select
from tests.registrar.book import CredentialBook
from tests.registrar.people import UUID, Rolls, stamp
from tests.voting.making import MadeVote, archive_of, make_people, make_vote, verified

from egov_crypto import credential as credentials
from egov_participation.clock import ManualClock
from egov_participation.errors import DomainError
from egov_participation.registrar import statements
from egov_participation.registrar.interface import Voter, Way
from egov_participation.registrar.models import RolledVote, RollEntry
from egov_participation.registrar.service import LocalRegistrar
from egov_participation.registrar.statements import StatementError
from egov_participation.registrar.vault import Vault, VaultError
from egov_participation.services import Services


@pytest.fixture
def registrar(services: Services) -> LocalRegistrar:
    assert isinstance(services.registrar, LocalRegistrar)
    return services.registrar


@pytest.fixture
def vote(services: Services) -> MadeVote:
    return make_vote(services)


def files(services: Services) -> bytes:
    """The registrar's database as whoever copies it has it."""
    path = Path(services.settings.registrar_database_url.removeprefix("sqlite:///"))
    return b"".join(file.read_bytes() for file in path.parent.glob(path.name + "*"))


def refusal_of(call: object, *arguments: object, **named: object) -> str:
    with pytest.raises(DomainError) as refused:
        call(*arguments, **named)  # type: ignore[operator]
    return refused.value.code


def test_each_voter_has_a_credential_and_it_is_on_the_published_list(services: Services, vote: MadeVote) -> None:
    assert len(set(vote.credentials)) == 3
    published = verified(services, vote.uuid).credentials
    for person, credential in zip(vote.people, vote.credentials, strict=True):
        public = credentials.public(vote.uuid, credential).text
        assert published.find(public) is not None
        assert services.registrar.owns(vote.uuid, person, public)


def test_nobody_owns_anothers_credential(services: Services, vote: MadeVote) -> None:
    public = credentials.public(vote.uuid, vote.credentials[0]).text
    assert not services.registrar.owns(vote.uuid, vote.people[1], public)
    assert not services.registrar.owns(vote.uuid, "0" * 32, public)
    assert not services.registrar.owns(make_vote(services).uuid, vote.people[0], public)


def test_the_published_list_is_sorted_so_that_its_order_tells_nothing(services: Services) -> None:
    vote = make_vote(services, voters=20)
    published = verified(services, vote.uuid).credentials
    listed = [published[place] for place in range(len(published))]
    assert listed == sorted(listed)
    place = {"sqlite": "rowid", "postgresql": "ctid"}[services.database.dialect]
    with services.database.read() as session:
        rows = [row for (row,) in session.execute(text(f"SELECT credential FROM voting_credential ORDER BY {place}"))]
    assert rows == sorted(rows)


def test_a_person_is_on_a_roll_once_and_no_roll_is_empty(registrar: LocalRegistrar, clock: ManualClock) -> None:
    for voters in ([Voter("a"), Voter("b"), Voter("a")], []):
        with pytest.raises(ValueError, match="on the roll"):
            registrar.prepare(UUID, voters, binding=False, closes_at=clock())


def test_making_credentials_tells_how_far_it_is(
    registrar: LocalRegistrar, services: Services, clock: ManualClock
) -> None:
    told: list[tuple[int, int]] = []
    _, people = make_people(services, 2)
    registrar.prepare(
        UUID,
        [Voter(person) for person in people],
        binding=False,
        closes_at=clock(),
        progress=lambda done, total: told.append((done, total)),
    )
    assert told[-1] == (4, 4)  # each made, and each written


class TestUntilItIsInUse:
    def test_nobody_owns_or_sees_anything_of_a_roll_that_is_only_prepared(self, rolls: Rolls) -> None:
        (person, *_), roll, _ = rolls.prepared()
        assert not rolls.registrar.is_on_roll(UUID, person)
        assert not any(rolls.registrar.owns(UUID, person, point.text) for point, _ in roll.public)
        assert rolls.registrar.votes_of(person) == []
        assert rolls.registrar.ways(UUID, person) == []
        assert refusal_of(rolls.registrar.begin, UUID, person, Way.CODE, lang="kk") == "credential.not_on_roll"

    def test_a_roll_that_is_prepared_again_is_another_one(self, rolls: Rolls) -> None:
        people, first, _ = rolls.prepared()
        _, second, _ = rolls.prepared([Voter(person) for person in people])
        assert first.hash != second.hash  # salted: the same people do not show
        assert not {point.text for point, _ in first.public} & {point.text for point, _ in second.public}

    def test_the_public_credentials_come_sorted(self, rolls: Rolls) -> None:
        _, roll, _ = rolls.prepared(12)
        listed = [point.text for point, _ in roll.public]
        assert listed == sorted(listed)

    def test_nothing_is_made_anew_once_it_is_in_use(self, rolls: Rolls, clock: ManualClock) -> None:
        people, _ = rolls.active()
        voters = [Voter(person) for person in people]
        assert refusal_of(rolls.registrar.prepare, UUID, voters, binding=False, closes_at=clock()) == "registrar.active"
        assert refusal_of(rolls.registrar.discard, UUID) == "registrar.active"
        assert rolls.registrar.is_on_roll(UUID, people[0])

    def test_what_was_prepared_is_thrown_away_whole_and_a_rehearsal_too(
        self, rolls: Rolls, registrar: LocalRegistrar
    ) -> None:
        rolls.prepared()
        registrar.discard(UUID)
        (person, *_), _ = rolls.active(rehearsal=True)
        assert registrar.is_on_roll(UUID, person)
        registrar.discard(UUID)
        registrar.discard(UUID)
        assert not registrar.is_on_roll(UUID, person)
        with registrar.means.database.read() as session:
            assert session.exec(select(RollEntry)).all() == []
            assert session.exec(select(RolledVote)).all() == []


class TestConfirming:
    def test_a_right_setup_is_confirmed_with_a_signature_that_anybody_can_check(self, rolls: Rolls) -> None:
        _, roll, closes_at = rolls.prepared()
        setup = rolls.setup(roll, closes_at)
        said = statements.verify(
            rolls.registrar.confirm(UUID, setup), rolls.registrar.key, type="egov-registrar-confirmation"
        )
        assert said["setup"] == hashlib.sha256(setup).hexdigest()
        assert said["roll"] == {"size": 3, "hash": roll.hash}
        assert said["uuid"] == UUID

    def test_a_setup_that_differs_in_anything_is_not_confirmed(self, rolls: Rolls, clock: ManualClock) -> None:
        _, roll, closes_at = rolls.prepared()
        other = {"size": roll.size, "hash": "0" * 64, "rule": {}}
        for changed in (
            {"uuid": "A" * 14},
            {"type": "egov-else"},
            {"version": 2},
            {"version": True},
            {"kind": "binding"},
            {"credentials": "0" * 64},
            {"registered": 4},
            {"registered": 3.0},
            {"weight": 4},
            {"roll": other},
            {"roll": other | {"hash": roll.hash, "size": 2}},
            {"roll": None},
            {"registrar": "A" * 43},
            {"rehearsal": "no"},
            {"closes_at": stamp(closes_at + timedelta(seconds=1))},
            {"closes_at": "tomorrow"},
            {"opens_at": stamp(closes_at)},
            {"opens_at": None},
        ):
            setup = rolls.setup(roll, closes_at, **changed)
            assert refusal_of(rolls.registrar.confirm, UUID, setup) == "setup.mismatch", changed
        right = rolls.setup(roll, closes_at)
        for spelled in (b" " + right, json.dumps(json.loads(right)).encode(), b"[]", b"\xff", b"[" * 99_999, b""):
            assert refusal_of(rolls.registrar.confirm, UUID, spelled) == "setup.mismatch"
        assert refusal_of(rolls.registrar.confirm, "A" * 14, right) == "registrar.unknown_vote"

    def test_a_list_that_was_changed_in_the_registrars_own_rows_is_noticed(
        self, rolls: Rolls, registrar: LocalRegistrar
    ) -> None:
        _, roll, closes_at = rolls.prepared()
        with registrar.means.database.uow() as tx:
            entry = tx.session.exec(select(RollEntry)).first()
            assert entry is not None
            entry.public_credential = "f" * 64
            tx.commit()
        assert refusal_of(registrar.confirm, UUID, rolls.setup(roll, closes_at)) == "setup.mismatch"

    def test_only_the_setup_that_was_confirmed_is_put_into_use(self, rolls: Rolls) -> None:
        (person, *_), roll, closes_at = rolls.prepared()
        setup, other = (rolls.setup(roll, closes_at, title=title) for title in ("a", "b"))
        hashes = [hashlib.sha256(document).hexdigest() for document in (setup, other)]
        assert refusal_of(rolls.registrar.activate, UUID, hashes[0]) == "setup.mismatch"
        rolls.registrar.confirm(UUID, setup)
        assert refusal_of(rolls.registrar.activate, UUID, hashes[1]) == "setup.mismatch"
        assert not rolls.registrar.is_on_roll(UUID, person)
        rolls.registrar.activate(UUID, hashes[0])
        rolls.registrar.activate(UUID, hashes[0])
        assert rolls.registrar.is_on_roll(UUID, person)
        assert refusal_of(rolls.registrar.confirm, UUID, other) == "setup.mismatch"

    def test_one_roll_is_not_confirmed_as_a_vote_that_counts_and_as_a_rehearsal_too(self, rolls: Rolls) -> None:
        # Else the public would see the one, and the other would be in use: thrown away at a word of the platform's.
        _, roll, closes_at = rolls.prepared()
        counts, rehearsal = rolls.setup(roll, closes_at), rolls.setup(roll, closes_at, rehearsal=True)
        statement = rolls.registrar.confirm(UUID, counts)
        assert refusal_of(rolls.registrar.confirm, UUID, rehearsal) == "setup.mismatch"
        assert rolls.registrar.confirm(UUID, counts) == statement
        assert refusal_of(rolls.registrar.activate, UUID, hashlib.sha256(rehearsal).hexdigest()) == "setup.mismatch"
        rolls.registrar.activate(UUID, hashlib.sha256(counts).hexdigest())
        assert refusal_of(rolls.registrar.discard, UUID) == "registrar.active"

    def test_a_roll_that_was_prepared_again_needs_a_new_confirmation(self, rolls: Rolls) -> None:
        people, roll, closes_at = rolls.prepared()
        setup = rolls.setup(roll, closes_at)
        rolls.registrar.confirm(UUID, setup)
        rolls.prepared([Voter(person) for person in people])
        assert refusal_of(rolls.registrar.activate, UUID, hashlib.sha256(setup).hexdigest()) == "setup.mismatch"

    def test_a_statement_is_of_its_type_its_key_and_its_every_byte(self) -> None:
        key, other = SigningKey.generate(), SigningKey.generate()
        raw = statements.sign(key, {"type": "a", "n": 1})
        public = statements.public_half(key)
        assert statements.verify(raw, public, type="a") == {"type": "a", "n": 1}
        for wrong, with_key, of in (
            (raw, statements.public_half(other), "a"),
            (raw, public, "b"),
            (raw.replace(b'"n":1', b'"n":2'), public, "a"),
            (raw + b" ", public, "a"),
            (b"{}", public, "a"),
            (b"[]", public, "a"),
            (raw, "", "a"),
        ):
            with pytest.raises(StatementError):
                statements.verify(wrong, with_key, type=of)


class TestExtending:
    def test_a_vote_is_extended_to_a_later_time_alone_and_before_it_closes(
        self, rolls: Rolls, clock: ManualClock, registrar: LocalRegistrar
    ) -> None:
        (person, *_), _ = rolls.active()
        closes_at = clock() + timedelta(hours=8)
        registrar.extend(UUID, closes_at)
        registrar.extend(UUID, closes_at + timedelta(hours=2))
        registrar.extend(UUID, closes_at + timedelta(hours=2))
        registrar.extend(UUID, closes_at - timedelta(seconds=1))  # changes nothing: see below
        clock.set(closes_at + timedelta(hours=1))
        registrar.work()
        assert rolls.by_code(person)
        clock.set(closes_at + timedelta(hours=2))
        assert refusal_of(registrar.extend, UUID, clock() + timedelta(hours=1)) == "registrar.extension"
        assert refusal_of(registrar.extend, "A" * 14, clock()) == "registrar.unknown_vote"


class TestTheEnd:
    def test_private_credentials_go_at_closing_though_nobody_asks_for_it(
        self, rolls: Rolls, registrar: LocalRegistrar, clock: ManualClock
    ) -> None:
        rolls.active()
        clock.advance(hours=8)
        registrar.work()
        with registrar.means.database.read() as session:
            assert {entry.sealed_credential for entry in session.exec(select(RollEntry))} == {None}

    def test_whose_credential_is_whose_goes_after_the_time_for_complaints(
        self, rolls: Rolls, registrar: LocalRegistrar, clock: ManualClock
    ) -> None:
        rolls.active()
        clock.advance(hours=8, days=90, seconds=-1)
        registrar.work()
        with registrar.means.database.read() as session:
            assert len(session.exec(select(RollEntry)).all()) == 3
        clock.advance(seconds=1)
        registrar.work()
        with registrar.means.database.read() as session:
            assert session.exec(select(RollEntry)).all() == []
            row = session.get(RolledVote, UUID)
        assert row is not None
        assert row.sealed_salt is None

    def test_destroying_again_or_for_nothing_changes_nothing(self, rolls: Rolls) -> None:
        (person, *_), _ = rolls.active()
        for uuid in (UUID, UUID, "A" * 14):
            rolls.registrar.destroy(uuid)
        assert refusal_of(rolls.registrar.begin, UUID, person, Way.CODE, lang="kk") == "credential.closed"

    # PostgreSQL overwrites what is deleted when it needs the room: docs/operate.md says so.
    @pytest.mark.sqlite
    def test_destroyed_credentials_are_gone_from_the_file_too(
        self, services: Services, registrar: LocalRegistrar, rolls: Rolls
    ) -> None:
        rolls.active()
        with registrar.means.database.read() as session:
            sealed = [entry.sealed_credential for entry in session.exec(select(RollEntry))]
        assert all(one is not None and one in files(services) for one in sealed)
        registrar.destroy(UUID)
        with sqlite3.connect(services.settings.registrar_database_url.removeprefix("sqlite:///")) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()
        assert not any(one is not None and one in files(services) for one in sealed)


@pytest.mark.sqlite  # it is sealed before it comes to either database
class TestACopyOfTheDatabase:
    def test_reveals_no_credential_no_person_and_no_region(self, services: Services, rolls: Rolls) -> None:
        people, roll = rolls.active(12)
        book = CredentialBook(services)
        rolls.enrol(people[0], name="A key of mine")
        rolls.registrar.credential(UUID, people[0], rolls.by_code(people[0]))
        content = files(services)
        assert UUID.encode() in content
        assert roll.public[0][0].text.encode() in content
        for person in people:
            assert person.encode() not in content
            assert book.credential(UUID, person).encode() not in content
        for told in (b"KZ-75", b"mail.example", b"A key of mine"):
            assert told not in content

    def test_does_not_tell_whose_a_credential_is_by_the_order_of_its_rows(
        self, services: Services, registrar: LocalRegistrar, rolls: Rolls
    ) -> None:
        people, _ = rolls.active(12)
        book = CredentialBook(services)
        with registrar.means.database.read() as session:
            rows = session.exec(select(RollEntry).order_by(text("rowid"))).all()
        # By chance they would stand in the people's order, once in 479,001,600 times.
        listed = [row.public_credential for row in rows]
        assert listed != [credentials.public(UUID, book.credential(UUID, person)).text for person in people]
        assert [row.owner for row in rows] == sorted(row.owner for row in rows)

    def test_tells_not_even_the_length_of_a_region(
        self, registrar: LocalRegistrar, rolls: Rolls, services: Services
    ) -> None:
        first, second, third = make_people(services, 3)[1]
        people = [Voter(first, territory="KZ-75"), Voter(second), Voter(third, territory="KZ-1234567")]
        rolls.prepared(people)
        with registrar.means.database.read() as session:
            assert len({len(entry.sealed_territory) for entry in session.exec(select(RollEntry))}) == 1

    def test_is_of_no_use_with_another_installations_keys(
        self, services: Services, rolls: Rolls, registrar: LocalRegistrar, tmp_path: Path
    ) -> None:
        (person, *_), _ = rolls.active()
        vault, other = registrar.means.vault, Vault.in_folder(tmp_path / "other")
        assert vault.owner(UUID, person) != other.owner(UUID, person)
        with registrar.means.database.read() as session:
            entry = session.get(RollEntry, (UUID, vault.owner(UUID, person)))
        assert entry is not None
        assert entry.sealed_credential is not None
        with pytest.raises(VaultError):
            other.open(UUID, person, entry.sealed_credential)

    def test_gives_nobody_anothers_credential_when_rows_are_swapped(
        self, rolls: Rolls, registrar: LocalRegistrar
    ) -> None:
        people, _ = rolls.active()
        release = rolls.by_code(people[0])
        with registrar.means.database.uow() as tx:
            first, second = (
                tx.get(RollEntry, (UUID, registrar.means.vault.owner(UUID, person))) for person in people[:2]
            )
            assert first is not None
            assert second is not None
            first.sealed_credential = second.sealed_credential
            tx.commit()
        with pytest.raises(VaultError):
            registrar.credential(UUID, people[0], release)


def test_the_archive_holds_no_person(services: Services, vote: MadeVote) -> None:
    content = archive_of(services, vote.uuid)
    assert not any(person.encode() in content for person in vote.people)


def test_the_platforms_database_holds_nothing_of_the_registrars(services: Services, vote: MadeVote) -> None:
    with services.database.read() as session:
        connection = session.connection()
        names = set(connection.dialect.get_table_names(connection))
    assert not [name for name in names if name.startswith("registrar")]


def test_a_persons_votes_are_those_in_use_on_whose_rolls_they_are(rolls: Rolls, services: Services) -> None:
    _, people = make_people(services, 4)
    voters = [Voter(person) for person in people[:3]]
    for uuid in ("A" * 14, "B" * 14):
        rolls.active(voters, uuid=uuid)
    rolls.prepared(voters, uuid="C" * 14)
    assert rolls.registrar.votes_of(people[0]) == ["A" * 14, "B" * 14]
    assert rolls.registrar.votes_of(people[3]) == []


def test_who_has_another_registrars_key_is_told_by_the_setup(services: Services, rolls: Rolls, tmp_path: Path) -> None:
    _, roll, closes_at = rolls.prepared()
    other = statements.public_half(statements.signing_key(tmp_path / "other"))
    assert other != rolls.registrar.key
    assert replace(services).registrar.key == rolls.registrar.key
    assert refusal_of(rolls.registrar.confirm, UUID, rolls.setup(roll, closes_at, registrar=other))
