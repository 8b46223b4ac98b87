"""Setting a vote up: who is on the roll, what is published, what the commission is warned of; and the commands."""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func
from sqlmodel import select
from tests.voting.making import YES_NO, archive_of, decrypt, make_people, make_vote, setup_trustee, shuffle, verified
from tests.voting.test_shuffling import RANKED
from typer.testing import CliRunner, Result

from egov_crypto import trustee, wire
from egov_crypto.verify import verify_archive
from egov_participation.cli import app as egov
from egov_participation.services import Services
from egov_participation.voting import service
from egov_participation.voting.models import PublicCredential, Vote
from egov_participation.voting.roll_file import ListedRoll
from egov_participation.voting.rules import VoteKind
from egov_participation.voting.service.electorate import years_before
from egov_participation.voting.setup_file import RegistryRoll, SetupError, VoteSetup, read
from egov_participation.voting.texts import Texts


def setup(services: Services, roll: RegistryRoll | ListedRoll) -> VoteSetup:
    now = services.clock()
    texts = Texts("а", "б", "c")
    members = (setup_trustee(1, trustee.generate()[1]),)
    name = "а / б / c"
    opens_at, closes_at = now + timedelta(days=1), now + timedelta(days=2)
    return VoteSetup(
        VoteKind.CONSULTATIVE, texts, texts, name, name, opens_at, closes_at, (YES_NO,), roll, members
    )  # fmt: skip


def test_a_new_vote_is_an_archive_that_verifies_before_anybody_voted(services: Services) -> None:
    vote = make_vote(services, voters=12, opens_in=timedelta(hours=1))
    found = verified(services, vote.uuid)
    assert found.report.ballots == 0
    assert len(found.credentials) == service.vote(services, vote.uuid).registered == 12
    assert [key.public_key.text for key in found.trustees] == [
        seen.public_key for seen in service.vote(services, vote.uuid).trustees
    ]
    assert service.trustees(services, vote.uuid) == found.trustees.to_json()


def test_the_register_gives_the_roll_by_age_and_region(services: Services) -> None:
    _, people = make_people(services, 100)  # born on 1 and 2 January 1990 and later, in KZ-75
    everybody = service.create_vote(services, setup(services, RegistryRoll(18, ())))
    assert everybody.registered == 100
    assert service.create_vote(services, setup(services, RegistryRoll(18, ("KZ-75", "KZ-71")))).registered == 100
    opening = (services.clock() + timedelta(days=1)).date()
    old_enough = sum(1 for person in people if _birth_date(services, person) <= years_before(opening, 34))
    assert service.create_vote(services, setup(services, RegistryRoll(34, ()))).registered == old_enough


def _birth_date(services: Services, person_id: str) -> date:
    with services.database.read() as session:
        person = services.registry.get(session, person_id)
    assert person is not None
    return person.birth_date


@pytest.mark.parametrize("roll", [RegistryRoll(18, ("KZ-10",)), RegistryRoll(99, ())])
def test_an_empty_roll_sets_nothing_up(services: Services, roll: RegistryRoll) -> None:
    make_people(services, 3)
    with pytest.raises(SetupError, match="the roll is empty"):
        service.create_vote(services, setup(services, roll))
    assert service.votes(services) == []


def test_who_is_not_in_the_register_is_named_by_line_and_nothing_is_set_up(services: Services) -> None:
    (known, unknown), _ = make_people(services, 2)
    stranger = type(known)("900101300007")
    roll = ListedRoll({known: 1, stranger: 1, unknown: 1}, (2, 3, 4))
    with pytest.raises(SetupError) as refused:
        service.create_vote(services, setup(services, roll))
    assert [str(problem) for problem in refused.value.problems] == [
        "roll.file, line 3: Nobody with this IIN is in the register of residents."
    ]
    with services.database.read() as session:
        assert session.exec(select(func.count()).select_from(Vote)).one() == 0
        assert session.exec(select(func.count()).select_from(PublicCredential)).one() == 0


@pytest.mark.parametrize(
    ("weights", "warnings"),
    [
        ([1] * 9, ["roll: Fewer than 10 people may vote (9)"]),
        ([1] * 10, []),
        ([1] * 10 + [5] * 9, ["roll: Fewer than 10 people have the weight 5 (9)"]),
        (
            [1] * 10 + [2, 3],
            ["roll: Fewer than 10 people have the weight 2 (1)", "roll: Fewer than 10 people have the weight 3 (1)"],
        ),
    ],
)
def test_the_commission_is_warned_of_small_groups(services: Services, weights: list[int], warnings: list[str]) -> None:
    iins, _ = make_people(services, len(weights))
    roll = ListedRoll(dict(zip(iins, weights, strict=True)), tuple(range(2, len(weights) + 2)))
    created = service.create_vote(services, setup(services, roll))
    said = [str(warning) for warning in created.warnings]
    assert len(said) == len(warnings)
    assert all(sentence.startswith(start) for sentence, start in zip(said, warnings, strict=True))


@pytest.mark.parametrize(
    ("day", "years", "before"),
    [
        (date(2024, 10, 6), 18, date(2006, 10, 6)),
        (date(2024, 2, 29), 18, date(2006, 2, 28)),
        (date(2024, 2, 29), 16, date(2008, 2, 29)),
    ],
)
def test_an_age_is_counted_in_birthdays(day: date, years: int, before: date) -> None:
    assert years_before(day, years) == before


def test_the_documented_file_sets_a_vote_up(services: Services, tmp_path: Path) -> None:
    documented = (Path(__file__).parents[2] / "docs" / "vote-file.md").read_text("utf-8")
    (tmp_path / "vote.toml").write_text(documented.partition("```toml")[2].partition("```")[0], "utf-8")
    for name in ("aigul", "ivan"):
        (tmp_path / f"{name}.pub.json").write_bytes(wire.dump(trustee.generate()[1].to_json()))
    make_people(services, 10)
    created = service.create_vote(services, read(tmp_path / "vote.toml", services.clock()))
    seen = service.vote(services, created.uuid)
    assert seen.title.en == "The library's opening hours"
    assert (seen.state, seen.registered, len(seen.questions)) == (service.VoteState.SETUP, 10, 2)
    assert verified(services, created.uuid).report.state == "setup"


Run = Callable[..., Result]


class TestCommands:
    @pytest.fixture
    def run(self, services: Services) -> Run:
        """Run ``egov vote …`` in an installation whose database and keys are the test's."""
        environment = {
            **os.environ,
            "EGOV_DATABASE_URL": services.settings.database_url,
            "EGOV_KEYS_DIR": str(services.settings.keys_dir),
            "EGOV_REGISTRAR_DATABASE_URL": services.settings.registrar_database_url,
            "EGOV_REGISTRAR_KEYS_DIR": str(services.settings.registrar_keys_dir),
        }

        def command(*arguments: object) -> Result:
            return CliRunner(env=environment).invoke(egov, ["vote", *map(str, arguments)])

        return command

    @pytest.fixture
    def file(self, services: Services, tmp_path: Path) -> Path:
        """A setup file for the people of the register; its roll and key stand beside it."""
        iins, _ = make_people(services, 2)
        (tmp_path / "roll.csv").write_text("iin,weight\n" + "".join(f"{iin.digits},2\n" for iin in iins), "utf-8")
        (tmp_path / "key.json").write_bytes(wire.dump(trustee.generate()[1].to_json()))
        path = tmp_path / "vote.toml"
        path.write_text(
            """
            kind = "consultative"
            title = { kk = "Атауы", ru = "Название", en = "The title" }
            description = { kk = "а", ru = "б", en = "c" }
            administrator = "Commission"
            credential_authority = "Registrar"
            opens_at = 2024-10-06T09:00:00+05:00
            closes_at = 2099-10-06T20:00:00+05:00
            roll = { from = "file", file = "roll.csv" }
            [[questions]]
            text = { kk = "а", ru = "б", en = "c" }
            answers = [{ kk = "а", ru = "б", en = "c" }]
            [[trustees]]
            name = "Somebody"
            public_key_file = "key.json"
            """,
            "utf-8",
        )
        return path

    def test_a_vote_is_set_up_from_a_file_and_shown(self, services: Services, run: Run, file: Path) -> None:
        done = run("create", file)
        assert done.exit_code == 0, done.output
        (vote,) = service.votes(services)
        assert vote.uuid in done.stdout
        assert vote.fingerprint in done.stdout
        assert "warning: roll: Fewer than 10 people may vote (2)" in done.stderr
        assert "warning: opens_at: it has passed" in done.stderr
        assert "trustee 1    Somebody: has not decrypted" in run("show", vote.uuid).stdout
        assert run("list").stdout.split()[:2] == [vote.uuid, "open"]

    def test_a_wrong_file_is_told_line_by_line_and_sets_nothing_up(
        self, services: Services, run: Run, file: Path
    ) -> None:
        text = file.read_text("utf-8").replace('"consultative"', '"binding"').replace('"Commission"', "3")
        file.write_text(text, "utf-8")
        done = run("create", file)
        assert done.exit_code == 1
        assert f"{file}: trustees: A binding vote has at least 3 trustees" in done.stderr
        assert f"{file}: administrator: " in done.stderr
        assert service.votes(services) == []

    def test_a_trustees_files_make_the_result_and_the_archive_is_written(
        self, services: Services, run: Run, tmp_path: Path
    ) -> None:
        # of 2024: past closing by the command's own clock
        vote = make_vote(services, trustees=3, needed=2, questions=(YES_NO, RANKED))
        service.cast(services, vote.uuid, vote.people[0], vote.ballot(0, [[0, 1, 0], [2, 1, 0]]))
        services.clock.advance(days=1)  # type: ignore[attr-defined]
        service.close_due_votes(services)
        handed_in = tmp_path / "shuffle.json"
        handed_in.write_bytes(shuffle(services, vote))
        assert run("shuffle", vote.uuid, "4", handed_in).exit_code == 1
        names = [f"trustee {one.owner} ({one.name.en})" for one in service.vote(services, vote.uuid).trustees]
        shown = run("show", vote.uuid).stdout
        assert f"2 more shuffles, one after the other, of {names[0]}, {names[1]} or {names[2]}" in shown
        done = run("shuffle", vote.uuid, "1", handed_in)
        assert "The shuffle of trustee 1 is recorded: " in done.stdout
        assert f"1 more shuffle, of {names[1]} or {names[2]}" in done.stdout
        page = f"http://localhost:8000/en/votes/{vote.uuid}"
        assert f"each runs:  egov-ballot trustee shuffle KEYFILE {page} --out FILE" in done.stdout
        assert f"egov vote shuffle {vote.uuid} NUMBER FILE" in done.stdout
        assert "has not decrypted, has shuffled" in run("show", vote.uuid).stdout
        handed_in.write_bytes(shuffle(services, vote))
        done = run("shuffle", vote.uuid, "3", handed_in)
        assert f"2 more decryptions, of {names[0]}, {names[1]} or {names[2]}" in done.stdout
        assert f"egov vote decryption {vote.uuid} FILE" in done.stdout
        handed_in = tmp_path / "decryption.json"
        handed_in.write_bytes(decrypt(services, vote, 2))
        assert f"1 more decryption, of {names[0]} or {names[2]}" in run("decryption", vote.uuid, handed_in).stdout
        handed_in.write_bytes(decrypt(services, vote, 1))
        done = run("decryption", vote.uuid, handed_in)
        assert done.exit_code == 0, done.output
        assert "awaited" not in done.stdout
        assert "The decryption of trustee 1 is recorded." in done.stdout
        assert "1  Yes" in done.stdout
        out = tmp_path / "vote.bel"
        assert run("archive", vote.uuid, "--out", out).exit_code == 0
        assert out.read_bytes() == archive_of(services, vote.uuid)
        assert verify_archive(io.BytesIO(out.read_bytes())).report.state == "tallied"
        assert run("archive", vote.uuid, "--out", out).exit_code != 0  # nothing is written over

    def test_the_archive_goes_to_standard_output_when_no_file_is_named(self, services: Services, run: Run) -> None:
        vote = make_vote(services)
        assert run("archive", vote.uuid).stdout_bytes == archive_of(services, vote.uuid)

    def test_an_unknown_vote_is_refused(self, run: Run) -> None:
        done = run("show", "1" * 14)
        assert done.exit_code == 1
