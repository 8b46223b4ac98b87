"""Setting a vote up: the roll's credentials, the election, and the first bytes of its archive.

What takes long (a credential for each voter) happens before the writer lane is taken. Then everything lands in one
transaction: a crash leaves a whole vote or none.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import insert

from egov_crypto import archive, credential, trustee
from egov_crypto.archive import EventType
from egov_crypto.election import Election, random_uuid
from egov_participation.database import UnitOfWork
from egov_participation.i18n import N_
from egov_participation.registrar.interface import PreparedRoll, Progress, Voter
from egov_participation.services import Services
from egov_participation.voting import texts
from egov_participation.voting.models import PublicCredential, Trustee, Vote, VoteEvent
from egov_participation.voting.problems import Problem
from egov_participation.voting.rules import VoteKind
from egov_participation.voting.setup_file import RegistryRoll, SetupError, VoteSetup

SMALL_GROUP: Final = 10
"""Fewer voters than this who share a weight, or in all, and the result may tell how somebody voted (``trust.md``)."""

_BATCH: Final = 1000


@dataclass(frozen=True, slots=True)
class CreatedVote:
    """A vote that was set up. ``warnings`` are for the commission: nothing is wrong, something may be unwise."""

    uuid: str
    fingerprint: str
    registered: int
    opens_at_once: bool
    warnings: tuple[Problem, ...]


def create_vote(services: Services, setup: VoteSetup, progress: Progress | None = None) -> CreatedVote:
    """Set a vote up from a setup file that holds.

    Raises:
        SetupError: the roll is empty, or names people who are not in the register.
    """
    voters = _voters(services, setup)
    uuid = random_uuid()
    roll = services.registrar.prepare_roll(uuid, voters, progress)
    keys = [member.key for member in setup.trustees]
    election = Election.build(
        uuid=uuid,
        name=texts.join(setup.title),
        description=texts.join(setup.description),
        public_key=trustee.combined_key(keys),
        questions=setup.questions,
        administrator=setup.administrator,
        credential_authority=setup.credential_authority,
    )
    with services.database.uow() as tx:
        _store(services, tx, setup, election, roll)
        services.registrar.store_roll(tx, roll, binding=setup.kind is VoteKind.BINDING, closes_at=setup.closes_at)
        tx.commit()
    return CreatedVote(
        uuid,
        election.fingerprint,
        len(voters),
        opens_at_once=setup.opens_at <= services.clock(),
        warnings=tuple(_warnings(voters)),
    )


def _store(services: Services, tx: UnitOfWork, setup: VoteSetup, election: Election, roll: PreparedRoll) -> None:
    created_at = services.clock()
    published = sorted((point.text, weight) for point, weight in roll.public)
    trustees = trustee.list_to_json([member.key for member in setup.trustees])
    credentials = credential.list_to_json(roll.public)
    head, blob = archive.start(int(created_at.timestamp()), election.raw, trustees, credentials)
    tx.add(
        Vote(
            uuid=election.uuid,
            kind=setup.kind,
            title_kk=setup.title.kk,
            title_ru=setup.title.ru,
            title_en=setup.title.en,
            opens_at=setup.opens_at,
            closes_at=setup.closes_at,
            created_at=created_at,
            election=election.raw,
            trustees=trustees,
            fingerprint=election.fingerprint,
            registered=len(published),
            timestamp=head.timestamp,
            head_height=head.height,
            head_hash=head.hash,
            archive_size=len(blob),
        )
    )
    tx.flush()
    # Sorted, as they are published: not even the order of the rows tells who is who.
    rows = [{"vote_uuid": election.uuid, "credential": text, "weight": weight} for text, weight in published]
    for start in range(0, len(rows), _BATCH):
        tx.session.execute(insert(PublicCredential), rows[start : start + _BATCH])
    for owner, member in enumerate(setup.trustees, 1):
        tx.add(
            Trustee(
                vote_uuid=election.uuid,
                owner=owner,
                name_kk=member.name.kk,
                name_ru=member.name.ru,
                name_en=member.name.en,
                public_key=member.key.public_key.text,
            )
        )
    tx.add(
        VoteEvent(
            vote_uuid=election.uuid,
            height=head.height,
            type=EventType.SETUP,
            hash=head.hash,
            start=0,
            length=len(blob),
            blob=blob,
        )
    )
    tx.flush()


def _voters(services: Services, setup: VoteSetup) -> list[Voter]:
    """Who is on the roll, in the register's or the file's order."""
    problems: list[Problem] = []
    with services.database.read() as session:
        if isinstance(setup.roll, RegistryRoll):
            opening_day = setup.opens_at.astimezone(ZoneInfo(services.settings.timezone)).date()
            born_by = years_before(opening_day, setup.roll.min_age)
            eligible = services.registry.eligible(session, born_by=born_by, territories=setup.roll.territories)
            voters = [Voter(person_id) for person_id in eligible]
        else:
            voters = []
            # By line, never by IIN: a terminal's scroll-back is no place for it.
            for (iin, weight), line in zip(setup.roll.weights.items(), setup.roll.lines, strict=True):
                person = services.registry.find(session, iin)
                if person is None:
                    where = f"roll.file, line {line}"
                    problems.append(Problem(where, N_("Nobody with this IIN is in the register of residents."), {}))
                else:
                    voters.append(Voter(person.person_id, weight))
    if not voters and not problems:
        problems.append(Problem("roll", N_("Nobody in the register of residents fits: the roll is empty."), {}))
    if problems:
        raise SetupError(problems[:100])
    return voters


def years_before(day: date, years: int) -> date:
    """The latest birth date of somebody who is ``years`` old on ``day`` (born on 29 February: older on 1 March)."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)


def _warnings(voters: Sequence[Voter]) -> list[Problem]:
    """What the commission is warned of (``trust.md``, the registrar)."""
    if len(voters) < SMALL_GROUP:
        return [
            Problem(
                "roll",
                N_(
                    "Fewer than 10 people may vote (%(number)s): the result may tell how they voted, above all if all"
                    " agree."
                ),
                {"number": len(voters)},
            )
        ]
    sizes = Counter(voter.weight for voter in voters)
    return [
        Problem(
            "roll",
            N_("Fewer than 10 people have the weight %(weight)s (%(number)s): the result may tell how they voted."),
            {"number": size, "weight": weight},
        )
        for weight, size in sorted(sizes.items())
        if size < SMALL_GROUP
    ]
