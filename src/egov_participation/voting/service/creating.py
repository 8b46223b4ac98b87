"""Setting a vote up: the election, the first bytes of its archive, and the setup document that fixes them.

What takes long (a credential for each voter, sorting and writing them) happens before the writer lane is taken:
`prepare_setup` is pure. The public credentials are then put down in batches under the uuid of a vote that is not there
yet (`stage_credentials`), so that nobody waits for a hundred thousand rows; `publish_setup` makes the vote itself, in
one short transaction. A crash before it leaves rows that nothing leads to, and that `unstage_credentials` takes away.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from io import BytesIO
from typing import Final

from sqlalchemy import delete, insert
from sqlmodel import col, func, select

from egov_crypto import archive, credential, wire
from egov_crypto.archive import EventType, Head
from egov_crypto.election import Election, random_uuid
from egov_crypto.trustees import Trustees
from egov_participation.database import UnitOfWork
from egov_participation.errors import DomainError
from egov_participation.i18n import N_
from egov_participation.ledger import service as ledger
from egov_participation.registrar.generated import is_marked
from egov_participation.registrar.interface import Progress, Roll
from egov_participation.search import service as search
from egov_participation.services import Services
from egov_participation.voting import setup as documents
from egov_participation.voting import texts
from egov_participation.voting.models import PublicCredential, Trustee, Vote, VoteEvent
from egov_participation.voting.problems import Problem
from egov_participation.voting.rules import VoteKind
from egov_participation.voting.service import logged
from egov_participation.voting.service.acts import add_act
from egov_participation.voting.service.electorate import voters_of, warnings_of
from egov_participation.voting.setup import SetupDocument
from egov_participation.voting.setup_file import RegistryRoll, VoteSetup

_BATCH: Final = 5000
"""Rows written in one transaction: some 50 ms on SQLite, for which everybody else waits."""


@dataclass(frozen=True, slots=True)
class CreatedVote:
    """A vote that was set up. ``warnings`` are for the commission: nothing is wrong, something may be unwise."""

    uuid: str
    fingerprint: str
    registered: int
    opens_at_once: bool
    warnings: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class PreparedSetup:
    """Everything that a vote fixes, made and not yet published."""

    election: Election
    trustees: bytes
    credentials: bytes
    """The published JSON of each."""
    archive_start: bytes = field(repr=False)
    """Everything up to the archive's Setup event, which holds the three above."""
    head: Head
    document: bytes
    """The setup document (`egov_participation.voting.setup`)."""
    hash: str
    """Of the document: what is confirmed and approved."""


def create_vote(services: Services, setup: VoteSetup, progress: Progress | None = None) -> CreatedVote:
    """Set a vote up from a setup file that holds, in one go: by command, where nobody confirms or approves.

    Raises:
        SetupError: the roll is empty, or names people who are not in the register.
        DomainError: 503 ``registrar.unavailable``.
    """
    voters = voters_of(services, setup)
    uuid, registrar = random_uuid(), services.registrar
    roll = registrar.prepare(
        uuid, voters, binding=setup.kind is VoteKind.BINDING, closes_at=setup.closes_at, progress=progress
    )
    prepared = prepare_setup(services, uuid, setup, roll, services.clock())
    confirmation = registrar.confirm(uuid, prepared.document)
    stage_credentials(services, uuid, prepared.credentials)
    with services.database.uow() as tx:
        publish_setup(services, tx, prepared.document, prepared.archive_start, confirmation)
        registrar.activate(uuid, prepared.hash)
        tx.commit()
    return CreatedVote(
        uuid,
        prepared.election.fingerprint,
        len(voters),
        opens_at_once=setup.opens_at <= services.clock(),
        warnings=tuple(warnings_of(voters)),
    )


def prepare_setup(
    services: Services, uuid: str, setup: VoteSetup, roll: Roll, now: datetime, *, rehearsal: bool = False
) -> PreparedSetup:
    """The election, the archive's first bytes and the setup document. Nothing is stored; takes long for a large roll.

    Args:
        roll: what the registrar prepared under this uuid.
        now: the archive's timestamp.
    """
    keys = setup.keys
    election = Election.build(
        uuid=uuid,
        name=texts.join(setup.title),
        description=texts.join(setup.description),
        public_key=keys.public_key,
        questions=setup.questions,
        administrator=setup.administrator,
        credential_authority=setup.credential_authority,
    )
    trustees, credentials = keys.to_json(), credential.list_to_json(roll.public)
    head, start = archive.start(int(now.timestamp()), election.raw, trustees, credentials)
    document = SetupDocument(
        uuid=uuid,
        kind=setup.kind,
        rehearsal=rehearsal,
        title=setup.title,
        opens_at=documents.whole_second(setup.opens_at),
        closes_at=documents.whole_second(setup.closes_at),
        election=wire.digest(election.raw),
        trustees=wire.digest(trustees),
        credentials=wire.digest(credentials),
        fingerprint=election.fingerprint,
        head=head.hash,
        registered=len(roll.public),
        weight=sum(weight for _, weight in roll.public),
        roll_size=roll.size,
        roll_hash=roll.hash,
        roll_rule=rule_of(setup),
        registrar=services.registrar.key,
        trustee_names=tuple(member.name for member in setup.trustees),
    ).to_json()
    return PreparedSetup(election, trustees, credentials, start, head, document, documents.digest(document))


def rule_of(setup: VoteSetup) -> documents.Rule:
    """Who may vote, as the setup document says it: the rule, or that a list was handed in, whose hash stands beside."""
    if isinstance(setup.roll, RegistryRoll):
        rule: dict[str, str | int | list[str]] = {
            "from": "registry",
            "min_age": setup.roll.min_age,
            "territories": list(setup.roll.territories),
        }
        return rule if setup.roll.age_on is None else rule | {"age_on": setup.roll.age_on.isoformat()}
    return {"from": "file"}


def stage_credentials(
    services: Services, uuid: str, credentials: bytes, progress: Callable[[int], None] | None = None
) -> None:
    """Put the public credentials down in batches, each a short transaction, for a vote that is to be published.

    Doing it again changes nothing: what another attempt left is taken away first.

    Args:
        progress: called with how many there are so far.
    """
    unstage_credentials(services, uuid)
    done = 0
    # Sorted, as they are published: not even the order of the rows tells who is who.
    for batch in _batches(_entries(credentials)):
        with services.database.uow() as tx:
            rows = [{"vote_uuid": uuid, "credential": text, "weight": weight} for text, weight in batch]
            tx.session.execute(insert(PublicCredential), rows)
            tx.commit()
        done += len(rows)
        if progress is not None:
            progress(done)


def unstage_credentials(services: Services, uuid: str) -> None:
    """Take away what was put down for a vote that was never published."""
    mine = col(PublicCredential.vote_uuid) == uuid
    while True:
        with services.database.uow() as tx:
            if tx.get(Vote, uuid) is not None:
                return
            some = tx.exec(select(PublicCredential.credential).where(mine).order_by("credential").limit(_BATCH)).all()
            if not some:
                return
            tx.session.execute(delete(PublicCredential).where(mine, col(PublicCredential.credential) <= some[-1]))
            tx.commit()


def publish_setup(
    services: Services,
    tx: UnitOfWork,
    document: bytes,
    archive_start: bytes,
    confirmation: bytes,
    *,
    content_hash: str | None = None,
) -> Vote:
    """Make the vote whose setup was frozen. `stage_credentials` was done before; the registrar is told by the caller.

    Args:
        document: the setup document.
        archive_start: everything up to the Setup event.
        confirmation: the registrar's signed statement on the document.
        content_hash: of what two members of the commission approved; None by command, which stands in no timeline.

    Raises:
        DomainError: 409 ``setup.mismatch``: the bytes are not those that the document fixes, or the credentials that
            were put down are not all there.
    """
    setup, now = SetupDocument.parse(document), services.clock()
    election, trustees, head = _checked(setup, archive_start)
    staged = tx.exec(
        select(func.count(), func.sum(PublicCredential.weight)).where(col(PublicCredential.vote_uuid) == setup.uuid)
    ).one()
    if (staged[0], int(staged[1] or 0)) != (setup.registered, setup.weight):
        raise _mismatch()
    vote = Vote(
        uuid=setup.uuid,
        kind=setup.kind,
        title_kk=setup.title.kk,
        title_ru=setup.title.ru,
        title_en=setup.title.en,
        opens_at=setup.opens_at,
        closes_at=setup.closes_at,
        created_at=now,
        election=election.raw,
        trustees=trustees,
        fingerprint=setup.fingerprint,
        registered=setup.registered,
        timestamp=head.timestamp,
        head_height=head.height,
        head_type=EventType.SETUP,
        head_hash=head.hash,
        archive_size=len(archive_start),
        shuffled=bool(election.shuffled),
        rehearsal=setup.rehearsal,
        setup=document,
        confirmation=confirmation,
    )
    tx.add(vote)
    tx.flush()
    keys = Trustees.parse(trustees)
    for owner, (name, key) in enumerate(zip(setup.trustee_names, keys, strict=True), 1):
        tx.add(
            Trustee(
                vote_uuid=setup.uuid,
                owner=owner,
                name_kk=name.kk,
                name_ru=name.ru,
                name_en=name.en,
                public_key=key.public_key.text,
            )
        )
    tx.add(
        VoteEvent(
            vote_uuid=setup.uuid,
            height=head.height,
            type=EventType.SETUP,
            hash=head.hash,
            start=0,
            length=len(archive_start),
            blob=archive_start,
        )
    )
    if content_hash is not None:
        add_act(tx, vote, "set_up", now, content={"setup": documents.digest(document)}, content_hash=content_hash)
    if not setup.rehearsal:
        for entry in logged.set_up(setup, now, document, confirmation, content_hash):
            ledger.enter(tx, entry)
        _make_findable(tx, setup, election)
    tx.flush()
    return vote


def _checked(setup: SetupDocument, archive_start: bytes) -> tuple[Election, bytes, Head]:
    """The election, the list of trustees' keys and the head, all of them those that the document names."""
    file = BytesIO(archive_start)
    timestamp = archive.read_timestamp(file)
    found = list(archive.members(file, timestamp))
    if [member.kind for member in found] != ["data"] * 4 + ["event"]:
        raise _mismatch()
    election, trustees, credentials, _, event = found
    said = (setup.election, setup.trustees, setup.credentials, setup.head)
    if said != (election.hash, trustees.hash, credentials.hash, event.hash):
        raise _mismatch()
    raw = Election.parse(archive.content(file, election))
    if raw.uuid != setup.uuid or texts.split(raw.name) != setup.title:
        raise _mismatch()
    if setup.rehearsal and not is_marked(setup.title.as_dict()):
        raise _mismatch()
    return raw, archive.content(file, trustees), Head(timestamp, 0, event.hash)


def _mismatch() -> DomainError:
    return DomainError(
        409,
        N_("What is stored of this setup is not what was frozen. Nothing was published; thaw it and freeze it anew."),
        code="setup.mismatch",
    )


def _entries(credentials: bytes) -> Iterator[tuple[str, int]]:
    """(public credential, weight) of each entry of the published list, in its order."""
    for entry in json.loads(credentials):
        text, _, weight = entry.partition(",")
        yield text, int(weight or 1)


def _batches(entries: Iterable[tuple[str, int]]) -> Iterator[list[tuple[str, int]]]:
    batch: list[tuple[str, int]] = []
    for entry in entries:
        batch.append(entry)
        if len(batch) == _BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _make_findable(tx: UnitOfWork, setup: SetupDocument, election: Election) -> None:
    """Put the vote into the search index: its description, its questions and their answers."""
    asked = [text for question in election.questions for text in (question.question, *question.texts)]
    parts = [texts.split(election.description), *map(texts.split, asked)]
    found = {
        lang: (setup.title.of(lang), " · ".join(part.of(lang) for part in parts if part is not None))
        for lang in texts.LANGUAGES
    }
    search.index(tx, "vote", election.uuid, f"/votes/{election.uuid}", found, setup.opens_at)
