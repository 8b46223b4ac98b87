"""Filling the demonstration's database: people, two votes from roll to result, a closed one, two open ones, work."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache, partial
from io import BytesIO
from pathlib import Path
from typing import Final

from sqlmodel import col, delete

from egov_crypto import tally, trustee
from egov_crypto.verify import verify_archive
from egov_participation import rooms
from egov_participation.actions import Role
from egov_participation.app import create_services
from egov_participation.clock import ManualClock
from egov_participation.contact import service as contact
from egov_participation.contact.rules import Topic
from egov_participation.database import Schema, migrate
from egov_participation.demo import (
    commission,
    consultations,
    officials,
    petitions,
    ranked,
    ranked_texts,
    registrar,
    votes,
)
from egov_participation.demo.keys import write_key_files
from egov_participation.demo.voters import Voter, cast, residents
from egov_participation.jobs import Job
from egov_participation.ledger import service as ledger
from egov_participation.mail import NullMailer
from egov_participation.notices import service as notices
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
EARLY_BALLOTS: Final = 40
"""Ballots that the open vote has from the start."""
CLOSED_BALLOTS: Final = 15
"""Ballots of the vote that waits for its trustees."""

Progress = Callable[[str, int, int], None]
"""Called with what is done, how far it is, and how far it goes."""


@cache
def people() -> tuple[Entry, ...]:
    """Everybody in the demonstration, always the same."""
    return tuple(fake.residents(votes.REGISTERED, SEED))


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


def _others() -> list[Entry]:
    """Those whom no visitor signs in as."""
    visitors = {entry.iin for entry in guests()}
    return [entry for entry in people() if entry.iin not in visitors]


def fill(settings: Settings, trustees_folder: Path, now: datetime, progress: Progress) -> None:
    """Make the database that ``settings`` name and fill it; it must not exist yet. Takes some quarter of a minute.

    The trustees' key files, with their passphrases, are written to ``trustees_folder``: those of the budget's vote, and
    in folders of it those of the closed one and of the setup that is frozen.
    """
    rooms.load("tasks")
    migrate(settings.database_url)
    migrate(settings.registrar_database_url, Schema.REGISTRAR)
    clock = ManualClock(votes.REFERENDUM_OPENS - timedelta(days=40))
    services = create_services(settings, clock=clock, mailer=NullMailer())
    chance = random.Random(SEED)  # noqa: S311 - who votes what is invented; keys and ballots take real randomness
    try:
        _enter_people(services, clock.now)
        chosen, waiting = officials.choose(people(), guests())
        officials.appoint(services, clock, chosen, votes.REFERENDUM_OPENS - timedelta(days=20))
        members = [officials.person_id(services, one.entry) for one in chosen if one.role is Role.COMMISSION]
        _hold_referendum(services, clock, chance, members, progress)
        # After what happened in the year before: an observer takes an entry for as late as the latest one before it.
        _leave_petitions_and_drafts(services, clock, chosen, chance, now)
        ranked.hold_an_election(services, clock, members, people(), now, partial(progress, "ranked election"))
        _throw_mails_away(services)
        budget = _open_budget_vote(services, clock, chance, now, trustees_folder, progress)
        officials.leave_a_proposal(services, clock, chosen, waiting, now)
        _write_to_the_contact_centre(services, now)
        _throw_mails_away(services)
        of_the_city = [entry for entry in people() if entry.territory == votes.LIBRARY_CITY]
        some = chance.sample(residents(services, of_the_city), CLOSED_BALLOTS)
        early = chance.sample(residents(services, _others()), len(ranked_texts.MASCOT_ANSWERS))
        ranked.open_a_vote(services, clock, early, now)
        commission.hold_a_vote(services, clock, members, some, chance, now, trustees_folder / "closed")
        _throw_mails_away(services)
        commission.leave_a_frozen_setup(services, clock, members, now, trustees_folder / "street")
        commission.leave_a_draft(services, clock, members[0], now)
        guest = officials.person_id(services, guests()[1])
        commission.leave_reports(services, clock, budget, guest, members[0], now)
        officials.leave_a_failed_job(services, chosen, now)
        petitions.let_the_worker_go_on(services)
        clock.set(now)
        ledger.publish(services)
    finally:
        services.registrar.close()
        services.database.close()


def _leave_petitions_and_drafts(
    services: Services, clock: ManualClock, chosen: Sequence[officials.Official], chance: random.Random, now: datetime
) -> None:
    by_role = {
        role: [officials.person_id(services, one.entry) for one in chosen if one.role is role]
        for role in (Role.MODERATOR, Role.MINISTRY, Role.AUDITOR)
    }
    first, second = by_role[Role.MINISTRY]
    one, other = by_role[Role.AUDITOR]
    moderator, colleague = by_role[Role.MODERATOR]
    deciders = petitions.Officials((moderator, colleague), (first, second), (one, other))
    taken = {entry.iin for entry in guests()} | {one.entry.iin for one in chosen}
    others = residents(services, [entry for entry in people() if entry.iin not in taken])
    (guest,) = residents(services, guests()[1:2])
    drafts = consultations.Filling(services, clock, deciders.agency, deciders.moderators, others, chance)
    # In the order of their times, as the log has them.
    consultations.discuss_to_the_end(drafts, now)
    petitions.leave_petitions(services, clock, deciders, others, guest, chance, now)
    consultations.leave_drafts(drafts, now)


def _throw_mails_away(services: Services) -> None:
    """Nobody reads the mails of invented people: the mailbox starts empty, for those of the visitors."""
    with services.database.uow() as tx:
        tx.session.exec(delete(Job).where(col(Job.kind).in_([notices.SEND, notices.SEND_QUIETLY])))
        tx.commit()
    registrar.forget_mails(services)


def _write_to_the_contact_centre(services: Services, now: datetime) -> None:
    """Two messages for the office: one with time left, one that is late."""
    for days, topic, lang, text in (
        (
            4,
            Topic.ACCESSIBILITY,
            "kk",
            "Телефонда дауыс беру кодының суреті экранға сыймай тұр. Не істейін?",
        ),
        (26, Topic.SIGN_IN, "ru", "Сменил почту и больше не получаю коды для входа. Куда мне обратиться?"),
    ):
        then = replace(services, clock=ManualClock(now - timedelta(days=days)))
        with services.database.uow() as tx:
            contact.send(
                tx,
                then,
                once=f"{days:032x}",
                topic=topic,
                text=text,
                mail=f"visitor{days}@mail.example",
                person=None,
                network="demo",
                lang=lang,
            )
            tx.commit()


def _enter_people(services: Services, now: datetime) -> None:
    with services.database.uow() as tx:
        add_residents(tx, IinKeys.open(services.settings.keys_dir, services.settings.registrar_keys_dir), people(), now)
        tx.commit()


def _hold_referendum(
    services: Services, clock: ManualClock, chance: random.Random, members: Sequence[str], progress: Progress
) -> None:
    clock.set(votes.REFERENDUM_OPENS - timedelta(days=7))
    keys = [trustee.generate() for _ in votes.TRUSTEES]
    roll = ListedRoll({entry.iin: 1 for entry in people()}, tuple(range(2, votes.REGISTERED + 2)))
    created = service.create_vote(services, votes.referendum(_setup_trustees([key for _, key in keys]), roll))
    choices = [[[1, 0, 0]]] * votes.BLANK + [[[0, 1, 0]]] * votes.FOR + [[[0, 0, 1]]] * votes.AGAINST
    chance.shuffle(choices)
    times = sorted(_moments(chance, len(choices)))
    persons = chance.sample(residents(services, people()), len(choices))
    ballots = [Voter(*voter) for voter in zip(persons, choices, times, strict=True)]
    # Some change their mind: what they cast first is the opposite of what counts.
    for changed in chance.sample(ballots[len(ballots) // 2 :], votes.REVOTES):
        opposite = [[0, changed.choices[0][2], changed.choices[0][1]]] if not changed.choices[0][0] else [[0, 1, 0]]
        ballots.insert(0, Voter(changed.resident, opposite, votes.REFERENDUM_OPENS + timedelta(minutes=1)))
    cast(services, clock, created.uuid, ballots, _telling(services, progress, "referendum", len(ballots)))
    clock.set(votes.REFERENDUM_CLOSES)
    service.close_due_votes(services)
    for decryption in _decryptions(services, created.uuid, [private_key for private_key, _ in keys]):
        service.hand_in_decryption(services, created.uuid, decryption)
        clock.advance(hours=1)
    commission.sign_protocol(services, clock, members, created.uuid)


def _open_budget_vote(
    services: Services,
    clock: ManualClock,
    chance: random.Random,
    now: datetime,
    trustees_folder: Path,
    progress: Progress,
) -> str:
    """The vote's uuid."""
    pairs = [trustee.generate() for _ in votes.TRUSTEES]
    setup = votes.budget(_setup_trustees([key for _, key in pairs]), now)
    clock.set(setup.opens_at - timedelta(days=7))
    created = service.create_vote(services, setup)
    write_key_files(trustees_folder, created.uuid, [private_key for private_key, _ in pairs])
    persons = chance.sample(residents(services, _others()), EARLY_BALLOTS)
    span = (now - setup.opens_at).total_seconds()
    ballots = [
        Voter(person, _budget_choices(chance), setup.opens_at + timedelta(seconds=span * part / EARLY_BALLOTS))
        for part, person in enumerate(persons)
    ]
    cast(services, clock, created.uuid, ballots, _telling(services, progress, "open vote", len(ballots)))
    return created.uuid


def _telling(services: Services, progress: Progress, stage: str, total: int) -> Callable[[int], None]:
    """What is called after each ballot. The log is published meanwhile, so that it grew over the days of the votes."""

    def tell(done: int) -> None:
        progress(stage, done, total)
        if done % 20 == 0:
            ledger.publish(services)

    return tell


def _setup_trustees(keys: Sequence[trustee.TrusteeKey]) -> tuple[SetupTrustee, ...]:
    return tuple(SetupTrustee(name, key) for name, key in zip(votes.TRUSTEES, keys, strict=True))


def _decryptions(services: Services, uuid: str, private_keys: Sequence[int]) -> list[bytes]:
    """As trustees make them: the archive is verified whole, and what is decrypted is what was recomputed from it.

    Each trustee verifies it for themselves, which here would be the same work three times.
    """
    verified = verify_archive(BytesIO(b"".join(service.archive_file(services, uuid).chunks())))
    return [tally.decrypt(verified.election, verified.tally, private_key) for private_key in private_keys]


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
