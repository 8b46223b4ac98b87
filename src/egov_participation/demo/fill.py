"""Filling the demonstration's database: people, a referendum from roll to result, and a vote that is open."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Final

from sqlmodel import col, delete

from egov_crypto import ballot, tally, trustee
from egov_crypto.election import Election
from egov_crypto.verify import verify_archive
from egov_participation.app import create_services
from egov_participation.clock import ManualClock
from egov_participation.database import migrate
from egov_participation.demo import votes
from egov_participation.demo.keys import write_key_files
from egov_participation.jobs import Job
from egov_participation.mail import NullMailer
from egov_participation.registry import fake
from egov_participation.registry.keys import IinKeys
from egov_participation.registry.rules import Entry
from egov_participation.registry.service import add_residents
from egov_participation.services import Services
from egov_participation.settings import Settings
from egov_participation.voting import service
from egov_participation.voting.roll_file import ListedRoll
from egov_participation.voting.setup_file import SetupTrustee

SEED: Final = 2024
EARLY_BALLOTS: Final = 60
"""Ballots that the open vote has from the start."""

Progress = Callable[[str, int, int], None]
"""Called with what is done, how far it is, and how far it goes."""


@dataclass(frozen=True, slots=True)
class _Voter:
    person_id: str
    choices: list[list[int]]
    at: datetime


def people() -> list[Entry]:
    """Everybody in the demonstration, always the same."""
    return list(fake.residents(votes.REGISTERED, SEED))


def guests() -> list[Entry]:
    """Three of them for visitors to sign in as; they have not voted in the open vote."""
    chosen: list[Entry] = []
    for language, territory in (("kk", "KZ-61"), ("ru", "KZ-71"), ("kk", "KZ-75")):
        names = {entry.given_name for entry in chosen} | {entry.family_name for entry in chosen}
        chosen.append(
            next(
                entry
                for entry in people()
                if (entry.language, entry.territory) == (language, territory)
                and not names & {entry.given_name, entry.family_name}
            )
        )
    return chosen


def fill(settings: Settings, trustees_folder: Path, now: datetime, progress: Progress) -> None:
    """Make the database that ``settings`` name and fill it; it must not exist yet. Takes some ten seconds.

    The open vote's trustees' key files, with their passphrases, are written to ``trustees_folder``.
    """
    migrate(settings.database_url)
    clock = ManualClock(votes.REFERENDUM_OPENS - timedelta(days=7))
    services = create_services(settings, clock=clock, mailer=NullMailer())
    chance = random.Random(SEED)  # noqa: S311 - who votes what is invented; keys and ballots take real randomness
    try:
        _enter_people(services, clock.now)
        _hold_referendum(services, clock, chance, progress)
        _open_budget_vote(services, clock, chance, now, trustees_folder, progress)
        # Nobody reads the mails of invented voters: the mailbox starts empty, for those of the visitors.
        with services.database.uow() as tx:
            tx.session.exec(delete(Job).where(col(Job.done_at).is_(None)))
            tx.commit()
    finally:
        services.database.close()


def _enter_people(services: Services, now: datetime) -> None:
    with services.database.uow() as tx:
        add_residents(tx, IinKeys.open(services.settings.keys_dir), people(), now)
        tx.commit()


def _hold_referendum(services: Services, clock: ManualClock, chance: random.Random, progress: Progress) -> None:
    keys = [trustee.generate() for _ in votes.TRUSTEES]
    roll = ListedRoll({entry.iin: 1 for entry in people()}, tuple(range(2, votes.REGISTERED + 2)))
    created = service.create_vote(services, votes.referendum(_setup_trustees([key for _, key in keys]), roll))
    choices = [[[1, 0, 0]]] * votes.BLANK + [[[0, 1, 0]]] * votes.FOR + [[[0, 0, 1]]] * votes.AGAINST
    chance.shuffle(choices)
    times = sorted(_moments(chance, len(choices)))
    persons = chance.sample(_person_ids(services), len(choices))
    ballots = [_Voter(*voter) for voter in zip(persons, choices, times, strict=True)]
    # Some change their mind: what they cast first is the opposite of what counts.
    for changed in chance.sample(ballots[len(ballots) // 2 :], votes.REVOTES):
        opposite = [[0, changed.choices[0][2], changed.choices[0][1]]] if not changed.choices[0][0] else [[0, 1, 0]]
        ballots.insert(0, _Voter(changed.person_id, opposite, votes.REFERENDUM_OPENS + timedelta(minutes=1)))
    _cast(services, clock, created.uuid, ballots, lambda done: progress("referendum", done, len(ballots)))
    clock.set(votes.REFERENDUM_CLOSES)
    service.close_due_votes(services)
    for private_key, _ in keys:
        service.hand_in_decryption(services, created.uuid, _decryption(services, created.uuid, private_key))
        clock.advance(hours=1)


def _open_budget_vote(
    services: Services,
    clock: ManualClock,
    chance: random.Random,
    now: datetime,
    trustees_folder: Path,
    progress: Progress,
) -> None:
    pairs = [trustee.generate() for _ in votes.TRUSTEES]
    setup = votes.budget(_setup_trustees([key for _, key in pairs]), now)
    clock.set(setup.opens_at - timedelta(days=7))
    created = service.create_vote(services, setup)
    write_key_files(trustees_folder, created.uuid, [private_key for private_key, _ in pairs])
    with services.database.read() as session:
        found = [services.registry.find(session, entry.iin) for entry in guests()]
    visitors = {person.person_id for person in found if person is not None}
    persons = chance.sample([person for person in _person_ids(services) if person not in visitors], EARLY_BALLOTS)
    span = (now - setup.opens_at).total_seconds()
    ballots = [
        _Voter(person, _budget_choices(chance), setup.opens_at + timedelta(seconds=span * part / EARLY_BALLOTS))
        for part, person in enumerate(persons)
    ]
    _cast(services, clock, created.uuid, ballots, lambda done: progress("open vote", done, len(ballots)))


def _setup_trustees(keys: Sequence[trustee.TrusteeKey]) -> tuple[SetupTrustee, ...]:
    return tuple(SetupTrustee(name, key) for name, key in zip(votes.TRUSTEES, keys, strict=True))


def _cast(
    services: Services, clock: ManualClock, uuid: str, ballots: Sequence[_Voter], progress: Callable[[int], None]
) -> None:
    """Each voter's ballot, made as a voter's device makes it and cast as the booth casts it."""
    election = Election.parse(service.vote(services, uuid).election)
    for done, voter in enumerate(ballots, 1):
        clock.set(voter.at)
        credential = services.registrar.credential(uuid, voter.person_id, signed_in_at=voter.at, assurance=1)
        service.cast(services, uuid, voter.person_id, ballot.make(election, credential, voter.choices))
        progress(done)


def _decryption(services: Services, uuid: str, private_key: int) -> bytes:
    """As a trustee does it: the archive is verified whole, and what is decrypted is what was recomputed from it."""
    verified = verify_archive(BytesIO(b"".join(service.archive_file(services, uuid).chunks())))
    return tally.decrypt(verified.election, verified.tally, private_key)


def _person_ids(services: Services) -> list[str]:
    with services.database.read() as session:
        found = [services.registry.find(session, entry.iin) for entry in people()]
    return [person.person_id for person in found if person is not None]


def _moments(chance: random.Random, count: int) -> Iterator[datetime]:
    """Moments between opening and closing, by day: some on the first two days, most on the last."""
    for _ in range(count):
        day = chance.choices((0, 1, 2), (2, 3, 7))[0]
        seconds = chance.triangular(300, 12.9 * 3600, 4 * 3600)
        yield (votes.REFERENDUM_OPENS + timedelta(days=day, seconds=seconds)).astimezone(UTC)


def _budget_choices(chance: random.Random) -> list[list[int]]:
    if chance.random() < 0.05:
        return [[1, 0, 0, 0, 0, 0], [1, 0, 0]]
    liked = set(chance.choices(range(5), (5, 3, 4, 1, 4), k=3))
    yearly = chance.random() < 0.8
    return [[0, *(int(answer in liked) for answer in range(5))], [0, int(yearly), int(not yearly)]]
