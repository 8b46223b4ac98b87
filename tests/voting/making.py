"""Votes to test with: made by the real use cases from a roll of invented people; nothing is inserted by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from tests.registrar.book import CredentialBook

from egov_crypto import ballot, mixnet, tally, trustee
from egov_crypto.election import Election
from egov_crypto.question import AnyQuestion, Question
from egov_crypto.trustee import TrusteeKey
from egov_crypto.verify import Verified, verify_archive
from egov_participation.errors import DomainError
from egov_participation.registry import iin
from egov_participation.registry.keys import IinKeys
from egov_participation.registry.rules import Entry
from egov_participation.registry.service import add_residents
from egov_participation.services import Services
from egov_participation.voting import mock_keys, service, texts
from egov_participation.voting.models import Vote, VoteEvent
from egov_participation.voting.roll_file import ListedRoll
from egov_participation.voting.rules import VoteKind
from egov_participation.voting.setup_file import SetupTrustee, VoteSetup
from egov_participation.voting.texts import Texts

YES_NO = Question(
    tuple(texts.join(Texts(*answer)) for answer in (("Иә", "Да", "Yes"), ("Жоқ", "Нет", "No"))),
    texts.join(Texts("Қолдайсыз ба?", "Поддерживаете?", "Do you agree?")),
    1,
    1,
    blank=True,
)
TITLE = Texts("Сынақ дауыс беру", "Пробное голосование", "A trial vote")
YES, NO, BLANK = [[0, 1, 0]], [[0, 0, 1]], [[1, 0, 0]]
"""Choices for a vote whose only question is `YES_NO`."""


@dataclass(frozen=True)
class MadeVote:
    """A vote with everything secret about it, as its people hold it together."""

    uuid: str
    election: Election
    trustees: tuple[int, ...]
    """Private keys, in the order of owners."""
    people: tuple[str, ...]
    credentials: tuple[str, ...]
    """Each person's own, in the same order."""

    def ballot(self, voter: int, choices: Sequence[Sequence[Any]] = YES) -> bytes:
        """A fresh ballot of one of the people (by place)."""
        return ballot.make(self.election, self.credentials[voter], choices)


def make_people(services: Services, count: int) -> tuple[list[iin.Iin], list[str]]:
    """Invent residents; their IINs and the ids that the register gives them."""
    iins: list[iin.Iin] = []
    number = 0
    while len(iins) < count:
        number += 1
        made = iin.make(date(1990, 1, 1) + timedelta(days=number // 50), male=True, number=number)
        if made is not None:
            iins.append(made)
    entries = [
        Entry(
            made, "Сынақов", "Сынақ", "", made.birth_date or date(1990, 1, 1), f"n{place}@mail.example", "KZ-75", "kk"
        )
        for place, made in enumerate(iins)
    ]
    with services.database.uow() as tx:
        add_residents(
            tx,
            IinKeys.open(services.settings.keys_dir, services.settings.registrar_keys_dir),
            entries,
            services.clock(),
        )
        tx.commit()
    with services.database.read() as session:
        people = [services.registry.find(session, made) for made in iins]
    return iins, [person.person_id for person in people if person is not None]


def make_vote(
    services: Services,
    *,
    voters: int = 3,
    weights: Sequence[int] = (),
    questions: Sequence[AnyQuestion] = (YES_NO,),
    trustees: int = 2,
    needed: int | None = None,
    opens_in: timedelta = timedelta(0),
    lasts: timedelta = timedelta(hours=8),
    kind: VoteKind = VoteKind.CONSULTATIVE,
    title: Texts = TITLE,
) -> MadeVote:
    """A vote with invented voters, open from now on unless ``opens_in`` says otherwise.

    Args:
        needed: how many of the trustees decrypting takes, if it is not all.
    """
    now = services.clock()
    iins, people = make_people(services, voters)
    keys = [trustee.generate() for _ in range(trustees)]
    together = None
    if needed is not None:
        shares, together = mock_keys.together(trustees, needed)
        keys = list(zip(shares, together.keys, strict=True))
    setup = VoteSetup(
        kind,
        title,
        Texts("Сипаттама", "Описание", "Description"),
        texts.join(Texts("Комиссия", "Комиссия", "Commission")),
        texts.join(Texts("Тіркеуші", "Регистратор", "Registrar")),
        now + opens_in,
        now + opens_in + lasts,
        tuple(questions),
        ListedRoll(dict(zip(iins, weights or [1] * voters, strict=True)), tuple(range(2, voters + 2))),
        tuple(setup_trustee(place, key) for place, (_, key) in enumerate(keys, 1)),
        together,
    )
    created = service.create_vote(services, setup)
    book = CredentialBook(services)
    credentials = tuple(book.credential(created.uuid, person) for person in people)
    election = Election.parse(service.vote(services, created.uuid).election)
    return MadeVote(created.uuid, election, tuple(private for private, _ in keys), tuple(people), credentials)


def setup_trustee(place: int, key: TrusteeKey) -> SetupTrustee:
    """A trustee with a name of three languages."""
    return SetupTrustee(Texts(f"Кілт сақтаушы {place}", f"Хранитель {place}", f"Trustee {place}"), key)


def archive_of(services: Services, uuid: str) -> bytes:
    """The whole archive as it would be downloaded."""
    return b"".join(service.archive_file(services, uuid).chunks())


def verified(services: Services, uuid: str) -> Verified:
    """The archive as an observer verifies it; raises if anything does not hold."""
    with services.database.read() as session:
        vote = session.get_one(Vote, uuid)
        last = session.get_one(VoteEvent, (uuid, vote.head_height))
        assert (last.type, last.hash) == (vote.head_type, vote.head_hash)
    return verify_archive(BytesIO(archive_of(services, uuid)))


def cast(services: Services, vote: MadeVote, voter: int, raw: bytes) -> service.CastOutcome:
    """As the voter of that number does."""
    return service.cast(services, vote.uuid, vote.people[voter], raw)


def refused(services: Services, vote: MadeVote, voter: int, raw: bytes) -> tuple[int, str]:
    """(status, code) of the refusal; nothing may have been recorded by the attempt."""
    before = archive_of(services, vote.uuid)
    with pytest.raises(DomainError) as refusal:
        cast(services, vote, voter, raw)
    assert archive_of(services, vote.uuid) == before
    return int(refusal.value.status), refusal.value.code


def close_at(services: Services, closes_at: datetime) -> None:
    """Let the closing time come (the clock of ``services`` must be a `ManualClock`) and the tick run."""
    services.clock.set(closes_at)  # type: ignore[attr-defined]
    service.close_due_votes(services)


def close(services: Services, vote: MadeVote) -> None:
    """Close a made vote by the clock."""
    close_at(services, service.vote(services, vote.uuid).closes_at)


def decrypt(services: Services, vote: MadeVote, owner: int) -> bytes:
    """A trustee's partial decryption, computed as it should be: from the verified archive."""
    found = verified(services, vote.uuid)
    return tally.decrypt(found.election, found.tally, vote.trustees[owner - 1])


def shuffle(services: Services, vote: MadeVote) -> bytes:
    """A shuffle of the ballots as the archive has them now, computed as it should be: from the verified archive."""
    found = verified(services, vote.uuid)
    return mixnet.shuffle(found.election, found.tally)


def tallied(services: Services, vote: MadeVote) -> Sequence[Sequence[object]]:
    """Close, let all trustees decrypt, and return the result."""
    close(services, vote)
    for owner in range(1, len(vote.trustees) + 1):
        service.hand_in_decryption(services, vote.uuid, decrypt(services, vote, owner))
    result = service.vote(services, vote.uuid).result
    assert result is not None
    return result
